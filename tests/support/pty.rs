//! The real binary in a real pseudo terminal: what a person types, and what the terminal shows.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before a test says what it saw instead.
pub const PATIENCE: Duration = Duration::from_secs(30);
pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";

/// How a program is started in a terminal.
pub struct Start<'a> {
    /// The program: weft, unless it is another one.
    pub program: &'a str,
    pub args: &'a [&'a str],
    /// Set besides, or instead of, what each of them has.
    pub env: &'a [(&'a str, &'a str)],
    pub rows: u16,
    pub cols: u16,
}

impl Default for Start<'_> {
    fn default() -> Self {
        Start {
            program: env!("CARGO_BIN_EXE_weft"),
            args: &[],
            env: &[],
            rows: 50,
            cols: 120,
        }
    }
}

/// A program in a terminal.
pub struct Terminal {
    pub child: Box<dyn Child + Send + Sync>,
    pub screen: vt100::Parser,
    /// Every byte that the terminal has got.
    pub bytes: Vec<u8>,
    pub master: Box<dyn MasterPty + Send>,
    /// The terminal's modes before the program was there.
    pub before: String,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    over: bool,
}

impl Terminal {
    pub fn open(home: &Path, start: Start) -> Terminal {
        let pair = native_pty_system()
            .openpty(size(start.rows, start.cols))
            .expect("a pseudo terminal");
        let before = modes(&*pair.master);
        let mut command = CommandBuilder::new(start.program);
        command.env_clear();
        command.args(start.args);
        command.cwd(home);
        for (name, value) in [
            ("PATH", "/usr/bin:/bin"),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
        ] {
            command.env(name, value);
        }
        command.env("HOME", home);
        command.env("XDG_STATE_HOME", home.join("state"));
        command.env("WEFT_STATE_DIR", home.join("graphs"));
        let env = start.env.iter();
        env.for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("it starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writer = pair.master.take_writer().expect("a writer");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n) = reader.read(&mut bytes) {
                if n == 0 || sender.send(bytes[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal {
            child,
            screen: vt100::Parser::new(some(start.rows), some(start.cols), 1000),
            bytes: Vec::new(),
            master: pair.master,
            before,
            writer,
            output,
            over: false,
        }
    }

    pub fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).expect("it reads");
        self.writer.flush().expect("it reads");
    }

    pub fn line(&mut self, line: &str) {
        self.keys(&format!("{line}\r"));
    }

    /// The terminal gets another size.
    pub fn resize(&mut self, rows: u16, cols: u16) {
        let resized = self.master.resize(size(rows, cols));
        resized.expect("it resizes");
        self.screen.screen_mut().set_size(some(rows), some(cols));
    }

    pub fn signals(&self, signal: rustix::process::Signal) {
        let id = self.child.process_id();
        let id = id.and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?));
        rustix::process::kill_process(id.expect("it runs"), signal).expect("it hears");
    }

    /// What a terminal tells the program in it when it goes away.
    pub fn hangs_up(&self) {
        self.signals(rustix::process::Signal::HUP);
    }

    /// The terminal's modes, in words.
    pub fn modes(&self) -> String {
        modes(&*self.master)
    }

    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Takes in what is printed next. False: so long nothing was, or nothing will be any more.
    fn takes(&mut self, patience: Duration) -> bool {
        match self.output.recv_timeout(patience) {
            Ok(bytes) => {
                self.screen.process(&bytes);
                self.bytes.extend_from_slice(&bytes);
                true
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => {
                self.over = true;
                false
            }
        }
    }

    /// Takes in what has been printed until this holds of the screen's text.
    pub fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) {
        self.until_screen(what, |screen| holds(&screen.contents()));
    }

    /// The same of the screen with its cursor.
    pub fn until_screen(&mut self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self.screen.screen()) {
            assert!(!self.over, "no {what} before the end:\n{}", self.text());
            let left = deadline.saturating_duration_since(Instant::now());
            if !self.takes(left) && !self.over {
                panic!("no {what} in:\n{}", self.text());
            }
        }
    }

    /// Waits until this stands on the screen.
    pub fn sees(&mut self, wanted: &str) {
        self.until(&format!("{wanted:?}"), |text| text.contains(wanted));
    }

    /// Waits until this stands on the screen so many times.
    pub fn sees_times(&mut self, wanted: &str, times: usize) {
        self.until(&format!("{times} times {wanted:?}"), |text| {
            text.matches(wanted).count() >= times
        });
    }

    /// Waits until this stands in the line of the cursor, which is the prompt's.
    pub fn prompts(&mut self, wanted: &str) {
        self.until(&format!("prompt {wanted:?}"), |text| {
            text.lines()
                .last()
                .is_some_and(|last| last.contains(wanted))
        });
    }

    /// Waits until the screen has been drawn once since so many bytes had come.
    pub fn draws(&mut self, since: usize) {
        let deadline = Instant::now() + PATIENCE;
        let end = b"\x1b[?2026l";
        while !self.bytes[since..]
            .windows(end.len())
            .any(|part| part == end)
        {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(self.takes(left), "no frame in:\n{}", self.text());
        }
    }

    /// Waits until the prompt is there with nothing typed behind it: from then on a key is meant for it.
    pub fn ready(&mut self) {
        self.until("empty prompt", |text| text.trim_end().ends_with('›'));
    }

    /// Whether nothing at all is printed for so long.
    pub fn is_quiet(&mut self, patience: Duration) -> bool {
        !self.takes(patience)
    }

    /// Waits until these bytes have come.
    pub fn gets(&mut self, wanted: &str) {
        let deadline = Instant::now() + PATIENCE;
        let has = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(wanted);
        while !has(&self.bytes) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(self.takes(left), "no {wanted:?} in:\n{}", self.text());
        }
    }

    /// Waits for the end; gives the exit code.
    pub fn ends(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        while !self.over {
            let left = deadline.saturating_duration_since(Instant::now());
            if !self.takes(left) && !self.over {
                panic!("it does not end:\n{}", self.text());
            }
        }
        self.child.wait().expect("it ended").exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn modes(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().expect("it has modes"))
}

fn some(n: u16) -> NonZero<u16> {
    NonZero::new(n).expect("not zero")
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// A directory of a test's own.
pub struct Home(pub PathBuf);

impl Home {
    pub fn new(name: &str) -> Home {
        let path = std::env::temp_dir().join(format!("weft-pty-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a directory");
        let path = std::fs::canonicalize(path).expect("it is there");
        std::fs::write(path.join("empty.yaml"), "graph: mine\nworld: {}\n").expect("written");
        Home(path)
    }

    pub fn graph(&self, text: &str) -> PathBuf {
        let path = self.0.join("graph.yaml");
        std::fs::write(&path, text).expect("written");
        path
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
