//! What all records so far come to: what the engine goes on from, and beside each part of it when and why it came to be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::{Line, Record, Remembered, Seq};
use crate::graph::Key;
use crate::time::Wall;

/// When something was recorded, and because of what.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    /// In which run; 0 for none.
    pub run: u32,
    /// The wall time: an argument, and only ever printed (rule O2).
    pub at: Wall,
    /// The input that it goes back to, in the words of the trace; empty where nobody can tell.
    pub cause: Arc<str>,
}

/// A record as it goes into a store.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its number.
    pub seq: Seq,
    /// What it says.
    pub record: Record,
    /// When and why.
    pub mark: Mark,
}

/// What a person dropped last for a vertex.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cancel {
    /// The notifications, as `pending` shows them; a debt as `debt`.
    pub what: Vec<String>,
    /// When and why.
    pub mark: Mark,
}

/// A part of the ledger that is written or removed as one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Slot {
    /// A vertex that may have changed.
    Debt(Key),
    /// How far a line was sent and heard.
    Line(Line),
    /// Outputs of a vertex.
    Kept(Key),
    /// What was dropped last for a vertex.
    Cancel(Key),
}

/// What all records so far come to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Ledger {
    /// What the engine goes on from.
    pub remembered: Remembered,
    /// When each debt began, each line became pending, each output was made.
    pub marks: BTreeMap<Slot, Mark>,
    /// What was dropped last, by vertex.
    pub cancels: BTreeMap<Key, Cancel>,
}

impl Ledger {
    /// Takes one record in.
    pub fn fold(&mut self, entry: &Entry) {
        let Entry { seq, record, mark } = entry;
        let touched = self.touched(record);
        let old: BTreeMap<&Slot, bool> = touched.iter().map(|s| (s, self.is_open(s))).collect();
        if let Record::Cancelled { vertex } = record {
            let what = self.dropped(vertex);
            let mark = mark.clone();
            self.cancels.insert(vertex.clone(), Cancel { what, mark });
        }
        self.remembered.fold(*seq, record);
        if let Record::Gone { vertices, .. } = record {
            self.cancels.retain(|key, _| !vertices.contains(key));
        }
        if let Record::Renamed { from, to } = record {
            return self.rename(from, to);
        }
        for (slot, was_open) in old {
            match self.stands(slot) {
                false => drop(self.marks.remove(slot)),
                true if matches!(slot, Slot::Cancel(_)) => {}
                true if was_open && self.is_open(slot) => {}
                true if matches!(slot, Slot::Line(_)) && !self.is_open(slot) => {}
                true => drop(self.marks.insert(slot.clone(), mark.clone())),
            }
        }
    }

    /// The parts that a record changes, as they are named before and after it.
    pub fn touched(&self, record: &Record) -> BTreeSet<Slot> {
        let lines = |lines: &[(Line, u64)]| -> Vec<Slot> {
            lines
                .iter()
                .map(|(line, _)| Slot::Line(line.clone()))
                .collect()
        };
        let mut touched = BTreeSet::new();
        match record {
            Record::Debt { vertex, .. } => {
                touched.insert(Slot::Debt(vertex.clone()));
                touched.insert(Slot::Kept(vertex.clone()));
            }
            Record::NotBegun { vertex, kept } => {
                touched.insert(Slot::Debt(vertex.clone()));
                touched.extend(kept.as_ref().map(|_| Slot::Kept(vertex.clone())));
            }
            Record::Paid {
                vertex,
                sent,
                heard,
                kept,
                ..
            } => {
                touched.insert(Slot::Debt(vertex.clone()));
                touched.extend(lines(sent));
                touched.extend(lines(heard));
                touched.extend(kept.as_ref().map(|_| Slot::Kept(vertex.clone())));
            }
            Record::Asked { vertex, .. } => {
                touched.insert(Slot::Line(Line::asked(vertex)));
            }
            Record::Ticked { sent, .. } => touched.extend(lines(sent)),
            Record::Cancelled { vertex } => {
                let from_there = self.remembered.lines.range(Line::asked(vertex)..);
                let into = from_there.take_while(|(line, _)| line.to == *vertex);
                touched.extend(into.map(|(line, _)| Slot::Line(line.clone())));
                touched.insert(Slot::Debt(vertex.clone()));
                touched.insert(Slot::Cancel(vertex.clone()));
            }
            Record::Gone { vertices, lines } => {
                for vertex in vertices {
                    touched.insert(Slot::Debt(vertex.clone()));
                    touched.insert(Slot::Kept(vertex.clone()));
                    touched.insert(Slot::Cancel(vertex.clone()));
                }
                touched.extend(lines.iter().cloned().map(Slot::Line));
            }
            Record::Renamed { from, to } => touched.extend(self.renamed(from, to)),
        }
        touched
    }

