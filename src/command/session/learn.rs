//! `learn` and `demo`: a session of their own, with what was there before kept below it.

use super::files::read_document;
use super::lesson::{Learning, Which};
use super::open::{SessionOptions, WorldName};
use super::{Front, Session, SessionError, Sort, lines};
use crate::command::help::{table, wrapped};
use crate::command::lessons::{LESSONS, PASSWORD, compiled_in};
use crate::command::order::{LEARN, Learn};
use crate::command::written;
use crate::file::{Document, Lesson};
use crate::graph::nearest;
use crate::kind::Kinds;
use crate::trace::count;
use crate::value::{quote, sanitise};
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Session {
    pub(super) fn learn(
        &mut self,
        what: &Learn,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        match what {
            Learn::List => self.list_lessons(front),
            Learn::Goal => front.show(&goal(self.on()?)),
            Learn::Hint => self.next_hint(front)?,
            Learn::Par => {
                let on = self.on()?;
                let steps = on.lesson.par.iter().map(|step| step.text.clone());
                front.show(&format!("a way in {}:\n", count(on.par, "command")));
                front.show_as(Sort::Source, &lines(&steps.collect::<Vec<_>>()));
            }
            Learn::Again => {
                let which = self.on()?.which.clone();
                self.begin_which(which, front)?;
            }
            Learn::Next => {
                let next = self.next_lesson(front)?;
                self.begin_which(Which::BuiltIn(next), front)?;
            }
            Learn::Off => self.leave(front)?,
            Learn::Begin(name) => self.begin_which(which(name)?, front)?,
        }
        Ok(())
    }

    fn on(&self) -> Result<&Learning, SessionError> {
        self.learning.as_ref().ok_or_else(|| {
            SessionError::failed("no lesson is on")
                .with_hint("`learn` lists them, `learn 1` begins the first")
        })
    }

    fn list_lessons(&self, front: &mut dyn Front) {
        let done = front.lessons_done();
        let on = self.learning.as_ref().map(|on| on.which.mark());
        let mark = |name: &str| match (
            on.as_deref() == Some(name),
            done.iter().any(|done| done == name),
        ) {
            (true, true) => "now, done",
            (true, false) => "now",
            (false, true) => "done",
            (false, false) => "",
        };
        let built_in = LESSONS.iter().zip(1..).map(|(built_in, number)| {
            let lesson = compiled_in(built_in.name, built_in.text)
                .ok()
                .and_then(lesson_of);
            let title = lesson.map(|lesson| lesson.title).unwrap_or_default();
            let row = [format!("{number:>2}"), built_in.name.to_owned(), title];
            (row, built_in.name.to_owned())
        });
        let own = done.iter().chain(&on).filter(|name| name.starts_with('/'));
        let own: BTreeSet<&String> = own.collect();
        let own = own.into_iter().map(|name| {
            let row = [String::new(), sanitise(name), String::new()];
            (row, name.clone())
        });
        let rows = built_in.chain(own).map(|(row, name)| {
            let mark = mark(&name).to_owned();
            row.into_iter().chain([mark]).collect()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        let more = "`learn 3` begins the third\n\
            `learn goal|hint|par|again|next|off` is about the one that is on\n";
        front.show(&format!("{}{more}", table(rows, "")));
    }

    fn next_hint(&mut self, front: &mut dyn Front) -> Result<(), SessionError> {
        self.on()?;
        let Some(on) = &mut self.learning else {
            return Ok(());
        };
        let all = on.lesson.hints.len();
        let told = match on.lesson.hints.get(on.hints) {
            Some(hint) => {
                on.hints += 1;
                format!("hint {} of {all}: {}", on.hints, sanitise(hint))
            }
            None => "there are no more hints: `learn par` shows a way".to_owned(),
        };
        front.show(&wrapped(&told, ""));
        Ok(())
    }

    /// The one after that which is on, or the first that is not done.
    fn next_lesson(&self, front: &mut dyn Front) -> Result<usize, SessionError> {
        match &self.learning {
            Some(on) => on.which.next().ok_or_else(|| {
                let what = format!("nothing comes after {}", sanitise(&on.which.name()));
                SessionError::failed(what).with_hint("`learn` lists all, `learn off` leaves it")
            }),
            None => {
                let done = front.lessons_done();
                let open = LESSONS
                    .iter()
                    .position(|one| !done.iter().any(|done| done == one.name));
                Ok(open.unwrap_or(0))
            }
        }
    }

    /// Begins a lesson: its graph and world, and history and trace from the start.
    fn begin_which(&mut self, which: Which, front: &mut dyn Front) -> Result<(), SessionError> {
        let document = match &which {
            Which::BuiltIn(at) => {
                let built_in = LESSONS[*at];
                let read = compiled_in(built_in.name, built_in.text);
                read.map_err(|error| SessionError::failed(error.to_string()))?
            }
            Which::Own(path) => read_document(path, front)?,
        };
        let shown = sanitise(&which.name());
        let Some(lesson) = lesson_of(document.clone()) else {
            let what = format!("{shown} is no lesson: it has no `lesson`");
            return Err(SessionError::failed(what).with_hint("`load` takes its graph"));
        };
        self.teach(which, document, lesson, front)
    }

    /// The same of a document that is a lesson.
    pub(crate) fn begin_document(
        &mut self,
        document: Document,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        match lesson_of(document.clone()) {
            Some(lesson) => self.teach(Which::Own(document.path.clone()), document, lesson, front),
            None => Ok(()),
        }
    }

    fn teach(
        &mut self,
        which: Which,
        document: Document,
        lesson: Lesson,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let before = document.story.iter().flat_map(|story| story.steps.clone());
        let before: Vec<_> = before.collect();
        let mut fresh = Session::open(Some(document), self.simulated())?;
        // What a learner makes of the graph is none of the lesson's file.
        fresh.document = None;
        front.begins(fresh.graph(), fresh.events());
        for step in before {
            // What went wrong before a learner came is what there is to be mended.
            if let Err(error) = fresh.eval(&step.text, front) {
                front.remark(&format!("{error}\n"));
            }
        }
        let on = Learning::new(which, lesson);
        let (head, goal) = (head(&on), goal(&on));
        fresh.begin_lesson(on);
        self.cover(fresh, front);
        front.show(&format!("{head}{goal}"));
        front.remark("`learn hint` helps, `learn goal` says this again, `learn off` leaves\n");
        Ok(())
    }

    /// As this one is opened, in a simulation.
    pub(super) fn simulated(&self) -> SessionOptions {
        SessionOptions {
            world: Some(WorldName::Sim),
            ..self.options.clone()
        }
    }

    /// Goes on with another session. What was there before the first of these is kept below it.
    fn cover(&mut self, mut fresh: Session, front: &mut dyn Front) {
        fresh.sourcing = std::mem::take(&mut self.sourcing);
        let mut old = std::mem::replace(self, fresh);
        self.before = old.before.take().or_else(|| {
            let name = sanitise(&old.graph().name);
            if !old.graph().vertices().is_empty() {
                front.remark(&format!(
                    "graph {name} is kept: `learn off` goes back to it\n"
                ));
            }
            Some(Box::new(old))
        });
    }

    /// Goes back to what was there before.
    fn leave(&mut self, front: &mut dyn Front) -> Result<(), SessionError> {
        let Some(before) = self.before.take() else {
            let what = "no lesson is on, and no demo was shown";
            return Err(SessionError::failed(what).with_hint("`learn` lists the lessons"));
        };
        let sourcing = std::mem::take(&mut self.sourcing);
        *self = *before;
        self.sourcing = sourcing;
        front.begins(self.graph(), self.events());
        let graph = self.graph();
        let resources = count(graph.vertices().len(), "resource");
        front.show(&format!(
            "back at graph {}: {resources}\n",
            sanitise(&graph.name)
        ));
        Ok(())
    }

    /// `demo`: the password graph is built, and its story played, a command after the other.
    pub(super) fn demo(&mut self, front: &mut dyn Front) -> Result<(), SessionError> {
        let document = compiled_in("password", PASSWORD)
            .map_err(|error| SessionError::failed(error.to_string()))?;
        let fresh = Session::open(None, self.simulated())?;
        self.cover(fresh, front);
        front.begins(self.graph(), self.events());
        let graph = &document.graph;
        let mut commands = vec![format!("new {}", quote(&graph.name))];
        commands.extend(written::lines(graph, &Kinds));
        commands.push("plan".to_owned());
        let story = document.story.iter().flat_map(|story| &story.steps);
        commands.extend(story.map(|step| step.text.clone()));
        for command in commands {
            front.show(&format!("> {}\n", sanitise(&command)));
            self.eval(&command, front)?;
        }
        front.remark(
            "that was the password story: its graph is here to go on with, `learn off` goes back\n",
        );
        Ok(())
    }
}

fn lesson_of(document: Document) -> Option<Lesson> {
    document.story?.lesson
}

/// Which lesson is meant: a number, a name, or the path of a file.
fn which(name: &str) -> Result<Which, SessionError> {
    if name.contains('/') || name.ends_with(".yaml") || name.ends_with(".yml") {
        return Ok(Which::Own(PathBuf::from(name)));
    }
    let number = name.parse::<usize>().ok();
    let at = match number {
        Some(number) => number.checked_sub(1).filter(|at| *at < LESSONS.len()),
        None => LESSONS.iter().position(|lesson| lesson.name == name),
    };
    at.map(Which::BuiltIn).ok_or_else(|| {
        let names = LESSONS.iter().map(|lesson| lesson.name);
        let near = nearest(name, LEARN.iter().map(|(word, _)| *word).chain(names));
        let hint = match near {
            Some(near) => format!("did you mean `learn {near}`?"),
            None => "`learn` lists them; a lesson of your own is named by its path".to_owned(),
        };
        SessionError::failed(format!("there is no lesson `{}`", sanitise(name))).with_hint(hint)
    })
}

/// A lesson's title and text.
fn head(on: &Learning) -> String {
    let title = sanitise(&on.lesson.title);
    let title = match &on.which {
        Which::BuiltIn(at) => format!("lesson {} of {}: {title}\n", at + 1, LESSONS.len()),
        Which::Own(_) => format!("lesson: {title}\n"),
    };
    let paragraphs = on
        .lesson
        .text
        .lines()
        .filter(|line| !line.trim().is_empty());
    let text: String = paragraphs
        .map(|line| format!("\n{}", wrapped(&sanitise(line), "")))
        .collect();
    format!("{title}{text}\n")
}

/// What is to be reached.
fn goal(on: &Learning) -> String {
    wrapped(&format!("goal: {}", sanitise(&on.lesson.goal)), "")
}
