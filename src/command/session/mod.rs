//! A session: a graph being built, a world that it acts on, and what has happened. Every front evaluates the same lines here.

mod ask;
mod consent;
mod counted;
mod drift;
mod editor;
mod edits;
mod expect;
mod files;
mod found;
mod front;
mod inspect;
mod learn;
mod lesson;
mod open;
mod outcome;
mod place;
mod reload;
mod rows;
mod run;
mod show;
mod sims;
mod source;
mod story;
mod told;
mod typed;

pub use ask::{reference, status_text};
pub(crate) use expect::speaks_of;
pub use expect::{Verdict, judge};
pub(crate) use files::nothing_to;
pub use front::{Front, Silent, Sort};
pub use lesson::LessonView;
pub use open::{Attendant, SessionOptions, WorldName, state_name};
pub use outcome::{Ended, Flow, SessionError};
pub use rows::{PendingRow, StatusRow};
pub(crate) use run::never;
pub use told::Told;

use std::path::Path;

use super::history::History;
use super::order::Order;
use super::parse::Script;
use super::registry::Moment;
use crate::drive::plan::Plan;
use crate::drive::runner::Runner;
use crate::engine::event::Event;
use crate::engine::{Engine, Input, Remembered, Until};
use crate::file::Document;
use crate::graph::{Graph, Key};
use crate::kind::Kinds;
use crate::time::Span;
use crate::trace::{REMEMBERED, Stage, View, keep_last};
use crate::world::host::Host;
use crate::world::sim::Sim;
use std::sync::Arc;
use story::Began;

/// Where an order stands: its line, and which of its bytes.
struct Stands<'a> {
    line: &'a str,
    span: std::ops::Range<usize>,
}

/// The console's state.
pub struct Session {
    options: SessionOptions,
    history: History,
    document: Option<Document>,
    runner: Runner,
    label: String,
    events: Vec<Event>,
    view: View,
    plan: Option<Plan>,
    /// How many plans were shown, for `expect plans`.
    plans: usize,
    ended: Ended,
    /// Every order that was done, as canonical text: the log that a story is saved from.
    log: Vec<String>,
    /// Whether the graph was edited since the engine got it (rule W4).
    staged: bool,
    /// Which vertices have another name since then.
    renames: Vec<(Key, Key)>,
    /// Errors so far, for `expect error`.
    errors: Vec<String>,
    /// What it began with, for a story of it: its file, or the last `new` or `load`.
    began: Began,
    /// What was found on this machine, if it acts on one.
    found: found::Found,
    /// What it began with before each of those, and what was taken back of them.
    began_before: Vec<Began>,
    /// Who attends to each driver of this machine that it gets.
    attendant: Option<Attendant>,
    /// A signal stopped what the present line began: the rest of it is not begun.
    interrupted: bool,
    /// The files whose commands are being run, each within the one before.
    sourcing: Vec<String>,
    /// The graph as its file holds it, or as it began.
    saved: Arc<Graph>,
    /// What keeps the edits since then.
    keeper: Option<typed::Keeper>,
    /// How much time has passed by itself, as the line of the log that is so long says.
    passed: Option<(usize, Span)>,
    /// The lesson that is on.
    learning: Option<lesson::Learning>,
    /// What was there before a lesson or a demo.
    before: Option<Box<Session>>,
}

impl Session {
    /// Evaluates a line, which may hold several commands. Stops at the first that fails.
    pub fn eval(&mut self, line: &str, front: &mut dyn Front) -> Result<Flow, SessionError> {
        self.eval_each(line, front, &mut |_, _| {})
    }

    /// The same, and lets `before` look at the session before each order is done.
    pub fn eval_each(
        &mut self,
        line: &str,
        front: &mut dyn Front,
        before: &mut dyn FnMut(&Session, &Order),
    ) -> Result<Flow, SessionError> {
        self.catch_up();
        self.interrupted = false;
        let done = self.eval_all(line, front, before);
        if self.sourcing.is_empty() {
            self.began.replayed.take(line, self.log.len());
            self.look_at_lesson(front);
        }
        if let Err(error) = &done {
            self.errors.push(error.to_string());
        }
        done
    }

    fn eval_all(
        &mut self,
        line: &str,
        front: &mut dyn Front,
        before: &mut dyn FnMut(&Session, &Order),
    ) -> Result<Flow, SessionError> {
        let script = Script::read(line)?;
        for at in 0..script.len() {
            let Some(order) = script.order(at, self.history.now(), &Kinds) else {
                break;
            };
            let order = order?;
            before(self, &order);
            let stands = Stands {
                line,
                span: script.span(at),
            };
            if self.obey_at(stands, &order, front)? == Flow::Quit {
                return Ok(Flow::Quit);
            }
            if self.interrupted {
                break;
            }
        }
        Ok(Flow::Go)
    }

    /// Does one order, which is all of this line.
    pub fn obey(
        &mut self,
        line: &str,
        order: &Order,
        front: &mut dyn Front,
    ) -> Result<Flow, SessionError> {
        let span = 0..line.trim_end().len();
        self.obey_at(Stands { line, span }, order, front)
    }

