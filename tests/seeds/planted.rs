//! The checks can fail: for each law a play that keeps it is changed so that it does not, and the follower says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use weft::engine::event::{Event, EventId, Tally, What};
use weft::engine::{Status, Until};
use weft::graph::{Graph, Key, Meta};
use weft::kind::Kinds;
use weft::value::{Place, Value};

use super::follow::{Broken, Follower, Item, Law, follow};
use super::play::same_value;

/// The first change that some play allows, in that play.
fn planted(plant: impl Fn(&[Item]) -> Option<Vec<Item>>) -> Vec<Item> {
    let plays = (0..300).map(|seed| super::play(seed).2);
    let mut changed = plays.filter_map(|items| {
        let found = follow(&items).and_then(|follower| follower.end());
        assert!(found.is_ok(), "as it was played: {found:?}");
        plant(&items)
    });
    changed.next().expect("a play in which that can be planted")
}

#[track_caller]
fn breaks(law: Law, plant: impl Fn(&[Item]) -> Option<Vec<Item>>) {
    let items = numbered(&planted(plant));
    let found = follow(&items).and_then(|follower| follower.end());
    assert_eq!(found.err().map(|broken: Broken| broken.law), Some(law));
}

/// The same with events numbered anew in their order, and causes with them; the place of a cause that is gone, or comes
/// later, is taken by the event before.
fn numbered(items: &[Item]) -> Vec<Item> {
    let mut numbers: BTreeMap<EventId, EventId> = BTreeMap::new();
    let mut next = 0;
    let renumber = |item: &Item| match item {
        Item::Event(event) => {
            next += 1;
            let id = EventId(next);
            numbers.insert(event.id, id);
            let cause = event.cause.map(|cause| match numbers.get(&cause) {
                Some(known) if *known < id => *known,
                _ => EventId(next - 1),
            });
            Item::Event(Event {
                id,
                cause,
                ..event.clone()
            })
        }
        other => other.clone(),
    };
    items.iter().map(renumber).collect()
}

fn event(item: &Item) -> Option<&Event> {
    match item {
        Item::Event(event) => Some(event),
        _ => None,
    }
}

fn position(items: &[Item], from: usize, is_it: impl Fn(&Event) -> bool) -> Option<usize> {
    let found = items[from..]
        .iter()
        .position(|item| event(item).is_some_and(&is_it));
    found.map(|at| from + at)
}

fn started(event: &Event) -> bool {
    matches!(event.what, What::Started { .. })
}

fn checks(event: &Event) -> bool {
    matches!(event.what, What::Checking { .. })
}

/// The same, without what stands at one place.
fn without(items: &[Item], at: usize) -> Vec<Item> {
    let mut items = items.to_vec();
    items.remove(at);
    items
}

/// The same, with this after what stands at one place.
fn with(items: &[Item], at: usize, item: Item) -> Vec<Item> {
    let mut items = items.to_vec();
    items.insert(at + 1, item);
    items
}

/// The same, with every graph changed.
fn redrawn(items: &[Item], change: impl Fn(&Graph) -> Option<Graph>) -> Option<Vec<Item>> {
    let each = items.iter().map(|item| match item {
        Item::Graph(graph, renamed) => Some(Item::Graph(Arc::new(change(graph)?), renamed.clone())),
        other => Some(other.clone()),
    });
    each.collect()
}

fn with_meta(graph: &Graph, key: &Key, meta: &Meta) -> Option<Graph> {
    let mut draft = graph.edit();
    draft.set_meta(key, meta.clone(), Place::default()).ok()?;
    draft.finish(&Kinds).ok()
}

/// The one graph of a play that has only one.
fn only_graph(items: &[Item]) -> Option<Arc<Graph>> {
    let mut graphs = items.iter().filter_map(|item| match item {
        Item::Graph(graph, _) => Some(graph.clone()),
        _ => None,
    });
    let first = graphs.next()?;
    graphs.next().is_none().then_some(first)
}

