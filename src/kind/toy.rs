//! A world for the tests of kinds: files in a map, accounts, and nothing else. Whoever acts is root, unless told otherwise.

use crate::value::Opaque;
use crate::world::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What stands at a path.
#[derive(Clone, PartialEq, Debug)]
pub struct Thing {
    pub stat: Stat,
    pub bytes: Vec<u8>,
}

/// The world. Counts its calls by name, so that a test can tell how often a file was read.
#[derive(Default)]
pub struct Toy {
    pub things: Mutex<BTreeMap<PathBuf, Thing>>,
    pub calls: Mutex<BTreeMap<&'static str, usize>>,
    /// Who acts; root if 0. Anyone else may write only below `/home`.
    pub uid: u32,
    /// Paths that fail when they are put in place, and how.
    pub full: BTreeSet<PathBuf>,
    /// The next random bytes, over and over; unknown if none, as in a plan.
    pub random: Vec<u8>,
}

impl Toy {
    /// Of lines such as `/etc/motd 0644 root = text`, `/etc/ 0755 root`, `/a -> /b`. Parents come by themselves.
    pub fn of(lines: &str) -> Toy {
        let toy = Toy {
            random: (0..=255).collect(),
            ..Toy::default()
        };
        toy.insert("/", Node::Dir, 0o755, 0, b"");
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (head, body) = line.split_once(" = ").unwrap_or((line, ""));
            if let Some((path, target)) = head.split_once(" -> ") {
                toy.parents(path);
                toy.insert(path, Node::Link, 0o777, 0, target.as_bytes());
                continue;
            }
            let words: Vec<&str> = head.split_whitespace().collect();
            let mode = words
                .get(1)
                .map_or(0o644, |mode| u32::from_str_radix(mode, 8).unwrap());
            let uid = words.get(2).map_or(0, |name| id(name).unwrap());
            let dir = words[0].ends_with('/');
            let path = if dir {
                &words[0][..words[0].len() - 1]
            } else {
                words[0]
            };
            toy.parents(path);
            let node = if dir { Node::Dir } else { Node::File };
            let text = body.replace("\\n", "\n").replace("\\0", "\0");
            toy.insert(path, node, mode, uid, text.as_bytes());
        }
        toy
    }

    fn parents(&self, path: &str) {
        for above in Path::new(path).ancestors().skip(1) {
            if !self.things.lock().unwrap().contains_key(above) {
                self.insert(above.to_str().unwrap(), Node::Dir, 0o755, 0, b"");
            }
        }
    }

    fn insert(&self, path: &str, what: Node, mode: u32, uid: u32, bytes: &[u8]) {
        let size = bytes.len() as u64;
        let stat = Stat {
            what,
            mode,
            uid,
            gid: uid,
            size,
            links: 1,
            mount: false,
        };
        let thing = Thing {
            stat,
            bytes: bytes.to_vec(),
        };
        self.things.lock().unwrap().insert(path.into(), thing);
    }

    /// Changes one thing.
    pub fn with(self, path: &str, change: impl FnOnce(&mut Thing)) -> Toy {
        change(
            self.things
                .lock()
                .unwrap()
                .get_mut(Path::new(path))
                .unwrap(),
        );
        self
    }

    /// The same lines as [`Toy::of`] takes, of all that stands below a path.
    pub fn lines(&self, below: &str) -> String {
        let things = self.things.lock().unwrap();
        let lines = things
            .iter()
            .filter(|(path, _)| path.starts_with(below))
            .map(|(path, thing)| {
                let body = String::from_utf8_lossy(&thing.bytes).replace('\n', "\\n");
                let (path, owner) = (path.display(), thing.stat.uid);
                let mode = thing.stat.mode;
                match thing.stat.what {
                    Node::Link => format!("{path} -> {body}"),
                    Node::Dir => format!("{path}/ {mode:04o} {}", name(owner)),
                    _ => format!("{path} {mode:04o} {} = {body}", name(owner))
                        .trim_end()
                        .to_owned(),
                }
            });
        lines.collect::<Vec<_>>().join("\n")
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

    fn called(&self, call: &'static str) {
        *self.calls.lock().unwrap().entry(call).or_default() += 1;
    }

    fn get(&self, path: &Path) -> Result<Thing, Fault> {
        let thing = self.things.lock().unwrap().get(path).cloned();
        thing.ok_or_else(|| Fault::NotFound(path.into()))
    }

    /// Whether something may be put at this path, and by whom.
    fn writable(&self, path: &Path) -> Result<(), Fault> {
        let above = path.parent().unwrap_or(path);
        match self.get(above) {
            Err(_) => return Err(Fault::NoParent(path.into())),
            Ok(thing) if thing.stat.what != Node::Dir => return Err(Fault::NotDir(above.into())),
            Ok(_) => {}
        }
        if self.full.contains(path) {
            return Err(Fault::NoSpace(path.into()));
        }
        match self.uid != 0 && !path.starts_with("/home") {
            true => Err(Fault::Denied(path.into(), true)),
            false => Ok(()),
        }
    }

    fn change(&self, path: &Path, change: impl FnOnce(&mut Thing)) -> Result<(), Fault> {
        self.writable(path)?;
        match self.things.lock().unwrap().get_mut(path) {
            Some(thing) => change(thing),
            None => return Err(Fault::NotFound(path.into())),
        }
        Ok(())
    }
}

fn id(name: &str) -> Option<u32> {
    match name {
        "root" => Some(0),
        "user" => Some(1000),
        "www" => Some(33),
        _ => None,
    }
}

