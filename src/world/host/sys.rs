//! What Linux does in a way of its own, and what stands for it on other systems, where this program is for learning.

use super::place::Place;
use crate::world::{Account, Node, Stat};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawMode};
use rustix::io::Errno;
use rustix::process::Pid;
use std::path::Path;
use std::process::{Child, Command};

pub(super) use own::*;

/// What a raw mode says that something is.
pub(super) fn node(raw: RawMode) -> Node {
    match FileType::from_raw_mode(raw) {
        FileType::RegularFile => Node::File,
        FileType::Directory => Node::Dir,
        FileType::Symlink => Node::Link,
        _ => Node::Other,
    }
}

/// The low twelve bits as a mode.
pub(super) fn mode(bits: u32) -> Mode {
    Mode::from_raw_mode((bits & 0o7777) as RawMode)
}

/// What stands at a place, as POSIX says it: not whether something is mounted there. A rename over a mount point fails all the
/// same.
fn posix_stat(place: &Place) -> Result<Stat, Errno> {
    let found = rustix::fs::statat(place.dir(), &*place.name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(Stat {
        what: node(found.st_mode as RawMode),
        mode: Mode::from_raw_mode(found.st_mode as RawMode).bits() as u32 & 0o7777,
        uid: found.st_uid,
        gid: found.st_gid,
        size: u64::try_from(found.st_size).unwrap_or(0),
        links: found.st_nlink as u64,
        mount: false,
    })
}

#[cfg(target_os = "linux")]
mod own {
    use super::*;
    use rustix::fd::AsRawFd;
    use rustix::fs::{ResolveFlags, StatxAttributes, StatxFlags};
    use rustix::pipe::PipeFlags;
    use rustix::process::{Gid, PidfdFlags, Uid};

    /// To hold a thing without opening it.
    pub const HANDLE: OFlags = OFlags::PATH;

    /// What stands at a place, mount points included, in one system call.
    pub fn stat(place: &Place) -> Result<Stat, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        let wanted = StatxFlags::BASIC_STATS;
        match rustix::fs::statx(place.dir(), &*place.name, flags, wanted) {
            Ok(found) => Ok(Stat {
                what: node(RawMode::from(found.stx_mode)),
                mode: u32::from(found.stx_mode) & 0o7777,
                uid: found.stx_uid,
                gid: found.stx_gid,
                size: found.stx_size,
                links: u64::from(found.stx_nlink),
                mount: found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
            }),
            // A kernel before 4.11.
            Err(Errno::NOSYS) => posix_stat(place),
            Err(errno) => Err(errno),
        }
    }

    /// Opens a path as if `root` were `/`.
    pub fn open_in_root(root: OwnedFd, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        rustix::fs::openat2(root, path, flags, Mode::empty(), ResolveFlags::IN_ROOT)
    }

    /// Sets the mode of what is held, which is no link. By way of /proc the very thing that was looked at is changed, also one
    /// that may not be opened.
    pub fn chmod(place: &Place, held: BorrowedFd<'_>, bits: Mode) -> Result<(), Errno> {
        match rustix::fs::chmod(format!("/proc/self/fd/{}", held.as_raw_fd()), bits) {
            Err(Errno::NOENT) => {
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                let opened = rustix::fs::openat(place.dir(), &*place.name, flags, Mode::empty())?;
                rustix::fs::fchmod(opened, bits)
            }
            other => other,
        }
    }

    /// A pipe that no command inherits.
    pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
        rustix::pipe::pipe_with(PipeFlags::CLOEXEC)
    }

    /// Something that can be read from when a process has ended; `None` where it has to be asked.
    pub fn end_of(process: Pid) -> Option<OwnedFd> {
        rustix::process::pidfd_open(process, PidfdFlags::empty()).ok()
    }

    /// Starts a command with all ids of another user: they belong to a thread here, so one takes them on for good.
    pub fn spawn_as(mut start: Command, user: &Account) -> std::io::Result<Child> {
        let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
        let groups: Vec<Gid> = user.groups.iter().copied().map(Gid::from_raw).collect();
        let switched = std::thread::Builder::new().spawn(move || {
            rustix::thread::set_thread_groups(&groups)?;
            rustix::thread::set_thread_res_gid(gid, gid, gid)?;
            rustix::thread::set_thread_res_uid(uid, uid, uid)?;
            start.spawn()
        })?;
        let failed = || Err(std::io::Error::other("the thread that started it failed"));
        switched.join().unwrap_or_else(|_| failed())
    }
}

#[cfg(not(target_os = "linux"))]
mod own {
    use super::*;
    use std::os::unix::process::CommandExt;

    /// Here a thing must be opened to be held.
    pub const HANDLE: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK);

    /// What stands at a place.
    pub fn stat(place: &Place) -> Result<Stat, Errno> {
        posix_stat(place)
    }

    /// No image can be configured here, since nothing keeps links inside it.
    pub fn open_in_root(_: OwnedFd, _: &Path, _: OFlags) -> Result<OwnedFd, Errno> {
        Err(Errno::NOSYS)
    }

    /// Sets the mode of what is held.
    pub fn chmod(_: &Place, held: BorrowedFd<'_>, bits: Mode) -> Result<(), Errno> {
        rustix::fs::fchmod(held, bits)
    }

    /// A pipe that no command inherits.
    pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
        let (read, write) = rustix::pipe::pipe()?;
        for end in [&read, &write] {
            rustix::io::fcntl_setfd(end, rustix::io::FdFlags::CLOEXEC)?;
        }
        Ok((read, write))
    }

    /// A process has to be asked here.
    pub fn end_of(_: Pid) -> Option<OwnedFd> {
        None
    }

    /// Starts a command with the id and primary group of another user, and with no other group.
    pub fn spawn_as(mut start: Command, user: &Account) -> std::io::Result<Child> {
        start.uid(user.uid).gid(user.gid).spawn()
    }
}
