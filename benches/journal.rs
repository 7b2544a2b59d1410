//! What keeping records costs: the same graphs applied to the real machine with records in memory and with records on disk, and
//! how long a journal takes to open that a killed engine left.
//!
//!     cargo bench --bench journal [-- --strict] [-- --vertices N] [-- --records N] [-- --rounds N]
//!
//! Files and directories are synced in both, so it is one more sync beside others that is measured. Both are measured in turns in one
//! process, each time in an empty directory, and the best of each counts. Where the temporary directory is in memory, syncs cost nothing and
//! the figures say little: TMPDIR names another.

#[path = "common/mod.rs"]
mod common;

use common::{Report, Scratch, args, number_after};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weft::drive::real::RealDrive;
use weft::engine::{Engine, Input, Level, Line, Options, Record, Seq, Until};
use weft::graph::{Draft, FieldPath, Graph, Key, Origin::Written};
use weft::journal::{About, Entry, Home, Mark, MemoryStore, OwnStore, Store};
use weft::kind::Kinds;
use weft::value::{Place, Value};
use weft::world::host::{Host, HostOptions};

const JOBS: usize = 16;
const AT: fn() -> Place = Place::default;

/// How the vertices of a graph hang together.
#[derive(Clone, Copy)]
enum Shape {
    /// `file ~> noop`, side by side.
    Fan,
    /// The same one after the other.
    Chain,
    /// Files alone.
    Files,
}

fn main() {
    let args = args();
    let mut report = Report::new(&args);
    let vertices = number_after(&args, "--vertices", 1_000);
    let rounds = number_after(&args, "--rounds", 3);
    let scratch = Scratch::new("journal");
    for (shape, name, most) in [
        (Shape::Fan, "a fan of `file ~> noop`", 1.5),
        (Shape::Chain, "a chain of `file ~> noop`", 2.0),
        (Shape::Files, "files without notify edges", 1.0),
    ] {
        let mut best = [Duration::MAX; 2];
        for round in 0..rounds {
            for (on_disk, best) in best.iter_mut().enumerate() {
                let dir = scratch.path.join(format!("{round}-{on_disk}"));
                std::fs::create_dir_all(&dir).expect("the scratch directory takes directories");
                *best = (*best).min(pass(&dir, shape, vertices, on_disk == 1));
                let _ = std::fs::remove_dir_all(&dir);
            }
        }
        let [memory, disk] = best.map(|best| best.as_secs_f64() * 1e3);
        report.title(&format!("{vertices} × {name}, {JOBS} jobs"));
        report.aside("records in memory, ms", memory);
        report.aside("records on disk, ms", disk);
        report.figure("on disk, times in memory", disk / memory, most);
    }
    opening(
        &mut report,
        &scratch.path,
        number_after(&args, "--records", 100_000),
    );
    report.end();
}

fn graph(dir: &Path, shape: Shape, vertices: usize) -> Graph {
    let mut draft = Draft::new("bench");
    let mut last: Option<Key> = None;
    for n in 0..vertices {
        let file = Key::new("file", dir.join(format!("{n:05}")).to_string_lossy());
        draft.add(&Kinds, file.clone(), AT()).expect("a new file");
        let content = Value::str(format!("{n:099}\n"));
        let set = draft.set_value(&file, &FieldPath::parse("content"), content, AT());
        set.expect("a file has content");
        if matches!(shape, Shape::Files) {
            continue;
        }
        let noop = Key::new("noop", format!("{n:05}"));
        draft.add(&Kinds, noop.clone(), AT()).expect("a new noop");
        let tells = draft.link(&file, &noop, true, Written, AT());
        tells.expect("both are there");
        if let (Shape::Chain, Some(last)) = (shape, last.replace(noop)) {
            let after = draft.link(&last, &file, false, Written, AT());
            after.expect("both are there");
        }
    }
    draft.finish(&Kinds).expect("a whole graph")
}

/// One run over the real host that makes everything, from its start to its end.
fn pass(dir: &Path, shape: Shape, vertices: usize, on_disk: bool) -> Duration {
    let options = Options {
        catalog: &Kinds,
        jobs: JOBS,
        level: Level::Story,
        plan: false,
        noop: false,
    };
    let state = dir.join("state");
    let store: Box<dyn Store> = match on_disk {
        true => Box::new(OwnStore::new(Home::new(&state), About::default())),
        false => Box::new(MemoryStore::default()),
    };
    let host = Host::new(HostOptions::default());
    let mut drive = RealDrive::new(options, host, store, state).expect("nothing is remembered");
    let graph = Arc::new(graph(dir, shape, vertices));
    let renamed = Vec::new();
    drive.input(Input::Graph { graph, renamed }, &mut |_| {});
    let began = Instant::now();
    let run = Input::Run {
        until: Until::Converged,
        world: "bench".into(),
        expected: None,
        only: None,
    };
    drive.input(run, &mut |_| {});
    let ended = drive.run(&mut |_| {}, &mut |engine: &Engine| !engine.is_running());
    ended.expect("records can be kept");
    let took = began.elapsed();
    let tally = drive.engine().tally();
    assert_eq!((tally.changed, tally.failed), (vertices, 0), "{tally:?}");
    took
}

/// A journal of so many records as a killed engine leaves it: copied while it is open.
fn opening(report: &mut Report, scratch: &Path, records: usize) {
    let (open, killed) = (scratch.join("open"), scratch.join("killed"));
    let mut store = OwnStore::new(Home::new(&open), About::default());
    store.begin(&mut |_| true).expect("nobody else is there");
    let entry = |n: usize| {
        let (from, to) = (vertex("file", n), vertex("noop", n));
        let sent = vec![(Line::between(&from, &to), n as u64 + 1)];
        let record = Record::Paid {
            vertex: from,
            run: 1,
            sent,
            heard: vec![],
            kept: None,
        };
        let mark = Mark {
            run: 1,
            cause: "command apply".into(),
            ..Mark::default()
        };
        Entry {
            seq: Seq(n as u64 + 1),
            record,
            mark,
        }
    };
    let all: Vec<Entry> = (0..records).map(entry).collect();
    for some in all.chunks(1_000) {
        store.commit(some).expect("records can be kept");
    }
    std::fs::create_dir_all(&killed).expect("the scratch directory takes directories");
    let journal = |dir: &Path| -> PathBuf { dir.join("journal.redb") };
    std::fs::copy(journal(&open), journal(&killed)).expect("it is there");
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let left = OwnStore::new(Home::new(&killed), About::default());
        let began = Instant::now();
        let ledger = left.load().expect("a crash is no damage");
        best = best.min(began.elapsed());
        assert_eq!(ledger.remembered.lines.len(), records);
    }
    let size = std::fs::metadata(journal(&killed)).map_or(0, |found| found.len());
    report.title(&format!("a journal of {records} records after kill -9"));
    report.aside("its file, MiB", size as f64 / f64::from(1 << 20));
    report.figure("opened, ms", best.as_secs_f64() * 1e3, 100.0);
}

fn vertex(kind: &str, n: usize) -> Key {
    Key::new(kind, format!("/etc/app/conf.d/{n:06}.conf"))
}
