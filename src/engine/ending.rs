//! Endings: converged and stopped.
//!
//! - E1 Converged: nothing runs, nothing dirty could run, nothing pending could be delivered. A failed or blocked vertex does not
//!   hinder it; a delay does.
//! - E2 A stop: nothing new starts, what runs is finished and recorded. A second one cancels what runs.

use super::Engine;
use super::event::What;
use super::io::VertexId;
use super::state::{BUSY, DIRTY, Mode, PENDING, Phase};

impl Engine {
    /// After each step: whether the run has ended, or is quiet.
    pub(super) fn conclude(&mut self) {
        match self.mode {
            Mode::Idle => {}
            Mode::Stopping if self.running == 0 => self.stopped(),
            Mode::Stopping => {}
            Mode::Once | Mode::Watching => {
                if self.stirred && self.nothing_moves() {
                    self.converge();
                }
            }
        }
    }

    fn nothing_moves(&self) -> bool {
        self.running == 0
            && self.arming == 0
            && self.delayed == 0
            && self.asking == 0
            && self.ready.is_empty()
    }

    fn converge(&mut self) {
        self.stirred = false;
        let cause = self.last_event;
        self.begin_tally();
        self.tally.blocked = 0;
        self.tally.outside = self.pending_outside();
        self.tally.held = self.held.iter().filter(|v| self.is_meant(**v)).count();
        self.tell_blocked();
        self.event(None, What::Converged(self.tally), cause);
        self.told = true;
        match self.mode {
            Mode::Once => {
                self.mode = Mode::Idle;
                self.let_go();
                self.dismiss_waiting();
            }
            // The consent to a watch covers all later repairs (rule W3).
            _ => self.expected = None,
        }
    }

    /// A pause ends with its run, and so do steps that nobody took: a break may have stood before a vertex that is gone.
    fn let_go(&mut self) {
        self.paused = false;
        self.steps = 0;
    }

    /// How many wait for a notification to be delivered by a run that is about them (rule L4).
    fn pending_outside(&self) -> usize {
        let all = self.only.iter().flat_map(|_| self.net.index.values());
        all.filter(|v| self.has(**v, PENDING) && !self.is_meant(**v))
            .count()
    }

    pub(super) fn stop(&mut self, now: bool) {
        if self.mode == Mode::Idle {
            return;
        }
        self.stop_event = self.input(None, What::Stopping { now });
        self.begin_stopping(now);
    }

    /// A record could not be made durable: nothing new starts, what runs is finished.
    pub(super) fn undurable(&mut self, why: String) {
        self.stop_event = self.input(None, What::Undurable(why));
        if self.mode != Mode::Idle {
            self.begin_stopping(false);
        }
    }

    fn begin_stopping(&mut self, now: bool) {
        self.mode = Mode::Stopping;
        let waiting: Vec<VertexId> = (0..self.nodes.len() as u32).map(VertexId).collect();
        for v in waiting {
            match self.node(v).phase {
                Phase::Delayed => {
                    self.end_delay(v);
                    self.set(v, DIRTY);
                }
                Phase::Asking => {
                    self.stop_asking(v);
                    self.set(v, DIRTY);
                }
                Phase::Arming => self.disarm(v),
                _ => {}
            }
        }
        if now {
            self.cancel_running();
        }
    }

    fn disarm(&mut self, v: VertexId) {
        self.arming -= 1;
        self.unwatch(v);
        self.node_mut(v).phase = Phase::Idle;
        self.clear(v, BUSY);
    }

    fn stopped(&mut self) {
        self.mode = Mode::Idle;
        self.let_go();
        self.stop_watching();
        for entry in std::mem::take(&mut self.ready) {
            self.node_mut(entry.2).queued = false;
        }
        self.dismiss_waiting();
        let cause = self.stop_event;
        let quiet = !self.stirred;
        self.stirred = false;
        let what = if quiet {
            What::Converged(self.tally)
        } else {
            What::Stopped
        };
        self.event(None, what, cause);
    }
}
