//! Places of a film by what it tells.

use super::Player;
use crate::trace::{Event, EventId, Level};

impl Player {
    /// How many events are shown after one step back, to the one before it that is told at this level.
    pub fn earlier(&self, level: Level) -> usize {
        let before = &self.events[..self.shown.saturating_sub(1)];
        let last = before.iter().rposition(|event| is_told(event, level));
        last.map_or(0, |at| at + 1)
    }

    /// The same, one step on.
    pub fn later(&self, level: Level) -> usize {
        let after = &self.events[self.shown..];
        let next = after.iter().position(|event| is_told(event, level));
        next.map_or(self.events.len(), |at| self.shown + at + 1)
    }

    /// How many events are shown where this one is the last of them.
    pub fn place_of(&self, event: EventId) -> Option<usize> {
        let at = self.events.binary_search_by_key(&event, |event| event.id);
        at.ok().map(|at| at + 1)
    }
}

fn is_told(event: &Event, level: Level) -> bool {
    event.what.level() <= level
}
