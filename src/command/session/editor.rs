//! `edit`: the graph, or one vertex, as YAML in a person's editor.
//!
//! A secret stands in it as its mask, and what still is the mask afterwards is the same secret again.

use super::files::edit_words;
use super::{Front, Session, SessionError, lines};
use crate::command::written;
use crate::file;
use crate::graph::refs::field_text;
use crate::graph::{Draft, FieldPath, Graph, Key, Refusal};
use crate::kind::Kinds;
use crate::value::{MASK, Place, Value, sanitise};
use std::path::Path;
use std::sync::Arc;

impl Session {
    pub(super) fn edit_text(
        &mut self,
        key: Option<&Key>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        let before = self.graph().clone();
        let mut text = text_of(&before, key);
        loop {
            let edited = front.edit(&text).map_err(|why| {
                let what = format!("the editor did not do its work: {why}");
                SessionError::failed(what)
                    .with_hint("`set` and `unset` change a resource without an editor")
            })?;
            let Some(edited) = edited else {
                front.remark("nothing was edited\n");
                return Ok(());
            };
            let why = match read_back(&before, key, &edited) {
                Ok(graph) => {
                    self.take_edited(&before, graph, key, front);
                    if let Some(key) = key {
                        self.show_drift(key, front);
                    }
                    return Ok(());
                }
                Err(why) => why,
            };
            front.remark(&format!("{why}\n"));
            if !front.can_ask() || !front.confirm("Edit it again?", &format!("{why}\n")) {
                front.remark(&format!("what was edited:\n{edited}"));
                let what = "what was edited cannot be read, and the graph is as it was";
                return Err(SessionError::failed(what).with_hint("`edit` begins again"));
            }
            text = edited;
        }
    }

    fn take_edited(
        &mut self,
        before: &Arc<Graph>,
        graph: Graph,
        key: Option<&Key>,
        front: &mut dyn Front,
    ) {
        if file::same(before, &graph) {
            front.remark("nothing was changed\n");
            return;
        }
        let log = written::changes(before, &graph, &Kinds);
        let shown = lines(&log);
        self.take_graph(graph, (&edit_words(key), &shown), log, front);
    }
}

/// The text to edit. What of it is not shown is explained there, where somebody wonders.
fn text_of(graph: &Graph, key: Option<&Key>) -> String {
    let mut hides = false;
    let graph = &with_secrets(graph, &mut |of, _, value| {
        let hidden = hide(value);
        hides |= hidden.is_some() && key.is_none_or(|key| key == of);
        hidden
    });
    let text = shown_of(graph, key);
    match hides {
        true => {
            format!("# {MASK} is a secret that is not shown: left so, it stays as it is.\n{text}")
        }
        false => text,
    }
}

fn shown_of(graph: &Graph, key: Option<&Key>) -> String {
    let Some(key) = key else {
        return file::save_new(&Kinds, graph, None).text;
    };
    let mut draft = graph.edit();
    for other in graph.vertices().keys().filter(|other| *other != key) {
        // Each of them is there, so that this cannot be refused.
        let _ = draft.drop_vertex(other, Place::default());
    }
    let text = file::save_new(&Kinds, draft.graph(), None).text;
    let head = |line: &&str| !line.starts_with("weft:") && !line.starts_with("graph:");
    text.split_inclusive('\n').filter(head).collect()
}

/// What an edited text makes of the graph; else why it cannot be read.
fn read_back(before: &Graph, key: Option<&Key>, text: &str) -> Result<Graph, String> {
    let read = match key {
        None => whole(before, text)?,
        Some(key) => one(before, key, text)?,
    };
    let mut unknown = None;
    let graph = with_secrets(&read, &mut |key, path, value| match value {
        Value::Str(text) if **text == *MASK => {
            let secret = secret_at(before, key, path);
            if secret.is_none() {
                unknown = Some(format!(
                    "{key}.{path}: {MASK} stands for a secret that was there before, and there was none; \
                     write the value, or take the line out"
                ));
            }
            secret
        }
        _ => None,
    });
    match unknown {
        Some(why) => Err(why),
        None => checked(graph.edit()),
    }
}

fn whole(before: &Graph, text: &str) -> Result<Graph, String> {
    let read = parse(text, "")?;
    if read.name != before.name {
        return Err(format!(
            "graph: expected `{}`: a graph keeps its name while it is edited (`new NAME` begins another)",
            sanitise(&before.name)
        ));
    }
    let mut draft = Draft::new(&before.name);
    copy(&read, &mut draft).map_err(|refusal| refusal.to_string())?;
    Ok(draft.graph().clone())
}

