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
        match &want.format {
            Some(format) if !format.contains("{}") => {
                Err("format: there is no `{}` in it for the value to stand at".to_owned())
            }
            _ => Ok(()),
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
                let text = plain(value.expose());
                Value::str(format.replace("{}", &text)).secret_if(value.is_secret())
            }
        };
        Ok(Sends::from([("value".to_owned(), sent)]))
    }
}

/// The value as the text that a person would put there: a string as it is, anything else as it prints.
fn plain(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => other.to_string(),
    }
}
