//! A run that a person steers.

use super::*;

/// Two commands that take their time.
const SLOW: &str = "\
world:
  commands:
    work: {duration: 10s}
resources:
  exec:
  - {name: one, cmd: work}
  - {name: two, cmd: work}
edges: [one -> two]
";

fn trace(session: &Session) -> String {
    trace::lines(session.events(), crate::engine::Level::Full)
}

#[test]
fn a_pause_lets_nothing_start_until_it_is_over() {
    let (mut session, mut front) = open(SLOW);
    say(
        &mut session,
        &mut front,
        &["watch", "pause", "sim advance 30s"],
    );
    assert!(
        session.prompt(true).contains(" paused "),
        "{}",
        session.prompt(true)
    );
    let told = trace(&session);
    assert!(told.contains("changed    exec[one]"), "{told}");
    assert!(!told.contains("check      exec[two]"), "{told}");
    say(&mut session, &mut front, &["continue", "sim advance 30s"]);
    let told = trace(&session);
    assert!(told.contains("changed    exec[two]"), "{told}");
}

/// Rule O5: a poke looks, and a clean vertex does nothing.
#[test]
fn a_poke_of_what_is_right_checks_nothing() {
    let (mut session, mut front) = open(STORY);
    say(&mut session, &mut front, &["watch"]);
    let before = session.events().len();
    say(&mut session, &mut front, &["poke bystander"]);
    let told = trace::lines(&session.events()[before..], crate::engine::Level::Full);
    assert!(told.contains("poked      noop[bystander]"), "{told}");
    assert!(!told.contains("check"), "{told}");
}

#[test]
fn other_words_for_a_command_do_the_same() {
    let (mut session, mut front) = open(STORY);
    let said = say(&mut session, &mut front, &["remove bystander"]);
    assert!(said.contains("bystander"), "{said}");
    assert!(
        session
            .graph()
            .vertex(&Key::new("noop", "bystander"))
            .is_none()
    );
    assert_eq!(session.eval("q", &mut front), Ok(Flow::Quit));
}
