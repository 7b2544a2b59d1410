//! Refusals of what is not there, with the name that was most likely meant.

use super::{Catalog, FieldPath, Key, Problem, Refusal};
use crate::value::{Place, Schema};

/// The name among `known` that was most likely meant, if one is near.
pub fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .filter(|(distance, name)| {
            *distance <= 1 + name.chars().count().min(typed.chars().count()) / 4
        })
        .min()
        .map(|(_, name)| name)
}

pub(super) fn schema_of(
    catalog: &dyn Catalog,
    key: &Key,
    place: Place,
) -> Result<&'static Schema, Refusal> {
    catalog.schema(key.kind()).ok_or_else(|| {
        let kinds = catalog.kinds();
        let hint = match nearest(key.kind(), kinds.iter().copied()) {
            Some(kind) => format!("did you mean `{kind}`?"),
            None => format!("kinds are: {}", kinds.join(", ")),
        };
        Refusal::new(
            Problem::NoSuchKind(key.kind().to_owned()),
            place,
            Some(hint),
        )
    })
}

pub(super) fn no_param(schema: &Schema, key: &Key, param: &str, place: Place) -> Refusal {
    let names = schema.fields.iter().map(|field| field.name);
    let hint = match nearest(param, names.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!(
            "params of {}: {}",
            schema.kind,
            names.collect::<Vec<_>>().join(", ")
        ),
    };
    Refusal::new(
        Problem::NoSuchParam(key.clone(), param.to_owned()),
        place,
        Some(hint),
    )
}

pub(super) fn no_key(key: &Key, path: &FieldPath, place: Place) -> Refusal {
    let problem = Problem::WrongType(
        key.clone(),
        path.to_string(),
        "a field that is a map".into(),
        "a key below".into(),
    );
    Refusal::new(problem, place, None)
}

pub(super) fn not_there(what: String, place: Place) -> Refusal {
    Refusal::new(Problem::NotThere(what), place, None)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_only_what_is_near() {
        let kinds = ["file", "svc", "password"];
        assert_eq!(nearest("flie", kinds.into_iter()), Some("file"));
        assert_eq!(nearest("pasword", kinds.into_iter()), Some("password"));
        assert_eq!(nearest("container", kinds.into_iter()), None);
    }
}
