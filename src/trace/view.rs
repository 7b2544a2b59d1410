//! The view: what a run looks like at one moment, folded from its events. Plan, status and screen draw it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::event::{Block, Dirt, Event, EventId, Tally, Wait, What};
use crate::engine::{Status, Until};
use crate::graph::Key;
use crate::time::Time;
use crate::value::Finding;

/// How far the run is.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Stage {
    /// Nothing has run.
    #[default]
    Idle,
    /// A run is under way, in this world, of so many vertices.
    Running {
        world: String,
        until: Until,
        vertices: usize,
    },
    /// It converged.
    Converged(Tally),
    /// It was stopped.
    Stopped,
}

/// One vertex as events have told of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct VertexView {
    /// Its status.
    pub status: Option<Status>,
    /// Why it has that status, in a few words; empty where the status says it all.
    pub reason: String,
    /// How it is looked after while its watch cannot be had, and why that is; empty while it is watched as it should be (rule O8).
    pub unwatched: String,
    /// It must be checked.
    pub dirty: bool,
    /// It was poked and has not started since.
    pub poked: bool,
    /// Who notified it since it last heard.
    pub pending: Vec<Option<Key>>,
    /// The drifts of its last check.
    pub findings: Arc<Vec<Finding>>,
    /// Whether that is only possible (a plan).
    pub may: bool,
    /// Whether it was changed in this run, also where a later check of it found nothing to do.
    pub changed: bool,
    /// Whether it was refreshed.
    pub refreshed: bool,
    /// It comes after what needs root (a plan).
    pub behind_root: bool,
    /// Its failure needs root.
    pub needs_root: bool,
    /// What it sent in this run: field, receiver, and the value as shown.
    pub sent: Vec<(String, String, String)>,
    /// Notes and warnings of this run.
    pub notes: Vec<String>,
    /// More lines of its failure.
    pub detail: Vec<String>,
    /// The event that began its first check of this run.
    pub first: EventId,
    /// The last event about it.
    pub last: EventId,
    /// How often it was checked, changed, refreshed since the view began.
    pub counts: (usize, usize, usize),
}

/// The fold over events.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct View {
    /// How far the run is.
    pub stage: Stage,
    /// The last event's time.
    pub now: Time,
    /// Every vertex that events told of.
    pub vertices: BTreeMap<Key, VertexView>,
    /// What was dropped from the journal.
    pub dropped: Vec<String>,
    /// The last event taken in.
    pub last: EventId,
}

impl View {
    /// The view after all of these.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> View {
        let mut view = View::default();
        events.into_iter().for_each(|event| view.take(event));
        view
    }

    /// Takes one event in.
    pub fn take(&mut self, event: &Event) {
        self.now = event.at;
        self.last = event.id;
        match (&event.subject, &event.what) {
            (None, what) => self.take_run(what),
            (Some(key), what) => {
                let vertex = self.vertices.entry(key.clone()).or_default();
                vertex.last = event.id;
                if vertex.first == EventId(0) && matches!(what, What::Checking { .. }) {
                    vertex.first = event.id;
                }
                vertex.take(what);
            }
        }
    }

    fn take_run(&mut self, what: &What) {
        match what {
            What::Started {
                until,
                world,
                vertices,
            } => {
                self.stage = Stage::Running {
                    world: world.clone(),
                    until: *until,
                    vertices: *vertices,
                };
                self.vertices.values_mut().for_each(VertexView::begin);
            }
            What::Converged(tally) => self.stage = Stage::Converged(*tally),
            What::Stopped | What::Killed => self.stage = Stage::Stopped,
            What::Dropped { what } => self.dropped.push(what.clone()),
            // Nothing is watched or polled from here on.
            What::Stopping { .. } => {
                let all = self.vertices.values_mut();
                all.for_each(|vertex| vertex.unwatched.clear());
            }
            _ => {}
        }
    }
}

impl VertexView {
    /// A run begins: what was told of the last one no longer counts; what is pending does.
    fn begin(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        *self = VertexView {
            status: Some(Status::Waiting),
            pending,
            last: self.last,
            counts: self.counts,
            ..VertexView::default()
        };
    }

