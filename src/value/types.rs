//! The types of fields: what each takes, and how what was written is read as one.

use super::{Place, Raw, RawNode, Value, mode};
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
            expected: match self {
                Type::Bool => "true or false".to_owned(),
                ty => ty.to_string(),
            },
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
            (_, RawNode::Scalar { text, quoted }) => {
                self.read_scalar(text, *quoted).ok_or_else(|| {
                    let misread = wrong(raw.place);
                    match mode::trouble(text).filter(|_| *self == Type::Mode) {
                        Some(trouble) => Misread {
                            found: format!("{}: {trouble}", misread.found),
                            ..misread
                        },
                        None => misread,
                    }
                })
            }
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
            Type::Mode => mode::trouble(text).is_none().then(|| Value::str(text)),
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
        let said = Type::Mode.read(&Raw::bare("g=q")).unwrap_err().to_string();
        let why = "expected mode (0644, or u=rw,go=r), found `g=q`: `q` in `g=q` is none of r, w, x, X, s and t";
        assert!(said.starts_with(why), "{said}");
        assert!(Type::Mode.read(&Raw::bare("g=u")).is_ok());
    }

    #[test]
    fn types_fit_or_not() {
        assert!(Type::Bytes.takes(&Type::Str));
        assert!(Type::Any.takes(&Type::Int));
        assert!(!Type::Bool.takes(&Type::Str));
        assert!(Type::Map(&Type::Str).takes(&Type::Map(&Type::Bytes)));
    }
}
