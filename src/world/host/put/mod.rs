//! Putting a file or a link in place whole: a temporary beside it, made right in every respect, then one rename.
//!
//! The temporary is `.weft-HASH.tmp`: no `*.conf` matches it, and cron.d, sudoers.d and run-parts pass over names
//! with a dot in them. The hash is of the name that it is for, so who puts the same file later finds what a killed engine left, and takes it
//! away; a lock on it, which ends with its process, says whether it was left. Where that cannot be told, the name is a random one.

#[cfg(test)]
mod tests;

use super::attributes;
use super::files::{io_fault, owners, stat_at};
use super::place::Place;
use super::sys;
use crate::value::sha256_hex;
use crate::world::rules;
use crate::world::{Command, Fault, Node, Output, Put, Stat};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Puts a file in place; `run` runs its validation.
pub(super) fn put(
    place: &Place,
    put: &Put,
    run: impl FnOnce(&Command) -> Result<Output, Fault>,
) -> Result<(), Fault> {
    let stands = replaceable(place)?;
    let (temporary, file) = Temporary::file(place)?;
    let mut file = File::from(file);
    file.write_all(&put.content)
        .map_err(|error| io_fault(place, &error))?;
    let old = stands.filter(|stat| stat.what == Node::File);
    own(place, file.as_fd(), put, old.as_ref())?;
    if old.is_some() {
        attributes::keep(place, file.as_fd())?;
    }
    // After the owner, whose change clears setuid, and after the ACL, whose mask these bits set.
    rustix::fs::fchmod(&file, sys::mode(put.mode)).map_err(|errno| place.fault(errno))?;
    rustix::fs::fsync(&file).map_err(|errno| place.fault(errno))?;
    // A file that is open for writing cannot be executed, as a validation may want to.
    drop(file);
    if let Some(command) = &put.validate {
        validate(command, &place.real(&temporary.name)?, run)?;
    }
    temporary.rename()?;
    place.sync()
}

/// Makes a symbolic link, in place of a file or link.
pub(super) fn make_link(place: &Place, target: &Path) -> Result<(), Fault> {
    replaceable(place)?;
    Temporary::link(place, target)?.rename()?;
    place.sync()
}

/// Lets what stands at two names of one directory change places.
pub(super) fn exchange(place: &Place, aside: &Place) -> Result<(), Fault> {
    for place in [place, aside] {
        if stat_at(place)?.mount {
            return Err(Fault::Busy(place.path.to_owned()));
        }
    }
    match sys::exchange(place, aside) {
        // This file system, or this kernel, cannot do it in one step.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => by_turns(place, aside),
        other => other,
    }
    .map_err(|errno| place.fault(errno))?;
    place.sync()
}

/// The same in three steps. What stands at `aside` is renamed out of the way first, so that what stands at `place` has a name that
/// is known at every moment.
fn by_turns(place: &Place, aside: &Place) -> Result<(), Errno> {
    let third = fresh_name().map_err(|_| Errno::IO)?;
    let dir = place.dir();
    let step = |from: &Path, to: &Path| rustix::fs::renameat(dir, from, dir, to);
    step(&aside.name, &third)?;
    let moved = step(&place.name, &aside.name).and_then(|()| {
        step(&third, &place.name).inspect_err(|_| {
            let _ = step(&aside.name, &place.name);
        })
    });
    moved.inspect_err(|_| {
        let _ = step(&third, &aside.name);
    })
}

