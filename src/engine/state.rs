//! What the engine holds of each vertex, and the words for it.

use super::debt::Seq;
use super::event::{Block, Dirt, EventId};
use super::io::{Attempt, CheckOutcome, Rhythm, Sends, VertexId};
use super::{Engine, Kept};
use crate::graph::{FieldPath, Key, Meta, Params};
use crate::time::{Span, Time};
use crate::value::{Finding, Opaque, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What stands still between steps, in one byte a vertex, so that walking over many is cheap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Flags(pub u8);

/// It must be checked.
pub(super) const DIRTY: u8 = 1;
/// A notification that it could hear is pending.
pub(super) const PENDING: u8 = 2;
/// It is in a phase other than idle.
pub(super) const BUSY: u8 = 4;
/// It failed, and waits for a new cause.
pub(super) const FAILED: u8 = 8;
/// It lacks a value that a sender has not sent, or that a held sender keeps.
pub(super) const STARVED: u8 = 16;
/// It is settled (rule O1).
pub(super) const SETTLED: u8 = 32;
/// It ran since it was last settled: its sends are to be compared.
pub(super) const FRESH: u8 = 64;
/// It is no longer in the graph.
pub(super) const GONE: u8 = 128;

impl Flags {
    pub fn has(self, flags: u8) -> bool {
        self.0 & flags != 0
    }
}

/// Whether the engine starts anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// No run is under way: nothing starts.
    Idle,
    /// A run until converged.
    Once,
    /// A run that watches.
    Watching,
    /// What runs is finished, nothing new starts.
    Stopping,
}

/// What a vertex is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    /// Nothing.
    Idle,
    /// Its watch is being set up; only while watching.
    Arming,
    /// An attempt checks it.
    Checking,
    /// It would do what was not planned, and waits for an answer.
    Asking,
    /// An attempt applies what the check found.
    Applying,
    /// An attempt refreshes it; nothing is left of drift.
    Refreshing,
    /// It failed, and waits for its next try.
    Delayed,
    /// An attempt was cancelled and has not come back.
    Stuck,
}

/// What came of a vertex's last attempt in this run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    New,
    Ok,
    Changed,
    /// It had nothing of its own to mend, and refreshed; whether that changed something.
    Refreshed {
        changed: bool,
    },
    May,
    Failed,
    Held,
}

/// Whether and how a vertex is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Watching {
    No,
    Yes,
    /// As its params were before they changed; it is asked for anew before the next check.
    AsBefore,
    /// It could not be watched, and is polled.
    Polled,
}

/// Everything about one vertex that is not needed in walks.
pub(super) struct Node {
    pub key: Key,
    pub params: Arc<Params>,
    /// `None` where everything is as by default, as it mostly is.
    pub meta: Option<Box<Meta>>,
    pub phase: Phase,
    pub attempt: Attempt,
    pub outcome: Outcome,
    /// As what it is counted: what came of it since the last tally was told.
    pub counted: Outcome,
    pub queued: bool,
    /// Since when it could start.
    pub since: Time,
    /// What made it need to run.
    pub cause: EventId,
    /// The last notification that reached it.
    pub notified: EventId,
    /// The last event of its present attempt; the next one follows from it.
    pub last: EventId,
    pub tries: u32,
    /// It became dirty while it ran, and why (rule O7).
    pub again: Option<Dirt>,
    pub debt: bool,
    /// In a plan: something before it would change; and: it is planned as with rights.
    pub behind: bool,
    pub rights: bool,
    /// In a plan: it failed for want of root, and is planned on as with rights (rule L1).
    pub needs_root: bool,
    /// It failed, and was right on a later try (rule C3), or recovered (rule M3).
    pub recovered: bool,
    /// It mended something of its own since it was last right: it counts as changed, and not as refreshed alone.
    pub mended: bool,
    /// The semaphores that it took and has not given back.
    pub holds: Vec<String>,
    pub trip: Option<Box<Trip>>,
    pub memo: Option<Opaque>,
    pub sends: Option<Sends>,
    /// The graph was edited since it was last settled: what it sends is handed over when it is, also if it did not run.
    pub unsent: bool,
    pub inbox: Option<Box<Inbox>>,
    pub watching: Watching,
    pub rhythm: Option<Rhythm>,
    pub extra: Option<Box<Extra>>,
    /// Why it failed, in one line.
    pub failure: Option<Arc<str>>,
}