    /// Whether this part is there.
    pub fn stands(&self, slot: &Slot) -> bool {
        match slot {
            Slot::Debt(key) => self.remembered.debts.contains_key(key),
            Slot::Line(line) => self.remembered.lines.contains_key(line),
            Slot::Kept(key) => self.remembered.kept.contains_key(key),
            Slot::Cancel(key) => self.cancels.contains_key(key),
        }
    }

    /// When and why this part came to be.
    pub fn mark(&self, slot: &Slot) -> Mark {
        match slot {
            Slot::Cancel(key) => self.cancels.get(key).map(|cancel| cancel.mark.clone()),
            slot => self.marks.get(slot).cloned(),
        }
        .unwrap_or_default()
    }

    /// Whether it is a debt, or a line on which something is pending: the older mark counts then.
    fn is_open(&self, slot: &Slot) -> bool {
        match slot {
            Slot::Line(line) => {
                let count = self.remembered.lines.get(line);
                count.is_some_and(|count| count.is_pending())
            }
            Slot::Debt(key) => self.remembered.debts.contains_key(key),
            Slot::Kept(_) | Slot::Cancel(_) => false,
        }
    }

    /// What a cancel drops, in words.
    fn dropped(&self, vertex: &Key) -> Vec<String> {
        let lines = self.remembered.pending_for(vertex);
        let debt = self.remembered.debts.contains_key(vertex);
        lines
            .map(|(line, _)| crate::engine::line_text(line))
            .chain(debt.then(|| "debt".to_owned()))
            .collect()
    }

    /// Every part with either name in it.
    fn renamed(&self, from: &Key, to: &Key) -> BTreeSet<Slot> {
        let mut touched = BTreeSet::new();
        for key in [from, to] {
            for slot in [Slot::Debt, Slot::Kept, Slot::Cancel].map(|of| of(key.clone())) {
                touched.insert(slot);
            }
        }
        for line in self.remembered.lines.keys() {
            if line.touches(from) || line.touches(to) {
                touched.insert(Slot::Line(line.clone()));
                touched.insert(Slot::Line(line.clone().renamed(from, to)));
            }
        }
        touched
    }

    fn rename(&mut self, from: &Key, to: &Key) {
        let moved = |key: &Key| if key == from { to.clone() } else { key.clone() };
        let marks = std::mem::take(&mut self.marks).into_iter();
        self.marks = marks
            .map(|(slot, mark)| {
                let slot = match slot {
                    Slot::Debt(key) => Slot::Debt(moved(&key)),
                    Slot::Kept(key) => Slot::Kept(moved(&key)),
                    Slot::Cancel(key) => Slot::Cancel(moved(&key)),
                    Slot::Line(line) => Slot::Line(line.renamed(from, to)),
                };
                (slot, mark)
            })
            .collect();
        if let Some(cancel) = self.cancels.remove(from) {
            self.cancels.insert(to.clone(), cancel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These records in order, each of a run of its own.
    fn of(records: impl IntoIterator<Item = Record>) -> Ledger {
        let mut ledger = Ledger::default();
        for (record, run) in records.into_iter().zip(1..) {
            let mark = Mark {
                run,
                ..Mark::default()
            };
            let seq = Seq(run.into());
            ledger.fold(&Entry { seq, record, mark });
        }
        ledger
    }

    fn key(name: &str) -> Key {
        Key::new("file", name)
    }

    fn asked(generation: u64) -> Record {
        let vertex = key("a");
        let run = 1;
        Record::Asked {
            vertex,
            run,
            generation,
        }
    }

    fn debt(run: u32) -> Record {
        let vertex = key("a");
        Record::Debt { vertex, run }
    }

    #[test]
    fn what_is_owed_or_pending_is_as_old_as_its_first_record() {
        let ledger = of([debt(1), debt(2), asked(1), asked(2)]);
        let run = |slot| ledger.mark(&slot).run;
        assert_eq!(run(Slot::Debt(key("a"))), 1);
        assert_eq!(run(Slot::Line(Line::asked(&key("a")))), 3);
        assert_eq!(ledger.remembered.debts[&key("a")], 1);
    }

    #[test]
    fn what_was_cancelled_goes_by_the_new_name() {
        let (vertex, from, to) = (key("a"), key("a"), key("b"));
        let records = [
            asked(1),
            Record::Cancelled { vertex },
            Record::Renamed { from, to },
        ];
        let cancels = of(records).cancels;
        assert_eq!(cancels.keys().collect::<Vec<_>>(), [&key("b")]);
        assert_eq!(cancels[&key("b")].what, ["notify file[a]"]);
        assert_eq!(cancels[&key("b")].mark.run, 2);
    }
}
