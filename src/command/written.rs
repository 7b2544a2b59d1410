//! A graph as the command lines that would build it, and an edit as the lines that would make it. Secrets are written as
//! `?`, which asks for them again.

use crate::graph::refs::{field_text, ref_text};
use crate::graph::{Binding, Catalog, Edge, FieldPath, Graph, Key, Meta, Origin, Params, Vertex};
use crate::value::{Field, Type, Value, quote, quote_always};
use std::collections::BTreeMap;

/// The lines that would build a graph: its vertices, then its edges, then its bindings.
pub fn lines(graph: &Graph, catalog: &dyn Catalog) -> Vec<String> {
    changes(&Graph::default(), graph, catalog)
}

/// The lines that would make one graph of another: what goes, then what comes.
pub fn changes(old: &Graph, new: &Graph, catalog: &dyn Catalog) -> Vec<String> {
    let mut lines = gone(old, new);
    for (key, vertex) in new.vertices() {
        match old.vertex(key) {
            None => lines.push(add_line(key, vertex, catalog)),
            Some(before) => lines.extend(vertex_changes(key, before, vertex, catalog)),
        }
    }
    let is_new = |ends: &(Key, Key), edge: &Edge| {
        arrow(edge).is_some() && old.edges().get(ends).and_then(arrow) != arrow(edge)
    };
    for (ends, edge) in new.edges().iter().filter(|(ends, edge)| is_new(ends, edge)) {
        let (from, to) = (ref_text(&ends.0), ref_text(&ends.1));
        lines.extend(arrow(edge).map(|arrow| format!("{from} {arrow} {to}")));
    }
    for ((to, field), binding) in new.bindings() {
        if !bound_alike(old, to, field, binding) {
            let (from, to) = (
                field_text(&binding.from, &binding.sent),
                field_text(to, field),
            );
            lines.push(format!("{from} -> {to}"));
        }
    }
    lines
}

/// One vertex as the line that would add it.
pub fn add_line(key: &Key, vertex: &Vertex, catalog: &dyn Catalog) -> String {
    let settings = settings(key, vertex, catalog).into_iter();
    let settings: String = settings
        .map(|(path, text)| format!(" {path}={text}"))
        .collect();
    format!("add {}{settings}", ref_text(key))
}

/// What is written for a vertex, each with its text: params, then `meta.…`. A map that holds a secret is written key by
/// key.
pub fn settings(key: &Key, vertex: &Vertex, catalog: &dyn Catalog) -> Vec<(String, String)> {
    let mut settings = params(key, &vertex.params, vertex.meta.sensitive, catalog);
    settings.extend(meta(&vertex.meta));
    settings
}

/// `->` or `~>`; none if only a binding implies it.
pub fn arrow(edge: &Edge) -> Option<&'static str> {
    match (edge.notify, edge.order) {
        (Some(_), _) => Some("~>"),
        (None, None | Some(Origin::Implied)) => None,
        (None, Some(_)) => Some("->"),
    }
}

fn gone(old: &Graph, new: &Graph) -> Vec<String> {
    let mut lines = Vec::new();
    let stays = |key: &Key| new.vertex(key).is_some();
    for (to, field) in old.bindings().keys() {
        let now = new.bindings().get(&(to.clone(), field.clone()));
        let same = now.is_some_and(|now| bound_alike(old, to, field, now));
        if stays(to) && !same {
            lines.push(format!("unbind {}", field_text(to, field)));
        }
    }
    for (ends, edge) in old.edges() {
        let (from, to) = ends;
        let now = new.edges().get(ends).and_then(arrow);
        if !stays(from) || !stays(to) {
            continue;
        }
        match (arrow(edge), now) {
            (Some(arrow), None) => lines.push(format!(
                "unlink {} {arrow} {}",
                ref_text(from),
                ref_text(to)
            )),
            (Some("~>"), Some("->")) => {
                lines.push(format!("unlink {} ~> {}", ref_text(from), ref_text(to)))
            }
            _ => {}
        }
    }
    let dropped = old.vertices().keys().filter(|key| !stays(key));
    lines.extend(dropped.map(|key| format!("drop {}", ref_text(key))));
    lines
}

fn bound_alike(graph: &Graph, to: &Key, field: &FieldPath, binding: &Binding) -> bool {
    let there = graph.bindings().get(&(to.clone(), field.clone()));
    there.is_some_and(|there| there.from == binding.from && there.sent == binding.sent)
}

