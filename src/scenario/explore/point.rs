//! The points at which a story can be disturbed, found in what its undisturbed play came by.

use std::fmt;

use crate::drive::sim::{CrashPoint, Cut, Deed, Passed, Strike};
use crate::world::sim::{Call, FaultKind};

/// A way to disturb a play, and the class that it counts in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Point {
    /// Its class, in a few words.
    pub class: &'static str,
    /// What happens; nothing where only the order is another one.
    pub strike: Option<Strike>,
    /// What the order of what happens at once is drawn from; the story's own if none.
    pub order: Option<u64>,
    /// How many vertices may run at the same time; as was asked for if none.
    pub jobs: Option<usize>,
}

impl Point {
    fn of(class: &'static str, strike: Strike) -> Point {
        Point {
            class,
            strike: Some(strike),
            order: None,
            jobs: None,
        }
    }

    fn crash(class: &'static str, at: CrashPoint) -> Point {
        Point::of(class, Strike::Crash(at))
    }

    /// The command that lets it happen in a story; none where only the order is another one.
    pub fn step(&self) -> Option<String> {
        Some(match self.strike.as_ref()? {
            Strike::Crash(at) => format!("sim crash {at}"),
            Strike::Fault(effect, calls, what) => {
                format!("sim fail \"effect {effect} {calls}\" {} 1", fault(*what))
            }
            Strike::Refuse(commit) => format!("sim fail \"commit {commit}\" no-space 1"),
        })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step() {
            Some(step) => f.write_str(&step)?,
            None => f.write_str("no disturbance")?,
        }
        if let Some(order) = self.order {
            write!(f, ", order {order}")?;
        }
        match self.jobs {
            Some(jobs) => write!(f, ", {jobs} at a time"),
            None => Ok(()),
        }
    }
}

fn fault(what: FaultKind) -> &'static str {
    match what {
        FaultKind::Io => "io",
        FaultKind::NoSpace => "no-space",
        FaultKind::Denied => "denied",
        FaultKind::ReadOnly => "read-only",
        FaultKind::Net => "net",
        FaultKind::Hang => "hang",
        FaultKind::Crash => "crash",
        FaultKind::CrashAfter => "crash-after",
    }
}

/// The classes of crashes, in the order in which they are told.
pub const CRASHES: &[&str] = &[
    "before a record",
    "torn in a record",
    "after a record",
    "in a check",
    "in an apply",
    "between two drifts of a vertex",
    "in a refresh",
    "between a check and its record",
    "between an apply and its record",
    "between a refresh and its record",
];

/// Every point at which the engine can die.
pub fn crashes(passed: &[Passed]) -> Vec<Point> {
    let mut points = Vec::new();
    for passed in passed {
        match passed {
            Passed::Commit { number, .. } => {
                let at = |cut| CrashPoint::Commit(*number, cut);
                points.push(Point::crash("before a record", at(Cut::Before)));
                for part in [1, 500, 999] {
                    points.push(Point::crash("torn in a record", at(Cut::Torn(part))));
                }
                points.push(Point::crash("after a record", at(Cut::After)));
            }
            Passed::Acted {
                number,
                deed,
                calls,
                ..
            } => {
                for made in 0..calls.len() {
                    let at = CrashPoint::Effect(*number, Some(made));
                    points.push(Point::crash(inside(*deed, calls, made), at));
                }
            }
            Passed::Ended { number, deed, .. } => {
                let class = match deed {
                    Deed::Check => "between a check and its record",
                    Deed::Apply => "between an apply and its record",
                    Deed::Refresh => "between a refresh and its record",
                };
                points.push(Point::crash(class, CrashPoint::Effect(*number, None)));
            }
            _ => {}
        }
    }
    points
}

fn inside(deed: Deed, calls: &[Call], made: usize) -> &'static str {
    let acts = |calls: &[Call]| calls.iter().any(|call| call.acted);
    match deed {
        Deed::Check => "in a check",
        Deed::Apply if acts(&calls[..made]) && acts(&calls[made..]) => {
            "between two drifts of a vertex"
        }
        Deed::Apply => "in an apply",
        Deed::Refresh => "in a refresh",
    }
}
