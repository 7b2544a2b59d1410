//! Whole trees: what is below a directory, what a source holds, and what goes when something is removed.

use super::super::{Failure, path};
use super::item::{Item, node_noun, read_copy, shown};
use crate::value::sha256_hex;
use crate::world::{Fault, Look, Node, Stat};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// How many paths a tree may have: what a person can still consent to, and far from filling the memory.
const MOST_PATHS: usize = 100_000;

/// How long a name may be, in bytes, on Linux.
const LONGEST_NAME: usize = 255;

/// What stands below a directory: its path from there, and what it is.
pub(super) struct Entry {
    /// From the directory on, with `/` between.
    pub(super) rel: String,
    /// What it is.
    pub(super) stat: Stat,
}

/// Where a path really stands: the links on its way are followed, and one at its end is not.
///
/// What is removed is named and judged by this: a link on the way may lead to a place that must stay.
pub(super) fn real(path: &Path, look: &dyn Look) -> Result<PathBuf, Failure> {
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(path.to_owned());
    };
    let mut astray = None;
    let mut real = path::resolve(&*look.straight(), above, |at, stat| {
        if stat.what == Node::Link && at.starts_with("/proc") {
            astray = Some(shown(at));
        }
    })?;
    // The text of such a link need not be where the kernel goes.
    if let Some(link) = astray {
        return Err(Failure::new(format!(
            "{}: leads through {link}, and where such a link leads is not what it says: write the path without it",
            shown(path)
        )));
    }
    real.push(name);
    Ok(real)
}

/// Refuses to remove, replace or reach into `/` or a directory right below it, or a link that stands in for one. `path` is where
/// `written` really stands.
pub(super) fn refuse_top_level(written: &Path, path: &Path, what: Node) -> Result<(), Failure> {
    if !matches!(what, Node::Dir | Node::Link) || !is_top_level(path) {
        return Ok(());
    }
    let here = match written == path {
        true => shown(path),
        false => format!("{} is {}, which", shown(written), shown(path)),
    };
    Err(Failure::new(format!(
        "{here} is `/` or stands right below it: absent, recurse, purge and force leave such a {} alone",
        if what == Node::Dir {
            "directory"
        } else {
            "link"
        }
    )))
}

/// Whether this is `/` or stands right below it.
pub(super) fn is_top_level(path: &Path) -> bool {
    let normal = |part: &Component| matches!(part, Component::Normal(_));
    path.components().filter(normal).count() <= 1
}

/// All below a directory, by its real path, parents first, by name. Follows no link, and enters nothing that is mounted there.
pub(super) fn below(root: &Path, look: &dyn Look) -> Result<Vec<Entry>, Failure> {
    let look = &*look.straight();
    let mut found = Vec::new();
    let mut open: Vec<String> = names(root, "", look)?;
    while let Some(rel) = open.pop() {
        // What vanished since it was listed is not there.
        let Some(stat) = look.stat(&root.join(&rel))? else {
            continue;
        };
        if stat.what == Node::Dir && !stat.mount {
            open.extend(names(root, &rel, look)?);
        }
        found.push(Entry { rel, stat });
        if found.len() > MOST_PATHS {
            let shown = shown(root);
            return Err(Failure::new(format!(
                "{shown}: more than {MOST_PATHS} paths below it"
            )));
        }
    }
    Ok(found)
}

/// The paths right below one, the last first.
fn names(root: &Path, rel: &str, look: &dyn Look) -> Result<Vec<String>, Failure> {
    let names = match look.list(&root.join(rel)) {
        Err(Fault::NotFound(_)) => Vec::new(),
        names => names?,
    };
    let path = |name: &String| match rel {
        "" => name.clone(),
        _ => format!("{rel}/{name}"),
    };
    Ok(names.iter().rev().map(path).collect())
}

