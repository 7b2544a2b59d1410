//! A kind as drivers and the console see it: untyped, with what goes in and what comes out.

use super::{At, Done, Failure, Rhythm, Sends};
use crate::graph::{FieldPath, Key, Params};
use crate::value::{Finding, Opaque, Schema, Value};
use crate::world::{Look, Watch, World};

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

/// A kind as drivers and the console see it. Implemented by [`super::Adapter`] alone.
pub trait AnyKind: Send + Sync {
    /// All that can be said of it without running it.
    fn schema(&self) -> &'static Schema;
    /// Whether acting means to run commands, which hold the graph's lock in its state directory.
    fn runs_commands(&self) -> bool;
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
    /// What it does by itself under `watch`, whatever its check says; nothing where its params are refused.
    fn rhythm(&self, key: &Key, params: &Params) -> Option<Rhythm>;
    /// What is there under this name.
    fn inspect(&self, name: &str, look: &dyn Look) -> Result<Option<Params>, Failure>;
    /// What else is to be known of what is there.
    fn notes(&self, name: &str, look: &dyn Look) -> Result<Vec<String>, Failure>;
    /// A warning that these params deserve, if any.
    fn caveat(&self, key: &Key, params: &Params) -> Option<String>;
}
