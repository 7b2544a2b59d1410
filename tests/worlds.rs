//! The contract of [`World`], one rule a function, over any world: what kinds may rely on.
//!
//! Each rule gets a world and an empty directory in it that it may do with as it likes. A world joins by one test that
//! calls [`every_rule`].

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weft::world::host::{Host, HostOptions};
use weft::world::overlay::Overlay;
use weft::world::sim::{Sim, SimSpec};
use weft::world::{Command, Fault, Node, Put, READ_LIMIT, World};

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
    ("modes are set whole, special bits too", modes),
    ("owners are set, of a link itself", owners),
    ("accounts go by name and by number", accounts),
    (
        "randomness is as long as it was asked for, and new",
        randomness,
    ),
    ("who acts has a name, and the machine has one", names),
    ("where something can be made is known beforehand", writable),
];

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
    for (number, (rule, check)) in rules.iter().enumerate() {
        let own = dir.join(format!("rule-{number}"));
        world.make_dir(&own, 0o755)?;
        check(world, &own).map_err(|error| format!("rule `{rule}`: {error}"))?;
    }
    Ok(())
}

#[test]
fn the_host_keeps_the_contract() -> Outcome {
    let dir = Scratch::new("host")?;
    every_rule(&Host::new(HostOptions::default()), &dir.0, RULES)
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
    every_rule(&host, Path::new("/inside"), RULES)
}

#[test]
fn the_simulation_keeps_the_contract() -> Outcome {
    let sim = Sim::new(SimSpec::default(), 1)?;
    every_rule(&sim.attempt(None), Path::new("/tmp"), RULES)
}

