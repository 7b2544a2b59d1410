//! What is said where a word means nothing, or too much.

use super::error::{CommandError, Grade};
use super::refs::{Found, Head, Scope, Shape, Wants};
use crate::graph::refs::{field_text, last_part, ref_text};
use crate::graph::{Key, nearest};
use crate::value::{quote, quote_always};
use std::collections::BTreeSet;

/// Where the vertices can be read.
pub const LISTED: &str = "`show` lists them";

/// The vertex is there, but this is not wanted of it.
pub(super) fn misfit(
    scope: &Scope,
    found: &Found,
    wants: Wants,
    wrong: &dyn Fn(String) -> CommandError,
) -> CommandError {
    let key = &found.key;
    let (sends, fields) = names(scope, key);
    let list = match wants {
        Wants::Vertex => Vec::new(),
        Wants::Sent | Wants::Before => sends,
        Wants::Param | Wants::After => fields,
    };
    match &found.path {
        None => {
            let what = match wants {
                Wants::Sent => format!("{key} is a vertex; what of it is sent?"),
                _ => format!("{key} is a vertex; which field of it?"),
            };
            wrong(what)
                .expected(one_of(&list))
                .grade(Grade::Missing)
                .hint(example_field(key, &list))
        }
        Some(path) if wants == Wants::Vertex => wrong(format!("{key}.{path} is a field"))
            .expected("a vertex")
            .hint(format!("write `{}`", ref_text(key))),
        Some(path) => {
            let sent = matches!(wants, Wants::Sent | Wants::Before);
            let verb = if sent { "sends" } else { "has" };
            let near = nearest(&path.field, list.iter().copied());
            wrong(format!("{} {verb} no `{}`", key.kind(), path.field))
                .expected(one_of(&list))
                .hint(near.map_or(
                    format!("`kinds {}` says what each is", key.kind()),
                    |name| format!("did you mean `{name}`?"),
                ))
        }
    }
}

fn names(scope: &Scope, key: &Key) -> (Vec<&'static str>, Vec<&'static str>) {
    scope
        .schema(key)
        .map_or((Vec::new(), Vec::new()), |schema| {
            let sends = schema.sends.iter().map(|sent| sent.name).collect();
            let fields = schema.fields.iter().map(|field| field.name).collect();
            (sends, fields)
        })
}

fn one_of(list: &[&str]) -> String {
    match list {
        [] => "nothing: it has none".to_owned(),
        _ => list.join(", "),
    }
}

fn example_field(key: &Key, list: &[&str]) -> Option<String> {
    let first = list.first()?;
    Some(format!("for example `{}.{first}`", ref_text(key)))
}

/// No vertex is meant.
pub(super) fn unknown(
    scope: &Scope,
    shape: &Shape,
    wrong: &dyn Fn(String) -> CommandError,
) -> CommandError {
    let (typed, kind) = match &shape.head {
        Head::Keyed(kind, name) => (ref_text(&Key::new(kind, name)), Some(*kind)),
        Head::Quoted(name) => (quote_always(name), None),
        Head::Bare(segments) => (segments.join("."), None),
    };
    let error = wrong(format!("there is no vertex `{typed}`")).expected("a vertex of this graph");
    if let Some(kind) = kind
        && scope.catalog.schema(kind).is_none()
    {
        let near = nearest(kind, scope.catalog.kinds().into_iter());
        return error.hint(match near {
            Some(near) => format!("there is no kind `{kind}`; did you mean `{near}`?"),
            None => format!("there is no kind `{kind}`; `kinds` lists them"),
        });
    }
    let near = nearest_vertex(scope, &typed);
    let empty = scope.keys().next().is_none();
    error.hint(match near {
        Some(key) => Some(format!("did you mean `{}`?", ref_text(key))),
        None if empty => Some("the graph is empty: `add KIND NAME` makes a vertex".to_owned()),
        None => Some(LISTED.to_owned()),
    })
}

fn nearest_vertex<'a>(scope: &'a Scope, typed: &str) -> Option<&'a Key> {
    let tries = |key: &Key| {
        let last = last_part(key.name()).unwrap_or(key.name()).to_owned();
        [ref_text(key), key.name().to_owned(), last]
    };
    let known: Vec<(String, &Key)> = scope
        .keys()
        .flat_map(|key| tries(key).map(|text| (text, key)))
        .collect();
    let first = typed.split('.').next().unwrap_or(typed);
    let near = |typed: &str| nearest(typed, known.iter().map(|(text, _)| text.as_str()));
    let near = near(typed).or_else(|| near(first))?;
    known
        .iter()
        .find(|(text, _)| text == near)
        .map(|(_, key)| *key)
}

pub(super) fn ambiguous(
    shape: &Shape,
    several: &[&Found],
    wrong: &dyn Fn(String) -> CommandError,
) -> CommandError {
    let Head::Bare(segments) = &shape.head else {
        return wrong("several vertices have this name".to_owned())
            .expected("one vertex")
            .hint(write_one(several));
    };
    let text = segments.join(".");
    let lens: BTreeSet<usize> = several.iter().map(|found| depth(found)).collect();
    if lens.len() == 1 {
        return wrong(format!("several vertices are called `{text}`"))
            .expected("one vertex")
            .hint(write_one(several));
    }
    let forms: Vec<String> = lens
        .iter()
        .map(|below| quoted_form(segments, *below, shape.keys.len()))
        .collect();
    wrong(format!("`{text}` can be read in {} ways", forms.len()))
        .expected("one of them")
        .hint(format!("write `{}`", forms.join("` or `")))
}

/// How many names follow the vertex's own.
fn depth(found: &Found) -> usize {
    found.path.as_ref().map_or(0, |path| 1 + path.keys.len())
}

fn quoted_form(segments: &[&str], below: usize, after: usize) -> String {
    let end = segments.len() - (below - after.min(below)).min(segments.len());
    let mut text = quote_always(&segments[..end].join("."));
    for key in &segments[end..] {
        text.push('.');
        text.push_str(&quote(key));
    }
    text
}

fn write_one(several: &[&Found]) -> String {
    let forms: Vec<String> = several
        .iter()
        .map(|found| match &found.path {
            None => ref_text(&found.key),
            Some(path) => field_text(&found.key, path),
        })
        .collect();
    format!("write `{}`", forms.join("` or `"))
}
