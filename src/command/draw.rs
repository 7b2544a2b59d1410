//! The graph as a picture: a tree for a terminal, dot and mermaid for other tools, JSON for programs.

use super::json;
use super::written::arrow;
use crate::engine::Status;
use crate::graph::{Edge, FieldPath, Graph, Key};
use crate::trace::{VertexView, View};
use crate::value::sanitise;
use std::collections::{BTreeMap, BTreeSet};

/// How a graph is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// Indented lines.
    #[default]
    Tree,
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
    /// JSON, format 1.
    Json,
}

impl Format {
    /// Every format, with its word.
    pub const ALL: [(&'static str, Format); 4] = [
        ("tree", Format::Tree),
        ("dot", Format::Dot),
        ("mermaid", Format::Mermaid),
        ("json", Format::Json),
    ];

    /// The format of this word.
    pub fn find(word: &str) -> Option<Format> {
        let found = Format::ALL.into_iter().find(|(name, _)| *name == word);
        found.map(|(_, format)| format)
    }
}

/// Draws a graph; with a view also what became of each vertex. Ends with a newline.
pub fn draw(graph: &Graph, view: Option<&View>, format: Format) -> String {
    match format {
        Format::Tree => tree(graph, view),
        Format::Dot => dot(graph, view),
        Format::Mermaid => mermaid(graph, view),
        Format::Json => format!("{:#}\n", json::graph(graph, view)),
    }
}

/// The status word of a vertex and its marks: `changed, dirty`; empty without a view.
fn state(view: Option<&View>, key: &Key) -> String {
    let Some(vertex) = view.and_then(|view| view.vertices.get(key)) else {
        return String::new();
    };
    state_words(vertex).join(", ")
}

fn state_words(vertex: &VertexView) -> Vec<&'static str> {
    let marks = [
        (vertex.dirty, "dirty"),
        (!vertex.pending.is_empty(), "pending"),
    ];
    let marks = marks
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, word)| word);
    vertex
        .status
        .map(Status::word)
        .into_iter()
        .chain(marks)
        .collect()
}

/// The values that flow from one vertex to another: what is sent, and into which field.
type Flows<'a> = BTreeMap<(&'a Key, &'a Key), Vec<(&'a FieldPath, &'a FieldPath)>>;

fn flows(graph: &Graph) -> Flows<'_> {
    let mut flows: Flows = BTreeMap::new();
    for ((to, field), binding) in graph.bindings() {
        let ends = (&binding.from, to);
        flows.entry(ends).or_default().push((&binding.sent, field));
    }
    flows
}

