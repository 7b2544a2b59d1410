//! Endings: converged, blocked, stopped.
//!
//! - E1 Converged: nothing runs, nothing dirty could run, nothing pending could be delivered. A failed or blocked vertex does not
//!   hinder it; a delay does.
//! - E2 A stop: nothing new starts, what runs is finished and recorded. A second one cancels what runs.
//! - V5 Where nothing else can move, a receiver without its value is blocked by its sender; L5: or held, if the sender's
//!   noop is why.

use super::Engine;
use super::event::{Block, EventId, What};
use super::flow::Starved;
use super::io::VertexId;
use super::state::{BUSY, FAILED, Mode, Outcome, Phase, SETTLED, STARVED};
use crate::graph::Key;
use std::collections::BTreeSet;

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
        self.tally.blocked = 0;
        self.tally.held = self.held.len();
        self.tell_blocked();
        self.event(None, What::Converged(self.tally), cause);
        match self.mode {
            Mode::Once => {
                self.mode = Mode::Idle;
                self.dismiss_waiting();
            }
            // The consent to a watch covers all later repairs (rule W3).
            _ => self.expected = None,
        }
    }

    /// Names what every vertex that could not go on is blocked behind.
    fn tell_blocked(&mut self) {
        let mut seen: BTreeSet<VertexId> = BTreeSet::new();
        let starved: Vec<VertexId> = self.starved.iter().copied().collect();
        let failed: Vec<VertexId> = self.failed.iter().copied().collect();
        for v in starved {
            if self.has(v, STARVED) && self.unsettled[v.0 as usize] == 0 && seen.insert(v) {
                self.tell_block(v);
                self.tell_behind(v, &mut seen);
            }
        }
        for v in failed {
            self.tell_behind(v, &mut seen);
        }
        for v in self.semaphores.waiting() {
            if seen.insert(v) {
                self.tell_block(v);
                self.tell_behind(v, &mut seen);
            }
        }
    }

    fn tell_behind(&mut self, v: VertexId, seen: &mut BTreeSet<VertexId>) {
        let mut open = vec![v];
        while let Some(v) = open.pop() {
            for at in self.net.succ.range(v) {
                let s = self.net.succ.item(at);
                if self.is_meant(s) && !self.has(s, SETTLED | BUSY | FAILED) && seen.insert(s) {
                    self.tell_block(s);
                    open.push(s);
                }
            }
        }
    }

    fn tell_block(&mut self, v: VertexId) {
        let Some(block) = self.blocked_behind(v) else {
            return;
        };
        let held = matches!(block, Block::HeldSender(_) | Block::BehindHeld(_));
        if held {
            self.tally.held += 1;
        } else {
            self.tally.blocked += 1;
        }
        let behind = match &block {
            Block::Failure(key)
            | Block::HeldSender(key)
            | Block::Behind(key)
            | Block::BehindHeld(key)
            | Block::Declined(key) => self.net.index.get(key).copied(),
            Block::NothingSent { from, .. } => self.net.index.get(from).copied(),
            // It may be no longer in the graph.
            Block::Semaphore { .. } => self.hung_semaphore(v).map(|(_, by)| by),
        };
        let cause = behind.map_or(EventId(0), |from| self.node(from).last);
        let last = self.event(Some(v), What::Blocked(block), cause);
        self.node_mut(v).last = last;
    }

    /// What an idle, unsettled vertex is blocked behind: the first in order of name, through all that is before it.
    pub(super) fn blocked_behind(&self, v: VertexId) -> Option<Block> {
        if self.unsettled[v.0 as usize] == 0 && self.has(v, STARVED) {
            return Some(match self.starved_by(v)? {
                Starved::Nothing { from, field } => Block::NothingSent {
                    from: self.node(from).key.clone(),
                    field,
                },
                Starved::Held { from } => Block::HeldSender(self.node(from).key.clone()),
            });
        }
        if let Some((name, by)) = self.waits_behind(v) {
            let by = self.node(by).key.clone();
            return Some(Block::Semaphore { name, by });
        }
        let (mut seen, mut open) = (BTreeSet::new(), vec![v]);
        let (mut failures, mut starving): (BTreeSet<&Key>, BTreeSet<&Key>) = Default::default();
        while let Some(v) = open.pop() {
            for p in self.net.pred.row(v) {
                if self.has(*p, SETTLED) || !seen.insert(*p) {
                    continue;
                }
                let key = &self.node(*p).key;
                if self.has(*p, FAILED) || self.node(*p).phase == Phase::Stuck {
                    failures.insert(key);
                } else if (self.has(*p, STARVED) && self.unsettled[p.0 as usize] == 0)
                    || self.waits_behind(*p).is_some()
                {
                    starving.insert(key);
                } else {
                    open.push(*p);
                }
            }
        }
        let failure = failures.first().map(|key| (*key).clone());
        let failure = failure.map(|key| match self.net.index.get(&key) {
            Some(v) if self.is_declined(*v) => Block::Declined(key),
            _ => Block::Failure(key),
        });
        failure.or_else(|| {
            let key = (*starving.first()?).clone();
            let held = self.is_held(&key);
            Some(if held {
                Block::BehindHeld(key)
            } else {
                Block::Behind(key)
            })
        })
    }

    /// The semaphore that keeps a vertex that could start waiting for ever, and who has it.
    fn waits_behind(&self, v: VertexId) -> Option<(String, VertexId)> {
        let could = self.unsettled[v.0 as usize] == 0 && !self.has(v, BUSY | SETTLED | FAILED);
        could.then(|| self.hung_semaphore(v)).flatten()
    }

    /// Whether what starves this vertex is a sender's noop, near or far.
    fn is_held(&self, key: &Key) -> bool {
        let Some(v) = self.net.index.get(key) else {
            return false;
        };
        match self.starved_by(*v) {
            Some(Starved::Held { .. }) => true,
            Some(Starved::Nothing { .. }) => false,
            None => self.node(*v).outcome == Outcome::Held,
        }
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
                    self.set(v, super::state::DIRTY);
                }
                Phase::Asking => {
                    self.stop_asking(v);
                    self.set(v, super::state::DIRTY);
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
