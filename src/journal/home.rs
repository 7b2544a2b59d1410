//! A graph's state directory: made, owned, locked, read, listed (rules P5 and P7).
//!
//! | in it | what |
//! | --- | --- |
//! | `journal.redb` | the journal; `journal.new` while it is made |
//! | `passwords/` | what the `password` kind keeps |
//! | `typed` | edits of a console that were not saved to a file: see `typed` |
//!
//! The lock is the kernel's own on the directory itself, so that it needs no file, works where nothing can be written, and is gone when
//! its holders are. An engine passes it to every command that it runs, so a killed engine's lock is held until its last command is
//! gone: who finds it held by a process that lives is refused, and who finds it held by one that does not waits.

use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use redb::backends::FileBackend;
use rustix::fs::{Access, AtFlags, CWD, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::holder::Holder;
use super::tables::{Content, Tables, damaged, read_beside, read_image};
use super::typed::{is_typed, is_unfinished};
use super::{Ledger, StoreFault};

/// How often it is tried whether a command of a killed engine is gone.
const TRY: Duration = Duration::from_millis(20);

/// How often a journal is read again that its engine closed in that very moment.
const AGAIN: u32 = 50;

/// Whose state it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// The graph's name.
    pub graph: String,
    /// The canonical path of its file; empty where it was only typed.
    pub file: String,
}

/// Called while something is waited for, again and again: false gives up.
pub type Waiting<'a> = &'a mut dyn FnMut(&str) -> bool;

/// A graph's state directory, whether or not it is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Home {
    dir: PathBuf,
}

impl Home {
    /// The state directory at this path.
    pub fn new(dir: impl Into<PathBuf>) -> Home {
        Home { dir: dir.into() }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether nothing is there but what was typed: no engine has left anything.
    pub fn is_bare(&self) -> bool {
        match std::fs::read_dir(&self.dir) {
            Ok(mut entries) => entries.all(|entry| {
                entry.is_ok_and(|entry| is_typed(&entry.path()) || is_unfinished(&entry.path()))
            }),
            Err(error) => error.kind() == ErrorKind::NotFound,
        }
    }

    /// Whether all that is there was typed: a console has made the directory, and no engine.
    pub(super) fn is_typed(&self) -> bool {
        let is_empty = || std::fs::read_dir(&self.dir).is_ok_and(|mut all| all.next().is_none());
        self.is_bare() && !is_empty()
    }

    fn journal(&self) -> PathBuf {
        self.dir.join("journal.redb")
    }

    /// What the journal comes to, and whose it is; empty where there is none. Writes nothing, and answers beside a running engine
    /// and after a crash. `own`: the lock is held here, so nobody writes.
    pub(super) fn peek(&self, own: bool) -> Result<Content, StoreFault> {
        let path = self.journal();
        let mut before = Vec::new();
        for _ in 0..AGAIN {
            let bytes = match std::fs::read(&path) {
                // It takes its place with what it begins with.
                Ok(bytes) if bytes.is_empty() => {
                    return Err(damaged(&path.display().to_string(), "it is empty"));
                }
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Content::default()),
                Err(error) => return Err(fault(&path, &error)),
            };
            if !own && self.is_written()? {
                // Its engine may write while it is read: the library sees to that.
                if let Some(content) = read_beside(&path)? {
                    return Ok(content);
                }
                before = bytes;
            } else {
                let content = read_image(bytes, &path.display().to_string());
                // An engine that began meanwhile may have written in between.
                if own || content.is_ok() || !self.is_written()? {
                    return content;
                }
            }
            std::thread::sleep(TRY);
        }
        // Its engine was killed, and the system does not say who holds its lock since: what nobody changes is read as it stands.
        match std::fs::read(&path) {
            Ok(bytes) if bytes == before => read_image(bytes, &path.display().to_string()),
            _ => Err(StoreFault::new(
                path.display().to_string(),
                "another process keeps changing it",
            )),
        }
    }

    /// What the journal comes to; see [`super::Store::load`].
    pub fn ledger(&self) -> Result<Ledger, StoreFault> {
        self.peek(false).map(|content| content.ledger)
    }

    /// Takes the lock for an engine that is to act, and keeps it as long as the descriptor or a copy of it is open. `None`: there is no such
    /// directory yet. Refuses a directory that is not this user's own.
    pub fn lock(&self, waiting: Waiting) -> Result<Option<Arc<OwnedFd>>, StoreFault> {
        while let Some(dir) = self.open()? {
            self.refuse_foreign(&dir)?;
            self.wait_for(&dir, waiting)?;
            // It may have been removed before it was locked.
            if self.open()?.is_some_and(|now| is_same(&dir, &now)) {
                return Ok(Some(Arc::new(dir)));
            }
        }
        Ok(None)
    }