fn name(id: u32) -> String {
    match id {
        0 => "root".into(),
        1000 => "user".into(),
        33 => "www".into(),
        other => other.to_string(),
    }
}

fn no<T>() -> Result<T, Fault> {
    Err(Fault::Unsupported("not in this world".into()))
}

impl Look for Toy {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault> {
        self.called("stat");
        Ok(self.get(path).ok().map(|thing| thing.stat))
    }
    fn read(&self, path: &Path, limit: u64) -> Result<Arc<[u8]>, Fault> {
        self.called("read");
        let thing = self.get(path)?;
        if self.uid != 0 && thing.stat.uid != self.uid && thing.stat.mode & 4 == 0 {
            return Err(Fault::Denied(path.into(), true));
        }
        match thing.stat.what {
            Node::Dir => Err(Fault::IsDir(path.into())),
            Node::File if thing.stat.size > limit => {
                Err(Fault::TooLarge(path.display().to_string(), limit))
            }
            Node::File => Ok(Arc::from(thing.bytes)),
            _ => Err(Fault::Io(path.into(), "no file".into())),
        }
    }
    fn list(&self, path: &Path) -> Result<Vec<String>, Fault> {
        self.get(path)?;
        let things = self.things.lock().unwrap();
        let here = things.keys().filter(|thing| thing.parent() == Some(path));
        Ok(here
            .map(|path| path.file_name().unwrap().to_str().unwrap().into())
            .collect())
    }
    fn read_link(&self, path: &Path) -> Result<PathBuf, Fault> {
        Ok(PathBuf::from(
            String::from_utf8(self.get(path)?.bytes).unwrap(),
        ))
    }
    fn me(&self) -> Result<Account, Fault> {
        self.user(&name(self.uid)).map(Option::unwrap)
    }
    fn user(&self, name: &str) -> Result<Option<Account>, Fault> {
        Ok(id(name).map(|uid| Account {
            name: name.into(),
            uid,
            gid: uid,
            groups: vec![uid],
            home: "/home".into(),
        }))
    }
    fn group(&self, name: &str) -> Result<Option<u32>, Fault> {
        Ok(id(name))
    }
    fn name_of(&self, id: u32, _: bool) -> Result<String, Fault> {
        Ok(name(id))
    }
    fn ask(&self, _: &Command) -> Result<Output, Fault> {
        no()
    }
    fn fetch(&self, _: &Request) -> Result<Response, Fault> {
        no()
    }
    fn service(&self, _: &Unit) -> Result<Service, Fault> {
        no()
    }
    fn hostname(&self) -> String {
        "toy".into()
    }
}

impl World for Toy {
    fn put(&self, put: &Put) -> Result<(), Fault> {
        self.called("put");
        self.writable(&put.path)?;
        if let Some(command) = &put.validate
            && command.argv.first().is_some_and(|word| word == "false")
        {
            return Err(Fault::Command("`false` refused the new file".into()));
        }
        let old = self
            .get(&put.path)
            .ok()
            .filter(|thing| thing.stat.what == Node::File);
        let uid = put
            .uid
            .or(old.as_ref().map(|thing| thing.stat.uid))
            .unwrap_or(self.uid);
        self.insert(
            put.path.to_str().unwrap(),
            Node::File,
            put.mode,
            uid,
            &put.content,
        );
        let gid = put.gid.or(old.map(|thing| thing.stat.gid)).unwrap_or(uid);
        self.change(&put.path, |thing| thing.stat.gid = gid)
    }
    fn make_dir(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.called("make_dir");
        self.writable(path)?;
        if self.get(path).is_ok() {
            return Err(Fault::Exists(path.into()));
        }
        self.insert(path.to_str().unwrap(), Node::Dir, mode, self.uid, b"");
        Ok(())
    }
    fn make_link(&self, path: &Path, target: &Path) -> Result<(), Fault> {
        self.writable(path)?;
        let target = target.to_str().unwrap().as_bytes();
        self.insert(path.to_str().unwrap(), Node::Link, 0o777, self.uid, target);
        Ok(())
    }
    fn remove(&self, path: &Path) -> Result<(), Fault> {
        self.called("remove");
        self.writable(path)?;
        if !self.list(path)?.is_empty() {
            return Err(Fault::NotEmpty(path.into()));
        }
        self.things.lock().unwrap().remove(path);
        Ok(())
    }
    fn set_mode(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.called("set_mode");
        self.change(path, |thing| thing.stat.mode = mode)
    }
    fn set_owner(&self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault> {
        self.called("set_owner");
        self.change(path, |thing| {
            thing.stat.uid = uid.unwrap_or(thing.stat.uid);
            thing.stat.gid = gid.unwrap_or(thing.stat.gid);
        })
    }
    fn run(&self, _: &Command) -> Result<Output, Fault> {
        no()
    }
    fn act(&self, _: &Unit, _: ServiceAct) -> Result<(), Fault> {
        no()
    }
    fn pause(&self, _: crate::time::Span) -> Result<(), Fault> {
        no()
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
    pub world: &'a Toy,
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
            let ty = key.map_or(field.ty, |_| crate::value::Type::Any);
            let value = ty
                .read(&crate::value::Raw::bare(text))
                .unwrap()
                .secret_if(secret);
            match key {
                None => params.insert(name.into(), value),
                Some(key) => {
                    let old = params.remove(name);
                    let mut map = match old {
                        Some(crate::value::Value::Map(map)) => (*map).clone(),
                        _ => BTreeMap::new(),
                    };
                    map.insert(key.into(), value);
                    params.insert(name.into(), crate::value::Value::map(map))
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
