//! Watches on the simulated machine: what changes anywhere becomes an event for those who watch it.

use super::disk::Disk;
use crate::world::rules::{self, Way};
use crate::world::{Unit, Watch};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// What happened at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    Created,
    Written,
    Replaced,
    Removed,
    Moved,
    Touched,
    Mode,
    Owner,
}

impl Change {
    /// Whether what is below the path came or went with it.
    fn takes_along(self) -> bool {
        matches!(
            self,
            Change::Created | Change::Replaced | Change::Removed | Change::Moved
        )
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Change::Created => "created",
            Change::Written => "written",
            Change::Replaced => "replaced",
            Change::Removed => "removed",
            Change::Moved => "moved away",
            Change::Touched => "touched",
            Change::Mode => "mode changed",
            Change::Owner => "owner changed",
        })
    }
}

/// Who watches what, and what they have not been told yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Watches {
    by_id: BTreeMap<u64, Vec<Seen>>,
    events: Vec<(u64, String)>,
}

/// A watch, with the place that its path meant when it was set.
#[derive(Clone, Debug)]
struct Seen {
    watch: Watch,
    place: PathBuf,
}

impl Watches {
    /// Replaces the watches of `id`.
    pub fn set(&mut self, id: u64, watches: &[Watch], disk: &Disk) {
        let seen = |watch: &Watch| Seen {
            place: path_of(watch).map_or_else(PathBuf::new, |path| place(path, disk)),
            watch: watch.clone(),
        };
        self.by_id.insert(id, watches.iter().map(seen).collect());
    }

    /// Ends the watches of `id`, and forgets what it was not told.
    pub fn end(&mut self, id: u64) {
        self.by_id.remove(&id);
        self.events.retain(|event| event.0 != id);
    }

    /// Ends all: the process that watched is gone.
    pub fn clear(&mut self) {
        *self = Watches::default();
    }

    /// What happened, in order.
    pub fn take(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut self.events)
    }

    /// Something happened at a place.
    pub fn path_changed(&mut self, at: &Path, change: Change, disk: &Disk) {
        for (id, seen) in &self.by_id {
            if seen.iter().any(|seen| seen.sees(at, change, disk)) {
                self.events
                    .push((*id, format!("{}: {change}", at.display())));
            }
        }
    }

    /// A unit's state changed.
    pub fn unit_changed(&mut self, unit: &Unit, what: &str) {
        for (id, seen) in &self.by_id {
            if seen
                .iter()
                .any(|seen| seen.watch == Watch::Unit(unit.clone()))
            {
                self.events.push((*id, format!("{}: {what}", unit.name)));
            }
        }
    }
}

impl Seen {
    fn sees(&self, at: &Path, change: Change, disk: &Disk) -> bool {
        let Some(path) = path_of(&self.watch) else {
            return false;
        };
        let below = |place: &Path| matches!(self.watch, Watch::Tree(_)) && at.starts_with(place);
        let hit = |place: &Path| {
            at == place || below(place) || (change.takes_along() && place.starts_with(at))
        };
        hit(&self.place) || hit(path) || hit(&place(path, disk))
    }
}

fn path_of(watch: &Watch) -> Option<&Path> {
    match watch {
        Watch::Path(path) | Watch::Tree(path) => Some(path),
        Watch::Unit(_) => None,
    }
}

/// The place that a path means now, with no link on the way.
fn place(path: &Path, disk: &Disk) -> PathBuf {
    rules::locate(disk, &rules::root(), Way::Led, path)
        .map_or_else(|_| path.to_owned(), |spot| spot.path)
}
