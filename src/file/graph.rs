//! Resources, edges and bindings: from the tree into a draft.

use super::ctx::Ctx;
use super::yaml::{Entry, Node, Shape};
use super::{drops, hints, meta, refs};
use crate::graph::refs::ref_text;
use crate::graph::{Draft, FieldPath, Graph, Key, Origin, Problem, Refusal, bad_ends};
use crate::value::{Place, sanitise};
use std::collections::{BTreeMap, BTreeSet};

/// What a file says of a graph, being put together.
pub(super) struct Build {
    pub draft: Draft,
    /// Who draws: a person in this file, or an import.
    pub origin: Origin,
    /// Where this file writes each vertex; also of those that were imported and are set here.
    pub written: BTreeMap<Key, Place>,
    /// Where this file writes the value of each param, and of each key of one; a name that stands for a param, too.
    pub values: BTreeMap<(Key, String), Place>,
    /// Vertices with a problem of their own, so that what follows from it is not told again.
    pub bad: BTreeSet<Key>,
}

/// What one string or map under `edges` draws.
pub(super) type Drawn = Vec<(Key, Key, bool)>;

/// `resources:` — kinds, each with a list of resources.
pub(super) fn resources(ctx: &mut Ctx, build: &mut Build, node: &Node) {
    for kind in ctx.map(node, "`resources`") {
        unknown_kind(ctx, kind);
        for item in ctx.list(&kind.value, &format!("`{}`", sanitise(&kind.key))) {
            resource(ctx, build, kind, item);
        }
    }
}

/// A kind without resources is not looked at again, and may still be misspelt.
fn unknown_kind(ctx: &mut Ctx, kind: &Entry) {
    let has_items = matches!(&kind.value.shape, Shape::List { items, .. } if !items.is_empty());
    if !has_items && ctx.catalog.schema(&kind.key).is_none() {
        let added = Draft::new("").add(ctx.catalog, Key::new(&kind.key, ""), kind.place);
        ctx.accepted(added);
    }
}

fn resource(ctx: &mut Ctx, build: &mut Build, kind: &Entry, item: &Node) {
    let what = format!("a resource under `{}`", sanitise(&kind.key));
    if !matches!(item.shape, Shape::Map { .. }) {
        ctx.expected(item, &what, "a map with `name` and params");
        return;
    }
    let Some(name) = item.get("name") else {
        ctx.problem(
            item.place,
            format!("{what} has no `name`"),
            Some("add `name: …`".into()),
        );
        return;
    };
    let name_place = name.place;
    let Some(name) = ctx.text(name, "`name`") else {
        return;
    };
    let key = Key::new(&kind.key, name);
    let told = ctx.problems.len();
    let imported = build.draft.graph().vertex(&key).is_some() && !build.written.contains_key(&key);
    if !imported {
        let mut added = build.draft.add(ctx.catalog, key.clone(), item.place);
        if let Err(refusal) = &mut added
            && let Problem::NoSuchKind(_) = refusal.problem
        {
            refusal.place = kind.place;
        }
        if !ctx.accepted(added) {
            build.bad.insert(key);
            return;
        }
    }
    build.written.insert(key.clone(), item.place);
    named(ctx, build, &key, name_place);
    for entry in ctx.map(item, &what) {
        match entry.key.as_str() {
            "name" => {}
            "meta" => meta(ctx, build, &key, &entry.value),
            _ => param(ctx, build, &key, entry),
        }
    }
    if ctx.problems.len() > told {
        build.bad.insert(key);
    }
}

/// The params that are the name where they are not written.
fn named(ctx: &Ctx, build: &mut Build, key: &Key, place: Place) {
    let fields = ctx.catalog.schema(key.kind()).map_or(&[][..], |s| s.fields);
    for field in fields.iter().filter(|field| field.from_name) {
        let value = (key.clone(), field.name.to_owned());
        build.values.insert(value, place);
    }
}

/// Where a param's value is written, and each key of it.
fn placed(build: &mut Build, key: &Key, entry: &Entry) {
    let value = |name: String| (key.clone(), name);
    build
        .values
        .insert(value(entry.key.clone()), entry.value.place);
    if let Shape::Map { entries, .. } = &entry.value.shape {
        for below in entries {
            let name = format!("{}.{}", entry.key, below.key);
            build.values.insert(value(name), below.value.place);
        }
    }
}

fn meta(ctx: &mut Ctx, build: &mut Build, key: &Key, node: &Node) {
    let before = build.draft.graph().vertex(key).map(|v| v.meta.clone());
    let meta = meta::read(ctx, node, before.unwrap_or_default());
    let set = build.draft.set_meta(key, meta, node.place);
    ctx.accepted(set);
}

