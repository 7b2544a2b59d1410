//! The supervisor: a small process between an engine and one of its commands, so that no command outlives its engine (rule P7).
//!
//! It is weft itself, started again with [`SUPERVISE`] as its only word. It is told over a socket, its standard input, what to
//! start; the command gets its standard output and error, which it lets go of itself. Nothing else in weft happens in this
//! process.
//!
//! - When the engine's end of the socket closes, as it does for whatever reason an engine ends, even by kill -9, the command's
//!   process group gets TERM, and five seconds later KILL. The supervisor ends when nothing of the group is left.
//! - Until then it holds the lock of the graph that it was given: so a lock of the kernel's (`flock`) that an engine had
//!   is free when its last command is gone. The command itself does not get it.
//! - If the engine is gone before the command was started, it is not started.
//! - It adopts what the command's processes leave behind, and reaps it: so the end of the group is seen also where nobody reaps
//!   (a container whose first process does not).
//! - A command that has ended, and whose engine has taken note, may leave processes behind: the supervisor then ends.
//! - An input that was not read to its end stays open until the group is gone: half of it is never taken for all.
//!
//! Not ended are processes that have left the command's group; and nothing is, where the supervisor itself is killed together with
//! its engine. Where only the supervisor is killed, the engine kills the group.

use super::direct::signal;
use super::start::Start;
use super::wire::{self, Order, Report};
use super::{signals, sys};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions};
use std::process::{Child, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The word that makes weft a supervisor.
pub const SUPERVISE: &str = "__supervise";

/// How long a group has between TERM and KILL.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// How often it is looked whether a group is gone, which the kernel does not announce.
const ASK: Duration = Duration::from_millis(20);

/// How often processes that were adopted are reaped meanwhile.
const REAP: Duration = Duration::from_secs(1);

/// What a program does that was started as a supervisor: by itself, with [`SUPERVISE`] as its only word. Call it first thing in
/// `main`.
pub fn supervise() -> ExitCode {
    match serve(rustix::stdio::stdin()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Errno::NOTSOCK) => {
            eprintln!(
                "error: `{SUPERVISE}` is how weft starts itself to run a command; it is nothing to type"
            );
            ExitCode::from(64)
        }
        Err(errno) => {
            eprintln!("error: the supervisor cannot hear its engine: {errno}");
            ExitCode::FAILURE
        }
    }
}

fn serve(link: BorrowedFd<'_>) -> Result<(), Errno> {
    sys::call_itself(c"supervise");
    // Where they cannot be heard, they end it, and then the engine ends the command.
    let _heard = signals::outlive();
    let Some(Order { start, lock }) = wire::receive(link)? else {
        return Ok(());
    };
    sys::never_block(link)?;
    sys::adopt();
    if hear(link) == Heard::Nobody {
        return Ok(());
    }
    match start.ok_or_else(not_understood).and_then(begin) {
        Ok((child, stdin)) => Supervisor::new(link, child, stdin).run(),
        Err(error) => report(link, &Report::Unstarted(error)),
    }
    drop(lock);
    Ok(())
}

fn not_understood() -> std::io::Error {
    std::io::Error::other(format!(
        "its supervisor is another version of weft ({}); start weft again",
        env!("CARGO_PKG_VERSION")
    ))
}

/// Starts the command, and lets go of the outputs that it got: who reads them waits for their end.
fn begin(start: Start) -> std::io::Result<(Child, Option<Arc<[u8]>>)> {
    let child = start.spawn(Stdio::inherit)?;
    // Nothing is ever written there. The socket is at hand for it, also where there is no /dev/null.
    let _ = rustix::stdio::dup2_stdout(rustix::stdio::stdin());
    let _ = rustix::stdio::dup2_stderr(rustix::stdio::stdin());
    Ok((child, start.stdin))
}

/// Tells the engine; if it is gone, that is seen when it is listened to.
fn report(link: BorrowedFd<'_>, report: &Report) {
    let _ = rustix::io::retry_on_intr(|| rustix::io::write(link, &report.encode()));
}

#[derive(PartialEq, Eq)]
enum Heard {
    Nothing,
    /// The command has ended, and the engine knows.
    LetGo,
    /// The command shall end: the engine says so, or is gone.
    Nobody,
}

