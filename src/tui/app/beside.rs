//! How vertices stand: what events tell of them, and beside it what the session knows.

use crate::graph::Key;
use crate::trace::{Status, VertexView, View};
use crate::tui::graph::{Stand, plan_sign};
use crate::tui::theme::{Sign, planned};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What of the session is drawn on vertices, beside what events tell.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// What may have changed, and has not told anyone.
    pub debts: BTreeSet<Key>,
    /// Before what a run stops.
    pub breaks: BTreeSet<Key>,
    /// What a plan said.
    pub plan: Option<Arc<View>>,
    /// The last plan that was drawn.
    pub last_plan: Option<Arc<View>>,
    /// Whether a run has begun since.
    pub is_run: bool,
}

/// How vertices stand that are drawn as one: as the most pressing of them does.
pub fn stand_of(keys: &[Key], view: &View, beside: &Beside) -> Stand {
    let all = keys.iter().map(|key| stand(key, view, beside));
    all.reduce(Stand::with).unwrap_or_default()
}

fn stand(key: &Key, view: &View, beside: &Beside) -> Stand {
    let seen = view.vertices.get(key);
    let planned = beside.plan.as_ref().and_then(|plan| plan.vertices.get(key));
    let said = planned.and_then(plan_sign);
    let plan = match (beside.is_run, &beside.plan) {
        (true, Some(_)) => seen.and_then(|seen| compared(said, seen)),
        _ => said,
    };
    Stand {
        debt: beside.debts.contains(key),
        breaks: beside.breaks.contains(key),
        plan,
        ..seen.map(Stand::of).unwrap_or_default()
    }
}

/// What a plan said beside what happened: as it said, or not; what it said, while nothing has happened yet.
fn compared(said: Option<Sign>, seen: &VertexView) -> Option<Sign> {
    let settled = matches!(
        seen.status,
        Some(Status::Ok | Status::Changed | Status::Failed | Status::Blocked | Status::Held)
    );
    if !settled {
        return said;
    }
    let did = plan_sign(seen);
    match (said, did) {
        (None, None) => None,
        // Either was possible.
        (Some(planned::MAY), Some(planned::CHANGE | planned::REFRESH) | None) => {
            Some(planned::KEPT)
        }
        (said, did) if said == did => Some(planned::KEPT),
        _ => Some(planned::DIFFERS),
    }
}
