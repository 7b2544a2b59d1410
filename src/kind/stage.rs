//! A simulated machine for the tests of kinds, that writes down what a kind asks of it; and a vertex that stands on it.

use super::{Applied, At, Checked, Failure, Job, Sends, find};
use crate::graph::{FieldPath, Key, Params};
use crate::time::Span;
use crate::value::{Opaque, Value};
use crate::world::sim::spec::{Answer, Effect, Page, Starts, UnitSpec, UserSpec};
use crate::world::sim::{Sim, SimSpec, SimView};
use crate::world::{
    Account, Active, Command, Fault, Look, ModeBits, Output, Put, Request, Response, Service,
    ServiceAct, Startup, Stat, Unit, World,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The machine.
pub struct Stage {
    pub sim: Sim,
    view: SimView,
    /// All that was run, fetched, done to units and waited, in order.
    pub log: Mutex<Vec<String>>,
    pub ran: Mutex<Vec<Command>>,
    pub requests: Mutex<Vec<Request>>,
    /// Whether it is only planned: what a command does is not known.
    pub plan: bool,
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
    /// An empty machine, with a user `deploy`; root acts.
    pub fn new() -> Stage {
        Stage::acting("root")
    }

    /// The same, and this user acts.
    pub fn acting(user: &str) -> Stage {
        let deploy = UserSpec {
            uid: 1001,
            ..UserSpec::default()
        };
        let spec = SimSpec {
            user: Some(user.to_owned()),
            users: BTreeMap::from([("deploy".to_owned(), deploy)]),
            ..SimSpec::default()
        };
        let sim = Sim::new(spec, 1).unwrap();
        Stage {
            view: sim.attempt(None),
            sim,
            log: Mutex::default(),
            ran: Mutex::default(),
            requests: Mutex::default(),
            plan: false,
        }
    }

    /// The same as a plan sees it: what a command does is known only after it.
    pub fn planned() -> Stage {
        Stage {
            plan: true,
            ..Stage::new()
        }
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

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }

    fn note_command(&self, word: &str, command: &Command) {
        self.note(format!("{word} {}", command.argv.join(" ")));
        self.ran.lock().unwrap().push(command.clone());
    }
}

impl Look for Stage {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault> {
        self.view.stat(path)
    }
    fn read(&self, path: &Path, limit: u64) -> Result<Arc<[u8]>, Fault> {
        self.view.read(path, limit)
    }
    fn list(&self, path: &Path) -> Result<Vec<String>, Fault> {
        self.view.list(path)
    }
    fn read_link(&self, path: &Path) -> Result<PathBuf, Fault> {
        self.view.read_link(path)
    }
    fn me(&self) -> Result<Account, Fault> {
        self.view.me()
    }
    fn user(&self, name: &str) -> Result<Option<Account>, Fault> {
        self.view.user(name)
    }
    fn group(&self, name: &str) -> Result<Option<u32>, Fault> {
        self.view.group(name)
    }
    fn name_of(&self, id: u32, group: bool) -> Result<String, Fault> {
        self.view.name_of(id, group)
    }
    fn ask(&self, command: &Command) -> Result<Output, Fault> {
        self.note_command("ask", command);
        self.view.ask(command)
    }
    fn fetch(&self, request: &Request) -> Result<Response, Fault> {
        self.note(format!("fetch {}", request.url));
        self.requests.lock().unwrap().push(request.clone());
        self.view.fetch(request)
    }
    fn service(&self, unit: &Unit) -> Result<Service, Fault> {
        self.view.service(unit)
    }
    fn hostname(&self) -> String {
        self.view.hostname()
    }
}

impl World for Stage {
    fn put(&self, put: &Put) -> Result<(), Fault> {
        self.view.put(put)
    }
    fn make_dir(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.view.make_dir(path, mode)
    }
    fn make_link(&self, path: &Path, target: &Path) -> Result<(), Fault> {
        self.view.make_link(path, target)
    }
    fn remove(&self, path: &Path) -> Result<(), Fault> {
        self.view.remove(path)
    }
    fn set_mode(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.view.set_mode(path, mode)
    }
    fn set_owner(&self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault> {
        self.view.set_owner(path, uid, gid)
    }
    fn run(&self, command: &Command) -> Result<Output, Fault> {
        if self.plan {
            return Err(Fault::Unknown("exec[x]".into()));
        }
        self.note_command("run", command);
        self.view.run(command)
    }
    fn act(&self, unit: &Unit, act: ServiceAct) -> Result<(), Fault> {
        self.note(format!("{act:?} {}", unit.name));
        self.view.act(unit, act)
    }
    fn pause(&self, span: Span) -> Result<(), Fault> {
        self.note(format!("pause {span}"));
        self.view.pause(span)
    }
    fn random(&self, bytes: usize) -> Result<Vec<u8>, Fault> {
        self.view.random(bytes)
    }
}

/// One vertex on a stage, run as a driver runs it.
pub struct Vertex<'a> {
    pub stage: &'a Stage,
    pub key: Key,
    pub params: Params,
    pub received: BTreeSet<FieldPath>,
    pub memo: Option<Opaque>,
    pub kept: Option<Sends>,
    pub notified: bool,
    pub behind: bool,
}

impl<'a> Vertex<'a> {
    pub fn new(stage: &'a Stage, kind: &str, name: &str, params: &[(&str, Value)]) -> Vertex<'a> {
        let params = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Vertex {
            stage,
            key: Key::new(kind, name),
            params,
            received: BTreeSet::new(),
            memo: None,
            kept: None,
            notified: false,
            behind: false,
        }
    }

    fn with_job<T>(&self, call: impl FnOnce(&Job) -> T) -> T {
        call(&Job {
            at: At {
                run: 1,
                key: &self.key,
                state: Path::new("/state"),
                memo: self.memo.as_ref(),
                kept: self.kept.as_ref(),
                received: &self.received,
                changed: &self.received,
                notified: self.notified,
                behind: self.behind,
                applied: false,
            },
            params: &self.params,
            sensitive: false,
            plan: self.stage.plan,
        })
    }

    pub fn validate(&self) -> Result<(), String> {
        find(self.key.kind())
            .unwrap()
            .validate(&self.key, &self.params, &[])
    }

    pub fn check(&self) -> Result<Checked, Failure> {
        let kind = find(self.key.kind()).unwrap();
        self.with_job(|job| kind.check(job, self.stage))
    }

    /// The lines of the drifts that a check finds.
    pub fn drifts(&self) -> Vec<String> {
        let checked = self.check().unwrap();
        checked
            .findings
            .into_iter()
            .map(|found| found.line)
            .collect()
    }

    /// Checks, and applies where there is drift; keeps memo and sends as an engine does.
    pub fn settle(&mut self) -> Result<Applied, Failure> {
        let kind = find(self.key.kind()).unwrap();
        let checked = self.check()?;
        let applied = self.with_job(|job| kind.apply(job, &checked.found, self.stage))?;
        self.memo = applied.memo.clone();
        self.kept = Some(applied.sends.clone());
        Ok(applied)
    }

    pub fn refresh(&self) -> Result<Applied, Failure> {
        let kind = find(self.key.kind()).unwrap();
        self.with_job(|job| kind.refresh(job, self.stage))
    }
}
