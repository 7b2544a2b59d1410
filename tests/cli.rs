//! The real binary without a terminal: exit codes, refusals, pipes, signals, and what goes where.

#[path = "cli/asks.rs"]
mod asks;
#[path = "cli/flags.rs"]
mod flags;
#[path = "cli/loads.rs"]
mod loads;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/service.rs"]
mod service;
#[path = "cli/shapes.rs"]
mod shapes;
#[path = "cli/stories.rs"]
mod stories;

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
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no {wanted:?} in:\n{}", self.seen);
            };
            self.seen.push_str(&format!("{line}\n"));
            if line.contains(wanted) {
                return;
            }
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

/// Puts a whole text in a file's place at once: whoever watches it sees no half of it.
fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).expect("written");
    std::fs::rename(&beside, path).expect("renamed");
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[test]
fn the_command_line_is_refused_with_64() {
    let home = Home::new("usage");
    home.run(&["--bogus"]).ends(64).complains("--bogus");
    home.run(&["plan"]).ends(64).complains("FILE");
    home.run(&["--jobs", "0", "plan", "x"])
        .ends(64)
        .complains("--jobs");
    home.run(&["--max-runtime", "5", "plan", "x"])
        .ends(64)
        .complains("--max-runtime");
    home.run(&["--max-runtime", "0s", "plan", "x"])
        .ends(64)
        .complains("expected 1ms or more, found 0s");
    home.run(&["graph.yaml", "plan", "graph.yaml"])
        .ends(64)
        .complains("FILE");
    home.run(&["host", "--world", "sim", "-c", "world"])
        .ends(64)
        .complains("--world sim");
    home.run(&["--help"]).ends(0).says("Usage: weft");
    home.run(&["--version"]).ends(0).says("weft ");
}

#[test]
fn alone_without_a_terminal_it_plays_the_password_story() {
    let home = Home::new("alone");
    let ran = home.run(&[]).ends(0);
    let mut at = 0;
    for word in [
        "generated 16",
        "sent ",
        "received",
        "changed    file[/tmp/secret]",
        "notified",
        "converged",
    ] {
        let found = ran.out[at..].find(word);
        at += found.unwrap_or_else(|| panic!("no {word:?} after {at}: {}", ran.out));
    }
    assert!(ran.out.contains("expectations hold"), "{}", ran.out);
    assert_eq!(ran.err, "");
    assert!(
        !home.path("state").exists(),
        "a simulation has no state on this machine"
    );
}

#[test]
fn apply_on_this_machine_needs_consent() {
    let home = Home::new("consent");
    let graph = text(&home.one_file("hello"));
    home.run(&["apply", &graph]).ends(1).complains("--yes");
    home.run(&["watch", &graph]).ends(1).complains("--yes");
    home.run(&[&graph, "-c", "apply"])
        .ends(1)
        .complains("--yes");
    assert!(!home.path("made").exists());
    home.run(&["plan", &graph]).ends(0).says("1 to change");
    home.run(&["plan", &graph, "--detailed-exitcode"]).ends(2);
    home.run(&["apply", &graph, "--yes", "--noop", "--detailed-exitcode"])
        .ends(2)
        .says("held");
    assert!(!home.path("made").exists());
    home.run(&["apply", &graph, "--world", "sim"])
        .says("sim, seed");
    assert!(!home.path("made").exists());
    home.run(&["apply", &graph, "--yes", "--detailed-exitcode"])
        .ends(2)
        .says("changed");
    assert_eq!(
        std::fs::read_to_string(home.path("made")).expect("made"),
        "hello"
    );
    home.run(&["apply", &graph, "--yes", "--detailed-exitcode"])
        .ends(0);
    home.run(&["plan", &graph, "--detailed-exitcode"])
        .ends(0)
        .says("nothing to do");
}

#[test]
fn what_fails_exits_with_1() {
    let home = Home::new("fails");
    let target = home.path("no/such/dir/file");
    let graph = home.write(
        "graph.yaml",
        &format!(
            "resources:\n  file:\n  - name: {}\n    content: x\n  noop:\n  - name: after\nedges:\n- file[{0}] -> noop[after]\n",
            target.display()
        ),
    );
    home.run(&["apply", "--yes", &text(&graph)])
        .ends(1)
        .says("failed")
        .says("blocked");
    home.run(&["plan", &text(&graph), "after", "nobody"])
        .ends(1)
        .complains("nobody");
    home.run(&["plan", "nothing.yaml"])
        .ends(1)
        .complains("no such file");
    home.run(&["palm", "-q"]).ends(1).complains("weft plan");
    home.run(&["test", "--world", "host"])
        .ends(1)
        .complains("never reaches this host");
    home.run(&["test", "nowhere"]).ends(1);
    home.run(&["kinds", "fil"])
        .ends(1)
        .complains("did you mean file?");
}

