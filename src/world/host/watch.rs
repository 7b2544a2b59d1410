//! What changes by itself: paths and trees by inotify, units by D-Bus.
//!
//! A path is watched by its directory and by every directory above it, so that it is seen when any of them is removed, moved, made
//! anew or replaced by a link; where links lead, both ends are watched. What is not there yet is watched from the
//! nearest directory that is. Watches are set before anything is reported, so whoever checks after a report or after
//! [`What::Listening`] misses nothing. Reports may be too many, never too few. Reading is not reported.
//!
//! Not seen: what is mounted over a path, and what another machine does on a network file system.

use super::trail::Trail;
use super::watch_units::UnitWatcher;
use crate::world::Watch;
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// Something about a watch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WatchEvent {
    /// Which: the number given to [`HostWatcher::watch`].
    pub id: u64,
    /// What.
    pub what: What,
}

/// What happened to a watch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// All of it is being watched from here on.
    Listening,
    /// Something changed: what was watched (in a tree, what is in it; a unit's name), and how: `created`, `written`,
    /// `attributes`, `removed`, `moved away`, `renamed`, `state`, `unit files`.
    Changed(PathBuf, &'static str),
    /// Events were lost: anything may have changed. It is still being watched.
    Lost(String),
    /// It cannot be watched, or no longer. It is forgotten; watching it again may help.
    Failed(String),
}

/// Watches the real machine (not an image), in a thread of its own that ends when it is dropped.
pub struct HostWatcher {
    tell: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

/// What the watching thread is told.
pub(super) enum Message {
    Watch(u64, Vec<Watch>),
    Unwatch(u64),
    Stop,
    Files(notify::Result<notify::Event>),
    UnitReady(u64),
    UnitChanged(u64, String, &'static str),
    UnitFailed(u64, String),
}

impl HostWatcher {
    /// A watcher that reports to `sink`, from its own thread; `sink` must not wait for this watcher.
    pub fn new(sink: impl FnMut(WatchEvent) + Send + 'static) -> HostWatcher {
        let (tell, told) = channel();
        let own: Sender<Message> = tell.clone();
        let thread = std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || Watching::new(own, Box::new(sink)).run(&told));
        HostWatcher {
            tell,
            thread: thread.ok(),
        }
    }

    /// Watches all of these under a number, instead of what it stood for before. [`What::Listening`] or [`What::Failed`]
    /// follows.
    pub fn watch(&self, id: u64, watches: &[Watch]) {
        let _ = self.tell.send(Message::Watch(id, watches.to_vec()));
    }