/// In what a run of two begins, the second of them first.
#[test]
fn a_vertex_that_starts_too_early_is_seen() {
    breaks(Law::Order, |items| {
        let graph = only_graph(items)?;
        let start = position(items, 0, started)?;
        let first = position(items, start, checks)?;
        let before = event(&items[first])?.subject.clone()?;
        let comes_after = |event: &Event| {
            let ends = |key: &Key| (before.clone(), key.clone());
            checks(event)
                && event
                    .subject
                    .as_ref()
                    .is_some_and(|key| graph.edges().contains_key(&ends(key)))
        };
        let second = position(items, first, comes_after)?;
        let early = items[second].clone();
        Some(with(&without(items, second), first, early))
    });
}

#[test]
fn a_second_attempt_is_seen() {
    breaks(Law::OneAttempt, |items| {
        let at = position(items, 0, checks)?;
        Some(with(items, at, items[at].clone()))
    });
    breaks(Law::OneAttempt, |items| {
        let at = position(items, 0, |event| event.what == What::Ok)?;
        let again = Event {
            what: What::Checking { tries: 0 },
            ..event(&items[at])?.clone()
        };
        // Nothing made it dirty, and nothing is pending for it.
        let quiet = position(items, at, |event| event.what == What::Applying).is_none();
        quiet.then(|| with(items, at, Item::Event(again)))
    });
}

#[test]
fn more_than_the_jobs_are_seen() {
    breaks(Law::Jobs, |items| {
        let first = position(items, 0, checks)?;
        let beside = event(items.get(first + 1)?).is_some_and(checks);
        let fewer = items.iter().map(|item| match item {
            Item::Engine(_, noop) => Item::Engine(1, *noop),
            other => other.clone(),
        });
        beside.then(|| fewer.collect())
    });
}

#[test]
fn a_semaphore_that_is_taken_twice_is_seen() {
    breaks(Law::Semaphore, |items| {
        only_graph(items)?;
        let first = position(items, 0, checks)?;
        let second = event(items.get(first + 1)?).filter(|event| checks(event))?;
        let both = [
            event(&items[first])?.subject.clone()?,
            second.subject.clone()?,
        ];
        let meta = Meta {
            sema: [("planted".to_owned(), 1)].into(),
            ..Meta::default()
        };
        redrawn(items, |graph| {
            let graph = with_meta(graph, &both[0], &meta)?;
            with_meta(&graph, &both[1], &meta)
        })
    });
}

#[test]
fn a_check_before_its_watch_is_seen() {
    breaks(Law::Watch, |items| {
        let watched = |event: &Event| {
            matches!(
                event.what,
                What::Started {
                    until: Until::Stopped,
                    ..
                }
            )
        };
        let start = position(items, 0, watched)?;
        let at = position(items, start, |event| event.what == What::Watching)?;
        event(items.get(at + 1)?)
            .is_some_and(checks)
            .then(|| without(items, at))
    });
}

#[test]
fn a_start_while_stopping_and_outside_of_a_run_is_seen() {
    breaks(Law::Stop, |items| {
        let start = position(items, 0, started)?;
        let at = position(items, start, checks)?;
        let before = position(items, 0, |_| true)?;
        (before < start && start < at).then(|| without(items, start))
    });
    breaks(Law::Stop, |items| {
        let at = position(items, 0, checks)?;
        let stopping = Event {
            what: What::Stopping { now: false },
            subject: None,
            ..event(&items[at])?.clone()
        };
        Some(with(items, at - 1, Item::Event(stopping)))
    });
}

#[test]
fn a_missing_debt_is_seen() {
    breaks(Law::Debt, |items| {
        let is_debt =
            |event: &Event| matches!(&event.what, What::Recorded { what, .. } if what == "debt");
        Some(without(items, position(items, 0, is_debt)?))
    });
}

#[test]
fn a_notification_that_is_not_made_is_seen() {
    breaks(Law::Notify, |items| {
        let is_paid =
            |event: &Event| matches!(&event.what, What::Recorded { what, .. } if what == "paid");
        let paid = position(items, 0, is_paid)?;
        let told = event(items.get(paid + 1)?)?;
        matches!(told.what, What::Notified { .. }).then(|| without(items, paid + 1))
    });
}

