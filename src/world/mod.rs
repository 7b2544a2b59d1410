//! Worlds: the machine that kinds look at ([`Look`]) and mend ([`World`]).
//!
//! Three implement both: `host` is the real machine, `overlay` reads through to another world and keeps its writes in
//! memory, `sim` is a machine in memory whose faults are listed. A check gets only a [`Look`], so it cannot
//! write. All calls block; a driver runs them on its pool.
//!
//! Paths are absolute, without `.` and `..`; a trailing slash means nothing here. Nothing follows a symbolic link at
//! the last component, unless it says so. Looking follows the links on the way there; a change follows none at all, and neither
//! does [`Look::straight`]: who wants to change something looks up first where the links lead, decides whether that is meant, and
//! names the real path. So a link that is put into the way meanwhile leads nobody astray. Content that a world holds as secret
//! comes back as plain bytes: the caller marks it.

mod environment;
mod fault;
pub mod host;
pub mod overlay;
mod rules;
mod service;
pub mod sim;
mod unit_rules;

pub use environment::{PATH, environment};
pub use fault::{Fault, Lines};
pub use service::{Active, Load, Service, ServiceAct, Startup, Unit};

use crate::time::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the permission bits of a new thing are what they are: always given, never from the umask.
pub type ModeBits = u32;

/// What stands at a path. Nothing is followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stat {
    /// What it is.
    pub what: Node,
    /// Permission bits, with setuid, setgid and sticky: the low twelve bits.
    pub mode: ModeBits,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Size in bytes; of a link, its target's length.
    pub size: u64,
    /// Hard links.
    pub links: u64,
    /// Whether something is mounted there, so that it cannot be renamed over.
    pub mount: bool,
    /// What keeps it from being changed, by root too.
    pub lock: Lock,
}

/// An attribute (`chattr`) that keeps everybody from changing what has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lock {
    /// None.
    #[default]
    Free,
    /// It can only grow: a directory by new entries.
    Append,
    /// It stays as it is: a directory's entries too.
    Immutable,
}

/// A file system of the kernel's own, such as `/proc`: what stands there is not stored, so nothing can be put in place of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KernelFs {
    /// What it is called.
    pub name: &'static str,
    /// Whether directories can be made and removed in it all the same.
    pub dirs: bool,
}

impl KernelFs {
    /// One in which nothing can be made.
    pub const fn closed(name: &'static str) -> KernelFs {
        KernelFs { name, dirs: false }
    }

    /// One in which directories can be made, and nothing else.
    pub const fn of_dirs(name: &'static str) -> KernelFs {
        KernelFs { name, dirs: true }
    }

    /// Whether no such thing can be made, replaced or removed in it.
    pub fn refuses(&self, what: Node) -> bool {
        !self.dirs || what != Node::Dir
    }
}

/// What can stand at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link.
    Link,
    /// A device, socket or pipe.
    Other,
}

/// A user or a group's member, as the host's databases say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Primary group.
    pub gid: u32,
    /// All groups, the primary among them; ordered.
    pub groups: Vec<u32>,
    /// Home directory.
    pub home: PathBuf,
}

/// A command to run: words, never a shell unless `argv` says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Command {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// The whole environment.
    pub env: BTreeMap<String, String>,
    /// Where it runs; `/` if none.
    pub cwd: Option<PathBuf>,
    /// As whom; the caller itself if none.
    pub user: Option<String>,
    /// What it reads; nothing if none.
    pub stdin: Option<Arc<[u8]>>,
    /// How long it may take: TERM to its process group then, KILL five seconds later.
    pub timeout: Option<Span>,
    /// How many bytes are kept of each of its outputs; the rest is read and counted.
    pub keep: usize,
}

/// What a command did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Output {
    /// Exit status; 128 + signal when a signal ended it.
    pub status: i32,
    /// Its output, at most `keep` bytes.
    pub stdout: Vec<u8>,
    /// Its errors, at most `keep` bytes.
    pub stderr: Vec<u8>,
    /// Both as they came, at most `keep` bytes.
    pub both: Vec<u8>,
    /// Bytes that were read but not kept, of stdout and stderr together.
    pub cut: u64,
}

/// A file to put in place whole: by one rename, with content, mode and owner together.
#[derive(Clone, PartialEq, Debug)]
pub struct Put {
    /// Where. A link there is replaced, not followed.
    pub path: PathBuf,
    /// All of its content.
    pub content: Arc<[u8]>,
    /// Permission bits of the result.
    pub mode: ModeBits,
    /// Owner of the result; as the file that stands there, else as the caller.
    pub uid: Option<u32>,
    /// Group of the result; as the file that stands there, else as the caller's.
    pub gid: Option<u32>,
    /// Run on the temporary (its path for `{}` in each word) before the rename; a status other than 0 refuses.
    pub validate: Option<Command>,
}

/// A request for content: GET.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// `http` or `https`.
    pub url: String,
    /// Headers as given, `If-None-Match` and the like among them.
    pub headers: BTreeMap<String, String>,
    /// The names of those whose value is secret: they go to the origin that the URL names, and to no other.
    pub secret: BTreeSet<String>,
    /// How long it may take altogether.
    pub timeout: Span,
    /// How large the body may be.
    pub limit: u64,
    /// A file of certificates (PEM) to trust instead of the host's.
    pub ca: Option<PathBuf>,
}

/// An answer to a request, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Response {
    /// Status; 304 where the condition held.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The whole body.
    pub body: Arc<[u8]>,
}

