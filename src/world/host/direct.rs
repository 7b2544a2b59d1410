//! A command that was begun, however it was; and one that is a child of this very process.

use super::start::Start;
use super::supervise::lives;
use super::sys;
use crate::world::Fault;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::process::{Pid, Signal};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;

/// What is written, and to where.
pub(super) type Fed = (OwnedFd, Arc<[u8]>);

/// The ends of a command's outputs that can be read.
pub(super) type Outputs = [Option<OwnedFd>; 2];

/// A command that was begun. Dropped before it has ended, it is ended.
pub(super) trait Process {
    /// What can be read from once there is news of it; `None` where it has to be asked.
    fn news(&self) -> Option<BorrowedFd<'_>>;

    /// How its first process stands.
    fn stands(&mut self) -> Stands;

    /// Lets it end, with its whole group: TERM.
    fn end(&mut self);

    /// Ends it, where it did not hear [`Process::end`] for as long as it may take.
    fn kill(&mut self);

    /// Whether nothing of its group is left, after [`Process::end`] or a failure.
    fn is_gone(&mut self) -> bool;

    /// Takes note that it has ended well: what it left behind may stay.
    fn let_go(&mut self);
}

/// How a command's first process stands.
pub(super) enum Stands {
    /// It runs, or is about to.
    Runs,
    /// It has ended.
    Ended(ExitStatus),
    /// It could not be started, or nothing more can be learnt of it.
    Failed(Fault),
}

/// A child of this process. It outlives this process where that is killed.
pub(super) struct Direct {
    child: Child,
    group: Pid,
    exit: Option<OwnedFd>,
    ended: Option<ExitStatus>,
}

impl Direct {
    /// Starts a command. What it is to be fed and what it says come along.
    pub fn new(start: Start) -> Result<(Direct, Option<Fed>, Outputs), Fault> {
        let mut child = start
            .spawn(Stdio::piped)
            .map_err(|error| start.fault(&error))?;
        let input = child.stdin.take().map(OwnedFd::from);
        let outputs = outputs(&mut child);
        let group = Pid::from_child(&child);
        let direct = Direct {
            exit: sys::end_of(group),
            child,
            group,
            ended: None,
        };
        Ok((direct, input.zip(start.stdin), outputs))
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }
}

impl Process for Direct {
    fn news(&self) -> Option<BorrowedFd<'_>> {
        self.exit.as_ref().map(AsFd::as_fd)
    }

    fn stands(&mut self) -> Stands {
        self.ended().map_or(Stands::Runs, Stands::Ended)
    }

    fn end(&mut self) {
        signal(self.group, Signal::TERM);
    }

    fn kill(&mut self) {
        signal(self.group, Signal::KILL);
    }

    fn is_gone(&mut self) -> bool {
        self.ended().is_some() && !lives(self.group)
    }

    fn let_go(&mut self) {}
}

impl Drop for Direct {
    fn drop(&mut self) {
        if self.ended().is_none() {
            self.kill();
            let _ = self.child.wait();
        }
    }
}

/// What a child says.
pub(super) fn outputs(child: &mut Child) -> Outputs {
    [
        child.stdout.take().map(OwnedFd::from),
        child.stderr.take().map(OwnedFd::from),
    ]
}

/// Sends a signal to all processes of a group.
pub(super) fn signal(group: Pid, signal: Signal) {
    // It may be gone already.
    let _ = rustix::process::kill_process_group(group, signal);
}
