//! Rules of the record protocol (N, P, V6), with the journal lagging behind: what waits for which record, and what is made of the
//! records after a crash.

use super::hand::Hand;
use super::*;
use weft::engine::Line;

/// Rule P1: also of a predecessor that has paid and is not settled, since something before it is not.
#[test]
fn p1_a_refresh_waits_for_what_was_paid_though_the_payer_is_not_settled() {
    let lines = [
        "file:/p",
        "file:/a",
        "noop:v",
        "file:/p -> file:/a",
        "file:/a ~> noop:v",
    ];
    let mut hand = Hand::new(&lines);
    hand.watch();
    hand.finish();
    hand.take(Input::Notify(key("noop:v")));
    hand.take(Input::Dirty(key("file:/a")));
    hand.checked("file:/a", true);
    hand.take(Input::Dirty(key("file:/p")));
    hand.applied("file:/a");
    let paid = hand
        .records
        .last()
        .map(|(seq, record)| (seq.0, record.word()));
    assert_eq!(paid, Some((3, "paid")));
    hand.checked("noop:v", false);
    assert_eq!(hand.doing("noop:v"), "refresh 3", "{}", hand.told());
}

/// Rule P1: over vertices that record nothing, and over edges that are drawn later.
#[test]
fn p1_what_was_paid_is_waited_for_over_several_hops_and_new_edges() {
    let lines = [
        "file:/a",
        "noop:n",
        "value:v value=1",
        "file:/far",
        "file:/new",
        "file:/a ~> noop:n",
        "file:/a -> value:v",
        "value:v -> file:/far",
    ];
    let mut hand = Hand::new(&lines);
    hand.run();
    hand.checked("file:/new", false);
    hand.checked("file:/a", true);
    hand.applied("file:/a");
    hand.checked("value:v", false);
    hand.checked("file:/far", true);
    assert_eq!(hand.doing("file:/far"), "apply 2");
    hand.applied("file:/far");
    hand.finish();
    let mut lines = lines.to_vec();
    lines.push("value:v -> file:/new");
    hand.edit(&lines);
    hand.run_of(Until::Converged, None);
    for vertex in ["file:/a", "noop:n", "value:v"] {
        hand.checked(vertex, false);
    }
    hand.checked("file:/new", true);
    // Record 3 is what the noop heard: nothing comes after it.
    assert_eq!(hand.doing("file:/new"), "apply 2", "{}", hand.told());
}

/// Rules V6 and P1: what cannot be read back is durable before a receiver applies it.
#[test]
fn v6_p1_a_receiver_waits_for_the_record_that_keeps_what_it_received() {
    let lines = [
        "exec:make creates=/made",
        "file:/out",
        "exec:make.stdout => file:/out.content",
    ];
    let mut hand = Hand::new(&lines);
    hand.run();
    hand.checked("exec:make", true);
    assert_eq!(hand.doing("exec:make"), "apply");
    let values = || {
        [("stdout".to_owned(), weft::value::Value::str("1"))]
            .into_iter()
            .collect()
    };
    hand.applied_as(
        "exec:make",
        weft::engine::ApplyOutcome {
            keep: Some(values()),
            sends: values(),
            ..done()
        },
    );
    hand.checked("file:/out", true);
    assert_eq!(hand.doing("file:/out"), "apply 1", "{}", hand.told());
}

/// Rules V6 and P1: what an earlier run of a command printed is not what it prints now. Killed between the command and the record of it,
/// with a guard that holds by then, the output is not known, and the older one is not sent for it.
#[test]
fn v6_p1_an_output_is_void_before_the_command_runs_again() {
    let lines = [
        "exec:make creates=/made",
        "file:/out",
        "exec:make.stdout => file:/out.content",
    ];
    let printed = |text: &str| {
        let values = [("stdout".to_owned(), weft::value::Value::str(text))];
        let (keep, sends) = (Some(values.clone().into()), values.into());
        weft::engine::ApplyOutcome {
            keep,
            sends,
            ..done()
        }
    };
    let mut hand = Hand::new(&lines);
    hand.run();
    hand.checked("exec:make", true);
    hand.applied_as("exec:make", printed("1"));
    hand.finish();
    hand.run();
    hand.checked("exec:make", true);
    assert_eq!(hand.doing("exec:make"), "apply 2", "{}", hand.told());
    let mut next = hand.restarted(&lines);
    next.run();
    next.checked("exec:make", false);
    assert_eq!(next.status("exec:make"), Some(Status::Failed));
    assert!(
        next.told().contains("`notify exec[make]` runs it again"),
        "{}",
        next.told()
    );
    assert_eq!(next.debts(), ["exec[make]"]);
    next.take(Input::Notify(key("exec:make")));
    next.run();
    next.checked("exec:make", false);
    let refresh = next.doing("exec:make");
    assert!(refresh.starts_with("refresh"), "{refresh}");
}

