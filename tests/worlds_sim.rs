//! The simulated machine and the overlay: the rules of the world contract that need more than one user, a small disk or a
//! read-only place, and the law that a plan's world answers as the machine would.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weft::world::overlay::Overlay;
use weft::world::sim::spec::{FileBody, FileSpec};
use weft::world::sim::{Sim, SimSpec};
use weft::world::{Fault, Node, Put, Stat, World};

type Outcome = Result<(), Box<dyn Error>>;
type Rule = fn(&dyn World) -> Outcome;

/// What both keep, acting as `user` on the machine of [`small_machine`].
const RULES: &[(&str, Rule)] = &[
    ("root's places need root", needs_root),
    ("what cannot be searched hides what is in it", hidden),
    ("a sticky directory protects what others own", sticky),
    ("owners and groups are given away by root only", giving),
    ("a replaced file keeps its owner or is refused", keeping),
    (
        "a read-only place refuses before it asks who acts",
        read_only,
    ),
    ("a full disk refuses, and what stood there stays", full),
    ("a mount point is busy", busy),
    ("a directory made anew is empty", anew),
    ("links on the way lead who looks", ways),
    ("links that go round end in an error", rounds),
];

#[test]
fn the_simulation_keeps_them() -> Outcome {
    every_rule(|| {
        let sim = small_machine("user")?;
        Ok(Box::new(sim.attempt(None)))
    })
}

#[test]
fn the_overlay_keeps_them() -> Outcome {
    every_rule(|| {
        let sim = small_machine("user")?;
        let overlay = Overlay::over(Arc::new(sim.attempt(None)));
        Ok(Box::new(overlay.attempt("file[x]", false)))
    })
}

fn every_rule(make: impl Fn() -> Result<Box<dyn World>, Box<dyn Error>>) -> Outcome {
    for (name, rule) in RULES {
        rule(&*make()?).map_err(|error| format!("rule `{name}`: {error}"))?;
    }
    Ok(())
}

/// A machine with a place of each sort, and little room.
fn small_machine(user: &str) -> Result<Sim, Box<dyn Error>> {
    let owned = |what: FileBody, mode: u32, owner: &str| FileSpec {
        mode: Some(mode),
        owner: Some(owner.to_owned()),
        ..FileSpec::of(what)
    };
    let text = |text: &str| FileBody::File(text.as_bytes().to_vec());
    let files = [
        ("/srv/mine", owned(FileBody::Dir, 0o755, "user")),
        ("/srv/mine/old", owned(text("old content"), 0o640, "user")),
        ("/srv/mine/theirs", owned(text("root's"), 0o644, "root")),
        ("/srv/mine/sub/deep", owned(text("deep"), 0o600, "user")),
        ("/srv/way", FileSpec::of(FileBody::Link("mine".into()))),
        (
            "/srv/round",
            FileSpec::of(FileBody::Link("/srv/round".into())),
        ),
        (
            "/srv/mine/up",
            owned(FileBody::Link("../mine/..".into()), 0o777, "user"),
        ),
        ("/srv/mine/full", owned(FileBody::Dir, 0o755, "user")),
        ("/srv/mine/full/in", owned(text("x"), 0o644, "user")),
        ("/srv/closed", owned(FileBody::Dir, 0o700, "root")),
        ("/srv/closed/in", FileSpec::file("x")),
        ("/srv/mine/mnt", owned(text(""), 0o644, "user")),
        ("/tmp/roots", FileSpec::file("x")),
        ("/tmp/mine", owned(text("x"), 0o666, "user")),
        ("/cd/rom", owned(text("x"), 0o666, "user")),
        ("/cd", owned(FileBody::Dir, 0o777, "root")),
    ];
    let spec = SimSpec {
        user: Some(user.to_owned()),
        files: files.map(|(path, file)| (path.into(), file)).into(),
        free: Some(64),
        read_only: [PathBuf::from("/cd")].into(),
        mounts: [PathBuf::from("/srv/mine/mnt")].into(),
        ..SimSpec::default()
    };
    Ok(Sim::new(spec, 1)?)
}

macro_rules! same {
    ($found:expr, $wanted:expr) => {{
        let (found, wanted) = (&$found, &$wanted);
        if found != wanted {
            let what = stringify!($found);
            return Err(format!("{what} is {found:?}, expected {wanted:?}").into());
        }
    }};
}

