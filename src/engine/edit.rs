//! A new graph under a running engine.
//!
//! - G1 Vertices match by `kind[name]`. Same params: everything survives. A touched vertex that runs finishes first; its outcome counts for
//!   its debt, and its drift is checked anew. A vertex removed while it runs pays nobody.
//! - G2 That the graph is whole has been seen to before; see [`crate::graph::Draft`].
//! - N7 Pending notifications of edges that stay are kept, also when params of an end changed; those of edges that go are dropped, with
//!   an event. A rename carries debts and pending along.

use super::Engine;
use super::debt::{Line, Record, Source};
use super::event::{Dirt, What};
use super::io::VertexId;
use super::leftovers::Gone;
use super::net::Net;
use super::state::{BUSY, DIRTY, Flags, GONE, Mode, Node, Outcome, Phase, SETTLED, STARVED};
use crate::graph::{Graph, Key, Vertex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Engine {
    pub(super) fn replace_graph(&mut self, graph: Arc<Graph>, renamed: &[(Key, Key)]) {
        let old = std::mem::replace(&mut self.graph, graph.clone());
        let first = old.vertices().is_empty();
        if !first {
            self.tell_edit(&old, &graph);
        }
        self.carry_names(renamed);
        let before = if first {
            Gone::default()
        } else {
            self.gone_from(&old)
        };
        let ghosts = self.ghosts.clone();
        let index = self.match_vertices(&graph);
        let kept: BTreeSet<VertexId> = index.values().copied().collect();
        let known: Vec<VertexId> = self.net.index.values().copied().collect();
        known
            .into_iter()
            .filter(|v| !kept.contains(v))
            .for_each(|v| self.remove(v));
        self.net = Net::of(&graph, self.options.catalog, index, self.nodes.len());
        self.touch(&graph);
        for v in ghosts {
            if !self.has(v, GONE) {
                self.owe_anew(v);
            }
        }
        for (_, to) in renamed {
            // Its name may be what it is about.
            if let Some(v) = self.net.index.get(to).copied() {
                self.params_changed(v, true);
            }
        }
        self.drop_unbound();
        self.recount();
        if !first {
            self.drop_newly_gone(&before);
        }
        self.stirred = true;
    }

    /// Says what an edit changed; what follows has it as its cause.
    fn tell_edit(&mut self, old: &Graph, new: &Graph) {
        let added = new
            .vertices()
            .keys()
            .filter(|key| old.vertex(key).is_none())
            .count();
        let removed = old
            .vertices()
            .keys()
            .filter(|key| new.vertex(key).is_none())
            .count();
        let differs = |(key, vertex): &(&Key, &Vertex)| {
            old.vertex(key)
                .is_some_and(|old| old.params != vertex.params || old.meta != vertex.meta)
        };
        let changed = new.vertices().iter().filter(differs).count();
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

    /// A renamed vertex is the same one under another key.
    fn carry_names(&mut self, renamed: &[(Key, Key)]) {
        for (from, to) in renamed {
            if let Some(v) = self.net.index.remove(from) {
                self.net.index.insert(to.clone(), v);
                self.node_mut(v).key = to.clone();
            }
            let known = self.remembered.debts.contains_key(from)
                || self.remembered.kept.contains_key(from)
                || self.remembered.lines.keys().any(|line| touches(line, from));
            if known {
                let cause = self.input_event;
                self.record(
                    Record::Renamed {
                        from: from.clone(),
                        to: to.clone(),
                    },
                    None,
                    cause,
                );
            }
        }
    }

    /// The id of every vertex of the new graph: its old one, or a new one.
    fn match_vertices(&mut self, graph: &Graph) -> BTreeMap<Key, VertexId> {
        let mut index = BTreeMap::new();
        for (key, vertex) in graph.vertices() {
            let v = match self.net.index.get(key) {
                Some(v) => *v,
                None => match self.ghost_of(key) {
                    Some(v) => self.come_alive(v),
                    None => self.add(key, vertex),
                },
            };
            index.insert(key.clone(), v);
        }
        index
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

    /// What acts though its debt went with the vertex takes a new one.
    fn owe_anew(&mut self, v: VertexId) {
        if matches!(
            self.node(v).phase,
            Phase::Applying | Phase::Refreshing | Phase::Stuck
        ) {
            self.node_mut(v).debt = false;
            self.owe(v);
            self.trip_mut(v).took_debt = false;
        }
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

    fn remove(&mut self, v: VertexId) {
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
        }
        self.node_mut(v).debt = false;
        self.set_outcome(v, Outcome::New);
        self.failed.remove(&v);
        self.starved.remove(&v);
        self.held.remove(&v);
        self.breaks.remove(&v);
        self.owners.retain(|_, owner| *owner != v);
        self.set(v, GONE);
        self.refresh_pending(v);
    }

    /// Takes over params and meta; what changed is dirty.
    fn touch(&mut self, graph: &Graph) {
        let index: Vec<(Key, VertexId)> = self
            .net
            .index
            .iter()
            .map(|(key, v)| (key.clone(), *v))
            .collect();
        for (key, v) in index {
            let Some(vertex) = graph.vertex(&key) else {
                continue;
            };
            let fresh = Node::new(key, vertex.params.clone(), &vertex.meta);
            let node = self.node_mut(v);
            let params_changed = node.params != fresh.params;
            let meta_changed = node.meta != fresh.meta;
            node.params = fresh.params;
            node.meta = fresh.meta;
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
            let quiet = !self.has(
                v,
                DIRTY | BUSY | super::state::FAILED | super::state::PENDING,
            );
            if quiet && self.unsettled[v.0 as usize] == 0 && self.starved_by(v).is_none() {
                self.set(v, SETTLED);
                self.republish(v);
            } else {
                self.clear(v, SETTLED);
            }
            let (settled, gate) = (self.has(v, SETTLED), self.gates[v.0 as usize]);
            for s in self.net.succ.row(v) {
                self.unsettled[s.0 as usize] += u32::from(!settled);
                self.gates[s.0 as usize] = self.gates[s.0 as usize].max(gate);
            }
            self.arrivals.push(v);
        }
        self.arrivals.reverse();
        let queued: Vec<_> = std::mem::take(&mut self.ready).into_iter().collect();
        queued
            .into_iter()
            .for_each(|(_, _, v)| self.node_mut(v).queued = false);
        if self.mode == Mode::Idle {
            self.arrivals.clear();
        }
    }

    /// A settled sender hands new receivers what it sends.
    fn republish(&mut self, v: VertexId) {
        if self.node(v).sends.is_some() {
            self.publish(v);
        }
    }
}

fn touches((source, to): &Line, key: &Key) -> bool {
    to == key || matches!(source, Source::Vertex(from) if from == key)
}
