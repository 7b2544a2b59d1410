//! A session as a story: what it began with, its own steps if it began as one, and what was done since.

use super::{Session, SessionError};
use crate::file::{self, Document, Saved, Step, Story};
use crate::kind::Kinds;

impl Session {
    /// This session as a story: graph and world as they were at its start, its own steps if it began as one, and what was
    /// done since as steps after those.
    pub(super) fn story(&self) -> Result<Saved, SessionError> {
        let Some((world, seed)) = self.began.world.clone() else {
            let what = format!(
                "a story needs a simulated world, and this is {}",
                self.label
            );
            return Err(SessionError::failed(what).with_hint("`save PATH` saves the graph alone"));
        };
        let done = self.replayed.since(&self.log);
        let mut saved = match &self.began.document {
            Some(document) => file::save_story(document, seed, done, &Kinds),
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
                };
                file::save_as(None, &self.began.graph, Some(&story), &Kinds)
            }
        };
        let asks = done.iter().filter(|line| line.contains("=?"));
        saved
            .lost
            .extend(asks.map(|line| format!("the answer to `{line}`")));
        Ok(saved)
    }
}

/// How far a session has done again what the steps of its own story say, from the first on.
#[derive(Default)]
pub(super) struct Replayed {
    /// The steps that are still to come, the next one last.
    left: Vec<String>,
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
            on: true,
            log: 0,
            seen: 0,
        }
    }

    /// A line was evaluated, and the log is so long now.
    pub(super) fn take(&mut self, line: &str, log: usize) {
        let is_next = self.left.last().is_some_and(|next| next == line.trim());
        if self.on && is_next {
            self.left.pop();
            self.log = log;
        } else if log > self.seen {
            self.on = false;
        }
        self.seen = log;
    }

    /// Whether something was done without those of its own steps that will come before it.
    pub(super) fn is_ahead(&self, log: &[String]) -> bool {
        !self.left.is_empty() && !log.is_empty()
    }

    /// What was done besides the story's own steps: all, unless it began with all of those.
    fn since<'a>(&self, log: &'a [String]) -> &'a [String] {
        match self.left.is_empty() {
            true => log.get(self.log..).unwrap_or_default(),
            false => log,
        }
    }
}
