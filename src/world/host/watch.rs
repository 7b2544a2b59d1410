//! What changes by itself: paths and trees by inotify, units by D-Bus.
//!
//! A path is watched by its directory and by every directory above it, so that it is seen when any of them is removed, moved, made
//! anew or replaced by a link; where links lead, both ends are watched. What is not there yet is watched from the
//! nearest directory that is. Watches are set before anything is reported, so whoever checks after a report or after
//! [`What::Listening`] misses nothing. Reports may be too many, never too few. Reading is not reported.
//!
//! In an image, paths are those within it: links lead from its root, and nothing leads out of it.
//!
//! Not seen: what is mounted over a path, and what another machine does on a network file system.

use super::watching::Watching;
use crate::world::Watch;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
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

/// Watches the real machine, or an image on it, in a thread of its own that ends when it is dropped.
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
        HostWatcher::of(None, sink)
    }

    /// The same of the image at `root`, if there is one.
    pub fn of(root: Option<PathBuf>, sink: impl FnMut(WatchEvent) + Send + 'static) -> HostWatcher {
        let (tell, told) = channel();
        let own: Sender<Message> = tell.clone();
        let thread = std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || Watching::new(root, own, Box::new(sink)).run(&told));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Unit;
    use notify::EventKind;
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::sync::mpsc::Receiver;
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
        bench.changes()?;
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
        bench.changes()?;
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
        let mut watching = Watching::new(None, own, Box::new(sink));
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

    /// A watcher before which this directory is made whenever it is told to watch the one that it stands in.
    #[derive(Debug)]
    struct Late(notify::RecommendedWatcher, PathBuf);

    impl notify::Watcher for Late {
        fn new<F: notify::EventHandler>(on: F, config: notify::Config) -> notify::Result<Late> {
            notify::RecommendedWatcher::new(on, config).map(|watcher| Late(watcher, PathBuf::new()))
        }

        fn watch(&mut self, path: &Path, how: notify::RecursiveMode) -> notify::Result<()> {
            if self.1.parent() == Some(path) {
                fs::create_dir(&self.1)?;
            }
            self.0.watch(path, how)
        }

        fn unwatch(&mut self, path: &Path) -> notify::Result<()> {
            self.0.unwatch(path)
        }

        fn kind() -> notify::WatcherKind {
            notify::RecommendedWatcher::kind()
        }
    }

    /// `mkdir -p x/y/z`, and its last step comes between the look and the watch: what is in `z` was watched by nobody.
    #[test]
    fn what_is_made_while_a_way_is_watched_anew_is_watched() -> Outcome {
        let top = std::env::temp_dir().join(format!("weft-watch-late-{}", std::process::id()));
        let _ = fs::remove_dir_all(&top);
        fs::create_dir_all(top.join("x/y"))?;
        let top = top.canonicalize()?;
        let (own, _kept) = channel();
        let mut watching = Watching::new(None, own, Box::new(|_| ()));
        watching.watch(1, &[Watch::Path(top.join("x/y/z/file"))]);
        assert!(watching.armed.contains(&top.join("x/y")));
        let late = Late(notify::recommended_watcher(|_| ())?, top.join("x/y/z"));
        watching.files = Some(Box::new(late));
        let made = EventKind::Create(notify::event::CreateKind::Folder);
        watching.seen(&notify::Event::new(made).add_path(top.join("x/y")));
        assert!(watching.armed.contains(&top.join("x/y/z")));
        fs::remove_dir_all(top)?;
        Ok(())
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
            if super::super::service::tests::is_promised() {
                return Err(fault.into());
            }
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
