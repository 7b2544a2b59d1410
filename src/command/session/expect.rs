//! Expectations, judged against what happened.

use super::{Front, Session, SessionError};
use crate::file::Expect;

/// What came of one expectation.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// What was wanted, in words.
    pub wanted: String,
    /// What was found.
    pub found: String,
    /// The causes of the vertex that it is about, one line each.
    pub why: Vec<String>,
}

/// Judges one expectation.
pub fn judge(session: &Session, expect: &Expect) -> Verdict {
    let _ = (session, expect);
    Verdict {
        holds: false,
        wanted: String::new(),
        found: String::new(),
        why: Vec::new(),
    }
}

impl Session {
    pub(super) fn expect(&mut self, text: &str, front: &mut dyn Front) -> Result<(), SessionError> {
        let _ = (text, front);
        Ok(())
    }
}
