//! What a session has found on a real machine, as a simulated one: what a story of it begins with.

use super::sims::unit;
use crate::graph::{Key, Params};
use crate::value::{Value, sanitise};
use crate::world::sim::SimSpec;
use crate::world::sim::spec::{FileBody, FileSpec, UnitSpec, UserSpec};
use crate::world::{Look, Node, Stat, Unit};
use std::path::Path;

/// What was found: each thing as it was when it was inspected first.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// The machine, as far as it is known.
    pub world: SimSpec,
    /// What of it a story does not hold.
    pub lost: Vec<String>,
}

impl Found {
    /// This was found under a vertex's name. What cannot be looked at once more is not taken in.
    pub(super) fn take(&mut self, key: &Key, params: &Params, look: &dyn Look) {
        match key.kind() {
            "file" => self.file(key.name(), params, look),
            "svc" => self.unit(key.name(), params, look),
            _ => {}
        }
    }

    fn file(&mut self, name: &str, params: &Params, look: &dyn Look) {
        let path = match name.trim_end_matches('/') {
            "" => Path::new("/"),
            plain => Path::new(plain),
        };
        let (false, Ok(Some(stat))) = (self.world.files.contains_key(path), look.stat(path)) else {
            return;
        };
        let Some(what) = self.body(path, &stat, params, look) else {
            return;
        };
        let own = |id: u32, group: bool| match (id, look.name_of(id, group)) {
            (0, _) | (_, Err(_)) => None,
            (_, Ok(name)) => Some(name),
        };
        let (owner, group) = (own(stat.uid, false), own(stat.gid, true));
        let mode = (stat.what != Node::Link).then_some(stat.mode);
        self.know(owner.as_deref(), group.as_deref(), &stat);
        let spec = FileSpec {
            what,
            mode,
            owner,
            group: group.or_else(|| (stat.uid != 0).then(|| "root".to_owned())),
        };
        self.world.files.insert(path.to_owned(), spec);
    }

    /// What stands there. A secret is never in it, and neither is what is no text, or too long.
    fn body(
        &mut self,
        path: &Path,
        stat: &Stat,
        params: &Params,
        look: &dyn Look,
    ) -> Option<FileBody> {
        Some(match stat.what {
            Node::Dir => FileBody::Dir,
            Node::Link => FileBody::Link(look.read_link(path).ok()?),
            Node::Other => return None,
            Node::File => match params.get("content") {
                Some(Value::Str(text)) => FileBody::File(text.as_bytes().to_vec()),
                _ => {
                    let shown = sanitise(&path.display().to_string());
                    self.lost.push(format!("what {shown} held"));
                    FileBody::File(Vec::new())
                }
            },
        })
    }

    /// Accounts that own something there are there as well.
    fn know(&mut self, owner: Option<&str>, group: Option<&str>, stat: &Stat) {
        let named = |name: &&str| name.parse::<u32>().is_err();
        if let Some(owner) = owner.filter(named) {
            let user = UserSpec {
                uid: stat.uid,
                ..UserSpec::default()
            };
            self.world.users.entry(owner.to_owned()).or_insert(user);
        }
        if let Some(group) = group.filter(named) {
            let groups = &mut self.world.groups;
            groups.entry(group.to_owned()).or_insert(stat.gid);
        }
    }

    fn unit(&mut self, name: &str, params: &Params, look: &dyn Look) {
        let session = matches!(params.get("session"), Some(Value::Bool(true)));
        let unit = Unit {
            session,
            ..unit(name)
        };
        let (false, Ok(service)) = (self.world.services.contains_key(&unit), look.service(&unit))
        else {
            return;
        };
        let spec = UnitSpec {
            load: service.load,
            active: service.active,
            startup: service.startup,
            can_reload: service.can_reload,
            stale: service.stale,
            outdated: service.outdated,
            ..UnitSpec::default()
        };
        self.world.services.insert(unit, spec);
    }
}
