//! Rules of where and consent (W, L4), as a session keeps them.

use super::memory::Memory;
use super::*;
use weft::drive::{Planning, plan};

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
    let mut front = Memory::default();
    graph.eval("world", &mut front).unwrap();
    assert!(front.shown.contains(graph.label()), "{}", front.shown);
}

#[test]
fn w3_with_nobody_to_ask_nothing_is_looked_at_and_yes_is_named() {
    let mut session = session("resources: {file: [{name: /nowhere/a}]}\n");
    let error = session
        .eval("apply", &mut Memory::default())
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
fn l4_what_the_plan_did_not_say_is_asked_for() {
    for (yes, word, status) in [
        (true, "changed", Status::Changed),
        (false, "declined", Status::Failed),
    ] {
        let (mut drive, _) = drive(&["file:/a content=x"], SimSpec::default());
        drive.input(Input::Run {
            until: Until::Converged,
            world: "sim".into(),
            expected: Some(Arc::new(Expected::default())),
            only: None,
        });
        drive.finish().unwrap();
        let (vertex, asked) = drive.engine().asking().remove(0);
        assert_eq!(asked, key("file:/a"));
        drive.input(Input::Consent { vertex, yes });
        drive.finish().unwrap();
        let events = drive.take_events();
        assert_eq!(times(&events, "file:/a", word), 1, "{}", story(&events));
        assert_eq!(times(&events, "file:/a", "apply"), usize::from(yes));
        assert_eq!(drive.engine().status(&key("file:/a")), Some(status));
    }
}

/// The words of a plan's events about one vertex.
fn planned(lines: &[&str], spec: SimSpec, vertex: &str) -> Vec<&'static str> {
    let sim = Sim::new(spec, 1).unwrap();
    let plan = plan(Planning {
        graph: Arc::new(graph(lines)),
        only: None,
        world: Arc::new(sim.attempt(None)),
        label: "sim".into(),
        state: PathBuf::from("/var/lib/weft/test"),
        remembered: Remembered::default(),
        noop: false,
    });
    words(&plan.unwrap().events, vertex)
}

/// Rule L1: what comes after something that needs root is planned as with rights.
#[test]
fn l1_a_plan_without_rights_goes_on_behind_what_needs_root() {
    let lines = [
        "file:/etc/a content=x",
        "file:/etc/b content=y",
        "file:/etc/a -> file:/etc/b",
    ];
    let spec = || SimSpec {
        user: Some("user".into()),
        ..SimSpec::default()
    };
    let first = planned(&lines, spec(), "file:/etc/a");
    assert!(first.contains(&"failed"), "{first:?}");
    let behind = planned(&lines, spec(), "file:/etc/b");
    assert_eq!(behind.first(), Some(&"poked"), "{behind:?}");
    assert!(
        behind.contains(&"behind") && behind.contains(&"changed"),
        "{behind:?}"
    );
    let root = planned(&lines, SimSpec::default(), "file:/etc/b");
    assert!(!root.contains(&"behind"), "{root:?}");
}

/// Rule L2: a check that errs behind a planned change is not known, and no failure.
#[test]
fn l2_a_plan_does_not_know_what_fails_behind_a_change() {
    let lines = [
        "exec:make cmd=make",
        "template:t source=/made",
        "exec:make -> template:t",
    ];
    let spec = || commands(&[("make", &[0], Span::ZERO)]);
    let found = planned(&lines, spec(), "template:t");
    assert!(
        found.contains(&"unknown") && !found.contains(&"failed"),
        "{found:?}"
    );
    let alone = planned(&lines[1..2], spec(), "template:t");
    assert!(
        alone.contains(&"failed") && !alone.contains(&"unknown"),
        "{alone:?}"
    );
}

/// Rules L1 and L2: what needs root would change something, so no guard is asked behind it.
#[test]
fn l1_l2_no_guard_is_asked_behind_what_needs_root() {
    let lines = [
        "file:/etc/a content=x",
        "exec:e cmd=work onlyif=ask",
        "file:/etc/a -> exec:e",
    ];
    let spec = || SimSpec {
        user: Some("user".into()),
        ..commands(&[("ask", &[1], Span::ZERO), ("work", &[0], Span::ZERO)])
    };
    let behind = planned(&lines, spec(), "exec:e");
    assert!(behind.contains(&"changed"), "{behind:?}");
    let alone = planned(&lines[1..2], spec(), "exec:e");
    assert_eq!(alone.last(), Some(&"ok"), "{alone:?}");
}
