//! What every command is told of the place that it runs in, and nothing else of whoever runs weft.

use super::Account;
use std::collections::BTreeMap;

/// Where a command's program is looked for.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The environment of a command that runs as this user; messages in English, text in UTF-8.
pub fn environment(account: &Account) -> BTreeMap<String, String> {
    let all = [
        ("PATH", PATH.to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("HOME", account.home.to_string_lossy().into_owned()),
        ("USER", account.name.clone()),
    ];
    all.map(|(name, value)| (name.to_owned(), value)).into()
}
