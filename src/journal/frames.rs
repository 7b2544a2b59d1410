//! The store of a simulated machine: frames in one file of its disk, a frame a commit, each with its length and a checksum. A frame that was
//! cut off has not happened; one that is whole and does not fit its checksum is damage.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::bytes::{Expected, Names, Reader, Writer};
use super::format::{self, Table};
use super::ledger::{Entry, Ledger, Slot};
use super::{Store, StoreFault};
use crate::world::Look;
use crate::world::sim::Sim;

/// Where frames are kept.
pub trait FrameFile: Send {
    /// All bytes so far.
    fn read(&self) -> Vec<u8>;
    /// All bytes from now on; all or none.
    fn write(&mut self, bytes: Vec<u8>) -> Result<(), StoreFault>;
    /// How it is called in a fault.
    fn place(&self) -> String;
}

/// A file beside the tree of a simulated machine's disk. It can be written where the graph's state directory could.
pub struct SimFile {
    sim: Sim,
    dir: PathBuf,
}

impl SimFile {
    /// The journal of the graph whose state directory this is.
    pub fn new(sim: Sim, dir: PathBuf) -> SimFile {
        SimFile { sim, dir }
    }

    fn slot(&self) -> String {
        format!("{}/journal", self.dir.display())
    }
}

impl FrameFile for SimFile {
    fn read(&self) -> Vec<u8> {
        self.sim.disk_slot(&self.slot()).unwrap_or_default()
    }

    fn write(&mut self, bytes: Vec<u8>) -> Result<(), StoreFault> {
        let view = self.sim.attempt(None);
        let refuse = |why: String| StoreFault::new(self.place(), why);
        let stands = |dir: &&std::path::Path| matches!(view.stat(dir), Ok(Some(_)));
        if let Some(dir) = self.dir.ancestors().find(stands) {
            view.can_write(dir)
                .map_err(|fault| refuse(fault.to_string()))?;
            let free = view.free(dir).map_err(|fault| refuse(fault.to_string()))?;
            if free == Some(0) {
                return Err(refuse("no space left".to_owned()));
            }
        }
        self.sim.set_disk_slot(&self.slot(), Some(bytes));
        Ok(())
    }

    fn place(&self) -> String {
        self.slot()
    }
}

/// The journal of a simulated machine.
pub struct FrameStore<F> {
    file: F,
}

/// How many bytes of a frame's checksum are kept.
const SUM: usize = 8;

impl<F: FrameFile> FrameStore<F> {
    /// In this file.
    pub fn new(file: F) -> FrameStore<F> {
        FrameStore { file }
    }

    /// The ledger, and where its last whole frame ends.
    fn unfold(&self, bytes: &[u8]) -> Result<(Ledger, usize), StoreFault> {
        let mut ledger = Ledger::default();
        let mut from = Reader(bytes);
        let mut whole = 0;
        while let Some((payload, sum)) = next(&mut from) {
            let damaged = |why: &str| {
                let place = self.file.place();
                StoreFault::new(place, format!("damaged: at byte {whole}: {why}"))
            };
            if sum != checksum(payload) {
                return Err(damaged("the checksum does not fit"));
            }
            apply(payload, &mut ledger)
                .map_err(|expected| damaged(&format!("expected {expected}")))?;
            whole = bytes.len() - from.0.len();
        }
        Ok((ledger, whole))
    }
}

impl<F: FrameFile> Store for FrameStore<F> {
    fn load(&self) -> Result<Ledger, StoreFault> {
        Ok(self.unfold(&self.file.read())?.0)
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<(), StoreFault> {
        let mut bytes = self.file.read();
        let (mut ledger, whole) = self.unfold(&bytes)?;
        bytes.truncate(whole);
        bytes.extend_from_slice(&frame(&mut ledger, entries)?);
        self.file.write(bytes)
    }

    fn tear(&mut self, entries: &[Entry], permille: usize) -> Result<(), StoreFault> {
        let mut bytes = self.file.read();
        let (mut ledger, whole) = self.unfold(&bytes)?;
        bytes.truncate(whole);
        let frame = frame(&mut ledger, entries)?;
        let kept = (frame.len().saturating_sub(1) * permille.min(1_000)) / 1_000;
        bytes.extend_from_slice(&frame[..kept]);
        self.file.write(bytes)
    }
}

/// The next frame's payload and checksum; `None` at the end, and where the rest is no whole frame.
fn next<'a>(from: &mut Reader<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let payload = from.bytes().ok()?;
    Some((payload, from.raw(SUM).ok()?))
}

fn checksum(payload: &[u8]) -> Vec<u8> {
    Sha256::digest(payload)[..SUM].to_vec()
}

/// These records as a frame: the parts that they touch, as they are after them.
fn frame(ledger: &mut Ledger, entries: &[Entry]) -> Result<Vec<u8>, StoreFault> {
    let mut touched: Vec<Slot> = Vec::new();
    for entry in entries {
        touched.extend(ledger.touched(&entry.record));
        ledger.fold(entry);
    }
    touched.sort();
    touched.dedup();
    let mut payload = Writer::default();
    payload.bytes(&format::counters(&ledger.remembered));
    for slot in &touched {
        payload.u8(Table::of(slot) as u8).bytes(&format::key(slot));
        match format::value(ledger, slot)? {
            Some(value) => drop(payload.u8(1).bytes(&value)),
            None => drop(payload.u8(0)),
        }
    }
    let sum = checksum(&payload.0);
    let mut frame = Writer::default();
    frame.bytes(&payload.0).raw(&sum);
    Ok(frame.0)
}

fn apply(payload: &[u8], ledger: &mut Ledger) -> Result<(), Expected> {
    let mut from = Reader(payload);
    format::read_counters(from.bytes()?, &mut ledger.remembered)?;
    while !from.0.is_empty() {
        let number = usize::from(from.u8()?);
        let table = *Table::ALL.get(number).ok_or("a table")?;
        let key = from.bytes()?;
        match from.u8()? {
            0 => format::remove(table, key, ledger)?,
            _ => {
                let row = format::row(table, key, from.bytes()?, &mut Names::default())?;
                format::gather(vec![row], ledger);
            }
        }
    }
    Ok(())
}