/// Rules P1 and N7: under its new name it acts only when the journal knows it by that name.
#[test]
fn p1_n7_an_act_after_a_rename_waits_for_the_record_of_it() {
    let mut hand = Hand::new(&["file:/a", "noop:n", "file:/a ~> noop:n"]);
    hand.run();
    hand.checked("file:/a", true);
    hand.fails("file:/a", true, false);
    hand.take(Input::Graph {
        graph: Arc::new(graph(&["file:/b", "noop:n", "file:/b ~> noop:n"])),
        renamed: vec![(key("file:/a"), key("file:/b"))],
    });
    assert_eq!(hand.record_words(), ["debt", "renamed"]);
    hand.run();
    hand.checked("file:/b", true);
    assert_eq!(hand.doing("file:/b"), "apply 2", "{}", hand.told());
}

/// Rules N5 and P1: what acts when a person cancels may still change something, and that is owed again.
#[test]
fn n5_p1_a_cancel_during_an_apply_leaves_the_debt_of_what_is_still_under_way() {
    let lines = ["file:/a", "noop:n", "file:/a ~> noop:n"];
    let mut hand = Hand::new(&lines);
    hand.run();
    hand.checked("file:/a", true);
    hand.take(Input::Cancel(key("file:/a")));
    let mut next = hand.restarted(&lines);
    next.run();
    next.finish();
    assert_eq!(next.times("noop:n", "refreshed"), 1, "{}", next.told());
    // If it had not begun, nothing is owed; if it failed later, or ended well, it is as without the cancel.
    hand.fails("file:/a", false, false);
    assert_eq!(
        hand.record_words(),
        ["debt", "cancelled", "debt", "not begun"]
    );
    assert_eq!(hand.debts(), [""; 0]);
}

/// Rules P1 and G1: an edge that is drawn while its source acts is owed as one that was there before.
#[test]
fn p1_g1_an_edge_drawn_during_an_apply_is_owed() {
    let (without, with) = (
        ["file:/a", "noop:n"],
        ["file:/a", "noop:n", "file:/a ~> noop:n"],
    );
    let mut hand = Hand::new(&without);
    hand.run();
    hand.checked("noop:n", false);
    hand.checked("file:/a", true);
    assert_eq!(hand.doing("file:/a"), "apply");
    hand.edit(&with);
    assert_eq!(hand.debts(), ["file[/a]"]);
    let mut next = hand.restarted(&with);
    next.run();
    next.finish();
    assert_eq!(next.times("noop:n", "refreshed"), 1, "{}", next.told());
}

/// Rules C3 and G1: also one that is drawn after it failed, and before it is right.
#[test]
fn c3_g1_an_edge_drawn_after_a_failure_is_owed() {
    let (without, with) = (
        ["file:/a", "noop:n"],
        ["file:/a", "noop:n", "file:/a ~> noop:n"],
    );
    let mut hand = Hand::new(&without);
    hand.watch();
    hand.checked("noop:n", false);
    hand.checked("file:/a", true);
    hand.fails("file:/a", true, false);
    hand.edit(&with);
    assert_eq!(hand.debts(), ["file[/a]"]);
    hand.take(Input::Dirty(key("file:/a")));
    hand.finish();
    assert_eq!(hand.times("noop:n", "refreshed"), 1, "{}", hand.told());
    assert_eq!(hand.debts(), [""; 0]);
}

