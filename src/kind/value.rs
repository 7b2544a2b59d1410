//! `value`: holds any value and sends it on, as it is or put into a text.
//!
//! ```text
//! add value port value=8080 format="listen {}"
//! value[port].value -> file[/etc/app.conf].content
//! ```
//!
//! Without a value it sends nothing, and what would receive from it waits (rule V5).

use super::{At, Check, Done, Failure, Given, Kind, Never, Sends, want};
use crate::value::{Sent, Type, Value};
use crate::world::{Look, World};

want! {
    /// What to hold.
    pub struct Want {
        /// Any value.
        value: Option<Value> => secret(),
        /// A text in which `{}` becomes the value; what is sent is then that text.
        format: Option<String>,
    }
}

/// The kind.
pub struct ValueKind;

impl Kind for ValueKind {
    type Want = Want;
    type Drift = Never;
    const NAME: &'static str = "value";
    const ABOUT: &'static str = "Holds any value and sends it on, as it is or put into a text.";
    const SENDS: &'static [Sent] = &[Sent::new(
        "value",
        Type::Any,
        "The value, formatted if a format is given.",
    )];

    fn validate(&self, want: &Want, _: &Given) -> Result<(), String> {
        let Some(format) = &want.format else {
            return Ok(());
        };
        if !format.contains("{}") {
            return Err("format: there is no `{}` in it for the value to stand at".to_owned());
        }
        match &want.value {
            Some(value) => text(value).map(|_| ()),
            None => Ok(()),
        }
    }

    fn check(&self, _: &Want, _: &At, _: &dyn Look) -> Result<Check<Never>, Failure> {
        Ok(Check::of(Vec::new()))
    }

    fn apply(&self, _: &Want, _: &[Never], _: &At, _: &dyn World) -> Result<Done, Failure> {
        Ok(Done::default())
    }

    fn sends(&self, want: &Want, _: &At, _: &dyn Look) -> Result<Sends, Failure> {
        let Some(value) = &want.value else {
            return Ok(Sends::new());
        };
        let sent = match &want.format {
            None => value.clone(),
            Some(format) => {
                let text = text(value).map_err(|why| Failure::new(why).not_begun())?;
                Value::str(format.replace("{}", &text)).secret_if(value.is_secret())
            }
        };
        Ok(Sends::from([("value".to_owned(), sent)]))
    }
}

/// The value as a person would put it into a text. A list, a map or bytes have no one way to be written there.
fn text(value: &Value) -> Result<String, String> {
    match value.expose() {
        Value::Str(text) => Ok(text.to_string()),
        plain @ (Value::Bool(_) | Value::Int(_) | Value::Float(_)) => Ok(plain.to_string()),
        other => Err(format!(
            "format: expected a value that is text, a number or true or false, found {}",
            other.type_name()
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::FieldPath;
    use crate::kind::Sends;
    use crate::kind::stage::{Stage, Vertex};
    use crate::value::{MASK, Value};

    fn sent(params: &[(&str, Value)]) -> Option<Sends> {
        let stage = Stage::new();
        Vertex::new(&stage, "value", "x", params)
            .check()
            .unwrap()
            .sends
    }

    /// Params, what it sends; nothing where it holds nothing (rule V5).
    #[test]
    fn it_sends_what_it_holds() {
        let format = ("format", Value::str("listen {};"));
        let list = Value::list([Value::Int(1), Value::str("a").into_secret()]);
        for (params, value) in [
            (vec![], None),
            (vec![format.clone()], None),
            (vec![("value", Value::Int(8080))], Some(Value::Int(8080))),
            (vec![("value", list.clone())], Some(list.into_secret())),
            (
                vec![("value", Value::Int(8080)), format.clone()],
                Some(Value::str("listen 8080;")),
            ),
            (
                vec![("value", Value::str("a b")), format],
                Some(Value::str("listen a b;")),
            ),
        ] {
            let sends = sent(&params).unwrap();
            assert_eq!(sends.get("value"), value.as_ref(), "{params:?}");
        }
    }

    /// Rule V8.
    #[test]
    fn a_secret_stays_secret_inside_a_text() {
        let secret = Value::str("hunter2").into_secret();
        let sends = sent(&[("value", secret), ("format", Value::str("pw={}"))]).unwrap();
        assert_eq!(sends["value"].to_string(), MASK);
        assert_eq!(sends["value"].expose_str(), Some("pw=hunter2"));
    }

    #[test]
    fn what_has_no_place_in_a_text_is_refused() {
        let stage = Stage::new();
        for (params, why) in [
            (
                vec![("format", Value::str("listen"))],
                "format: there is no `{}` in it",
            ),
            (
                vec![("format", Value::str("{}")), ("value", Value::list([]))],
                "format: expected a value that is text, a number or true or false, found list",
            ),
        ] {
            let refused = Vertex::new(&stage, "value", "x", &params).validate(&[]);
            let found = refused.unwrap_err();
            assert!(found.starts_with(why), "{found}");
        }
    }

    /// Rule L2: what it holds is not known yet, so neither is what it sends; nothing is wrong with it.
    #[test]
    fn a_plan_hands_an_unknown_on() {
        let stage = Stage::new().planned();
        let unknown = Value::unknown("exec[x]", false);
        let mut vertex = Vertex::new(&stage, "value", "x", &[("value", unknown.clone())]);
        vertex.received.insert(FieldPath::parse("value"));
        let checked = vertex.check().unwrap();
        assert!(checked.findings.is_empty());
        assert_eq!(checked.sends.unwrap()["value"], unknown);
    }
}
