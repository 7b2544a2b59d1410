//! Rules of notifications (N), of the record protocol (P) and of values (V).

use super::*;
const PASSWORD: &[&str] = &[
    "password:pw length=16",
    "file:/tmp/secret mode=0600",
    "noop:bystander",
    "password:pw.password => file:/tmp/secret.content",
    "file:/tmp/secret ~> noop:bystander",
];

#[test]
fn n1_n5_a_generation_is_heard_only_up_to_where_the_refresh_began() {
    let (mut drive, _) = drive(
        &["exec:slow cmd=work refreshonly=true"],
        commands(&[("work", &[0], Span::secs(5))]),
    );
    begin(&mut drive, Until::Stopped);
    drive.input(Input::Notify(key("exec:slow")));
    drive.advance(Span::secs(1));
    drive.input(Input::Notify(key("exec:slow")));
    drive.advance(Span::secs(20));
    assert_eq!(times(&drive.take_events(), "exec:slow", "refreshed"), 2);
}

#[test]
fn n2_an_apply_that_had_not_begun_leaves_no_debt_and_sends_nothing() {
    let lines = ["exec:a cmd=nowhere", "noop:b", "exec:a ~> noop:b"];
    let (mut drive, _) = drive(&lines, SimSpec::default());
    let events = apply(&mut drive);
    let records: Vec<String> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Recorded { what, .. } => Some(what.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(records, ["debt", "not begun"]);
    assert_eq!(times(&events, "noop:b", "notified"), 0);
}

#[test]
fn n3_a_first_run_acts_once() {
    let lines = [
        "file:/a content=x",
        "exec:b cmd=work",
        "password:c",
        "file:/a ~> exec:b",
        "file:/a ~> password:c",
    ];
    let (mut drive, sim) = drive(&lines, commands(&[("work", &[0], Span::ZERO)]));
    let events = apply(&mut drive);
    assert_eq!(sim.log().len(), 1);
    assert_eq!(
        (
            times(&events, "password:c", "changed"),
            times(&events, "password:c", "refreshed")
        ),
        (1, 0)
    );
    assert_eq!(tally(&events).pending, 0);
}

#[test]
fn n6_a_notification_waits_behind_a_failure_and_survives() {
    let lines = [
        "file:/a content=x",
        "exec:b cmd=flaky",
        "noop:c",
        "file:/a ~> noop:c",
        "exec:b -> noop:c",
    ];
    let (mut drive, _) = drive(&lines, commands(&[("flaky", &[1, 0], Span::ZERO)]));
    let first = apply(&mut drive);
    assert_eq!(
        (times(&first, "noop:c", "refreshed"), tally(&first).pending),
        (0, 1)
    );
    let second = apply(&mut drive);
    assert_eq!(
        (
            times(&second, "noop:c", "refreshed"),
            tally(&second).pending
        ),
        (1, 0)
    );
}

#[test]
fn n7_an_edge_that_goes_drops_what_is_pending_on_it() {
    let lines = [
        "file:/a content=x",
        "exec:b cmd=bad",
        "noop:c",
        "file:/a ~> noop:c",
        "exec:b -> noop:c",
    ];
    let (mut drive, _) = drive(&lines, commands(&[("bad", &[1], Span::ZERO)]));
    apply(&mut drive);
    let mut draft = drive.engine().graph().edit();
    draft
        .unlink(&key("file:/a"), &key("noop:c"), true, Place::default())
        .unwrap();
    drive.input(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
    assert!(
        story(&drive.take_events())
            .contains("dropped                              file[/a] ~> noop[c]")
    );
    assert_eq!(
        drive
            .engine()
            .marks(&key("noop:c"))
            .map(|marks| marks.pending),
        Some(false)
    );
}

#[test]
fn p1_an_apply_waits_for_its_debt_and_for_what_its_predecessors_paid() {
    let lines = [
        "file:/a content=x",
        "file:/b content=y",
        "noop:c",
        "file:/a ~> noop:c",
        "file:/a -> file:/b",
        "file:/b ~> noop:c",
    ];
    let mut engine = Engine::new(options(1), Remembered::default());
    let graph = Arc::new(graph(&lines));
    engine.step(
        Time::ZERO,
        Input::Graph {
            graph,
            renamed: vec![],
        },
    );
    let run = Input::Run {
        until: Until::Converged,
        world: "sim".into(),
        expected: None,
        only: None,
    };
    let mut waits = Vec::new();
    let mut open = vec![engine.step(Time::ZERO, run)];
    while let Some(Output {
        records, effects, ..
    }) = open.pop()
    {
        let is_debt =
            |record: &&(weft::engine::Seq, Record)| matches!(record.1, Record::Debt { .. });
        let debts: Vec<u64> = records
            .iter()
            .filter(is_debt)
            .map(|(seq, _)| seq.0)
            .collect();
        for effect in effects {
            if let Effect::Apply { after, .. } | Effect::Refresh { after, .. } = &effect {
                waits.push((debts.clone(), after.map(|seq| seq.0)));
            }
            open.extend(answer(effect).map(|input| engine.step(Time::ZERO, input)));
        }
    }
    // a's debt is record 1, paid by 2; b's debt is 3, paid by 4, which c's refresh waits for.
    assert_eq!(
        waits,
        [(vec![1], Some(1)), (vec![3], Some(3)), (vec![], Some(4))]
    );
}

#[test]
fn n4_a_file_hears_nothing_and_a_refresh_that_changes_notifies_in_turn() {
    let lines = [
        "file:/a content=x",
        "file:/b content=y",
        "exec:c cmd=work refreshonly=true",
        "noop:d",
        "file:/a ~> file:/b",
        "file:/a ~> exec:c",
        "exec:c ~> noop:d",
    ];
    let (mut drive, _) = drive(&lines, commands(&[("work", &[0], Span::ZERO)]));
    let events = apply(&mut drive);
    assert_eq!(times(&events, "file:/b", "notified"), 0);
    assert_eq!(
        (
            times(&events, "exec:c", "refreshed"),
            times(&events, "noop:d", "refreshed")
        ),
        (1, 1)
    );
}

#[test]
fn p2_a_debt_is_paid_after_a_crash_though_nothing_is_left_to_change() {
    let lines = ["file:/a content=x", "noop:c", "file:/a ~> noop:c"];
    let (mut drive, _) = drive(&lines, SimSpec::default());
    drive.crash_at(weft::drive::sim::CrashPoint::After(key("file:/a")));
    apply(&mut drive);
    assert!(drive.is_down());
    drive.restart(options(1), Arc::new(graph(&lines))).unwrap();
    let events = apply(&mut drive);
    assert!(
        story(&events).contains(
            "restart                              1 debt and 0 notifications from before"
        )
    );
    assert_eq!(times(&events, "noop:c", "refreshed"), 1);
}

#[test]
fn p4_a_run_that_changes_nothing_writes_nothing() {
    let (mut drive, _) = drive(PASSWORD, SimSpec::default());
    apply(&mut drive);
    let again = apply(&mut drive);
    assert!(
        !again
            .iter()
            .any(|event| matches!(event.what, What::Recorded { .. }))
    );
}

#[test]
fn v3_a_receiver_is_dirty_before_any_other_successor_is_looked_at() {
    let lines = [
        "value:v value=1",
        "noop:a",
        "print:p",
        "value:v -> noop:a",
        "value:v.value => print:p.msg",
    ];
    let (mut drive, _) = drive(&lines, SimSpec::default());
    let events = apply(&mut drive);
    let at = |word: &str, vertex: &str| {
        let vertex = key(vertex);
        events
            .iter()
            .position(|e| e.subject.as_ref() == Some(&vertex) && trace::word(&e.what) == word)
            .unwrap()
    };
    assert!(at("dirty", "print:p") < at("poked", "noop:a"));
}