/// What an attempt carries from phase to phase.
#[derive(Default)]
pub(super) struct Trip {
    /// The check's outcome, while it is applied or asked about.
    pub check: Option<CheckOutcome>,
    pub findings: Arc<Vec<Finding>>,
    pub changed: bool,
    pub may: bool,
    pub refreshed: bool,
    /// The newest generation when the attempt, then when its apply or refresh began (rule N5).
    pub seen: u64,
    /// Whether a notification was pending when it began, so that the check knew of it.
    pub notified: bool,
    /// Whether something before it changed or recovered meanwhile: a new cause, if it fails (rule M3).
    pub newer: bool,
    /// Up to where it has heard, to be recorded with what it pays.
    pub heard: Option<u64>,
    pub keep: Option<Kept>,
    /// A person said yes to what was not planned.
    pub consented: bool,
    /// Its params or received values changed since its check, apply or refresh began: what that remembers is of older ones.
    pub stale: bool,
    /// In a plan: only a real run can tell whether its refresh is skipped.
    pub unsure: bool,
    /// Whether this attempt took the debt, so that it can give it back if nothing began.
    pub took_debt: bool,
    /// The output that its debt voided, to be kept again if nothing began (rule V6).
    pub voided: Option<Kept>,
    /// Which act of the engine it is, once it applies or refreshes (rule C4).
    pub act: Option<u64>,
}

/// What a vertex has received.
#[derive(Default)]
pub(super) struct Inbox {
    pub values: BTreeMap<FieldPath, Value>,
    pub changed: BTreeSet<FieldPath>,
    /// Those that came since it last started.
    pub fresh: BTreeSet<FieldPath>,
    /// The event that brought the last one.
    pub event: EventId,
    /// Params with the values in place, while they are the same.
    pub merged: Option<Arc<Params>>,
}

/// What few vertices need.
#[derive(Default)]
pub(super) struct Extra {
    /// The parts of the world that it manages, if received values may have moved them (rule C4).
    pub owns: Vec<String>,
    /// When it changed, and how many acts of any vertex there had been (rule C4).
    pub changes: Vec<(Time, u64)>,
    /// It failed because it keeps changing back: only a command or new params start it again (rule C4).
    pub fights: bool,
    /// How long it was left alone for that last, and until when.
    pub truce: Option<(Span, Time)>,
    /// It changed something, or may have, and has not been right since (rule C3): also where nobody would be told.
    pub began: bool,
    /// It failed because a person left it as it is (rule L4).
    pub declined: bool,
    /// What it was last said to be blocked behind (rule O9).
    pub blocked: Option<Block>,
    /// Events that may still come at once, and when that was true (rule M1).
    pub tokens: Option<(f64, Time)>,
}

impl Node {
    pub fn new(key: Key, params: Arc<Params>, meta: &Meta) -> Node {
        Node {
            key,
            params,
            meta: Node::own_meta(meta),
            phase: Phase::Idle,
            attempt: Attempt(0),
            outcome: Outcome::New,
            counted: Outcome::New,
            queued: false,
            since: Time::ZERO,
            cause: EventId(0),
            notified: EventId(0),
            last: EventId(0),
            tries: 0,
            again: None,
            debt: false,
            behind: false,
            rights: false,
            needs_root: false,
            recovered: false,
            mended: false,
            holds: Vec::new(),
            trip: None,
            memo: None,
            sends: None,
            unsent: false,
            inbox: None,
            watching: Watching::No,
            rhythm: None,
            extra: None,
            failure: None,
        }
    }

    /// How it is run, where that is not the standard.
    pub fn own_meta(meta: &Meta) -> Option<Box<Meta>> {
        (*meta != Meta::default()).then(|| Box::new(meta.clone()))
    }

    pub fn is_noop(&self) -> bool {
        self.meta.as_ref().is_some_and(|meta| meta.noop)
    }
}

/// What a plan has shown of each vertex; anything else is asked for (rule L4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// The findings of each vertex that would change.
    pub changes: BTreeMap<Key, Vec<Finding>>,
    /// The vertices that would be refreshed.
    pub refreshes: BTreeSet<Key>,
}

impl Expected {
    /// Whether all of these findings were shown, or their field was said to be unknown. Where all was known, the same words are not
    /// enough: it must be the same that would be done.
    pub fn covers(&self, key: &Key, findings: &[Finding]) -> bool {
        let Some(shown) = self.changes.get(key) else {
            return findings.is_empty();
        };
        findings.iter().all(|finding| {
            shown.iter().any(|seen| match (seen.may, seen.mark) {
                (true, _) if seen.field == finding.field => true,
                (_, 0) => seen.line == finding.line,
                (_, mark) => mark == finding.mark,
            })
        }) || shown.iter().any(|seen| seen.may && seen.field.is_empty())
    }
}

impl Engine {
    pub(super) fn gate(&self, v: VertexId) -> Option<Seq> {
        let gate = self.gates[v.0 as usize];
        (gate > Seq(0)).then_some(gate)
    }
}
