//! Limits: semaphores, owners of parts of the world, and vertices that keep changing back.
//!
//! - M2 A vertex takes all its semaphores at once or none, and holds them while it runs: so no two can wait for each other, and
//!   a name that stands twice is one. Ending a run lets go of all but what hangs: who waits for that is blocked behind it.
//! - C4 No two vertices manage the same part of the world, also when a received value makes them so. A vertex that changed
//!   five times within ten seconds, each time after another vertex of this graph ran, with no command, new params or tick
//!   between, fails: two of this graph fight over the same thing. It stays failed until a command, new params or a restart. Another ran if its apply or refresh began since the change before, so that what a command does counts
//!   also while it still runs; but one run counts once. A refresh that changed nothing did not run in this sense: who is
//!   only told of repairs has no part in the damage, which then comes from outside.

use super::Engine;
use super::io::VertexId;
use super::state::Phase;
use crate::graph::Meta;
use crate::time::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// So many changes …
const CHANGES: usize = 5;
/// … within this long are a fight.
const WITHIN: Span = Span::secs(10);

/// A vertex in line: since when, its rank among those of the same time, and which.
type Entry = (Time, u32, VertexId);

/// Semaphores by name: how many hold each, and who waits for it.
///
/// Whoever gives one back wakes the first that has room then, and who was woken and does not take it wakes the next: so nobody waits where
/// there is room, and not everybody is asked each time.
#[derive(Default)]
pub(super) struct Semaphores {
    taken: BTreeMap<String, u32>,
    waiting: BTreeMap<String, BTreeSet<Entry>>,
}

impl Semaphores {
    /// Sets a ready vertex aside until this one is given back.
    pub fn wait(&mut self, name: &str, entry: Entry) {
        let waiting = self.waiting.entry(name.to_owned()).or_default();
        waiting.insert(entry);
    }

    /// Those that wait, in order.
    pub fn waiting(&self) -> Vec<VertexId> {
        let waiting: BTreeSet<&Entry> = self.waiting.values().flatten().collect();
        waiting.into_iter().map(|(_, _, v)| *v).collect()
    }

    /// Those that waited, who no longer do.
    pub fn dismiss(&mut self) -> Vec<Entry> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_values().flatten().collect()
    }

    /// Those that wait where there is room, each with the semaphore that it waits for.
    pub fn idle<'a>(
        &'a self,
        meta: impl Fn(VertexId) -> Option<&'a Meta>,
    ) -> Vec<(&'a str, VertexId)> {
        let all = self.waiting.iter();
        let all =
            all.flat_map(|(name, line)| line.iter().map(move |(_, _, v)| (name.as_str(), *v)));
        let idle = all.filter(|(name, v)| {
            let size = meta(*v).and_then(|meta| meta.sema.get(*name));
            size.is_none_or(|size| self.has_room(name, *size))
        });
        idle.collect()
    }

    fn has_room(&self, name: &str, size: u32) -> bool {
        self.taken.get(name).copied().unwrap_or(0) < size.max(1)
    }
}

impl Engine {
    /// The first semaphore that this vertex would have to wait for.
    pub(super) fn lacks_semaphore(&self, v: VertexId) -> Option<String> {
        let meta = self.node(v).meta.as_ref()?;
        let full = |(name, size): &(&String, &u32)| !self.semaphores.has_room(name, **size);
        meta.sema.iter().find(full).map(|(name, _)| name.clone())
    }

    pub(super) fn take_semaphores(&mut self, v: VertexId) {
        let names = self.semaphore_names(v);
        for name in &names {
            *self.semaphores.taken.entry(name.clone()).or_default() += 1;
        }
        if !names.is_empty() {
            self.node_mut(v).holds = names;
        }
    }

    pub(super) fn give_semaphores(&mut self, v: VertexId) {
        // What it took, whatever its meta says by now.
        let names = std::mem::take(&mut self.node_mut(v).holds);
        if names.is_empty() {
            return;
        }
        for name in &names {
            if let Some(taken) = self.semaphores.taken.get_mut(name) {
                *taken = taken.saturating_sub(1);
            }
        }
        for name in &names {
            self.wake_waiter(name);
        }
    }

    /// This vertex was in line and does not start: who waits for what it could have taken has its turn.
    pub(super) fn pass_semaphores(&mut self, v: VertexId) {
        let Some(meta) = self.node(v).meta.as_ref() else {
            return;
        };
        let free = |(name, size): &(&String, &u32)| self.semaphores.has_room(name, **size);
        let names: Vec<String> = meta
            .sema
            .iter()
            .filter(free)
            .map(|(n, _)| n.clone())
            .collect();
        for name in names {
            self.wake_waiter(&name);
        }
    }

    /// The first that waits for this semaphore and has room, by the size that it names itself, stands in line again.
    fn wake_waiter(&mut self, name: &str) {
        let Some(waiting) = self.semaphores.waiting.get(name) else {
            return;
        };
        let has_room = |(_, _, v): &&Entry| {
            let meta = self.node(*v).meta.as_ref();
            let size = meta.and_then(|meta| meta.sema.get(name).copied());
            size.is_none_or(|size| self.semaphores.has_room(name, size))
        };
        if let Some(entry) = waiting.iter().find(has_room).copied() {
            if let Some(waiting) = self.semaphores.waiting.get_mut(name) {
                waiting.remove(&entry);
            }
            self.ready.insert(entry);
        }
    }

    /// The semaphore that this vertex would have to wait for, and who holds it, where all that do were cancelled and have
    /// not come back: nobody can say when they will.
    pub(super) fn hung_semaphore(&self, v: VertexId) -> Option<(String, VertexId)> {
        let name = self.lacks_semaphore(v)?;
        let hangs = |v: &VertexId| {
            let node = self.node(*v);
            node.phase == Phase::Stuck && node.holds.contains(&name)
        };
        let known = self.failed.iter().chain(&self.ghosts);
        let hung: BTreeSet<VertexId> = known.copied().filter(hangs).collect();
        let taken = self.semaphores.taken.get(&name).copied().unwrap_or(0);
        let first = hung.iter().min_by_key(|v| &self.node(**v).key).copied();
        let first = first.filter(|_| hung.len() >= taken as usize)?;
        Some((name, first))
    }

    /// Nobody waits for a semaphore any more: the run has ended.
    pub(super) fn dismiss_waiting(&mut self) {
        for entry in self.semaphores.dismiss() {
            self.node_mut(entry.2).queued = false;
        }
    }

    fn semaphore_names(&self, v: VertexId) -> Vec<String> {
        self.node(v)
            .meta
            .as_ref()
            .map(|meta| meta.sema.keys().cloned().collect())
            .unwrap_or_default()
    }

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

    /// It keeps changing back: it fails, and none of M3's other causes starts it again.
    pub(super) fn begin_fight(&mut self, v: VertexId) {
        self.node_mut(v).extra.get_or_insert_default().fights = true;
    }

    /// A command, or new params: it may try again.
    pub(super) fn end_fight(&mut self, v: VertexId) {
        if let Some(extra) = self.node_mut(v).extra.as_mut() {
            extra.fights = false;
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
