//! `source`: the commands of a file, one after the other.

use super::files::read_file;
use super::{Flow, Front, Session, SessionError};
use crate::command::error::Grade;
use crate::command::parse::parse;
use crate::graph::Graph;
use crate::kind::Kinds;
use crate::value::sanitise;
use std::path::Path;

impl Session {
    /// Runs a file's commands, up to the first that fails. `quit` ends the file.
    pub(super) fn source(&mut self, path: &str, front: &mut dyn Front) -> Result<(), SessionError> {
        if self.sourcing.iter().any(|open| open == path) {
            let what = format!("{} would run itself again, without end", sanitise(path));
            return Err(SessionError::failed(what).with_hint("take its own `source` out of it"));
        }
        let text = read_file(Path::new(path), front)?;
        self.sourcing.push(path.to_owned());
        let ended = self.run_lines(path, &text, front);
        self.sourcing.pop();
        if ended.is_ok() && !self.interrupted {
            self.take_over(path);
        }
        ended
    }

    fn run_lines(
        &mut self,
        path: &str,
        text: &str,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let mut chunk = String::new();
        let mut began = 1;
        for (at, line) in (1..).zip(text.lines()) {
            if chunk.is_empty() {
                began = at;
            }
            chunk.push_str(line);
            chunk.push('\n');
            if is_open(&chunk, self.graph()) {
                continue;
            }
            match self.eval(&std::mem::take(&mut chunk), front) {
                Ok(Flow::Go) if self.interrupted => return Ok(()),
                Ok(Flow::Go) => {}
                Ok(Flow::Quit) => return Ok(()),
                Err(error) => return Err(placed(path, began, error)),
            }
        }
        if chunk.is_empty() {
            return Ok(());
        }
        let ended = self.eval(&chunk, front);
        ended
            .map(|_| ())
            .map_err(|error| placed(path, began, error))
    }
}

/// Whether more lines must come before this can be run.
fn is_open(chunk: &str, graph: &Graph) -> bool {
    parse(chunk, graph, &Kinds).is_err_and(|error| error.grade == Grade::Incomplete)
}

/// An error with the file and line where its command begins.
fn placed(path: &str, line: usize, error: SessionError) -> SessionError {
    let (text, hint) = match error {
        SessionError::Failed { what, hint } => (what, hint),
        SessionError::Command(error) => (error.to_string(), None),
    };
    let hint = hint.unwrap_or_else(|| format!("what stands before line {line} is done"));
    SessionError::failed(format!("{}:{line}: {text}", sanitise(path))).with_hint(hint)
}
