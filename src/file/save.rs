//! Saving: the text that was read, with as little changed as can be.
//!
//! What did not change keeps its bytes, comments and order. Edits are made in the text itself, and the result is
//! read again: if it does not say what the graph says (an alias was cut off its anchor, say), the file is written
//! freshly instead, and what that loses is told.

use super::edit::{Edits, Kept};
use super::emit::{self, is_drawn, save_new};
use super::story::Story;
use super::tree::Tree;
use super::yaml::{self, Node, Shape};
use super::{Ctx, Document};
use crate::graph::refs::ref_text;
use crate::graph::{Catalog, Graph, Key, Params, Vertex};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A file to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// Its text.
    pub text: String,
    /// What is not in it, or not any more: comments, layout, secrets. Empty for an unchanged file.
    pub lost: Vec<String>,
    /// Whether all of a file is written anew, so that nothing of how it was written is left.
    pub anew: bool,
}

/// The text of a document whose graph is now `graph`: byte for byte the same if it did not change.
pub fn save(document: &Document, graph: &Graph, catalog: &dyn Catalog) -> Saved {
    if same(&document.graph, graph) {
        return Saved {
            text: document.source.text().to_owned(),
            lost: Vec::new(),
            anew: false,
        };
    }
    edited(document, graph, catalog)
        .unwrap_or_else(|| afresh(document, graph, document.story.as_ref(), catalog))
}

/// Whether two graphs say the same, wherever it is written.
pub fn same(a: &Graph, b: &Graph) -> bool {
    alike(a, b, |params| params.clone())
}

fn alike(a: &Graph, b: &Graph, seen: fn(&Params) -> Params) -> bool {
    let vertices = |g: &Graph| -> Vec<_> {
        let all = g.vertices().iter();
        all.map(|(key, v)| (key.clone(), seen(&v.params), v.meta.clone()))
            .collect()
    };
    let bindings = |g: &Graph| -> Vec<_> {
        let all = g.bindings().iter();
        all.map(|(end, b)| (end.clone(), b.from.clone(), b.sent.clone()))
            .collect()
    };
    a.name == b.name
        && vertices(a) == vertices(b)
        && drawn(a) == drawn(b)
        && bindings(a) == bindings(b)
}

/// Params without what a file never holds.
fn open(params: &Params) -> Params {
    fn part(value: &Value) -> Option<Value> {
        match value {
            Value::Secret(_) | Value::Unknown(_) | Value::Bytes(_) => None,
            Value::List(items) => Some(Value::list(items.iter().filter_map(part))),
            Value::Map(map) => {
                let entries = map
                    .iter()
                    .filter_map(|(key, v)| Some((key.clone(), part(v)?)));
                Some(Value::map(entries))
            }
            other => Some(other.clone()),
        }
    }
    let entries = params.iter();
    entries
        .filter_map(|(name, value)| Some((name.clone(), part(value)?)))
        .collect()
}

/// The edges that are there by more than a binding, with whether they notify.
pub(super) fn drawn(graph: &Graph) -> BTreeMap<(Key, Key), bool> {
    let all = graph.edges().iter().filter(|(_, edge)| is_drawn(edge));
    all.map(|(ends, edge)| (ends.clone(), edge.notify.is_some()))
        .collect()
}

/// The text edited in place; `None` if that does not give the graph.
fn edited(document: &Document, graph: &Graph, catalog: &dyn Catalog) -> Option<Saved> {
    let mut ctx = Ctx::new(document.source.clone(), catalog);
    let root = yaml::tree(&mut ctx)?;
    let mut saver = Saver {
        document,
        graph,
        ctx,
        edits: Edits::new(document.source.text()),
        lost: Vec::new(),
        dropped: Vec::new(),
    };
    saver.name(&root);
    saver.resources(&root)?;
    saver.edges(&root)?;
    saver.bindings(&root)?;
    saver.drops(&root)?;
    let (text, cut) = saver.edits.finish()?;
    let mut lost = saver.lost;
    lost.extend(cut);
    let fits = match read_again(document, &text, catalog) {
        Some(read) => alike(&read.graph, graph, open),
        // A param that is needed and secret is missing from the file; nothing else may be.
        None => !lost.is_empty() && holds_secret(graph),
    };
    fits.then_some(Saved {
        text,
        lost,
        anew: false,
    })
}

