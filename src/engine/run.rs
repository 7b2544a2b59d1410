//! A run as a person begins it.
//!
//! - L4 A run may be about some vertices: the rest is left alone, and does not count in what the run comes to.
//! - W3 Each run that a person starts is one: everything is dirty when it begins, since the world may be any.

use std::collections::BTreeSet;

use super::event::{Dirt, EventId, What};
use super::io::{Until, VertexId};
use super::state::{DIRTY, Mode, Outcome, PENDING, Phase};
use super::{Engine, Tally};
use crate::graph::Key;

impl Engine {
    /// A run begins. Everything is dirty, since the world may be any.
    pub(super) fn begin_run(&mut self, until: Until, world: String, only: Option<BTreeSet<Key>>) {
        self.run += 1;
        self.swept = false;
        self.stirred = true;
        self.mode = match until {
            Until::Converged => Mode::Once,
            Until::Stopped => Mode::Watching,
        };
        let pending = self
            .remembered
            .lines
            .values()
            .filter(|count| count.is_pending())
            .count();
        let debts = self.remembered.debts.len();
        if std::mem::take(&mut self.restarted) && debts + pending > 0 {
            self.event(None, What::Restarted { debts, pending }, EventId(0));
        }
        let only = only.map(|only| {
            let known = only.iter().filter_map(|key| self.net.index.get(key));
            known.copied().collect::<BTreeSet<VertexId>>()
        });
        let vertices = only.as_ref().map_or(self.net.index.len(), BTreeSet::len);
        self.only = only;
        self.start_afresh();
        let cause = self.input(
            None,
            What::Started {
                until,
                world,
                vertices,
            },
        );
        let all = self.net.index.values().copied();
        let all: Vec<VertexId> = all.filter(|v| self.is_meant(*v)).collect();
        self.busy.clear();
        self.told = false;
        self.tally = Tally {
            pending: all.iter().filter(|v| self.has(**v, PENDING)).count(),
            ..Tally::default()
        };
        for v in all {
            self.forget_block(v);
            let node = self.node_mut(v);
            node.outcome = Outcome::New;
            node.counted = Outcome::New;
            node.mended = false;
            node.tries = 0;
            node.behind = false;
            node.rights = false;
            node.needs_root = false;
            if node.phase == Phase::Idle {
                node.cause = cause;
                self.end_fight(v);
                self.unfail(v);
                self.held.remove(&v);
                self.set(v, DIRTY);
                self.unsettle(v);
                self.arrivals.push(v);
            } else {
                node.again = Some(Dirt::Command);
                if node.phase == Phase::Stuck {
                    // It hangs since a run before, and has not been seen to be right in this one.
                    self.set_outcome(v, Outcome::Failed);
                }
            }
        }
    }

    /// Nobody stands in line from before: what became dirty or pending meanwhile has its turn only if this run is about it (L4).
    fn start_afresh(&mut self) {
        for entry in std::mem::take(&mut self.ready) {
            self.node_mut(entry.2).queued = false;
        }
        self.dismiss_waiting();
    }

    pub(super) fn command(&mut self, line: String) {
        self.forget_changes();
        let event = self.input(None, What::Command(line));
        self.spoken = Some(event);
    }
}
