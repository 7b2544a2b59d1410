//! What stands in the file system: reading it, and the changes that need no replacing.

use super::place::Place;
use super::sys::{self, HANDLE, node};
use crate::world::rules::{self, Way};
use crate::world::{Fault, ModeBits, Node, Stat};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Access, AtFlags, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What stands at a path, in one system call, mount points included.
pub(super) fn stat(root: Option<&Path>, way: Way, path: &Path) -> Result<Option<Stat>, Fault> {
    match Place::to_read(root, way, path).and_then(|place| stat_at(&place)) {
        Ok(stat) => Ok(Some(stat)),
        Err(Fault::NotFound(_) | Fault::NotDir(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// What stands at a place.
pub(super) fn stat_at(place: &Place) -> Result<Stat, Fault> {
    sys::stat(place).map_err(|errno| place.fault(errno))
}

/// All bytes of a regular file.
pub(super) fn read(place: &Place, limit: u64) -> Result<Arc<[u8]>, Fault> {
    // Opening a pipe must not wait for its other end.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = rustix::fs::openat(place.dir(), &*place.name, flags, Mode::empty())
        .map_err(|errno| place.fault(errno))?;
    let found = rustix::fs::fstat(&opened).map_err(|errno| place.fault(errno))?;
    match node(found.st_mode) {
        Node::File => {}
        Node::Dir => return Err(Fault::IsDir(place.path.to_owned())),
        _ => {
            let why = "is not a regular file".to_owned();
            return Err(Fault::Io(place.path.to_owned(), why));
        }
    }
    let size = u64::try_from(found.st_size).unwrap_or(0);
    let too_large = || Fault::TooLarge(place.path.display().to_string(), limit);
    if size > limit {
        return Err(too_large());
    }
    let bytes = read_whole(&opened, size, limit).map_err(|errno| place.fault(errno))?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes.into())
}

/// All bytes of a file of about this size; those beyond the limit only as far as they show that there are some. One call where
/// the size is right: a read of a regular file comes back short only at its end.
fn read_whole(file: &OwnedFd, size: u64, limit: u64) -> Result<Vec<u8>, Errno> {
    let most = usize::try_from(limit.saturating_add(1)).unwrap_or(usize::MAX);
    let size = usize::try_from(size).unwrap_or(most).min(most);
    let mut bytes = Vec::with_capacity(size.saturating_add(1).min(most));
    while bytes.len() < most {
        if bytes.len() == bytes.capacity() {
            bytes.reserve(bytes.len().max(4096).min(most - bytes.len()));
        }
        let room = bytes.capacity() - bytes.len();
        match rustix::io::read(file, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(0) => break,
            Ok(read) if read < room && bytes.len() == size => break,
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(bytes)
}

/// An error of the standard library about a place.
pub(super) fn io_fault(place: &Place, error: &std::io::Error) -> Fault {
    match Errno::from_io_error(error) {
        Some(errno) => place.fault(errno),
        None => Fault::Io(place.path.to_owned(), error.to_string()),
    }
}

/// The names in a directory, ordered.
pub(super) fn list(place: &Place) -> Result<Vec<String>, Fault> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = rustix::fs::openat(place.dir(), &*place.name, flags, Mode::empty());
    let opened = match opened {
        Ok(opened) => opened,
        Err(Errno::LOOP) => return Err(Fault::NotDir(place.path.to_owned())),
        Err(errno) => return Err(place.fault(errno)),
    };
    let entries = rustix::fs::Dir::read_from(&opened).map_err(|errno| place.fault(errno))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|errno| place.fault(errno))?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        // Purging by a name that was made up would remove something else.
        let name = std::str::from_utf8(name).map_err(|_| {
            let why = format!("holds a name that is not UTF-8: {:?}", entry.file_name());
            Fault::Io(place.path.to_owned(), why)
        })?;
        names.push(name.to_owned());
    }
    names.sort();
    Ok(names)
}

/// Where a link points.
pub(super) fn read_link(place: &Place) -> Result<PathBuf, Fault> {
    match rustix::fs::readlinkat(place.dir(), &*place.name, Vec::new()) {
        Ok(target) => Ok(PathBuf::from(OsString::from_vec(target.into_bytes()))),
        Err(Errno::INVAL) => {
            let why = "is not a symbolic link".to_owned();
            Err(Fault::Io(place.path.to_owned(), why))
        }
        Err(errno) => Err(place.fault(errno)),
    }
}

/// Whether the kernel would let an entry be made here: it knows access lists, and what is mounted read-only.
pub(super) fn can_write(place: &Place) -> Result<(), Fault> {
    let stat = stat_at(place)?;
    rules::can_write(Some(&stat), &rules::root(), place.path)?;
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    // As whoever acts, not as whoever started this; the real user is the only one that some kernels can answer for.
    match rustix::fs::accessat(place.dir(), &*place.name, wanted, AtFlags::EACCESS) {
        Err(Errno::INVAL | Errno::NOSYS) => {
            rustix::fs::accessat(place.dir(), &*place.name, wanted, AtFlags::empty())
        }
        answer => answer,
    }
    .map_err(|errno| place.fault(errno))
}

/// How many bytes fit on a place's disk for whoever acts.
pub(super) fn free(place: &Place) -> Result<Option<u64>, Fault> {
    let opened = rustix::fs::openat(
        place.dir(),
        &*place.name,
        HANDLE | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(|errno| place.fault(errno))?;
    let Ok(found) = rustix::fs::fstatvfs(&opened) else {
        return Ok(None);
    };
    let blocks = match rustix::process::geteuid().is_root() {
        true => found.f_bfree,
        false => found.f_bavail,
    };
    // What has no blocks at all (a network or a virtual file system) does not know.
    Ok((found.f_blocks > 0).then(|| blocks.saturating_mul(found.f_frsize)))
}

/// Makes one directory with exactly these bits.
pub(super) fn make_dir(place: &Place, mode: ModeBits) -> Result<(), Fault> {
    rustix::fs::mkdirat(place.dir(), &*place.name, sys::mode(0o700))
        .map_err(|errno| place.fault(errno))?;
    // The umask and setgid directories have their say in mkdir, but not here.
    if let Err(fault) = set_mode(place, mode) {
        let _ = rustix::fs::unlinkat(place.dir(), &*place.name, AtFlags::REMOVEDIR);
        return Err(fault);
    }
    place.sync()
}

/// Removes a file, a link or an empty directory.
pub(super) fn remove(place: &Place) -> Result<(), Fault> {
    let unlink = |flags| rustix::fs::unlinkat(place.dir(), &*place.name, flags);
    match unlink(AtFlags::empty()) {
        // POSIX has EPERM for a directory, Linux EISDIR.
        Err(Errno::ISDIR | Errno::PERM) => match unlink(AtFlags::REMOVEDIR) {
            Err(Errno::NOTDIR) => Err(place.fault(Errno::PERM)),
            other => other.map_err(|errno| place.fault(errno)),
        },
        other => other.map_err(|errno| place.fault(errno)),
    }?;
    place.sync()
}

/// Sets the permission bits of what is not a link.
pub(super) fn set_mode(place: &Place, mode: ModeBits) -> Result<(), Fault> {
    let held = hold(place)?;
    let found = rustix::fs::fstat(&held).map_err(|errno| place.fault(errno))?;
    if node(found.st_mode) == Node::Link {
        let why = "is a symbolic link: it has no mode of its own".to_owned();
        return Err(Fault::Io(place.path.to_owned(), why));
    }
    sys::chmod(place, held.as_fd(), sys::mode(mode)).map_err(|errno| place.fault(errno))?;
    sync_inode(place);
    Ok(())
}

/// Sets owner and group of whatever stands there, of a link itself.
pub(super) fn set_owner(place: &Place, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault> {
    let (uid, gid) = owners(uid, gid)?;
    rustix::fs::chownat(
        place.dir(),
        &*place.name,
        uid,
        gid,
        AtFlags::SYMLINK_NOFOLLOW,
    )
    .map_err(|errno| place.fault(errno))?;
    sync_inode(place);
    Ok(())
}

/// Both as the kernel takes them. The number that means "as it is" is nobody's, and no call can ask for it.
pub(super) fn owners(
    uid: Option<u32>,
    gid: Option<u32>,
) -> Result<(Option<Uid>, Option<Gid>), Fault> {
    for (noun, id) in [("user", uid), ("group", gid)] {
        if id == Some(u32::MAX) {
            return Err(Fault::NoAccount(noun, u32::MAX.to_string()));
        }
    }
    Ok((uid.map(Uid::from_raw), gid.map(Gid::from_raw)))
}

fn hold(place: &Place) -> Result<OwnedFd, Fault> {
    let flags = HANDLE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(place.dir(), &*place.name, flags, Mode::empty())
        .map_err(|errno| place.fault(errno))
}

/// Syncs mode and owner where what stands there can be opened; elsewhere the file system's own rhythm has to do, and a
/// check after a power cut finds what is left.
fn sync_inode(place: &Place) {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let plain = stat_at(place).is_ok_and(|stat| matches!(stat.what, Node::File | Node::Dir));
    if !plain {
        return;
    }
    if let Ok(opened) = rustix::fs::openat(place.dir(), &*place.name, flags, Mode::empty()) {
        let _ = rustix::fs::fsync(opened.as_fd());
    }
}
