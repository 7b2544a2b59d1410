//! The thread that watches files: which ways are watched for whom, and what an event means for them.

use super::trail::Trail;
use super::watch::{Message, WatchEvent, What};
use super::watch_units::UnitWatcher;
use crate::world::Watch;
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{ErrorKind, EventKind, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender};

/// One watched path or tree of a number.
type Item = (u64, Watch);

/// How often a way is followed again because it changed while it was followed.
const ROUNDS: usize = 1000;

/// The watching thread's state.
pub(super) struct Watching {
    root: Option<PathBuf>,
    tell: Sender<Message>,
    sink: Box<dyn FnMut(WatchEvent) + Send>,
    pub(super) files: Option<Box<dyn Watcher>>,
    units: BTreeMap<bool, UnitWatcher>,
    /// What is watched, and by which trail.
    items: BTreeMap<Item, Trail>,
    /// Numbers, with how many of their units are not being listened to yet.
    ids: BTreeMap<u64, usize>,
    steps: BTreeMap<PathBuf, BTreeSet<Item>>,
    whole: BTreeMap<PathBuf, BTreeSet<Item>>,
    /// Directories, with how many trails pass through them.
    dirs: BTreeMap<PathBuf, usize>,
    /// Those of them that the kernel was asked to watch, and has not dropped.
    pub(super) armed: BTreeSet<PathBuf>,
}

impl Watching {
    /// That reports to `sink`, and tells itself through `tell`; of the image at `root`, if there is one.
    pub fn new(
        root: Option<PathBuf>,
        tell: Sender<Message>,
        sink: Box<dyn FnMut(WatchEvent) + Send>,
    ) -> Watching {
        Watching {
            root,
            tell,
            sink,
            files: None,
            units: BTreeMap::new(),
            items: BTreeMap::new(),
            ids: BTreeMap::new(),
            steps: BTreeMap::new(),
            whole: BTreeMap::new(),
            dirs: BTreeMap::new(),
            armed: BTreeSet::new(),
        }
    }

    /// Does what it is told until it is to stop.
    pub fn run(mut self, told: &Receiver<Message>) {
        while let Ok(message) = told.recv() {
            match message {
                Message::Stop => return,
                Message::Watch(id, watches) => self.watch(id, &watches),
                Message::Unwatch(id) => self.forget(id),
                Message::Files(Ok(event)) => self.seen(&event),
                Message::Files(Err(error)) => self.lost(&say(&error)),
                Message::UnitReady(id) => self.unit_ready(id),
                Message::UnitChanged(id, unit, how) => {
                    if self.ids.contains_key(&id) {
                        self.report(id, What::Changed(unit.into(), how));
                    }
                }
                Message::UnitFailed(id, why) => self.fail(id, why),
            }
        }
    }

    fn report(&mut self, id: u64, what: What) {
        (self.sink)(WatchEvent { id, what });
    }

    fn fail(&mut self, id: u64, why: String) {
        if self.ids.contains_key(&id) {
            self.forget(id);
            self.report(id, What::Failed(why));
        }
    }

    /// Among what was lost may be that a directory was replaced, so every way is followed anew before it is told.
    fn lost(&mut self, why: &str) {
        let all: BTreeSet<Item> = self.items.keys().cloned().collect();
        self.renew(Path::new("/"), &all);
        let ids: Vec<u64> = self.ids.keys().copied().collect();
        for id in ids {
            self.report(id, What::Lost(why.to_owned()));
        }
    }

    pub(super) fn watch(&mut self, id: u64, watches: &[Watch]) {
        self.forget(id);
        self.ids.insert(id, 0);
        for watch in watches.iter().collect::<BTreeSet<_>>() {
            if let Watch::Unit(unit) = watch {
                if self.root.is_some() {
                    let why = "the unit is one of an image, which has no service manager";
                    return self.fail(id, why.to_owned());
                }
                *self.ids.entry(id).or_default() += 1;
                let tell = self.tell.clone();
                let units = self.units.entry(unit.session);
                units
                    .and_modify(UnitWatcher::renew)
                    .or_insert_with(|| UnitWatcher::new(unit.session, tell))
                    .add(id, unit.clone());
            } else if let Err(why) = self.arm((id, watch.clone())) {
                return self.fail(id, why);
            }
        }
        if self.ids.get(&id) == Some(&0) {
            self.report(id, What::Listening);
        }
    }