    fn wait_for(&self, dir: &OwnedFd, waiting: Waiting) -> Result<(), StoreFault> {
        let mut unknown = 0;
        loop {
            match rustix::fs::flock(dir, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(Errno::WOULDBLOCK) => {
                    let mut what = self.held(dir)?;
                    if what.is_none() {
                        // Some file systems list their locks under another device, and processes of other namespaces have no number here.
                        unknown += 1;
                        let told =
                            "waiting for its lock; the system does not say which process has it";
                        what = (unknown > AGAIN).then(|| told.to_owned());
                    }
                    if let Some(what) = what
                        && !waiting(&what)
                    {
                        return Err(self.fault(format!("{what}; stopped waiting")));
                    }
                    std::thread::sleep(TRY);
                }
                Err(errno) => return Err(self.fault(errno_text(errno))),
            }
        }
    }

    /// What is waited for where the lock is held, if that is worth a word: who only reads has it for a moment. Refuses where an engine
    /// has it that lives.
    fn held(&self, dir: &OwnedFd) -> Result<Option<String>, StoreFault> {
        match Holder::of(dir) {
            // It may have become free in between, unless nobody can tell who holds it.
            Holder::Unknown if !Holder::can_be_told() => {
                Err(self.fault("another engine acts on this graph".to_owned()))
            }
            Holder::Unknown => Ok(None),
            Holder::Gone(pid) => Ok(Some(format!(
                "waiting for a command of process {pid}, an engine that was killed"
            ))),
            Holder::Lives(pid) => Err(self.fault(format!(
                "process {pid} acts on this graph already; wait until it has ended, or stop it"
            ))),
        }
    }

    /// Refuses where an engine has the lock that lives.
    pub(super) fn refuse_held(&self) -> Result<(), StoreFault> {
        match self.open()? {
            Some(dir) => self.held(&dir).map(drop),
            None => Ok(()),
        }
    }

    /// The process that has the lock, if one has: an engine that acts, or one that was killed and whose commands still run.
    pub fn holder(&self) -> Result<Option<u32>, StoreFault> {
        Ok(self.open()?.and_then(|dir| match Holder::of(&dir) {
            Holder::Lives(pid) | Holder::Gone(pid) => Some(pid),
            Holder::Unknown => None,
        }))
    }

    /// Whether an engine may write here. One that was killed does not, though its commands still hold its lock.
    fn is_written(&self) -> Result<bool, StoreFault> {
        let Some(dir) = self.open()? else {
            return Ok(false);
        };
        match rustix::fs::flock(&dir, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(false),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {
                Ok(!matches!(Holder::of(&dir), Holder::Gone(_)))
            }
            Err(errno) => Err(self.fault(errno_text(errno))),
        }
    }

