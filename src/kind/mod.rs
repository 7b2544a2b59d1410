//! Kinds: what can stand at a vertex. One file each, stateless.
//!
//! A kind implements [`Kind`] over its own `Want` (made by `want!`) and `Drift`; the one [`Adapter`] makes of it the
//! [`AnyKind`] that a driver runs. From `Want` alone come parsing, completion, help, schema and equality. A new kind is
//! one file here, one row in [`KINDS`], one scenario and one snapshot.
//!
//! Kinds are plain blocking code. They never see the engine, a clock or a thread; what they look at and mend is a
//! world that is handed to them.

mod adapter;
mod any;
mod command_line;
mod outcome;
mod path;
#[cfg(test)]
pub(crate) mod stage;
mod want;

pub mod exec;
pub mod file;
pub mod http;
mod mode;
pub mod noop;
pub mod password;
pub mod print;
pub mod svc;
pub mod template;
pub mod timer;
pub mod value;

pub use adapter::Adapter;
pub use any::{AnyKind, Applied, Checked, Job};
pub use mode::Mode;
pub use outcome::{Check, Done, Failure};
pub use want::{Blob, Given, Param, Reader, Unread, Want};
pub(crate) use want::{want, words};

use crate::graph::{Catalog, FieldPath, Key, Params};
use crate::time::Span;
use crate::value::{Action, Hears, Opaque, Schema, Sent, Unknown, Value};
use crate::world::{Look, Watch, World};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

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
    /// Whether acting means to run a person's commands. They hold the graph's lock until they are gone (rule P7), so its state
    /// directory must be there before the first of them.
    const RUNS_COMMANDS: bool = false;

    /// Validates params together; `given` also knows those that will be received. Says what is wrong,
    /// beginning with the param, so that its place can be shown: `cmd: …`, `env.A: …`, `content, source: …`.
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

    /// What a person who looks at what is there under this name should know beside those params: that a service has failed, say.
    fn notes(&self, name: &str, look: &dyn Look) -> Result<Vec<String>, Failure> {
        let _ = (name, look);
        Ok(Vec::new())
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
    /// Its line without anything that was written, where that is more than a few masks: for a sensitive vertex.
    fn hidden(&self) -> Option<String> {
        None
    }
    /// What tells it from another one of the same params that is shown in the same words: what is done is what a person consented to
    /// (rule L4). A hash, or 0.
    fn mark(&self) -> u64 {
        0
    }
    /// What mending it does to what it is about.
    fn action(&self) -> Action {
        Action::Change
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

/// What a vertex does by itself under `watch`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhythm {
    /// It is checked again this long after it settled.
    Recheck(Span),
    /// It counts as changed each time this much has passed (rule N8).
    Tick(Span),
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
