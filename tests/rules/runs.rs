//! Rules of runs: parts of a graph, tries and delays, owners, and the causes of all that happens.

use super::hand::Hand;
use super::*;
use weft::graph::Meta;

/// A graph of these lines in which these vertices have this meta.
fn with_meta(lines: &[&str], vertices: &[&str], meta: Meta) -> Input {
    let mut draft = graph(lines).edit();
    for vertex in vertices {
        draft
            .set_meta(&key(vertex), meta.clone(), Place::default())
            .unwrap();
    }
    Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    }
}

/// Rule L4: what came while no run was under way is no part of a run that is about something else.
#[test]
fn l4_a_run_of_some_vertices_starts_none_that_was_poked_before_it() {
    let mut hand = Hand::new(&["noop:a", "noop:b", "noop:c"]);
    hand.run();
    hand.finish();
    hand.take(Input::Dirty(key("noop:b")));
    hand.take(Input::Notify(key("noop:c")));
    hand.run_of(Until::Converged, Some(&["noop:a"]));
    assert_eq!(
        (hand.doing("noop:b"), hand.doing("noop:c")),
        ("nothing".into(), "nothing".into())
    );
    hand.finish();
    assert!(!hand.engine.is_running());
    assert_eq!(hand.pending(), ["notify noop[c]"]);
    hand.run();
    hand.finish();
    assert_eq!(hand.times("noop:c", "refreshed"), 1);
}

/// Rules L4 and L6: what becomes pending for the rest is reported, and is no failure of the run; nor is what is blocked there.
#[test]
fn l4_l6_what_is_left_outside_of_a_run_does_not_count_in_it() {
    let lines = [
        "file:/a",
        "noop:n",
        "file:/a ~> noop:n",
        "exec:silent refreshonly=true",
        "file:/out",
        "exec:silent.stdout => file:/out.content",
        "exec:bad cmd=bad",
        "noop:after",
        "exec:bad -> noop:after",
    ];
    let mut hand = Hand::new(&lines);
    hand.run();
    hand.checked("exec:bad", true);
    hand.fails("exec:bad", true, false);
    hand.checked_as(
        "exec:silent",
        weft::engine::CheckOutcome {
            sends: None,
            ..found(false)
        },
    );
    hand.finish();
    assert_eq!(
        (hand.tally().failed, hand.tally().blocked),
        (1, 2),
        "{}",
        story(&hand.events)
    );
    let before = hand.events.len();
    hand.run_of(Until::Converged, Some(&["file:/a"]));
    hand.checked("file:/a", true);
    hand.applied("file:/a");
    let text = trace::lines(&hand.events[before..], Level::Story);
    let tally = hand.tally();
    assert_eq!(
        (tally.failed, tally.blocked, tally.pending, tally.changed),
        (0, 0, 0, 1),
        "{text}"
    );
    assert!(text.contains("notified   noop[n]"), "{text}");
    assert!(!text.contains("blocked"), "{text}");
    assert_eq!((hand.pending().len(), tally.outside), (1, 1));
}

/// Rules L6 and E1: what still hangs from a run before has failed in this one too.
#[test]
fn l6_e1_a_run_in_which_something_still_hangs_is_not_well() {
    let mut hand = Hand::new(&["noop:a", "noop:b"]);
    hand.run();
    hand.hangs("noop:a");
    hand.checked("noop:b", false);
    hand.run();
    hand.checked("noop:b", false);
    assert!(!hand.engine.is_running());
    assert_eq!(
        (hand.tally().failed, hand.tally().ok),
        (1, 1),
        "{}",
        hand.told()
    );
    // It comes back, and is checked: then it counts as what it is.
    hand.watch();
    hand.finish();
    assert_eq!((hand.engine.tally().failed, hand.engine.tally().ok), (0, 2));
}

