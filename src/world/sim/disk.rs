//! The simulated disk: inodes with names, so that hard links are what they are on a host. No permission is asked here:
//! [`crate::world::rules`] decides, this stores.

use crate::world::rules::Tree;
use crate::world::{Fault, Lock, ModeBits, Node, Stat};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Which inode.
pub(super) type Ino = u64;

const ROOT: Ino = 1;

/// What an inode holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Body {
    File(Arc<[u8]>),
    Dir(BTreeMap<String, Ino>),
    Link(PathBuf),
    Other,
}

/// One thing on the disk.
#[derive(Clone, Debug)]
pub(super) struct Inode {
    pub body: Body,
    pub mode: ModeBits,
    pub uid: u32,
    pub gid: u32,
    pub links: u64,
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    nodes: BTreeMap<Ino, Inode>,
    next: Ino,
    /// Bytes that still fit.
    pub free: Option<u64>,
    /// Below these nothing is written.
    pub read_only: BTreeSet<PathBuf>,
    /// Something is mounted here.
    pub mounts: BTreeSet<PathBuf>,
    /// Nobody can change these.
    pub immutable: BTreeSet<PathBuf>,
}

impl Inode {
    /// Something new of root's.
    pub fn new(body: Body, mode: ModeBits) -> Inode {
        Inode {
            body,
            mode,
            uid: 0,
            gid: 0,
            links: 1,
        }
    }

    fn size(&self) -> u64 {
        match &self.body {
            Body::File(bytes) => bytes.len() as u64,
            Body::Link(target) => target.as_os_str().len() as u64,
            Body::Dir(_) | Body::Other => 0,
        }
    }

    /// Bytes that it takes of what is free.
    fn cost(&self) -> u64 {
        match &self.body {
            Body::File(bytes) => bytes.len() as u64,
            _ => 0,
        }
    }
}

impl Disk {
    /// An empty disk with a root directory.
    pub fn new() -> Disk {
        let root = Inode::new(Body::Dir(BTreeMap::new()), 0o755);
        Disk {
            nodes: BTreeMap::from([(ROOT, root)]),
            next: ROOT + 1,
            free: None,
            read_only: BTreeSet::new(),
            mounts: BTreeSet::new(),
            immutable: BTreeSet::new(),
        }
    }

    /// The inode at a path in which no component but the last is a link.
    pub fn find(&self, at: &Path) -> Option<Ino> {
        let mut ino = ROOT;
        for part in at.components() {
            match (part, &self.nodes.get(&ino)?.body) {
                (Component::Normal(name), Body::Dir(entries)) => {
                    ino = *entries.get(name.to_str()?)?;
                }
                (Component::RootDir, _) => {}
                _ => return None,
            }
        }
        Some(ino)
    }

    /// What stands at such a path.
    pub fn get(&self, at: &Path) -> Option<&Inode> {
        self.nodes.get(&self.find(at)?)
    }

    /// The same, to be changed in mode and owner.
    pub fn get_mut(&mut self, at: &Path) -> Option<&mut Inode> {
        let ino = self.find(at)?;
        self.nodes.get_mut(&ino)
    }

    /// Puts something new at such a path, in place of what is there; the directory must be there. Whether it was.
    pub fn place(&mut self, at: &Path, inode: Inode) -> bool {
        let ino = self.next;
        self.next += 1;
        self.charge(inode.cost(), 0);
        self.nodes.insert(ino, Inode { links: 0, ..inode });
        let placed = self.name(at, ino);
        if !placed {
            self.drop_inode(ino);
        }
        placed
    }

