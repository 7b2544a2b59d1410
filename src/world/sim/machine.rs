//! The machine's state, and what changes it as root: stories from outside, and the effects of commands.

use super::accounts::Accounts;
use super::commands::{Commands, Ran};
use super::disk::{Body, Disk, Inode};
use super::fault::FaultRule;
use super::seed::Seed;
use super::spec::{BadSpec, Effect, FileBody, FileSpec, Page, SimSpec};
use super::trail::Trail;
use super::units::Units;
use super::watch::{Change, Watches};
use crate::time::Time;
use crate::world::rules::{self, Spot, Way};
use crate::world::{Account, Active, Fault, ModeBits, Node, Stat, Unit};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything about a simulated machine.
pub(super) struct Machine {
    pub hostname: String,
    pub me: Account,
    pub accounts: Accounts,
    pub disk: Disk,
    pub commands: Commands,
    pub pages: BTreeMap<String, Page>,
    pub units: Units,
    pub faults: Vec<FaultRule>,
    pub watches: Watches,
    pub log: Vec<Ran>,
    pub calls: u64,
    pub crashed: bool,
    pub now: Time,
    pub seed: Seed,
    pub draws: BTreeMap<String, u64>,
    pub slots: BTreeMap<String, Vec<u8>>,
    pub trail: Trail,
    /// Whether the command that runs now fails half way.
    pub failing: bool,
}

impl Machine {
    /// The machine that a spec describes.
    pub fn new(spec: SimSpec, seed: u64) -> Result<Machine, BadSpec> {
        let accounts = Accounts::new(&spec.users, &spec.groups).map_err(BadSpec)?;
        let name = spec.user.as_deref().unwrap_or("root");
        let me = accounts.user(name).ok_or_else(|| {
            BadSpec(format!(
                "it acts as `{name}`, who is not there: add it to `users`"
            ))
        })?;
        let mut machine = Machine {
            hostname: spec.hostname.unwrap_or_else(|| "sim".to_owned()),
            me,
            accounts,
            disk: Disk::new(),
            commands: Commands::new(spec.commands),
            pages: spec.http,
            units: Units::new(spec.services),
            faults: spec.faults,
            watches: Watches::default(),
            log: Vec::new(),
            calls: 0,
            crashed: false,
            now: Time::ZERO,
            seed: Seed::new(seed),
            draws: BTreeMap::new(),
            slots: BTreeMap::new(),
            trail: Trail::default(),
            failing: false,
        };
        machine.fill(&usual(&machine.accounts))?;
        machine.fill(&spec.files)?;
        machine.disk.free = spec.free;
        machine.disk.read_only = spec.read_only;
        machine.disk.mounts = spec.mounts;
        machine.disk.immutable = spec.immutable;
        Ok(machine)
    }

    fn fill(&mut self, files: &BTreeMap<PathBuf, FileSpec>) -> Result<(), BadSpec> {
        let later = |file: &FileSpec| matches!(file.what, FileBody::HardLink(_));
        let (links, files): (Vec<_>, Vec<_>) = files.iter().partition(|(_, file)| later(file));
        for (path, file) in files.into_iter().chain(links) {
            self.fill_one(path, file)
                .map_err(|fault| BadSpec(fault.to_string()))?;
        }
        Ok(())
    }

    fn fill_one(&mut self, path: &Path, file: &FileSpec) -> Result<(), Fault> {
        let body = match &file.what {
            FileBody::Absent => return self.erase(path).or_else(absent_is_fine),
            FileBody::HardLink(of) => return self.hard_link(of, path),
            FileBody::File(content) => Body::File(Arc::from(content.as_slice())),
            FileBody::Link(target) => Body::Link(target.clone()),
            FileBody::Other => Body::Other,
            FileBody::Dir => {
                self.make_dirs(path)?;
                return self.own(path, file);
            }
        };
        let mode = if matches!(body, Body::Link(_)) {
            0o777
        } else {
            0o644
        };
        self.put_node(path, Inode::new(body, mode))?;
        self.own(path, file)
    }

