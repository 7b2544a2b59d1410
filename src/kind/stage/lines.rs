//! A machine as lines, one a path.

use super::Stage;
use crate::world::Look;
use crate::world::sim::spec::{FileBody, FileSpec, UserSpec};
use crate::world::sim::{Sim, SimSpec};
use std::path::PathBuf;

impl Stage {
    /// Of lines such as `/etc/motd 0644 root = text`, `/etc/ 0755 root`, `/link -> /target www`, `/also => /hard/link`,
    /// `/pipe | 0600 root`,
    /// `mount /path`, `immutable /path`, `as user`. Parents come by themselves; the users `www` and `deploy` are there.
    pub fn of(lines: &str) -> Stage {
        let mut spec = SimSpec::default();
        for (name, uid) in [("www", 33), ("deploy", 1001)] {
            let user = UserSpec {
                uid,
                ..UserSpec::default()
            };
            spec.users.insert(name.into(), user);
        }
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(path) = line.strip_prefix("mount ") {
                spec.mounts.insert(path.into());
            } else if let Some(path) = line.strip_prefix("immutable ") {
                spec.immutable.insert(path.into());
            } else if let Some(user) = line.strip_prefix("as ") {
                spec.user = Some(user.into());
            } else {
                let (path, file) = file(line);
                spec.files.insert(path, file);
            }
        }
        Stage::over(Sim::new(spec, 1).unwrap())
    }

    /// The same lines as [`Stage::of`] takes, of all that stands at and below a path.
    pub fn lines(&self, below: &str) -> String {
        let files = self.sim.spec().files;
        let lines = files
            .iter()
            .filter(|(path, _)| path.starts_with(below))
            .map(|(path, file)| {
                let stat = self.view.stat(path).unwrap().unwrap();
                let (path, mode) = (path.display(), stat.mode);
                let owner = self.view.name_of(stat.uid, false).unwrap();
                match &file.what {
                    FileBody::Link(target) => format!("{path} -> {}", target.display()),
                    FileBody::Dir => format!("{path}/ {mode:04o} {owner}"),
                    FileBody::File(bytes) => {
                        let text = String::from_utf8_lossy(bytes).replace('\n', "\\n");
                        format!("{path} {mode:04o} {owner} = {text}")
                            .trim_end()
                            .to_owned()
                    }
                    FileBody::Other => format!("{path} | {mode:04o} {owner}"),
                    other => format!("{path} {other:?}"),
                }
            });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// One path of the machine, as its line says.
fn file(line: &str) -> (PathBuf, FileSpec) {
    let (head, text) = line.split_once(" = ").unwrap_or((line, ""));
    let words: Vec<&str> = head.split_whitespace().collect();
    let owner = |at: usize| words.get(at).map(|name| (*name).to_owned());
    let text = text.replace("\\n", "\n").replace("\\0", "\0");
    let path = words[0].trim_end_matches('/');
    let (what, mode, owner) = match words.get(1) {
        Some(&"->") => (FileBody::Link(words[2].into()), None, owner(3)),
        Some(&"=>") => (FileBody::HardLink(words[2].into()), None, None),
        Some(&"|") => {
            let mode = words
                .get(2)
                .map(|mode| u32::from_str_radix(mode, 8).unwrap());
            (FileBody::Other, mode, owner(3))
        }
        mode => {
            let mode = mode.map(|mode| u32::from_str_radix(mode, 8).unwrap());
            let dir = words[0].ends_with('/');
            let what = if dir {
                FileBody::Dir
            } else {
                FileBody::File(text.into_bytes())
            };
            (what, mode, owner(2))
        }
    };
    (
        path.into(),
        FileSpec {
            mode,
            owner,
            ..FileSpec::of(what)
        },
    )
}
