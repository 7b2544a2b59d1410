//! `print`: says a message in the trace when it is notified, and when a value that it received is new (rule N8).
//!
//! ```text
//! add print hello msg="it changed"
//! file[/etc/motd] ~> print[hello]
//! ```
//!
//! Speaking is no change: nobody hears of it in turn. One cause, one message: what is notified and receives something
//! new at once speaks once. A secret is spoken as its mask.

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
        // The refresh that follows a notification speaks for both.
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

#[cfg(test)]
mod tests {
    use crate::graph::FieldPath;
    use crate::kind::stage::{Stage, Vertex};
    use crate::value::{MASK, Value};

    fn spoken(says: &[Value]) -> Vec<String> {
        says.iter().map(Value::to_string).collect()
    }

    /// Rule N8: received something new, notified, what it says when it looks, and when it is refreshed.
    #[test]
    fn it_speaks_once_for_each_cause() {
        for (new, notified, checking) in [
            (false, false, vec![]),
            (true, false, vec!["hi"]),
            (false, true, vec![]),
            (true, true, vec![]),
        ] {
            let stage = Stage::new();
            let mut vertex = Vertex::new(&stage, "print", "x", &[("msg", Value::str("hi"))]);
            vertex.received.extend(new.then(|| FieldPath::parse("msg")));
            vertex.notified = notified;
            assert_eq!(spoken(&vertex.check().unwrap().says), checking);
            let applied = vertex.refresh().unwrap();
            assert_eq!(spoken(&applied.done.says), ["hi"]);
            assert!(!applied.done.changed);
        }
    }

    #[test]
    fn it_says_its_name_a_number_or_a_mask() {
        for (params, said) in [
            (vec![], "x"),
            (vec![("msg", Value::Int(7))], "7"),
            (vec![("msg", Value::str("hunter2").into_secret())], MASK),
        ] {
            let stage = Stage::new();
            let vertex = Vertex::new(&stage, "print", "x", &params);
            assert_eq!(spoken(&vertex.refresh().unwrap().done.says), [said]);
        }
    }

    /// Rule L2: its name is not said for a message that is not known yet.
    #[test]
    fn a_plan_says_nothing_made_up() {
        let stage = Stage::new().planned();
        let unknown = Value::unknown("password[pw]", true);
        let mut vertex = Vertex::new(&stage, "print", "x", &[("msg", unknown)]);
        vertex.received.insert(FieldPath::parse("msg"));
        let checked = vertex.check().unwrap();
        assert!(checked.says.is_empty());
        assert!(checked.findings.is_empty());
        assert_eq!(checked.notes, ["msg known after password[pw]"]);
    }
}
