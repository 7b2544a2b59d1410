//! What cannot be, and is said before anything is touched.

use crate::kind::stage::{Stage, Vertex};
use crate::world::sim::FaultKind;

/// The world before, the want, and what the refusal says.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "/srv/d/x = 1",
        "file /srv/d content=hi",
        "`force: true` replaces it",
    ),
    ("/srv/a = 1", "file /srv/a/", "`force: true` replaces it"),
    (
        "/srv/d/x = 1",
        "file /srv/d/ state=absent",
        "`recurse: true` removes",
    ),
    (
        "/srv/d/x = 1",
        "file /srv/d state=absent",
        "write the path with a `/`",
    ),
    (
        "/srv/a = 1",
        "file /srv/a/ state=absent",
        "write the path without a `/`",
    ),
    (
        "/srv/pipe | 0644",
        "file /srv/pipe state=absent",
        "/srv/pipe is a device, socket or pipe: `force: true` removes it",
    ),
    (
        "/srv/pipe | 0644",
        "file /srv/pipe content=hi force=true",
        "such a thing is never replaced",
    ),
    (
        "/srv/pipe | 0644",
        "file /srv/pipe",
        "such a thing is never replaced",
    ),
    (
        "/srv/ 0755",
        "file /srv/a owner=nobody-here",
        "there is no user `nobody-here`",
    ),
    (
        "/srv/ 0755",
        "file /srv/a owner=4294967295",
        "there is no user `4294967295`",
    ),
    (
        "/srv/a = x",
        "file /srv/a group=4294967295",
        "there is no group `4294967295`",
    ),
    ("/srv/ 0755", "file /srv/a source=/b/none", "no such file"),
    (
        "/b/s/x = 1",
        "file /srv/a source=/b/s",
        "is a directory, not a file",
    ),
    (
        "/srv/ 0755",
        "file /srv/no/a content=hi",
        "/srv/no/ and an edge from it",
    ),
    (
        "/srv/ 0755",
        "file /srv/a content=hi validate='false {}'",
        "refuses the new content",
    ),
    (
        "/srv/d/x = 1",
        "file /srv/d content=hi force=true validate='false {}'",
        "refuses the new content",
    ),
    (
        "/srv/d/x = 1\n/srv/a -> d",
        "file /srv/a content=hi",
        "is a link to /srv/d",
    ),
    (
        "/srv/a -> a",
        "file /srv/a content=hi",
        "go round in a circle",
    ),
    (
        "/srv/a = x\nimmutable /srv/a",
        "file /srv/a content=hi",
        "/srv/a: is immutable, so nobody can change it, root neither, before `chattr -i /srv/a`",
    ),
    (
        "/srv/a = x\nimmutable /srv/a",
        "file /srv/a mode=0600",
        "is immutable",
    ),
    (
        "/srv/a = x\nimmutable /srv/a",
        "file /srv/a owner=www",
        "is immutable",
    ),
    (
        "/srv/a = x\nimmutable /srv/a",
        "file /srv/a state=absent",
        "is immutable",
    ),
    (
        "/srv/ 0755\nimmutable /srv",
        "file /srv/a content=hi",
        "its directory is immutable, so nobody can change it, root neither, before `chattr -i /srv`",
    ),
    (
        "/srv/ 0755\nimmutable /srv",
        "file /srv/a/",
        "its directory is immutable",
    ),
    (
        "/proc/1/root -> /\n/srv/d/ 0755",
        "file /proc/1/root/srv/d/ state=absent",
        "leads through /proc/1/root",
    ),
];

#[test]
fn what_cannot_be_is_said_before_anything_is_touched() {
    for (before, line, why) in REFUSED {
        let world = Stage::of(before);
        let was = world.lines("/");
        let failure = Vertex::of(&world, line).mend().expect_err(line);
        if !line.contains("validate") {
            let overlay = world.overlay();
            let plan = Vertex {
                world: &overlay,
                plan: true,
                ..Vertex::of(&world, line)
            };
            assert_eq!(
                plan.mend().expect_err(line).why,
                failure.why,
                "plan of {line}"
            );
        }
        assert!(failure.why.contains(why), "{line}: {}", failure.why);
        assert!(!failure.began, "{line}");
        assert_eq!(world.lines("/"), was, "{line}");
    }
}

