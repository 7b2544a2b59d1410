//! A password as it is made, kept, mended and refused.

use super::draw::{alphabet, draw};
use super::kept::file_name;
use crate::kind::stage::{Stage, Vertex};
use crate::value::Value;

const AT: &str = "/var/lib/weft/g/passwords/pw";

#[test]
fn a_password_is_made_once_and_sent_as_a_secret() {
    let world = Stage::of("/var/lib/ 0755");
    let bench = Vertex::of(&world, "password pw");
    let checked = bench.check().unwrap();
    assert_eq!(checked.findings[0].line, "not generated yet");
    assert!(checked.sends.is_none());
    let applied = bench.apply(&checked).unwrap();
    assert_eq!(
        applied.done.said.as_deref(),
        Some("generated 16 characters")
    );
    // Making it is what a refresh does (rule N3).
    assert!(applied.done.refreshed);
    let password = &applied.sends["password"];
    assert!(matches!(password, Value::Secret(_)));
    assert_eq!(password.expose_str(), Some("0123456789ABCDEF"));
    assert_eq!(
        world.lines("/var/lib"),
        format!(
            "/var/lib/weft/ 0700 root\n/var/lib/weft/g/ 0700 root\n\
             /var/lib/weft/g/passwords/ 0700 root\n{AT} 0600 root = 0123456789ABCDEF"
        )
    );
    let again = bench.check().unwrap();
    assert_eq!(again.findings, []);
    assert_eq!(again.sends.unwrap()["password"], *password);
}

#[test]
fn a_kept_one_that_does_not_fit_is_an_error_unless_it_may_be_replaced() {
    let fits = "0123456789abcdef";
    let rows = [
        (format!("{AT} 0600 = {fits}"), "", ""),
        (format!("{AT} 0600 = {fits}"), "alphabet=hex", ""),
        (
            format!("{AT} 0600 = {fits}x"),
            "",
            "has 17 characters, should have 16",
        ),
        (
            format!("{AT} 0600 = 0123456789abcdeX"),
            "alphabet=hex",
            "not in its alphabet",
        ),
        (
            format!("{AT} 0600 = {}", "x".repeat(20_000)),
            "",
            "far longer",
        ),
        (format!("{AT} -> /etc/shadow"), "", "is no regular file"),
        (format!("{AT}/x 0600 = {fits}"), "", "is no regular file"),
    ];
    for (before, params, why) in rows {
        let dir = "/var/lib/weft/g/passwords/ 0700\n";
        let world = Stage::of(&format!("{dir}{before}"));
        let found = Vertex::of(&world, &format!("password pw {params}")).mend();
        if why.is_empty() {
            assert_eq!(found, Ok(Vec::new()), "{before}");
            continue;
        }
        let failure = found.expect_err(&before);
        assert!(
            failure.why.contains(why) && failure.why.contains("recover"),
            "{}",
            failure.why
        );
        assert!(!failure.began && !failure.why.contains(fits));
        if before.contains("/x") {
            continue;
        }
        let lines = Vertex::of(&world, &format!("password pw {params} recover=true")).mend();
        assert!(lines.unwrap()[0].contains(why), "{before}");
        assert!(
            world.lines(AT).contains("0600 root = 0123456789"),
            "{before}"
        );
    }
}

#[test]
fn mode_and_owner_are_mended_without_a_new_password() {
    let world = Stage::of(&format!(
        "/var/lib/weft/g/passwords/ 0755\n{AT} 0644 www = 0123456789abcdef"
    ));
    let bench = Vertex::of(&world, "password pw");
    let checked = bench.check().unwrap();
    let lines: Vec<&str> = checked
        .findings
        .iter()
        .map(|found| found.line.as_str())
        .collect();
    assert_eq!(
        lines,
        [
            "kept in a directory of mode 0755, should be 0700",
            "kept in a file of www, should be root's",
            "kept in a file of mode 0644, should be 0600",
        ]
    );
    let applied = bench.apply(&checked).unwrap();
    assert!(!applied.done.refreshed && applied.done.said.is_none());
    assert_eq!(
        world.lines(AT),
        format!("{AT} 0600 root = 0123456789abcdef")
    );
}

#[test]
fn a_notification_makes_a_new_one() {
    let world = Stage::of(&format!(
        "/var/lib/weft/g/passwords/ 0700\n{AT} 0600 = 0123456789abcdef"
    ));
    let done = Vertex::of(&world, "password pw").refresh().unwrap();
    assert!(done.done.changed);
    assert_eq!(done.done.said.as_deref(), Some("generated 16 characters"));
    assert_eq!(
        done.sends["password"].expose_str(),
        Some("0123456789ABCDEF")
    );
}

#[test]
fn a_plan_does_not_make_one_up() {
    let world = Stage::of("/var/lib/ 0755").planned();
    let bench = Vertex::of(&world, "password pw");
    let applied = bench.apply(&bench.check().unwrap()).unwrap();
    let password = &applied.sends["password"];
    assert!(password.unknown_in().is_some() && password.is_secret());
    assert!(!applied.may);
    assert_eq!(world.count("put"), 0);
    assert_eq!(world.sim.outside().stat(AT.as_ref()), None);
}

#[test]
fn every_character_is_as_likely_as_any_other() {
    // All 256 bytes are handed out in turn: 248 of them make 4 rounds of 62 characters, and 8 are drawn again.
    let world = Stage::of("");
    let letters = alphabet("alnum").unwrap();
    let drawn = draw(248, &letters, &world).unwrap();
    for letter in &letters {
        assert_eq!(drawn.matches(*letter).count(), 4, "{letter}");
    }
    let last = Stage::of("").with_random(vec![255, 7]);
    assert_eq!(draw(3, &letters, &last).as_deref(), Ok("777"));
}

#[test]
fn params_are_refused_with_their_reason() {
    let world = Stage::of("");
    for (params, why) in [
        ("length=0", "1 to 4096"),
        ("length=4097", "1 to 4096"),
        ("alphabet=letters", "expected alnum, hex, ascii"),
        ("alphabet=chars:a", "at least two"),
        ("alphabet=chars:aba", "twice"),
    ] {
        let refused = Vertex::of(&world, &format!("password pw {params}")).validate(&[]);
        assert!(
            refused.is_err_and(|refused| refused.contains(why)),
            "{params}"
        );
    }
    for params in ["", "alphabet=ascii", "alphabet=chars:äöü", "length=4096"] {
        let refused = Vertex::of(&world, &format!("password pw {params}")).validate(&[]);
        assert_eq!(refused, Ok(()), "{params}");
    }
}

#[test]
fn any_name_is_one_safe_file_name() {
    for (name, file) in [
        ("pw", "pw"),
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        ("a%2Fb", "a%252Fb"),
        ("ä", "%C3%A4"),
        ("", "%"),
    ] {
        assert_eq!(file_name(name), file);
    }
    let (long, longer) = ("x".repeat(300), "x".repeat(301));
    assert!(file_name(&long).len() < 200);
    assert_ne!(file_name(&long), file_name(&longer));
}
