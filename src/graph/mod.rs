//! The graph that people build: vertices, edges and bindings, as plain ordered data.
//!
//! A [`Graph`] is always whole: [`Draft`] is where it is edited, and [`Draft::finish`] refuses a cycle, a
//! type that does not fit, a duplicate or two owners, and leaves the graph it began with untouched (rule G2). Only a
//! [`Graph::sketch`] is not validated: it is what a trace tells of a graph, and is drawn, never run.

mod check;
mod draft;
pub mod meta;
mod missing;
pub mod refs;
mod refusal;
mod sketch;

pub use check::{bad_ends, find_cycle, type_below};
pub use draft::Draft;
pub use meta::Meta;
pub use missing::nearest;
pub use refusal::{Problem, Refusal};
pub use sketch::Line;

use crate::value::{Place, Schema, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What identifies a vertex: `kind[name]`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Key {
    kind: Arc<str>,
    name: Arc<str>,
}

impl Key {
    /// The key of `kind[name]`.
    pub fn new(kind: impl AsRef<str>, name: impl AsRef<str>) -> Key {
        Key::of_kind(Arc::from(kind.as_ref()), name)
    }

    /// The same, where the kind's name is shared.
    pub(crate) fn of_kind(kind: Arc<str>, name: impl AsRef<str>) -> Key {
        Key {
            kind,
            name: Arc::from(name.as_ref()),
        }
    }

    /// The kind's word.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The resource's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// `kind[name]`, with what a terminal would act on made visible.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}[{}]", self.kind, crate::value::sanitise(&self.name));
        f.pad(&text)
    }
}

impl serde::Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{}[{}]", self.kind, self.name))
    }
}

impl<'de> serde::Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Key, D::Error> {
        let text = String::deserialize(from)?;
        let inner = text.strip_suffix(']').and_then(|text| text.split_once('['));
        inner
            .map(|(kind, name)| Key::new(kind, name))
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no kind[name]")))
    }
}

/// A vertex's params, by field name.
pub type Params = BTreeMap<String, Value>;

/// One resource.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Vertex {
    /// What is written for it; what it receives is not in here.
    pub params: Arc<Params>,
    /// How it is run.
    pub meta: Meta,
    /// Where it was written.
    pub place: Place,
}

/// Who drew an edge or a binding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A person, in a file or at the prompt.
    Written,
    /// A binding needs the order.
    Implied,
    /// A rule of a kind (later).
    Automatic,
    /// A file that was `use`d.
    Imported,
}

/// What stands between two vertices, beside bindings. At least one of the two is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Edge {
    /// `a -> b`: b comes after a.
    pub order: Option<Origin>,
    /// `a ~> b`: and b hears of a's changes.
    pub notify: Option<Origin>,
}

/// A field of a vertex, or a key of a map field: `content`, `vars.pw`.
#[derive(
    Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct FieldPath {
    /// The field.
    pub field: Arc<str>,
    /// The keys below it.
    pub keys: Vec<String>,
}

impl FieldPath {
    /// The path written as `field.key.key`; keys hold no dots here.
    pub fn parse(text: &str) -> FieldPath {
        let mut parts = text.split('.');
        let field = Arc::from(parts.next().unwrap_or_default());
        FieldPath {
            field,
            keys: parts.map(str::to_owned).collect(),
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.field)?;
        self.keys
            .iter()
            .try_for_each(|key| match key.contains('.') {
                true => write!(f, ".{}", crate::value::quote_always(key)),
                false => write!(f, ".{}", crate::value::quote(key)),
            })
    }
}

/// `from.sent -> to.field`: the value of one flows into the other.
#[derive(Clone, PartialEq, Debug)]
pub struct Binding {
    /// The sender.
    pub from: Key,
    /// What it sends.
    pub sent: FieldPath,
    /// Who drew it.
    pub origin: Origin,
    /// Where it was written.
    pub place: Place,
}

/// What the graph needs to know of kinds. Implemented by the table of kinds; given as an argument, since
/// the graph imports none.
pub trait Catalog {
    /// The schema of a kind.
    fn schema(&self, kind: &str) -> Option<&'static Schema>;
    /// Every kind's word, in order.
    fn kinds(&self) -> Vec<&'static str>;
    /// Validates params as a whole, beyond each one's type: `Err` says what is wrong. Params in `bound` will
    /// be received, and are not there yet.
    fn validate(&self, key: &Key, params: &Params, bound: &[FieldPath]) -> Result<(), String>;
    /// The parts of the world that a vertex manages: `path:/etc/motd`, `unit:nginx.service` (rule C4).
    fn owns(&self, key: &Key, params: &Params) -> Vec<String>;
}

/// A whole graph. Immutable; [`Graph::edit`] begins a [`Draft`] of the next one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Graph {
    /// Its name.
    pub name: String,
    vertices: BTreeMap<Key, Vertex>,
    edges: BTreeMap<(Key, Key), Edge>,
    bindings: BTreeMap<(Key, FieldPath), Binding>,
}

impl Graph {
    /// A draft that begins with this graph.
    pub fn edit(&self) -> Draft {
        Draft::from(self.clone())
    }

    /// The vertices, by key.
    pub fn vertices(&self) -> &BTreeMap<Key, Vertex> {
        &self.vertices
    }

    /// The vertex of this key.
    pub fn vertex(&self, key: &Key) -> Option<&Vertex> {
        self.vertices.get(key)
    }

    /// The edges, by their ends. A binding's implied order is among them.
    pub fn edges(&self) -> &BTreeMap<(Key, Key), Edge> {
        &self.edges
    }

    /// The bindings, by receiver and its field (each has one sender at most).
    pub fn bindings(&self) -> &BTreeMap<(Key, FieldPath), Binding> {
        &self.bindings
    }

    /// The bindings into one vertex.
    pub fn received_by<'a>(
        &'a self,
        key: &'a Key,
    ) -> impl Iterator<Item = (&'a FieldPath, &'a Binding)> {
        // No path is less than one without a name.
        let least = FieldPath {
            field: "".into(),
            keys: Vec::new(),
        };
        self.bindings
            .range((key.clone(), least)..)
            .take_while(move |((to, _), _)| to == key)
            .map(|((_, field), binding)| (field, binding))
    }

    /// The vertices named and all that comes before them, as a graph of its own (`plan FILE REF…`).
    pub fn before(&self, keys: &[Key]) -> Graph {
        let mut keep: std::collections::BTreeSet<Key> = keys.iter().cloned().collect();
        let mut open: Vec<Key> = keys.to_vec();
        let mut parents: BTreeMap<&Key, Vec<&Key>> = BTreeMap::new();
        for (from, to) in self.edges.keys() {
            parents.entry(to).or_default().push(from);
        }
        while let Some(key) = open.pop() {
            for parent in parents.get(&key).into_iter().flatten() {
                if keep.insert((*parent).clone()) {
                    open.push((*parent).clone());
                }
            }
        }
        self.only(&keep)
    }

    /// These vertices alone, with the edges and bindings between them.
    pub fn only(&self, keep: &std::collections::BTreeSet<Key>) -> Graph {
        let mut graph = self.clone();
        graph.vertices.retain(|key, _| keep.contains(key));
        graph
            .edges
            .retain(|(from, to), _| keep.contains(from) && keep.contains(to));
        graph
            .bindings
            .retain(|(to, _), binding| keep.contains(to) && keep.contains(&binding.from));
        graph
    }
}
