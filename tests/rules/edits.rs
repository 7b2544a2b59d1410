//! Rules of edits and answers while something runs, each found by a random play; see seeds.

use super::hand::Hand;
use super::*;
use weft::graph::Meta;
use weft::world::sim::spec::Page;

/// A check outcome with what is sent.
fn sends(value: &str) -> weft::engine::CheckOutcome {
    let sends = [("value".to_owned(), weft::value::Value::str(value))];
    weft::engine::CheckOutcome {
        sends: Some(sends.into()),
        ..found(false)
    }
}

/// Rule G1: what is taken away while it is checked is not applied, whatever its check finds.
#[test]
fn g1_a_vertex_that_is_removed_during_its_check_is_not_applied() {
    let mut hand = Hand::new(&["file:/a", "noop:b"]);
    hand.watch();
    hand.edit(&["noop:b"]);
    hand.checked("file:/a", true);
    assert_eq!(hand.doing("file:/a"), "nothing", "{}", hand.told());
    hand.finish();
    assert_eq!(hand.tally().ok, 1, "{}", hand.told());
}

/// Rules L5 and V3: a sender whose noop is taken off sends like any other.
#[test]
fn l5_v3_a_held_sender_whose_noop_goes_hands_its_value_over() {
    let lines = ["value:v", "print:p", "value:v.value => print:p.msg"];
    let noop = |noop| {
        let meta = Meta {
            noop,
            ..Meta::default()
        };
        let mut draft = graph(&lines).edit();
        let set = draft.set_meta(&key("value:v"), meta, Place::default());
        assert!(set.is_ok());
        Input::Graph {
            graph: Arc::new(draft.finish(&Kinds).unwrap()),
            renamed: vec![],
        }
    };
    let mut hand = Hand::new(&[]);
    hand.take(noop(true));
    hand.watch();
    hand.checked("value:v", true);
    assert_eq!(hand.status("print:p"), Some(Status::Held));
    hand.take(noop(false));
    hand.checked("value:v", true);
    let sent = sends("x").sends.unwrap_or_default();
    hand.applied_as(
        "value:v",
        weft::engine::ApplyOutcome {
            sends: sent,
            ..done()
        },
    );
    assert_eq!(hand.doing("print:p"), "check", "{}", hand.told());
    hand.finish();
    assert_eq!(hand.tally().held, 0, "{}", hand.told());
}

/// Rule V3: a binding that is drawn while something before its sender is not settled.
#[test]
fn v3_a_new_receiver_gets_what_a_sender_behind_something_unsettled_sent() {
    let before = ["file:/a", "value:v", "file:/a -> value:v", "print:p msg=x"];
    let after = [
        &before[..3],
        &["print:p", "value:v.value => print:p.msg"][..],
    ]
    .concat();
    let mut hand = Hand::new(&before);
    hand.watch();
    hand.checked("file:/a", false);
    hand.checked_as("value:v", sends("x"));
    hand.finish();
    hand.take(Input::Dirty(key("file:/a")));
    hand.edit(&after);
    hand.checked("file:/a", false);
    let got = hand.engine.received(&key("print:p"));
    let got = got.get(&FieldPath::parse("msg")).cloned();
    assert_eq!(got, Some(weft::value::Value::str("x")), "{}", hand.told());
}

/// Rules L4 and E2: a check that ends while the run stops asks nobody, and what it found waits for the next run.
#[test]
fn e2_l4_nobody_is_asked_while_a_run_stops() {
    let mut spec = SimSpec::default();
    let page = Page {
        duration: Span::secs(1),
        ..Page::default()
    };
    spec.http.insert("http://site/".into(), page);
    let (mut drive, _) = drive(&["http:h url=http://site/"], spec);
    let run = |expected: Option<Expected>| Input::Run {
        until: Until::Converged,
        world: "sim".into(),
        expected: expected.map(Arc::new),
        only: None,
    };
    drive.input(run(Some(Expected::default())));
    drive.input(Input::Stop { now: false });
    drive.advance(Span::secs(5));
    let events = drive.take_events();
    assert!(!drive.engine().is_running() && drive.engine().asking().is_empty());
    assert_eq!(times(&events, "http:h", "asks"), 0, "{}", story(&events));
    assert_eq!(times(&events, "http:h", "apply"), 0);
    let marks = drive.engine().marks(&key("http:h"));
    assert_eq!(marks.map(|marks| marks.dirty), Some(true));
    assert_eq!(times(&apply(&mut drive), "http:h", "changed"), 1);
}