/// Rule M3: an event during a failed try or its delay is a new cause: the delay runs to its end, and the tries are fresh.
#[test]
fn m3_a_cause_during_a_delay_brings_fresh_tries_and_shortens_nothing() {
    let meta = Meta {
        retry: 1,
        delay: Span::secs(10),
        ..Meta::default()
    };
    for while_it_runs in [true, false] {
        let mut hand = Hand::new(&[]);
        let lines = ["value:v value=1", "print:p", "value:v.value => print:p.msg"];
        hand.take(with_meta(&lines, &["print:p"], meta.clone()));
        hand.watch();
        let sends = |n: i64| weft::engine::CheckOutcome {
            sends: Some(
                [("value".to_owned(), weft::value::Value::Int(n))]
                    .into_iter()
                    .collect(),
            ),
            ..found(false)
        };
        hand.checked_as("value:v", sends(1));
        let news = |hand: &mut Hand| {
            hand.take(Input::Dirty(key("value:v")));
            hand.checked_as("value:v", sends(2));
        };
        if while_it_runs {
            news(&mut hand);
        }
        hand.fails("print:p", false, false);
        if !while_it_runs {
            news(&mut hand);
        }
        assert_eq!(hand.doing("print:p"), "nothing", "{}", hand.told());
        assert_eq!(hand.status("print:p"), Some(Status::Retrying));
        for failed in [1, 2] {
            hand.now = hand.now + Span::secs(10);
            hand.take(Input::Tick);
            assert_eq!(hand.doing("print:p"), "check", "{}", hand.told());
            hand.fails("print:p", false, false);
            let left = if failed == 1 {
                Status::Retrying
            } else {
                Status::Failed
            };
            assert_eq!(hand.status("print:p"), Some(left), "{}", hand.told());
        }
    }
}

/// Rules G1 and M1: a vertex that was removed while it ran is not polled.
#[test]
fn g1_m1_what_is_gone_has_no_rhythm() {
    let meta = Meta {
        poll: Some(Span::secs(1)),
        ..Meta::default()
    };
    for well in [true, false] {
        let mut hand = Hand::new(&[]);
        hand.take(with_meta(&["noop:a", "noop:b"], &["noop:a"], meta.clone()));
        hand.watch();
        hand.checked("noop:b", false);
        hand.edit(&["noop:b"]);
        match well {
            true => hand.checked("noop:a", false),
            false => hand.fails("noop:a", true, false),
        }
        hand.now = hand.now + Span::secs(5);
        let before = hand.events.len();
        hand.take(Input::Tick);
        assert_eq!(hand.events.len(), before, "{}", hand.told());
    }
}

/// Rules C4 and G1: who no longer manages a part of the world lets another one have it.
#[test]
fn c4_g1_an_edit_passes_a_part_of_the_world_on() {
    let of = |x: &str, y: &str| {
        let (x, y) = (format!("file:x path={x}"), format!("file:y path={y}"));
        let lines = [
            "value:v value=text",
            &x,
            &y,
            "value:v.value => file:x.content",
            "value:v.value => file:y.content",
        ];
        Input::Graph {
            graph: Arc::new(graph(&lines)),
            renamed: vec![],
        }
    };
    let (mut drive, _) = drive(&[], SimSpec::default());
    drive.input(of("/a", "/b"));
    apply(&mut drive);
    drive.input(of("/c", "/a"));
    let events = apply(&mut drive);
    assert_eq!(tally(&events).failed, 0, "{}", story(&events));
}

/// Rules O1 and G1: an edit of something else takes nobody's place in the line.
#[test]
fn o1_g1_who_has_waited_longest_goes_first_after_an_edit_too() {
    let lines = ["noop:a", "noop:b", "noop:c"];
    let mut engine = Engine::new(options(1), Remembered::default());
    let mut at = 0;
    let mut step = |engine: &mut Engine, input| {
        at += 1;
        engine.step(Time(at), input)
    };
    let take = |lines: &[&str]| Input::Graph {
        graph: Arc::new(graph(lines)),
        renamed: vec![],
    };
    step(&mut engine, take(&lines));
    let run = Input::Run {
        until: Until::Stopped,
        world: "sim".into(),
        expected: None,
        only: None,
    };
    let mut open = step(&mut engine, run).effects;
    while let Some(effect) = open.pop() {
        if let Effect::Watch { vertex, .. } = effect {
            open.extend(step(&mut engine, Input::Listening { vertex }).effects);
        } else if let Some(input) = answer(effect) {
            open.extend(step(&mut engine, input).effects);
        }
    }
    let mut begun = step(&mut engine, Input::Dirty(key("noop:a"))).effects;
    for later in ["noop:c", "noop:b"] {
        assert!(
            step(&mut engine, Input::Dirty(key(later)))
                .effects
                .is_empty()
        );
    }
    step(&mut engine, take(&["noop:a", "noop:b", "noop:c", "noop:d"]));
    let mut order = Vec::new();
    while let Some(effect) = begun.pop() {
        if let Effect::Check { job, .. } = &effect {
            order.push(job.key.name().to_owned());
        }
        let input = match effect {
            Effect::Watch { vertex, .. } => Some(Input::Listening { vertex }),
            other => answer(other),
        };
        if let Some(input) = input {
            begun.extend(step(&mut engine, input).effects);
        }
    }
    assert_eq!(order, ["a", "c", "b", "d"]);
}

