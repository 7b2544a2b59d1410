//! Who holds a graph's lock, and whether that process lives.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// The kernel's list of locks.
const LOCKS: &str = "/proc/locks";

/// Who holds a lock that is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holder {
    /// This process, which lives.
    Lives(u32),
    /// This one has taken it, and is no more: a command of it still runs.
    Gone(u32),
    /// Nobody, or it is not told: some file systems list their locks under another device, and processes of other namespaces have no number
    /// here.
    Unknown,
}

impl Holder {
    /// Of the lock on this directory.
    pub fn of(dir: &OwnedFd) -> Holder {
        match taken_by(dir) {
            Some(pid) => match lives(pid) {
                true => Holder::Lives(number(pid)),
                false => Holder::Gone(number(pid)),
            },
            None => Holder::Unknown,
        }
    }

    /// Whether the system tells of locks at all.
    pub fn can_be_told() -> bool {
        Path::new(LOCKS).exists()
    }
}

fn number(pid: Pid) -> u32 {
    u32::try_from(pid.as_raw_nonzero().get()).unwrap_or_default()
}

/// The process that took the lock on this directory.
fn taken_by(dir: &OwnedFd) -> Option<Pid> {
    let stat = rustix::fs::fstat(dir).ok()?;
    let (major, minor) = (
        rustix::fs::major(stat.st_dev),
        rustix::fs::minor(stat.st_dev),
    );
    let ours = format!("{major:02x}:{minor:02x}:{}", stat.st_ino);
    let locks = std::fs::read_to_string(LOCKS).ok()?;
    locks.lines().find_map(|line| {
        // `1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`; one that waits has `->` behind its number.
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, "FLOCK", _, "WRITE", pid, place, ..] = words.as_slice() else {
            return None;
        };
        let pid = pid.parse().ok().filter(|_| *place == ours)?;
        Pid::from_raw(pid)
    })
}

/// Whether a process lives: one that has ended and was not waited for by its parent does not.
fn lives(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    let state = stat.as_deref().ok().and_then(|stat| {
        // Behind its name, which stands in brackets and may hold any.
        let (_, rest) = stat.rsplit_once(") ")?;
        rest.chars().next()
    });
    match state {
        Some('Z' | 'X') => false,
        Some(_) => true,
        None => test_kill_process(pid) != Err(Errno::SRCH),
    }
}
