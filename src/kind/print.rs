//! `print`: says a message in the trace when it is notified, and when a value that it received is new (rule N8).
//!
//! ```text
//! add print hello msg="it changed"
//! file[/etc/motd] ~> print[hello]
//! ```
//!
//! Speaking is no change: nobody hears of it in turn.

use super::{At, Check, Done, Failure, Kind, Never, want};
use crate::value::{Hears, Value};
use crate::world::{Look, World};

want! {
    /// What to say.
    pub struct Want {
        /// What it says; its name unless given.
        msg: Value => or_name().secret(),
    }
}

/// The kind.
pub struct Print;

impl Kind for Print {
    type Want = Want;
    type Drift = Never;
    const NAME: &'static str = "print";
    const ABOUT: &'static str =
        "Says a message when it is notified, and when a value that it received is new.";
    const HEARS: Hears = Hears::Refresh("says its message");

    fn check(&self, want: &Want, at: &At, _: &dyn Look) -> Result<Check<Never>, Failure> {
        let mut check = Check::of(Vec::new());
        if !at.changed.is_empty() && !at.applied && !at.notified {
            check.says.push(want.msg.clone());
        }
        Ok(check)
    }

    fn apply(&self, _: &Want, _: &[Never], _: &At, _: &dyn World) -> Result<Done, Failure> {
        Ok(Done::default())
    }

    fn refresh(&self, want: &Want, _: &At, _: &dyn World) -> Result<Done, Failure> {
        Ok(Done {
            says: vec![want.msg.clone()],
            ..Done::default()
        })
    }
}
