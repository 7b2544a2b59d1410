//! The real binary without a terminal: exit codes, refusals, pipes, signals, and what goes where.

#[path = "cli/asks.rs"]
mod asks;
#[path = "cli/codes.rs"]
mod codes;
#[path = "cli/flags.rs"]
mod flags;
#[path = "cli/kept.rs"]
mod kept;
#[path = "cli/learn.rs"]
mod learn;
#[path = "support/left.rs"]
mod left;
#[path = "cli/loads.rs"]
mod loads;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/replays.rs"]
mod replays;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/service.rs"]
mod service;
#[path = "cli/shapes.rs"]
mod shapes;
#[path = "cli/stops.rs"]
mod stops;
#[path = "cli/stories.rs"]
mod stories;
#[path = "cli/streams.rs"]
mod streams;
#[path = "cli/watches.rs"]
mod watches;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take before a test says what it saw instead.
const PATIENCE: Duration = Duration::from_secs(30);

/// A directory of this test's own, with weft's state in it.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Home {
        let path = std::env::temp_dir().join(format!("weft-cli-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a directory");
        Home(std::fs::canonicalize(path).expect("it is there"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        replace(&path, text);
        path
    }

    /// A graph of one file in this directory.
    fn one_file(&self, content: &str) -> PathBuf {
        let made = self.path("made");
        let text = format!(
            "resources:\n  file:\n  - name: {}\n    content: {content}\n",
            made.display()
        );
        self.write("graph.yaml", &text)
    }

    fn weft(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
        command.args(args).current_dir(&self.0).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command
            .env("HOME", &self.0)
            .env("WEFT_STATE_DIR", self.path("state"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.weft(args).output().expect("weft runs"))
    }

    fn fed(&self, args: &[&str], input: &str) -> Ran {
        let mut child = self
            .weft(args)
            .stdin(Stdio::piped())
            .spawn()
            .expect("weft starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(input.as_bytes()).expect("weft reads");
        drop(stdin);
        Ran::of(child.wait_with_output().expect("weft ends"))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What came of one call.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    #[track_caller]
    fn ends(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    #[track_caller]
    fn says(self, wanted: &str) -> Ran {
        assert!(
            self.out.contains(wanted),
            "no {wanted:?} on stdout: {self:#?}"
        );
        self
    }

    #[track_caller]
    fn complains(self, wanted: &str) -> Ran {
        assert!(
            self.err.contains(wanted),
            "no {wanted:?} on stderr: {self:#?}"
        );
        self
    }

    /// The lines on stdout, each a JSON document.
    fn jsons(&self) -> Vec<serde_json::Value> {
        let json = |line: &str| serde_json::from_str(line);
        let all: Result<_, _> = self.out.lines().map(json).collect();
        all.unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// weft while it runs, with what it prints as it comes.
struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: String,
}

impl Running {
    fn start(home: &Home, args: &[&str]) -> Running {
        Running::spawn(&mut home.weft(args))
    }

    fn spawn(command: &mut Command) -> Running {
        let mut child = command.spawn().expect("weft starts");
        let (sender, lines) = channel();
        let out = child.stdout.take().expect("a pipe");
        let err = child.stderr.take().expect("a pipe");
        let pipes: [Box<dyn BufRead + Send>; 2] =
            [Box::new(BufReader::new(out)), Box::new(BufReader::new(err))];
        for pipe in pipes {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in pipe.lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        Running {
            child,
            lines,
            seen: String::new(),
        }
    }

    /// Waits for a line, on either of the two, that has this in it.
    fn sees(&mut self, wanted: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.next_line(deadline, wanted).contains(wanted) {}
    }

    fn next_line(&mut self, deadline: Instant, wanted: &str) -> String {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(line) = self.lines.recv_timeout(left) else {
            panic!("no {wanted:?} in:\n{}", self.seen);
        };
        self.seen.push_str(&format!("{line}\n"));
        line
    }

    /// Waits until a write of its own has been noticed, of a file that it writes once and of which this is a line, and is looked
    /// at: it is quiet then. It may be told of its write before it tells of that itself.
    fn rests_after(&mut self, path: &Path, write: &str) {
        let deadline = Instant::now() + PATIENCE;
        let noticed = format!("{} renamed", path.display());
        while !self.next_line(deadline, write).contains(write) {}
        loop {
            let [noticed, rests] = [&noticed, " converged "].map(|word| self.seen.rfind(word));
            if noticed.is_some() && rests > noticed {
                return;
            }
            self.next_line(deadline, "converged, after its own write");
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), signal).expect("it runs");
    }

    fn ends(mut self, code: i32) {
        self.lines
            .iter()
            .for_each(|line| self.seen.push_str(&format!("{line}\n")));
        let status = self.child.wait().expect("it ended");
        assert_eq!(status.code(), Some(code), "{}", self.seen);
    }
}

/// A test that fails leaves nothing running.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Puts a whole text in a file's place at once: whoever watches it sees no half of it.
fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).expect("written");
    std::fs::rename(&beside, path).expect("renamed");
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What a file holds.
fn content(path: &Path) -> String {
    std::fs::read_to_string(path).expect("it can be read")
}

/// A file, and a command that hears of it and fails as long as there is no `ready`.
fn reaction(home: &Home) -> PathBuf {
    let at = |name: &str| home.path(name).display().to_string();
    let text = format!(
        "graph: reaction\nresources:\n  file:\n  - {{name: {}, content: hello}}\n  exec:\n  - name: react\n    refreshonly: true\n    \
         shell: /bin/sh\n    cmd: test -e {} && echo reacted >> {}\nedges:\n- file[{}] ~> exec[react]\n",
        at("made"),
        at("ready"),
        at("log"),
        at("made")
    );
    home.write("reaction.yaml", &text)
}
