//! The grounds of the virtual driver: a simulated machine, and an overlay over any world.

use std::path::Path;

use super::Errand;
use super::sim::Ground;
use crate::engine::Input;
use crate::time::{Span, Time};
use crate::world::Watch;
use crate::world::sim::Sim;

/// A simulated machine to act on.
pub struct SimGround {
    sim: Sim,
}

impl SimGround {
    /// On this machine; clones of it are the same one.
    pub fn new(sim: Sim) -> SimGround {
        SimGround { sim }
    }
}

impl Ground for SimGround {
    fn run(&mut self, errand: &Errand, now: Time, state: &Path) -> (Input, Span) {
        self.sim.set_now(now);
        let view = self
            .sim
            .attempt(errand.job.timeout)
            .named(errand.job.key.to_string());
        let input = errand.run(&view, state, false);
        (input, view.elapsed())
    }

    fn watch(&mut self, id: u64, watches: &[Watch]) -> Result<(), String> {
        self.sim
            .watch(id, watches)
            .map_err(|fault| fault.to_string())
    }

    fn unwatch(&mut self, id: u64) {
        self.sim.unwatch(id);
    }

    fn noticed(&mut self) -> Vec<(u64, String)> {
        self.sim.take_events()
    }

    fn pass(&mut self, now: Time) -> Option<Time> {
        self.sim.set_now(now);
        self.sim.next_change()
    }

    fn crashed(&mut self) -> bool {
        self.sim.crashed()
    }

    fn restart(&mut self) {
        self.sim.restart();
    }
}
