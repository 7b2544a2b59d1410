//! What a host would refuse of a change to its files, worked out from what stands where and who acts.
//!
//! The simulated machine and the overlay both decide by this, each over its own [`Tree`]; the host asks its kernel. The
//! order of the answers is the kernel's: the way there, what stands there, a read-only place, permission, then space.

use crate::world::{Account, Fault, ModeBits, Node, Put, Stat};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// How many symbolic links a way may go through, as on Linux.
const LINKS: usize = 40;
/// Bits to ask for.
pub(super) const READ: ModeBits = 4;
pub(super) const WRITE: ModeBits = 2;
pub(super) const SEARCH: ModeBits = 1;

/// Files as they stand, by paths in which no component but the last is a link.
pub(super) trait Tree {
    /// What stands there.
    fn node(&self, at: &Path) -> Result<Option<Stat>, Fault>;
    /// Where the link that stands there points.
    fn target(&self, at: &Path) -> Result<PathBuf, Fault>;
    /// Whether the directory there holds nothing.
    fn is_empty(&self, at: &Path) -> Result<bool, Fault>;
    /// How many more bytes fit.
    fn room(&self, dir: &Path) -> Result<Option<u64>, Fault>;
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
pub(super) struct Spot {
    /// The same place, with no link on the way.
    pub path: PathBuf,
    /// The directory that holds it; itself for `/`.
    pub dir: PathBuf,
    /// That directory.
    pub parent: Stat,
    /// What stands there.
    pub node: Option<Stat>,
}

/// What a put leaves behind.
pub(super) struct Placed {
    /// Where.
    pub spot: Spot,
    /// The new file, owner and all.
    pub stat: Stat,
}

/// Whether the bits of `stat` let `me` do all of `bits` (4 read, 2 write, 1 search).
pub(super) fn may(stat: &Stat, me: &Account, bits: ModeBits) -> bool {
    let shift = match () {
        () if me.uid == stat.uid => 6,
        () if me.gid == stat.gid || me.groups.contains(&stat.gid) => 3,
        () => 0,
    };
    me.uid == 0 || (stat.mode >> shift) & bits == bits
}

/// What [`crate::world::Look::can_write`] answers where nothing better is known.
pub(super) fn can_write(stat: Option<&Stat>, me: &Account, dir: &Path) -> Result<(), Fault> {
    match stat {
        None => Err(Fault::NotFound(dir.to_owned())),
        Some(stat) if stat.what != Node::Dir => Err(Fault::NotDir(dir.to_owned())),
        Some(stat) if !may(stat, me, WRITE | SEARCH) => Err(denied(dir, me)),
        Some(_) => Ok(()),
    }
}

/// A user's or group's number as written. The largest one stands for "leave it as it is" in every call of the kernel, so
/// nobody can have it.
pub(super) fn id(text: &str) -> Option<u32> {
    text.parse().ok().filter(|id| *id != u32::MAX)
}

/// Root, as every machine has it.
pub(super) fn root() -> Account {
    Account {
        name: "root".to_owned(),
        uid: 0,
        gid: 0,
        groups: vec![0],
        home: PathBuf::from("/root"),
    }
}

/// No permission; root would have it, unless it is root who asks.
pub(super) fn denied(path: &Path, me: &Account) -> Fault {
    Fault::Denied(path.to_owned(), me.uid != 0)
}

/// The same fault, about this path: the one that a caller gave.
pub(super) fn at(fault: Fault, path: &Path) -> Fault {
    let path = path.to_owned();
    match fault {
        Fault::NotFound(_) => Fault::NotFound(path),
        Fault::NoParent(_) => Fault::NoParent(path),
        Fault::Denied(_, root) => Fault::Denied(path, root),
        Fault::NotDir(_) => Fault::NotDir(path),
        Fault::IsDir(_) => Fault::IsDir(path),
        Fault::ReadOnly(_) => Fault::ReadOnly(path),
        Fault::TooLarge(_, limit) => Fault::TooLarge(path.display().to_string(), limit),
        Fault::Io(_, why) => Fault::Io(path, why),
        other => other,
    }
}

/// Walks the way to `path` through directories and links, but not through a link at its end.
pub(super) fn locate(tree: &impl Tree, me: &Account, path: &Path) -> Result<Spot, Fault> {
    let mut way: VecDeque<OsString> = VecDeque::new();
    push_front(&mut way, path);
    let (mut here, mut links) = (PathBuf::from("/"), 0);
    loop {
        let parent = tree
            .node(&here)?
            .ok_or_else(|| Fault::NoParent(path.to_owned()))?;
        if parent.what != Node::Dir {
            let above = path.parent().unwrap_or(path);
            return Err(Fault::NotDir(above.to_owned()));
        }
        let Some(step) = way.pop_front() else {
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
        if way.is_empty() {
            return Ok(Spot {
                path: next,
                dir: here,
                parent,
                node,
            });
        }
        match node.map(|stat| stat.what) {
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
                push_front(&mut way, &target);
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
pub(super) fn stat(tree: &impl Tree, me: &Account, path: &Path) -> Result<Option<Stat>, Fault> {
    match locate(tree, me, path) {
        Ok(spot) => Ok(spot.node),
        Err(Fault::NoParent(_) | Fault::NotDir(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The spot of something that must be there, to look at.
pub(super) fn existing(tree: &impl Tree, me: &Account, path: &Path) -> Result<(Spot, Stat), Fault> {
    changing(tree, me, path).map_err(|fault| match fault {
        Fault::NoParent(path) => Fault::NotFound(path),
        Fault::NotDir(_) => Fault::NotDir(path.to_owned()),
        other => other,
    })
}

/// The spot of something that must be there, to change it.
fn changing(tree: &impl Tree, me: &Account, path: &Path) -> Result<(Spot, Stat), Fault> {
    let spot = locate(tree, me, path)?;
    match spot.node.clone() {
        Some(stat) => Ok((spot, stat)),
        None => Err(Fault::NotFound(path.to_owned())),
    }
}

/// Whether a file can be read, and its size allows it.
pub(super) fn read(tree: &impl Tree, me: &Account, path: &Path, limit: u64) -> Result<Spot, Fault> {
    let (spot, stat) = existing(tree, me, path)?;
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
pub(super) fn list(tree: &impl Tree, me: &Account, path: &Path) -> Result<Spot, Fault> {
    let (spot, stat) = existing(tree, me, path)?;
    match stat.what {
        Node::Dir if tree.may_read(&spot.path, &stat, me) => Ok(spot),
        Node::Dir => Err(denied(path, me)),
        _ => Err(Fault::NotDir(path.to_owned())),
    }
}

/// Whether a link's target can be read.
pub(super) fn read_link(tree: &impl Tree, me: &Account, path: &Path) -> Result<Spot, Fault> {
    let (spot, stat) = existing(tree, me, path)?;
    match stat.what {
        Node::Link => Ok(spot),
        _ => Err(Fault::Io(
            path.to_owned(),
            "is not a symbolic link".to_owned(),
        )),
    }
}

/// Whether a file can be put in place, and what it becomes.
pub(super) fn put(tree: &impl Tree, me: &Account, put: &Put) -> Result<Placed, Fault> {
    let spot = locate(tree, me, &put.path)?;
    may_replace(tree, me, &put.path, &spot)?;
    let old = spot.node.as_ref().filter(|stat| stat.what == Node::File);
    let uid = put.uid.or(old.map(|stat| stat.uid)).unwrap_or(me.uid);
    let gid = put.gid.or(old.map(|stat| stat.gid)).unwrap_or(me.gid);
    if !may_give(me, me.uid, me.gid, uid, gid) {
        return Err(denied(&put.path, me));
    }
    let size = put.content.len() as u64;
    if tree.room(&spot.dir)?.is_some_and(|room| size > room) {
        return Err(Fault::NoSpace(put.path.clone()));
    }
    Ok(Placed {
        spot,
        stat: Stat {
            what: Node::File,
            mode: put.mode & 0o7777,
            uid,
            gid,
            size,
            links: 1,
            mount: false,
        },
    })
}

/// Whether a directory can be made.
pub(super) fn make_dir(tree: &impl Tree, me: &Account, path: &Path) -> Result<Spot, Fault> {
    let spot = locate(tree, me, path)?;
    match spot.node {
        Some(_) => Err(Fault::Exists(path.to_owned())),
        None => {
            may_change_entry(tree, me, path, &spot)?;
            Ok(spot)
        }
    }
}

/// Whether a link can be made.
pub(super) fn make_link(tree: &impl Tree, me: &Account, path: &Path) -> Result<Spot, Fault> {
    let spot = locate(tree, me, path)?;
    may_replace(tree, me, path, &spot)?;
    Ok(spot)
}

/// Whether an entry can be removed.
pub(super) fn remove(tree: &impl Tree, me: &Account, path: &Path) -> Result<Spot, Fault> {
    let (spot, stat) = changing(tree, me, path)?;
    may_change_entry(tree, me, path, &spot)?;
    if stat.mount || spot.path == Path::new("/") {
        return Err(Fault::Busy(path.to_owned()));
    }
    if stat.what == Node::Dir && !tree.is_empty(&spot.path)? {
        return Err(Fault::NotEmpty(path.to_owned()));
    }
    Ok(spot)
}

/// Whether what stands at two paths can change places, and where the two are.
pub(super) fn exchange(
    tree: &impl Tree,
    me: &Account,
    path: &Path,
    aside: &Path,
) -> Result<(Spot, Spot), Fault> {
    in_one_directory(path, aside)?;
    let there = |path: &Path| {
        let (spot, stat) = changing(tree, me, path)?;
        if stat.mount || spot.path == Path::new("/") {
            return Err(Fault::Busy(path.to_owned()));
        }
        may_change_entry(tree, me, path, &spot)?;
        Ok(spot)
    };
    Ok((there(path)?, there(aside)?))
}

/// Whether two paths are names in the same directory, as [`crate::world::World::exchange`] needs it.
pub(super) fn in_one_directory(path: &Path, aside: &Path) -> Result<(), Fault> {
    if path.parent() == aside.parent() {
        return Ok(());
    }
    let why = format!(
        "can only change places with a name beside it, not with {}",
        aside.display()
    );
    Err(Fault::Io(path.to_owned(), why))
}

/// Whether the permission bits can be set.
pub(super) fn set_mode(tree: &impl Tree, me: &Account, path: &Path) -> Result<Spot, Fault> {
    let (spot, stat) = changing(tree, me, path)?;
    if stat.what == Node::Link {
        return Err(Fault::Io(
            path.to_owned(),
            "is a symbolic link, which has no mode of its own".to_owned(),
        ));
    }
    read_only(tree, path, &spot)?;
    match me.uid == 0 || me.uid == stat.uid {
        true => Ok(spot),
        false => Err(denied(path, me)),
    }
}

/// Whether owner and group can be set, and what stands there then. As on Linux a file loses its setuid bit by it, and
/// its setgid bit where its group may execute it.
pub(super) fn set_owner(
    tree: &impl Tree,
    me: &Account,
    path: &Path,
    uid: Option<u32>,
    gid: Option<u32>,
) -> Result<(Spot, Stat), Fault> {
    let (spot, mut stat) = changing(tree, me, path)?;
    read_only(tree, path, &spot)?;
    let (new_uid, new_gid) = (uid.unwrap_or(stat.uid), gid.unwrap_or(stat.gid));
    if !may_give(me, stat.uid, stat.gid, new_uid, new_gid) {
        return Err(denied(path, me));
    }
    if stat.what == Node::File && (uid.is_some() || gid.is_some()) {
        stat.mode &= !0o4000;
        if stat.mode & 0o010 != 0 {
            stat.mode &= !0o2000;
        }
    }
    (stat.uid, stat.gid) = (new_uid, new_gid);
    Ok((spot, stat))
}

/// Only root gives files away; an owner may choose among its own groups.
fn may_give(me: &Account, uid: u32, gid: u32, new_uid: u32, new_gid: u32) -> bool {
    let own_group = new_gid == gid || new_gid == me.gid || me.groups.contains(&new_gid);
    let same = (uid, gid) == (new_uid, new_gid);
    me.uid == 0 || (me.uid == uid && new_uid == uid && (same || own_group))
}

fn may_replace(tree: &impl Tree, me: &Account, path: &Path, spot: &Spot) -> Result<(), Fault> {
    match &spot.node {
        Some(stat) if stat.what == Node::Dir => return Err(Fault::IsDir(path.to_owned())),
        Some(stat) if stat.mount => return Err(Fault::Busy(path.to_owned())),
        _ => {}
    }
    may_change_entry(tree, me, path, spot)
}

/// Whether the entry can be made, replaced or removed: a sticky directory lets only owners do the latter.
fn may_change_entry(tree: &impl Tree, me: &Account, path: &Path, spot: &Spot) -> Result<(), Fault> {
    read_only(tree, path, spot)?;
    let owns = |stat: &Stat| me.uid == 0 || me.uid == stat.uid;
    let sticky = spot.parent.mode & 0o1000 != 0 && !owns(&spot.parent);
    let stuck = sticky && spot.node.as_ref().is_some_and(|stat| !owns(stat));
    match tree.may_write(&spot.dir, &spot.parent, me)? && !stuck {
        true => Ok(()),
        false => Err(denied(path, me)),
    }
}

fn read_only(tree: &impl Tree, path: &Path, spot: &Spot) -> Result<(), Fault> {
    match tree.is_read_only(&spot.dir)? {
        true => Err(Fault::ReadOnly(path.to_owned())),
        false => Ok(()),
    }
}
