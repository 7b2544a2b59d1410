//! Kinds that hear notifications, driven by the engine over the simulated machine: a first run acts exactly once, a
//! second one not at all where it can be known, and a notification reaches what it should.

use std::path::PathBuf;
use std::sync::Arc;

use weft::drive::SimGround;
use weft::drive::plan::{Plan, Planning, plan};
use weft::drive::sim::SimDrive;
use weft::engine::{Input, Level, Options, Until};
use weft::graph::{Draft, FieldPath, Graph, Key, Origin};
use weft::journal::MemoryStore;
use weft::kind::Kinds;
use weft::trace;
use weft::value::{Place, Raw};
use weft::world::sim::spec::{Answer, Page, Starts, UnitSpec};
use weft::world::sim::{Sim, SimSpec};
use weft::world::{ServiceAct, Unit};

const NOWHERE: Place = Place { line: 0, column: 0 };

fn key(text: &str) -> Key {
    let (kind, name) = text.split_once('[').unwrap();
    Key::new(kind, name.trim_end_matches(']'))
}

/// A graph of `kind[name]` with `field=value`, and of `a ~> b`, `a -> b`, `a.x -> b.y`.
fn graph(
    vertices: &[(&str, &[(&str, &str)])],
    edges: &[(&str, &str)],
    binds: &[[&str; 4]],
) -> Graph {
    let mut draft = Draft::new("test");
    for (name, params) in vertices {
        draft.add(&Kinds, key(name), NOWHERE).unwrap();
        for (field, text) in *params {
            let path = FieldPath::parse(field);
            draft
                .set(&Kinds, &key(name), &path, &Raw::bare(*text))
                .unwrap();
        }
    }
    for (from, to) in edges {
        draft
            .link(&key(from), &key(to), true, Origin::Written, NOWHERE)
            .unwrap();
    }
    for [from, sent, to, field] in binds {
        let (sent, field) = (FieldPath::parse(sent), FieldPath::parse(field));
        draft
            .bind(
                &Kinds,
                (&key(from), &sent),
                (&key(to), &field),
                Origin::Written,
                NOWHERE,
            )
            .unwrap();
    }
    draft.finish(&Kinds).unwrap()
}

/// A machine with an answer to each command, a page and a service, and an engine over it.
struct Bench {
    sim: Sim,
    drive: SimDrive,
    graph: Arc<Graph>,
}

fn unit() -> Unit {
    Unit {
        name: "app.service".to_owned(),
        session: false,
    }
}

impl Bench {
    fn new(graph: Graph, commands: &[(&str, i32, &str)]) -> Bench {
        let mut spec = SimSpec::default();
        for (line, status, stdout) in commands {
            let answer = Answer {
                status: *status,
                stdout: stdout.as_bytes().to_vec(),
                ..Answer::default()
            };
            spec.commands.insert((*line).to_owned(), vec![answer]);
        }
        let page = Page {
            body: b"hello".to_vec(),
            ..Page::default()
        };
        spec.http.insert("http://x/a".to_owned(), page);
        spec.services.insert(unit(), UnitSpec::default());
        let sim = Sim::new(spec, 1).unwrap();
        let options = Options {
            catalog: &Kinds,
            jobs: 4,
            level: Level::Full,
            plan: false,
            noop: false,
        };
        let ground = Box::new(SimGround::new(sim.clone()));
        let store = Box::new(MemoryStore::default());
        let mut drive = SimDrive::new(options, ground, store, PathBuf::from("/state"), 1).unwrap();
        let graph = Arc::new(graph);
        drive.input(Input::Graph {
            graph: graph.clone(),
            renamed: Vec::new(),
        });
        Bench { sim, drive, graph }
    }

    /// One run; its trace without times.
    fn run(&mut self) -> String {
        self.drive.take_events();
        self.drive.input(Input::Run {
            until: Until::Converged,
            world: "sim".to_owned(),
            expected: None,
            only: None,
        });
        self.drive.finish().unwrap();
        self.told()
    }

