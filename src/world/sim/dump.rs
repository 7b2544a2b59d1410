//! The machine as it stands, as a spec and as lines.

use super::disk::{Body, Inode};
use super::machine::{Machine, usual};
use super::spec::{FileBody, FileSpec, SimSpec};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The spec that describes the machine as it is now.
pub(super) fn spec(machine: &Machine) -> SimSpec {
    SimSpec {
        hostname: (machine.hostname != "sim").then(|| machine.hostname.clone()),
        user: (machine.me.uid != 0).then(|| machine.me.name.clone()),
        users: machine.accounts.users(),
        groups: groups(machine),
        files: files(machine),
        free: machine.disk.free,
        read_only: machine.disk.read_only.clone(),
        mounts: machine.disk.mounts.clone(),
        immutable: machine.disk.immutable.clone(),
        commands: machine.commands.left(),
        http: machine.pages.clone(),
        services: machine.units.specs(machine.now),
        faults: machine.faults.clone(),
    }
}

fn groups(machine: &Machine) -> BTreeMap<String, u32> {
    let own = |name: &str, gid| {
        machine
            .accounts
            .user(name)
            .is_some_and(|user| user.name == name && user.gid == gid && user.uid == gid)
    };
    let all = machine.accounts.groups();
    all.iter()
        .filter(|(name, gid)| !own(name, **gid))
        .map(|(name, gid)| (name.clone(), *gid))
        .collect()
}

/// What differs from the usual directories.
fn files(machine: &Machine) -> BTreeMap<PathBuf, FileSpec> {
    let usual = usual(&machine.accounts);
    let mut first = BTreeMap::new();
    let mut files = BTreeMap::new();
    for (path, ino, node) in machine.disk.walk() {
        let name = first.entry(ino).or_insert_with(|| path.clone());
        let file = match *name != path {
            true => FileSpec::of(FileBody::HardLink(name.clone())),
            false => file(machine, node),
        };
        let plain =
            file == FileSpec::of(FileBody::Dir) && usual.keys().any(|u| u.starts_with(&path));
        let known = usual.get(&path).is_some_and(|usual| same(usual, &file));
        if !plain && !known {
            files.insert(path, file);
        }
    }
    for path in usual.keys() {
        if machine.disk.find(path).is_none() {
            files.insert(path.clone(), FileSpec::of(FileBody::Absent));
        }
    }
    files
}

fn same(usual: &FileSpec, file: &FileSpec) -> bool {
    let default = if usual.what == FileBody::Dir {
        0o755
    } else {
        0o644
    };
    usual.what == file.what
        && usual.owner == file.owner
        && usual.mode.unwrap_or(default) == file.mode.unwrap_or(default)
        && file.group.is_none()
}

fn file(machine: &Machine, node: &Inode) -> FileSpec {
    let (what, default) = match &node.body {
        Body::File(bytes) => (FileBody::File(bytes.to_vec()), 0o644),
        Body::Dir(_) => (FileBody::Dir, 0o755),
        Body::Link(target) => (FileBody::Link(target.clone()), 0o777),
        Body::Other => (FileBody::Other, 0o644),
    };
    let owner = machine.accounts.name_of(node.uid, false);
    let own_gid = machine.accounts.user(&owner).map_or(0, |user| user.gid);
    FileSpec {
        what,
        mode: (node.mode != default).then_some(node.mode),
        owner: (node.uid != 0).then_some(owner),
        group: (node.gid != own_gid).then(|| machine.accounts.name_of(node.gid, true)),
    }
}

/// One line for each path.
pub(super) fn tree(machine: &Machine) -> Vec<String> {
    let line = |(path, _, node): (PathBuf, u64, &Inode)| {
        let (kind, size, target) = match &node.body {
            Body::File(bytes) => ('-', bytes.len(), String::new()),
            Body::Dir(_) => ('d', 0, String::new()),
            Body::Link(target) => ('l', 0, format!(" -> {}", target.display())),
            Body::Other => ('?', 0, String::new()),
        };
        let owner = machine.accounts.name_of(node.uid, false);
        let group = machine.accounts.name_of(node.gid, true);
        let mode = node.mode;
        let path = path.display();
        format!("{kind}{mode:04o} {owner:8} {group:8} {size:8} {path}{target}")
    };
    machine.disk.walk().into_iter().map(line).collect()
}
