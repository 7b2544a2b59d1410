//! The file kind by rows: the world before, what is wanted, the drifts in words, the world after.

use crate::kind::stage::{Stage, Vertex};
use crate::value::Value;
use crate::world::sim::FaultKind;
use crate::world::{Put, World};
use std::path::Path;

/// Plays each row, looks again, and finds nothing left to do.
fn play(rows: &[(&str, &str, &str, &str)]) {
    for (before, line, drifts, after) in rows {
        let world = Stage::of(before);
        let bench = Vertex::of(&world, line);
        assert_eq!(bench.validate(&[]), Ok(()), "{line}");
        // A plan says the same, and leaves no trace (rules L1, L3, L4).
        let (was, overlay) = (world.lines("/"), world.overlay());
        let plan = Vertex {
            world: &overlay,
            plan: true,
            ..Vertex::of(&world, line)
        };
        let planned = plan.mend().map(|lines| lines.join("; "));
        assert_eq!(
            planned.as_deref(),
            Ok(*drifts),
            "plan of {line}\nover\n{before}"
        );
        assert_eq!(world.lines("/"), was, "plan of {line}");
        let found = bench.mend().map(|lines| lines.join("; "));
        assert_eq!(found.as_deref(), Ok(*drifts), "{line}\nover\n{before}");
        let after: Vec<&str> = after.lines().map(str::trim).collect();
        let there: Vec<String> = world.lines("/srv").lines().map(str::to_owned).collect();
        assert_eq!(there, after, "{line}\nover\n{before}");
        let again = bench.check().map(|checked| checked.findings.len());
        assert_eq!(again, Ok(0), "{line}\nover\n{before}");
    }
}

#[test]
fn files_are_made_and_mended() {
    play(&[
        (
            "/srv/ 0755",
            "file /srv/a content=hi\\n",
            "missing, should be a file with mode 0644",
            "/srv/a 0644 root = hi\\n",
        ),
        (
            "/srv/a 0640 www = hi\\n",
            "file /srv/a content=hi\\n",
            "",
            "/srv/a 0640 www = hi\\n",
        ),
        (
            "/srv/a 0644 www = one\\ntwo\\n",
            "file /srv/a content=one\\nthree\\n mode=0600 owner=user",
            "content differs (•••); owner www, should be user; mode 0644, should be 0600",
            "/srv/a 0600 user = one\\nthree\\n",
        ),
        (
            "/srv/a 0755 www = old",
            "file /srv/a content=new mode=go-x",
            "content differs (+1 -1 lines); mode 0755, should be 0744",
            "/srv/a 0744 www = new",
        ),
        (
            "/srv/ 0755",
            "file /srv/a",
            "missing, should be a file with mode 0644",
            "/srv/a 0644 root =",
        ),
        (
            "/srv/a 0644 = keep",
            "file /srv/a mode=0600",
            "mode 0644, should be 0600",
            "/srv/a 0600 root = keep",
        ),
        (
            "/srv/a 0644 = old\n/b/src 0644 = copy",
            "file /srv/a source=/b/src",
            "content differs (+1 -1 lines)",
            "/srv/a 0644 root = copy",
        ),
        (
            "/srv/ 0755\n/b/src 0600 = copy",
            "file /srv/a source=/b/src",
            "missing, should be a file with mode 0600",
            "/srv/a 0600 root = copy",
        ),
        (
            "/srv/a = gone",
            "file /srv/a state=absent",
            "is there (a file), should be absent",
            "",
        ),
        ("/srv/ 0755", "file /srv/a state=absent", "", ""),
    ]);
}

#[test]
fn a_secret_closes_its_file() {
    play(&[
        (
            "/srv/ 0755",
            "file /srv/a content=secret:hunter2",
            "missing, should be a file with mode 0600",
            "/srv/a 0600 root = hunter2",
        ),
        (
            "/srv/a 0645 = hunter2",
            "file /srv/a content=secret:hunter2",
            "mode 0645, should be 0640 (it holds a secret)",
            "/srv/a 0640 root = hunter2",
        ),
        (
            "/srv/a 0644 = hunter1",
            "file /srv/a content=secret:hunter2 mode=0644",
            "content differs (•••)",
            "/srv/a 0644 root = hunter2",
        ),
    ]);
}

