//! What people write who come from mgmt, and what weft calls it.

/// (kind, or `meta`, or nothing for the top of a file; the foreign key; what to write instead).
const FOREIGN: &[(&str, &str, &str)] = &[
    (
        "",
        "collect",
        "remove it: weft has no exported resources, write them under `resources`",
    ),
    (
        "",
        "remote",
        "remove it: a graph runs on the host where weft is started",
    ),
    ("exec", "ifcmd", "weft's name for it is `onlyif`"),
    (
        "exec",
        "ifshell",
        "`onlyif` takes a whole command: `sh -c '…'`",
    ),
    ("exec", "ifcwd", "guards run where `cwd` says"),
    (
        "exec",
        "watchcmd",
        "remove it: draw an edge `~>` from what it should react to, or set `poll` under `meta`",
    ),
    ("exec", "watchshell", "remove it, with `watchcmd`"),
    ("exec", "watchcwd", "remove it, with `watchcmd`"),
    ("exec", "pollint", "write `meta: {poll: 10s}`"),
    (
        "exec",
        "state",
        "remove it: an exec runs unless a guard holds",
    ),
    (
        "exec",
        "donecmd",
        "write a second exec, and an edge `~>` to it",
    ),
    ("file", "dirname", "write the whole path as `path`"),
    ("file", "basename", "write the whole path as `path`"),
    (
        "file",
        "fragments",
        "bind what they hold into a template's vars",
    ),
    ("file", "symlink", "write the link's target as `target`"),
    (
        "password",
        "saved",
        "remove it: the password is kept by weft itself",
    ),
    ("password", "check_recovery", "write `recover: true`"),
    (
        "meta",
        "reverse",
        "weft removes nothing by itself: set `state: absent`",
    ),
    ("meta", "realize", "remove it: nothing is skipped"),
    (
        "meta",
        "rewatch",
        "remove it: a watch that fails is tried again by itself",
    ),
    (
        "meta",
        "reset",
        "remove it: each new cause brings a fresh set of tries",
    ),
    (
        "meta",
        "retryreset",
        "remove it: each new cause brings a fresh set of tries",
    ),
    ("meta", "dollar", "remove it: names hold any character"),
];

/// (kind, param, the foreign value; what to write instead).
const FOREIGN_VALUES: &[(&str, &str, &str, &str)] = &[
    (
        "file",
        "state",
        "directory",
        "a `/` at the end of its path makes it a directory, and `state` says that it is there",
    ),
    ("file", "state", "present", "weft's name for it is `exists`"),
];

/// What to write instead of a foreign value, if it is one that is known.
pub fn foreign_value(kind: &str, param: &str, found: &str) -> Option<String> {
    let found = found.trim_matches('`');
    let row = FOREIGN_VALUES
        .iter()
        .find(|row| (row.0, row.1, row.2) == (kind, param, found))?;
    Some(row.3.to_owned())
}

/// What to write instead of a foreign key, if it is one that is known.
pub(super) fn foreign(kind: &str, key: &str) -> Option<&'static str> {
    let row = FOREIGN.iter().find(|row| (row.0, row.1) == (kind, key))?;
    Some(row.2)
}