fn param(ctx: &mut Ctx, build: &mut Build, key: &Key, entry: &Entry) {
    let path = FieldPath {
        field: entry.key.as_str().into(),
        keys: Vec::new(),
    };
    let known = ctx.catalog.schema(key.kind());
    if known.is_some_and(|schema| schema.field(&entry.key).is_none())
        && let Some(hint) = hints::foreign(key.kind(), &entry.key)
    {
        let problem = Problem::NoSuchParam(key.clone(), entry.key.clone());
        ctx.refusal(Refusal::new(problem, entry.place, Some(hint.into())));
        return;
    }
    placed(build, key, entry);
    let known_param = known.is_some_and(|schema| schema.field(&entry.key).is_some());
    if known_param && entry.value.is_empty() {
        let what = format!("{key}.{}: a value is missing", sanitise(&entry.key));
        let hint = "write '' for an empty text, or remove the key";
        ctx.problem(entry.place, what, Some(hint.into()));
        return;
    }
    let mut set = build.draft.set(ctx.catalog, key, &path, &entry.value.raw());
    if let Err(refusal) = &mut set
        && let Problem::NoSuchParam(..) = refusal.problem
    {
        refusal.place = entry.place;
    }
    ctx.accepted(set);
}

/// `edges:` — strings `a -> b ~> c`, or maps with `from` and `to`.
pub(super) fn edges(ctx: &mut Ctx, build: &mut Build, node: &Node) {
    for item in ctx.list(node, "`edges`") {
        for (from, to, notify) in edge_item(ctx, build.draft.graph(), &build.bad, item) {
            let drawn = build
                .draft
                .link(&from, &to, notify, build.origin, item.place);
            ctx.accepted(drawn);
        }
    }
}

/// What one item under `edges` draws.
pub(super) fn edge_item(ctx: &mut Ctx, graph: &Graph, bad: &BTreeSet<Key>, item: &Node) -> Drawn {
    match &item.shape {
        Shape::Scalar { text, .. } if !item.is_empty() => chain(ctx, graph, bad, text, item.place),
        Shape::Map { entries, .. } => long_edge(ctx, graph, bad, item, entries),
        _ => {
            ctx.expected(
                item,
                "an edge",
                "`a -> b`, `a ~> b`, or a map with `from` and `to`",
            );
            Vec::new()
        }
    }
}

fn chain(ctx: &mut Ctx, graph: &Graph, bad: &BTreeSet<Key>, text: &str, place: Place) -> Drawn {
    let parts = refs::split_arrows(text);
    if parts.len() < 2 {
        let what = format!("`{}` is no edge: it has no arrow", sanitise(text));
        ctx.problem(
            place,
            what,
            Some("write `a -> b`, or `a ~> b` to notify too".into()),
        );
        return Vec::new();
    }
    let ends: Vec<(Option<Key>, bool)> = parts
        .into_iter()
        .map(|(text, notify)| (end(ctx, graph, bad, text, place), notify))
        .collect();
    let pair = |pair: &[(Option<Key>, bool)]| match pair {
        [(Some(a), _), (Some(b), notify)] => Some((a.clone(), b.clone(), *notify)),
        _ => None,
    };
    ends.windows(2).filter_map(pair).collect()
}

fn long_edge(
    ctx: &mut Ctx,
    graph: &Graph,
    bad: &BTreeSet<Key>,
    item: &Node,
    entries: &[Entry],
) -> Drawn {
    let mut notify = false;
    for entry in entries {
        match entry.key.as_str() {
            "from" | "to" | "name" => {}
            "notify" => notify = ctx.bool(&entry.value, "`notify`").unwrap_or_default(),
            _ => ctx.unknown(entry, "an edge", &["name", "from", "to", "notify"]),
        }
    }
    let mut side = |name: &str| match item.get(name) {
        Some(node) => long_end(ctx, graph, bad, node),
        None => {
            let hint = "an edge has `from` and `to`".to_owned();
            ctx.problem(item.place, format!("the edge has no `{name}`"), Some(hint));
            None
        }
    };
    match (side("from"), side("to")) {
        (Some(from), Some(to)) => vec![(from, to, notify)],
        _ => Vec::new(),
    }
}

/// An end of a long edge: `{kind: …, name: …}`, or a reference.
fn long_end(ctx: &mut Ctx, graph: &Graph, bad: &BTreeSet<Key>, node: &Node) -> Option<Key> {
    let Shape::Map { entries, .. } = &node.shape else {
        let text = ctx.text(node, "an edge's end")?;
        return end(ctx, graph, bad, text, node.place);
    };
    for entry in entries {
        if !["kind", "name"].contains(&entry.key.as_str()) {
            ctx.unknown(entry, "an edge's end", &["kind", "name"]);
        }
    }
    let mut part = |name: &str| match node.get(name) {
        Some(part) => ctx.text(part, &format!("`{name}`")).map(str::to_owned),
        None => {
            let hint = "write `kind` and `name`, or `kind[name]`".to_owned();
            ctx.problem(
                node.place,
                format!("the edge's end has no `{name}`"),
                Some(hint),
            );
            None
        }
    };
    let key = Key::new(part("kind")?, part("name")?);
    end(ctx, graph, bad, &ref_text(&key), node.place)
}

