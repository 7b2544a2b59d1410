//! What a prompt asks while a line is typed.

use crate::command::Candidate;
use crate::repl::{Guide, Hint};

/// What a prompt asks while a line is typed.
pub trait Knows {
    /// What can stand at a byte of a line, and the byte from which it replaces what is there.
    fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<Candidate>);
    /// What to show behind the end of a line.
    fn hint(&self, line: &str) -> Option<Hint>;
    /// Whether more rows belong to it.
    fn is_open(&self, line: &str) -> bool;
}

impl Knows for Guide {
    fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        Guide::complete(self, line, cursor)
    }

    fn hint(&self, line: &str) -> Option<Hint> {
        Guide::hint(self, line)
    }

    fn is_open(&self, line: &str) -> bool {
        Guide::is_open(self, line)
    }
}

/// Knows nothing.
impl Knows for () {
    fn complete(&self, _: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        (cursor, Vec::new())
    }

    fn hint(&self, _: &str) -> Option<Hint> {
        None
    }

    fn is_open(&self, _: &str) -> bool {
        false
    }
}
