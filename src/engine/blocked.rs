//! Blocked: what waits for ever, and behind what.
//!
//! - O9 Nothing waits for ever but behind a failure, a value that was never sent, or a sender's noop; each is named when nothing else
//!   moves.
//! - V5 Where nothing else can move, a receiver without its value is blocked by its sender; L5: or held, if the sender's
//!   noop is why.
//!
//! What is behind one vertex is behind all that come after it, so one walk down the graph tells it of all.

use super::Engine;
use super::event::{Block, EventId, What};
use super::flow::Starved;
use super::io::VertexId;
use super::state::{BUSY, FAILED, Outcome, Phase, SETTLED, STARVED};
use crate::graph::Key;
use std::collections::{BTreeMap, BTreeSet};

/// What is before a vertex, near or far, and keeps it: the first of each sort in order of name.
#[derive(Clone, Copy, Default)]
struct Before {
    failure: Option<VertexId>,
    starving: Option<VertexId>,
}

/// What is known of each vertex that was asked about.
#[derive(Default)]
pub(super) struct Known(BTreeMap<VertexId, Before>);

impl Engine {
    /// Names what every vertex that could not go on is blocked behind.
    pub(super) fn tell_blocked(&mut self) {
        let (mut seen, mut known) = (BTreeSet::new(), Known::default());
        let starved: Vec<VertexId> = self.starved.iter().copied().collect();
        let failed: Vec<VertexId> = self.failed.iter().copied().collect();
        for v in starved {
            let starves = self.has(v, STARVED) && self.unsettled[v.0 as usize] == 0;
            if starves && self.is_meant(v) && seen.insert(v) {
                self.tell_block(v, &mut known);
                self.tell_behind(v, &mut seen, &mut known);
            }
        }
        for v in failed {
            self.tell_behind(v, &mut seen, &mut known);
        }
        for v in self.semaphores.waiting() {
            if seen.insert(v) {
                self.tell_block(v, &mut known);
                self.tell_behind(v, &mut seen, &mut known);
            }
        }
    }

    fn tell_behind(&mut self, v: VertexId, seen: &mut BTreeSet<VertexId>, known: &mut Known) {
        let mut open = vec![v];
        while let Some(v) = open.pop() {
            for at in self.net.succ.range(v) {
                let s = self.net.succ.item(at);
                if self.is_meant(s) && !self.has(s, SETTLED | BUSY | FAILED) && seen.insert(s) {
                    self.tell_block(s, known);
                    open.push(s);
                }
            }
        }
    }

    /// It starts, or a run does: what it is blocked behind after that is news.
    pub(super) fn forget_block(&mut self, v: VertexId) {
        if let Some(extra) = self.node_mut(v).extra.as_mut() {
            extra.blocked = None;
        }
    }

    fn tell_block(&mut self, v: VertexId, known: &mut Known) {
        let Some(block) = self.blocked_behind(v, known) else {
            return;
        };
        let held = matches!(block, Block::HeldSender(_) | Block::BehindHeld(_));
        if held {
            self.tally.held += 1;
        } else {
            self.tally.blocked += 1;
        }
        // While it waits for the same, that is told once a run.
        let told = &mut self.node_mut(v).extra.get_or_insert_default().blocked;
        if told.replace(block.clone()).as_ref() == Some(&block) {
            return;
        }
        let behind = match &block {
            Block::Failure(key)
            | Block::HeldSender(key)
            | Block::Behind(key)
            | Block::BehindHeld(key)
            | Block::Declined(key) => self.net.index.get(key).copied(),
            Block::NothingSent { from, .. } => self.net.index.get(from).copied(),
            // It may be no longer in the graph.
            Block::Semaphore { .. } => self.hung_semaphore(v).map(|(_, by)| by),
        };
        let cause = behind.map_or(EventId(0), |from| self.node(from).last);
        let last = self.event(Some(v), What::Blocked(block), cause);
        self.node_mut(v).last = last;
    }

