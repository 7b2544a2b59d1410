//! Editing: a [`Draft`] takes changes one by one and becomes a graph only as a whole.

use super::missing::{nearest, no_key, no_param, not_there, schema_of};
use super::{
    Binding, Catalog, FieldPath, Graph, Key, Meta, Origin, Problem, Refusal, Vertex, check,
};
use crate::value::{Field, Place, Raw, Value};
use std::sync::Arc;

/// A graph being edited. Nothing of it is seen by anyone until [`Draft::finish`] says it is whole.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    graph: Graph,
}

impl From<Graph> for Draft {
    fn from(graph: Graph) -> Draft {
        Draft { graph }
    }
}

impl Draft {
    /// An empty draft of a graph of this name.
    pub fn new(name: impl Into<String>) -> Draft {
        Draft {
            graph: Graph {
                name: name.into(),
                ..Graph::default()
            },
        }
    }

    /// What has been drafted so far; perhaps not whole.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Adds a vertex without params.
    pub fn add(&mut self, catalog: &dyn Catalog, key: Key, place: Place) -> Result<(), Refusal> {
        schema_of(catalog, &key, place)?;
        if let Some(there) = self.graph.vertices.get(&key) {
            return Err(Refusal::new(
                Problem::Duplicate(key, there.place),
                place,
                Some("give it another name, or `set` the one that is there".into()),
            ));
        }
        self.graph.vertices.insert(
            key,
            Vertex {
                place,
                ..Vertex::default()
            },
        );
        Ok(())
    }

    /// Sets a param, or a key of a map param, from what was written.
    pub fn set(
        &mut self,
        catalog: &dyn Catalog,
        key: &Key,
        path: &FieldPath,
        raw: &Raw,
    ) -> Result<(), Refusal> {
        let schema = schema_of(catalog, key, raw.place)?;
        let field = schema
            .field(&path.field)
            .ok_or_else(|| no_param(schema, key, &path.field, raw.place))?;
        let ty = check::type_below(&field.ty, path).ok_or_else(|| no_key(key, path, raw.place))?;
        let value = ty.read(raw).map_err(|misread| {
            let problem = Problem::WrongType(
                key.clone(),
                path.to_string(),
                misread.expected,
                misread.found,
            );
            Refusal::new(problem, misread.place, None)
        })?;
        self.set_value(key, path, value, raw.place)
    }

    /// Sets a param, or a key of a map param, to a value that is typed already.
    pub fn set_value(
        &mut self,
        key: &Key,
        path: &FieldPath,
        value: Value,
        place: Place,
    ) -> Result<(), Refusal> {
        let vertex = self.vertex_mut(key, place)?;
        let params = Arc::make_mut(&mut vertex.params);
        match path.keys.as_slice() {
            [] => {
                params.insert(path.field.to_string(), value);
            }
            keys => {
                let slot = params
                    .entry(path.field.to_string())
                    .or_insert_with(|| Value::map([]));
                slot.put(keys, value);
            }
        }
        Ok(())
    }

    /// Takes a written param away.
    pub fn unset(&mut self, key: &Key, path: &FieldPath, place: Place) -> Result<(), Refusal> {
        let vertex = self.vertex_mut(key, place)?;
        let params = Arc::make_mut(&mut vertex.params);
        let gone = match path.keys.split_last() {
            None => params.remove(&*path.field).is_some(),
            Some((last, above)) => params
                .get_mut(&*path.field)
                .is_some_and(|slot| remove_below(slot, above, last)),
        };
        if gone {
            Ok(())
        } else {
            Err(not_there(format!("value written for {key}.{path}"), place))
        }
    }

    /// Replaces how a vertex is run.
    pub fn set_meta(&mut self, key: &Key, meta: Meta, place: Place) -> Result<(), Refusal> {
        self.vertex_mut(key, place)?.meta = meta;
        Ok(())
    }

