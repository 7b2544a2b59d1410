//! Rules of check and apply (C), of tries (M3), edits (G) and endings (E).

use super::*;
#[test]
fn c1_what_is_left_after_an_apply_is_a_failure() {
    let (mut drive, _) = drive(
        &["exec:a cmd=work creates=/made"],
        commands(&[("work", &[0], Span::ZERO)]),
    );
    let text = story(&apply(&mut drive));
    assert!(text.contains("does not converge"), "{text}");
}

#[test]
fn c3_a_later_try_that_is_right_has_changed_and_notifies() {
    let mut lines = vec!["exec:a cmd=flaky", "noop:b", "exec:a ~> noop:b"];
    let spec = || commands(&[("flaky", &[1, 0], Span::ZERO)]);
    let mut drive = retrying(&lines, spec(), "exec:a", 1);
    let events = apply(&mut drive);
    assert_eq!(words(&events, "noop:b").last(), Some(&"ok"));
    assert_eq!(
        (
            times(&events, "exec:a", "retrying"),
            times(&events, "noop:b", "refreshed")
        ),
        (1, 1)
    );
    lines.pop();
    let mut drive = retrying(&lines, spec(), "exec:a", 0);
    assert_eq!(tally(&apply(&mut drive)).failed, 1);
}

#[test]
fn m3_a_run_in_virtual_time_that_never_ends_is_stopped_and_says_so() {
    let spec = commands(&[("bad", &[1], Span::ZERO)]);
    let mut drive = retrying(&["exec:bad cmd=bad"], spec, "exec:bad", -1);
    begin(&mut drive, Until::Converged);
    let why = drive.finish().unwrap_err();
    assert!(why.contains("does not end"), "{why}");
    assert!(!drive.engine().is_running());
}

/// Under watch, a file and a command that hears of each repair and undoes it.
fn fighting() -> (SimDrive, Sim) {
    let mut spec = SimSpec::default();
    let writes = Does::Write("/a".into(), b"theirs".to_vec(), None);
    let answer = Answer {
        effects: vec![writes],
        ..Answer::default()
    };
    spec.commands.insert("spoil".into(), vec![answer]);
    let lines = [
        "file:/a content=ours",
        "exec:spoil cmd=spoil refreshonly=true",
        "file:/a ~> exec:spoil",
    ];
    let (mut drive, sim) = drive(&lines, spec);
    begin(&mut drive, Until::Stopped);
    (drive, sim)
}

#[test]
fn c4_two_that_keep_changing_each_other_back_are_told_apart_from_work() {
    let (mut drive, sim) = fighting();
    let text = story(&drive.take_events());
    assert!(text.contains("keeps changing back"), "{text}");
    assert_eq!(drive.engine().status(&key("file:/a")), Some(Status::Failed));
    let _ = drive.take_events();
    // What it changed before it failed is paid: found right, it does not count as changed once more.
    assert_eq!(
        sim.outside().write(std::path::Path::new("/a"), b"ours"),
        Ok(())
    );
    drive.input(Input::Dirty(key("file:/a")));
    let words = words(&drive.take_events(), "file:/a");
    let settled = words.iter().find(|word| ["ok", "changed"].contains(word));
    assert_eq!(settled, Some(&"ok"), "{words:?}");
}

