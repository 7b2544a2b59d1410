//! What makes a graph whole: types that fit, one sender a param, one owner a part of the world, no cycle.

use super::missing::nearest;
use super::{Binding, Catalog, FieldPath, Graph, Key, Problem, Refusal, Vertex};
use crate::value::{Field, Place, Receives, Schema, Type, Value};
use petgraph::algo::{kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// Every reason why this graph is not whole, in order of vertices; none if it is.
pub(super) fn whole(catalog: &dyn Catalog, graph: &Graph) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut bound: BTreeMap<&Key, Vec<FieldPath>> = BTreeMap::new();
    for ((to, field), binding) in graph.bindings() {
        bound.entry(to).or_default().push(field.clone());
        refusals.extend(self::binding(catalog, graph, to, field, binding).err());
    }
    for (key, vertex) in graph.vertices() {
        let received = bound.get(key).map_or(&[][..], Vec::as_slice);
        let Some(schema) = catalog.schema(key.kind()) else {
            continue;
        };
        let before = refusals.len();
        refusals.extend(params(schema, key, graph, received));
        refusals.extend(odd_meta(key, vertex));
        if refusals.len() == before
            && let Err(why) = catalog.validate(key, &vertex.params, received)
        {
            refusals.push(Refusal::new(
                Problem::Invalid(key.clone(), why),
                vertex.place,
                None,
            ));
        }
    }
    refusals.extend(two_owners(catalog, graph));
    if let Some(cycle) = find_cycle(graph) {
        let place = cycle
            .first()
            .and_then(|key| graph.vertex(key))
            .map_or(Place::default(), |vertex| vertex.place);
        let hint = "remove one of these edges or bindings".to_owned();
        refusals.push(Refusal::new(Problem::Cycle(cycle), place, Some(hint)));
    }
    refusals
}

/// How it is run makes sense, also where it was built in code.
fn odd_meta(key: &Key, vertex: &Vertex) -> Option<Refusal> {
    let (name, odd) = vertex.meta.first_odd()?;
    let why = format!("meta.{name}: expected {}", odd.expected);
    let problem = Problem::Invalid(key.clone(), why);
    Some(Refusal::new(problem, vertex.place, Some(odd.hint.into())))
}

/// Each param on its own: known, of its type, no secret where none may be; and none missing.
fn params(
    schema: &'static Schema,
    key: &Key,
    graph: &Graph,
    received: &[FieldPath],
) -> Vec<Refusal> {
    let Some(vertex) = graph.vertex(key) else {
        return Vec::new();
    };
    let mut refusals = Vec::new();
    let refused = |problem| Refusal::new(problem, vertex.place, None);
    for (name, value) in vertex.params.iter() {
        let Some(field) = schema.field(name) else {
            refusals.push(refused(Problem::NoSuchParam(key.clone(), name.clone())));
            continue;
        };
        if !field.ty.accepts(value) {
            let found = if value.is_secret() {
                "a secret".to_owned()
            } else {
                value.to_string()
            };
            let (key, expected) = (key.clone(), field.ty.to_string());
            let problem = Problem::WrongType(key, name.clone(), expected, found);
            refusals.push(refused(problem));
        }
        // What is written for a sensitive one is masked wherever it is shown.
        let hidden = vertex.meta.sensitive && field.hides();
        if value.is_secret() && !field.takes_secret && !hidden {
            let problem = Problem::NoSecret(key.clone(), name.clone());
            refusals.push(Refusal::new(
                problem,
                vertex.place,
                Some(secrets_go(schema)),
            ));
        }
    }
    for field in schema.fields.iter().filter(|field| field.required) {
        let is_received = received.iter().any(|path| *path.field == *field.name);
        if !vertex.params.contains_key(field.name) && !is_received {
            refusals.push(refused(Problem::Missing(key.clone(), field.name)));
        }
    }
    refusals
}

