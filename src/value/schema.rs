//! A kind's fields as data: what may be written, received and sent.
//!
//! From a [`Schema`] alone come YAML parsing, completion, help, the JSON Schema and the reference table.

use super::{Place, Raw, RawNode, Value};
use crate::time::Span;
use std::fmt;

/// The type of a field. Types that are text with a syntax of their own ([`Type::Mode`], [`Type::Span`],
/// [`Type::Path`], [`Type::OneOf`]) travel as strings.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A floating point number.
    Float,
    /// UTF-8 text.
    Str,
    /// Bytes; text is bytes too.
    Bytes,
    /// A list.
    List(&'static Type),
    /// A map from names.
    Map(&'static Type),
    /// Anything; only for `value`, `print` and a template's vars.
    Any,
    /// A path, as text.
    Path,
    /// A file's mode: octal (`0644`) or symbolic (`u=rw,go=r`), as text.
    Mode,
    /// A length of time with its unit (`10s`), as text.
    Span,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl Type {
    /// Whether a field of type `self` can take what one of type `sent` sends (rule V1).
    pub fn takes(&self, sent: &Type) -> bool {
        match (self, sent) {
            (Type::Any, _) | (_, Type::Any) => true,
            (Type::List(a), Type::List(b)) | (Type::Map(a), Type::Map(b)) => a.takes(b),
            (a, b) if a.is_text() && b.is_text() => true,
            (Type::Float, Type::Int) => true,
            (a, b) => a == b,
        }
    }

    /// Whether it travels as text or bytes.
    fn is_text(&self) -> bool {
        matches!(
            self,
            Type::Str | Type::Bytes | Type::Path | Type::Mode | Type::Span | Type::OneOf(_)
        )
    }

    /// Reads what was written as a value of this type (rule: from its source text).
    pub fn read(&self, raw: &Raw) -> Result<Value, Misread> {
        let wrong = |place: Place| Misread {
            expected: self.to_string(),
            found: raw.to_string(),
            place,
        };
        match (self, &raw.node) {
            (Type::List(of), RawNode::List(items)) => items
                .iter()
                .map(|item| of.read(item))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::list),
            (Type::Map(of), RawNode::Map(items)) => items
                .iter()
                .map(|(key, _, item)| Ok((key.clone(), of.read(item)?)))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::map),
            (Type::Any, RawNode::List(items)) => items
                .iter()
                .map(|item| Type::Any.read(item))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::list),
            (Type::Any, RawNode::Map(items)) => items
                .iter()
                .map(|(key, _, item)| Ok((key.clone(), Type::Any.read(item)?)))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::map),
            (_, RawNode::Scalar { text, quoted }) => self
                .read_scalar(text, *quoted)
                .ok_or_else(|| wrong(raw.place)),
            _ => Err(wrong(raw.place)),
        }
    }

    fn read_scalar(&self, text: &str, quoted: bool) -> Option<Value> {
        match self {
            Type::Bool => match text {
                "true" | "yes" | "on" => Some(Value::Bool(true)),
                "false" | "no" | "off" => Some(Value::Bool(false)),
                _ => None,
            },
            Type::Int => text.replace('_', "").parse().ok().map(Value::Int),
            Type::Float => text
                .parse()
                .ok()
                .filter(|x: &f64| x.is_finite())
                .map(Value::Float),
            Type::Str | Type::Bytes => Some(Value::str(text)),
            Type::Path => (!text.is_empty() && !text.contains('\0')).then(|| Value::str(text)),
            Type::Mode => is_mode(text).then(|| Value::str(text)),
            Type::Span => text.parse::<Span>().ok().map(|_| Value::str(text)),
            Type::OneOf(words) => words.contains(&text).then(|| Value::str(text)),
            Type::Any if quoted => Some(Value::str(text)),
            Type::Any => Some(guess(text)),
            Type::List(_) | Type::Map(_) => None,
        }
    }

    /// Whether a value that is already typed fits (a received one, or one built in code). Says what was
    /// expected where it does not.
    pub fn accepts(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Secret(secret)) => self.accepts(secret.expose()),
            (_, Value::Unknown(_)) | (Type::Any, _) => true,
            (Type::Bool, Value::Bool(_)) | (Type::Int, Value::Int(_)) => true,
            (Type::Float, Value::Float(_) | Value::Int(_)) => true,
            (Type::Bytes, Value::Bytes(_)) => true,
            (Type::List(of), Value::List(items)) => items.iter().all(|item| of.accepts(item)),
            (Type::Map(of), Value::Map(items)) => items.values().all(|item| of.accepts(item)),
            (Type::Str | Type::Bytes, Value::Str(_)) => true,
            (Type::Path | Type::Mode | Type::Span | Type::OneOf(_), Value::Str(text)) => {
                self.read_scalar(text, true).is_some()
            }
            _ => false,
        }
    }
}

