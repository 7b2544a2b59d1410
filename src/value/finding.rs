//! What a check found, as it travels from kind to engine to screen; and what only a kind can read.

use serde::{Deserialize, Serialize};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// What mending a drift does to what it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It makes what is not there.
    Add,
    /// It changes what is there.
    #[default]
    Change,
    /// It removes what is there.
    Remove,
    /// Only applying can tell: a value is not known before.
    Unknown,
}

impl Action {
    fn is_change(&self) -> bool {
        *self == Action::Change
    }
}

/// One drift, in words. Never holds a secret.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// The param it is about; empty if about none.
    pub field: String,
    /// What is and what should be, in one line: `mode 0644, should be 0600`.
    pub line: String,
    /// More lines, where they help: a unified diff, the paths of a purge.
    pub detail: Vec<String>,
    /// Whether it is only possible: a value or an answer is not known before applying.
    pub may: bool,
    /// What mending it does.
    #[serde(default, skip_serializing_if = "Action::is_change")]
    pub action: Action,
    /// Tells it from another one in the same words: a hash of all that would be done. 0 if not all of that is known. It is in memory alone.
    #[serde(skip)]
    pub mark: u64,
}

/// Something a kind made and only it can read: a memo, its typed drifts. Others pass it along.
#[derive(Clone)]
pub struct Opaque(Arc<dyn Any + Send + Sync>);

impl Opaque {
    /// Wraps it.
    pub fn new<T: Any + Send + Sync>(inner: T) -> Opaque {
        Opaque(Arc::new(inner))
    }

    /// What is inside, if it is a `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opaque")
    }
}
