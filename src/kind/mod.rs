//! Kinds: what can stand at a vertex. One file each, stateless.
//!
//! A kind implements [`Kind`] over its own `Want` (made by [`want!`]) and `Drift`; the one [`adapter`] makes of it the
//! [`AnyKind`] that a driver runs. From `Want` alone come parsing, completion, help, schema and equality. A new kind is
//! one file here, one row in [`KINDS`], one scenario and one snapshot.
//!
//! Kinds are plain blocking code. They never see the engine, a clock or a thread; what they look at and mend is a
//! world that is handed to them.

mod adapter;
mod path;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod toy;
mod want;

pub mod exec;
pub mod file;
pub mod http;
pub mod noop;
pub mod password;
pub mod print;
pub mod svc;
pub mod template;
pub mod timer;
pub mod value;

pub use adapter::Adapter;
pub use want::{Blob, Given, Mode, Param, Reader, Unread, Want};
pub(crate) use want::{want, words};

use crate::graph::{Catalog, FieldPath, Key, Params};
use crate::time::Span;
use crate::value::{Finding, Hears, Opaque, Schema, Sent, Unknown, Value};
use crate::world::{Fault, Look, Watch, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Every kind, by name. Help, docs, completion and tests come from here.
pub static KINDS: &[&dyn AnyKind] = &[
    &Adapter(exec::Exec),
    &Adapter(file::File),
    &Adapter(http::Http),
    &Adapter(noop::Noop),
    &Adapter(password::Password),
    &Adapter(print::Print),
    &Adapter(svc::Svc),
    &Adapter(template::Template),
    &Adapter(timer::Timer),
    &Adapter(value::ValueKind),
];

/// What a vertex sends, by name.
pub type Sends = BTreeMap<String, Value>;

/// One thing that a vertex may be. The order here is the order in a kind's file.
pub trait Kind: Send + Sync + 'static {
    /// Its params, typed.
    type Want: Want;
    /// What can be wrong.
    type Drift: Drift;
    /// Its word.
    const NAME: &'static str;
    /// What it guarantees, in one sentence.
    const ABOUT: &'static str;
    /// What it sends.
    const SENDS: &'static [Sent] = &[];
    /// What it hears.
    const HEARS: Hears = Hears::Nothing;
    /// Whether an apply that only applying can tell does what its refresh would: a plan counts on that (rule N3).
    const APPLY_REFRESHES: bool = false;

    /// Validates params together; `given` also knows those that will be received. Says what is wrong.
    fn validate(&self, want: &Self::Want, given: &Given) -> Result<(), String> {
        let _ = (want, given);
        Ok(())
    }

    /// Tells a plan's want that this param will be a secret that only applying can tell; it is not in `want` otherwise.
    fn awaits(&self, want: &mut Self::Want, param: &str, unknown: &Unknown) {
        let _ = (want, param, unknown);
    }

    /// The parts of the world that it manages, as `path:…` or `unit:…` (rule C4).
    fn owns(&self, want: &Self::Want) -> Vec<String> {
        let _ = want;
        Vec::new()
    }

    /// Looks, and returns every drift in the order in which to mend them. Changes nothing.
    fn check(
        &self,
        want: &Self::Want,
        at: &At,
        look: &dyn Look,
    ) -> Result<Check<Self::Drift>, Failure>;

    /// Mends all of `drifts`; idempotent. The adapter checks again afterwards.
    fn apply(
        &self,
        want: &Self::Want,
        drifts: &[Self::Drift],
        at: &At,
        world: &dyn World,
    ) -> Result<Done, Failure>;

    /// Reacts to a notification; only called if [`Kind::HEARS`] says so.
    fn refresh(&self, want: &Self::Want, at: &At, world: &dyn World) -> Result<Done, Failure> {
        let _ = (want, at, world);
        Ok(Done::default())
    }

    /// What it sends, read back from the world after it is in sync. A name that is missing has nothing to send (rule
    /// V5), or is kept by the engine from the last apply (rule V6). `at.memo` is what the check just before remembered, so
    /// that nothing need be looked at twice.
    fn sends(&self, want: &Self::Want, at: &At, look: &dyn Look) -> Result<Sends, Failure> {
        let _ = (want, at, look);
        Ok(Sends::new())
    }

    /// What to keep an eye on under `watch`.
    fn watches(&self, want: &Self::Want) -> Vec<Watch> {
        let _ = want;
        Vec::new()
    }

    /// What it does by itself as time goes by under `watch`.
    fn rhythm(&self, want: &Self::Want) -> Option<Rhythm> {
        let _ = want;
        None
    }

    /// What is there under this name, as params that describe it; `None` if nothing is, or if the kind cannot say.
    fn inspect(&self, name: &str, look: &dyn Look) -> Result<Option<Params>, Failure> {
        let _ = (name, look);
        Ok(None)
    }

    /// What `plan` and load say of these params before anything is looked at (a warning), if anything.
    fn caveat(&self, want: &Self::Want) -> Option<String> {
        let _ = want;
        None
    }
}

