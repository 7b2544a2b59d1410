//! Only what a person means is done: no key is taken for an answer that is none, and the past lets nothing through.

use super::stage::{PASSWORD, Stage, asks, session, wants};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use weft::graph::Key;
use weft::time::Time;
use weft::trace::{Event, EventId, What};
use weft::tui::app::{Manner, Told, Wish};
use weft::tui::news::{Answer, News, Task};
use weft::tui::theme::Look;

const WIDE: (u16, u16) = (120, 40);

fn open() -> Stage {
    Stage::open(PASSWORD, WIDE, Look::default())
}

fn asked() -> Stage {
    let mut stage = open();
    stage.tell(asks("Apply 1 change to web1 as root?", ""));
    stage.frame();
    stage.wait(1_000);
    stage
}

/// What is wished when this key is pressed.
fn wishes(stage: &mut Stage, code: KeyCode, modifiers: KeyModifiers) -> Vec<Wish> {
    let key = KeyEvent::new(code, modifiers);
    stage.app.take(Told::Key(key), stage.at)
}

fn log(stage: &Stage) -> Vec<&str> {
    stage.session().log().iter().map(String::as_str).collect()
}

fn clicks(stage: &mut Stage, column: u16, row: u16) {
    stage.tell(Told::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

/// `Alt+Y` is what comes of Esc and y typed at once, and `Ctrl+Y` puts back at the prompt what was cut.
#[test]
fn only_a_plain_y_says_yes() {
    let yes = |wishes: &[Wish]| matches!(wishes, [Wish::Answer(_, Answer::Consent(yes))] if *yes);
    let plain = wishes(&mut asked(), KeyCode::Char('y'), KeyModifiers::NONE);
    assert!(yes(&plain), "{plain:?}");
    for modifiers in [
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::CONTROL | KeyModifiers::ALT,
    ] {
        let wished = wishes(&mut asked(), KeyCode::Char('y'), modifiers);
        assert!(wished.is_empty(), "{modifiers:?}: {wished:?}");
    }
}

#[test]
fn a_secret_is_typed_nowhere_else() {
    let mut stage = open();
    stage.keys("Esc");
    stage.tell(wants("value[v].value"));
    assert!(stage.has("value[v].value"));
    stage.keys("F1");
    clicks(&mut stage, 5, 10);
    stage.text("q/taps");
    assert!(!stage.has("taps"), "{}", stage.rows().join("\n"));
    assert_eq!((log(&stage), stage.app.left()), (vec![], None));
    let given = wishes(&mut stage, KeyCode::Enter, KeyModifiers::NONE);
    assert!(
        matches!(&given[..], [Wish::Answer(_, Answer::Secret(Some(secret)))] if secret == "q/taps"),
        "{given:?}"
    );
}

/// What is asked is answered before anything else is done: a click that would go back in the film does nothing.
#[test]
fn the_mouse_does_nothing_beside_a_question() {
    let mut stage = open();
    stage.keys("Esc a").wait(60_000);
    stage.tell(asks("Apply 1 change to web1 as root?", ""));
    clicks(&mut stage, 100, 25);
    assert!(!stage.has("PAST"), "{}", stage.rows().join("\n"));
    stage.wait(2_000).keys("n");
    clicks(&mut stage, 100, 25);
    assert!(stage.has("PAST"), "{}", stage.rows().join("\n"));
}

/// What is pasted while words are typed is meant for them, and the keys that work anywhere leave them alone.
#[test]
fn words_are_pasted_and_kept() {
    for (keys, told) in [("Esc /", "/byst_"), ("Esc t", "with `byst_`")] {
        let mut stage = open();
        stage.keys(keys).text("b");
        stage.tell(Told::Paste("yst\nander".to_owned()));
        assert!(stage.has(told), "{}", stage.rows().join("\n"));
        assert_eq!(stage.app.typed(), "");
        stage.keys("Ctrl+L Ctrl+Z");
        assert!(stage.has(told), "{}", stage.rows().join("\n"));
        assert_eq!(stage.wished, ["Redraw", "Suspend"]);
    }
}

#[test]
fn the_mouse_does_nothing_behind_what_lies_over_it() {
    let mut stage = open();
    stage.keys("Esc a").wait(60_000).keys("?");
    clicks(&mut stage, 100, 25);
    stage.keys("Esc");
    assert!(!stage.has("PAST"), "{}", stage.rows().join("\n"));
    clicks(&mut stage, 100, 25);
    assert!(stage.has("PAST"), "{}", stage.rows().join("\n"));
}

#[test]
fn a_mouse_that_is_reported_from_the_start_is_let_go_of_by_the_first_m() {
    let manner = Manner {
        mouse: true,
        ..Manner::default()
    };
    let mut stage = Stage::with(session(PASSWORD), WIDE, manner);
    stage.keys("Esc m m");
    assert_eq!(stage.wished, ["Mouse(false)", "Mouse(true)"]);
}

#[test]
fn the_past_lets_nothing_through() {
    let acts = [
        "add noop x",
        "show; add noop x",
        "show\napply",
        "why pw; drop pw",
        "status -> bystander",
        "demo",
        "learn 1",
        "save x.yaml",
        "source x",
    ];
    for line in acts {
        let mut stage = open();
        stage.line("add noop status").keys("Esc a").wait(60_000);
        stage.keys("< < i");
        let before = log(&stage).join("\n");
        stage.tell(Told::Paste(line.to_owned()));
        stage.keys("Enter");
        assert_eq!(log(&stage).join("\n"), before, "{line}");
        assert!(stage.has("PAST"), "{line}");
        assert!(stage.has("what is shown is the past"), "{line}");
    }
}

/// What is refused is told as the log would tell it.
#[test]
fn the_past_tells_no_secret() {
    let mut stage = open();
    stage.keys("Esc a").wait(60_000).keys("< < i");
    stage
        .text("add value v value=hunter2 meta.sensitive=true")
        .keys("Enter");
    assert!(
        stage.has("› add value[v] value=?"),
        "{}",
        stage.rows().join("\n")
    );
    // The line itself is there to be mended.
    stage.keys("Ctrl+C");
    assert!(!stage.has("hunter2"), "{}", stage.rows().join("\n"));
}

/// Where the trace has no room for what came after the film's place, what is asked there is answered all the same.
#[test]
fn the_past_can_be_asked() {
    let mut stage = Stage::open(PASSWORD, (80, 24), Look::default());
    stage.keys("Esc a").wait(60_000).keys("< < < < < < i");
    stage.text("status pw").keys("Enter");
    assert!(
        stage.has("changed  password[pw]"),
        "{}",
        stage.rows().join("\n")
    );
    stage.keys("Esc i").text("drop pw").keys("Enter");
    assert!(
        stage.has("the past, where nothing can be done"),
        "{}",
        stage.rows().join("\n")
    );
}

/// What a watch asks while something else is done is asked after it, and not only at the next line.
#[test]
fn what_is_asked_meanwhile_is_asked_afterwards() {
    let mut stage = open();
    stage.text("help");
    let began = wishes(&mut stage, KeyCode::Enter, KeyModifiers::NONE);
    assert!(matches!(&began[..], [Wish::Task(Task::Do(_))]), "{began:?}");
    let asks = Event {
        id: EventId(1),
        at: Time(0),
        subject: Some(Key::new("noop", "bystander")),
        what: What::Asks(Default::default()),
        cause: None,
    };
    let news = |news| Told::News(news);
    let wished = stage.app.take(news(News::Events(vec![asks])), stage.at);
    assert!(wished.is_empty(), "{wished:?}");
    let wished = stage.app.take(news(News::Done), stage.at);
    assert!(
        matches!(&wished[..], [Wish::Task(Task::Settle)]),
        "{wished:?}"
    );
    let wished = stage.app.take(news(News::Done), stage.at);
    assert!(wished.is_empty(), "once: {wished:?}");
}
