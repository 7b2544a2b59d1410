//! Limits: semaphores.
//!
//! - M2 A vertex takes all its semaphores at once or none, and holds them while it runs: so no two can wait for each other, and
//!   a name that stands twice is one. Ending a run lets go of all but what hangs: who waits for that is blocked behind it.

use super::Engine;
use super::io::VertexId;
use super::state::Phase;
use crate::time::Time;
use std::collections::{BTreeMap, BTreeSet};

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

    /// Those that wait, each with the semaphore that it waits for.
    pub fn lines(&self) -> impl Iterator<Item = (&str, VertexId)> {
        let lines = self.waiting.iter();
        lines.flat_map(|(name, line)| line.iter().map(move |entry| (name.as_str(), entry.2)))
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

    /// Whether this vertex could take this semaphore now, by the size that it names itself.
    pub(super) fn has_room(&self, name: &str, v: VertexId) -> bool {
        let meta = self.node(v).meta.as_ref();
        let size = meta.and_then(|meta| meta.sema.get(name).copied());
        size.is_none_or(|size| self.semaphores.has_room(name, size))
    }

    /// The first that waits for this semaphore and has room, by the size that it names itself, stands in line again.
    fn wake_waiter(&mut self, name: &str) {
        let Some(waiting) = self.semaphores.waiting.get(name) else {
            return;
        };
        let first = waiting.iter().find(|entry| self.has_room(name, entry.2));
        if let Some(entry) = first.copied() {
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
}
