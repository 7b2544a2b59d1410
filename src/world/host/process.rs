//! Commands: each in a process group of its own, with nothing of this process's environment, its outputs read as they
//! come.
//!
//! - When its time is over or its attempt is cancelled, the whole group gets TERM, and five seconds later KILL.
//! - It has ended when its first process has. Descendants that still hold its outputs open (a daemon that it started) are not
//!   waited for: what comes within a fifth of a second is still read, then the pipes are closed.
//! - As another user it has that user's id, primary group and all groups of `/etc/group`. On Linux these belong to a
//!   thread until a program starts, so a thread of its own takes them on, starts the command and ends; no helper
//!   program and no unsafe code is needed. This needs root.
//! - Its program is looked up in the `PATH` that it is given.
//! - It runs below a supervisor, so that it does not outlive this process, where the host has one; else as a child of this process.

use super::Host;
use super::direct::Direct;
use super::place::fault;
use super::running::Running;
use super::start::Start;
use super::supervised::Supervised;
use super::sys;
use crate::world::{Command, Fault, Output};
use std::path::Path;

/// Runs a command until it has ended.
pub(super) fn run(host: &Host, command: &Command) -> Result<Output, Fault> {
    host.limits.check()?;
    let pipe = |errno| fault(Path::new("pipe"), errno);
    let (woken, wake) = sys::pipe().map_err(pipe)?;
    // The other end is dropped when it is cancelled: the poll sees that.
    let _waking = host.limits.cancel.on_cancel(move || drop(wake));
    let deadline = host.limits.sooner(command.timeout);
    let start = Start::of(host, command)?;
    let running = match &host.options.supervisor {
        Some(program) => {
            let (supervised, fed, pipes) = Supervised::new(program, start, host.held())?;
            let process = Box::new(supervised);
            Running::new(process, Some(fed), pipes, command.keep, woken, deadline)
        }
        None => {
            let (direct, fed, pipes) = Direct::new(start)?;
            let process = Box::new(direct);
            Running::new(process, fed, pipes, command.keep, woken, deadline)
        }
    };
    running.map_err(pipe)?.end()
}
