//! The real machine behind [`Look`] and [`World`].
//!
//! [`Host`] holds no state of the machine: each call asks it anew. What takes time (a command, a request, a job of the
//! service manager, a pause) ends when its attempt does: [`Host::attempt`] gives a view that a driver can cancel.
//!
//! | file | what it owns |
//! | --- | --- |
//! | `place` | a path as an opened directory and a name; errors of the kernel as [`Fault`]s |
//! | `files`, `put`, `attributes` | reading; replacing whole; what a replaced file keeps |
//! | `refusal` | why the kernel refuses root |
//! | `accounts` | users and groups |
//! | `random` | random bytes |
//! | `process`, `start`, `running` | commands: what is started, and how it is brought to its end |
//! | `direct`, `supervised` | a command as a child of this process, or below a supervisor |
//! | `supervise`, `wire`, `signals`, `own` | the supervisor, what is said between the two, and how it is started |
//! | `http` | requests |
//! | `service`, `manager`, `bus`, `unit` | systemd over D-Bus |
//! | `watch`, `watching`, `trail`, `watch_units` | what changes by itself |
//! | `cancel` | ending an attempt |
//! | `sys` | what only Linux has, and what stands for it elsewhere |

mod accounts;
mod attributes;
mod bus;
mod cancel;
mod direct;
mod files;
mod http;
mod manager;
mod own;
mod place;
mod process;
mod put;
mod random;
mod refusal;
mod running;
mod service;
mod signals;
mod start;
mod supervise;
mod supervised;
mod sys;
mod trail;
mod unit;
mod watch;
mod watch_units;
mod watching;
mod wire;

pub use cancel::{CancelToken, OnCancel};
pub use own::own_program;
pub use signals::ignored_signals;
pub use supervise::{SUPERVISE, supervise};
pub use watch::{HostWatcher, WatchEvent, What};

use crate::time::Span;
use crate::world::rules::{self, Way};
use crate::world::{
    Account, Command, Fault, KernelFs, Look, ModeBits, Node, Output, Put, Request, Response,
    Service, ServiceAct, Stat, Unit, World,
};
use cancel::{Deadline, Limits};
use place::Place;
use refusal::Act;
use rustix::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a host is reached.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HostOptions {
    /// The directory that stands for `/` in all file operations and for accounts, so that an image can be configured from outside.
    /// Links inside it never lead out of it. Commands and services are refused there: they would act on the
    /// machine around it; only a validation runs here all the same, on the real path of the temporary.
    pub root: Option<PathBuf>,
    /// The program that every command runs below, by its absolute path: started with [`SUPERVISE`] as its only word, it calls
    /// [`supervise`]. weft names itself ([`own_program`]). Without one, commands are children of this process and outlive it
    /// where it is killed: what runs next may look at a machine that such a command still changes.
    pub supervisor: Option<PathBuf>,
}

/// The real machine. Clones are the same machine; a clone made by [`Host::attempt`] can be ended.
#[derive(Clone, Debug, Default)]
pub struct Host {
    options: Arc<HostOptions>,
    held: Arc<Mutex<Option<Arc<OwnedFd>>>>,
    limits: Limits,
    way: Way,
}

/// The machine as one attempt sees it.
pub type HostView = Host;

impl Host {
    /// A machine that no attempt bounds.
    pub fn new(options: HostOptions) -> Host {
        Host {
            options: Arc::new(options),
            held: Arc::default(),
            limits: Limits::default(),
            way: Way::default(),
        }
    }

    /// The same machine for one attempt. When `cancel` is cancelled or `timeout` (from now) is over, what it runs is ended
    /// ([`Fault::Cancelled`], [`Fault::TimedOut`]) and no change begins any more.
    pub fn attempt(&self, cancel: CancelToken, timeout: Option<Span>) -> HostView {
        Host {
            options: self.options.clone(),
            held: self.held.clone(),
            limits: Limits {
                cancel,
                deadline: timeout.and_then(Deadline::after),
            },
            way: self.way,
        }
    }

    /// From now on every command's supervisor, of this host and its clones, also holds this open file, until nothing of the
    /// command's process group is left. A lock on it (`flock`) is so held as long as this process or one of its commands is
    /// there (rule P7), unless someone unlocks it: it ends by being closed.
    pub fn hold(&self, file: Arc<OwnedFd>) {
        *lock(&self.held) = Some(file);
    }

    /// No command that begins from here on holds anything; those that run go on holding it.
    pub fn let_go(&self) {
        *lock(&self.held) = None;
    }

    fn held(&self) -> Option<Arc<OwnedFd>> {
        lock(&self.held).clone()
    }

    /// The directory that stands for `/`, if one does.
    pub fn root(&self) -> Option<&Path> {
        self.options.root.as_deref()
    }

