//! Mode, owner and group as they should be.

use super::super::{Failure, Mode};
use super::{Drift, Want};
use crate::world::{Look, Stat};

/// What is managed of mode, owner and group, with names resolved.
pub(super) struct Attrs<'a> {
    mode: Option<&'a Mode>,
    /// The owner's number.
    pub(super) uid: Option<u32>,
    /// The group's number.
    pub(super) gid: Option<u32>,
    owner: Option<&'a str>,
    group: Option<&'a str>,
    /// Whether directories get the `x` that belongs to each `r`.
    trees: bool,
}

impl<'a> Attrs<'a> {
    /// Of these params.
    pub(super) fn of(want: &'a Want, look: &dyn Look) -> Result<Attrs<'a>, Failure> {
        let owner = want.owner.as_deref();
        let group = want.group.as_deref();
        Ok(Attrs {
            mode: want.mode.as_ref(),
            uid: owner.map(|name| number(name, false, look)).transpose()?,
            gid: group.map(|name| number(name, true, look)).transpose()?,
            owner,
            group,
            trees: want.recurse,
        })
    }

    /// Whether any of them is managed.
    pub(super) fn any(&self) -> bool {
        self.mode.is_some() || self.uid.is_some() || self.gid.is_some()
    }

    /// The permission bits of what should be there: of a new one if `current` is none.
    pub(super) fn mode(&self, current: Option<u32>, dir: bool, secret: bool) -> u32 {
        let fresh = match (dir, secret) {
            (true, false) => 0o755,
            (true, true) => 0o700,
            (false, false) => 0o644,
            (false, true) => 0o600,
        };
        match (self.mode, current) {
            (Some(mode), current) => {
                let bits = mode.bits(current.unwrap_or(fresh), dir);
                let search = if dir && self.trees {
                    (bits & 0o444) >> 2
                } else {
                    0
                };
                bits | search
            }
            (None, Some(current)) if secret => current & !0o007,
            (None, Some(current)) => current,
            (None, None) => fresh,
        }
    }

    /// What is wrong with the attributes of what stands there. A link has no mode.
    pub(super) fn drifts(
        &self,
        stat: &Stat,
        secret: bool,
        look: &dyn Look,
        into: &mut Vec<Drift>,
    ) -> Result<(), Failure> {
        use crate::world::Node;
        if let (Some(uid), Some(owner)) = (self.uid, self.owner)
            && uid != stat.uid
        {
            into.push(Drift::Owner(
                look.name_of(stat.uid, false)?,
                owner.to_owned(),
            ));
        }
        if let (Some(gid), Some(group)) = (self.gid, self.group)
            && gid != stat.gid
        {
            into.push(Drift::Group(
                look.name_of(stat.gid, true)?,
                group.to_owned(),
            ));
        }
        let should = self.mode(Some(stat.mode), stat.what == Node::Dir, secret);
        if should != stat.mode && stat.what != Node::Link {
            let exposed = self.mode.is_none();
            into.push(Drift::Mode {
                is: stat.mode,
                should,
                exposed,
            });
        }
        Ok(())
    }

    /// The managed owner and group of a new one, for its line.
    pub(super) fn owners(&self) -> String {
        let part = |word: &str, name: Option<&str>| {
            name.map_or(String::new(), |name| {
                format!(", {word} {}", crate::value::sanitise(name))
            })
        };
        part("owner", self.owner) + &part("group", self.group)
    }
}

/// The number of a user or group; in every world a number stands for itself, whether it has a name or not.
fn number(name: &str, group: bool, look: &dyn Look) -> Result<u32, Failure> {
    let found = match group {
        true => look.group(name)?,
        false => look.user(name)?.map(|account| account.uid),
    };
    let (field, noun) = if group {
        ("group", "group")
    } else {
        ("owner", "user")
    };
    found.ok_or_else(|| {
        let shown = crate::value::sanitise(name);
        Failure::new(format!("{field}: there is no {noun} `{shown}`")).about(field)
    })
}
