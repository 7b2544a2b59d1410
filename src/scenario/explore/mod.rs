//! Exploring a story: it is played once, then again for every point at which it can be disturbed, and each play must come to the same.
//!
//! | what | at every point |
//! | --- | --- |
//! | crash | the engine dies, and another one goes on (rules P1, P2, P3) |
//! | faults | a world call errs, or a record is refused (rules N2, N5, M3) |
//! | order | nothing; what happens at once happens in another order (rules O1, O3) |
//!
//! Judged is each play by itself: no refresh is lost and none is early (`ghost`), every receiver holds what its sender sends; and
//! against the undisturbed one: every vertex, every debt and notification, every path, every unit, and what a further run changes
//! (`stand`). Crashes and faults are also tried in other schedules, as far as a story goes another way in them.
//!
//! Not compared are the contents of paths that random values reach, and of those that a command writes which answers otherwise each
//! time or adds to what is there. After faults only what vertices manage that are right in both is compared: what people do in a
//! story meets another machine then. A story of which two further runs never do the same is left out. Both are counted.

mod course;
mod ghost;
mod point;
mod runner;
mod stand;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;

use course::{Course, Prepare, play};
pub use point::{Point, Schedule};
pub use runner::{replay, run_explore};

use point::schedules;

use super::play::PlayOptions;
use crate::command::SessionError;
use crate::drive::sim::Passed;
use crate::file::Document;

/// What is explored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Explore {
    /// The engine dies.
    Crash,
    /// Something errs.
    Faults,
    /// What happens at once happens in another order.
    Order,
}

impl Explore {
    /// Its word, as `--explore` takes it.
    pub fn word(self) -> &'static str {
        match self {
            Explore::Crash => "crash",
            Explore::Faults => "faults",
            Explore::Order => "order",
        }
    }
}

/// A point whose play was not right.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// The point; none for the undisturbed play.
    pub point: Option<Point>,
    /// What is wrong.
    pub wrong: Vec<String>,
    /// Every command that was given.
    pub steps: Vec<String>,
}

/// What came of exploring one story.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Explored {
    /// How many points were played, by class.
    pub points: BTreeMap<&'static str, usize>,
    /// Points that were not right.
    pub findings: Vec<Finding>,
    /// Paths whose contents were not compared.
    pub masked: usize,
    /// In how many schedules it went another way, its own among them.
    pub schedules: usize,
    /// Why it was left out, if it was.
    pub left_out: Option<String>,
}

/// Explores one story.
pub fn explore(
    document: &Document,
    options: &PlayOptions,
    what: Explore,
) -> Result<Explored, SessionError> {
    explore_prepared(document, options, what, &|_| {})
}

fn explore_prepared(
    document: &Document,
    options: &PlayOptions,
    what: Explore,
    prepare: Prepare,
) -> Result<Explored, SessionError> {
    let base = play(document, options, &Point::default(), prepare)?;
    let mut explored = Explored::default();
    let Some(again) = base.again.clone() else {
        explored.left_out = Some("no two further runs of it do the same".into());
        return Ok(explored);
    };
    let world = document.story.as_ref().map(|story| story.world.clone());
    let masked = stand::masked(&base.graphs.1, &base.stand, &world.unwrap_or_default());
    explored.masked = masked.len();
    let judge = Judge {
        base: &base,
        again,
        masked,
        whole: what != Explore::Faults,
    };
    explored.take(None, &base, judge.alone(&base));
    let mut ways: BTreeSet<String> = [way(&base.passed)].into();
    let mut tried = vec![(Schedule::default(), what.points(&base.passed[..base.own]))];
    for (class, schedule) in schedules(what) {
        let point = Point {
            class,
            schedule,
            ..Point::default()
        };
        let other = play(document, options, &point, prepare)?;
        if !ways.insert(way(&other.passed)) {
            continue;
        }
        tried.push((schedule, what.points(&other.passed[..other.own])));
        if what == Explore::Order {
            *explored.points.entry(class).or_default() += 1;
        }
        explored.take(Some(point), &other, judge.against(&other));
    }
    explored.schedules = tried.len();
    for (schedule, points) in tried {
        for point in points {
            let point = Point { schedule, ..point };
            let course = play(document, options, &point, prepare)?;
            *explored.points.entry(point.class).or_default() += 1;
            explored.take(Some(point), &course, judge.against(&course));
        }
    }
    Ok(explored)
}

/// The way that a play went: what began and ended, in order.
fn way(passed: &[Passed]) -> String {
    let mut way = String::new();
    for passed in passed {
        let _ = match passed {
            Passed::Acted { key, deed, .. } => write!(way, "{key} {deed:?};"),
            Passed::Ended { key, came, .. } => write!(way, "{key} {came:?};"),
            Passed::Commit { records, .. } => write!(way, "{};", records.len()),
            _ => Ok(()),
        };
    }
    way
}

impl Explored {
    fn take(&mut self, point: Option<Point>, course: &Course, wrong: Vec<String>) {
        if !wrong.is_empty() {
            let steps = course.steps.clone();
            self.findings.push(Finding {
                point,
                wrong,
                steps,
            });
        }
    }
}

struct Judge<'a> {
    base: &'a Course,
    again: BTreeSet<crate::graph::Key>,
    masked: BTreeSet<PathBuf>,
    /// Whether the whole machine is compared.
    whole: bool,
}

impl Judge<'_> {
    fn alone(&self, course: &Course) -> Vec<String> {
        let mut wrong = ghost::judge(&course.graphs.0, &course.passed, &course.remembered);
        wrong.extend(course.stand.wrong());
        wrong
    }

    fn against(&self, course: &Course) -> Vec<String> {
        let mut wrong = self.alone(course);
        if !course.struck {
            wrong.push("the point was not reached: two plays were not the same".into());
        }
        wrong.extend(
            course
                .stand
                .against(&self.base.stand, &self.masked, self.whole),
        );
        match &course.again {
            None => wrong.push("no two further runs do the same".into()),
            Some(again) => {
                let more = again.difference(&self.again);
                wrong.extend(more.map(|key| format!("every further run changes {key}")));
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests;