/// One binding (rule V1): both ends exist, the types fit, the param may receive and has no other value.
pub(super) fn binding(
    catalog: &dyn Catalog,
    graph: &Graph,
    to: &Key,
    path: &FieldPath,
    binding: &Binding,
) -> Result<(), Refusal> {
    let refuse = |problem, hint| Err(Refusal::new(problem, binding.place, hint));
    let ends = ((&binding.from, &binding.sent), (to, path));
    if let Some(bad) = bad_ends(catalog, ends.0, ends.1, binding.place)
        .into_iter()
        .next()
    {
        return Err(bad);
    }
    let schemas = catalog
        .schema(binding.from.kind())
        .zip(catalog.schema(to.kind()));
    let Some((sender, receiver)) = schemas else {
        return Ok(());
    };
    let ends = sender
        .sent(&binding.sent.field)
        .zip(receiver.field(&path.field));
    let Some((sent, field)) = ends else {
        return Ok(());
    };
    if sent.secret && !field.takes_secret {
        let problem = Problem::NoSecret(to.clone(), path.to_string());
        return refuse(problem, Some(secrets_go(receiver)));
    }
    let fits = type_below(&sent.ty, &binding.sent)
        .zip(type_below(&field.ty, path))
        .is_some_and(|(s, r)| r.takes(&s));
    if !fits {
        let (from, into) = (
            format!("{}.{}", binding.from, binding.sent),
            format!("{to}.{path}"),
        );
        return refuse(
            Problem::Unfit(from, sent.ty.to_string(), into, field.ty.to_string()),
            None,
        );
    }
    if let Some(problem) = other_value(graph, to, path, field) {
        return refuse(problem, Some("unset or unbind it first".into()));
    }
    Ok(())
}

/// Where a secret can go instead.
fn secrets_go(schema: &Schema) -> String {
    let open = schema.fields.iter().filter(|field| field.takes_secret);
    let names: Vec<String> = open.map(|field| format!("`{}`", field.name)).collect();
    match names.split_last() {
        None => format!("no param of {} takes a secret", schema.kind),
        Some((last, [])) => format!("{last} takes one"),
        Some((last, first)) => format!("{} and {last} take one", first.join(", ")),
    }
}

/// What is wrong with the ends of a binding, each by itself: what is not sent, and what cannot receive.
pub fn bad_ends(
    catalog: &dyn Catalog,
    (from, sent): (&Key, &FieldPath),
    (to, path): (&Key, &FieldPath),
    place: Place,
) -> Vec<Refusal> {
    let (Some(sender), Some(receiver)) = (catalog.schema(from.kind()), catalog.schema(to.kind()))
    else {
        return Vec::new();
    };
    let bad = [
        bad_sender(sender, from, sent),
        bad_receiver(receiver, to, path),
    ];
    let refusal = |(problem, hint)| Refusal::new(problem, place, hint);
    bad.into_iter().flatten().map(refusal).collect()
}

/// A problem, and what to do about it.
type Bad = (Problem, Option<String>);

fn bad_sender(schema: &Schema, from: &Key, sent: &FieldPath) -> Option<Bad> {
    if schema.sent(&sent.field).is_some() {
        return None;
    }
    let names = schema.sends.iter().map(|sent| sent.name);
    let hint = sends_hint(schema.kind, nearest(&sent.field, names.clone()), names);
    let problem = Problem::NoSuchSent(from.clone(), sent.field.to_string());
    Some((problem, Some(hint)))
}

fn bad_receiver(schema: &Schema, to: &Key, path: &FieldPath) -> Option<Bad> {
    let Some(field) = schema.field(&path.field) else {
        let near = nearest(&path.field, schema.fields.iter().map(|field| field.name));
        let hint = near.map(|name| format!("did you mean `{name}`?"));
        let problem = Problem::NoSuchParam(to.clone(), path.field.to_string());
        return Some((problem, hint));
    };
    match field.receives {
        Receives::No(why) => {
            let problem = Problem::CannotReceive(to.clone(), path.to_string(), why);
            Some((problem, None))
        }
        Receives::Yes => None,
    }
}