#[test]
fn commands_stop_at_the_first_error() {
    let home = Home::new("commands");
    let story = text(&home.write("empty.yaml", "graph: mine\nworld: {}\n"));
    let lines = "add noop a\nbogus\nadd noop b\n";
    let ran = home
        .fed(&[&story], lines)
        .ends(1)
        .says("added noop[a]")
        .complains("bogus");
    assert!(!ran.out.contains("noop[b]"), "{ran:?}");
    home.fed(&[&story, "--keep-going"], lines)
        .ends(1)
        .says("added noop[b]");
    let ran = home
        .run(&[
            &story,
            "-c",
            "add noop a",
            "-c",
            "bogus",
            "-c",
            "add noop b",
        ])
        .ends(1);
    assert!(!ran.out.contains("noop[b]"), "{ran:?}");
    let heredoc = "add file /tmp/a content=<<END\nfirst\nsecond\nEND\napply\n# the end\n";
    home.fed(&[&story], heredoc).ends(0).says("+second");
    home.fed(&[&story], "add file /tmp/a content=<<END\nfirst\n")
        .ends(1)
        .complains("END");
    let ran = home
        .fed(&[&story], "add noop a\nquit\nadd noop b\n")
        .ends(0);
    assert!(!ran.out.contains("noop[b]"), "{ran:?}");
    home.fed(&["host"], "world\n").ends(0).says("host ");
}

#[test]
fn errors_of_files_name_their_place() {
    let home = Home::new("check");
    home.write("bad.yaml", "resources:\n  fiel:\n  - name: /tmp/x\n");
    home.write("good.yaml", "resources:\n  noop:\n  - name: x\n");
    let ran = home
        .run(&["check", "."])
        .ends(1)
        .says("good.yaml: ok, a graph of 1 resource");
    let ran = ran.complains("bad.yaml:2:3: ").complains("`file`");
    assert!(!ran.err.contains('\x1b'), "{ran:?}");
    home.run(&["check", "good.yaml"]).ends(0);
    home.run(&["check", "missing.yaml"])
        .ends(1)
        .complains("no such file");
    let json = home.run(&["check", "--json", "bad.yaml"]).ends(1).json();
    assert_eq!(json["format"], 1);
    assert_eq!(json["files"][0]["problems"][0]["line"], 2, "{json}");
    assert!(!home.path("state").exists());
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let home = Home::new("colour");
    let plain = home.run(&[]).ends(0);
    assert!(!plain.out.contains('\x1b'), "{plain:?}");
    let colored = home.run(&["--color", "always"]).ends(0);
    assert!(colored.out.contains("\x1b["), "{colored:?}");
    let output = home
        .weft(&["--color", "auto"])
        .env("NO_COLOR", "1")
        .output();
    let mono = Ran::of(output.expect("runs")).ends(0);
    assert_eq!(mono.out, plain.out);
}

#[test]
fn a_c_locale_gets_ascii_alone() {
    let home = Home::new("ascii");
    for locale in [Some("C"), None] {
        for args in [
            &["-c", "help add"][..],
            &["--help"],
            &["kinds", "file"],
            &[],
            &["man"],
        ] {
            let mut command = home.weft(args);
            command.env_remove("LANG");
            locale.map(|locale| command.env("LC_ALL", locale));
            let output = command.output().expect("runs");
            assert!(
                output.stdout.is_ascii(),
                "{args:?}: {}",
                String::from_utf8_lossy(&output.stdout)
            );
            assert!(
                !output.stdout.is_empty() && output.status.success(),
                "{args:?}"
            );
        }
    }
}

