//! How a vertex stands, to be seen at any time: its status, the marks beside it, what it sent and received.

use super::blocked::Known;
use super::io::{Sends, VertexId};
use super::state::{DIRTY, FAILED, Mode, Outcome, Phase, SETTLED};
use super::{Block, Engine};
use crate::graph::{FieldPath, Key};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A vertex's status, always visible (MODEL's words).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Status {
    /// It has not run.
    New,
    /// It waits for a vertex or a value.
    Waiting,
    /// It is being checked.
    Checking,
    /// It is being applied.
    Applying,
    /// It is being refreshed.
    Refreshing,
    /// It is right.
    Ok,
    /// It was changed, and is right.
    Changed,
    /// It failed, and will be tried again.
    Retrying,
    /// It failed.
    Failed,
    /// It cannot go on behind a failure.
    Blocked,
    /// A noop holds it, its own or one before it.
    Held,
}

impl Status {
    /// Every status, in the order in which a vertex may pass them.
    pub const ALL: [Status; 11] = [
        Status::New,
        Status::Waiting,
        Status::Checking,
        Status::Applying,
        Status::Refreshing,
        Status::Ok,
        Status::Changed,
        Status::Retrying,
        Status::Failed,
        Status::Blocked,
        Status::Held,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Waiting => "waiting",
            Status::Checking => "checking",
            Status::Applying => "applying",
            Status::Refreshing => "refreshing",
            Status::Ok => "ok",
            Status::Changed => "changed",
            Status::Retrying => "retrying",
            Status::Failed => "failed",
            Status::Blocked => "blocked",
            Status::Held => "held",
        }
    }
}

/// Marks beside a status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    /// It must be checked.
    pub dirty: bool,
    /// A notification is pending, also one that its noop keeps it from hearing.
    pub pending: bool,
    /// It may have changed, and owes its notifications.
    pub debt: bool,
}

impl Engine {
    /// The status of a vertex right now; `None` if it is not in the graph. Costs a walk up the graph where it waits.
    pub fn status(&self, key: &Key) -> Option<Status> {
        let v = *self.net.index.get(key)?;
        Some(self.status_of(v, &mut Known::default()))
    }

    /// The statuses of all vertices right now, in one walk over the graph.
    pub fn statuses(&self) -> BTreeMap<&Key, Status> {
        let mut known = Known::default();
        let all = self.net.index.iter();
        all.map(|(key, v)| (key, self.status_of(*v, &mut known)))
            .collect()
    }

    fn status_of(&self, v: VertexId, known: &mut Known) -> Status {
        let node = self.node(v);
        match node.phase {
            Phase::Checking | Phase::Asking => Status::Checking,
            Phase::Applying => Status::Applying,
            Phase::Refreshing => Status::Refreshing,
            Phase::Delayed => Status::Retrying,
            Phase::Stuck => Status::Failed,
            Phase::Arming => Status::Waiting,
            Phase::Idle if self.has(v, FAILED) => Status::Failed,
            Phase::Idle if self.has(v, SETTLED) => match node.outcome {
                Outcome::New => Status::New,
                Outcome::Ok | Outcome::Refreshed { changed: false } => Status::Ok,
                Outcome::Changed | Outcome::Refreshed { .. } | Outcome::May => Status::Changed,
                Outcome::Failed => Status::Failed,
                Outcome::Held => Status::Held,
            },
            Phase::Idle => match self.blocked_behind(v, known) {
                Some(Block::HeldSender(_) | Block::BehindHeld(_)) => Status::Held,
                Some(_) => Status::Blocked,
                None if self.mode == Mode::Idle && node.outcome == Outcome::New => Status::New,
                None => Status::Waiting,
            },
        }
    }

    /// The marks of a vertex; `None` if it is not in the graph.
    pub fn marks(&self, key: &Key) -> Option<Marks> {
        let v = *self.net.index.get(key)?;
        Some(Marks {
            dirty: self.has(v, DIRTY),
            pending: self.remembered.pending_for(key).next().is_some(),
            debt: self.node(v).debt,
        })
    }

    /// What a vertex last sent; secrets as such.
    pub fn sends(&self, key: &Key) -> Option<Sends> {
        self.node(*self.net.index.get(key)?).sends.clone()
    }

    /// Why a vertex failed.
    pub fn failure(&self, key: &Key) -> Option<Arc<str>> {
        self.node(*self.net.index.get(key)?).failure.clone()
    }

    /// What a vertex has received, by field.
    pub fn received(&self, key: &Key) -> BTreeMap<FieldPath, Value> {
        let v = self.net.index.get(key);
        v.and_then(|v| self.node(*v).inbox.as_ref())
            .map(|inbox| inbox.values.clone())
            .unwrap_or_default()
    }
}