/// Something that can be wrong. `Display` is the line that plan, trace and screen show: what is and what should be, and
/// never a secret.
pub trait Drift: fmt::Display + Send + Sync + 'static {
    /// Whether there can be any. Where not, a param that is not known yet makes nothing that may be wrong.
    const CAN_BE: bool = true;
    /// The param that it is about.
    fn field(&self) -> &'static str;
    /// More lines where they help (a unified diff); never a secret.
    fn detail(&self) -> Vec<String> {
        Vec::new()
    }
    /// Whether it is only possible: its answer is not known before applying (rule L2).
    fn may(&self) -> bool {
        false
    }
}

/// No drift at all, for kinds that have none.
#[derive(Debug)]
pub enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl Drift for Never {
    const CAN_BE: bool = false;
    fn field(&self) -> &'static str {
        match *self {}
    }
}

/// What stands around a call of a kind.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// The vertex.
    pub key: &'a Key,
    /// The number of the run: what an earlier one did counts no more for some kinds.
    pub run: u32,
    /// The graph's state directory in this world.
    pub state: &'a Path,
    /// What the last check remembered, if params and received keys are still the same (rule V3).
    pub memo: Option<&'a Opaque>,
    /// What it sent last of what cannot be read back, if the engine still holds that (rule V6).
    pub kept: Option<&'a Sends>,
    /// The params that were received, and those whose value is new since a check of it succeeded.
    pub received: &'a BTreeSet<FieldPath>,
    /// Those of them that changed.
    pub changed: &'a BTreeSet<FieldPath>,
    /// Whether a notification is pending that this vertex will refresh for.
    pub notified: bool,
    /// Whether a guard may not be asked, since something before this vertex would change (a plan; rule L2).
    pub behind: bool,
    /// Whether this looks again right after an apply or refresh of the same attempt.
    pub applied: bool,
}

/// What a kind's check found.
pub struct Check<D> {
    /// Every drift, in the order in which to mend them.
    pub drifts: Vec<D>,
    /// What to remember for the next check.
    pub memo: Option<Opaque>,
    /// Lines that the trace shows beside it: a warning, how a link was treated.
    pub notes: Vec<String>,
    /// What it speaks (only `print`).
    pub says: Vec<Value>,
    /// Whether its refresh is to be skipped, and why: a guard said no (rule N3).
    pub deaf: Option<String>,
    /// Whether only a real run can tell if its refresh is to be skipped (rule L2).
    pub unsure: bool,
}

impl<D> Check<D> {
    /// These drifts, and nothing else to say.
    pub fn of(drifts: Vec<D>) -> Check<D> {
        Check {
            drifts,
            memo: None,
            notes: Vec::new(),
            says: Vec::new(),
            deaf: None,
            unsure: false,
        }
    }
}

/// What an apply or refresh did, besides mending.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Whether this apply did what a refresh would (rule N3).
    pub refreshed: bool,
    /// Whether this refresh changed something, so that the vertex notifies in turn (rule N4).
    pub changed: bool,
    /// What happened, in a few words for the trace: `generated 16 characters`.
    pub said: Option<String>,
    /// What cannot be read back and is kept (rule V6).
    pub keep: Option<Sends>,
    /// What to remember for the next check; else what the check after it remembers.
    pub memo: Option<Opaque>,
    /// Lines that the trace shows beside it.
    pub notes: Vec<String>,
    /// What it speaks (only `print`).
    pub says: Vec<Value>,
}

/// Why a call of a kind failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What went wrong, in one line. Never holds content that came from a param, a file or a command.
    pub why: String,
    /// Lines that may hold such content (the last lines of a command); masked where the vertex was given a secret.
    pub detail: Vec<String>,
    /// Whether the world may have changed (rule N2). False only if nothing had begun.
    pub began: bool,
    /// The param that was refused, if one was.
    pub param: Option<String>,
    /// Whether root could do it (rule L1).
    pub needs_root: bool,
    /// Whether it was ended from outside.
    pub cancelled: bool,
    /// Who will know what is missing; only in a plan.
    pub unknown: Option<Arc<str>>,
}

impl Failure {
    /// A failure after something may have begun.
    pub fn new(why: impl Into<String>) -> Failure {
        Failure {
            why: why.into(),
            detail: Vec::new(),
            began: true,
            param: None,
            needs_root: false,
            cancelled: false,
            unknown: None,
        }
    }

