//! The environment variables that are read. No others are; whoever reads one, reads it here, but for the host world, which
//! asks for its proxies and its session bus itself.

use std::ffi::OsString;

/// One variable, with what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub about: &'static str,
}

const fn new(name: &'static str, about: &'static str) -> Variable {
    Variable { name, about }
}

/// Every variable that is read, in the order of the manual.
pub const VARIABLES: &[Variable] = &[
    new(
        "WEFT_STATE_DIR",
        "the state root, unless --state-dir is given",
    ),
    new(
        "XDG_STATE_HOME",
        "where state, history and lessons done are, below `weft`; else ~/.local/state",
    ),
    new(
        "XDG_RUNTIME_DIR",
        "where texts being edited are kept, and where the user's service manager listens",
    ),
    new("HOME", "where ~/.local/state is"),
    new(
        "PATH",
        "where weft finds itself, to watch over commands, if it was called by its name and there is no /proc",
    ),
    new(
        "NO_COLOR",
        "if set and not empty: no colour, unless --color=always",
    ),
    new(
        "TERM",
        "if dumb: no screen, no colour, no progress line, no pager; if dumb, linux or vt*: ASCII alone on a terminal",
    ),
    new(
        "LC_ALL",
        "the character set of the output: ASCII alone unless it says UTF-8",
    ),
    new("LC_CTYPE", "the same, if LC_ALL is not set"),
    new("LANG", "the same, if neither is set"),
    new(
        "PAGER",
        "what shows a result that is longer than the terminal; else less",
    ),
    new("VISUAL", "the editor of `edit`"),
    new("EDITOR", "the same, if VISUAL is not set; else vi"),
    new(
        "NOTIFY_SOCKET",
        "where a service manager is told that a `watch` is ready, reads its file again, or stops",
    ),
    new(
        "JOURNAL_STREAM",
        "which stream goes to systemd's journal: each of its lines gets a priority, and no colour",
    ),
    new("CI", "if set: `test` writes no snapshot"),
    new("GITHUB_ACTIONS", "if true: `test` prints annotations"),
    new("HTTPS_PROXY", "the proxy for https, also in small letters"),
    new("HTTP_PROXY", "the proxy for http, in small letters alone"),
    new("ALL_PROXY", "the proxy for either, also in small letters"),
    new(
        "NO_PROXY",
        "hosts that are reached without a proxy, also in small letters",
    ),
    new(
        "SSL_CERT_FILE",
        "the trust store, instead of the host's own",
    ),
    new("SSL_CERT_DIR", "the same, as a directory"),
    new(
        "DBUS_SESSION_BUS_ADDRESS",
        "where the user's service manager listens",
    ),
    new(
        "DBUS_SYSTEM_BUS_ADDRESS",
        "where the service manager listens",
    ),
];

/// The value of a variable that is in the table; none if it is not set, is empty, or is not in the table.
pub fn var(name: &str) -> Option<OsString> {
    let known = VARIABLES.iter().find(|variable| variable.name == name)?;
    std::env::var_os(known.name).filter(|value| !value.is_empty())
}

/// The same as text; what is no UTF-8 counts as not set.
pub fn text(name: &str) -> Option<String> {
    var(name)?.into_string().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    /// The host world's own reads, and the test that stands beside them.
    const ELSEWHERE: &[&str] = &[
        "world/host/bus.rs",
        "world/host/http/mod.rs",
        "world/host/service.rs",
    ];

    fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
        let entries = std::fs::read_dir(dir).expect("the sources are there");
        for entry in entries {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn nothing_reads_the_environment_elsewhere() {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        sources(&src, &mut files);
        assert!(files.len() > 50, "{}", files.len());
        let needles = [
            ["std::env", "::var"].concat(),
            ["use std", "::env;"].concat(),
        ];
        let mut readers = BTreeSet::new();
        for file in files {
            let text = std::fs::read_to_string(&file).expect("text");
            if needles.iter().any(|needle| text.contains(needle)) {
                let path = file.strip_prefix(&src).expect("below src");
                readers.insert(path.to_string_lossy().into_owned());
            }
        }
        let allowed: BTreeSet<String> = ELSEWHERE
            .iter()
            .chain(&["repl/env.rs"])
            .map(|path| (*path).to_owned())
            .collect();
        assert_eq!(readers, allowed);
    }

    #[test]
    fn the_table_names_each_variable_once() {
        let names: BTreeSet<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
        assert_eq!(names.len(), VARIABLES.len());
        assert_eq!(var("WEFT_NOT_IN_THE_TABLE"), None);
        assert_eq!(var("CARGO"), None, "not in the table, so never read");
    }
}
