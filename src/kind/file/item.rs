//! One path as it should be.

use super::super::{Blob, Failure, path};
use super::Want;
use crate::value::{Value, sha256_hex};
use crate::world::{Fault, Look, Node, READ_LIMIT, Stat};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What should stand at one path.
pub(super) enum Item<'a> {
    /// A regular file.
    File(Body<'a>),
    /// A directory.
    Dir,
    /// A symbolic link to this target.
    Link(PathBuf),
}

/// What a file should hold.
pub(super) enum Body<'a> {
    /// Whatever it holds; a new one is empty.
    Any,
    /// What was written or received; in a plan perhaps not known yet.
    Given(&'a Blob),
    /// What the source holds, and whether others may not read that.
    Copied(Arc<[u8]>, bool),
}

impl Body<'_> {
    /// The bytes, if they are wanted to be certain ones.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Body::Any => None,
            Body::Given(blob) => blob.is_known().then(|| blob.bytes()),
            Body::Copied(bytes, _) => Some(bytes),
        }
    }

    /// Whether nobody else may see them.
    pub(super) fn is_secret(&self) -> bool {
        match self {
            Body::Any => false,
            Body::Given(blob) => blob.is_secret(),
            Body::Copied(_, private) => *private,
        }
    }
}

/// The hash of content, so that the same is put that was looked at. Never shown, not in `Debug` either: it may be of a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Sum([u8; 32]);

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sum")
    }
}

impl<'a> Item<'a> {
    /// What the params say should stand at the path itself.
    pub(super) fn of(want: &'a Want, look: &dyn Look) -> Result<Item<'a>, Failure> {
        if want.is_dir() {
            return Ok(Item::Dir);
        }
        if let Some(target) = &want.target {
            return Ok(Item::Link(PathBuf::from(target)));
        }
        match (&want.content, &want.source) {
            (Some(content), _) => Ok(Item::File(Body::Given(content))),
            (None, Some(source)) => copied(Path::new(source), look),
            (None, None) => Ok(Item::File(Body::Any)),
        }
    }

    /// In a word: what should be there.
    pub(super) fn noun(&self) -> String {
        match self {
            Item::File(_) => "a file".to_owned(),
            Item::Dir => "a directory".to_owned(),
            Item::Link(target) => format!("a link to {}", shown(target)),
        }
    }

    /// Which content it copies, if it copies any: what is written or received is the same in check and apply.
    pub(super) fn sum(&self) -> Option<Sum> {
        use sha2::{Digest, Sha256};
        match self {
            Item::File(Body::Copied(bytes, _)) => Some(Sum(Sha256::digest(bytes).into())),
            _ => None,
        }
    }

    /// Whether what it holds is secret.
    pub(super) fn is_secret(&self) -> bool {
        matches!(self, Item::File(body) if body.is_secret())
    }
}

/// The source of one file; links to it are followed.
fn copied<'a>(source: &Path, look: &dyn Look) -> Result<Item<'a>, Failure> {
    let about = |failure: Failure| failure.about("source");
    let look = &*look.straight();
    let path = path::resolve(look, source, |_, _| {}).map_err(about)?;
    let stat = look
        .stat(&path)
        .and_then(|stat| stat.ok_or_else(|| Fault::NotFound(path.clone())))
        .map_err(|fault| about(Failure::from(fault)))?;
    if stat.what != Node::File {
        let why = format!(
            "source: {} is {}, not a file",
            shown(&path),
            node_noun(stat.what)
        );
        return Err(about(Failure::new(why)));
    }
    read_copy(&path, &stat, look).map_err(about)
}

/// What a regular file holds, to be copied.
pub(super) fn read_copy<'a>(
    path: &Path,
    stat: &Stat,
    look: &dyn Look,
) -> Result<Item<'a>, Failure> {
    let bytes = look.read(path, READ_LIMIT)?;
    Ok(Item::File(Body::Copied(bytes, !others_read(stat))))
}

/// Whether others may read it, as far as its own mode says.
pub(super) fn others_read(stat: &Stat) -> bool {
    stat.mode & 0o004 != 0
}

/// What stands there, in a word.
pub(super) fn node_noun(node: Node) -> &'static str {
    match node {
        Node::File => "a file",
        Node::Dir => "a directory",
        Node::Link => "a link",
        Node::Other => "a device, socket or pipe",
    }
}

/// A path as it is shown and typed.
pub(super) fn shown(path: &Path) -> String {
    crate::value::quote(&path.to_string_lossy())
}

/// The hash of some content.
pub(super) fn sha256(bytes: &[u8]) -> Value {
    Value::str(sha256_hex(bytes))
}
