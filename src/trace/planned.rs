//! What would become of a vertex, as a plan marks it: one rule for the text and for the screen.

use super::view::VertexView;
use crate::engine::Status;
use crate::value::Action;

/// What would become of a vertex; of one that a run has done with, what became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Planned {
    /// What is not there would be made.
    Add,
    /// What is there would be changed.
    Change,
    /// What is there would be removed, and nothing else.
    Remove,
    /// It may be changed: a value is known only after apply.
    Unknown,
    /// It may be changed or refreshed: whether, only applying can tell.
    May,
    /// It would be refreshed.
    Refresh,
    /// It would fail.
    Fail,
    /// It would be held.
    Held,
    /// It would be blocked.
    Blocked,
}

impl Planned {
    /// Of this vertex; none if nothing would happen to it.
    pub fn of(vertex: &VertexView) -> Option<Planned> {
        Some(match vertex.status {
            Some(Status::Failed) => Planned::Fail,
            Some(Status::Blocked) => Planned::Blocked,
            Some(Status::Held) => Planned::Held,
            Some(Status::Changed) if vertex.findings.is_empty() && vertex.refreshed => {
                refresh(vertex)
            }
            Some(Status::Changed) => change(vertex),
            _ if vertex.refreshed => refresh(vertex),
            _ => return None,
        })
    }

    /// Every one, in the order in which a plan counts them.
    pub const ALL: [Planned; 9] = [
        Planned::Add,
        Planned::Change,
        Planned::Remove,
        Planned::Unknown,
        Planned::May,
        Planned::Refresh,
        Planned::Fail,
        Planned::Blocked,
        Planned::Held,
    ];

    /// Its word in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Planned::Add => "add",
            Planned::Change => "change",
            Planned::Remove => "remove",
            Planned::Unknown => "unknown",
            Planned::May => "may",
            Planned::Refresh => "refresh",
            Planned::Fail => "fail",
            Planned::Held => "hold",
            Planned::Blocked => "block",
        }
    }

    /// What it is called where it is counted.
    pub fn words(self) -> &'static str {
        match self {
            Planned::Add => "to add",
            Planned::Change => "to change",
            Planned::Remove => "to remove",
            Planned::Unknown => "known after apply",
            Planned::May => "may change or refresh",
            Planned::Refresh => "to refresh",
            Planned::Fail => "would fail",
            Planned::Held => "held",
            Planned::Blocked => "blocked",
        }
    }

    /// Its mark.
    pub fn mark(self) -> char {
        match self {
            Planned::Add => '+',
            Planned::Change => '~',
            Planned::Remove => '-',
            Planned::Unknown => '_',
            Planned::May => '?',
            Planned::Refresh => '@',
            Planned::Fail => '!',
            Planned::Held => '=',
            Planned::Blocked => 'x',
        }
    }

    /// Whether something would surely be done to what it is about, other than a refresh.
    pub fn is_change(self) -> bool {
        matches!(self, Planned::Add | Planned::Change | Planned::Remove)
    }

    /// Whether only applying can tell what becomes of it.
    pub fn is_open(self) -> bool {
        matches!(self, Planned::Unknown | Planned::May)
    }
}

fn refresh(vertex: &VertexView) -> Planned {
    match vertex.may {
        true => Planned::May,
        false => Planned::Refresh,
    }
}

fn change(vertex: &VertexView) -> Planned {
    let any = |action| {
        let mut findings = vertex.findings.iter();
        findings.any(|finding| finding.action == action)
    };
    match vertex.may {
        true if any(Action::Unknown) => Planned::Unknown,
        true => Planned::May,
        false if any(Action::Add) => Planned::Add,
        false if any(Action::Remove) && !any(Action::Change) => Planned::Remove,
        false => Planned::Change,
    }
}
