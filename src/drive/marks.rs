//! Why something is recorded: every event names its cause, so the input that a record goes back to can be told in words. The words
//! stay in the journal when the trace is gone (rule P6).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::event::{Event, EventId, What};
use crate::engine::{Record, Seq};
use crate::journal::{Entry, Mark};
use crate::time::Wall;
use crate::trace;

/// How many events are remembered at least. What began longer ago has no cause that could be told.
const REMEMBERED: usize = 1 << 16;

/// Which input each of the last events goes back to.
#[derive(Default)]
pub(super) struct Origins {
    of: BTreeMap<EventId, Arc<str>>,
    /// The causes of records, by their numbers, until these are stored.
    records: BTreeMap<u64, Arc<str>>,
}

impl Origins {
    /// Takes new events in.
    pub fn take(&mut self, events: &[Event]) {
        for event in events {
            let origin = match event.what.is_input() {
                true => Some(Arc::from(words(event))),
                false => event.cause.and_then(|cause| self.of.get(&cause).cloned()),
            };
            let Some(origin) = origin else { continue };
            if let What::Recorded { seq, .. } = event.what {
                self.records.insert(seq, origin.clone());
            }
            self.of.insert(event.id, origin);
        }
        while self.of.len() > 2 * REMEMBERED {
            let middle = self.of.keys().nth(REMEMBERED).copied().unwrap_or_default();
            self.of = self.of.split_off(&middle);
        }
    }

    /// These records with when and why they were made.
    pub fn entries(&mut self, records: Vec<(Seq, Record)>, run: u32, at: Wall) -> Vec<Entry> {
        let entry = |(seq, record): (Seq, Record)| {
            let cause = self.records.remove(&seq.0).unwrap_or_default();
            let mark = Mark { run, at, cause };
            Entry { seq, record, mark }
        };
        records.into_iter().map(entry).collect()
    }
}

/// An input in the words of the trace.
fn words(event: &Event) -> String {
    let line = trace::line(event);
    let words = [line.subject.as_str(), line.word, line.detail.as_str()];
    let words = words.into_iter().filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
