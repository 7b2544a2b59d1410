//! Standard output, and what became of it.

use super::priority::Priority;
use super::terminal::stdout_is_terminal;
use std::io::{Error, ErrorKind, Write, stderr, stdout};

/// What the kernel says of a terminal that is gone (EIO).
pub(super) const GONE: i32 = 5;

/// Standard output. Who does not read any more misses nothing; what could not be written for another reason was lost: that
/// is told once, and gives another exit code.
pub(super) struct Out {
    terminal: bool,
    unread: bool,
    lost: bool,
    /// Whether standard error, where that is told, goes to the journal.
    journal: bool,
}

impl Default for Out {
    fn default() -> Out {
        Out::new(false)
    }
}

impl Out {
    /// `journal`: standard error goes there.
    pub fn new(journal: bool) -> Out {
        Out {
            terminal: stdout_is_terminal(),
            unread: false,
            lost: false,
            journal,
        }
    }

    /// Writes at once. After something was lost the next is tried again: there may be room by then.
    pub fn put(&mut self, text: &str) {
        if self.unread {
            return;
        }
        let mut out = stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        match written {
            Ok(()) => {}
            Err(error) if nobody_reads(&error, self.terminal) => self.unread = true,
            Err(error) => self.lose(&error),
        }
    }

    /// Whether something was lost.
    pub fn lost(&self) -> bool {
        self.lost
    }

    fn lose(&mut self, error: &Error) {
        if !std::mem::replace(&mut self.lost, true) {
            let told = format!(
                "error: standard output cannot be written: {error}\n  hint: what is printed is not all there; exit code 1 says so too\n"
            );
            let told = match self.journal {
                true => Priority::Error.mark(&told),
                false => told,
            };
            // Where stderr is closed there is nobody to tell.
            let _ = stderr().write_all(told.as_bytes());
        }
    }
}

/// A pipe whose reader has gone, or a terminal that has.
fn nobody_reads(error: &Error, terminal: bool) -> bool {
    error.kind() == ErrorKind::BrokenPipe || (terminal && error.raw_os_error() == Some(GONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_has_gone_misses_nothing() {
        let broken = Error::from(ErrorKind::BrokenPipe);
        assert!(nobody_reads(&broken, false) && nobody_reads(&broken, true));
        let gone = Error::from_raw_os_error(GONE);
        assert!(nobody_reads(&gone, true));
        assert!(
            !nobody_reads(&gone, false),
            "a disk that fails loses what was printed"
        );
        assert!(!nobody_reads(&Error::from(ErrorKind::StorageFull), true));
    }
}
