//! The machine that a play is on, and what happens to it.

use std::path::{Path, PathBuf};

use weft::graph::{Graph, Key};
use weft::time::Span;
use weft::world::sim::spec::{Answer, Effect, FileSpec, NetFault, Page, UnitSpec};
use weft::world::sim::{FaultKind, FaultRule, Sim, SimSpec};
use weft::world::{Active, Unit};

use super::dice::Dice;

/// Where the graph's state is.
pub const STATE: &str = "/var/lib/weft/seeds";
/// The file that templates may read.
pub const TEMPLATE: &str = "/srv/template";
/// How many pages, units and commands of each sort there are.
pub const PAGES: u64 = 4;
const UNITS: usize = 40;

/// With commands that work, take long, fail, fail now and then, make what they promise, and spoil what is another's.
pub fn machine() -> SimSpec {
    let mut spec = SimSpec::default();
    let answer = |status, millis| Answer {
        status,
        duration: Span::millis(millis),
        ..Answer::default()
    };
    let flaky = vec![answer(1, 5), answer(0, 5), answer(1, 5), answer(0, 5)];
    let ask = vec![answer(1, 1), answer(0, 1), answer(0, 1), answer(1, 1)];
    for (line, answers) in [
        ("work *", vec![answer(0, 20)]),
        ("slow *", vec![answer(0, 5_000)]),
        ("flaky *", flaky),
        ("broken *", vec![answer(3, 5)]),
        ("ask *", ask),
    ] {
        spec.commands.insert(line.to_owned(), answers);
    }
    for n in 0..UNITS {
        let writes = |path: String| Answer {
            effects: vec![Effect::Write(path.into(), b"by a command".to_vec(), None)],
            ..answer(0, 10)
        };
        spec.commands
            .insert(format!("make {n}"), vec![writes(made(n))]);
        spec.commands
            .insert(format!("spoil {n}"), vec![writes(format!("/srv/f{n}"))]);
        let unit = unit(&format!("u{n}.service"));
        spec.services.insert(unit, UnitSpec::default());
    }
    for n in 0..PAGES {
        let page = Page {
            body: format!("page {n}").into_bytes(),
            duration: Span::millis(30),
            ..Page::default()
        };
        spec.http.insert(url(n), page);
    }
    spec.files
        .insert(TEMPLATE.into(), FileSpec::file("text {{ x }}"));
    spec
}

/// What `make N` makes.
pub fn made(n: usize) -> String {
    format!("/srv/made/{n}")
}

pub fn url(n: u64) -> String {
    format!("http://site/{n}")
}

pub fn unit(name: &str) -> Unit {
    Unit {
        name: name.to_owned(),
        session: false,
    }
}

/// Where a password is kept.
pub fn kept(name: &str) -> PathBuf {
    Path::new(STATE).join("passwords").join(name)
}

/// Something happens to what this vertex manages. Says what, if anything can.
pub fn damage(dice: &mut Dice, sim: &Sim, key: &Key) -> Option<&'static str> {
    match key.kind() {
        "file" => Some(damage_file(dice, sim, Path::new(key.name()))),
        "password" => Some(damage_password(dice, sim, &kept(key.name()))),
        "svc" => Some(damage_unit(dice, sim, key.name())),
        "http" => Some(damage_page(dice, sim)),
        "template" => {
            let text = format!("text {} {{{{ x }}}}", dice.below(5));
            let _ = sim.outside().write(Path::new(TEMPLATE), text.as_bytes());
            Some("template: source written")
        }
        "exec" => {
            let number = super::grow::number(key);
            let gone = sim.outside().remove(Path::new(&made(number)));
            gone.is_ok().then_some("exec: what it creates removed")
        }
        _ => None,
    }
}

fn damage_file(dice: &mut Dice, sim: &Sim, path: &Path) -> &'static str {
    let outside = sim.outside();
    let moved = path.with_extension("moved");
    let (done, what) = match dice.below(8) {
        0 => (outside.write(path, b"drift"), "file: written"),
        1 => (outside.replace(path, b"drift"), "file: renamed over"),
        2 => (outside.remove(path), "file: removed"),
        3 => (outside.chmod(path, 0o777), "file: chmod"),
        4 => (outside.chown(path, Some("nobody"), None), "file: chown"),
        5 => (outside.rename(path, &moved), "file: moved away"),
        6 => (outside.write(path, b""), "file: truncated"),
        _ => (outside.touch(path), "file: touched"),
    };
    // Not everything can be done to what is not there.
    match done {
        Ok(()) => what,
        Err(_) => "file: nothing to damage",
    }
}

