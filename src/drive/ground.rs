//! The grounds of the virtual driver: a simulated machine, and an overlay over any world.

use std::path::Path;
use std::sync::Arc;

use super::Errand;
use super::sim::Ground;
use crate::engine::Input;
use crate::time::{Span, Time};
use crate::world::overlay::Overlay;
use crate::world::sim::{Call, FaultKind, Sim};
use crate::world::{Look, Watch};

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

    fn strike(&mut self, calls: usize, what: FaultKind) {
        self.sim.strike(calls, what);
    }

    fn take_calls(&mut self) -> Vec<Call> {
        self.sim.take_calls()
    }

    fn restart(&mut self) {
        self.sim.restart();
    }
}

/// An overlay over any world: what a plan acts on. No time passes, and nothing is watched.
pub struct OverlayGround {
    overlay: Overlay,
}

impl OverlayGround {
    /// Over this world, with nothing changed yet.
    pub fn over(below: Arc<dyn Look>) -> OverlayGround {
        OverlayGround {
            overlay: Overlay::over(below),
        }
    }
}

impl Ground for OverlayGround {
    fn run(&mut self, errand: &Errand, _: Time, state: &Path) -> (Input, Span) {
        let who = errand.job.key.to_string();
        let view = self
            .overlay
            .attempt(&who, errand.job.behind)
            .with_rights(errand.job.rights);
        (errand.run(&view, state, true), Span::ZERO)
    }

    fn watch(&mut self, _: u64, _: &[Watch]) -> Result<(), String> {
        Ok(())
    }

    fn unwatch(&mut self, _: u64) {}

    fn noticed(&mut self) -> Vec<(u64, String)> {
        Vec::new()
    }
}
