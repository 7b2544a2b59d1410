//! What must never be changed stays, however its path is written and whatever leads to it: in an image, in a simulation, and
//! in a plan over each.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use support::{Outcome, Scratch};
use weft::graph::{FieldPath, Key, Params};
use weft::kind::{At, Job, find};
use weft::value::Value;
use weft::world::host::{Host, HostOptions};
use weft::world::overlay::Overlay;
use weft::world::sim::{Sim, SimSpec};
use weft::world::{Fault, Node, Put, World};

/// Every path of a world that these tests fill.
const TREE: &[&str] = &[
    "/opt/",
    "/opt/keep",
    "/usr/",
    "/usr/bin/",
    "/usr/bin/tool",
    "/bin -> usr/bin",
    "/srv/",
    "/srv/src/",
    "/srv/top -> /",
    "/srv/up -> ..",
    "/srv/d/",
    "/srv/d/x",
    "/srv/d/e/",
    "/srv/d/e/y",
];

fn fill(world: &dyn World) -> Result<(), Fault> {
    for line in TREE {
        if let Some((path, target)) = line.split_once(" -> ") {
            world.make_link(Path::new(path), Path::new(target))?;
        } else if line.ends_with('/') {
            match world.make_dir(Path::new(line), 0o755) {
                Err(Fault::Exists(_)) => {}
                made => made?,
            }
        } else {
            world.put(&Put {
                path: line.into(),
                content: line.as_bytes().into(),
                mode: 0o644,
                uid: None,
                gid: None,
                validate: None,
            })?;
        }
    }
    Ok(())
}

/// Every path below the directories that were filled, with what stands there.
fn seen(world: &dyn World) -> Result<BTreeSet<String>, Fault> {
    let mut seen = BTreeSet::new();
    let mut open = vec![
        "/bin".to_owned(),
        "/opt".into(),
        "/usr".into(),
        "/srv".into(),
    ];
    while let Some(path) = open.pop() {
        let Some(stat) = world.stat(Path::new(&path))? else {
            continue;
        };
        if stat.what == Node::Dir {
            let names = world.list(Path::new(&path))?;
            open.extend(names.iter().map(|name| format!("{path}/{name}")));
        }
        seen.insert(format!("{path} {stat:?}"));
    }
    Ok(seen)
}

fn job<'a>(key: &'a Key, params: &'a Params, none: &'a BTreeSet<FieldPath>, plan: bool) -> Job<'a> {
    let at = At {
        key,
        run: 1,
        state: Path::new("/var/lib/weft/g"),
        memo: None,
        kept: None,
        received: none,
        changed: none,
        notified: false,
        behind: false,
        applied: false,
    };
    Job {
        at,
        params,
        sensitive: false,
        plan,
    }
}

/// Loads, checks and applies one file: the lines of its drifts and what they list, or why not.
fn settle(world: &dyn World, line: &str, plan: bool) -> Result<Vec<String>, String> {
    settle_while(world, line, plan, |_| Ok(()))
}

/// The same, and something happens between its check and its apply.
fn settle_while(
    world: &dyn World,
    line: &str,
    plan: bool,
    meanwhile: impl FnOnce(&dyn World) -> Result<(), Fault>,
) -> Result<Vec<String>, String> {
    let mut words = line.split(' ');
    let key = Key::new("file", words.next().unwrap_or_default());
    let value = |text: &str| match text {
        "true" => Value::Bool(true),
        text => Value::str(text),
    };
    let params = words.filter_map(|word| word.split_once('='));
    let params: Params = params
        .map(|(name, text)| (name.to_owned(), value(text)))
        .collect();
    let kind = find("file").ok_or("there is no such kind")?;
    kind.validate(&key, &params, &[])?;
    let none = BTreeSet::new();
    let job = job(&key, &params, &none, plan);
    let checked = kind.check(&job, world).map_err(|failure| failure.why)?;
    meanwhile(world).map_err(|fault| fault.to_string())?;
    if !checked.findings.is_empty() {
        let applied = kind.apply(&job, &checked.found, world);
        applied.map_err(|failure| failure.why)?;
    }
    let lines = checked.findings.into_iter();
    Ok(lines
        .flat_map(|found| std::iter::once(found.line).chain(found.detail))
        .collect())
}

