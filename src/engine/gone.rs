//! What is remembered of vertices and lines, when these go or get another name.
//!
//! - N7 Pending notifications of edges that stay are kept, also when params of an end changed; those of edges that go are dropped, with
//!   an event. What an engine before this one left of edges and vertices that are gone is dropped when the first effect of
//!   the next run starts. A rename carries debts and pending along; what was left under that name goes.

use super::Engine;
use super::debt::{Line, Record, Source};
use super::event::{EventId, What};
use super::notify::line_text;
use crate::graph::{Graph, Key};
use std::collections::BTreeSet;

/// Vertices and lines that are remembered, and not in a graph.
#[derive(Default)]
pub(super) struct Gone {
    pub vertices: BTreeSet<Key>,
    pub lines: BTreeSet<Line>,
}

impl Gone {
    fn is_empty(&self) -> bool {
        self.vertices.is_empty() && self.lines.is_empty()
    }

    fn rename(&mut self, from: &Key, to: &Key) {
        if self.vertices.remove(from) {
            self.vertices.insert(to.clone());
        }
        let lines = std::mem::take(&mut self.lines).into_iter();
        self.lines = lines.map(|line| line.renamed(from, to)).collect();
    }
}

impl Engine {
    /// A renamed vertex is the same one under another key. What was gone before stays so, under its new name.
    pub(super) fn carry_names(&mut self, renamed: &[(Key, Key)], before: &mut Gone) {
        for (from, to) in renamed.iter().filter(|(from, to)| from != to) {
            self.free_name(to, before);
            let v = self.net.index.remove(from);
            if let Some(v) = v {
                self.net.index.insert(to.clone(), v);
                self.node_mut(v).key = to.clone();
            }
            before.rename(from, to);
            if !self.known_of(from).is_empty() {
                let (from, to) = (from.clone(), to.clone());
                let cause = self.input_event;
                let seq = self.record(Record::Renamed { from, to }, None, cause);
                // Until it is durable, what the vertex owes is known under a name that the graph no longer has.
                v.into_iter().for_each(|v| self.gate_at(v, seq));
            }
        }
    }

    /// Another vertex gets this name: one that has it goes, and what is remembered of it, or was left of one before it, goes with it.
    fn free_name(&mut self, name: &Key, before: &mut Gone) {
        if let Some(v) = self.net.index.remove(name) {
            self.remove(v);
        }
        let known = self.known_of(name);
        before.vertices.remove(name);
        before.lines.retain(|line| !line.touches(name));
        self.drop_gone(known, self.input_event);
    }

    /// All that is remembered of one vertex.
    fn known_of(&self, key: &Key) -> Gone {
        let remembered = &self.remembered;
        let own = remembered.debts.contains_key(key) || remembered.kept.contains_key(key);
        let lines = remembered.lines.keys();
        Gone {
            vertices: own.then(|| key.clone()).into_iter().collect(),
            lines: lines.filter(|line| line.touches(key)).cloned().collect(),
        }
    }

    /// Lines and vertices that are remembered and no longer in the graph, as people read them (rule N7).
    pub fn leftovers(&self) -> Vec<String> {
        self.leftover_texts(&self.gone_from(&self.graph))
    }

    fn leftover_texts(&self, Gone { vertices, lines }: &Gone) -> Vec<String> {
        let pending = lines.iter().filter(|line| {
            self.remembered
                .lines
                .get(line)
                .is_some_and(|count| count.is_pending())
        });
        let debts = vertices
            .iter()
            .filter(|key| self.remembered.debts.contains_key(*key));
        pending
            .map(line_text)
            .chain(debts.map(|key| format!("debt of {key}")))
            .collect()
    }

    /// What is remembered of vertices and lines that this graph does not have.
    pub(super) fn gone_from(&self, graph: &Graph) -> Gone {
        let there = |key: &Key| graph.vertex(key).is_some();
        let drawn = |line: &Line| match &line.from {
            Source::Command => there(&line.to),
            Source::Vertex(from) => graph
                .edges()
                .get(&(from.clone(), line.to.clone()))
                .is_some_and(|edge| edge.notify.is_some()),
        };
        let known = self
            .remembered
            .debts
            .keys()
            .chain(self.remembered.kept.keys());
        let lines = self.remembered.lines.keys();
        Gone {
            vertices: known.filter(|key| !there(key)).cloned().collect(),
            lines: lines.filter(|line| !drawn(line)).cloned().collect(),
        }
    }

    /// Drops what [`Engine::leftovers`] lists: when the first effect of a run starts, which is the cause.
    pub(super) fn drop_leftovers(&mut self, cause: EventId) {
        let gone = self.gone_from(&self.graph);
        self.drop_gone(gone, cause);
    }

    /// Drops what an edit took away; what an older run left over waits for the next effect.
    pub(super) fn drop_newly_gone(&mut self, before: &Gone) {
        let mut gone = self.gone_from(&self.graph);
        gone.vertices.retain(|key| !before.vertices.contains(key));
        gone.lines.retain(|line| !before.lines.contains(line));
        self.drop_gone(gone, self.input_event);
    }

    fn drop_gone(&mut self, gone: Gone, cause: EventId) {
        if gone.is_empty() {
            return;
        }
        for what in self.leftover_texts(&gone) {
            self.event(None, What::Dropped { what }, cause);
        }
        let record = Record::Gone {
            vertices: gone.vertices.into_iter().collect(),
            lines: gone.lines.into_iter().collect(),
        };
        self.record(record, None, cause);
    }
}
