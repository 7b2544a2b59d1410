//! The store of an engine on this machine. It only reads until there is something to write, takes the lock before the first act, and makes
//! directory and journal when they are first needed (rules P4 and P5).

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::home::{About, Home, Waiting};
use super::tables::Tables;
use super::{Entry, Ledger, Store, StoreFault};
use crate::engine::Seq;

/// The journal in a graph's state directory.
pub struct OwnStore {
    home: Home,
    about: About,
    lock: Option<Arc<OwnedFd>>,
    tables: Option<Tables>,
    /// The number of the last record that this engine knows of.
    known: Option<Seq>,
}

impl OwnStore {
    /// In this directory. Nothing is looked at yet.
    pub fn new(home: Home, about: About) -> OwnStore {
        OwnStore {
            home,
            about,
            lock: None,
            tables: None,
            known: None,
        }
    }

    fn open(&mut self) -> Result<&mut Tables, StoreFault> {
        self.settle()?;
        let tables = match self.tables.take() {
            Some(tables) => tables,
            None => {
                let tables = self.home.tables(&self.about)?;
                self.refuse_unknown(tables.ledger().remembered.seq)?;
                tables
            }
        };
        Ok(self.tables.insert(tables))
    }

    /// Takes the lock of a directory that was not there when this engine looked, and which it makes. Whoever was faster has acted since.
    fn make(&mut self) -> Result<(), StoreFault> {
        while self.lock.is_none() {
            // Whoever is refused has not locked it for a moment: the one that made it might take that for an engine.
            if !self.home.make()? && !self.home.is_typed() {
                self.home.refuse_held()?;
                return Err(self.acted_meanwhile());
            }
            self.lock = self.home.lock(&mut |_| true)?;
        }
        Ok(())
    }

    fn acted_meanwhile(&self) -> StoreFault {
        let why = "another engine has acted on this graph meanwhile: start again";
        StoreFault::new(self.home.dir().display().to_string(), why)
    }

    /// Refuses to write after records that this engine has not seen. Its own ones, of a write of which nobody knew how it ended, are none.
    fn refuse_unknown(&self, found: Seq) -> Result<(), StoreFault> {
        match self.known {
            Some(known) if found > known => Err(self.acted_meanwhile()),
            _ => Ok(()),
        }
    }
}

impl Store for OwnStore {
    fn load(&self) -> Result<Ledger, StoreFault> {
        match &self.tables {
            Some(tables) => tables.load(),
            None => Ok(self.home.peek(self.lock.is_some())?.ledger),
        }
    }

    fn begin(&mut self, waiting: Waiting) -> Result<Ledger, StoreFault> {
        if self.lock.is_none() {
            self.lock = self.home.lock(waiting)?;
        }
        let ledger = self.load()?;
        self.known = Some(ledger.remembered.seq);
        Ok(ledger)
    }

    fn settle(&mut self) -> Result<(), StoreFault> {
        if self.lock.is_some() {
            return Ok(());
        }
        self.make()
    }

    fn reserve(&mut self) -> Result<(), StoreFault> {
        if self.lock.is_some() {
            return Ok(());
        }
        match self.make() {
            // Nothing can be kept there, and nothing has to be.
            Err(_) if !self.home.dir().exists() => Ok(()),
            made => made,
        }
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<(), StoreFault> {
        let Some(last) = entries.last() else {
            return Ok(());
        };
        let last = last.seq;
        let done = self.open()?.commit(entries);
        // A write that failed may still have come through: if it is found later, these are its records.
        self.known = Some(self.known.unwrap_or_default().max(last));
        if done.is_err() {
            self.tables = None;
        }
        done
    }

    fn lock(&self) -> Option<Arc<OwnedFd>> {
        self.lock.clone()
    }
}
