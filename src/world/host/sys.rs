//! What Linux does in a way of its own, and what stands for it on other systems, where this program is for learning.

use super::place::Place;
use crate::world::{Lock, Node, Stat};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawMode};
use rustix::io::Errno;
use rustix::net::RecvFlags;
use rustix::process::Pid;
use std::ffi::CStr;
use std::path::Path;
use std::process::{Child, Command};

pub(super) use own::*;

/// The ids of another user, for a command to take on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ids {
    pub uid: u32,
    pub gid: u32,
    /// All groups, the primary among them.
    pub groups: Vec<u32>,
}

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

/// Lets reading and writing come back at once.
pub(super) fn never_block(fd: impl AsFd) -> Result<(), Errno> {
    let flags = rustix::fs::fcntl_getfl(&fd)?;
    rustix::fs::fcntl_setfl(&fd, flags | OFlags::NONBLOCK)
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
        lock: Lock::Free,
    })
}

#[cfg(target_os = "linux")]
mod own {
    use super::*;
    use rustix::fd::AsRawFd;
    use rustix::fs::{CWD, RenameFlags, ResolveFlags, StatxAttributes, StatxFlags};
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
                lock: lock(found.stx_attributes),
            }),
            // A kernel before 4.11.
            Err(Errno::NOSYS) => posix_stat(place),
            Err(errno) => Err(errno),
        }
    }

    fn lock(attributes: StatxAttributes) -> Lock {
        match attributes {
            set if set.contains(StatxAttributes::IMMUTABLE) => Lock::Immutable,
            set if set.contains(StatxAttributes::APPEND) => Lock::Append,
            _ => Lock::Free,
        }
    }

    /// The number of the file system that a name in a place's directory is on; `None` where that cannot be asked.
    pub fn fs_number(place: &Place, name: &Path) -> Option<u32> {
        let flags = HANDLE | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(place.dir(), name, flags, Mode::empty()).ok()?;
        let found = rustix::fs::fstatfs(opened).ok()?;
        // A number of 32 bits, which the kernel keeps in a word of either sign.
        Some(found.f_type as u32)
    }

    /// Opens a path as if `root` were `/`.
    pub fn open_in_root(root: OwnedFd, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        rustix::fs::openat2(root, path, flags, Mode::empty(), ResolveFlags::IN_ROOT)
    }

    /// Opens a path without following any link. Not every kernel can, nor lets every program: [`super::place`] knows another way.
    pub fn open_straight(
        root: Option<BorrowedFd<'_>>,
        path: &Path,
        flags: OFlags,
    ) -> Result<OwnedFd, Errno> {
        let (dir, within) = match root {
            Some(root) => (root, ResolveFlags::IN_ROOT),
            None => (CWD, ResolveFlags::empty()),
        };
        let how = within | ResolveFlags::NO_SYMLINKS;
        rustix::fs::openat2(dir, path, flags, Mode::empty(), how)
    }

    /// Lets two names in one directory change places in one step.
    pub fn exchange(one: &Place, other: &Place) -> Result<(), Errno> {
        let (dir, way) = (one.dir(), RenameFlags::EXCHANGE);
        rustix::fs::renameat_with(dir, &*one.name, dir, &*other.name, way)
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

    /// How what comes with a message is received: no command inherits it.
    pub const RECEIVE: RecvFlags = RecvFlags::CMSG_CLOEXEC;

    /// Gives this process a name in lists of processes: not weft's own, so that who ends weft by name leaves it to do its work.
    pub fn call_itself(name: &CStr) {
        // Without it, it is called `exe`, as the file is by way of /proc.
        let _ = rustix::thread::set_name(name);
    }

    /// Becomes the parent of what the processes below leave behind.
    pub fn adopt() {
        // A kernel before 3.4 leaves them to the first process.
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    }

    /// Starts a command with all ids of another user: they belong to a thread here, so one takes them on for good.
    pub fn spawn_as(mut start: Command, ids: &Ids) -> std::io::Result<Child> {
        let (uid, gid) = (Uid::from_raw(ids.uid), Gid::from_raw(ids.gid));
        let groups: Vec<Gid> = ids.groups.iter().copied().map(Gid::from_raw).collect();
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

    /// There are no such file systems here.
    pub fn fs_number(_: &Place, _: &Path) -> Option<u32> {
        None
    }

    /// No image can be configured here, since nothing keeps links inside it.
    pub fn open_in_root(_: OwnedFd, _: &Path, _: OFlags) -> Result<OwnedFd, Errno> {
        Err(Errno::NOSYS)
    }

    /// Here each step has to be taken by itself.
    pub fn open_straight(_: Option<BorrowedFd<'_>>, _: &Path, _: OFlags) -> Result<OwnedFd, Errno> {
        Err(Errno::NOSYS)
    }

    /// There is no one step here that all systems have.
    pub fn exchange(_: &Place, _: &Place) -> Result<(), Errno> {
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

    /// What comes with a message is received, and only then kept from commands.
    pub const RECEIVE: RecvFlags = RecvFlags::empty();

    /// A process has the name of its file here.
    pub fn call_itself(_: &CStr) {}

    /// Here the first process is the parent of what processes leave behind.
    pub fn adopt() {}

    /// Starts a command with the id and primary group of another user, and with no other group.
    pub fn spawn_as(mut start: Command, ids: &Ids) -> std::io::Result<Child> {
        start.uid(ids.uid).gid(ids.gid).spawn()
    }
}
