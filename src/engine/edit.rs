//! A new graph under a running engine.
//!
//! - G1 Vertices match by `kind[name]`. Same params: everything survives. A touched vertex that runs finishes first; its outcome counts for
//!   its debt, and its drift is checked anew. A vertex removed while it runs pays nobody.
//! - G2 That the graph is whole has been seen to before; see [`crate::graph::Draft`].
//! - N7 What becomes of what is remembered of it: see `gone`.

use super::Engine;
use super::event::{Dirt, What};
use super::gone::Gone;
use super::io::VertexId;
use super::net::Net;
use super::state::{
    BUSY, DIRTY, FAILED, Flags, GONE, Mode, Node, Outcome, PENDING, Phase, SETTLED, STARVED,
};
use crate::graph::{Graph, Key, Meta, Vertex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Engine {
    pub(super) fn replace_graph(&mut self, graph: Arc<Graph>, renamed: &Renamed) {
        let old = std::mem::replace(&mut self.graph, graph.clone());
        let first = old.vertices().is_empty() && self.mode == Mode::Idle;
        if !first {
            self.say_if_unspoken(|| "edit".into());
            self.tell_edit(&old, &graph, renamed);
        }
        let mut before = if first {
            Gone::default()
        } else {
            self.gone_from(&old)
        };
        self.carry_names(renamed, &mut before);
        let index = self.match_vertices(&graph);
        let kept: BTreeSet<VertexId> = index.values().copied().collect();
        let known: Vec<VertexId> = self.net.index.values().copied().collect();
        known
            .into_iter()
            .filter(|v| !kept.contains(v))
            .for_each(|v| self.remove(v));
        self.net = Net::of(&graph, self.options.catalog, index, self.nodes.len());
        self.touch(&graph);
        let all: Vec<VertexId> = self.net.index.values().copied().collect();
        all.into_iter().for_each(|v| self.owe_for_acts(v));
        for (_, to) in renamed {
            // Its name may be what it is about.
            if let Some(v) = self.net.index.get(to).copied() {
                self.params_changed(v, true);
            }
        }
        self.drop_unbound();
        self.ask_for_outputs();
        self.recount();
        if !first {
            self.drop_newly_gone(&before);
        }
        self.stirred = true;
    }

    /// Says what an edit changed; what follows has it as its cause. A renamed vertex is the same one, and has changed.
    fn tell_edit(&mut self, old: &Graph, new: &Graph, renamed: &Renamed) {
        let (added, changed, removed) = match renamed {
            [] => unlike(old, new),
            _ => unlike_renamed(old, new, renamed),
        };
        let cause = self.input_event;
        self.input_event = self.event(
            None,
            What::Edited {
                added,
                changed,
                removed,
            },
            cause,
        );
    }

    /// The id of every vertex of the new graph: its old one, or a new one.
    fn match_vertices(&mut self, graph: &Graph) -> BTreeMap<Key, VertexId> {
        let before = std::mem::take(&mut self.net.index);
        let mut olds = before.iter().peekable();
        let mut index = Vec::with_capacity(graph.vertices().len());
        for (key, vertex) in graph.vertices() {
            // Both are in order of name.
            while olds.next_if(|(old, _)| *old < key).is_some() {}
            let v = match olds.next_if(|(old, _)| *old == key) {
                Some((_, v)) => *v,
                None => match self.ghost_of(key) {
                    Some(v) => self.come_alive(v),
                    None => self.add(key, vertex),
                },
            };
            index.push((key.clone(), v));
        }
        self.net.index = before;
        index.into_iter().collect()
    }

    fn ghost_of(&self, key: &Key) -> Option<VertexId> {
        self.ghosts
            .iter()
            .copied()
            .find(|v| self.node(*v).key == *key)
    }

    /// A vertex that was removed while it ran is back before its attempt ended: it is that one, checked anew afterwards.
    fn come_alive(&mut self, v: VertexId) -> VertexId {
        self.ghosts.remove(&v);
        self.clear(v, GONE);
        self.node_mut(v).again = Some(Dirt::Params);
        self.trip_mut(v).stale = true;
        v
    }

    fn add(&mut self, key: &Key, vertex: &Vertex) -> VertexId {
        let v = VertexId(self.nodes.len() as u32);
        let mut node = Node::new(key.clone(), vertex.params.clone(), &vertex.meta);
        node.debt = self.remembered.debts.contains_key(key);
        node.cause = self.input_event;
        self.nodes.push(node);
        self.flags.push(Flags(DIRTY));
        self.unsettled.push(0);
        self.gates.push(super::Seq(0));
        v
    }

    pub(super) fn remove(&mut self, v: VertexId) {
        self.unwatch(v);
        self.alarms.clear_all(v);
        match self.node(v).phase {
            Phase::Delayed => self.end_delay(v),
            Phase::Asking => self.stop_asking(v),
            Phase::Arming => {
                self.arming -= 1;
                self.clear(v, BUSY);
                self.node_mut(v).phase = Phase::Idle;
            }
            _ => {}
        }
        if self.has(v, BUSY) {
            self.ghosts.insert(v);
            // What its check finds is nobody's to mend any more.
            self.trip_mut(v).stale = true;
        }
        self.node_mut(v).debt = false;
        self.set_outcome(v, Outcome::New);
        self.failed.remove(&v);
        self.starved.remove(&v);
        self.held.remove(&v);
        self.breaks.remove(&v);
        self.disown(v);
        self.set(v, GONE);
        self.refresh_pending(v);
    }

    /// Takes over params and meta; what changed is dirty.
    fn touch(&mut self, graph: &Graph) {
        // Its ids are those of this graph's vertices, in the same order.
        let all: Vec<VertexId> = self.net.index.values().copied().collect();
        for (vertex, v) in graph.vertices().values().zip(all) {
            let node = self.node_mut(v);
            let params_changed =
                !Arc::ptr_eq(&node.params, &vertex.params) && node.params != vertex.params;
            let standard = Meta::default();
            let meta_changed = node.meta.as_deref().unwrap_or(&standard) != &vertex.meta;
            node.params = vertex.params.clone();
            if meta_changed {
                node.meta = Node::own_meta(&vertex.meta);
            }
            if meta_changed {
                self.end_poll(v);
            }
            if params_changed || meta_changed {
                self.params_changed(v, params_changed);
            }
        }
    }

    fn params_changed(&mut self, v: VertexId, params: bool) {
        if params {
            if let Some(inbox) = self.node_mut(v).inbox.as_mut() {
                inbox.merged = None;
            }
            let cause = self.input_event;
            self.drop_memo(v, cause);
            self.watch_anew(v);
            self.disown(v);
        }
        self.forget_changes();
        let cause = self.input_event;
        self.dirty(v, Dirt::Params, cause);
    }

    /// Values that were received along bindings that are gone no longer count.
    fn drop_unbound(&mut self) {
        for v in self.net.index.values().copied().collect::<Vec<_>>() {
            let bound: std::collections::BTreeSet<_> = self
                .net
                .binds_in
                .row(v)
                .iter()
                .map(|bind| self.net.binds[*bind as usize].into.clone())
                .collect();
            let Some(inbox) = self.node_mut(v).inbox.as_mut() else {
                continue;
            };
            let before = inbox.values.len();
            inbox.values.retain(|into, _| bound.contains(into));
            inbox.changed.retain(|into| bound.contains(into));
            inbox.fresh.retain(|into| bound.contains(into));
            if inbox.values.len() != before {
                inbox.merged = None;
                let cause = self.input_event;
                self.drop_memo(v, cause);
                self.dirty(v, Dirt::Params, cause);
            }
        }
    }

    /// Counts unsettled predecessors anew, and looks at everything: edges may have come or gone.
    fn recount(&mut self) {
        self.unsettled.iter_mut().for_each(|count| *count = 0);
        let all: Vec<VertexId> = self.net.index.values().copied().collect();
        // Nobody is settled until counted so: handing a value over on the way must not count below it twice.
        all.iter().for_each(|v| self.clear(*v, SETTLED));
        let mut ordered = Vec::with_capacity(all.len());
        let mut parents: Vec<u32> = vec![0; self.nodes.len()];
        for v in &all {
            self.net
                .succ
                .row(*v)
                .iter()
                .for_each(|s| parents[s.0 as usize] += 1);
        }
        let mut open: Vec<VertexId> = all
            .iter()
            .copied()
            .filter(|v| parents[v.0 as usize] == 0)
            .collect();
        while let Some(v) = open.pop() {
            ordered.push(v);
            for s in self.net.succ.row(v) {
                parents[s.0 as usize] -= 1;
                if parents[s.0 as usize] == 0 {
                    open.push(*s);
                }
            }
        }
        for v in ordered {
            self.refresh_pending(v);
            self.clear(v, STARVED);
            self.starved.remove(&v);
            let quiet = !self.has(v, DIRTY | BUSY | FAILED | PENDING);
            if quiet && self.unsettled[v.0 as usize] == 0 && self.starved_by(v).is_none() {
                self.set(v, SETTLED);
                self.publish(v);
            } else {
                self.clear(v, SETTLED);
                // A binding of it may be new.
                self.node_mut(v).unsent = true;
            }
            let (settled, gate) = (self.has(v, SETTLED), self.gates[v.0 as usize]);
            for s in self.net.succ.row(v) {
                self.unsettled[s.0 as usize] += u32::from(!settled);
                self.gates[s.0 as usize] = self.gates[s.0 as usize].max(gate);
            }
            self.arrivals.push(v);
        }
        self.arrivals.reverse();
        self.keep_line();
        if self.mode == Mode::Idle {
            self.arrivals.clear();
        }
    }

    /// Who stands in line and may still start keeps its place, in the order of the new graph's names (rule O1).
    fn keep_line(&mut self) {
        let waited = self.semaphores.dismiss();
        let line = std::mem::take(&mut self.ready).into_iter().chain(waited);
        for (since, _, v) in line.collect::<Vec<_>>() {
            let could = self.unsettled[v.0 as usize] == 0
                && self.has(v, DIRTY | PENDING)
                && !self.has(v, BUSY | GONE | FAILED)
                && self.starved_by(v).is_none();
            self.node_mut(v).queued = could;
            if could {
                self.ready.insert((since, self.net.rank[v.0 as usize], v));
            }
        }
    }
}

/// Old and new names, in the order in which they were given.
type Renamed = [(Key, Key)];

/// What a vertex is called after all of these.
fn name_now<'a>(was: &'a Key, renamed: &'a Renamed) -> &'a Key {
    let steps = renamed.iter();
    steps.fold(was, |was, (from, to)| if was == from { to } else { was })
}

/// How many vertices were added, changed and removed from one graph to another, both in order of name.
fn unlike(old: &Graph, new: &Graph) -> (usize, usize, usize) {
    let mut olds = old.vertices().iter().peekable();
    let (mut kept, mut changed) = (0, 0);
    for (key, vertex) in new.vertices() {
        while olds.next_if(|(was, _)| *was < key).is_some() {}
        if let Some((_, was)) = olds.next_if(|(was, _)| *was == key) {
            kept += 1;
            changed += usize::from(!is_same(was, vertex));
        }
    }
    (
        new.vertices().len() - kept,
        changed,
        old.vertices().len() - kept,
    )
}

/// The same where vertices have another name: a renamed one is the same one, and has changed.
fn unlike_renamed(old: &Graph, new: &Graph, renamed: &Renamed) -> (usize, usize, usize) {
    let olds = old.vertices().keys();
    let names = olds.map(|was| (name_now(was, renamed), was));
    // Where two come to one name, it is the renamed one's.
    let (others, same): (Vec<_>, Vec<_>) = names.partition(|(now, was)| now != was);
    let stays = |(now, _): &(&Key, &Key)| new.vertex(now).is_some();
    let kept: BTreeMap<&Key, &Key> = same.into_iter().chain(others).filter(stays).collect();
    let stands = |now, was| {
        new.vertex(now)
            .zip(old.vertex(was))
            .is_some_and(|(a, b)| is_same(a, b))
    };
    let changed = kept
        .iter()
        .filter(|(now, was)| now != was || !stands(now, was));
    let changed = changed.count();
    let added = new.vertices().len() - kept.len();
    let removed = old.vertices().len() - kept.len();
    (added, changed, removed)
}

fn is_same(a: &Vertex, b: &Vertex) -> bool {
    (Arc::ptr_eq(&a.params, &b.params) || a.params == b.params) && a.meta == b.meta
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::small::Small;
    use crate::graph::Draft;

    /// A graph of these vertices, each with how often it is tried again.
    fn graph(vertices: &[(&str, i64)]) -> Graph {
        let mut draft = Draft::new("g");
        for (name, retry) in vertices {
            let (key, at) = (Key::new("it", name), Default::default());
            let meta = Meta {
                retry: *retry,
                ..Meta::default()
            };
            draft.add(&Small, key.clone(), at).unwrap();
            draft.set_meta(&key, meta, at).unwrap();
        }
        draft.graph().clone()
    }

    #[test]
    fn an_edit_is_counted_side_by_side_as_by_name() {
        let all = [
            graph(&[]),
            graph(&[("a", 0), ("c", 1), ("e", 0)]),
            graph(&[("a", 1), ("b", 0), ("c", 1), ("f", 0)]),
            graph(&[("d", 0)]),
        ];
        for old in &all {
            for new in &all {
                assert_eq!(unlike(old, new), unlike_renamed(old, new, &[]));
            }
        }
        assert_eq!(unlike(&all[1], &all[2]), (2, 1, 1));
    }
}