    /// What a plan over this machine says of each vertex, in order.
    fn planned(&self) -> Plan {
        let planning = Planning {
            only: None,
            graph: self.graph.clone(),
            world: Arc::new(self.sim.attempt(None)),
            label: "sim".to_owned(),
            state: PathBuf::from("/state"),
            remembered: self.drive.engine().remembered().clone(),
            noop: false,
        };
        plan(planning).unwrap()
    }

    fn told(&mut self) -> String {
        trace::lines(&self.drive.take_events(), Level::Story)
    }

    /// What ran, without guards.
    fn ran(&self) -> Vec<String> {
        let log = self.sim.log();
        let acts = log.iter().filter(|ran| !ran.asked);
        acts.map(|ran| ran.argv.join(" ")).collect()
    }
}

const CONF: (&str, &[(&str, &str)]) = ("file[/etc/app.conf]", &[("content", "port 80")]);

#[test]
fn a_first_run_acts_once_and_a_second_only_where_nothing_can_tell() {
    let graph = graph(
        &[
            CONF,
            ("exec[make]", &[]),
            ("http[http://x/a]", &[]),
            ("svc[app]", &[("state", "running")]),
        ],
        &[
            ("file[/etc/app.conf]", "exec[make]"),
            ("file[/etc/app.conf]", "http[http://x/a]"),
            ("file[/etc/app.conf]", "svc[app]"),
        ],
        &[],
    );
    let mut bench = Bench::new(graph, &[("make", 0, "")]);
    let first = bench.run();
    assert_eq!(bench.ran(), ["make"], "{first}");
    let acts = bench.sim.acts(&unit());
    assert_eq!(acts.get(&ServiceAct::Start), Some(&1), "{first}");
    assert_eq!(acts.get(&ServiceAct::Reload), None, "{first}");
    assert_eq!(first.matches("the server has").count(), 1, "{first}");
    assert!(!first.contains("refreshed"), "{first}");

    let second = bench.run();
    assert_eq!(bench.ran(), ["make", "make"], "{second}");
    assert!(!second.contains("the server has"), "{second}");
    assert_eq!(bench.sim.acts(&unit()).get(&ServiceAct::Start), Some(&1));
}

#[test]
fn a_changed_file_reaches_them_again() {
    let graph = graph(
        &[
            CONF,
            ("exec[make]", &[("refreshonly", "true")]),
            ("svc[app]", &[("state", "running")]),
        ],
        &[
            ("file[/etc/app.conf]", "exec[make]"),
            ("exec[make]", "svc[app]"),
        ],
        &[],
    );
    let mut bench = Bench::new(graph, &[("make", 0, "")]);
    let first = bench.run();
    assert_eq!(bench.ran(), ["make"], "{first}");
    let still = bench.run();
    assert_eq!(bench.ran(), ["make"], "{still}");
    bench
        .sim
        .outside()
        .write(std::path::Path::new("/etc/app.conf"), b"other")
        .unwrap();
    let again = bench.run();
    assert_eq!(bench.ran(), ["make", "make"], "{again}");
    assert_eq!(
        bench.sim.acts(&unit()).get(&ServiceAct::Reload),
        Some(&1),
        "{again}"
    );
}

