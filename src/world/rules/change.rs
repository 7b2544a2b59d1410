//! Each change: whether it may be, and what it leaves.

use super::{Spot, Tree, Way, changing, denied, locate};
use crate::world::{Account, Fault, Lock, Node, Put, Stat};
use std::path::Path;

/// What a put leaves behind.
pub(in crate::world) struct Placed {
    /// Where.
    pub spot: Spot,
    /// The new file, owner and all.
    pub stat: Stat,
}

/// Whether a file can be put in place, and what it becomes.
pub(in crate::world) fn put(tree: &impl Tree, me: &Account, put: &Put) -> Result<Placed, Fault> {
    let spot = locate(tree, me, Way::Straight, &put.path)?;
    may_replace(tree, me, &put.path, &spot, Node::File)?;
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
            lock: Lock::Free,
        },
    })
}

/// Whether a directory can be made.
pub(in crate::world) fn make_dir(
    tree: &impl Tree,
    me: &Account,
    path: &Path,
) -> Result<Spot, Fault> {
    let spot = locate(tree, me, Way::Straight, path)?;
    match spot.node {
        Some(_) => Err(Fault::Exists(path.to_owned())),
        None => {
            may_change_entry(tree, me, path, &spot, Node::Dir)?;
            Ok(spot)
        }
    }
}

/// Whether a link can be made.
pub(in crate::world) fn make_link(
    tree: &impl Tree,
    me: &Account,
    path: &Path,
) -> Result<Spot, Fault> {
    let spot = locate(tree, me, Way::Straight, path)?;
    may_replace(tree, me, path, &spot, Node::Link)?;
    Ok(spot)
}

/// Whether an entry can be removed.
pub(in crate::world) fn remove(tree: &impl Tree, me: &Account, path: &Path) -> Result<Spot, Fault> {
    let (spot, stat) = changing(tree, me, path)?;
    may_change_entry(tree, me, path, &spot, stat.what)?;
    if stat.mount || spot.path == Path::new("/") {
        return Err(Fault::Busy(path.to_owned()));
    }
    if stat.what == Node::Dir && !tree.is_empty(&spot.path)? {
        return Err(Fault::NotEmpty(path.to_owned()));
    }
    Ok(spot)
}

/// Whether what stands at two paths can change places, and where the two are.
pub(in crate::world) fn exchange(
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
        may_change_entry(tree, me, path, &spot, stat.what)?;
        Ok(spot)
    };
    Ok((there(path)?, there(aside)?))
}

/// Whether two paths are names in the same directory, as [`crate::world::World::exchange`] needs it.
pub(in crate::world) fn in_one_directory(path: &Path, aside: &Path) -> Result<(), Fault> {
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
pub(in crate::world) fn set_mode(
    tree: &impl Tree,
    me: &Account,
    path: &Path,
) -> Result<Spot, Fault> {
    let (spot, stat) = changing(tree, me, path)?;
    if stat.what == Node::Link {
        return Err(Fault::Io(
            path.to_owned(),
            "is a symbolic link, which has no mode of its own".to_owned(),
        ));
    }
    read_only(tree, path, &spot)?;
    unlocked(path, None, Some(&stat))?;
    match me.uid == 0 || me.uid == stat.uid {
        true => Ok(spot),
        false => Err(denied(path, me)),
    }
}

/// Whether owner and group can be set, and what stands there then. As on Linux a file loses its setuid bit by it, and
/// its setgid bit where its group may execute it.
pub(in crate::world) fn set_owner(
    tree: &impl Tree,
    me: &Account,
    path: &Path,
    uid: Option<u32>,
    gid: Option<u32>,
) -> Result<(Spot, Stat), Fault> {
    let (spot, mut stat) = changing(tree, me, path)?;
    read_only(tree, path, &spot)?;
    unlocked(path, None, Some(&stat))?;
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

fn may_replace(
    tree: &impl Tree,
    me: &Account,
    path: &Path,
    spot: &Spot,
    what: Node,
) -> Result<(), Fault> {
    match &spot.node {
        Some(stat) if stat.what == Node::Dir => return Err(Fault::IsDir(path.to_owned())),
        Some(stat) if stat.mount => return Err(Fault::Busy(path.to_owned())),
        _ => {}
    }
    may_change_entry(tree, me, path, spot, what)
}

/// Whether the entry can be made, replaced by `what` or removed: a sticky directory lets only owners do the latter two.
fn may_change_entry(
    tree: &impl Tree,
    me: &Account,
    path: &Path,
    spot: &Spot,
    what: Node,
) -> Result<(), Fault> {
    read_only(tree, path, spot)?;
    if let Some(fs) = tree.kernel_fs(&spot.dir)?
        && fs.refuses(what)
    {
        return Err(Fault::Kernel(path.to_owned(), fs.name));
    }
    unlocked(path, Some((&spot.parent, what)), spot.node.as_ref())?;
    let owns = |stat: &Stat| me.uid == 0 || me.uid == stat.uid;
    let sticky = spot.parent.mode & 0o1000 != 0 && !owns(&spot.parent);
    let stuck = sticky && spot.node.as_ref().is_some_and(|stat| !owns(stat));
    match tree.may_write(&spot.dir, &spot.parent, me)? && !stuck {
        true => Ok(()),
        false => Err(denied(path, me)),
    }
}

/// Whether attributes let something be changed: those of what stands there, and of the directory `dir` if an entry of that would
/// be made, replaced or removed. A directory that can only grow takes a new directory, but no file: that comes by a rename,
/// which takes a name away too.
pub(in crate::world) fn unlocked(
    path: &Path,
    dir: Option<(&Stat, Node)>,
    node: Option<&Stat>,
) -> Result<(), Fault> {
    let by = |at: &Path, lock| Err(Fault::Locked(path.to_owned(), at.to_owned(), lock));
    let lock = |stat: Option<&Stat>| stat.map_or(Lock::Free, |stat| stat.lock);
    let grows = node.is_none() && dir.is_some_and(|(_, made)| made == Node::Dir);
    match (lock(dir.map(|dir| dir.0)), lock(node)) {
        (Lock::Append, _) if grows => Ok(()),
        (lock @ (Lock::Immutable | Lock::Append), _) => by(path.parent().unwrap_or(path), lock),
        (_, Lock::Free) => Ok(()),
        (_, lock) => by(path, lock),
    }
}

fn read_only(tree: &impl Tree, path: &Path, spot: &Spot) -> Result<(), Fault> {
    match tree.is_read_only(&spot.dir)? {
        true => Err(Fault::ReadOnly(path.to_owned())),
        false => Ok(()),
    }
}
