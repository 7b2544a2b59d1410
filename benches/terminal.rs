//! The screen of the real binary in a pseudo terminal: how soon it is there, what it costs while nothing happens and while a film plays,
//! and how soon a key is seen while ten thousand resources are applied.
//!
//!     cargo bench --bench terminal [-- --strict]
//!
//! A frame is there when the end of its synchronized update has come. CPU is what the kernel says that the process has used, so that it is
//! little disturbed by what else the machine does; times of frames are the best of several. With `--strict` a missed target ends with 1.

#[path = "common/mod.rs"]
mod common;

use common::{Report, Scratch, args};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// What ends a frame.
const FRAME: &[u8] = b"\x1b[?2026l";
/// Who has said nothing for so long has nothing more to say.
const QUIET: Duration = Duration::from_millis(400);

fn main() {
    let args = args();
    let mut report = Report::new(&args);
    let scratch = Scratch::new("terminal");
    let small = scratch.path.join("small.yaml");
    std::fs::write(&small, graph(3)).expect("written");
    report.title("the screen, in a terminal of 160 × 50");
    let first = (0..7).map(|_| first_frame(&small)).fold(f64::MAX, f64::min);
    report.figure("first frame after its start, ms", first, 50.0);
    let (bytes, cpu) = idle(&small);
    report.figure("ten idle seconds, bytes to the terminal", bytes, 0.0);
    report.aside("ten idle seconds, ms of CPU", cpu);
    report.figure("while a film plays, % of a core", playing(&small), 3.0);
    let large = scratch.path.join("large.yaml");
    std::fs::write(&large, graph(10_000)).expect("written");
    let (middle, worst) = keys(&large);
    report.title("while 10000 resources are applied");
    report.figure("a key to its frame, the middle one, ms", middle, 33.0);
    report.aside("a key to its frame, the slowest of 40, ms", worst);
    report.end();
}

/// Chains of five, each notifying the next.
fn graph(vertices: usize) -> String {
    let mut text = "weft: 1\ngraph: bench\nworld: {}\nresources:\n  noop:\n".to_owned();
    for n in 0..vertices {
        text.push_str(&format!("  - name: n{n}\n"));
    }
    text.push_str("edges:\n");
    for n in (0..vertices).filter(|n| n % 5 != 4 && n + 1 < vertices) {
        text.push_str(&format!("- noop[n{n}] ~> noop[n{}]\n", n + 1));
    }
    text
}

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    began: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    fn open(file: &Path) -> Terminal {
        let size = PtySize {
            rows: 50,
            cols: 160,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_weft"));
        command.arg(file);
        command.env_clear();
        let home = file.parent().expect("a directory");
        for name in ["HOME", "XDG_STATE_HOME", "WEFT_STATE_DIR"] {
            command.env(name, home);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let began = Instant::now();
        let child = pair.slave.spawn_command(command).expect("weft starts");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (send, bytes) = channel();
        std::thread::spawn(move || {
            let mut part = [0; 65_536];
            while let Ok(n @ 1..) = reader.read(&mut part) {
                if send.send(part[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal {
            keys: pair.master.take_writer().expect("a writer"),
            child,
            bytes,
            began,
            _master: pair.master,
        }
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("weft reads");
        self.keys.flush().expect("weft reads");
    }

    /// Waits for the end of a frame. None if nothing comes for so long.
    fn frame(&mut self, patience: Duration) -> Option<()> {
        let mut tail = Vec::new();
        loop {
            match self.bytes.recv_timeout(patience) {
                Ok(bytes) => tail.extend(bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
            if tail.windows(FRAME.len()).any(|part| part == FRAME) {
                return Some(());
            }
        }
    }

    /// Takes what comes until nothing does.
    fn quiet(&mut self) {
        while self.bytes.recv_timeout(QUIET).is_ok() {}
    }

    /// Milliseconds of CPU that the process has used.
    fn cpu(&self) -> f64 {
        let id = self.child.process_id().expect("it runs");
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks = |at: usize| {
            fields
                .get(at)
                .and_then(|n| n.parse::<f64>().ok())
                .unwrap_or(0.0)
        };
        // Linux counts a hundred ticks a second.
        (ticks(11) + ticks(12)) * 10.0
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_frame(file: &Path) -> f64 {
    let mut terminal = Terminal::open(file);
    terminal.frame(Duration::from_secs(10)).expect("a frame");
    terminal.began.elapsed().as_secs_f64() * 1e3
}

fn idle(file: &Path) -> (f64, f64) {
    let mut terminal = Terminal::open(file);
    terminal.frame(Duration::from_secs(10)).expect("a frame");
    terminal.quiet();
    let before = terminal.cpu();
    let came = terminal.bytes.recv_timeout(Duration::from_secs(10));
    (
        came.map_or(0.0, |bytes| bytes.len() as f64),
        terminal.cpu() - before,
    )
}

/// The film of three resources, played over and over by `apply` and `notify`.
fn playing(file: &Path) -> f64 {
    let mut terminal = Terminal::open(file);
    terminal.frame(Duration::from_secs(10)).expect("a frame");
    terminal.quiet();
    let (begin, before) = (Instant::now(), terminal.cpu());
    for _ in 0..4 {
        terminal.types("apply; notify n0; apply\r");
        while terminal.frame(QUIET).is_some() {}
    }
    let passed = begin.elapsed().as_secs_f64() * 1e3 - 4.0 * QUIET.as_secs_f64() * 1e3;
    (terminal.cpu() - before) / passed * 100.0
}

/// The middle and the slowest of forty keys.
fn keys(file: &Path) -> (f64, f64) {
    let mut terminal = Terminal::open(file);
    terminal.frame(Duration::from_secs(20)).expect("a frame");
    terminal.quiet();
    terminal.types("\x1b");
    terminal.quiet();
    terminal.types("a");
    let mut times: Vec<f64> = (0..40)
        .map(|n| {
            // A frame that was under way is not the key's.
            terminal.frame(Duration::from_secs(5));
            while terminal.bytes.try_recv().is_ok() {}
            let begin = Instant::now();
            terminal.types(if n % 2 == 0 { "j" } else { "k" });
            terminal.frame(Duration::from_secs(5));
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[20], times[39])
}
