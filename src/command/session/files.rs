//! Files: load, save, source, edit, inspect.

use super::{Front, Session, SessionError};
use crate::graph::Key;

impl Session {
    pub(super) fn undo_redo(
        &mut self,
        undo: bool,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let did = if undo {
            self.history.undo()
        } else {
            self.history.redo()
        };
        let Some(did) = did else {
            let what = if undo {
                "there is nothing to undo"
            } else {
                "there is nothing to redo"
            };
            return Err(SessionError::failed(what));
        };
        let word = if undo { "undid" } else { "redid" };
        front.show(&format!("{word}: {did}\n"));
        self.log
            .push(if undo { "undo".into() } else { "redo".into() });
        self.graph_changed(Vec::new(), front);
        Ok(())
    }

    pub(super) fn new_graph(
        &mut self,
        name: Option<&str>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let _ = (name, front);
        Ok(())
    }

    pub(super) fn load(&mut self, path: &str, front: &mut dyn Front) -> Result<(), SessionError> {
        let _ = (path, front);
        Ok(())
    }

    pub(super) fn save(
        &mut self,
        story: bool,
        path: Option<&str>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let _ = (story, path, front);
        Ok(())
    }

    pub(super) fn source(&mut self, path: &str, front: &mut dyn Front) -> Result<(), SessionError> {
        let _ = (path, front);
        Ok(())
    }

    pub(super) fn edit_text(
        &mut self,
        key: Option<&Key>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let _ = (key, front);
        Ok(())
    }

    pub(super) fn inspect(&mut self, key: &Key, front: &mut dyn Front) -> Result<(), SessionError> {
        let _ = (key, front);
        Ok(())
    }
}