/// Rule C3: what it changed before it failed is a change, whether or not anybody would be told.
#[test]
fn c3_what_failed_and_is_then_right_has_changed_without_an_edge_too() {
    let mut hand = Hand::new(&["file:/a"]);
    hand.watch();
    hand.checked("file:/a", true);
    hand.fails("file:/a", true, false);
    hand.take(Input::Dirty(key("file:/a")));
    hand.checked("file:/a", false);
    assert_eq!(hand.status("file:/a"), Some(Status::Changed));
    hand.take(Input::Dirty(key("file:/a")));
    hand.checked("file:/a", true);
    hand.fails("file:/a", false, false);
    hand.take(Input::Dirty(key("file:/a")));
    hand.checked("file:/a", false);
    assert_eq!(
        hand.status("file:/a"),
        Some(Status::Ok),
        "nothing had begun"
    );
    assert_eq!(hand.record_words(), [""; 0]);
}

/// Rules V3 and G1: what runs finishes with the params that it began with; a refresh with others waits for a check of them.
#[test]
fn v3_g1_no_refresh_with_params_that_no_check_has_seen() {
    let of = |value: &str| {
        let exec = format!("exec:b cmd={value}");
        vec!["file:/a".to_owned(), exec, "file:/a ~> exec:b".to_owned()]
    };
    let edit = |hand: &mut Hand, value: &str| {
        let lines = of(value);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        hand.edit(&lines);
    };
    let mut hand = Hand::new(&[]);
    edit(&mut hand, "one");
    hand.watch();
    hand.checked("file:/a", true);
    hand.applied("file:/a");
    hand.checked("exec:b", true);
    edit(&mut hand, "two");
    hand.applied("exec:b");
    assert_eq!(hand.doing("exec:b"), "check", "{}", hand.told());
    hand.checked("exec:b", false);
    assert!(
        hand.doing("exec:b").starts_with("refresh"),
        "{}",
        hand.told()
    );
    hand.refreshed("exec:b", false);
    assert_eq!(hand.pending(), [""; 0]);
}

/// A graph in which `file:/a` tells `noop:n`, and its state after a crash during the apply.
fn owing() -> Hand {
    let mut hand = Hand::new(&["file:/a", "noop:n", "file:/a ~> noop:n"]);
    hand.run();
    hand.checked("file:/a", true);
    assert_eq!(hand.doing("file:/a"), "apply 1");
    hand
}

/// Rules P2 and L5: a noop keeps the debt and counts as nothing; without it the debt is paid.
#[test]
fn p2_l5_a_debt_outlives_a_noop() {
    let lines = ["file:/a", "noop:n", "file:/a ~> noop:n"];
    let mut next = owing().restarted(&[]);
    let noop = |noop: bool| {
        let mut draft = graph(&lines).edit();
        let meta = weft::graph::Meta {
            noop,
            ..weft::graph::Meta::default()
        };
        draft
            .set_meta(&key("file:/a"), meta, Place::default())
            .unwrap();
        Input::Graph {
            graph: Arc::new(draft.finish(&Kinds).unwrap()),
            renamed: vec![],
        }
    };
    next.take(noop(true));
    next.run();
    next.finish();
    assert_eq!(next.status("file:/a"), Some(Status::Ok), "{}", next.told());
    assert_eq!((next.tally().changed, next.tally().refreshed), (0, 0));
    assert_eq!(next.debts(), ["file[/a]"]);
    let mut third = next.restarted(&[]);
    third.take(noop(false));
    third.run();
    third.finish();
    assert_eq!(third.times("noop:n", "refreshed"), 1, "{}", third.told());
    assert_eq!(third.debts(), [""; 0]);
}

/// Rules P2 and N7: a debt is the vertex's own; its edges may have changed meanwhile.
#[test]
fn p2_n7_a_debt_is_paid_along_the_edges_that_there_are_now() {
    let mut next = owing().restarted(&["file:/a", "noop:n", "noop:m", "file:/a ~> noop:m"]);
    next.run();
    next.finish();
    assert_eq!(
        (
            next.times("noop:n", "refreshed"),
            next.times("noop:m", "refreshed")
        ),
        (0, 1)
    );
    assert_eq!(next.debts(), [""; 0]);
    let mut next = owing().restarted(&["file:/a", "noop:n"]);
    next.run();
    next.finish();
    assert_eq!(
        (next.status("file:/a"), next.debts().len()),
        (Some(Status::Changed), 0)
    );
}

