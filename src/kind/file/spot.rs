//! Where a path with a link at it is really written.

use super::super::{Failure, path};
use super::item::{Item, node_noun, shown};
use super::{Want, tree};
use crate::world::{Look, Node, Stat};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Where the params' path really is, and what stands there.
pub(super) struct Spot<'a> {
    /// The path, or where the link at it points.
    pub(super) path: Cow<'a, Path>,
    /// What stands there.
    pub(super) stat: Option<Stat>,
    /// How a link was treated.
    pub(super) note: Option<String>,
    /// Whether the path is known to be the real one.
    real: bool,
}

impl<'a> Spot<'a> {
    /// Where these params' path is, as what should stand there has it. With `recurse` it is the real path, since all below it
    /// is meant.
    pub(super) fn of(want: &'a Want, item: &Item, look: &dyn Look) -> Result<Spot<'a>, Failure> {
        match want.recurse {
            true => Spot::real(want, item, look),
            false => Spot::written(want, item, look),
        }
    }

    /// The same by its real path, to change what stands there: nothing that is put into its way from here on leads elsewhere.
    pub(super) fn real(want: &'a Want, item: &Item, look: &dyn Look) -> Result<Spot<'a>, Failure> {
        let spot = Spot::written(want, item, look)?;
        let path = match spot.real {
            true => spot.path,
            false => Cow::Owned(tree::real(&spot.path, look)?),
        };
        if want.recurse {
            tree::refuse_top_level(want.plain_path(), &path, Node::Dir)?;
        }
        Ok(Spot {
            path,
            real: true,
            ..spot
        })
    }

    fn written(want: &'a Want, item: &Item, look: &dyn Look) -> Result<Spot<'a>, Failure> {
        let path = want.plain_path();
        let stat = look.stat(path)?;
        let is_link = stat.as_ref().is_some_and(|stat| stat.what == Node::Link);
        let here = |note| Spot {
            path: Cow::Borrowed(path),
            stat: stat.clone(),
            note,
            real: false,
        };
        if !is_link || matches!(item, Item::Link(_)) {
            return Ok(here(None));
        }
        let leads = Leads::of(path, look)?;
        let note = leads.note(path);
        let Leads::Through(target) = leads else {
            return Ok(here(Some(note)));
        };
        let there = look.stat(&target)?;
        let leads_to = there.as_ref().map(|stat| stat.what);
        match (item, leads_to) {
            (Item::Dir, Some(Node::Dir)) | (Item::File(_), Some(Node::File) | None) => Ok(Spot {
                path: Cow::Owned(target),
                stat: there,
                note: Some(note),
                real: true,
            }),
            (Item::File(_), Some(node)) if !want.force => Err(astray(path, &target, node)),
            _ => Ok(here(None)),
        }
    }
}

fn astray(path: &Path, target: &Path, node: Node) -> Failure {
    let (path, target, noun) = (shown(path), shown(target), node_noun(node));
    Failure::new(format!(
        "{path} is a link to {target}, which is {noun}, not a file: `force: true` replaces the link"
    ))
}

/// What to do about a link.
pub(super) enum Leads {
    /// Write through it, to here.
    Through(PathBuf),
    /// Leave alone where it points, for this reason.
    Untrusted(&'static str),
}

impl Leads {
    /// Of the link at `path`. It is trusted only where it, and every directory on the way to it and to its target, is the
    /// user's or root's and writable by no one else: else somebody could choose what root writes to. Each step is looked at in
    /// what the step before found nobody else can change, so the verdict still holds when the target is written, and that by
    /// its real path.
    pub(super) fn of(path: &Path, look: &dyn Look) -> Result<Leads, Failure> {
        let me = look.me()?.uid;
        let mut doubt = None;
        let target = path::resolve(&*look.straight(), path, |_, stat| {
            doubt = doubt.or(distrust(stat, me))
        })?;
        Ok(match doubt {
            Some(why) => Leads::Untrusted(why),
            None => Leads::Through(target),
        })
    }

    /// What plan and trace say of it.
    pub(super) fn note(&self, path: &Path) -> String {
        let link = shown(path);
        match self {
            Leads::Through(target) => {
                format!("{link} is a link: written through to {}", shown(target))
            }
            Leads::Untrusted(why) => {
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
