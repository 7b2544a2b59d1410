//! What goes into a step and what comes out: [`Input`], [`Output`], [`Effect`] and the outcomes of effects.

use super::debt::{Record, Seq};
use super::event::{Event, Halt};
use super::state::Expected;
use crate::graph::{FieldPath, Graph, Key, Params};
use crate::time::{Span, Time};
use crate::value::{Finding, Opaque, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A vertex for as long as it is in the graph: an index that is never given to another one while something of it runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct VertexId(pub u32);

/// One try at one effect. Every effect that can end has its own; a completion with another one changes nothing but debts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub struct Attempt(pub u64);

/// What a vertex sends: one immutable snapshot (rule V2).
pub type Sends = Arc<BTreeMap<String, Value>>;

/// How long a run goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// Until nothing is left to do.
    Converged,
    /// Until it is stopped; drift is repaired as it is noticed.
    Stopped,
}

/// Everything that can happen to the engine.
#[derive(Clone, Debug)]
pub enum Input {
    /// A person's words that change nothing here, so that what follows has them as its cause.
    Command(String),
    /// The graph is now this one (rules G1, G2, N7). `renamed` lists old and new keys of vertices that are the same.
    Graph {
        graph: Arc<Graph>,
        renamed: Vec<(Key, Key)>,
    },
    /// A run begins: everything is dirty. `world` is shown with it. Where a plan was shown, anything that `expected` does not
    /// cover is asked for (rule L4). With `only`, vertices outside of it count as present and are left alone; it holds
    /// all predecessors of what it holds.
    Run {
        until: Until,
        world: String,
        expected: Option<Arc<Expected>>,
        only: Option<BTreeSet<Key>>,
    },
    /// This vertex may differ from what is wanted (rule O4).
    Dirty(Key),
    /// Look whether this vertex has something to do (rule O5).
    Poke(Key),
    /// A person's notification, on an edge of its own (rule N1).
    Notify(Key),
    /// Drops what is pending for a vertex, and its debt (rule N5).
    Cancel(Key),
    /// Nothing new starts; what runs goes on.
    Pause,
    /// Starts go on.
    Continue,
    /// One start, then pause again.
    Step,
    /// Pause before this vertex starts; `false` takes that back.
    Break(Key, bool),
    /// Pause after an event of this kind; `false` takes that back.
    Halt(Halt, bool),
    /// A person's answer about a vertex that would do what the plan did not say (rule L4).
    Consent { vertex: VertexId, yes: bool },
    /// Nothing new starts, what runs is finished (rule E2); `now` cancels it too.
    Stop { now: bool },
    /// A check ended.
    Checked {
        vertex: VertexId,
        attempt: Attempt,
        outcome: Result<CheckOutcome, Fail>,
    },
    /// An apply ended.
    Applied {
        vertex: VertexId,
        attempt: Attempt,
        outcome: Result<ApplyOutcome, Fail>,
    },
    /// A refresh ended.
    Refreshed {
        vertex: VertexId,
        attempt: Attempt,
        outcome: Result<ApplyOutcome, Fail>,
    },
    /// An attempt was cancelled and has not come back: it may still run (DESIGN's hung mount).
    Hung { vertex: VertexId, attempt: Attempt },
    /// A watch is listening from now on.
    Listening { vertex: VertexId },
    /// What was asked for is what is listened to already, without a gap.
    StillListening { vertex: VertexId },
    /// A watch cannot be had, or broke: the vertex is polled until it can.
    WatchFailed { vertex: VertexId, why: String },
    /// A watch noticed something.
    Noticed { vertex: VertexId, what: String },
    /// The time that was asked for with [`Effect::WakeAt`] has come.
    Tick,
    /// Records could not be made durable: nothing new starts (DESIGN's contract).
    Undurable(String),
}

/// What a check found.
#[derive(Clone, Debug)]
pub struct CheckOutcome {
    /// Every drift; none means in sync.
    pub findings: Vec<Finding>,
    /// Carried to the apply.
    pub found: Opaque,
    /// Carried to the next check.
    pub memo: Option<Opaque>,
    /// What it sends, if in sync.
    pub sends: Option<BTreeMap<String, Value>>,
    /// What the vertex does by itself under watch.
    pub rhythm: Option<Rhythm>,
    /// Lines for the trace.
    pub notes: Vec<String>,
    /// What it speaks.
    pub says: Vec<Value>,
    /// Why its refresh is to be skipped (rule N3).
    pub deaf: Option<String>,
    /// In a plan: whether only a real run can tell if its refresh is skipped (rule L2).
    pub unsure: bool,
    /// Parts of the world that it manages, if received values may have moved them (rule C4).
    pub owns: Vec<String>,
}