#[test]
fn directories_and_links_are_made_and_mended() {
    play(&[
        (
            "/srv/ 0755",
            "file /srv/d/ owner=www",
            "missing, should be a directory with mode 0755, owner www",
            "/srv/d/ 0755 www",
        ),
        (
            "/srv/d/ 0755",
            "file /srv/d/ mode=0700",
            "mode 0755, should be 0700",
            "/srv/d/ 0700 root",
        ),
        (
            "/srv/ 0755",
            "file /srv/l target=a",
            "missing, should be a link to a",
            "/srv/l -> a",
        ),
        (
            "/srv/l -> b",
            "file /srv/l target=a",
            "points to b, should point to a",
            "/srv/l -> a",
        ),
        (
            "/srv/l = text",
            "file /srv/l target=a force=true",
            "is a file, should be a link to a",
            "/srv/l -> a",
        ),
        (
            "/srv/d/x = text",
            "file /srv/d content=hi force=true",
            "is a directory, should be a file with mode 0644",
            "/srv/d 0644 root = hi",
        ),
        (
            "/srv/d = text",
            "file /srv/d/ force=true",
            "is a file, should be a directory with mode 0755",
            "/srv/d/ 0755 root",
        ),
        (
            "/srv/d/x/y = text",
            "file /srv/d/ state=absent recurse=true",
            "is there (a directory with 2 below it), should be absent",
            "",
        ),
    ]);
}

#[test]
fn trees_are_copied_and_purged() {
    play(&[
        (
            "/b/s/x = 1\n/b/s/d/y = 2\n/b/s/l -> x\n/srv/ 0755",
            "file /srv/t/ source=/b/s recurse=true",
            "missing, should be a directory with mode 0755; d: missing, should be a directory with mode 0755; d/y: missing, \
             should be a file with mode 0644; l: missing, should be a link to x; x: missing, should be a file with mode 0644",
            "/srv/t/ 0755 root\n/srv/t/d/ 0755 root\n/srv/t/d/y 0644 root = 2\n/srv/t/l -> x\n/srv/t/x 0644 root = 1",
        ),
        (
            "/b/s/x = 1\n/srv/t/x = 0\n/srv/t/o/z = 3\n/srv/t/w = 4",
            "file /srv/t/ source=/b/s recurse=true purge=true mode=0640",
            "mode 0755, should be 0750; x: content differs (•••); x: mode 0644, should be 0640; 3 paths that the source does \
             not hold, should be absent",
            "/srv/t/ 0750 root\n/srv/t/x 0640 root = 1",
        ),
        (
            "/b/s/x = 1\n/srv/t/x/deep = 0",
            "file /srv/t/ source=/b/s recurse=true purge=true force=true",
            "x: is a directory, should be a file with mode 0644",
            "/srv/t/ 0755 root\n/srv/t/x 0644 root = 1",
        ),
        (
            "/srv/t/x = 1\n/srv/t/d/y 0600 www = 2",
            "file /srv/t/ recurse=true owner=www",
            "owner root, should be www; d: owner root, should be www; x: owner root, should be www",
            "/srv/t/ 0755 www\n/srv/t/d/ 0755 www\n/srv/t/d/y 0600 www = 2\n/srv/t/x 0644 www = 1",
        ),
    ]);
}

#[test]
fn a_link_is_written_through_only_where_nobody_else_could_have_put_it() {
    let rows = [
        (
            "/srv/real = old\n/srv/a -> real",
            "written through to /srv/real",
            "/srv/a -> real",
        ),
        (
            "/srv/a -> /srv/new/../real",
            "written through to /srv/real",
            "/srv/a -> /srv/new/../real",
        ),
        (
            "/srv/open/ 1777\n/srv/open/real = old\n/srv/a -> open/real",
            "others may write to a directory on the way",
            "/srv/a 0644 root = new",
        ),
        (
            "/srv/theirs/ 0755 www\n/srv/theirs/real = old\n/srv/a -> theirs/real",
            "a directory on the way is another user's",
            "/srv/a 0644 root = new",
        ),
    ];
    for (before, note, after) in rows {
        let world = Stage::of(before);
        let bench = Vertex::of(&world, "file /srv/a content=new");
        let checked = bench.check().unwrap();
        assert!(
            checked.notes[0].contains(note),
            "{before}: {:?}",
            checked.notes
        );
        bench.apply(&checked).unwrap();
        assert!(
            world.lines("/srv/a").starts_with(after),
            "{before}\n{}",
            world.lines("/srv")
        );
        assert_eq!(bench.check().unwrap().findings, [], "{before}");
    }
    let world = Stage::of("/srv/real = old\n/srv/a -> real www");
    let checked = Vertex::of(&world, "file /srv/a content=new")
        .check()
        .unwrap();
    assert!(checked.notes[0].contains("a link on the way is another user's"));
}

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
        "/srv/ 0755",
        "file /srv/a owner=nobody-here",
        "there is no user `nobody-here`",
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
        "/srv/d/x = 1\n/srv/a -> d",
        "file /srv/a content=hi",
        "is a link to /srv/d",
    ),
    (
        "/srv/a -> a",
        "file /srv/a content=hi",
        "go round in a circle",
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
        ("file /srv/a validate='true {}'", "needs content or source"),
        ("file /srv/a content=x validate=true", "there is no `{}`"),
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
    let bound = Vertex::of(&world, "file /srv/a source=/b").validate(&["content"]);
    assert!(bound.is_err_and(|why| why.contains("only one")));
}

