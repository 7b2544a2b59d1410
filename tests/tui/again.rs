//! A test that runs once more, as another program: in a terminal of its own, or as one whose end takes a terminal away.

use super::*;
use std::env::{current_exe, var};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Set where a test runs once more; to what it is told.
const AGAIN: &str = "WEFT_TEST_AGAIN";

/// What this test is told, where it runs once more.
pub fn told() -> Option<String> {
    var(AGAIN).ok()
}

fn own() -> String {
    let own = current_exe().expect("this program");
    own.to_str().expect("a plain path").to_owned()
}

/// Runs this test once more, in a terminal.
pub fn in_a_terminal(home: &Home, test: &str, env: &[(&str, &str)]) -> Terminal {
    let own = own();
    let env = [&[(AGAIN, "")], env].concat();
    let start = Start {
        program: &own,
        env: &env,
        ..small(&[])
    };
    let args = [test, "--exact", "--nocapture", "--test-threads=1"];
    Terminal::open(
        &home.0,
        Start {
            args: &args,
            ..start
        },
    )
}

/// Whoever holds a terminal, with a shell in it that no hang-up ends.
pub struct Holder(Child);

impl Holder {
    /// Runs this test once more: it calls [`holds`]. At a hang-up the shell does `trap`; where that is nothing, weft does not hear of
    /// it either. In the end it writes weft's exit code into `code`.
    pub fn new(home: &Home, test: &str, trap: &str, lines: &str) -> Holder {
        let child = Command::new(own())
            .args([test, "--exact", "--nocapture"])
            .env(AGAIN, format!("{}\n{trap}\n{lines}", home.0.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        Holder(child.expect("it starts"))
    }

    /// The terminal goes away, without a word.
    pub fn goes(mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ends");
    }
}

/// Holds a terminal with weft in it, which is typed these lines, until it is killed. What happens is in `log`.
pub fn holds(told: &str) {
    let (dir, rest) = told.split_once('\n').expect("a directory");
    let (trap, lines) = rest.split_once('\n').expect("what to do at a hang-up");
    let script = "trap \"$1\" HUP; \"$0\" -vv --yes graph.yaml 2> log; echo $? > code";
    let weft = env!("CARGO_BIN_EXE_weft");
    let dir = PathBuf::from(dir);
    let args = ["-c", script, weft, trap];
    let start = Start {
        program: "/bin/sh",
        ..small(&args)
    };
    let mut weft = Terminal::open(&dir, start);
    weft.gets(OPENS);
    weft.draws(0);
    lines.lines().for_each(|line| weft.line(line));
    std::fs::write(dir.join("typed"), "typed\n").expect("written");
    // Whatever comes is read, so that nothing waits for it.
    while !weft.is_quiet(PATIENCE) {}
}

/// Waits until a file holds a line, and gives it.
pub fn line_of(path: &Path) -> String {
    let text = text_of(path, |text| text.ends_with('\n'));
    text.trim_end().to_owned()
}

/// Waits until this holds of a file's text, and gives that.
pub fn text_of(path: &Path, holds: impl Fn(&str) -> bool) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if holds(&text) {
            return text;
        }
        let late = Instant::now() > deadline;
        assert!(!late, "in {}: {text}", path.display());
        std::thread::yield_now();
    }
}
