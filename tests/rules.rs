//! Rules of the engine, each test named after the one it carries. Stories carry the rest; see scenarios/.

#[path = "rules/deaths.rs"]
mod deaths;
#[path = "rules/edits.rs"]
mod edits;
#[path = "rules/flow.rs"]
mod flow;
#[path = "rules/hand.rs"]
mod hand;
#[path = "rules/limits.rs"]
mod limits;
#[path = "rules/records.rs"]
mod records;
#[path = "rules/runs.rs"]
mod runs;
#[path = "rules/watching.rs"]
mod watching;

use std::path::PathBuf;
use std::sync::Arc;

use weft::command::{Front, Session, SessionOptions};
use weft::drive::SimGround;
use weft::drive::sim::SimDrive;
use weft::engine::event::What;
use weft::engine::event::{Event, Tally};
use weft::engine::{
    Effect, Engine, Expected, Input, Level, Options, Output, Record, Remembered, Status, Until,
};
use weft::graph::{Draft, FieldPath, Graph, Key, Origin};
use weft::journal::MemoryStore;
use weft::kind::Kinds;
use weft::time::{Span, Time};
use weft::trace;
use weft::value::{Place, Raw};
use weft::world::sim::spec::{Answer, Effect as Does};
use weft::world::sim::{Sim, SimSpec};

fn key(text: &str) -> Key {
    let (kind, name) = text.split_once(':').expect("kind:name");
    Key::new(kind, name)
}

/// `kind:name param=value …`, `a -> b`, `a ~> b`, `a.x => b.y`.
fn graph(lines: &[&str]) -> Graph {
    let at = Place::default();
    let mut draft = Draft::new("test");
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            [from, "->", to] => draft
                .link(&key(from), &key(to), false, Origin::Written, at)
                .unwrap(),
            [from, "~>", to] => draft
                .link(&key(from), &key(to), true, Origin::Written, at)
                .unwrap(),
            [from, "=>", to] => {
                let ((a, x), (b, y)) =
                    (from.split_once('.').unwrap(), to.rsplit_once('.').unwrap());
                let (a, b, x, y) = (key(a), key(b), FieldPath::parse(x), FieldPath::parse(y));
                draft
                    .bind(&Kinds, (&a, &x), (&b, &y), Origin::Written, at)
                    .unwrap();
            }
            [vertex, ref params @ ..] => {
                draft.add(&Kinds, key(vertex), at).unwrap();
                for param in params {
                    let (name, value) = param.split_once('=').unwrap();
                    draft
                        .set(
                            &Kinds,
                            &key(vertex),
                            &FieldPath::parse(name),
                            &Raw::bare(value),
                        )
                        .unwrap();
                }
            }
            [] => {}
        }
    }
    draft.finish(&Kinds).unwrap()
}

fn options(jobs: usize) -> Options {
    Options {
        catalog: &Kinds,
        jobs,
        level: Level::Full,
        plan: false,
        noop: false,
    }
}

fn drive(lines: &[&str], spec: SimSpec) -> (SimDrive, Sim) {
    drive_with(lines, spec, 1)
}

fn drive_with(lines: &[&str], spec: SimSpec, jobs: usize) -> (SimDrive, Sim) {
    let sim = Sim::new(spec, 1).unwrap();
    let ground = Box::new(SimGround::new(sim.clone()));
    let store = Box::new(MemoryStore::default());
    let mut drive = SimDrive::new(
        options(jobs),
        ground,
        store,
        PathBuf::from("/var/lib/weft/test"),
        1,
    )
    .unwrap();
    drive.input(Input::Graph {
        graph: Arc::new(graph(lines)),
        renamed: vec![],
    });
    (drive, sim)
}

fn apply(drive: &mut SimDrive) -> Vec<Event> {
    drive.input(Input::Run {
        until: Until::Converged,
        world: "sim".into(),
        expected: None,
        only: None,
    });
    drive.finish().unwrap();
    drive.take_events()
}

fn story(events: &[Event]) -> String {
    trace::lines(events, Level::Story)
}