fn replaceable(place: &Place) -> Result<Option<Stat>, Fault> {
    match stat_at(place) {
        Ok(stat) if stat.mount => Err(Fault::Busy(place.path.to_owned())),
        Ok(stat) if stat.what == Node::Dir => Err(Fault::IsDir(place.path.to_owned())),
        Ok(stat) => Ok(Some(stat)),
        Err(Fault::NotFound(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Gives the temporary the owner and group that are asked for, else those of the file that stands there.
fn own(place: &Place, file: impl AsFd, put: &Put, old: Option<&Stat>) -> Result<(), Fault> {
    let is = rustix::fs::fstat(&file).map_err(|errno| place.fault(errno))?;
    let uid = put.uid.or(old.map(|old| old.uid));
    let gid = put.gid.or(old.map(|old| old.gid));
    let (uid, gid) = owners(
        uid.filter(|uid| *uid != is.st_uid),
        gid.filter(|gid| *gid != is.st_gid),
    )?;
    if uid.is_none() && gid.is_none() {
        return Ok(());
    }
    rustix::fs::fchown(file, uid, gid).map_err(|errno| place.fault(errno))
}

fn validate(
    command: &Command,
    temporary: &Path,
    run: impl FnOnce(&Command) -> Result<Output, Fault>,
) -> Result<(), Fault> {
    let temporary = temporary.to_string_lossy();
    let argv = command
        .argv
        .iter()
        .map(|word| word.replace("{}", &temporary))
        .collect();
    let output = run(&Command {
        argv,
        ..command.clone()
    })?;
    match output.status {
        0 => Ok(()),
        status => Err(Fault::refused(command, status, &output.both)),
    }
}

/// Something that is not in place yet; gone again if it is dropped before [`Temporary::rename`].
struct Temporary<'a> {
    place: &'a Place<'a>,
    name: PathBuf,
    there: bool,
    /// Held as long as it may be renamed.
    lock: Option<OwnedFd>,
}

impl<'a> Temporary<'a> {
    fn file(place: &'a Place<'a>) -> Result<(Temporary<'a>, OwnedFd), Fault> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let create = |name: &Path| rustix::fs::openat(place.dir(), name, flags, sys::mode(0o600));
        let (mut temporary, file) = Temporary::make(place, create)?;
        temporary.lock = lock(place, &temporary.name);
        let is_ours =
            |lock: &OwnedFd| is_same(lock, &file) && stands(place, &temporary.name, &file);
        if temporary.lock.as_ref().is_some_and(is_ours) {
            return Ok((temporary, file));
        }
        // Whoever puts the same file may take it for one that was left: this one gets a name that nobody guesses.
        temporary.there = stands(place, &temporary.name, &file);
        drop(temporary);
        let name = fresh_name()?;
        let file = create(&name).map_err(|errno| place.fault(errno))?;
        Ok((Temporary::new(place, name), file))
    }

    fn link(place: &'a Place<'a>, target: &Path) -> Result<Temporary<'a>, Fault> {
        Temporary::make(place, |name| {
            rustix::fs::symlinkat(target, place.dir(), name)
        })
        .map(|(temporary, ())| temporary)
    }

    fn new(place: &'a Place<'a>, name: PathBuf) -> Temporary<'a> {
        Temporary {
            place,
            name,
            there: true,
            lock: None,
        }
    }

    fn make<T>(
        place: &'a Place<'a>,
        make: impl Fn(&Path) -> Result<T, Errno>,
    ) -> Result<(Temporary<'a>, T), Fault> {
        // What is made in a directory that can only grow can neither be renamed nor removed again.
        let dir = stat_at(&place.holder()?)?;
        rules::unlocked(place.path, Some((&dir, Node::File)), None)?;
        let mut name = known_name(&place.name);
        for _ in 0..8 {
            match make(&name) {
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(place.fault(errno)),
                Ok(made) => return Ok((Temporary::new(place, name), made)),
            }
            if !remove_left(place, &name) {
                name = fresh_name()?;
            }
        }
        Err(place.fault(Errno::EXIST))
    }

    fn rename(mut self) -> Result<(), Fault> {
        let dir = self.place.dir();
        rustix::fs::renameat(dir, &self.name, dir, &*self.place.name)
            .map_err(|errno| self.place.fault(errno))?;
        self.there = false;
        Ok(())
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if self.there {
            let _ = rustix::fs::unlinkat(self.place.dir(), &self.name, AtFlags::empty());
        }
    }
}

/// The name that every temporary for this one has, if it can.
fn known_name(name: &Path) -> PathBuf {
    let hash = sha256_hex(name.as_os_str().as_encoded_bytes());
    PathBuf::from(format!(".weft-{}.tmp", &hash[..16]))
}

/// Removes a temporary that a killed engine left. False: it is somebody else's, or in use.
fn remove_left(place: &Place, name: &Path) -> bool {
    let Ok(found) = rustix::fs::statat(place.dir(), name, AtFlags::SYMLINK_NOFOLLOW) else {
        return false;
    };
    // Root gives a temporary to its owner before it is renamed.
    let me = rustix::process::geteuid();
    let is_ours = me.is_root() || found.st_uid == me.as_raw();
    let is_left = match sys::node(found.st_mode) {
        // A link is made and renamed in two calls, and holds nothing.
        Node::Link => is_ours,
        Node::File if is_ours => {
            // Held until it is gone, so that nobody begins to use it meanwhile.
            let lock = lock(place, name);
            let is_free = lock.as_ref().is_some_and(|lock| stands(place, name, lock));
            return is_free && rustix::fs::unlinkat(place.dir(), name, AtFlags::empty()).is_ok();
        }
        _ => false,
    };
    is_left && rustix::fs::unlinkat(place.dir(), name, AtFlags::empty()).is_ok()
}

/// Takes the lock of a temporary; `None` where somebody has it, or there are none. Not through the descriptor that writes: a validation
/// may want to execute the file.
fn lock(place: &Place, name: &Path) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::openat(place.dir(), name, flags, Mode::empty()).ok()?;
    let locked = rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive);
    locked.is_ok().then_some(file)
}

/// Whether two descriptors are of one file.
fn is_same(one: &OwnedFd, other: &OwnedFd) -> bool {
    let of = |file| rustix::fs::fstat(file).map(|stat| (stat.st_dev, stat.st_ino));
    of(one).is_ok_and(|one| of(other) == Ok(one))
}

/// Whether that file is what stands there under this name.
fn stands(place: &Place, name: &Path, file: &OwnedFd) -> bool {
    let there = rustix::fs::statat(place.dir(), name, AtFlags::SYMLINK_NOFOLLOW);
    let here = rustix::fs::fstat(file);
    match (there, here) {
        (Ok(there), Ok(here)) => (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino),
        _ => false,
    }
}

fn fresh_name() -> Result<PathBuf, Fault> {
    let mut random = [0; 8];
    super::random::fill(&mut random)?;
    let random = u64::from_ne_bytes(random);
    Ok(PathBuf::from(format!(".weft-{random:016x}.tmp")))
}