fn file(path: &str, content: &str) -> Put {
    Put {
        path: path.into(),
        content: Arc::from(content.as_bytes()),
        mode: 0o644,
        uid: None,
        gid: None,
        validate: None,
    }
}

fn text(world: &dyn World, path: &str) -> Result<String, Box<dyn Error>> {
    let content = world.read(Path::new(path), 1 << 20)?;
    Ok(String::from_utf8(content.to_vec())?)
}

fn denied<T>(path: &str) -> Result<T, Fault> {
    Err(Fault::Denied(path.into(), true))
}

fn needs_root(world: &dyn World) -> Outcome {
    same!(world.put(&file("/etc/motd", "x")), denied("/etc/motd"));
    same!(
        world.make_dir(Path::new("/srv/new"), 0o755),
        denied("/srv/new")
    );
    same!(
        world.remove(Path::new("/tmp/../etc")),
        denied("/tmp/../etc")
    );
    let theirs = Path::new("/srv/mine/theirs");
    same!(world.set_mode(theirs, 0o666), denied("/srv/mine/theirs"));
    same!(world.can_write(Path::new("/etc")), denied("/etc"));
    same!(world.can_write(Path::new("/srv/mine")), Ok(()));
    Ok(())
}

fn hidden(world: &dyn World) -> Outcome {
    let inside = Path::new("/srv/closed/in");
    same!(world.stat(inside), denied("/srv/closed/in"));
    same!(world.read(inside, 9), denied("/srv/closed/in"));
    same!(world.list(Path::new("/srv/closed")), denied("/srv/closed"));
    same!(
        world.put(&file("/srv/closed/in", "y")),
        denied("/srv/closed/in")
    );
    let own = Path::new("/srv/mine/sub");
    same!(world.set_mode(own, 0o600), denied("/srv/mine/sub"));
    world.set_mode(Path::new("/srv/mine"), 0o600)?;
    same!(
        world.stat(Path::new("/srv/mine/old")),
        denied("/srv/mine/old")
    );
    Ok(())
}

fn sticky(world: &dyn World) -> Outcome {
    same!(world.remove(Path::new("/tmp/roots")), denied("/tmp/roots"));
    same!(world.put(&file("/tmp/roots", "y")), denied("/tmp/roots"));
    world.remove(Path::new("/tmp/mine"))?;
    world.put(&file("/tmp/new", "y"))?;
    Ok(())
}

fn giving(world: &dyn World) -> Outcome {
    let old = Path::new("/srv/mine/old");
    same!(world.set_owner(old, Some(0), None), denied("/srv/mine/old"));
    same!(world.set_owner(old, None, Some(0)), denied("/srv/mine/old"));
    world.set_owner(old, Some(1000), Some(1000))?;
    let give = Put {
        uid: Some(0),
        ..file("/srv/mine/old", "new")
    };
    same!(world.put(&give), denied("/srv/mine/old"));
    same!(text(world, "/srv/mine/old")?, "old content");
    Ok(())
}

fn keeping(world: &dyn World) -> Outcome {
    let theirs = "/srv/mine/theirs";
    same!(world.put(&file(theirs, "new")), denied(theirs));
    let own = Put {
        uid: Some(1000),
        gid: Some(1000),
        ..file(theirs, "new")
    };
    world.put(&own)?;
    same!(
        world.stat(Path::new(theirs))?.map(|stat| stat.uid),
        Some(1000)
    );
    Ok(())
}

fn read_only(world: &dyn World) -> Outcome {
    let refused = |path: &str| Err(Fault::ReadOnly(path.into()));
    same!(world.put(&file("/cd/rom", "y")), refused("/cd/rom"));
    same!(world.remove(Path::new("/cd/rom")), refused("/cd/rom"));
    same!(
        world.set_mode(Path::new("/cd/rom"), 0o600),
        refused("/cd/rom")
    );
    same!(
        world.make_dir(Path::new("/cd/new"), 0o755),
        refused("/cd/new")
    );
    same!(world.can_write(Path::new("/cd")), refused("/cd"));
    same!(text(world, "/cd/rom")?, "x");
    Ok(())
}