/// One vertex is read together with what it comes after, so that what it receives counts as given.
fn one(before: &Graph, key: &Key, text: &str) -> Result<Graph, String> {
    let mut rest = before.before(std::slice::from_ref(key)).edit();
    let bindings: Vec<String> = before
        .received_by(key)
        .map(|(field, binding)| {
            let from = field_text(&binding.from, &binding.sent);
            let line = format!("{from} -> {}", field_text(key, field));
            format!("- {}\n", serde_json::Value::from(line))
        })
        .collect();
    let _ = rest.drop_vertex(key, Place::default());
    let rest = with_secrets(rest.graph(), &mut |_, _, value| hide(value));
    let used = file::save_new(&Kinds, &rest, None).text;
    let bindings = match bindings.is_empty() {
        true => String::new(),
        false => format!("bindings:\n{}", bindings.concat()),
    };
    let gap = if text.ends_with('\n') { "" } else { "\n" };
    let read = parse(&format!("{text}{gap}use: rest\n{bindings}"), &used)?;
    let strange = |other: &&Key| *other != key && rest.vertex(other).is_none();
    if let Some(other) = read.vertices().keys().find(strange) {
        return Err(format!(
            "expected {key} alone, found {other}: `rename` gives a vertex another name, `edit` alone edits all"
        ));
    }
    let Some(vertex) = read.vertex(key) else {
        return Err(format!(
            "expected {key}, and it is gone: `drop` takes a vertex out of the graph"
        ));
    };
    let mut draft = before.edit();
    put(&mut draft, before, key, vertex).map_err(|refusal| refusal.to_string())?;
    Ok(draft.graph().clone())
}

/// Replaces a vertex's params and meta, and leaves its edges and bindings.
fn put(
    draft: &mut Draft,
    before: &Graph,
    key: &Key,
    vertex: &crate::graph::Vertex,
) -> Result<(), Refusal> {
    let nowhere = Place::default();
    let old = before.vertex(key).map(|old| old.params.clone());
    for name in old.unwrap_or_default().keys() {
        draft.unset(key, &FieldPath::parse(name), nowhere)?;
    }
    for (name, value) in vertex.params.iter() {
        draft.set_value(key, &FieldPath::parse(name), value.clone(), nowhere)?;
    }
    draft.set_meta(key, vertex.meta.clone(), nowhere)
}

fn parse(text: &str, used: &str) -> Result<Graph, String> {
    let read = file::parse(Path::new("edited"), text, &Kinds, &mut |_| Ok(used.into()));
    let document = read.map_err(|problems| problems.to_string())?;
    match document.story {
        None => Ok(document.graph),
        Some(_) => Err(
            "expected resources, edges and bindings: world, steps and expect belong into a file"
                .to_owned(),
        ),
    }
}

/// The same graph without the places of a text that is gone.
fn copy(read: &Graph, draft: &mut Draft) -> Result<(), Refusal> {
    let nowhere = Place::default();
    for (key, vertex) in read.vertices() {
        draft.add(&Kinds, key.clone(), nowhere)?;
        for (name, value) in vertex.params.iter() {
            draft.set_value(key, &FieldPath::parse(name), value.clone(), nowhere)?;
        }
        draft.set_meta(key, vertex.meta.clone(), nowhere)?;
    }
    for ((from, to), edge) in read.edges() {
        if written::arrow(edge).is_some() {
            let origin = edge
                .notify
                .or(edge.order)
                .unwrap_or(crate::graph::Origin::Written);
            draft.link(from, to, edge.notify.is_some(), origin, nowhere)?;
        }
    }
    for ((to, field), binding) in read.bindings() {
        let from = (&binding.from, &binding.sent);
        draft.bind(&Kinds, from, (to, field), binding.origin, nowhere)?;
    }
    Ok(())
}

/// The graph, if it is whole; else why it is not.
pub(super) fn checked(draft: Draft) -> Result<Graph, String> {
    draft.finish(&Kinds).map_err(|refusals| {
        let texts = refusals.iter().map(|refusal| match &refusal.hint {
            Some(hint) => format!("{refusal} ({hint})"),
            None => refusal.to_string(),
        });
        texts.collect::<Vec<_>>().join("\n")
    })
}

fn hide(value: &Value) -> Option<Value> {
    matches!(value, Value::Secret(_)).then(|| Value::str(MASK))
}

/// What gives another value for some.
type Other<'a> = &'a mut dyn FnMut(&Key, &FieldPath, &Value) -> Option<Value>;

/// The graph with some of its values, at any depth, replaced.
fn with_secrets(graph: &Graph, other: Other) -> Graph {
    let mut draft = graph.edit();
    for (key, vertex) in graph.vertices() {
        for (name, value) in vertex.params.iter() {
            let path = FieldPath::parse(name);
            let value = replaced(key, &path, value, other);
            // The vertex is there, so that this cannot be refused.
            let _ = draft.set_value(key, &path, value, Place::default());
        }
    }
    draft.graph().clone()
}

fn replaced(key: &Key, path: &FieldPath, value: &Value, other: Other) -> Value {
    if let Some(other) = other(key, path, value) {
        return other;
    }
    let mut below = |name: String, item: &Value| {
        let mut path = path.clone();
        path.keys.push(name);
        replaced(key, &path, item, other)
    };
    match value {
        Value::List(items) => {
            let items = items.iter().enumerate();
            Value::list(
                items
                    .map(|(at, item)| below(at.to_string(), item))
                    .collect::<Vec<_>>(),
            )
        }
        Value::Map(items) => {
            let items = items.iter();
            Value::map(
                items
                    .map(|(name, item)| (name.clone(), below(name.clone(), item)))
                    .collect::<Vec<_>>(),
            )
        }
        other => other.clone(),
    }
}

/// The secret that stands at a path of a vertex.
fn secret_at(graph: &Graph, key: &Key, path: &FieldPath) -> Option<Value> {
    let mut value = graph.vertex(key)?.params.get(&*path.field)?;
    for name in &path.keys {
        value = match value {
            Value::Map(items) => items.get(name)?,
            Value::List(items) => items.get(name.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    matches!(value, Value::Secret(_)).then(|| value.clone())
}