/// What an apply or a refresh did.
#[derive(Clone, Debug)]
pub struct ApplyOutcome {
    /// Whether this apply did what a refresh would.
    pub refreshed: bool,
    /// Whether this refresh changed something.
    pub changed: bool,
    /// Whether only a real apply can tell if anything changed.
    pub may: bool,
    /// What happened, in a few words.
    pub said: Option<String>,
    /// What cannot be read back.
    pub keep: Option<BTreeMap<String, Value>>,
    /// Carried to the next check.
    pub memo: Option<Opaque>,
    /// What it sends now.
    pub sends: BTreeMap<String, Value>,
    /// Lines for the trace.
    pub notes: Vec<String>,
    /// What it speaks.
    pub says: Vec<Value>,
}

/// Why an effect failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fail {
    /// In one line.
    pub why: String,
    /// More lines.
    pub detail: Vec<String>,
    /// Whether the world may have changed (rule N2).
    pub began: bool,
    /// The param that was refused.
    pub param: Option<String>,
    /// Whether root could do it.
    pub needs_root: bool,
    /// Whether it was ended from outside.
    pub cancelled: bool,
    /// What the vertex does by itself under watch though its check failed.
    pub rhythm: Option<Rhythm>,
}

/// What a vertex does by itself under watch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhythm {
    /// Checked again after this long.
    Recheck(Span),
    /// Counts as changed every so often (rule N8).
    Tick(Span),
}

/// What a check, apply or refresh is given.
#[derive(Clone, Debug)]
pub struct Job {
    /// The vertex.
    pub key: Key,
    /// The number of the run.
    pub run: u32,
    /// All params, received ones in place.
    pub params: Arc<Params>,
    /// The params that were received.
    pub received: Arc<BTreeSet<FieldPath>>,
    /// Those that changed since a check of them succeeded (rule V3).
    pub changed: Arc<BTreeSet<FieldPath>>,
    /// What the last check remembered.
    pub memo: Option<Opaque>,
    /// Outputs kept for just these params (rule V6).
    pub kept: Option<Sends>,
    /// Whether a notification is pending.
    pub notified: bool,
    /// In a plan: whether something before it would change.
    pub behind: bool,
    /// In a plan: whether it is planned as if there were rights (rule L1).
    pub rights: bool,
    /// Everything about it is secret.
    pub sensitive: bool,
    /// How long it may take.
    pub timeout: Option<Span>,
}

/// What the driver is to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Look at the world. Waits for no record.
    Check {
        vertex: VertexId,
        attempt: Attempt,
        job: Job,
    },
    /// Mend what was found, once record `after` is durable.
    Apply {
        vertex: VertexId,
        attempt: Attempt,
        job: Job,
        found: Opaque,
        after: Option<Seq>,
    },
    /// Refresh, once record `after` is durable.
    Refresh {
        vertex: VertexId,
        attempt: Attempt,
        job: Job,
        after: Option<Seq>,
    },
    /// Keep an eye on what the vertex manages with these params, instead of what it managed before; answer with
    /// [`Input::Listening`], [`Input::StillListening`] or [`Input::WatchFailed`].
    Watch {
        vertex: VertexId,
        key: Key,
        params: Arc<Params>,
    },
    /// No more of that.
    Unwatch { vertex: VertexId },
    /// End this attempt: TERM, then KILL. Its completion still comes.
    Cancel { vertex: VertexId, attempt: Attempt },
    /// Come back with [`Input::Tick`] at this time; replaces the one asked for before. `None`: no more.
    WakeAt(Option<Time>),
}

/// What a step makes.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// To be made durable, in this order.
    pub records: Vec<(Seq, Record)>,
    /// To be done.
    pub effects: Vec<Effect>,
    /// What happened; shown once the records of the same step are durable.
    pub events: Vec<Event>,
}
