//! Watches, polls, ticks and event limits: everything that time and the world cause.
//!
//! - O8 Under watch, no vertex is checked before its watch is listening; the watch starts when its predecessors have
//!   settled, since it may need what they provide. One that cannot be had is retried, and its vertex is polled
//!   meanwhile. A run that ends when converged starts no watches.
//! - N8 A timer's tick counts as a change without an apply: it pays generations into its edges, and none into an edge that
//!   is still pending.
//! - M1 At most `limit` events a second count, after a burst; one more counts as soon as there is room for it.
//!
//! All deadlines of the engine stand in one table, [`Alarms`].

use super::Engine;
use super::event::{Dirt, Due, What};
use super::io::{Effect, Rhythm, VertexId};
use super::state::{BUSY, Mode, Phase, Watching};
use crate::time::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// How often a vertex is polled whose watch cannot be had.
const POLL_INSTEAD: Span = Span::secs(10);

/// What a deadline is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Alarm {
    /// The delay before a retry ends.
    Retry,
    /// The vertex is checked again by itself.
    Poll,
    /// Its timer ticks.
    Tick,
    /// An event that came too fast counts.
    Late,
    /// Its watch is tried again.
    Watch,
}

/// All deadlines: one of each kind a vertex.
#[derive(Default)]
pub(super) struct Alarms {
    by_time: BTreeSet<(Time, VertexId, Alarm)>,
    by_vertex: BTreeMap<(VertexId, Alarm), Time>,
}

impl Alarms {
    /// Sets or moves one.
    pub fn set(&mut self, v: VertexId, alarm: Alarm, at: Time) {
        self.clear(v, alarm);
        self.by_vertex.insert((v, alarm), at);
        self.by_time.insert((at, v, alarm));
    }

    /// Takes one away.
    pub fn clear(&mut self, v: VertexId, alarm: Alarm) {
        if let Some(at) = self.by_vertex.remove(&(v, alarm)) {
            self.by_time.remove(&(at, v, alarm));
        }
    }

    /// Takes all of a vertex away.
    pub fn clear_all(&mut self, v: VertexId) {
        for alarm in [
            Alarm::Retry,
            Alarm::Poll,
            Alarm::Tick,
            Alarm::Late,
            Alarm::Watch,
        ] {
            self.clear(v, alarm);
        }
    }

    /// Whether one is set.
    pub fn is_set(&self, v: VertexId, alarm: Alarm) -> bool {
        self.by_vertex.contains_key(&(v, alarm))
    }

    fn next(&self) -> Option<Time> {
        self.by_time.first().map(|(at, _, _)| *at)
    }

    fn pop_due(&mut self, now: Time) -> Option<(VertexId, Alarm)> {
        let (at, v, alarm) = *self.by_time.first()?;
        if at > now {
            return None;
        }
        self.clear(v, alarm);
        Some((v, alarm))
    }

    fn vertices(&self) -> BTreeSet<VertexId> {
        self.by_vertex.keys().map(|(v, _)| *v).collect()
    }
}

impl Engine {
    /// Everything that was due by now.
    pub(super) fn take_due(&mut self) {
        while let Some((v, alarm)) = self.alarms.pop_due(self.now) {
            match alarm {
                Alarm::Retry => self.try_again(v),
                Alarm::Poll => {
                    self.beat(v);
                    self.due_dirty(v, Due::Poll);
                }
                Alarm::Tick => self.tick(v),
                Alarm::Late => self.due_dirty(v, Due::Late),
                Alarm::Watch => self.watch_again(v),
            }
        }
    }

    /// Says when to come back, if that changed.
    pub(super) fn wake(&mut self) {
        let next = self.alarms.next();
        if next != self.woken_at {
            self.woken_at = next;
            self.out.effects.push(Effect::WakeAt(next));
        }
    }

    /// Whether its watch must be asked for before it is checked under watch (rule O8).
    pub(super) fn needs_watch(&self, v: VertexId) -> bool {
        matches!(self.node(v).watching, Watching::No | Watching::AsBefore)
    }