/// Rule P6: what is remembered goes by the names of both ends, never by content or position, and holds no content. Nothing is done
/// again for it: the world is looked at anew.
#[test]
fn p6_what_is_remembered_goes_by_names_and_is_checked_anew() {
    let mut hand = Hand::new(&["file:/a content=0ld", "noop:b", "file:/a ~> noop:b"]);
    hand.run();
    hand.checked("file:/a", true);
    assert_eq!(hand.doing("file:/a"), "apply 1");
    assert!(!format!("{:?}", hand.records).contains("0ld"));
    // The apply was done, and its end never recorded.
    let elsewhere = [
        "noop:z",
        "noop:b",
        "file:/a content=new",
        "noop:z -> file:/a",
        "file:/a ~> noop:b",
    ];
    let mut next = hand.restarted(&elsewhere);
    assert_eq!(next.debts().len(), 1);
    next.run();
    next.checked("noop:z", false);
    assert_eq!(next.doing("file:/a"), "check");
    next.finish();
    let applies = next.events.iter();
    let applies = applies.filter(|event| event.what == What::Applying);
    assert_eq!(applies.count(), 0, "{}", next.told());
    assert_eq!(next.times("noop:b", "notified"), 1, "{}", next.told());
    // The same thing under another name is another thing.
    let renamed = ["file:/c content=0ld", "noop:b", "file:/c ~> noop:b"];
    let mut other = hand.restarted(&renamed);
    other.run();
    other.finish();
    assert_eq!(other.times("noop:b", "notified"), 0, "{}", other.told());
}

/// Rule N7: what a vertex of this name left over is not the renamed one's.
#[test]
fn n7_a_rename_carries_what_is_pending_over_what_another_left_under_that_name() {
    let now = |a: &str| {
        let lines = [a, "noop:n", &format!("{a} ~> noop:n")];
        Arc::new(graph(&lines))
    };
    let line = |from: &str, generation| (Line::between(&key(from), &key("noop:n")), generation);
    let mut before = Remembered::default();
    let record = Record::Paid {
        vertex: key("file:/a"),
        run: 1,
        sent: vec![
            line("file:/a", 1),
            line("file:/b", 2),
            (Line::between(&key("file:/b"), &key("noop:m")), 3),
        ],
        heard: vec![line("file:/b", 2)],
        kept: None,
    };
    before.fold(weft::engine::Seq(1), &record);
    let (vertex, run) = (key("file:/b"), 1);
    before.fold(weft::engine::Seq(2), &Record::Debt { vertex, run });
    let mut hand = Hand::from(before, &[]);
    hand.take(Input::Graph {
        graph: now("file:/a"),
        renamed: vec![],
    });
    assert_eq!(hand.debts(), ["file[/b]"]);
    hand.take(Input::Graph {
        graph: now("file:/b"),
        renamed: vec![(key("file:/a"), key("file:/b"))],
    });
    assert_eq!(hand.pending(), ["file[/b] ~> noop[n]"], "{}", hand.told());
    assert_eq!(hand.debts(), [""; 0]);
    let text = story(&hand.events);
    for dropped in ["debt of file[/b]", "file[/b] ~> noop[m]"] {
        assert!(text.contains(dropped), "{text}");
    }
    hand.run();
    hand.finish();
    assert_eq!(
        (hand.times("noop:n", "refreshed"), hand.pending().len()),
        (1, 0)
    );
}

