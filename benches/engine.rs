//! The engine alone: how long a chain and a fan of noops take to settle, what they hold, and what an event in them costs.
//!
//!     cargo bench --bench engine [-- --strict] [-- --vertices N]
//!
//! Every graph is measured in a process of its own, so that no memory of one before it is counted or used again. The driver here
//! answers each check at once with "nothing is wrong"; traces are not kept. With `--strict` a missed target ends with 1.

#[path = "common/mod.rs"]
mod common;

use common::{Report, args, number_after, resident_bytes};
use std::collections::{BTreeMap, VecDeque};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use weft::engine::{
    CheckOutcome, Effect, Engine, Input, Level, Options, Remembered, Until, VertexId,
};
use weft::graph::{Draft, Graph, Key, Origin};
use weft::kind::Kinds;
use weft::time::{Span, Time};
use weft::value::{Opaque, Place};

/// What one graph came to.
#[derive(Clone, Copy)]
struct Figures {
    /// Microseconds a vertex, from the start of a run to its end.
    settle: f64,
    /// Microseconds a vertex, to take the graph in.
    load: f64,
    /// Bytes a vertex that the engine holds at most while it runs, the graph itself not counted.
    bytes: f64,
    /// Bytes a vertex of the graph itself.
    graph: f64,
    /// Nanoseconds from an event on the last vertex until all is settled again.
    leaf: f64,
    /// The same for the first vertex.
    root: f64,
}

fn main() {
    let args = args();
    if let Some(at) = args.iter().position(|arg| arg == "--measure") {
        let (shape, vertices) = (&args[at + 1], number_after(&args, "--measure-size", 100));
        let f = measure(shape, vertices);
        println!(
            "{} {} {} {} {} {}",
            f.settle, f.load, f.bytes, f.graph, f.leaf, f.root
        );
        return;
    }
    let vertices = number_after(&args, "--vertices", 100_000);
    let mut report = Report::new(&args);
    for shape in ["chain", "fan"] {
        let (large, small) = (best(shape, vertices), best(shape, 100));
        let below = (vertices - 1) as f64;
        report.title(&format!("{shape} of {vertices} noops"));
        report.figure("settle, µs a vertex", large.settle, 2.0);
        report.figure("engine, bytes a vertex", large.bytes, 1024.0);
        report.figure(
            "event on the leaf, times that among 100",
            large.leaf / small.leaf,
            1.5,
        );
        report.figure(
            "event on the root, ns a vertex below",
            large.root / below,
            50.0,
        );
        report.aside("take the graph in, µs a vertex", large.load);
        report.aside("graph itself, bytes a vertex", large.graph);
        report.aside("event on the leaf, ns", large.leaf);
        report.aside("event on the leaf among 100, ns", small.leaf);
    }
    report.end();
}

/// The best of several processes: what else the machine does only makes figures worse.
fn best(shape: &str, vertices: usize) -> Figures {
    let runs: Vec<Figures> = (0..5)
        .filter_map(|_| in_own_process(shape, vertices))
        .collect();
    let least = |of: fn(&Figures) -> f64| runs.iter().map(of).fold(f64::INFINITY, f64::min);
    Figures {
        settle: least(|f| f.settle),
        load: least(|f| f.load),
        bytes: least(|f| f.bytes),
        graph: least(|f| f.graph),
        leaf: least(|f| f.leaf),
        root: least(|f| f.root),
    }
}

fn in_own_process(shape: &str, vertices: usize) -> Option<Figures> {
    let vertices = vertices.to_string();
    let out = Command::new(std::env::current_exe().ok()?)
        .args(["--measure", shape, "--measure-size", &vertices])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let numbers: Vec<f64> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    match numbers[..] {
        [settle, load, bytes, graph, leaf, root] => Some(Figures {
            settle,
            load,
            bytes,
            graph,
            leaf,
            root,
        }),
        _ => {
            eprintln!(
                "{shape} {vertices}: {}",
                String::from_utf8_lossy(&out.stderr)
            );
            None
        }
    }
}

