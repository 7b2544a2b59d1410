//! What a host would refuse of a change to its files, worked out from what stands where and who acts.
//!
//! The simulated machine and the overlay both decide by this, each over its own [`Tree`]; the host asks its kernel. The
//! order of the answers is the kernel's: the way there, what stands there, a read-only place, permission, then space.

mod change;

pub(in crate::world) use change::*;

use crate::world::{Account, Fault, KernelFs, Lock, ModeBits, Node, Stat};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// How many symbolic links a way may go through, as on Linux.
const LINKS: usize = 40;
/// Bits to ask for.
pub(in crate::world) const READ: ModeBits = 4;
pub(in crate::world) const WRITE: ModeBits = 2;
pub(in crate::world) const SEARCH: ModeBits = 1;

/// Files as they stand, by paths in which no component but the last is a link.
pub(in crate::world) trait Tree {
    /// What stands there.
    fn node(&self, at: &Path) -> Result<Option<Stat>, Fault>;
    /// Where the link that stands there points.
    fn target(&self, at: &Path) -> Result<PathBuf, Fault>;
    /// Whether the directory there holds nothing.
    fn is_empty(&self, at: &Path) -> Result<bool, Fault>;
    /// How many more bytes fit.
    fn room(&self, dir: &Path) -> Result<Option<u64>, Fault>;
    /// The kernel's own file system that this directory is in, if it is in one.
    fn kernel_fs(&self, dir: &Path) -> Result<Option<KernelFs>, Fault> {
        let _ = dir;
        Ok(None)
    }
    /// Whether nothing can be written in this directory, by anyone.
    fn is_read_only(&self, dir: &Path) -> Result<bool, Fault>;
    /// Whether names below this directory can be looked up.
    fn may_search(&self, dir: &Path, stat: &Stat, me: &Account) -> Result<bool, Fault> {
        let _ = dir;
        Ok(may(stat, me, SEARCH))
    }
    /// Whether this file or directory can be read.
    fn may_read(&self, at: &Path, stat: &Stat, me: &Account) -> bool {
        let _ = at;
        may(stat, me, READ)
    }
    /// Whether entries can be made and removed in this directory.
    fn may_write(&self, dir: &Path, stat: &Stat, me: &Account) -> Result<bool, Fault> {
        let _ = dir;
        Ok(may(stat, me, WRITE | SEARCH))
    }
}

/// A path whose way was walked.
pub(in crate::world) struct Spot {
    /// The same place, with no link on the way.
    pub path: PathBuf,
    /// The directory that holds it; itself for `/`.
    pub dir: PathBuf,
    /// That directory.
    pub parent: Stat,
    /// What stands there.
    pub node: Option<Stat>,
}

/// Whether the bits of `stat` let `me` do all of `bits` (4 read, 2 write, 1 search).
pub(in crate::world) fn may(stat: &Stat, me: &Account, bits: ModeBits) -> bool {
    let shift = match () {
        () if me.uid == stat.uid => 6,
        () if me.gid == stat.gid || me.groups.contains(&stat.gid) => 3,
        () => 0,
    };
    me.uid == 0 || (stat.mode >> shift) & bits == bits
}

/// What [`crate::world::Look::can_write`] answers where nothing better is known.
pub(in crate::world) fn can_write(
    stat: Option<&Stat>,
    me: &Account,
    dir: &Path,
) -> Result<(), Fault> {
    match stat {
        None => Err(Fault::NotFound(dir.to_owned())),
        Some(stat) if stat.what != Node::Dir => Err(Fault::NotDir(dir.to_owned())),
        Some(stat) if stat.lock == Lock::Immutable => unlocked(dir, None, Some(stat)),
        Some(stat) if !may(stat, me, WRITE | SEARCH) => Err(denied(dir, me)),
        Some(_) => Ok(()),
    }
}

/// A user's or group's number as written. The largest one stands for "leave it as it is" in every call of the kernel, so
/// nobody can have it.
pub(in crate::world) fn id(text: &str) -> Option<u32> {
    text.parse().ok().filter(|id| *id != u32::MAX)
}

/// Root, as every machine has it.
pub(in crate::world) fn root() -> Account {
    Account {
        name: "root".to_owned(),
        uid: 0,
        gid: 0,
        groups: vec![0],
        home: PathBuf::from("/root"),
    }
}

/// No permission; root would have it, unless it is root who asks.
pub(in crate::world) fn denied(path: &Path, me: &Account) -> Fault {
    Fault::Denied(path.to_owned(), me.uid != 0)
}

/// The same fault, about this path: the one that a caller gave.
pub(in crate::world) fn at(fault: Fault, path: &Path) -> Fault {
    let path = path.to_owned();
    match fault {
        Fault::NotFound(_) => Fault::NotFound(path),
        Fault::NoParent(_) => Fault::NoParent(path),
        Fault::Denied(_, root) => Fault::Denied(path, root),
        Fault::NotDir(_) => Fault::NotDir(path),
        Fault::IsDir(_) => Fault::IsDir(path),
        Fault::ReadOnly(_) => Fault::ReadOnly(path),
        Fault::TooLarge(_, limit) => Fault::TooLarge(path.display().to_string(), limit),
        Fault::Link(_, link) => Fault::Link(path, link),
        Fault::Io(_, why) => Fault::Io(path, why),
        other => other,
    }
}

/// What becomes of a link on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::world) enum Way {
    /// It is followed: who looks may be led.
    #[default]
    Led,
    /// It is refused: the way is a real path, as every change has it.
    Straight,
}

