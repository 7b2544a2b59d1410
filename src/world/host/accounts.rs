//! Users and groups, from `/etc/passwd` and `/etc/group`.
//!
//! Only these two files are read. The other sources that a C library can be told of (LDAP, systemd-homed, …) need its
//! plug-ins, which a static binary cannot load; who comes from there is given as a number. A number without an
//! entry is an account all the same, of that number and the group of the same number.

use super::Host;
use crate::world::rules::id;
use crate::world::{Account, Fault, Look, READ_LIMIT};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Who acts: by effective user and group, with the groups of this process.
pub(super) fn me(host: &Host) -> Result<Account, Fault> {
    let uid = rustix::process::geteuid().as_raw();
    let gid = rustix::process::getegid().as_raw();
    let mut groups: BTreeSet<u32> = rustix::process::getgroups()
        .unwrap_or_default()
        .into_iter()
        .map(rustix::process::Gid::as_raw)
        .collect();
    groups.insert(gid);
    let entry = entries(host, "/etc/passwd")?
        .iter()
        .find_map(|line| User::parse(line).filter(|user| user.uid == uid));
    Ok(Account {
        name: entry
            .as_ref()
            .map_or_else(|| uid.to_string(), |user| user.name.clone()),
        uid,
        gid,
        groups: groups.into_iter().collect(),
        home: entry.map_or_else(|| PathBuf::from("/"), |user| user.home),
    })
}

/// A user by name, else by number.
pub(super) fn user(host: &Host, name: &str) -> Result<Option<Account>, Fault> {
    let lines = entries(host, "/etc/passwd")?;
    let users = || lines.iter().filter_map(|line| User::parse(line));
    let number = id(name);
    let found = users()
        .find(|user| user.name == name)
        .or_else(|| users().find(|user| Some(user.uid) == number))
        .or_else(|| number.map(User::of_number));
    let Some(user) = found else {
        return Ok(None);
    };
    let mut groups = BTreeSet::from([user.gid]);
    for line in entries(host, "/etc/group")? {
        if let Some(group) = Group::parse(&line)
            && group.members.contains(&user.name)
        {
            groups.insert(group.gid);
        }
    }
    Ok(Some(Account {
        name: user.name,
        uid: user.uid,
        gid: user.gid,
        groups: groups.into_iter().collect(),
        home: user.home,
    }))
}

/// A group's number by name, else by number.
pub(super) fn group(host: &Host, name: &str) -> Result<Option<u32>, Fault> {
    let lines = entries(host, "/etc/group")?;
    let by_name = lines
        .iter()
        .filter_map(|line| Group::parse(line))
        .find(|group| group.name == name);
    Ok(by_name.map(|group| group.gid).or_else(|| id(name)))
}

/// The name of a number, or the number.
pub(super) fn name_of(host: &Host, id: u32, group: bool) -> Result<String, Fault> {
    let lines = entries(host, if group { "/etc/group" } else { "/etc/passwd" })?;
    let found = lines.iter().find_map(|line| {
        if group {
            Group::parse(line).and_then(|group| (group.gid == id).then_some(group.name))
        } else {
            User::parse(line).and_then(|user| (user.uid == id).then_some(user.name))
        }
    });
    Ok(found.unwrap_or_else(|| id.to_string()))
}

/// The lines of a database; none where it is missing, as in an empty image.
fn entries(host: &Host, path: &str) -> Result<Vec<String>, Fault> {
    match host.read(Path::new(path), READ_LIMIT) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes)
            .lines()
            .map(str::to_owned)
            .collect()),
        Err(Fault::NotFound(_) | Fault::NoParent(_) | Fault::NotDir(_)) => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}

struct User {
    name: String,
    uid: u32,
    gid: u32,
    home: PathBuf,
}

impl User {
    /// `name:password:uid:gid:comment:home:shell`.
    fn parse(line: &str) -> Option<User> {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, uid, gid, _, home, ..] = fields.as_slice() else {
            return None;
        };
        Some(User {
            name: (*name).to_owned(),
            uid: id(uid)?,
            gid: id(gid)?,
            home: PathBuf::from(home),
        })
    }

    fn of_number(number: u32) -> User {
        User {
            name: number.to_string(),
            uid: number,
            gid: number,
            home: PathBuf::from("/"),
        }
    }
}

struct Group {
    name: String,
    gid: u32,
    members: Vec<String>,
}

impl Group {
    /// `name:password:gid:members`.
    fn parse(line: &str) -> Option<Group> {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, gid, members, ..] = fields.as_slice() else {
            return None;
        };
        Some(Group {
            name: (*name).to_owned(),
            gid: id(gid)?,
            members: members.split(',').map(str::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::HostOptions;
    use super::*;

    #[test]
    fn an_image_has_its_own_accounts() -> Result<(), Box<dyn std::error::Error>> {
        let root = std::env::temp_dir().join(format!("weft-accounts-{}", std::process::id()));
        std::fs::create_dir_all(root.join("etc"))?;
        std::fs::write(
            root.join("etc/passwd"),
            "root:x:0:0:root:/root:/bin/sh\nada:x:1815:1815:Ada:/home/ada:/bin/sh\nbroken\n\
             void:x:4294967295:1:No:/:/bin/sh\n",
        )?;
        std::fs::write(
            root.join("etc/group"),
            "root:x:0:\nada:x:1815:\nwheel:x:10:root,ada\n",
        )?;
        let host = Host::new(HostOptions {
            root: Some(root.clone()),
            supervisor: None,
        });
        let ada = host.user("ada")?.ok_or("no ada")?;
        assert_eq!((ada.uid, ada.groups.clone()), (1815, vec![10, 1815]));
        assert_eq!(host.user("1815")?, Some(ada));
        assert_eq!(host.user("bob")?, None);
        assert_eq!(host.user("4242")?.map(|user| user.gid), Some(4242));
        assert_eq!(host.group("wheel")?, Some(10));
        assert_eq!(host.group("4242")?, Some(4242));
        assert_eq!(host.group("nobody-here")?, None);
        // In a system call this number says that an owner stays as it is.
        assert_eq!(host.user("4294967295")?, None);
        assert_eq!(host.user("void")?, None);
        assert_eq!(host.group("4294967295")?, None);
        assert_eq!(host.name_of(10, true)?, "wheel");
        assert_eq!(host.name_of(10, false)?, "10");
        std::fs::remove_dir_all(root)?;
        Ok(())
    }
}
