//! `timer`: ticks under `watch`, and notifies whoever listens (rule N8).
//!
//! ```text
//! add timer hourly interval=1h
//! timer[hourly] ~> exec[rotate]
//! ```
//!
//! A tick counts as a change without an apply: there is nothing to mend. A run that ends when all is converged sees no
//! tick. A notification starts the interval anew.

use super::{At, Check, Done, Failure, Given, Kind, Never, Rhythm, want};
use crate::time::{SHORTEST_ROUND, Span};
use crate::value::Hears;
use crate::world::{Look, World};

want! {
    /// How often.
    pub struct Want {
        /// How much time passes between two ticks, at least 100ms.
        interval: Span,
    }
}

/// The kind.
pub struct Timer;

impl Kind for Timer {
    type Want = Want;
    type Drift = Never;
    const NAME: &'static str = "timer";
    const ABOUT: &'static str = "Ticks under `watch`, and counts as changed with each tick.";
    const HEARS: Hears = Hears::Refresh("starts its interval anew");

    fn validate(&self, want: &Want, _: &Given) -> Result<(), String> {
        let fits = want.interval.at_least(SHORTEST_ROUND);
        fits.map_err(|why| format!("interval: {why}"))
    }

    fn check(&self, _: &Want, _: &At, _: &dyn Look) -> Result<Check<Never>, Failure> {
        Ok(Check::of(Vec::new()))
    }

    fn apply(&self, _: &Want, _: &[Never], _: &At, _: &dyn World) -> Result<Done, Failure> {
        Ok(Done::default())
    }

    fn refresh(&self, want: &Want, _: &At, _: &dyn World) -> Result<Done, Failure> {
        Ok(Done {
            said: Some(format!("interval of {} starts anew", want.interval)),
            ..Done::default()
        })
    }

    fn rhythm(&self, want: &Want) -> Option<Rhythm> {
        Some(Rhythm::Tick(want.interval))
    }
}

#[cfg(test)]
mod tests {
    use crate::kind::Rhythm;
    use crate::kind::stage::{Stage, Vertex};
    use crate::time::Span;
    use crate::value::Value;

    /// Rule N8: a tick is no apply; its interval is all that it has.
    #[test]
    fn it_ticks_and_starts_anew() {
        let stage = Stage::new();
        let vertex = Vertex::new(&stage, "timer", "x", &[("interval", Value::str("1m30s"))]);
        let checked = vertex.check().unwrap();
        assert!(checked.findings.is_empty());
        assert_eq!(checked.rhythm, Some(Rhythm::Tick(Span::secs(90))));
        let done = vertex.refresh().unwrap().done;
        assert_eq!(done.said.as_deref(), Some("interval of 1m30s starts anew"));
        assert!(!done.changed);
    }

    #[test]
    fn it_needs_an_interval() {
        let stage = Stage::new();
        for (params, why) in [
            (
                vec![],
                "interval: is needed, and neither written nor received",
            ),
            (
                vec![("interval", Value::str("0s"))],
                "interval: expected 100ms or more, found 0s",
            ),
            (
                vec![("interval", Value::str("1ms"))],
                "interval: expected 100ms or more, found 1ms",
            ),
        ] {
            let refused = Vertex::new(&stage, "timer", "x", &params).validate(&[]);
            assert_eq!(refused, Err(why.to_owned()));
        }
    }
}
