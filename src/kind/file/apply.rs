//! Mending: each path by as few steps as there can be, so that a crash leaves what a check understands (rule C3).

use super::super::command_line::{Shell, split};
use super::super::{Done, Failure};
use super::check::Eye;
use super::item::{Body, Item, shown};
use super::spot::Spot;
use super::tree::{self, Source};
use super::{Drift, Found, State, Want};
use crate::time::Span;
use crate::world::{Command, Fault, Look, Node, Put, Stat, World, environment};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// How long a validating command may take.
const VALIDATE_TIME: Span = Span::secs(300);
/// How much of its output is kept.
const VALIDATE_OUTPUT: usize = 64 << 10;

/// Mends these drifts.
pub(super) fn apply(want: &Want, drifts: &[Found], world: &dyn World) -> Result<Done, Failure> {
    let hand = Hand {
        world,
        look: world.straight(),
        begun: Cell::new(false),
    };
    hand.apply(want, drifts).map_err(|failure| Failure {
        began: hand.begun.get(),
        ..failure
    })?;
    Ok(Done::default())
}

/// The words of a validating command, one of which must name the file.
pub(super) fn words_of(command: &str) -> Result<Vec<String>, String> {
    let words =
        split(command).map_err(|trouble| format!("validate: {}", trouble.said(Shell::Itself)))?;
    match words.iter().any(|word| word.contains("{}")) {
        true => Ok(words),
        false => {
            Err("validate: there is no `{}` in it for the new file's path to stand at".to_owned())
        }
    }
}

/// Changes the world, and knows whether it has.
struct Hand<'a> {
    world: &'a dyn World,
    /// The same, by real paths only, as all changes are.
    look: Arc<dyn Look>,
    begun: Cell<bool>,
}

