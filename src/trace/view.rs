//! The view: what a run looks like at one moment, folded from its events. Plan, status and screen draw it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::newest::Newest;
use crate::engine::event::{Block, Dirt, Event, EventId, Tally, Wait, What};
use crate::engine::{Status, Until};
use crate::graph::{FieldPath, Key};
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
    /// Who notified it since it last heard, each once.
    pub pending: Vec<Option<Key>>,
    /// The drifts of its last check.
    pub findings: Arc<Vec<Finding>>,
    /// Whether that is only possible (a plan).
    pub may: bool,
    /// Whether it was changed in this run, also where a later check of it found nothing to do.
    pub changed: bool,
    /// Whether it was tried again in this run: what a later try finds may be what an earlier one has made.
    pub retried: bool,
    /// Whether it was refreshed.
    pub refreshed: bool,
    /// It comes after what needs root (a plan).
    pub behind_root: bool,
    /// Its failure needs root.
    pub needs_root: bool,
    /// What it sent last to each param that receives from it, in this run: its field, and the value as shown.
    pub sent: BTreeMap<(Key, FieldPath), (FieldPath, String)>,
    /// Notes and warnings of this run.
    pub notes: Newest,
    /// More lines of its failure.
    pub detail: Vec<String>,
    /// The event that began its first check of this run.
    pub first: EventId,
    /// The last event about it.
    pub last: EventId,
    /// How often it was checked, changed, refreshed since the view began.
    pub counts: (usize, usize, usize),
}

/// The fold over events. What it holds depends on how many vertices and bindings there are, and not on how much happens. A clone shares
/// what has not changed since.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct View {
    /// How far the run is.
    pub stage: Stage,
    /// The last event's time.
    pub now: Time,
    /// Every vertex that events told of.
    pub vertices: BTreeMap<Key, Arc<VertexView>>,
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
                let vertex = Arc::make_mut(self.vertices.entry(key.clone()).or_default());
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
                let all = self.vertices.values_mut();
                all.for_each(|vertex| Arc::make_mut(vertex).begin());
            }
            What::Converged(tally) => self.stage = Stage::Converged(*tally),
            What::Stopped | What::Killed => self.stage = Stage::Stopped,
            // Nothing is watched or polled from here on.
            What::Stopping { .. } => {
                let all = self.vertices.values_mut();
                let unwatched = all.filter(|vertex| !vertex.unwatched.is_empty());
                unwatched.for_each(|vertex| Arc::make_mut(vertex).unwatched.clear());
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
            What::Notified { from, .. } if self.pending.contains(from) => {}
            What::Notified { from, .. } => self.pending.push(from.clone()),
            What::Note(note) => self.notes.push(note.clone()),
            What::Sent {
                field,
                to,
                into,
                shown,
            } => {
                let value = (field.clone(), shown.clone());
                self.sent.insert((to.clone(), into.clone()), value);
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
            // What has just settled keeps its reason: the end of a refresh says once more that all is right.
            What::Ok if matches!(self.status, Some(Status::Changed | Status::Ok)) => {}
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
                self.retried = true;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A watch that goes on and on: each vertex is poked, checked, changed, sends, notes and notifies.
    fn watch(rounds: u64) -> impl Iterator<Item = Event> {
        let key = |n: u64| Key::new("noop", format!("n{n}"));
        let round = move |round: u64| {
            let path = |text: &str| FieldPath::parse(text);
            [
                What::Poked,
                What::Checking { tries: 1 },
                What::Note(format!("note {}", round % 1_000)),
                What::Sent {
                    field: path("out"),
                    to: key((round + 1) % 4),
                    into: path("in"),
                    shown: format!("value {}", round % 1_000),
                },
                What::Notified {
                    from: Some(key((round + 1) % 4)),
                    generation: round,
                    may: false,
                },
                What::WatchLost {
                    why: "gone".into(),
                    poll: crate::time::Span::secs(1),
                },
                What::Dropped {
                    what: format!("what was owed in run {}", round % 1_000),
                },
            ]
            .map(|what| (round, what))
        };
        (0..rounds)
            .flat_map(round)
            .enumerate()
            .map(move |(n, (round, what))| Event {
                id: EventId(n as u64 + 1),
                at: Time(n as u64),
                subject: (!matches!(what, What::Dropped { .. })).then(|| key(round % 4)),
                what,
                cause: None,
            })
    }

    #[test]
    fn a_view_does_not_grow_with_what_happens() {
        let (before, after) = (View::of(&rounds(1_000)), View::of(&rounds(15_000)));
        assert!(after.last.0 > 100_000);
        // All texts of the two are of one length, but for how many there were.
        let size = |view: &View| format!("{view:?}").len();
        let (before_size, after_size) = (size(&before), size(&after));
        assert!(
            after_size < before_size + 500,
            "{after_size} after {before_size}"
        );
        let vertex = &after.vertices[&Key::new("noop", "n0")];
        assert_eq!(vertex.pending.len(), 1);
        assert_eq!(vertex.sent.len(), 1);
        let notes: Vec<String> = vertex.notes.told().collect();
        assert_eq!(notes[0], "3650 earlier ones");
        assert_eq!(notes.last().map(String::as_str), Some("note 996"));
    }

    fn rounds(rounds: u64) -> Vec<Event> {
        watch(rounds).collect()
    }

    /// What nothing has happened to is not copied.
    #[test]
    fn a_clone_shares_what_has_not_changed() {
        let events = rounds(8);
        let (last, before) = events.split_last().expect("there are some");
        let old = View::of(before);
        let mut new = old.clone();
        new.take(last);
        new.take(&Event {
            subject: Some(Key::new("noop", "n1")),
            ..events[0].clone()
        });
        let is_shared = |n: &str| {
            let key = Key::new("noop", n);
            Arc::ptr_eq(&old.vertices[&key], &new.vertices[&key])
        };
        assert_eq!(["n0", "n1", "n2"].map(is_shared), [true, false, true]);
    }
}
