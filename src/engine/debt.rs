//! What must survive: debts, generations, kept values (rules P1 to P6), as records and as their fold.

use crate::graph::Key;
use crate::value::Value;
use std::collections::BTreeMap;

/// Numbers records, from 1, without gaps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Seq(pub u64);

/// Counts notifications; never goes back, so that an edge that is drawn again is not deaf (rule N1).
pub type Generation = u64;

/// Who a notification comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// A vertex, along its notify edge.
    Vertex(Key),
    /// A person's `notify`.
    Command,
}

/// A notify edge, by its ends.
pub type Line = (Source, Key);

/// What goes to the journal, each as one unit.
#[derive(Clone, PartialEq, Debug)]
pub enum Record {
    /// Before its first apply or refresh: this vertex may have changed (rule P1).
    Debt { vertex: Key, run: u32 },
    /// It is right: its debt is paid with these generations sent, these heard, these values kept. Never apart.
    Paid {
        vertex: Key,
        run: u32,
        sent: Vec<(Line, Generation)>,
        heard: Vec<(Line, Generation)>,
        kept: Option<Kept>,
    },
    /// Its apply had not begun: the debt that it had taken is dropped (rule N2).
    NotBegun { vertex: Key },
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
                if let Some(kept) = kept {
                    self.kept.insert(vertex.clone(), kept.clone());
                }
            }
            Record::NotBegun { vertex } => {
                self.debts.remove(vertex);
            }
            Record::Asked {
                vertex,
                run,
                generation,
            } => {
                self.send(&[((Source::Command, vertex.clone()), *generation)], *run);
            }
            Record::Ticked { sent, run, .. } => self.send(sent, *run),
            Record::Cancelled { vertex } => {
                self.debts.remove(vertex);
                let into = self.lines.iter_mut().filter(|((_, to), _)| to == vertex);
                into.for_each(|(_, count)| count.heard = count.sent);
            }
            Record::Gone { vertices, lines } => {
                for vertex in vertices {
                    self.debts.remove(vertex);
                    self.kept.remove(vertex);
                }
                self.lines.retain(|line, _| !lines.contains(line));
            }
            Record::Renamed { from, to } => self.rename(from, to),
        }
    }

    /// Lines into a vertex that it has not heard, with their counts.
    pub fn pending_for<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = (&'a Line, &'a Count)> {
        self.lines
            .iter()
            .filter(move |((_, to), count)| to == key && count.is_pending())
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
        let moved = |key: Key| if key == *from { to.clone() } else { key };
        let lines = std::mem::take(&mut self.lines);
        self.lines = lines
            .into_iter()
            .map(|((source, target), count)| {
                let source = match source {
                    Source::Vertex(key) => Source::Vertex(moved(key)),
                    Source::Command => Source::Command,
                };
                ((source, moved(target)), count)
            })
            .collect();
        if let Some(run) = self.debts.remove(from) {
            self.debts.insert(to.clone(), run);
        }
        if let Some(kept) = self.kept.remove(from) {
            self.kept.insert(to.clone(), kept);
        }
    }
}
