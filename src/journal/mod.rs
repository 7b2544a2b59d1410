//! The journal: where the engine's records go, and what comes back after a restart.
//!
//! A [`Store`] takes records in order, many at once, and is durable when `commit` returns. For now there is one in
//! memory: it survives everything but the end of the process.

use crate::engine::{Record, Remembered, Seq};

/// Why records could not be stored, or what was stored cannot be read: what, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {why}")]
pub struct StoreFault {
    /// The file or directory.
    pub place: String,
    /// What went wrong.
    pub why: String,
}

/// Where records are kept. Contract: after `commit` returned, `load` gives the fold of everything committed; records come
/// in order of their numbers, each once; a failed commit has stored none of its records.
pub trait Store: Send {
    /// What all records so far come to.
    fn load(&self) -> Result<Remembered, StoreFault>;
    /// Makes these records durable, all or none.
    fn commit(&mut self, records: &[(Seq, Record)]) -> Result<(), StoreFault>;
}

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    remembered: Remembered,
}

impl MemoryStore {
    /// One that goes on from this.
    pub fn from(remembered: Remembered) -> MemoryStore {
        MemoryStore { remembered }
    }
}

impl Store for MemoryStore {
    fn load(&self) -> Result<Remembered, StoreFault> {
        Ok(self.remembered.clone())
    }

    fn commit(&mut self, records: &[(Seq, Record)]) -> Result<(), StoreFault> {
        records
            .iter()
            .for_each(|(seq, record)| self.remembered.fold(*seq, record));
        Ok(())
    }
}
