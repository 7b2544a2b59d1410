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

    /// Whether what stands there becomes somebody else's.
    pub(super) fn gives_away(&self, stat: &Stat) -> bool {
        self.uid.is_some_and(|uid| uid != stat.uid) || self.gid.is_some_and(|gid| gid != stat.gid)
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
            (Some(mode), current) => bits(mode, current.unwrap_or(fresh), dir, self.trees),
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

/// What a mode makes of these bits; in trees a directory gets the `x` that belongs to each `r`.
fn bits(mode: &Mode, current: u32, dir: bool, trees: bool) -> u32 {
    let bits = mode.bits(current, dir);
    match dir && trees {
        true => bits | ((bits & 0o444) >> 2),
        false => bits,
    }
}

/// Whether a mode leaves what it has made as it is.
pub(super) fn comes_to_rest(want: &Want) -> Result<(), String> {
    let Some(mode) = &want.mode else {
        return Ok(());
    };
    let sorts: &[bool] = match (want.is_dir(), want.recurse) {
        (true, true) => &[false, true],
        (true, false) => &[true],
        (false, _) => &[false],
    };
    let mut found = sorts
        .iter()
        .map(|&dir| mode.restless(|from| bits(mode, from, dir, want.recurse)));
    match found.find_map(|found| found) {
        None => Ok(()),
        Some([is, once, twice]) => Err(format!(
            "mode: `{mode}` never comes to rest: of {is:04o} it makes {once:04o}, and of that {twice:04o}; write the bits that are \
             meant (u=rw,g=r,o= or 0640), or put what reads bits (g=u, X) after what sets them"
        )),
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
