//! The graph as the engine walks it: flat arrays by vertex, made anew when the graph is edited.

use super::io::VertexId;
use crate::graph::{Catalog, FieldPath, Graph, Key};
use crate::value::Hears;
use std::collections::BTreeMap;

/// Lists by vertex, one after the other in one allocation.
#[derive(Clone, Debug)]
pub(super) struct Rows<T> {
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows {
            starts: Vec::new(),
            items: Vec::new(),
        }
    }
}

impl<T: Copy> Rows<T> {
    fn of(rows: usize, mut pairs: Vec<(u32, T)>) -> Rows<T> {
        pairs.sort_by_key(|(row, _)| *row);
        let mut starts = vec![0; rows + 1];
        pairs
            .iter()
            .for_each(|(row, _)| starts[*row as usize + 1] += 1);
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        Rows {
            starts,
            items: pairs.into_iter().map(|(_, item)| item).collect(),
        }
    }

    /// The list of one vertex.
    pub fn row(&self, vertex: VertexId) -> &[T] {
        let row = vertex.0 as usize;
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(from), Some(to)) => &self.items[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// The bounds of one vertex's list, for walks during which the engine changes.
    pub fn range(&self, vertex: VertexId) -> std::ops::Range<usize> {
        let row = vertex.0 as usize;
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }

    /// One item, by its place in all lists together.
    pub fn item(&self, at: usize) -> T {
        self.items[at]
    }
}

/// A notify edge to a kind that hears, as an index into [`Net::lines`].
pub(super) type LineId = u32;
/// A binding, as an index into [`Net::binds`].
pub(super) type BindId = u32;

/// One binding.
#[derive(Clone, Debug)]
pub(super) struct Bind {
    pub from: VertexId,
    pub sent: FieldPath,
    pub to: VertexId,
    pub into: FieldPath,
}

/// The graph's shape. Vertices keep their ids through edits; `rank` orders them by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Net {
    pub index: BTreeMap<Key, VertexId>,
    pub rank: Vec<u32>,
    pub succ: Rows<VertexId>,
    pub pred: Rows<VertexId>,
    pub lines: Vec<(VertexId, VertexId)>,
    pub lines_out: Rows<LineId>,
    pub lines_in: Rows<LineId>,
    pub binds: Vec<Bind>,
    pub binds_out: Rows<BindId>,
    pub binds_in: Rows<BindId>,
}

impl Net {
    /// The shape of `graph`, whose vertices have these ids below `rows`.
    pub fn of(
        graph: &Graph,
        catalog: &dyn Catalog,
        index: BTreeMap<Key, VertexId>,
        rows: usize,
    ) -> Net {
        let mut rank = vec![u32::MAX; rows];
        for (place, id) in index.values().enumerate() {
            rank[id.0 as usize] = place as u32;
        }
        let hears = |key: &Key| {
            catalog
                .schema(key.kind())
                .is_some_and(|schema| schema.hears != Hears::Nothing)
        };
        let (mut succ, mut pred) = (Vec::new(), Vec::new());
        let (mut lines, mut lines_out, mut lines_in) = (Vec::new(), Vec::new(), Vec::new());
        let mut senders = index.iter().peekable();
        for ((from, to), edge) in graph.edges() {
            // Both are in order of name.
            while senders.next_if(|(key, _)| *key < from).is_some() {}
            let a = senders.peek().filter(|(key, _)| *key == from);
            let (Some((_, a)), Some(b)) = (a.copied(), index.get(to)) else {
                continue;
            };
            succ.push((a.0, *b));
            pred.push((b.0, *a));
            if edge.notify.is_some() && hears(to) {
                lines_out.push((a.0, lines.len() as u32));
                lines_in.push((b.0, lines.len() as u32));
                lines.push((*a, *b));
            }
        }
        let (mut binds, mut binds_out, mut binds_in) = (Vec::new(), Vec::new(), Vec::new());
        for ((to, into), binding) in graph.bindings() {
            let (Some(a), Some(b)) = (index.get(&binding.from), index.get(to)) else {
                continue;
            };
            binds_out.push((a.0, binds.len() as u32));
            binds_in.push((b.0, binds.len() as u32));
            binds.push(Bind {
                from: *a,
                sent: binding.sent.clone(),
                to: *b,
                into: into.clone(),
            });
        }
        Net {
            rank,
            succ: Rows::of(rows, succ),
            pred: Rows::of(rows, pred),
            lines,
            lines_out: Rows::of(rows, lines_out),
            lines_in: Rows::of(rows, lines_in),
            binds,
            binds_out: Rows::of(rows, binds_out),
            binds_in: Rows::of(rows, binds_in),
            index,
        }
    }
}