/// What else gives this param a value: something written, or a binding of the field above or below it.
fn other_value(graph: &Graph, to: &Key, path: &FieldPath, field: &Field) -> Option<Problem> {
    let taken = |other: String| Some(Problem::TwoSenders(to.clone(), path.to_string(), other));
    if let Some(written) = graph
        .vertex(to)
        .and_then(|vertex| vertex.params.get(field.name))
        && overlaps_written(written, &path.keys)
    {
        return taken("it is written".into());
    }
    let overlaps = |other: &FieldPath| {
        other.field == path.field
            && other != path
            && (other.keys.starts_with(&path.keys) || path.keys.starts_with(&other.keys))
    };
    let other = graph.received_by(to).find(|(other, _)| overlaps(other));
    other.and_then(|(_, binding)| taken(format!("{}.{} sends it", binding.from, binding.sent)))
}

fn overlaps_written(written: &Value, keys: &[String]) -> bool {
    match (written, keys.split_first()) {
        (_, None) => true,
        (Value::Map(map), Some((first, rest))) => map
            .get(first)
            .is_some_and(|below| overlaps_written(below, rest)),
        _ => true,
    }
}

/// The type of what a path names: the field's own, or that of a key below it.
pub fn type_below(ty: &Type, path: &FieldPath) -> Option<Type> {
    path.keys.iter().try_fold(*ty, |ty, _| match ty {
        Type::Map(of) => Some(*of),
        Type::Any => Some(Type::Any),
        _ => None,
    })
}

fn sends_hint<'a>(kind: &str, near: Option<&str>, names: impl Iterator<Item = &'a str>) -> String {
    match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let names: Vec<_> = names.collect();
            if names.is_empty() {
                format!("{kind} sends nothing")
            } else {
                format!("{kind} sends: {}", names.join(", "))
            }
        }
    }
}

/// Two vertices that manage the same part of the world (rule C4).
fn two_owners(catalog: &dyn Catalog, graph: &Graph) -> Vec<Refusal> {
    let mut owners: BTreeMap<String, &Key> = BTreeMap::new();
    let mut refusals = Vec::new();
    for (key, vertex) in graph.vertices() {
        for part in catalog.owns(key, &vertex.params) {
            if let Some(other) = owners.insert(part.clone(), key) {
                let first = graph
                    .vertex(other)
                    .map_or(Place::default(), |vertex| vertex.place);
                let problem = Problem::TwoOwners(other.clone(), key.clone(), part, first);
                refusals.push(Refusal::new(
                    problem,
                    vertex.place,
                    Some("let one of them manage it".into()),
                ));
            }
        }
    }
    refusals
}

/// The vertices of a cycle in order, if there is one: each comes before the next, and the last before the first.
pub fn find_cycle(graph: &Graph) -> Option<Vec<Key>> {
    let mut drawn: DiGraph<&Key, ()> =
        DiGraph::with_capacity(graph.vertices().len(), graph.edges().len());
    let nodes: BTreeMap<&Key, NodeIndex> = graph
        .vertices()
        .keys()
        .map(|key| (key, drawn.add_node(key)))
        .collect();
    for (from, to) in graph.edges().keys() {
        if let (Some(a), Some(b)) = (nodes.get(from), nodes.get(to)) {
            drawn.add_edge(*a, *b, ());
        }
    }
    let knotted = toposort(&drawn, None).err()?.node_id();
    if drawn.contains_edge(knotted, knotted) {
        return Some(vec![drawn[knotted].clone()]);
    }
    let knot = kosaraju_scc(&drawn)
        .into_iter()
        .find(|knot| knot.len() > 1)?;
    let mut path = vec![*knot.iter().min_by_key(|node| drawn[**node])?];
    loop {
        let here = *path.last()?;
        let next = drawn
            .neighbors(here)
            .filter(|node| knot.contains(node))
            .min_by_key(|node| drawn[*node])?;
        if let Some(start) = path.iter().position(|node| *node == next) {
            return Some(
                path[start..]
                    .iter()
                    .map(|node| drawn[*node].clone())
                    .collect(),
            );
        }
        path.push(next);
    }
}