/// Rule G1: a renamed vertex is the same one, and no other that came while this one went.
#[test]
fn g1_a_rename_is_told_as_a_change() {
    let mut hand = Hand::new(&["file:/a", "noop:n", "noop:gone"]);
    let names = ["/a", "/b", "/c"].map(|name| key(&format!("file:{name}")));
    hand.take(Input::Graph {
        graph: Arc::new(graph(&["file:/c", "noop:n", "noop:new", "noop:newer"])),
        renamed: vec![
            (names[0].clone(), names[1].clone()),
            (names[1].clone(), names[2].clone()),
        ],
    });
    assert!(
        hand.told().contains("2 added, 1 changed, 1 removed"),
        "{}",
        hand.told()
    );
    assert_eq!(hand.engine.graph().vertices().len(), 4);
}

/// Rules N7 and G1: a rename onto the name of a vertex that goes in the same edit.
#[test]
fn n7_g1_a_rename_may_take_the_name_of_a_vertex_that_goes_with_it() {
    let mut hand = Hand::new(&["file:/a", "file:/b", "noop:n", "file:/b ~> noop:n"]);
    hand.watch();
    hand.checked("file:/b", true);
    hand.take(Input::Graph {
        graph: Arc::new(graph(&["file:/b", "noop:n", "file:/b ~> noop:n"])),
        renamed: vec![(key("file:/a"), key("file:/b"))],
    });
    assert_eq!(
        hand.debts(),
        [""; 0],
        "the debt went with the vertex that owed it"
    );
    hand.applied("file:/b");
    assert_eq!(
        hand.times("noop:n", "notified"),
        0,
        "one that was removed pays nobody"
    );
    // The check of the one that was renamed, and what it then finds.
    hand.open
        .insert(key("file:/b"), hand.open[&key("file:/a")].clone());
    hand.open.remove(&key("file:/a"));
    hand.finish();
    assert_eq!(hand.status("file:/b"), Some(Status::Ok), "{}", hand.told());
    assert!(hand.engine.is_converged());
}

/// Rule N7: a rename and the end of an edge in one edit.
#[test]
fn n7_an_edge_that_goes_with_a_rename_is_dropped_at_once() {
    let lines = [
        "file:/a",
        "exec:bad cmd=bad",
        "noop:n",
        "file:/a ~> noop:n",
        "exec:bad -> noop:n",
    ];
    let mut hand = Hand::new(&lines);
    hand.run();
    hand.checked("exec:bad", true);
    hand.fails("exec:bad", true, false);
    hand.checked("file:/a", true);
    hand.applied("file:/a");
    hand.take(Input::Graph {
        graph: Arc::new(graph(&[
            "file:/b",
            "exec:bad cmd=bad",
            "noop:n",
            "exec:bad -> noop:n",
        ])),
        renamed: vec![(key("file:/a"), key("file:/b"))],
    });
    assert_eq!(hand.pending(), [""; 0]);
    assert!(story(&hand.events).contains("dropped"), "{}", hand.told());
}

/// Rules V6 and N7: what a command said is not what another command would say, also where the name is the command.
#[test]
fn v6_n7_a_rename_that_makes_it_another_command_voids_what_it_had_said() {
    let of = |name: &str| {
        let (bind, file) = (format!("{name}.stdout => file:/out.content"), "file:/out");
        let exec = format!("{name} creates=/made");
        Arc::new(graph(&[&exec, file, &bind]))
    };
    let mut hand = Hand::new(&[]);
    hand.take(Input::Graph {
        graph: of("exec:one"),
        renamed: vec![],
    });
    hand.run();
    hand.checked("exec:one", true);
    let values = || {
        [("stdout".to_owned(), weft::value::Value::str("1"))]
            .into_iter()
            .collect()
    };
    hand.applied_as(
        "exec:one",
        weft::engine::ApplyOutcome {
            keep: Some(values()),
            sends: values(),
            ..done()
        },
    );
    hand.finish();
    hand.take(Input::Graph {
        graph: of("exec:two"),
        renamed: vec![(key("exec:one"), key("exec:two"))],
    });
    hand.run();
    hand.checked("exec:two", false);
    assert_eq!(
        hand.status("exec:two"),
        Some(Status::Failed),
        "{}",
        hand.told()
    );
    assert!(
        hand.told().contains("`notify exec[two]` runs it again"),
        "{}",
        hand.told()
    );
    // What it left is not lost where the command stayed the same.
    let line = Line::asked(&key("exec:two"));
    assert!(!hand.engine.remembered().lines.contains_key(&line));
}

