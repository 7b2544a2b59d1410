//! `inspect`: what is on the machine, as a vertex.

use super::editor::checked;
use super::{Front, Session, SessionError};
use crate::command::order::Order;
use crate::command::written;
use crate::graph::{Catalog, FieldPath, Graph, Key, Params, Refusal};
use crate::kind::{self, Kinds};
use crate::value::{Place, Value, sanitise};

impl Session {
    /// Adds or updates a vertex with the values that the machine has now. Nothing is changed there.
    pub(super) fn inspect(&mut self, key: &Key, front: &mut dyn Front) -> Result<(), SessionError> {
        let look = self.runner.look();
        let found = match kind::find(key.kind()) {
            Some(kind) => kind.inspect(key.name(), &*look),
            None => {
                let what = format!("there is no kind `{}`", key.kind());
                return Err(SessionError::failed(what).with_hint("`kinds` lists them"));
            }
        };
        let found = found.map_err(|failure| {
            let what = format!("{key} cannot be inspected: {}", sanitise(&failure.why));
            SessionError::failed(what).with_hint("`add` makes a vertex without looking")
        })?;
        let notes = kind::find(key.kind()).map(|kind| kind.notes(key.name(), &*look));
        let Some(params) = found else {
            let there = self.there();
            let what = format!("nothing is {there} that {key} could describe");
            let hint =
                "a file, directory, link, service or page can be inspected; `add` makes any vertex";
            return Err(SessionError::failed(what).with_hint(hint));
        };
        if !self.runner.is_sim() {
            self.found.take(key, &params, &*look);
        }
        self.take_inspected(key, &params, front)?;
        for note in notes.into_iter().flatten().flatten() {
            front.remark(&format!("{key}: {note}\n"));
        }
        Ok(())
    }

    fn take_inspected(
        &mut self,
        key: &Key,
        params: &Params,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let before = self.graph().clone();
        let word = match before.vertex(key) {
            Some(_) => "updated",
            None => "added",
        };
        let next = with(&before, key, params).map_err(|why| {
            let what = format!("{key} is there, and cannot stand in this graph: {why}");
            SessionError::failed(what).with_hint("`drop` or `set` what it collides with")
        })?;
        let changes = written::changes(&before, &next, &Kinds);
        if changes.is_empty() {
            front.show(&format!("{key} says already what is {}\n", self.there()));
            return Ok(());
        }
        let line = |line: &String| format!("  {}\n", sanitise(&line.replace("=?", "=•••")));
        let changes: String = changes.iter().map(line).collect();
        let shown = format!("{word} {key}, as it is {}\n{changes}", self.there());
        let did = Order::Inspect(key.clone()).to_string();
        self.take_graph(next, (&did, &shown), vec![did.clone()], front);
        Ok(())
    }

    /// Where it was looked.
    fn there(&self) -> &'static str {
        match self.runner.is_sim() {
            true => "on the simulated machine",
            false => "there",
        }
    }
}

/// Whether a param only says again what the vertex is called.
fn is_name(key: &Key, param: &str, value: &Value) -> bool {
    let field = Kinds
        .schema(key.kind())
        .and_then(|schema| schema.field(param));
    field.is_some_and(|field| field.from_name) && *value == Value::str(key.name())
}

/// The graph with these values in a vertex. What it receives stays received, and its name is not written twice.
fn with(before: &Graph, key: &Key, params: &Params) -> Result<Graph, String> {
    let mut draft = before.edit();
    let mut fill = || -> Result<(), Refusal> {
        if before.vertex(key).is_none() {
            draft.add(&Kinds, key.clone(), Place::default())?;
        }
        for (name, value) in params {
            let is_received = before
                .received_by(key)
                .any(|(path, _)| *path.field == **name);
            if !is_received && !is_name(key, name, value) {
                draft.set_value(
                    key,
                    &FieldPath::parse(name),
                    value.clone(),
                    Place::default(),
                )?;
            }
        }
        Ok(())
    };
    fill().map_err(|refusal| refusal.to_string())?;
    checked(draft)
}
