//! What can be asked of an engine between steps.

use std::sync::Arc;

use super::event::EventId;
use super::{Engine, Remembered, Tally, VertexId, state};
use crate::graph::{Graph, Key};
use state::Mode;

impl Engine {
    /// The present graph.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// What the records so far come to: debts, generations, kept values.
    pub fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    /// Whether a run is under way.
    pub fn is_running(&self) -> bool {
        self.mode != Mode::Idle
    }

    /// Whether a run has nothing left to do (rule E1), or none is under way.
    pub fn is_converged(&self) -> bool {
        self.mode == Mode::Idle || !self.stirred
    }

    /// Whether no attempt is under way.
    pub fn is_idle(&self) -> bool {
        self.running == 0 && self.arming == 0
    }

    /// Whether starts stand still.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// What the present run has come to so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The number of the present run, from 1.
    pub fn run(&self) -> u32 {
        self.run
    }

    /// Vertices that wait for a person's answer, in order of name.
    pub fn asking(&self) -> Vec<(VertexId, Key)> {
        let asks = |v: &VertexId| self.node(*v).phase == state::Phase::Asking;
        self.net
            .index
            .iter()
            .filter(|(_, v)| asks(v))
            .map(|(key, v)| (*v, key.clone()))
            .collect()
    }

    /// The number of the last event.
    pub fn last_event(&self) -> EventId {
        self.last_event
    }

    /// Numbers events on from here: a restart in the same trace.
    pub fn go_on_counting(&mut self, last: EventId) {
        self.last_event = self.last_event.max(last);
    }

    /// The key of a vertex.
    pub fn key(&self, vertex: VertexId) -> Option<&Key> {
        self.nodes.get(vertex.0 as usize).map(|node| &node.key)
    }
}