/// Rules N3 and N5: an apply that does what a refresh would counts for what was seen before it began, and for no later one.
#[test]
fn n3_n5_an_apply_hears_nothing_that_came_after_it_began() {
    let lines = ["file:/a", "svc:s state=running", "file:/a ~> svc:s"];
    let mut hand = Hand::new(&lines);
    hand.watch();
    hand.checked("file:/a", true);
    hand.applied("file:/a");
    hand.checked("svc:s", true);
    hand.take(Input::Notify(key("svc:s")));
    hand.applied_as(
        "svc:s",
        weft::engine::ApplyOutcome {
            refreshed: true,
            ..done()
        },
    );
    assert!(
        hand.doing("svc:s").starts_with("refresh"),
        "{}",
        hand.told()
    );
    hand.fails("svc:s", true, false);
    assert_eq!(
        hand.pending().len(),
        2,
        "heard only with what pays the debt"
    );
    let mut next = hand.restarted(&lines);
    next.run();
    next.checked("file:/a", false);
    next.checked("svc:s", false);
    next.refreshed("svc:s", true);
    assert_eq!((next.pending().len(), next.debts().len()), (0, 0));
}

/// Rule N2: only the attempt that took the debt gives it back.
#[test]
fn n2_a_later_attempt_that_did_not_begin_leaves_the_debt_of_the_one_before_it() {
    let mut hand = owing();
    hand.fails("file:/a", true, false);
    hand.run();
    hand.checked("file:/a", true);
    hand.fails("file:/a", false, false);
    assert_eq!((hand.record_words(), hand.debts().len()), (vec!["debt"], 1));
    let mut hand = owing();
    hand.fails("file:/a", false, false);
    assert_eq!(
        (hand.record_words(), hand.debts().len()),
        (vec!["debt", "not begun"], 0)
    );
}

/// Rules N2 and P1: a debt for what an earlier attempt began stays, though it was taken only during one that did not begin.
#[test]
fn n2_p1_an_edge_that_is_drawn_later_is_owed_what_an_earlier_attempt_began() {
    let lines = ["file:/a", "noop:n", "file:/a ~> noop:n"];
    let mut hand = Hand::new(&lines[..2]);
    hand.run();
    hand.checked("file:/a", true);
    hand.fails("file:/a", true, false);
    hand.run();
    hand.edit(&lines);
    hand.checked("file:/a", true);
    hand.fails("file:/a", false, false);
    assert_eq!(hand.debts(), ["file[/a]"], "{}", hand.told());
}

/// Rules N2 and P1: an apply that changed something is owed, though the refresh after it had not begun.
#[test]
fn n2_p1_a_refresh_that_had_not_begun_leaves_the_debt_of_the_apply_before_it() {
    let lines = [
        "file:/a",
        "exec:e cmd=x",
        "noop:n",
        "file:/a ~> exec:e",
        "exec:e ~> noop:n",
    ];
    let mut hand = Hand::new(&lines);
    hand.run();
    hand.checked("file:/a", true);
    hand.applied("file:/a");
    hand.checked("exec:e", true);
    hand.applied("exec:e");
    hand.fails("exec:e", false, false);
    assert_eq!(hand.debts(), ["exec[e]"], "{}", hand.told());
    hand.run();
    hand.finish();
    assert_eq!(hand.times("noop:n", "notified"), 1, "{}", hand.told());
}

/// Rule N7: what is gone is listed by a plan, and dropped when the first effect of an apply starts.
#[test]
fn n7_leftovers_stay_until_something_is_done() {
    let lines = ["file:/c", "noop:n"];
    let mut next = owing().restarted(&lines);
    assert_eq!(next.engine.leftovers(), ["debt of file[/a]"]);
    next.run();
    next.finish();
    assert_eq!(next.record_words(), [""; 0], "nothing was done");
    next.run();
    next.checked("noop:n", false);
    assert_eq!(next.record_words(), [""; 0]);
    next.checked("file:/c", true);
    assert_eq!(next.record_words(), ["gone"]);
    assert_eq!(next.engine.leftovers(), [""; 0]);
}

