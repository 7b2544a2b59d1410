//! Rules of Send/Recv over edits: who gets what along a binding that is new, or has another sender.

use super::hand::Hand;
use super::*;
use weft::engine::CheckOutcome;
use weft::value::Value;

/// In sync, and sending this.
fn sends(text: &str) -> CheckOutcome {
    let value = ("value".to_owned(), Value::str(text));
    CheckOutcome {
        sends: Some([value].into_iter().collect()),
        ..found(false)
    }
}

fn held(hand: &Hand, vertex: &str) -> Vec<Value> {
    hand.engine.received(&key(vertex)).into_values().collect()
}

/// Rules V2 and V3: a binding that is drawn while its sender waits brings its value when the sender settles.
#[test]
fn v2_v3_a_binding_drawn_while_its_sender_is_not_settled_brings_its_value() {
    let lines = ["noop:p", "value:s", "print:r msg=none", "noop:p -> value:s"];
    let mut hand = Hand::new(&lines);
    hand.watch();
    hand.checked("noop:p", false);
    hand.checked_as("value:s", sends("one"));
    hand.finish();
    hand.take(Input::Dirty(key("noop:p")));
    hand.edit(&[
        "noop:p",
        "value:s",
        "print:r",
        "noop:p -> value:s",
        "value:s.value => print:r.msg",
    ]);
    hand.checked("noop:p", false);
    hand.finish();
    assert_eq!(
        held(&hand, "print:r"),
        [Value::str("one")],
        "{}",
        hand.told()
    );
    assert_eq!(hand.status("print:r"), Some(Status::Ok));
}

/// Rule V5: what another sender sent does not stand in for what this one has not.
#[test]
fn v5_a_binding_with_another_sender_keeps_nothing_of_the_one_before() {
    let of = |from: &str| {
        let bind = format!("{from}.value => print:r.msg");
        graph(&["value:one", "value:two", "print:r", &bind])
    };
    let take = |from: &str| Input::Graph {
        graph: Arc::new(of(from)),
        renamed: vec![],
    };
    let mut hand = Hand::new(&[]);
    hand.take(take("value:one"));
    hand.watch();
    hand.checked_as(
        "value:two",
        CheckOutcome {
            sends: None,
            ..found(false)
        },
    );
    hand.checked_as("value:one", sends("one"));
    hand.finish();
    assert_eq!(held(&hand, "print:r"), [Value::str("one")]);
    hand.take(take("value:two"));
    hand.finish();
    assert_eq!(held(&hand, "print:r"), [], "{}", hand.told());
    assert_eq!(
        hand.status("print:r"),
        Some(Status::Blocked),
        "{}",
        hand.told()
    );
}

/// Rules L5 and G1: who is a noop no more sends what it then has; who fails is held no more.
#[test]
fn l5_g1_a_noop_that_is_unset_sends_again() {
    let of = |noop: bool| {
        let mut draft = graph(&["file:/a", "print:r", "file:/a.content => print:r.msg"]).edit();
        let meta = weft::graph::Meta {
            noop,
            ..weft::graph::Meta::default()
        };
        let at = Place::default();
        draft.set_meta(&key("file:/a"), meta, at).unwrap();
        Input::Graph {
            graph: Arc::new(draft.finish(&Kinds).unwrap()),
            renamed: vec![],
        }
    };
    for well in [true, false] {
        let mut hand = Hand::new(&[]);
        hand.take(of(true));
        hand.watch();
        hand.checked("file:/a", true);
        assert_eq!(hand.status("print:r"), Some(Status::Held));
        hand.take(of(false));
        hand.checked("file:/a", true);
        if !well {
            hand.fails("file:/a", true, false);
            let tally = hand.tally();
            assert_eq!(
                (tally.held, tally.failed, tally.blocked),
                (0, 1, 1),
                "{}",
                hand.told()
            );
            continue;
        }
        let content = [("content".to_owned(), Value::str("x"))];
        hand.applied_as(
            "file:/a",
            weft::engine::ApplyOutcome {
                sends: content.into_iter().collect(),
                ..done()
            },
        );
        assert_eq!(held(&hand, "print:r"), [Value::str("x")], "{}", hand.told());
        hand.finish();
        assert_eq!(hand.status("print:r"), Some(Status::Ok));
    }
}

/// Rule V3: a value that comes during an apply is still new to the check after it, and to none after that.
#[test]
fn v3_what_came_during_an_apply_counts_as_changed_in_the_next_check() {
    let lines = [
        "value:v value=1",
        "file:/a",
        "value:v.value => file:/a.content",
    ];
    let mut hand = Hand::new(&lines);
    hand.watch();
    hand.checked_as("value:v", sends("1"));
    let changed = |hand: &Hand| hand.open[&key("file:/a")].changed.clone();
    assert_eq!(changed(&hand), ["content"]);
    hand.checked("file:/a", true);
    hand.take(Input::Dirty(key("value:v")));
    hand.checked_as("value:v", sends("2"));
    hand.applied("file:/a");
    assert_eq!(changed(&hand), ["content"], "{}", hand.told());
    hand.checked("file:/a", false);
    hand.take(Input::Dirty(key("file:/a")));
    assert_eq!(changed(&hand), Vec::<String>::new(), "{}", hand.told());
}
