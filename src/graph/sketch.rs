//! A graph that nobody has written: what can be told of one from outside, to be drawn.

use super::{Binding, FieldPath, Graph, Key, Origin, Vertex};
use crate::value::Place;
use petgraph::algo::greedy_feedback_arc_set;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// A line of a sketch, as somebody has seen it used.
#[derive(Clone, PartialEq, Debug)]
pub enum Line {
    /// The first notified the second.
    Notifies(Key, Key),
    /// A value went from one to the other.
    Sends {
        /// The sender.
        from: Key,
        /// What it sent.
        sent: FieldPath,
        /// The receiver.
        to: Key,
        /// What of it received.
        into: FieldPath,
    },
}

impl Line {
    fn ends(&self) -> (&Key, &Key) {
        match self {
            Line::Notifies(from, to) | Line::Sends { from, to, .. } => (from, to),
        }
    }
}

impl Graph {
    /// A sketch: these vertices, and these lines between them. It is **not validated**: no kind is asked, nothing is typed, vertices
    /// have no params, and there may be more to the graph than anybody has seen. It is to be drawn, not to be run. It has no circle,
    /// as no graph has one: of lines that would be one, some are left out.
    pub fn sketch(vertices: impl IntoIterator<Item = Key>, lines: &[Line]) -> Graph {
        let mut graph = Graph::default();
        let ends = lines.iter().flat_map(|line| <[&Key; 2]>::from(line.ends()));
        for key in vertices.into_iter().chain(ends.cloned()) {
            graph.vertices.entry(key).or_insert_with(Vertex::default);
        }
        for line in lines {
            graph.draw(line);
        }
        for ends in closing(&graph) {
            graph.edges.remove(&ends);
            let (from, to) = ends;
            graph
                .bindings
                .retain(|(into, _), binding| (&binding.from, into) != (&from, &to));
        }
        graph
    }

    fn draw(&mut self, line: &Line) {
        let (from, to) = line.ends();
        let edge = self.edges.entry((from.clone(), to.clone())).or_default();
        match line {
            Line::Notifies(..) => {
                edge.order = Some(Origin::Written);
                edge.notify = Some(Origin::Written);
            }
            Line::Sends {
                from,
                sent,
                to,
                into,
            } => {
                edge.order = edge.order.or(Some(Origin::Implied));
                let binding = Binding {
                    from: from.clone(),
                    sent: sent.clone(),
                    origin: Origin::Written,
                    place: Place::default(),
                };
                self.bindings.insert((to.clone(), into.clone()), binding);
            }
        }
    }
}

/// The ends of lines without which there is no circle.
fn closing(graph: &Graph) -> Vec<(Key, Key)> {
    let mut drawn: DiGraph<(), &(Key, Key)> = DiGraph::new();
    let nodes: BTreeMap<&Key, NodeIndex> = graph
        .vertices
        .keys()
        .map(|key| (key, drawn.add_node(())))
        .collect();
    for ends in graph.edges.keys() {
        drawn.add_edge(nodes[&ends.0], nodes[&ends.1], ends);
    }
    let closing = greedy_feedback_arc_set(&drawn);
    closing.map(|edge| (*edge.weight()).clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::find_cycle;
    use proptest::prelude::*;

    fn key(n: usize) -> Key {
        Key::new("noop", n.to_string())
    }

    fn sends(from: usize, to: usize) -> Line {
        Line::Sends {
            from: key(from),
            sent: FieldPath::parse("sent"),
            to: key(to),
            into: FieldPath::parse(&format!("by.{from}")),
        }
    }

    #[test]
    fn lines_bring_their_ends_and_what_they_are() {
        let graph = Graph::sketch([key(9)], &[sends(1, 2), Line::Notifies(key(1), key(2))]);
        let keys: Vec<&Key> = graph.vertices().keys().collect();
        assert_eq!(keys, [&key(1), &key(2), &key(9)]);
        let edge = graph.edges()[&(key(1), key(2))];
        assert_eq!(edge.order, Some(Origin::Written));
        assert_eq!(edge.notify, Some(Origin::Written));
        let only = Graph::sketch([], &[sends(1, 2)]);
        assert_eq!(
            only.edges()[&(key(1), key(2))].order,
            Some(Origin::Implied),
            "the value alone"
        );
        assert_eq!(only.bindings().len(), 1);
    }

    proptest! {
        #[test]
        fn whatever_was_seen_has_no_circle(seen in prop::collection::vec((0usize..6, 0usize..6, any::<bool>()), 0..20)) {
            let line = |(from, to, value): &(usize, usize, bool)| match value {
                true => sends(*from, *to),
                false => Line::Notifies(key(*from), key(*to)),
            };
            let lines: Vec<Line> = seen.iter().map(line).collect();
            let graph = Graph::sketch([], &lines);
            prop_assert_eq!(find_cycle(&graph), None);
            for ((to, _), binding) in graph.bindings() {
                prop_assert!(graph.edges().contains_key(&(binding.from.clone(), to.clone())));
            }
            // What goes from lower to higher numbers alone is whole.
            let up: Vec<Line> = lines.into_iter().filter(|line| line.ends().0 < line.ends().1).collect();
            let whole = Graph::sketch([], &up);
            let has = |(from, to): (&Key, &Key)| whole.edges().contains_key(&(from.clone(), to.clone()));
            prop_assert!(up.iter().all(|line| has(line.ends())));
        }
    }
}