    /// Removes a vertex with its edges and bindings. What it managed stays on the host.
    pub fn drop_vertex(&mut self, key: &Key, place: Place) -> Result<(), Refusal> {
        if self.graph.vertices.remove(key).is_none() {
            return Err(self.no_vertex(key, place));
        }
        self.graph
            .edges
            .retain(|(from, to), _| from != key && to != key);
        self.graph
            .bindings
            .retain(|(to, _), binding| to != key && binding.from != *key);
        Ok(())
    }

    /// Gives a vertex another name; its edges and bindings follow.
    pub fn rename(&mut self, key: &Key, name: &str, place: Place) -> Result<Key, Refusal> {
        let to = Key::new(key.kind(), name);
        if let Some(there) = self.graph.vertices.get(&to) {
            return Err(Refusal::new(
                Problem::Duplicate(to, there.place),
                place,
                Some("give it another name".into()),
            ));
        }
        let vertex = self
            .graph
            .vertices
            .remove(key)
            .ok_or_else(|| self.no_vertex(key, place))?;
        self.graph.vertices.insert(to.clone(), vertex);
        let moved = |end: Key| if end == *key { to.clone() } else { end };
        let edges = std::mem::take(&mut self.graph.edges);
        self.graph.edges = edges
            .into_iter()
            .map(|((a, b), edge)| ((moved(a), moved(b)), edge))
            .collect();
        let bindings = std::mem::take(&mut self.graph.bindings);
        self.graph.bindings = bindings
            .into_iter()
            .map(|((b, field), binding)| {
                (
                    (moved(b), field),
                    Binding {
                        from: moved(binding.from.clone()),
                        ..binding
                    },
                )
            })
            .collect();
        Ok(to)
    }

    /// Draws an edge; `notify` makes it `~>`. Drawing it again adds what is missing.
    pub fn link(
        &mut self,
        from: &Key,
        to: &Key,
        notify: bool,
        origin: Origin,
        place: Place,
    ) -> Result<(), Refusal> {
        for end in [from, to] {
            if !self.graph.vertices.contains_key(end) {
                return Err(self.no_vertex(end, place));
            }
        }
        if from == to {
            return Err(self.after_itself(from, place));
        }
        let edge = self
            .graph
            .edges
            .entry((from.clone(), to.clone()))
            .or_default();
        if notify {
            edge.notify = edge.notify.or(Some(origin));
        }
        if edge.order != Some(Origin::Written) {
            edge.order = Some(origin);
        }
        Ok(())
    }

    /// Removes an edge, or with `notify_only` just its notify flag. What bindings imply stays.
    pub fn unlink(
        &mut self,
        from: &Key,
        to: &Key,
        notify_only: bool,
        place: Place,
    ) -> Result<(), Refusal> {
        let ends = (from.clone(), to.clone());
        let missing = || not_there(format!("edge {from} -> {to}"), place);
        let implied = self
            .graph
            .bindings
            .iter()
            .any(|((b, _), binding)| b == to && binding.from == *from);
        let edge = self.graph.edges.get_mut(&ends).ok_or_else(missing)?;
        if edge.notify.take().is_none() && (notify_only || edge.order == Some(Origin::Implied)) {
            return Err(missing());
        }
        if !notify_only {
            edge.order = implied.then_some(Origin::Implied);
        }
        if edge.order.is_none() {
            self.graph.edges.remove(&ends);
        }
        Ok(())
    }

    /// Binds `from.sent` to `to.field`, and orders the two.
    pub fn bind(
        &mut self,
        catalog: &dyn Catalog,
        (from, sent): (&Key, &FieldPath),
        (to, field): (&Key, &FieldPath),
        origin: Origin,
        place: Place,
    ) -> Result<(), Refusal> {
        for end in [from, to] {
            if !self.graph.vertices.contains_key(end) {
                return Err(self.no_vertex(end, place));
            }
        }
        if from == to {
            return Err(self.after_itself(from, place));
        }
        let binding = Binding {
            from: from.clone(),
            sent: sent.clone(),
            origin,
            place,
        };
        check::binding(catalog, &self.graph, to, field, &binding)?;
        self.graph
            .bindings
            .insert((to.clone(), field.clone()), binding);
        let edge = self
            .graph
            .edges
            .entry((from.clone(), to.clone()))
            .or_default();
        edge.order = edge.order.or(Some(Origin::Implied));
        Ok(())
    }

