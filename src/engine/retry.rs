//! Failures, tries, and what makes a failed vertex start again.
//!
//! - M3 A failed vertex starts again only for a new cause: an event, a changed value or params, a newer generation, a predecessor that
//!   changed or recovered, a command, a restart. Each brings a fresh set of tries, also one that comes during a try or its delay. A
//!   delay runs to its end, except for changed params or a command.
//! - N2 A failure counts as having changed something, unless nothing had begun.
//! - C3 A vertex that changed something, failed, and is right on a later try has changed.

use super::Engine;
use super::event::{Dirt, What};
use super::io::{Attempt, Effect, Fail, VertexId};
use super::state::{BUSY, DIRTY, FAILED, Mode, Outcome, Phase};

impl Engine {
    /// An attempt failed: it is tried again after a delay, or the vertex stays failed.
    pub(super) fn fail(&mut self, v: VertexId, fail: Fail) {
        let stopping = self.mode == Mode::Stopping || self.mode == Mode::Idle;
        if fail.cancelled && stopping {
            return self.cut_short(v, fail);
        }
        let (retry, delay) = match &self.node(v).meta {
            Some(meta) => (meta.retry, meta.delay),
            None => (0, crate::time::Span::ZERO),
        };
        let fresh = self.has_new_cause(v);
        let tries = if fresh { 0 } else { self.node(v).tries };
        let more = (retry < 0 || i64::from(tries) < retry)
            && !stopping
            && !self.has(v, super::state::GONE);
        let at_once = self.node(v).again.is_some_and(Dirt::is_at_once);
        if !more || self.options.plan || at_once {
            return self.fail_for_good(v, fail);
        }
        self.tell_failure(v, fail);
        let cause = self.node(v).last;
        let last = self.event(
            Some(v),
            What::Retrying {
                tries: tries + 1,
                after: delay,
            },
            cause,
        );
        self.rest(v);
        let at = self.now + delay;
        let node = self.node_mut(v);
        node.last = last;
        node.tries = if fresh { 0 } else { tries + 1 };
        node.phase = Phase::Delayed;
        self.set(v, BUSY);
        self.delayed += 1;
        self.delay_until(v, at);
    }

    /// No more tries: the vertex stays failed until there is a new cause.
    pub(super) fn fail_for_good(&mut self, v: VertexId, fail: Fail) {
        let plan_on = self.options.plan && fail.needs_root && !self.node(v).rights;
        self.tell_failure(v, fail);
        self.set_outcome(v, Outcome::Failed);
        if plan_on {
            return self.plan_on(v);
        }
        self.node_mut(v).tries = 0;
        self.set(v, FAILED);
        self.failed.insert(v);
        self.beat(v);
        if self.has_new_cause(v) {
            self.node_mut(v).again.get_or_insert(Dirt::MeanWhile);
        }
        self.rest(v);
    }

    /// Whether something came while it ran that is a cause of its own to start again (rule M3).
    fn has_new_cause(&mut self, v: VertexId) -> bool {
        let (seen, newer) = (self.trip_mut(v).seen, self.trip_mut(v).newer);
        let came = newer || !self.heard_all(v, seen);
        self.node(v).again.is_some() || (came && !self.is_noop(v))
    }

    /// A new cause while it waits for its next try: the delay runs to its end, and the tries after it are fresh (rule M3).
    pub(super) fn refresh_tries(&mut self, v: VertexId) {
        if self.node(v).phase == Phase::Delayed {
            self.node_mut(v).tries = 0;
        }
    }

    /// What needs root fails in a plan; it and what comes after it is planned on, as with rights (rule L1).
    fn plan_on(&mut self, v: VertexId) {
        let node = self.node_mut(v);
        node.rights = true;
        node.needs_root = true;
        node.again = Some(Dirt::MeanWhile);
        self.rest(v);
    }

    /// What a failed or cancelled act leaves: nothing if it had not begun, else something that may have changed.
    fn leave_act(&mut self, v: VertexId, began: bool) {
        if !began {
            self.give_debt_back(v);
        }
        if self.is_acting(v) && (began || self.trip_mut(v).changed) {
            self.node_mut(v).extra.get_or_insert_default().began = true;
        }
    }

    /// Whether an attempt that may change something is under way, also one that was given up.
    pub(super) fn is_acting(&self, v: VertexId) -> bool {
        match self.node(v).phase {
            Phase::Applying | Phase::Refreshing => true,
            Phase::Stuck => self.began(v),
            _ => false,
        }
    }

    /// Whether an earlier attempt may have changed something, and it has not been right since (rule C3).
    pub(super) fn began(&self, v: VertexId) -> bool {
        let extra = self.node(v).extra.as_ref();
        extra.is_some_and(|extra| extra.began)
    }