fn full(world: &dyn World) -> Outcome {
    let (old, dir) = ("/srv/mine/old", Path::new("/srv/mine"));
    let refused = Err(Fault::NoSpace(old.into()));
    same!(world.put(&file(old, &"x".repeat(65))), refused);
    same!(text(world, old)?, "old content");
    world.put(&file(old, &"x".repeat(64)))?;
    same!(world.free(dir)?, Some(11));
    same!(world.put(&file(old, &"x".repeat(12))), refused);
    world.remove(Path::new(old))?;
    same!(world.free(dir)?, Some(75));
    Ok(())
}

fn busy(world: &dyn World) -> Outcome {
    let mount = "/srv/mine/mnt";
    same!(world.put(&file(mount, "y")), Err(Fault::Busy(mount.into())));
    same!(
        world.remove(Path::new(mount)),
        Err(Fault::Busy(mount.into()))
    );
    same!(
        world.stat(Path::new(mount))?.map(|stat| stat.mount),
        Some(true)
    );
    Ok(())
}

fn anew(world: &dyn World) -> Outcome {
    let (dir, deep) = (Path::new("/srv/mine/sub"), Path::new("/srv/mine/sub/deep"));
    same!(world.set_owner(dir, None, None), denied("/srv/mine/sub"));
    let up = Path::new("/srv/mine/up");
    same!(text(world, "/srv/mine/up/mine/old")?, "old content");
    world.remove(up)?;
    world.make_dir(up, 0o755)?;
    same!(world.list(up)?, Vec::<String>::new());
    same!(world.stat(&up.join("mine"))?, None);
    same!(world.stat(&up.join("mine/old"))?, None);
    same!(world.stat(deep)?.map(|stat| stat.what), Some(Node::File));
    let dir = Path::new("/srv/mine/full");
    let inside = dir.join("in");
    world.remove(&inside)?;
    world.remove(dir)?;
    world.make_dir(dir, 0o755)?;
    same!(world.stat(&inside)?, None);
    same!(world.list(dir)?, Vec::<String>::new());
    Ok(())
}

fn ways(world: &dyn World) -> Outcome {
    world.put(&file("/srv/mine/new", "through"))?;
    same!(text(world, "/srv/way/new")?, "through");
    same!(text(world, "/srv/mine/new")?, "through");
    same!(text(world, "/srv/mine/up/way/up/mine/new")?, "through");
    same!(
        world.stat(Path::new("/srv/way"))?.map(|stat| stat.what),
        Some(Node::Link)
    );
    world.make_link(Path::new("/srv/mine/here"), Path::new("sub"))?;
    same!(text(world, "/srv/mine/here/deep")?, "deep");
    Ok(())
}

fn rounds(world: &dyn World) -> Outcome {
    let found = world.stat(Path::new("/srv/round/x"));
    same!(matches!(found, Err(Fault::Io(_, _))), true);
    Ok(())
}

