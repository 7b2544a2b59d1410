//! The real driver over the real host, in a temporary directory: what a person sees of `apply`, `plan`, `watch`, `notify` and `stop`.

mod support;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use support::{Bench, Outcome, PASSWORD, Scratch};
use weft::command::session::WorldName;

fn is_password(text: &str) -> bool {
    text.len() == 16
}

#[test]
fn the_password_graph_is_applied_once() -> Outcome {
    let scratch = Scratch::new("apply")?;
    let mut bench = Bench::host(&scratch, PASSWORD)?;
    assert_eq!(bench.eval("apply")?, 2, "{}", bench.trace());
    let secret = scratch.text("etc/secret")?;
    assert!(is_password(&secret));
    assert_eq!(mode(&scratch.at("etc/secret")), 0o600);
    assert_eq!(bench.counts("password[pw]"), (1, 0));
    assert_eq!(bench.counts("noop[bystander]"), (0, 1));
    let whole = scratch.tree();
    assert_eq!(bench.eval("apply")?, 0, "{}", bench.trace());
    assert_eq!(bench.counts("password[pw]"), (1, 0));
    assert_eq!(bench.counts("noop[bystander]"), (0, 1));
    assert_eq!(scratch.tree(), whole);
    let told = bench.trace();
    let mut fresh = Bench::host(&scratch, PASSWORD)?;
    let refused = fresh.eval("apply").err().map(|error| error.to_string());
    let reason = format!("process {} acts on this graph already", std::process::id());
    assert!(refused.is_some_and(|why| why.contains(&reason)));
    let shown = std::mem::take(&mut bench.front.shown);
    drop(bench);
    // The first engine has closed its journal.
    let whole = scratch.tree();
    assert_eq!(fresh.eval("apply")?, 0, "{}", fresh.trace());
    assert_eq!(scratch.tree(), whole);
    assert!(!told.contains(&secret) && !shown.contains(&secret));
    Ok(())
}

#[test]
fn a_plan_leaves_no_trace_and_says_what_the_apply_does() -> Outcome {
    let scratch = Scratch::new("plan")?;
    let before = scratch.tree();
    let mut bench = Bench::host(&scratch, PASSWORD)?;
    assert_eq!(bench.eval("plan")?, 2);
    assert_eq!(scratch.tree(), before);
    let plan = bench.session.planned().ok_or("no plan")?.expected.clone();
    bench.eval("apply")?;
    assert_eq!(bench.front.asked, Vec::<String>::new());
    for vertex in [
        "password[pw]".to_owned(),
        format!("file[{}]", scratch.at("etc/secret").display()),
    ] {
        let planned = |key: &&weft::graph::Key| key.to_string() == vertex;
        assert!(plan.changes.keys().any(|key| planned(&key)), "{vertex}");
        assert_eq!(bench.counts(&vertex).0, 1);
    }
    assert_eq!(bench.eval("plan")?, 0, "{}", bench.front.shown);
    Ok(())
}

#[test]
fn a_person_is_asked_once_and_a_watch_covers_later_repairs() -> Outcome {
    let scratch = Scratch::new("consent")?;
    let mut bench = Bench::open(&scratch, PASSWORD, WorldName::Host, false, 2)?;
    assert!(bench.eval("apply").is_err());
    bench.front.answer = Some(false);
    bench.eval("apply")?;
    assert!(!scratch.at("etc/secret").exists());
    bench.front.answer = Some(true);
    bench.eval("apply")?;
    assert!(is_password(&scratch.text("etc/secret")?));
    assert_eq!(bench.front.asked.len(), 2, "{:?}", bench.front.asked);
    let mut watching = bench.watch()?;
    let path = scratch.at("etc/secret");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640))?;
    watching.until("mode 0600", || mode(&path) == 0o600)?;
    bench.quiet(&mut watching)?;
    assert_eq!(bench.stop()?, 0, "{}", bench.trace());
    assert_eq!(bench.front.asked.len(), 3, "{:?}", bench.front.asked);
    Ok(())
}