/// Every path that goes when this one, which is real, is removed: itself first. Refuses what no removal may touch.
pub(super) fn going(path: &Path, stat: &Stat, look: &dyn Look) -> Result<Vec<String>, Failure> {
    let mut paths = vec![path.to_string_lossy().into_owned()];
    refuse_mount(path, stat)?;
    if stat.what != Node::Dir {
        return Ok(paths);
    }
    for entry in below(path, look)? {
        let path = path.join(&entry.rel);
        refuse_mount(&path, &entry.stat)?;
        paths.push(path.to_string_lossy().into_owned());
    }
    Ok(paths)
}

/// What the name ends with at which a thing waits to be exchanged by force for what stands at its path, and the other one to be removed.
const ASIDE: &str = ".weft-aside";

/// Where that is: a dot file beside the path, of a name that follows from it, so that what a crash leaves there is found again.
pub(super) fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let whole = format!(".{name}{ASIDE}");
    match whole.len() <= LONGEST_NAME {
        true => path.with_file_name(whole),
        false => path.with_file_name(format!(".{}{ASIDE}", sha256_hex(name.as_bytes()))),
    }
}

/// A mount point can be neither removed nor renamed over.
pub(super) fn refuse_mount(path: &Path, stat: &Stat) -> Result<(), Failure> {
    if !stat.mount {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{}: something is mounted there; unmount it first, or manage a path inside it",
        shown(path)
    )))
}

/// A directory to copy, with what it holds.
pub(super) struct Source {
    root: PathBuf,
    /// The world, by real paths: who may write to the source leads nobody out of it.
    look: Arc<dyn Look>,
}

impl Source {
    /// Finds the directory; links to it are followed.
    pub(super) fn of(source: &str, look: &dyn Look) -> Result<Source, Failure> {
        let look = look.straight();
        let find = || {
            let root = path::resolve(&*look, Path::new(source), |_, _| {})?;
            let found = look
                .stat(&root)?
                .ok_or_else(|| Fault::NotFound(root.clone()))?;
            if found.what != Node::Dir {
                let why = format!(
                    "source: {} is {}, not a directory",
                    shown(&root),
                    node_noun(found.what)
                );
                return Err(Failure::new(why));
            }
            Ok(root)
        };
        let root = find().map_err(|failure: Failure| failure.about("source"))?;
        Ok(Source { root, look })
    }

    /// What is below it, parents first.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, Failure> {
        below(&self.root, &*self.look).map_err(|failure| failure.about("source"))
    }

    /// What one of its paths asks for now, if it is still there.
    pub(super) fn item_at(&self, rel: &str) -> Result<Option<Item<'static>>, Failure> {
        let found = self.look.stat(&self.root.join(rel))?;
        found.map(|stat| self.item(rel, &stat)).transpose()
    }

    /// What one of its paths asks for.
    pub(super) fn item(&self, rel: &str, stat: &Stat) -> Result<Item<'static>, Failure> {
        let look = &*self.look;
        let path = self.root.join(rel);
        match stat.what {
            Node::File => read_copy(&path, stat, look),
            Node::Dir => Ok(Item::Dir),
            Node::Link => Ok(Item::Link(look.read_link(&path)?)),
            Node::Other => {
                let why = format!("source: {} is a device, socket or pipe", shown(&path));
                Err(Failure::new(why).about("source"))
            }
        }
    }
}

/// What stands below `root` and not in a source that holds these: every path that goes. What the source holds as something else
/// than a directory is left to be replaced.
pub(super) fn foreign(
    source: &[Entry],
    root: &Path,
    look: &dyn Look,
) -> Result<Vec<String>, Failure> {
    let held = source
        .iter()
        .map(|entry| (entry.rel.as_str(), entry.stat.what));
    let held: BTreeMap<&str, Node> = held.collect();
    let mut foreign = Vec::new();
    for Entry { rel, stat } in below(root, look)? {
        let above = rel.rsplit_once('/').map(|(above, _)| held.get(above));
        let replaced = matches!(above, Some(Some(node)) if *node != Node::Dir);
        if held.contains_key(rel.as_str()) || replaced {
            continue;
        }
        let path = root.join(&rel);
        refuse_mount(&path, &stat)?;
        foreign.push(path.to_string_lossy().into_owned());
    }
    Ok(foreign)
}
