//! How long a person waits for nothing: an empty graph from the start of the process to its end, under `watch` the time from
//! a write to the file being right again, and a command that does nothing.
//!
//!     cargo bench --bench start [-- --strict]

#[path = "common/mod.rs"]
mod common;

use common::{Report, Scratch, args};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use weft::drive::real::RealDrive;
use weft::engine::{Input, Level, Options, Until, What};
use weft::graph::{Draft, FieldPath, Graph, Key};
use weft::journal::MemoryStore;
use weft::kind::Kinds;
use weft::value::{Place, Raw};
use weft::world::World;
use weft::world::host::{Host, HostOptions};

const ROUNDS: usize = 20;
const RIGHT: &str = "as it should be\n";

fn main() {
    let args = args();
    let mut report = Report::new(&args);
    let scratch = Scratch::new("start");
    report.title("start and repair, milliseconds: the median, and the worst of 20");
    let starts = sorted((0..ROUNDS).map(|_| empty_graph(&scratch.path)));
    report.figure("an empty graph, start to end", starts[ROUNDS / 2], 10.0);
    report.aside("  the worst", starts[ROUNDS - 1]);
    let repairs = sorted(repairs(&scratch));
    report.figure("a changed file is right again", repairs[ROUNDS / 2], 50.0);
    report.aside("  the worst", repairs[ROUNDS - 1]);
    report.title("a command that does nothing, milliseconds: the median of 200");
    let [alone, supervised] = commands();
    report.aside("a child of this process", alone);
    report.aside("below its supervisor, as weft runs it", supervised);
    report.end();
}

fn sorted(times: impl IntoIterator<Item = Duration>) -> Vec<f64> {
    let mut times: Vec<f64> = times
        .into_iter()
        .map(|time| time.as_secs_f64() * 1e3)
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

/// The whole program: `weft apply` of a graph without a vertex.
fn empty_graph(scratch: &Path) -> Duration {
    let file = scratch.join("empty.yaml");
    std::fs::write(&file, "weft: 1\ngraph: empty\n").expect("the scratch directory takes files");
    let began = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_weft"))
        .arg("apply")
        .arg(&file)
        .arg("--yes")
        .env("WEFT_STATE_DIR", scratch.join("state"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    let took = began.elapsed();
    assert!(
        status.is_ok_and(|status| status.success()),
        "an empty graph applies"
    );
    took
}

/// `true`, without and with a supervisor, in turn: so both meet the same weather.
fn commands() -> [f64; 2] {
    let nothing = weft::world::Command {
        argv: vec!["true".into()],
        env: Default::default(),
        cwd: None,
        user: None,
        stdin: None,
        timeout: None,
        keep: 0,
    };
    let supervisors = [None, Some(env!("CARGO_BIN_EXE_weft").into())];
    let hosts = supervisors.map(|supervisor| {
        Host::new(HostOptions {
            root: None,
            supervisor,
        })
    });
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..200 {
        for (host, times) in hosts.iter().zip(&mut times) {
            let began = Instant::now();
            let ran = host.run(&nothing);
            times.push(began.elapsed());
            assert!(ran.is_ok_and(|output| output.status == 0), "`true` is well");
        }
    }
    times.map(|times| sorted(times)[100])
}

/// From each write of something wrong until the file is right again.
fn repairs(scratch: &Scratch) -> Vec<Duration> {
    let path = scratch.path.join("watched");
    let options = Options {
        catalog: &Kinds,
        jobs: 2,
        level: Level::Story,
        plan: false,
        noop: false,
    };
    let host = Host::new(HostOptions::default());
    let store = Box::new(MemoryStore::default());
    let state = scratch.path.join("state");
    let mut drive = RealDrive::new(options, host, store, state).expect("nothing is remembered");
    let handle = drive.handle();
    let (tell, told) = channel();
    let driving = std::thread::spawn(move || {
        let mut on = |events: &[weft::engine::Event]| {
            let quiet = events
                .iter()
                .any(|event| matches!(event.what, What::Converged(_)));
            if quiet {
                // Nobody listens any more once all rounds are done.
                let _ = tell.send(());
            }
        };
        drive.run(&mut on, &mut |engine| {
            engine.run() > 0 && !engine.is_running()
        })
    });
    handle.send(Input::Graph {
        graph: Arc::new(one_file(&path)),
        renamed: Vec::new(),
    });
    handle.send(Input::Run {
        until: Until::Stopped,
        world: "bench".into(),
        expected: None,
        only: None,
    });
    let times = (0..ROUNDS).map(|_| repair(&path, &told)).collect();
    handle.send(Input::Stop { now: true });
    let ended = driving.join().expect("the driver does not panic");
    ended.expect("records are kept in memory");
    times
}

/// Waits until all is quiet, spoils the file, and takes the time until it is right.
fn repair(path: &Path, quiet: &Receiver<()>) -> Duration {
    let long = Duration::from_secs(10);
    quiet.recv_timeout(long).expect("the watch gets quiet");
    let began = Instant::now();
    std::fs::write(path, "spoilt\n").expect("the file can be written");
    while std::fs::read_to_string(path).ok().as_deref() != Some(RIGHT) {
        assert!(began.elapsed() < long, "the file is not repaired");
        std::thread::yield_now();
    }
    began.elapsed()
}

fn one_file(path: &Path) -> Graph {
    let at = Place::default();
    let key = Key::new("file", path.to_string_lossy());
    let mut draft = Draft::new("bench");
    draft.add(&Kinds, key.clone(), at).expect("a new file");
    let content = FieldPath::parse("content");
    let set = draft.set(&Kinds, &key, &content, &Raw::quoted(RIGHT));
    set.expect("a file has content");
    draft.finish(&Kinds).expect("a whole graph")
}
