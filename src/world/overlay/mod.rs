//! The overlay: reads go to the world below, writes stay in memory. What a plan acts on.
//!
//! It holds its lower world as a [`Look`], so there is nothing it could write with. A change that the world below would
//! refuse is refused here in the same words (rule L1), worked out from what stands there, from who acts, and from what
//! [`Look::can_write`] and [`Look::free`] say. What only applying can tell is [`Fault::Unknown`], with the name of who will
//! know (rule L2): what a command does, a random byte, what stands where [`World::obscure`] was called.
//!
//! Not predicted: whether a put's `validate` accepts the content, whether a unit's start succeeds, that a change through one
//! name of a hard link shows under its others. Space is counted as if all places were on one disk.

mod layer;
mod places;
mod units;

use crate::time::Span;
use crate::world::rules::{self, Tree, Way};
use crate::world::{
    Account, Command, Fault, KernelFs, Lock, Look, ModeBits, Node, Output, Put, Request, Response,
    Service, ServiceAct, Stat, Unit, World,
};
use layer::{Data, Layer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A world in which a plan comes true. Clones are the same overlay.
#[derive(Clone)]
pub struct Overlay {
    layer: Arc<RwLock<Layer>>,
}

impl Overlay {
    /// An overlay with nothing written yet.
    pub fn over(below: Arc<dyn Look>) -> Overlay {
        Overlay {
            layer: Arc::new(RwLock::new(Layer::new(below))),
        }
    }

    /// The overlay as one attempt sees it. `who` will know what only applying can tell; `behind` says that something
    /// before it would change, so that guards are not asked.
    pub fn attempt(&self, who: &str, behind: bool) -> OverlayView {
        OverlayView {
            layer: self.layer.clone(),
            who: Arc::from(who),
            behind,
            rights: false,
            way: Way::Led,
        }
    }
}

/// What one attempt of a plan sees and writes. All views of an overlay share what was written.
#[derive(Clone)]
pub struct OverlayView {
    layer: Arc<RwLock<Layer>>,
    who: Arc<str>,
    behind: bool,
    rights: bool,
    way: Way,
}

impl OverlayView {
    /// The same, acting as root if `yes`: to plan what is behind a failure that needs root as with rights (rule L1).
    /// What cannot be looked at without rights stays so.
    pub fn with_rights(self, yes: bool) -> OverlayView {
        OverlayView {
            rights: yes,
            ..self
        }
    }

    fn look(&self) -> RwLockReadGuard<'_, Layer> {
        self.layer.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Layer> {
        self.layer.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn acting(&self, layer: &Layer) -> Result<Account, Fault> {
        match self.rights {
            true => Ok(rules::root()),
            false => layer.below.me(),
        }
    }

    /// What nothing differs from yet, seen as this view sees.
    fn below<'l>(&self, layer: &'l Layer) -> &'l dyn Look {
        match self.way {
            Way::Led => &*layer.below,
            Way::Straight => &*layer.straight,
        }
    }

    fn unknown(&self) -> Fault {
        Fault::Unknown(self.who.clone())
    }
}

impl Look for OverlayView {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault> {
        let layer = self.look();
        match layer.is_clear() {
            true => self.below(&layer).stat(path),
            false => rules::stat(&*layer, &self.acting(&layer)?, self.way, path),
        }
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Arc<[u8]>, Fault> {
        let layer = self.look();
        if layer.is_clear() {
            return self.below(&layer).read(path, limit);
        }
        let spot = rules::read(&*layer, &self.acting(&layer)?, self.way, path, limit)?;
        let content = layer.content(&spot.path, limit);
        content.map_err(|fault| rules::at(fault, path))
    }

