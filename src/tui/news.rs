//! What passes between the screen and the thread in which its session lives.

use super::app::Placed;
use super::line::Knows;
use crate::command::Candidate;
use crate::command::registry::Moment;
use crate::command::session::{LessonView, Sort};
use crate::graph::{Graph, Key};
use crate::repl::{Guide, Hint};
use crate::trace::{Event, View};
use std::sync::Arc;

/// What the screen asks of the session. One after the other is done.
#[derive(Clone, Debug)]
pub enum Task {
    /// To evaluate this line.
    Do(String),
    /// To answer what a watch asks meanwhile.
    Settle,
}

/// Which question it is: no two of a session have the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QuestionId(pub u64);

/// What a person says to a question.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Yes or no.
    Consent(bool),
    /// A value that is not shown; none if there is none to be had.
    Secret(Option<String>),
}

/// What the session tells the screen, in the order in which it happened.
#[derive(Clone, Debug)]
pub enum News {
    /// This line is begun, in words that may be shown.
    Begun(String),
    /// A result.
    Shown(Sort, String),
    /// A warning or a remark.
    Remark(String),
    /// What a line was refused for.
    Refused(String),
    /// What happened.
    Events(Vec<Event>),
    /// The graph was edited: what happens from here on happens in this one.
    Edited(Arc<Graph>),
    /// Another graph and another trace begin: this graph, of which so much has been told already.
    Begins(Arc<Graph>, Vec<Event>),
    /// A plan was made, before it is shown or asked about.
    Planned(Arc<View>),
    /// It asks for consent; `more` is the detail. An [`Answer::Consent`] is waited for.
    Asks {
        /// Which question it is.
        id: QuestionId,
        /// What is asked.
        question: String,
        /// What there is to know more.
        more: String,
    },
    /// It asks for a value. An [`Answer::Secret`] is waited for.
    Wants {
        /// Which question it is.
        id: QuestionId,
        /// What the value is for.
        what: String,
    },
    /// Nobody waits for the answer to that question any longer.
    Withdrawn(QuestionId),
    /// What it comes to: after each task, and whenever the graph was edited.
    Knows(Box<Known>),
    /// A large graph was placed, as the screen wished.
    Placed(Box<Placed>),
    /// A line that goes into the history.
    Kept(String),
    /// The task is done, and the next one is waited for.
    Done,
    /// The session has ended, with this exit code.
    Left(i32),
}

/// What the screen knows of the session.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The graph as it stands, staged edits included.
    pub graph: Arc<Graph>,
    /// How every vertex stands.
    pub picture: Arc<View>,
    /// Vertices that may have changed, and have not told anyone.
    pub debts: Vec<Key>,
    /// What a plan said, if one was made since the graph last changed.
    pub plan: Option<Arc<View>>,
    /// How the world is called.
    pub label: String,
    /// The words before what is typed.
    pub prompt: String,
    /// When it is.
    pub moment: Moment,
    /// Whether starts stand still.
    pub paused: bool,
    /// Before which vertices a run stops.
    pub breaks: Vec<Key>,
    /// The lesson that is on.
    pub lesson: Option<LessonView>,
    /// What answers while a line is typed.
    pub guide: Option<Arc<Guide>>,
}

impl Knows for Known {
    fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        match &self.guide {
            Some(guide) => guide.complete(line, cursor),
            None => (cursor, Vec::new()),
        }
    }

    fn hint(&self, line: &str) -> Option<Hint> {
        self.guide.as_ref()?.hint(line)
    }

    fn is_open(&self, line: &str) -> bool {
        self.guide.as_ref().is_some_and(|guide| guide.is_open(line))
    }
}
