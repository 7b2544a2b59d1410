//! The one bench for the tests of kinds: a simulated machine that writes down what a kind asks of it, and a vertex on it.

mod lines;
mod vertex;

pub use vertex::Vertex;

use crate::time::Span;
use crate::world::overlay::{Overlay, OverlayView};
use crate::world::sim::spec::{Answer, Effect, Page, Starts, UnitSpec};
use crate::world::sim::{FaultKind, FaultRule, Sim, SimView};
use crate::world::{
    Account, Active, Command, Fault, Look, ModeBits, Output, Put, Request, Response, Service,
    ServiceAct, Startup, Stat, Unit, World,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The machine. Its random bytes are 0, 1, 2 and so on for each call, so that a test can tell what becomes of them.
pub struct Stage {
    pub sim: Sim,
    view: SimView,
    /// Where it is only planned: what is looked at and changed in place of the machine.
    overlay: Option<OverlayView>,
    /// All that was run, fetched, done to units and waited, in order.
    log: Mutex<Vec<String>>,
    pub ran: Mutex<Vec<Command>>,
    pub requests: Mutex<Vec<Request>>,
    calls: Mutex<BTreeMap<&'static str, usize>>,
    random: Vec<u8>,
    /// The call at which a kind meets a bug of its own.
    bug: Option<&'static str>,
}

/// An answer with this status and output.
pub fn answer(status: i32, stdout: &str) -> Answer {
    Answer {
        status,
        stdout: stdout.into(),
        ..Answer::default()
    }
}

/// The same, and it makes this file.
pub fn makes(path: &str, answer: Answer) -> Answer {
    Answer {
        effects: vec![Effect::Write(path.into(), b"made".to_vec(), None)],
        ..answer
    }
}

/// A unit that is loaded, and this.
pub fn unit(active: Active, startup: Startup) -> UnitSpec {
    UnitSpec {
        active,
        startup,
        ..UnitSpec::default()
    }
}

impl Stage {
    /// An empty machine; root acts.
    pub fn new() -> Stage {
        Stage::of("")
    }

    /// The same, and this user acts.
    pub fn acting(user: &str) -> Stage {
        Stage::of(&format!("as {user}"))
    }

    /// A machine that is there.
    fn over(sim: Sim) -> Stage {
        Stage {
            view: sim.attempt(None),
            sim,
            overlay: None,
            log: Mutex::default(),
            ran: Mutex::default(),
            requests: Mutex::default(),
            calls: Mutex::default(),
            random: (0..=255).collect(),
            bug: None,
        }
    }

    /// The same for an attempt that may take so long altogether.
    pub fn within(self, time: Span) -> Stage {
        Stage {
            view: self.sim.attempt(Some(time)),
            ..self
        }
    }

    /// The same as a plan sees it.
    pub fn planned(self) -> Stage {
        Stage {
            overlay: Some(self.overlay()),
            ..self
        }
    }

    /// What a plan works on: this machine below, and what is written kept apart.
    pub fn overlay(&self) -> OverlayView {
        Overlay::over(Arc::new(self.view.clone())).attempt("the vertex", false)
    }

    /// With these random bytes, over and over.
    pub fn with_random(self, random: Vec<u8>) -> Stage {
        Stage { random, ..self }
    }

    /// With something that will go wrong.
    /// A kind that makes this call panics.
    pub fn with_bug(self, call: &'static str) -> Stage {
        Stage {
            bug: Some(call),
            ..self
        }
    }

    pub fn with_fault(self, call: &str, on: &str, what: FaultKind) -> Stage {
        self.sim.arm(FaultRule::next(call, on, what));
        self
    }

    pub fn with(self, line: &str, answers: &[Answer]) -> Stage {
        self.sim.outside().command(line, answers.to_vec());
        self
    }

    pub fn with_file(self, path: &str) -> Stage {
        self.sim.outside().write(Path::new(path), b"there").unwrap();
        self
    }

    pub fn with_dir(self, path: &str) -> Stage {
        self.sim.outside().make_dir(Path::new(path)).unwrap();
        self
    }

    pub fn with_page(self, url: &str, page: Page) -> Stage {
        self.sim.outside().http(url, |at| *at = page);
        self
    }

    /// A service with its unit file, and how its starts go.
    pub fn with_unit(self, name: &str, spec: UnitSpec, starts: Starts) -> Stage {
        let file = Path::new("/etc/systemd/system").join(name);
        let reload = if spec.can_reload {
            "ExecReload=true\n"
        } else {
            ""
        };
        let text = format!("[Service]\n{reload}[Install]\n");
        let outside = self.sim.outside();
        outside.write(&file, text.as_bytes()).unwrap();
        let name = name.to_owned();
        let session = false;
        outside.unit(&Unit { name, session }, |at| {
            *at = UnitSpec { starts, ..spec }
        });
        self
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// How often a call was made.
    pub fn count(&self, call: &str) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.get(call).copied().unwrap_or_default()
    }

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }

    fn note_command(&self, word: &str, command: &Command) {
        self.note(format!("{word} {}", command.argv.join(" ")));
        self.ran.lock().unwrap().push(command.clone());
    }

    /// What this call goes to.
    fn called(&self, call: &'static str) -> &dyn World {
        assert!(self.bug != Some(call), "a bug in a kind");
        *self.calls.lock().unwrap().entry(call).or_default() += 1;
        match &self.overlay {
            Some(overlay) => overlay,
            None => &self.view,
        }
    }
}

