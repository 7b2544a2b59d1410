//! What must survive: debts, generations, kept values (rules P1 to P6), as records and as their fold.

use crate::graph::Key;
use crate::value::Value;
use std::collections::BTreeMap;

/// Numbers records, from 1, without gaps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Seq(pub u64);

/// Counts notifications; never goes back, so that an edge that is drawn again is not deaf (rule N1).
pub type Generation = u64;

/// Who a notification comes from. A person's comes first in order, so that all lines of a target begin with it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// A person's `notify`.
    Command,
    /// A vertex, along its notify edge.
    Vertex(Key),
}

/// A notify edge, by its ends. In order of its targets, so that what is pending for one stands together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Line {
    /// Who is notified.
    pub to: Key,
    /// By whom.
    pub from: Source,
}

impl Line {
    /// From a vertex.
    pub fn between(from: &Key, to: &Key) -> Line {
        Line {
            to: to.clone(),
            from: Source::Vertex(from.clone()),
        }
    }

    /// From a person: the first of its target's lines.
    pub fn asked(to: &Key) -> Line {
        Line {
            to: to.clone(),
            from: Source::Command,
        }
    }

    /// The same line where this vertex has another name.
    pub fn renamed(self, from: &Key, to: &Key) -> Line {
        let moved = |key: Key| if key == *from { to.clone() } else { key };
        Line {
            to: moved(self.to),
            from: match self.from {
                Source::Vertex(key) => Source::Vertex(moved(key)),
                Source::Command => Source::Command,
            },
        }
    }

    /// Whether this is one of its ends.
    pub fn touches(&self, key: &Key) -> bool {
        self.to == *key || matches!(&self.from, Source::Vertex(from) if from == key)
    }
}

/// What goes to the journal, each as one unit.
#[derive(Clone, PartialEq, Debug)]
pub enum Record {
    /// Before its first apply or refresh: this vertex may have changed (rule P1), and what is kept of it is no longer known to be what
    /// it printed last (rule V6).
    Debt { vertex: Key, run: u32 },
    /// It is right: its debt is paid with these generations sent, these heard, these values kept. Never apart.
    Paid {
        vertex: Key,
        run: u32,
        sent: Vec<(Line, Generation)>,
        heard: Vec<(Line, Generation)>,
        kept: Option<Kept>,
    },
    /// Its apply had not begun: the debt that it had taken is dropped (rule N2), and what that had voided is kept again.
    NotBegun { vertex: Key, kept: Option<Kept> },
    /// A person notified it.
    Asked {
        vertex: Key,
        run: u32,
        generation: Generation,
    },
    /// A timer ticked.
    Ticked {
        vertex: Key,
        run: u32,
        sent: Vec<(Line, Generation)>,
    },
    /// A person dropped its debt and what was pending for it.
    Cancelled { vertex: Key },
    /// Vertices and lines that are no longer in the graph.
    Gone {
        vertices: Vec<Key>,
        lines: Vec<Line>,
    },
    /// A vertex has another name now.
    Renamed { from: Key, to: Key },
}

impl Record {
    /// A word for the trace.
    pub fn word(&self) -> &'static str {
        match self {
            Record::Debt { .. } => "debt",
            Record::Paid { .. } => "paid",
            Record::NotBegun { .. } => "not begun",
            Record::Asked { .. } => "asked",
            Record::Ticked { .. } => "ticked",
            Record::Cancelled { .. } => "cancelled",
            Record::Gone { .. } => "gone",
            Record::Renamed { .. } => "renamed",
        }
    }
}

/// Outputs that cannot be read back, with a hash of the params that made them (rule V6).
#[derive(Clone, PartialEq, Debug)]
pub struct Kept {
    /// SHA-256 over the params.
    pub hash: [u8; 32],
    /// The values, by name.
    pub values: BTreeMap<String, Value>,
}

/// How far a line has been sent and heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// The newest generation sent.
    pub sent: Generation,
    /// The newest generation heard.
    pub heard: Generation,
    /// The run in which the newest was sent.
    pub run: u32,
}

impl Count {
    /// Whether something has not been heard.
    pub fn is_pending(&self) -> bool {
        self.sent > self.heard
    }
}

/// All that records say, folded: what an engine starts from, and what it keeps up to date.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Remembered {
    /// Vertices that may have changed, with the run that says so.
    pub debts: BTreeMap<Key, u32>,
    /// Every line that was ever sent along, by its ends.
    pub lines: BTreeMap<Line, Count>,
    /// Outputs kept.
    pub kept: BTreeMap<Key, Kept>,
    /// The newest generation of all.
    pub generation: Generation,
    /// The number of the last record.
    pub seq: Seq,
    /// The number of the last run that recorded something.
    pub run: u32,
}

