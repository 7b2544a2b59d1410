//! How a call of a kind ends: what a check found, what an apply or refresh did, or why it failed.

use super::Sends;
use crate::value::{Opaque, Value};
use crate::world::Fault;
use std::sync::Arc;

/// What a kind's check found.
pub struct Check<D> {
    /// Every drift, in the order in which to mend them.
    pub drifts: Vec<D>,
    /// What to remember for the next check.
    pub memo: Option<Opaque>,
    /// Lines that the trace shows beside it: a warning, how a link was treated.
    pub notes: Vec<String>,
    /// What it speaks (only `print`).
    pub says: Vec<Value>,
    /// Whether its refresh is to be skipped, and why: a guard said no (rule N3).
    pub deaf: Option<String>,
    /// Whether only a real run can tell if its refresh is to be skipped (rule L2).
    pub unsure: bool,
}

impl<D> Check<D> {
    /// These drifts, and nothing else to say.
    pub fn of(drifts: Vec<D>) -> Check<D> {
        Check {
            drifts,
            memo: None,
            notes: Vec::new(),
            says: Vec::new(),
            deaf: None,
            unsure: false,
        }
    }
}

/// What an apply or refresh did, besides mending.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Whether this apply did what a refresh would (rule N3).
    pub refreshed: bool,
    /// Whether this refresh changed something, so that the vertex notifies in turn (rule N4).
    pub changed: bool,
    /// What happened, in a few words for the trace: `generated 16 characters`.
    pub said: Option<String>,
    /// What cannot be read back and is kept (rule V6).
    pub keep: Option<Sends>,
    /// What to remember for the next check; else what the check after it remembers.
    pub memo: Option<Opaque>,
    /// Lines that the trace shows beside it.
    pub notes: Vec<String>,
    /// What it speaks (only `print`).
    pub says: Vec<Value>,
}

/// Why a call of a kind failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What went wrong, in one line. Never holds content that came from a param, a file or a command.
    pub why: String,
    /// Lines that may hold such content (the last lines of a command); masked where the vertex was given a secret.
    pub detail: Vec<String>,
    /// Whether the world may have changed (rule N2). False only if nothing had begun.
    pub began: bool,
    /// The param that was refused, if one was.
    pub param: Option<String>,
    /// Whether root could do it (rule L1).
    pub needs_root: bool,
    /// Whether it was ended from outside.
    pub cancelled: bool,
    /// Who will know what is missing; only in a plan.
    pub unknown: Option<Arc<str>>,
}

impl Failure {
    /// A failure after something may have begun.
    pub fn new(why: impl Into<String>) -> Failure {
        Failure {
            why: why.into(),
            detail: Vec::new(),
            began: true,
            param: None,
            needs_root: false,
            cancelled: false,
            unknown: None,
        }
    }

    /// The same, but nothing had begun: the world is as it was.
    pub fn not_begun(self) -> Failure {
        Failure {
            began: false,
            ..self
        }
    }

    /// The same, after something had begun: whatever went wrong then, the world may have changed (rule N2).
    pub fn begun(self) -> Failure {
        Failure {
            began: true,
            ..self
        }
    }

    /// With lines of output.
    pub fn with_detail(self, detail: Vec<String>) -> Failure {
        Failure { detail, ..self }
    }

    /// About a param.
    pub fn about(self, param: &str) -> Failure {
        Failure {
            param: Some(param.to_owned()),
            ..self
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        let mut failure = Failure::new(fault.to_string());
        match fault {
            Fault::Denied(_, root) => failure.needs_root = root,
            Fault::Cancelled => failure.cancelled = true,
            Fault::Unknown(who) => failure.unknown = Some(who),
            Fault::Refused(_, _, lines) => failure.detail = lines.0,
            Fault::Command(told) => {
                let mut lines = told.lines().map(str::to_owned);
                failure.why = lines.next().unwrap_or_default();
                failure.detail = lines.collect();
            }
            _ => {}
        }
        failure
    }
}
