//! Expectations that do not hold, and what is told of them.

use super::*;
use crate::file::Expect;

/// A path tells why it came to that through the vertex that manages it, and an error's causes follow at once.
#[test]
fn what_does_not_hold_says_why() {
    let (mut session, mut front) = open(STORY);
    say(&mut session, &mut front, &["apply"]);
    let said = say(&mut session, &mut front, &["expect /tmp/secret mode 0644"]);
    for line in [
        "received   file[/tmp/secret]         content\n",
        "changed    file[/tmp/secret]         missing, should be a file with mode 0600\n",
        "error: `/tmp/secret mode 0644` is not so: wanted 0644, found 0600\n",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let lines = ["add file /no/such/place content=x", "apply"];
    say(&mut session, &mut front, &lines);
    let error = [Expect::Error("space".into())].map(|expect| judge(&session, &expect));
    let told = error[0].told("error space");
    let found = "expected `error space`: wanted space, found /no/such/place: its directory does not exist: ";
    assert!(told.starts_with(found), "{told}");
    let causes = told.lines().skip(1);
    let causes: Vec<&str> = causes.filter(|line| line.starts_with("  why: ")).collect();
    assert!(told.lines().nth(1) == causes.first().copied(), "{told}");
    assert!(
        causes
            .last()
            .is_some_and(|last| last.contains("failed     file[/no/such/place]")),
        "{told}"
    );
    let unmanaged = judge(&session, &Expect::Has("/etc/motd".into(), "bye".into()));
    assert!(unmanaged.why.is_empty(), "{unmanaged:?}");
}

#[test]
fn what_can_never_be_is_refused() {
    let (mut session, mut front) = open(STORY);
    for (line, told) in [
        ("expect pw.pasword = x", "did you mean `password`?"),
        ("expect pw.length = long", "expected int, found `long`"),
        ("expect pw before password[pw]", "is never before itself"),
    ] {
        let said = say(&mut session, &mut front, &[line]);
        assert!(said.contains(told), "{line}: {said}");
    }
    assert!(!session.log().iter().any(|line| line.starts_with("expect")));
}

/// Each form of an expectation, as it holds and as it does not.
const FORMS: &[(&str, &str)] = &[
    ("pw changed", "pw ok"),
    ("pw ran 1", "pw ran 2"),
    ("pw changed 1", "pw changed never"),
    ("bystander refreshed 1", "bystander refreshed never"),
    ("/tmp/secret.mode = 0600", "/tmp/secret.mode = 0644"),
    ("/tmp/none absent", "/tmp/secret absent"),
    ("/tmp/secret mode 0600", "/tmp/secret mode 0644"),
    ("/tmp/x has hello", "/tmp/x has bye"),
    ("pw before bystander", "bystander before pw"),
    ("pending 0", "pending 1"),
    ("changes 2", "changes 3"),
    ("exit 0", "exit 1"),
    ("error `nobody`", "error `somebody`"),
    ("pw -> bystander", "bystander -> pw"),
    ("/tmp/secret ~> bystander", "pw ~> bystander"),
    (
        "pw.password -> /tmp/secret.content",
        "pw.password -> /tmp/secret.path",
    ),
    ("noop[nobody] gone", "pw gone"),
    ("plans 1", "plans 2+"),
    ("outside 1", "outside never"),
    ("left 0", "left 1"),
    ("not pw failed", "not pw changed"),
];

/// A number for each form; a new one does not compile without a place here.
fn number(expect: &Expect) -> usize {
    match expect {
        Expect::Is(..) => 0,
        Expect::Times(..) => 1,
        Expect::Holds(..) => 2,
        Expect::Absent(_) => 3,
        Expect::Mode(..) => 4,
        Expect::Has(..) => 5,
        Expect::Before(..) => 6,
        Expect::Pending(_) => 7,
        Expect::Changes(_) => 8,
        Expect::Exit(_) => 9,
        Expect::Error(_) => 10,
        Expect::Drawn(..) => 11,
        Expect::Gone(_) => 12,
        Expect::Plans(_) => 13,
        Expect::Left(_) => 14,
        Expect::Not(_) => 15,
        Expect::Outside(_) => 16,
    }
}

#[test]
fn every_form_of_an_expectation_holds_and_fails() {
    let (mut session, mut front) = open(STORY);
    say(
        &mut session,
        &mut front,
        &["sim write /tmp/x hello", "nobody"],
    );
    say(&mut session, &mut front, &["plan", "apply"]);
    let mut seen = std::collections::BTreeSet::new();
    for (holds, fails) in FORMS {
        for (text, wanted) in [(holds, true), (fails, false)] {
            let text = text.replace('`', "\"");
            let said = say(&mut session, &mut front, &[&format!("expect {text}")]);
            assert_eq!(!said.contains("is not so"), wanted, "{text}: {said}");
            assert_eq!(said.contains("error:"), !wanted, "{text}: {said}");
            seen.extend(Expect::parse(&text).ok().as_ref().map(number));
        }
    }
    assert_eq!(seen, (0..17).collect(), "a form that is not tried");
}

/// What each verb counts: steps, then what is so, and what is not.
const COUNTS: &[(&[&str], &[&str], &[&str])] = &[
    (
        &["apply"],
        &[
            "pw ran 1+",
            "pw changed 1",
            "pw sent 1",
            "pw sent 1+",
            "/tmp/secret received 1",
            "bystander notified 1",
            "changes 2+",
        ],
        &[
            "pw ran 3+",
            "pw changed 2+",
            "pw received 1+",
            "/tmp/secret sent 1+",
            "pw notified 1+",
            "changes 3+",
        ],
    ),
    // What a person notifies was notified by nobody else.
    (
        &["apply", "notify bystander", "apply"],
        &["bystander refreshed 2", "bystander notified 1"],
        &["bystander notified 2"],
    ),
    (
        &["watch", "sim chmod 0644 /tmp/secret"],
        &[
            "/tmp/secret noticed 1",
            "/tmp/secret repaired 1",
            "bystander refreshed 2",
        ],
        &["pw noticed 1+", "/tmp/secret repaired 2+"],
    ),
    // An edit is no damage, nor is a value that is new.
    (
        &[
            "apply",
            "set /tmp/secret mode=0644",
            "apply",
            "notify pw",
            "apply",
        ],
        &[
            "/tmp/secret changed 3",
            "/tmp/secret repaired never",
            "pw changed 2",
        ],
        &["/tmp/secret repaired 1+"],
    ),
    (
        &["apply", "sim rm /tmp/secret", "apply"],
        &["/tmp/secret repaired 1", "left never", "outside 1"],
        &["/tmp/secret noticed 1+"],
    ),
    (
        &[
            "sim fail /tmp/secret no-space",
            "set /tmp/secret meta.retry=1 meta.delay=1s",
            "apply",
        ],
        &[
            "/tmp/secret failed 2",
            "/tmp/secret failed",
            "/tmp/secret retried 1",
            "bystander blocked 1",
            "bystander blocked",
            "left 2",
        ],
        &[
            "/tmp/secret retried 2",
            "bystander failed 1+",
            "bystander blocked never",
        ],
    ),
    (
        &["apply", "notify bystander", "cancel bystander"],
        &["bystander dropped 1"],
        &["bystander dropped never", "pending 1+"],
    ),
    (
        &["set pw meta.noop=true", "apply"],
        &["pw held", "plans never", "left 0"],
        &["pw blocked 1+", "plans 1+"],
    ),
    (
        &["drop bystander"],
        &["noop[bystander] gone", "left 2", "left 2+"],
        &["left 3+", "not noop[bystander] ok"],
    ),
];

#[test]
fn each_verb_counts_what_it_says() {
    for (steps, are, are_not) in COUNTS {
        let (mut session, mut front) = open(STORY);
        for step in *steps {
            let done = session.eval(step, &mut front);
            done.unwrap_or_else(|error| panic!("{step}: {error}"));
        }
        for (texts, holds) in [(are, true), (are_not, false)] {
            for text in *texts {
                let says =
                    Expect::parse(text).unwrap_or_else(|unclear| panic!("{text}: {unclear:?}"));
                let verdict = judge(&session, &says);
                assert_eq!(verdict.holds, holds, "{steps:?}: {text}: {verdict}");
            }
        }
    }
}

/// What would hold whatever happened is refused.
#[test]
fn an_expectation_that_cannot_fail_is_refused() {
    let (mut session, mut front) = open(STORY);
    say(&mut session, &mut front, &["apply"]);
    for (line, told) in [
        (
            "expect /tmp/secret has \"\"",
            "expected a text, found nothing",
        ),
        ("expect error \"\"", "expected a text, found nothing"),
        ("expect pw ran 0+", "expected a number, one with `+`"),
        ("expect not nobody ok", "there is no `nobody`"),
        ("expect pw -> password[pw]", "is never before itself"),
        (
            "expect pw.password -> /tmp/secret.contnet",
            "did you mean `content`?",
        ),
    ] {
        let said = say(&mut session, &mut front, &[line]);
        assert!(said.contains(told), "{line}: {said}");
    }
}

/// Rules V2 and V8: what an event shows of a value is short, however long that is; an expectation is about all of it.
#[test]
fn events_hold_no_more_of_a_value_than_a_line_shows() {
    let (mut session, mut front) = open(STORY);
    let long = "x".repeat(1 << 20);
    let value = format!("add value long value={long}");
    let lines = [&value, "add print loud", "long.value -> loud.msg", "apply"];
    say(&mut session, &mut front, &lines);
    let sizes = session.events.iter();
    let sizes = sizes.map(|event| trace::json_line(event).len());
    assert!(sizes.max() < Some(4000));
    let told = trace::lines(&session.events, crate::engine::Level::Story);
    for (word, shown) in [("sent", 200), ("says", 2000)] {
        let line = told
            .lines()
            .find(|line| line.contains(word) && line.contains("xx"));
        let line = line.unwrap_or_default();
        assert_eq!(line.matches('x').count(), shown, "{line}");
        assert!(line.ends_with("x… (1048576 bytes)"), "{line}");
    }
    let is = |text: &str| {
        let expect = Expect::parse(&format!("loud.msg = {text}")).unwrap();
        judge(&session, &expect)
    };
    assert!(is(&long).holds);
    for other in [format!("{long}x"), long[1..].to_owned()] {
        let verdict = is(&other);
        assert!(!verdict.holds);
        assert!(verdict.found.ends_with("x… (1048576 bytes)"));
    }
}
