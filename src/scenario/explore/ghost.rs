//! What nobody may lose: a fold over what a simulation came by, which knows nothing of the engine's own bookkeeping.
//!
//! After a change of a vertex each target of its notify edges is *owed* a refresh that begins after the change and ends well. Until
//! then whoever dies, and whoever is done, must have it in the journal: as a debt of the sender or as a notification (rules P1, N5).
//! And nobody acts while something right before it is being changed, or is not known to be right (rules O1, N6).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::drive::sim::{Came, Deed, Passed};
use crate::engine::{Line, Record, Remembered, line_text};
use crate::graph::{Graph, Key};
use crate::kind;
use crate::value::Hears;

/// What is wrong with a play as far as notifications go, each once, in order.
pub fn judge(graph: &Arc<Graph>, passed: &[Passed], end: &Remembered) -> Vec<String> {
    let mut ghost = Ghost::new(graph.clone());
    for (at, passed) in passed.iter().enumerate() {
        ghost.take(at, passed);
    }
    ghost.settle(end, "at the end");
    ghost.found
}

struct Ghost {
    graph: Arc<Graph>,
    /// The graph before, for a new name that did not become durable.
    before: Arc<Graph>,
    /// Refreshes that are owed, with when they came to be.
    owed: BTreeMap<Line, usize>,
    /// When the effects began that have not ended.
    begun: BTreeMap<u64, usize>,
    /// Who is being changed.
    acting: BTreeSet<Key>,
    /// Who is known to be right.
    right: BTreeSet<Key>,
    /// When each was last looked at.
    looked: BTreeMap<Key, usize>,
    found: Vec<String>,
}

impl Ghost {
    fn new(graph: Arc<Graph>) -> Ghost {
        Ghost {
            before: graph.clone(),
            graph,
            owed: BTreeMap::new(),
            begun: BTreeMap::new(),
            acting: BTreeSet::new(),
            right: BTreeSet::new(),
            looked: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    fn take(&mut self, at: usize, passed: &Passed) {
        match passed {
            Passed::Graph(graph, renamed) => self.replace(graph, renamed),
            Passed::Cancelled(key) => {
                let from = Line::between(key, key).from;
                self.owed
                    .retain(|line, _| line.to != *key && line.from != from);
            }
            Passed::HeardOnly(key) => {
                let since = self.looked.get(key).copied().unwrap_or(at);
                self.hears(key, since);
            }
            Passed::Commit {
                records, durable, ..
            } => self.recorded(at, records, *durable),
            Passed::Acted {
                number,
                key,
                deed,
                calls,
                ..
            } => {
                self.begun.insert(*number, at);
                match deed {
                    Deed::Check => drop(self.looked.insert(key.clone(), at)),
                    Deed::Apply | Deed::Refresh => self.acts(key, *deed),
                }
                if calls.iter().any(|call| call.acted) {
                    self.owes(at, key);
                }
            }
            Passed::Ended {
                number,
                key,
                deed,
                came,
            } => self.ended(at, *number, key, *deed, *came),
            Passed::Down(durable) => {
                self.settle(durable, "when the engine died");
                self.begun.clear();
                self.acting.clear();
                self.right.clear();
            }
        }
    }

    fn replace(&mut self, graph: &Arc<Graph>, renamed: &[(Key, Key)]) {
        self.before = std::mem::replace(&mut self.graph, graph.clone());
        for (from, to) in renamed {
            self.rename(from, to);
        }
        let lines: BTreeSet<Line> = lines(graph).collect();
        let there = |line: &Line| {
            lines.contains(line)
                || (*line == Line::asked(&line.to) && graph.vertex(&line.to).is_some())
        };
        self.owed.retain(|line, _| there(line));
    }

    fn rename(&mut self, from: &Key, to: &Key) {
        let owed = std::mem::take(&mut self.owed).into_iter();
        self.owed = owed
            .map(|(line, at)| (line.renamed(from, to), at))
            .collect();
        for keys in [&mut self.acting, &mut self.right] {
            if keys.remove(from) {
                keys.insert(to.clone());
            }
        }
    }

    /// What a person asked for counts once it is durable, and so does a new name.
    fn recorded(&mut self, at: usize, records: &[Record], durable: bool) {
        for record in records {
            match record {
                Record::Asked { vertex, .. } if durable => {
                    self.owed.insert(Line::asked(vertex), at);
                }
                Record::Renamed { from, to } if !durable => {
                    self.rename(to, from);
                    self.graph = self.before.clone();
                }
                _ => {}
            }
        }
    }

    fn owes(&mut self, at: usize, key: &Key) {
        let from = Line::between(key, key).from;
        let graph = self.graph.clone();
        for line in lines(&graph).filter(|line| line.from == from) {
            self.owed.insert(line, at);
        }
    }

    /// A refresh, or what counts as one, that began then has ended well.
    fn hears(&mut self, key: &Key, since: usize) {
        self.owed.retain(|line, at| line.to != *key || *at >= since);
    }

    fn acts(&mut self, key: &Key, deed: Deed) {
        let graph = self.graph.clone();
        let before = graph.edges().keys().filter(|(_, to)| to == key);
        for (from, _) in before {
            let noop = graph.vertex(from).is_some_and(|vertex| vertex.meta.noop);
            let why = match () {
                () if self.acting.contains(from) => "is being changed",
                () if !self.right.contains(from) && !noop => "is not known to be right",
                () => continue,
            };
            let what = match deed {
                Deed::Refresh => "refreshed",
                _ => "applied",
            };
            self.tell(format!(
                "early: {key} is {what} while {from}, before it, {why}"
            ));
        }
        self.acting.insert(key.clone());
    }

    fn ended(&mut self, at: usize, number: u64, key: &Key, deed: Deed, came: Came) {
        let since = self.begun.remove(&number).unwrap_or(at);
        if deed != Deed::Check {
            self.acting.remove(key);
        }
        let Came::Right { refreshed, changed } = came else {
            self.right.remove(key);
            return;
        };
        self.right.insert(key.clone());
        if refreshed {
            self.hears(key, since);
        }
        if changed {
            self.owes(at, key);
        }
    }

    /// What is owed must be in the journal.
    fn settle(&mut self, durable: &Remembered, when: &str) {
        let graph = self.graph.clone();
        let kept = |line: &Line| {
            let pending = durable
                .lines
                .get(line)
                .is_some_and(|count| count.is_pending());
            let mut debts = durable.debts.keys();
            pending || debts.any(|key| Line::between(key, &line.to) == *line)
        };
        let lost: Vec<String> = self
            .owed
            .keys()
            .filter(|line| graph.vertex(&line.to).is_some() && !kept(line))
            .map(line_text)
            .collect();
        for line in lost {
            self.tell(format!(
                "lost: {line}: {when} the journal has neither a debt nor a notification"
            ));
        }
    }

    fn tell(&mut self, what: String) {
        if !self.found.contains(&what) {
            self.found.push(what);
        }
    }
}

/// The notify edges to what can hear.
fn lines(graph: &Graph) -> impl Iterator<Item = Line> + '_ {
    let hears = |key: &Key| {
        kind::find(key.kind()).is_some_and(|kind| kind.schema().hears != Hears::Nothing)
    };
    let told = graph
        .edges()
        .iter()
        .filter(move |((_, to), edge)| edge.notify.is_some() && hears(to));
    told.map(|((from, to), _)| Line::between(from, to))
}
