//! How vertices stand: what events tell of them, and beside it what the session knows.

use crate::graph::Key;
use crate::trace::{Planned, Status, VertexView, View};
use crate::tui::graph::Stand;
use crate::tui::player::{Beside, Run};
use crate::tui::theme::{self, Sign};

/// How vertices stand that are drawn as one: as the most pressing of them does.
pub fn stand_of(keys: &[Key], view: &View, beside: &Beside) -> Stand {
    let all = keys.iter().map(|key| stand(key, view, beside));
    all.reduce(Stand::with).unwrap_or_default()
}

fn stand(key: &Key, view: &View, beside: &Beside) -> Stand {
    let seen = view.vertices.get(key);
    let planned = beside.plan.as_ref();
    let planned = planned.and_then(|plan| plan.0.vertices.get(key));
    // Of what a plan did not look at it has said nothing, and there is nothing to compare.
    let plan = planned.and_then(|planned| match (beside.run, seen) {
        (Run::None, _) => Planned::of(planned).map(theme::plan),
        (_, seen) => compared(Planned::of(planned), seen?),
    });
    Stand {
        debt: beside.debts.contains(key),
        breaks: beside.breaks.contains(key),
        plan,
        ..seen.map(|seen| Stand::of(seen)).unwrap_or_default()
    }
}

/// What a plan said beside what happened: as it said, or not; what it said, while nothing has happened yet.
fn compared(said: Option<Planned>, seen: &VertexView) -> Option<Sign> {
    let settled = matches!(
        seen.status,
        Some(Status::Ok | Status::Changed | Status::Failed | Status::Blocked | Status::Held)
    );
    if !settled {
        return said.map(theme::plan);
    }
    // A watch looks again at what it has written, and finds it well.
    let did = match seen.status {
        Some(Status::Ok) if seen.changed => said
            .filter(|said| said.is_change())
            .or(Some(Planned::Change)),
        _ => Planned::of(seen),
    };
    let (said, did) = match (said, did) {
        (None, None) => return None,
        // Either was possible.
        (Some(said), None | Some(Planned::Refresh)) if said.is_open() => {
            return Some(theme::KEPT);
        }
        (Some(said), Some(did)) => (said, did),
        _ => return Some(theme::DIFFERS),
    };
    let as_said = match said.is_open() {
        true => did.is_change() || did.is_open(),
        false if said == did => true,
        // A second try finds what the first one has made, or left half done.
        false => {
            let changes = |it: Planned| it.is_change() && it != Planned::Remove;
            seen.retried && changes(said) && changes(did)
        }
    };
    Some(if as_said { theme::KEPT } else { theme::DIFFERS })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Action, Finding};
    use std::sync::Arc;

    fn did(action: Action, retried: bool) -> VertexView {
        let finding = Finding {
            field: String::new(),
            line: String::new(),
            detail: Vec::new(),
            may: false,
            action,
            mark: 0,
        };
        VertexView {
            status: Some(Status::Changed),
            findings: Arc::new(vec![finding]),
            retried,
            ..VertexView::default()
        }
    }

    /// What one try has begun, the next may find: that is as planned. Nothing else is that is done in another way.
    #[test]
    fn only_a_second_try_may_find_what_the_first_has_made() {
        use Planned::{Add, Change, Remove};
        for (said, action, first, second) in [
            (Add, Action::Add, theme::KEPT, theme::KEPT),
            (Add, Action::Change, theme::DIFFERS, theme::KEPT),
            (Change, Action::Add, theme::DIFFERS, theme::KEPT),
            (Remove, Action::Change, theme::DIFFERS, theme::DIFFERS),
            (Change, Action::Remove, theme::DIFFERS, theme::DIFFERS),
        ] {
            for (retried, shown) in [(false, first), (true, second)] {
                let seen = did(action, retried);
                assert_eq!(
                    compared(Some(said), &seen),
                    Some(shown),
                    "{said:?} {retried}"
                );
            }
        }
    }
}