/// Vertices below those that they come after. One with several predecessors is told in full below the first of them.
fn tree(graph: &Graph, view: Option<&View>) -> String {
    let flows = flows(graph);
    let mut below: BTreeMap<&Key, Vec<(&Key, &Edge)>> = BTreeMap::new();
    let mut has_parent: BTreeSet<&Key> = BTreeSet::new();
    for ((from, to), edge) in graph.edges() {
        below.entry(from).or_default().push((to, edge));
        has_parent.insert(to);
    }
    let mut text = format!("graph {}\n", sanitise(&graph.name));
    let mut told: BTreeSet<&Key> = BTreeSet::new();
    let roots = graph
        .vertices()
        .keys()
        .filter(|key| !has_parent.contains(key));
    let mut open: Vec<(usize, &Key, String)> = roots.map(|key| (0, key, String::new())).collect();
    open.reverse();
    while let Some((depth, key, relation)) = open.pop() {
        let first = told.insert(key);
        let children = below.get(key).map_or(&[][..], Vec::as_slice);
        let again = match first {
            true => state(view, key),
            false if children.is_empty() => state(view, key),
            false => "see above".to_owned(),
        };
        let gap = if again.is_empty() { "" } else { "  " };
        let (arrow, values) = relation.split_once('\n').unwrap_or_default();
        text.push_str(&format!(
            "{:indent$}{arrow}{key}{values}{gap}{again}\n",
            "",
            indent = depth * 2
        ));
        if first {
            let child = |(to, edge): &(&'_ Key, &Edge)| relation_text(edge, flows.get(&(key, *to)));
            let children: Vec<_> = children
                .iter()
                .map(|pair| (depth + 1, pair.0, child(pair)))
                .collect();
            open.extend(children.into_iter().rev());
        }
    }
    text
}

/// What leads to a vertex, before and after its name: `~> `, and ` (password -> content)`.
fn relation_text(edge: &Edge, values: Option<&Vec<(&FieldPath, &FieldPath)>>) -> String {
    let values: Vec<String> = values
        .into_iter()
        .flatten()
        .map(|(sent, into)| {
            format!(
                "{} -> {}",
                sanitise(&sent.to_string()),
                sanitise(&into.to_string())
            )
        })
        .collect();
    let values = match values.is_empty() {
        true => String::new(),
        false => format!("  ({})", values.join(", ")),
    };
    format!("{} \n{values}", arrow(edge).unwrap_or("->"))
}

fn dot(graph: &Graph, view: Option<&View>) -> String {
    let mut text = format!(
        "digraph {} {{\n  node [shape=box];\n",
        dot_text(&[&graph.name])
    );
    for key in graph.vertices().keys() {
        let (name, state) = (key.to_string(), state(view, key));
        let label = match state.is_empty() {
            true => dot_text(&[&name]),
            false => dot_text(&[&name, &state]),
        };
        text.push_str(&format!("  {} [label={label}];\n", dot_text(&[&name])));
    }
    for ((from, to), edge) in graph.edges() {
        let style = match arrow(edge) {
            Some("~>") => " [style=dashed, label=\"notifies\"]",
            Some(_) => "",
            None => continue,
        };
        text.push_str(&format!("  {} -> {}{style};\n", dot_key(from), dot_key(to)));
    }
    for ((to, field), binding) in graph.bindings() {
        let label = dot_text(&[&format!("{} -> {field}", binding.sent)]);
        text.push_str(&format!(
            "  {} -> {} [color=blue, label={label}];\n",
            dot_key(&binding.from),
            dot_key(to)
        ));
    }
    text + "}\n"
}

fn dot_key(key: &Key) -> String {
    dot_text(&[&key.to_string()])
}

/// Lines as a quoted string of dot.
fn dot_text(lines: &[&str]) -> String {
    let escaped = lines
        .iter()
        .map(|line| sanitise(line).replace('\\', "\\\\").replace('"', "\\\""));
    format!("\"{}\"", escaped.collect::<Vec<_>>().join("\\n"))
}

fn mermaid(graph: &Graph, view: Option<&View>) -> String {
    let mut text = "flowchart TD\n".to_owned();
    let ids: BTreeMap<&Key, usize> = graph.vertices().keys().zip(0..).collect();
    let id = |key: &Key| ids.get(key).map_or_else(String::new, |n| format!("n{n}"));
    for key in graph.vertices().keys() {
        let state = state(view, key);
        let gap = if state.is_empty() { "" } else { "<br/>" };
        let name = mermaid_text(&key.to_string());
        text.push_str(&format!("  {}[\"{name}{gap}{state}\"]\n", id(key)));
    }
    for ((from, to), edge) in graph.edges() {
        let line = match arrow(edge) {
            Some("~>") => "-. notifies .->",
            Some(_) => "-->",
            None => continue,
        };
        text.push_str(&format!("  {} {line} {}\n", id(from), id(to)));
    }
    for ((to, field), binding) in graph.bindings() {
        let label = mermaid_text(&format!("{} -> {field}", binding.sent));
        text.push_str(&format!(
            "  {} == \"{label}\" ==> {}\n",
            id(&binding.from),
            id(to)
        ));
    }
    text
}

/// Text in mermaid's quotes: what it or a browser would act on becomes an entity.
fn mermaid_text(text: &str) -> String {
    let mut out = String::new();
    for c in sanitise(text).chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' => out.push_str(&format!("#{};", c as u32)),
            c => out.push(c),
        }
    }
    out
}
