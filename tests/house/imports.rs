//! Who may import whom, and where the machine may be touched.

use super::scan::{Source, sources, words};

/// The folders of src: each imports only from those before it. (Times are among the values that travel.)
const ORDER: &[&str] = &[
    "time", "value", "graph", "engine", "world", "kind", "journal", "trace", "drive", "file",
    "command", "scenario", "repl", "tui", "cli",
];

/// Neighbours that keep apart though the order would let them meet: they meet in `drive`, or not at all.
const APART: &[(&str, &str)] = &[
    ("kind", "engine"),
    ("engine", "kind"),
    ("engine", "world"),
    ("world", "engine"),
    ("file", "command"),
    ("tui", "engine"),
];

/// The folder of a file of src.
fn folder(path: &str) -> &str {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    path.split('/').next().unwrap_or(path)
}

/// The folder of src that a path leads to, if it leads to one from the root.
fn target<'a>(source: &Source, path: &'a str) -> Option<&'a str> {
    let mut parts = path.split("::").peekable();
    let depth = match source.path.trim_start_matches("src/") {
        path if path.ends_with("/mod.rs") => path.matches('/').count(),
        path => path.matches('/').count() + 1,
    };
    let mut up = 0;
    while parts.next_if_eq(&"super").is_some() {
        up += 1;
    }
    if up == 0
        && parts
            .next_if(|part| ["crate", "weft"].contains(part))
            .is_none()
    {
        return None;
    }
    if up > 0 && up != depth {
        return None;
    }
    let first = parts.next()?;
    ORDER.contains(&first).then_some(first)
}

