//! The contract of [`World`], one rule a function, over any world: what kinds may rely on.
//!
//! Each rule gets a world and an empty directory in it that it may do with as it likes. A world joins by one test that
//! calls [`every_rule`].

#[path = "worlds/commands.rs"]
mod commands;
#[path = "worlds/contents.rs"]
mod contents;
#[path = "worlds/entries.rs"]
mod entries;
#[path = "worlds/ways.rs"]
mod ways;
#[path = "worlds/who.rs"]
mod who;
#[path = "worlds/yes.rs"]
mod yes;

use commands::*;
use contents::*;
use entries::*;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ways::*;
use weft::world::host::{Host, HostOptions};
use weft::world::overlay::Overlay;
use weft::world::sim::{Sim, SimSpec};
use weft::world::{Fault, Look, Put, READ_LIMIT, World};
use who::*;

type Outcome = Result<(), Box<dyn Error>>;
type Rule = fn(&dyn World, &Path) -> Outcome;

macro_rules! same {
    ($found:expr, $wanted:expr) => {{
        let (found, wanted) = (&$found, &$wanted);
        if found != wanted {
            let what = stringify!($found);
            return Err(format!("{what} is {found:?}, expected {wanted:?}").into());
        }
    }};
}

macro_rules! is {
    ($found:expr, $pattern:pat) => {{
        let found = $found;
        if !matches!(found, $pattern) {
            let (what, wanted) = (stringify!($found), stringify!($pattern));
            return Err(format!("{what} is {found:?}, expected {wanted}").into());
        }
    }};
}

use {is, same};

/// What every world keeps.
const RULES: &[(&str, Rule)] = &[
    ("what is not there is not there", nothing),
    ("a put file is there, whole, with its mode", put_and_read),
    ("a put replaces content, and keeps the owner", put_again),
    ("a put replaces a link, and does not follow it", put_on_link),
    ("a put refuses a directory", put_on_dir),
    ("a put needs its directory", put_without_parent),
    (
        "a put needs a directory, not a file, above",
        put_below_a_file,
    ),
    ("a put leaves nothing else behind", put_leaves_no_trace),
    ("a read is bounded", read_bounded),
    (
        "a read follows no link and reads no directory",
        read_only_files,
    ),
    ("a list is ordered", list_ordered),
    ("a list needs a directory", list_needs_dir),
    ("a directory is made once, with its mode", make_dir_once),
    ("a link is made, and made anew", links),
    ("a trailing slash means nothing", trailing_slash),
    ("a link refuses to replace a directory", link_on_dir),
    ("a link has no mode", link_mode),
    ("what is removed is gone", removes),
    ("a directory that holds something stays", remove_full_dir),
    ("two names change places, with all below them", exchanges),
    ("nothing changes places that cannot", exchange_refused),
    ("modes are set whole, special bits too", modes),
    ("owners are set, of a link itself", owners),
    ("accounts go by name and by number", accounts),
    ("who acts has a name, and the machine has one", names),
    ("where something can be made is known beforehand", writable),
    ("no change is led through a link", no_change_is_led),
    (
        "a straight look is led by no link",
        a_straight_look_is_not_led,
    ),
];

/// What a world keeps that is no plan's.
const REAL_RULES: &[(&str, Rule)] = &[(
    "randomness is as long as it was asked for, and new",
    randomness,
)];

/// What a plan keeps beside that: it makes nothing up.
const PLAN_RULES: &[(&str, Rule)] = &[("a plan knows no randomness and no output", unknown)];

/// What every world keeps in which commands can be asked.
const COMMAND_RULES: &[(&str, Rule)] = &[
    ("a command has a status and outputs", asks),
    ("a command reads what it is given", feeds),
    ("outputs are bounded, and what is cut is counted", cuts),
    (
        "what cannot be found is an error that names it",
        asks_nothing,
    ),
];

/// Runs every rule, each in a directory of its own below `dir`, and names the first that is broken.
fn every_rule(world: &dyn World, dir: &Path, rules: &[(&str, Rule)]) -> Outcome {
    for (rule, check) in rules {
        let own = dir.join(rule.replace(|c: char| !c.is_alphanumeric(), "-"));
        world.make_dir(&own, 0o755)?;
        check(world, &own).map_err(|error| format!("rule `{rule}`: {error}"))?;
    }
    Ok(())
}

