//! The journal: where the engine's records go, and what comes back after a restart (rules P1 to P6).
//!
//! Nothing is replayed: the journal holds what the records come to, and recovery checks the world anew. What it holds is debts,
//! generations, kept values and cancels, each with its run, the wall time and its cause, under the names of its ends.
//!
//! | file | what |
//! | --- | --- |
//! | `ledger` | what all records so far come to, and which parts of it a record touches |
//! | `bytes`, `format` | these parts as bytes, each form with its version |
//! | `tables` | the store of this machine: tables in a redb file |
//! | `home` | a graph's state directory: made, owned, locked, read |
//! | `typed` | edits that were typed there and not saved |
//! | `shelf` | all of them: listed, taken over, removed |
//! | `own` | the store of an engine: reads before it has to write, locks before it acts |
//! | `frames` | the store of a simulated machine: frames in a file of its disk |
//!
//! A [`Store`] takes records in order, many at once, and they are durable when `commit` returns.

mod bytes;
mod format;
mod frames;
mod holder;
mod home;
mod image;
mod ledger;
mod own;
mod shelf;
mod tables;
mod typed;

pub use frames::{FrameFile, FrameStore, SimFile};
pub use home::{About, Home, Waiting};
pub use ledger::{Cancel, Entry, Ledger, Mark, Slot};
pub use own::OwnStore;
pub use shelf::{Listed, adopt, list, names, remove};
pub use tables::Tables;
pub use typed::{Edits, Typed, edits, forget_edits};

use std::os::fd::OwnedFd;
use std::sync::Arc;

/// Why records could not be stored, or what was stored cannot be read: what, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{place}: {why}")]
pub struct StoreFault {
    /// The file or directory.
    pub place: String,
    /// What went wrong.
    pub why: String,
}

impl StoreFault {
    /// This, there.
    pub fn new(place: impl Into<String>, why: impl Into<String>) -> StoreFault {
        StoreFault {
            place: place.into(),
            why: why.into(),
        }
    }
}

/// Where records are kept. Contract: after `commit` returned, `load` gives the fold of everything committed; records come
/// in order of their numbers, each once; a failed commit has stored none of its records, and the same ones may be committed again.
pub trait Store: Send {
    /// What all records so far come to. Writes nothing.
    fn load(&self) -> Result<Ledger, StoreFault>;

    /// Before the first act of an engine: from here on no other engine acts on this graph (rule P5). Gives what is there now, which
    /// another engine may have changed since `load`. `waiting` is told what is being waited for.
    fn begin(&mut self, waiting: Waiting) -> Result<Ledger, StoreFault> {
        let _ = waiting;
        self.load()
    }

    /// Before any act: no other engine acts on this graph from here on, also where `begin` found nothing that could be locked. Where no place
    /// of the graph's own can be made, and none is needed, acts go on without.
    fn reserve(&mut self) -> Result<(), StoreFault> {
        Ok(())
    }

    /// Before the first effect that needs a place of the graph's own: makes it, or says why it cannot be had (rule P4).
    fn settle(&mut self) -> Result<(), StoreFault> {
        Ok(())
    }

    /// Makes these records durable, all or none.
    fn commit(&mut self, entries: &[Entry]) -> Result<(), StoreFault>;

    /// Dies in the middle of a commit, when so much of a thousand parts of it is written: none of these records is stored.
    fn tear(&mut self, entries: &[Entry], permille: usize) -> Result<(), StoreFault> {
        let _ = (entries, permille);
        Ok(())
    }

    /// The lock that commands hold as long as they run, once there is one (rule P7).
    fn lock(&self) -> Option<Arc<OwnedFd>> {
        None
    }
}

/// A store in memory: for plans, and for whoever embeds the engine and wants nothing kept.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    ledger: Ledger,
}

impl MemoryStore {
    /// One that goes on from this.
    pub fn from(ledger: Ledger) -> MemoryStore {
        MemoryStore { ledger }
    }
}

impl Store for MemoryStore {
    fn load(&self) -> Result<Ledger, StoreFault> {
        Ok(self.ledger.clone())
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<(), StoreFault> {
        entries.iter().for_each(|entry| self.ledger.fold(entry));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
