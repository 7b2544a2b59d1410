//! Consent: the plan is shown, and a person asked, before anything is changed (rules W3, W4, L4).

use std::sync::Arc;

use super::{Ended, Front, Session, SessionError, Sort};
use crate::engine::{Expected, Input, VertexId};
use crate::graph::Key;
use crate::trace;

/// What was consented to: what the plan showed, or everything.
pub(super) struct Consent {
    pub expected: Option<Arc<Expected>>,
}

impl Session {
    /// Shows the plan and asks, where that is called for (rule W3). `Ok(None)`: there is nothing to do, or no consent.
    pub(super) fn consent(
        &mut self,
        keys: &[Key],
        watch: bool,
        front: &mut dyn Front,
    ) -> Result<Option<Consent>, SessionError> {
        if self.runner.is_sim() || self.options.yes {
            self.claim(front)?;
            return Ok(Some(Consent { expected: None }));
        }
        if !front.can_ask() {
            self.ended = Ended {
                refused: true,
                ..Ended::default()
            };
            let what = format!("there is nobody to ask before changing {}", self.label);
            return Err(SessionError::failed(what).with_hint("--yes consents beforehand"));
        }
        self.claim(front)?;
        let plan = self.plan(keys)?;
        let report = plan.report();
        front.planned(&plan);
        front.show_as(Sort::Plan, &trace::plan_text(&report));
        self.ended = Ended {
            tally: plan.tally(),
            ..Ended::default()
        };
        if plan.is_empty() && plan.drops.is_empty() && !watch {
            return Ok(None);
        }
        let changes = trace::count(plan.changes(), "change");
        let machine = self.world_words();
        let question = match (watch, plan.changes()) {
            // The consent is to what will be put right later.
            (true, 0) => format!("Watch {machine}, and put right what changes from now on?"),
            (true, _) => format!("Watch and apply {changes} to {machine}?"),
            (false, _) => format!("Apply {changes} to {machine}?"),
        };
        let expected = Arc::new(plan.expected.clone());
        self.plan = Some(plan);
        if !front.confirm(&question, &trace::plan_detail(&report)) {
            front.remark("nothing was changed\n");
            // A watch that goes on is what it was; what was not begun is refused.
            self.ended.refused = !self.moment().running;
            return Ok(None);
        }
        Ok(Some(Consent {
            expected: Some(expected),
        }))
    }

    /// Before an act: no other engine acts on this graph from here on (rule P5). What is waited for is given up where a person
    /// waits no longer.
    pub(super) fn claim(&mut self, front: &mut dyn Front) -> Result<(), SessionError> {
        self.keep_clear()?;
        let mut told = false;
        let looks = self.runner.looks();
        let claimed = self.runner.claim(&mut |what| {
            if !std::mem::replace(&mut told, true) {
                front.remark(&format!("{what}\n"));
            }
            !looks.is_cancelled()
        });
        claimed.map_err(|fault| self.broken(fault.to_string()))
    }

    /// `web1 as root`, for questions.
    fn world_words(&self) -> &str {
        self.label.strip_prefix("host ").unwrap_or(&self.label)
    }

    pub(super) fn ask_about(&mut self, vertex: VertexId, key: &Key, front: &mut dyn Front) {
        let findings = self
            .view
            .vertices
            .get(key)
            .map(|vertex| vertex.findings.clone())
            .unwrap_or_default();
        let more: String = findings
            .iter()
            .flat_map(|finding| &finding.detail)
            .map(|line| format!("{line}\n"))
            .collect();
        let yes = front.confirm(
            &format!("{key} would do what the plan did not say. Apply it?"),
            &more,
        );
        self.input(Input::Consent { vertex, yes }, front);
    }
}