/// A reference, told if it names nothing; silent where what it names was told already.
fn end(ctx: &mut Ctx, graph: &Graph, bad: &BTreeSet<Key>, text: &str, place: Place) -> Option<Key> {
    if ctx.is_full() {
        return None;
    }
    match refs::resolve(graph, text) {
        Ok(key) => Some(key),
        Err(_) if bad.iter().any(|key| names(key, text)) => None,
        Err(why) => {
            ctx.problem(place, why.what, why.hint);
            None
        }
    }
}

/// Whether a text may be meant for this vertex, which could not be added.
fn names(key: &Key, text: &str) -> bool {
    text.starts_with(key.name()) || text.starts_with(&crate::graph::refs::ref_text(key))
}

/// `bindings:` — strings `a.x -> b.y`, or maps with `from` and `to`.
pub(super) fn bindings(ctx: &mut Ctx, build: &mut Build, node: &Node) {
    for item in ctx.list(node, "`bindings`") {
        if let Some(((from, sent), (to, field))) =
            binding_item(ctx, build.draft.graph(), &build.bad, item)
        {
            let (from, to) = ((&from, &sent), (&to, &field));
            let bad = bad_ends(ctx.catalog, from, to, item.place);
            let fits = bad.is_empty();
            bad.into_iter().for_each(|refusal| ctx.refusal(refusal));
            if fits && makes_room(ctx, build, to.0, to.1, item.place) {
                let bound = build
                    .draft
                    .bind(ctx.catalog, from, to, build.origin, item.place);
                ctx.accepted(bound);
            }
        }
    }
}

/// Whether a field has no sender yet: an imported one gives way, one of this file is a second sender.
fn makes_room(ctx: &mut Ctx, build: &mut Build, to: &Key, field: &FieldPath, place: Place) -> bool {
    let end = (to.clone(), field.clone());
    let Some(other) = build.draft.graph().bindings().get(&end).cloned() else {
        return true;
    };
    if other.origin != build.origin {
        let unbound = build.draft.unbind(to, field, place);
        return ctx.accepted(unbound);
    }
    let sender = format!("{}.{} sends it, at {}", other.from, other.sent, other.place);
    let problem = Problem::TwoSenders(to.clone(), field.to_string(), sender);
    let hint = "remove one of the two bindings".to_owned();
    ctx.refusal(Refusal::new(problem, place, Some(hint)));
    false
}

/// An end of a binding.
pub(super) type End = (Key, FieldPath);

/// What one item under `bindings` binds.
pub(super) fn binding_item(
    ctx: &mut Ctx,
    graph: &Graph,
    bad: &BTreeSet<Key>,
    item: &Node,
) -> Option<(End, End)> {
    let (from, to) = match &item.shape {
        Shape::Scalar { text, .. } if !item.is_empty() => match refs::split_arrows(text).as_slice()
        {
            [(from, _), (to, false)] => ((*from).to_owned(), (*to).to_owned()),
            _ => {
                let what = format!("`{}` is no binding", sanitise(text));
                ctx.problem(item.place, what, Some("write `a.field -> b.field`".into()));
                return None;
            }
        },
        Shape::Map { entries, .. } => long_binding(ctx, item, entries)?,
        _ => {
            ctx.expected(
                item,
                "a binding",
                "`a.field -> b.field`, or a map with `from` and `to`",
            );
            return None;
        }
    };
    let mut side = |text: &str| match refs::resolve_field(graph, text) {
        Ok(end) => Some(end),
        Err(_) if bad.iter().any(|key| names(key, text)) => None,
        Err(why) => {
            ctx.problem(item.place, why.what, why.hint);
            None
        }
    };
    let (from, to) = (side(&from), side(&to));
    Some((from?, to?))
}

fn long_binding(ctx: &mut Ctx, item: &Node, entries: &[Entry]) -> Option<(String, String)> {
    for entry in entries {
        if !["from", "to"].contains(&entry.key.as_str()) {
            ctx.unknown(entry, "a binding", &["from", "to"]);
        }
    }
    let mut part = |name: &str| match item.get(name) {
        Some(part) => ctx.text(part, &format!("`{name}`")).map(str::to_owned),
        None => {
            let hint = format!("write `{name}: kind[name].field`");
            ctx.problem(
                item.place,
                format!("the binding has no `{name}`"),
                Some(hint),
            );
            None
        }
    };
    let (from, to) = (part("from"), part("to"));
    Some((from?, to?))
}

/// `drop:` — imported vertices, edges and bindings that this file takes away.
pub(super) fn drops(ctx: &mut Ctx, build: &mut Build, node: &Node) {
    for item in ctx.list(node, "`drop`") {
        let Some(text) = ctx.text(item, "an item of `drop`") else {
            continue;
        };
        if let Err(why) = drops::drop_one(build, text, item.place) {
            ctx.problem(item.place, why.what, why.hint);
        }
    }
}
