//! A lesson under way: what is reached, told after each line, and what a screen needs to show it.

use super::expect::judge;
use super::{Front, Session};
use crate::command::lessons::{self, LESSONS};
use crate::command::order::Order;
use crate::engine::event::{EventId, What};
use crate::file::{Check, Expect, Lesson};
use crate::trace::count;
use crate::value::sanitise;
use std::path::PathBuf;

/// Which lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Which {
    /// One that is compiled in, by its place.
    BuiltIn(usize),
    /// A person's own, by its path as it was given.
    Own(PathBuf),
}

impl Which {
    /// What it is called.
    pub fn name(&self) -> String {
        match self {
            Which::BuiltIn(at) => LESSONS.get(*at).map_or("", |lesson| lesson.name).to_owned(),
            Which::Own(path) => path.display().to_string(),
        }
    }

    /// What it is remembered by, from wherever it was begun.
    pub fn mark(&self) -> String {
        match self {
            Which::BuiltIn(_) => self.name(),
            Which::Own(path) => match std::path::absolute(path) {
                Ok(path) => path.display().to_string(),
                Err(_) => self.name(),
            },
        }
    }

    /// The one after it, if there is one.
    pub fn next(&self) -> Option<usize> {
        match self {
            Which::BuiltIn(at) => Some(at + 1).filter(|next| *next < LESSONS.len()),
            Which::Own(_) => None,
        }
    }
}

/// A lesson under way.
pub(super) struct Learning {
    pub which: Which,
    pub lesson: Lesson,
    /// Which of its checks held when they were last looked at.
    holds: Vec<bool>,
    /// Which of them have held from the start: nobody has reached those.
    given: Vec<bool>,
    /// How many of its hints were shown.
    pub hints: usize,
    /// What was said of the last run.
    told: Option<String>,
    commands: usize,
    pub par: usize,
    done: bool,
    /// The last event that was there when it was last looked at.
    seen: Option<EventId>,
}

impl Learning {
    pub fn new(which: Which, lesson: Lesson) -> Learning {
        Learning {
            par: lessons::cost_of(&lesson.par),
            which,
            lesson,
            holds: Vec::new(),
            given: Vec::new(),
            hints: 0,
            told: None,
            commands: 0,
            done: false,
            seen: None,
        }
    }

    /// Every check, and whether it is reached. What holds from the start is so once it was lost, or nothing is left to reach.
    fn checks(&self) -> impl Iterator<Item = (&Check, bool)> {
        let done = self.holds.iter().all(|holds| *holds);
        let holds = self.holds.iter().zip(&self.given);
        let reached = holds.map(move |(holds, given)| *holds && (done || !*given));
        self.lesson.check.iter().zip(reached)
    }
}

/// A lesson under way, for whoever shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LessonView {
    /// Its place among those that are compiled in, from 1.
    pub number: Option<usize>,
    /// What it is called by, or its path.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it says before anything is done: paragraphs, with a newline between them.
    pub text: String,
    /// What is to be reached.
    pub goal: String,
    /// Each of its checks, in words, with whether it is reached: what holds from the start is so once all is, or once it was lost.
    pub checks: Vec<(String, bool)>,
    /// Those that do not hold now, as they are written.
    pub missing: Vec<String>,
    /// Its hints that were shown, and how many there are.
    pub hints: Vec<String>,
    /// How many hints there are.
    pub all_hints: usize,
    /// What was said of the last run, if that left something to be said.
    pub told: Option<String>,
    /// How many commands were used that do more than look.
    pub commands: usize,
    /// How many the good way takes.
    pub par: usize,
    /// Whether all held at some time.
    pub done: bool,
    /// The name of the next one.
    pub next: Option<&'static str>,
}

impl Session {
    /// The lesson under way, if one is.
    pub fn lesson(&self) -> Option<LessonView> {
        let on = self.learning.as_ref()?;
        let lesson = &on.lesson;
        Some(LessonView {
            number: match on.which {
                Which::BuiltIn(at) => Some(at + 1),
                Which::Own(_) => None,
            },
            name: on.which.name(),
            title: lesson.title.clone(),
            text: lesson.text.clone(),
            goal: lesson.goal.clone(),
            checks: on
                .checks()
                .map(|(check, reached)| (check.expect.says.told(), reached))
                .collect(),
            missing: checks_left(on),
            hints: lesson.hints.iter().take(on.hints).cloned().collect(),
            all_hints: lesson.hints.len(),
            told: on.told.clone(),
            commands: on.commands,
            par: on.par,
            done: on.done,
            next: on.which.next().map(|next| LESSONS[next].name),
        })
    }