/// Reads one line and closes the pipe, as `head -1` does.
fn head(mut command: Command) -> Ran {
    let mut child = command.spawn().expect("weft starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("a pipe");
    BufReader::with_capacity(1, out)
        .read_line(&mut line)
        .expect("a line");
    let mut ran = Ran::of(child.wait_with_output().expect("weft ends"));
    ran.out = line;
    ran
}

#[test]
fn a_broken_pipe_is_quiet_and_changes_no_exit_code() {
    let home = Home::new("pipe");
    for args in [
        &["schema"][..],
        &["kinds"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
        &[],
    ] {
        let ran = head(home.weft(args)).ends(0);
        assert_eq!(ran.err, "", "{args:?}");
    }
    let made = home.path("made");
    let graph = home.write(
        "graph.yaml",
        &format!(
            "resources:\n  noop:\n  - name: first\n  exec:\n  - name: fails\n    cmd: \"false\"\n  file:\n  - name: {}\n    content: x\n\
             edges:\n- noop[first] -> exec[fails]\n- noop[first] -> file[{0}]\n",
            made.display()
        ),
    );
    let ran = head(home.weft(&["apply", "--yes", &text(&graph)])).ends(1);
    assert_eq!(ran.err, "");
    assert!(made.exists(), "what runs is finished, whoever reads");
}

#[test]
fn json_goes_alone_to_stdout() {
    let home = Home::new("json");
    let story = text(&home.write(
        "story.yaml",
        "graph: mine\nworld: {}\nresources:\n  noop:\n  - name: x\nsteps:\n- apply\n",
    ));
    let graph = text(&home.one_file("hello"));
    let calls: &[&[&str]] = &[
        &["status", &story],
        &["pending", &story],
        &["why", &story, "x"],
        &["trace", &story],
        &["graph", &story],
        &["plan", &story],
        &["apply", &story],
        &["status", &graph],
        &["pending", &graph],
        &["why", &graph, "made"],
        &["trace", &graph],
        &["graph", &graph],
        &["plan", &graph],
        &["kinds"],
        &["kinds", "file"],
        &["check", &story],
        &["apply", "--yes", &graph],
    ];
    for call in calls {
        let ran = home.run(&[*call, &["--json"]].concat()).ends(0);
        assert_eq!(ran.json()["format"], 1, "{call:?}: {ran:?}");
    }
    home.run(&["schema"]).ends(0).json();
}

#[test]
fn the_trace_file_holds_every_event() {
    let home = Home::new("trace");
    let trace = home.path("trace.jsonl");
    home.run(&["--trace", &text(&trace)]).ends(0);
    let written = std::fs::read_to_string(&trace).expect("a trace");
    let events: Vec<_> = written
        .lines()
        .map(|line| weft::trace::read_json_line(line).expect(line))
        .collect();
    assert!(events.len() > 20, "{written}");
    assert!(events.windows(2).all(|two| two[0].id < two[1].id));
    home.run(&["--trace", "/no/such/dir/trace"])
        .ends(1)
        .complains("/no/such/dir/trace");
}

#[test]
fn on_this_machine_answers_say_what_is_not_kept() {
    let home = Home::new("fresh");
    let graph = text(&home.one_file("hello"));
    home.run(&["status", &graph])
        .ends(0)
        .says("differs")
        .says("missing");
    home.run(&["pending", &graph])
        .ends(0)
        .says("nothing is pending");
    home.run(&["why", &graph, "made"])
        .ends(0)
        .says("is not kept beyond it");
    home.run(&["why", &graph, "nobody"])
        .ends(1)
        .complains("nobody");
    home.run(&["trace", &graph])
        .ends(0)
        .says("is not kept beyond it");
    home.run(&["cancel", &graph, "made"])
        .ends(0)
        .says("nothing is pending for file[");
    home.run(&["state"]).ends(0).says("no graph has state in");
    assert!(!home.path("made").exists() && !home.path("state").exists());
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

/// Rules P2, P5, N5 and N6: what is pending is so for the next process, which can ask, drop, or deliver it.
#[test]
fn what_is_pending_outlives_the_process() {
    let home = Home::new("outlives");
    let graph = text(&reaction(&home));
    home.run(&["apply", "--yes", &graph]).ends(1);
    let told = home.run(&["pending", &graph]).ends(0);
    told.says("exec[react]")
        .says("notified by file[")
        .says("because of start");
    home.run(&["why", &graph, "react"])
        .ends(0)
        .says("notified by file[");
    home.run(&["--json", "pending", &graph])
        .ends(0)
        .says("\"cause\":\"start host");
    home.run(&["plan", &graph])
        .ends(0)
        .says("pending since run 1");
    home.run(&["state"])
        .ends(0)
        .says("reaction-")
        .says("reaction.yaml");
    home.write("ready", "");
    home.run(&["apply", "--yes", &graph])
        .ends(0)
        .says("refreshed  exec[react]");
    assert_eq!(text_of(&home.path("log")), "reacted\n");
    home.run(&["pending", &graph])
        .ends(0)
        .says("nothing is pending");
    home.run(&["apply", "--yes", &graph]).ends(0);
    assert_eq!(text_of(&home.path("log")), "reacted\n");
}

#[test]
fn what_is_pending_can_be_dropped_and_taken_over() {
    let home = Home::new("dropped");
    let graph = text(&reaction(&home));
    home.run(&["apply", "--yes", &graph]).ends(1);
    let moved = home.path("moved.yaml");
    std::fs::rename(&graph, &moved).expect("it can be moved");
    let moved = text(&moved);
    home.run(&["plan", &moved])
        .ends(0)
        .complains("--adopt takes it over");
    home.run(&["--adopt", "pending", &moved])
        .ends(0)
        .says("notified by file[");
    home.run(&["pending", &moved])
        .ends(0)
        .says("notified by file[");
    home.run(&["cancel", &moved, "react"])
        .ends(0)
        .says("dropped");
    home.run(&["pending", &moved])
        .ends(0)
        .says("nothing is pending");
    let listed = home.run(&["--json", "state"]).ends(0);
    let all: serde_json::Value = serde_json::from_str(&listed.out).expect("JSON");
    let name = all["states"][0]["name"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert_eq!(all["states"].as_array().map(Vec::len), Some(1), "{all}");
    home.run(&["state", "drop", "reactio"])
        .ends(1)
        .complains("is called `reactio`");
    home.run(&["state", "drop", &name]).ends(0).says("dropped");
    home.run(&["state"]).ends(0).says("no graph has state in");
    home.run(&["--adopt", "plan", &moved])
        .ends(1)
        .complains("has state to take over");
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).expect("it can be read")
}

#[test]
fn a_signal_stops_a_run_and_a_second_cancels_it() {
    let home = Home::new("signal");
    // A signal that comes before the command has begun finds nothing to finish.
    let begun = home.path("begun");
    let made = std::process::Command::new("mkfifo").arg(&begun).status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo");
    let graph = text(&home.write(
        "graph.yaml",
        &format!(
            "resources:\n  exec:\n  - name: long\n    shell: /bin/sh\n    cmd: echo begun > {}; exec sleep 600\n",
            begun.display()
        ),
    ));
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut weft = Running::start(&home, &["apply", "--yes", &graph]);
        weft.sees("start ");
        assert_eq!(
            std::fs::read_to_string(&begun).expect("it begins"),
            "begun\n"
        );
        weft.signal(signal);
        weft.sees("nothing new starts");
        weft.signal(signal);
        weft.sees("what runs is cancelled");
        weft.ends(code);
    }
    home.run(&["apply", "--yes", "--max-runtime", "200ms", &graph])
        .ends(124);
}

#[test]
fn watch_repairs_and_reads_its_file_again() {
    let home = Home::new("watch");
    let (graph, made) = (home.one_file("right"), home.path("made"));
    let mut weft = Running::start(&home, &["watch", "--yes", &text(&graph)]);
    weft.sees("converged");
    replace(&made, "wrong");
    weft.sees("-wrong");
    weft.sees("converged");
    assert_eq!(std::fs::read_to_string(&made).expect("made"), "right");
    home.one_file("other");
    weft.sees("+other");
    weft.sees("converged");
    home.write("graph.yaml", "resources: [");
    weft.sees("what was watched goes on");
    std::fs::remove_file(&made).expect("removed");
    weft.sees("+other");
    weft.sees("converged");
    home.one_file("last");
    weft.signal(Signal::HUP);
    weft.sees("+last");
    // Its own write is noticed too; it is quiet when that has been looked at.
    weft.sees(" 1 ok");
    weft.signal(Signal::TERM);
    weft.ends(0);
    assert_eq!(std::fs::read_to_string(&made).expect("made"), "last");
}

#[test]
fn watch_ends_when_it_was_quiet_for_long_enough() {
    let home = Home::new("quiet");
    let graph = text(&home.one_file("right"));
    home.run(&["watch", "--yes", "--converged-timeout", "100ms", &graph])
        .ends(0);
    assert!(home.path("made").exists());
    std::fs::remove_file(home.path("made")).expect("removed");
    home.run(&["watch", "--yes", "--converged-timeout", "0s", &graph])
        .ends(0);
    assert!(
        home.path("made").exists(),
        "nothing is quiet before it was looked at"
    );
    let story = text(&home.write(
        "story.yaml",
        "world: {}\nresources:\n  noop:\n  - name: x\n",
    ));
    home.run(&["watch", &story]).ends(0).says("converged");
    home.fed(
        &["--yes", "--converged-timeout", "100ms", &graph],
        "watch\n",
    )
    .ends(0);
}

#[test]
fn help_and_manual_list_what_is_read_from_the_environment() {
    let home = Home::new("manual");
    let help = home.run(&["--help"]).ends(0).out;
    let man = home.run(&["man"]).ends(0).out;
    for variable in weft::repl::env::VARIABLES {
        assert!(help.contains(variable.name), "{}", variable.name);
        assert!(man.contains(variable.name), "{}", variable.name);
    }
    for verb in [
        "host",
        "plan",
        "apply",
        "watch",
        "test",
        "check",
        "graph",
        "status",
        "why",
        "pending",
        "cancel",
        "trace",
        "kinds",
        "schema",
        "man",
        "completions",
    ] {
        assert!(
            man.contains(&format!("WEFT {}", verb.to_uppercase())),
            "{verb}"
        );
        home.run(&[verb, "--help"]).ends(0).says("Usage: weft");
    }
    for shell in ["bash", "zsh", "fish"] {
        home.run(&["completions", shell])
            .ends(0)
            .says("converged-timeout");
    }
}
