//! The points at which a story can be disturbed, found in what its undisturbed play came by.

use std::fmt;

use super::Explore;
use crate::drive::sim::{CrashPoint, Cut, Deed, Passed, Strike};
use crate::world::sim::{Call, FaultKind};

/// In which order what happens at once happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Schedule {
    /// What the order is drawn from; the story's own seed if none.
    pub order: Option<u64>,
    /// How many vertices may run at the same time; as was asked for if none.
    pub jobs: Option<usize>,
}

/// A way to disturb a play, and the class that it counts in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Point {
    /// Its class, in a few words.
    pub class: &'static str,
    /// What happens; nothing where only the order is another one.
    pub strike: Option<Strike>,
    /// In which order.
    pub schedule: Schedule,
}

impl Point {
    fn of(class: &'static str, strike: Strike) -> Point {
        Point {
            class,
            strike: Some(strike),
            ..Point::default()
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
        write!(f, "{}", self.schedule)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        FaultKind::Fails => "fails",
        FaultKind::Crash => "crash",
        FaultKind::CrashAfter => "crash-after",
    }
}

impl Explore {
    /// The classes of its points, in the order in which they are told.
    pub fn classes(self) -> &'static [&'static str] {
        match self {
            Explore::Crash => &[
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
            ],
            Explore::Faults => &[
                "a call that errs",
                "no space left",
                "a command that fails",
                "a page that breaks off",
                "a call that hangs",
                "a record that is refused",
            ],
            Explore::Order => &["one at a time", "two at a time", "in another order"],
        }
    }

    /// What can befall a play, found in the undisturbed one of the same schedule.
    pub fn points(self, passed: &[Passed]) -> Vec<Point> {
        match self {
            Explore::Crash => crashes(passed),
            Explore::Faults => faults(passed),
            Explore::Order => Vec::new(),
        }
    }
}

/// Every point at which the engine can die.
fn crashes(passed: &[Passed]) -> Vec<Point> {
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

/// Every call that can err, and every record that can be refused.
fn faults(passed: &[Passed]) -> Vec<Point> {
    let mut points = Vec::new();
    for passed in passed {
        match passed {
            Passed::Commit { number, .. } => {
                let refuse = Strike::Refuse(*number);
                points.push(Point::of("a record that is refused", refuse));
            }
            Passed::Acted {
                number,
                calls,
                limited,
                ..
            } => {
                for (made, call) in calls.iter().enumerate() {
                    let mut add = |class, what| {
                        points.push(Point::of(class, Strike::Fault(*number, made, what)));
                    };
                    befall(&call.word, *limited, &mut add);
                }
            }
            _ => {}
        }
    }
    points
}

/// What can befall a call. One that hangs returns only where it may take only so long.
fn befall(word: &str, limited: bool, add: &mut dyn FnMut(&'static str, FaultKind)) {
    match word {
        "run" | "ask" => add("a command that fails", FaultKind::Fails),
        "fetch" => add("a page that breaks off", FaultKind::Net),
        _ => add("a call that errs", FaultKind::Io),
    }
    if ["put", "make_dir", "make_link"].contains(&word) {
        add("no space left", FaultKind::NoSpace);
    }
    if limited {
        add("a call that hangs", FaultKind::Hang);
    }
}

/// The schedules that are tried besides the story's own: a few with crashes and faults, many by themselves.
pub fn schedules(what: Explore) -> Vec<(&'static str, Schedule)> {
    let seeds = if what == Explore::Order { 40 } else { 8 };
    let jobs = [("one at a time", 1), ("two at a time", 2)];
    let few = jobs.map(|(class, jobs)| {
        let schedule = Schedule {
            order: None,
            jobs: Some(jobs),
        };
        (class, schedule)
    });
    let drawn = (1..=seeds).map(|order| {
        let schedule = Schedule {
            order: Some(order),
            jobs: None,
        };
        ("in another order", schedule)
    });
    few.into_iter().chain(drawn).collect()
}
