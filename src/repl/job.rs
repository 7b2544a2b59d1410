//! weft as a job of its shell: stopped, and let go on; and a terminal that gets another size.

use crate::world::host::ignored_signals;
use nix::unistd::{getppid, getsid};
use rustix::process::{Signal, getpid, kill_process};
use std::future::pending;
use std::io::Result;
use tokio::signal::unix::{SignalKind, signal};

/// Hears the signals about that; one that was ignored when weft was started stays ignored.
pub struct Jobs {
    size: Hears,
    stop: Hears,
    go_on: Hears,
}

type Hears = Option<tokio::signal::unix::Signal>;

impl Jobs {
    /// Hears them from now on, inside of a runtime.
    pub fn new() -> Result<Jobs> {
        Ok(Jobs {
            size: hear(Signal::WINCH)?,
            stop: hear(Signal::TSTP)?,
            go_on: hear(Signal::CONT)?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Job {
        let Jobs { size, stop, go_on } = self;
        tokio::select! {
            () = next(size) => Job::Resized,
            () = next(stop) => Job::Stop,
            () = next(go_on) => Job::GoneOn,
        }
    }
}

/// What has become of the job, or its terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Job {
    /// The terminal has another size.
    Resized,
    /// Somebody wants it to stop.
    Stop,
    /// Somebody has let it go on.
    GoneOn,
}

fn hear(kind: Signal) -> Result<Hears> {
    let number = kind.as_raw();
    let is_ignored = ignored_signals() & (1 << (number - 1)) != 0;
    (!is_ignored)
        .then(|| signal(SignalKind::from_raw(number)))
        .transpose()
}

async fn next(hears: &mut Hears) {
    match hears {
        Some(signal) => drop(signal.recv().await),
        None => pending().await,
    }
}

/// Whether a shell started this process that would let it go on.
pub fn has_shell() -> bool {
    let parent = getppid();
    // What a container's first process was started by is of no process that can be named here.
    parent.as_raw() > 0 && getsid(Some(parent)) == getsid(None)
}

/// Stops this process until somebody lets it go on.
pub fn stop_until_continued() {
    // No signal that could be heard, so that it cannot be taken for a further wish to stop. Whoever may not stop goes on.
    let _ = kill_process(getpid(), Signal::STOP);
}
