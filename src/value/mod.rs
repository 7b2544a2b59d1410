//! What travels: [`Value`], its [`Type`], what is secret and what is not known yet.
//!
//! A value is plain data. Two properties travel *with* it, wherever it goes: that it is
//! [`Value::Secret`], and that it is [`Value::Unknown`] because only applying can tell it.
//! Neither ever prints its content.

mod brief;
mod digest;
mod finding;
mod mode;
mod raw;
mod schema;
mod types;

pub use brief::{cut, spoken};
pub use digest::{digest, sha256_hex, short};
pub use finding::{Action, Finding, Opaque};
pub use raw::{Place, Raw, RawNode};
pub use schema::{Field, Hears, Receives, Schema, Sent};
pub use types::{Misread, Type};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a secret prints as, everywhere.
pub const MASK: &str = "•••";

/// One value: a param, something received, something sent.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A signed whole number.
    Int(i64),
    /// A floating point number; never NaN.
    Float(f64),
    /// UTF-8 text.
    Str(Arc<str>),
    /// Bytes that need not be text.
    Bytes(Arc<[u8]>),
    /// An ordered list.
    List(Arc<Vec<Value>>),
    /// A map; ordered by key.
    Map(Arc<BTreeMap<String, Value>>),
    /// A value that prints as [`MASK`]. Never nested in another secret.
    Secret(Secret),
    /// A value that only applying can tell.
    Unknown(Unknown),
}

/// A value nobody may print. Only the world gets what is inside, by [`Secret::expose`].
#[derive(Clone, PartialEq)]
pub struct Secret(Arc<Value>);

impl Secret {
    /// The value inside. To be called only where it is handed to a world or compared.
    pub fn expose(&self) -> &Value {
        &self.0
    }
}

/// Stands for a value that is known only after applying.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unknown {
    /// Who will know: `kind[name]`.
    pub who: Arc<str>,
    /// Whether the value will be secret.
    pub secret: bool,
}

impl Value {
    /// Text as a value.
    pub fn str(text: impl AsRef<str>) -> Value {
        Value::Str(Arc::from(text.as_ref()))
    }

    /// Bytes as a value: text where they are UTF-8, so that equal content compares equal.
    pub fn bytes(bytes: impl AsRef<[u8]>) -> Value {
        match std::str::from_utf8(bytes.as_ref()) {
            Ok(text) => Value::str(text),
            Err(_) => Value::Bytes(Arc::from(bytes.as_ref())),
        }
    }