/// An image and a simulation, both filled.
/// Worlds, and what they need as long as they are used.
type Worlds = (Scratch, Vec<Arc<dyn World>>);

fn worlds(name: &str) -> Result<Worlds, Box<dyn std::error::Error>> {
    let scratch = Scratch::new(name)?;
    let image = Host::new(HostOptions {
        root: Some(scratch.0.clone()),
        ..HostOptions::default()
    });
    let sim = Sim::new(SimSpec::default(), 1)?.attempt(None);
    let worlds: Vec<Arc<dyn World>> = vec![Arc::new(image), Arc::new(sim)];
    for world in &worlds {
        fill(&**world)?;
    }
    Ok((scratch, worlds))
}

fn overlay(world: &Arc<dyn World>) -> impl World {
    Overlay::over(world.clone()).attempt("the vertex", false)
}

/// What is refused, each for the place that it would reach.
const REFUSED: &[&str] = &[
    "/ state=absent recurse=true force=true",
    "/bin state=absent",
    "/bin state=absent force=true",
    "/bin/ state=absent force=true recurse=true",
    "/opt state=absent force=true",
    "/opt/ state=absent recurse=true",
    "/srv/top/opt state=absent force=true",
    "/srv/top/opt/ state=absent recurse=true",
    "/srv/top/opt/ state=absent recurse=true force=true",
    "/srv/up/opt/ state=absent recurse=true",
    "/srv/top/srv/up/opt/ state=absent recurse=true",
    "/srv/top/bin state=absent force=true",
    "/srv/top/usr/ state=absent recurse=true",
    "/srv/top/ recurse=true mode=0700",
    "/srv/top/opt/ recurse=true mode=0700",
    "/bin/ source=/srv/src recurse=true",
    "/srv/top/opt/ source=/srv/src recurse=true",
    "/srv/top/opt/ source=/srv/src recurse=true purge=true",
    "/srv/up/opt/ source=/srv/src recurse=true purge=true force=true",
    "/opt content=x force=true",
    "/bin content=x force=true",
    "/srv/top/opt content=x force=true",
    "/srv/top/bin content=x force=true",
    "/srv/top/opt target=/srv force=true",
];

#[test]
fn a_directory_at_the_top_stays_whatever_leads_to_it() -> Outcome {
    let (_scratch, worlds) = worlds("removals-top")?;
    for world in &worlds {
        let before = seen(&**world)?;
        for line in REFUSED {
            for (plan, acting) in [(true, &overlay(world) as &dyn World), (false, &**world)] {
                let refused = settle(acting, line, plan).err().ok_or(*line)?;
                let why = "is `/` or stands right below it";
                assert!(refused.contains(why), "{line}: {refused}");
                assert_eq!(seen(&**world)?, before, "{line}");
            }
        }
    }
    Ok(())
}

#[test]
fn what_is_removed_is_named_by_its_real_path() -> Outcome {
    let (_scratch, worlds) = worlds("removals-real")?;
    let line = "/srv/top/srv/up/srv/d/ state=absent recurse=true";
    let wanted = [
        "is there (a directory with 3 below it), should be absent",
        "removes /srv/d",
        "removes /srv/d/e",
        "removes /srv/d/e/y",
        "removes /srv/d/x",
    ];
    for world in &worlds {
        let before = seen(&**world)?;
        assert_eq!(settle(&overlay(world), line, true)?, wanted);
        assert_eq!(seen(&**world)?, before);
        assert_eq!(settle(&**world, line, false)?, wanted);
        assert_eq!(world.stat(Path::new("/srv/d"))?, None);
        assert!(world.stat(Path::new("/opt/keep"))?.is_some());
        // The last part of a path is not followed: this is the link.
        let link = settle(&**world, "/srv/up state=absent", false)?;
        assert_eq!(
            link,
            ["is there (a link), should be absent", "removes /srv/up"]
        );
        assert!(world.stat(Path::new("/srv"))?.is_some());
    }
    Ok(())
}