fn hear(link: BorrowedFd<'_>) -> Heard {
    match rustix::io::read(link, &mut [0]) {
        Ok(0) => Heard::Nobody,
        Ok(_) => Heard::LetGo,
        Err(Errno::AGAIN | Errno::INTR) => Heard::Nothing,
        Err(_) => Heard::Nobody,
    }
}

/// Whether a process group has a member that is not reaped.
pub(super) fn lives(group: Pid) -> bool {
    // One that may not be signalled (it has become another user) lives as well.
    rustix::process::test_kill_process_group(group) != Err(Errno::SRCH)
}

/// A supervisor whose command was started.
struct Supervisor<'a> {
    link: BorrowedFd<'a>,
    /// The command's first process, and its group.
    group: Pid,
    exit: Option<OwnedFd>,
    input: Option<(OwnedFd, Arc<[u8]>, usize)>,
    /// How the first process ended.
    status: Option<i32>,
    /// Whether the group was seen to be gone; its number may be another's by now.
    gone: bool,
    /// Whether the group is to end, and when it gets KILL.
    kill: Option<Instant>,
}

impl<'a> Supervisor<'a> {
    fn new(link: BorrowedFd<'a>, mut child: Child, stdin: Option<Arc<[u8]>>) -> Supervisor<'a> {
        let group = Pid::from_child(&child);
        report(link, &Report::Started(group.as_raw_pid()));
        let input = child.stdin.take().map(OwnedFd::from);
        let input = input.filter(|pipe| sys::never_block(pipe).is_ok());
        Supervisor {
            link,
            group,
            exit: sys::end_of(group),
            input: input.zip(stdin).map(|(pipe, bytes)| (pipe, bytes, 0)),
            status: None,
            gone: false,
            kill: None,
        }
    }

    fn run(mut self) {
        loop {
            self.feed();
            self.reap();
            if self.kill.is_none() {
                match hear(self.link) {
                    Heard::Nothing => {}
                    Heard::LetGo => return,
                    Heard::Nobody => self.end(),
                }
            }
            if let Some(kill) = self.kill {
                if self.gone {
                    return report(self.link, &Report::Gone);
                }
                if kill <= Instant::now() {
                    signal(self.group, Signal::KILL);
                }
            }
            self.wait();
        }
    }

    fn end(&mut self) {
        self.kill = Some(Instant::now() + GRACE);
        if !self.gone {
            signal(self.group, Signal::TERM);
        }
    }

    /// Reaps what has ended, the first process among it, and then looks whether anything is left.
    fn reap(&mut self) {
        while let Ok(Some((process, status))) = rustix::process::wait(WaitOptions::NOHANG) {
            if process == self.group && self.status.is_none() {
                self.status = Some(status.as_raw());
                self.exit = None;
                report(self.link, &Report::Ended(status.as_raw()));
            }
        }
        self.gone |= self.status.is_some() && !lives(self.group);
    }

    /// Waits until the engine says something, the command ends or takes more input; or for a while.
    fn wait(&mut self) {
        let patience = match (self.kill, self.status, &self.exit) {
            (None, None, Some(_)) => REAP,
            (None, Some(_), _) if self.gone => REAP,
            _ => ASK,
        };
        let timeout = Timespec {
            tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(patience.subsec_nanos()),
        };
        let mut fds = Vec::with_capacity(3);
        fds.extend(
            self.exit
                .as_ref()
                .map(|exit| PollFd::new(exit, PollFlags::IN)),
        );
        if self.kill.is_none() {
            fds.push(PollFd::from_borrowed_fd(self.link, PollFlags::IN));
            let input = self.input.as_ref().map(|(pipe, ..)| pipe);
            fds.extend(input.map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
        }
        // It comes back early where the kernel has no memory for it, say; then it is asked again.
        let _ = rustix::event::poll(&mut fds, Some(&timeout));
    }

    /// Writes what the command's input takes now; nothing more once it is to end.
    fn feed(&mut self) {
        let Some((pipe, bytes, fed)) = self.input.as_mut().filter(|_| self.kill.is_none()) else {
            return;
        };
        while *fed < bytes.len() {
            match rustix::io::write(&*pipe, &bytes[*fed..]) {
                Ok(written) => *fed += written,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                // It does not read to the end, which is its own affair.
                Err(_) => break,
            }
        }
        self.input = None;
    }
}
