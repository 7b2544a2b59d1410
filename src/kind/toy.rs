//! For the tests of kinds: a simulated machine made of lines, whose calls are counted, and a vertex over it.

use crate::value::{Opaque, Raw, Type, Value};
use crate::world::overlay::{Overlay, OverlayView};
use crate::world::sim::spec::{FileBody, FileSpec, UserSpec};
use crate::world::sim::{FaultKind, FaultRule, Sim, SimSpec, SimView};
use crate::world::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The machine. Its random bytes are 0, 1, 2 and so on for each call, so that a test can tell what becomes of them.
pub struct Toy {
    pub sim: Sim,
    pub view: SimView,
    pub calls: Mutex<BTreeMap<&'static str, usize>>,
    /// The random bytes of each call, over and over; unknown if there are none, as in a plan.
    pub random: Vec<u8>,
}

impl Toy {
    /// Of lines such as `/etc/motd 0644 root = text`, `/etc/ 0755 root`, `/link -> /target www`, `/also => /hard/link`,
    /// `mount /path`, `as user`. Parents come by themselves; the owner `www` is there.
    pub fn of(lines: &str) -> Toy {
        let mut spec = SimSpec::default();
        let www = UserSpec {
            uid: 33,
            ..UserSpec::default()
        };
        spec.users.insert("www".into(), www);
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(path) = line.strip_prefix("mount ") {
                spec.mounts.insert(path.into());
            } else if let Some(user) = line.strip_prefix("as ") {
                spec.user = Some(user.into());
            } else {
                let (path, file) = file(line);
                spec.files.insert(path, file);
            }
        }
        let sim = Sim::new(spec, 1).unwrap();
        let view = sim.attempt(None);
        let random = (0..=255).collect();
        Toy {
            sim,
            view,
            calls: Mutex::default(),
            random,
        }
    }

    /// With something that will go wrong.
    pub fn with(self, call: &str, on: &str, what: FaultKind) -> Toy {
        self.sim.arm(FaultRule::next(call, on, what));
        self
    }

    /// The same lines as [`Toy::of`] takes, of all that stands at and below a path.
    pub fn lines(&self, below: &str) -> String {
        let files = self.sim.spec().files;
        let lines = files
            .iter()
            .filter(|(path, _)| path.starts_with(below))
            .map(|(path, file)| {
                let stat = self.view.stat(path).unwrap().unwrap();
                let (path, mode) = (path.display(), stat.mode);
                let owner = self.view.name_of(stat.uid, false).unwrap();
                match &file.what {
                    FileBody::Link(target) => format!("{path} -> {}", target.display()),
                    FileBody::Dir => format!("{path}/ {mode:04o} {owner}"),
                    FileBody::File(bytes) => {
                        let text = String::from_utf8_lossy(bytes).replace('\n', "\\n");
                        format!("{path} {mode:04o} {owner} = {text}")
                            .trim_end()
                            .to_owned()
                    }
                    other => format!("{path} {other:?}"),
                }
            });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// What a plan works on: this machine below, and what is written kept apart.
    pub fn overlay(&self) -> OverlayView {
        Overlay::over(Arc::new(self.view.clone())).attempt("the vertex", false)
    }

    /// How often a call was made.
    pub fn count(&self, call: &str) -> usize {
        self.calls
            .lock()
            .unwrap()
            .get(call)
            .copied()
            .unwrap_or_default()
    }

    fn called(&self, call: &'static str) -> &SimView {
        *self.calls.lock().unwrap().entry(call).or_default() += 1;
        &self.view
    }
}

/// One path of the machine, as its line says.
fn file(line: &str) -> (PathBuf, FileSpec) {
    let (head, text) = line.split_once(" = ").unwrap_or((line, ""));
    let words: Vec<&str> = head.split_whitespace().collect();
    let owner = |at: usize| words.get(at).map(|name| (*name).to_owned());
    let text = text.replace("\\n", "\n").replace("\\0", "\0");
    let path = words[0].trim_end_matches('/');
    let (what, mode, owner) = match words.get(1) {
        Some(&"->") => (FileBody::Link(words[2].into()), None, owner(3)),
        Some(&"=>") => (FileBody::HardLink(words[2].into()), None, None),
        mode => {
            let mode = mode.map(|mode| u32::from_str_radix(mode, 8).unwrap());
            let dir = words[0].ends_with('/');
            let what = if dir {
                FileBody::Dir
            } else {
                FileBody::File(text.into_bytes())
            };
            (what, mode, owner(2))
        }
    };
    (
        path.into(),
        FileSpec {
            mode,
            owner,
            ..FileSpec::of(what)
        },
    )
}

impl Look for Toy {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault> {
        self.called("stat").stat(path)
    }
    fn read(&self, path: &Path, limit: u64) -> Result<Arc<[u8]>, Fault> {
        self.called("read").read(path, limit)
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
        self.view.ask(command)
    }
    fn fetch(&self, request: &Request) -> Result<Response, Fault> {
        self.view.fetch(request)
    }
    fn service(&self, unit: &Unit) -> Result<Service, Fault> {
        self.view.service(unit)
    }
    fn hostname(&self) -> String {
        self.view.hostname()
    }
    fn can_write(&self, dir: &Path) -> Result<(), Fault> {
        self.view.can_write(dir)
    }
    fn free(&self, path: &Path) -> Result<Option<u64>, Fault> {
        self.view.free(path)
    }
}

