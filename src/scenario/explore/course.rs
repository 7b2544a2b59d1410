//! One play of a story, disturbed or not, until it has come to rest.
//!
//! Steps that only ask or expect are left out. Where the engine dies because the exploration wants it to, it is restarted as a person
//! would: the run that was under way is begun again, and so is a word that was not heard. At the end faults are healed, and the
//! graph is applied until a run does what the one before it did.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::point::Point;
use super::stand::Stand;
use crate::command::session::Silent;
use crate::command::{Flow, Session, SessionError};
use crate::drive::runner::Runner;
use crate::drive::sim::{Passed, SimDrive, Strike};
use crate::engine::event::{Event, What};
use crate::engine::{Record, Remembered};
use crate::file::{Document, Step};
use crate::graph::{Graph, Key};
use crate::scenario::play::{PlayOptions, session_options, steps};

/// What came of one play.
pub struct Course {
    /// The graph that it began with, and the one that it ended with.
    pub graphs: (Arc<Graph>, Arc<Graph>),
    /// What it came by.
    pub passed: Vec<Passed>,
    /// How much of that the story itself is; the rest is coming to rest.
    pub own: usize,
    /// Every command that was given.
    pub steps: Vec<String>,
    /// Whether the disturbance happened.
    pub struck: bool,
    /// How it stands at the end.
    pub stand: Stand,
    /// What is remembered then.
    pub remembered: Remembered,
    /// What every further run changes; none if no two of them do the same.
    pub again: Option<BTreeSet<Key>>,
}

/// Words that change nothing.
const ASKING: &[&str] = &[
    "plan",
    "dry-run",
    "expect",
    "why",
    "trace",
    "pending",
    "status",
    "show",
    "graph",
    "world",
    "kinds",
    "help",
    "inspect",
    "save",
    "save-story",
];

/// So many runs may differ from the one before before a story counts as one that does not come to rest.
const RUNS: usize = 6;

struct Player {
    session: Session,
    front: Silent,
    given: Vec<String>,
}

/// What is done to a driver before the first step.
pub type Prepare<'a> = &'a dyn Fn(&mut SimDrive);

/// Plays a story with this disturbance.
pub fn play(
    document: &Document,
    options: &PlayOptions,
    point: &Point,
    prepare: Prepare,
) -> Result<Course, SessionError> {
    let jobs = point.schedule.jobs.unwrap_or(options.jobs);
    let options = PlayOptions { jobs, ..*options };
    let session = Session::open(Some(document.clone()), session_options(&options))?;
    let first = session.graph().clone();
    let mut player = Player {
        session,
        front: Silent,
        given: Vec::new(),
    };
    let wanted = point.strike.clone();
    if let Some(drive) = player.drive() {
        drive.explore(wanted.clone());
        point
            .schedule
            .order
            .into_iter()
            .for_each(|seed| drive.order_by(seed));
        prepare(drive);
    }
    player.given.extend(point.step());
    player.story(document, wanted.as_ref());
    let own = player.drive().map_or(0, |drive| drive.passed().len());
    let struck = player.is_struck(wanted.as_ref());
    let again = player.come_to_rest();
    let passed = player.drive().map(|drive| drive.passed().to_vec());
    Ok(Course {
        graphs: (first, player.session.graph().clone()),
        passed: passed.unwrap_or_default(),
        own,
        struck,
        stand: Stand::of(&player.session),
        remembered: player.session.remembered(),
        again,
        steps: player.given,
    })
}

impl Player {
    fn drive(&mut self) -> Option<&mut SimDrive> {
        match self.session.runner() {
            Runner::Sim { drive, .. } => Some(drive),
            Runner::Host(_) => None,
        }
    }

    fn story(&mut self, document: &Document, wanted: Option<&Strike>) {
        for Step { text, .. } in steps(document) {
            if ASKING.contains(&word(&text)) {
                continue;
            }
            let moment = self.session.moment();
            let watching = moment.running && !self.session.ask(|engine| engine.is_paused());
            let was = self.is_struck(wanted);
            if self.give(&text) == Some(Flow::Quit) {
                return;
            }
            let struck = !was && self.is_struck(wanted);
            if struck && self.session.runner().is_down() {
                self.recover(&text, watching);
            }
        }
    }

    fn is_struck(&mut self, wanted: Option<&Strike>) -> bool {
        self.drive().is_some_and(|drive| drive.is_over(wanted))
    }

    /// What a step fails with is the story's affair: the exploration looks at where it all ends.
    fn give(&mut self, text: &str) -> Option<Flow> {
        self.given.push(text.to_owned());
        self.session.eval(text, &mut self.front).ok()
    }

    /// The engine died in the middle of this step.
    fn recover(&mut self, step: &str, watching: bool) {
        let verb = word(step);
        let renames = verb == "rename" && !self.is_renamed();
        if renames {
            self.give("undo");
        }
        self.give("sim restart");
        match verb {
            "apply" | "watch" | "notify" | "dirty" | "poke" | "cancel" => drop(self.give(step)),
            "rename" if renames => drop(self.give(step)),
            "step" | "continue" | "resume" => drop(self.give("apply")),
            _ => {}
        }
        if watching && verb != "stop" && !self.session.moment().running {
            self.give("watch");
        }
    }

    /// Whether the last thing that became durable was a new name.
    fn is_renamed(&mut self) -> bool {
        let passed = self.drive().map_or(&[][..], |drive| drive.passed());
        let last = passed.iter().rev().find_map(|passed| match passed {
            Passed::Commit {
                records, durable, ..
            } => Some((records, *durable)),
            _ => None,
        });
        last.is_some_and(|(records, durable)| {
            durable
                && records
                    .iter()
                    .any(|record| matches!(record, Record::Renamed { .. }))
        })
    }

    fn come_to_rest(&mut self) -> Option<BTreeSet<Key>> {
        if self.session.runner().is_down() {
            self.give("sim restart");
        }
        if self.session.moment().running {
            self.give("stop");
        }
        if self
            .session
            .machine()
            .is_some_and(|sim| !sim.spec().faults.is_empty())
        {
            self.give("sim heal");
        }
        if !self
            .session
            .ask(|engine| engine.breaks().is_empty() && engine.halts().is_empty())
        {
            self.give("break off");
        }
        let mut before = None;
        for _ in 0..RUNS {
            let from = self.session.events().len();
            self.give("apply");
            let did = did(&self.session.events()[from..]);
            if before.as_ref() == Some(&did) {
                // What dies by itself is dead by then.
                self.give("sim advance 1m");
                return Some(did);
            }
            before = Some(did);
        }
        None
    }
}

/// Who was changed or refreshed.
fn did(events: &[Event]) -> BTreeSet<Key> {
    let did = events.iter().filter(|event| {
        matches!(
            event.what,
            What::Changed { .. } | What::Refreshed { .. } | What::CountsAsChanged { .. }
        )
    });
    did.filter_map(|event| event.subject.clone()).collect()
}

fn word(step: &str) -> &str {
    step.split_whitespace().next().unwrap_or_default()
}
