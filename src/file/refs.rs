//! References as they are written in edges, bindings and expectations: `kind[name]`, `kind:name`, a unique name or last
//! path part, quotes where needed; arrows between them; a field behind a dot.

use super::ctx::nearest;
use crate::graph::refs::means;
use crate::graph::{FieldPath, Graph, Key};
use crate::value::sanitise;
use std::sync::Arc;

/// Why a reference names nothing: what is wrong, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadRef {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl BadRef {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> BadRef {
        BadRef {
            what: what.into(),
            hint: Some(hint.into()),
        }
    }
}

/// The vertex that a text names in a graph.
pub fn resolve(graph: &Graph, text: &str) -> Result<Key, BadRef> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadRef::new("a reference is missing", "write `kind[name]`"));
    }
    if let Some(key) = explicit(graph, text) {
        return match graph.vertex(&key) {
            Some(_) => Ok(key),
            None => Err(no_vertex(graph, &key.to_string(), &key.to_string())),
        };
    }
    let name = unquote(text).unwrap_or_else(|| text.to_owned());
    let mut found = graph.vertices().keys().filter(|key| means(&name, key));
    match (found.next(), found.next()) {
        (Some(key), None) => Ok(key.clone()),
        (None, _) => Err(no_vertex(graph, &name, &format!("`{}`", sanitise(&name)))),
        (Some(a), Some(b)) => {
            let what = format!(
                "`{}` names more than one resource: {a}, {b}",
                sanitise(&name)
            );
            Err(BadRef::new(what, format!("write {a}")))
        }
    }
}

/// The vertex and field that `ref.field` names in a graph.
pub fn resolve_field(graph: &Graph, text: &str) -> Result<(Key, FieldPath), BadRef> {
    let text = text.trim();
    let no_field = || {
        let what = format!("`{}` names no field", sanitise(text));
        BadRef::new(what, "write `kind[name].field`")
    };
    let dots = top_level(text, '.');
    if explicit_end(text).is_some() || text.starts_with('"') {
        let dot = *dots.first().ok_or_else(no_field)?;
        let field = field_path(&text[dot + 1..]).ok_or_else(no_field)?;
        return Ok((resolve(graph, &text[..dot])?, field));
    }
    let mut found = Vec::new();
    for dot in dots {
        if let (Ok(key), Some(field)) = (resolve(graph, &text[..dot]), field_path(&text[dot + 1..]))
        {
            found.push((key, field));
        }
    }
    match found.len() {
        1 => found.pop().ok_or_else(no_field),
        0 => {
            let first = text.split('.').next().unwrap_or_default();
            Err(resolve(graph, first).err().unwrap_or_else(no_field))
        }
        _ => {
            let readings = found.iter().map(|(key, field)| format!("{key}.{field}"));
            let readings = readings.collect::<Vec<_>>().join(" or ");
            let what = format!("`{}` can be read in more than one way", sanitise(text));
            Err(BadRef::new(what, format!("write {readings}")))
        }
    }
}

/// What arrows separate in a text; each part after the first with whether its arrow is `~>`.
pub fn split_arrows(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let (mut start, mut notify) = (0, false);
    for at in top_level(text, '>') {
        let arrow = text[start..at].chars().next_back();
        if let Some(head @ ('-' | '~')) = arrow {
            parts.push((text[start..at - 1].trim(), notify));
            (start, notify) = (at + 1, head == '~');
        }
    }
    parts.push((text[start..].trim(), notify));
    parts
}

/// The first word of a text, and the rest: brackets and quotes hold together.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = top_level_where(text, char::is_whitespace).next();
    let (word, rest) = text.split_at(end.unwrap_or(text.len()));
    (word, rest.trim())
}

/// A text in double quotes with its escapes resolved; `None` if it is not one.
pub(super) fn unquote(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                'u' => {
                    let code: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    out.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                }
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    Some(out)
}

/// `kind[name]`, or `kind:name` where such a kind is in the graph.
fn explicit(graph: &Graph, text: &str) -> Option<Key> {
    if let Some(open) = explicit_end(text) {
        let name = text[open + 1..].strip_suffix(']')?;
        let name = unquote(name).unwrap_or_else(|| name.to_owned());
        return Some(Key::new(&text[..open], name));
    }
    let (kind, name) = text.split_once(':')?;
    let name = unquote(name).unwrap_or_else(|| name.to_owned());
    let known = graph.vertices().keys().any(|key| key.kind() == kind);
    let whole = graph.vertices().keys().any(|key| key.name() == text);
    (known && !whole).then(|| Key::new(kind, name))
}

/// Where the bracket opens in a text that begins with `kind[`.
fn explicit_end(text: &str) -> Option<usize> {
    let open = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))?;
    (open > 0 && text[open..].starts_with('[')).then_some(open)
}

/// `field.key.key`; a key may be in quotes.
fn field_path(text: &str) -> Option<FieldPath> {
    let mut parts = Vec::new();
    let mut start = 0;
    for dot in top_level(text, '.').into_iter().chain([text.len()]) {
        let part = text[start..dot].trim();
        parts.push(unquote(part).unwrap_or_else(|| part.to_owned()));
        start = dot + 1;
    }
    if parts.iter().any(String::is_empty) {
        return None;
    }
    let field = Arc::from(parts.remove(0));
    Some(FieldPath { field, keys: parts })
}

fn no_vertex(graph: &Graph, typed: &str, shown: &str) -> BadRef {
    let keys: Vec<String> = graph.vertices().keys().map(Key::to_string).collect();
    let names: Vec<&str> = graph.vertices().keys().map(Key::name).collect();
    let known: Vec<&str> = keys.iter().map(String::as_str).chain(names).collect();
    BadRef {
        what: format!("there is no {shown} in this graph"),
        hint: nearest(typed, &known).map(|name| format!("did you mean `{}`?", sanitise(name))),
    }
}

/// Where a character stands outside brackets and quotes.
fn top_level(text: &str, wanted: char) -> Vec<usize> {
    top_level_where(text, |c| c == wanted).collect()
}

/// Where characters stand outside brackets and quotes. A quote opens only where a word begins.
fn top_level_where(text: &str, wanted: impl Fn(char) -> bool) -> impl Iterator<Item = usize> {
    let (mut depth, mut in_quotes, mut escaped, mut before) = (0usize, false, false, ' ');
    text.char_indices().filter_map(move |(at, c)| {
        let previous = std::mem::replace(&mut before, c);
        if in_quotes {
            in_quotes = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            return None;
        }
        match c {
            '"' if previous.is_whitespace() || "[.:>".contains(previous) => in_quotes = true,
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 && wanted(c) => return Some(at),
            _ => {}
        }
        None
    })
}