    /// A list of values.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(Arc::new(items.into_iter().collect()))
    }

    /// A map of values.
    pub fn map(items: impl IntoIterator<Item = (String, Value)>) -> Value {
        Value::Map(Arc::new(items.into_iter().collect()))
    }

    /// A value that only `who` will know, after it was applied.
    pub fn unknown(who: impl AsRef<str>, secret: bool) -> Value {
        Value::Unknown(Unknown {
            who: Arc::from(who.as_ref()),
            secret,
        })
    }

    /// The same value, secret from here on. What is unknown stays so, and will be secret.
    pub fn into_secret(self) -> Value {
        match self {
            Value::Secret(_) => self,
            Value::Unknown(unknown) => Value::Unknown(Unknown {
                secret: true,
                ..unknown
            }),
            open => Value::Secret(Secret(Arc::new(open))),
        }
    }

    /// Secret if `yes`, else as it is.
    pub fn secret_if(self, yes: bool) -> Value {
        if yes { self.into_secret() } else { self }
    }

    /// Whether anything in this value is secret.
    pub fn is_secret(&self) -> bool {
        match self {
            Value::Secret(_) => true,
            Value::Unknown(unknown) => unknown.secret,
            Value::List(items) => items.iter().any(Value::is_secret),
            Value::Map(items) => items.values().any(Value::is_secret),
            _ => false,
        }
    }

    /// The first unknown in this value, if any.
    pub fn unknown_in(&self) -> Option<&Unknown> {
        match self {
            Value::Unknown(unknown) => Some(unknown),
            Value::List(items) => items.iter().find_map(Value::unknown_in),
            Value::Map(items) => items.values().find_map(Value::unknown_in),
            Value::Secret(secret) => secret.expose().unknown_in(),
            _ => None,
        }
    }

    /// The value without its own mark of secrecy. For worlds and comparisons only.
    pub fn expose(&self) -> &Value {
        match self {
            Value::Secret(secret) => secret.expose(),
            open => open,
        }
    }

    /// The text inside, secret or not, if this is text. For worlds and comparisons only.
    pub fn expose_str(&self) -> Option<&str> {
        match self.expose() {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes inside, secret or not, if this is text or bytes. For worlds and comparisons only.
    pub fn expose_bytes(&self) -> Option<&[u8]> {
        match self.expose() {
            Value::Str(text) => Some(text.as_bytes()),
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Puts `value` below this map at `keys`; whatever is no map on the way becomes one.
    pub fn put(&mut self, keys: &[String], value: Value) {
        let Some((first, rest)) = keys.split_first() else {
            *self = value;
            return;
        };
        if !matches!(self, Value::Map(_)) {
            *self = Value::map([]);
        }
        if let Value::Map(map) = self {
            let below = Arc::make_mut(map).entry(first.clone());
            below.or_insert_with(|| Value::map([])).put(rest, value);
        }
    }

    /// The word for what this is: `string`, `int`, `map` and so on.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Secret(secret) => secret.expose().type_name(),
            Value::Unknown(_) => "unknown",
        }
    }
}

/// As it is shown and typed: bare where it can be, quoted where it must be, masked where secret.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(yes) => write!(f, "{yes}"),
            Value::Int(n) => write!(f, "{n}"),
            Value::Float(x) => write!(f, "{x:?}"),
            Value::Str(text) => f.write_str(&quote(text)),
            Value::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len()),
            Value::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{}", Inside(item))?;
                }
                f.write_str("]")
            }
            Value::Map(items) => {
                f.write_str("{")?;
                for (i, (key, item)) in items.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{}: {}", quote_inside(key), Inside(item))?;
                }
                f.write_str("}")
            }
            Value::Secret(_) => f.write_str(MASK),
            Value::Unknown(unknown) => write!(f, "(known after {})", unknown.who),
        }
    }
}

/// An item of a list or map, where a comma or colon ends a bare word.
struct Inside<'a>(&'a Value);

impl fmt::Display for Inside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Str(text) => f.write_str(&quote_inside(text)),
            other => write!(f, "{other}"),
        }
    }
}

/// Masks like Display does, so that no debug print or panic message can leak a secret.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Value {
        Value::Bool(yes)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        Value::Int(n)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::str(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::str(text)
    }
}

/// Text as the language reads it back: bare if every character is plain, else in double quotes
/// with `\n`, `\t`, `\"`, `\\` and `\u{…}` for control characters and bidirectional overrides.
pub fn quote(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => quote_always(text),
    }
}

/// The same inside a list or map, where a comma or colon ends a bare word.
fn quote_inside(text: &str) -> String {
    match text.contains([',', ':']) {
        true => quote_always(text),
        false => quote(text),
    }
}

/// Text in double quotes, also where it could stand bare.
pub fn quote_always(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || is_bidi(c) => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Text made fit for one line of a terminal: control characters and overrides become visible escapes.
pub fn sanitise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || is_bidi(c) => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_never_print() {
        let secret = Value::str("hunter2").into_secret();
        let nested = Value::map([("pw".to_owned(), secret.clone())]);
        for text in [
            format!("{secret}"),
            format!("{secret:?}"),
            format!("{nested}"),
            format!("{nested:?}"),
        ] {
            assert!(!text.contains("hunter2"), "{text}");
        }
        assert!(nested.is_secret());
        assert_eq!(secret.expose_str(), Some("hunter2"));
    }

    #[test]
    fn an_unknown_secret_stays_unknown() {
        let unknown = Value::unknown("password[pw]", false).into_secret();
        assert!(unknown.is_secret());
        assert_eq!(unknown.unknown_in().map(|u| &*u.who), Some("password[pw]"));
    }

    #[test]
    fn quotes_what_the_language_would_misread() {
        assert_eq!(quote("/etc/motd"), "/etc/motd");
        assert_eq!(quote("a b"), "\"a b\"");
        assert_eq!(quote(""), "\"\"");
        assert_eq!(quote("bell\u{7}"), "\"bell\\u{7}\"");
        assert_eq!(sanitise("a\u{202e}b\n"), "a\\u{202e}b\\n");
    }
}
