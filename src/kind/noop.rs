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

    fn refresh(&self, _: &Want, _: &At, _: &dyn World) -> Result<Done, Failure> {
        Ok(Done {
            said: Some("was notified".to_owned()),
            ..Done::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::kind::stage::{Stage, Vertex};

    #[test]
    fn it_is_always_right_and_says_that_it_was_notified() {
        let stage = Stage::new();
        let mut vertex = Vertex::new(&stage, "noop", "x", &[]);
        vertex.notified = true;
        let checked = vertex.check().unwrap();
        assert!(checked.findings.is_empty());
        assert_eq!(checked.sends.map(|sends| sends.len()), Some(0));
        let done = vertex.refresh().unwrap().done;
        assert_eq!(done.said.as_deref(), Some("was notified"));
        assert!(!done.changed);
        assert!(stage.log().is_empty());
    }
}
