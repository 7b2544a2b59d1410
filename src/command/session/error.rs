//! Why a session did not do what a line says.

use crate::command::error::CommandError;
use std::fmt;

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
