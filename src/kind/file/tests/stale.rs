//! What changes between a check and its apply.

use crate::kind::stage::{Stage, Vertex};
use crate::world::sim::Outside;
use std::path::Path;

type Meanwhile = fn(&Outside);

fn write(outside: &Outside, path: &str, content: &str) {
    outside
        .write(Path::new(path), content.as_bytes())
        .expect("it can be written");
}

/// Swaps a directory for a link to another.
fn swap(outside: &Outside) {
    let dir = Path::new("/srv/d");
    outside
        .rename(dir, Path::new("/srv/was"))
        .expect("it is there");
    outside
        .link(dir, Path::new("/b/other"))
        .expect("nothing is there");
}

const COPIED: &str = "/srv/t/x 0644 = old\n/srv/t/y 0644 = old\n/b/s/x = new1\n/b/s/y = new2";
const COPY: &str = "file /srv/t/ source=/b/s recurse=true";

/// Nobody has consented to what was not looked at, so it is left.
fn is_left(rows: &[(&str, &str, Meanwhile)]) {
    for (before, line, meanwhile) in rows {
        let world = Stage::of(before);
        let bench = Vertex::of(&world, line);
        let checked = bench.check().expect(line);
        assert_ne!(checked.findings, [], "{line}");
        meanwhile(&world.sim.outside());
        let was = world.lines("/");
        let failure = bench.apply(&checked).expect_err(line);
        assert!(
            failure.why.contains("changed since it was looked at"),
            "{line}: {}",
            failure.why
        );
        assert_eq!(
            (failure.began, world.lines("/")),
            (false, was),
            "{line}\nover\n{before}"
        );
        // The next one looks, and then knows what it does.
        assert!(bench.mend().is_ok(), "{line}");
        assert_eq!(bench.drifts(), [""; 0], "{line}");
    }
}

#[test]
fn what_was_looked_at_in_a_source_is_put_or_nothing() {
    is_left(&[
        ("/b/s = one", "file /srv/a source=/b/s", |outside| {
            write(outside, "/b/s", "two");
        }),
        (
            "/srv/a = old\n/b/s = one",
            "file /srv/a source=/b/s",
            |outside| {
                write(outside, "/b/s", "two");
            },
        ),
        // No diff can tell these two apart.
        ("/b/s 0600 = one", "file /srv/a source=/b/s", |outside| {
            write(outside, "/b/s", "two");
        }),
        ("/b/s 0600 = one", "file /srv/a source=/b/s", |outside| {
            outside
                .chmod(Path::new("/b/s"), 0o644)
                .expect("it is there");
        }),
        (COPIED, COPY, |outside| write(outside, "/b/s/x", "new3")),
        (COPIED, COPY, |outside| {
            outside.remove(Path::new("/b/s/x")).expect("it is there");
        }),
    ]);
}

#[test]
fn what_was_looked_at_is_mended_or_nothing() {
    is_left(&[
        ("/srv/ 0755", "file /srv/a content=new", |outside| {
            write(outside, "/srv/a", "theirs");
        }),
        ("/srv/a = one", "file /srv/a content=new", |outside| {
            write(outside, "/srv/a", "two");
        }),
        ("/srv/a 0644", "file /srv/a mode=u+x", |outside| {
            outside
                .chmod(Path::new("/srv/a"), 0o4600)
                .expect("it is there");
        }),
        (COPIED, COPY, |outside| write(outside, "/srv/t/x", "theirs")),
        (
            "/srv/t/ 0711\n/srv/t/x 0644",
            "file /srv/t/ recurse=true mode=go-r",
            |outside| {
                outside
                    .chmod(Path::new("/srv/t/x"), 0o666)
                    .expect("it is there");
            },
        ),
    ]);
}

#[test]
fn what_is_mended_is_where_it_was_looked_at() {
    is_left(&[
        (
            "/srv/d/ 0755\n/b/other/ 0755",
            "file /srv/d/a content=x",
            swap,
        ),
        (
            "/srv/d/a = old\n/b/other/a = old",
            "file /srv/d/a content=x",
            swap,
        ),
        (
            "/srv/d/a = old\n/b/other/a = old",
            "file /srv/d/a mode=0600",
            swap,
        ),
        (
            "/srv/d/ 0755\n/b/other/ 0755",
            "file /srv/d/a/ recurse=true",
            swap,
        ),
        (
            "/srv/d/ 0755\n/b/other/ 0755",
            "file /srv/d/a target=x",
            swap,
        ),
        (
            "/srv/real = old\n/srv/d/b = old\n/srv/a -> real",
            "file /srv/a content=x",
            |outside| {
                outside.remove(Path::new("/srv/a")).expect("it is there");
                outside
                    .link(Path::new("/srv/a"), Path::new("d/b"))
                    .expect("nothing is there");
            },
        ),
    ]);
}

/// What is right already, because somebody was quicker, is no reason to stop.
#[test]
fn what_is_mended_already_is_passed_over() {
    let rows: &[(&str, &str, Meanwhile)] = &[
        ("/srv/ 0755", "file /srv/a content=new", |outside| {
            write(outside, "/srv/a", "new")
        }),
        (
            "/srv/t/x 0644 = 1\n/srv/t/y 0644 = 2",
            "file /srv/t/ recurse=true mode=go-r",
            |outside| outside.remove(Path::new("/srv/t/x")).expect("it is there"),
        ),
        // Two names of one file: with the first the second is mended.
        (
            "/srv/t/x 0644 = 1",
            "file /srv/t/ recurse=true mode=go-r",
            |_| {},
        ),
    ];
    for (before, line, meanwhile) in rows {
        let world = Stage::of(before);
        if before.contains("/srv/t/x") {
            let (of, path) = (Path::new("/srv/t/x"), Path::new("/srv/t/z"));
            world
                .sim
                .outside()
                .hard_link(of, path)
                .expect("it is there");
        }
        let bench = Vertex::of(&world, line);
        let checked = bench.check().expect(line);
        assert_ne!(checked.findings, [], "{line}");
        meanwhile(&world.sim.outside());
        assert!(bench.apply(&checked).is_ok(), "{line}");
        assert_eq!(bench.drifts(), [""; 0], "{line}");
    }
}