#[test]
fn the_host_keeps_the_contract() -> Outcome {
    let (dir, host) = (Scratch::new("host")?, Host::new(HostOptions::default()));
    every_rule(&host, &dir.0, RULES)?;
    every_rule(&host, &dir.0, REAL_RULES)
}

#[test]
fn the_host_keeps_the_contract_of_commands() -> Outcome {
    let dir = Scratch::new("commands")?;
    every_rule(&Host::new(HostOptions::default()), &dir.0, COMMAND_RULES)?;
    let dir = Scratch::new("supervised")?;
    let host = Host::new(HostOptions {
        root: None,
        supervisor: Some(env!("CARGO_BIN_EXE_weft").into()),
    });
    every_rule(&host, &dir.0, COMMAND_RULES)
}

#[test]
fn an_image_keeps_the_contract() -> Outcome {
    let dir = Scratch::new("image")?;
    std::fs::create_dir(dir.0.join("inside"))?;
    let host = Host::new(HostOptions {
        root: Some(dir.0.clone()),
        supervisor: None,
    });
    every_rule(&host, Path::new("/inside"), RULES)?;
    every_rule(&host, Path::new("/inside"), REAL_RULES)
}

#[test]
fn the_simulation_keeps_the_contract() -> Outcome {
    let sim = Sim::new(SimSpec::default(), 1)?;
    for rules in [RULES, REAL_RULES, COMMAND_RULES] {
        every_rule(&sim.attempt(None), Path::new("/tmp"), rules)?;
    }
    Ok(())
}

#[test]
fn an_overlay_keeps_the_contract_and_changes_nothing() -> Outcome {
    let dir = Scratch::new("overlay")?;
    let host = Host::new(HostOptions::default());
    let overlay = Overlay::over(Arc::new(host)).attempt("file[x]", false);
    for rules in [RULES, PLAN_RULES, COMMAND_RULES] {
        every_rule(&overlay, &dir.0, rules)?;
    }
    same!(std::fs::read_dir(&dir.0)?.count(), 0);
    let sim = Sim::new(SimSpec::default(), 1)?;
    let before = sim.tree();
    let overlay = Overlay::over(Arc::new(sim.attempt(None))).attempt("file[x]", false);
    for rules in [RULES, PLAN_RULES, COMMAND_RULES] {
        every_rule(&overlay, Path::new("/tmp"), rules)?;
    }
    same!(sim.tree(), before);
    Ok(())
}

/// A suite that skips, or that a world passes which says yes to everything, is no suite: each rule can be broken.
#[test]
fn every_rule_can_be_broken() -> Outcome {
    let mut kept = Vec::new();
    for (rule, check) in [RULES, REAL_RULES, PLAN_RULES, COMMAND_RULES].concat() {
        if check(&yes::Yes, Path::new("/tmp")).is_ok() {
            kept.push(rule);
        }
    }
    same!(kept, Vec::<&str>::new());
    Ok(())
}

/// Every change to a path in this directory, by world: the same refusals, each in the same words.
fn refusals(world: &dyn World, path: &Path) -> Vec<Option<String>> {
    let said = |outcome: Result<(), Fault>| outcome.err().map(|fault| fault.to_string());
    let owner = || world.set_owner(path, Some(12), None);
    vec![
        said(world.can_write(path)),
        said(world.put(&file(path, "x"))),
        said(world.put(&file(&path.join("x"), "x"))),
        said(world.make_dir(&path.join("d"), 0o755)),
        said(world.make_link(&path.join("l"), Path::new("x"))),
        said(world.set_mode(path, 0o751)),
        said(owner()),
        said(world.remove(&path.join("old"))),
        said(world.remove(path)),
    ]
}