    /// The same, but nothing had begun: the world is as it was.
    pub fn not_begun(self) -> Failure {
        Failure {
            began: false,
            ..self
        }
    }

    /// With lines of output.
    pub fn with_detail(self, detail: Vec<String>) -> Failure {
        Failure { detail, ..self }
    }

    /// About a param.
    pub fn about(self, param: &str) -> Failure {
        Failure {
            param: Some(param.to_owned()),
            ..self
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        let mut failure = Failure::new(fault.to_string());
        match fault {
            Fault::Denied(_, root) => failure.needs_root = root,
            Fault::Cancelled => failure.cancelled = true,
            Fault::Unknown(who) => failure.unknown = Some(who),
            Fault::Refused(_, _, lines) => failure.detail = lines.0,
            _ => {}
        }
        failure
    }
}

/// What a vertex does by itself under `watch`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhythm {
    /// It is checked again this long after it settled.
    Recheck(Span),
    /// It counts as changed each time this much has passed (rule N8).
    Tick(Span),
}

/// A call for a vertex: which one, with all params, written and received.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// What stands around it.
    pub at: At<'a>,
    /// All params, received ones in place.
    pub params: &'a Params,
    /// Whether everything about it is secret (`meta: {sensitive: true}`).
    pub sensitive: bool,
    /// Whether this is a plan: what cannot be known is told as such, and what would be done is not.
    pub plan: bool,
}

/// What a check tells the engine, by way of a driver.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Every drift, in words.
    pub findings: Vec<Finding>,
    /// The typed drifts, for `apply`.
    pub found: Opaque,
    /// What to remember.
    pub memo: Option<Opaque>,
    /// What it sends, if it is in sync.
    pub sends: Option<Sends>,
    /// What it does by itself.
    pub rhythm: Option<Rhythm>,
    /// Lines for the trace.
    pub notes: Vec<String>,
    /// What it speaks; secret values masked when shown.
    pub says: Vec<Value>,
    /// Whether its refresh is to be skipped, and why.
    pub deaf: Option<String>,
    /// Whether only a real run can tell that.
    pub unsure: bool,
}

/// What an apply or refresh tells the engine, by way of a driver.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What the kind said of it.
    pub done: Done,
    /// Whether only applying can tell if it changes anything (a plan).
    pub may: bool,
    /// What to remember, from the check after it.
    pub memo: Option<Opaque>,
    /// What it sends now, kept values among them.
    pub sends: Sends,
}

/// A kind as drivers and the console see it. Implemented by [`Adapter`] alone.
pub trait AnyKind: Send + Sync {
    /// All that can be said of it without running it.
    fn schema(&self) -> &'static Schema;
    /// Validates params as a whole.
    fn validate(&self, key: &Key, params: &Params, bound: &[FieldPath]) -> Result<(), String>;
    /// The parts of the world that it manages.
    fn owns(&self, key: &Key, params: &Params) -> Vec<String>;
    /// Checks: typed, with unknown params answered for, secrets masked.
    fn check(&self, job: &Job, look: &dyn Look) -> Result<Checked, Failure>;
    /// Applies what a check found, and checks again: anything left is a failure (rule C1).
    fn apply(&self, job: &Job, found: &Opaque, world: &dyn World) -> Result<Applied, Failure>;
    /// Refreshes.
    fn refresh(&self, job: &Job, world: &dyn World) -> Result<Applied, Failure>;
    /// What to keep an eye on.
    fn watches(&self, key: &Key, params: &Params) -> Vec<Watch>;
    /// What is there under this name.
    fn inspect(&self, name: &str, look: &dyn Look) -> Result<Option<Params>, Failure>;
    /// A warning that these params deserve, if any.
    fn caveat(&self, key: &Key, params: &Params) -> Option<String>;
}

/// The kind of this name.
pub fn find(name: &str) -> Option<&'static dyn AnyKind> {
    KINDS
        .iter()
        .copied()
        .find(|kind| kind.schema().kind == name)
}

/// The table of kinds, as the graph asks for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kinds;

impl Catalog for Kinds {
    fn schema(&self, kind: &str) -> Option<&'static Schema> {
        find(kind).map(|kind| kind.schema())
    }

    fn kinds(&self) -> Vec<&'static str> {
        KINDS.iter().map(|kind| kind.schema().kind).collect()
    }

    fn validate(&self, key: &Key, params: &Params, bound: &[FieldPath]) -> Result<(), String> {
        find(key.kind()).map_or(Ok(()), |kind| kind.validate(key, params, bound))
    }

    fn owns(&self, key: &Key, params: &Params) -> Vec<String> {
        find(key.kind()).map_or_else(Vec::new, |kind| kind.owns(key, params))
    }
}
