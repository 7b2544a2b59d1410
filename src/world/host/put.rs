//! Putting a file or a link in place whole: a temporary beside it, made right in every respect, then one rename.
//!
//! The temporary is `.weft-RANDOM.tmp`: no `*.conf` matches it, and cron.d, sudoers.d and run-parts pass over names
//! with a dot in them.

use super::attributes;
use super::files::{io_fault, stat_at};
use super::place::Place;
use crate::world::{Command, Fault, Node, Output, Put, Stat};
use rand::TryRng;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Gid, Mode, OFlags, Uid};
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
    rustix::fs::fchmod(&file, Mode::from_raw_mode(put.mode & 0o7777))
        .map_err(|errno| place.fault(errno))?;
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

fn replaceable(place: &Place) -> Result<Option<Stat>, Fault> {
    match stat_at(place) {
        Ok(stat) if stat.mount => Err(Fault::Busy(place.path.clone())),
        Ok(stat) if stat.what == Node::Dir => Err(Fault::IsDir(place.path.clone())),
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
    let uid = uid.filter(|uid| *uid != is.st_uid).map(Uid::from_raw);
    let gid = gid.filter(|gid| *gid != is.st_gid).map(Gid::from_raw);
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
    place: &'a Place,
    name: PathBuf,
    there: bool,
}

impl<'a> Temporary<'a> {
    fn file(place: &'a Place) -> Result<(Temporary<'a>, OwnedFd), Fault> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Temporary::make(place, |name| {
            rustix::fs::openat(place.dir(), name, flags, Mode::from_raw_mode(0o600))
        })
    }

    fn link(place: &'a Place, target: &Path) -> Result<Temporary<'a>, Fault> {
        Temporary::make(place, |name| {
            rustix::fs::symlinkat(target, place.dir(), name)
        })
        .map(|(temporary, ())| temporary)
    }

    fn make<T>(
        place: &'a Place,
        make: impl Fn(&Path) -> Result<T, Errno>,
    ) -> Result<(Temporary<'a>, T), Fault> {
        for _ in 0..8 {
            let name = fresh_name()?;
            match make(&name) {
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(place.fault(errno)),
                Ok(made) => {
                    let there = true;
                    return Ok((Temporary { place, name, there }, made));
                }
            }
        }
        Err(place.fault(Errno::EXIST))
    }

    fn rename(mut self) -> Result<(), Fault> {
        let dir = self.place.dir();
        rustix::fs::renameat(dir, &self.name, dir, &self.place.name)
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

fn fresh_name() -> Result<PathBuf, Fault> {
    let random = rand::rngs::SysRng.try_next_u64().map_err(|error| {
        Fault::Io(
            "/dev/urandom".into(),
            format!("no randomness to be had: {error}"),
        )
    })?;
    Ok(PathBuf::from(format!(".weft-{random:016x}.tmp")))
}