#[test]
fn an_overlay_keeps_the_contract_and_changes_nothing() -> Outcome {
    let dir = Scratch::new("overlay")?;
    let host = Host::new(HostOptions::default());
    let overlay = Overlay::over(Arc::new(host)).attempt("file[x]", false);
    every_rule(&overlay, &dir.0, RULES)?;
    same!(std::fs::read_dir(&dir.0)?.count(), 0);
    let sim = Sim::new(SimSpec::default(), 1)?;
    let before = sim.tree();
    let overlay = Overlay::over(Arc::new(sim.attempt(None))).attempt("file[x]", false);
    every_rule(&overlay, Path::new("/tmp"), RULES)?;
    same!(sim.tree(), before);
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

fn nothing(world: &dyn World, dir: &Path) -> Outcome {
    let file_path = dir.join("plain");
    world.put(&file(&file_path, ""))?;
    let none = dir.join("none");
    same!(world.stat(&none)?, None);
    same!(world.stat(&none.join("below"))?, None);
    same!(world.stat(&file_path.join("below"))?, None);
    same!(
        world.read(&none, READ_LIMIT),
        Err(Fault::NotFound(none.clone()))
    );
    same!(world.list(&none), Err(Fault::NotFound(none.clone())));
    is!(world.read_link(&none), Err(Fault::NotFound(_)));
    is!(world.remove(&none), Err(Fault::NotFound(_)));
    is!(world.set_mode(&none, 0o600), Err(Fault::NotFound(_)));
    is!(
        world.set_owner(&none, Some(0), None),
        Err(Fault::NotFound(_))
    );
    Ok(())
}

fn put_and_read(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    for mode in [0o644, 0o600, 0o777, 0o4755, 0o000] {
        let put = Put {
            mode,
            ..file(&path, "some\0text")
        };
        world.put(&put)?;
        let found = stat(world, &path)?;
        same!(found.what, Node::File);
        same!(found.mode, mode);
        same!(found.size, 9);
        same!(found.links, 1);
        same!(found.mount, false);
    }
    world.set_mode(&path, 0o644)?;
    same!(read(world, &path)?, "some\0text");
    Ok(())
}

fn put_again(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    world.put(&file(&path, "one, and a long one"))?;
    let me = world.me()?;
    if me.uid == 0 {
        world.set_owner(&path, Some(12), Some(34))?;
    }
    let before = stat(world, &path)?;
    world.put(&file(&path, "two"))?;
    let after = stat(world, &path)?;
    same!((after.uid, after.gid), (before.uid, before.gid));
    same!(read(world, &path)?, "two");
    let own = Put {
        uid: Some(me.uid),
        gid: Some(me.gid),
        ..file(&path, "three")
    };
    world.put(&own)?;
    let after = stat(world, &path)?;
    same!((after.uid, after.gid), (me.uid, me.gid));
    Ok(())
}

fn put_on_link(world: &dyn World, dir: &Path) -> Outcome {
    let (target, link) = (dir.join("target"), dir.join("link"));
    world.put(&file(&target, "untouched"))?;
    world.make_link(&link, &target)?;
    world.put(&file(&link, "new"))?;
    same!(stat(world, &link)?.what, Node::File);
    same!(read(world, &target)?, "untouched");
    same!(read(world, &link)?, "new");
    Ok(())
}

fn put_on_dir(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("dir");
    world.make_dir(&path, 0o755)?;
    same!(
        world.put(&file(&path, "x")),
        Err(Fault::IsDir(path.clone()))
    );
    same!(stat(world, &path)?.what, Node::Dir);
    same!(world.list(dir)?, vec!["dir".to_owned()]);
    Ok(())
}

fn put_without_parent(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("none/file");
    let refused = Err(Fault::NoParent(path.clone()));
    same!(world.put(&file(&path, "x")), refused);
    same!(world.make_dir(&path, 0o755), refused);
    same!(world.make_link(&path, Path::new("x")), refused);
    same!(world.stat(&dir.join("none"))?, None);
    Ok(())
}

fn put_below_a_file(world: &dyn World, dir: &Path) -> Outcome {
    let above = dir.join("file");
    world.put(&file(&above, "x"))?;
    let below = above.join("below");
    same!(
        world.put(&file(&below, "x")),
        Err(Fault::NotDir(above.clone()))
    );
    same!(
        world.make_dir(&below, 0o755),
        Err(Fault::NotDir(above.clone()))
    );
    Ok(())
}

fn put_leaves_no_trace(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    world.put(&file(&path, "one"))?;
    world.put(&file(&path, "two"))?;
    world.make_link(&dir.join("link"), &path)?;
    world.make_link(&dir.join("link"), Path::new("elsewhere"))?;
    same!(world.list(dir)?, vec!["file".to_owned(), "link".to_owned()]);
    Ok(())
}

fn read_bounded(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    world.put(&file(&path, "12345"))?;
    same!(world.read(&path, 5)?.len(), 5);
    is!(world.read(&path, 4), Err(Fault::TooLarge(_, 4)));
    Ok(())
}

fn read_only_files(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link) = (dir.join("file"), dir.join("link"));
    world.put(&file(&path, "x"))?;
    world.make_link(&link, &path)?;
    is!(world.read(&link, READ_LIMIT), Err(Fault::Io(_, _)));
    same!(
        world.read(dir, READ_LIMIT),
        Err(Fault::IsDir(dir.to_owned()))
    );
    is!(world.read_link(&path), Err(Fault::Io(_, _)));
    Ok(())
}

fn list_ordered(world: &dyn World, dir: &Path) -> Outcome {
    for name in ["b", ".hidden", "a", "B", "ä", "10", "9"] {
        world.put(&file(&dir.join(name), ""))?;
    }
    same!(
        world.list(dir)?,
        [".hidden", "10", "9", "B", "a", "b", "ä"].map(str::to_owned)
    );
    Ok(())
}

fn list_needs_dir(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link) = (dir.join("file"), dir.join("link"));
    world.put(&file(&path, ""))?;
    world.make_link(&link, dir)?;
    same!(world.list(&path), Err(Fault::NotDir(path.clone())));
    same!(world.list(&link), Err(Fault::NotDir(link.clone())));
    Ok(())
}

