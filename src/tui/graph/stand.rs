//! How a vertex stands, as far as it is drawn.

use crate::trace::{Planned, Status, VertexView};
use crate::tui::theme::{self, Sign};

/// How a vertex stands.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Stand {
    /// Its status.
    pub status: Option<Status>,
    /// It must be checked.
    pub dirty: bool,
    /// It was poked.
    pub poked: bool,
    /// A notification is pending.
    pub pending: bool,
    /// It may have changed, and has not told anyone.
    pub debt: bool,
    /// A run stops before it.
    pub breaks: bool,
    /// What a plan would do with it, or how what was done compares with that.
    pub plan: Option<Sign>,
}

impl Stand {
    /// As events tell of it.
    pub fn of(view: &VertexView) -> Stand {
        Stand {
            status: view.status,
            dirty: view.dirty,
            poked: view.poked,
            pending: !view.pending.is_empty(),
            ..Stand::default()
        }
    }

    /// How this one and another stand together: each mark of either, and the more pressing status.
    pub fn with(self, other: Stand) -> Stand {
        let pressing = |stand: &Stand| match stand.status {
            None | Some(Status::New) => 0,
            Some(Status::Ok) => 1,
            Some(Status::Held) => 2,
            Some(Status::Changed) => 3,
            Some(Status::Waiting) => 4,
            Some(Status::Blocked) => 5,
            Some(Status::Checking) => 6,
            Some(Status::Applying | Status::Refreshing) => 7,
            Some(Status::Retrying) => 8,
            Some(Status::Failed) => 9,
        };
        Stand {
            status: if pressing(&self) >= pressing(&other) {
                self.status
            } else {
                other.status
            },
            dirty: self.dirty || other.dirty,
            poked: self.poked || other.poked,
            pending: self.pending || other.pending,
            debt: self.debt || other.debt,
            breaks: self.breaks || other.breaks,
            plan: self
                .plan
                .into_iter()
                .chain(other.plan)
                .min_by_key(|sign| rank(*sign)),
        }
    }

    /// The sign of its status.
    pub fn sign(&self) -> Sign {
        theme::status(self.status.unwrap_or(Status::New))
    }

    /// What stands before its sign: what a plan says, else that a run stops there.
    pub fn plan_or_break(&self) -> Option<Sign> {
        self.plan.or(self.breaks.then_some(theme::BREAK))
    }

    /// Its marks, the most pressing first.
    pub fn marks(&self) -> impl Iterator<Item = Sign> {
        let marks = [
            (self.debt, theme::DEBT),
            (self.pending, theme::PENDING),
            (self.poked, theme::POKED),
            (self.dirty, theme::DIRTY),
        ];
        marks
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, sign)| sign)
    }

    /// Whether something goes on there that a person would want to see.
    pub fn is_active(&self) -> bool {
        let works = matches!(
            self.status,
            Some(
                Status::Checking
                    | Status::Applying
                    | Status::Refreshing
                    | Status::Retrying
                    | Status::Failed
                    | Status::Blocked
            )
        );
        works || self.dirty || self.poked || self.pending || self.debt
    }
}

/// What a plan says of one, the most pressing first: of several that are drawn as one that is shown.
pub(super) const PRESSING: [Planned; 9] = {
    use Planned::{Add, Blocked, Change, Fail, Held, May, Refresh, Remove, Unknown};
    [
        Fail, Blocked, Remove, Change, Add, Unknown, May, Refresh, Held,
    ]
};

/// The same of a sign: 0 presses most.
fn rank(sign: Sign) -> usize {
    let mut signs = [theme::DIFFERS]
        .into_iter()
        .chain(PRESSING.map(theme::plan));
    signs
        .position(|one| one == sign)
        .unwrap_or(PRESSING.len() + 1)
}
