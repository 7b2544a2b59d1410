//! A directory with a graph of real files and commands in it, what it is to hold, and what it holds.
//!
//! ```text
//! file[etc/a] ~> exec[on-a]                        a written content, and a command that hears of it
//! file[etc/a] ~> exec[middle] ~> exec[last]        a reaction that changes something: the next one reads what it wrote
//! password[pw] -> template[conf] -> file[etc/conf] ~> exec[on-conf]
//! exec[make] -> file[etc/made] ~> exec[on-made]    a command without a guard: what it prints becomes a content
//! exec[keep] -> file[etc/kept] ~> exec[on-kept]    one with a guard: it runs only where its source has changed
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::draw::Draw;
use super::log::{REACTIONS, Verdict, judge};
use weft::command::session::state_name;

/// What the graph's text is made from.
const GRAPH: &str = r#"
weft: 1
graph: site
resources:
  password: [{name: pw, length: 16}]
  template:
  - {name: conf, text: "n={conf}\nend={conf}\npassword={{ pw }}\n"}
  file:
  - {name: {dir}/etc/a, content: "{a}"}
  - {name: {dir}/etc/conf, mode: 0600}
  - {name: {dir}/etc/made}
  - {name: {dir}/etc/kept}
  exec:
  - {name: make, cmd: /bin/sh {dir}/bin/make}
  - {name: keep, cmd: /bin/sh {dir}/bin/keep, unless: cmp -s {dir}/source {dir}/stamp}
  - {name: on-a, cmd: /bin/sh {dir}/bin/react on-a {dir}/etc/a, refreshonly: true}
  - {name: middle, cmd: /bin/sh {dir}/bin/react middle {dir}/etc/a, refreshonly: true}
  - {name: last, cmd: /bin/sh {dir}/bin/react last {dir}/out/middle, creates: {dir}/out/last}
  - {name: on-conf, cmd: /bin/sh {dir}/bin/react on-conf {dir}/etc/conf, creates: {dir}/out/on-conf}
  - {name: on-made, cmd: /bin/sh {dir}/bin/react on-made {dir}/etc/made, refreshonly: true}
  - {name: on-kept, cmd: /bin/sh {dir}/bin/react on-kept {dir}/etc/kept, refreshonly: true}
edges:
- file[{dir}/etc/a] ~> exec[on-a]
- file[{dir}/etc/a] ~> exec[middle]
- exec[middle] ~> exec[last]
- file[{dir}/etc/conf] ~> exec[on-conf]
- file[{dir}/etc/made] ~> exec[on-made]
- file[{dir}/etc/kept] ~> exec[on-kept]
bindings:
- password[pw].password -> template[conf].vars.pw
- template[conf].text -> file[{dir}/etc/conf].content
- exec[make].stdout -> file[{dir}/etc/made].content
- exec[keep].stdout -> file[{dir}/etc/kept].content
"#;

