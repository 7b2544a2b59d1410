//! Writing a file freshly: canonical order, block style, quotes only where they are needed.

use super::save::Saved;
use super::story::Story;
use super::world_emit;
use super::{VERSION, tree::Tree};
use crate::graph::refs::{field_text, ref_text};
use crate::graph::{Catalog, Edge, Graph, Key, Meta, Origin, Vertex};
use crate::time::Span;
use crate::value::{Type, Value};
use std::collections::BTreeMap;

/// A whole file of a graph, and of the story around it if there is one. Reading it gives the same graph again, but for
/// what `lost` names: secrets, and bytes that are not text.
pub fn save_new(catalog: &dyn Catalog, graph: &Graph, story: Option<&Story>) -> Saved {
    let mut lost = Vec::new();
    let mut top = vec![("weft".to_owned(), Tree::plain(VERSION))];
    if !graph.name.is_empty() {
        top.push(("graph".to_owned(), Tree::text(&graph.name)));
    }
    let mut kinds: BTreeMap<&str, Vec<Tree>> = BTreeMap::new();
    for (key, vertex) in graph.vertices() {
        let item = resource(catalog, key, vertex, &mut lost);
        kinds.entry(key.kind()).or_default().push(item);
    }
    let kinds = kinds
        .into_iter()
        .map(|(kind, items)| (kind.to_owned(), Tree::List(items)));
    top.push(("resources".to_owned(), Tree::Map(kinds.collect())));
    let edges = graph.edges().iter().filter(|(_, edge)| is_drawn(edge));
    let edges: Vec<Tree> = edges
        .map(|((from, to), edge)| Tree::text(edge_text(from, to, edge.notify.is_some())))
        .collect();
    top.push(("edges".to_owned(), Tree::List(edges)));
    let bindings = graph.bindings().iter().map(|((to, field), binding)| {
        let (from, to) = (
            field_text(&binding.from, &binding.sent),
            field_text(to, field),
        );
        Tree::text(format!("{from} -> {to}"))
    });
    top.push(("bindings".to_owned(), Tree::List(bindings.collect())));
    if let Some(story) = story {
        self::story(story, &mut top, &mut lost);
    }
    top.retain(|(_, tree)| !tree.is_empty());
    let text = Tree::Map(top).file();
    Saved {
        text,
        lost,
        anew: false,
    }
}

fn story(story: &Story, top: &mut Vec<(String, Tree)>, lost: &mut Vec<String>) {
    let world = world_emit::world(&story.world, lost);
    let texts = |texts: Vec<&String>| Tree::List(texts.into_iter().map(Tree::text).collect());
    let steps = texts(story.steps.iter().map(|step| &step.text).collect());
    let expect = texts(story.expect.iter().map(|one| &one.text).collect());
    let is_empty = [&world, &steps, &expect].iter().all(|tree| tree.is_empty());
    if is_empty && story.lesson.is_none() {
        // Something must say that this is a story (rule W1).
        top.push(("steps".to_owned(), Tree::Plain("[]".into())));
    }
    top.push(("world".to_owned(), world));
    if story.seed != 0 {
        top.push(("seed".to_owned(), Tree::plain(story.seed)));
    }
    top.push(("steps".to_owned(), steps));
    top.push(("expect".to_owned(), expect));
    if let Some(lesson) = &story.lesson {
        top.push(("lesson".to_owned(), lesson.tree()));
    }
}

/// Whether an edge is there by more than a binding.
pub(super) fn is_drawn(edge: &Edge) -> bool {
    edge.notify.is_some() || !matches!(edge.order, None | Some(Origin::Implied))
}

/// `a -> b`, or `a ~> b`.
pub(super) fn edge_text(from: &Key, to: &Key, notify: bool) -> String {
    let arrow = if notify { "~>" } else { "->" };
    format!("{} {arrow} {}", ref_text(from), ref_text(to))
}

