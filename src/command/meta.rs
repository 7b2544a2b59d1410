//! `meta.…=`: how a vertex is run, whatever its kind (rule M1), as fields like a kind's.

use crate::graph::{FieldPath, Key, Meta, Problem, Refusal};
use crate::value::{Field, Raw, Type, Value};

const fn field(name: &'static str, ty: Type, doc: &'static str) -> Field {
    Field::new(doc).named(name, ty, false)
}

/// Every key of `meta`.
pub const META: &[Field] = &[
    field("noop", Type::Bool, "Checked, never changed."),
    field(
        "retry",
        Type::Int,
        "How often a failed attempt is tried again; -1 without end.",
    ),
    field(
        "delay",
        Type::Span,
        "How long to wait before each of those tries.",
    ),
    field(
        "timeout",
        Type::Span,
        "How long one check or apply may take.",
    ),
    field(
        "poll",
        Type::Span,
        "How often it is checked under watch, besides its events.",
    ),
    field(
        "limit",
        Type::Float,
        "At most so many events a second, after a burst.",
    ),
    field(
        "burst",
        Type::Int,
        "How many events may come at once before the limit counts.",
    ),
    field(
        "sema",
        Type::List(&Type::Str),
        "Semaphores that it holds while it runs, each as name:size.",
    ),
    field(
        "sensitive",
        Type::Bool,
        "Everything it sends or shows is secret.",
    ),
];

/// The key of `meta` with this name.
pub fn find(name: &str) -> Option<&'static Field> {
    META.iter().find(|field| field.name == name)
}

/// The same meta with one key set as written; as by default if nothing is.
pub fn with(key: &Key, meta: &Meta, path: &FieldPath, raw: Option<&Raw>) -> Result<Meta, Refusal> {
    let place = raw.map(|raw| raw.place).unwrap_or_default();
    let name = path.keys.first().map_or("", String::as_str);
    let Some(field) = find(name).filter(|_| path.keys.len() == 1) else {
        let problem = Problem::NoSuchParam(key.clone(), path.to_string());
        return Err(Refusal::new(problem, place, None));
    };
    let mut meta = meta.clone();
    let Some(raw) = raw else {
        reset(&mut meta, name);
        return Ok(meta);
    };
    let wrong = |expected: String, found: String| {
        let problem = Problem::WrongType(key.clone(), path.to_string(), expected, found);
        Refusal::new(problem, place, None)
    };
    let value = field
        .ty
        .read(raw)
        .map_err(|misread| wrong(misread.expected, misread.found))?;
    match put(&mut meta, name, &value) {
        Some(()) => Ok(meta),
        None => Err(wrong(range(name).to_owned(), raw.to_string())),
    }
}

fn range(name: &str) -> &'static str {
    match name {
        "retry" => "a number from -1 on",
        "limit" => "a number above 0",
        "burst" => "a number from 1 on",
        "sema" => "names with their sizes, each once: [name:2]",
        _ => "another value",
    }
}

fn reset(meta: &mut Meta, name: &str) {
    let fresh = Meta::default();
    match name {
        "noop" => meta.noop = fresh.noop,
        "retry" => meta.retry = fresh.retry,
        "delay" => meta.delay = fresh.delay,
        "timeout" => meta.timeout = fresh.timeout,
        "poll" => meta.poll = fresh.poll,
        "limit" => meta.limit = fresh.limit,
        "burst" => meta.burst = fresh.burst,
        "sema" => meta.sema = fresh.sema,
        _ => meta.sensitive = fresh.sensitive,
    }
}

/// Nothing if the value is out of range.
fn put(meta: &mut Meta, name: &str, value: &Value) -> Option<()> {
    let span = || value.expose_str()?.parse().ok();
    match (name, value) {
        ("noop", Value::Bool(yes)) => meta.noop = *yes,
        ("sensitive", Value::Bool(yes)) => meta.sensitive = *yes,
        ("retry", Value::Int(n)) if *n >= -1 => meta.retry = *n,
        ("delay", _) => meta.delay = span()?,
        ("timeout", _) => meta.timeout = Some(span()?),
        ("poll", _) => meta.poll = Some(span()?),
        ("limit", Value::Float(x)) if *x > 0.0 => meta.limit = Some(*x),
        ("burst", Value::Int(n)) if *n >= 1 => meta.burst = u32::try_from(*n).ok()?,
        ("sema", Value::List(items)) => {
            meta.sema.clear();
            for item in items.iter() {
                let (name, size) = item.expose_str()?.rsplit_once(':')?;
                let size = size.parse().ok().filter(|size: &u32| *size > 0)?;
                if name.is_empty() || meta.sema.insert(name.to_owned(), size).is_some() {
                    return None;
                }
            }
        }
        _ => return None,
    }
    Some(())
}
