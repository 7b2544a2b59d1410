//! A simulated machine as plain data: what a story's `world:` says, and what `save --story` writes back.

use crate::time::Span;
use crate::world::{Active, Load, ModeBits, Startup, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::fault::FaultRule;

/// A machine before anything ran. `SimSpec::default()` is an empty one: the usual directories, `root`, `nobody` and
/// `user`, no command, page or service, acting as root.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SimSpec {
    /// Its host name; `sim` if none.
    pub hostname: Option<String>,
    /// The name of the account that acts; `root` if none.
    pub user: Option<String>,
    /// Accounts besides `root`, `nobody` and `user`; one of these names replaces it.
    pub users: BTreeMap<String, UserSpec>,
    /// Groups by name, besides those that come with an account.
    pub groups: BTreeMap<String, u32>,
    /// What stands at each path, besides the usual directories. Missing parents are made, `root`'s and 0755.
    pub files: BTreeMap<PathBuf, FileSpec>,
    /// Bytes that still fit on the disk; without end if none.
    pub free: Option<u64>,
    /// Directories below which nothing can be written, by anyone.
    pub read_only: BTreeSet<PathBuf>,
    /// Paths where something is mounted, so that they cannot be renamed over or removed.
    pub mounts: BTreeSet<PathBuf>,
    /// Paths that nobody can change, root neither.
    pub immutable: BTreeSet<PathBuf>,
    /// Command lines (or patterns with `*`) and their answers for successive runs; the last one stays.
    pub commands: BTreeMap<String, Vec<Answer>>,
    /// Pages by URL.
    pub http: BTreeMap<String, Page>,
    /// Units.
    pub services: BTreeMap<Unit, UnitSpec>,
    /// Faults that wait for their call.
    pub faults: Vec<FaultRule>,
}

/// An account.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserSpec {
    /// Its number.
    pub uid: u32,
    /// Its primary group; a group of the account's name is made with the number of the user if none.
    pub gid: Option<u32>,
    /// Other groups, by name.
    pub groups: Vec<String>,
    /// Its home; `/home/NAME` if none.
    pub home: Option<PathBuf>,
}

/// One path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileSpec {
    /// What stands there.
    pub what: FileBody,
    /// Permission bits; 0644 for a file, 0755 for a directory if none.
    pub mode: Option<ModeBits>,
    /// Owner by name or number; `root` if none.
    pub owner: Option<String>,
    /// Group by name or number; the owner's if none.
    pub group: Option<String>,
}

/// What stands at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileBody {
    /// A file with these bytes.
    File(Vec<u8>),
    /// A directory.
    Dir,
    /// A symbolic link to this target.
    Link(PathBuf),
    /// Another name of the file that stands at this path.
    HardLink(PathBuf),
    /// A device, socket or pipe.
    Other,
    /// Nothing, where one of the usual directories would be.
    Absent,
}

impl FileSpec {
    /// `what`, owned by root, with the usual mode.
    pub fn of(what: FileBody) -> FileSpec {
        FileSpec {
            what,
            mode: None,
            owner: None,
            group: None,
        }
    }

    /// A file with this content.
    pub fn file(content: impl AsRef<[u8]>) -> FileSpec {
        FileSpec::of(FileBody::File(content.as_ref().to_vec()))
    }
}

/// What one run of a command does.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// Exit status.
    pub status: i32,
    /// Its output.
    pub stdout: Vec<u8>,
    /// Its errors.
    pub stderr: Vec<u8>,
    /// How long it takes.
    pub duration: Span,
    /// What it does, in order, when it ends.
    pub effects: Vec<Effect>,
    /// Whether it does the first half of its effects (rounded up) even when it is ended before its time.
    pub partial: bool,
}

/// What a command does to the machine. Acts as root, and makes missing parents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Writes a file, in place; the mode of a new one is 0644 if none.
    Write(PathBuf, Vec<u8>, Option<ModeBits>),
    /// Adds to the end of a file.
    Append(PathBuf, Vec<u8>),
    /// Makes a directory.
    MakeDir(PathBuf),
    /// Removes what stands there, with all below it.
    Remove(PathBuf),
    /// Brings a unit into a state.
    Service(Unit, Active),
}

/// A page that can be fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Status of the answer.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
    /// Its headers; an `etag` made of the body is added, if there is none.
    pub headers: BTreeMap<String, String>,
    /// How long it takes.
    pub duration: Span,
    /// What goes wrong on the way, every time, if anything does.
    pub fault: Option<NetFault>,
}

impl Default for Page {
    fn default() -> Page {
        Page {
            status: 200,
            body: Vec::new(),
            headers: BTreeMap::new(),
            duration: Span::ZERO,
            fault: None,
        }
    }
}

/// What goes wrong on the way to a page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NetFault {
    /// The connection is refused.
    Refused,
    /// The body ends half way.
    Broken,
    /// No answer ever comes.
    Hang,
}

/// A unit of a service manager.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitSpec {
    /// How it is loaded.
    pub load: Load,
    /// What it does.
    pub active: Active,
    /// Whether it starts by itself.
    pub startup: Startup,
    /// Whether it can reload.
    pub can_reload: bool,
    /// Whether its file changed since the manager read it.
    pub stale: bool,
    /// Whether it has run since before its file changed.
    pub outdated: bool,
    /// How its next starts go.
    pub starts: Starts,
    /// How long a job of it takes.
    pub duration: Span,
    /// Its lines in the journal; `None` where there is no journal.
    pub log: Option<Vec<String>>,
}

impl Default for UnitSpec {
    fn default() -> UnitSpec {
        UnitSpec {
            load: Load::Loaded,
            active: Active::Inactive,
            startup: Startup::Disabled,
            can_reload: true,
            stale: false,
            outdated: false,
            starts: Starts::Well,
            duration: Span::ZERO,
            log: Some(Vec::new()),
        }
    }
}

/// How a unit's starts go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Starts {
    /// It starts, and stays.
    Well,
    /// It exits with this status at once. Five such starts within ten seconds hit the start limit.
    Fails(i32),
    /// Its job never ends: the manager gives up after this long.
    TimesOut(Span),
    /// It starts, and exits with this status half a second later.
    Dies(i32),
}

/// Why a spec describes no machine.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the simulated world cannot be: {0}")]
pub struct BadSpec(pub String);
