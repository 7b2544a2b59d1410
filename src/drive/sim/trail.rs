//! What a simulation comes by, in order, as data: where it can be cut, and what an exploration judges it by.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::drive::{Act, Errand};
use crate::engine::event::{Event, What};
use crate::engine::{Attempt, Input, Record, Remembered, Seq};
use crate::graph::{Graph, Key};
use crate::world::sim::Call;

/// What an effect is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Deed {
    /// A look.
    Check,
    /// Mending.
    Apply,
    /// A refresh.
    Refresh,
}

impl Deed {
    fn of(errand: &Errand) -> Deed {
        match errand.act {
            Act::Check => Deed::Check,
            Act::Apply(_) => Deed::Apply,
            Act::Refresh => Deed::Refresh,
        }
    }
}

/// How an effect ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Came {
    /// It failed.
    Failed,
    /// A check that found something to mend.
    Drifted,
    /// It is as it should be; whether a refresh, or an apply that counts as one, is in that, and whether that or an apply
    /// changed something.
    Right { refreshed: bool, changed: bool },
}

/// Something that a simulation came by.
#[derive(Clone, Debug)]
pub enum Passed {
    /// The engine got this graph, with the old and new keys of what is the same.
    Graph(Arc<Graph>, Vec<(Key, Key)>),
    /// A person dropped what was pending for this vertex, and its debt.
    Cancelled(Key),
    /// Its guard said no to a refresh, which counts as heard.
    HeardOnly(Key),
    /// The commit of this number, from 1, and whether it is durable.
    Commit {
        number: u64,
        records: Vec<Record>,
        durable: bool,
    },
    /// The effect of this number, from 1, was carried out, with these world calls. Its end may come later, or never.
    Acted {
        number: u64,
        key: Key,
        deed: Deed,
        calls: Vec<Call>,
        /// Whether it may take only so long.
        limited: bool,
    },
    /// It ended, and the engine is about to hear of that.
    Ended {
        number: u64,
        key: Key,
        deed: Deed,
        came: Came,
    },
    /// The engine died; this was durable.
    Down(Box<Remembered>),
}

/// What was come by so far.
#[derive(Default)]
pub(super) struct Trail {
    told: bool,
    pub passed: Vec<Passed>,
    pub commits: u64,
    effects: u64,
    numbers: BTreeMap<Attempt, u64>,
}

impl Trail {
    pub fn tell(&mut self) {
        self.told = true;
    }

    fn push(&mut self, passed: Passed) {
        if self.told {
            self.passed.push(passed);
        }
    }

    pub fn input(&mut self, input: &Input) {
        match input {
            Input::Graph { graph, renamed } => {
                self.push(Passed::Graph(graph.clone(), renamed.clone()));
            }
            Input::Cancel(key) => self.push(Passed::Cancelled(key.clone())),
            _ => {}
        }
    }

    pub fn events(&mut self, events: &[Event]) {
        for event in events {
            if let (What::HeardOnly(_), Some(key)) = (&event.what, &event.subject) {
                self.push(Passed::HeardOnly(key.clone()));
            }
        }
    }

    pub fn committed(&mut self, number: u64, records: &[(Seq, Record)], durable: bool) {
        let records = records.iter().map(|(_, record)| record.clone());
        let records = records.collect();
        self.push(Passed::Commit {
            number,
            records,
            durable,
        });
    }

    /// The number of an effect that begins.
    pub fn begins(&mut self, errand: &Errand) -> u64 {
        self.effects += 1;
        self.numbers.insert(errand.attempt, self.effects);
        self.effects
    }

    pub fn acted(&mut self, number: u64, errand: &Errand, calls: Vec<Call>) {
        let (key, deed) = (errand.job.key.clone(), Deed::of(errand));
        self.push(Passed::Acted {
            number,
            key,
            deed,
            calls,
            limited: errand.job.timeout.is_some(),
        });
    }

    /// The number of an effect that ended.
    pub fn ended(&mut self, errand: &Errand, input: &Input) -> u64 {
        let number = self.numbers.remove(&errand.attempt).unwrap_or_default();
        let (key, deed) = (errand.job.key.clone(), Deed::of(errand));
        self.push(Passed::Ended {
            number,
            key,
            deed,
            came: came(input),
        });
        number
    }

    /// The engine died.
    pub fn down(&mut self, durable: impl FnOnce() -> Remembered) {
        self.numbers.clear();
        if self.told {
            self.passed.push(Passed::Down(Box::new(durable())));
        }
    }
}

fn came(input: &Input) -> Came {
    match input {
        Input::Checked {
            outcome: Ok(check), ..
        } if check.findings.is_empty() => Came::Right {
            refreshed: false,
            changed: false,
        },
        Input::Checked { outcome: Ok(_), .. } => Came::Drifted,
        Input::Applied {
            outcome: Ok(done), ..
        } => Came::Right {
            refreshed: done.refreshed,
            changed: true,
        },
        Input::Refreshed {
            outcome: Ok(done), ..
        } => Came::Right {
            refreshed: true,
            changed: done.changed,
        },
        _ => Came::Failed,
    }
}