fn make_dir_once(world: &dyn World, dir: &Path) -> Outcome {
    for (name, mode) in [("a", 0o755), ("b", 0o700), ("c", 0o1777), ("d", 0o2775)] {
        let path = dir.join(name);
        world.make_dir(&path, mode)?;
        let found = stat(world, &path)?;
        same!((found.what, found.mode), (Node::Dir, mode));
        same!(
            world.make_dir(&path, mode),
            Err(Fault::Exists(path.clone()))
        );
    }
    Ok(())
}

fn links(world: &dyn World, dir: &Path) -> Outcome {
    let link = dir.join("link");
    for target in ["nowhere", "/absolute/place", "../up"] {
        world.make_link(&link, Path::new(target))?;
        let found = stat(world, &link)?;
        same!(found.what, Node::Link);
        same!(found.size, target.len() as u64);
        same!(world.read_link(&link)?, PathBuf::from(target));
    }
    let path = dir.join("file");
    world.put(&file(&path, "x"))?;
    world.make_link(&path, Path::new("y"))?;
    same!(stat(world, &path)?.what, Node::Link);
    Ok(())
}

fn trailing_slash(world: &dyn World, dir: &Path) -> Outcome {
    let (sub, link) = (dir.join("sub/"), dir.join("link/"));
    world.make_dir(&sub, 0o755)?;
    world.make_link(&link, &sub)?;
    same!(stat(world, &sub)?.what, Node::Dir);
    same!(stat(world, &link)?.what, Node::Link);
    same!(world.list(dir)?, ["link", "sub"].map(str::to_owned));
    same!(world.read_link(&link)?, sub);
    world.remove(&link)?;
    same!(world.list(&sub)?, Vec::<String>::new());
    Ok(())
}

fn link_on_dir(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("dir");
    world.make_dir(&path, 0o755)?;
    same!(
        world.make_link(&path, Path::new("x")),
        Err(Fault::IsDir(path.clone()))
    );
    same!(stat(world, &path)?.what, Node::Dir);
    Ok(())
}

fn link_mode(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link) = (dir.join("file"), dir.join("link"));
    world.put(&file(&path, "x"))?;
    world.make_link(&link, &path)?;
    is!(world.set_mode(&link, 0o600), Err(Fault::Io(_, _)));
    same!(stat(world, &path)?.mode, 0o644);
    Ok(())
}

fn removes(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link, sub) = (dir.join("file"), dir.join("link"), dir.join("sub"));
    world.put(&file(&path, "x"))?;
    world.make_link(&link, &sub)?;
    world.make_dir(&sub, 0o755)?;
    world.remove(&link)?;
    same!(world.list(dir)?, vec!["file".to_owned(), "sub".to_owned()]);
    world.remove(&sub)?;
    world.remove(&path)?;
    same!(world.list(dir)?, Vec::<String>::new());
    Ok(())
}

fn remove_full_dir(world: &dyn World, dir: &Path) -> Outcome {
    let sub = dir.join("sub");
    world.make_dir(&sub, 0o755)?;
    world.put(&file(&sub.join("file"), "x"))?;
    same!(world.remove(&sub), Err(Fault::NotEmpty(sub.clone())));
    same!(world.list(&sub)?, vec!["file".to_owned()]);
    Ok(())
}

fn modes(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    world.put(&file(&path, "x"))?;
    for mode in [0o000, 0o777, 0o600, 0o4711] {
        world.set_mode(&path, mode)?;
        same!(stat(world, &path)?.mode, mode);
    }
    Ok(())
}