/// What to keep an eye on. Given by kinds as data; a driver's watcher turns it into events.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Watch {
    /// A path, by its directory: created, written, renamed over, removed, its attributes.
    Path(PathBuf),
    /// A directory and all below it.
    Tree(PathBuf),
    /// A unit's state.
    Unit(Unit),
}

/// Reading a world. Contract: nothing here changes it, and each call answers for one moment.
pub trait Look: Send + Sync {
    /// What stands at a path; `None` where nothing does, also where the directory above is missing.
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault>;
    /// All bytes of a regular file, at most `limit`. Follows no link at the end.
    fn read(&self, path: &Path, limit: u64) -> Result<Arc<[u8]>, Fault>;
    /// The names in a directory, ordered.
    fn list(&self, path: &Path) -> Result<Vec<String>, Fault>;
    /// Where a symbolic link points, as written in it.
    fn read_link(&self, path: &Path) -> Result<PathBuf, Fault>;
    /// Who acts here.
    fn me(&self) -> Result<Account, Fault>;
    /// A user by name or number; `None` where there is none.
    fn user(&self, name: &str) -> Result<Option<Account>, Fault>;
    /// A group's number by name or number; `None` where there is none.
    fn group(&self, name: &str) -> Result<Option<u32>, Fault>;
    /// A number's user name (or group name); the number itself where it has none.
    fn name_of(&self, id: u32, group: bool) -> Result<String, Fault>;
    /// Runs a guard: a command that its author says only asks. [`Fault::Unknown`] where it may not be asked yet.
    fn ask(&self, command: &Command) -> Result<Output, Fault>;
    /// Fetches. An answer with any status is an answer; a broken or short one is [`Fault::Net`].
    fn fetch(&self, request: &Request) -> Result<Response, Fault>;
    /// A unit as it stands; a unit that is not there is [`Load::NotFound`].
    fn service(&self, unit: &Unit) -> Result<Service, Fault>;
    /// The full names of the units that there are, of the system's manager or the user's own, in order: those that it has loaded, and
    /// those whose file it would find.
    fn units(&self, session: bool) -> Result<Vec<String>, Fault>;
    /// One name for the machine: its host name, or the story's.
    fn hostname(&self) -> String;
    /// Whether an entry could be made in this directory, answered without writing: [`Fault::ReadOnly`] before
    /// [`Fault::Denied`]; [`Fault::NotFound`] or [`Fault::NotDir`] where no directory is. Unless a world knows better
    /// (an access list, a read-only mount), it follows from the directory's bits and from who acts.
    fn can_write(&self, dir: &Path) -> Result<(), Fault> {
        rules::can_write(self.stat(dir)?.as_ref(), &self.me()?, dir)
    }
    /// The kernel's own file system that this directory is in, if it is in one.
    fn kernel_fs(&self, dir: &Path) -> Result<Option<KernelFs>, Fault> {
        let _ = dir;
        Ok(None)
    }
    /// The same world, seen by real paths only: a link on the way is [`Fault::Link`].
    fn straight(&self) -> Arc<dyn Look>;
    /// How many more bytes fit on the disk that this existing path is on; `None` where that is not known.
    fn free(&self, path: &Path) -> Result<Option<u64>, Fault> {
        let _ = path;
        Ok(None)
    }
}

/// Changing a world. Contract: a call that fails has changed nothing, except where it says so; what it did is
/// synced (rule P3) unless a command did it. A link on the way to what is to be changed is [`Fault::Link`]: the way is walked
/// anew by each call, through directories only.
pub trait World: Look {
    /// Puts a file in place. Keeps owner, group, ACLs and extended attributes of a regular file that stands there,
    /// where `put` does not say otherwise, or fails before the rename. Leaves no temporary.
    fn put(&self, put: &Put) -> Result<(), Fault>;
    /// Makes one directory; its parent must be there.
    fn make_dir(&self, path: &Path, mode: ModeBits) -> Result<(), Fault>;
    /// Makes a symbolic link, in place of a file or link that is there.
    fn make_link(&self, path: &Path, target: &Path) -> Result<(), Fault>;
    /// Removes a file, a link or an empty directory.
    fn remove(&self, path: &Path) -> Result<(), Fault>;
    /// Lets what stands at two names of one directory change places, whatever the two are; both must be there. In one step
    /// where the file system can. Where it cannot, a crash half way may leave nothing at `path` and what stood there at
    /// `aside`.
    fn exchange(&self, path: &Path, aside: &Path) -> Result<(), Fault>;
    /// Sets the permission bits; refuses a link.
    fn set_mode(&self, path: &Path, mode: ModeBits) -> Result<(), Fault>;
    /// Sets owner and group where given; of the link itself, where it is one.
    fn set_owner(&self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault>;
    /// Runs a command. Not synced; what it did before it failed stays done.
    fn run(&self, command: &Command) -> Result<Output, Fault>;
    /// Acts on a unit and waits until the manager says done.
    fn act(&self, unit: &Unit, act: ServiceAct) -> Result<(), Fault>;
    /// Waits, as a part of a kind's own work (a service must stay up a while).
    fn pause(&self, span: Span) -> Result<(), Fault>;
    /// So many random bytes, for secrets. [`Fault::Unknown`] in a plan.
    fn random(&self, bytes: usize) -> Result<Vec<u8>, Fault>;
    /// For plans: what stands at this path is from here on known only to `who`. Elsewhere nothing happens.
    fn obscure(&self, path: &Path, who: &str) {
        let _ = (path, who);
    }
}

/// How large a file may be that is read whole: 64 MiB.
pub const READ_LIMIT: u64 = 64 << 20;
