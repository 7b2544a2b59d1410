//! Looking: what is wrong, and what a file that is right sends.

use super::super::{At, Check, Failure, Sends};
use super::attrs::Attrs;
use super::diff::{DIFF_LIMIT, Diff};
use super::item::{Body, Item, node_noun, others_read, sha256, shown};
use super::spot::Spot;
use super::tree::{self, Source};
use super::{Drift, Found, Kept, State, Want};
use crate::value::{Opaque, Value};
use crate::world::{Fault, Look, Node, READ_LIMIT, Stat};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What a look at one path needs besides the path.
pub(super) struct Eye<'a> {
    /// The world.
    pub(super) look: &'a dyn Look,
    /// Mode and owner as they should be.
    pub(super) attrs: Attrs<'a>,
    /// Whether a directory may give way to something else, and the reverse.
    pub(super) force: bool,
}

/// Every drift, in the order in which to mend them.
pub(super) fn check(want: &Want, at: &At, look: &dyn Look) -> Result<Check<Found>, Failure> {
    if want.state == State::Absent {
        let drifts = absent(want, look)?;
        return Ok(Check::of(found_at(want.plain_path(), drifts)));
    }
    let item = Item::of(want, look)?;
    let mut spot = Spot::of(want, &item, look)?;
    let mut drifts = Vec::new();
    if !want.recurse {
        drifts = Eye::of(want, look)?.wrong(Some(&item), &spot.path, spot.stat.as_ref())?;
    }
    // What is mended is what is wrong at the real path, from which nothing can lead away meanwhile.
    if want.recurse || !drifts.is_empty() {
        spot = Spot::real(want, &item, look)?;
        let straight = look.straight();
        let eye = Eye::of(want, &*straight)?;
        spot.stat = eye.stat(&spot.path)?;
        drifts = eye.wrong(Some(&item), &spot.path, spot.stat.as_ref())?;
        if want.recurse {
            eye.tree(want, &spot.path, &mut drifts)?;
        }
    }
    let memo = match (&item, &spot.stat) {
        (Item::File(Body::Given(blob)), Some(stat)) if drifts.is_empty() && blob.is_known() => {
            Some(remember(blob.bytes(), stat, at.memo))
        }
        _ => at.memo.cloned(),
    };
    let notes = spot
        .note
        .filter(|_| !drifts.is_empty())
        .into_iter()
        .collect();
    Ok(Check {
        memo,
        notes,
        ..Check::of(found_at(&spot.path, drifts))
    })
}

fn found_at(at: &Path, drifts: Vec<Drift>) -> Vec<Found> {
    if drifts.is_empty() {
        return Vec::new();
    }
    let at: Arc<Path> = at.into();
    let found = |drift| Found {
        drift,
        at: at.clone(),
    };
    drifts.into_iter().map(found).collect()
}

/// What it sends: content that is wanted is not read again, since the check has just found it there.
pub(super) fn sends(want: &Want, at: &At, look: &dyn Look) -> Result<Sends, Failure> {
    let mut sends = Sends::from([("path".to_owned(), Value::str(&want.path))]);
    if want.state == State::Absent || want.is_dir() || want.target.is_some() {
        return Ok(sends);
    }
    let kept = at.memo.and_then(|memo| memo.get::<Kept>());
    let (content, sha256, secret) = match (&want.content, kept) {
        (Some(content), Some(kept)) => (content.value().clone(), kept.sha256.clone(), kept.private),
        _ => match read_back(want, look)? {
            Some(read) => read,
            None => return Ok(sends),
        },
    };
    let secret = secret || content.is_secret();
    sends.insert("content".to_owned(), content.secret_if(secret));
    sends.insert("sha256".to_owned(), sha256.secret_if(secret));
    Ok(sends)
}

