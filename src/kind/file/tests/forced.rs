//! What gives way by `force`, and when.

use crate::kind::stage::{Stage, Vertex};
use crate::world::World;
use crate::world::sim::FaultKind;
use std::path::Path;

#[test]
fn what_gives_way_by_force_stays_until_the_new_one_is_ready() {
    let (file, dir) = ("/srv/d = text", "/srv/d/x/y = 1");
    let rows = [
        (dir, "file /srv/d content=hi force=true", "put"),
        (dir, "file /srv/d content=hi force=true", "exchange"),
        (dir, "file /srv/d target=x force=true", "make_link"),
        (
            dir,
            "file /srv/d target=x force=true owner=www",
            "set_owner",
        ),
        (file, "file /srv/d/ force=true", "make_dir"),
        (file, "file /srv/d/ force=true owner=www", "set_owner"),
        (file, "file /srv/d/ force=true", "exchange"),
        (
            "/b/s/d = text\n/srv/t/d/x = 1",
            "file /srv/t/ source=/b/s recurse=true force=true",
            "put",
        ),
    ];
    for (before, line, call) in rows {
        let world = Stage::of(before).with_fault(call, "*", FaultKind::NoSpace);
        let was = world.lines("/");
        let failure = Vertex::of(&world, line).mend().expect_err(line);
        assert!(failure.why.contains("no space"), "{line}: {}", failure.why);
        assert!(!failure.began, "{line}, {call}");
        assert_eq!(world.lines("/"), was, "{line}, {call}");
    }
}

#[test]
fn what_came_after_the_plan_does_not_give_way() {
    let world = Stage::of("/srv/d/x = 1");
    let bench = Vertex::of(&world, "file /srv/d content=hi force=true");
    let checked = bench.check().unwrap();
    world.make_dir(Path::new("/srv/d/new"), 0o755).unwrap();
    let was = world.lines("/srv");
    let failure = bench.apply(&checked).unwrap_err();
    assert!(
        failure.why.contains("changed since it was looked at"),
        "{}",
        failure.why
    );
    assert_eq!((failure.began, world.lines("/srv")), (false, was));
}

/// Rule C3.
#[test]
fn a_crash_while_something_gives_way_leaves_what_a_check_understands() {
    let rows = [
        (
            "/srv/d/x/y = 1\n/srv/d/z = 2",
            "file /srv/d content=hi force=true",
            "/srv/d 0644 root = hi",
        ),
        (
            "/srv/d/x = 1",
            "file /srv/d target=a force=true",
            "/srv/d -> a",
        ),
        (
            "/srv/d = text",
            "file /srv/d/ force=true owner=www",
            "/srv/d/ 0755 www",
        ),
        (
            "/b/s/d = hi\n/srv/t/d/x = 1",
            "file /srv/t/ source=/b/s recurse=true purge=true force=true",
            "/srv/t/ 0755 root\n/srv/t/d 0644 root = hi",
        ),
    ];
    for (before, line, after) in rows {
        let mut left = 0;
        for calls in 0.. {
            let world = Stage::of(before);
            let bench = Vertex::of(&world, line);
            let old = world.lines("/srv/");
            world.sim.crash_after(calls);
            if bench.mend().is_ok() {
                assert!(left > 0, "{line}: no crash left anything");
                break;
            }
            world.sim.disarm(None);
            world.sim.restart();
            let there = world.lines("/srv");
            let stands = |tree: &str| tree.lines().all(|line| there.contains(line));
            let whole = stands(&old) || stands(after);
            assert!(whole, "{line}, after {calls} calls:\n{there}");
            let found = bench.mend().unwrap().join("; ");
            left += usize::from(found.contains("d.weft-aside is left from replacing it"));
            assert_eq!(world.lines("/srv"), after, "{line}");
            assert_eq!(bench.check().unwrap().findings, [], "{line}");
        }
    }
}