    /// Gives what stands there the mode and owner that `file` says.
    fn own(&mut self, path: &Path, file: &FileSpec) -> Result<(), Fault> {
        let (uid, gid) = match &file.owner {
            Some(name) => {
                let user = self.user_or_fault(name)?;
                (Some(user.uid), Some(user.gid))
            }
            None => (None, None),
        };
        let gid = match &file.group {
            Some(name) => Some(self.group_or_fault(name)?),
            None => gid,
        };
        let spot = self.spot(path)?;
        if let Some(node) = self.disk.get_mut(&spot.path) {
            node.uid = uid.unwrap_or(node.uid);
            node.gid = gid.unwrap_or(node.gid);
            node.mode = file.mode.unwrap_or(node.mode) & 0o7777;
        }
        Ok(())
    }

    /// A user, or the fault that names it.
    pub fn user_or_fault(&self, name: &str) -> Result<Account, Fault> {
        let missing = || Fault::NoAccount("user", name.to_owned());
        self.accounts.user(name).ok_or_else(missing)
    }

    /// A group's number, or the fault that names it.
    pub fn group_or_fault(&self, name: &str) -> Result<u32, Fault> {
        let missing = || Fault::NoAccount("group", name.to_owned());
        self.accounts.group(name).ok_or_else(missing)
    }

    /// The place of a path, walked as root.
    pub fn spot(&self, path: &Path) -> Result<Spot, Fault> {
        rules::locate(&self.disk, &rules::root(), Way::Led, path)
    }

    /// The place of something that must be there, walked as root.
    pub fn existing(&self, path: &Path) -> Result<(Spot, Stat), Fault> {
        rules::existing(&self.disk, &rules::root(), Way::Led, path)
    }

    /// Tells watches and units that something happened at a place.
    pub fn changed(&mut self, at: &Path, change: Change) {
        self.units.file_changed(at, &self.disk);
        self.watches.path_changed(at, change, &self.disk);
    }

    /// Puts a node in place of what is there, and tells.
    pub fn place(&mut self, at: &Path, inode: Inode) {
        let change = match self.disk.find(at) {
            Some(_) => Change::Replaced,
            None => Change::Created,
        };
        if self.disk.place(at, inode) {
            self.changed(at, change);
        }
    }

    /// The same with missing directories above made; what it replaces is gone with all below it.
    pub fn put_node(&mut self, path: &Path, inode: Inode) -> Result<(), Fault> {
        self.make_parents(path)?;
        let spot = self.spot(path)?;
        self.place(&spot.path, inode);
        Ok(())
    }

    /// Makes a directory and all above it, as root.
    pub fn make_dirs(&mut self, path: &Path) -> Result<(), Fault> {
        self.make_parents(path)?;
        let spot = self.spot(path)?;
        match spot.node.map(|stat| stat.what) {
            Some(Node::Dir) => {}
            Some(Node::Link) => {
                let end = self.follow(path)?.node.map(|stat| stat.what);
                if end != Some(Node::Dir) {
                    return Err(Fault::NotDir(path.to_owned()));
                }
            }
            Some(_) => return Err(Fault::NotDir(path.to_owned())),
            None => self.place(&spot.path, Inode::new(Body::Dir(BTreeMap::new()), 0o755)),
        }
        Ok(())
    }

    fn make_parents(&mut self, path: &Path) -> Result<(), Fault> {
        match path.parent() {
            Some(dir) if dir != Path::new("/") => self.make_dirs(dir),
            _ => Ok(()),
        }
    }

    /// Writes as a shell's `>` does: through links, in place, into a new file where none is.
    pub fn write(
        &mut self,
        path: &Path,
        content: &[u8],
        mode: Option<ModeBits>,
    ) -> Result<(), Fault> {
        self.make_parents(path)?;
        let spot = self.follow(path)?;
        match spot.node.map(|stat| stat.what) {
            Some(Node::Dir) => return Err(Fault::IsDir(path.to_owned())),
            Some(Node::File) => {
                self.disk.write(&spot.path, Arc::from(content));
                self.changed(&spot.path, Change::Written);
            }
            _ => {
                let body = Body::File(Arc::from(content));
                self.place(&spot.path, Inode::new(body, 0o644));
            }
        }
        if let (Some(mode), Some(node)) = (mode, self.disk.get_mut(&spot.path)) {
            node.mode = mode & 0o7777;
        }
        Ok(())
    }

