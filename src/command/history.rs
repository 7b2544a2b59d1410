//! Undo and redo of edits: whole graphs, which are cheap to keep; what changed nothing is not remembered.

use crate::graph::Graph;
use std::sync::Arc;

/// The graphs before and after the present one.
#[derive(Clone, Debug, Default)]
pub struct History {
    now: Arc<Graph>,
    before: Vec<(Arc<Graph>, String)>,
    after: Vec<(Arc<Graph>, String)>,
}

impl History {
    /// Begins with this graph.
    pub fn new(graph: Graph) -> History {
        History {
            now: Arc::new(graph),
            ..History::default()
        }
    }

    /// The present graph.
    pub fn now(&self) -> &Arc<Graph> {
        &self.now
    }

    /// What was done since it was this very graph, in order; nothing if it never was, or that was undone.
    pub fn since(&self, graph: &Arc<Graph>) -> Option<Vec<&str>> {
        if Arc::ptr_eq(&self.now, graph) {
            return Some(Vec::new());
        }
        let was = |(before, _): &(Arc<Graph>, String)| Arc::ptr_eq(before, graph);
        let at = self.before.iter().rposition(was)?;
        Some(self.before[at..].iter().map(|(_, did)| &**did).collect())
    }

    /// A next graph, by what was done; forgets what was undone. False if it changed nothing.
    pub fn push(&mut self, next: Graph, did: impl Into<String>) -> bool {
        if next == *self.now {
            return false;
        }
        let before = std::mem::replace(&mut self.now, Arc::new(next));
        self.before.push((before, did.into()));
        self.after.clear();
        true
    }

    /// Back to the graph before the last edit; says which edit that was, if there is one.
    pub fn undo(&mut self) -> Option<String> {
        let (graph, did) = self.before.pop()?;
        let after = std::mem::replace(&mut self.now, graph);
        self.after.push((after, did.clone()));
        Some(did)
    }

    /// On to the graph that was undone last; says which edit that was, if there is one.
    pub fn redo(&mut self) -> Option<String> {
        let (graph, did) = self.after.pop()?;
        let before = std::mem::replace(&mut self.now, graph);
        self.before.push((before, did.clone()));
        Some(did)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Graph {
        let mut graph = Graph::default();
        graph.name = name.to_owned();
        graph
    }

    #[test]
    fn undo_and_redo_skip_what_changed_nothing() {
        let mut history = History::new(named("a"));
        assert!(!history.push(named("a"), "nothing"));
        assert!(history.push(named("b"), "first"));
        assert!(history.push(named("c"), "second"));
        assert!(!history.push(named("c"), "again"));
        assert_eq!(history.undo().as_deref(), Some("second"));
        assert_eq!(history.now().name, "b");
        assert_eq!(history.undo().as_deref(), Some("first"));
        assert_eq!(history.undo(), None);
        assert_eq!(history.redo().as_deref(), Some("first"));
        assert_eq!(history.now().name, "b");
        let b = history.now().clone();
        assert_eq!(history.since(&b), Some(vec![]));
        assert!(history.push(named("d"), "third"));
        assert_eq!(history.since(&b), Some(vec!["third"]));
        assert_eq!(history.since(&Arc::new(named("b"))), None);
        assert_eq!(history.redo(), None);
        assert_eq!(history.undo().as_deref(), Some("third"));
    }
}