    pub(super) fn forget_began(&mut self, v: VertexId) {
        if let Some(extra) = self.node_mut(v).extra.as_mut() {
            extra.began = false;
        }
    }

    fn tell_failure(&mut self, v: VertexId, fail: Fail) {
        self.leave_act(v, fail.began);
        let sender = fail
            .param
            .as_ref()
            .and_then(|param| self.sender_of(v, param));
        let why = match sender {
            Some(sender) => format!("{} (received from {sender})", fail.why),
            None => fail.why,
        };
        let cause = self.node(v).last;
        self.node_mut(v).failure = Some(why.as_str().into());
        let failed = What::Failed {
            why,
            detail: fail.detail,
            needs_root: fail.needs_root,
            still_running: false,
        };
        let last = self.event(Some(v), failed, cause);
        self.node_mut(v).last = last;
        self.node_mut(v).memo = None;
    }

    /// Cancelled by a stop: neither failed nor right. It is dirty for the next run; a debt stays.
    fn cut_short(&mut self, v: VertexId, fail: Fail) {
        self.leave_act(v, fail.began);
        let cause = self.node(v).last;
        let last = self.event(
            Some(v),
            What::Note("cancelled before it ended".into()),
            cause,
        );
        self.node_mut(v).last = last;
        self.set(v, DIRTY);
        self.rest(v);
    }

    /// It no longer counts as failed: there is a new cause, or it is right.
    pub(super) fn unfail(&mut self, v: VertexId) {
        if self.has(v, FAILED) {
            self.clear(v, FAILED);
            self.set(v, DIRTY);
        }
        if self.failed.remove(&v) {
            self.node_mut(v).recovered = true;
        }
    }

    /// It is right: whatever failed before is over.
    pub(super) fn recover(&mut self, v: VertexId) {
        self.failed.remove(&v);
        let node = self.node_mut(v);
        node.tries = 0;
        node.failure = None;
    }

    /// A vertex that changed or recovered is a new cause for those behind it that failed.
    pub(super) fn revive_successors(&mut self, v: VertexId) {
        let node = self.node_mut(v);
        let recovered = std::mem::take(&mut node.recovered);
        let changed = matches!(
            node.outcome,
            Outcome::Changed | Outcome::Refreshed { changed: true }
        );
        if !recovered && !changed {
            return;
        }
        let cause = node.last;
        for at in self.net.succ.range(v) {
            let s = self.net.succ.item(at);
            self.refresh_tries(s);
            if self.has(s, FAILED) {
                self.dirty(s, Dirt::Predecessor, cause);
            } else if let Some(trip) = self.node_mut(s).trip.as_mut() {
                trip.newer = true;
            }
        }
    }

    /// An attempt that was cancelled has not come back: its place is free, the vertex is not.
    pub(super) fn hung(&mut self, v: VertexId, attempt: Attempt) {
        if !self.is_there(v) || self.node(v).attempt != attempt {
            return;
        }
        if !matches!(
            self.node(v).phase,
            Phase::Checking | Phase::Applying | Phase::Refreshing
        ) {
            return;
        }
        self.running -= 1;
        self.stirred = true;
        self.leave_act(v, true);
        self.node_mut(v).phase = Phase::Stuck;
        let cause = self.node(v).last;
        let why = "did not end when it was cancelled, and may still run".to_owned();
        self.node_mut(v).failure = Some(why.as_str().into());
        let what = What::Failed {
            why,
            detail: Vec::new(),
            needs_root: false,
            still_running: true,
        };
        let last = self.event(Some(v), what, cause);
        self.node_mut(v).last = last;
        self.set_outcome(v, Outcome::Failed);
        self.failed.insert(v);
    }

    /// A hung attempt came back after all: the vertex may start again. What it did is unknown, so it is dirty, and a debt stays.
    pub(super) fn came_back(&mut self, v: VertexId) {
        let cause = self.node(v).last;
        self.node_mut(v).again = Some(Dirt::MeanWhile);
        let last = self.event(Some(v), What::Note("what hung has ended".into()), cause);
        self.node_mut(v).last = last;
        self.rest(v);
    }

    /// Cancels everything that runs.
    pub(super) fn cancel_running(&mut self) {
        let runs = |phase| matches!(phase, Phase::Checking | Phase::Applying | Phase::Refreshing);
        let running: Vec<(VertexId, Attempt)> = (0..self.nodes.len() as u32)
            .map(VertexId)
            .filter(|v| runs(self.node(*v).phase))
            .map(|v| (v, self.node(v).attempt))
            .collect();
        for (vertex, attempt) in running {
            self.out.effects.push(Effect::Cancel { vertex, attempt });
        }
    }
}
