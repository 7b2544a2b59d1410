//! The simulated machine: commands, time, faults, pages, services and watches; and what the overlay makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use weft::time::{Span, Time};
use weft::world::overlay::Overlay;
use weft::world::sim::spec::{Answer, Effect, NetFault, Page, Starts, UnitSpec};
use weft::world::sim::{FaultKind, FaultRule, Sim, SimSpec};
use weft::world::{
    Active, Command, Fault, Load, Look, Put, Request, ServiceAct, Startup, Unit, Watch, World,
};

type Outcome = Result<(), Box<dyn Error>>;

fn command(words: &[&str]) -> Command {
    Command {
        argv: words.iter().map(|word| (*word).to_owned()).collect(),
        env: BTreeMap::new(),
        cwd: None,
        user: None,
        stdin: None,
        timeout: None,
        keep: 1 << 16,
    }
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

fn unit(name: &str) -> Unit {
    Unit {
        name: name.to_owned(),
        session: false,
    }
}

fn with_commands(commands: Vec<(&str, Vec<Answer>)>) -> Result<Sim, Box<dyn Error>> {
    let commands = commands
        .into_iter()
        .map(|(line, all)| (line.to_owned(), all));
    let spec = SimSpec {
        commands: commands.collect(),
        ..SimSpec::default()
    };
    Ok(Sim::new(spec, 1)?)
}

#[test]
fn built_in_commands_answer_and_others_say_what_to_add() -> Outcome {
    let sim = Sim::new(SimSpec::default(), 1)?;
    let world = sim.attempt(None);
    world.put(&file("/etc/motd", "hello\n"))?;
    for (words, status, stdout) in [
        (vec!["true"], 0, ""),
        (vec!["/bin/false"], 1, ""),
        (vec!["echo", "a", "b"], 0, "a b\n"),
        (vec!["cat", "/etc/motd"], 0, "hello\n"),
        (vec!["cat", "/none"], 1, ""),
        (vec!["test", "-f", "/etc/motd"], 0, ""),
        (vec!["test", "!", "-e", "/etc/motd"], 1, ""),
        (vec!["[", "a", "=", "b", "]"], 1, ""),
        (vec!["sh", "-c", "echo 'one  two'"], 0, "one  two\n"),
    ] {
        let output = world.run(&command(&words))?;
        let found = (output.status, String::from_utf8(output.stdout)?);
        assert_eq!(found, (status, stdout.to_owned()), "{words:?}");
    }
    let refused = world.run(&command(&["nginx", "-t", "a b"]));
    let said = "no answer for `nginx -t 'a b'`: add one to the story\nworld:\n  commands:\n    \"nginx -t 'a b'\": {status: 0}";
    assert_eq!(refused, Err(Fault::Command(said.to_owned())));
    let shell = world.run(&command(&["sh", "-c", "echo a | cat"]));
    assert!(matches!(shell, Err(Fault::Command(why)) if why.contains("\"echo a | cat\"")));
    Ok(())
}

#[test]
fn a_command_ended_early_did_nothing_or_half() -> Outcome {
    let write = |path: &str| Effect::Write(path.into(), b"x".to_vec(), None);
    let slow = |partial, dir: &str| Answer {
        duration: Span::secs(10),
        effects: vec![write(&format!("{dir}/one")), write(&format!("{dir}/two"))],
        partial,
        ..Answer::default()
    };
    let sim = with_commands(vec![
        ("none", vec![slow(false, "/none")]),
        ("half", vec![slow(true, "/half")]),
        ("all", vec![slow(false, "/all")]),
    ])?;
    let world = sim.attempt(Some(Span::secs(13)));
    let own = Command {
        timeout: Some(Span::secs(2)),
        ..command(&["none"])
    };
    assert_eq!(world.run(&own), Err(Fault::TimedOut(Span::secs(2))));
    world.run(&command(&["all"]))?;
    assert_eq!(world.elapsed(), Span::secs(12));
    let late = world.run(&command(&["half"]));
    assert_eq!(late, Err(Fault::TimedOut(Span::secs(13))));
    assert_eq!(world.elapsed(), Span::secs(13));
    let there = |path: &str| world.stat(Path::new(path)).map(|stat| stat.is_some());
    let found = ["/none", "/all/two", "/half/one", "/half/two"].map(there);
    assert_eq!(found, [Ok(false), Ok(true), Ok(true), Ok(false)]);
    let ends: Vec<_> = sim
        .log()
        .into_iter()
        .map(|ran| (ran.at, ran.status))
        .collect();
    let at = |secs| Time::ZERO + Span::secs(secs);
    assert_eq!(ends, [(at(0), None), (at(2), Some(0)), (at(12), None)]);
    Ok(())
}

#[test]
fn a_validation_refuses_before_anything_changed() -> Outcome {
    let no = Answer {
        status: 3,
        stderr: b"line 1: bad\n".to_vec(),
        ..Answer::default()
    };
    let sim = with_commands(vec![("check {}", vec![no, Answer::default()])])?;
    let world = sim.attempt(None);
    world.put(&file("/etc/app", "old"))?;
    let put = Put {
        validate: Some(command(&["check", "{}"])),
        ..file("/etc/app", "new")
    };
    assert!(matches!(world.put(&put), Err(Fault::Refused(program, 3, _)) if program == "check"));
    assert_eq!(&*world.read(Path::new("/etc/app"), 9)?, b"old");
    world.put(&put)?;
    assert_eq!(&*world.read(Path::new("/etc/app"), 9)?, b"new");
    let temporaries = world.list(Path::new("/etc"))?;
    assert!(temporaries.iter().all(|name| !name.starts_with('.')));
    Ok(())
}

#[test]
fn faults_strike_their_call_and_are_gone() -> Outcome {
    let sim = Sim::new(SimSpec::default(), 1)?;
    let world = sim.attempt(Some(Span::secs(5)));
    sim.arm(FaultRule::next("write", "/etc/*", FaultKind::NoSpace).after(1));
    world.put(&file("/srv/a", "x"))?;
    world.put(&file("/etc/a", "x"))?;
    let full = world.make_dir(Path::new("/etc/b"), 0o755);
    assert_eq!(full, Err(Fault::NoSpace("/etc/b".into())));
    world.make_dir(Path::new("/etc/b"), 0o755)?;
    sim.arm(FaultRule::next("stat", "*", FaultKind::Hang));
    let hung = world.stat(Path::new("/srv/a"));
    assert_eq!(hung, Err(Fault::TimedOut(Span::secs(5))));
    assert_eq!(world.elapsed(), Span::secs(5));
    Ok(())
}

#[test]
fn a_crash_stops_everything_but_the_disk() -> Outcome {
    let sim = Sim::new(SimSpec::default(), 1)?;
    sim.set_disk_slot("journal", Some(b"kept".to_vec()));
    sim.watch(1, &[Watch::Path("/srv/a".into())])?;
    sim.crash_after(1);
    let world = sim.attempt(None);
    world.put(&file("/srv/a", "x"))?;
    assert_eq!(world.put(&file("/srv/b", "x")), Err(Fault::Cancelled));
    assert!(sim.crashed());
    assert_eq!(world.stat(Path::new("/srv/a")), Err(Fault::Cancelled));
    sim.restart();
    assert_eq!(sim.take_events(), []);
    assert_eq!(sim.disk_slot("journal"), Some(b"kept".to_vec()));
    assert!(!sim.tree().iter().any(|line| line.contains("journal")));
    let world = sim.attempt(None);
    assert!(world.stat(Path::new("/srv/a"))?.is_some());
    assert!(world.stat(Path::new("/srv/b"))?.is_none());
    sim.arm(FaultRule::next("put", "*", FaultKind::CrashAfter));
    assert_eq!(world.put(&file("/srv/b", "x")), Err(Fault::Cancelled));
    sim.restart();
    assert!(world.stat(Path::new("/srv/b"))?.is_some());
    Ok(())
}

#[test]
fn random_bytes_belong_to_their_vertex() -> Outcome {
    let sim = |seed| Sim::new(SimSpec::default(), seed);
    let (one, two) = (sim(1)?, sim(1)?);
    let draw = |sim: &Sim, who: &str| sim.attempt(None).named(who).random(8);
    draw(&two, "password[other]")?;
    let first = draw(&one, "password[pw]")?;
    assert_eq!(first, draw(&two, "password[pw]")?);
    assert_ne!(first, draw(&one, "password[pw]")?);
    assert_ne!(first, draw(&sim(2)?, "password[pw]")?);
    Ok(())
}

#[test]
fn pages_answer_conditions_and_break() -> Outcome {
    let url = "https://example.org/a";
    let sim = Sim::new(SimSpec::default(), 1)?;
    let world = sim.attempt(None);
    let mut request = Request {
        url: url.to_owned(),
        headers: BTreeMap::new(),
        secret: BTreeSet::new(),
        timeout: Span::secs(3),
        limit: 10,
        ca: None,
    };
    assert!(matches!(world.fetch(&request), Err(Fault::Net(..))));
    let body = |text: &'static str| move |page: &mut Page| page.body = text.as_bytes().to_vec();
    sim.outside().http(url, body("one"));
    let first = world.fetch(&request)?;
    let etag = first.headers.get("etag").cloned().unwrap_or_default();
    request.headers.insert("If-None-Match".to_owned(), etag);
    assert_eq!(world.fetch(&request)?.status, 304);
    sim.outside().http(url, body("two"));
    let second = world.fetch(&request)?;
    assert_eq!((second.status, &*second.body), (200, &b"two"[..]));
    sim.outside().http(url, body("more than ten bytes"));
    assert_eq!(
        world.fetch(&request),
        Err(Fault::TooLarge(url.to_owned(), 10))
    );
    sim.outside()
        .http(url, |page| page.fault = Some(NetFault::Hang));
    assert_eq!(world.fetch(&request), Err(Fault::TimedOut(Span::secs(3))));
    Ok(())
}

fn with_unit(spec: UnitSpec) -> Result<(Sim, Unit), Box<dyn Error>> {
    let spec = SimSpec {
        services: [(unit("app.service"), spec)].into(),
        ..SimSpec::default()
    };
    Ok((Sim::new(spec, 1)?, unit("app.service")))
}

#[test]
fn a_unit_that_dies_is_failed_after_a_pause() -> Outcome {
    let (sim, app) = with_unit(UnitSpec {
        starts: Starts::Dies(7),
        ..UnitSpec::default()
    })?;
    let world = sim.attempt(None);
    sim.watch(3, &[Watch::Unit(app.clone())])?;
    world.act(&app, ServiceAct::Start)?;
    assert_eq!(world.service(&app)?.active, Active::Active);
    world.pause(Span::secs(1))?;
    let dead = Active::Failed("exit-code".to_owned(), 7);
    assert_eq!(world.service(&app)?.active, dead);
    let dies = sim.next_change().ok_or("nothing will happen")?;
    sim.set_now(dies);
    let told: Vec<String> = sim.take_events().into_iter().map(|event| event.1).collect();
    assert_eq!(told, ["app.service: active", "app.service: failed"]);
    assert_eq!(
        (sim.next_change(), world.service(&app)?.active),
        (None, dead)
    );
    Ok(())
}

#[test]
fn five_quick_failures_hit_the_start_limit_until_reset() -> Outcome {
    let (sim, app) = with_unit(UnitSpec {
        starts: Starts::Fails(1),
        ..UnitSpec::default()
    })?;
    let world = sim.attempt(None);
    for _ in 0..6 {
        assert!(matches!(
            world.act(&app, ServiceAct::Start),
            Err(Fault::Service(_))
        ));
    }
    let limit = Active::Failed("start-limit-hit".to_owned(), 0);
    assert_eq!(world.service(&app)?.active, limit);
    sim.outside().unit(&app, |spec| spec.starts = Starts::Well);
    world.act(&app, ServiceAct::Reset)?;
    world.act(&app, ServiceAct::Start)?;
    assert_eq!(world.service(&app)?.active, Active::Active);
    assert_eq!(sim.acts(&app).get(&ServiceAct::Start), Some(&7));
    Ok(())
}

#[test]
fn units_refuse_as_they_are_and_only_root_acts() -> Outcome {
    let masked = UnitSpec {
        load: Load::Masked,
        ..UnitSpec::default()
    };
    let fixed = UnitSpec {
        startup: Startup::Static,
        ..UnitSpec::default()
    };
    for (spec, act) in [(masked, ServiceAct::Start), (fixed, ServiceAct::Enable)] {
        let (sim, app) = with_unit(spec)?;
        let (world, overlay) = (
            sim.attempt(None),
            Overlay::over(Arc::new(sim.attempt(None))),
        );
        let refused = world.act(&app, act);
        assert!(matches!(refused, Err(Fault::Service(_))));
        assert_eq!(overlay.attempt("svc[app]", false).act(&app, act), refused);
    }
    let user = SimSpec {
        user: Some("user".to_owned()),
        ..SimSpec::default()
    };
    let world = Sim::new(user, 1)?.attempt(None);
    let refused = world.act(&unit("app.service"), ServiceAct::Start);
    assert_eq!(refused, Err(Fault::Denied("app.service".into(), true)));
    Ok(())
}

#[test]
fn a_written_unit_file_is_read_when_the_manager_reloads() -> Outcome {
    let (real, app) = with_unit(UnitSpec::default())?;
    let (below, _) = with_unit(UnitSpec::default())?;
    let plan = Overlay::over(Arc::new(below.attempt(None))).attempt("svc[app]", false);
    let path = "/etc/systemd/system/app.service";
    let new = "/etc/systemd/system/new.service";
    for world in [&real.attempt(None) as &dyn World, &plan] {
        world.put(&file(path, "[Service]\nExecReload=/bin/kill\n"))?;
        assert!(world.service(&app)?.stale);
        world.act(&app, ServiceAct::ReloadManager)?;
        let read = world.service(&app)?;
        assert_eq!((read.stale, read.can_reload), (false, true));
        world.put(&file(new, "[Install]\n"))?;
        world.put(&file("/etc/systemd/system/many@.service", ""))?;
        assert_eq!(world.units(false)?, ["app.service", "new.service"]);
        assert_eq!(world.units(true)?, [""; 0]);
        let found = world.service(&unit("new.service"))?;
        assert_eq!(
            (found.load, found.startup),
            (Load::Loaded, Startup::Disabled)
        );
        world.act(&unit("new.service"), ServiceAct::Start)?;
        world.act(&unit("new.service"), ServiceAct::Enable)?;
        let found = world.service(&unit("new.service"))?;
        assert_eq!(
            (found.active, found.startup),
            (Active::Active, Startup::Enabled)
        );
    }
    Ok(())
}

#[test]
fn watches_see_their_path_and_its_directories() -> Outcome {
    let sim = Sim::new(SimSpec::default(), 1)?;
    let outside = sim.outside();
    let path = Path::new("/srv/app/conf");
    outside.write(path, b"x")?;
    sim.watch(1, &[Watch::Path(path.to_owned())])?;
    sim.watch(2, &[Watch::Tree("/srv/app".into())])?;
    let seen = |sim: &Sim| -> Vec<String> {
        let events = sim.take_events().into_iter();
        events.map(|(id, what)| format!("{id} {what}")).collect()
    };
    outside.write(path, b"y")?;
    outside.chmod(path, 0o600)?;
    outside.write(Path::new("/srv/app/other"), b"y")?;
    outside.write(Path::new("/srv/elsewhere"), b"y")?;
    let both = |what: &str| [format!("1 /srv/app{what}"), format!("2 /srv/app{what}")];
    let other = "2 /srv/app/other: created".to_owned();
    let [written, mode] = ["/conf: written", "/conf: mode changed"].map(both);
    assert_eq!(seen(&sim), [&written[..], &mode, &[other]].concat());
    outside.rename(Path::new("/srv/app"), Path::new("/srv/away"))?;
    assert_eq!(seen(&sim), both(": moved away"));
    sim.attempt(None).make_dir(Path::new("/srv/app"), 0o755)?;
    assert_eq!(seen(&sim), both(": created"));
    sim.unwatch(2);
    sim.attempt(None).put(&file("/srv/app/conf", "z"))?;
    assert_eq!(seen(&sim), ["1 /srv/app/conf: created"]);
    Ok(())
}

#[test]
fn a_plan_says_who_will_know() -> Outcome {
    let sim = with_commands(vec![("ready", vec![Answer::default()])])?;
    sim.outside().write(Path::new("/etc/app"), b"old")?;
    let overlay = Overlay::over(Arc::new(sim.attempt(None)));
    let (first, second) = (
        overlay.attempt("exec[a]", false),
        overlay.attempt("exec[b]", true),
    );
    let unknown = |who: &str| Fault::Unknown(Arc::from(who));
    assert_eq!(first.run(&command(&["ready"])), Err(unknown("exec[a]")));
    assert_eq!(first.random(4), Err(unknown("exec[a]")));
    assert_eq!(first.ask(&command(&["ready"]))?.status, 0);
    assert_eq!(second.ask(&command(&["ready"])), Err(unknown("exec[b]")));
    first.obscure(Path::new("/etc/app"), "exec[a]");
    first.obscure(Path::new("/etc/new"), "exec[a]");
    for path in ["/etc/app", "/etc/new"].map(Path::new) {
        assert_eq!(second.read(path, 9), Err(unknown("exec[a]")));
        assert!(second.stat(path)?.is_some());
    }
    second.put(&file("/etc/app", "known"))?;
    assert_eq!(&*first.read(Path::new("/etc/app"), 9)?, b"known");
    Ok(())
}

#[test]
fn what_needs_root_can_be_planned_as_with_rights() -> Outcome {
    let spec = SimSpec {
        user: Some("user".to_owned()),
        ..SimSpec::default()
    };
    let sim = Sim::new(spec, 1)?;
    let overlay = Overlay::over(Arc::new(sim.attempt(None)));
    let view = overlay.attempt("file[a]", false);
    let refused = Err(Fault::Denied("/etc/a".into(), true));
    assert_eq!(view.put(&file("/etc/a", "x")), refused);
    view.clone().with_rights(true).put(&file("/etc/a", "x"))?;
    assert_eq!(
        view.stat(Path::new("/etc/a"))?.map(|stat| stat.uid),
        Some(0)
    );
    assert_eq!(view.put(&file("/etc/a", "y")), refused);
    Ok(())
}
