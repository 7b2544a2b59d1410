//! What is remembered and no longer in the graph.
//!
//! - N7 What an edit takes away is dropped with it, with an event. What an older run left over is listed by plan, and dropped
//!   when the first effect of the next run starts.

use super::Engine;
use super::debt::{Line, Record, Source};
use super::event::What;
use super::notify::line_text;
use crate::graph::{Graph, Key};
use std::collections::BTreeSet;

/// Vertices and lines that are remembered, and not in a graph.
pub(super) type Gone = (BTreeSet<Key>, BTreeSet<Line>);

impl Engine {
    /// Lines and vertices that are remembered and no longer in the graph, as people read them (rule N7).
    pub fn leftovers(&self) -> Vec<String> {
        self.leftover_texts(&self.gone_from(&self.graph))
    }

    fn leftover_texts(&self, (vertices, lines): &Gone) -> Vec<String> {
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
        let drawn = |(source, to): &Line| match source {
            Source::Command => there(to),
            Source::Vertex(from) => graph
                .edges()
                .get(&(from.clone(), to.clone()))
                .is_some_and(|edge| edge.notify.is_some()),
        };
        let known = self
            .remembered
            .debts
            .keys()
            .chain(self.remembered.kept.keys());
        let vertices = known.filter(|key| !there(key)).cloned().collect();
        let lines = self
            .remembered
            .lines
            .keys()
            .filter(|line| !drawn(line))
            .cloned()
            .collect();
        (vertices, lines)
    }

    /// Drops what [`Engine::leftovers`] lists: when the first effect of a run starts.
    pub(super) fn drop_leftovers(&mut self) {
        let gone = self.gone_from(&self.graph);
        self.drop_gone(gone);
    }

    /// Drops what an edit took away; what an older run left over waits for the next effect.
    pub(super) fn drop_newly_gone(&mut self, before: &Gone) {
        let (mut vertices, mut lines) = self.gone_from(&self.graph);
        vertices.retain(|key| !before.0.contains(key));
        lines.retain(|line| !before.1.contains(line));
        self.drop_gone((vertices, lines));
    }

    fn drop_gone(&mut self, gone: Gone) {
        if gone.0.is_empty() && gone.1.is_empty() {
            return;
        }
        let cause = self.input_event;
        for what in self.leftover_texts(&gone) {
            self.event(None, What::Dropped { what }, cause);
        }
        let record = Record::Gone {
            vertices: gone.0.into_iter().collect(),
            lines: gone.1.into_iter().collect(),
        };
        self.record(record, None, cause);
    }
}
