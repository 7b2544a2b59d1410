//! Rules of the engine, each test named after the one it carries. Stories carry the rest; see scenarios/.

use std::path::PathBuf;
use std::sync::Arc;

use weft::drive::SimGround;
use weft::drive::sim::SimDrive;
use weft::engine::event::Event;
use weft::engine::{Input, Level, Options, Until};
use weft::graph::{Draft, FieldPath, Graph, Key, Origin};
use weft::journal::MemoryStore;
use weft::kind::Kinds;
use weft::trace;
use weft::value::{Place, Raw};
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
    let sim = Sim::new(spec, 1).unwrap();
    let ground = Box::new(SimGround::new(sim.clone()));
    let store = Box::new(MemoryStore::default());
    let mut drive = SimDrive::new(
        options(1),
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
    drive.finish();
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

#[test]
fn the_password_graph_runs() {
    let (mut drive, _) = drive(PASSWORD, SimSpec::default());
    let events = apply(&mut drive);
    println!("{}", trace::lines(&events, Level::Full));
    drive.input(Input::Command("notify password[pw]".into()));
    drive.input(Input::Notify(key("password:pw")));
    let events = apply(&mut drive);
    println!("{}", story(&events));
    let events = apply(&mut drive);
    println!("{}", story(&events));
}