/// What a command printed.
fn printed() -> weft::engine::ApplyOutcome {
    let values = || {
        let text = weft::value::Value::str("1");
        [("stdout".to_owned(), text)].into_iter().collect()
    };
    weft::engine::ApplyOutcome {
        keep: Some(values()),
        sends: values(),
        ..done()
    }
}

const UNBOUND: [&str; 2] = ["exec:make cmd=make creates=/made", "file:/out"];
const BOUND: &str = "exec:make.stdout => file:/out.content";

/// Rules V2 and V6: what is kept is sent along a binding that is drawn only now.
#[test]
fn v2_v6_a_new_binding_gets_what_was_kept_before_it() {
    let mut hand = Hand::new(&UNBOUND);
    hand.run();
    hand.checked("exec:make", true);
    hand.applied_as("exec:make", printed());
    hand.finish();
    let mut next = hand.restarted(&UNBOUND);
    next.watch();
    next.finish();
    next.edit(&[UNBOUND[0], UNBOUND[1], BOUND]);
    let received = next.engine.received(&key("file:/out"));
    assert_eq!(received.len(), 1, "{}", next.told());
}

/// Rules V2 and V6: what the command before an edit printed goes nowhere.
#[test]
fn v2_v6_what_params_before_these_printed_is_not_sent() {
    let mut hand = Hand::new(&UNBOUND);
    hand.watch();
    hand.checked("file:/out", false);
    hand.checked("exec:make", true);
    let other = "exec:make cmd=other creates=/made";
    hand.edit(&[other, UNBOUND[1]]);
    hand.applied_as("exec:make", printed());
    hand.finish();
    hand.edit(&[other, UNBOUND[1], BOUND]);
    let received = hand.engine.received(&key("file:/out"));
    assert_eq!(received.len(), 0, "{}", hand.told());
    hand.finish();
    assert_eq!(
        hand.status("exec:make"),
        Some(Status::Failed),
        "its output is not known"
    );
}

/// Rules G1 and L5: what began before its vertex became a noop counts; what it owes is not lost.
#[test]
fn g1_l5_a_noop_that_is_set_during_an_act_leaves_its_outcome() {
    let lines = ["exec:make cmd=make", "noop:n", "exec:make ~> noop:n"];
    let mut hand = Hand::new(&lines);
    hand.watch();
    hand.checked("exec:make", true);
    let mut draft = hand.engine.graph().edit();
    let meta = weft::graph::Meta {
        noop: true,
        ..weft::graph::Meta::default()
    };
    draft
        .set_meta(&key("exec:make"), meta, Place::default())
        .unwrap();
    hand.take(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
    hand.applied_as("exec:make", printed());
    hand.finish();
    assert_eq!(hand.times("noop:n", "refreshed"), 1, "{}", hand.told());
    assert_eq!(hand.debts(), [""; 0]);
}

/// Rules V6 and N2: a command that had not begun printed nothing else: what is kept of it stays.
#[test]
fn v6_n2_what_is_kept_outlives_an_act_that_had_not_begun() {
    let lines = [UNBOUND[0], UNBOUND[1], BOUND];
    let mut hand = Hand::new(&lines);
    hand.watch();
    hand.checked("exec:make", true);
    hand.applied_as("exec:make", printed());
    hand.finish();
    hand.take(Input::Dirty(key("exec:make")));
    hand.checked("exec:make", true);
    hand.fails("exec:make", false, false);
    let kept = hand.engine.remembered().kept.len();
    assert_eq!((kept, hand.debts().len()), (1, 0), "{}", hand.told());
    let mut next = hand.restarted(&lines);
    next.run();
    next.finish();
    assert_eq!(
        next.status("exec:make"),
        Some(Status::Ok),
        "{}",
        next.told()
    );
    // One that may have begun is another matter.
    hand.take(Input::Dirty(key("exec:make")));
    hand.checked("exec:make", true);
    hand.fails("exec:make", true, false);
    assert_eq!(hand.engine.remembered().kept.len(), 0);
}
