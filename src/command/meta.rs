//! `meta.…=`: how a vertex is run, whatever its kind (rule M1), as typed.

use crate::graph::{FieldPath, Key, Meta, Problem, Refusal};
use crate::value::{Field, Raw};

pub use crate::graph::meta::META;

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
        meta.reset(name);
        return Ok(meta);
    };
    let wrong = |expected: String, found: String, hint| {
        let problem = Problem::WrongType(key.clone(), path.to_string(), expected, found);
        Refusal::new(problem, place, hint)
    };
    let value = field
        .ty
        .read(raw)
        .map_err(|misread| wrong(misread.expected, misread.found, None))?;
    let put = meta.put(name, &value);
    put.map_err(|odd| {
        let hint = Some(odd.hint.to_owned());
        wrong(odd.expected.to_owned(), raw.to_string(), hint)
    })?;
    Ok(meta)
}