/// What someone does to a file that is kept right, in its directory.
type Damage = (&'static str, fn(&Path) -> std::io::Result<()>);

const DAMAGES: [Damage; 8] = [
    ("written", |file| fs::write(file, "damaged")),
    ("renamed over as editors do", |file| {
        let fresh = file.with_extension("swp");
        fs::write(&fresh, "damaged")?;
        fs::rename(fresh, file)
    }),
    ("deleted", |file| fs::remove_file(file)),
    ("chmod", |file| {
        fs::set_permissions(file, fs::Permissions::from_mode(0o666))
    }),
    ("its directory removed and made again", |file| {
        let dir = file.with_file_name("");
        // A repair that comes between has put the file back into what is to be empty: then once more.
        while let Err(error) = fs::remove_dir_all(&dir) {
            if error.kind() != std::io::ErrorKind::DirectoryNotEmpty {
                return Err(error);
            }
        }
        fs::create_dir(dir)
    }),
    ("moved away", |file| {
        fs::rename(file, file.with_extension("away"))
    }),
    ("replaced by a link", |file| {
        fs::remove_file(file)?;
        symlink("nowhere", file)
    }),
    ("truncated", |file| {
        fs::File::options().write(true).open(file)?.set_len(0)
    }),
];

#[test]
fn every_damage_is_mended_under_watch() -> Outcome {
    for (number, (what, damage)) in DAMAGES.iter().enumerate() {
        let scratch = Scratch::new(&format!("damage-{number}"))?;
        let mut bench = Bench::host(&scratch, PASSWORD)?;
        let mut watching = bench.watch()?;
        let path = scratch.at("etc/secret");
        let secret = scratch.text("etc/secret")?;
        assert!(is_password(&secret));
        for _ in 0..2 {
            damage(&path)?;
            watching.until(what, || is_right(&path, &secret))?;
            bench.quiet(&mut watching)?;
        }
        let code = bench.stop()?;
        assert_eq!(code, 0, "{what}: {}", bench.trace());
        assert!(is_right(&path, &secret), "{what}");
        let (changed, _) = bench.counts(&format!("file[{}]", path.display()));
        assert!(changed >= 3, "{what}: changed {changed} times");
    }
    Ok(())
}

/// Whether the file is as it should be: through a link that may be trusted its target is.
fn is_right(path: &Path, secret: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text == secret) && mode(path) == 0o600
}

#[test]
fn a_notification_makes_a_new_password_under_watch() -> Outcome {
    let scratch = Scratch::new("notify")?;
    let mut bench = Bench::host(&scratch, PASSWORD)?;
    let mut watching = bench.watch()?;
    let first = scratch.text("etc/secret")?;
    bench.eval("notify password[pw]")?;
    let new = || {
        scratch
            .text("etc/secret")
            .is_ok_and(|text| is_password(&text) && text != first)
    };
    watching.until("a new password in the file", new)?;
    bench.quiet(&mut watching)?;
    assert_eq!(bench.stop()?, 0, "{}", bench.trace());
    assert_eq!(bench.counts("password[pw]"), (1, 1));
    assert_eq!(bench.counts("noop[bystander]"), (0, 2));
    Ok(())
}

/// Rule O8: a content that keeps changing leaves the watch of the file that it goes to alone.
#[test]
fn a_new_content_sets_no_watch_up_anew() -> Outcome {
    let graph = "resources:\n  template: [{name: t, source: '{dir}/etc/in'}]\n  file: [{name: '{dir}/etc/out'}]\n\
                 bindings: ['template[t].text -> file[{dir}/etc/out].content']\n";
    let scratch = Scratch::new("rewatch")?;
    fs::write(scratch.at("etc/in"), "0")?;
    let mut bench = Bench::host(&scratch, graph)?;
    let mut watching = bench.watch()?;
    for text in ["1", "2", "3", "4"] {
        fs::write(scratch.at("etc/in"), text)?;
        watching.until(text, || {
            scratch.text("etc/out").is_ok_and(|now| now == text)
        })?;
        bench.quiet(&mut watching)?;
    }
    fs::write(scratch.at("etc/out"), "damaged")?;
    let mended = || scratch.text("etc/out").is_ok_and(|now| now == "4");
    watching.until("what came last", mended)?;
    bench.quiet(&mut watching)?;
    assert_eq!(bench.stop()?, 0, "{}", bench.trace());
    let watched = bench.trace().matches(" watching ").count();
    assert_eq!(watched, 2, "{}", bench.trace());
    Ok(())
}

/// Rule P5: files of one name in two places keep their states apart, however they are named.
#[test]
fn a_graph_s_state_goes_by_where_its_file_is() -> Outcome {
    let scratch = Scratch::new("places")?;
    let mut made = Vec::new();
    for (place, name) in [
        ("one", "g.yaml"),
        ("two", "g.yaml"),
        ("two", "../two/./g.yaml"),
    ] {
        let dir = scratch.at(place);
        fs::create_dir_all(&dir)?;
        fs::write(
            dir.join("g.yaml"),
            "graph: g\nresources: {password: [{name: pw}]}\n",
        )?;
        let ran = std::process::Command::new(env!("CARGO_BIN_EXE_weft"))
            .args(["apply", name, "--yes", "--state-dir"])
            .arg(scratch.at("state"))
            .current_dir(&dir)
            .output()?;
        assert!(ran.status.success(), "{ran:?}");
        made.push(fs::read_dir(scratch.at("state"))?.count());
    }
    assert_eq!(made, [1, 2, 2]);
    Ok(())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).map_or(0, |found| found.mode() & 0o7777)
}