impl Look for Stage {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault> {
        self.called("stat").stat(path)
    }
    fn read(&self, path: &Path, limit: u64) -> Result<Arc<[u8]>, Fault> {
        self.called("read").read(path, limit)
    }
    fn list(&self, path: &Path) -> Result<Vec<String>, Fault> {
        self.called("list").list(path)
    }
    fn read_link(&self, path: &Path) -> Result<PathBuf, Fault> {
        self.called("read_link").read_link(path)
    }
    fn me(&self) -> Result<Account, Fault> {
        self.called("me").me()
    }
    fn user(&self, name: &str) -> Result<Option<Account>, Fault> {
        self.called("user").user(name)
    }
    fn group(&self, name: &str) -> Result<Option<u32>, Fault> {
        self.called("group").group(name)
    }
    fn name_of(&self, id: u32, group: bool) -> Result<String, Fault> {
        self.called("name_of").name_of(id, group)
    }
    fn ask(&self, command: &Command) -> Result<Output, Fault> {
        self.note_command("ask", command);
        self.called("ask").ask(command)
    }
    fn fetch(&self, request: &Request) -> Result<Response, Fault> {
        self.note(format!("fetch {}", request.url));
        self.requests.lock().unwrap().push(request.clone());
        self.called("fetch").fetch(request)
    }
    fn service(&self, unit: &Unit) -> Result<Service, Fault> {
        self.called("service").service(unit)
    }
    fn units(&self, session: bool) -> Result<Vec<String>, Fault> {
        self.called("units").units(session)
    }
    fn hostname(&self) -> String {
        self.called("hostname").hostname()
    }
    fn can_write(&self, dir: &Path) -> Result<(), Fault> {
        self.called("can_write").can_write(dir)
    }
    fn straight(&self) -> Arc<dyn Look> {
        self.called("straight").straight()
    }
    fn free(&self, path: &Path) -> Result<Option<u64>, Fault> {
        self.called("free").free(path)
    }
}

impl World for Stage {
    fn put(&self, put: &Put) -> Result<(), Fault> {
        self.called("put").put(put)
    }
    fn make_dir(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.called("make_dir").make_dir(path, mode)
    }
    fn make_link(&self, path: &Path, target: &Path) -> Result<(), Fault> {
        self.called("make_link").make_link(path, target)
    }
    fn remove(&self, path: &Path) -> Result<(), Fault> {
        self.called("remove").remove(path)
    }
    fn exchange(&self, path: &Path, aside: &Path) -> Result<(), Fault> {
        self.called("exchange").exchange(path, aside)
    }
    fn set_mode(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.called("set_mode").set_mode(path, mode)
    }
    fn set_owner(&self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault> {
        self.called("set_owner").set_owner(path, uid, gid)
    }
    fn run(&self, command: &Command) -> Result<Output, Fault> {
        self.note_command("run", command);
        self.called("run").run(command)
    }
    fn act(&self, unit: &Unit, act: ServiceAct) -> Result<(), Fault> {
        self.note(format!("{act:?} {}", unit.name));
        self.called("act").act(unit, act)
    }
    fn pause(&self, span: Span) -> Result<(), Fault> {
        self.note(format!("pause {span}"));
        self.called("pause").pause(span)
    }
    fn random(&self, bytes: usize) -> Result<Vec<u8>, Fault> {
        // The machine's own bytes stand for these; whether there are any is for it, or the plan, to say.
        let found = self.called("random").random(bytes)?.len();
        Ok(self.random.iter().copied().cycle().take(found).collect())
    }
}