#[test]
fn hard_links_mounts_and_full_disks_leave_the_old_file_whole() {
    let twice = Stage::of("/srv/a = old\n/srv/b => /srv/a");
    let mounted = Stage::of("/srv/a = old\nmount /srv/a");
    let full = Stage::of("/srv/a = old").with_fault("put", "/srv/a", FaultKind::NoSpace);
    let theirs = Stage::of("/srv/a = old\nas user");
    for (world, why) in [
        (twice, "2 hard links"),
        (mounted, "something is mounted"),
        (full, "no space"),
        (theirs, "needs root"),
    ] {
        let failure = Vertex::of(&world, "file /srv/a content=new")
            .mend()
            .unwrap_err();
        assert!(failure.why.contains(why), "{}", failure.why);
        assert_eq!(failure.needs_root, why == "needs root");
        assert!(!failure.began);
        assert_eq!(world.lines("/srv/a"), "/srv/a 0644 root = old");
    }
}

#[test]
fn params_that_cannot_stand_together_are_refused() {
    let rows = [
        ("file etc/motd", "absolute path"),
        ("file /etc//motd", "write /etc/motd"),
        (
            "file /srv/a content=x source=/b",
            "content, source: only one",
        ),
        ("file /srv/a/ content=x", "a directory has none"),
        ("file /srv/a/ target=x", "without the `/`"),
        (
            "file /srv/a state=absent content=x",
            "what should be absent has none",
        ),
        (
            "file /srv/a state=absent mode=0600",
            "no mode, owner or group",
        ),
        (
            "file /srv/a target=x mode=0600",
            "a link has none of its own",
        ),
        (
            "file /srv/a mode=u=g,g=o",
            "mode: `u=g,g=o` never comes to rest: of 0640 it makes 0400, and of that 0000",
        ),
        (
            "file /srv/a mode=g+X,o+x",
            "of 0644 it makes 0645, and of that 0655; write the bits that are meant",
        ),
        (
            "file /srv/d/ mode=u=g,g=o",
            "of 0640 it makes 0400, and of that 0000",
        ),
        ("file /srv/a validate='true {}'", "needs content or source"),
        ("file /srv/a content=x validate=true", "there is no `{}`"),
        (
            "file /srv/a content=x validate='grep -q bad {} && true'",
            "validate: `&&` at character 16 means something to a shell, and no shell runs this: name one",
        ),
        (
            "file /srv/a content=x validate='LANG=C grep -q bad {}'",
            "`env LANG=…` before it",
        ),
        ("file /srv/a recurse=true", "is for directories"),
        ("file /srv/a/ source=/b", "`recurse: true`"),
        ("file /srv/a/ purge=true recurse=true", "it needs source"),
        ("file /srv/a/ source=/srv/a/b recurse=true", "inside"),
        ("file /etc/ state=absent", "stands right below it"),
        ("file / recurse=true owner=www", "stands right below it"),
        (
            "file /usr/ source=/b recurse=true purge=true",
            "stands right below it",
        ),
    ];
    let world = Stage::of("");
    for (line, why) in rows {
        let refused = Vertex::of(&world, line).validate(&[]).expect_err(line);
        assert!(refused.contains(why), "{line}: {refused}");
    }
    // These read bits too, and come to rest.
    for mode in ["u=rw,g=u,o=", "g=o,u=g", "o+x,g+X", "go=u", "a+X", "u=g"] {
        let line = format!("file /srv/a mode={mode}");
        assert_eq!(Vertex::of(&world, &line).validate(&[]), Ok(()), "{line}");
    }
    let bound = Vertex::of(&world, "file /srv/a source=/b").validate(&["content"]);
    assert!(bound.is_err_and(|why| why.contains("only one")));
}
