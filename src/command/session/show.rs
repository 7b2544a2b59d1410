//! `show`: vertices as they are written, with what they receive and send.

use super::ask::lines_or;
use crate::command::help::table;
use crate::command::written::{self, arrow};
use crate::graph::{FieldPath, Graph, Key, Vertex};
use crate::kind::{Kinds, Sends};
use crate::value::{MASK, Value, sanitise};
use std::collections::BTreeMap;

/// How much of a value is shown.
const SHOWN: usize = 120;

/// The whole graph as the lines that would build it.
pub(super) fn whole(graph: &Graph) -> String {
    lines_or(
        &written::lines(graph, &Kinds),
        "the graph is empty: `add KIND NAME` begins one",
    )
}

/// One vertex: status, params, received values, edges, how it is run, what it sends.
pub(super) fn vertex(
    graph: &Graph,
    key: &Key,
    status: &str,
    received: &BTreeMap<FieldPath, Value>,
    sends: Option<&Sends>,
) -> String {
    let Some(vertex) = graph.vertex(key) else {
        return String::new();
    };
    let mut rows = params(key, vertex);
    rows.extend(bound(graph, key, vertex, received));
    rows.extend(
        written::meta(&vertex.meta)
            .into_iter()
            .map(|(name, text)| vec![name, text]),
    );
    rows.extend(edges(graph, key));
    rows.extend(sent(graph, key, vertex, sends));
    format!("{key}  {status}\n{}", table(rows, "  "))
}

fn params(key: &Key, vertex: &Vertex) -> Vec<Vec<String>> {
    let all = written::settings(key, vertex, &Kinds).into_iter();
    let params = all.filter(|(path, _)| !path.starts_with("meta."));
    let row = |(path, text): (String, String)| {
        let text = if text == "?" { MASK.to_owned() } else { text };
        vec![path, short(&text)]
    };
    params.map(row).collect()
}

fn bound(
    graph: &Graph,
    key: &Key,
    vertex: &Vertex,
    received: &BTreeMap<FieldPath, Value>,
) -> Vec<Vec<String>> {
    let row = |(path, binding): (&FieldPath, &crate::graph::Binding)| {
        let value = match received.get(path) {
            None => "nothing received yet".to_owned(),
            Some(value) => masked(value, vertex.meta.sensitive),
        };
        let from = format!("{}.{}", binding.from, binding.sent);
        vec![
            path.to_string(),
            format!("from {}: {value}", sanitise(&from)),
        ]
    };
    graph.received_by(key).map(row).collect()
}

fn edges(graph: &Graph, key: &Key) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for ((from, to), edge) in graph.edges() {
        let arrow = arrow(edge);
        let how = match arrow {
            Some("~>") => " ~>, notifies",
            Some(_) => " ->",
            None => " by a binding",
        };
        if to == key {
            rows.push(vec!["after".to_owned(), format!("{from}{how}")]);
        } else if from == key {
            rows.push(vec!["before".to_owned(), format!("{to}{how}")]);
        }
    }
    rows.sort();
    rows
}

fn sent(graph: &Graph, key: &Key, vertex: &Vertex, sends: Option<&Sends>) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (name, value) in sends.into_iter().flatten() {
        let value = masked(value, vertex.meta.sensitive);
        rows.push(vec!["sends".to_owned(), format!("{name} = {value}")]);
    }
    for ((to, field), binding) in graph.bindings() {
        if binding.from == *key {
            let line = format!("{} -> {to}.{field}", binding.sent);
            rows.push(vec!["binds".to_owned(), sanitise(&line)]);
        }
    }
    rows
}

fn masked(value: &Value, sensitive: bool) -> String {
    match sensitive {
        true => MASK.to_owned(),
        false => short(&value.to_string()),
    }
}

/// Long text is cut, and says so.
fn short(text: &str) -> String {
    let text = sanitise(text);
    match text.char_indices().nth(SHOWN) {
        None => text,
        Some((at, _)) => format!("{}… ({} characters)", &text[..at], text.chars().count()),
    }
}
