//! The trace: one closed set of events. Every one names its cause, back to an input. None holds a secret.

use super::io::Until;
use crate::graph::{FieldPath, Key};
use crate::time::{Span, Time};
use crate::value::Finding;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// Numbers events in the order in which they happened, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct EventId(pub u64);

/// Something that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// When, on the run's clock.
    pub at: Time,
    /// To which vertex, if to one.
    pub subject: Option<Key>,
    /// What.
    pub what: What,
    /// The event that made it happen; none for an input.
    pub cause: Option<EventId>,
}

/// What can happen. The first group are inputs: causes end there.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum What {
    /// A person typed this.
    Command(String),
    /// A run began, in this world.
    Started {
        until: Until,
        world: String,
        vertices: usize,
    },
    /// An engine continued from what one before it left: so many debts and notifications.
    Restarted { debts: usize, pending: usize },
    /// The engine was killed: what it had not recorded is lost. Only a simulation lives to tell.
    Killed,
    /// A watch noticed something.
    Noticed(String),
    /// A time came: to poll, to try again, for a late event.
    Due(Due),
    /// A timer ticked (rule N8).
    Ticked,

    /// The graph was edited: vertices added, changed, removed.
    Edited {
        added: usize,
        changed: usize,
        removed: usize,
    },
    /// It must be checked (rule O4).
    Dirty(Dirt),
    /// Its last predecessor settled, or a person poked it (rule O5).
    Poked,
    /// It cannot start yet, and why.
    Waiting(Wait),
    /// Its check began, as this try.
    Checking { tries: u32 },
    /// Its check found these drifts.
    Found(Arc<Vec<Finding>>),
    /// Its apply began.
    Applying,
    /// It is right, and nothing was changed.
    Ok,
    /// It was changed, and is right.
    Changed {
        findings: Arc<Vec<Finding>>,
        said: Option<String>,
        may: bool,
    },
    /// It may have changed in an earlier run, of this number, and counts as changed (rule P2).
    CountsAsChanged { run: u32 },
    /// Its refresh began.
    Refreshing,
    /// It was refreshed; whether that changed it.
    Refreshed {
        said: Option<String>,
        changed: bool,
        may: bool,
    },
    /// An apply did what its refresh would (rule N3).
    HeardByApply,
    /// It heard without refreshing, and why (rule N3).
    HeardOnly(String),
    /// A value went along a binding; shown masked where secret.
    Sent {
        field: FieldPath,
        to: Key,
        into: FieldPath,
        shown: String,
    },
    /// It took these values when it started.
    Received(Vec<FieldPath>),
    /// What it remembered of its last check no longer counts (rule V3).
    MemoDropped,
    /// What its last check remembered is kept for the next.
    MemoKept,
    /// A notification reached it, from this vertex or from a person.
    Notified {
        from: Option<Key>,
        generation: u64,
        may: bool,
    },
    /// It would be refreshed, but its noop keeps it from hearing.
    WouldRefresh,
    /// It spoke.
    Said(String),
    /// Something worth a line.
    Note(String),
    /// It failed.
    Failed {
        why: String,
        detail: Vec<String>,
        needs_root: bool,
        still_running: bool,
    },
    /// It will be tried again, this long after.
    Retrying { tries: u32, after: Span },
    /// Only a real run can tell what its check would say (rule L2).
    NotKnown(String),
    /// It comes after something that needs root, and is planned as with rights (rule L1).
    BehindRoot,
    /// Its own noop keeps these drifts from being mended (rule L5).
    Held(Arc<Vec<Finding>>),
    /// It cannot go on behind this.
    Blocked(Block),
    /// It would do what the plan did not say, and asks (rule L4).
    Asks(Arc<Vec<Finding>>),
    /// A person said no.
    Declined,
    /// A watch listens.
    Watching,
    /// A watch is not to be had; polled so often meanwhile.
    WatchLost { why: String, poll: Span },
    /// A record goes to the journal.
    Recorded { seq: u64, what: Cow<'static, str> },
    /// A pending notification or a debt was dropped.
    Dropped { what: String },
    /// Starts stand still; at a breakpoint if a vertex is the subject.
    Paused,
    /// Starts stand still after an event at which a person wanted to look.
    Halted(Halt),
    /// Starts go on.
    Continued,
    /// A stop was asked for; whether running attempts are cancelled.
    Stopping { now: bool },
    /// The run ended before it converged.
    Stopped,
    /// Nothing is left that could be done (rule E1).
    Converged(Tally),
    /// Records could not be made durable; nothing new starts.
    Undurable(String),
}

/// Why a vertex became dirty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dirt {
    /// A watch, a poll or a deadline.
    Event,
    /// A received value changed.
    Received,
    /// Its params are new.
    Params,
    /// A person said so.
    Command,
    /// Something happened while it ran (rule O7).
    MeanWhile,
    /// It failed, and something before it changed or recovered (rule M3).
    Predecessor,
}

