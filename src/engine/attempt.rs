//! A vertex from its check to its end: checking, applying, refreshing.
//!
//! - C1 A check returns every drift as data. None: `ok`. Else they are applied, and the adapter checks again; what is left
//!   then is a failure.
//! - C2 What a guard answers is the kind's affair; its notes and warnings go into the trace.
//! - C3 A vertex that changed something, failed, and is right on a later try has changed.
//! - L1 A plan takes the same steps over an overlay. What needs root fails there, and what comes after it is planned as with rights.
//! - L2 A check that errs behind a planned change is not known, and no failure.
//! - L5 A noop vertex is checked once per cause; with drift it is held.

use super::debt::Seq;
use super::event::{EventId, What};
use super::io::{ApplyOutcome, CheckOutcome, Effect, Fail, Job, VertexId};
use super::state::{Outcome, PENDING, Phase};
use super::{Attempt, Engine, Kept};
use crate::value::{Finding, MASK, Value, spoken};
use std::sync::Arc;

impl Engine {
    pub(super) fn checked(
        &mut self,
        v: VertexId,
        attempt: Attempt,
        outcome: Result<CheckOutcome, Fail>,
    ) {
        if !self.is_current(v, attempt, Phase::Checking) {
            return;
        }
        let (Ok(CheckOutcome { rhythm, .. }) | Err(Fail { rhythm, .. })) = &outcome;
        self.set_rhythm(v, *rhythm);
        let check = match outcome {
            Ok(check) => check,
            Err(fail) => return self.failed_check(v, fail),
        };
        if self.trip_mut(v).stale {
            // It was about params that are no longer there: it is checked anew.
            return self.rest(v);
        }
        let last = self.node(v).last;
        self.tell(v, &check.notes, &check.says, last);
        if let Some(why) = self.claim(v, check.owns.clone()) {
            return self.fail(v, Fail::plain(why));
        }
        if let Some(why) = self.output_unknown(v, &check) {
            return self.fail(v, Fail::plain(why));
        }
        if check.findings.is_empty() {
            self.in_sync(v, check)
        } else {
            self.drifted(v, check)
        }
    }

    /// An attempt's completion counts only if it is the one that the vertex is in.
    fn is_current(&mut self, v: VertexId, attempt: Attempt, phase: Phase) -> bool {
        if (v.0 as usize) >= self.nodes.len() || self.node(v).attempt != attempt {
            return false;
        }
        match self.node(v).phase {
            Phase::Stuck => {
                self.came_back(v);
                false
            }
            present => present == phase,
        }
    }

    fn failed_check(&mut self, v: VertexId, fail: Fail) {
        let behind = self.options.plan && (self.node(v).behind || self.node(v).rights);
        if !behind || (fail.needs_root && !self.node(v).rights) {
            return self.fail(v, fail);
        }
        let last = self.node(v).last;
        let last = self.event(Some(v), What::NotKnown(fail.why), last);
        self.node_mut(v).last = last;
        self.node_mut(v).sends = Some(self.unknown_sends(v));
        // It may change, so its edges may notify; what is pending for it counts as heard, or the plan would not end.
        let heard = self.remembered.generation;
        let trip = self.trip_mut(v);
        trip.may = true;
        trip.heard = Some(heard);
        self.come_right(v);
    }

    /// Nothing is wrong: it may still have to refresh, and to pay what it owes.
    fn in_sync(&mut self, v: VertexId, mut check: CheckOutcome) {
        self.keep_memo(v, &check);
        self.clear_changed_keys(v);
        self.publishes(v, check.sends.take().unwrap_or_default());
        // What came while it was checked has not been asked about: it starts again for that.
        if self.has(v, PENDING) && self.trip_mut(v).notified {
            if let Some(why) = check.deaf.clone() {
                let last = self.node(v).last;
                let last = self.event(Some(v), What::HeardOnly(why), last);
                self.node_mut(v).last = last;
                let heard = self.trip_mut(v).seen;
                self.trip_mut(v).heard = Some(heard);
                return self.come_right(v);
            }
            self.trip_mut(v).unsure = check.unsure;
            if !self.asks_first(v, &[], check) {
                self.begin_refresh(v);
            }
            return;
        }
        self.come_right(v);
    }

    fn drifted(&mut self, v: VertexId, check: CheckOutcome) {
        let findings = Arc::new(check.findings.clone());
        let last = self.node(v).last;
        let last = self.event(Some(v), What::Found(findings.clone()), last);
        self.node_mut(v).last = last;
        self.trip_mut(v).findings = findings.clone();
        if self.is_noop(v) {
            self.keep_memo(v, &check);
            return self.hold(v, findings);
        }
        if !self.asks_first(v, &check.findings.clone(), check.clone()) {
            self.begin_apply(v, check);
        }
    }

