//! Exploring stories: what is counted, that what is found becomes a story, and that the story finds it again.

use std::path::Path;

use weft::file::{self, Document};
use weft::kind::Kinds;
use weft::scenario::{
    Environment, Explore, Explored, PlayOptions, TestOptions, explore, replay, run_explore,
};

fn load(name: &str) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    file::load(&path, &Kinds).expect("it can be read")
}

fn parse(text: &str) -> Document {
    let mut nothing = |_: &Path| Err("nothing is used".to_owned());
    file::parse(Path::new("story.yaml"), text, &Kinds, &mut nothing).expect("it can be read")
}

fn explored(document: &Document, what: Explore) -> Explored {
    explore(document, &PlayOptions::default(), what).expect("it can be played")
}

/// A command that cannot be done twice: the second time it breaks what the first one made, for good.
const TWICE: &str = r#"
weft: 1
graph: twice
world:
  commands:
    migrate:
    - {duration: 1s, writes: {/srv/db: new}}
    - {status: 1, stderr: "there already\n"}
resources:
  exec:
  - name: migrate
    unless: test -e /srv/never
    refreshonly: true
  file:
  - name: /etc/app
    content: "app\n"
edges:
- file[/etc/app] ~> exec[migrate]
"#;

/// Rules P1, P2 and P3: nothing is lost and nothing is early, wherever the engine dies.
#[test]
fn a_crash_loses_nothing() {
    let stories = [
        ("debt", 43),
        ("chain", 72),
        ("file", 693),
        ("kept", 49),
        ("stop", 24),
    ];
    for (story, expected) in stories {
        let explored = explored(&load(&format!("scenarios/{story}.yaml")), Explore::Crash);
        assert_eq!(explored.findings, [], "{story}");
        assert_eq!(explored.left_out, None, "{story}");
        let points: usize = explored.points.values().sum();
        assert_eq!(points, expected, "{story}: {:?}", explored.points);
    }
}

/// Rules N2, N5 and M3: neither does an error.
#[test]
fn a_fault_loses_nothing() {
    for story in ["debt", "http", "stop", "timeout"] {
        let explored = explored(&load(&format!("scenarios/{story}.yaml")), Explore::Faults);
        assert_eq!(explored.findings, [], "{story}");
    }
}

/// Rules O1 and O3.
#[test]
fn another_order_loses_nothing() {
    let explored = explored(&load("scenarios/order.yaml"), Explore::Order);
    assert_eq!(explored.findings, []);
    assert!(explored.points["one at a time"] == 1, "{explored:?}");
}

#[test]
fn the_same_story_explored_twice_comes_to_the_same() {
    let story = load("scenarios/reload.yaml");
    let [first, second] = [(); 2].map(|()| explored(&story, Explore::Crash));
    assert_eq!(first, second);
}

#[test]
fn what_is_found_becomes_a_story_that_finds_it_again() {
    let document = parse(TWICE);
    let found = explored(&document, Explore::Crash);
    let finding = found.findings.first().expect("a crash makes it run twice");
    assert_eq!(
        finding.wrong[0],
        "exec[migrate] is failed, and would be right"
    );
    let text = replay(&document, finding);
    let replayed = parse(&text);
    let played = weft::scenario::play(&replayed, &PlayOptions::default()).expect("it plays");
    assert!(played.trace.contains("killed"), "{text}\n{}", played.trace);
    assert!(
        played.trace.contains("there already"),
        "{text}\n{}",
        played.trace
    );
}

#[test]
fn a_finding_is_told_and_is_an_exit_code_of_1() {
    let dir = std::env::temp_dir().join(format!("weft-explore-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    std::fs::write(dir.join("twice.yaml"), TWICE).expect("a story");
    let options = TestOptions {
        base: dir.clone(),
        paths: vec!["twice.yaml".into()],
        environment: Environment::default(),
        ..TestOptions::default()
    };
    let mut out = Vec::new();
    let code = run_explore(&options, Explore::Crash, Path::new("replays"), &mut out);
    let told = String::from_utf8_lossy(&out).into_owned();
    let written = std::fs::read_to_string(dir.join("replays/crash-twice-1.yaml"));
    std::fs::remove_dir_all(&dir).expect("it is removed");
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("exec[migrate] is failed, and would be right"),
        "{told}"
    );
    assert!(told.contains("before a record"), "{told}");
    assert!(
        written.expect("a replay").contains("- sim crash "),
        "{told}"
    );
}
