//! What can be wrong with a file.

use super::super::Drift as AnyDrift;
use super::diff::Diff;
use super::item::Sum;
use crate::value::{Action, short};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// What can be wrong, and where that was found: the same is mended at the same place, or nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What is wrong.
    pub(super) drift: Drift,
    /// The real path that the params mean; as it is written, where nothing should be there.
    pub(super) at: Arc<Path>,
}

/// What can be wrong with a file, directory or link: what is, and what should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Drift {
    /// Nothing is there.
    Create {
        /// What should be, in words: `a file with mode 0644`.
        should: String,
        /// What it will hold.
        diff: Option<Diff>,
        /// Which content that is, if it is copied.
        sum: Option<Sum>,
    },
    /// Something else is there, and gives way.
    Replace {
        /// What is there, in words.
        is: String,
        /// What should be.
        should: String,
        /// What it will hold.
        diff: Option<Diff>,
        /// Which content that is, if it is copied.
        sum: Option<Sum>,
        /// Every path that goes, parents first; the path itself among them, if it cannot be renamed over.
        removes: Vec<String>,
    },
    /// It holds something else: how what is wanted differs, and which content that is, if it is copied.
    Content(Diff, Option<Sum>),
    /// The link points elsewhere: where to, and where it should.
    Target(String, String),
    /// Other permissions.
    Mode {
        /// What they are.
        is: u32,
        /// What they should be.
        should: u32,
        /// Whether the reason is that a secret may not stand open to others.
        exposed: bool,
    },
    /// Another owner: who it is, and who it should be.
    Owner(String, String),
    /// Another group: which it is, and which it should be.
    Group(String, String),
    /// It should not be there: what it is, and every path that goes, parents first.
    Remove(&'static str, Vec<String>),
    /// What the source does not hold: every path that goes, parents first.
    Purge(Vec<String>),
    /// What was replaced by force, or was to replace it, still stands beside it: every path that goes, parents first.
    Leftover(Vec<String>),
    /// What is wrong with a path below the directory.
    Below(String, Box<Drift>),
}

/// What a check remembers: the wanted content's hash, so that it is not made again.
#[derive(Clone, PartialEq, Debug)]
pub struct Kept {
    /// In hexadecimal.
    pub(super) sha256: crate::value::Value,
    /// Whether others may not read the file.
    pub(super) private: bool,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Drift::Create { should, .. } => write!(f, "missing, should be {should}"),
            Drift::Replace { is, should, .. } => write!(f, "is {is}, should be {should}"),
            Drift::Content(diff, _) => write!(f, "content differs ({})", diff.summary()),
            Drift::Target(is, should) => write!(f, "points to {is}, should point to {should}"),
            Drift::Mode {
                is,
                should,
                exposed,
            } => {
                let why = if *exposed { " (it holds a secret)" } else { "" };
                write!(f, "mode {is:04o}, should be {should:04o}{why}")
            }
            Drift::Owner(is, should) => write!(f, "owner {is}, should be {should}"),
            Drift::Group(is, should) => write!(f, "group {is}, should be {should}"),
            Drift::Remove(what, paths) => match paths.len() {
                0 | 1 => write!(f, "is there ({what}), should be absent"),
                n => write!(
                    f,
                    "is there ({what} with {} below it), should be absent",
                    n - 1
                ),
            },
            Drift::Purge(paths) => {
                let n = paths.len();
                let paths = if n == 1 { "path" } else { "paths" };
                write!(
                    f,
                    "{n} {paths} that the source does not hold, should be absent"
                )
            }
            Drift::Leftover(paths) => {
                let name = paths
                    .first()
                    .map_or("", |path| path.rsplit('/').next().unwrap_or(path));
                write!(
                    f,
                    "{} is left from replacing it, should be absent",
                    crate::value::quote(name)
                )
            }
            Drift::Below(path, drift) => write!(f, "{path}: {drift}"),
        }
    }
}

impl Drift {
    /// The paths that are left from a replacing, if it is about such.
    pub(super) fn left(&self) -> &[String] {
        match self {
            Drift::Leftover(paths) => paths,
            Drift::Below(_, drift) => drift.left(),
            _ => &[],
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.drift.fmt(f)
    }
}

impl AnyDrift for Found {
    fn field(&self) -> &'static str {
        self.drift.field()
    }

    fn action(&self) -> Action {
        match &self.drift {
            Drift::Create { .. } => Action::Add,
            Drift::Remove(..) | Drift::Purge(_) | Drift::Leftover(_) => Action::Remove,
            // What stands or is missing below it is a part of what is there.
            _ => Action::Change,
        }
    }

    fn detail(&self) -> Vec<String> {
        self.drift.detail()
    }

    fn mark(&self) -> u64 {
        let mut hash = Sha256::new_with_prefix(self.drift.mark().to_le_bytes());
        hash.update(self.at.as_os_str().as_encoded_bytes());
        short(hash)
    }
}

impl Drift {
    fn field(&self) -> &'static str {
        match self {
            Drift::Create { .. } | Drift::Replace { .. } | Drift::Remove(..) => "state",
            Drift::Content(..) => "content",
            Drift::Target(..) => "target",
            Drift::Mode { .. } => "mode",
            Drift::Owner(..) => "owner",
            Drift::Group(..) => "group",
            Drift::Purge(_) => "purge",
            Drift::Leftover(_) => "force",
            Drift::Below(_, drift) => drift.field(),
        }
    }

    fn mark(&self) -> u64 {
        match self {
            Drift::Create { diff, .. } | Drift::Replace { diff, .. } => {
                diff.as_ref().map_or(0, Diff::mark)
            }
            Drift::Content(diff, _) => diff.mark(),
            Drift::Below(_, drift) => drift.mark(),
            _ => 0,
        }
    }

    fn detail(&self) -> Vec<String> {
        match self {
            Drift::Create { diff, .. } => diff.as_ref().map_or_else(Vec::new, Diff::lines),
            Drift::Replace { diff, removes, .. } => {
                let lines = diff.as_ref().map_or_else(Vec::new, Diff::lines);
                removed(removes).chain(lines).collect()
            }
            Drift::Content(diff, _) => diff.lines(),
            Drift::Remove(_, paths) | Drift::Purge(paths) | Drift::Leftover(paths) => {
                removed(paths).collect()
            }
            Drift::Below(_, drift) => drift.detail(),
            _ => Vec::new(),
        }
    }
}

/// A line for each path that goes: all of them, since nobody can consent to what is not shown.
fn removed(paths: &[String]) -> impl Iterator<Item = String> {
    paths
        .iter()
        .map(|path| format!("removes {}", crate::value::quote(path)))
}
