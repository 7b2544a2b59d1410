//! Saving edges and bindings, and what is dropped of a used file.

use super::edit::Kept;
use super::emit::edge_text;
use super::graph as section;
use super::save::{Saver, drawn, items_of};
use super::tree::Tree;
use super::yaml::Node;
use crate::graph::Key;
use crate::graph::refs::{field_text, ref_text};
use std::collections::BTreeSet;

impl Saver<'_> {
    /// Items whose edges all stay are kept; of the others what is left is written again, and new ones come last.
    pub(super) fn edges(&mut self, root: &Node) -> Option<()> {
        let wanted = drawn(self.graph);
        let mut missing = wanted.clone();
        for (ends, notify) in drawn(&self.document.imported) {
            match wanted.get(&ends) {
                Some(now) if *now || !notify => {
                    let covered = notify || !*now;
                    if covered {
                        missing.remove(&ends);
                    }
                }
                _ if !drawn(&self.document.graph).contains_key(&ends) => {}
                Some(_) => self.drop_edge(&ends, "~>"),
                None => self.drop_edge(&ends, "->"),
            }
        }
        let entry = root.entry("edges");
        let items = items_of(entry.map(|entry| &entry.value));
        let mut kept = Vec::new();
        for item in items {
            let drawn =
                section::edge_item(&mut self.ctx, &self.document.graph, &BTreeSet::new(), item);
            let holds = |(a, b, notify): &(Key, Key, bool)| {
                let now = wanted.get(&(a.clone(), b.clone()));
                now.is_some_and(|now| *now || !notify)
            };
            let all = !drawn.is_empty() && drawn.iter().all(holds);
            let mut left = Vec::new();
            for (a, b, notify) in drawn {
                let ends = (a, b);
                let Some(now) = wanted.get(&ends) else {
                    continue;
                };
                if all && *now && !notify {
                    continue;
                }
                if missing.remove(&ends).is_some() && !all {
                    left.push(edge_text(&ends.0, &ends.1, *now));
                }
            }
            kept.push(if all {
                Kept::Same
            } else if left.is_empty() {
                Kept::Gone
            } else {
                Kept::Instead(left.iter().map(Tree::text).collect())
            });
        }
        let more = missing
            .iter()
            .map(|((a, b), notify)| Tree::text(edge_text(a, b, *notify)));
        self.section(root, "edges", &kept, more.collect())
    }

    /// An imported edge that is gone, unless an end of it is gone too and takes it along.
    fn drop_edge(&mut self, (from, to): &(Key, Key), arrow: &str) {
        if [from, to]
            .iter()
            .all(|key| self.graph.vertices().contains_key(*key))
        {
            let text = format!("{} {arrow} {}", ref_text(from), ref_text(to));
            self.dropped.push(text);
        }
    }

    /// Items whose binding stays are kept, the others taken out, and new ones come last.
    pub(super) fn bindings(&mut self, root: &Node) -> Option<()> {
        let mut missing = self.graph.bindings().clone();
        let entry = root.entry("bindings");
        let mut kept = Vec::new();
        for item in items_of(entry.map(|entry| &entry.value)) {
            let bound =
                section::binding_item(&mut self.ctx, &self.document.graph, &BTreeSet::new(), item);
            let ((from, sent), to) = bound?;
            let stays = missing
                .get(&to)
                .is_some_and(|b| b.from == from && b.sent == sent);
            kept.push(if stays { Kept::Same } else { Kept::Gone });
            if stays {
                missing.remove(&to);
            }
        }
        for (end, binding) in self.document.imported.bindings() {
            let now = self.graph.bindings().get(end);
            if now.is_some_and(|now| now.from == binding.from && now.sent == binding.sent) {
                missing.remove(end);
            } else if now.is_none() && self.document.graph.bindings().contains_key(end) {
                let ends = [&binding.from, &end.0];
                if ends
                    .iter()
                    .all(|key| self.graph.vertices().contains_key(*key))
                {
                    let (from, to) = (
                        field_text(&binding.from, &binding.sent),
                        field_text(&end.0, &end.1),
                    );
                    self.dropped.push(format!("{from} -> {to}"));
                }
            }
        }
        let more = missing.iter().map(|((to, field), binding)| {
            let (from, to) = (
                field_text(&binding.from, &binding.sent),
                field_text(to, field),
            );
            Tree::text(format!("{from} -> {to}"))
        });
        self.section(root, "bindings", &kept, more.collect())
    }

    /// What is imported and not wanted any more is added to `drop`.
    pub(super) fn drops(&mut self, root: &Node) -> Option<()> {
        let dropped = std::mem::take(&mut self.dropped);
        let more = dropped.iter().map(Tree::text).collect();
        let kept = items_of(root.get("drop")).iter().map(|_| Kept::Same);
        self.section(root, "drop", &kept.collect::<Vec<_>>(), more)
    }

    fn section(&mut self, root: &Node, key: &str, kept: &[Kept], more: Vec<Tree>) -> Option<()> {
        match root.entry(key) {
            Some(entry) => self.edits.list(&entry.value, entry.span.end, kept, more),
            None if more.is_empty() => Some(()),
            None => self.edits.append(key, &Tree::List(more)),
        }
    }
}
