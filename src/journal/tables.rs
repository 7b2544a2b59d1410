//! The ledger in a redb file: a table a part, each commit one transaction with one sync.
//!
//! What redb promises is taken from its documentation: a transaction is durable as a whole when `commit` returns, and one that
//! was cut off has not happened. Opened as a single writer, other processes may read beside it. Anything that cannot be
//! read is damage, and is told with its place; a panic of the library on a damaged file is damage too.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadTransaction,
    ReadableDatabase, ReadableTable, StorageBackend, TableDefinition, TableError, WriteTransaction,
};

use super::bytes::Names;
use super::format::{self, FORMAT, Table};
use super::home::About;
use super::image::Image;
use super::ledger::{Entry, Ledger, Slot};
use super::{Store, StoreFault};

/// How much of a file is kept in memory, in bytes.
const CACHE: usize = 16 << 20;

const ABOUT: TableDefinition<&str, &[u8]> = TableDefinition::new("about");

fn table(of: Table) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(of.name())
}

/// What a journal holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Content {
    /// What its records come to.
    pub ledger: Ledger,
    /// Of which graph it is.
    pub about: About,
}

/// An open journal. Of its storage it is the only writer.
pub struct Tables {
    db: Database,
    place: String,
    ledger: Ledger,
    /// Whether the last commit failed, so that memory may know more than the file.
    broken: bool,
}

impl Tables {
    /// Opens the journal in this storage, which it makes where there is none. `place` names it in faults. Where the storage knows no locks,
    /// nobody can read beside it: `shared` is false.
    pub fn open(
        storage: impl StorageBackend,
        place: &str,
        about: &About,
        shared: bool,
    ) -> Result<Tables, StoreFault> {
        let mut builder = builder();
        if !shared {
            builder.set_concurrency_mode(ConcurrencyMode::ExclusiveWriter);
        }
        // A file that was altered is found here, before anything is decided by it.
        builder.set_check_integrity_on_open(true);
        let db = guarded(place, || builder.create_with_backend(storage))?;
        let content = match guarded(place, || db.begin_read())
            .and_then(|read| guarded_read(place, || content(&read, place)))?
        {
            Some(content) => content,
            None => {
                let content = Content {
                    about: about.clone(),
                    ..Content::default()
                };
                let write = || -> Result<(), redb::Error> {
                    let tx = db.begin_write()?;
                    put_about(&tx, about)?;
                    put_counters(&tx, &content.ledger)?;
                    tx.commit()?;
                    Ok(())
                };
                guarded(place, write)?;
                content
            }
        };
        if content.about != *about {
            guarded(place, || -> Result<(), redb::Error> {
                let tx = db.begin_write()?;
                put_about(&tx, about)?;
                tx.commit()?;
                Ok(())
            })?;
        }
        Ok(Tables {
            db,
            place: place.to_owned(),
            ledger: content.ledger,
            broken: false,
        })
    }

    /// What all records come to.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn write(&self, touched: &[Slot]) -> Result<(), StoreFault> {
        let mut values = Vec::with_capacity(touched.len());
        for slot in touched {
            values.push((slot, format::value(&self.ledger, slot)?));
        }
        guarded(&self.place, || -> Result<(), redb::Error> {
            let tx = self.db.begin_write()?;
            for of in Table::ALL {
                let mut of_table = values
                    .iter()
                    .filter(|(slot, _)| Table::of(slot) == of)
                    .peekable();
                if of_table.peek().is_none() {
                    continue;
                }
                let mut open = tx.open_table(table(of))?;
                for (slot, value) in of_table {
                    let key = format::key(slot);
                    match value {
                        Some(value) => drop(open.insert(&*key, &**value)?),
                        None => drop(open.remove(&*key)?),
                    }
                }
            }
            put_counters(&tx, &self.ledger)?;
            tx.commit()?;
            Ok(())
        })
    }
}

impl Store for Tables {
    fn load(&self) -> Result<Ledger, StoreFault> {
        Ok(self.ledger.clone())
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<(), StoreFault> {
        if self.broken {
            let why = "an earlier write failed: it must be opened again";
            return Err(StoreFault::new(&self.place, why));
        }
        let known = self.ledger.remembered.seq;
        let mut touched = Vec::new();
        for entry in entries.iter().filter(|entry| entry.seq > known) {
            touched.extend(self.ledger.touched(&entry.record));
            self.ledger.fold(entry);
        }
        touched.sort();
        touched.dedup();
        let written = self.write(&touched);
        self.broken = written.is_err();
        written
    }
}

/// Reads a journal beside the engine that writes it. `None`: nobody writes it, and it was not closed: it must be read with
/// [`read_image`].
pub(super) fn read_beside(path: &Path) -> Result<Option<Content>, StoreFault> {
    let place = path.display().to_string();
    let open = || builder().open_read_only(path);
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(Err(DatabaseError::RepairAborted)) => Ok(None),
        Ok(Err(error)) => Err(fault(&place, &error)),
        Err(_) => Err(damaged(&place, "it cannot be opened")),
        Ok(Ok(db)) => read_only(&db, &place).map(Some),
    }
}