/// Reads the number that a file holds twice, says so, and writes it in two halves of its own.
const REACT: &str = r#"
n=? end=?
{ read -r n; read -r end; } < "$2"
n=${n#n=} end=${end#end=}
echo "begin $1 $n $$" >> {dir}/log
[ "$n" = "$end" ] || echo "torn $1 $n" >> {dir}/log
echo "n=$n" > {dir}/out/$1
sleep 0.01
echo "end=$n" >> {dir}/out/$1
echo "end $1 $n $$" >> {dir}/log
"#;

/// Prints the number of the source, in two halves.
const MAKE: &str = r#"
read -r n < {dir}/source
echo "n=$n"
echo "end=$n"
"#;

/// The same; what its guard looks at is in place before it prints.
const KEEP: &str = r#"
read -r n < {dir}/source
echo "$n" > {dir}/stamp.new
mv {dir}/stamp.new {dir}/stamp
sleep 0.01
echo "n=$n"
echo "end=$n"
"#;

/// How much a content holds besides its number, so that writing it takes a while.
const FILLER: usize = 100_000;

/// The managed files.
const PARTS: [&str; 4] = ["a", "conf", "made", "kept"];

/// A directory with a graph in it.
pub struct Site {
    dir: PathBuf,
    state: PathBuf,
    /// The number that each part is to hold.
    wanted: BTreeMap<&'static str, u64>,
    next: u64,
    /// The password that was seen in a file; it stays.
    password: Option<String>,
}

impl Site {
    /// In this directory, which must not be there yet; its engines keep their state below that one.
    pub fn new(dir: &Path, state: &Path) -> Result<Site, Box<dyn Error>> {
        for below in ["etc", "out", "bin", "tmp"] {
            fs::create_dir_all(dir.join(below))?;
        }
        let dir = dir.canonicalize()?;
        let at = dir.display().to_string();
        for (name, text) in [("react", REACT), ("make", MAKE), ("keep", KEEP)] {
            fs::write(dir.join("bin").join(name), text.replace("{dir}", &at))?;
        }
        File::create(dir.join("log"))?;
        let mut site = Site {
            dir,
            state: state.to_owned(),
            wanted: BTreeMap::new(),
            next: 1,
            password: None,
        };
        for part in PARTS {
            site.want(part)?;
        }
        site.write_graph()?;
        Ok(site)
    }

    /// A path in it.
    pub fn at(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    /// The environment of its engines.
    pub fn env(&self) -> BTreeMap<&'static str, PathBuf> {
        [
            ("PATH", PathBuf::from("/usr/bin:/bin")),
            ("LANG", PathBuf::from("C.UTF-8")),
            ("HOME", self.dir.clone()),
            ("TMPDIR", self.at("tmp")),
            ("WEFT_STATE_DIR", self.state.clone()),
        ]
        .into()
    }

    /// Waits until no engine of it and no command of one is left.
    pub fn is_left_alone(&self) -> Result<(), Box<dyn Error>> {
        if let Some(home) = self.home() {
            flock(File::open(home)?, FlockOperation::LockExclusive)?;
        }
        Ok(())
    }

    /// The state directory of its graph, if there is one by now.
    pub fn home(&self) -> Option<PathBuf> {
        let name = state_name("site", Some(&self.at("graph.yaml")));
        Some(self.state.join(name)).filter(|home| home.exists())
    }

    /// Some part is to change: in the graph, in its source, or since somebody spoilt it. Nothing of the site may run.
    pub fn bump(&mut self, draw: &mut Draw) -> Result<(), Box<dyn Error>> {
        let mut drawn = 0;
        while drawn == 0 || draw.chance(30) {
            drawn += 1;
            match draw.below(7) {
                0 | 1 => self.want("a")?,
                2 => self.want("conf")?,
                3 => {
                    self.want("made")?;
                    self.want("kept")?;
                }
                4 => self.spoil("a", |path| fs::write(path, "n=spoilt\nend=spoilt\n"))?,
                5 => self.spoil("conf", |path| {
                    fs::set_permissions(path, PermissionsExt::from_mode(0o644))
                })?,
                _ => self.spoil("made", |path| fs::remove_file(path))?,
            }
        }
        self.write_graph()
    }

    /// Somebody changes a part while weft watches. It holds its number at any moment, so that who reads it meanwhile is not early.
    pub fn disturb(&mut self, draw: &mut Draw) -> Result<(), Box<dyn Error>> {
        if draw.chance(50) {
            return self.spoil("conf", |path| {
                fs::set_permissions(path, PermissionsExt::from_mode(0o644))
            });
        }
        let (n, new) = (self.wanted["a"], self.at("tmp/new"));
        self.spoil("a", |path| {
            fs::write(&new, format!("n={n}\nend={n}\n"))?;
            fs::rename(&new, path)
        })
    }

    /// A part is to hold another number.
    fn want(&mut self, part: &'static str) -> Result<(), Box<dyn Error>> {
        // Both come from one source.
        let number = match part {
            "kept" => self.wanted.get("made").copied().unwrap_or(self.next),
            _ => self.next,
        };
        self.next += 1;
        self.wanted.insert(part, number);
        self.note(part)?;
        if part == "made" {
            let new = self.at("source.new");
            fs::write(&new, format!("{number}\n"))?;
            fs::rename(new, self.at("source"))?;
        }
        Ok(())
    }

    /// Somebody else changes a part, if it is there.
    fn spoil(
        &mut self,
        part: &'static str,
        how: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> Result<(), Box<dyn Error>> {
        let path = self.at("etc").join(part);
        if !path.exists() {
            return Ok(());
        }
        // First of all: who watches may be done with it before this goes on.
        self.note(part)?;
        Ok(how(&path)?)
    }

    fn note(&self, part: &str) -> Result<(), Box<dyn Error>> {
        self.write_down(&format!("want {part} {}", self.wanted[part]))
    }

    /// A line for the log.
    pub fn write_down(&self, line: &str) -> Result<(), Box<dyn Error>> {
        let mut log = File::options().append(true).open(self.at("log"))?;
        Ok(log.write_all(format!("{line}\n").as_bytes())?)
    }

    fn write_graph(&self) -> Result<(), Box<dyn Error>> {
        let text = GRAPH
            .replace("{dir}", &self.dir.display().to_string())
            .replace("{conf}", &self.wanted["conf"].to_string())
            .replace("{a}", &self.content("a").replace('\n', "\\n"));
        Ok(fs::write(self.at("graph.yaml"), text)?)
    }

    /// What a part is to hold.
    fn content(&self, part: &str) -> String {
        let n = self.wanted[part];
        match part {
            "a" => format!("n={n}\nend={n}\n{}\nwhole={n}\n", "x".repeat(FILLER)),
            "conf" => {
                let password = self.password.as_deref().unwrap_or("?");
                format!("n={n}\nend={n}\npassword={password}\n")
            }
            _ => format!("n={n}\nend={n}"),
        }
    }

    /// What can be wrong at any moment at which nothing runs: a file that is there is whole.
    pub fn look(&mut self) -> Result<Verdict, Box<dyn Error>> {
        let mut verdict = Verdict::default();
        for part in PARTS {
            let text = match fs::read_to_string(self.at("etc").join(part)) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                text => text?,
            };
            if !self.is_whole(part, &text) {
                let (head, length) = (text.get(..60).unwrap_or(&text), text.len());
                verdict
                    .torn
                    .push(format!("{part}: {length} bytes, {head:?}"));
            }
        }
        Ok(verdict)
    }

    /// Whether this was put there whole, now or earlier. A password that was seen once must stay.
    fn is_whole(&mut self, part: &str, text: &str) -> bool {
        let number = text.strip_prefix("n=").and_then(|text| text.lines().next());
        let Some(n) = number else { return false };
        let rest = &text[2 + n.len()..];
        match part {
            "a" if rest == format!("\nend={n}\n") => true,
            "a" => rest == format!("\nend={n}\n{}\nwhole={n}\n", "x".repeat(FILLER)),
            "conf" => {
                let password = rest
                    .strip_prefix(&*format!("\nend={n}\npassword="))
                    .and_then(|rest| rest.strip_suffix('\n'))
                    .filter(|password| password.len() == 16);
                self.password = self.password.take().or(password.map(str::to_owned));
                password.is_some() && self.password.as_deref() == password
            }
            _ => rest == format!("\nend={n}"),
        }
    }

    /// The password in use.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Judges all that happened up to here, where a run has just converged: what was wanted is there, nothing else is, and every
    /// reaction came. Begins a new page of the log.
    pub fn settle(&mut self) -> Result<Verdict, Box<dyn Error>> {
        let mut verdict = self.look()?;
        for part in PARTS {
            let found = fs::read_to_string(self.at("etc").join(part)).unwrap_or_default();
            if found != self.content(part) {
                let head = found.lines().next();
                let wanted = self.wanted[part];
                verdict
                    .lost
                    .push(format!("{part} holds {head:?}, wanted is {wanted}"));
            }
        }
        let log = fs::read_to_string(self.at("log"))?;
        verdict.add(judge(&log));
        verdict.left.extend(self.left_over()?);
        let is = |part: &&str| format!("is {part} {}\n", self.wanted[*part]);
        fs::write(self.at("log"), PARTS.iter().map(is).collect::<String>())?;
        Ok(verdict)
    }

    /// Everything that is there and should not be.
    fn left_over(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let known = |dir: &Path, names: &[&str]| -> Result<Vec<String>, Box<dyn Error>> {
            let mut odd = Vec::new();
            for entry in fs::read_dir(dir)? {
                let name = entry?.file_name().to_string_lossy().into_owned();
                if !names.contains(&&*name) {
                    odd.push(dir.join(name).display().to_string());
                }
            }
            Ok(odd)
        };
        let reactions: Vec<&str> = REACTIONS.iter().map(|(name, _)| *name).collect();
        let top = [
            "etc",
            "out",
            "bin",
            "tmp",
            "log",
            "said",
            "source",
            "stamp",
            "graph.yaml",
            "state",
        ];
        let mut left = known(&self.dir, &top)?;
        left.extend(known(&self.at("etc"), &PARTS)?);
        left.extend(known(&self.at("out"), &reactions)?);
        left.extend(known(&self.at("tmp"), &[])?);
        if let Some(home) = self.home() {
            left.extend(known(&home, &["journal.redb", "passwords"])?);
            left.extend(known(&home.join("passwords"), &["pw"])?);
        }
        Ok(left)
    }
}