fn holds_secret(graph: &Graph) -> bool {
    let mut params = graph.vertices().values().flat_map(|v| v.params.values());
    params.any(Value::is_secret)
}

/// What an edited text says.
pub(super) fn read_again(
    document: &Document,
    text: &str,
    catalog: &dyn Catalog,
) -> Option<Document> {
    let used = document.used.as_ref();
    let mut read = |_: &std::path::Path| match used {
        Some(source) => Ok(source.text().as_bytes().to_vec()),
        None => Err("nothing is used".to_owned()),
    };
    super::parse(&document.path, text, catalog, &mut read).ok()
}

/// The file written freshly.
pub(super) fn afresh(
    document: &Document,
    graph: &Graph,
    story: Option<&Story>,
    catalog: &dyn Catalog,
) -> Saved {
    let mut saved = save_as(Some(document), graph, story, catalog);
    saved.anew = true;
    let comments = Edits::new(document.source.text()).comments();
    saved
        .lost
        .push("the file is written anew: its own order, layout and anchors".to_owned());
    saved.lost.extend(comments);
    if let Some(uses) = &document.uses {
        let what = format!(
            "`use: {}`: what came from it is written out here",
            uses.display()
        );
        saved.lost.push(what);
    }
    saved
}

/// A graph or story as a new file, with what a document says about it: its purpose, and how much of its trace is told.
pub fn save_as(
    document: Option<&Document>,
    graph: &Graph,
    story: Option<&Story>,
    catalog: &dyn Catalog,
) -> Saved {
    let mut saved = save_new(catalog, graph, story);
    if let Some(about) = document.and_then(|document| document.about.as_ref()) {
        let about = Tree::Map(vec![("about".to_owned(), Tree::text(about))]).file();
        saved.text = insert_after_head(&saved.text, &about);
    }
    if document.is_some_and(|document| document.trace == super::TraceLevel::Full) {
        saved.text = insert_after_head(&saved.text, "trace: full\n");
    }
    saved
}

/// Behind `weft:` and `graph:`.
fn insert_after_head(text: &str, more: &str) -> String {
    let head = text
        .split_inclusive('\n')
        .take_while(|line| line.starts_with("weft:") || line.starts_with("graph:"));
    let at: usize = head.map(str::len).sum();
    format!("{}{more}{}", &text[..at], &text[at..])
}

/// One save: what is there, what is wanted, and the edits so far.
pub(super) struct Saver<'a> {
    pub(super) document: &'a Document,
    pub(super) graph: &'a Graph,
    pub(super) ctx: Ctx<'a>,
    pub(super) edits: Edits<'a>,
    lost: Vec<String>,
    pub(super) dropped: Vec<String>,
}