/// Rule L1: attributes that bind root are seen in a plan.
#[test]
fn an_overlay_refuses_what_attributes_lock() -> Outcome {
    use rustix::fs::{IFlags, Mode, OFlags};
    let dir = Scratch::new("locked")?;
    let host = Host::new(HostOptions::default());
    for (flag, said) in [
        (IFlags::IMMUTABLE, "immutable"),
        (IFlags::APPEND, "append-only"),
    ] {
        let (plain, sub) = (dir.0.join("plain"), dir.0.join("sub"));
        host.put(&file(&plain, "old"))?;
        host.make_dir(&sub, 0o755)?;
        host.put(&file(&sub.join("old"), "old"))?;
        let locked = [&plain, &sub].map(|path| {
            let opened = rustix::fs::open(path, OFlags::RDONLY, Mode::empty())?;
            rustix::fs::ioctl_setflags(&opened, flag)?;
            Ok::<_, rustix::io::Errno>(opened)
        });
        let overlay = Overlay::over(Arc::new(host.clone())).attempt("file[x]", false);
        let found: Vec<_> = [&plain, &sub]
            .map(|path| (refusals(&overlay, path), refusals(&host, path)))
            .into();
        for opened in locked.iter().flatten() {
            rustix::fs::ioctl_setflags(opened, IFlags::empty())?;
        }
        if let Some(errno) = locked.iter().find_map(|opened| opened.as_ref().err()) {
            println!("not tried: no attribute can be set here: {errno}");
            return Ok(());
        }
        for (planned, real) in found {
            same!(planned, real);
            let lines = planned.iter().flatten();
            same!(lines.filter(|line| line.contains(said)).count() > 3, true);
        }
        for left in ["sub/x", "sub/l", "sub/old", "plain"] {
            let _ = host.remove(&dir.0.join(left));
        }
        host.remove(&sub.join("d")).or_else(missing)?;
        host.remove(&sub).or_else(missing)?;
    }
    Ok(())
}

fn missing(fault: Fault) -> Result<(), Fault> {
    match fault {
        Fault::NotFound(_) => Ok(()),
        other => Err(other),
    }
}

/// Rule L1: nothing can be put into what the kernel makes up.
#[test]
fn an_overlay_refuses_what_the_kernel_makes_up() -> Outcome {
    let host = Host::new(HostOptions::default());
    let overlay = Overlay::over(Arc::new(host.clone())).attempt("file[x]", false);
    for (path, fs) in [
        (format!("/proc/{}/comm", std::process::id()), "procfs"),
        ("/proc/weft-none".to_owned(), "procfs"),
        ("/sys/weft-none".to_owned(), "sysfs"),
    ] {
        let path = Path::new(&path);
        let dir = path.parent().unwrap_or(path);
        if host.kernel_fs(dir)?.map(|found| found.name) != Some(fs) {
            println!("not tried: {} is no {fs} here", dir.display());
            continue;
        }
        let refused = Err(Fault::Kernel(path.to_owned(), fs));
        for world in [&overlay as &dyn World, &host] {
            same!(world.put(&file(path, "x")), refused);
            same!(world.make_link(path, Path::new("x")), refused);
            same!(world.can_write(dir), Err(Fault::Kernel(dir.to_owned(), fs)));
            match world.stat(path)? {
                Some(_) => same!(world.remove(path), refused),
                None => same!(world.make_dir(path, 0o755), refused),
            }
            let shown = Fault::Kernel(path.to_owned(), fs).to_string();
            same!(shown.contains("the kernel's own"), true);
        }
    }
    Ok(())
}

/// A real directory that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Scratch, std::io::Error> {
        let dir = std::env::temp_dir().join(format!("weft-worlds-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir(&dir)?;
        Ok(Scratch(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn file(path: &Path, content: &str) -> Put {
    Put {
        path: path.to_owned(),
        content: Arc::from(content.as_bytes()),
        mode: 0o644,
        uid: None,
        gid: None,
        validate: None,
    }
}

fn stat(world: &dyn World, path: &Path) -> Result<weft::world::Stat, Box<dyn Error>> {
    Ok(world
        .stat(path)?
        .ok_or_else(|| format!("nothing at {}", path.display()))?)
}

fn read(world: &dyn World, path: &Path) -> Result<String, Box<dyn Error>> {
    Ok(String::from_utf8(world.read(path, READ_LIMIT)?.to_vec())?)
}