/// One resource, as it stands under its kind.
pub(super) fn resource(
    catalog: &dyn Catalog,
    key: &Key,
    vertex: &Vertex,
    lost: &mut Vec<String>,
) -> Tree {
    let mut entries = vec![("name".to_owned(), Tree::text(key.name()))];
    for (name, value) in vertex.params.iter() {
        if let Some(tree) = param(catalog, key, name, value, lost) {
            entries.push((name.clone(), tree));
        }
    }
    let meta = meta(&vertex.meta);
    if !meta.is_empty() {
        entries.push(("meta".to_owned(), meta));
    }
    Tree::Map(entries)
}

/// One param, as it stands in its resource: a comment where nothing of it may be written.
pub(super) fn param(
    catalog: &dyn Catalog,
    key: &Key,
    name: &str,
    value: &Value,
    lost: &mut Vec<String>,
) -> Option<Tree> {
    let schema = catalog.schema(key.kind());
    let field = schema.and_then(|schema| schema.field(name));
    let ty = field.map_or(Type::Any, |field| field.ty);
    let before = lost.len();
    let tree = value_tree(value, &ty, &format!("{key}.{name}"), lost);
    let named = field.is_some_and(|field| field.from_name);
    match tree {
        // Left out, the name would stand in: another command, another page. Empty, it is refused until it is filled in.
        None if lost.len() > before && named => Some(Tree::text("")),
        None if lost.len() > before => Some(Tree::Comment("not saved".into())),
        tree => tree,
    }
}

/// A value of a type; `None` with the reason in `lost` where it cannot be written.
fn value_tree(value: &Value, ty: &Type, what: &str, lost: &mut Vec<String>) -> Option<Tree> {
    let below = match ty {
        Type::List(of) | Type::Map(of) => **of,
        _ => Type::Any,
    };
    match value {
        Value::Bool(yes) => Some(Tree::plain(yes)),
        Value::Int(n) => Some(Tree::plain(n)),
        Value::Float(x) if *ty == Type::Float => Some(Tree::Plain(format!("{x:?}"))),
        Value::Str(text) if *ty == Type::Any => Some(Tree::Guarded(text.to_string())),
        Value::Str(text) => Some(Tree::text(text)),
        Value::List(items) => {
            let items = items.iter().enumerate();
            let items = items
                .filter_map(|(i, item)| value_tree(item, &below, &format!("{what}.{i}"), lost));
            Some(Tree::Flow(Box::new(Tree::List(items.collect()))))
        }
        Value::Map(map) => {
            let entries = map.iter().filter_map(|(name, item)| {
                let tree = value_tree(item, &below, &format!("{what}.{name}"), lost)?;
                Some((name.clone(), tree))
            });
            Some(Tree::Flow(Box::new(Tree::Map(entries.collect()))))
        }
        Value::Secret(_) => {
            lost.push(format!("the secret of {what} is not saved"));
            None
        }
        other => {
            lost.push(format!(
                "{what} is not saved: a file holds no {}",
                other.type_name()
            ));
            None
        }
    }
}

/// What differs from how every vertex is run.
pub(super) fn meta(meta: &Meta) -> Tree {
    let usual = Meta::default();
    let mut entries: Vec<(String, Tree)> = Vec::new();
    let mut put = |key: &str, tree: Option<Tree>| {
        entries.extend(tree.map(|tree| (key.to_owned(), tree)));
    };
    let span = |span: Span| Tree::Plain(span.to_string());
    put("noop", meta.noop.then(|| Tree::plain(true)));
    put(
        "retry",
        (meta.retry != usual.retry).then(|| Tree::plain(meta.retry)),
    );
    put(
        "delay",
        (meta.delay != usual.delay).then(|| span(meta.delay)),
    );
    put("timeout", meta.timeout.map(span));
    put("poll", meta.poll.map(span));
    put("limit", meta.limit.map(|x| Tree::Plain(format!("{x:?}"))));
    put(
        "burst",
        (meta.burst != usual.burst).then(|| Tree::plain(meta.burst)),
    );
    let sema = meta
        .sema
        .iter()
        .map(|(name, size)| Tree::text(format!("{name}:{size}")));
    let sema: Vec<Tree> = sema.collect();
    put("sema", (!sema.is_empty()).then_some(Tree::List(sema)));
    put("sensitive", meta.sensitive.then(|| Tree::plain(true)));
    Tree::Flow(Box::new(Tree::Map(entries)))
}
