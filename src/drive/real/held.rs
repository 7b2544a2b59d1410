//! What waits until records are durable: events, which are shown in their order, and applies and refreshes.

use std::collections::VecDeque;

use crate::drive::Errand;
use crate::engine::event::Event;
use crate::engine::{Attempt, Seq};

/// Events and errands that wait.
#[derive(Default)]
pub(super) struct Held {
    durable: Seq,
    events: VecDeque<(Seq, Vec<Event>)>,
    errands: Vec<Errand>,
}

impl Held {
    /// Whether anything waits.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.errands.is_empty()
    }

    /// Takes the events of a step whose last record has this number.
    pub fn add_events(&mut self, last: Seq, events: Vec<Event>) {
        if !events.is_empty() {
            self.events.push_back((last, events));
        }
    }

    /// Takes errands, and gives back those that need not wait.
    pub fn add_errands(&mut self, errands: Vec<Errand>) -> Vec<Errand> {
        let (wait, go) = errands
            .into_iter()
            .partition(|errand: &Errand| errand.after.is_some_and(|after| after > self.durable));
        self.errands.extend(wait);
        go
    }

    /// All records up to this number are durable.
    pub fn stored(&mut self, upto: Seq) {
        self.durable = self.durable.max(upto);
    }

    /// The next events that may be shown.
    pub fn next_events(&mut self) -> Option<Vec<Event>> {
        let ready = self
            .events
            .front()
            .is_some_and(|(last, _)| *last <= self.durable);
        ready
            .then(|| self.events.pop_front())
            .flatten()
            .map(|(_, events)| events)
    }

    /// The errands that need not wait any more, in their order.
    pub fn next_errands(&mut self) -> Vec<Errand> {
        let errands = std::mem::take(&mut self.errands);
        self.add_errands(errands)
    }

    /// Takes an errand back that has not been handed out.
    pub fn cancel(&mut self, attempt: Attempt) -> Option<Errand> {
        let at = self
            .errands
            .iter()
            .position(|errand| errand.attempt == attempt)?;
        Some(self.errands.remove(at))
    }

    /// Gives up what waits for records that could not be stored: the errands come back, the events are not shown.
    pub fn give_up(&mut self) -> Vec<Errand> {
        self.events.retain(|(last, _)| *last <= self.durable);
        std::mem::take(&mut self.errands)
    }
}
