//! A story's steps, read as the language reads them: without a machine, and without running anything.
//!
//! Each statement is read against the graph as the edits before it leave it, with the same parser, the same edits and the same
//! history as a session has. What nobody can know without running is not guessed: behind a step that reads a file, opens an
//! editor, or may or may not have been done, a name that means nothing here may mean something there, and is no problem. Nor is
//! what an expectation says must fail.

use super::step_place::place_in;
use crate::command::session::{never, speaks_of};
use crate::command::{CommandError, History, Order, Script, SessionError, SimOrder, edit, refused};
use crate::file::{Document, Expect, Expectation, FileProblem, Step};
use crate::graph::{Draft, Key};
use crate::kind::Kinds;
use crate::value::Place;
use std::collections::BTreeSet;

/// What is wrong with a story's steps and with what it expects, in order; then the same of each attempt at its lesson.
pub fn rehearse(document: &Document) -> Vec<FileProblem> {
    let Some(story) = &document.story else {
        return Vec::new();
    };
    let Some(lesson) = &story.lesson else {
        return rehearsed(document, &story.steps, &story.expect);
    };
    let checks = lesson.check.iter().map(|check| check.expect.clone());
    let checks: Vec<Expectation> = checks.collect();
    let reached = [story.expect.as_slice(), &checks].concat();
    let mut problems = rehearsed(document, &story.course(), &reached);
    for (attempt, expect) in [(&lesson.wrong, &[][..]), (&lesson.other, &checks)] {
        if !attempt.is_empty() {
            let steps = [story.steps.as_slice(), attempt].concat();
            let more = rehearsed(document, &steps, expect).into_iter();
            let more: Vec<_> = more.filter(|new| !problems.contains(new)).collect();
            problems.extend(more);
        }
    }
    problems
}

/// What is wrong with steps from the beginning on, and with what is expected at their end.
fn rehearsed(document: &Document, steps: &[Step], expect: &[Expectation]) -> Vec<FileProblem> {
    let mut rehearsal = Rehearsal::new(document);
    for step in steps {
        if rehearsal.step(step) == Then::Leave {
            break;
        }
    }
    for expectation in expect {
        if let Expect::Error(text) = &expectation.says {
            rehearsal.foreseen.push(text.clone());
        }
    }
    rehearsal.problems.retain(|(_, error)| {
        let told = rehearsal.foreseen.iter();
        !told.clone().any(|text| error.contains(text.as_str()))
    });
    for expectation in expect {
        if let Err(error) = rehearsal.speaks_of(&expectation.says) {
            rehearsal.tell(expectation.place, &error);
        }
    }
    let problems = rehearsal.problems.into_iter();
    problems.map(|(problem, _)| problem).collect()
}

/// What comes after a step.
#[derive(PartialEq)]
enum Then {
    Go,
    Leave,
}

/// Whether something is so, as far as that can be known.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    No,
    Perhaps,
    Yes,
}

/// What is known of the session that will be.
struct Rehearsal<'a> {
    document: &'a Document,
    history: History,
    /// Whether the graph is known to be what `history` says.
    sure: bool,
    /// Vertices whose params nobody knows: what is there was looked up.
    vague: BTreeSet<Key>,
    /// Whether the engine was killed.
    down: Known,
    /// Whether a run goes on.
    runs: Known,
    /// Texts of errors that the story expects.
    foreseen: Vec<String>,
    /// Each with its error, as a session would show it.
    problems: Vec<(FileProblem, String)>,
}