    /// Forgets a number. Events that are on their way may still arrive.
    pub fn unwatch(&self, id: u64) {
        let _ = self.tell.send(Message::Unwatch(id));
    }
}

impl Drop for HostWatcher {
    fn drop(&mut self) {
        let _ = self.tell.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One watched path or tree of a number.
type Item = (u64, Watch);

/// How often a way is followed again because it changed while it was followed.
const ROUNDS: usize = 1000;

struct Watching {
    tell: Sender<Message>,
    sink: Box<dyn FnMut(WatchEvent) + Send>,
    files: Option<RecommendedWatcher>,
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
    armed: BTreeSet<PathBuf>,
}

impl Watching {
    fn new(tell: Sender<Message>, sink: Box<dyn FnMut(WatchEvent) + Send>) -> Watching {
        Watching {
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

    fn run(mut self, told: &Receiver<Message>) {
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

    fn watch(&mut self, id: u64, watches: &[Watch]) {
        self.forget(id);
        self.ids.insert(id, 0);
        for watch in watches.iter().collect::<BTreeSet<_>>() {
            if let Watch::Unit(unit) = watch {
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

    /// Watches the whole trail of an item, again if the trail changes meanwhile.
    fn arm(&mut self, item: Item) -> Result<(), String> {
        for _ in 0..ROUNDS {
            let trail = match &item.1 {
                Watch::Path(path) => Trail::of_path(path),
                Watch::Tree(path) => Trail::of_tree(path),
                Watch::Unit(_) => return Ok(()),
            };
            let same = self.items.get(&item) == Some(&trail);
            let dirs = trail.dirs.clone();
            if !same {
                self.file_under(&item, trail);
            }
            let vanished = self.arm_dirs(&dirs)?;
            if same && !vanished {
                return Ok(());
            }
        }
        Err("what leads there changes too fast to be watched".into())
    }

    /// Watches directories that are not yet watched; true if one was gone already.
    fn arm_dirs(&mut self, dirs: &[PathBuf]) -> Result<bool, String> {
        let mut vanished = false;
        for (at, dir) in dirs.iter().enumerate() {
            if self.armed.contains(dir) {
                continue;
            }
            match self.files()?.watch(dir, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.armed.insert(dir.clone());
                }
                Err(error) if gone(&error) => vanished = true,
                // One that may be passed but not read: it is its owner's affair what happens there.
                Err(error) if denied(&error) && at + 1 < dirs.len() => {}
                Err(error) => return Err(format!("{}: {}", dir.display(), say(&error))),
            }
        }
        Ok(vanished)
    }

    fn files(&mut self) -> Result<&mut RecommendedWatcher, String> {
        if self.files.is_none() {
            let tell = self.tell.clone();
            let made = notify::recommended_watcher(move |event| {
                let _ = tell.send(Message::Files(event));
            });
            self.files = Some(made.map_err(|error| say(&error))?);
        }
        self.files.as_mut().ok_or_else(|| "no watcher".to_owned())
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

    fn seen(&mut self, event: &notify::Event) {
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
            for (id, watch) in items {
                let at = match watch {
                    Watch::Path(watched) => watched,
                    _ => path.clone(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Unit;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::time::Duration;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Longer than any machine needs; it only bounds a test that fails.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// A directory, and a watcher of something in it. What it reports is read up to a mark: a file of its own
    /// whose event comes after all that were caused before it.
    struct Bench {
        top: PathBuf,
        watcher: HostWatcher,
        told: Receiver<WatchEvent>,
        marks: u32,
    }

    const MARK: u64 = 1000;

    impl Bench {
        fn new(name: &str) -> Result<Bench, Box<dyn std::error::Error>> {
            let top =
                std::env::temp_dir().join(format!("weft-watch-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&top);
            fs::create_dir_all(&top)?;
            let top = top.canonicalize()?;
            let (tell, told) = channel();
            let watcher = HostWatcher::new(move |event| {
                let _ = tell.send(event);
            });
            let mut bench = Bench {
                top,
                watcher,
                told,
                marks: 0,
            };
            let mark = bench.top.join("mark");
            bench.listen(MARK, Watch::Path(mark))?;
            Ok(bench)
        }

        fn listen(&mut self, id: u64, watch: Watch) -> Outcome {
            self.watcher.watch(id, &[watch]);
            match self.told.recv_timeout(PATIENCE)? {
                WatchEvent {
                    id: of,
                    what: What::Listening,
                } if of == id => Ok(()),
                other => Err(format!("expected that {id} listens, found {other:?}").into()),
            }
        }

        /// How what was watched changed since the last call.
        fn changes(&mut self) -> Result<Vec<(PathBuf, &'static str)>, Box<dyn std::error::Error>> {
            self.marks += 1;
            let fresh = self.top.join(format!("mark.{}", self.marks));
            fs::write(&fresh, "")?;
            fs::rename(fresh, self.top.join("mark"))?;
            let mut found = Vec::new();
            loop {
                match self.told.recv_timeout(PATIENCE)? {
                    WatchEvent { id: MARK, .. } => return Ok(found),
                    WatchEvent {
                        what: What::Changed(path, how),
                        ..
                    } => found.push((path, how)),
                    other => return Err(format!("unexpected {other:?}").into()),
                }
            }
        }

        fn hows(&mut self) -> Result<BTreeSet<&'static str>, Box<dyn std::error::Error>> {
            Ok(self.changes()?.into_iter().map(|(_, how)| how).collect())
        }
    }

    impl Drop for Bench {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.top);
        }
    }

    macro_rules! seen {
        ($bench:expr, $how:expr) => {{
            let hows = $bench.hows()?;
            assert!(hows.contains($how), "expected `{}`, found {hows:?}", $how);
        }};
    }

    #[test]
    fn every_kind_of_damage_is_seen() -> Outcome {
        let mut bench = Bench::new("damage")?;
        let dir = bench.top.join("a/b");
        let file = dir.join("file");
        fs::create_dir_all(&dir)?;
        fs::write(&file, "one")?;
        bench.listen(1, Watch::Path(file.clone()))?;
        fs::write(&file, "two")?;
        seen!(bench, "written");
        fs::write(dir.join("other"), "three")?;
        assert_eq!(bench.changes()?, []);
        fs::rename(dir.join("other"), &file)?;
        seen!(bench, "renamed");
        fs::remove_file(&file)?;
        seen!(bench, "removed");
        fs::write(&file, "four")?;
        seen!(bench, "created");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
        seen!(bench, "attributes");
        fs::remove_dir_all(&dir)?;
        seen!(bench, "removed");
        fs::create_dir(&dir)?;
        seen!(bench, "created");
        fs::write(&file, "five")?;
        seen!(bench, "written");
        fs::rename(&file, dir.join("away"))?;
        seen!(bench, "moved away");
        symlink("away", &file)?;
        seen!(bench, "created");
        fs::write(dir.join("away"), "six")?;
        seen!(bench, "written");
        fs::remove_file(&file)?;
        fs::rename(dir.join("away"), &file)?;
        bench.changes()?;
        fs::File::options().write(true).open(&file)?.set_len(0)?;
        seen!(bench, "written");
        Ok(())
    }

    #[test]
    fn directories_above_may_come_and_go() -> Outcome {
        let mut bench = Bench::new("above")?;
        let top = bench.top.join("x");
        let file = top.join("y/z/file");
        bench.listen(1, Watch::Path(file.clone()))?;
        for _ in 0..3 {
            fs::create_dir_all(top.join("y/z"))?;
            seen!(bench, "created");
            fs::write(&file, "one")?;
            seen!(bench, "written");
            fs::rename(&top, bench.top.join("away"))?;
            seen!(bench, "moved away");
            fs::write(bench.top.join("away/y/z/file"), "unseen")?;
            assert_eq!(bench.changes()?, []);
            fs::rename(bench.top.join("away"), &top)?;
            seen!(bench, "renamed");
            fs::write(&file, "two")?;
            seen!(bench, "written");
            fs::remove_dir_all(&top)?;
            seen!(bench, "removed");
        }
        Ok(())
    }

    #[test]
    fn a_link_on_the_way_is_seen_from_both_ends() -> Outcome {
        let mut bench = Bench::new("links")?;
        fs::create_dir_all(bench.top.join("one"))?;
        fs::create_dir_all(bench.top.join("two"))?;
        symlink("one", bench.top.join("way"))?;
        let file = bench.top.join("way/file");
        bench.listen(1, Watch::Path(file.clone()))?;
        fs::write(bench.top.join("one/file"), "1")?;
        assert!(bench.changes()?.contains(&(file.clone(), "created")));
        symlink("two", bench.top.join("fresh"))?;
        fs::rename(bench.top.join("fresh"), bench.top.join("way"))?;
        seen!(bench, "renamed");
        fs::write(bench.top.join("one/file"), "unseen")?;
        assert_eq!(bench.changes()?, []);
        fs::write(bench.top.join("two/file"), "2")?;
        seen!(bench, "created");
        Ok(())
    }

    #[test]
    fn reading_is_not_reported() -> Outcome {
        let mut bench = Bench::new("reading")?;
        let file = bench.top.join("file");
        fs::write(&file, "one")?;
        bench.changes()?;
        bench.listen(1, Watch::Path(file.clone()))?;
        bench.listen(2, Watch::Tree(bench.top.clone()))?;
        bench.changes()?;
        fs::read(&file)?;
        fs::metadata(&file)?;
        fs::read_dir(&bench.top)?.for_each(drop);
        let found = bench.changes()?;
        assert!(found.iter().all(|(path, _)| *path != file), "{found:?}");
        Ok(())
    }

    #[test]
    fn a_tree_is_seen_to_its_leaves() -> Outcome {
        let mut bench = Bench::new("tree")?;
        let tree = bench.top.join("tree");
        bench.listen(1, Watch::Tree(tree.clone()))?;
        fs::create_dir(&tree)?;
        seen!(bench, "created");
        fs::create_dir_all(tree.join("a/b/c"))?;
        seen!(bench, "created");
        let leaf = tree.join("a/b/c/leaf");
        fs::write(&leaf, "one")?;
        assert!(bench.changes()?.contains(&(leaf.clone(), "written")));
        fs::rename(tree.join("a"), tree.join("z"))?;
        seen!(bench, "renamed");
        fs::write(tree.join("z/b/c/leaf"), "two")?;
        let moved = tree.join("z/b/c/leaf");
        assert!(bench.changes()?.contains(&(moved, "written")));
        fs::remove_dir_all(&tree)?;
        seen!(bench, "removed");
        Ok(())
    }

    #[test]
    fn what_is_forgotten_is_not_reported() -> Outcome {
        let mut bench = Bench::new("forgotten")?;
        let (file, same) = (bench.top.join("file"), bench.top.join("file"));
        bench.listen(1, Watch::Path(file.clone()))?;
        bench.listen(2, Watch::Path(same))?;
        bench.watcher.unwatch(1);
        fs::write(&file, "one")?;
        seen!(bench, "created");
        bench.watcher.unwatch(2);
        bench.listen(3, Watch::Path(bench.top.join("third")))?;
        fs::write(&file, "two")?;
        assert_eq!(bench.changes()?, []);
        Ok(())
    }

    #[test]
    fn lost_events_are_everybodys() {
        let (tell, told) = channel();
        let (own, _kept) = channel();
        let sink = move |event| {
            let _ = tell.send(event);
        };
        let mut watching = Watching::new(own, Box::new(sink));
        watching.watch(1, &[Watch::Path("/proc/self/status".into())]);
        watching.watch(2, &[]);
        // As if a directory had been made anew while events were lost.
        watching.armed.clear();
        let overflow = notify::Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        watching.seen(&overflow);
        let lost: Vec<u64> = told
            .try_iter()
            .filter(|event| matches!(event.what, What::Lost(_)))
            .map(|event| event.id)
            .collect();
        assert_eq!(lost, [1, 2]);
        assert!(watching.armed.contains(Path::new("/proc")));
    }

    #[test]
    fn a_unit_is_listened_to() -> Outcome {
        let mut bench = Bench::new("unit")?;
        let unit = Unit {
            name: "weft-watched.service".into(),
            session: true,
        };
        let host = super::super::Host::default();
        let listens = bench.listen(1, Watch::Unit(unit.clone()));
        if let Err(fault) = crate::world::Look::service(&host, &unit) {
            println!("only the failure is tried, since there is no user manager: {fault}");
            assert!(listens.is_err_and(|error| error.to_string().contains("Failed")));
            return Ok(());
        }
        listens?;
        crate::world::World::act(&host, &unit, crate::world::ServiceAct::ReloadManager)?;
        let event = bench.told.recv_timeout(PATIENCE)?;
        let (name, how) = (PathBuf::from(unit.name), "unit files");
        assert_eq!(event.what, What::Changed(name, how));
        Ok(())
    }
}
