//! What happens to a session from outside while it runs: its file changed, or a watch asks something.

use super::{Front, Session, SessionError};
use crate::command::order::Order;
use crate::engine::Input;
use crate::file::Document;

impl Session {
    /// Takes what its file says now instead of the present graph. While a graph on this machine is watched it is staged, and then
    /// shown and asked for at once; consent that was given beforehand covers it (rule W4). True if it is acted on.
    pub fn reload(
        &mut self,
        document: Document,
        front: &mut dyn Front,
    ) -> Result<bool, SessionError> {
        let did = format!("load {}", document.path.display());
        let changed = self.history.push(document.graph.clone(), did.clone());
        self.document = Some(document);
        self.saved = self.history.now().clone();
        if !changed {
            return Ok(true);
        }
        self.plan = None;
        if self.runner.is_sim() || !self.moment().running {
            self.input(Input::Command(did), front);
            self.hand_graph_over(Vec::new(), front);
        } else {
            self.staged = true;
            self.obey("", &Order::Apply(Vec::new()), front)?;
        }
        Ok(!self.staged)
    }

    /// Puts the questions that a watch in its own thread has come upon (rule L4).
    pub fn answer_questions(&mut self, front: &mut dyn Front) {
        self.catch_up();
        while let Some((vertex, key)) = self.runner.ask(|engine| engine.asking()).into_iter().next()
        {
            self.ask_about(vertex, &key, front);
            if self
                .runner
                .ask(|engine| engine.asking())
                .iter()
                .any(|(asked, _)| *asked == vertex)
            {
                // The answer is on its way to the watch's own thread.
                return;
            }
        }
    }
}
