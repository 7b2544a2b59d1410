//! `why`: the chain of causes of what a vertex last did, back to an input. The chain is data in the events; nothing is guessed.

use super::event::{Event, EventId, What};
use crate::graph::Key;
use std::collections::BTreeSet;

/// The events that led to the last thing that happened to `key`, the input first. Empty if nothing happened to it.
pub fn why<'a>(events: &'a [Event], key: &Key) -> Vec<&'a Event> {
    let about = |event: &&Event| event.subject.as_ref() == Some(key);
    why_among(events, events.iter().filter(about))
}

/// The same for who knows which of the events are about it.
pub fn why_among<'a>(
    events: &'a [Event],
    mut about: impl DoubleEndedIterator<Item = &'a Event> + Clone,
) -> Vec<&'a Event> {
    let tells = |event: &&Event| is_outcome(&event.what);
    let last = about.clone().rev().find(tells).or(about.next_back());
    last.map(|event| chain(events, event.id))
        .unwrap_or_default()
}

/// The events that led to one event, the input first, itself last.
pub fn chain(events: &[Event], id: EventId) -> Vec<&Event> {
    let mut chain = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = Some(id);
    while let Some(id) = next {
        if !seen.insert(id) {
            break;
        }
        let Ok(at) = events.binary_search_by_key(&id, |event| event.id) else {
            break;
        };
        chain.push(&events[at]);
        next = events[at].cause;
    }
    chain.reverse();
    chain
}

/// Whether this says what became of a vertex, rather than what was sent or told on the way.
fn is_outcome(what: &What) -> bool {
    matches!(
        what,
        What::Ok
            | What::Changed { .. }
            | What::CountsAsChanged { .. }
            | What::Refreshed { .. }
            | What::HeardOnly(_)
            | What::Failed { .. }
            | What::Retrying { .. }
            | What::Held(_)
            | What::Blocked(_)
            | What::Waiting(_)
            | What::NotKnown(_)
            | What::Asks(_)
            | What::Declined
    )
}