    fn unit_ready(&mut self, id: u64) {
        if let Some(left @ 1..) = self.ids.get_mut(&id) {
            *left -= 1;
            if *left == 0 {
                self.report(id, What::Listening);
            }
        }
    }

    fn forget(&mut self, id: u64) {
        if self.ids.remove(&id).is_none() {
            return;
        }
        self.units.values().for_each(|units| units.remove(id));
        let first = (id, Watch::Path(PathBuf::new()));
        let own: Vec<Item> = self
            .items
            .range(first..)
            .take_while(|((of, _), _)| *of == id)
            .map(|(item, _)| item.clone())
            .collect();
        for item in own {
            self.disarm(&item);
        }
    }

    /// Watches the whole trail of an item. It is followed once more after its last directory was watched: what was made there
    /// between the look and the watch is told by no event, and may be the next directory of the way.
    fn arm(&mut self, item: Item) -> Result<(), String> {
        for _ in 0..ROUNDS {
            let root = self.root.as_deref();
            let trail = match &item.1 {
                Watch::Path(path) => Trail::of_path(root, path),
                Watch::Tree(path) => Trail::of_tree(root, path),
                Watch::Unit(_) => return Ok(()),
            };
            let same = self.items.get(&item) == Some(&trail);
            let dirs = trail.dirs.clone();
            if !same {
                self.file_under(&item, trail);
            }
            let stood = self.arm_dirs(&dirs)?;
            if same && stood {
                return Ok(());
            }
        }
        Err("what leads there changes too fast to be watched".into())
    }

    /// Watches directories that are not yet watched; true if they all were.
    fn arm_dirs(&mut self, dirs: &[PathBuf]) -> Result<bool, String> {
        let mut stood = true;
        for (at, dir) in dirs.iter().enumerate() {
            if self.armed.contains(dir) {
                continue;
            }
            match self.files()?.watch(dir, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.armed.insert(dir.clone());
                    stood = false;
                }
                Err(error) if gone(&error) => stood = false,
                // One that may be passed but not read: it is its owner's affair what happens there.
                Err(error) if denied(&error) && at + 1 < dirs.len() => {}
                Err(error) => return Err(format!("{}: {}", dir.display(), say(&error))),
            }
        }
        Ok(stood)
    }

    fn files(&mut self) -> Result<&mut dyn Watcher, String> {
        if self.files.is_none() {
            let tell = self.tell.clone();
            let made = notify::recommended_watcher(move |event| {
                let _ = tell.send(Message::Files(event));
            });
            self.files = Some(Box::new(made.map_err(|error| say(&error))?));
        }
        match &mut self.files {
            Some(files) => Ok(files.as_mut()),
            None => Err("no watcher".to_owned()),
        }
    }

    /// Puts an item under the directories and steps of its trail, in place of those it was under.
    fn file_under(&mut self, item: &Item, trail: Trail) {
        for dir in &trail.dirs {
            *self.dirs.entry(dir.clone()).or_default() += 1;
        }
        self.disarm(item);
        for step in &trail.steps {
            self.steps
                .entry(step.clone())
                .or_default()
                .insert(item.clone());
        }
        for dir in &trail.whole {
            self.whole
                .entry(dir.clone())
                .or_default()
                .insert(item.clone());
        }
        self.items.insert(item.clone(), trail);
    }

    /// Takes an item from everywhere, and stops watching where nobody passes any more.
    fn disarm(&mut self, item: &Item) {
        let Some(trail) = self.items.remove(item) else {
            return;
        };
        for step in &trail.steps {
            remove_from(&mut self.steps, step, item);
        }
        for dir in &trail.whole {
            remove_from(&mut self.whole, dir, item);
        }
        for dir in &trail.dirs {
            let left = self.dirs.get(dir).copied().unwrap_or(1) - 1;
            if left > 0 {
                self.dirs.insert(dir.clone(), left);
            } else {
                self.dirs.remove(dir);
                self.unwatch_dir(dir);
            }
        }
    }

    fn unwatch_dir(&mut self, dir: &Path) {
        if self.armed.remove(dir)
            && let Some(files) = &mut self.files
        {
            // The kernel forgets by itself what is gone.
            let _ = files.unwatch(dir);
        }
    }

    pub(super) fn seen(&mut self, event: &notify::Event) {
        if event.need_rescan() {
            return self.lost("the kernel's queue of events was full");
        }
        let Some((how, way)) = describe(&event.kind) else {
            return;
        };
        for path in &event.paths {
            let mut items = self.steps.get(path).cloned().unwrap_or_default();
            let inside = path.parent().and_then(|dir| self.whole.get(dir));
            items.extend(inside.into_iter().flatten().cloned());
            if way && !items.is_empty() {
                self.renew(path, &items);
            }
            for item in items {
                let trail = self.items.get(&item);
                let (id, watch) = item;
                let at = match (watch, trail) {
                    (Watch::Path(watched), _) => watched,
                    (_, Some(trail)) => trail.inner(path),
                    (_, None) => path.clone(),
                };
                if self.ids.contains_key(&id) {
                    self.report(id, What::Changed(at, how));
                }
            }
        }
    }

    /// Watches anew what may now be another directory of the same name, before anybody is told.
    fn renew(&mut self, path: &Path, items: &BTreeSet<Item>) {
        let below: Vec<PathBuf> = self
            .armed
            .range(path.to_owned()..)
            .take_while(|dir| dir.starts_with(path))
            .cloned()
            .collect();
        for dir in below {
            self.unwatch_dir(&dir);
        }
        for item in items {
            if self.items.contains_key(item)
                && let Err(why) = self.arm(item.clone())
            {
                self.fail(item.0, why);
            }
        }
    }
}

