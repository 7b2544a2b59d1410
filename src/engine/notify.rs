//! Notifications: generations, hearing, cancelling.
//!
//! - N1 When a vertex has changed, each of its notify edges gets a new generation before the target may start. Generations come
//!   from one counter that never goes back. A person's `notify` is a generation on an edge of its own.
//! - N2 Nothing changed, or noop: no generation. A failure counts as having changed something, unless nothing had begun.
//! - N3 A vertex with a generation that it has not heard runs even if it is clean. Its drifts come first. An apply that does
//!   what a refresh would counts as one for what was seen before it began.
//! - N4 A target that hears nothing is only ordered; a refresh that changes something notifies in turn.
//! - N5 Heard advances only after success, and only to the generation seen at the beginning.
//! - N6 A notification is not delivered past a failure, and survives.
//! - N7 Edges that stay keep what is pending; edges that go drop it, with an event.

use super::debt::{Count, Generation, Line, Record, Source};
use super::event::{EventId, What};
use super::io::VertexId;
use super::state::{FAILED, PENDING, Phase};
use super::{Engine, Kept, Seq};
use crate::graph::Key;

impl Engine {
    /// One record for all that a vertex owes when it is right (rule P1): new generations if it changed, what it heard, what
    /// is kept. Nothing to say: no record (rule P4).
    pub(super) fn pay(
        &mut self,
        v: VertexId,
        changed: bool,
        may: bool,
        heard_to: Option<Generation>,
        kept: Option<Kept>,
    ) {
        if self.has(v, super::state::GONE) {
            return;
        }
        let vertex = self.node(v).key.clone();
        let noop = self.pays_nothing(v);
        let sent = if changed && !noop {
            self.new_generations(v)
        } else {
            Vec::new()
        };
        let heard = self.hears_to(v, heard_to);
        let owed = self.node(v).debt && !noop;
        if sent.is_empty() && heard.is_empty() && kept.is_none() && !owed {
            return;
        }
        let cause = self.node(v).last;
        let run = self.run;
        let durable = sent.clone();
        #[cfg(test)]
        let durable = self.late(&vertex, durable);
        let record = Record::Paid {
            vertex,
            run,
            sent: durable,
            heard,
            kept,
        };
        let seq = self.record(record, Some(v), cause);
        self.node_mut(v).debt = false;
        self.gate_behind(v, seq);
        self.refresh_pending(v);
        self.deliver(v, &sent, may, cause);
    }

    fn new_generations(&self, v: VertexId) -> Vec<(Line, Generation)> {
        let lines = self.net.lines_out.row(v).iter().zip(1..);
        lines
            .map(|(line, n)| (self.line(*line), self.remembered.generation + n))
            .collect()
    }

    fn line(&self, id: super::net::LineId) -> Line {
        let (from, to) = self.net.lines[id as usize];
        Line::between(&self.node(from).key, &self.node(to).key)
    }

    /// Marks the targets of new generations, and wakes those that failed: this is a new cause (rule M3).
    fn deliver(&mut self, v: VertexId, sent: &[(Line, Generation)], may: bool, cause: EventId) {
        for (line, generation) in sent {
            let Some(to) = self.net.index.get(&line.to).copied() else {
                continue;
            };
            if may {
                self.may_lines.insert(line.clone());
            } else {
                self.may_lines.remove(line);
            }
            let from = Some(self.node(v).key.clone());
            let event = self.event(
                Some(to),
                What::Notified {
                    from,
                    generation: *generation,
                    may,
                },
                cause,
            );
            self.arrive(to, event);
        }
    }

    /// A generation reached a vertex: it is pending there, unless its noop keeps it from hearing.
    fn arrive(&mut self, v: VertexId, event: EventId) {
        self.stirred = true;
        if self.is_noop(v) {
            self.event(Some(v), What::WouldRefresh, event);
            return;
        }
        if !self.has(v, PENDING | super::state::DIRTY) {
            self.node_mut(v).cause = event;
        }
        self.mark_pending(v, true);
        self.node_mut(v).notified = event;
        self.refresh_tries(v);
        if self.has(v, FAILED) && !self.fights(v) {
            self.unfail(v);
            self.node_mut(v).tries = 0;
        }
        self.unsettle(v);
        self.arrivals.push(v);
    }