    fn open(&self) -> Result<Option<OwnedFd>, StoreFault> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::open(&self.dir, flags, Mode::empty()) {
            Ok(dir) => Ok(Some(dir)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.fault(errno_text(errno))),
        }
    }

    fn refuse_foreign(&self, dir: &OwnedFd) -> Result<(), StoreFault> {
        let stat = rustix::fs::fstat(dir).map_err(|errno| self.fault(errno_text(errno)))?;
        let me = geteuid().as_raw();
        if stat.st_uid != me {
            return Err(self.fault(format!(
                "it belongs to user {}, and this runs as user {me}: run as that user, or name another --state-dir",
                stat.st_uid
            )));
        }
        if stat.st_mode & 0o022 != 0 {
            return Err(self.fault(
                "others may write in it: `chmod go-w` it, and look at what is there".to_owned(),
            ));
        }
        Ok(())
    }

    /// Refuses a directory that is not this user's own; one that is not there is.
    pub(super) fn refuse_foreign_dir(&self) -> Result<(), StoreFault> {
        match self.open()? {
            Some(dir) => self.refuse_foreign(&dir),
            None => Ok(()),
        }
    }

    /// Removes the directory if nothing is in it and no engine has it.
    pub(super) fn remove_if_empty(&self) {
        let lock =
            self.open().ok().flatten().filter(|dir| {
                rustix::fs::flock(dir, FlockOperation::NonBlockingLockShared).is_ok()
            });
        if lock.is_some() {
            // One that holds something stays.
            let _ = std::fs::remove_dir(&self.dir);
        }
    }

    /// Makes the directory, 0700, with all that leads to it, durably. Whether it was not there.
    pub(super) fn make(&self) -> Result<bool, StoreFault> {
        let mut made = false;
        let missing: Vec<&Path> = self
            .dir
            .ancestors()
            .take_while(|dir| !dir.exists())
            .collect();
        for dir in missing.iter().rev() {
            match std::fs::DirBuilder::new().mode(0o700).create(dir) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(self.unmade(dir, &error));
                }
                made_here => {
                    made = made_here.is_ok() && **dir == self.dir;
                    sync_parent(dir)?;
                }
            }
        }
        self.writable()?;
        Ok(made)
    }

    fn unmade(&self, dir: &Path, error: &std::io::Error) -> StoreFault {
        let why = fault(dir, error);
        self.fault(format!(
            "the state directory cannot be made ({why}); --state-dir or WEFT_STATE_DIR names another"
        ))
    }

    /// Whether records can be written here at all.
    fn writable(&self) -> Result<(), StoreFault> {
        rustix::fs::accessat(
            CWD,
            &self.dir,
            Access::WRITE_OK | Access::EXEC_OK,
            AtFlags::EACCESS,
        )
        .map_err(|errno| {
            self.fault(format!(
                "state cannot be kept there ({}); --state-dir or WEFT_STATE_DIR names another place",
                errno_text(errno)
            ))
        })
    }

    /// Opens the journal to write, and makes it where there is none. The lock must be held.
    pub(super) fn tables(&self, about: &About) -> Result<Tables, StoreFault> {
        self.writable()?;
        let path = self.journal();
        if !path.exists() {
            self.make_journal(about)?;
        }
        let file = options()
            .open(&path)
            .map_err(|error| fault(&path, &error))?;
        if file.metadata().is_ok_and(|found| found.len() == 0) {
            return Err(damaged(&path.display().to_string(), "it is empty"));
        }
        Tables::open(
            backend(file, &path)?,
            &path.display().to_string(),
            about,
            true,
        )
    }

    /// Whole or not at all: a kill in the middle leaves a file that is made anew.
    fn make_journal(&self, about: &About) -> Result<(), StoreFault> {
        let new = self.dir.join("journal.new");
        match std::fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(fault(&new, &error)),
            _ => {}
        }
        let file = options()
            .create_new(true)
            .open(&new)
            .map_err(|error| fault(&new, &error))?;
        drop(Tables::open(
            backend(file, &new)?,
            &new.display().to_string(),
            about,
            true,
        )?);
        std::fs::rename(&new, self.journal()).map_err(|error| fault(&new, &error))?;
        sync_parent(&self.journal())
    }

    fn fault(&self, why: String) -> StoreFault {
        StoreFault::new(self.dir.display().to_string(), why)
    }
}

fn is_same(one: &OwnedFd, other: &OwnedFd) -> bool {
    let number = |dir| rustix::fs::fstat(dir).map(|stat| (stat.st_dev, stat.st_ino));
    number(one).is_ok_and(|one| number(other).is_ok_and(|other| one == other))
}

fn options() -> std::fs::OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).mode(0o600);
    options
}

fn backend(file: File, path: &Path) -> Result<FileBackend, StoreFault> {
    FileBackend::new(file)
        .map_err(|error| StoreFault::new(path.display().to_string(), error.to_string()))
}

/// Makes a new name durable.
pub(super) fn sync_parent(path: &Path) -> Result<(), StoreFault> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let synced = File::open(parent).and_then(|dir| dir.sync_all());
    synced.map_err(|error| fault(parent, &error))
}

pub(super) fn fault(path: &Path, error: &std::io::Error) -> StoreFault {
    let why = Errno::from_io_error(error).map_or_else(|| error.to_string(), errno_text);
    StoreFault::new(path.display().to_string(), why)
}

/// What the kernel says, in words.
fn errno_text(errno: Errno) -> String {
    match errno {
        Errno::NOSPC | Errno::DQUOT => "no space left".to_owned(),
        Errno::ROFS => "it is on a read-only file system".to_owned(),
        Errno::ACCESS | Errno::PERM => "permission denied".to_owned(),
        Errno::NOTDIR | Errno::LOOP => "it is no directory".to_owned(),
        errno => std::io::Error::from(errno).to_string(),
    }
}