impl<'a> Rehearsal<'a> {
    fn new(document: &'a Document) -> Rehearsal<'a> {
        Rehearsal {
            document,
            history: History::new(document.graph.clone()),
            sure: true,
            vague: BTreeSet::new(),
            down: Known::No,
            runs: Known::No,
            foreseen: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Reads one step. As in a session, its first error ends it.
    fn step(&mut self, step: &Step) -> Then {
        let script = match Script::read(&step.text) {
            Ok(script) => script,
            Err(error) => {
                self.command_error(step, error);
                return Then::Go;
            }
        };
        for at in 0..script.len() {
            let order = match script.order(at, self.history.now(), &Kinds) {
                Some(Ok(order)) => order,
                Some(Err(error)) if error.of_graph && !self.sure => return Then::Go,
                Some(Err(error)) => {
                    self.command_error(step, error);
                    return Then::Go;
                }
                None => return Then::Go,
            };
            if order == Order::Quit {
                return Then::Leave;
            }
            let begins = script.span(at).start;
            let done = never(&order).map_or(Ok(()), Err);
            let done = done.and_then(|()| self.does(&step.text, script.span(at), &order));
            match done {
                Ok(()) => {}
                Err(SessionError::Command(error)) => {
                    self.command_error(step, *error);
                    return Then::Go;
                }
                Err(error) => {
                    let place = place_in(self.document.source.text(), step, begins);
                    self.tell(place, &error);
                    return Then::Go;
                }
            }
        }
        Then::Go
    }

    /// What an order makes of what is known; or why a session would not do it.
    fn does(
        &mut self,
        line: &str,
        span: std::ops::Range<usize>,
        order: &Order,
    ) -> Result<(), SessionError> {
        match order {
            order if order.is_edit() => return self.edits(line, span, order),
            Order::Undo | Order::Redo => return self.goes_back(matches!(order, Order::Undo)),
            Order::New(name) if self.runs == Known::No => {
                let draft = Draft::new(name.as_deref().unwrap_or("graph"));
                self.history.push(draft.graph().clone(), line);
            }
            Order::New(_)
            | Order::Load(_)
            | Order::Source(_)
            | Order::Edit(_)
            | Order::Learn(_)
            | Order::Demo => self.sure = false,
            Order::Inspect(key) => self.looks_up(key),
            Order::Expect(text) => return self.expects(text),
            Order::Watch | Order::Step(_) | Order::Break { .. } => self.runs = Known::Perhaps,
            Order::Stop => self.runs = Known::No,
            Order::Sim(SimOrder::Crash(None)) => (self.down, self.runs) = (Known::Yes, Known::No),
            Order::Sim(SimOrder::Crash(Some(_))) => self.down = Known::Perhaps,
            Order::Sim(SimOrder::Restart) => (self.down, self.runs) = (Known::No, Known::No),
            _ => {}
        }
        Ok(())
    }

    fn edits(
        &mut self,
        line: &str,
        span: std::ops::Range<usize>,
        order: &Order,
    ) -> Result<(), SessionError> {
        if matches!(order, Order::Rename(..)) && self.down != Known::No {
            // It cannot be done while no engine lives, so that both names may be there.
            self.sure = false;
            return Ok(());
        }
        let graph = self.history.now().clone();
        let edited = edit(&graph, &Kinds, order, &mut |_, _| None);
        match edited {
            Ok(edited) => {
                self.history.push(edited.graph, line);
                Ok(())
            }
            // What is refused here may be done where the graph is another.
            Err(_) if !self.sure || self.is_vague(order) => {
                self.sure = false;
                Ok(())
            }
            Err(refusals) => match refusals.first() {
                Some(refusal) => Err(refused(line, span, refusal).into()),
                None => Ok(()),
            },
        }
    }

    /// Whether an order speaks of a vertex whose params nobody knows.
    fn is_vague(&self, order: &Order) -> bool {
        let text = order.to_string();
        let named = |key: &Key| text.contains(&crate::graph::refs::ref_text(key));
        self.vague.iter().any(named)
    }

    fn goes_back(&mut self, undo: bool) -> Result<(), SessionError> {
        let done = match undo {
            true => self.history.undo(),
            false => self.history.redo(),
        };
        if done.is_some() || !self.sure {
            return Ok(());
        }
        Err(crate::command::session::nothing_to(undo))
    }

    /// What is there comes into the graph, with params that nobody knows here.
    fn looks_up(&mut self, key: &Key) {
        self.vague.insert(key.clone());
        let graph = self.history.now().clone();
        if graph.vertex(key).is_some() {
            return;
        }
        let order = Order::Add(key.clone(), Vec::new());
        match edit(&graph, &Kinds, &order, &mut |_, _| None) {
            Ok(edited) => drop(self.history.push(edited.graph, "inspect")),
            Err(_) => self.sure = false,
        }
    }

    fn expects(&mut self, text: &str) -> Result<(), SessionError> {
        // What it says was read with the line.
        let Ok(expect) = Expect::parse(text) else {
            return Ok(());
        };
        let known = self.speaks_of(&expect);
        if let Expect::Error(text) = expect {
            self.foreseen.push(text);
        }
        known
    }

    fn speaks_of(&self, expect: &Expect) -> Result<(), SessionError> {
        match self.sure {
            true => speaks_of(self.history.now(), expect),
            false => Ok(()),
        }
    }

    fn command_error(&mut self, step: &Step, error: CommandError) {
        let place = place_in(self.document.source.text(), step, error.span.start);
        let shown = error.to_string();
        let what = match &error.expected {
            Some(expected) => format!("{}: expected {expected}", error.what),
            None => error.what.clone(),
        };
        self.problem(place, what, error.hint, shown);
    }

    fn tell(&mut self, place: Place, error: &SessionError) {
        if let SessionError::Failed { what, hint } = error {
            self.problem(place, what.clone(), hint.clone(), error.to_string());
        }
    }

    fn problem(&mut self, place: Place, what: String, hint: Option<String>, shown: String) {
        let problem = FileProblem {
            source: self.document.source.clone(),
            place,
            what: crate::value::sanitise(&what),
            hint: hint.map(|hint| crate::value::sanitise(&hint)),
        };
        self.problems.push((problem, shown));
    }
}