    /// The bytes of a file, through links, as root.
    pub fn content(&self, path: &Path) -> Option<Arc<[u8]>> {
        let spot = self.follow(path).ok()?;
        match &self.disk.get(&spot.path)?.body {
            Body::File(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// The place that a path means when its last link is followed too.
    pub fn follow(&self, path: &Path) -> Result<Spot, Fault> {
        let mut spot = self.spot(path)?;
        for _ in 0..40 {
            if !matches!(&spot.node, Some(stat) if stat.what == Node::Link) {
                return Ok(spot);
            }
            let target = rules::Tree::target(&self.disk, &spot.path)?;
            spot = self.spot(&spot.dir.join(target))?;
        }
        Err(Fault::Io(
            path.to_owned(),
            "too many symbolic links".to_owned(),
        ))
    }

    /// Gives a file another name.
    pub fn hard_link(&mut self, of: &Path, path: &Path) -> Result<(), Fault> {
        self.make_parents(path)?;
        let (from, _) = self.existing(of)?;
        let to = self.spot(path)?;
        let missing = || Fault::NotFound(of.to_owned());
        let ino = self.disk.find(&from.path).ok_or_else(missing)?;
        self.disk.name(&to.path, ino);
        self.changed(&to.path, Change::Created);
        Ok(())
    }

    /// Removes what stands there, with all below it.
    pub fn erase(&mut self, path: &Path) -> Result<(), Fault> {
        let (spot, _) = self.existing(path)?;
        if self.disk.unname(&spot.path) {
            self.changed(&spot.path, Change::Removed);
        }
        Ok(())
    }

    /// Brings a unit into a state, as if by itself.
    pub fn set_unit(&mut self, unit: &Unit, active: Active) {
        let word = super::units::word(&active);
        self.units.set(unit, active);
        self.watches.unit_changed(unit, word);
    }

    /// Does what a command does.
    pub fn effect(&mut self, effect: &Effect) -> Result<(), Fault> {
        match effect {
            Effect::Write(path, content, mode) => self.write(path, content, *mode),
            Effect::Append(path, more) => {
                let mut content = self.content(path).map_or_else(Vec::new, |old| old.to_vec());
                content.extend_from_slice(more);
                self.write(path, &content, None)
            }
            Effect::MakeDir(path) => self.make_dirs(path),
            Effect::Remove(path) => self.erase(path).or_else(absent_is_fine),
            Effect::Service(unit, active) => {
                self.set_unit(unit, active.clone());
                Ok(())
            }
        }
    }
}

fn absent_is_fine(fault: Fault) -> Result<(), Fault> {
    match fault {
        Fault::NotFound(_) | Fault::NoParent(_) => Ok(()),
        other => Err(other),
    }
}

/// The directories that every machine has.
pub(super) fn usual(accounts: &Accounts) -> BTreeMap<PathBuf, FileSpec> {
    let dirs = [
        "/dev",
        "/etc",
        "/etc/systemd/system",
        "/home",
        "/opt",
        "/run",
        "/srv",
        "/usr/bin",
        "/usr/lib",
        "/usr/local/bin",
        "/usr/local/sbin",
        "/usr/sbin",
        "/var/lib",
        "/var/log",
        "/var/cache",
    ];
    let dir = |mode, owner: Option<&str>| FileSpec {
        mode: Some(mode),
        owner: owner.map(str::to_owned),
        ..FileSpec::of(FileBody::Dir)
    };
    let mut all: BTreeMap<PathBuf, FileSpec> = dirs
        .iter()
        .map(|path| (PathBuf::from(path), dir(0o755, None)))
        .collect();
    all.insert(
        "/dev/null".into(),
        FileSpec {
            mode: Some(0o666),
            ..FileSpec::of(FileBody::Other)
        },
    );
    all.insert("/root".into(), dir(0o700, None));
    all.insert("/tmp".into(), dir(0o1777, None));
    all.insert("/var/tmp".into(), dir(0o1777, None));
    if accounts.user("user").is_some() {
        all.insert("/home/user".into(), dir(0o750, Some("user")));
    }
    all
}