impl Hand<'_> {
    fn apply(&self, want: &Want, found: &[Found]) -> Result<(), Failure> {
        let drifts: Vec<&Drift> = found.iter().map(|found| &found.drift).collect();
        let mut listed = drifts.iter().copied();
        if want.state == State::Absent {
            return listed.try_for_each(|drift| self.remove_listed(drift));
        }
        let eye = Eye::of(want, &*self.look)?;
        let item = Item::of(want, self.world)?;
        let spot = Spot::real(want, &item, self.world)?;
        if found.iter().any(|found| *found.at != *spot.path) {
            return Err(changed(want.plain_path()));
        }
        let own = |drift: &&Drift| !matches!(drift, Drift::Below(..) | Drift::Purge(_));
        let own: Vec<&Drift> = drifts.iter().copied().filter(own).collect();
        let job = Job {
            eye: &eye,
            item: Some(&item),
            path: &spot.path,
            want,
        };
        self.mend(&job, &own)?;
        self.mend_below(want, &eye, &spot.path, &drifts)?;
        listed.try_for_each(|drift| self.remove_listed(drift))
    }

    /// Mends the paths below a directory, parents first, as the check found them.
    fn mend_below(
        &self,
        want: &Want,
        eye: &Eye,
        root: &Path,
        drifts: &[&Drift],
    ) -> Result<(), Failure> {
        let mut by_path: BTreeMap<&str, Vec<&Drift>> = BTreeMap::new();
        for drift in drifts {
            if let Drift::Below(rel, drift) = drift {
                by_path.entry(rel).or_default().push(drift);
            }
        }
        if by_path.is_empty() {
            return Ok(());
        }
        let source = want.source.as_deref();
        let source = source
            .map(|source| Source::of(source, self.world))
            .transpose()?;
        // A path comes before those below it.
        for (rel, drifts) in by_path {
            let path = &root.join(rel);
            let item = match &source {
                Some(source) => Some(source.item_at(rel)?.ok_or_else(|| changed(path))?),
                None => None,
            };
            let job = Job {
                eye,
                item: item.as_ref(),
                path,
                want,
            };
            self.mend(&job, &drifts)?;
        }
        Ok(())
    }

    /// Mends what is still wrong with one path. What is wrong with it now and was not before, nobody has consented to mend.
    fn mend(&self, job: &Job, drifts: &[&Drift]) -> Result<(), Failure> {
        if drifts.is_empty() {
            return Ok(());
        }
        let stat = self.look.stat(job.path)?;
        let found = job.eye.wrong(job.item, job.path, stat.as_ref())?;
        if !found.iter().all(|drift| drifts.contains(&drift)) {
            return Err(changed(job.path));
        }
        if found.is_empty() {
            return Ok(());
        }
        let left = || found.iter().flat_map(Drift::left);
        let gives_way = found.iter().find_map(|drift| match drift {
            Drift::Replace { removes, .. } if !removes.is_empty() => Some(removes),
            _ => None,
        });
        if let (Some(item), Some(removes)) = (job.item, gives_way) {
            self.remove(left())?;
            return self.replace(job, item, removes);
        }
        self.mend_here(job, &found, stat.as_ref())?;
        self.remove(left())
    }

    /// Mends what can be mended where it stands, or by one rename.
    fn mend_here(&self, job: &Job, found: &[Drift], stat: Option<&Stat>) -> Result<(), Failure> {
        let made = |drift: &Drift| {
            matches!(
                drift,
                Drift::Create { .. }
                    | Drift::Replace { .. }
                    | Drift::Content(..)
                    | Drift::Target(..)
            )
        };
        match (job.item, found.iter().any(made)) {
            (Some(item), true) => self.make(job, item, stat),
            _ => self.set_attrs(job, stat),
        }
    }

    /// Puts in place what should be there instead of what a rename cannot replace. The new one is made whole beside it, a
    /// file of it validated; then the two change places, and only then the old one goes, as it was listed.
    fn replace(&self, job: &Job, item: &Item, removes: &[String]) -> Result<(), Failure> {
        let path = job.path;
        let (aside, begun) = (tree::aside(path), self.begun.replace(false));
        let beside = Job {
            path: &aside,
            ..*job
        };
        let exchanged = self
            .make(&beside, item, None)
            .and_then(|()| self.act(|world| world.exchange(path, &aside)));
        if let Err(failure) = exchanged {
            let made = self.begun.get();
            let clear = !made || self.world.remove(&aside).is_ok();
            self.begun.set(begun || !clear);
            return Err(failure);
        }
        let old = removes.iter().filter_map(|old| {
            let rel = old.strip_prefix(&removes[0])?;
            Some(format!("{}{rel}", aside.display()))
        });
        let old: Vec<String> = old.collect();
        self.remove(&old).map_err(|failure| Failure {
            why: format!(
                "{} is replaced, but what stood there is still at {}: {}",
                shown(path),
                shown(&aside),
                failure.why
            ),
            ..failure
        })
    }

    /// Puts in place what should be there.
    fn make(&self, job: &Job, item: &Item, stat: Option<&Stat>) -> Result<(), Failure> {
        match item {
            Item::File(body) => {
                let old = stat.filter(|stat| stat.what == Node::File);
                self.put(job, body, old)
            }
            Item::Dir => {
                let mode = job.eye.attrs.mode(None, true, false);
                self.act(|world| world.make_dir(job.path, mode))?;
                self.set_owner(job)
            }
            Item::Link(target) => {
                self.act(|world| world.make_link(job.path, target))?;
                self.set_owner(job)
            }
        }
    }

    /// Content, mode and owner together, by one rename (rule C1).
    fn put(&self, job: &Job, body: &Body, stat: Option<&Stat>) -> Result<(), Failure> {
        let attrs = &job.eye.attrs;
        let left = stat.map(|stat| match attrs.gives_away(stat) {
            true => stat.mode & !0o6000,
            false => stat.mode,
        });
        let put = Put {
            path: job.path.to_owned(),
            content: Arc::from(body.bytes().unwrap_or_default()),
            mode: attrs.mode(left, false, body.is_secret()),
            uid: attrs.uid,
            gid: attrs.gid,
            validate: self.validating(job.want)?,
        };
        self.act(|world| world.put(&put))
    }

    /// The command that the new file must pass.
    fn validating(&self, want: &Want) -> Result<Option<Command>, Failure> {
        let Some(command) = &want.validate else {
            return Ok(None);
        };
        let argv = words_of(command).map_err(|why| Failure::new(why).about("validate"))?;
        Ok(Some(Command {
            argv,
            env: environment(&self.world.me()?),
            cwd: None,
            user: None,
            stdin: None,
            timeout: Some(VALIDATE_TIME),
            keep: VALIDATE_OUTPUT,
        }))
    }

    /// Owner first, then the mode, from what is left of it: with its owner a file loses setuid and setgid, which its new owner
    /// never gave it. They come again only where the wanted mode has them.
    fn set_attrs(&self, job: &Job, stat: Option<&Stat>) -> Result<(), Failure> {
        let Some(stat) = stat else {
            return Ok(());
        };
        let attrs = &job.eye.attrs;
        let mut left = stat.mode;
        if attrs.gives_away(stat) {
            self.set_owner(job)?;
            let Some(stat) = self.look.stat(job.path)? else {
                return Ok(());
            };
            left = stat.mode;
        }
        let secret = job.item.is_some_and(Item::is_secret);
        let mode = attrs.mode(Some(left), stat.what == Node::Dir, secret);
        if stat.what != Node::Link && mode != left {
            self.act(|world| world.set_mode(job.path, mode))?;
        }
        Ok(())
    }

    fn set_owner(&self, job: &Job) -> Result<(), Failure> {
        let (uid, gid) = (job.eye.attrs.uid, job.eye.attrs.gid);
        if uid.is_none() && gid.is_none() {
            return Ok(());
        }
        self.act(|world| world.set_owner(job.path, uid, gid))
    }

    /// Removes what a drift lists, and nothing else: that is what the plan showed.
    fn remove_listed(&self, drift: &Drift) -> Result<(), Failure> {
        match drift {
            Drift::Remove(_, paths) | Drift::Purge(paths) => self.remove(paths),
            _ => Ok(()),
        }
    }

    /// Removes these real paths, the last first. One that is gone already is as it should be; nothing is removed through a link.
    fn remove<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p String, IntoIter: DoubleEndedIterator>,
    ) -> Result<(), Failure> {
        for path in paths.into_iter().rev().map(Path::new) {
            self.act(|world| match world.remove(path) {
                Err(Fault::NotFound(_)) => Ok(()),
                outcome => outcome,
            })?;
        }
        Ok(())
    }

    fn act(&self, act: impl FnOnce(&dyn World) -> Result<(), Fault>) -> Result<(), Failure> {
        act(self.world).map_err(explain)?;
        self.begun.set(true);
        Ok(())
    }
}

/// One path to mend.
#[derive(Clone, Copy)]
struct Job<'a> {
    eye: &'a Eye<'a>,
    /// What should be there; none where only owner and mode are meant.
    item: Option<&'a Item<'a>>,
    path: &'a Path,
    want: &'a Want,
}

/// That what is there, or what should be, is not what was looked at.
fn changed(path: &Path) -> Failure {
    Failure::new(format!(
        "{}: it, or what it should be, changed since it was looked at, so it is left for the next check",
        shown(path)
    ))
}

/// A fault, with what to do about it where that is plain.
fn explain(fault: Fault) -> Failure {
    let hint = match &fault {
        Fault::NoParent(path) => path.parent().map(|above| {
            let above = above.display();
            format!("make it first, by a file whose path is {above}/ and an edge from it")
        }),
        Fault::NotEmpty(_) => Some("something was put there meanwhile".to_owned()),
        _ => None,
    };
    let failure = Failure::from(fault);
    match hint {
        Some(hint) => Failure {
            why: format!("{}: {hint}", failure.why),
            ..failure
        },
        None => failure,
    }
}