    /// A lesson begins with what a learner finds.
    pub(super) fn begin_lesson(&mut self, mut on: Learning) {
        on.holds = self.judged(&on.lesson.check);
        on.given = on.holds.clone();
        on.seen = self.last_event();
        self.learning = Some(on);
    }

    /// An order was done.
    pub(super) fn spend(&mut self, order: &Order) {
        if let Some(on) = self.learning.as_mut().filter(|on| !on.done) {
            on.commands += lessons::cost(&order.to_string());
        }
    }

    fn judged(&self, checks: &[Check]) -> Vec<bool> {
        let judged = checks.iter().map(|check| judge(self, &check.expect.says));
        judged.map(|verdict| verdict.holds).collect()
    }

    /// A line was evaluated: what of the lesson is newly so, or not so any more, is told; and where a run has left something to be
    /// said, that.
    pub(super) fn look_at_lesson(&mut self, front: &mut dyn Front) {
        let Some(mut on) = self.learning.take() else {
            return;
        };
        if !on.done {
            let holds = self.judged(&on.lesson.check);
            let before = std::mem::replace(&mut on.holds, holds);
            let given = on.given.iter_mut().zip(&on.holds);
            given.for_each(|(given, holds)| *given &= holds);
            front.show(&moved(&on, &before));
            match on.holds.iter().all(|holds| *holds) {
                true => self.finish_lesson(&mut on, front),
                false if self.has_run_since(on.seen) => self.hint_at_run(&mut on, front),
                false => {}
            }
            on.seen = self.last_event();
        }
        self.learning = Some(on);
    }

    /// Whether a run has ended behind this event.
    fn has_run_since(&self, seen: Option<EventId>) -> bool {
        let new = self.events.iter().rev();
        let mut new = new.take_while(|event| Some(event.id) > seen);
        new.any(|event| matches!(event.what, What::Converged(_) | What::Stopped))
    }

    fn hint_at_run(&mut self, on: &mut Learning, front: &mut dyn Front) {
        let checks = on.lesson.check.iter().zip(&on.holds);
        let failing = checks.filter(|(_, holds)| !**holds);
        on.told = failing
            .into_iter()
            .find_map(|(check, _)| check.hint.clone());
        if let Some(hint) = &on.told {
            front.show(&format!("not yet: {}\n", sanitise(hint)));
        }
    }

    fn finish_lesson(&mut self, on: &mut Learning, front: &mut dyn Front) {
        on.done = true;
        on.told = None;
        let next = match on.which.next() {
            Some(next) => format!("`learn next` goes on with `{}`", LESSONS[next].name),
            None if matches!(on.which, Which::BuiltIn(_)) => {
                "that was the last one, `learn off` leaves it".to_owned()
            }
            None => "`learn off` leaves it".to_owned(),
        };
        let commands = count(on.commands, "command");
        front.show(&format!(
            "lesson done, in {commands} (par {}): {next}\n",
            on.par
        ));
        if let Err(why) = front.lesson_done(&on.which.mark()) {
            front.remark(&format!(
                "warning: that it is done is not remembered: {}\n",
                sanitise(&why)
            ));
        }
    }
}

/// What does not hold yet.
fn checks_left(on: &Learning) -> Vec<String> {
    let checks = on.lesson.check.iter().zip(&on.holds);
    let left = checks.filter(|(_, holds)| !**holds);
    left.map(|(check, _)| check.expect.text.clone()).collect()
}

/// What has come to hold, and what holds no more. That there is something to be done again is no loss.
fn moved(on: &Learning, before: &[bool]) -> String {
    let checks = on.lesson.check.iter().zip(on.holds.iter().zip(before));
    let of = |now: bool| {
        let passing = |says: &Expect| matches!(says, Expect::Left(_) | Expect::Pending(_));
        let changed = checks.clone().filter(|(check, (holds, was))| {
            **holds == now && **was != now && (now || !passing(&check.expect.says))
        });
        let texts = changed.map(|(check, _)| sanitise(&check.expect.says.told()));
        texts.collect::<Vec<_>>().join(", ")
    };
    let told = [("reached:", of(true)), ("not so any more:", of(false))].into_iter();
    let told = told.filter(|(_, texts)| !texts.is_empty());
    let told: Vec<String> = told
        .map(|(word, texts)| format!("{word} {texts}"))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => {
            let reached = on.checks().filter(|(_, reached)| *reached).count();
            format!(
                "{} ({reached} of {})\n",
                told.join("; "),
                on.checks().count()
            )
        }
    }
}
