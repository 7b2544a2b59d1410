//! A kind's params, typed: the [`want!`] macro, and the types that its fields may have.

use crate::graph::{FieldPath, Key, Params};
use crate::time::Span;
use crate::value::{Field, Raw, Type, Unknown, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The typed params of a kind. Made by `want!`.
pub trait Want: Clone + PartialEq + Send + Sync + Sized + 'static {
    /// Its fields as data.
    const FIELDS: &'static [Field];
    /// Reads all fields; says which one is wrong, and why.
    fn read(reader: &Reader) -> Result<Self, Unread>;
}

/// A param that cannot be read.
#[derive(Clone, PartialEq, Debug)]
pub struct Unread {
    /// Which.
    pub param: &'static str,
    /// Why.
    pub why: String,
}

/// Declares a kind's params: a struct whose fields have a doc, a type, and what else [`Field`] can say.
///
/// ```text
/// want! {
///     pub struct Want {
///         /// How many characters it has.
///         length: u64 => default("16"),
///         /// What it is made of.
///         alphabet: Option<String>,
///     }
/// }
/// ```
macro_rules! want {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $(
        $(#[doc = $doc:literal])+
        $field:ident : $ty:ty $(=> $($builder:ident ( $($arg:expr),* )).+ )?
    ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug)]
        $vis struct $name { $( $(#[doc = $doc])+ pub $field: $ty, )* }

        impl $crate::kind::Want for $name {
            const FIELDS: &'static [$crate::value::Field] = &[ $(
                $crate::value::Field::new(concat!($($doc),+))
                    $( $( .$builder($($arg),*) )+ )?
                    .named(
                        stringify!($field),
                        <$ty as $crate::kind::Param>::TYPE,
                        <$ty as $crate::kind::Param>::REQUIRED,
                    )
            ),* ];

            #[allow(unused_variables)]
            fn read(reader: &$crate::kind::Reader) -> Result<Self, $crate::kind::Unread> {
                Ok($name { $( $field: reader.get(stringify!($field))? ),* })
            }
        }
    };
}
pub(crate) use want;

/// Declares an enum whose variants are written as words.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $word:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        $vis enum $name { $( $(#[$vmeta])* $variant, )* }

        impl $crate::kind::Param for $name {
            const TYPE: $crate::value::Type = $crate::value::Type::OneOf(&[$($word),*]);
            fn read(value: &$crate::value::Value) -> Option<$name> {
                match value.expose_str()? {
                    $( $word => Some($name::$variant), )*
                    _ => None,
                }
            }
            fn plain(text: &str) -> Option<$name> {
                match text {
                    $( $word => Some($name::$variant), )*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $( $name::$variant => $word ),* })
            }
        }
    };
}
pub(crate) use words;

/// A type that a field of a want may have.
pub trait Param: Sized {
    /// Its type in the schema.
    const TYPE: Type;
    /// Whether it must be given, if it has no default.
    const REQUIRED: bool = true;
    /// What it asks for besides its type, in words.
    const BESIDES: &'static str = "";
    /// The typed value; `None` if it does not fit.
    fn read(value: &Value) -> Option<Self>;
    /// The same from the text of a name or a default, without a value in between; `None` where only its type's reader can tell.
    /// Every check reads these.
    fn plain(text: &str) -> Option<Self> {
        let _ = text;
        None
    }
    /// What it is when nothing is given; `None` if something must be.
    fn absent() -> Option<Self> {
        None
    }
}

impl Param for bool {
    const TYPE: Type = Type::Bool;
    fn read(value: &Value) -> Option<bool> {
        match value.expose() {
            Value::Bool(yes) => Some(*yes),
            _ => None,
        }
    }
    fn plain(text: &str) -> Option<bool> {
        text.parse().ok()
    }
}

