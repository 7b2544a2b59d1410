//! `noop`: a vertex that is always right. It orders, it can be notified, and it says when it was.
//!
//! ```text
//! add noop bystander
//! file[/tmp/secret] ~> noop[bystander]
//! ```

use super::{At, Check, Done, Failure, Kind, Never, want};
use crate::value::Hears;
use crate::world::{Look, World};

want! {
    /// Nothing to want.
    pub struct Want {}
}

/// The kind.
pub struct Noop;

impl Kind for Noop {
    type Want = Want;
    type Drift = Never;
    const NAME: &'static str = "noop";
    const ABOUT: &'static str = "Does nothing, and is always right: a place to draw edges to.";
    const HEARS: Hears = Hears::Refresh("says that it was notified");

    fn check(&self, _: &Want, _: &At, _: &dyn Look) -> Result<Check<Never>, Failure> {
        Ok(Check::of(Vec::new()))
    }

    fn apply(&self, _: &Want, _: &[Never], _: &At, _: &dyn World) -> Result<Done, Failure> {
        Ok(Done::default())
    }
}
