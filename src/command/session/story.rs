//! A session as a story: what it began with, its own steps if it began as one, and what was done since.

use super::expect::judge;
use super::{Session, SessionError, SessionOptions, Silent};
use crate::file::{self, Document, GoesOn, Saved, Step, Story};
use crate::graph::Graph;
use crate::kind::Kinds;
use crate::world::sim::SimSpec;
use std::path::PathBuf;
use std::sync::Arc;

/// What a session began with: what a story of it begins with.
pub(super) struct Began {
    /// The graph.
    pub graph: Arc<Graph>,
    /// The file that it came from, as it was then.
    pub document: Option<Document>,
    /// The file that was loaded here: its graph alone, and in the world that there was.
    pub loaded: Option<PathBuf>,
    /// The simulated machine, and the seed of its choices; none on a real machine.
    pub world: Option<(SimSpec, u64)>,
    /// Whether `undo` and `redo` do the same where the log is played again from here.
    pub replays: bool,
    /// Whether something was done to that machine before.
    pub touched: bool,
    /// How far what was done is what the story's own steps say.
    pub replayed: Replayed,
}

impl Session {
    /// `new` or `load` in a simulation: a story of this session begins here, on the machine as it was given.
    pub(super) fn begin_again(&mut self, loaded: Option<PathBuf>, changed: bool) {
        let began = Began {
            graph: self.history.now().clone(),
            document: None,
            loaded,
            world: self.began.world.clone(),
            replays: true,
            touched: self.began.touched || self.log.iter().any(|line| touches(line)),
            replayed: Replayed::after(self.log.len()),
        };
        let before = std::mem::replace(&mut self.began, began);
        if changed {
            self.began_before.push(before);
        }
    }

    /// A `new` or `load` was taken back, or made again: what it made of the graph is in the log already.
    pub(super) fn cross(&mut self, undo: bool) {
        match undo {
            true => {
                if let Some(before) = self.began_before.pop() {
                    self.began = before;
                }
            }
            false => self.begin_again(None, true),
        }
        self.began.replays = false;
    }

    /// This session as a story: graph and world as they were at its start, those of its own steps that were played, if it began as
    /// one, and what was done since as steps after those. Where it acts on a real machine, what was inspected there is the world.
    pub(super) fn story(&self) -> Result<Saved, SessionError> {
        let own = self.began.document.as_ref();
        let seed_of = |document: &Document| document.story.as_ref().map_or(0, |story| story.seed);
        let (world, seed) = match &self.began.world {
            Some(world) => world.clone(),
            None => (self.found.world.clone(), own.map_or(0, seed_of)),
        };
        let done = self.began.replayed.since(&self.log);
        // One that was a graph, and meant this machine, gets a world.
        let is_story =
            |document: &&Document| self.began.world.is_some() || document.story.is_some();
        let mut saved = match own.filter(is_story) {
            Some(document) => self.gone_on(document, seed, done),
            None => {
                let step = |text: &String| Step {
                    text: text.clone(),
                    place: Default::default(),
                };
                let story = Story {
                    world,
                    seed,
                    steps: done.iter().map(step).collect(),
                    expect: Vec::new(),
                    lesson: None,
                };
                file::save_as(own, &self.began.graph, Some(&story), &Kinds)
            }
        };
        if self.began.world.is_none() {
            let found = "what this machine is, but for what was inspected on it";
            saved.lost.push(found.to_owned());
            saved.lost.extend(self.found.lost.iter().cloned());
        }
        let asks = done.iter().filter(|line| line.contains("=?"));
        if self.began.touched {
            let before = "what was done to the simulated machine before this graph was there";
            saved.lost.push(before.to_owned());
        }
        saved
            .lost
            .extend(asks.map(|line| format!("the answer to `{line}`")));
        Ok(saved)
    }

    /// The story that this session began as, with what was done. It expects nothing that is not so when it is played.
    fn gone_on(&self, document: &Document, seed: u64, done: &[String]) -> Saved {
        let own = document.story.clone().unwrap_or_default();
        let whole = own.steps.len();
        // Where nothing was done it is the story as it was.
        let played = match self.log.is_empty() && self.began.replayed.played == 0 {
            true => whole,
            false => self.began.replayed.played,
        };
        let mut goes = GoesOn {
            seed,
            played,
            more: done,
            holds: &[],
        };
        let holds = match done.is_empty() && played == whole {
            true => Vec::new(),
            false => self.what_holds(document, goes.story(&own)),
        };
        goes.holds = &holds;
        file::save_story(document, &goes, &Kinds)
    }

    /// Which expectations of a story hold once it is played. It is played for that, on a machine of its own.
    fn what_holds(&self, document: &Document, story: Story) -> Vec<bool> {
        let mut document = document.clone();
        document.story = Some(story.clone());
        let options = SessionOptions {
            seed: None,
            noop: false,
            yes: false,
            ..self.simulated()
        };
        let Ok(mut session) = Session::open(Some(document), options) else {
            return Vec::new();
        };
        for step in &story.steps {
            // One that fails is an expectation's matter, or will be told of where it is played.
            let _ = session.eval(&step.text, &mut Silent);
        }
        let holds = story
            .expect
            .iter()
            .map(|expect| judge(&session, &expect.says).holds);
        holds.collect()
    }
}

/// Whether an order of the log can change the simulated machine.
fn touches(line: &str) -> bool {
    let verb = line.split(' ').next().unwrap_or_default();
    ["apply", "watch", "step", "sim"].contains(&verb)
}

/// How far a session has done again what the steps of its own story say, from the first on.
#[derive(Default)]
pub(super) struct Replayed {
    /// The steps that are still to come, the next one last.
    left: Vec<String>,
    /// How many were done.
    played: usize,
    /// Whether nothing else was done before.
    on: bool,
    /// How long the log was when it last did one.
    log: usize,
    /// How long it was at last: what was only asked is not in it.
    seen: usize,
}

impl Replayed {
    /// None of the steps of this document.
    pub(super) fn of(document: Option<&Document>) -> Replayed {
        let story = document.and_then(|document| document.story.as_ref());
        let steps = story.map_or(&[][..], |story| story.steps.as_slice());
        let steps = steps.iter().rev();
        Replayed {
            left: steps.map(|step| step.text.trim().to_owned()).collect(),
            played: 0,
            on: true,
            log: 0,
            seen: 0,
        }
    }

    /// No steps at all, with a log so long.
    fn after(log: usize) -> Replayed {
        Replayed {
            left: Vec::new(),
            played: 0,
            on: true,
            log,
            seen: log,
        }
    }

    /// A line was evaluated, and the log is so long now.
    pub(super) fn take(&mut self, line: &str, log: usize) {
        let is_next = self.left.last().is_some_and(|next| next == line.trim());
        if self.on && is_next {
            self.left.pop();
            self.played += 1;
            self.log = log;
        } else if log > self.seen {
            self.on = false;
        }
        self.seen = log;
    }

    /// What was done besides the story's own steps.
    fn since<'a>(&self, log: &'a [String]) -> &'a [String] {
        log.get(self.log..).unwrap_or_default()
    }
}