    fn list(&self, path: &Path) -> Result<Vec<String>, Fault> {
        let layer = self.look();
        if layer.is_clear() {
            return self.below(&layer).list(path);
        }
        let spot = rules::list(&*layer, &self.acting(&layer)?, self.way, path)?;
        let names = layer.names(&spot.path);
        names.map_err(|fault| rules::at(fault, path))
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, Fault> {
        let layer = self.look();
        if layer.is_clear() {
            return self.below(&layer).read_link(path);
        }
        let spot = rules::read_link(&*layer, &self.acting(&layer)?, self.way, path)?;
        layer.target(&spot.path)
    }

    fn me(&self) -> Result<Account, Fault> {
        self.acting(&self.look())
    }

    fn user(&self, name: &str) -> Result<Option<Account>, Fault> {
        self.look().below.user(name)
    }

    fn group(&self, name: &str) -> Result<Option<u32>, Fault> {
        self.look().below.group(name)
    }

    fn name_of(&self, id: u32, group: bool) -> Result<String, Fault> {
        self.look().below.name_of(id, group)
    }

    fn ask(&self, command: &Command) -> Result<Output, Fault> {
        match self.behind {
            true => Err(self.unknown()),
            false => self.look().below.ask(command),
        }
    }

    fn fetch(&self, request: &Request) -> Result<Response, Fault> {
        let layer = self.look();
        if let Some(ca) = &request.ca {
            let spot = rules::locate(&*layer, &self.acting(&layer)?, self.way, ca)?;
            if layer.entry(&spot.path).is_some() {
                return Err(self.unknown());
            }
        }
        layer.below.fetch(request)
    }

    fn service(&self, unit: &Unit) -> Result<Service, Fault> {
        units::service(&self.look(), unit)
    }

    fn units(&self, session: bool) -> Result<Vec<String>, Fault> {
        units::names(&self.look(), session)
    }

    fn hostname(&self) -> String {
        self.look().below.hostname()
    }

    fn can_write(&self, dir: &Path) -> Result<(), Fault> {
        let layer = self.look();
        let me = self.acting(&layer)?;
        let (spot, stat) = rules::existing(&*layer, &me, self.way, dir)?;
        if stat.what != Node::Dir {
            return Err(Fault::NotDir(dir.to_owned()));
        }
        if layer.is_read_only(&spot.path)? {
            return Err(Fault::ReadOnly(dir.to_owned()));
        }
        if let Some(fs) = layer.kernel_fs(&spot.path)?
            && !fs.dirs
        {
            return Err(Fault::Kernel(dir.to_owned(), fs.name));
        }
        rules::can_write(Some(&stat), &rules::root(), dir)?;
        match layer.may_write(&spot.path, &stat, &me)? {
            true => Ok(()),
            false => Err(rules::denied(dir, &me)),
        }
    }

    fn kernel_fs(&self, dir: &Path) -> Result<Option<KernelFs>, Fault> {
        let layer = self.look();
        let (spot, _) = rules::existing(&*layer, &self.acting(&layer)?, self.way, dir)?;
        layer.kernel_fs(&spot.path)
    }

    fn straight(&self) -> Arc<dyn Look> {
        Arc::new(OverlayView {
            way: Way::Straight,
            ..self.clone()
        })
    }

    fn free(&self, path: &Path) -> Result<Option<u64>, Fault> {
        let layer = self.look();
        let (spot, _) = rules::existing(&*layer, &self.acting(&layer)?, self.way, path)?;
        layer.room(&spot.path)
    }
}

impl World for OverlayView {
    fn put(&self, put: &Put) -> Result<(), Fault> {
        let mut layer = self.write();
        let me = self.acting(&layer)?;
        let placed = rules::put(&*layer, &me, put)?;
        let (spot, data) = (placed.spot, Data::File(put.content.clone()));
        layer.place(spot.path, placed.stat, data, spot.node.as_ref());
        Ok(())
    }

    fn make_dir(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        let mut layer = self.write();
        let me = self.acting(&layer)?;
        let spot = rules::make_dir(&*layer, &me, path)?;
        let stat = made(Node::Dir, mode & 0o7777, 0, &me);
        layer.place(spot.path, stat, Data::Dir, None);
        Ok(())
    }

    fn make_link(&self, path: &Path, target: &Path) -> Result<(), Fault> {
        let mut layer = self.write();
        let me = self.acting(&layer)?;
        let spot = rules::make_link(&*layer, &me, path)?;
        let size = target.as_os_str().len() as u64;
        let data = Data::Link(target.to_owned());
        let stat = made(Node::Link, 0o777, size, &me);
        layer.place(spot.path, stat, data, spot.node.as_ref());
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<(), Fault> {
        let mut layer = self.write();
        let me = self.acting(&layer)?;
        let spot = rules::remove(&*layer, &me, path)?;
        layer.take(spot.path, spot.node.as_ref());
        Ok(())
    }

    fn exchange(&self, path: &Path, aside: &Path) -> Result<(), Fault> {
        let mut layer = self.write();
        let me = self.acting(&layer)?;
        let (one, other) = rules::exchange(&*layer, &me, path, aside)?;
        layer.exchange(&one.path, &other.path)
    }

    fn set_mode(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        let mut layer = self.write();
        let me = self.acting(&layer)?;
        let spot = rules::set_mode(&*layer, &me, path)?;
        if let Some(stat) = spot.node {
            let mode = mode & 0o7777;
            layer.alter(spot.path, Stat { mode, ..stat });
        }
        Ok(())
    }

    fn set_owner(&self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault> {
        let mut layer = self.write();
        let me = self.acting(&layer)?;
        let (spot, stat) = rules::set_owner(&*layer, &me, path, uid, gid)?;
        layer.alter(spot.path, stat);
        Ok(())
    }

    fn run(&self, _command: &Command) -> Result<Output, Fault> {
        Err(self.unknown())
    }

    fn act(&self, unit: &Unit, act: ServiceAct) -> Result<(), Fault> {
        let mut layer = self.write();
        if !unit.session && self.acting(&layer)?.uid != 0 {
            return Err(Fault::Denied(PathBuf::from(&unit.name), true));
        }
        units::act(&mut layer, unit, act)
    }

    fn pause(&self, _span: Span) -> Result<(), Fault> {
        Ok(())
    }

    fn random(&self, _bytes: usize) -> Result<Vec<u8>, Fault> {
        Err(self.unknown())
    }

    fn obscure(&self, path: &Path, who: &str) {
        let mut layer = self.write();
        let Ok(me) = self.acting(&layer) else {
            return;
        };
        if let Ok(spot) = rules::locate(&*layer, &me, self.way, path) {
            layer.obscure(spot.path, spot.node.as_ref(), &me, who);
        }
    }
}

/// Something new of mine.
fn made(what: Node, mode: ModeBits, size: u64, me: &Account) -> Stat {
    Stat {
        what,
        mode,
        uid: me.uid,
        gid: me.gid,
        size,
        links: 1,
        mount: false,
        lock: Lock::Free,
    }
}