const PASSWORD: &[&str] = &[
    "password:pw length=16",
    "file:/tmp/secret mode=0600",
    "noop:bystander",
    "password:pw.password => file:/tmp/secret.content",
    "file:/tmp/secret ~> noop:bystander",
];

/// Commands by pattern, each with the statuses of its successive runs and how long one takes.
fn commands(table: &[(&str, &[i32], Span)]) -> SimSpec {
    let mut spec = SimSpec::default();
    for (pattern, statuses, duration) in table {
        let answer = |status: &i32| Answer {
            status: *status,
            duration: *duration,
            ..Answer::default()
        };
        spec.commands
            .insert((*pattern).to_owned(), statuses.iter().map(answer).collect());
    }
    spec
}

fn begin(drive: &mut SimDrive, until: Until) {
    drive.input(Input::Run {
        until,
        world: "sim".into(),
        expected: None,
        only: None,
    });
}

/// The words of the events about one vertex, in order.
fn words(events: &[Event], vertex: &str) -> Vec<&'static str> {
    let vertex = key(vertex);
    let about = events
        .iter()
        .filter(|event| event.subject.as_ref() == Some(&vertex));
    about.map(|event| trace::word(&event.what)).collect()
}

fn times(events: &[Event], vertex: &str, word: &str) -> usize {
    words(events, vertex)
        .into_iter()
        .filter(|w| *w == word)
        .count()
}

/// The vertices in the order of their first checks.
fn order(events: &[Event]) -> Vec<String> {
    let checks = events
        .iter()
        .filter(|event| matches!(event.what, What::Checking { .. }));
    checks
        .filter_map(|event| event.subject.as_ref())
        .map(|key| key.name().to_owned())
        .collect()
}

fn tally(events: &[Event]) -> Tally {
    let last = events.iter().rev().find_map(|event| match event.what {
        What::Converged(tally) => Some(tally),
        _ => None,
    });
    last.expect("it converged")
}

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

#[test]
fn c4_two_that_keep_changing_each_other_back_are_told_apart_from_work() {
    let mut spec = SimSpec::default();
    let writes = Does::Write("/a".into(), b"theirs".to_vec(), None);
    spec.commands.insert(
        "spoil".into(),
        vec![Answer {
            effects: vec![writes],
            ..Answer::default()
        }],
    );
    let lines = [
        "file:/a content=ours",
        "exec:spoil cmd=spoil refreshonly=true",
        "file:/a ~> exec:spoil",
    ];
    let (mut drive, _) = drive(&lines, spec);
    begin(&mut drive, Until::Stopped);
    let text = story(&drive.take_events());
    assert!(text.contains("keeps changing back"), "{text}");
    assert_eq!(drive.engine().status(&key("file:/a")), Some(Status::Failed));
}