impl Dirt {
    /// Whether no delay before a next try is waited for (rule M3).
    pub(super) fn is_at_once(self) -> bool {
        matches!(self, Dirt::Command | Dirt::Params)
    }
}

/// Which deadline came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// The delay before a retry ended.
    Retry,
    /// It is polled.
    Poll,
    /// An event that came too fast counts now (rule M1).
    Late,
    /// A watch is tried again.
    Watch,
}

/// What a vertex waits for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// A value that its sender has not sent.
    Value { from: Key, field: FieldPath },
    /// A semaphore.
    Semaphore(String),
}

/// What a vertex is blocked behind when a run ends.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A failure.
    Failure(Key),
    /// A semaphore: this vertex took it, was cancelled, and has not come back (rule M2).
    Semaphore { name: String, by: Key },
    /// A sender that has nothing to send (rule V5).
    NothingSent { from: Key, field: FieldPath },
    /// A sender whose own noop holds it (rule L5).
    HeldSender(Key),
    /// A vertex that has nothing to go on with, near or far.
    Behind(Key),
    /// A vertex that is held by a noop, near or far (rule L5).
    BehindHeld(Key),
    /// A vertex that a person left as it is (rule L4).
    Declined(Key),
}

/// What a run came to, or what a plan says that it will: each vertex in one column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Vertices that were right.
    pub ok: usize,
    /// Vertices that were changed: something of their own was mended, whether they were notified too or not.
    pub changed: usize,
    /// Vertices that may change (a plan).
    pub may: usize,
    /// Vertices that were refreshed alone, as they were notified and had nothing of their own to mend.
    pub refreshed: usize,
    /// Vertices that failed.
    pub failed: usize,
    /// Vertices blocked behind a failure or a silent sender.
    pub blocked: usize,
    /// Vertices held by a noop.
    pub held: usize,
    /// Notifications that nobody has heard yet (those of noop vertices not counted).
    pub pending: usize,
    /// The same of vertices that the run was not about (rule L4): they wait for a run of their own.
    #[serde(default)]
    pub outside: usize,
}

/// An event after which a run can be made to pause.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Halt {
    /// A vertex was changed.
    Changed,
    /// A vertex failed.
    Failed,
    /// A vertex was refreshed.
    Refreshed,
    /// A notification reached a vertex.
    Notified,
    /// A value went along a binding.
    Sent,
}

impl Halt {
    /// All of them, in their order.
    pub const ALL: [Halt; 5] = [
        Halt::Changed,
        Halt::Failed,
        Halt::Refreshed,
        Halt::Notified,
        Halt::Sent,
    ];

    /// What it is called, as in the trace.
    pub const fn word(self) -> &'static str {
        match self {
            Halt::Changed => "changed",
            Halt::Failed => "failed",
            Halt::Refreshed => "refreshed",
            Halt::Notified => "notified",
            Halt::Sent => "sent",
        }
    }

    /// The one of this name.
    pub fn named(word: &str) -> Option<Halt> {
        Halt::ALL.into_iter().find(|halt| halt.word() == word)
    }

    /// The one that this event is, if it is one.
    pub(super) fn of(what: &What) -> Option<Halt> {
        Some(match what {
            What::Changed { .. } => Halt::Changed,
            What::Failed { .. } => Halt::Failed,
            What::Refreshed { .. } => Halt::Refreshed,
            What::Notified { .. } => Halt::Notified,
            What::Sent { .. } => Halt::Sent,
            _ => return None,
        })
    }
}

/// How much of the trace is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Level {
    /// Changes, sends, receives, notifications, refreshes, failures, holds, the end.
    #[default]
    Story,
    /// Everything: checks, dirty, pokes, waits, records, memos.
    Full,
}

impl What {
    /// The level from which on this is told.
    pub fn level(&self) -> Level {
        match self {
            What::Dirty(_)
            | What::Edited { .. }
            | What::Poked
            | What::Waiting(_)
            | What::Checking { .. }
            | What::Found(_)
            | What::Applying
            | What::Ok
            | What::Refreshing
            | What::HeardByApply
            | What::MemoDropped
            | What::MemoKept
            | What::Watching
            | What::Recorded { .. }
            | What::Due(_)
            | What::Continued => Level::Full,
            _ => Level::Story,
        }
    }

    /// Whether this is an input: a cause that has none itself.
    pub fn is_input(&self) -> bool {
        matches!(
            self,
            What::Command(_)
                | What::Started { .. }
                | What::Restarted { .. }
                | What::Killed
                | What::Noticed(_)
                | What::Due(_)
                | What::Ticked
                | What::Stopping { .. }
                | What::Undurable(_)
        )
    }
}