fn vertex_changes(key: &Key, old: &Vertex, new: &Vertex, catalog: &dyn Catalog) -> Vec<String> {
    let was: BTreeMap<String, String> = settings(key, old, catalog).into_iter().collect();
    let is: BTreeMap<String, String> = settings(key, new, catalog).into_iter().collect();
    // Two secrets have one text, so that they are compared themselves.
    let differs = |path: &String| {
        let field = FieldPath::parse(path).field;
        was.get(path) != is.get(path)
            || is.get(path).is_some_and(|text| text == "?")
                && old.params.get(&*field) != new.params.get(&*field)
    };
    let mut lines = Vec::new();
    let unset: Vec<&String> = was.keys().filter(|path| !is.contains_key(*path)).collect();
    if !unset.is_empty() {
        let unset: String = unset.iter().map(|path| format!(" {path}")).collect();
        lines.push(format!("unset {}{unset}", ref_text(key)));
    }
    let set: Vec<_> = is.iter().filter(|(path, _)| differs(path)).collect();
    if !set.is_empty() {
        let set: String = set
            .iter()
            .map(|(path, text)| format!(" {path}={text}"))
            .collect();
        lines.push(format!("set {}{set}", ref_text(key)));
    }
    lines
}

fn params(
    key: &Key,
    params: &Params,
    sensitive: bool,
    catalog: &dyn Catalog,
) -> Vec<(String, String)> {
    let schema = catalog.schema(key.kind());
    let mut out = Vec::new();
    for (name, value) in params {
        let field = schema.and_then(|schema| schema.field(name));
        let ty = field.map_or(Type::Any, |field| field.ty);
        let masked = sensitive && field.is_none_or(Field::hides);
        setting(FieldPath::parse(name), value, &ty, masked, &mut out);
    }
    out
}

fn setting(
    path: FieldPath,
    value: &Value,
    ty: &Type,
    masked: bool,
    out: &mut Vec<(String, String)>,
) {
    match value {
        Value::Map(items) if (value.is_secret() || masked) && !items.is_empty() => {
            for (key, item) in items.iter() {
                let mut below = path.clone();
                below.keys.push(key.clone());
                setting(below, item, &below_of(ty), masked, out);
            }
        }
        value if masked || value.is_secret() => out.push((path.to_string(), "?".to_owned())),
        value => out.push((path.to_string(), value_text(value, ty))),
    }
}

/// A value as it is typed for a field of this type: text in quotes where it would be read as a number or a truth.
pub fn value_text(value: &Value, ty: &Type) -> String {
    let below = below_of(ty);
    match value {
        Value::Str(text) if *ty == Type::Any => quote_always(text),
        Value::Str(text) if text.contains([',', ':']) && !plain(text) => quote_always(text),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| inside(item, &below)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(items) => {
            let item = |(key, item): (&String, &Value)| {
                format!("{}: {}", quote_always(key), inside(item, &below))
            };
            let items: Vec<String> = items.iter().map(item).collect();
            format!("{{{}}}", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// Inside a list or map all text is quoted: commas, colons and numbers need no thought there.
fn inside(value: &Value, ty: &Type) -> String {
    match value {
        Value::Str(text) if *ty == Type::Any || text.contains([',', ':']) => quote_always(text),
        other => value_text(other, ty),
    }
}

fn plain(text: &str) -> bool {
    quote(text) == text
}

fn below_of(ty: &Type) -> Type {
    match ty {
        Type::List(of) | Type::Map(of) => **of,
        _ => Type::Any,
    }
}

/// What differs from how every vertex is run, as `meta.…` and its text.
pub fn meta(meta: &Meta) -> Vec<(String, String)> {
    let usual = Meta::default();
    let mut out = Vec::new();
    let mut put = |name: &str, text: Option<String>| {
        out.extend(text.map(|text| (format!("meta.{name}"), text)));
    };
    put("noop", meta.noop.then(|| "true".to_owned()));
    put(
        "retry",
        (meta.retry != usual.retry).then(|| meta.retry.to_string()),
    );
    put(
        "delay",
        (meta.delay != usual.delay).then(|| meta.delay.to_string()),
    );
    put("timeout", meta.timeout.map(|span| span.to_string()));
    put("poll", meta.poll.map(|span| span.to_string()));
    put("limit", meta.limit.map(|limit| format!("{limit:?}")));
    put(
        "burst",
        (meta.burst != usual.burst).then(|| meta.burst.to_string()),
    );
    let sema = meta
        .sema
        .iter()
        .map(|(name, size)| quote_always(&format!("{name}:{size}")));
    let sema: Vec<String> = sema.collect();
    put(
        "sema",
        (!sema.is_empty()).then(|| format!("[{}]", sema.join(", "))),
    );
    put("sensitive", meta.sensitive.then(|| "true".to_owned()));
    out
}
