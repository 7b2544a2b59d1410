//! A run as a person steers it: paused, stepped through, stopped before a vertex or after an event.

use super::event::Halt;
use super::{Engine, EventId, VertexId, What};
use crate::graph::Key;

impl Engine {
    pub(super) fn pause(&mut self) {
        if !self.paused {
            self.paused = true;
            self.say_if_unspoken(|| "pause".into());
            let cause = self.input_event;
            self.event(None, What::Paused, cause);
        }
    }

    pub(super) fn go_on(&mut self) {
        if self.paused {
            self.paused = false;
            self.passing = self
                .ready
                .first()
                .map(|entry| entry.2)
                .filter(|v| self.breaks.contains(v));
            self.say_if_unspoken(|| "continue".into());
            let cause = self.input_event;
            self.event(None, What::Continued, cause);
        }
    }

    pub(super) fn set_break(&mut self, v: VertexId, on: bool) {
        if on {
            self.breaks.insert(v)
        } else {
            self.breaks.remove(&v)
        };
    }

    pub(super) fn break_at(&mut self, v: VertexId) {
        self.paused = true;
        let cause = self.node(v).cause;
        self.event(Some(v), What::Paused, cause);
    }

    pub(super) fn set_halt(&mut self, at: Halt, on: bool) {
        if on {
            self.halts.insert(at)
        } else {
            self.halts.remove(&at)
        };
    }

    /// After an event: where a person asked for it, nothing starts until they have looked.
    pub(super) fn halt_after(&mut self, at: Halt, v: Option<VertexId>, event: EventId) {
        if self.is_running() && !self.paused && self.halts.contains(&at) {
            self.paused = true;
            self.event(v, What::Halted(at), event);
        }
    }

    /// The vertices before which a run pauses, in order of name.
    pub fn breaks(&self) -> Vec<Key> {
        let index = self.net.index.iter();
        index
            .filter(|(_, v)| self.breaks.contains(v))
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// The events after which a run pauses, in the order in which they are listed.
    pub fn halts(&self) -> Vec<Halt> {
        self.halts.iter().copied().collect()
    }
}
