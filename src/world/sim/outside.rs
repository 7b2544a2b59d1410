//! Changes that come from neither weft nor its commands: a person, another program, a story's `sim` steps.

use super::disk::{Body, Inode};
use super::machine::Machine;
use super::spec::{Answer, Page, UnitSpec};
use super::watch::Change;
use crate::world::{Active, Fault, ModeBits, Stat, Unit};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

/// Someone else on the machine, acting as root. Missing directories are made for whatever is written or made; nothing here
/// counts as a world call, strikes a fault or takes time.
#[derive(Clone)]
pub struct Outside {
    machine: Arc<Mutex<Machine>>,
}

impl Outside {
    pub(super) fn new(machine: Arc<Mutex<Machine>>) -> Outside {
        Outside { machine }
    }

    /// Writes a file as a shell's `>` does: in place, through links.
    pub fn write(&self, path: &Path, content: &[u8]) -> Result<(), Fault> {
        self.lock().write(path, content, None)
    }

    /// Writes a new file and renames it over the path, as editors do.
    pub fn replace(&self, path: &Path, content: &[u8]) -> Result<(), Fault> {
        let body = Body::File(Arc::from(content));
        let mut machine = self.lock();
        let mode = machine.existing(path).map_or(0o644, |found| found.1.mode);
        machine.put_node(path, Inode::new(body, mode))
    }

    /// What stands at a path itself, whoever may see it; `None` if nothing does.
    pub fn stat(&self, path: &Path) -> Option<Stat> {
        self.lock().existing(path).ok().map(|(_, stat)| stat)
    }

    /// The names in a directory, ordered, whoever may list it; none if there is no directory.
    pub fn list(&self, path: &Path) -> Vec<String> {
        let machine = self.lock();
        let found = machine.existing(path);
        found.map_or(Vec::new(), |(spot, _)| machine.disk.names(&spot.path))
    }

    /// The names of the units that there are, in order.
    pub fn units(&self, session: bool) -> Vec<String> {
        let machine = self.lock();
        machine.units.names(session, &machine.disk)
    }

    /// The content of the file at a path, through links, whoever may read it; `None` if there is no file.
    pub fn content(&self, path: &Path) -> Option<Arc<[u8]>> {
        let machine = self.lock();
        let mut path = path.to_owned();
        for _ in 0..40 {
            let (spot, _) = machine.existing(&path).ok()?;
            match &machine.disk.get(&spot.path)?.body {
                Body::File(content) => return Some(content.clone()),
                Body::Link(target) => path = spot.dir.join(target),
                Body::Dir(_) | Body::Other => return None,
            }
        }
        None
    }

    /// Removes what stands there, with all below it.
    pub fn remove(&self, path: &Path) -> Result<(), Fault> {
        self.lock().erase(path)
    }

    /// Changes nothing but when it was written; makes an empty file where none is.
    pub fn touch(&self, path: &Path) -> Result<(), Fault> {
        let mut machine = self.lock();
        match machine.existing(path) {
            Ok((spot, _)) => machine.changed(&spot.path, Change::Touched),
            Err(_) => machine.write(path, b"", None)?,
        }
        Ok(())
    }

    /// Sets permission bits.
    pub fn chmod(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        let mut machine = self.lock();
        let (spot, _) = machine.existing(path)?;
        if let Some(node) = machine.disk.get_mut(&spot.path) {
            node.mode = mode & 0o7777;
        }
        machine.changed(&spot.path, Change::Mode);
        Ok(())
    }

    /// Sets owner and group, by name or number, where given.
    pub fn chown(
        &self,
        path: &Path,
        owner: Option<&str>,
        group: Option<&str>,
    ) -> Result<(), Fault> {
        let mut machine = self.lock();
        let uid = owner.map(|name| machine.user_or_fault(name)).transpose()?;
        let gid = group.map(|name| machine.group_or_fault(name)).transpose()?;
        let (spot, _) = machine.existing(path)?;
        if let Some(node) = machine.disk.get_mut(&spot.path) {
            node.uid = uid.map_or(node.uid, |user| user.uid);
            node.gid = gid.unwrap_or(node.gid);
        }
        machine.changed(&spot.path, Change::Owner);
        Ok(())
    }

    /// Makes a directory and all above it.
    pub fn make_dir(&self, path: &Path) -> Result<(), Fault> {
        self.lock().make_dirs(path)
    }

    /// Moves what stands there, over what stands at the other path.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), Fault> {
        let mut machine = self.lock();
        let (source, _) = machine.existing(from)?;
        let target = machine.spot(to)?;
        if target.path.starts_with(&source.path) {
            return Err(Fault::Busy(to.to_owned()));
        }
        let there = target.node.is_some();
        let ino = machine.disk.find(&source.path);
        let ino = ino.ok_or_else(|| Fault::NotFound(from.to_owned()))?;
        if !machine.disk.name(&target.path, ino) {
            return Err(Fault::NoParent(to.to_owned()));
        }
        machine.disk.unname(&source.path);
        machine.changed(&source.path, Change::Moved);
        let change = if there {
            Change::Replaced
        } else {
            Change::Created
        };
        machine.changed(&target.path, change);
        Ok(())
    }

    /// Makes a symbolic link, in place of what stands there.
    pub fn link(&self, path: &Path, target: &Path) -> Result<(), Fault> {
        let body = Body::Link(target.to_owned());
        self.lock().put_node(path, Inode::new(body, 0o777))
    }

    /// Gives a file another name.
    pub fn hard_link(&self, of: &Path, path: &Path) -> Result<(), Fault> {
        self.lock().hard_link(of, path)
    }

    /// Mounts something on a path, or takes it away again.
    pub fn mount(&self, path: &Path, mounted: bool) {
        let mounts = &mut self.lock().disk.mounts;
        match mounted {
            true => mounts.insert(path.to_owned()),
            false => mounts.remove(path),
        };
    }

    /// Makes a directory and all below it read-only, or writable again.
    pub fn read_only(&self, path: &Path, read_only: bool) {
        let places = &mut self.lock().disk.read_only;
        match read_only {
            true => places.insert(path.to_owned()),
            false => places.remove(path),
        };
    }

    /// Says how many more bytes fit on the disk.
    pub fn free(&self, bytes: Option<u64>) {
        self.lock().disk.free = bytes;
    }

    /// Brings a unit into a state, as if by itself; one that is not there comes to be.
    pub fn svc(&self, unit: &Unit, active: Active) {
        self.lock().set_unit(unit, active);
    }

    /// Changes a unit in any way: `change` gets what is there, or the default.
    pub fn unit(&self, unit: &Unit, change: impl FnOnce(&mut UnitSpec)) {
        let mut machine = self.lock();
        let mut spec = machine.units.spec(unit).cloned().unwrap_or_default();
        change(&mut spec);
        let word = super::units::word(&spec.active);
        machine.units.put(unit, spec);
        machine.watches.unit_changed(unit, word);
    }

    /// Changes a page in any way: `change` gets what is there, or an empty one.
    pub fn http(&self, url: &str, change: impl FnOnce(&mut Page)) {
        change(self.lock().pages.entry(url.to_owned()).or_default());
    }

    /// Says what a command line or pattern answers from here on.
    pub fn command(&self, pattern: &str, answers: Vec<Answer>) {
        self.lock().commands.put(pattern.to_owned(), answers);
    }

    fn lock(&self) -> MutexGuard<'_, Machine> {
        super::lock(&self.machine)
    }
}
