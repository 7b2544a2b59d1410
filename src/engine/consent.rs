//! Consent: a vertex that would do what the plan did not say asks first.
//!
//! - L4 Where a plan was shown and consented to, anything that it does not cover is shown and asked for again. No is an answer: it is not
//!   tried again, and what comes after it is told that it was left as it is.

use std::sync::Arc;

use super::Engine;
use super::event::What;
use super::io::{CheckOutcome, Fail, VertexId};
use super::state::{DIRTY, FAILED, Mode, Phase};
use crate::value::Finding;

impl Engine {
    /// Whether this is more than the plan said, so that a person is asked first (rule L4), or it is left, since the run is stopping.
    pub(super) fn asks_first(
        &mut self,
        v: VertexId,
        findings: &[Finding],
        check: CheckOutcome,
    ) -> bool {
        let Some(expected) = self.expected.clone() else {
            return false;
        };
        let key = self.node(v).key.clone();
        let covered = match findings {
            [] => expected.refreshes.contains(&key) || expected.changes.contains_key(&key),
            findings => expected.covers(&key, findings),
        };
        if covered || self.trip_mut(v).consented {
            return false;
        }
        let last = self.node(v).last;
        if self.mode == Mode::Stopping {
            // Nobody is asked any more: the next run finds it again.
            let note = "was not planned, and the run is stopping: left as it is";
            self.event(Some(v), What::Note(note.into()), last);
            self.set(v, DIRTY);
            self.rest(v);
            return true;
        }
        let last = self.event(Some(v), What::Asks(Arc::new(findings.to_vec())), last);
        let node = self.node_mut(v);
        node.last = last;
        node.phase = Phase::Asking;
        self.trip_mut(v).check = Some(check);
        self.running -= 1;
        self.asking += 1;
        true
    }

    /// A person's answer: go on as planned, or leave it as it is.
    pub(super) fn consent(&mut self, v: VertexId, yes: bool) {
        if !self.is_there(v) || self.node(v).phase != Phase::Asking {
            return;
        }
        self.stirred = true;
        let word = if yes { "yes" } else { "no" };
        let key = &self.node(v).key;
        let answer = self.input(None, What::Command(format!("{word} to {key}")));
        if self.trip_mut(v).stale {
            // What was asked about is no longer what would be done: it is checked anew.
            return self.stop_asking(v);
        }
        let Some(check) = self.trip_mut(v).check.take() else {
            return;
        };
        self.asking -= 1;
        self.running += 1;
        self.node_mut(v).phase = Phase::Checking;
        self.trip_mut(v).consented = true;
        if !yes {
            let last = self.event(Some(v), What::Declined, answer);
            self.node_mut(v).last = last;
            self.fail_for_good(v, Fail::plain("declined: it is left as it is".into()));
            self.node_mut(v).extra.get_or_insert_default().declined = true;
            return;
        }
        if check.findings.is_empty() {
            self.begin_refresh(v)
        } else {
            self.begin_apply(v, check)
        }
    }

    /// Whether it failed because a person said no.
    pub(super) fn is_declined(&self, v: VertexId) -> bool {
        let extra = self.node(v).extra.as_ref();
        self.has(v, FAILED) && extra.is_some_and(|extra| extra.declined)
    }

    pub(super) fn stop_asking(&mut self, v: VertexId) {
        self.asking -= 1;
        self.rest(v);
    }
}