impl Remembered {
    /// Takes one record in.
    pub fn fold(&mut self, seq: Seq, record: &Record) {
        self.seq = seq;
        match record {
            Record::Debt { vertex, run } => {
                self.run = self.run.max(*run);
                self.debts.entry(vertex.clone()).or_insert(*run);
                self.kept.remove(vertex);
            }
            Record::Paid {
                vertex,
                run,
                sent,
                heard,
                kept,
            } => {
                self.run = self.run.max(*run);
                self.debts.remove(vertex);
                self.send(sent, *run);
                for (line, generation) in heard {
                    if let Some(count) = self.lines.get_mut(line) {
                        count.heard = count.heard.max(*generation);
                    }
                }
                self.keep(vertex, kept);
            }
            Record::NotBegun { vertex, kept } => {
                self.debts.remove(vertex);
                self.keep(vertex, kept);
            }
            Record::Asked {
                vertex,
                run,
                generation,
            } => {
                self.send(&[(Line::asked(vertex), *generation)], *run);
            }
            Record::Ticked { sent, run, .. } => self.send(sent, *run),
            Record::Cancelled { vertex } => {
                self.debts.remove(vertex);
                let from_there = self.lines.range_mut(Line::asked(vertex)..);
                let into = from_there.take_while(|(line, _)| line.to == *vertex);
                into.for_each(|(_, count)| count.heard = count.sent);
            }
            Record::Gone { vertices, lines } => {
                for vertex in vertices {
                    self.debts.remove(vertex);
                    self.kept.remove(vertex);
                }
                for line in lines {
                    self.lines.remove(line);
                }
            }
            Record::Renamed { from, to } => self.rename(from, to),
        }
    }

    /// Lines into a vertex that it has not heard, with their counts.
    pub fn pending_for<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = (&'a Line, &'a Count)> {
        self.lines
            .range(Line::asked(key)..)
            .take_while(move |(line, _)| line.to == *key)
            .filter(|(_, count)| count.is_pending())
    }

    fn keep(&mut self, vertex: &Key, kept: &Option<Kept>) {
        if let Some(kept) = kept {
            self.kept.insert(vertex.clone(), kept.clone());
        }
    }

    fn send(&mut self, sent: &[(Line, Generation)], run: u32) {
        self.run = self.run.max(run);
        for (line, generation) in sent {
            let count = self.lines.entry(line.clone()).or_default();
            count.sent = count.sent.max(*generation);
            count.run = run;
            self.generation = self.generation.max(*generation);
        }
    }

    fn rename(&mut self, from: &Key, to: &Key) {
        let lines = std::mem::take(&mut self.lines).into_iter();
        let lines = lines.map(|(line, count)| (line.renamed(from, to), count));
        self.lines = lines.collect();
        if let Some(run) = self.debts.remove(from) {
            self.debts.insert(to.clone(), run);
        }
        if let Some(kept) = self.kept.remove(from) {
            self.kept.insert(to.clone(), kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules N5 and P6: what is pending for a vertex is what all lines say of it, and a cancel drops just that.
    #[test]
    fn lines_of_one_target_are_found_among_all() {
        let keys: Vec<Key> = ["a", "ab", "b", "c"].map(|n| Key::new("noop", n)).into();
        let mut remembered = Remembered::default();
        let mut sent = Vec::new();
        for (at, to) in keys.iter().enumerate() {
            sent.push((Line::asked(to), sent.len() as u64 + 1));
            for from in keys.iter().skip(at) {
                sent.push((Line::between(from, to), sent.len() as u64 + 1));
            }
        }
        let record = Record::Paid {
            vertex: keys[0].clone(),
            run: 1,
            sent: sent.clone(),
            heard: sent.iter().step_by(3).cloned().collect(),
            kept: None,
        };
        remembered.fold(Seq(1), &record);
        let slowly = |remembered: &Remembered, key: &Key| -> Vec<Line> {
            let lines = remembered.lines.iter();
            let pending = lines.filter(|(line, count)| line.to == *key && count.is_pending());
            pending.map(|(line, _)| line.clone()).collect()
        };
        let found = |remembered: &Remembered, key: &Key| -> Vec<Line> {
            remembered
                .pending_for(key)
                .map(|(line, _)| line.clone())
                .collect()
        };
        for key in &keys {
            assert_eq!(found(&remembered, key), slowly(&remembered, key));
            assert!(!found(&remembered, key).is_empty());
        }
        let vertex = keys[1].clone();
        remembered.fold(Seq(2), &Record::Cancelled { vertex });
        let left: Vec<usize> = keys
            .iter()
            .map(|key| found(&remembered, key).len())
            .collect();
        assert_eq!(left[1], 0);
        assert!(
            left.iter().filter(|left| **left > 0).count() == 3,
            "{left:?}"
        );
    }
}