#[test]
fn a_noop_that_acts_is_seen() {
    breaks(Law::Noop, |items| {
        only_graph(items)?;
        let at = position(items, 0, |event| event.what == What::Applying)?;
        let key = event(&items[at])?.subject.clone()?;
        let meta = Meta {
            noop: true,
            ..Meta::default()
        };
        redrawn(items, |graph| with_meta(graph, &key, &meta))
    });
}

#[test]
fn what_is_done_for_a_vertex_that_is_gone_is_seen() {
    breaks(Law::Gone, |items| {
        only_graph(items)?;
        let at = position(items, 0, checks)?;
        let key = event(&items[at])?.subject.clone()?;
        redrawn(items, |graph| {
            let mut draft = graph.edit();
            draft.drop_vertex(&key, Place::default()).ok()?;
            draft.finish(&Kinds).ok()
        })
    });
    breaks(Law::Gone, |items| {
        let start = position(items, 0, started)?;
        position(items, start, checks)?;
        Some(with(items, start - 1, Item::Only(Some(Default::default()))))
    });
}

#[test]
fn what_is_left_at_the_end_is_seen() {
    breaks(Law::Left, |items| {
        let start = position(items, 0, started)?;
        let done = Event {
            what: What::Converged(Tally::default()),
            cause: event(&items[start]).map(|event| event.id),
            ..event(&items[start])?.clone()
        };
        Some(with(items, start, Item::Event(done)))
    });
}

#[test]
fn a_run_that_does_not_end_is_seen() {
    breaks(Law::Ends, |items| {
        let last = items
            .iter()
            .rposition(|item| event(item).is_some_and(started))?;
        Some(items[..=last].to_vec())
    });
}

/// Not numbered anew: the numbers are what is wrong.
#[test]
fn an_event_without_a_cause_is_seen() {
    type Change = fn(&mut Event);
    let changes: [Change; 4] = [
        |event| event.cause = None,
        |event| event.cause = Some(event.id),
        |event| event.cause = Some(EventId(event.id.0 + 5)),
        |event| event.id = EventId(0),
    ];
    for change in changes {
        let items = planted(|items| {
            let mut items = items.to_vec();
            let at = position(&items, 0, |event| event.what == What::Ok)?;
            if let Item::Event(event) = &mut items[at] {
                change(event);
            }
            Some(items)
        });
        let found = follow(&items).err().map(|broken| broken.law);
        assert_eq!(found, Some(Law::Cause));
    }
}

#[test]
fn a_value_that_did_not_arrive_is_seen() {
    let (sent, other) = (Value::str("sent"), Value::str("other"));
    let law = |sent, held| {
        same_value("a.x -> b.y", sent, held)
            .err()
            .map(|broken| broken.law)
    };
    assert_eq!(law(Some(&sent), Some(&sent)), None);
    assert_eq!(law(None, None), None);
    assert_eq!(law(Some(&sent), None), Some(Law::Holds));
    assert_eq!(law(Some(&sent), Some(&other)), Some(Law::Holds));
    assert_eq!(law(None, Some(&other)), Some(Law::Holds));
}

#[test]
fn what_an_engine_says_and_did_not_do_is_seen() {
    let items = planted(|items| {
        let at = position(items, 0, checks)?;
        Some(items[..=at].to_vec())
    });
    let key = items
        .last()
        .and_then(event)
        .and_then(|event| event.subject.clone());
    let key = key.expect("a vertex");
    let follower = follow(&items).unwrap_or_else(|_| Follower::default());
    assert!(follower.told(&key, Status::Checking, false, false).is_ok());
    for (status, debt, pending) in [
        (Status::Ok, false, false),
        (Status::Checking, true, false),
        (Status::Checking, false, true),
    ] {
        let told = follower.told(&key, status, debt, pending);
        assert_eq!(told.err().map(|broken| broken.law), Some(Law::Told));
    }
}
