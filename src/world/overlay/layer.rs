//! What was written over the world below: nodes by place, what is unknown, and units' expected states.

use super::places::Places;
use super::units::UnitLayer;
use crate::world::rules::{self, Tree};
use crate::world::{Account, Fault, KernelFs, Lock, Look, Node, Stat};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One place that differs from below.
#[derive(Clone)]
pub(super) enum Entry {
    /// Nothing stands there any more.
    Gone,
    /// This does.
    Node(Stat, Data),
}

/// Where the content of a node is.
#[derive(Clone)]
pub(super) enum Data {
    /// As below at this place, which is the same one unless it was moved here.
    Below(PathBuf),
    /// A file's bytes.
    File(Arc<[u8]>),
    /// A directory that was made here: nothing below shows through it.
    Dir,
    /// A link's target.
    Link(PathBuf),
}

/// Something on its way to another place.
struct Moved {
    /// From the place that moves.
    rel: PathBuf,
    entry: Entry,
    /// Who alone will know its content, if it is not known.
    who: Option<Arc<str>>,
}

/// The world below, and what differs from it.
pub(super) struct Layer {
    pub below: Arc<dyn Look>,
    /// The same, by real paths only.
    pub straight: Arc<dyn Look>,
    pub units: UnitLayer,
    entries: Places<Entry>,
    obscured: Places<Arc<str>>,
    used: i128,
}

impl Layer {
    pub fn new(below: Arc<dyn Look>) -> Layer {
        Layer {
            straight: below.straight(),
            below,
            units: UnitLayer::default(),
            entries: Places::new(),
            obscured: Places::new(),
            used: 0,
        }
    }

    /// Whether nothing differs, so that below can be asked directly.
    pub fn is_clear(&self) -> bool {
        self.entries.is_empty() && self.obscured.is_empty()
    }

    /// What differs at a place.
    pub fn entry(&self, at: &Path) -> Option<&Entry> {
        self.entries.get(at)
    }

    /// All places that differ.
    pub fn changed(&self) -> BTreeSet<PathBuf> {
        let unknown = self.obscured.keys();
        self.entries.keys().chain(unknown).cloned().collect()
    }

    /// Puts a node in place of what is there.
    pub fn place(&mut self, at: PathBuf, stat: Stat, data: Data, old: Option<&Stat>) {
        self.release(old);
        if let Data::File(bytes) = &data {
            self.used += bytes.len() as i128;
        }
        self.touched(&at);
        self.entries.insert(at, Entry::Node(stat, data));
    }

    /// Takes away what is there.
    pub fn take(&mut self, at: PathBuf, old: Option<&Stat>) {
        self.release(old);
        self.entries.remove_all(&at);
        self.obscured.remove_all(&at);
        self.touched(&at);
        self.entries.insert(at, Entry::Gone);
    }

    /// Lets what stands at two places change places, with all below them.
    pub fn exchange(&mut self, one: &Path, other: &Path) -> Result<(), Fault> {
        let (of_one, of_other) = (self.all_of(one)?, self.all_of(other)?);
        for top in [one, other] {
            self.entries.remove_all(top);
            self.obscured.remove_all(top);
        }
        for (top, moved) in [(other, of_one), (one, of_other)] {
            for Moved { rel, entry, who } in moved {
                // Joining with nothing would add a slash.
                let at = match rel.as_os_str().is_empty() {
                    true => top.to_owned(),
                    false => top.join(rel),
                };
                self.touched(&at);
                if let Some(who) = who {
                    self.obscured.insert(at.clone(), who);
                }
                self.entries.insert(at, entry);
            }
        }
        Ok(())
    }

    /// What stands at a place and below it, so that it can stand elsewhere: nothing below the layer shows through it there.
    fn all_of(&self, top: &Path) -> Result<Vec<Moved>, Fault> {
        let mut found = Vec::new();
        let mut left = vec![top.to_owned()];
        while let Some(at) = left.pop() {
            let Some(stat) = self.node(&at)? else {
                continue;
            };
            let data = match (stat.what, self.entries.get(&at)) {
                (Node::Dir, _) => {
                    left.extend(self.names(&at)?.iter().map(|name| at.join(name)));
                    Data::Dir
                }
                (_, Some(Entry::Node(_, data))) => data.clone(),
                (Node::Link, _) => Data::Link(self.target(&at)?),
                _ => Data::Below(at.clone()),
            };
            let rel = at.strip_prefix(top).unwrap_or(&at).to_owned();
            found.push(Moved {
                rel,
                entry: Entry::Node(stat, data),
                who: self.obscured.get(&at).cloned(),
            });
        }
        Ok(found)
    }

    /// Gives a node another mode or owner.
    pub fn alter(&mut self, at: PathBuf, stat: Stat) {
        let data = match self.entries.remove(&at) {
            Some(Entry::Node(_, data)) => data,
            _ => Data::Below(at.clone()),
        };
        self.units.touched(&at);
        self.entries.insert(at, Entry::Node(stat, data));
    }

    /// Makes the content at a place known only to `who`; a plain file, where nothing stands.
    pub fn obscure(&mut self, at: PathBuf, node: Option<&Stat>, me: &Account, who: &str) {
        if node.is_none() {
            let stat = plain(me);
            self.place(at.clone(), stat, Data::File(Arc::from([])), None);
        }
        self.units.touched(&at);
        self.obscured.insert(at, Arc::from(who));
    }

    /// Refuses to tell what only someone else will know.
    pub fn known(&self, at: &Path) -> Result<(), Fault> {
        match self.obscured.get(at) {
            Some(who) => Err(Fault::Unknown(who.clone())),
            None => Ok(()),
        }
    }