impl Param for i64 {
    const TYPE: Type = Type::Int;
    fn read(value: &Value) -> Option<i64> {
        match value.expose() {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }
}

impl Param for u64 {
    const TYPE: Type = Type::Int;
    const BESIDES: &'static str = " that is not negative";
    fn read(value: &Value) -> Option<u64> {
        <i64 as Param>::read(value).and_then(|n| u64::try_from(n).ok())
    }
}

impl Param for String {
    const TYPE: Type = Type::Str;
    fn read(value: &Value) -> Option<String> {
        value.expose_str().map(str::to_owned)
    }
    fn plain(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

impl Param for PathBuf {
    const TYPE: Type = Type::Path;
    fn read(value: &Value) -> Option<PathBuf> {
        value.expose_str().map(PathBuf::from)
    }
}

impl Param for Span {
    const TYPE: Type = Type::Span;
    fn read(value: &Value) -> Option<Span> {
        value.expose_str()?.parse().ok()
    }
}

impl Param for Value {
    const TYPE: Type = Type::Any;
    fn read(value: &Value) -> Option<Value> {
        Some(value.clone())
    }
}

impl Param for Vec<String> {
    const TYPE: Type = Type::List(&Type::Str);
    const REQUIRED: bool = false;
    fn read(value: &Value) -> Option<Vec<String>> {
        match value.expose() {
            Value::List(items) => items
                .iter()
                .map(|item| item.expose_str().map(str::to_owned))
                .collect(),
            _ => None,
        }
    }
    fn absent() -> Option<Vec<String>> {
        Some(Vec::new())
    }
}

/// A map keeps its values as they are, secrets among them. Narrow its type with `.of(Type::Map(&Type::Str))`.
impl Param for BTreeMap<String, Value> {
    const TYPE: Type = Type::Map(&Type::Any);
    const REQUIRED: bool = false;
    fn read(value: &Value) -> Option<BTreeMap<String, Value>> {
        match value.expose() {
            Value::Map(map) => Some(
                map.iter()
                    .map(|(key, item)| (key.clone(), item.clone().secret_if(value.is_secret())))
                    .collect(),
            ),
            _ => None,
        }
    }
    fn absent() -> Option<BTreeMap<String, Value>> {
        Some(BTreeMap::new())
    }
}

impl<T: Param> Param for Option<T> {
    const TYPE: Type = T::TYPE;
    const REQUIRED: bool = false;
    const BESIDES: &'static str = T::BESIDES;
    fn read(value: &Value) -> Option<Option<T>> {
        T::read(value).map(Some)
    }
    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

/// Content: text or bytes, perhaps secret. Compares by content, prints as a mask where secret.
#[derive(Clone, PartialEq, Debug)]
pub struct Blob(Value);

impl Blob {
    /// The bytes. Only for a world, a hash, or a comparison.
    pub fn bytes(&self) -> &[u8] {
        self.0.expose_bytes().unwrap_or_default()
    }

    /// The value, as it was given.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// One that only applying can tell: it holds nothing yet.
    pub fn awaited(unknown: &Unknown) -> Blob {
        Blob(Value::Unknown(unknown.clone()))
    }

    /// Whether its bytes are known.
    pub fn is_known(&self) -> bool {
        self.0.unknown_in().is_none()
    }

    /// Whether nobody may see it.
    pub fn is_secret(&self) -> bool {
        self.0.is_secret()
    }
}

impl Param for Blob {
    const TYPE: Type = Type::Bytes;
    fn read(value: &Value) -> Option<Blob> {
        value.expose_bytes().map(|_| Blob(value.clone()))
    }
}

/// Which params are given, also those that will only be received.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    params: &'a Params,
    bound: &'a [FieldPath],
}

impl<'a> Given<'a> {
    /// Of these params and bindings.
    pub fn new(params: &'a Params, bound: &'a [FieldPath]) -> Given<'a> {
        Given { params, bound }
    }

    /// Whether this param, or a key below it, is written or bound.
    pub fn has(&self, param: &str) -> bool {
        self.params.contains_key(param) || self.bound.iter().any(|path| *path.field == *param)
    }

    /// The bound paths.
    pub fn bound(&self) -> &'a [FieldPath] {
        self.bound
    }
}

/// Reads a want's fields out of params.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    key: &'a Key,
    params: &'a Params,
    fields: &'static [Field],
}

impl<'a> Reader<'a> {
    /// Over the params of one vertex.
    pub fn new(key: &'a Key, params: &'a Params, fields: &'static [Field]) -> Reader<'a> {
        Reader {
            key,
            params,
            fields,
        }
    }

    /// One field: what is given, else its name or default, else nothing if that is allowed.
    pub fn get<T: Param>(&self, name: &'static str) -> Result<T, Unread> {
        let unread = |why: String| Unread { param: name, why };
        let field = self.fields.iter().find(|field| field.name == name);
        let wrong = |found: &Value| {
            let expected = field.map_or(T::TYPE, |field| field.ty);
            unread(format!("expected {expected}{}, found {found}", T::BESIDES))
        };
        if let Some(value) = self.params.get(name) {
            return T::read(value).ok_or_else(|| wrong(value));
        }
        if field.is_some_and(|field| field.from_name) {
            if let Some(named) = T::plain(self.key.name()) {
                return Ok(named);
            }
            let value = Value::str(self.key.name());
            return T::read(&value).ok_or_else(|| wrong(&value));
        }
        match field.and_then(|field| field.default.map(|text| (field.ty, text))) {
            Some((ty, text)) => {
                if let Some(plain) = T::plain(text) {
                    return Ok(plain);
                }
                let value = ty
                    .read(&Raw::bare(text))
                    .map_err(|misread| unread(misread.to_string()))?;
                T::read(&value).ok_or_else(|| wrong(&value))
            }
            None => T::absent()
                .ok_or_else(|| unread("is needed, and neither written nor received".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_cannot_be_is_told_from_one_that_is_none() {
        const FIELDS: &[Field] = &[Field::new("A number.").named("n", Type::Int, true)];
        let key = Key::new("k", "x");
        let read = |value: Value| {
            let params = Params::from([("n".to_owned(), value)]);
            Reader::new(&key, &params, FIELDS)
                .get::<Option<u64>>("n")
                .map_err(|unread| unread.why)
        };
        assert_eq!(read(Value::Int(0)), Ok(Some(0)));
        let why = "expected int that is not negative, found -1".to_owned();
        assert_eq!(read(Value::Int(-1)), Err(why));
    }
}