#[test]
fn a_link_that_was_put_into_the_way_meanwhile_is_not_followed() -> Outcome {
    let (_scratch, worlds) = worlds("removals-moved")?;
    for world in &worlds {
        let line = "/srv/d/e/ state=absent recurse=true";
        let refused = settle_while(&**world, line, false, |world| {
            for gone in ["/srv/d/e/y", "/srv/d/e", "/srv/d/x", "/srv/d"] {
                world.remove(Path::new(gone))?;
            }
            world.make_link(Path::new("/srv/d"), Path::new("/usr"))?;
            world.make_dir(Path::new("/usr/e"), 0o755)
        });
        let why = refused.err().ok_or("was applied")?;
        assert!(why.contains("/srv/d is a link now"), "{why}");
        assert!(world.stat(Path::new("/usr/e"))?.is_some());
    }
    Ok(())
}

/// What manages the tree `/srv/t`, each with something to mend in `/srv/t/sub`.
const TREES: &[&str] = &[
    "/srv/t/ recurse=true mode=0666",
    "/srv/t/ recurse=true owner=12",
    "/srv/t/ source=/srv/put recurse=true",
    "/srv/t/ source=/srv/dir recurse=true",
    "/srv/t/ source=/srv/link recurse=true",
    "/srv/t/ source=/srv/forced recurse=true force=true",
    "/srv/t/ source=/srv/put recurse=true purge=true",
    "/srv/t/ state=absent recurse=true",
];

fn fill_trees(world: &dyn World) -> Outcome {
    for dir in [
        "t", "t/sub", "out", "put", "put/sub", "dir", "link", "forced",
    ] {
        world.make_dir(&Path::new("/srv").join(dir), 0o755)?;
    }
    for dir in ["dir/sub", "dir/sub/d", "link/sub", "forced/sub"] {
        world.make_dir(&Path::new("/srv").join(dir), 0o755)?;
    }
    for file in ["t/sub/f", "t/sub/g", "out/f", "out/g", "put/sub/f"] {
        world.put(&Put {
            path: Path::new("/srv").join(file),
            content: file.as_bytes().into(),
            mode: 0o600,
            uid: None,
            gid: None,
            validate: None,
        })?;
    }
    for link in ["/srv/link/sub/l", "/srv/forced/sub/f"] {
        world.make_link(Path::new(link), Path::new("elsewhere"))?;
    }
    world.make_link(Path::new("/srv/t/a"), Path::new("/srv/out"))?;
    Ok(())
}

/// Whoever may write to a tree that somebody else manages chooses nothing that is changed outside of it.
#[test]
fn what_is_swapped_for_a_link_meanwhile_leads_nobody_out_of_a_tree() -> Outcome {
    for line in TREES {
        let (_scratch, worlds) = worlds("removals-swapped")?;
        for world in &worlds {
            fill_trees(&**world)?;
            let outside = |world: &dyn World| -> Result<Vec<String>, Fault> {
                let all = seen(world)?.into_iter();
                Ok(all.filter(|line| line.starts_with("/srv/out")).collect())
            };
            for (plan, acting) in [(true, &overlay(world) as &dyn World), (false, &**world)] {
                let was = outside(acting)?;
                let outcome = settle_while(acting, line, plan, |world| {
                    world.exchange(Path::new("/srv/t/sub"), Path::new("/srv/t/a"))
                });
                let refused = outcome.err().ok_or(*line)?;
                assert!(
                    refused.contains("/srv/t/sub is a link now"),
                    "{line}: {refused}"
                );
                assert_eq!(outside(acting)?, was, "{line}");
            }
        }
    }
    Ok(())
}