/// One step of a drawn sequence.
#[derive(Clone, Debug)]
enum Op {
    Put(&'static str, usize, u32, Option<u32>),
    MakeDir(&'static str, u32),
    MakeLink(&'static str, &'static str),
    Remove(&'static str),
    SetMode(&'static str, u32),
    SetOwner(&'static str, Option<u32>, Option<u32>),
}

const PLACES: &[&str] = &[
    "/srv/mine",
    "/srv/mine/old",
    "/srv/mine/theirs",
    "/srv/mine/sub",
    "/srv/mine/sub/deep",
    "/srv/mine/sub/new",
    "/srv/mine/new",
    "/srv/mine/new/in",
    "/srv/way",
    "/srv/way/new",
    "/srv/mine/full",
    "/srv/mine/full/in",
    "/srv/mine/up",
    "/srv/mine/up/way/old",
    "/srv/mine/mnt",
    "/srv/closed/in",
    "/srv/closed",
    "/tmp/roots",
    "/tmp/mine",
    "/tmp/mine/in",
    "/tmp/new",
    "/cd/rom",
    "/cd/new",
    "/srv/round/x",
];

fn op() -> impl Strategy<Value = Op> {
    let place = || proptest::sample::select(PLACES);
    let target = proptest::sample::select(&["sub", "/srv/mine/new", "../tmp", "/tmp/new", "."][..]);
    let mode =
        || proptest::sample::select(&[0o644, 0o600, 0o755, 0o700, 0o1777, 0o000, 0o6755][..]);
    let id = || proptest::sample::select(&[None, Some(0), Some(1000)][..]);
    prop_oneof![
        (place(), 0..40usize, mode(), id()).prop_map(|(p, n, m, u)| Op::Put(p, n, m, u)),
        (place(), mode()).prop_map(|(p, m)| Op::MakeDir(p, m)),
        (place(), target).prop_map(|(p, t)| Op::MakeLink(p, t)),
        place().prop_map(Op::Remove),
        (place(), mode()).prop_map(|(p, m)| Op::SetMode(p, m)),
        (place(), id(), id()).prop_map(|(p, u, g)| Op::SetOwner(p, u, g)),
    ]
}

fn act(world: &dyn World, op: &Op) -> Result<(), Fault> {
    match op {
        Op::Put(path, size, mode, uid) => world.put(&Put {
            mode: *mode,
            uid: *uid,
            ..file(path, &"x".repeat(*size))
        }),
        Op::MakeDir(path, mode) => world.make_dir(Path::new(path), *mode),
        Op::MakeLink(path, target) => world.make_link(Path::new(path), Path::new(target)),
        Op::Remove(path) => world.remove(Path::new(path)),
        Op::SetMode(path, mode) => world.set_mode(Path::new(path), *mode),
        Op::SetOwner(path, uid, gid) => world.set_owner(Path::new(path), *uid, *gid),
    }
}

type Seen = (
    Result<Option<Stat>, Fault>,
    Result<Arc<[u8]>, Fault>,
    Result<Vec<String>, Fault>,
    Result<PathBuf, Fault>,
    Result<(), Fault>,
);

/// All that can be seen at every place.
fn look(world: &dyn World) -> Vec<(PathBuf, Seen)> {
    let mut left: Vec<PathBuf> = PLACES.iter().map(PathBuf::from).collect();
    left.extend(["/", "/srv", "/tmp", "/home/user"].map(PathBuf::from));
    let see = |path: PathBuf| {
        let seen = (
            world.stat(&path),
            world.read(&path, 1 << 20),
            world.list(&path),
            world.read_link(&path),
            world.can_write(&path),
        );
        (path, seen)
    };
    left.into_iter().map(see).collect()
}

/// Draws the same in every run, but for a seed or a number of cases that the environment gives.
fn config() -> ProptestConfig {
    let given = ProptestConfig::default();
    let rng_seed = match given.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        fixed => fixed,
    };
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig {
        cases: if asked { given.cases } else { 48 },
        rng_seed,
        failure_persistence: None,
        ..given
    }
}

proptest! {
    #![proptest_config(config())]

    /// What the overlay answers to a sequence of changes is what the machine answers, and so is what is seen after each.
    #[test]
    fn the_overlay_answers_as_the_machine_would(
        root in any::<bool>(),
        ops in proptest::collection::vec(op(), 1..25),
    ) {
        let user = if root { "root" } else { "user" };
        let machine = |what| small_machine(what).map_err(|error| TestCaseError::fail(error.to_string()));
        let (real, below) = (machine(user)?, machine(user)?);
        let untouched = below.tree();
        let world = real.attempt(None);
        let plan = Overlay::over(Arc::new(below.attempt(None))).attempt("file[x]", false);
        for op in &ops {
            prop_assert_eq!(act(&plan, op), act(&world, op), "{:?}", op);
            for (planned, real) in look(&plan).into_iter().zip(look(&world)) {
                prop_assert_eq!(planned, real, "after {:?}", op);
            }
            let here = Path::new("/tmp");
            prop_assert_eq!(weft::world::Look::free(&plan, here), weft::world::Look::free(&world, here));
        }
        prop_assert_eq!(below.tree(), untouched);
    }

    /// A machine that was dumped and made anew is the same machine.
    #[test]
    fn a_dump_describes_the_machine(ops in proptest::collection::vec(op(), 0..25)) {
        let fail = |error: Box<dyn Error>| TestCaseError::fail(error.to_string());
        let sim = small_machine("root").map_err(fail)?;
        for op in &ops {
            let _ = act(&sim.attempt(None), op);
        }
        let again = Sim::new(sim.spec(), 1).map_err(|error| fail(error.into()))?;
        prop_assert_eq!(again.tree(), sim.tree());
        prop_assert_eq!(again.spec(), sim.spec());
    }
}
