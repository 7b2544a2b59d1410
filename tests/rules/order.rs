//! Rules of order (O): who starts when, and beside whom; and semaphores.

use super::*;
#[test]
fn o1_starts_behind_settled_predecessors_and_ties_go_by_name() {
    let (mut drive, _) = drive(
        &["noop:c", "noop:a", "noop:b", "noop:z", "noop:z -> noop:a"],
        SimSpec::default(),
    );
    assert_eq!(order(&apply(&mut drive)), ["b", "c", "z", "a"]);
}

#[test]
fn o2_time_never_goes_back() {
    let mut engine = Engine::new(options(1), Remembered::default());
    let run = || Input::Run {
        until: Until::Converged,
        world: "sim".into(),
        expected: None,
        only: None,
    };
    engine.step(
        Time(50),
        Input::Graph {
            graph: Arc::new(graph(&["noop:a"])),
            renamed: vec![],
        },
    );
    let events = engine.step(Time(10), run()).events;
    assert!(!events.is_empty() && events.iter().all(|event| event.at == Time(50)));
}

#[test]
fn o3_independent_vertices_share_the_time_and_a_fan_in_runs_once() {
    let lines = [
        "exec:a cmd=work",
        "exec:b cmd=work",
        "noop:end",
        "exec:a -> noop:end",
        "exec:b -> noop:end",
    ];
    let spec = || commands(&[("work", &[0], Span::secs(10))]);
    for (jobs, seconds) in [(1, 20), (2, 10)] {
        let (mut drive, _) = drive_with(&lines, spec(), jobs);
        let events = apply(&mut drive);
        assert_eq!(drive.now(), Time(seconds * 1_000_000), "{jobs} jobs");
        assert_eq!(times(&events, "noop:end", "check"), 1);
    }
}

#[test]
fn o4_o5_a_dirty_vertex_is_checked_and_a_clean_one_that_is_poked_is_not() {
    let (mut drive, _) = drive(
        &["noop:a", "noop:b", "noop:a -> noop:b"],
        SimSpec::default(),
    );
    begin(&mut drive, Until::Stopped);
    drive.take_events();
    drive.input(Input::Poke(key("noop:b")));
    let events = drive.take_events();
    assert_eq!(
        (
            times(&events, "noop:b", "poked"),
            times(&events, "noop:b", "check")
        ),
        (1, 0)
    );
    drive.input(Input::Dirty(key("noop:a")));
    let events = drive.take_events();
    assert_eq!(
        (
            times(&events, "noop:a", "check"),
            times(&events, "noop:b", "check")
        ),
        (1, 0)
    );
}

#[test]
fn o6_an_event_checks_nothing_below_it() {
    let lines = [
        "file:/a content=x",
        "file:/b content=y",
        "noop:c",
        "file:/a -> file:/b",
        "file:/b -> noop:c",
    ];
    let (mut drive, sim) = drive(&lines, SimSpec::default());
    begin(&mut drive, Until::Stopped);
    drive.take_events();
    sim.outside().touch("/a".as_ref()).unwrap();
    drive.input(Input::Tick);
    assert_eq!(order(&drive.take_events()), ["/a"]);
}

#[test]
fn o7_what_happens_during_an_apply_is_checked_afterwards() {
    let (mut drive, _) = drive(&["file:/a content=x"], SimSpec::default());
    begin(&mut drive, Until::Stopped);
    let events = drive.take_events();
    let seen = words(&events, "file:/a");
    let changed = seen.iter().position(|word| *word == "changed").unwrap();
    assert!(
        seen[changed..].contains(&"check"),
        "its own write is an event: {seen:?}"
    );
    assert_eq!(tally(&events).changed + tally(&events).ok, 1);
}

#[test]
fn o8_no_check_before_the_watch_listens_and_none_without_watching() {
    let lines = ["file:/a content=x"];
    let (mut drive, _) = drive(&lines, SimSpec::default());
    assert_eq!(times(&apply(&mut drive), "file:/a", "watching"), 0);
    begin(&mut drive, Until::Stopped);
    assert_eq!(
        words(&drive.take_events(), "file:/a")[..2],
        ["watching", "check"]
    );
}

#[test]
fn o9_what_waits_for_ever_is_named_with_what_it_waits_behind() {
    let lines = [
        "exec:bad cmd=bad",
        "noop:mid",
        "noop:end",
        "exec:bad -> noop:mid",
        "noop:mid -> noop:end",
    ];
    let (mut drive, _) = drive(&lines, commands(&[("bad", &[1], Span::ZERO)]));
    let text = story(&apply(&mut drive));
    assert!(
        text.contains("blocked    noop[end]                 behind exec[bad], which failed"),
        "{text}"
    );
    assert_eq!(
        drive.engine().status(&key("noop:mid")),
        Some(Status::Blocked)
    );
}

#[test]
fn m2_a_semaphore_lets_so_many_run() {
    let lines = ["exec:a cmd=work", "exec:b cmd=work", "exec:c cmd=work"];
    let (mut drive, _) = drive_with(&lines, commands(&[("work", &[0], Span::secs(10))]), 4);
    let mut draft = drive.engine().graph().edit();
    for name in ["exec:a", "exec:b", "exec:c"] {
        let sema = [("lock".to_owned(), 2)].into_iter().collect();
        let meta = weft::graph::Meta {
            sema,
            ..weft::graph::Meta::default()
        };
        draft.set_meta(&key(name), meta, Place::default()).unwrap();
    }
    drive.input(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
    apply(&mut drive);
    assert_eq!(drive.now(), Time(20_000_000));
}

#[test]
fn o8_what_is_watched_follows_what_was_received() {
    let of = |path: &str| {
        let value = format!("value:v value={path}");
        graph(&["template:t", &value, "value:v.value => template:t.source"])
    };
    let (mut drive, sim) = drive(&[], SimSpec::default());
    let outside = |path: &str, text: &[u8]| {
        assert_eq!(
            sim.outside().write(std::path::Path::new(path), text),
            Ok(())
        );
    };
    outside("/one", b"one");
    outside("/two", b"two");
    let take = |graph: Graph| Input::Graph {
        graph: Arc::new(graph),
        renamed: vec![],
    };
    drive.input(take(of("/one")));
    begin(&mut drive, Until::Stopped);
    drive.input(take(of("/two")));
    drive.advance(Span::secs(1));
    drive.take_events();
    outside("/two", b"three");
    drive.advance(Span::secs(1));
    let events = drive.take_events();
    assert_eq!(
        times(&events, "template:t", "check"),
        1,
        "{}",
        story(&events)
    );
    outside("/one", b"four");
    drive.advance(Span::secs(1));
    let events = drive.take_events();
    assert_eq!(
        times(&events, "template:t", "check"),
        0,
        "{}",
        story(&events)
    );
}