impl Saver<'_> {
    fn name(&mut self, root: &Node) {
        if self.graph.name == self.document.graph.name {
            return;
        }
        let name = Tree::text(&self.graph.name);
        match root.get("graph") {
            Some(node) => self.edits.replace_value(node, &name, 0),
            None => {
                let line = Tree::Map(vec![("graph".to_owned(), name)]).file();
                self.edits.insert(root.span.start, line);
            }
        }
    }

    /// Items that changed are edited, those of vertices that are gone are taken out, new ones come last in their kind.
    fn resources(&mut self, root: &Node) -> Option<()> {
        let mut written: BTreeSet<Key> = BTreeSet::new();
        let mut fresh: BTreeMap<String, Vec<Tree>> = BTreeMap::new();
        let section = root.get("resources").filter(|node| !node.is_empty());
        let kinds = match section.map(|node| &node.shape) {
            Some(Shape::Map { entries, .. }) => entries.as_slice(),
            _ => &[],
        };
        let keys = kinds.iter().flat_map(|kind| {
            let items = match &kind.value.shape {
                Shape::List { items, .. } => items.as_slice(),
                _ => &[],
            };
            items.iter().filter_map(|item| key_of(&kind.key, item))
        });
        written.extend(keys);
        for (key, vertex) in self.graph.vertices() {
            let before = self.document.graph.vertex(key);
            let as_was =
                before.is_some_and(|old| old.params == vertex.params && old.meta == vertex.meta);
            if !written.contains(key) && !as_was {
                let item = self.addition(key, vertex, before)?;
                fresh.entry(key.kind().to_owned()).or_default().push(item);
            }
        }
        for kind in kinds {
            let more = fresh.remove(&kind.key).unwrap_or_default();
            self.kind(&kind.key, &kind.value, more, kind.span.end)?;
        }
        let gone = self.document.imported.vertices().keys();
        let gone = gone.filter(|key| !self.graph.vertices().contains_key(key));
        let was = |key: &&Key| self.document.graph.vertices().contains_key(*key);
        self.dropped.extend(gone.filter(was).map(ref_text));
        let rest = fresh
            .into_iter()
            .map(|(kind, items)| (kind, Tree::List(items)));
        let rest: Vec<(String, Tree)> = rest.collect();
        match (root.entry("resources"), rest.is_empty()) {
            (_, true) => Some(()),
            (Some(entry), _) => self.edits.add_entries(&entry.value, entry.span.end, rest),
            (None, _) => self.edits.append("resources", &Tree::Map(rest)),
        }
    }

    /// A resource that this file does not write yet: whole, or what is new of one that is imported.
    fn addition(&mut self, key: &Key, vertex: &Vertex, before: Option<&Vertex>) -> Option<Tree> {
        let Some(before) = before else {
            return Some(emit::resource(
                self.ctx.catalog,
                key,
                vertex,
                &mut self.lost,
            ));
        };
        let gone = before
            .params
            .keys()
            .any(|name| !vertex.params.contains_key(name));
        if gone {
            return None;
        }
        let mut entries = vec![("name".to_owned(), Tree::text(key.name()))];
        for (name, value) in vertex.params.iter() {
            if before.params.get(name) != Some(value)
                && let Some(tree) = emit::param(self.ctx.catalog, key, name, value, &mut self.lost)
            {
                entries.push((name.clone(), tree));
            }
        }
        if before.meta != vertex.meta {
            entries.push(("meta".to_owned(), emit::meta(&vertex.meta)));
        }
        Some(Tree::Map(entries))
    }

    fn kind(&mut self, kind: &str, node: &Node, more: Vec<Tree>, key_end: usize) -> Option<()> {
        let items = match &node.shape {
            Shape::List { items, .. } => items.as_slice(),
            _ => &[],
        };
        let mut kept = Vec::new();
        for item in items {
            let key = key_of(kind, item)?;
            kept.push(match self.graph.vertex(&key) {
                None => Kept::Gone,
                Some(vertex) => {
                    self.item(&key, vertex, item)?;
                    Kept::Same
                }
            });
        }
        self.edits.list(node, key_end, &kept, more)
    }

    /// The params and meta of one resource that stays.
    fn item(&mut self, key: &Key, vertex: &Vertex, item: &Node) -> Option<()> {
        let before = self.document.graph.vertex(key)?;
        let mut fresh = Vec::new();
        let names: BTreeSet<&String> = before.params.keys().chain(vertex.params.keys()).collect();
        for name in names {
            let (old, new) = (before.params.get(name), vertex.params.get(name));
            if old == new {
                continue;
            }
            let tree = match new {
                Some(value) => emit::param(self.ctx.catalog, key, name, value, &mut self.lost),
                None => None,
            };
            match (item.entry(name), tree) {
                (Some(entry), Some(Tree::Comment(_)) | None) => {
                    self.edits.remove_entry(item, entry)?
                }
                (Some(entry), Some(tree)) => {
                    self.edits
                        .replace_value(&entry.value, &tree, entry.place.column as usize + 1);
                }
                (None, Some(tree)) => fresh.push((name.clone(), tree)),
                // What is taken away is not written here but where it was imported from.
                (None, None) => return None,
            }
        }
        if before.meta != vertex.meta {
            let tree = emit::meta(&vertex.meta);
            match item.entry("meta") {
                Some(entry) if tree.is_empty() => self.edits.remove_entry(item, entry)?,
                Some(entry) => {
                    self.edits
                        .replace_value(&entry.value, &tree, entry.place.column as usize + 1)
                }
                None => fresh.push(("meta".to_owned(), tree)),
            }
        }
        if fresh.is_empty() {
            return Some(());
        }
        self.edits.add_entries(item, item.span.end, fresh)
    }
}

/// The items of a list, if there is one.
pub(super) fn items_of(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.shape) {
        Some(Shape::List { items, .. }) => items,
        _ => &[],
    }
}

fn key_of(kind: &str, item: &Node) -> Option<Key> {
    match &item.get("name")?.shape {
        Shape::Scalar { text, .. } => Some(Key::new(kind, text)),
        _ => None,
    }
}