    fn not_in_an_image(&self, what: &str) -> Result<(), Fault> {
        match self.root() {
            None => Ok(()),
            Some(root) => Err(Fault::Unsupported(format!(
                "{what}: not possible in the image {}: it would act on the machine around it",
                root.display()
            ))),
        }
    }

    /// Where something is, to look at it.
    fn place<'p>(&self, path: &'p Path) -> Result<Place<'p>, Fault> {
        Place::to_read(self.root(), self.way, path)
    }

    fn change<T>(
        &self,
        path: &Path,
        tries: Act,
        act: impl FnOnce(&Place) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.limits.check()?;
        let place = Place::to_change(self.root(), path)?;
        act(&place).map_err(|fault| refusal::explained(&place, tries, fault))
    }
}

impl Look for Host {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault> {
        files::stat(self.root(), self.way, path)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Arc<[u8]>, Fault> {
        files::read(&self.place(path)?, limit)
    }

    fn list(&self, path: &Path) -> Result<Vec<String>, Fault> {
        files::list(&self.place(path)?)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, Fault> {
        files::read_link(&self.place(path)?)
    }

    fn me(&self) -> Result<Account, Fault> {
        accounts::me(self)
    }

    fn user(&self, name: &str) -> Result<Option<Account>, Fault> {
        accounts::user(self, name)
    }

    fn group(&self, name: &str) -> Result<Option<u32>, Fault> {
        accounts::group(self, name)
    }

    fn name_of(&self, id: u32, group: bool) -> Result<String, Fault> {
        accounts::name_of(self, id, group)
    }

    fn ask(&self, command: &Command) -> Result<Output, Fault> {
        self.run(command)
    }

    fn fetch(&self, request: &Request) -> Result<Response, Fault> {
        http::fetch(request, &self.limits)
    }

    fn service(&self, unit: &Unit) -> Result<Service, Fault> {
        self.not_in_an_image("looking at a unit")?;
        service::look(unit, &self.limits)
    }

    fn units(&self, session: bool) -> Result<Vec<String>, Fault> {
        self.not_in_an_image("listing units")?;
        service::list(session, &self.limits)
    }

    fn can_write(&self, dir: &Path) -> Result<(), Fault> {
        let place = self.place(dir)?;
        let answer = files::can_write(&place);
        match refusal::kernel_fs(&place) {
            _ if matches!(answer, Err(Fault::NotFound(_) | Fault::NotDir(_))) => answer,
            Some(fs) if !fs.dirs => Err(Fault::Kernel(dir.to_owned(), fs.name)),
            _ => answer,
        }
    }

    fn kernel_fs(&self, dir: &Path) -> Result<Option<KernelFs>, Fault> {
        Ok(refusal::kernel_fs(&self.place(dir)?))
    }

    fn straight(&self) -> Arc<dyn Look> {
        Arc::new(Host {
            way: Way::Straight,
            ..self.clone()
        })
    }

    fn free(&self, path: &Path) -> Result<Option<u64>, Fault> {
        files::free(&self.place(path)?)
    }

    fn hostname(&self) -> String {
        rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned()
    }
}

impl World for Host {
    fn put(&self, put: &Put) -> Result<(), Fault> {
        self.change(&put.path, Act::Make(Node::File), |place| {
            put::put(place, put, |command| process::run(self, command))
        })
    }

    fn make_dir(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.change(path, Act::Make(Node::Dir), |place| {
            files::make_dir(place, mode)
        })
    }

    fn make_link(&self, path: &Path, target: &Path) -> Result<(), Fault> {
        self.change(path, Act::Make(Node::Link), |place| {
            put::make_link(place, target)
        })
    }

    fn remove(&self, path: &Path) -> Result<(), Fault> {
        self.change(path, Act::Remove, files::remove)
    }

    fn exchange(&self, path: &Path, aside: &Path) -> Result<(), Fault> {
        rules::in_one_directory(path, aside)?;
        self.change(path, Act::Remove, |place| {
            put::exchange(place, &place.beside(aside)?)
        })
    }

    fn set_mode(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.change(path, Act::Alter, |place| files::set_mode(place, mode))
    }

    fn set_owner(&self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault> {
        self.change(path, Act::Alter, |place| files::set_owner(place, uid, gid))
    }

    fn run(&self, command: &Command) -> Result<Output, Fault> {
        self.not_in_an_image("running a command")?;
        process::run(self, command)
    }

    fn act(&self, unit: &Unit, act: ServiceAct) -> Result<(), Fault> {
        self.not_in_an_image("acting on a unit")?;
        service::act(unit, act, &self.limits)
    }

    fn pause(&self, span: Span) -> Result<(), Fault> {
        self.limits.pause(span)
    }

    fn random(&self, bytes: usize) -> Result<Vec<u8>, Fault> {
        let mut filled = vec![0; bytes];
        random::fill(&mut filled)?;
        Ok(filled)
    }
}

/// Takes a lock also from one who panicked while holding it: what is locked here is whole between any two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