fn damage_password(dice: &mut Dice, sim: &Sim, path: &Path) -> &'static str {
    let outside = sim.outside();
    if outside.stat(path).is_none() {
        return "password: none to damage";
    }
    let (done, what) = match dice.below(5) {
        0 => (outside.write(path, b"short"), "password: no longer fits"),
        1 => (outside.chmod(path, 0o644), "password: chmod"),
        2 => (outside.chown(path, Some("nobody"), None), "password: chown"),
        3 => (outside.write(path, &[0xff, 0xfe]), "password: no text"),
        _ => (outside.remove(path), "password: removed"),
    };
    done.map_or("password: none to damage", |()| what)
}

fn damage_unit(dice: &mut Dice, sim: &Sim, name: &str) -> &'static str {
    let (outside, unit) = (sim.outside(), unit(name));
    let set = |active| outside.unit(&unit, |spec| spec.active = active);
    match dice.below(5) {
        0 => {
            set(Active::Inactive);
            "svc: stopped"
        }
        1 => {
            set(Active::Active);
            "svc: started"
        }
        2 => {
            set(Active::Failed("exit-code".into(), 2));
            "svc: failed"
        }
        3 => {
            outside.unit(&unit, |spec| spec.stale = true);
            "svc: its file changed"
        }
        _ => {
            let startup = weft::world::Startup::Enabled;
            outside.unit(&unit, |spec| spec.startup = startup);
            "svc: enabled"
        }
    }
}

fn damage_page(dice: &mut Dice, sim: &Sim) -> &'static str {
    let n = dice.below(PAGES);
    let fault = *dice.pick(&[NetFault::Refused, NetFault::Broken, NetFault::Hang]);
    let body = format!("page {n}.{}", dice.below(50)).into_bytes();
    let outside = sim.outside();
    let change = |change: &dyn Fn(&mut Page)| outside.http(&url(n), change);
    match dice.below(6) {
        0..3 => {
            change(&|page| {
                page.body = body.clone();
                page.status = 200;
            });
            "http: page changed"
        }
        3 => {
            change(&|page| page.status = 503);
            "http: page fails"
        }
        4 => {
            change(&|page| page.fault = Some(fault));
            "http: cannot be reached"
        }
        _ => {
            change(&|page| page.fault = None);
            "http: can be reached"
        }
    }
}

/// Something will go wrong in a call. Says what.
pub fn fault(dice: &mut Dice, sim: &Sim) -> &'static str {
    let (kind, what) = *dice.pick(&[
        (FaultKind::Io, "fault: io"),
        (FaultKind::NoSpace, "fault: no space"),
        (FaultKind::Denied, "fault: denied"),
        (FaultKind::ReadOnly, "fault: read-only"),
        (FaultKind::Net, "fault: net"),
        (FaultKind::Hang, "fault: hang"),
        (FaultKind::Crash, "fault: crash"),
        (FaultKind::CrashAfter, "fault: crash after"),
    ]);
    let call = match kind {
        FaultKind::Net | FaultKind::Hang => "fetch",
        FaultKind::Crash | FaultKind::CrashAfter => "*",
        _ => *dice.pick(&["*", "write", "read", "run", "watch"]),
    };
    sim.arm(FaultRule::next(call, "*", kind).after(dice.below(4)));
    what
}

/// What a vertex that is settled promises of the machine, where that can be looked up.
pub fn is_true(graph: &Graph, key: &Key, sim: &Sim, content: Option<&str>) -> Result<(), String> {
    let outside = sim.outside();
    let Some(vertex) = graph.vertex(key) else {
        return Ok(());
    };
    let text = |name: &str| vertex.params.get(name).and_then(|value| value.expose_str());
    match key.kind() {
        "file" => {
            let path = Path::new(key.name());
            let is = outside.content(path);
            if let Some(content) = content.or(text("content"))
                && is.as_deref() != Some(content.as_bytes())
            {
                return Err(format!("{key} does not hold what it should"));
            }
            let mode = text("mode").and_then(|mode| u32::from_str_radix(mode, 8).ok());
            let stat = outside.stat(path);
            if mode.is_some() && stat.map(|stat| stat.mode) != mode {
                return Err(format!("{key} has another mode"));
            }
        }
        "svc" => {
            let mut active = Active::Inactive;
            outside.unit(&unit(key.name()), |spec| active = spec.active.clone());
            let runs = active == Active::Active;
            if text("state").is_some_and(|state| (state == "running") != runs) {
                return Err(format!("{key} is {active:?}"));
            }
        }
        "password" => {
            let length = vertex.params.get("length").and_then(|value| match value {
                weft::value::Value::Int(n) => usize::try_from(*n).ok(),
                _ => None,
            });
            let path = kept(key.name());
            let is = outside.content(&path).map(|content| content.len());
            if is != Some(length.unwrap_or(16)) {
                return Err(format!("{key} has {is:?} characters"));
            }
            if outside.stat(&path).map(|stat| stat.mode) != Some(0o600) {
                return Err(format!("{key} can be read by others"));
            }
        }
        _ => {}
    }
    Ok(())
}
