//! What the tests over the real host share: a directory, a session in it, and a front that remembers.
#![allow(dead_code)]

#[path = "memory.rs"]
mod memory;

pub use memory::Memory;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use weft::command::session::{Session, SessionOptions, WorldName};
use weft::drive::runner::{HostRunner, Runner};
use weft::engine::event::{Event, Level, What};
use weft::file::{self, Document};
use weft::kind::Kinds;
use weft::trace;
use weft::world::host::Host;
use weft::world::{Look, ServiceAct, Unit, World};

/// What a test gives.
pub type Outcome = Result<(), Box<dyn Error>>;

/// Longer than any machine needs; it only bounds a test that fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The password graph in a directory `{dir}`.
pub const PASSWORD: &str = "\
weft: 1
graph: password
resources:
  password:
  - name: pw
    length: 16
  file:
  - name: {dir}/etc/secret
    mode: 0600
  noop:
  - name: bystander
edges:
- file[{dir}/etc/secret] ~> noop[bystander]
bindings:
- password[pw].password -> file[{dir}/etc/secret].content
";

/// A real directory that goes away with the test. It is owned, and closed to others, so that links in it are trusted.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// An empty one, with `etc` in it.
    pub fn new(name: &str) -> Result<Scratch, Box<dyn Error>> {
        let dir = std::env::temp_dir().join(format!("weft-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(dir.join("etc"))?;
        Ok(Scratch(dir.canonicalize()?))
    }

    /// A path in it.
    pub fn at(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    /// The text of a file in it.
    pub fn text(&self, path: &str) -> Result<String, Box<dyn Error>> {
        let path = self.at(path);
        std::fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()).into())
    }

    /// Every entry below it, with what it is and its content.
    pub fn tree(&self) -> BTreeMap<PathBuf, String> {
        let (mut found, mut open) = (BTreeMap::new(), vec![self.0.clone()]);
        while let Some(dir) = open.pop() {
            for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
                let path = entry.path();
                let what = match std::fs::symlink_metadata(&path) {
                    Ok(found) if found.is_dir() => {
                        open.push(path.clone());
                        "directory".to_owned()
                    }
                    // Not when it was read: looking is no change.
                    Ok(found) => {
                        let (mode, at) = (found.permissions(), found.modified());
                        format!("{mode:?} {at:?} {:?}", std::fs::read(&path))
                    }
                    Err(why) => why.to_string(),
                };
                found.insert(path, what);
            }
        }
        found
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A text as a document, with the directory for `{dir}`.
pub fn document(scratch: &Scratch, text: &str) -> Result<Document, Box<dyn Error>> {
    let text = text.replace("{dir}", &scratch.0.display().to_string());
    let path = scratch.at("graph.yaml");
    let read = &mut |path: &Path| std::fs::read(path).map_err(|why| why.to_string());
    let document = file::parse(&path, &text, &Kinds, read);
    document.map_err(|error| format!("{error:?}").into())
}

/// A session on a graph, over a world, with what it has shown.
pub struct Bench {
    /// The session.
    pub session: Session,
    /// Its front.
    pub front: Memory,
}

impl Bench {
    /// On this machine, with consent beforehand and the state in the same directory.
    pub fn host(scratch: &Scratch, graph: &str) -> Result<Bench, Box<dyn Error>> {
        Bench::open(scratch, graph, WorldName::Host, true, 2)
    }

    /// On a world; `yes` is consent beforehand, `jobs` how many vertices may run at the same time.
    pub fn open(
        scratch: &Scratch,
        graph: &str,
        world: WorldName,
        yes: bool,
        jobs: usize,
    ) -> Result<Bench, Box<dyn Error>> {
        let document = document(scratch, graph)?;
        let options = SessionOptions {
            jobs,
            seed: None,
            noop: false,
            yes,
            world: Some(world),
            state_root: scratch.at("state"),
            root: None,
            adopt: false,
            supervisor: Some(env!("CARGO_BIN_EXE_weft").into()),
        };
        let session = Session::open(Some(document), options)?;
        Ok(Bench {
            session,
            front: Memory::default(),
        })
    }

    /// Evaluates a line, and gives the detailed exit code.
    pub fn eval(&mut self, line: &str) -> Result<i32, Box<dyn Error>> {
        self.session.eval(line, &mut self.front)?;
        Ok(self.session.ended().code(true))
    }

    /// Stops what runs, and gives the exit code.
    pub fn stop(&mut self) -> Result<i32, Box<dyn Error>> {
        self.session.eval("stop", &mut self.front)?;
        Ok(self.session.ended().code(false))
    }

    /// The whole trace so far.
    pub fn trace(&self) -> String {
        trace::lines(self.session.events(), Level::Full)
    }

    /// How often a vertex changed so far, and how often it was refreshed.
    pub fn counts(&self, name: &str) -> (usize, usize) {
        let count = |wanted: fn(&What) -> bool| {
            let is_it = |event: &&Event| {
                event
                    .subject
                    .as_ref()
                    .is_some_and(|key| key.to_string() == name)
                    && wanted(&event.what)
            };
            self.session.events().iter().filter(is_it).count()
        };
        (
            count(|what| matches!(what, What::Changed { .. })),
            count(|what| matches!(what, What::Refreshed { .. })),
        )
    }

    /// Waits until a watch has nothing left to do.
    pub fn quiet(&mut self, watching: &mut Watching) -> Outcome {
        let handle = self.runner()?.handle();
        watching.until("nothing left to do", || {
            let engine = handle.engine();
            engine.is_converged() && engine.is_idle()
        })
    }

    /// The driver of this machine.
    pub fn runner(&mut self) -> Result<&mut HostRunner, Box<dyn Error>> {
        match self.session.runner() {
            Runner::Host(host) => Ok(host),
            Runner::Sim { .. } => Err("this is a simulation".into()),
        }
    }

    /// Starts to watch in a thread of its own, and waits until all is quiet.
    pub fn watch(&mut self) -> Result<Watching, Box<dyn Error>> {
        self.eval("watch")?;
        let (tell, told) = channel();
        self.runner()?.go_behind(Arc::new(move |events: &[Event]| {
            let _ = tell.send(events.to_vec());
        }));
        let mut watching = Watching {
            told,
            seen: Vec::new(),
        };
        watching.event("converged", |event| {
            matches!(event.what, What::Converged(_))
        })?;
        Ok(watching)
    }
}

/// A watch in a thread of its own, from outside.
pub struct Watching {
    told: Receiver<Vec<Event>>,
    /// What was told so far.
    pub seen: Vec<Event>,
}

impl Watching {
    /// Waits until this holds, looking again after each event.
    pub fn until(&mut self, what: &str, mut holds: impl FnMut() -> bool) -> Outcome {
        let end = Instant::now() + PATIENCE;
        while !holds() {
            self.more(what, end)?;
        }
        Ok(())
    }

    /// Waits for such an event among those that were not looked at yet.
    pub fn event(&mut self, what: &str, mut is_it: impl FnMut(&Event) -> bool) -> Outcome {
        let end = Instant::now() + PATIENCE;
        let mut from = 0;
        self.seen.clear();
        loop {
            if self.seen[from..].iter().any(&mut is_it) {
                return Ok(());
            }
            from = self.seen.len();
            self.more(what, end)?;
        }
    }

    fn more(&mut self, what: &str, end: Instant) -> Outcome {
        let left = end.saturating_duration_since(Instant::now());
        match self.told.recv_timeout(left) {
            Ok(events) => {
                self.seen.extend(events);
                Ok(())
            }
            Err(why) => {
                let told = trace::lines(&self.seen, Level::Full);
                Err(format!("waited in vain for `{what}` ({why}); told was:\n{told}").into())
            }
        }
    }
}

/// A unit of the user's own manager, and where its file is, while the test runs.
pub struct UnitFile {
    /// The unit.
    pub unit: Unit,
    /// Its file, which is the test's to make.
    pub file: PathBuf,
}

impl UnitFile {
    /// A unit of which there is nothing yet; why not, where there is no user manager.
    pub fn new(name: &str) -> Result<Result<UnitFile, String>, Box<dyn Error>> {
        let unit = Unit {
            name: format!("weft-{name}-{}.service", std::process::id()),
            session: true,
        };
        if let Err(fault) = Host::default().service(&unit) {
            return Ok(Err(format!("there is no user manager: {fault}")));
        }
        let run = std::env::var_os("XDG_RUNTIME_DIR").ok_or("no XDG_RUNTIME_DIR")?;
        let dir = PathBuf::from(run).join("systemd/user");
        std::fs::create_dir_all(&dir)?;
        let file = dir.join(&unit.name);
        Ok(Ok(UnitFile { unit, file }))
    }

    /// A graph's text with the unit's name and the path of its file in place.
    pub fn graph(&self, graph: &str) -> String {
        graph
            .replace("{unit}", &self.file.display().to_string())
            .replace("{name}", &self.unit.name)
    }
}

impl Drop for UnitFile {
    fn drop(&mut self) {
        let host = Host::default();
        let _ = host.act(&self.unit, ServiceAct::Stop);
        let _ = std::fs::remove_file(&self.file);
        let _ = host.act(&self.unit, ServiceAct::ReloadManager);
    }
}

/// Whether a test that cannot run here must fail: where CI promises all that it needs.
pub fn not_tried(what: &str) -> Outcome {
    if std::env::var_os("WEFT_TEST_REQUIRE").is_some_and(|value| value == "1") {
        return Err(format!("could not run: {what}").into());
    }
    println!("could not run: {what}");
    Ok(())
}