    /// What an idle, unsettled vertex is blocked behind: the first in order of name, through all that is before it.
    pub(super) fn blocked_behind(&self, v: VertexId, known: &mut Known) -> Option<Block> {
        if self.unsettled[v.0 as usize] == 0 && self.has(v, STARVED) {
            return Some(match self.starved_by(v)? {
                Starved::Nothing { from, field } => Block::NothingSent {
                    from: self.node(from).key.clone(),
                    field,
                },
                Starved::Held { from } => Block::HeldSender(self.node(from).key.clone()),
            });
        }
        if let Some((name, by)) = self.waits_behind(v) {
            let by = self.node(by).key.clone();
            return Some(Block::Semaphore { name, by });
        }
        let Before { failure, starving } = self.before(v, known);
        let key = |v: VertexId| self.node(v).key.clone();
        match (failure, starving) {
            (Some(p), _) if self.is_declined(p) => Some(Block::Declined(key(p))),
            (Some(p), _) => Some(Block::Failure(key(p))),
            (None, Some(p)) if self.is_held(p) => Some(Block::BehindHeld(key(p))),
            (None, Some(p)) => Some(Block::Behind(key(p))),
            (None, None) => None,
        }
    }

    /// What keeps this vertex, from all that is before it. Whoever is before several is asked once.
    fn before(&self, v: VertexId, known: &mut Known) -> Before {
        let mut open = vec![v];
        while let Some(v) = open.last().copied() {
            if known.0.contains_key(&v) {
                open.pop();
                continue;
            }
            let (mut before, asked) = (Before::default(), open.len());
            for p in self.net.pred.row(v) {
                if self.has(*p, SETTLED) {
                    continue;
                }
                let found = match self.keeps(*p) {
                    Some(found) => found,
                    None => match known.0.get(p) {
                        Some(found) => *found,
                        None => {
                            open.push(*p);
                            continue;
                        }
                    },
                };
                before.failure = self.first(before.failure, found.failure);
                before.starving = self.first(before.starving, found.starving);
            }
            if open.len() == asked {
                known.0.insert(v, before);
            }
        }
        known.0.get(&v).copied().unwrap_or_default()
    }

    /// Whether this vertex itself is what keeps those after it.
    fn keeps(&self, v: VertexId) -> Option<Before> {
        if self.has(v, FAILED) || self.node(v).phase == Phase::Stuck {
            let failure = Some(v);
            return Some(Before {
                failure,
                ..Before::default()
            });
        }
        let starves = self.has(v, STARVED) && self.unsettled[v.0 as usize] == 0;
        (starves || self.waits_behind(v).is_some()).then_some(Before {
            starving: Some(v),
            ..Before::default()
        })
    }

    fn first(&self, a: Option<VertexId>, b: Option<VertexId>) -> Option<VertexId> {
        let both = a.into_iter().chain(b);
        both.min_by_key(|v| self.net.rank[v.0 as usize])
    }

    /// The semaphore that keeps a vertex that could start waiting for ever, and who has it.
    fn waits_behind(&self, v: VertexId) -> Option<(String, VertexId)> {
        let could = self.unsettled[v.0 as usize] == 0 && !self.has(v, BUSY | SETTLED | FAILED);
        could.then(|| self.hung_semaphore(v)).flatten()
    }

    /// Whether what starves this vertex is a sender's noop, near or far.
    fn is_held(&self, v: VertexId) -> bool {
        match self.starved_by(v) {
            Some(Starved::Held { .. }) => true,
            Some(Starved::Nothing { .. }) => false,
            None => self.node(v).outcome == Outcome::Held,
        }
    }

    /// The vertices right before this one, in order of name.
    pub fn right_before(&self, key: &Key) -> impl Iterator<Item = &Key> {
        let v = self.net.index.get(key).copied();
        let rows = v.map_or(&[][..], |v| self.net.pred.row(v));
        rows.iter().map(|p| &self.node(*p).key)
    }
}