/// Giving away needs root, so for others only what they may do is looked at.
fn owners(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link) = (dir.join("file"), dir.join("link"));
    world.put(&file(&path, "x"))?;
    world.make_link(&link, &path)?;
    let me = world.me()?;
    if me.uid != 0 {
        is!(
            world.set_owner(&path, Some(0), None),
            Err(Fault::Denied(_, true))
        );
        return Ok(());
    }
    world.set_owner(&link, Some(12), Some(34))?;
    let (of_link, of_file) = (stat(world, &link)?, stat(world, &path)?);
    same!((of_link.uid, of_link.gid), (12, 34));
    same!((of_file.uid, of_file.gid), (me.uid, me.gid));
    world.set_owner(&path, None, Some(34))?;
    same!(stat(world, &path)?.uid, me.uid);
    same!(stat(world, &path)?.gid, 34);
    Ok(())
}

fn writable(world: &dyn World, dir: &Path) -> Outcome {
    let (path, none) = (dir.join("file"), dir.join("none"));
    world.put(&file(&path, "x"))?;
    same!(world.can_write(dir), Ok(()));
    same!(world.can_write(&path), Err(Fault::NotDir(path.clone())));
    same!(world.can_write(&none), Err(Fault::NotFound(none.clone())));
    // A disk that this test can run on is not full.
    same!(world.free(dir)?.is_none_or(|free| free > 0), true);
    Ok(())
}

fn accounts(world: &dyn World, _: &Path) -> Outcome {
    same!(world.user("no-such-user-here")?, None);
    same!(world.group("no-such-group-here")?, None);
    same!(world.user("4242")?.map(|user| user.uid), Some(4242));
    same!(world.group("4242")?, Some(4242));
    same!(world.name_of(4_242_424, false)?, "4242424");
    same!(world.name_of(4_242_424, true)?, "4242424");
    Ok(())
}

fn randomness(world: &dyn World, _: &Path) -> Outcome {
    // A plan has none.
    let (one, two) = match (world.random(32), world.random(32)) {
        (Err(Fault::Unknown(_)), Err(Fault::Unknown(_))) => return Ok(()),
        (one, two) => (one?, two?),
    };
    same!((one.len(), two.len()), (32, 32));
    same!(one == two, false);
    same!(world.random(0)?.len(), 0);
    Ok(())
}

fn names(world: &dyn World, _: &Path) -> Outcome {
    let me = world.me()?;
    same!(me.groups.contains(&me.gid), true);
    same!(me.name.is_empty(), false);
    same!(world.hostname().is_empty(), false);
    Ok(())
}

fn command(words: &[&str], stdin: Option<&str>) -> Command {
    Command {
        argv: words.iter().map(|&word| word.to_owned()).collect(),
        env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        cwd: None,
        user: None,
        stdin: stdin.map(|text| Arc::from(text.as_bytes())),
        timeout: None,
        keep: 100,
    }
}

fn asks(world: &dyn World, _: &Path) -> Outcome {
    let found = world.ask(&command(&["echo", "two", "words"], None))?;
    same!((found.status, found.cut), (0, 0));
    same!(found.stdout, b"two words\n".to_vec());
    same!(found.both, found.stdout);
    same!(found.stderr, Vec::<u8>::new());
    same!(world.ask(&command(&["true"], None))?.status, 0);
    same!(world.ask(&command(&["false"], None))?.status, 1);
    Ok(())
}

fn feeds(world: &dyn World, _: &Path) -> Outcome {
    let found = world.ask(&command(&["cat"], Some("fed")))?;
    same!(found.stdout, b"fed".to_vec());
    let found = world.ask(&command(&["cat"], None))?;
    same!(found.stdout, Vec::<u8>::new());
    Ok(())
}

fn cuts(world: &dyn World, _: &Path) -> Outcome {
    let long = "x".repeat(250);
    let found = world.ask(&command(&["cat"], Some(&long)))?;
    same!((found.stdout.len(), found.both.len()), (100, 100));
    same!(found.cut, 150);
    Ok(())
}

fn asks_nothing(world: &dyn World, _: &Path) -> Outcome {
    match world.ask(&command(&["no-such-program-here"], None)) {
        Err(Fault::Command(why)) if why.contains("no-such-program-here") => Ok(()),
        other => Err(format!("found {other:?}").into()),
    }
}