/// A bare scalar without a field's type: the narrowest that says the same when printed back.
fn guess(text: &str) -> Value {
    match text {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    match text.parse::<i64>() {
        Ok(n) if n.to_string() == text => Value::Int(n),
        _ => Value::str(text),
    }
}

/// Octal of three or four digits, or symbolic clauses as chmod(1) takes them.
fn is_mode(text: &str) -> bool {
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let clause = |c: &str| match c.find(['=', '+', '-']) {
        Some(at) => {
            c[..at].chars().all(|c| "ugoa".contains(c))
                && c[at + 1..].chars().all(|c| "rwxXst".contains(c))
        }
        None => false,
    };
    octal || (!text.is_empty() && text.split(',').all(clause))
}

/// What was written does not fit the type of its field.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct Misread {
    /// The type, in words.
    pub expected: String,
    /// What stood there.
    pub found: String,
    /// Where.
    pub place: Place,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Float => f.write_str("float"),
            Type::Str => f.write_str("string"),
            Type::Bytes => f.write_str("bytes"),
            Type::List(of) => write!(f, "list of {of}"),
            Type::Map(of) => write!(f, "map of {of}"),
            Type::Any => f.write_str("any"),
            Type::Path => f.write_str("path"),
            Type::Mode => f.write_str("mode (0644, or u=rw,go=r)"),
            Type::Span => f.write_str("duration with its unit (10s, 1m30s)"),
            Type::OneOf(words) => f.write_str(&words.join(" | ")),
        }
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            RawNode::Scalar { text, .. } => write!(f, "`{}`", super::sanitise(text)),
            RawNode::List(_) => f.write_str("a list"),
            RawNode::Map(_) => f.write_str("a map"),
        }
    }
}

/// Whether a field may receive a value, and if not, why.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receives {
    /// It may.
    Yes,
    /// It may not: it identifies the resource, or guards it.
    No(&'static str),
}

/// Why a param that identifies its resource cannot receive.
const IDENTITY: &str = "it says which resource this is";

/// One param of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name, as written.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What it means, in one sentence.
    pub doc: &'static str,
    /// The value it has when it is not written, as source text.
    pub default: Option<&'static str>,
    /// Whether the resource is refused without it.
    pub required: bool,
    /// Whether it is the resource's name unless written.
    pub from_name: bool,
    /// Whether it may receive.
    pub receives: Receives,
    /// Whether it may hold a secret.
    pub takes_secret: bool,
}

impl Field {
    /// A field that is documented and nothing else yet: optional, may receive, takes no secret.
    pub const fn new(doc: &'static str) -> Field {
        Field {
            name: "",
            ty: Type::Any,
            doc,
            default: None,
            required: false,
            from_name: false,
            receives: Receives::Yes,
            takes_secret: false,
        }
    }

    /// Named and typed: what the `want!` of kinds adds from the struct's own field.
    pub const fn named(self, name: &'static str, ty: Type, required: bool) -> Field {
        let required = required && self.default.is_none() && !self.from_name;
        let ty = match self.ty {
            Type::Any => ty,
            narrowed => narrowed,
        };
        Field {
            name,
            ty,
            required,
            ..self
        }
    }

    /// With a default, as source text.
    pub const fn default(self, text: &'static str) -> Field {
        Field {
            default: Some(text),
            ..self
        }
    }

