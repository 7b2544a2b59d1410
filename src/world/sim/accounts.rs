//! Users and groups of the simulated machine.

use super::spec::UserSpec;
use crate::world::Account;
use crate::world::rules::id;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The account database.
#[derive(Clone, Debug)]
pub(super) struct Accounts {
    users: BTreeMap<String, Account>,
    groups: BTreeMap<String, u32>,
}

impl Accounts {
    /// `root`, `nobody` and `user`, and those given. Says which group of which user is missing.
    pub fn new(
        users: &BTreeMap<String, UserSpec>,
        groups: &BTreeMap<String, u32>,
    ) -> Result<Accounts, String> {
        let mut all = usual();
        all.extend(users.clone());
        let ids = all.iter().flat_map(|(name, user)| {
            let gid = user.gid.unwrap_or(user.uid);
            [(name, user.uid), (name, gid)]
        });
        let gids = groups.iter().map(|(name, gid)| (name, *gid));
        if let Some((name, no)) = ids.chain(gids).find(|(_, id)| *id == u32::MAX) {
            return Err(format!("`{name}` has the number {no}, which nobody can"));
        }
        let mut accounts = Accounts {
            users: BTreeMap::new(),
            groups: groups.clone(),
        };
        for (name, user) in &all {
            if user.gid.is_none() {
                accounts.groups.entry(name.clone()).or_insert(user.uid);
            }
        }
        for (name, user) in &all {
            let account = accounts.account(name, user)?;
            accounts.users.insert(name.clone(), account);
        }
        Ok(accounts)
    }

    fn account(&self, name: &str, user: &UserSpec) -> Result<Account, String> {
        let own = || self.groups.get(name).copied().unwrap_or(user.uid);
        let gid = user.gid.unwrap_or_else(own);
        let mut ids = vec![gid];
        for group in &user.groups {
            let id = self.group(group).ok_or_else(|| {
                format!(
                    "user `{name}` is in group `{group}`, which is not there: add it to `groups`"
                )
            })?;
            ids.push(id);
        }
        ids.sort_unstable();
        ids.dedup();
        let home = match name {
            "root" => PathBuf::from("/root"),
            _ => PathBuf::from("/home").join(name),
        };
        Ok(Account {
            name: name.to_owned(),
            uid: user.uid,
            gid,
            groups: ids,
            home: user.home.clone().unwrap_or(home),
        })
    }

    /// A user by name or number. As on a host, a number that nobody has is an account all the same.
    pub fn user(&self, name: &str) -> Option<Account> {
        if let Some(user) = self.users.get(name) {
            return Some(user.clone());
        }
        let uid = id(name)?;
        let known = self.users.values().find(|user| user.uid == uid);
        Some(known.cloned().unwrap_or_else(|| Account {
            name: uid.to_string(),
            uid,
            gid: uid,
            groups: vec![uid],
            home: PathBuf::from("/"),
        }))
    }

    /// A group's number by name or number.
    pub fn group(&self, name: &str) -> Option<u32> {
        self.groups.get(name).copied().or_else(|| id(name))
    }

    /// A number's name, or the number.
    pub fn name_of(&self, id: u32, group: bool) -> String {
        let found = match group {
            true => self
                .groups
                .iter()
                .find(|(_, gid)| **gid == id)
                .map(|found| found.0),
            false => self
                .users
                .iter()
                .find(|(_, user)| user.uid == id)
                .map(|found| found.0),
        };
        found.cloned().unwrap_or_else(|| id.to_string())
    }

    /// All users but those that every machine has as they are.
    pub fn users(&self) -> BTreeMap<String, UserSpec> {
        let usual = usual();
        let spec = |user: &Account| UserSpec {
            uid: user.uid,
            gid: (self.groups.get(&user.name) != Some(&user.gid)).then_some(user.gid),
            groups: user
                .groups
                .iter()
                .filter(|gid| **gid != user.gid)
                .map(|gid| self.name_of(*gid, true))
                .collect(),
            home: Some(user.home.clone()),
        };
        self.users
            .iter()
            .map(|(name, user)| (name.clone(), spec(user)))
            .filter(|(name, user)| usual.get(name).is_none_or(|usual| usual.uid != user.uid))
            .collect()
    }

    /// All groups.
    pub fn groups(&self) -> &BTreeMap<String, u32> {
        &self.groups
    }
}

fn usual() -> BTreeMap<String, UserSpec> {
    [("root", 0), ("nobody", 65534), ("user", 1000)]
        .into_iter()
        .map(|(name, uid)| {
            let user = UserSpec {
                uid,
                home: (name == "nobody").then(|| PathBuf::from("/nonexistent")),
                ..UserSpec::default()
            };
            (name.to_owned(), user)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_the_number_that_means_as_it_is() {
        let void = UserSpec {
            uid: u32::MAX,
            ..UserSpec::default()
        };
        let users = BTreeMap::from([("void".to_owned(), void)]);
        let refused = Accounts::new(&users, &BTreeMap::new()).err();
        let why = "`void` has the number 4294967295, which nobody can";
        assert_eq!(refused.as_deref(), Some(why));
        let usual = Accounts::new(&BTreeMap::new(), &BTreeMap::new()).ok();
        let by = |number: &str| usual.as_ref().map(|usual| usual.user(number).is_some());
        assert_eq!(by("4294967294"), Some(true));
        assert_eq!(by("4294967295"), Some(false));
    }
}
