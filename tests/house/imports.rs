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
    let mut wrong = Vec::new();
    let rank = |name: &str| ORDER.iter().position(|folder| *folder == name);
    for source in sources().iter().filter(|s| s.path.starts_with("src/")) {
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
                wrong.push(format!("{}:{line}: {own} imports {path}", source.path));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports against the order:\n{}",
        wrong.join("\n")
    );
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
        written: &["std::fs", "std::os::unix::fs", "tokio::fs"],
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
                "src/scenario/files.rs",
                "stories and their snapshots, where they stand",
            ),
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
        written: &["std::process", "tokio::process", "std::os::unix::process"],
        by: &[
            ("src/world/host/", "commands of kinds"),
            ("src/main.rs", "the exit code"),
            ("src/cli/", "the pager, and the exit code"),
            ("src/repl/", "the pager and the editor"),
        ],
    },
    Owned {
        what: "threads",
        written: &["std::thread", "tokio::spawn", "tokio::task"],
        by: &[
            (
                "src/world/host/",
                "watches listen, and a command's outputs are read side by side",
            ),
            ("src/drive/real/", "the pool that checks and applies"),
            ("src/drive/real/", "the pool that checks and applies"),
            ("src/drive/runner.rs", "a watch goes on behind the prompt"),
            ("src/journal/home.rs", "a lock is waited for"),
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
        written: &["Instant", "SystemTime", "tokio::time"],
        by: &[
            ("src/world/host/", "timeouts of commands and connections"),
            (
                "src/drive/real/",
                "the run's clock, which is an argument from there on",
            ),
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
        written: &["rand::", "getrandom"],
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
    let mut wrong = Vec::new();
    let sources = sources();
    for owned in OWNED {
        for source in &sources {
            if owned
                .by
                .iter()
                .any(|(path, _)| source.path.starts_with(path))
            {
                continue;
            }
            let paths = source.paths();
            for written in owned.written {
                let by_path = |(path, _): &&(String, usize)| {
                    path.starts_with(written.trim_end_matches(':')) && written.contains(':')
                };
                let named = words(&source.code, written).filter(|_| !written.contains(':'));
                let found = paths.iter().filter(by_path).map(|(_, at)| *at).chain(named);
                let may = |at: &usize| source.is_test(*at) && tests_may(owned.what);
                for at in found.filter(|at| !may(at)) {
                    let line = source.line(at);
                    wrong.push(format!(
                        "{}:{line}: {} ({written})",
                        source.path, owned.what
                    ));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(
        wrong.is_empty(),
        "not theirs to touch:\n{}",
        wrong.join("\n")
    );
}

/// Tests make files, start weft, serve pages and wait for threads; maps stay ordered, so that failures read alike.
fn tests_may(what: &str) -> bool {
    ["files", "sockets", "processes", "threads", "clocks"].contains(&what)
}