    pub(super) fn is_noop(&self, v: VertexId) -> bool {
        self.options.noop || self.node(v).is_noop()
    }

    /// Whether its noop keeps it from paying what it owes. What began to act before it was one pays for that (rule G1).
    pub(super) fn pays_nothing(&mut self, v: VertexId) -> bool {
        self.is_noop(v) && self.trip_mut(v).act.is_none()
    }

    pub(super) fn begin_apply(&mut self, v: VertexId, check: CheckOutcome) {
        let after = self.take_debt(v);
        let cause = self.node(v).last;
        let (attempt, job) = self.begin_phase(v, Phase::Applying, What::Applying, cause);
        self.out.effects.push(Effect::Apply {
            vertex: v,
            attempt,
            job,
            found: check.found,
            after,
        });
    }

    pub(super) fn begin_refresh(&mut self, v: VertexId) {
        let after = self.take_debt(v);
        #[cfg(test)]
        self.hear_early(v);
        // What it refreshes for, where that was in this engine's life; else what made it start.
        let cause = self.node(v).notified.max(self.node(v).cause);
        let (attempt, job) = self.begin_phase(v, Phase::Refreshing, What::Refreshing, cause);
        self.out.effects.push(Effect::Refresh {
            vertex: v,
            attempt,
            job,
            after,
        });
    }

    /// What an apply and a refresh have in common: from here on it acts, on these params, having seen these generations.
    fn begin_phase(
        &mut self,
        v: VertexId,
        phase: Phase,
        what: What,
        cause: EventId,
    ) -> (Attempt, Job) {
        let last = self.event(Some(v), what, cause);
        let node = self.node_mut(v);
        node.last = last;
        node.phase = phase;
        self.begin_act(v);
        let seen = self.remembered.generation;
        let trip = self.trip_mut(v);
        trip.seen = seen;
        trip.stale = false;
        let job = self.job(v);
        (self.next_attempt(v), job)
    }

    /// The record that an apply or refresh must wait for: its own debt, and what its predecessors paid.
    fn take_debt(&mut self, v: VertexId) -> Option<Seq> {
        if !std::mem::replace(&mut self.swept, true) {
            self.drop_leftovers(self.node(v).last);
        }
        self.owe(v);
        self.gate(v)
    }

    pub(super) fn applied(
        &mut self,
        v: VertexId,
        attempt: Attempt,
        outcome: Result<ApplyOutcome, Fail>,
    ) {
        if !self.is_current(v, attempt, Phase::Applying) {
            return;
        }
        let done = match outcome {
            Ok(done) => done,
            Err(fail) => return self.fail(v, fail),
        };
        let findings = self.trip_mut(v).findings.clone();
        let last = self.node(v).last;
        let changed = What::Changed {
            findings,
            said: done.said.clone(),
            may: done.may,
        };
        let last = self.event(Some(v), changed, last);
        self.node_mut(v).last = last;
        self.node_mut(v).mended = true;
        let seen = self.trip_mut(v).seen;
        let trip = self.trip_mut(v);
        trip.may = done.may && !trip.changed;
        trip.changed |= !done.may;
        if done.refreshed {
            trip.heard = Some(seen);
            if self.has(v, PENDING) {
                self.event(Some(v), What::HeardByApply, last);
            }
        }
        let refreshed = done.refreshed;
        self.take_outcome(v, done);
        // With params that no check has seen it is checked first, and refreshes then.
        if self.has(v, PENDING)
            && self.trip_mut(v).notified
            && !self.trip_mut(v).stale
            && !(refreshed && self.heard_all(v, seen))
            && !self.is_noop(v)
        {
            return self.begin_refresh(v);
        }
        self.come_right(v);
    }

    pub(super) fn refreshed(
        &mut self,
        v: VertexId,
        attempt: Attempt,
        outcome: Result<ApplyOutcome, Fail>,
    ) {
        if !self.is_current(v, attempt, Phase::Refreshing) {
            return;
        }
        let done = match outcome {
            Ok(done) => done,
            Err(fail) => return self.fail(v, fail),
        };
        let last = self.node(v).last;
        let unsure = self.trip_mut(v).unsure;
        let may = self.options.plan && (unsure || self.pending_only_may(v));
        let what = What::Refreshed {
            said: done.said.clone(),
            changed: done.changed,
            may,
        };
        let last = self.event(Some(v), what, last);
        self.node_mut(v).last = last;
        let seen = self.trip_mut(v).seen;
        let trip = self.trip_mut(v);
        trip.heard = Some(seen);
        trip.refreshed = true;
        trip.changed |= done.changed && !may;
        trip.may |= done.changed && may;
        self.restart_timer(v);
        self.take_outcome(v, done);
        self.come_right(v);
    }

