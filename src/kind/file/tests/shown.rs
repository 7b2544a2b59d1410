//! What is shown, sent and hidden.

use crate::kind::stage::{Stage, Vertex};
use crate::value::Value;
use crate::world::{Put, World};
use std::path::Path;

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
