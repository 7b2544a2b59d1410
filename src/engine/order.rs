//! Order: who is settled, who may start, and in which order.
//!
//! - O1 A vertex is *settled* when nothing is left to do for it or for anything before it; it starts only when all its
//!   predecessors are. Of those that may start, the one that has waited longest goes first, ties by name.
//! - O2 Time is an argument and never goes back.
//! - O3 Independent vertices run at the same time, up to `jobs`; a fan-in runs once, after its last parent.
//! - O4 *Dirty* means: must be checked. A poke does not make dirty.
//! - O5 A vertex that settles pokes its successors; one of them that is clean does nothing.
//! - O6 An event moves counters in the vertices below it, and checks none of them.
//! - O7 What happens to a vertex while it runs leaves it dirty afterwards.
//! - O9 Of the unsettled vertices, one without an unsettled predecessor is startable, running, in a delay, failed, or waits
//!   for a value; so nothing waits but behind one of these.
//!
//! Every vertex counts its unsettled direct predecessors. Unsettling and settling walk down and move these counters;
//! nobody scans its parents.

use super::event::{Dirt, Due, EventId, Wait, What};
use super::io::{Effect, Input, Job, VertexId};
use super::state::{
    BUSY, DIRTY, FAILED, FRESH, GONE, Mode, Outcome, PENDING, Phase, SETTLED, STARVED,
};
use super::{Attempt, Engine};

impl Engine {
    /// Makes a vertex dirty, for this cause. A failed one gets a fresh set of tries (rule M3).
    pub(super) fn dirty(&mut self, v: VertexId, why: Dirt, cause: EventId) {
        if self.has(v, GONE) {
            return;
        }
        self.stirred = true;
        let event = self.event(Some(v), What::Dirty(why), cause);
        let at_once = why.is_at_once();
        self.refresh_tries(v);
        match self.node(v).phase {
            Phase::Delayed if at_once => self.end_delay(v),
            Phase::Asking if at_once => self.stop_asking(v),
            Phase::Idle | Phase::Arming => {}
            _ => {
                let node = self.node_mut(v);
                node.again = node.again.filter(|_| !at_once).or(Some(why));
                node.cause = event;
                return;
            }
        }
        if !self.has(v, DIRTY | PENDING) {
            self.node_mut(v).cause = event;
        }
        if at_once {
            self.end_fight(v);
        }
        if self.fights(v) {
            return;
        }
        self.unfail(v);
        self.node_mut(v).tries = 0;
        self.set(v, DIRTY);
        self.unsettle(v);
        self.arrivals.push(v);
    }

    pub(super) fn dirty_by_command(&mut self, v: VertexId) {
        let cause = self.input_event;
        self.forget_changes();
        self.dirty(v, Dirt::Command, cause);
    }

    pub(super) fn poke_by_command(&mut self, v: VertexId) {
        let cause = self.input_event;
        self.stirred = true;
        self.event(Some(v), What::Poked, cause);
        self.arrivals.push(v);
    }

    /// Takes a vertex out of the settled ones, and moves the counters of what is below (rule O6).
    pub(super) fn unsettle(&mut self, v: VertexId) {
        if !self.has(v, SETTLED) {
            return;
        }
        self.clear(v, SETTLED);
        let mut open = vec![v];
        while let Some(v) = open.pop() {
            for at in self.net.succ.range(v) {
                let s = self.net.succ.item(at);
                self.unsettled[s.0 as usize] += 1;
                if self.has(s, SETTLED) {
                    self.clear(s, SETTLED);
                    open.push(s);
                }
            }
        }
    }

    /// Looks at every vertex for which something changed, until nothing more follows.
    pub(super) fn look_around(&mut self) {
        while let Some(v) = self.arrivals.pop() {
            self.look_at(v);
        }
    }