    fn take(&mut self, what: &What) {
        match what {
            What::Dirty(why) => {
                self.dirty = true;
                self.needs_root &= *why == Dirt::MeanWhile;
            }
            What::Poked => self.poked = true,
            What::Watching => self.unwatched.clear(),
            What::WatchLost { why, poll } => self.unwatched = format!("polled every {poll}: {why}"),
            What::Notified { from, .. } => self.pending.push(from.clone()),
            What::Note(note) => self.notes.push(note.clone()),
            What::Sent {
                field,
                to,
                into,
                shown,
            } => {
                self.sent
                    .push((field.to_string(), format!("{to}.{into}"), shown.clone()));
            }
            What::BehindRoot => self.behind_root = true,
            What::Found(findings) => self.findings = findings.clone(),
            What::Dropped { .. } => self.pending.clear(),
            other => self.take_status(other),
        }
    }

    fn take_status(&mut self, what: &What) {
        match what {
            What::Waiting(Wait::Value { from, field }) => {
                self.is(Status::Waiting, format!("for {from}.{field}"))
            }
            What::Waiting(Wait::Semaphore(name)) => {
                self.is(Status::Waiting, format!("for semaphore {name}"))
            }
            What::Checking { .. } => {
                self.dirty = false;
                self.poked = false;
                self.counts.0 += 1;
                self.is(Status::Checking, String::new());
            }
            What::Applying => self.is(Status::Applying, String::new()),
            What::Refreshing => self.is(Status::Refreshing, String::new()),
            What::Ok if self.status == Some(Status::Changed) => {}
            What::Ok => self.is(Status::Ok, String::new()),
            What::Changed { findings, may, .. } => {
                self.counts.1 += 1;
                self.changed = true;
                self.findings = findings.clone();
                self.may = *may;
                self.is(Status::Changed, String::new());
            }
            What::CountsAsChanged { run } => {
                self.is(Status::Changed, format!("may have changed, run {run}"))
            }
            What::Refreshed { changed, may, .. } => self.refresh(*changed, *may),
            What::HeardByApply | What::HeardOnly(_) => self.pending.clear(),
            What::Failed {
                why,
                detail,
                needs_root,
                ..
            } => {
                self.needs_root = *needs_root;
                self.detail = detail.clone();
                self.is(Status::Failed, why.clone());
            }
            What::Retrying { tries, after } => {
                self.needs_root = false;
                self.is(Status::Retrying, format!("try {tries} after {after}"))
            }
            What::NotKnown(why) => {
                self.may = true;
                self.is(Status::Changed, format!("not known before apply: {why}"));
            }
            What::Held(findings) => {
                self.findings = findings.clone();
                self.is(Status::Held, "its noop".into());
            }
            What::Blocked(block) => self.block(block),
            What::Asks(_) => self.is(
                Status::Waiting,
                "for an answer: this was not planned".into(),
            ),
            What::Declined => self.is(Status::Failed, "left as it is".into()),
            _ => {}
        }
    }

    fn refresh(&mut self, changed: bool, may: bool) {
        self.counts.2 += 1;
        self.pending.clear();
        self.refreshed = true;
        self.may |= may && self.status != Some(Status::Changed);
        if changed {
            self.is(Status::Changed, "refreshed".into());
        } else if self.status == Some(Status::Refreshing) {
            self.is(Status::Ok, "refreshed".into());
        }
    }

    fn block(&mut self, block: &Block) {
        let (status, reason) = match block {
            Block::Failure(key) => (Status::Blocked, format!("behind {key}")),
            Block::Semaphore { name, by } => {
                (Status::Blocked, format!("{by} holds semaphore {name}"))
            }
            Block::NothingSent { from, field } => {
                (Status::Blocked, format!("{from} has no {field} to send"))
            }
            Block::HeldSender(key) => (Status::Held, format!("the noop of {key}")),
            Block::Behind(key) => (Status::Blocked, format!("behind {key}")),
            Block::BehindHeld(key) => (Status::Held, format!("behind {key}")),
            Block::Declined(key) => (Status::Blocked, format!("behind {key}")),
        };
        self.is(status, reason);
    }

    /// What needs root has failed; a plan goes on with it as with rights, which does not change that (rule L1).
    fn is(&mut self, status: Status, reason: String) {
        if self.needs_root && status != Status::Failed {
            return;
        }
        self.status = Some(status);
        self.reason = reason;
    }
}
