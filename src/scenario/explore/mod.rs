//! Exploring a story: it is played once, then again for every point at which it can be disturbed, and each play must come to the same.
//!
//! | what | at every point |
//! | --- | --- |
//! | crash | the engine dies, and another one goes on (rules P1, P2, P3) |
//! | faults | a world call errs, or a record is refused |
//! | order | what happens at once happens in another order |
//!
//! Judged is each play by itself: no refresh is lost and none is early (`ghost`), every receiver holds what its sender sends; and
//! against the undisturbed one: every vertex, every debt and notification, every path, every unit, and what a further run changes
//! (`stand`). A story of which two further runs never do the same is left out, and counted.

mod course;
mod ghost;
mod point;
mod runner;
mod stand;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use course::{Course, play};
pub use point::{CRASHES, Point};
pub use runner::{replay, run_explore};

use super::play::PlayOptions;
use crate::command::SessionError;
use crate::file::Document;

/// What is explored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Explore {
    /// The engine dies.
    Crash,
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
    /// Why it was left out, if it was.
    pub left_out: Option<String>,
}

/// Explores one story.
pub fn explore(
    document: &Document,
    options: &PlayOptions,
    what: Explore,
) -> Result<Explored, SessionError> {
    let base = play(document, options, None)?;
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
    };
    explored.take(None, &base, judge.alone(&base));
    let points = match what {
        Explore::Crash => point::crashes(&base.passed[..base.own]),
    };
    for point in points {
        let course = play(document, options, Some(&point))?;
        let mut wrong = judge.against(&course);
        if !course.struck {
            wrong.push("the point was not reached: two plays were not the same".into());
        }
        *explored.points.entry(point.class).or_default() += 1;
        explored.take(Some(point), &course, wrong);
    }
    Ok(explored)
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
}

impl Judge<'_> {
    fn alone(&self, course: &Course) -> Vec<String> {
        let mut wrong = ghost::judge(&course.graphs.0, &course.passed, &course.remembered);
        wrong.extend(course.stand.wrong());
        wrong
    }

    fn against(&self, course: &Course) -> Vec<String> {
        let mut wrong = self.alone(course);
        wrong.extend(course.stand.against(&self.base.stand, &self.masked));
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