    /// What an apply or refresh leaves for later: memo, sends, what is kept, lines for the trace.
    fn take_outcome(&mut self, v: VertexId, done: ApplyOutcome) {
        let last = self.node(v).last;
        self.tell(v, &done.notes, &done.says, last);
        self.clear_changed_keys(v);
        let stale = self.trip_mut(v).stale;
        self.node_mut(v).memo = done.memo.filter(|_| !stale);
        if let Some(values) = done.keep.filter(|_| !stale) {
            let params = self.params(v);
            let hash = self.made_by(v, &params);
            self.trip_mut(v).keep = Some(Kept { hash, values });
        }
        self.publishes(v, done.sends);
    }

    /// The vertex is right: it pays what it owes, hears what it heard, and rests.
    fn come_right(&mut self, v: VertexId) {
        let old_debt = self.node(v).debt && !self.trip_mut(v).took_debt;
        let counts = (old_debt || self.began(v)) && !self.pays_nothing(v);
        let trip = self.trip_mut(v);
        let (changed, may) = (trip.changed, trip.may && !trip.changed);
        let (heard, keep) = (trip.heard, trip.keep.take());
        if counts && !changed {
            let last = self.node(v).last;
            let run = self.remembered.debts.get(&self.node(v).key).copied();
            let what = What::CountsAsChanged {
                run: run.unwrap_or(self.run),
            };
            let last = self.event(Some(v), what, last);
            self.node_mut(v).last = last;
        }
        self.pay(v, changed || may || counts, may, heard, keep);
        // All of that is paid: what follows owes nothing for it.
        self.trip_mut(v).changed = false;
        self.trip_mut(v).took_debt = false;
        if !self.pays_nothing(v) {
            self.forget_began(v);
        }
        if (changed || heard.is_some())
            && let Some(other) = self.acted(v, changed)
            && !self.options.plan
        {
            let truce = self.begin_fight(v);
            let again = truce.map(|after| format!("; it is left alone for {after}"));
            let why = format!(
                "keeps changing back: changed five times within ten seconds, and {other} ran in between{}",
                again.unwrap_or_default()
            );
            return self.fail_for_good(v, Fail::plain(why));
        }
        self.recover(v);
        let mended = std::mem::take(&mut self.node_mut(v).mended);
        let only_refreshed = self.trip_mut(v).refreshed && !mended;
        let outcome = match (changed || counts, may) {
            _ if self.node(v).needs_root => Outcome::Failed,
            (changed, false) if only_refreshed => Outcome::Refreshed { changed },
            (true, _) => Outcome::Changed,
            (_, true) => Outcome::May,
            _ => Outcome::Ok,
        };
        if matches!(outcome, Outcome::Ok | Outcome::Refreshed { changed: false }) {
            let last = self.node(v).last;
            let last = self.event(Some(v), What::Ok, last);
            self.node_mut(v).last = last;
        }
        self.set_outcome(v, outcome);
        self.beat(v);
        self.rest(v);
    }

    fn hold(&mut self, v: VertexId, findings: Arc<Vec<Finding>>) {
        let last = self.node(v).last;
        let last = self.event(Some(v), What::Held(findings), last);
        self.node_mut(v).last = last;
        if self
            .remembered
            .pending_for(&self.node(v).key)
            .next()
            .is_some()
        {
            self.event(Some(v), What::WouldRefresh, last);
        }
        self.set_outcome(v, Outcome::Held);
        self.beat(v);
        self.rest(v);
    }

    fn keep_memo(&mut self, v: VertexId, check: &CheckOutcome) {
        let stale = self.trip_mut(v).stale;
        let memo = check.memo.clone().filter(|_| !stale);
        let kept = memo.is_some();
        self.node_mut(v).memo = memo;
        if kept {
            let last = self.node(v).last;
            self.event(Some(v), What::MemoKept, last);
        }
    }

    fn tell(&mut self, v: VertexId, notes: &[String], says: &[Value], cause: EventId) {
        for note in notes {
            self.event(Some(v), What::Note(note.clone()), cause);
        }
        for said in says {
            let text = match said {
                Value::Secret(_) => MASK.to_owned(),
                Value::Str(text) => spoken(text),
                other => other.brief(),
            };
            self.event(Some(v), What::Said(text), cause);
        }
    }

    pub(super) fn trip_mut(&mut self, v: VertexId) -> &mut super::state::Trip {
        self.node_mut(v).trip.get_or_insert_default()
    }
}

impl Fail {
    /// A failure of which there is no more to say than this, before anything had begun.
    pub fn plain(why: String) -> Fail {
        Fail {
            why,
            detail: Vec::new(),
            began: false,
            param: None,
            needs_root: false,
            cancelled: false,
            rhythm: None,
        }
    }
}
