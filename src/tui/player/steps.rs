//! Places of a film by what it tells.

use super::Player;
use crate::trace::{Event, EventId, Level};

impl Player {
    /// How many events are shown after one step back, to the one before it of which the story tells.
    pub fn earlier(&self) -> usize {
        let before = &self.events[..self.shown.saturating_sub(1)];
        before.iter().rposition(told).map_or(0, |at| at + 1)
    }

    /// The same, one step on.
    pub fn later(&self) -> usize {
        let after = &self.events[self.shown..];
        let next = after.iter().position(told);
        next.map_or(self.events.len(), |at| self.shown + at + 1)
    }

    /// How many events are shown where this one is the last of them.
    pub fn place_of(&self, event: EventId) -> Option<usize> {
        let at = self.events.binary_search_by_key(&event, |event| event.id);
        at.ok().map(|at| at + 1)
    }
}

/// Whether the story tells of it.
fn told(event: &Event) -> bool {
    event.what.level() <= Level::Story
}