/// Walks the way to `path` through directories and, if it may lead on, links, but not through a link at its end.
pub(in crate::world) fn locate(
    tree: &impl Tree,
    me: &Account,
    way: Way,
    path: &Path,
) -> Result<Spot, Fault> {
    let mut left: VecDeque<OsString> = VecDeque::new();
    push_front(&mut left, path);
    let (mut here, mut links) = (PathBuf::from("/"), 0);
    loop {
        let parent = tree
            .node(&here)?
            .ok_or_else(|| Fault::NoParent(path.to_owned()))?;
        if parent.what != Node::Dir {
            let above = path.parent().unwrap_or(path);
            return Err(Fault::NotDir(above.to_owned()));
        }
        let Some(step) = left.pop_front() else {
            return Ok(Spot {
                path: here.clone(),
                dir: here,
                node: Some(parent.clone()),
                parent,
            });
        };
        if !tree.may_search(&here, &parent, me)? {
            return Err(denied(path, me));
        }
        if step == ".." {
            here.pop();
            continue;
        }
        let next = here.join(&step);
        let node = tree.node(&next).map_err(|fault| at(fault, path))?;
        if left.is_empty() {
            return Ok(Spot {
                path: next,
                dir: here,
                parent,
                node,
            });
        }
        match node.map(|stat| stat.what) {
            Some(Node::Link) if way == Way::Straight => {
                return Err(Fault::Link(path.to_owned(), next));
            }
            Some(Node::Link) if links == LINKS => {
                return Err(Fault::Io(
                    path.to_owned(),
                    "too many symbolic links".to_owned(),
                ));
            }
            Some(Node::Link) => {
                links += 1;
                let target = tree.target(&next)?;
                if target.is_absolute() {
                    here = PathBuf::from("/");
                }
                push_front(&mut left, &target);
            }
            _ => here = next,
        }
    }
}

fn push_front(way: &mut VecDeque<OsString>, path: &Path) {
    for part in path.components().rev() {
        match part {
            Component::Normal(name) => way.push_front(name.to_owned()),
            Component::ParentDir => way.push_front("..".into()),
            _ => {}
        }
    }
}

/// What stands at `path` for [`crate::world::Look::stat`]: nothing, where the way is missing.
pub(in crate::world) fn stat(
    tree: &impl Tree,
    me: &Account,
    way: Way,
    path: &Path,
) -> Result<Option<Stat>, Fault> {
    match locate(tree, me, way, path) {
        Ok(spot) => Ok(spot.node),
        Err(Fault::NoParent(_) | Fault::NotDir(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The spot of something that must be there, to look at.
pub(in crate::world) fn existing(
    tree: &impl Tree,
    me: &Account,
    way: Way,
    path: &Path,
) -> Result<(Spot, Stat), Fault> {
    there(tree, me, way, path).map_err(|fault| match fault {
        Fault::NoParent(path) => Fault::NotFound(path),
        Fault::NotDir(_) => Fault::NotDir(path.to_owned()),
        other => other,
    })
}

/// The spot of something that must be there, to change it.
fn changing(tree: &impl Tree, me: &Account, path: &Path) -> Result<(Spot, Stat), Fault> {
    there(tree, me, Way::Straight, path)
}

fn there(tree: &impl Tree, me: &Account, way: Way, path: &Path) -> Result<(Spot, Stat), Fault> {
    let spot = locate(tree, me, way, path)?;
    match spot.node.clone() {
        Some(stat) => Ok((spot, stat)),
        None => Err(Fault::NotFound(path.to_owned())),
    }
}

/// Whether a file can be read, and its size allows it.
pub(in crate::world) fn read(
    tree: &impl Tree,
    me: &Account,
    way: Way,
    path: &Path,
    limit: u64,
) -> Result<Spot, Fault> {
    let (spot, stat) = existing(tree, me, way, path)?;
    match stat.what {
        Node::Dir => Err(Fault::IsDir(path.to_owned())),
        Node::Link => Err(Fault::Io(
            path.to_owned(),
            "is a symbolic link, not a file".to_owned(),
        )),
        Node::Other => Err(Fault::Io(
            path.to_owned(),
            "is not a regular file".to_owned(),
        )),
        Node::File if !tree.may_read(&spot.path, &stat, me) => Err(denied(path, me)),
        Node::File if stat.size > limit => Err(Fault::TooLarge(path.display().to_string(), limit)),
        Node::File => Ok(spot),
    }
}

/// Whether a directory can be listed.
pub(in crate::world) fn list(
    tree: &impl Tree,
    me: &Account,
    way: Way,
    path: &Path,
) -> Result<Spot, Fault> {
    let (spot, stat) = existing(tree, me, way, path)?;
    match stat.what {
        Node::Dir if tree.may_read(&spot.path, &stat, me) => Ok(spot),
        Node::Dir => Err(denied(path, me)),
        _ => Err(Fault::NotDir(path.to_owned())),
    }
}

/// Whether a link's target can be read.
pub(in crate::world) fn read_link(
    tree: &impl Tree,
    me: &Account,
    way: Way,
    path: &Path,
) -> Result<Spot, Fault> {
    let (spot, stat) = existing(tree, me, way, path)?;
    match stat.what {
        Node::Link => Ok(spot),
        _ => Err(Fault::Io(
            path.to_owned(),
            "is not a symbolic link".to_owned(),
        )),
    }
}