#[test]
fn a_folder_imports_only_from_those_above_it() {
    let wrong = against_the_order(&sources());
    assert!(
        wrong.is_empty(),
        "imports against the order:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn an_import_against_the_order_is_found() {
    for (path, text) in [
        ("src/graph/a.rs", "use crate::engine::Engine;"),
        ("src/graph/a.rs", "use crate::{time::Time, engine as e};"),
        ("src/graph/a.rs", "fn f() { crate::engine::go() }"),
        ("src/graph/a.rs", "pub use super::super::world::World;"),
        ("src/graph/mod.rs", "use super::engine;"),
        ("src/time.rs", "use super::value::Value;"),
        // Neighbours that keep apart.
        ("src/kind/a.rs", "use crate::engine::Engine;"),
        ("src/world/a.rs", "use crate::{engine::{Input, Output}};"),
        (
            "src/file/a.rs",
            "#[cfg(test)]\nmod tests { use crate::command::parse; }",
        ),
        ("src/other/a.rs", "struct A;"),
    ] {
        let found = against_the_order(&Source::planted(path, text));
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
    }
    for (path, text) in [
        ("src/engine/a.rs", "use crate::graph::Key;\nuse super::io;"),
        (
            "src/engine/a.rs",
            "// crate::kind::Kind\nconst A: &str = \"crate::kind\";",
        ),
        ("src/lib.rs", "pub use crate::cli::run;"),
    ] {
        let found = against_the_order(&Source::planted(path, text));
        assert_eq!(found, Vec::<String>::new(), "{text}");
    }
}

fn against_the_order(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let rank = |name: &str| ORDER.iter().position(|folder| *folder == name);
    for source in sources.iter().filter(|s| s.path.starts_with("src/")) {
        let own = folder(&source.path);
        if ["lib", "main"].contains(&own) {
            continue;
        }
        if rank(own).is_none() {
            wrong.push(format!(
                "{}: the order knows no folder `{own}`",
                source.path
            ));
        }
        for (path, at) in source.paths() {
            let Some(other) = target(source, &path).filter(|other| *other != own) else {
                continue;
            };
            let apart = APART.contains(&(own, other));
            if rank(other) > rank(own) || apart {
                let line = source.line(at);
                wrong.push(format!("{}:{line}: {own} imports {other}", source.path));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// What only a few files may touch: a name for it, how it is written, and who may, with the reason. Tests may use files,
/// processes and threads, but no clock decides a test.
struct Owned {
    what: &'static str,
    written: &'static [&'static str],
    by: &'static [(&'static str, &'static str)],
}

const OWNED: &[Owned] = &[
    Owned {
        what: "files",
        written: &["std::fs", "std::os::unix::fs", "tokio::fs", "rustix::fs"],
        by: &[
            (
                "src/world/host/",
                "the real machine's files are its business",
            ),
            (
                "src/file/load.rs",
                "reads the file that was named, and what it uses",
            ),
            ("src/journal/", "the store is a file"),
            (
                "src/scenario/files.rs",
                "the runner of tests finds stories, and reads and writes their snapshots",
            ),
            ("src/drive/real/", "the state directory and its lock"),
            ("src/repl/", "the history file"),
            (
                "src/cli/",
                "the edge: traces, snapshots and reports are written where they were asked for",
            ),
        ],
    },
    Owned {
        what: "sockets",
        written: &[
            "std::net",
            "std::os::unix::net",
            "tokio::net",
            "rustix::net",
            "ureq",
            "zbus",
        ],
        by: &[
            (
                "src/world/host/",
                "HTTP, the proxy's variables, the service manager's bus",
            ),
            (
                "src/cli/service.rs",
                "the service manager that started weft is told that it is ready",
            ),
        ],
    },
    Owned {
        what: "processes",
        written: &[
            "std::process",
            "tokio::process",
            "std::os::unix::process",
            "rustix::process",
        ],
        by: &[
            ("src/world/host/", "commands of kinds"),
            (
                "src/journal/home.rs",
                "its own number, for whoever finds its lock",
            ),
            (
                "src/journal/holder.rs",
                "whether a process lives that has the lock",
            ),
            ("src/main.rs", "the exit code"),
            ("src/cli/", "the pager, and the exit code"),
            ("src/repl/", "the pager and the editor"),
        ],
    },
    Owned {
        what: "threads",
        written: &[
            "std::thread",
            "tokio::spawn",
            "tokio::task",
            "tokio::runtime",
        ],
        by: &[
            (
                "src/world/host/",
                "watches listen, and a command's outputs are read side by side",
            ),
            ("src/drive/real/", "the pool that checks and applies"),
            ("src/drive/runner.rs", "a watch goes on behind the prompt"),
            ("src/journal/home.rs", "a lock is waited for"),
            (
                "src/kind/template/apart.rs",
                "a template needs a larger stack than the thread that asks for it may have",
            ),
            (
                "src/repl/",
                "a watch shows its events while the prompt waits",
            ),
            ("src/cli/", "stories are played side by side"),
            ("src/tui/", "the screen draws while the run goes on"),
        ],
    },
    Owned {
        what: "clocks",
        written: &["Instant", "SystemTime", "tokio::time", "rustix::time"],
        by: &[
            ("src/world/host/", "timeouts of commands and connections"),
            (
                "src/drive/real/",
                "the run's clock, which is an argument from there on",
            ),
            ("src/repl/", "how often progress is drawn"),
            (
                "src/cli/",
                "the wall clock that is printed, and the bound on a run",
            ),
            ("src/tui/", "how often frames are drawn"),
            ("benches/", "a bench measures time"),
        ],
    },
    Owned {
        what: "randomness",
        written: &["rand::", "rustix::rand", "getrandom"],
        by: &[(
            "src/world/host/",
            "the system's randomness, for passwords only",
        )],
    },
    Owned {
        what: "unordered maps",
        written: &["HashMap", "HashSet", "RandomState"],
        by: &[],
    },
];

#[test]
fn only_owners_touch_the_machine() {
    let wrong = not_theirs(&sources());
    assert!(
        wrong.is_empty(),
        "not theirs to touch:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn what_touches_the_machine_is_found() {
    for (text, what) in [
        ("use std::fs;", "files"),
        ("use std::{fmt, fs as disk};", "files"),
        ("fn f() { std::fs::read(p); }", "files"),
        ("use std::os::unix::fs::symlink;", "files"),
        ("use rustix::fs::openat;", "files"),
        ("fn f() { rustix::fs::open(p) }", "files"),
        ("use std::net::TcpStream;", "sockets"),
        ("fn f() { ureq::get(url) }", "sockets"),
        ("use rustix::net::socket;", "sockets"),
        ("use std::process::Command;", "processes"),
        ("use rustix::process::kill_process;", "processes"),
        ("use std::thread;", "threads"),
        ("fn f() { tokio::spawn(g()); }", "threads"),
        ("use std::time::{Duration, Instant};", "clocks"),
        ("use rustix::time::clock_gettime;", "clocks"),
        ("use std::time::SystemTime as Now;", "clocks"),
        ("use rand::rng;", "randomness"),
        ("use rustix::rand::getrandom;", "randomness"),
        ("use std::collections::HashMap;", "unordered maps"),
        (
            "fn f() -> std::collections::HashSet<u8> { g() }",
            "unordered maps",
        ),
    ] {
        let found = not_theirs(&Source::planted("src/graph/a.rs", text));
        assert!(
            found.iter().any(|found| found.contains(what)),
            "{text}: {found:?}"
        );
    }
    let maps = not_theirs(&Source::planted(
        "tests/a.rs",
        "use std::collections::HashMap;",
    ));
    assert_eq!(maps.len(), 1, "in tests too: {maps:?}");
    for (path, text) in [
        ("src/world/host/a.rs", "use std::fs;"),
        ("tests/a.rs", "use std::{fs, thread};"),
        ("src/graph/a.rs", "// std::fs\nconst A: &str = \"Instant\";"),
        ("src/graph/a.rs", "use std::time::Duration;\nuse std::fmt;"),
        ("src/graph/a.rs", "fn instantly(files: Files) {}"),
    ] {
        let found = not_theirs(&Source::planted(path, text));
        assert_eq!(found, Vec::<String>::new(), "{text}");
    }
}

fn not_theirs(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for owned in OWNED {
        let owns = |source: &&Source| {
            owned
                .by
                .iter()
                .any(|(path, _)| source.path.starts_with(path))
        };
        for source in sources.iter().filter(|source| !owns(source)) {
            let may = |at: &usize| source.is_test(*at) && tests_may(owned.what);
            for (at, written) in touches(source, owned.written).filter(|(at, _)| !may(at)) {
                let line = source.line(at);
                wrong.push(format!(
                    "{}:{line}: {} ({written})",
                    source.path, owned.what
                ));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// Where one of these is written: a path from its beginning, and what is one word anywhere.
fn touches<'a>(
    source: &'a Source,
    written: &'a [&'a str],
) -> impl Iterator<Item = (usize, &'a str)> {
    let paths = source.paths();
    written.iter().flat_map(move |written| {
        let path = written.trim_end_matches("::");
        let below = |found: &str| {
            let rest = found.strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let found: Vec<usize> = match written.contains("::") {
            true => paths
                .iter()
                .filter(|(found, _)| below(found))
                .map(|(_, at)| *at)
                .collect(),
            false => words(&source.code, written).collect(),
        };
        found.into_iter().map(|at| (at, *written))
    })
}

/// Tests make files, start weft, serve pages and wait for threads; maps stay ordered, so that failures read alike.
fn tests_may(what: &str) -> bool {
    ["files", "sockets", "processes", "threads", "clocks"].contains(&what)
}