fn read_only(db: &ReadOnlyDatabase, place: &str) -> Result<Content, StoreFault> {
    let read = guarded(place, || db.begin_read())?;
    Ok(guarded_read(place, || content(&read, place))?.unwrap_or_default())
}

/// Reads the bytes of a journal that nobody writes, repaired in memory where its writer was killed. Nothing is written.
pub(super) fn read_image(bytes: Vec<u8>, place: &str) -> Result<Content, StoreFault> {
    if bytes.is_empty() {
        return Ok(Content::default());
    }
    let mut builder = builder();
    builder.set_concurrency_mode(ConcurrencyMode::ExclusiveWriter);
    builder.set_check_integrity_on_open(true);
    let db = guarded(place, || builder.create_with_backend(Image::new(bytes)))?;
    let read = guarded(place, || db.begin_read())?;
    Ok(guarded_read(place, || content(&read, place))?.unwrap_or_default())
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE);
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
    builder
}

/// Everything in a journal; `None` if nothing was ever written to it.
fn content(read: &ReadTransaction, place: &str) -> Result<Option<Content>, StoreFault> {
    let storage = |error: &dyn Display| fault(place, error);
    let about = match read.open_table(ABOUT) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(storage(&error)),
        Ok(about) => about,
    };
    let word = |name: &str| -> Result<Vec<u8>, StoreFault> {
        let value = about.get(name).map_err(|error| storage(&error))?;
        Ok(value
            .map(|value| value.value().to_vec())
            .unwrap_or_default())
    };
    let format: [u8; 4] = word("format")?
        .try_into()
        .map_err(|_| damaged(place, "its format is not a number"))?;
    let format = u32::from_le_bytes(format);
    if format > FORMAT {
        let why = format!(
            "its format is {format}, and this weft reads up to {FORMAT}: use the weft that wrote it, or a newer one"
        );
        return Err(StoreFault::new(place, why));
    }
    let text = |name: &str| word(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let about = About {
        graph: text("graph")?,
        file: text("file")?,
    };
    let mut ledger = Ledger::default();
    format::read_counters(&word("counters")?, &mut ledger.remembered)
        .map_err(|expected| damaged(place, &format!("its counters: expected {expected}")))?;
    for of in Table::ALL {
        read_table(read, of, place, &mut ledger)?;
    }
    Ok(Some(Content { ledger, about }))
}

fn read_table(
    read: &ReadTransaction,
    of: Table,
    place: &str,
    into: &mut Ledger,
) -> Result<(), StoreFault> {
    let rows = match read.open_table(table(of)) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(()),
        Err(error) => return Err(fault(place, &error)),
        Ok(rows) => rows,
    };
    let mut names = Names::default();
    let mut found = Vec::new();
    for (number, row) in (1..).zip(rows.iter().map_err(|error| fault(place, &error))?) {
        let (key, value) = row.map_err(|error| fault(place, &error))?;
        let row = format::row(of, key.value(), value.value(), &mut names);
        found.push(row.map_err(|expected| {
            let how = format!("row {number} of its {}: expected {expected}", of.name());
            damaged(place, &how)
        })?);
    }
    format::gather(found, into);
    Ok(())
}

fn put_about(tx: &WriteTransaction, about: &About) -> Result<(), redb::Error> {
    let mut table = tx.open_table(ABOUT)?;
    table.insert("format", &FORMAT.to_le_bytes()[..])?;
    table.insert("graph", about.graph.as_bytes())?;
    table.insert("file", about.file.as_bytes())?;
    Ok(())
}

fn put_counters(tx: &WriteTransaction, ledger: &Ledger) -> Result<(), redb::Error> {
    let mut table = tx.open_table(ABOUT)?;
    table.insert("counters", &*format::counters(&ledger.remembered))?;
    Ok(())
}

/// Does something with the library, which may panic on a file that is not what it wrote.
fn guarded<T, E: Display>(
    place: &str,
    act: impl FnOnce() -> Result<T, E>,
) -> Result<T, StoreFault> {
    guarded_read(place, || act().map_err(|error| fault(place, &error)))
}

fn guarded_read<T>(
    place: &str,
    act: impl FnOnce() -> Result<T, StoreFault>,
) -> Result<T, StoreFault> {
    catch_unwind(AssertUnwindSafe(act)).unwrap_or_else(|_| Err(damaged(place, "reading it failed")))
}

fn fault(place: &str, error: &dyn Display) -> StoreFault {
    let why = error.to_string();
    match why.to_lowercase().contains("corrupt") {
        true => damaged(place, &why),
        false => StoreFault::new(place, why),
    }
}

pub(super) fn damaged(place: &str, how: &str) -> StoreFault {
    let hint = "nothing was changed; move it away to start without what it remembers";
    StoreFault::new(place, format!("damaged: {how} ({hint})"))
}

/// Says of a journal that it has another format.
#[cfg(test)]
pub(super) fn write_format(path: &Path, format: u32) {
    let db = builder().open(path).expect("a whole journal");
    let tx = db.begin_write().expect("nobody writes");
    tx.open_table(ABOUT)
        .and_then(|mut table| {
            Ok(table
                .insert("format", &format.to_le_bytes()[..])
                .map(drop)?)
        })
        .expect("it takes a value");
    tx.commit().expect("there is room");
}
