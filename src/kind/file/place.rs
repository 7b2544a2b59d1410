//! Where a path with a link at it is really written.

use super::super::{Failure, path};
use super::item::shown;
use crate::world::{Look, Node, Stat};
use std::path::{Path, PathBuf};

/// What to do about a link.
pub(super) enum Place {
    /// Write through it, to here.
    Through(PathBuf),
    /// Leave alone where it points, for this reason.
    Untrusted(&'static str),
}

impl Place {
    /// Of the link at `path`. It is trusted only where it, and every directory on the way to it and to its target, is the
    /// user's or root's and writable by no one else: else somebody could choose what root writes to.
    pub(super) fn of(path: &Path, look: &dyn Look) -> Result<Place, Failure> {
        let me = look.me()?.uid;
        let mut doubt = None;
        let target = path::resolve(look, path, |_, stat| doubt = doubt.or(distrust(stat, me)))?;
        Ok(match doubt {
            Some(why) => Place::Untrusted(why),
            None => Place::Through(target),
        })
    }

    /// What plan and trace say of it.
    pub(super) fn note(&self, path: &Path) -> String {
        let link = shown(path);
        match self {
            Place::Through(target) => {
                format!("{link} is a link: written through to {}", shown(target))
            }
            Place::Untrusted(why) => {
                format!("{link} is a link and is replaced itself, not what it points to: {why}")
            }
        }
    }
}

fn distrust(stat: &Stat, me: u32) -> Option<&'static str> {
    let mine = stat.uid == me || stat.uid == 0;
    match stat.what {
        Node::Link if !mine => Some("a link on the way is another user's"),
        Node::Dir if !mine => Some("a directory on the way is another user's"),
        Node::Dir if stat.mode & 0o022 != 0 => Some("others may write to a directory on the way"),
        _ => None,
    }
}