/// Says which event has no input at the end of its causes.
fn all_caused(events: &[Event]) {
    for event in events {
        let chain = weft::engine::why::chain(events, event.id);
        let all = trace::lines(events, Level::Full);
        assert!(chain[0].what.is_input(), "{chain:#?}\n{all}");
    }
}

/// Every event names its cause, back to an input, also where nobody said a word before it, and after a restart.
#[test]
fn every_chain_of_causes_ends_in_an_input() {
    let lines = [
        "file:/a",
        "noop:n",
        "noop:m",
        "file:/a ~> noop:n",
        "noop:n ~> noop:m",
    ];
    let mut hand = Hand::new(&lines);
    hand.run();
    hand.checked("file:/a", true);
    hand.edit(&["file:/a", "noop:n"]);
    hand.edit(&lines);
    hand.take(Input::Pause);
    hand.take(Input::Continue);
    hand.finish();
    hand.take(Input::Break(key("noop:m"), true));
    hand.watch();
    hand.finish();
    hand.take(Input::Continue);
    hand.finish();
    hand.take(Input::Notify(key("noop:n")));
    hand.take(Input::Cancel(key("noop:n")));
    hand.finish();
    hand.take(Input::Poke(key("noop:n")));
    hand.take(Input::Dirty(key("file:/a")));
    hand.checked("file:/a", true);
    hand.take(Input::Stop { now: false });
    hand.take(Input::Stop { now: true });
    hand.fails("file:/a", true, true);
    hand.take(Input::Undurable("no space".into()));
    hand.run();
    all_caused(&hand.events);
    let now = ["file:/b", "noop:n", "file:/b ~> noop:n"];
    let mut next = hand.restarted(&now);
    next.run();
    next.checked("file:/b", true);
    assert_eq!(next.times("noop:n", "notified"), 0);
    next.finish();
    next.take(Input::Graph {
        graph: Arc::new(graph(&["file:/c", "noop:n"])),
        renamed: vec![(key("file:/b"), key("file:/c"))],
    });
    all_caused(&next.events);
}

/// The same of what asks, ticks, is polled and is watched.
#[test]
fn causes_of_what_asks_and_of_what_time_brings() {
    let mut asking = Hand::new(&["file:/a", "noop:n", "file:/a -> noop:n"]);
    asking.take(Input::Run {
        until: Until::Converged,
        world: "sim".into(),
        expected: Some(Arc::new(Expected::default())),
        only: None,
    });
    asking.checked("file:/a", true);
    let vertex = asking.engine.asking()[0].0;
    asking.take(Input::Consent { vertex, yes: false });
    all_caused(&asking.events);
    let lines = ["timer:t interval=1s", "noop:n", "timer:t ~> noop:n"];
    let mut hand = Hand::new(&lines);
    hand.watch();
    let rhythm = Some(weft::engine::Rhythm::Tick(Span::secs(1)));
    hand.checked_as(
        "timer:t",
        weft::engine::CheckOutcome {
            rhythm,
            ..found(false)
        },
    );
    hand.finish();
    for _ in 0..3 {
        hand.now = hand.now + Span::secs(1);
        hand.take(Input::Tick);
        hand.finish();
    }
    assert_eq!(hand.times("noop:n", "refreshed"), 3, "{}", hand.told());
    let before = hand.events.len();
    for vertex in [weft::engine::VertexId(0), weft::engine::VertexId(1)] {
        let why = "no more".into();
        hand.take(Input::WatchFailed { vertex, why });
        let what = "something".into();
        hand.take(Input::Noticed { vertex, what });
        hand.finish();
    }
    let text = trace::lines(&hand.events[before..], Level::Full);
    assert!(!text.contains("its watch is back"), "{text}");
    hand.now = hand.now + Span::secs(10);
    hand.take(Input::Tick);
    hand.finish();
    all_caused(&hand.events);
}

/// Rule E2: a pause ends with its run, also with one that is stopped, and so does a step that nobody took.
#[test]
fn e2_a_pause_and_a_step_end_with_their_run() {
    let mut hand = Hand::new(&["noop:a", "noop:b"]);
    hand.run();
    hand.take(Input::Pause);
    hand.take(Input::Stop { now: false });
    hand.finish();
    hand.run();
    assert_eq!(hand.doing("noop:a"), "check", "{}", hand.told());
    // Everything has started: there is nothing left to take this step.
    hand.take(Input::Step);
    hand.finish();
    hand.take(Input::Break(key("noop:a"), true));
    hand.run();
    assert_eq!(hand.doing("noop:a"), "nothing", "{}", hand.told());
}
