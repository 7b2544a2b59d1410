//! Rules of limits and endings: semaphores, what is blocked behind what.

use super::hand::Hand;
use super::*;

/// These vertices share a semaphore that lets one run at a time.
fn locked(hand: &mut Hand, vertices: &[&str]) {
    let one: Vec<_> = vertices
        .iter()
        .map(|vertex| (*vertex, &["lock"][..]))
        .collect();
    locked_by(hand, &one);
}

/// Each of these vertices needs all of its semaphores, of which each lets one run at a time.
fn locked_by(hand: &mut Hand, vertices: &[(&str, &[&str])]) {
    let mut draft = hand.engine.graph().edit();
    for (vertex, names) in vertices {
        let meta = weft::graph::Meta {
            sema: names.iter().map(|name| ((*name).to_owned(), 1)).collect(),
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

/// Rules M2 and O1: nobody waits where there is room, whatever sizes a name has, and nobody is asked again and again: a vertex waits once
/// for each of its semaphores.
#[test]
fn m2_whoever_gives_a_semaphore_back_wakes_one_that_has_room() {
    let names: Vec<String> = (0..30).map(|n| format!("exec:{n:02}")).collect();
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("{name} cmd=work"))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let work = commands(&[("work", &[0], Span::secs(10))]);
    let (mut drive, _) = drive_with(&lines, work, 64);
    let mut draft = drive.engine().graph().edit();
    for (n, name) in names.iter().enumerate() {
        let sema: &[(&str, u32)] = [&[("x", 2)][..], &[("x", 3), ("y", 1)], &[("y", 2)]][n % 3];
        let meta = weft::graph::Meta {
            sema: sema
                .iter()
                .map(|(name, size)| ((*name).to_owned(), *size))
                .collect(),
            ..weft::graph::Meta::default()
        };
        draft.set_meta(&key(name), meta, Place::default()).unwrap();
    }
    drive.input(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
    let events = apply(&mut drive);
    assert_eq!(tally(&events).changed, 30, "{}", story(&events));
    for name in &names {
        let waits = times(&events, name, "waiting");
        assert!(waits <= 2, "{name} waited {waits} times");
    }
    // Ten of each form, of ten seconds each: those that take both exclude all that take `y`.
    assert!(drive.now() <= Time(150_000_000), "{:?}", drive.now());
}

/// Rules M2 and O9: who was woken and cannot start yet wakes the next.
#[test]
fn m2_o9_who_still_wants_another_semaphore_does_not_keep_the_next_waiting() {
    let mut hand = Hand::new(&["noop:a", "noop:b", "noop:c", "noop:d"]);
    let needs: [(&str, &[&str]); 4] = [
        ("noop:a", &["x"]),
        ("noop:b", &["y"]),
        ("noop:c", &["x", "y"]),
        ("noop:d", &["x"]),
    ];
    locked_by(&mut hand, &needs);
    hand.run();
    let doing = |hand: &Hand| ["a", "b", "c", "d"].map(|v| hand.doing(&format!("noop:{v}")));
    assert_eq!(doing(&hand), ["check", "check", "nothing", "nothing"]);
    hand.checked("noop:a", false);
    assert_eq!(doing(&hand), ["nothing", "check", "nothing", "check"]);
    hand.checked("noop:b", false);
    assert_eq!(doing(&hand), ["nothing", "nothing", "nothing", "check"]);
    hand.checked("noop:d", false);
    assert_eq!(hand.doing("noop:c"), "check");
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

/// A run whose plan said nothing, in which the first vertex asks (rule L4).
fn asking(lines: &[&str], vertex: &str) -> (Hand, Input, Input) {
    let mut hand = Hand::new(lines);
    hand.take(Input::Run {
        until: Until::Converged,
        world: "sim".into(),
        expected: Some(Arc::new(Expected::default())),
        only: None,
    });
    hand.checked(vertex, true);
    let asked = hand.engine.asking();
    assert_eq!(asked.len(), 1, "{}", hand.told());
    let answer = |yes| Input::Consent {
        vertex: asked[0].0,
        yes,
    };
    (hand, answer(true), answer(false))
}

/// Rules L4 and O9: what is behind a vertex that a person left as it is, is told so; while it is asked about, it waits.
#[test]
fn l4_o9_what_comes_after_a_declined_vertex_is_blocked_behind_it() {
    let lines = [
        "file:/a",
        "noop:b",
        "noop:c",
        "file:/a -> noop:b",
        "noop:b -> noop:c",
    ];
    let (mut hand, _, no) = asking(&lines, "file:/a");
    assert_eq!(hand.status("noop:b"), Some(Status::Waiting));
    hand.take(no);
    let text = story(&hand.events);
    for after in ["noop[b]", "noop[c]"] {
        let line = format!("blocked    {after:<25} behind file[/a], which was left as it is");
        assert!(text.contains(&line), "{text}");
    }
    assert_eq!(hand.tally().blocked, 2);
}

/// Rules L4 and M3: no is an answer, and not tried again.
#[test]
fn l4_m3_a_declined_vertex_is_not_retried() {
    let (mut hand, _, no) = asking(&["file:/a"], "file:/a");
    let mut draft = hand.engine.graph().edit();
    let meta = weft::graph::Meta {
        retry: 3,
        ..weft::graph::Meta::default()
    };
    draft
        .set_meta(&key("file:/a"), meta, Place::default())
        .unwrap();
    hand.take(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
    hand.checked("file:/a", true);
    hand.take(no);
    assert_eq!(hand.times("file:/a", "retrying"), 0, "{}", hand.told());
    assert!(!hand.engine.is_running());
}

/// Rules L4 and E2: a stop answers nothing; what was found to differ is still dirty.
#[test]
fn l4_e2_a_stop_leaves_what_was_asked_about_dirty() {
    let (mut hand, ..) = asking(&["file:/a", "noop:b", "file:/a -> noop:b"], "file:/a");
    hand.take(Input::Stop { now: false });
    assert!(!hand.engine.is_running());
    let marks = hand.engine.marks(&key("file:/a")).unwrap();
    assert!(marks.dirty, "{}", hand.told());
}

/// Rules L4 and E2: nobody is asked while a run is being stopped, and nothing is applied after it.
#[test]
fn l4_e2_a_check_that_ends_after_a_stop_asks_nothing() {
    let mut hand = Hand::new(&["file:/a"]);
    hand.take(Input::Run {
        until: Until::Converged,
        world: "sim".into(),
        expected: Some(Arc::new(Expected::default())),
        only: None,
    });
    hand.take(Input::Stop { now: false });
    hand.checked("file:/a", true);
    assert!(!hand.engine.is_running());
    assert_eq!(hand.engine.asking(), [], "{}", hand.told());
    let marks = hand.engine.marks(&key("file:/a")).unwrap();
    assert!(marks.dirty);
    assert_eq!(hand.doing("file:/a"), "nothing");
}
