//! What is so, whatever the engine believes: which vertices have drifted, which reactions are owed, which outputs there are.

use std::collections::{BTreeMap, BTreeSet};
use weft::graph::{Graph, Key};

/// The world, and what it is owed.
#[derive(Default)]
pub struct World {
    /// What is not as it should be.
    pub drifted: BTreeSet<Key>,
    /// Source and target of each edge along which a change was made, and no refresh of the target has begun since.
    owed: BTreeSet<(Key, Key)>,
    /// How often each command ran: what it prints, and nobody can read back.
    runs: BTreeMap<Key, i64>,
    /// What each file holds.
    pub content: BTreeMap<Key, i64>,
    /// The last output of each command that was ever durable.
    kept: BTreeMap<Key, i64>,
}

fn hears(key: &Key) -> bool {
    key.kind() != "file"
}

impl World {
    /// A vertex changed, with this graph around it.
    pub fn changes(&mut self, key: &Key, graph: &Graph) {
        if graph.vertex(key).is_none() {
            return;
        }
        for ((from, to), edge) in graph.edges() {
            if from == key && edge.notify.is_some() && hears(to) {
                self.owed.insert((from.clone(), to.clone()));
            }
        }
    }

    /// A command ran: it prints another number each time.
    pub fn runs(&mut self, key: &Key) -> i64 {
        let runs = self.runs.entry(key.clone()).or_default();
        *runs += 1;
        *runs
    }

    /// An output of a command is durable.
    pub fn is_kept(&mut self, key: &Key, printed: Option<i64>) {
        if let Some(printed) = printed {
            self.kept.insert(key.clone(), printed);
        }
    }

    /// The last output of a command that was ever durable.
    pub fn kept(&self, key: &Key) -> Option<i64> {
        self.kept.get(key).copied()
    }

    /// A reaction of this vertex begins: it sees all that was changed before.
    pub fn reacts(&mut self, key: &Key) {
        self.owed.retain(|(_, to)| to != key);
    }

    /// A person cancelled what is pending for a vertex and what it owes; `sent` are those to whom it owes nothing, since they
    /// were told.
    pub fn cancelled(&mut self, key: &Key, sent: &BTreeSet<Key>) {
        self.owed
            .retain(|(from, to)| to != key && (from != key || sent.contains(to)));
    }

    /// The graph is another one.
    pub fn edited(&mut self, graph: &Graph) {
        let drawn = |from: &Key, to: &Key| {
            let edge = graph.edges().get(&(from.clone(), to.clone()));
            edge.is_some_and(|edge| edge.notify.is_some())
        };
        self.owed.retain(|(from, to)| drawn(from, to));
    }

    /// A vertex has another name.
    pub fn renamed(&mut self, from: &Key, to: &Key) {
        let now = |key: &Key| if key == from { to.clone() } else { key.clone() };
        self.owed = self.owed.iter().map(|(a, b)| (now(a), now(b))).collect();
        self.drifted = self.drifted.iter().map(now).collect();
        for numbers in [&mut self.runs, &mut self.content, &mut self.kept] {
            if let Some(n) = numbers.remove(from) {
                numbers.insert(to.clone(), n);
            }
        }
    }

    /// What is still owed.
    pub fn debts(&self) -> Vec<String> {
        let owed = self.owed.iter();
        owed.map(|(from, to)| format!("{from} ~> {to}")).collect()
    }
}
