//! References: which vertex or field a word means.
//!
//! `kind[name]`, `kind:name`, or the name or its last path part if only one vertex has it; then `.field` and keys. A bare
//! word that names a vertex is a reference, dots and all; else what follows a dot is a field. Where both readings are
//! possible, nobody guesses.

use super::error::CommandError;
use super::slips::{ambiguous, misfit, unknown};
use super::words::{Part, Piece, is_ident};
use crate::graph::refs::means;
use crate::graph::{Catalog, FieldPath, Graph, Key};
use crate::value::Schema;
use std::collections::BTreeSet;
use std::ops::Range;

/// What can be referred to: a graph, and what earlier orders of the same line made of it.
#[derive(Clone)]
pub struct Scope<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// What kinds there are.
    pub catalog: &'a dyn Catalog,
    added: BTreeSet<Key>,
    gone: BTreeSet<Key>,
}

impl<'a> Scope<'a> {
    /// The vertices of a graph.
    pub fn new(graph: &'a Graph, catalog: &'a dyn Catalog) -> Scope<'a> {
        Scope {
            graph,
            catalog,
            added: BTreeSet::new(),
            gone: BTreeSet::new(),
        }
    }

    /// From here on this vertex can be referred to.
    pub fn add(&mut self, key: &Key) {
        self.gone.remove(key);
        self.added.insert(key.clone());
    }

    /// From here on it cannot.
    pub fn remove(&mut self, key: &Key) {
        self.added.remove(key);
        self.gone.insert(key.clone());
    }

    /// Whether there is such a vertex.
    pub fn has(&self, key: &Key) -> bool {
        self.added.contains(key) || (self.graph.vertex(key).is_some() && !self.gone.contains(key))
    }

    /// Every vertex.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        let new = |key: &&Key| self.graph.vertex(key).is_none();
        let standing = |key: &&Key| !self.gone.contains(*key);
        let old = self.graph.vertices().keys().filter(standing);
        old.chain(self.added.iter().filter(new))
    }

    /// The schema of a vertex's kind.
    pub fn schema(&self, key: &Key) -> Option<&'static Schema> {
        self.catalog.schema(key.kind())
    }

    /// The vertices that a name means: theirs, its last path part, or `kind:name`.
    pub fn named(&self, name: &str) -> Vec<&Key> {
        self.keys().filter(|key| means(name, key)).collect()
    }
}

/// What stands at a place may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// A vertex.
    Vertex,
    /// Something that a vertex sends.
    Sent,
    /// A param of a vertex.
    Param,
    /// A vertex, or something that it sends: before an arrow.
    Before,
    /// A vertex, or a param of it: after an arrow.
    After,
}

/// What a word means.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// The vertex.
    pub key: Key,
    /// Its field, if one was named.
    pub path: Option<FieldPath>,
}

/// A word taken apart: who, and the keys that follow.
pub(super) struct Shape<'a> {
    pub(super) head: Head<'a>,
    pub(super) keys: Vec<String>,
    span: Range<usize>,
}

pub(super) enum Head<'a> {
    Keyed(&'a str, &'a str),
    Quoted(&'a str),
    Bare(Vec<&'a str>),
}

/// What a word means in this scope. The parts end before an `=`.
pub fn resolve(
    line: &str,
    scope: &Scope,
    parts: &[Part],
    wants: Wants,
) -> Result<Found, CommandError> {
    let shape = shape(line, parts)?;
    let wrong = |what: String| CommandError::new(line, shape.span.clone(), what);
    let readings = readings(scope, &shape);
    let fitting: Vec<&Found> = readings
        .iter()
        .filter(|found| fits(scope, found, wants))
        .collect();
    match fitting.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(match readings.first() {
            Some(found) => misfit(scope, found, wants, &wrong),
            None => unknown(scope, &shape, &wrong),
        }),
        several => Err(ambiguous(&shape, several, &wrong)),
    }
    .map_err(|error| CommandError {
        of_graph: true,
        ..error
    })
}

/// The key of a vertex that is not there yet: `kind[name]` or `kind:name`.
pub fn new_key(parts: &[Part]) -> Option<Key> {
    match parts {
        [
            Part {
                what: Piece::Bare(kind),
                ..
            },
            Part {
                what: Piece::Name(name),
                ..
            },
        ] => Some(Key::new(kind, name)),
        [
            Part {
                what: Piece::Bare(text),
                ..
            },
        ] => {
            let (kind, name) = text.split_once(':')?;
            (!name.is_empty() && kind.chars().all(is_ident)).then(|| Key::new(kind, name))
        }
        _ => None,
    }
}