    fn mark_pending(&mut self, v: VertexId, on: bool) {
        if on == self.has(v, PENDING) {
            return;
        }
        let counts = usize::from(self.is_meant(v));
        if on {
            self.set(v, PENDING);
            self.tally.pending += counts;
        } else {
            self.clear(v, PENDING);
            self.tally.pending = self.tally.pending.saturating_sub(counts);
        }
    }

    /// Marks again whether anything is pending that the vertex could hear.
    pub(super) fn refresh_pending(&mut self, v: VertexId) {
        let pending = !self.is_noop(v)
            && !self.has(v, super::state::GONE)
            && !self.pending_lines(v).is_empty();
        self.mark_pending(v, pending);
    }

    /// The lines into a vertex on which something is pending.
    fn pending_lines(&self, v: VertexId) -> Vec<(Line, Count)> {
        let asked = Line::asked(&self.node(v).key);
        let lines = self
            .net
            .lines_in
            .row(v)
            .iter()
            .map(|line| self.line(*line))
            .chain([asked]);
        let count = |line: Line| self.remembered.lines.get(&line).map(|count| (line, *count));
        lines
            .filter_map(count)
            .filter(|(_, count)| count.is_pending())
            .collect()
    }

    /// What is heard on each line when a vertex that began at generation `seen` succeeded (rule N5).
    pub(super) fn hears_to(
        &self,
        v: VertexId,
        seen: Option<Generation>,
    ) -> Vec<(Line, Generation)> {
        let Some(seen) = seen else { return Vec::new() };
        if !self.has(v, PENDING) {
            return Vec::new();
        }
        let lines = self.pending_lines(v).into_iter();
        lines
            .map(|(line, count)| (line, count.sent.min(seen), count.heard))
            .filter(|(_, to, heard)| to > heard)
            .map(|(line, to, _)| (line, to))
            .collect()
    }

    /// Whether nothing newer than `seen` is pending.
    pub(super) fn heard_all(&self, v: VertexId, seen: Generation) -> bool {
        self.pending_lines(v)
            .iter()
            .all(|(_, count)| count.sent <= seen)
    }

    /// In a plan: whether everything pending comes from a vertex that only may change.
    pub(super) fn pending_only_may(&self, v: VertexId) -> bool {
        self.pending_lines(v)
            .iter()
            .all(|(line, _)| self.may_lines.contains(line))
    }

    /// A person's `notify`: durable before it is shown (rule N1).
    pub(super) fn notify_by_command(&mut self, v: VertexId) {
        let cause = self.input_event;
        self.forget_changes();
        self.end_fight(v);
        let generation = self.remembered.generation + 1;
        let vertex = self.node(v).key.clone();
        let seq = self.record(
            Record::Asked {
                vertex,
                run: self.run,
                generation,
            },
            Some(v),
            cause,
        );
        self.gate_at(v, seq);
        let event = self.event(
            Some(v),
            What::Notified {
                from: None,
                generation,
                may: false,
            },
            cause,
        );
        self.arrive(v, event);
    }

    /// Drops what is pending for a vertex, and its debt (rule N5). Also for one that is no longer in the graph.
    pub(super) fn cancel_pending(&mut self, key: &Key) {
        let lines: Vec<String> = self
            .remembered
            .pending_for(key)
            .map(|(line, _)| line_text(line))
            .collect();
        let debt = self.remembered.debts.contains_key(key);
        if lines.is_empty() && !debt {
            return;
        }
        let v = self.net.index.get(key).copied();
        self.say_if_unspoken(|| format!("cancel {key}"));
        let cause = self.input_event;
        self.record(
            Record::Cancelled {
                vertex: key.clone(),
            },
            v,
            cause,
        );
        for what in lines
            .into_iter()
            .chain(debt.then(|| format!("debt of {key}")))
        {
            self.event(v, What::Dropped { what }, cause);
        }
        if let Some(v) = v {
            self.node_mut(v).debt = false;
            if self.node(v).phase != Phase::Stuck {
                self.forget_began(v);
            }
            // What it is still at may change more: that is owed anew.
            self.owe_for_acts(v);
            self.refresh_pending(v);
            self.stirred = true;
            self.arrivals.push(v);
        }
    }