impl World for Toy {
    fn put(&self, put: &Put) -> Result<(), Fault> {
        self.called("put").put(put)
    }
    fn make_dir(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.called("make_dir").make_dir(path, mode)
    }
    fn make_link(&self, path: &Path, target: &Path) -> Result<(), Fault> {
        self.view.make_link(path, target)
    }
    fn remove(&self, path: &Path) -> Result<(), Fault> {
        self.called("remove").remove(path)
    }
    fn set_mode(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.called("set_mode").set_mode(path, mode)
    }
    fn set_owner(&self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault> {
        self.called("set_owner").set_owner(path, uid, gid)
    }
    fn run(&self, command: &Command) -> Result<Output, Fault> {
        self.view.run(command)
    }
    fn act(&self, unit: &Unit, act: ServiceAct) -> Result<(), Fault> {
        self.view.act(unit, act)
    }
    fn pause(&self, span: crate::time::Span) -> Result<(), Fault> {
        self.view.pause(span)
    }
    fn random(&self, bytes: usize) -> Result<Vec<u8>, Fault> {
        if self.random.is_empty() {
            return Err(Fault::Unknown("password[pw]".into()));
        }
        Ok(self.random.iter().copied().cycle().take(bytes).collect())
    }
}

/// A vertex over a world, as a driver would call it.
pub struct Bench<'a> {
    pub key: crate::graph::Key,
    pub params: crate::graph::Params,
    pub received: BTreeSet<crate::graph::FieldPath>,
    pub memo: Option<Opaque>,
    pub world: &'a dyn World,
    pub plan: bool,
}

impl<'a> Bench<'a> {
    /// Of `kind name param=value …`; `\n` is a newline, `secret:` before a value makes it secret.
    pub fn of(world: &'a Toy, line: &str) -> Bench<'a> {
        let words = shell_words::split(&line.replace("\\n", "¶")).unwrap();
        let kind = super::find(&words[0]).unwrap();
        let mut params = crate::graph::Params::new();
        for word in &words[2..] {
            let (name, text) = word.split_once('=').unwrap();
            let (name, key) = name
                .split_once('.')
                .map_or((name, None), |(name, key)| (name, Some(key)));
            let secret = text.starts_with("secret:");
            let text = text.trim_start_matches("secret:").replace('¶', "\n");
            let field = kind.schema().field(name).unwrap();
            let ty = key.map_or(field.ty, |_| Type::Any);
            let value = ty.read(&Raw::bare(text)).unwrap().secret_if(secret);
            match key {
                None => params.insert(name.into(), value),
                Some(key) => {
                    let old = params.remove(name);
                    let mut map = match old {
                        Some(Value::Map(map)) => (*map).clone(),
                        _ => BTreeMap::new(),
                    };
                    map.insert(key.into(), value);
                    params.insert(name.into(), Value::map(map))
                }
            };
        }
        let key = crate::graph::Key::new(&words[0], &words[1]);
        Bench {
            key,
            params,
            received: BTreeSet::new(),
            memo: None,
            world,
            plan: false,
        }
    }

    fn job<T>(&self, call: impl FnOnce(&dyn super::AnyKind, &super::Job) -> T) -> T {
        let at = super::At {
            kept: None,
            run: 1,
            key: &self.key,
            state: Path::new("/var/lib/weft/g"),
            memo: self.memo.as_ref(),
            received: &self.received,
            changed: &self.received,
            notified: false,
            behind: false,
            applied: false,
        };
        let job = super::Job {
            at,
            params: &self.params,
            sensitive: false,
            plan: self.plan,
        };
        call(super::find(self.key.kind()).unwrap(), &job)
    }

    pub fn validate(&self, bound: &[&str]) -> Result<(), String> {
        let bound: Vec<_> = bound
            .iter()
            .map(|path| crate::graph::FieldPath::parse(path))
            .collect();
        super::find(self.key.kind())
            .unwrap()
            .validate(&self.key, &self.params, &bound)
    }

    pub fn check(&self) -> Result<super::Checked, super::Failure> {
        self.job(|kind, job| kind.check(job, self.world))
    }

    pub fn apply(&self, checked: &super::Checked) -> Result<super::Applied, super::Failure> {
        self.job(|kind, job| kind.apply(job, &checked.found, self.world))
    }

    pub fn refresh(&self) -> Result<super::Applied, super::Failure> {
        self.job(|kind, job| kind.refresh(job, self.world))
    }

    /// Checks, and applies what was found: the drifts' lines, or why it failed.
    pub fn settle(&self) -> Result<Vec<String>, super::Failure> {
        let checked = self.check()?;
        let lines = checked
            .findings
            .iter()
            .map(|finding| finding.line.clone())
            .collect();
        if !checked.findings.is_empty() {
            self.apply(&checked)?;
        }
        Ok(lines)
    }
}