    fn obey_at(
        &mut self,
        stands: Stands,
        order: &Order,
        front: &mut dyn Front,
    ) -> Result<Flow, SessionError> {
        self.refuse_out_of_place(order)?;
        if order.is_edit() {
            self.do_edit(stands, order, front)?;
        } else {
            self.do_other(order, front)?;
        }
        self.keep_typed(front);
        self.spend(order);
        Ok(if matches!(order, Order::Quit) {
            Flow::Quit
        } else {
            Flow::Go
        })
    }

    fn do_other(&mut self, order: &Order, front: &mut dyn Front) -> Result<(), SessionError> {
        match order {
            Order::Undo | Order::Redo => self.undo_redo(matches!(order, Order::Undo), front),
            Order::New(name) => self.new_graph(name.as_deref(), front),
            Order::Load(path) => self.load(path, front),
            Order::Save { story, path } => self.save(*story, path.as_deref(), front),
            Order::Source(path) => self.source(path, front),
            Order::Edit(key) => self.edit_text(key.as_ref(), front),
            Order::Inspect(key) => self.inspect(key, front),
            Order::Sim(order) => self.sim(order, front),
            Order::Expect(text) => self.expect(text, front),
            Order::Learn(learn) => self.learn(learn, front),
            Order::Demo => self.demo(front),
            Order::Quit => Ok(()),
            Order::Plan(_)
            | Order::Apply(_)
            | Order::Watch
            | Order::Stop
            | Order::Pause
            | Order::Resume
            | Order::Continue
            | Order::Step(_)
            | Order::Break { .. }
            | Order::Dirty(_)
            | Order::Poke(_)
            | Order::Notify(_)
            | Order::Cancel(_) => self.act(order, front),
            question => self.answer(question, front),
        }
    }

    /// Gives the engine an input, and takes in and shows what came of it.
    pub(super) fn input(&mut self, input: Input, front: &mut dyn Front) {
        let (events, view) = (&mut self.events, &mut self.view);
        self.runner
            .input(input, &mut |new| take(events, view, new, front));
    }

    /// Takes in what a watch in its own thread has told meanwhile; it has been shown already.
    pub fn catch_up(&mut self) {
        for event in self.runner.heard() {
            self.view.take(&event);
            self.events.push(event);
        }
        keep_last(&mut self.events, REMEMBERED);
    }

    /// When it is: what commands make sense now.
    pub fn moment(&self) -> Moment {
        let running = !self.runner.is_down() && self.runner.ask(|engine| engine.is_running());
        Moment {
            running,
            sim: self.runner.is_sim(),
        }
    }

    /// Whether a run goes on that only a stop ends.
    pub fn watches(&self) -> bool {
        let watches = match self.view.stage {
            Stage::Running { until, .. } => until == Until::Stopped,
            Stage::Converged(_) => true,
            Stage::Idle | Stage::Stopped => false,
        };
        watches && self.moment().running
    }

    /// The graph as it stands, staged edits included.
    pub fn graph(&self) -> &Arc<Graph> {
        self.history.now()
    }

    /// The document that the graph came from, if it came from one.
    pub fn document(&self) -> Option<&Document> {
        self.document.as_ref()
    }

    /// Everything that happened, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What the events come to.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The simulated machine, if this session has one.
    pub fn machine(&self) -> Option<&Sim> {
        match &self.runner {
            Runner::Sim { sim, .. } => Some(sim),
            Runner::Host(_) => None,
        }
    }

    /// This machine, if the session acts on it.
    pub fn host(&self) -> Option<&Host> {
        match &self.runner {
            Runner::Sim { .. } => None,
            Runner::Host(runner) => Some(&runner.host),
        }
    }

    /// Asks the engine. It stands still meanwhile.
    pub fn ask<T>(&self, question: impl FnOnce(&Engine) -> T) -> T {
        self.runner.ask(question)
    }

    /// What the journal comes to.
    pub fn remembered(&self) -> Remembered {
        self.runner.remembered()
    }

    /// The driver.
    pub fn runner(&mut self) -> &mut Runner {
        &mut self.runner
    }

    /// The graph's state directory in its world.
    pub fn state(&self) -> &Path {
        self.runner.state()
    }

    /// How the world is called: `host web1 as root`, or `sim, seed 1`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What came of the last run or plan.
    pub fn ended(&self) -> &Ended {
        &self.ended
    }

    /// The same, to be completed by who knows of time limits.
    pub fn ended_mut(&mut self) -> &mut Ended {
        &mut self.ended
    }

    /// The errors so far, as they were shown.
    pub fn errors(&self) -> &[String] {
        &self.errors
    }

    /// The orders done so far, as canonical text.
    pub fn log(&self) -> &[String] {
        &self.log
    }
}

/// Takes new events in, and shows them.
pub(super) fn take(events: &mut Vec<Event>, view: &mut View, new: &[Event], front: &mut dyn Front) {
    new.iter().for_each(|event| view.take(event));
    events.extend_from_slice(new);
    keep_last(events, REMEMBERED);
    front.events(new);
}

/// Lines as one text.
pub(super) fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests;