    /// With a narrower type than the struct's field says.
    pub const fn of(self, ty: Type) -> Field {
        Field { ty, ..self }
    }

    /// It identifies the resource: cannot receive, and is its name unless written.
    pub const fn identity(self) -> Field {
        Field {
            from_name: true,
            receives: Receives::No(IDENTITY),
            ..self
        }
    }

    /// It is the resource's name unless written or received.
    pub const fn or_name(self) -> Field {
        Field {
            from_name: true,
            ..self
        }
    }

    /// It cannot receive, for this reason.
    pub const fn fixed(self, why: &'static str) -> Field {
        Field {
            receives: Receives::No(why),
            ..self
        }
    }

    /// Whether what is written in it is secret where its resource is sensitive: whatever is free text. What identifies the
    /// resource is shown, as its name is.
    pub fn hides(&self) -> bool {
        let free = match self.ty {
            Type::List(of) | Type::Map(of) => *of,
            ty => ty,
        };
        let free = matches!(free, Type::Str | Type::Bytes | Type::Path | Type::Any);
        self.takes_secret || (free && self.receives != Receives::No(IDENTITY))
    }

    /// It may hold a secret.
    pub const fn secret(self) -> Field {
        Field {
            takes_secret: true,
            ..self
        }
    }
}

/// One value that a kind sends.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Its name, as bound.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// Whether it stays open though the vertex was given a secret: it never holds what was received (rule V8).
    pub open: bool,
    /// Whether it is secret whatever the vertex was given.
    pub secret: bool,
    /// Whether it cannot be read back from the world, so that the engine keeps it (rule V6).
    pub kept: bool,
}

impl Sent {
    /// Something sent; secret as soon as the vertex was given a secret.
    pub const fn new(name: &'static str, ty: Type, doc: &'static str) -> Sent {
        Sent {
            name,
            ty,
            doc,
            open: false,
            secret: false,
            kept: false,
        }
    }

    /// Kept, since it cannot be read back.
    pub const fn kept(self) -> Sent {
        Sent { kept: true, ..self }
    }

    /// Always secret, also while it is not known yet.
    pub const fn secret(self) -> Sent {
        Sent {
            secret: true,
            ..self
        }
    }

    /// Open even then.
    pub const fn open(self) -> Sent {
        Sent { open: true, ..self }
    }
}

/// What a kind does when a notification reaches it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hears {
    /// Nothing: `~>` only orders (rule N4).
    Nothing,
    /// It refreshes: what that does, in a few words.
    Refresh(&'static str),
}

/// Everything that can be said of a kind without running it.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The kind's word.
    pub kind: &'static str,
    /// What it guarantees, in one sentence.
    pub about: &'static str,
    /// Its params.
    pub fields: &'static [Field],
    /// What it sends.
    pub sends: &'static [Sent],
    /// What it hears.
    pub hears: Hears,
}

impl Schema {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The sent value of this name.
    pub fn sent(&self, name: &str) -> Option<&'static Sent> {
        self.sends.iter().find(|sent| sent.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_is_read_as_its_field_says() {
        assert_eq!(Type::Mode.read(&Raw::bare("0644")), Ok(Value::str("0644")));
        assert_eq!(Type::Str.read(&Raw::bare("no")), Ok(Value::str("no")));
        assert_eq!(Type::Any.read(&Raw::bare("1.10")), Ok(Value::str("1.10")));
        assert_eq!(Type::Any.read(&Raw::quoted("16")), Ok(Value::str("16")));
        assert_eq!(Type::Any.read(&Raw::bare("16")), Ok(Value::Int(16)));
        assert!(Type::Span.read(&Raw::bare("10")).is_err());
        assert!(Type::Mode.read(&Raw::bare("rw")).is_err());
    }

    #[test]
    fn types_fit_or_not() {
        assert!(Type::Bytes.takes(&Type::Str));
        assert!(Type::Any.takes(&Type::Int));
        assert!(!Type::Bool.takes(&Type::Str));
        assert!(Type::Map(&Type::Str).takes(&Type::Map(&Type::Bytes)));
    }
}
