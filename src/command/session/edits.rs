//! Edits of the graph: made, told, and handed to the engine at once or staged (rule W4).

use super::{Front, Session, SessionError, Stands, lines};
use crate::command::edit::{edit, refused, veiled};
use crate::command::order::Order;
use crate::engine::Input;
use crate::graph::{FieldPath, Key};
use crate::kind::Kinds;

impl Session {
    pub(super) fn do_edit(
        &mut self,
        stands: Stands,
        order: &Order,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let mut answers = |key: &Key, path: &FieldPath| front.secret(&format!("{key}.{path}"));
        let veiled = veiled(self.history.now(), &Kinds, order);
        let (line, span) = match veiled == *order {
            true => (stands.line.to_owned(), stands.span),
            false => {
                let line = veiled.to_string();
                let span = 0..line.len();
                (line, span)
            }
        };
        let edited = edit(self.history.now(), &Kinds, order, &mut answers);
        let edited = edited.map_err(|refusals| {
            let first = refusals.first();
            first.map_or_else(
                || SessionError::failed("the graph was refused"),
                |refusal| SessionError::from(refused(&line, span, refusal)),
            )
        })?;
        let renamed = match order {
            Order::Rename(from, name) => vec![(from.clone(), Key::new(from.kind(), name))],
            _ => Vec::new(),
        };
        let (text, shown) = (veiled.to_string(), lines(&edited.lines));
        let changed = self.history.push(edited.graph, &text);
        if changed {
            self.log.push(text.clone());
            self.input(Input::Command(text), front);
        }
        front.show(&shown);
        let warnings = edited.warnings.iter();
        warnings.for_each(|warning| front.remark(&format!("warning: {warning}\n")));
        if changed {
            self.graph_changed(renamed, front);
        }
        Ok(())
    }

    /// The engine gets the present graph: at once in a simulation, or while nothing runs; else with the next `apply`.
    pub(super) fn graph_changed(&mut self, renamed: Vec<(Key, Key)>, front: &mut dyn Front) {
        self.plan = None;
        front.edited(self.history.now());
        if !self.runner.is_sim() && self.runner.ask(|engine| engine.is_running()) {
            self.staged = true;
            self.renames.extend(renamed);
            front.remark("staged: `apply` shows it and asks\n");
            return;
        }
        self.hand_graph_over(renamed, front);
    }

    pub(super) fn hand_graph_over(&mut self, renamed: Vec<(Key, Key)>, front: &mut dyn Front) {
        self.staged = false;
        let mut renames = std::mem::take(&mut self.renames);
        renames.extend(renamed);
        let graph = self.history.now().clone();
        let renamed = renames;
        self.input(Input::Graph { graph, renamed }, front);
    }
}
