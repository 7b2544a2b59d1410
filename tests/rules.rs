//! Rules of the engine, each test named after the one it carries. Stories carry the rest; see scenarios/.

#[path = "rules/acts.rs"]
mod acts;
#[path = "rules/deaths.rs"]
mod deaths;
#[path = "rules/edits.rs"]
mod edits;
#[path = "rules/flow.rs"]
mod flow;
#[path = "rules/fronts.rs"]
mod fronts;
#[path = "rules/hand.rs"]
mod hand;
#[path = "rules/heard.rs"]
mod heard;
#[path = "rules/limits.rs"]
mod limits;
#[path = "rules/order.rs"]
mod order;
#[path = "rules/records.rs"]
mod records;
#[path = "rules/runs.rs"]
mod runs;
#[path = "rules/watching.rs"]
mod watching;

#[path = "support/memory.rs"]
mod memory;

use std::path::PathBuf;
use std::sync::Arc;

use weft::command::{Session, SessionOptions};
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

fn found(drift: bool) -> weft::engine::CheckOutcome {
    let finding = weft::value::Finding {
        field: String::new(),
        line: "wrong".into(),
        detail: vec![],
        may: false,
        action: Default::default(),
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

/// Someone else writes the file, and time goes on.
fn damage(drive: &mut SimDrive, sim: &Sim, then: Span) {
    let path = std::path::Path::new("/a");
    assert_eq!(sim.outside().write(path, b"theirs"), Ok(()));
    drive.advance(then);
}