    fn after_itself(&self, key: &Key, place: Place) -> Refusal {
        let why = "nothing comes after itself";
        Refusal::new(Problem::Cycle(vec![key.clone()]), place, Some(why.into()))
    }

    /// Takes a binding away, and the order that only it implied.
    pub fn unbind(&mut self, to: &Key, field: &FieldPath, place: Place) -> Result<(), Refusal> {
        let gone = self.graph.bindings.remove(&(to.clone(), field.clone()));
        let from = gone
            .ok_or_else(|| not_there(format!("binding into {to}.{field}"), place))?
            .from;
        let still = self
            .graph
            .bindings
            .iter()
            .any(|((b, _), binding)| b == to && binding.from == from);
        let ends = (from, to.clone());
        if let Some(edge) = self.graph.edges.get(&ends)
            && edge.order == Some(Origin::Implied)
            && edge.notify.is_none()
            && !still
        {
            self.graph.edges.remove(&ends);
        }
        Ok(())
    }

    /// The graph, if it is whole; else every reason why it is not. What a sensitive vertex is given is secret in it (rules V8,
    /// M1): all that is free text, but for what identifies it. So it is masked wherever a secret is, also where none may be sent.
    pub fn finish(mut self, catalog: &dyn Catalog) -> Result<Graph, Vec<Refusal>> {
        self.seal(catalog);
        let refusals = check::whole(catalog, &self.graph);
        if refusals.is_empty() {
            Ok(self.graph)
        } else {
            Err(refusals)
        }
    }

    fn seal(&mut self, catalog: &dyn Catalog) {
        let all = self.graph.vertices.iter_mut();
        for (key, vertex) in all.filter(|(_, vertex)| vertex.meta.sensitive) {
            let hides = |name: &str| {
                let field = catalog.schema(key.kind()).and_then(|of| of.field(name));
                field.is_some_and(Field::hides)
            };
            for (name, value) in Arc::make_mut(&mut vertex.params).iter_mut() {
                if hides(name) {
                    *value = sealed(value);
                }
            }
        }
    }

    fn vertex_mut(&mut self, key: &Key, place: Place) -> Result<&mut Vertex, Refusal> {
        if !self.graph.vertices.contains_key(key) {
            return Err(self.no_vertex(key, place));
        }
        Ok(self.graph.vertices.entry(key.clone()).or_default())
    }

    fn no_vertex(&self, key: &Key, place: Place) -> Refusal {
        let names: Vec<String> = self.graph.vertices.keys().map(Key::to_string).collect();
        let hint = nearest(&key.to_string(), names.iter().map(String::as_str));
        Refusal::new(
            Problem::NoSuchVertex(key.clone()),
            place,
            hint.map(|name| format!("did you mean {name}?")),
        )
    }
}

/// A value as a secret. The keys of a map stay open, so that each can still be set on its own.
fn sealed(value: &Value) -> Value {
    match value {
        Value::Map(items) => {
            let items = items.iter();
            Value::map(items.map(|(key, item)| (key.clone(), sealed(item))))
        }
        other => other.clone().into_secret(),
    }
}

fn remove_below(slot: &mut Value, above: &[String], last: &str) -> bool {
    let Value::Map(map) = slot else { return false };
    let map = Arc::make_mut(map);
    match above.split_first() {
        None => map.remove(last).is_some(),
        Some((first, rest)) => map
            .get_mut(first)
            .is_some_and(|below| remove_below(below, rest, last)),
    }
}