#[test]
fn no_secret_and_no_private_file_shows_in_a_drift() {
    let rows = [
        (
            "/srv/a 0644 = old",
            "file /srv/a content=secret:hunter2",
            true,
        ),
        ("/srv/a 0640 = hunter1", "file /srv/a content=hunter2", true),
        (
            "/srv/a 0644 = old",
            "file /srv/a content=hunter2 mode=0600",
            true,
        ),
        ("/srv/ 0755", "file /srv/a content=secret:hunter2", true),
        ("/srv/a 0644 = old", "file /srv/a content=hunter2", false),
        ("/srv/ 0755", "file /srv/a content=hunter2", false),
    ];
    for (before, line, hidden) in rows {
        let world = Stage::of(before);
        let found = format!("{:?}", Vertex::of(&world, line).check().unwrap().findings);
        assert_eq!(!found.contains("hunter"), hidden, "{line}: {found}");
    }
}

#[test]
fn a_difference_is_bounded_and_fit_for_a_terminal() {
    let detail = |is: &str, should: &str| {
        let world = Stage::of("/srv/ 0755");
        let put = Put {
            path: "/srv/a".into(),
            content: is.as_bytes().into(),
            mode: 0o644,
            uid: None,
            gid: None,
            validate: None,
        };
        world.put(&put).unwrap();
        let mut bench = Vertex::of(&world, "file /srv/a");
        bench.params.insert("content".into(), Value::str(should));
        bench.check().unwrap().findings.remove(0)
    };
    let found = detail("a\nb\u{1b}[2J\n", "a\nc");
    assert_eq!(found.line, "content differs (+1 -1 lines)");
    let shown = [
        "@@ -1,2 +1,2 @@",
        " a",
        "-b\\u{1b}[2J",
        "+c",
        "\\ no newline at its end",
    ];
    assert_eq!(found.detail, shown);
    let long = (0..1000).map(|n| format!("{n}\n")).collect::<String>();
    let found = detail("", &long);
    assert_eq!(found.detail.len(), 61);
    assert_eq!(found.detail[60], "… 941 more lines");
    let found = detail("a\0b", "text");
    assert_eq!(found.line, "content differs (binary: 3 bytes, should be 4)");
    assert!(found.detail.is_empty());
    let found = detail("x", &"y\n".repeat(3000));
    assert_eq!(
        found.line,
        "content differs (many lines: 1 bytes, should be 6000)"
    );
}

#[test]
fn every_path_that_goes_is_listed() {
    let world = Stage::of("/b/s/ 0755\n/srv/t/a = 1\n/srv/t/d/b = 2");
    let bench = Vertex::of(&world, "file /srv/t/ source=/b/s recurse=true purge=true");
    let found = bench.check().unwrap().findings.remove(0);
    assert_eq!(
        found.detail,
        ["removes /srv/t/a", "removes /srv/t/d", "removes /srv/t/d/b"]
    );
    // What came after the plan was shown is not removed with it.
    let checked = bench.check().unwrap();
    let later = Stage::of("/b/s/ 0755\n/srv/t/a = 1\n/srv/t/d/b = 2\n/srv/t/d/c = 3");
    let failure = Vertex {
        world: &later,
        ..bench
    }
    .apply(&checked)
    .unwrap_err();
    assert!(failure.why.contains("not empty"), "{}", failure.why);
    assert!(later.lines("/srv/t").contains("/srv/t/d/c"));
}

