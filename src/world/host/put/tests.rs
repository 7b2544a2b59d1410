//! Puts, links and exchanges on a real disk.

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
