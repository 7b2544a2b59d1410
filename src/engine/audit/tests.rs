//! The audit can fail: an engine is spoilt, one thing at a time.

use super::super::{CheckOutcome, Effect, Input, Level, Options, Output, Remembered, Until};
use super::*;
use crate::engine::small::Small;
use crate::graph::{Draft, FieldPath, Graph, Key, Origin};
use crate::time::Time;
use crate::value::{Opaque, Place, Value};
use std::sync::Arc;

fn key(name: &str) -> Key {
    Key::new("it", name)
}

/// `a.value -> b.value`, and `b -> c`.
fn graph() -> Graph {
    let (at, value) = (Place::default(), FieldPath::parse("value"));
    let mut draft = Draft::new("audit");
    for name in ["a", "b", "c"] {
        draft.add(&Small, key(name), at).unwrap();
    }
    let ends = ((&key("a"), &value), (&key("b"), &value));
    let bound = draft.bind(&Small, ends.0, ends.1, Origin::Written, at);
    bound.unwrap();
    let linked = draft.link(&key("b"), &key("c"), false, Origin::Written, at);
    linked.unwrap();
    draft.finish(&Small).unwrap()
}

fn right() -> CheckOutcome {
    CheckOutcome {
        findings: Vec::new(),
        found: Opaque::new(()),
        memo: None,
        sends: Some([("value".to_owned(), Value::str("sent"))].into()),
        rhythm: None,
        notes: Vec::new(),
        says: Vec::new(),
        deaf: None,
        unsure: false,
        owns: Vec::new(),
    }
}

/// An engine under way: a is right and has sent, b is being checked, c waits behind it.
fn engine() -> Engine {
    let options = Options {
        catalog: &Small,
        jobs: 2,
        level: Level::Full,
        plan: false,
        noop: false,
    };
    let mut engine = Engine::new(options, Remembered::default());
    let input = Input::Graph {
        graph: Arc::new(graph()),
        renamed: Vec::new(),
    };
    engine.step(Time::ZERO, input);
    let run = Input::Run {
        until: Until::Converged,
        world: "nowhere".into(),
        expected: None,
        only: None,
    };
    let Output { effects, .. } = engine.step(Time::ZERO, run);
    for effect in effects {
        if let Effect::Check {
            vertex, attempt, ..
        } = effect
        {
            let outcome = Ok(right());
            engine.step(
                Time::ZERO,
                Input::Checked {
                    vertex,
                    attempt,
                    outcome,
                },
            );
        }
    }
    engine
}

#[test]
fn what_is_not_as_it_must_be_is_found() {
    let (a, b, c) = (VertexId(0), VertexId(1), VertexId(2));
    let engine_is = engine().audit();
    assert_eq!(engine_is, Ok(()), "before anything is spoilt");
    type Spoil = fn(&mut Engine, VertexId);
    let plants: [(&str, VertexId, Spoil); 10] = [
        ("counts 0", c, |engine, c| {
            engine.unsettled[c.0 as usize] = 0
        }),
        ("counts 2", c, |engine, c| {
            engine.unsettled[c.0 as usize] = 2
        }),
        ("something left to do", a, |engine, a| engine.set(a, DIRTY)),
        ("something left to do", a, |engine, a| {
            engine.set(a, PENDING)
        }),
        ("behind something unsettled", c, |engine, c| {
            engine.clear(c, DIRTY);
            engine.set(c, SETTLED);
        }),
        ("does not hold what it[a] sends", b, |engine, b| {
            let inbox = engine.node_mut(b).inbox.as_mut();
            inbox.unwrap().values.clear();
        }),
        ("does not hold what it[a] sends", a, |engine, a| {
            engine.node_mut(a).sends = None;
        }),
        ("waits for nothing", b, |engine, b| {
            engine.clear(b, BUSY);
        }),
        ("without being on a trip", b, |engine, b| {
            engine.node_mut(b).trip = None;
        }),
        ("1 vertices run, and 2 are counted", b, |engine, _| {
            engine.running += 1;
        }),
    ];
    for (wanted, vertex, spoil) in plants {
        let mut engine = engine();
        spoil(&mut engine, vertex);
        let found = engine.audit().unwrap_err();
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
}
