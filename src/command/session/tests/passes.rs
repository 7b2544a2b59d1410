//! Time that passes on a simulated machine without anybody typing it.

use super::*;
use crate::time::Span;

/// A graph with something in it that goes by time, watched.
const WATCHED: &str = "add timer t interval=1s; add print p msg=tick; t ~> p; watch";

fn watched() -> (Session, Script) {
    let (mut session, mut front) = open(STORY);
    assert!(session.eval(WATCHED, &mut front).is_ok(), "{}", front.said);
    (session, front)
}

/// In however many steps it passes, the same happens at the same times as in one; and the log says one.
#[test]
fn steps_come_to_the_same_as_one() {
    let (mut one, mut front) = watched();
    assert!(one.eval("sim advance 3500ms", &mut front).is_ok());
    let told = |session: &Session| {
        let told = session.events().iter();
        let typed = |event: &&Event| !matches!(event.what, trace::What::Command(_));
        let words = told
            .filter(typed)
            .map(|event| trace::line(event).to_string());
        words.collect::<Vec<_>>()
    };
    for steps in [
        &[3500][..],
        &[1000, 1000, 1500],
        &[1; 3500],
        &[33, 967, 2499, 1],
    ] {
        let (mut many, mut front) = watched();
        for millis in steps {
            many.pass(Span::millis(*millis), &mut front);
        }
        assert_eq!(told(&many), told(&one), "{steps:?}");
        assert_eq!(many.log(), one.log(), "{steps:?}");
    }
}

#[test]
fn what_passes_between_commands_stands_between_them() {
    let (mut session, mut front) = watched();
    session.pass(Span::millis(40), &mut front);
    session.pass(Span::millis(60), &mut front);
    assert!(session.eval("status; sim touch /tmp/a", &mut front).is_ok());
    session.pass(Span::ZERO, &mut front);
    session.pass(Span::secs(2), &mut front);
    let log = &session.log()[session.log().len() - 3..];
    assert_eq!(
        log,
        ["sim advance 100ms", "sim touch /tmp/a", "sim advance 2s"]
    );
    // What was typed is never taken for what passed by itself.
    assert!(session.eval("sim advance 1s", &mut front).is_ok());
    session.pass(Span::secs(1), &mut front);
    let log = &session.log()[session.log().len() - 2..];
    assert_eq!(log, ["sim advance 1s", "sim advance 1s"]);
}

#[test]
fn it_is_known_how_long_nothing_will_happen() {
    let (mut session, mut front) = open(STORY);
    assert_eq!(session.until_next(), None, "nothing runs");
    assert!(session.eval(WATCHED, &mut front).is_ok());
    assert_eq!(session.until_next(), Some(Span::secs(1)));
    session.pass(Span::millis(400), &mut front);
    assert_eq!(session.until_next(), Some(Span::millis(600)));
    assert!(session.eval("sim crash", &mut front).is_ok());
    assert_eq!(session.until_next(), None, "there is no engine");
}
