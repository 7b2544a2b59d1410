//! Where the log's lines go: standard error, with a priority before each where that is the journal.

use crate::repl::{Priority, write_beside};
use std::io::{Result, Write, stderr};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// The log, on standard error.
pub struct Log {
    /// Whether that is the journal.
    pub journal: bool,
}

/// What writes one entry, whole at a time.
pub struct Entry {
    priority: Option<Priority>,
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Entry;

    fn make_writer(&'a self) -> Entry {
        let priority = self.journal.then(|| Priority::of_level(&Level::INFO));
        Entry { priority }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Entry {
        let priority = self.journal.then(|| Priority::of_level(meta.level()));
        Entry { priority }
    }
}

impl Write for Entry {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.priority {
            None => write_beside(&String::from_utf8_lossy(bytes))?,
            Some(priority) => write_beside(&priority.mark(&String::from_utf8_lossy(bytes)))?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        stderr().flush()
    }
}