    /// Gives an inode this name, in place of what has it. Whether the directory was there.
    pub fn name(&mut self, at: &Path, ino: Ino) -> bool {
        let (Some(dir), Some(name)) = (at.parent(), file_name(at)) else {
            return false;
        };
        if self
            .get(dir)
            .is_none_or(|dir| !matches!(dir.body, Body::Dir(_)))
        {
            return false;
        }
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.links += 1;
        }
        self.unname(at);
        if let Some(Body::Dir(entries)) = self.get_mut(dir).map(|dir| &mut dir.body) {
            entries.insert(name, ino);
        }
        true
    }

    /// Takes the name away, and all below it, and the inodes that nothing names any more.
    pub fn unname(&mut self, at: &Path) -> bool {
        let (Some(dir), Some(name)) = (at.parent(), file_name(at)) else {
            return false;
        };
        let Some(Body::Dir(entries)) = self.get_mut(dir).map(|dir| &mut dir.body) else {
            return false;
        };
        match entries.remove(&name) {
            Some(ino) => {
                self.unlink(ino);
                true
            }
            None => false,
        }
    }

    /// Lets two names change what they stand for.
    pub fn exchange(&mut self, one: &Path, other: &Path) {
        let (Some(at_one), Some(at_other)) = (self.find(one), self.find(other)) else {
            return;
        };
        for (path, ino) in [(one, at_other), (other, at_one)] {
            let (Some(dir), Some(name)) = (path.parent(), file_name(path)) else {
                continue;
            };
            if let Some(Body::Dir(entries)) = self.get_mut(dir).map(|dir| &mut dir.body) {
                entries.insert(name, ino);
            }
        }
    }

    /// Overwrites a file in place, so that all its names see it.
    pub fn write(&mut self, at: &Path, content: Arc<[u8]>) {
        let new = content.len() as u64;
        let Some(node) = self.get_mut(at) else {
            return;
        };
        let old = node.cost();
        node.body = Body::File(content);
        self.charge(new, old);
    }

    /// The names in a directory, ordered.
    pub fn names(&self, at: &Path) -> Vec<String> {
        match self.get(at).map(|node| &node.body) {
            Some(Body::Dir(entries)) => entries.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// Every path with its inode, parents first, ordered by name within.
    pub fn walk(&self) -> Vec<(PathBuf, Ino, &Inode)> {
        let mut out = Vec::new();
        let mut left = vec![(PathBuf::from("/"), ROOT)];
        while let Some((path, ino)) = left.pop() {
            let Some(node) = self.nodes.get(&ino) else {
                continue;
            };
            if let Body::Dir(entries) = &node.body {
                let below = entries.iter().rev();
                left.extend(below.map(|(name, ino)| (path.join(name), *ino)));
            }
            out.push((path, ino, node));
        }
        out
    }

    fn unlink(&mut self, ino: Ino) {
        let Some(node) = self.nodes.get_mut(&ino) else {
            return;
        };
        node.links = node.links.saturating_sub(1);
        if node.links > 0 {
            return;
        }
        if let Body::Dir(entries) = &mut node.body {
            for below in std::mem::take(entries).into_values() {
                self.unlink(below);
            }
        }
        self.drop_inode(ino);
    }

    fn drop_inode(&mut self, ino: Ino) {
        if let Some(node) = self.nodes.remove(&ino) {
            self.charge(0, node.cost());
        }
    }

    fn charge(&mut self, new: u64, old: u64) {
        if let Some(free) = &mut self.free {
            *free = free.saturating_add(old).saturating_sub(new);
        }
    }
}

impl Tree for Disk {
    fn node(&self, at: &Path) -> Result<Option<Stat>, Fault> {
        Ok(self.get(at).map(|node| Stat {
            what: match node.body {
                Body::File(_) => Node::File,
                Body::Dir(_) => Node::Dir,
                Body::Link(_) => Node::Link,
                Body::Other => Node::Other,
            },
            mode: node.mode,
            uid: node.uid,
            gid: node.gid,
            size: node.size(),
            links: node.links,
            mount: self.mounts.contains(at),
            lock: match self.immutable.contains(at) {
                true => Lock::Immutable,
                false => Lock::Free,
            },
        }))
    }

    fn target(&self, at: &Path) -> Result<PathBuf, Fault> {
        match self.get(at).map(|node| &node.body) {
            Some(Body::Link(target)) => Ok(target.clone()),
            _ => Err(Fault::NotFound(at.to_owned())),
        }
    }

    fn is_empty(&self, at: &Path) -> Result<bool, Fault> {
        Ok(self.names(at).is_empty())
    }

    fn room(&self, _dir: &Path) -> Result<Option<u64>, Fault> {
        Ok(self.free)
    }

    fn is_read_only(&self, dir: &Path) -> Result<bool, Fault> {
        Ok(self.read_only.iter().any(|place| dir.starts_with(place)))
    }
}

fn file_name(at: &Path) -> Option<String> {
    at.file_name()?.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Inode {
        Inode::new(Body::File(Arc::from(text.as_bytes())), 0o644)
    }

    #[test]
    fn hard_links_share_what_is_written_and_keep_it_until_the_last_name_goes() {
        let mut disk = Disk::new();
        disk.free = Some(10);
        let (a, b) = (Path::new("/a"), Path::new("/b"));
        assert!(disk.place(a, file("four")));
        let ino = disk.find(a).unwrap();
        assert!(disk.name(b, ino));
        assert_eq!(disk.get(b).map(|node| node.links), Some(2));
        disk.write(b, Arc::from(&b"seven.."[..]));
        assert_eq!(disk.get(a).map(Inode::size), Some(7));
        assert!(disk.unname(a));
        assert_eq!(
            (disk.get(b).map(|node| node.links), disk.free),
            (Some(1), Some(3))
        );
        assert!(disk.unname(b));
        assert_eq!(disk.free, Some(10));
    }

    #[test]
    fn nothing_is_placed_where_no_directory_is() {
        let mut disk = Disk::new();
        disk.free = Some(10);
        assert!(!disk.place(Path::new("/no/a"), file("four")));
        assert!(disk.place(Path::new("/a"), file("four")));
        assert!(!disk.place(Path::new("/a/b"), file("four")));
        assert_eq!(disk.free, Some(6));
    }
}