/// What the file holds, its hash, and whether others may not read it; nothing, where that is too large to send or may not
/// be read: who would receive it is told that there is nothing to send.
fn read_back(want: &Want, look: &dyn Look) -> Result<Option<(Value, Value, bool)>, Failure> {
    let spot = Spot::of(want, &Item::File(Body::Any), look)?;
    let Some(stat) = spot.stat.filter(|stat| stat.what == Node::File) else {
        return Ok(None);
    };
    match look.read(&spot.path, READ_LIMIT) {
        Ok(bytes) => Ok(Some((
            Value::bytes(&bytes),
            sha256(&bytes),
            !others_read(&stat),
        ))),
        Err(Fault::TooLarge(..) | Fault::Denied(..)) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// The hash of what is wanted, made once.
fn remember(wanted: &[u8], stat: &Stat, memo: Option<&Opaque>) -> Opaque {
    let private = !others_read(stat);
    match memo.and_then(|memo| Some((memo, memo.get::<Kept>()?))) {
        Some((memo, kept)) if kept.private == private => memo.clone(),
        Some((_, kept)) => Opaque::new(Kept {
            private,
            ..kept.clone()
        }),
        None => Opaque::new(Kept {
            sha256: sha256(wanted),
            private,
        }),
    }
}

/// What is wrong with something that should not be there.
fn absent(want: &Want, look: &dyn Look) -> Result<Vec<Drift>, Failure> {
    let written = want.plain_path();
    let Some(stat) = look.stat(written)? else {
        return Ok(Vec::new());
    };
    let path = &tree::real(written, look)?;
    tree::refuse_top_level(written, path, stat.what)?;
    let dir = stat.what == Node::Dir;
    if dir != want.is_dir() && !want.force {
        let slash = if dir { "with" } else { "without" };
        return Err(Failure::new(format!(
            "{} is {}: write the path {slash} a `/` at its end to remove it, or `force: true`",
            shown(path),
            node_noun(stat.what)
        )));
    }
    if stat.what == Node::Other && !want.force {
        return Err(Failure::new(format!(
            "{} is {}: `force: true` removes it",
            shown(path),
            node_noun(stat.what)
        )));
    }
    let paths = tree::going(path, &stat, look)?;
    if paths.len() > 1 && !want.recurse {
        return Err(Failure::new(format!(
            "{} holds {} paths: `recurse: true` removes them with it",
            shown(path),
            paths.len() - 1
        )));
    }
    Ok(vec![Drift::Remove(node_noun(stat.what), paths)])
}

impl<'a> Eye<'a> {
    /// With what these params manage.
    pub(super) fn of(want: &'a Want, look: &'a dyn Look) -> Result<Eye<'a>, Failure> {
        let attrs = Attrs::of(want, look)?;
        Ok(Eye {
            look,
            attrs,
            force: want.force,
        })
    }

    /// What stands there; nothing below a link, which has to give way first to the directory that is meant.
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Failure> {
        match self.look.stat(path) {
            Err(Fault::Link(..)) => Ok(None),
            found => Ok(found?),
        }
    }

    /// What is wrong with one path: with its mode and owner only, where nothing is said of what should be there.
    pub(super) fn wrong(
        &self,
        item: Option<&Item>,
        path: &Path,
        stat: Option<&Stat>,
    ) -> Result<Vec<Drift>, Failure> {
        let mut found = Vec::new();
        match (item, stat) {
            (Some(item), stat) => self.one(item, path, stat, &mut found)?,
            (None, Some(stat)) => self.attrs.drifts(stat, false, self.look, &mut found)?,
            (None, None) => {}
        }
        Ok(found)
    }

    fn one(
        &self,
        item: &Item,
        path: &Path,
        stat: Option<&Stat>,
        into: &mut Vec<Drift>,
    ) -> Result<(), Failure> {
        let leftover = self.leftover(path)?;
        let Some(stat) = stat else {
            let (should, diff) = self.fresh(item);
            let sum = item.sum();
            into.push(Drift::Create { should, diff, sum });
            into.extend(leftover);
            return Ok(());
        };
        match (item, stat.what) {
            (Item::File(body), Node::File) => {
                let diff = self.content(body, path, stat)?;
                into.extend(diff.map(|diff| Drift::Content(diff, item.sum())));
            }
            (Item::Dir, Node::Dir) => {}
            // A pipe or device is what it is; its mode and owner can be managed.
            (Item::File(Body::Any), Node::Other) if self.attrs.any() => {}
            (Item::Link(target), Node::Link) => {
                let is = self.look.read_link(path)?;
                if is != *target {
                    into.push(Drift::Target(shown(&is), shown(target)));
                }
            }
            _ => {
                // Its place is needed again.
                into.extend(leftover);
                into.push(self.replace(item, path, stat)?);
                return Ok(());
            }
        }
        self.attrs.drifts(stat, item.is_secret(), self.look, into)?;
        into.extend(leftover);
        Ok(())
    }

    /// What an exchange by force that was cut short has left beside a path.
    fn leftover(&self, path: &Path) -> Result<Option<Drift>, Failure> {
        if !self.force {
            return Ok(None);
        }
        let aside = tree::aside(path);
        let Some(stat) = self.stat(&aside)? else {
            return Ok(None);
        };
        let real = tree::real(&aside, self.look)?;
        let paths = tree::going(&real, &stat, self.look)?;
        Ok(Some(Drift::Leftover(paths)))
    }

    /// What is there is something else altogether.
    fn replace(&self, item: &Item, path: &Path, stat: &Stat) -> Result<Drift, Failure> {
        let is = match stat.what {
            Node::Link => format!("a link to {}", shown(&self.look.read_link(path)?)),
            node => node_noun(node).to_owned(),
        };
        let (here, noun) = (shown(path), item.noun());
        if stat.what == Node::Other {
            return Err(Failure::new(format!(
                "{here} is {is}, should be {noun}: such a thing is never replaced; remove it by hand"
            )));
        }
        let gives_way = matches!(item, Item::File(_)) && stat.what == Node::Link;
        if !gives_way && !self.force {
            return Err(Failure::new(format!(
                "{here} is {is}, should be {noun}: `force: true` replaces it"
            )));
        }
        tree::refuse_mount(path, stat)?;
        let real = tree::real(path, self.look)?;
        tree::refuse_top_level(path, &real, stat.what)?;
        let removes = match (stat.what, item) {
            (Node::Dir, _) | (_, Item::Dir) => tree::going(&real, stat, self.look)?,
            _ => Vec::new(),
        };
        let (should, diff) = self.fresh(item);
        Ok(Drift::Replace {
            is,
            should,
            diff,
            sum: item.sum(),
            removes,
        })
    }

    /// A new one in words, and what it will hold.
    fn fresh(&self, item: &Item) -> (String, Option<Diff>) {
        let (secret, dir) = (item.is_secret(), matches!(item, Item::Dir));
        let mode = self.attrs.mode(None, dir, secret);
        let should = match item {
            Item::Link(_) => item.noun() + &self.attrs.owners(),
            _ => format!(
                "{} with mode {mode:04o}{}",
                item.noun(),
                self.attrs.owners()
            ),
        };
        let diff = match item {
            Item::File(body) => body.bytes().map(|bytes| match secret || mode & 0o004 == 0 {
                true => Diff::hidden(bytes),
                false => Diff::between(Some(b""), 0, bytes),
            }),
            _ => None,
        };
        (should, diff)
    }

    /// How a file differs from what it should hold: one read where its size is right, none where it is not, but for the diff.
    fn content(&self, body: &Body, path: &Path, stat: &Stat) -> Result<Option<Diff>, Failure> {
        let Some(wanted) = body.bytes() else {
            return Ok(None);
        };
        let mut present = None;
        if stat.size == wanted.len() as u64 {
            present = read_up_to(path, stat.size, self.look)?;
            if present.as_deref() == Some(wanted) {
                return Ok(None);
            }
        }
        replaceable(path, stat)?;
        let after = self.attrs.mode(Some(stat.mode), false, body.is_secret());
        let hidden = body.is_secret() || !others_read(stat) || after & 0o004 == 0;
        let diff = match hidden {
            true => Diff::hidden(wanted),
            false => {
                if present.is_none() && stat.size <= DIFF_LIMIT {
                    present = read_up_to(path, DIFF_LIMIT, self.look)?;
                }
                let present = present.filter(|bytes| bytes.len() as u64 <= DIFF_LIMIT);
                Diff::between(present.as_deref(), stat.size, wanted)
            }
        };
        Ok(Some(diff))
    }

    /// What is wrong below a directory.
    fn tree(&self, want: &Want, root: &Path, into: &mut Vec<Drift>) -> Result<(), Failure> {
        let below = |rel: &str, drift| Drift::Below(rel.to_owned(), Box::new(drift));
        let Some(source) = &want.source else {
            for entry in tree::below(root, self.look)? {
                let path = root.join(&entry.rel);
                let found = self.wrong(None, &path, Some(&entry.stat))?;
                into.extend(found.into_iter().map(|drift| below(&entry.rel, drift)));
            }
            return Ok(());
        };
        let source = Source::of(source, self.look)?;
        let (first, entries) = (into.len(), source.entries()?);
        for entry in &entries {
            let path = root.join(&entry.rel);
            let item = source.item(&entry.rel, &entry.stat)?;
            let found = self.wrong(Some(&item), &path, self.stat(&path)?.as_ref())?;
            into.extend(found.into_iter().map(|drift| below(&entry.rel, drift)));
        }
        if want.purge {
            let mut foreign = tree::foreign(&entries, root, self.look)?;
            let gone = into[first..].iter().flat_map(Drift::left).cloned();
            let gone: BTreeSet<String> = gone.collect();
            foreign.retain(|path| !gone.contains(path));
            into.extend((!foreign.is_empty()).then_some(Drift::Purge(foreign)));
        }
        Ok(())
    }
}

/// The bytes of a file, if they are no more than this; it may have grown since it was looked at.
fn read_up_to(
    path: &Path,
    limit: u64,
    look: &dyn Look,
) -> Result<Option<std::sync::Arc<[u8]>>, Failure> {
    match look.read(path, limit) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Fault::TooLarge(..)) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// Whether a rename may put another file in its place.
fn replaceable(path: &Path, stat: &Stat) -> Result<(), Failure> {
    tree::refuse_mount(path, stat)?;
    if stat.links > 1 {
        return Err(Failure::new(format!(
            "{} has {} hard links, and putting a new file there would part it from the others: remove the others, or manage \
             the file by hand",
            shown(path),
            stat.links
        )));
    }
    Ok(())
}