#[test]
fn sends_what_is_there_and_keeps_it_secret_where_it_is() {
    let hi = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4";
    let rows = [
        ("/srv/a 0644 = hi", "file /srv/a content=hi", "hi", false),
        ("/srv/a 0600 = hi", "file /srv/a content=hi", "hi", true),
        (
            "/srv/a 0600 = hi",
            "file /srv/a content=secret:hi",
            "hi",
            true,
        ),
        ("/srv/a 0644 = hi", "file /srv/a", "hi", false),
        ("/srv/a 0640 = hi", "file /srv/a", "hi", true),
    ];
    for (before, line, content, secret) in rows {
        let world = Stage::of(before);
        let sends = Vertex::of(&world, line).check().unwrap().sends.unwrap();
        assert_eq!(sends["content"].expose_str(), Some(content), "{line}");
        assert_eq!(sends["content"].is_secret(), secret, "{line}");
        assert_eq!(sends["sha256"].expose_str(), Some(hi), "{line}");
        assert_eq!(sends["sha256"].is_secret(), secret, "{line}");
        assert_eq!(sends["path"], Value::str("/srv/a"), "{line}");
    }
    let world = Stage::of("/srv/d/ 0755");
    for line in ["file /srv/d/", "file /srv/none state=absent"] {
        let sends = Vertex::of(&world, line).check().unwrap().sends.unwrap();
        assert_eq!(sends.keys().collect::<Vec<_>>(), ["path"], "{line}");
    }
}

#[test]
fn a_file_that_is_right_costs_one_stat_and_one_read() {
    let world = Stage::of("/srv/a = hi");
    let mut bench = Vertex::of(&world, "file /srv/a content=hi");
    bench.memo = bench.check().unwrap().memo;
    let (stats, reads) = (world.count("stat"), world.count("read"));
    assert_eq!((stats, reads), (1, 1));
    bench.check().unwrap();
    assert_eq!((world.count("stat"), world.count("read")), (2, 2));
    // Content, mode and owner go by one put (rule C1).
    let world = Stage::of("/srv/a = hi");
    Vertex::of(&world, "file /srv/a content=ho mode=0600 owner=www")
        .mend()
        .unwrap();
    let calls = ["put", "set_mode", "set_owner"].map(|call| world.count(call));
    assert_eq!(calls, [1, 0, 0]);
}

#[test]
fn inspect_describes_what_is_there() {
    let world = Stage::of(
        "/srv/a 0644 www = hi\n/srv/s 0600 = hunter2\n/srv/d/ 0750\n/srv/l -> a\n/srv/b = x\\0\u{fffd}",
    );
    let kind = crate::kind::find("file").unwrap();
    let shown = |name: &str| {
        let params = kind.inspect(name, &world).unwrap()?;
        let parts = params.iter().map(|(name, value)| format!("{name}={value}"));
        Some(parts.collect::<Vec<_>>().join(" "))
    };
    let rows = [
        (
            "/srv/a",
            Some("content=hi group=www mode=0644 owner=www path=/srv/a"),
        ),
        (
            "/srv/s",
            Some("content=••• group=root mode=0600 owner=root path=/srv/s"),
        ),
        (
            "/srv/d",
            Some("group=root mode=0750 owner=root path=/srv/d/"),
        ),
        ("/srv/l", Some("group=root owner=root path=/srv/l target=a")),
        ("/srv/none", None),
    ];
    for (name, params) in rows {
        assert_eq!(shown(name).as_deref(), params, "{name}");
    }
    assert!(kind.inspect("srv", &world).is_err());
    assert!(
        world
            .lines(Path::new("/srv/s").to_str().unwrap())
            .contains("0600")
    );
}

#[test]
fn what_is_unknown_is_a_drift_that_may_be() {
    let rows: &[(&str, &str, bool, &[&str])] = &[
        (
            "/srv/ 0755",
            "mode=0640",
            true,
            &["missing, should be a file with mode 0640"],
        ),
        (
            "/srv/ 0755",
            "",
            true,
            &["missing, should be a file with mode 0600"],
        ),
        (
            "/srv/ 0755",
            "",
            false,
            &["missing, should be a file with mode 0644"],
        ),
        (
            "/srv/a 0644",
            "",
            true,
            &["mode 0644, should be 0640 (it holds a secret)"],
        ),
        ("/srv/a 0644", "", false, &[]),
    ];
    for (before, params, secret, lines) in rows {
        let world = Stage::of(before);
        let mut bench = Vertex::of(&world, &format!("file /srv/a {params}"));
        let unknown = Value::unknown("password[pw]", *secret);
        bench.params.insert("content".into(), unknown);
        let checked = bench.check().unwrap();
        let found: Vec<&str> = checked
            .findings
            .iter()
            .map(|found| found.line.as_str())
            .collect();
        let (last, before) = found.split_last().unwrap();
        assert_eq!(
            (before, *last),
            (*lines, "content known after password[pw]"),
            "{params}"
        );
        assert!(checked.sends.is_none());
    }
}