    /// A timer's tick: generations into every edge on which none is pending, in one record; none at all, no record (N8).
    pub(super) fn send_tick(&mut self, v: VertexId, cause: EventId) {
        let fresh = |line: &Line| {
            !self
                .remembered
                .lines
                .get(line)
                .is_some_and(Count::is_pending)
        };
        let lines: Vec<Line> = self
            .net
            .lines_out
            .row(v)
            .iter()
            .map(|id| self.line(*id))
            .filter(fresh)
            .collect();
        if lines.is_empty() || self.is_noop(v) {
            return;
        }
        let next = self.remembered.generation + 1;
        let sent: Vec<(Line, Generation)> = lines.into_iter().zip(next..).collect();
        let vertex = self.node(v).key.clone();
        let record = Record::Ticked {
            vertex,
            run: self.run,
            sent: sent.clone(),
        };
        let seq = self.record(record, Some(v), cause);
        self.gate_behind(v, seq);
        self.deliver(v, &sent, false, cause);
    }

    /// Before the first apply or refresh of a vertex that somebody would hear: its debt (rule P1). Also of one whose output is kept:
    /// from here on that may be an older one's (rule V6).
    pub(super) fn owe(&mut self, v: VertexId) {
        let is_heard = !self.net.lines_out.row(v).is_empty();
        let is_kept = self.remembered.kept.contains_key(&self.node(v).key);
        if !(is_heard || is_kept) || self.node(v).debt {
            return;
        }
        let (vertex, run) = (self.node(v).key.clone(), self.run);
        let cause = self.node(v).last;
        let voided = self.remembered.kept.get(&vertex).cloned();
        let seq = self.record(Record::Debt { vertex, run }, Some(v), cause);
        self.node_mut(v).debt = true;
        if let Some(trip) = self.node_mut(v).trip.as_mut() {
            trip.took_debt = true;
            trip.voided = voided;
        }
        self.gate_at(v, seq);
    }

    /// What acts, or acted and has not been right since, owes along every edge that there is now, also where that was drawn
    /// only meanwhile, or where its debt went with a cancel or with the vertex, which is back (rule P1).
    pub(super) fn owe_for_acts(&mut self, v: VertexId) {
        if self.is_acting(v) || self.began(v) {
            self.owe(v);
        }
    }

    /// From here on this vertex acts only when that record is durable.
    pub(super) fn gate_at(&mut self, v: VertexId, seq: Seq) {
        let gate = &mut self.gates[v.0 as usize];
        *gate = seq.max(*gate);
    }

    /// So do those right after it; whoever comes later learns of it as they settle. At once, since one of them may be on its way
    /// already, while something before this one is not settled.
    fn gate_behind(&mut self, v: VertexId, seq: Seq) {
        self.gate_at(v, seq);
        for at in self.net.succ.range(v) {
            let s = self.net.succ.item(at);
            self.gate_at(s, seq);
        }
    }

    /// Nothing had begun: the debt that this attempt took is given back (rule N2).
    pub(super) fn give_debt_back(&mut self, v: VertexId) {
        let gone = self.has(v, super::state::GONE);
        let earlier = self.began(v);
        if self.trip_mut(v).took_debt && !self.trip_mut(v).changed && !gone && !earlier {
            let vertex = self.node(v).key.clone();
            let kept = self.trip_mut(v).voided.take();
            let cause = self.node(v).last;
            self.record(Record::NotBegun { vertex, kept }, Some(v), cause);
            self.node_mut(v).debt = false;
        }
    }
}

/// A line as people read it: `file[a] ~> svc[b]`, `notify svc[b]`.
pub fn line_text(Line { to, from }: &Line) -> String {
    match from {
        Source::Vertex(from) => format!("{from} ~> {to}"),
        Source::Command => format!("notify {to}"),
    }
}