fn measure(shape: &str, vertices: usize) -> Figures {
    let each = |whole: f64| whole / vertices as f64;
    let before = resident_bytes();
    let graph = Arc::new(noops(shape, vertices));
    let with_graph = resident_bytes();
    let mut driver = Driver::new();
    let began = Instant::now();
    driver.input(Input::Graph {
        graph,
        renamed: Vec::new(),
    });
    let load = began.elapsed().as_secs_f64() * 1e6;
    let began = Instant::now();
    driver.run(Until::Converged);
    let settle = began.elapsed().as_secs_f64() * 1e6;
    assert_eq!(driver.engine.tally().ok, vertices, "all are right");
    let with_engine = resident_bytes();
    driver.run(Until::Stopped);
    let (root, leaf) = (driver.first, driver.last);
    Figures {
        settle: each(settle),
        load: each(load),
        bytes: each(with_engine - with_graph),
        graph: each(with_graph - before),
        leaf: driver.event_cost(leaf, 20_000),
        root: driver.event_cost(root, (2_000_000 / vertices).clamp(3, 10_000)),
    }
}

/// A chain, or one vertex before and one after all others.
fn noops(shape: &str, vertices: usize) -> Graph {
    let at = Place::default();
    let key = |n: usize| Key::new("noop", format!("n{n:07}"));
    let mut draft = Draft::new("bench");
    for n in 0..vertices {
        draft.add(&Kinds, key(n), at).expect("a new noop");
    }
    let mut link = |a: usize, b: usize| {
        let linked = draft.link(&key(a), &key(b), false, Origin::Written, at);
        linked.expect("no cycle");
    };
    for n in 1..vertices {
        match shape {
            "chain" => link(n - 1, n),
            _ if n == vertices - 1 => (1..n).for_each(|middle| link(middle, n)),
            _ => link(0, n),
        }
    }
    draft.finish(&Kinds).expect("a whole graph")
}

/// A driver that answers every check at once.
struct Driver {
    engine: Engine,
    now: Time,
    answer: CheckOutcome,
    queue: VecDeque<Input>,
    first: VertexId,
    last: VertexId,
}

impl Driver {
    fn new() -> Driver {
        let options = Options {
            catalog: &Kinds,
            jobs: 64,
            level: Level::Story,
            plan: false,
            noop: false,
        };
        Driver {
            engine: Engine::new(options, Remembered::default()),
            now: Time::ZERO,
            answer: CheckOutcome {
                findings: Vec::new(),
                found: Opaque::new(()),
                memo: None,
                sends: Some(BTreeMap::new()),
                rhythm: None,
                notes: Vec::new(),
                says: Vec::new(),
                deaf: None,
                unsure: false,
                owns: Vec::new(),
            },
            queue: VecDeque::new(),
            first: VertexId(0),
            last: VertexId(0),
        }
    }

    fn run(&mut self, until: Until) {
        let mut started = Vec::new();
        self.queue.push_back(Input::Run {
            until,
            world: "bench".into(),
            expected: None,
            only: None,
        });
        self.settle(&mut |vertex| started.push(vertex));
        self.first = started.first().copied().unwrap_or(self.first);
        self.last = started.last().copied().unwrap_or(self.last);
    }

    fn input(&mut self, input: Input) {
        self.queue.push_back(input);
        self.settle(&mut |_| {});
    }

    /// Until no input is left.
    fn settle(&mut self, started: &mut dyn FnMut(VertexId)) {
        while let Some(input) = self.queue.pop_front() {
            for effect in self.engine.step(self.now, input).effects {
                match effect {
                    Effect::Check {
                        vertex, attempt, ..
                    } => {
                        started(vertex);
                        self.queue.push_back(Input::Checked {
                            vertex,
                            attempt,
                            outcome: Ok(self.answer.clone()),
                        });
                    }
                    Effect::Watch { vertex, .. } => {
                        self.queue.push_back(Input::Listening { vertex });
                    }
                    _ => {}
                }
            }
        }
    }

    /// Nanoseconds for one event on this vertex, until all is settled again.
    fn event_cost(&mut self, vertex: VertexId, times: usize) -> f64 {
        let began = Instant::now();
        let mut checks = 0;
        for _ in 0..times {
            self.now = self.now + Span(1_000_000);
            self.queue.push_back(Input::Noticed {
                vertex,
                what: String::new(),
            });
            self.settle(&mut |_| checks += 1);
        }
        assert_eq!(checks, times, "each event checks its vertex, and no other");
        began.elapsed().as_secs_f64() * 1e9 / times as f64
    }
}