#[test]
fn an_output_and_a_download_arrive_and_are_kept() {
    let graph = graph(
        &[
            ("exec[version]", &[("creates", "/made")]),
            ("http[http://x/a]", &[]),
            ("file[/etc/version]", &[]),
            ("file[/etc/page]", &[]),
        ],
        &[],
        &[
            ["exec[version]", "stdout", "file[/etc/version]", "content"],
            ["http[http://x/a]", "content", "file[/etc/page]", "content"],
        ],
    );
    let mut bench = Bench::new(graph, &[]);
    let answer = Answer {
        stdout: b"1.2\n".to_vec(),
        effects: vec![weft::world::sim::spec::Effect::Write(
            "/made".into(),
            Vec::new(),
            None,
        )],
        ..Answer::default()
    };
    bench.sim.outside().command("version", vec![answer]);
    let first = bench.run();
    let read = |bench: &Bench, path: &str| {
        let spec = bench.sim.spec();
        match spec
            .files
            .get(std::path::Path::new(path))
            .map(|file| file.what.clone())
        {
            Some(weft::world::sim::spec::FileBody::File(bytes)) => {
                String::from_utf8(bytes).unwrap()
            }
            _ => String::new(),
        }
    };
    assert_eq!(read(&bench, "/etc/version"), "1.2", "{first}");
    assert_eq!(read(&bench, "/etc/page"), "hello", "{first}");
    // What was kept mends the file without another run.
    bench
        .sim
        .outside()
        .remove(std::path::Path::new("/etc/version"))
        .unwrap();
    let second = bench.run();
    assert_eq!(read(&bench, "/etc/version"), "1.2", "{second}");
    assert_eq!(bench.ran(), ["version"], "{second}");
}

#[test]
fn a_service_that_dies_is_a_failure_and_blocks() {
    let graph = graph(
        &[("svc[app]", &[("state", "running")]), ("noop[after]", &[])],
        &[("svc[app]", "noop[after]")],
        &[],
    );
    let mut bench = Bench::new(graph, &[]);
    bench
        .sim
        .outside()
        .unit(&unit(), |unit| unit.starts = Starts::Dies(3));
    let told = bench.run();
    assert!(
        told.contains("did not stay up for 1s: failed (exited with 3)"),
        "{told}"
    );
    assert!(told.contains("blocked"), "{told}");
}

/// Rules L1 and L4: a plan says what an apply does, and what it cannot know it names.
#[test]
fn a_plan_says_what_an_apply_does() {
    let graph = graph(
        &[
            CONF,
            ("exec[make]", &[]),
            ("exec[asks]", &[("cmd", "make"), ("onlyif", "need")]),
            ("http[http://x/a]", &[]),
            ("svc[app]", &[("state", "running"), ("startup", "enabled")]),
            ("file[/etc/page]", &[]),
            ("file[/etc/version]", &[]),
        ],
        &[
            ("file[/etc/app.conf]", "exec[asks]"),
            ("file[/etc/app.conf]", "svc[app]"),
        ],
        &[
            ["http[http://x/a]", "content", "file[/etc/page]", "content"],
            ["exec[make]", "stdout", "file[/etc/version]", "content"],
        ],
    );
    let mut bench = Bench::new(graph, &[("make", 0, "1.2"), ("need", 0, "")]);
    let tree = bench.sim.tree();
    let plan = bench.planned();
    let said = trace::lines(&plan.events, Level::Story);
    assert_eq!(bench.sim.tree(), tree);
    assert!(bench.sim.log().is_empty(), "a plan ran something:\n{said}");
    for line in [
        "run: make (has no guard: runs at every start)",
        "may change: run: make (what `onlyif` says is not known before apply)",
        "content known after exec[make]",
        "startup disabled, should be enabled; state stopped, should be running",
    ] {
        assert!(said.contains(line), "{line}:\n{said}");
    }
    assert!(plan.expected.refreshes.is_empty(), "{said}");
    // Rule L2: one command precedes something, the other does not.
    let told = trace::plan_text(&plan.report());
    let noted = told.matches("planned as the world looks now").count();
    assert_eq!(noted, 1, "{told}");

    let told = bench.run();
    let done = bench.drive.take_events();
    assert!(done.is_empty());
    let again = bench.planned();
    let changes: Vec<String> = again.expected.changes.keys().map(Key::to_string).collect();
    let can_never_tell = ["exec[asks]", "exec[make]", "file[/etc/version]"];
    assert_eq!(changes, can_never_tell, "{told}");
}
