//! One pass of checks over 10,000 small files that are all right, beside a plain loop that opens, reads and hashes the same
//! files on as many threads.
//!
//!     cargo bench --bench files [-- --strict] [-- --files N] [-- --jobs N]
//!
//! Both are measured in turns in one process, with the files in the kernel's cache, and the best of each counts: what else the
//! machine does only makes figures worse. The graph is built in code; every pass has an engine of its own, without memos.

#[path = "common/mod.rs"]
mod common;

use common::{Report, Scratch, args, number_after};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use weft::drive::real::RealDrive;
use weft::engine::{Engine, Input, Level, Options, Until};
use weft::graph::{Draft, FieldPath, Graph, Key};
use weft::journal::MemoryStore;
use weft::kind::Kinds;
use weft::value::{Place, Value};
use weft::world::host::{Host, HostOptions};

const ROUNDS: usize = 7;

fn main() {
    let args = args();
    let mut report = Report::new(&args);
    let files = number_after(&args, "--files", 10_000);
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let threads = number_after(&args, "--jobs", cores);
    let scratch = Scratch::new("files");
    let paths = write(&scratch, files);
    let graph = Arc::new(graph(&paths));
    let mut best = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        best[0] = best[0].min(plain(&paths, threads));
        best[1] = best[1].min(pass(&graph, &scratch, threads));
    }
    let each = |time: Duration| time.as_secs_f64() * 1e6 / files as f64;
    report.title(&format!(
        "{files} files of 100 bytes that are right, {threads} threads"
    ));
    report.aside("plain loop, µs a file", each(best[0]));
    report.aside("checks, µs a file", each(best[1]));
    let ratio = best[1].as_secs_f64() / best[0].as_secs_f64();
    report.figure("checks, times the plain loop", ratio, 2.0);
    report.end();
}

fn content(n: usize) -> String {
    format!("{n:099}\n")
}

fn write(scratch: &Scratch, files: usize) -> Vec<PathBuf> {
    let path = |n: usize| scratch.path.join(format!("{n:05}"));
    let put = |n: usize| {
        std::fs::write(path(n), content(n)).expect("the scratch directory takes files");
        path(n)
    };
    (0..files).map(put).collect()
}

fn graph(paths: &[PathBuf]) -> Graph {
    let at = Place::default();
    let mut draft = Draft::new("bench");
    for (n, path) in paths.iter().enumerate() {
        let key = Key::new("file", path.to_string_lossy());
        draft.add(&Kinds, key.clone(), at).expect("a new file");
        let field = FieldPath::parse("content");
        let set = draft.set_value(&key, &field, Value::str(content(n)), at);
        set.expect("a file has content");
    }
    draft.finish(&Kinds).expect("a whole graph")
}

/// Opens, reads and hashes every file; each thread takes its share.
fn plain(paths: &[PathBuf], threads: usize) -> Duration {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for share in paths.chunks(paths.len().div_ceil(threads)) {
            scope.spawn(move || {
                for path in share {
                    let mut bytes = Vec::new();
                    let mut file = File::open(path).expect("it was written");
                    file.read_to_end(&mut bytes).expect("it can be read");
                    std::hint::black_box(Sha256::digest(&bytes));
                }
            });
        }
    });
    began.elapsed()
}

/// One run over the real host, from its start to its end.
fn pass(graph: &Arc<Graph>, scratch: &Scratch, threads: usize) -> Duration {
    let options = Options {
        catalog: &Kinds,
        jobs: threads,
        level: Level::Story,
        plan: false,
        noop: false,
    };
    let host = Host::new(HostOptions::default());
    let store = Box::new(MemoryStore::default());
    let state = scratch.path.join("state");
    let mut drive = RealDrive::new(options, host, store, state).expect("nothing is remembered");
    drive.input(
        Input::Graph {
            graph: graph.clone(),
            renamed: Vec::new(),
        },
        &mut |_| {},
    );
    let began = Instant::now();
    drive.input(
        Input::Run {
            until: Until::Converged,
            world: "bench".into(),
            expected: None,
            only: None,
        },
        &mut |_| {},
    );
    let ended = drive.run(&mut |_| {}, &mut |engine: &Engine| !engine.is_running());
    ended.expect("a run that changes nothing needs no store");
    let took = began.elapsed();
    let tally = drive.engine().tally();
    assert_eq!(tally.ok, graph.vertices().len(), "all are right: {tally:?}");
    took
}