    /// Sets a watch up before the first check under watch (rule O8).
    pub(super) fn arm(&mut self, v: VertexId) {
        self.arming += 1;
        self.set(v, BUSY);
        self.node_mut(v).phase = Phase::Arming;
        self.ask_for_watch(v);
    }

    pub(super) fn ask_for_watch(&mut self, v: VertexId) {
        let params = self.params(v);
        let key = self.node(v).key.clone();
        self.out.effects.push(Effect::Watch {
            vertex: v,
            key,
            params,
        });
    }

    pub(super) fn listening(&mut self, v: VertexId) {
        if !self.is_there(v) {
            return;
        }
        let cause = self.node(v).cause;
        self.event(Some(v), What::Watching, cause);
        let was_polled = self.node(v).watching == Watching::Polled;
        self.still_listening(v);
        if was_polled {
            self.beat(v);
            self.due_dirty(v, Due::Watch);
        }
    }

    pub(super) fn still_listening(&mut self, v: VertexId) {
        if self.is_there(v) {
            self.node_mut(v).watching = Watching::Yes;
            self.alarms.clear(v, Alarm::Watch);
            self.armed(v);
        }
    }

    pub(super) fn watch_failed(&mut self, v: VertexId, why: String) {
        if !self.is_there(v) {
            return;
        }
        let poll = self
            .node(v)
            .meta
            .as_ref()
            .and_then(|meta| meta.poll)
            .unwrap_or(POLL_INSTEAD);
        let cause = self.node(v).cause;
        let lost = match self.node(v).watching {
            Watching::Polled => cause,
            _ => self.event(Some(v), What::WatchLost { why, poll }, cause),
        };
        let was_listening = matches!(self.node(v).watching, Watching::Yes | Watching::AsBefore);
        self.node_mut(v).watching = Watching::Polled;
        self.armed(v);
        if self.mode == Mode::Watching {
            self.alarms.set(v, Alarm::Watch, self.now + poll);
        }
        if was_listening {
            self.dirty(v, Dirt::Event, lost);
        }
    }

    fn armed(&mut self, v: VertexId) {
        if self.node(v).phase == Phase::Arming {
            self.arming -= 1;
            self.node_mut(v).phase = Phase::Idle;
            self.clear(v, BUSY);
            self.arrivals.push(v);
        }
    }

    /// A polled vertex: polled once more, and its watch asked for again.
    fn watch_again(&mut self, v: VertexId) {
        self.due_dirty(v, Due::Poll);
        self.ask_for_watch(v);
    }

    pub(super) fn is_there(&self, v: VertexId) -> bool {
        (v.0 as usize) < self.nodes.len() && !self.has(v, super::state::GONE)
    }

    /// A watch noticed something: it counts now, or as soon as the vertex's limit lets it.
    pub(super) fn noticed(&mut self, v: VertexId, what: String) {
        if !self.is_there(v) || self.node(v).watching == Watching::No {
            return;
        }
        let cause = self.input(Some(v), What::Noticed(what));
        if self.alarms.is_set(v, Alarm::Late) {
            return;
        }
        match self.room_for_event(v) {
            None => self.dirty(v, Dirt::Event, cause),
            Some(wait) => self.alarms.set(v, Alarm::Late, self.now + wait),
        }
    }

    /// Takes a token for one event, or says how long until there is one (rule M1).
    fn room_for_event(&mut self, v: VertexId) -> Option<Span> {
        let (limit, burst) = {
            let meta = self.node(v).meta.as_ref()?;
            (
                meta.limit.filter(|limit| *limit > 0.0)?,
                f64::from(meta.burst.max(1)),
            )
        };
        let now = self.now;
        let extra = self.node_mut(v).extra.get_or_insert_default();
        let (tokens, at) = extra.tokens.unwrap_or((burst, now));
        let tokens = (tokens + (now - at).0 as f64 / 1e6 * limit).min(burst);
        let left = (tokens - 1.0).max(0.0);
        extra.tokens = Some((left, now));
        (tokens < 1.0).then(|| Span(((1.0 - tokens) / limit * 1e6).ceil() as u64))
    }

