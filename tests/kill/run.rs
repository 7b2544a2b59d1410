//! One run of the real binary: undisturbed, or ended from outside at a moment.

use std::error::Error;
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

use super::site::Site;

/// Longer than any machine needs; it only bounds a test that fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a run is ended from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blow {
    /// SIGKILL, for weft alone.
    Kill,
    /// SIGKILL, for its whole process group.
    KillGroup,
    /// SIGTERM, that many times.
    Term(u32),
    /// SIGINT, that many times.
    Int(u32),
}

/// How a run ended.
pub struct Ran {
    /// Its exit status.
    pub status: ExitStatus,
    /// How long it took.
    pub took: Duration,
    /// All that it printed.
    pub said: String,
    /// Whether it was ended from outside, and would have gone on.
    pub hit: bool,
}

impl Ran {
    /// It must have ended by itself and well.
    pub fn well(self) -> Result<Ran, Box<dyn Error>> {
        match self.status.code() {
            Some(0) => Ok(self),
            _ => Err(format!("weft ended with {}:\n{}", self.status, self.said).into()),
        }
    }
}

/// Whether SIGINT reaches what is started here: a shell starts what it runs behind it with that one ignored, and weft leaves it so.
pub fn hears_interrupts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    ignored.unwrap_or_default() & 1 << (Signal::INT.as_raw() - 1) == 0
}

/// Runs weft with these arguments and the site's graph, until it ends by itself.
pub fn undisturbed(site: &Site, args: &[&str]) -> Result<Ran, Box<dyn Error>> {
    let run = Run::start(site, args)?;
    let ended = run.ended.recv_timeout(PATIENCE);
    run.end(ended.is_err(), false)
}

/// Runs weft with this verb, and ends it at the last of these moments, each counted from the one before; at the others `meanwhile` happens.
pub fn disturbed(
    site: &mut Site,
    verb: &str,
    blow: Blow,
    moments: &[Duration],
    mut meanwhile: impl FnMut(&mut Site) -> Result<(), Box<dyn Error>>,
) -> Result<Ran, Box<dyn Error>> {
    let run = Run::start(site, &[verb])?;
    for (n, moment) in moments.iter().enumerate() {
        if n > 0 {
            meanwhile(site)?;
        }
        if run.ended.recv_timeout(*moment) != Err(RecvTimeoutError::Timeout) {
            return run.end(false, false);
        }
    }
    let (signal, times) = match blow {
        Blow::Kill | Blow::KillGroup => (Signal::KILL, 1),
        Blow::Term(times) => (Signal::TERM, times),
        Blow::Int(times) => (Signal::INT, times),
    };
    for _ in 0..times {
        // It may have ended in this very moment; it is not reaped yet, so its number is still its own.
        let _ = match blow {
            Blow::KillGroup => kill_process_group(run.pid, signal),
            _ => kill_process(run.pid, signal),
        };
    }
    let ended = run.ended.recv_timeout(PATIENCE);
    run.end(ended.is_err(), true)
}

struct Run {
    said: PathBuf,
    child: Child,
    pid: Pid,
    began: Instant,
    /// Told when it has ended; nobody has reaped it by then.
    ended: Receiver<()>,
}

impl Run {
    fn start(site: &Site, args: &[&str]) -> Result<Run, Box<dyn Error>> {
        site.write_down(&format!("run {}", args.join(" ")))?;
        let path = site.at("said");
        let said = File::create(&path)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_weft"));
        command.arg("--yes").args(args).arg(site.at("graph.yaml"));
        command.env_clear().envs(site.env());
        command.stdin(Stdio::null());
        command.stdout(said.try_clone()?).stderr(said);
        let began = Instant::now();
        let child = command.process_group(0).spawn()?;
        let pid = Pid::from_child(&child);
        let (tell, ended) = channel();
        std::thread::spawn(move || {
            let _ = waitid(
                WaitId::Pid(pid),
                WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
            );
            let _ = tell.send(());
        });
        Ok(Run {
            said: path,
            child,
            pid,
            began,
            ended,
        })
    }

    fn end(mut self, hangs: bool, blow: bool) -> Result<Ran, Box<dyn Error>> {
        if hangs {
            self.child.kill()?;
        }
        let status = self.child.wait()?;
        let took = self.began.elapsed();
        let said = std::fs::read(self.said)?;
        let said = String::from_utf8_lossy(&said).into_owned();
        if hangs {
            return Err(format!("weft did not end within {PATIENCE:?}:\n{said}").into());
        }
        let stopped = matches!(status.code(), Some(130 | 143)) || status.signal().is_some();
        Ok(Ran {
            status,
            took,
            said,
            hit: blow && stopped,
        })
    }
}
