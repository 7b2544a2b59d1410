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