    /// What the vertex does by itself, as its check says, also one that failed. What it did before ends with that.
    pub(super) fn set_rhythm(&mut self, v: VertexId, rhythm: Option<Rhythm>) {
        if self.node(v).rhythm != rhythm {
            self.node_mut(v).rhythm = rhythm;
            self.end_poll(v);
            self.restart_timer(v);
        }
    }

    /// How often it is polled may have changed: the next poll is counted from its next check.
    pub(super) fn end_poll(&mut self, v: VertexId) {
        self.alarms.clear(v, Alarm::Poll);
    }

    /// Sets the next deadline of what the vertex does by itself; only while watching.
    pub(super) fn beat(&mut self, v: VertexId) {
        if self.mode != Mode::Watching || !self.is_there(v) {
            return;
        }
        let poll = self.node(v).meta.as_ref().and_then(|meta| meta.poll);
        let (recheck, tick) = match self.node(v).rhythm {
            Some(Rhythm::Recheck(span)) => (Some(span), None),
            Some(Rhythm::Tick(span)) => (None, Some(span)),
            None => (None, None),
        };
        let soonest = poll.into_iter().chain(recheck).min();
        for (alarm, span) in [(Alarm::Poll, soonest), (Alarm::Tick, tick)] {
            if let Some(span) = span
                && !self.alarms.is_set(v, alarm)
            {
                self.alarms
                    .set(v, alarm, self.now + Span(span.0.max(1_000)));
            }
        }
    }

    fn tick(&mut self, v: VertexId) {
        self.beat(v);
        if self.node(v).phase != Phase::Idle || self.mode != Mode::Watching {
            return;
        }
        self.stirred = true;
        self.forget_changes();
        let event = self.input(Some(v), What::Ticked);
        self.send_tick(v, event);
    }

    /// The end of watching: no more watches and no more deadlines.
    pub(super) fn stop_watching(&mut self) {
        for v in self.alarms.vertices() {
            self.alarms.clear_all(v);
        }
        let watched: Vec<VertexId> = self
            .net
            .index
            .values()
            .copied()
            .filter(|v| self.node(*v).watching != Watching::No)
            .collect();
        for v in watched {
            self.unwatch(v);
        }
    }

    pub(super) fn unwatch(&mut self, v: VertexId) {
        if self.node(v).watching != Watching::No || self.node(v).phase == Phase::Arming {
            self.node_mut(v).watching = Watching::No;
            self.out.effects.push(Effect::Unwatch { vertex: v });
        }
    }

    /// Its params or received values changed, and with them perhaps what is to be watched: that is asked before its next check.
    /// Whoever watches knows whether it is still the same; until then the watch stays as it was.
    pub(super) fn watch_anew(&mut self, v: VertexId) {
        match (self.node(v).phase, self.node(v).watching) {
            // Its watch is on its way, for the params before: only one for these counts.
            (Phase::Arming, _) => self.ask_for_watch(v),
            (_, Watching::No) => {}
            _ => self.node_mut(v).watching = Watching::AsBefore,
        }
    }

    /// Sets when the next try comes.
    pub(super) fn delay_until(&mut self, v: VertexId, at: Time) {
        self.alarms.set(v, Alarm::Retry, at);
    }

    /// Its timer counts anew from its next beat: it was refreshed, or has another interval.
    pub(super) fn restart_timer(&mut self, v: VertexId) {
        self.alarms.clear(v, Alarm::Tick);
    }

    pub(super) fn end_alarm(&mut self, v: VertexId) {
        self.alarms.clear(v, Alarm::Retry);
    }

    pub(super) fn end_delay(&mut self, v: VertexId) {
        self.end_alarm(v);
        self.delayed -= 1;
        self.clear(v, BUSY);
        self.node_mut(v).phase = Phase::Idle;
    }

    pub(super) fn try_again(&mut self, v: VertexId) {
        if self.node(v).phase != Phase::Delayed {
            return self.end_truce(v);
        }
        self.end_delay(v);
        let cause = self.input(Some(v), What::Due(Due::Retry));
        self.node_mut(v).cause = cause;
        self.set(v, super::state::DIRTY);
        self.arrivals.push(v);
    }
}