fn shape<'a>(line: &str, parts: &'a [Part]) -> Result<Shape<'a>, CommandError> {
    let end = parts
        .iter()
        .position(|part| part.what == Piece::Equals)
        .unwrap_or(parts.len());
    let parts = &parts[..end];
    let span = match (parts.first(), parts.last()) {
        (Some(first), Some(last)) => first.span.start..last.span.end,
        _ => 0..0,
    };
    let no_ref = || {
        let error = CommandError::new(line, span.clone(), "this is no reference");
        Err(error
            .expected("kind[name], kind:name, or a name")
            .hint("quote a name that begins with a bracket".to_owned()))
    };
    let (head, rest) = match parts {
        [a, b, rest @ ..] if matches!(b.what, Piece::Name(_)) => match (&a.what, &b.what) {
            (Piece::Bare(kind), Piece::Name(name)) => (Head::Keyed(kind, name), rest),
            _ => return no_ref(),
        },
        [a, rest @ ..] => match &a.what {
            Piece::Quoted(name) => (Head::Quoted(name), rest),
            Piece::Bare(text) => (Head::Bare(segments(text, !rest.is_empty())), rest),
            _ => return no_ref(),
        },
        [] => return no_ref(),
    };
    let mut keys = Vec::new();
    for (i, part) in rest.iter().enumerate() {
        match &part.what {
            Piece::Quoted(key) => keys.push(key.clone()),
            Piece::Bare(text) => {
                let text = text.strip_prefix('.').unwrap_or(text);
                let more = segments(text, i + 1 < rest.len());
                keys.extend(more.into_iter().map(str::to_owned));
            }
            _ => return no_ref(),
        }
    }
    if keys.iter().any(String::is_empty) {
        return Err(
            CommandError::new(line, span, "a field's name is missing after the dot")
                .expected("a field")
                .hint("write it, or take the dot away".to_owned()),
        );
    }
    Ok(Shape { head, keys, span })
}

/// Text split at its dots; a last dot belongs to the quoted key after it.
fn segments(text: &str, before_quoted: bool) -> Vec<&str> {
    let text = match before_quoted {
        true => text.strip_suffix('.').unwrap_or(text),
        false => text,
    };
    if text.is_empty() && before_quoted {
        return Vec::new();
    }
    text.split('.').collect()
}

/// Everything that the word could mean, whether it is wanted here or not.
fn readings(scope: &Scope, shape: &Shape) -> Vec<Found> {
    let found = |key: &Key, keys: &[String]| Found {
        key: key.clone(),
        path: keys.split_first().map(|(field, keys)| FieldPath {
            field: field.as_str().into(),
            keys: keys.to_vec(),
        }),
    };
    match &shape.head {
        Head::Keyed(kind, name) => {
            let key = Key::new(kind, name);
            match scope.has(&key) {
                true => vec![found(&key, &shape.keys)],
                false => Vec::new(),
            }
        }
        Head::Quoted(name) => {
            let named = scope.named(name);
            named.iter().map(|key| found(key, &shape.keys)).collect()
        }
        Head::Bare(segments) => (1..=segments.len())
            .flat_map(|end| {
                let below = segments[end..].iter().map(|s| (*s).to_owned());
                let keys: Vec<String> = below.chain(shape.keys.iter().cloned()).collect();
                let named = scope.named(&segments[..end].join("."));
                let named = named.into_iter().map(|key| found(key, &keys));
                named.collect::<Vec<_>>()
            })
            .filter(|found| {
                found
                    .path
                    .as_ref()
                    .is_none_or(|path| !path.field.is_empty())
            })
            .collect(),
    }
}

fn fits(scope: &Scope, found: &Found, wants: Wants) -> bool {
    let Some(path) = &found.path else {
        return !matches!(wants, Wants::Sent | Wants::Param);
    };
    let Some(schema) = scope.schema(&found.key) else {
        return false;
    };
    let (sent, field) = (schema.sent(&path.field), schema.field(&path.field));
    match wants {
        Wants::Vertex => false,
        Wants::Sent | Wants::Before => sent.is_some(),
        Wants::Param | Wants::After => field.is_some(),
    }
}

/// The path that an assignment or `unset` names: `mode`, `env.TOKEN`, `meta.retry`.
pub fn assigned(line: &str, parts: &[Part]) -> Result<FieldPath, CommandError> {
    let shape = shape(line, parts)?;
    let (field, below) = match &shape.head {
        Head::Bare(segments) => segments.split_first().unwrap_or((&"", &[])),
        _ => {
            let error = CommandError::new(line, shape.span, "this is no param");
            return Err(error
                .expected("a param's name")
                .hint("write it without quotes and brackets".to_owned()));
        }
    };
    let below = below.iter().map(|s| (*s).to_owned());
    let keys: Vec<String> = below.chain(shape.keys).collect();
    if field.is_empty() || keys.iter().any(String::is_empty) {
        return Err(
            CommandError::new(line, shape.span, "a name is missing beside the dot")
                .expected("a param's name")
                .hint("write it, or take the dot away".to_owned()),
        );
    }
    Ok(FieldPath {
        field: (*field).into(),
        keys,
    })
}
