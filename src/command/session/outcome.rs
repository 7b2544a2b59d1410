//! What comes of a line, and of a run.

use super::super::error::CommandError;
use crate::drive::real::Signal;
use crate::engine::Tally;
use std::fmt;

/// Whether a session goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// It does.
    Go,
    /// A person wants to leave.
    Quit,
}

/// Why a line did not do what it says. What came before it on the line is done.
#[derive(Clone, PartialEq, Debug)]
pub enum SessionError {
    /// It cannot be read, or the graph is refused; points into the line.
    Command(Box<CommandError>),
    /// It was read, and could not be done: what, and what to do.
    Failed {
        /// What could not be done, and why.
        what: String,
        /// What to do.
        hint: Option<String>,
    },
}

impl SessionError {
    /// Something that could not be done.
    pub fn failed(what: impl Into<String>) -> SessionError {
        SessionError::Failed {
            what: what.into(),
            hint: None,
        }
    }

    /// The same, with what to do.
    pub fn with_hint(self, to_do: impl Into<String>) -> SessionError {
        match self {
            SessionError::Failed { what, .. } => SessionError::Failed {
                what,
                hint: Some(to_do.into()),
            },
            other => other,
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SessionError::Command(error) => write!(f, "{error}"),
            SessionError::Failed { what, hint: None } => write!(f, "error: {what}"),
            SessionError::Failed {
                what,
                hint: Some(hint),
            } => write!(f, "error: {what}\n  hint: {hint}"),
        }
    }
}

impl std::error::Error for SessionError {}

impl From<CommandError> for SessionError {
    fn from(error: CommandError) -> SessionError {
        SessionError::Command(Box::new(error))
    }
}

/// What came of the last run or plan, for the exit code (rule L6).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ended {
    /// What it came to.
    pub tally: Tally,
    /// Whether anything was refused or could not be done.
    pub refused: bool,
    /// The signal that stopped it before it converged, if one did.
    pub signal: Option<Signal>,
    /// Whether `--max-runtime` ended it.
    pub out_of_time: bool,
}

impl Ended {
    /// The exit code; 2 only if `detailed`.
    pub fn code(&self, detailed: bool) -> i32 {
        let tally = &self.tally;
        if let Some(signal) = self.signal {
            signal.exit_code()
        } else if self.out_of_time {
            124
        } else if self.refused || tally.failed + tally.blocked + tally.pending > 0 {
            1
        } else if detailed && tally.changed + tally.may + tally.held + tally.refreshed > 0 {
            2
        } else {
            0
        }
    }
}
