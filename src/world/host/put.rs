//! Putting a file or a link in place whole: a temporary beside it, made right in every respect, then one rename.
//!
//! The temporary is `.weft-HASH.tmp`: no `*.conf` matches it, and cron.d, sudoers.d and run-parts pass over names
//! with a dot in them. The hash is of the name that it is for, so who puts the same file later finds what a killed engine left, and takes it
//! away; a lock on it, which ends with its process, says whether it was left. Where that cannot be told, the name is a random one.

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

#[cfg(test)]
mod tests {
    use super::super::{CancelToken, Host, HostOptions};
    use super::*;
    use crate::time::Span;
    use crate::world::{Look, World};
    use rustix::fs::{Gid, Uid, XattrFlags};
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> std::io::Result<Scratch> {
            let dir = std::env::temp_dir().join(format!("weft-put-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&dir);
            fs::create_dir_all(&dir)?;
            fs::set_permissions(&dir, fs::Permissions::from_mode(0o755))?;
            Ok(Scratch(dir))
        }

        fn names(&self) -> Result<Vec<String>, Fault> {
            host().list(&self.0)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn host() -> Host {
        Host::new(HostOptions::default())
    }

    fn file(path: &Path, content: &str) -> Put {
        Put {
            path: path.to_owned(),
            content: content.as_bytes().into(),
            mode: 0o640,
            uid: None,
            gid: None,
            validate: None,
        }
    }

    fn shell(script: &str) -> Command {
        Command {
            argv: ["sh", "-c", script, "sh", "{}"].map(str::to_owned).to_vec(),
            env: BTreeMap::new(),
            cwd: None,
            user: None,
            stdin: None,
            timeout: Some(Span::secs(60)),
            keep: 1000,
        }
    }

    /// Runs `work` in a thread that is another user; `None`, which is said, where only root could.
    fn as_nobody<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
        if !rustix::process::geteuid().is_root() {
            println!("not tried: only root can become another user");
            return None;
        }
        let (uid, gid) = (Uid::from_raw(4242), Gid::from_raw(4242));
        std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                rustix::thread::set_thread_groups(&[]).ok()?;
                rustix::thread::set_thread_res_gid(gid, gid, gid).ok()?;
                rustix::thread::set_thread_res_uid(uid, uid, uid).ok()?;
                Some(work())
            });
            other.join().ok().flatten()
        })
    }

    const ACL: &str = "system.posix_acl_access";
    const DEFAULT_ACL: &str = "system.posix_acl_default";

    /// An access control list that lets user 4242 read, as the kernel keeps it: tag, permissions and id each.
    fn acl() -> Vec<u8> {
        let nobody = u32::MAX;
        let entries: [(u16, u16, u32); 5] = [
            (0x01, 6, nobody),
            (0x02, 4, 4242),
            (0x04, 4, nobody),
            (0x10, 4, nobody),
            (0x20, 0, nobody),
        ];
        let mut bytes = 2u32.to_le_bytes().to_vec();
        for (tag, permissions, id) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(permissions.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        bytes
    }

    /// Sets an attribute; false, which is said, where the file system has none.
    fn set(path: &Path, name: &str, value: &[u8]) -> bool {
        let set = rustix::fs::setxattr(path, name, value, XattrFlags::empty());
        if let Err(errno) = set {
            println!("not tried: {name} cannot be set here: {errno}");
        }
        set.is_ok()
    }

    fn get(path: &Path, name: &str) -> Option<Vec<u8>> {
        let mut value = vec![0; 1000];
        let length = rustix::fs::getxattr(path, name, &mut value[..]).ok()?;
        value.truncate(length);
        Some(value)
    }

    #[test]
    fn attributes_and_acl_are_kept() -> Outcome {
        let dir = Scratch::new("attributes")?;
        let path = dir.0.join("file");
        fs::write(&path, "old")?;
        if !set(&path, "user.origin", b"by hand") || !set(&path, ACL, &acl()) {
            return Ok(());
        }
        host().put(&file(&path, "new"))?;
        assert_eq!(fs::read(&path)?, b"new");
        assert_eq!(get(&path, "user.origin"), Some(b"by hand".to_vec()));
        assert_eq!(get(&path, ACL), Some(acl()));
        assert_ne!(as_nobody(|| fs::read(&path).is_ok()), Some(false));
        // The mode's group bits are the list's mask: what is asked for wins.
        let private = Put {
            mode: 0o600,
            ..file(&path, "newer")
        };
        host().put(&private)?;
        assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o7777, 0o600);
        assert_ne!(as_nobody(|| fs::read(&path).is_ok()), Some(true));
        Ok(())
    }

    #[test]
    fn a_directorys_default_acl_is_for_new_files_only() -> Outcome {
        let dir = Scratch::new("default")?;
        let path = dir.0.join("file");
        fs::write(&path, "old")?;
        if !set(&dir.0, DEFAULT_ACL, &acl()) {
            return Ok(());
        }
        host().put(&file(&path, "new"))?;
        assert_eq!(get(&path, ACL), None);
        let fresh = dir.0.join("fresh");
        host().put(&file(&fresh, "new"))?;
        assert_eq!(get(&fresh, ACL), Some(acl()));
        Ok(())
    }

    #[test]
    fn what_cannot_be_kept_is_not_replaced() -> Outcome {
        let dir = Scratch::new("unkept")?;
        let path = dir.0.join("file");
        fs::write(&path, "old")?;
        if !set(&path, "security.weft", b"label") {
            return Ok(());
        }
        for at in [&dir.0, &path] {
            std::os::unix::fs::chown(at, Some(4242), Some(4242))?;
        }
        let Some(refused) = as_nobody(|| host().put(&file(&path, "new"))) else {
            return Ok(());
        };
        assert_eq!(refused, Err(Fault::Denied(path.clone(), true)));
        assert_eq!(fs::read(&path)?, b"old");
        assert_eq!(dir.names()?, ["file"]);
        // Without the attribute it may.
        rustix::fs::removexattr(&path, "security.weft")?;
        assert_eq!(as_nobody(|| host().put(&file(&path, "new"))), Some(Ok(())));
        Ok(())
    }

    #[test]
    fn others_are_told_that_it_needs_root() -> Outcome {
        let dir = Scratch::new("denied")?;
        let path = dir.0.join("file");
        fs::write(&path, "old")?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        let denied = Err(Fault::Denied(path.clone(), true));
        let found = as_nobody(|| {
            let host = host();
            let read = host.read(&path, 100).map(drop);
            (
                read,
                host.put(&file(&path, "new")),
                host.remove(&path),
                host.set_mode(&path, 0o644),
            )
        });
        if let Some((read, put, removed, mode)) = found {
            assert_eq!((&read, &put), (&denied, &denied));
            assert_eq!((&removed, &mode), (&denied, &denied));
        }
        assert_eq!(fs::read(&path)?, b"old");
        assert_eq!(dir.names()?, ["file"]);
        Ok(())
    }

    #[test]
    fn a_validation_sees_the_new_file_and_may_refuse_it() -> Outcome {
        let dir = Scratch::new("validate")?;
        let path = dir.0.join("app.conf");
        host().put(&file(&path, "old"))?;
        let with = |script: &str| Put {
            validate: Some(shell(script)),
            ..file(&path, "s3cret")
        };
        let refused = host().put(&with("cat \"$1\" >&2; ls -a \"${1%/*}\"; exit 3"));
        let said = format!("{refused:?}");
        let Err(Fault::Refused(program, 3, lines)) = refused else {
            return Err(said.into());
        };
        assert_eq!(program, "sh");
        assert!(!said.contains("s3cret"), "{said}");
        assert!(lines.0.concat().contains("s3cret"));
        let temporary = lines.0.iter().find(|line| line.ends_with(".tmp"));
        let temporary = temporary.ok_or("no temporary beside it")?;
        assert!(temporary.starts_with(".weft-"), "{temporary}");
        assert_eq!(fs::read(&path)?, b"old");
        assert_eq!(dir.names()?, ["app.conf"]);
        host().put(&with("test \"$(stat -c %a \"$1\")\" = 640"))?;
        assert_eq!(fs::read(&path)?, b"s3cret");
        assert_eq!(dir.names()?, ["app.conf"]);
        Ok(())
    }

    /// Rule P3: what an engine left that was killed while it wrote goes with the next write of the same file. One that is in use, or that
    /// cannot have been left, stays, and is not in the way.
    #[test]
    fn what_a_killed_engine_left_is_taken_away() -> Outcome {
        let dir = Scratch::new("left")?;
        let path = dir.0.join("file");
        let name = known_name(Path::new("file"));
        let left = dir.0.join(&name);
        fs::write(&left, "half of")?;
        host().put(&file(&path, "one"))?;
        assert_eq!(dir.names()?, ["file"]);
        symlink("nowhere", &left)?;
        host().put(&file(&path, "two"))?;
        assert_eq!(dir.names()?, ["file"]);
        fs::write(&left, "half of")?;
        host().make_link(&path, Path::new("three"))?;
        assert_eq!(dir.names()?, ["file"]);
        fs::write(&left, "being written")?;
        let used = File::open(&left)?;
        rustix::fs::flock(&used, FlockOperation::LockExclusive)?;
        host().put(&file(&path, "four"))?;
        assert_eq!(fs::read(&path)?, b"four");
        assert_eq!(fs::read(&left)?, b"being written");
        fs::remove_file(&left)?;
        fs::create_dir(&left)?;
        host().put(&file(&path, "five"))?;
        assert_eq!(fs::read(&path)?, b"five");
        assert!(left.is_dir());
        Ok(())
    }

    #[test]
    fn a_validation_that_does_not_end_changes_nothing() -> Outcome {
        let dir = Scratch::new("endless")?;
        let path = dir.0.join("file");
        let endless = Put {
            validate: Some(shell("exec tail -f /dev/null")),
            ..file(&path, "new")
        };
        let bounded = host().attempt(CancelToken::new(), Some(Span::millis(100)));
        let late = Err(Fault::TimedOut(Span::millis(100)));
        assert_eq!(bounded.put(&endless), late);
        // Nothing begins any more either.
        assert_eq!(bounded.put(&file(&path, "new")), late);
        let cancel = CancelToken::new();
        cancel.cancel();
        let cancelled = host().attempt(cancel, None);
        assert_eq!(cancelled.make_dir(&path, 0o755), Err(Fault::Cancelled));
        assert_eq!(dir.names()?, Vec::<String>::new());
        Ok(())
    }

    #[test]
    fn two_change_places_also_where_no_one_step_does_it() -> Outcome {
        for in_one_step in [true, false] {
            let dir = Scratch::new("exchange")?;
            let (path, aside) = (dir.0.join("path"), dir.0.join("aside"));
            fs::create_dir_all(path.join("below"))?;
            fs::write(&aside, "new")?;
            let place = Place::to_change(None, &path)?;
            let beside = place.beside(&aside)?;
            match in_one_step {
                true => exchange(&place, &beside)?,
                false => by_turns(&place, &beside)?,
            }
            assert_eq!(fs::read(&path)?, b"new");
            assert!(aside.join("below").is_dir());
            // One that is not there, and both are as they were.
            let gone = dir.0.join("gone");
            let gone = place.beside(&gone)?;
            assert!(exchange(&place, &gone).is_err() && by_turns(&place, &gone).is_err());
            assert_eq!(by_turns(&gone, &beside), Err(Errno::NOENT));
            assert_eq!(dir.names()?, ["aside", "path"]);
            assert!(aside.join("below").is_dir());
        }
        Ok(())
    }

    #[test]
    fn nobody_has_the_number_that_means_as_it_is() -> Outcome {
        let dir = Scratch::new("nobody")?;
        let path = dir.0.join("file");
        let theirs = Put {
            uid: Some(u32::MAX),
            ..file(&path, "new")
        };
        let no = |noun| Err(Fault::NoAccount(noun, "4294967295".into()));
        assert_eq!(host().put(&theirs), no("user"));
        assert_eq!(dir.names()?, Vec::<String>::new());
        host().put(&file(&path, "new"))?;
        assert_eq!(host().set_owner(&path, Some(u32::MAX), None), no("user"));
        assert_eq!(host().set_owner(&path, None, Some(u32::MAX)), no("group"));
        Ok(())
    }

    #[test]
    fn a_mount_point_is_seen_and_not_replaced() -> Outcome {
        let mount = Path::new("/proc");
        let Some(found) = host().stat(mount)? else {
            println!("not tried: there is no /proc");
            return Ok(());
        };
        assert!(found.mount);
        assert_eq!(
            host().stat(Path::new("/proc/self"))?.map(|stat| stat.mount),
            Some(false)
        );
        let busy = Err(Fault::Busy(mount.to_owned()));
        assert_eq!(host().put(&file(mount, "x")), busy);
        assert_eq!(host().make_link(mount, Path::new("x")), busy);
        assert_eq!(
            host().put(&file(Path::new("/"), "x")),
            Err(Fault::Busy("/".into()))
        );
        Ok(())
    }

    #[test]
    fn links_in_an_image_do_not_lead_out_of_it() -> Outcome {
        let dir = Scratch::new("image")?;
        let outside = Scratch::new("image-outside")?;
        let image = Host::new(HostOptions {
            root: Some(dir.0.clone()),
            supervisor: None,
        });
        symlink(&outside.0, dir.0.join("out"))?;
        symlink("../../../../../..", dir.0.join("up"))?;
        for (led, link) in [("/out/file", "/out"), ("/up/file", "/up")] {
            let refused = Err(Fault::Link(led.into(), link.into()));
            assert_eq!(image.put(&file(Path::new(led), "x")), refused);
            assert_eq!(image.stat(Path::new(led))?, None);
        }
        image.put(&file(Path::new("/file"), "inside"))?;
        assert_eq!(&*image.read(Path::new("/up/file"), 10)?, b"inside");
        assert_eq!(outside.names()?, Vec::<String>::new());
        assert!(matches!(
            image.run(&shell("true")),
            Err(Fault::Unsupported(_))
        ));
        let seen = image.list(Path::new("/"))?;
        assert_eq!(seen, ["file", "out", "up"]);
        Ok(())
    }

    #[test]
    fn pipes_and_devices_are_not_read() -> Outcome {
        let dir = Scratch::new("pipe")?;
        let made = std::process::Command::new("mkfifo")
            .arg(dir.0.join("pipe"))
            .status()?;
        assert!(made.success());
        for path in [dir.0.join("pipe"), "/dev/zero".into()] {
            assert_eq!(host().stat(&path)?.map(|stat| stat.what), Some(Node::Other));
            assert!(matches!(host().read(&path, 10), Err(Fault::Io(..))));
        }
        Ok(())
    }
}
