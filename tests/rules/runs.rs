//! Rules of runs: parts of a graph, tries and delays, owners, and the causes of all that happens.

use super::hand::Hand;
use super::*;

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