    /// All bytes of the file that stands there.
    pub fn content(&self, at: &Path, limit: u64) -> Result<Arc<[u8]>, Fault> {
        self.known(at)?;
        match self.entries.get(at) {
            Some(Entry::Node(_, Data::File(bytes))) => Ok(bytes.clone()),
            Some(Entry::Node(_, Data::Below(from))) => self.straight.read(from, limit),
            _ => self.straight.read(at, limit),
        }
    }

    /// The names in the directory that stands there, ordered.
    pub fn names(&self, at: &Path) -> Result<Vec<String>, Fault> {
        self.known(at)?;
        let mut names = BTreeSet::new();
        if !matches!(self.entries.get(at), Some(Entry::Node(_, Data::Dir))) {
            names.extend(self.straight.list(at)?);
        }
        for (path, entry) in self.entries.children(at) {
            let Some(name) = path.file_name() else {
                continue;
            };
            let name = name.to_string_lossy().into_owned();
            match entry {
                Entry::Gone => names.remove(&name),
                Entry::Node(..) => names.insert(name),
            };
        }
        Ok(names.into_iter().collect())
    }

    /// Whether what stands there is just as it is below.
    fn as_below(&self, at: &Path) -> bool {
        self.entries.get(at).is_none()
    }

    /// The nearest place at or above this one that is there below too.
    fn nearest_below<'p>(&self, at: &'p Path) -> &'p Path {
        let old = |place: &&Path| match self.entries.get(place) {
            None => true,
            Some(Entry::Node(_, Data::Below(from))) => from == place,
            Some(_) => false,
        };
        at.ancestors().find(old).unwrap_or(Path::new("/"))
    }

    fn release(&mut self, old: Option<&Stat>) {
        if let Some(old) = old.filter(|old| old.what == Node::File && old.links <= 1) {
            self.used -= i128::from(old.size);
        }
    }

    fn touched(&mut self, at: &Path) {
        self.obscured.remove(at);
        self.units.touched(at);
    }
}

impl Tree for Layer {
    fn node(&self, at: &Path) -> Result<Option<Stat>, Fault> {
        match self.entries.get(at) {
            Some(Entry::Gone) => return Ok(None),
            Some(Entry::Node(stat, _)) => return Ok(Some(stat.clone())),
            None => {}
        }
        match at.parent() {
            Some(dir) if self.nearest_below(dir) != dir => Ok(None),
            _ => self.below.stat(at),
        }
    }

    fn target(&self, at: &Path) -> Result<PathBuf, Fault> {
        self.known(at)?;
        match self.entries.get(at) {
            Some(Entry::Node(_, Data::Link(target))) => Ok(target.clone()),
            Some(Entry::Node(_, Data::Below(from))) => self.straight.read_link(from),
            _ => self.straight.read_link(at),
        }
    }

    fn is_empty(&self, at: &Path) -> Result<bool, Fault> {
        Ok(self.names(at)?.is_empty())
    }

    fn room(&self, dir: &Path) -> Result<Option<u64>, Fault> {
        let left = |free: u64| (i128::from(free) - self.used).max(0);
        let free = self.below.free(self.nearest_below(dir))?;
        Ok(free.map(|free| u64::try_from(left(free)).unwrap_or(u64::MAX)))
    }

    fn is_read_only(&self, dir: &Path) -> Result<bool, Fault> {
        let answer = self.below.can_write(self.nearest_below(dir));
        Ok(matches!(answer, Err(Fault::ReadOnly(_))))
    }

    fn kernel_fs(&self, dir: &Path) -> Result<Option<KernelFs>, Fault> {
        self.below.kernel_fs(self.nearest_below(dir))
    }

    /// Below answers for its own directories by answering for what is in them.
    fn may_search(&self, dir: &Path, stat: &Stat, me: &Account) -> Result<bool, Fault> {
        Ok(self.as_below(dir) || rules::may(stat, me, rules::SEARCH))
    }

    fn may_read(&self, at: &Path, stat: &Stat, me: &Account) -> bool {
        self.as_below(at) || rules::may(stat, me, rules::READ)
    }

    fn may_write(&self, dir: &Path, stat: &Stat, me: &Account) -> Result<bool, Fault> {
        if me.uid == 0 || !self.as_below(dir) {
            return Ok(rules::may(stat, me, rules::WRITE | rules::SEARCH));
        }
        match self.below.can_write(dir) {
            Ok(()) => Ok(true),
            Err(Fault::Denied(..)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }
}

/// A new file of mine.
fn plain(me: &Account) -> Stat {
    Stat {
        what: Node::File,
        mode: 0o644,
        uid: me.uid,
        gid: me.gid,
        size: 0,
        links: 1,
        mount: false,
        lock: Lock::Free,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::sim::{Sim, SimSpec};
    use std::sync::atomic::Ordering;

    /// A plan of a removal takes each path away and then asks if its directory is empty.
    #[test]
    fn taking_a_tree_away_costs_as_much_as_it_holds() -> Result<(), Box<dyn std::error::Error>> {
        let sim = Sim::new(SimSpec::default(), 1)?;
        let dir = Path::new("/srv/d");
        let file = |n: usize| dir.join(n.to_string());
        let count = 1000;
        for n in 0..count {
            sim.outside().write(&file(n), b"")?;
        }
        let mut layer = Layer::new(Arc::new(sim.attempt(None)));
        for n in 0..count {
            layer.take(file(n), None);
        }
        assert_eq!(layer.names(dir)?, [""; 0]);
        layer.take(dir.to_owned(), None);
        let steps = layer.entries.steps.load(Ordering::Relaxed);
        assert!(steps < 5 * count, "{steps} steps");
        assert_eq!(layer.changed(), BTreeSet::from([dir.to_owned()]));
        Ok(())
    }
}
