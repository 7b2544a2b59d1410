//! Priorities for the journal of systemd: where a stream goes there, each line of it begins with `<N>` (sd-daemon(3)).
//!
//! Standard output and standard error are looked at each by itself: a service may have one in the journal and the other in a file.

use super::env;
use crate::engine::event::{Event, What};
use crate::trace;
use std::os::fd::AsFd;

/// How much a line matters, by the number that syslog has for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Priority {
    /// Something failed, or was refused.
    Error = 3,
    /// Something is not as it should be, and goes on.
    Warning = 4,
    /// Something was changed.
    Notice = 5,
    /// All else that is told.
    Info = 6,
    /// What only `-v` tells.
    Debug = 7,
}

impl Priority {
    /// What a line of the trace matters.
    pub fn of(event: &Event) -> Priority {
        if let What::Converged(tally) = &event.what {
            let bad = tally.failed + tally.blocked + tally.pending > 0;
            return if bad { Priority::Error } else { Priority::Info };
        }
        match trace::word(&event.what) {
            "failed" | "blocked" | "undurable" => Priority::Error,
            "held" | "unwatched" | "dropped" | "retrying" | "asks" => Priority::Warning,
            "changed" | "refreshed" => Priority::Notice,
            _ => Priority::Info,
        }
    }

    /// What a line of the log matters.
    pub fn of_level(level: &tracing::Level) -> Priority {
        match *level {
            tracing::Level::ERROR => Priority::Error,
            tracing::Level::WARN => Priority::Warning,
            tracing::Level::INFO => Priority::Info,
            _ => Priority::Debug,
        }
    }

    /// The text with this priority before each of its lines.
    pub fn mark(self, text: &str) -> String {
        let lines = text.split_inclusive('\n');
        lines
            .map(|line| format!("<{}>{line}", self as u8))
            .collect()
    }
}

/// Whether a stream goes to the journal: systemd says by `device:inode` which one does.
pub fn goes_to_journal(stream: impl AsFd) -> bool {
    let Some(named) = env::text("JOURNAL_STREAM") else {
        return false;
    };
    let stat = rustix::fs::fstat(stream);
    stat.is_ok_and(|stat| format!("{}:{}", stat.st_dev, stat.st_ino) == named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::event::{Block, EventId, Tally};
    use crate::graph::Key;
    use crate::time::Time;

    fn of(what: What) -> Priority {
        Priority::of(&Event {
            id: EventId(1),
            at: Time(0),
            subject: None,
            what,
            cause: None,
        })
    }

    #[test]
    fn every_line_of_a_text_is_marked() {
        let marked = Priority::Notice.mark("changed\n  +one\n\n");
        assert_eq!(marked, "<5>changed\n<5>  +one\n<5>\n");
        assert_eq!(Priority::Error.mark("half"), "<3>half");
        assert_eq!(Priority::Info.mark(""), "");
    }

    #[test]
    fn what_is_held_warns_and_what_failed_is_an_error() {
        let key = Key::new("noop", "a");
        assert_eq!(of(What::Blocked(Block::HeldSender(key))), Priority::Warning);
        assert_eq!(of(What::Undurable("full".into())), Priority::Error);
        assert_eq!(of(What::Ok), Priority::Info);
        let failed = Tally {
            failed: 1,
            ..Tally::default()
        };
        assert_eq!(of(What::Converged(failed)), Priority::Error);
        assert_eq!(of(What::Converged(Tally::default())), Priority::Info);
    }
}
