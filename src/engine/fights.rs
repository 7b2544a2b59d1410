//! Who manages a part of the world, and vertices that keep changing back.
//!
//! - C4 No two vertices manage the same part of the world, also when a received value makes them so. A vertex that changed
//!   five times within ten seconds, each time after another vertex of this graph ran, with no command, new params or tick
//!   between, fails: two of this graph fight over the same thing. It stays failed until a command, new params or a restart; under watch it
//!   is tried again after a minute, and after twice as long each time, up to an hour, since the damage may have come from outside. Another
//!   ran if its apply or refresh began since the change before, so that what a command does counts also while it still runs; but one run
//!   counts once. A refresh that changed nothing did not run in this sense: who is only told of repairs has no part in the damage, which
//!   then comes from outside.

use super::Engine;
use super::event::{Dirt, Due, What};
use super::io::VertexId;
use super::state::{Mode, Phase};
use crate::time::Span;

/// So many changes …
const CHANGES: usize = 5;
/// … within this long are a fight.
const WITHIN: Span = Span::secs(10);
/// How long a vertex that fights is left alone at first, and at most.
const TRUCES: (Span, Span) = (Span::secs(60), Span::secs(3600));

impl Engine {
    /// An apply or a refresh begins: from here on it counts as having run, unless it turns out to have changed nothing.
    pub(super) fn begin_act(&mut self, v: VertexId) {
        if self.trip_mut(v).act.is_some() {
            return;
        }
        self.acts += 1;
        let (now, act) = (self.now, self.acts);
        self.trip_mut(v).act = Some(act);
        while let Some(first) = self.ran.first_entry() {
            if now - first.get().0 <= WITHIN {
                break;
            }
            first.remove();
        }
        self.ran.insert(act, (now, v));
    }

    /// Counts an attempt that applied or refreshed. Says who ran in between if this vertex keeps changing back.
    pub(super) fn acted(&mut self, v: VertexId, changed: bool) -> Option<String> {
        let act = self.trip_mut(v).act;
        if !changed {
            act.and_then(|act| self.ran.remove(&act));
            return None;
        }
        // A number of its own: a change after a command counts, also if its apply began before it.
        self.acts += 1;
        let (now, acts, peace) = (self.now, self.acts, self.peace);
        let changes = &mut self.node_mut(v).extra.get_or_insert_default().changes;
        changes.retain(|(at, acts)| now - *at <= WITHIN && *acts > peace);
        let before = changes.last().map_or(u64::MAX, |(_, before)| *before);
        let since = self.ran.range(before.saturating_add(1)..).rev();
        let other = since.map(|(_, (_, ran))| *ran).find(|ran| *ran != v);
        let changes = &mut self.node_mut(v).extra.get_or_insert_default().changes;
        if other.is_none() {
            changes.clear();
        }
        changes.push((now, acts));
        if changes.len() < CHANGES {
            return None;
        }
        changes.clear();
        other.map(|other| self.node(other).key.to_string())
    }

    /// It keeps changing back: it fails, and none of M3's other causes starts it again. Gives how long it is left alone; for good if it
    /// is not watched.
    pub(super) fn begin_fight(&mut self, v: VertexId) -> Option<Span> {
        let (now, watching) = (self.now, self.mode == Mode::Watching);
        let extra = self.node_mut(v).extra.get_or_insert_default();
        extra.fights = true;
        if !watching {
            return None;
        }
        let (first, longest) = TRUCES;
        // One that was right for longer than it was left alone begins anew.
        let last = extra.truce.filter(|(span, over)| now - *over <= *span);
        let span = last.map_or(first, |(span, _)| Span(span.0 * 2).min(longest));
        extra.truce = Some((span, now + span));
        self.delay_until(v, now + span);
        Some(span)
    }

    /// It was left alone for long enough.
    pub(super) fn end_truce(&mut self, v: VertexId) {
        let is_idle = self.is_there(v) && self.node(v).phase == Phase::Idle;
        if self.mode == Mode::Watching && is_idle && self.fights(v) {
            let cause = self.input(Some(v), What::Due(Due::Retry));
            self.stop_fight(v);
            self.dirty(v, Dirt::Event, cause);
        }
    }

    fn stop_fight(&mut self, v: VertexId) {
        if let Some(extra) = self.node_mut(v).extra.as_mut() {
            extra.fights = false;
        }
    }

    /// A command, or new params: it may try again.
    pub(super) fn end_fight(&mut self, v: VertexId) {
        if let Some(extra) = self.node_mut(v).extra.as_mut()
            && std::mem::take(&mut extra.fights)
        {
            extra.truce = None;
            self.end_alarm(v);
        }
    }

    pub(super) fn fights(&self, v: VertexId) -> bool {
        self.node(v)
            .extra
            .as_ref()
            .is_some_and(|extra| extra.fights)
    }

    /// Takes the parts of the world that this vertex manages, and lets go of others; says who has one already (rule C4).
    pub(super) fn claim(&mut self, v: VertexId, parts: Vec<String>) -> Option<String> {
        if parts.is_empty() && self.node(v).extra.is_none() {
            return None;
        }
        self.disown(v);
        let taken = parts.iter().find_map(|part| {
            let owner = self.owners.get(part).copied();
            let owner = owner.filter(|owner| self.is_there(*owner))?;
            Some((part, &self.node(owner).key))
        });
        let why = taken
            .map(|(part, owner)| format!("{owner} manages {part} already: let one of them do it"));
        if why.is_none() {
            let owned = parts.iter().map(|part| (part.clone(), v));
            self.owners.extend(owned);
            self.node_mut(v).extra.get_or_insert_default().owns = parts;
        }
        why
    }

    /// Another vertex may have what this one manages.
    pub(super) fn disown(&mut self, v: VertexId) {
        let extra = self.node_mut(v).extra.as_mut();
        let parts = extra.map_or_else(Vec::new, |extra| std::mem::take(&mut extra.owns));
        for part in parts {
            if self.owners.get(&part) == Some(&v) {
                self.owners.remove(&part);
            }
        }
    }

    /// A command, new params or a tick: what changed before no longer counts as a fight.
    pub(super) fn forget_changes(&mut self) {
        self.peace = self.acts;
    }
}
