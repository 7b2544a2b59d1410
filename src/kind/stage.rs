//! A small machine for the tests of kinds that run, fetch and serve: it does what its tables say, and refuses the rest.

use super::{Applied, At, Checked, Failure, Job, Sends, find};
use crate::graph::{FieldPath, Key, Params};
use crate::time::Span;
use crate::value::{Opaque, Value};
use crate::world::{
    Account, Active, Command, Fault, Load, Look, ModeBits, Node, Output, Put, Request, Response,
    Service, ServiceAct, Startup, Stat, Unit, World,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What one run of a command does: its output, and the path that it makes.
pub type Answer = (Result<Output, Fault>, Option<&'static str>);

/// How a unit's starts go.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Starts {
    Well,
    Fails(i32),
    Dies(i32),
    TimesOut,
}

/// The machine.
#[derive(Default)]
pub struct Stage {
    pub paths: Mutex<BTreeSet<PathBuf>>,
    pub dirs: Mutex<BTreeSet<PathBuf>>,
    /// By command line, one after the other; the last one stays.
    pub answers: Mutex<BTreeMap<String, Vec<Answer>>>,
    pub pages: Mutex<BTreeMap<String, Response>>,
    pub units: Mutex<BTreeMap<String, (Service, Starts)>>,
    /// All that was run, fetched, done to units and waited, in order.
    pub log: Mutex<Vec<String>>,
    pub ran: Mutex<Vec<Command>>,
    pub requests: Mutex<Vec<Request>>,
    /// Whether it is only planned: what a command does is not known.
    pub plan: bool,
}

/// An answer with this status and output.
pub fn answer(status: i32, stdout: &str) -> Answer {
    let output = Output {
        status,
        stdout: stdout.into(),
        both: stdout.into(),
        ..Output::default()
    };
    (Ok(output), None)
}

/// A unit that is loaded, and this.
pub fn service(active: Active, startup: Startup) -> Service {
    Service {
        load: Load::Loaded,
        active,
        startup,
        stale: false,
        can_reload: true,
        log: Some(Vec::new()),
    }
}

impl Stage {
    pub fn with(self, line: &str, answers: &[Answer]) -> Stage {
        self.answers
            .lock()
            .unwrap()
            .insert(line.to_owned(), answers.to_vec());
        self
    }

    pub fn with_path(self, path: &str) -> Stage {
        self.paths.lock().unwrap().insert(path.into());
        self
    }

    pub fn with_dir(self, path: &str) -> Stage {
        self.dirs.lock().unwrap().insert(path.into());
        self
    }

    pub fn with_page(self, url: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Stage {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let body = body.as_bytes().into();
        self.pages.lock().unwrap().insert(
            url.to_owned(),
            Response {
                status,
                headers,
                body,
            },
        );
        self
    }

    pub fn with_unit(self, name: &str, service: Service, starts: Starts) -> Stage {
        self.units
            .lock()
            .unwrap()
            .insert(name.to_owned(), (service, starts));
        self
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }

    fn answer(&self, command: &Command) -> Result<Output, Fault> {
        let line = command.argv.join(" ");
        self.ran.lock().unwrap().push(command.clone());
        let mut all = self.answers.lock().unwrap();
        let Some(answers) = all.get_mut(&line) else {
            return Err(Fault::Command(format!("no answer to `{line}`")));
        };
        let (output, makes) = match answers.len() {
            1 => answers[0].clone(),
            _ => answers.remove(0),
        };
        self.paths.lock().unwrap().extend(makes.map(PathBuf::from));
        output
    }
}

fn not_here<T>() -> Result<T, Fault> {
    Err(Fault::Unsupported("not on this stage".to_owned()))
}

impl Look for Stage {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault> {
        let dir = self.dirs.lock().unwrap().contains(path);
        let there = dir || self.paths.lock().unwrap().contains(path);
        Ok(there.then_some(Stat {
            what: if dir { Node::Dir } else { Node::File },
            mode: 0o644,
            uid: 0,
            gid: 0,
            size: 0,
            links: 1,
            mount: false,
        }))
    }
    fn read(&self, _: &Path, _: u64) -> Result<Arc<[u8]>, Fault> {
        not_here()
    }
    fn list(&self, _: &Path) -> Result<Vec<String>, Fault> {
        not_here()
    }
    fn read_link(&self, _: &Path) -> Result<PathBuf, Fault> {
        not_here()
    }
    fn me(&self) -> Result<Account, Fault> {
        Ok(Account {
            name: "root".to_owned(),
            uid: 0,
            gid: 0,
            groups: vec![0],
            home: "/root".into(),
        })
    }
    fn user(&self, name: &str) -> Result<Option<Account>, Fault> {
        let home = PathBuf::from("/home/deploy");
        Ok((name == "deploy").then(|| Account {
            name: name.to_owned(),
            uid: 1000,
            gid: 1000,
            groups: vec![1000],
            home,
        }))
    }
    fn group(&self, _: &str) -> Result<Option<u32>, Fault> {
        not_here()
    }
    fn name_of(&self, _: u32, _: bool) -> Result<String, Fault> {
        not_here()
    }
    fn ask(&self, command: &Command) -> Result<Output, Fault> {
        self.note(format!("ask {}", command.argv.join(" ")));
        self.answer(command)
    }
    fn fetch(&self, request: &Request) -> Result<Response, Fault> {
        self.note(format!("fetch {}", request.url));
        self.requests.lock().unwrap().push(request.clone());
        let pages = self.pages.lock().unwrap();
        let Some(page) = pages.get(&request.url) else {
            return Err(Fault::Net(
                request.url.clone(),
                "connection refused".to_owned(),
            ));
        };
        let etag = page.headers.get("etag");
        if etag.is_some() && request.headers.get("If-None-Match") == etag {
            return Ok(Response {
                status: 304,
                headers: BTreeMap::new(),
                body: Arc::from([]),
            });
        }
        match page.body.len() as u64 > request.limit {
            true => Err(Fault::TooLarge(request.url.clone(), request.limit)),
            false => Ok(page.clone()),
        }
    }
    fn service(&self, unit: &Unit) -> Result<Service, Fault> {
        let units = self.units.lock().unwrap();
        Ok(units.get(&unit.name).map_or_else(
            || Service {
                load: Load::NotFound,
                ..service(Active::Inactive, Startup::Disabled)
            },
            |(service, _)| service.clone(),
        ))
    }
    fn hostname(&self) -> String {
        "stage".to_owned()
    }
}

impl World for Stage {
    fn put(&self, _: &Put) -> Result<(), Fault> {
        not_here()
    }
    fn make_dir(&self, _: &Path, _: ModeBits) -> Result<(), Fault> {
        not_here()
    }
    fn make_link(&self, _: &Path, _: &Path) -> Result<(), Fault> {
        not_here()
    }
    fn remove(&self, _: &Path) -> Result<(), Fault> {
        not_here()
    }
    fn set_mode(&self, _: &Path, _: ModeBits) -> Result<(), Fault> {
        not_here()
    }
    fn set_owner(&self, _: &Path, _: Option<u32>, _: Option<u32>) -> Result<(), Fault> {
        not_here()
    }
    fn run(&self, command: &Command) -> Result<Output, Fault> {
        if self.plan {
            return Err(Fault::Unknown("exec[x]".into()));
        }
        self.note(format!("run {}", command.argv.join(" ")));
        self.answer(command)
    }
    fn act(&self, unit: &Unit, act: ServiceAct) -> Result<(), Fault> {
        self.note(format!("{act:?} {}", unit.name));
        let mut units = self.units.lock().unwrap();
        let Some((service, starts)) = units.get_mut(&unit.name) else {
            return Err(Fault::Service("no such unit".to_owned()));
        };
        let failed = |result: &str, status| Active::Failed(result.to_owned(), status);
        match act {
            ServiceAct::Start if matches!(service.active, Active::Failed(..)) => {
                return Err(Fault::Service("start limit".to_owned()));
            }
            ServiceAct::Start | ServiceAct::Restart | ServiceAct::Reload => match starts {
                Starts::Well | Starts::Dies(_) => service.active = Active::Active,
                Starts::Fails(status) => {
                    service.active = failed("exit-code", *status);
                    return Err(Fault::Service("job failed".to_owned()));
                }
                Starts::TimesOut => {
                    service.active = failed("timeout", 0);
                    return Err(Fault::TimedOut(Span::secs(90)));
                }
            },
            ServiceAct::Stop | ServiceAct::Reset => service.active = Active::Inactive,
            ServiceAct::Enable => service.startup = Startup::Enabled,
            ServiceAct::Disable => service.startup = Startup::Disabled,
            ServiceAct::ReloadManager => {
                service.stale = false;
                service.load = Load::Loaded;
            }
        }
        Ok(())
    }
    fn pause(&self, span: Span) -> Result<(), Fault> {
        self.note(format!("pause {span}"));
        for (service, starts) in self.units.lock().unwrap().values_mut() {
            if let (Active::Active, Starts::Dies(status)) = (&service.active, starts) {
                service.active = Active::Failed("exit-code".to_owned(), *status);
            }
        }
        Ok(())
    }
    fn random(&self, _: usize) -> Result<Vec<u8>, Fault> {
        not_here()
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
