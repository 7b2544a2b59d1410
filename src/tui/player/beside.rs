//! What the session knows beside what events tell, by place in the film: so that beside the past stands what was so then.

use crate::graph::Key;
use crate::trace::{Event, View, What};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// So many different ones are kept; of what was before them nothing is known.
const KEPT: usize = 4_096;

/// What of the session is drawn, beside what events tell.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Beside {
    /// What may have changed, and has not told anyone.
    pub debts: Arc<BTreeSet<Key>>,
    /// Before what a run stops.
    pub breaks: Arc<BTreeSet<Key>>,
    /// What a plan said.
    pub plan: Option<Plan>,
    /// What has come of it since.
    pub run: Run,
    /// Whether starts stand still.
    pub paused: bool,
    /// Whether something goes on, also where it has converged.
    pub running: bool,
}

/// What a plan said; the same only as itself.
#[derive(Clone, Debug)]
pub struct Plan(pub Arc<View>);

impl PartialEq for Plan {
    fn eq(&self, other: &Plan) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Plan {}

/// The run that a plan is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Run {
    /// None has begun since the plan was made.
    #[default]
    None,
    /// It goes on.
    On,
    /// It has come to its end; a watch that goes on then does what nobody has planned.
    Over,
}

impl Beside {
    /// What was planned is compared with one run, up to its end, and with nothing else.
    fn happens(&mut self, what: &What) {
        match (what, self.run) {
            (What::Started { .. }, Run::None) if self.plan.is_some() => self.run = Run::On,
            (What::Converged(_) | What::Stopped | What::Killed, Run::On) => self.run = Run::Over,
            (What::Started { .. }, _) => self.plan = None,
            (What::Checking { .. } | What::Applying | What::Refreshing, Run::None | Run::Over) => {
                self.plan = None;
            }
            _ => {}
        }
    }
}

/// How that was, by the number of events before it; it is kept where it changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Besides {
    at: BTreeMap<usize, Beside>,
    /// How it is at the end.
    last: Beside,
    /// The last plan that was drawn.
    planned: Option<Plan>,
}

impl Besides {
    /// How it was with so many events shown; where nothing is known of that, nothing is.
    pub fn stood(&self, shown: usize) -> Beside {
        let before = self.at.range(..=shown).next_back();
        before.map(|(_, beside)| beside.clone()).unwrap_or_default()
    }

    /// How it is at the end.
    pub fn last(&self) -> &Beside {
        &self.last
    }

    /// Whether it changed after so many events, up to so many.
    pub fn has_within(&self, after: usize, to: usize) -> bool {
        self.at.range(after + 1..=to).next().is_some()
    }

    /// After so many events it is so.
    pub fn put(&mut self, at: usize, beside: Beside) {
        if self.last == beside {
            return;
        }
        self.last = beside.clone();
        self.at.insert(at, beside);
        if self.at.len() > KEPT {
            let from = self.at.keys().nth(KEPT / 2).copied().unwrap_or_default();
            self.at = self.at.split_off(&from);
        }
    }

    /// A plan is drawn until a run was compared with it; the same one is not drawn again.
    pub fn planned(&mut self, at: usize, plan: Arc<View>) {
        let plan = Plan(plan);
        if self.planned.as_ref() != Some(&plan) {
            self.planned = Some(plan.clone());
            let beside = Beside {
                plan: Some(plan),
                run: Run::None,
                ..self.last.clone()
            };
            self.put(at, beside);
        }
    }

    /// These happen after so many events.
    pub fn hear(&mut self, before: usize, events: &[Event]) {
        for (at, event) in events.iter().enumerate() {
            if self.last.plan.is_none() {
                return;
            }
            let mut beside = self.last.clone();
            beside.happens(&event.what);
            self.put(before + at + 1, beside);
        }
    }

    /// The first so many events are gone.
    pub fn forget(&mut self, gone: usize) {
        let before = self.stood(gone);
        let later = std::mem::take(&mut self.at).into_iter();
        let later = later.filter(|(at, _)| *at > gone);
        self.at = later.map(|(at, beside)| (at - gone, beside)).collect();
        self.at.insert(0, before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A watch may go on for months: of what is long past nothing is known, and nothing wrong.
    #[test]
    fn no_more_is_kept_than_may_be() {
        let mut all = Besides::default();
        for n in 1..=3 * KEPT {
            let key = Key::new("noop", format!("n{n}"));
            let breaks = Arc::new([key].into());
            all.put(
                n,
                Beside {
                    breaks,
                    ..Beside::default()
                },
            );
            assert!(all.at.len() <= KEPT, "{n}");
        }
        assert_eq!(all.stood(3 * KEPT), *all.last());
        assert_ne!(all.stood(3 * KEPT - KEPT / 4), Beside::default());
        assert_eq!(all.stood(1), Beside::default());
    }
}