fn remove_from(map: &mut BTreeMap<PathBuf, BTreeSet<Item>>, path: &Path, item: &Item) {
    if let Some(items) = map.get_mut(path) {
        items.remove(item);
        if items.is_empty() {
            map.remove(path);
        }
    }
}

/// How it is reported, and whether a way may now lead elsewhere; `None` if it is not reported.
fn describe(kind: &EventKind) -> Option<(&'static str, bool)> {
    Some(match kind {
        EventKind::Create(_) => ("created", true),
        EventKind::Remove(_) => ("removed", true),
        // Its two halves were reported already.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return None,
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) => ("moved away", true),
        EventKind::Modify(ModifyKind::Name(_)) => ("renamed", true),
        EventKind::Modify(ModifyKind::Metadata(_)) => ("attributes", false),
        EventKind::Modify(_) => ("written", false),
        // What is written through a mapping is only seen when it is closed.
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => ("written", false),
        EventKind::Access(_) | EventKind::Any | EventKind::Other => return None,
    })
}

fn errno(error: &notify::Error) -> Option<rustix::io::Errno> {
    match &error.kind {
        ErrorKind::Io(error) => rustix::io::Errno::from_io_error(error),
        _ => None,
    }
}

fn gone(error: &notify::Error) -> bool {
    matches!(error.kind, ErrorKind::PathNotFound)
        || matches!(
            errno(error),
            Some(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR)
        )
}

fn denied(error: &notify::Error) -> bool {
    errno(error) == Some(rustix::io::Errno::ACCESS)
}

fn say(error: &notify::Error) -> String {
    use rustix::io::Errno;
    match (&error.kind, errno(error)) {
        (ErrorKind::MaxFilesWatch, _) | (_, Some(Errno::NOSPC)) => {
            "the kernel's limit of watches is reached (raise fs.inotify.max_user_watches)".into()
        }
        (_, Some(Errno::MFILE)) => {
            "the kernel's limit of watchers or open files is reached (raise fs.inotify.max_user_instances, or ulimit -n)"
                .into()
        }
        (_, Some(errno)) => super::place::say(errno),
        (kind, None) => format!("{kind:?}"),
    }
}