    /// Whether this run is about this vertex.
    pub(super) fn is_meant(&self, v: VertexId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&v))
    }

    /// What this vertex should be now: startable, starved, or settled.
    fn look_at(&mut self, v: VertexId) {
        if self.unsettled[v.0 as usize] > 0 || self.has(v, BUSY | GONE | FAILED | SETTLED) {
            return;
        }
        if !self.is_meant(v) {
            return;
        }
        if self.starves(v) {
            return;
        }
        if self.has(v, DIRTY | PENDING) {
            self.enqueue(v);
        } else {
            self.settle(v);
        }
    }

    pub(super) fn enqueue(&mut self, v: VertexId) {
        let (now, rank) = (self.now, self.net.rank[v.0 as usize]);
        let node = self.node_mut(v);
        if !node.queued {
            node.queued = true;
            node.since = now;
            self.ready.insert((now, rank, v));
        }
    }

    /// Nothing is left to do for this vertex or before it: it publishes what it sends, and pokes what is below.
    fn settle(&mut self, v: VertexId) {
        self.set(v, SETTLED);
        let fresh = self.has(v, FRESH);
        let unsent = std::mem::take(&mut self.node_mut(v).unsent);
        if fresh || unsent {
            self.publish(v);
        }
        if fresh {
            self.clear(v, FRESH);
            self.revive_successors(v);
        }
        let gate = self.gates[v.0 as usize];
        let (behind, rights) = self.taints(v);
        for at in self.net.succ.range(v) {
            let s = self.net.succ.item(at);
            let i = s.0 as usize;
            self.unsettled[i] = self.unsettled[i].saturating_sub(1);
            self.gates[i] = self.gates[i].max(gate);
            if behind || rights {
                self.node_mut(s).behind |= behind;
                self.node_mut(s).rights |= rights;
            }
            if self.unsettled[i] == 0 {
                if fresh && self.has(s, DIRTY | PENDING) && !self.has(s, BUSY) {
                    let cause = self.node(v).last;
                    self.event(Some(s), What::Poked, cause);
                }
                self.arrivals.push(s);
            }
        }
    }

    /// In a plan: whether what comes after this vertex is behind a change, or behind one that needs root.
    fn taints(&self, v: VertexId) -> (bool, bool) {
        if !self.options.plan {
            return (false, false);
        }
        let node = self.node(v);
        let changes = matches!(
            node.outcome,
            Outcome::Changed
                | Outcome::Refreshed { changed: true }
                | Outcome::May
                | Outcome::Failed
        );
        (node.behind || changes, node.rights)
    }

    /// Starts what may start, in order, as long as there is room.
    pub(super) fn pump(&mut self) {
        while self.may_start() {
            let Some(entry) = self.ready.pop_first() else {
                break;
            };
            let v = entry.2;
            if self.unsettled[v.0 as usize] > 0
                || self.has(v, BUSY | GONE | FAILED | STARVED)
                || !self.has(v, DIRTY | PENDING)
            {
                self.node_mut(v).queued = false;
                self.pass_semaphores(v);
                continue;
            }
            if self.breaks.contains(&v) && self.passing != Some(v) && self.steps == 0 {
                self.ready.insert(entry);
                self.break_at(v);
                break;
            }
            self.node_mut(v).queued = false;
            if self.mode == Mode::Watching && self.needs_watch(v) {
                self.arm(v);
                self.pass_semaphores(v);
                continue;
            }
            if let Some(name) = self.lacks_semaphore(v) {
                self.node_mut(v).queued = true;
                self.semaphores.wait(&name, entry);
                let cause = self.node(v).cause;
                self.event(Some(v), What::Waiting(Wait::Semaphore(name)), cause);
                self.pass_semaphores(v);
                continue;
            }
            self.steps = self.steps.saturating_sub(1);
            self.passing = None;
            self.start(v);
        }
    }

    fn may_start(&self) -> bool {
        let going = matches!(self.mode, Mode::Once | Mode::Watching);
        going && self.running < self.options.jobs && (!self.paused || self.steps > 0)
    }

    /// Begins an attempt: takes the values that came, and checks.
    fn start(&mut self, v: VertexId) {
        debug_assert!(
            self.net.pred.row(v).iter().all(|p| self.has(*p, SETTLED)),
            "O1"
        );
        self.take_semaphores(v);
        self.forget_block(v);
        self.running += 1;
        self.clear(v, DIRTY);
        self.set(v, BUSY);
        self.held.remove(&v);
        self.unsettle(v);
        let cause = self.take_received(v);
        if self.node(v).rights && !self.node(v).needs_root {
            self.event(Some(v), What::BehindRoot, cause);
        }
        let tries = self.node(v).tries;
        let last = self.event(Some(v), What::Checking { tries }, cause);
        let node = self.node_mut(v);
        node.phase = Phase::Checking;
        node.last = last;
        node.again = None;
        node.trip = Some(Box::default());
        if let Some(extra) = node.extra.as_mut() {
            extra.declined = false;
        }
        let (seen, notified) = (self.remembered.generation, self.has(v, PENDING));
        let trip = self.trip_mut(v);
        trip.seen = seen;
        trip.notified = notified;
        let job = self.job(v);
        let attempt = self.next_attempt(v);
        self.out.effects.push(Effect::Check {
            vertex: v,
            attempt,
            job,
        });
    }

    pub(super) fn next_attempt(&mut self, v: VertexId) -> Attempt {
        self.attempts += 1;
        let attempt = Attempt(self.attempts);
        self.node_mut(v).attempt = attempt;
        attempt
    }

    pub(super) fn job(&mut self, v: VertexId) -> Job {
        let params = self.params(v);
        let (received, changed) = self.received_keys(v);
        let kept = self.kept_for(v, &params);
        let notified = self.has(v, PENDING);
        let node = self.node(v);
        Job {
            key: node.key.clone(),
            run: self.run,
            params,
            received,
            changed,
            memo: node.memo.clone(),
            kept,
            notified,
            behind: node.behind,
            rights: node.rights,
            sensitive: node.meta.as_ref().is_some_and(|meta| meta.sensitive),
            timeout: node.meta.as_ref().and_then(|meta| meta.timeout),
        }
    }

    /// The attempt is over: there is room for another, and the vertex is idle. What happened meanwhile counts now.
    pub(super) fn rest(&mut self, v: VertexId) {
        if !matches!(self.node(v).phase, Phase::Stuck | Phase::Asking) {
            self.running -= 1;
        }
        self.give_semaphores(v);
        let node = self.node_mut(v);
        node.phase = Phase::Idle;
        node.trip = None;
        let again = node.again.take();
        self.clear(v, BUSY);
        self.set(v, FRESH);
        if self.has(v, GONE) {
            self.ghosts.remove(&v);
            return;
        }
        self.arrivals.push(v);
        if again.is_some() {
            let cause = self.node(v).cause;
            self.dirty(v, Dirt::MeanWhile, cause);
        }
    }

    /// A deadline that dirties: a poll, or an event that had to wait.
    pub(super) fn due_dirty(&mut self, v: VertexId, due: Due) {
        let cause = self.input(Some(v), What::Due(due));
        self.dirty(v, Dirt::Event, cause);
    }

    /// The vertices that may start, in order.
    pub fn startable(&self) -> Vec<crate::graph::Key> {
        self.ready
            .iter()
            .map(|(_, _, v)| self.node(*v).key.clone())
            .collect()
    }

    /// Whether this input would be for a vertex that is not in the graph.
    pub fn knows(&self, input: &Input) -> bool {
        match input {
            Input::Dirty(key) | Input::Poke(key) | Input::Notify(key) | Input::Break(key, _) => {
                self.net.index.contains_key(key)
            }
            _ => true,
        }
    }
}
