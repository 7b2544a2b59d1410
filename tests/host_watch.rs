//! What a watch on this machine notices: in an image under a root directory of its own, and of units of a real service manager.

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use support::{Bench, Outcome, Scratch, UnitFile, document, not_tried};
use weft::command::session::WorldName;
use weft::command::{Session, SessionOptions};
use weft::trace::What;
use weft::world::host::Host;
use weft::world::{Active, Look, ServiceAct, World};

/// A session on an image: a directory in the scratch that stands for `/`.
fn image(scratch: &Scratch, graph: &str) -> Result<Bench, Box<dyn std::error::Error>> {
    let options = SessionOptions {
        jobs: 2,
        seed: None,
        noop: false,
        yes: true,
        world: Some(WorldName::Host),
        state_root: PathBuf::from("/var/lib/weft"),
        root: Some(scratch.at("image")),
        adopt: false,
        supervisor: Some(env!("CARGO_BIN_EXE_weft").into()),
    };
    let session = Session::open(Some(document(scratch, graph)?), options)?;
    Ok(Bench {
        session,
        front: support::Memory::default(),
    })
}

const IMAGE: &str = "\
resources:
  file:
  - {name: /etc/motd, content: welcome}
  - {name: /etc/app.conf, content: port 80}
  - {name: /srv/site/, source: /usr/share/site/, recurse: true, purge: true}
";

/// What someone does to a file.
type Damage = fn(&Path) -> std::io::Result<()>;

/// Rule O8: an image is watched where it is: links in it lead within it, and trees are seen to their leaves.
#[test]
fn what_is_damaged_in_an_image_is_mended() -> Outcome {
    let scratch = Scratch::new("image")?;
    for dir in ["etc", "opt", "srv", "usr/share/site/css"] {
        fs::create_dir_all(scratch.at("image").join(dir))?;
    }
    let page = "image/usr/share/site/css/main.css";
    fs::write(scratch.at(page), "body {}")?;
    // Absolute, so that it means another file to those who look from outside of the image.
    symlink("/opt/app.conf", scratch.at("image/etc/app.conf"))?;
    fs::write(scratch.at("image/opt/app.conf"), "port 1")?;
    let mut bench = image(&scratch, IMAGE)?;
    let mut watching = bench.watch()?;
    let (motd, conf) = ("image/etc/motd", "image/opt/app.conf");
    let css = "image/srv/site/css/main.css";
    let damages: [(&str, &str, Damage); 5] = [
        (motd, "welcome", |path| fs::write(path, "damaged")),
        (motd, "welcome", |path| fs::remove_file(path)),
        (conf, "port 80", |path| fs::write(path, "port 2")),
        (css, "body {}", |path| fs::write(path, "p {}")),
        // In one step: what is mended meanwhile would be in the way of a second one.
        (css, "body {}", |path| {
            let dir = path.with_file_name("");
            fs::rename(&dir, dir.with_file_name("away"))
        }),
    ];
    for (path, right, damage) in damages {
        assert_eq!(scratch.text(path)?, right, "{path}: {}", bench.trace());
        damage(&scratch.at(path))?;
        watching.until(path, || scratch.text(path).is_ok_and(|text| text == right))?;
        bench.quiet(&mut watching)?;
    }
    // What its links lead to in the image is seen, too, and named as it is called there.
    fs::write(scratch.at(page), "a {}")?;
    watching.event("the page's own event", |event| {
        matches!(&event.what, What::Noticed(what) if what.contains("/usr/share/site/css/main.css written"))
    })?;
    watching.until("the new page", || {
        scratch.text(css).is_ok_and(|text| text == "a {}")
    })?;
    bench.quiet(&mut watching)?;
    assert_eq!(bench.stop()?, 0, "{}", bench.trace());
    let trace = bench.trace();
    assert!(!trace.contains(&scratch.0.display().to_string()), "{trace}");
    assert!(fs::symlink_metadata(scratch.at("image/etc/app.conf"))?.is_symlink());
    Ok(())
}

/// The process that a service runs in, as it wrote it down.
fn process(scratch: &Scratch) -> Result<Pid, Box<dyn std::error::Error>> {
    let pid: i32 = scratch.text("pid")?.trim().parse()?;
    Ok(Pid::from_raw(pid).ok_or("no process")?)
}

/// Rule O8: a unit that is stopped or crashes, or whose file changes, is noticed and repaired.
#[test]
fn a_unit_that_is_stopped_or_crashes_is_repaired() -> Outcome {
    let scratch = Scratch::new("unit")?;
    let guard = match UnitFile::new("watched")? {
        Ok(guard) => guard,
        Err(why) => return not_tried(&why),
    };
    let graph = "\
resources:
  file:
  - name: {unit}
    content: |
      [Service]
      ExecStart=/bin/sh -c 'echo started >> {dir}/log; echo $$$$ > {dir}/pid; exec tail -f /dev/null'
  svc:
  - name: {name}
    session: true
    state: running
edges:
- file[{unit}] -> svc[{name}]
"
    .replace("{unit}", &guard.file.display().to_string())
    .replace("{name}", &guard.unit.name);
    let host = Host::default();
    let mut bench = Bench::host(&scratch, &graph)?;
    let mut watching = bench.watch()?;
    let starts = || scratch.text("log").unwrap_or_default().lines().count();
    let runs = |host: &Host| {
        let service = host.service(&guard.unit);
        service.is_ok_and(|service| service.active == Active::Active)
    };
    assert_eq!((starts(), runs(&host)), (1, true), "{}", bench.trace());
    host.act(&guard.unit, ServiceAct::Stop)?;
    watching.until("started again", || starts() == 2 && runs(&host))?;
    bench.quiet(&mut watching)?;
    kill_process(process(&scratch)?, Signal::KILL)?;
    watching.until("started after a crash", || starts() == 3 && runs(&host))?;
    bench.quiet(&mut watching)?;
    assert_eq!(bench.stop()?, 0, "{}", bench.trace());
    let svc = format!("svc[{}]", guard.unit.name);
    assert_eq!(bench.counts(&svc).0, 3, "{}", bench.trace());
    let trace = bench.trace();
    let told = trace
        .lines()
        .filter(|line| line.contains(" event ") && line.contains(&svc));
    assert!(told.count() > 1, "{trace}");
    host.act(&guard.unit, ServiceAct::Stop)?;
    assert_eq!(starts(), 3, "nobody watches any more");
    Ok(())
}
