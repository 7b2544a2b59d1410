//! The engine of a simulation dies, and another one goes on from what was durable (rules P2, P3).

use std::sync::Arc;

use super::SimDrive;
use crate::engine::event::{Event, EventId, What};
use crate::engine::{Engine, Input, Options};
use crate::graph::{Graph, Key};
use crate::journal::{Ledger, StoreFault};

/// Where a crash was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CrashPoint {
    /// When this vertex has been applied or refreshed, before the engine hears of it.
    After(Key),
    /// Before the record of this number is durable.
    Record(u64),
}

impl SimDrive {
    /// The engine dies: what was not recorded is lost, the world and the journal stay.
    pub fn crash(&mut self) {
        if !self.down {
            self.tell_crash();
        }
        self.down = true;
        self.crash = None;
        self.coming.clear();
        self.watched.clear();
        self.wake = None;
    }

    /// Crashes when this point is reached.
    pub fn crash_at(&mut self, point: CrashPoint) {
        self.crash = Some(point);
    }

    /// The last line of an engine that dies, so that a trace shows where it did.
    fn tell_crash(&mut self) {
        let id = EventId(self.engine.last_event().0 + 1);
        self.engine.go_on_counting(id);
        self.events.push(Event {
            id,
            at: self.now,
            subject: None,
            what: What::Killed,
            cause: None,
        });
    }

    /// What is durable, whether or not an engine lives.
    pub fn durable(&self) -> Result<Ledger, StoreFault> {
        self.store.load()
    }

    /// A new engine goes on from the journal, with this graph, which may have been edited meanwhile (rule N7); its events go
    /// on counting.
    pub fn restart(&mut self, options: Options, graph: Arc<Graph>) -> Result<(), StoreFault> {
        let last = self.engine.last_event();
        self.engine = Engine::new(options, self.store.load()?.remembered);
        self.engine.go_on_counting(last);
        self.down = false;
        self.ground.restart();
        self.feed(Input::Graph {
            graph,
            renamed: Vec::new(),
        });
        Ok(())
    }
}