/// Under watch it is left alone for longer each time, and a person's word begins anew.
#[test]
fn c4_who_keeps_changing_back_is_tried_again_later() {
    let (mut drive, sim) = fighting();
    let left_alone = |drive: &mut SimDrive| {
        let text = story(&drive.take_events());
        let (_, span) = text.rsplit_once("it is left alone for ").expect(&text);
        span.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(left_alone(&mut drive), "1m");
    // Another event is no cause to begin again.
    assert_eq!(
        sim.outside().write(std::path::Path::new("/a"), b"other"),
        Ok(())
    );
    drive.advance(Span::secs(59));
    assert_eq!(times(&drive.take_events(), "file:/a", "check"), 0);
    drive.advance(Span::secs(1));
    assert_eq!(left_alone(&mut drive), "2m");
    drive.advance(Span::secs(120));
    assert_eq!(left_alone(&mut drive), "4m");
    drive.input(Input::Command("as if a person came".into()));
    drive.input(Input::Dirty(key("file:/a")));
    drive.input(Input::Dirty(key("exec:spoil")));
    assert_eq!(left_alone(&mut drive), "1m");
    let spans = ["2m", "4m", "8m", "16m", "32m", "1h", "1h"];
    for (minutes, span) in [1, 2, 4, 8, 16, 32, 60].into_iter().zip(spans) {
        drive.advance(Span::secs(60 * minutes));
        let last = left_alone(&mut drive);
        assert_eq!(last, span);
    }
    drive.advance(Span::secs(3600));
    let chain = drive.take_events();
    let due = chain.iter().find(|event| trace::word(&event.what) == "due");
    assert!(
        due.is_some_and(|event| event.what.is_input()),
        "{}",
        story(&chain)
    );
}

#[test]
fn c4_damage_from_outside_is_repaired_for_ever_though_another_hears_of_it() {
    let lines = ["file:/a content=ours", "noop:told", "file:/a ~> noop:told"];
    let (mut drive, sim) = drive(&lines, SimSpec::default());
    begin(&mut drive, Until::Stopped);
    (0..8).for_each(|_| damage(&mut drive, &sim, Span::millis(500)));
    let events = drive.take_events();
    let text = story(&events);
    assert!(times(&events, "noop:told", "refreshed") > 5, "{text}");
    assert!(!text.contains("keeps changing back"), "{text}");
}

#[test]
fn c4_a_command_counts_though_what_it_does_is_repaired_before_it_ends() {
    let spec = commands(&[("spoil", &[0], Span::secs(1))]);
    let lines = [
        "file:/a content=ours",
        "exec:spoil cmd=spoil refreshonly=true",
        "file:/a ~> exec:spoil",
    ];
    let (mut drive, sim) = drive_with(&lines, spec, 2);
    begin(&mut drive, Until::Stopped);
    for _ in 0..8 {
        drive.advance(Span::millis(200));
        damage(&mut drive, &sim, Span::millis(800));
    }
    let events = drive.take_events();
    let text = story(&events);
    assert!(text.contains("keeps changing back"), "{text}");
    assert_eq!(times(&events, "file:/a", "changed"), 5, "{text}");
}

#[test]
fn m3_a_failed_vertex_starts_again_only_for_a_new_cause() {
    let lines = ["exec:bad cmd=flaky", "noop:a"];
    let (mut drive, _) = drive(&lines, commands(&[("flaky", &[1, 0], Span::ZERO)]));
    begin(&mut drive, Until::Stopped);
    drive.input(Input::Poke(key("exec:bad")));
    drive.input(Input::Dirty(key("noop:a")));
    assert_eq!(times(&drive.take_events(), "exec:bad", "check"), 1);
    drive.input(Input::Dirty(key("exec:bad")));
    assert_eq!(
        drive.engine().status(&key("exec:bad")),
        Some(Status::Changed)
    );
}

#[test]
fn g1_an_edit_of_another_vertex_leaves_this_one_alone() {
    let (mut drive, _) = drive(&["noop:a", "value:v value=1"], SimSpec::default());
    begin(&mut drive, Until::Stopped);
    drive.take_events();
    let mut draft = drive.engine().graph().edit();
    draft
        .set(
            &Kinds,
            &key("value:v"),
            &FieldPath::parse("value"),
            &Raw::bare("2"),
        )
        .unwrap();
    drive.input(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
    assert_eq!(order(&drive.take_events()), ["v"]);
}

#[test]
fn e1_e2_a_stop_finishes_what_runs_a_second_one_cancels_it_and_a_new_run_goes_on() {
    let lines = ["exec:a cmd=work", "noop:b", "exec:a ~> noop:b"];
    let spec = || commands(&[("work", &[0], Span::secs(10))]);
    let (mut first, _) = drive(&lines, spec());
    begin(&mut first, Until::Converged);
    first.input(Input::Stop { now: false });
    first.advance(Span::secs(10));
    let events = first.take_events();
    assert_eq!(
        (
            times(&events, "exec:a", "changed"),
            times(&events, "noop:b", "refreshed")
        ),
        (1, 0)
    );
    assert_eq!(
        events.last().map(|event| trace::word(&event.what)),
        Some("stopped")
    );
    assert_eq!(times(&apply(&mut first), "noop:b", "refreshed"), 1);
    let (mut second, _) = drive(&lines, spec());
    begin(&mut second, Until::Converged);
    second.input(Input::Stop { now: false });
    second.input(Input::Stop { now: true });
    let events = second.take_events();
    assert_eq!(
        (second.now(), times(&events, "exec:a", "changed")),
        (Time::ZERO, 0)
    );
    assert_eq!(
        second
            .engine()
            .marks(&key("exec:a"))
            .map(|marks| marks.debt),
        Some(true)
    );
}