/// Someone else writes the file, and time goes on.
fn damage(drive: &mut SimDrive, sim: &Sim, then: Span) {
    let path = std::path::Path::new("/a");
    assert_eq!(sim.outside().write(path, b"theirs"), Ok(()));
    drive.advance(then);
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

/// What a kind would answer: the files have drifted, everything else is right.
fn answer(effect: Effect) -> Option<Input> {
    Some(match effect {
        Effect::Check {
            vertex,
            attempt,
            job,
        } => {
            let outcome = Ok(found(job.key.kind() == "file"));
            Input::Checked {
                vertex,
                attempt,
                outcome,
            }
        }
        Effect::Apply {
            vertex, attempt, ..
        } => Input::Applied {
            vertex,
            attempt,
            outcome: Ok(done()),
        },
        Effect::Refresh {
            vertex, attempt, ..
        } => Input::Refreshed {
            vertex,
            attempt,
            outcome: Ok(done()),
        },
        _ => return None,
    })
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

/// A front with nobody behind it.
#[derive(Default)]
struct Nobody {
    shown: String,
}

impl Front for Nobody {
    fn show(&mut self, text: &str) {
        self.shown.push_str(text);
    }
    fn remark(&mut self, _: &str) {}
    fn events(&mut self, _: &[Event]) {}
    fn can_ask(&self) -> bool {
        false
    }
    fn confirm(&mut self, _: &str, _: &str) -> bool {
        false
    }
    fn secret(&mut self, _: &str) -> Option<String> {
        None
    }
    fn edit(&mut self, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
    fn read(&mut self, _: &std::path::Path) -> Result<Vec<u8>, String> {
        Err("there is no disk".into())
    }
    fn write(&mut self, _: &std::path::Path, _: &str) -> Result<(), String> {
        Err("there is no disk".into())
    }
}

fn session(text: &str) -> Session {
    let path = std::path::Path::new("/nowhere/test.yaml");
    let document =
        weft::file::parse(path, text, &Kinds, &mut |_| Err("no such file".into())).unwrap();
    let options = SessionOptions {
        jobs: 1,
        seed: None,
        noop: false,
        yes: false,
        world: None,
        state_root: PathBuf::from("/nowhere/state"),
        root: None,
        adopt: false,
        supervisor: None,
    };
    Session::open(Some(document), options).unwrap()
}

#[test]
fn w1_a_story_has_its_own_world_and_a_graph_means_this_machine() {
    assert!(
        session("resources: {noop: [{name: a}]}\nsteps: [apply]\n")
            .label()
            .starts_with("sim")
    );
    let mut graph = session("resources: {noop: [{name: a}]}\n");
    assert!(graph.label().starts_with("host "));
    let mut front = Nobody::default();
    graph.eval("world", &mut front).unwrap();
    assert!(front.shown.contains(graph.label()), "{}", front.shown);
}

#[test]
fn w3_with_nobody_to_ask_nothing_is_looked_at_and_yes_is_named() {
    let mut session = session("resources: {file: [{name: /nowhere/a}]}\n");
    let error = session
        .eval("apply", &mut Nobody::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("--yes"), "{error}");
    assert_eq!(session.ended().code(false), 1);
    assert!(
        session
            .events()
            .iter()
            .all(|event| !matches!(event.what, What::Checking { .. }))
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

#[test]
fn l4_what_the_plan_did_not_say_is_asked_for() {
    let (mut drive, _) = drive(&["file:/a content=x"], SimSpec::default());
    let run = |expected| Input::Run {
        until: Until::Converged,
        world: "sim".into(),
        expected: Some(Arc::new(expected)),
        only: None,
    };
    drive.input(run(Expected::default()));
    drive.finish().unwrap();
    let (vertex, asked) = drive.engine().asking().remove(0);
    assert_eq!(asked, key("file:/a"));
    drive.input(Input::Consent { vertex, yes: true });
    drive.finish().unwrap();
    assert_eq!(tally(&drive.take_events()).changed, 1);
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

fn found(drift: bool) -> weft::engine::CheckOutcome {
    let finding = weft::value::Finding {
        field: String::new(),
        line: "wrong".into(),
        detail: vec![],
        may: false,
        mark: 0,
    };
    weft::engine::CheckOutcome {
        findings: if drift { vec![finding] } else { vec![] },
        found: weft::value::Opaque::new(()),
        memo: None,
        sends: Some(Default::default()),
        rhythm: None,
        notes: vec![],
        says: vec![],
        deaf: None,
        unsure: false,
        owns: vec![],
    }
}

fn done() -> weft::engine::ApplyOutcome {
    weft::engine::ApplyOutcome {
        refreshed: false,
        changed: false,
        may: false,
        said: None,
        keep: None,
        memo: None,
        sends: Default::default(),
        notes: vec![],
        says: vec![],
    }
}

fn retrying(lines: &[&str], spec: SimSpec, vertex: &str, retry: i64) -> SimDrive {
    let (mut drive, _) = drive(lines, spec);
    let mut draft = drive.engine().graph().edit();
    let meta = weft::graph::Meta {
        retry,
        delay: Span::secs(1),
        ..weft::graph::Meta::default()
    };
    draft
        .set_meta(&key(vertex), meta, Place::default())
        .unwrap();
    drive.input(Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    });
    drive
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
