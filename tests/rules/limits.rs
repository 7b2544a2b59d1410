//! Rules of limits and endings: semaphores, what is blocked behind what.

use super::hand::Hand;
use super::*;

/// These vertices share a semaphore that lets one run at a time.
fn locked(hand: &mut Hand, vertices: &[&str]) {
    let mut draft = hand.engine.graph().edit();
    for vertex in vertices {
        let meta = weft::graph::Meta {
            sema: [("lock".to_owned(), 1)].into_iter().collect(),
            ..weft::graph::Meta::default()
        };
        draft
            .set_meta(&key(vertex), meta, Place::default())
            .unwrap();
    }
    hand.take(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
}

/// Rules M2, O9 and E1: who waits for a semaphore that hangs is blocked, who holds it is named, and the run ends.
#[test]
fn m2_o9_e1_who_waits_behind_a_semaphore_that_hangs_is_blocked_by_its_holder() {
    let lines = ["noop:a", "noop:b", "noop:c", "noop:d", "noop:b -> noop:c"];
    let mut hand = Hand::new(&lines);
    locked(&mut hand, &["noop:a", "noop:b"]);
    hand.run();
    hand.checked("noop:d", false);
    assert_eq!(
        (hand.doing("noop:a"), hand.doing("noop:b")),
        ("check".into(), "nothing".into())
    );
    assert_eq!(hand.status("noop:b"), Some(Status::Waiting));
    hand.hangs("noop:a");
    let text = story(&hand.events);
    assert!(!hand.engine.is_running(), "{text}");
    for line in [
        "blocked    noop[b]                   behind noop[a], which holds the semaphore lock and may still run",
        "blocked    noop[c]                   behind noop[b]",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!((hand.tally().failed, hand.tally().blocked), (1, 2));
    assert_eq!(hand.status("noop:b"), Some(Status::Blocked));
    assert_eq!(hand.status("noop:c"), Some(Status::Blocked));
    // The next run meets it still hanging, and says so again; then it comes back, and lets them go.
    hand.run();
    hand.checked("noop:d", false);
    assert_eq!(
        hand.times("noop:b", "blocked"),
        2,
        "{}",
        story(&hand.events)
    );
    hand.watch();
    hand.finish();
    assert_eq!(hand.status("noop:b"), Some(Status::Ok));
    assert_eq!(hand.status("noop:c"), Some(Status::Ok));
}

/// Rules M2 and G1: who no longer needs a semaphore no longer waits for it.
#[test]
fn m2_g1_an_edit_lets_go_of_a_semaphore_that_hangs() {
    let mut hand = Hand::new(&["noop:a", "noop:b"]);
    locked(&mut hand, &["noop:a", "noop:b"]);
    hand.watch();
    hand.hangs("noop:a");
    assert_eq!(hand.status("noop:b"), Some(Status::Blocked));
    hand.edit(&["noop:a", "noop:b"]);
    assert_eq!(hand.doing("noop:b"), "check");
}

/// Rules M2 and G1: a holder that hangs and is no longer in the graph holds on, and is named.
#[test]
fn m2_g1_a_holder_that_is_gone_is_still_named() {
    let mut hand = Hand::new(&["noop:a", "noop:b"]);
    locked(&mut hand, &["noop:a", "noop:b"]);
    hand.watch();
    hand.hangs("noop:a");
    let mut draft = hand.engine.graph().edit();
    draft.drop_vertex(&key("noop:a"), Place::default()).unwrap();
    hand.take(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
    let last = hand.events.iter().rev();
    let told = last
        .clone()
        .find(|event| matches!(event.what, What::Blocked(_)));
    let told = told.unwrap_or_else(|| panic!("{}", story(&hand.events)));
    assert!(trace::line(told).detail.contains("noop[a]"), "{told:?}");
    let chain = weft::engine::why::chain(&hand.events, told.id);
    assert!(chain[0].what.is_input(), "{chain:?}");
}
