//! Keys that come at a bad moment: while something is asked, while a page lies over the panes, in the past, while something is
//! done. Nothing is lost, and nothing is done that nobody asked for.

use super::backstage::GARBLED;
use super::stage::{PASSWORD, Stage, asks, wants};
use weft::tui::app::keys::{KEYS, key};
use weft::tui::app::{Told, Wish};
use weft::tui::news::{News, QuestionId, Task};
use weft::tui::theme::Look;

fn open() -> Stage {
    Stage::open(PASSWORD, (80, 24), Look::default())
}

fn log(stage: &Stage) -> Vec<&str> {
    stage.session().log().iter().map(String::as_str).collect()
}

/// A stage on which this is asked, and can be read.
fn asked(before: &str) -> Stage {
    let mut stage = open();
    stage.keys("Esc i").text(before);
    stage.tell(asks(
        "Apply 3 changes?",
        "file[/etc/motd]: content differs\n",
    ));
    assert!(stage.has("Apply 3 changes?"));
    stage.wait(1_000);
    stage
}

/// What a key is answered with, where nothing is done with it but that.
fn wishes(stage: &mut Stage, spelled: &str) -> Vec<Wish> {
    let key = key(spelled).expect("a key");
    stage.app.take(Told::Key(key), stage.at)
}

#[test]
fn no_key_but_a_yes_is_one() {
    let all = KEYS.iter().flat_map(|row| row.each());
    for spelled in all.filter(|spelled| !["y", "n", "N", "Esc"].contains(spelled)) {
        let mut stage = asked("add noop x");
        let wished = format!("{:?}", wishes(&mut stage, spelled));
        let wanted = match spelled {
            "Ctrl+L" => "[Redraw]",
            "Ctrl+Z" => "[Suspend]",
            _ => "[]",
        };
        assert_eq!(wished, wanted, "{spelled}");
        assert!(stage.has("Apply 3 changes?"), "{spelled}");
        assert_eq!(stage.app.typed(), "add noop x", "{spelled}");
    }
    for (spelled, said) in [
        ("y", true),
        ("Y", true),
        ("n", false),
        ("Esc", false),
        ("Ctrl+C", false),
    ] {
        let mut stage = asked("add noop x");
        let wished = format!("{:?}", wishes(&mut stage, spelled));
        assert_eq!(
            wished,
            format!("[Answer(QuestionId(1), Consent({said}))]"),
            "{spelled}"
        );
        assert!(!stage.has("y yes  n no"), "{spelled}");
        assert_eq!(stage.app.typed(), "add noop x", "{spelled}");
    }
}

#[test]
fn what_is_pasted_is_no_answer() {
    let mut stage = asked("");
    let wished = stage.app.take(Told::Paste("y\n".to_owned()), stage.at);
    assert!(wished.is_empty() && stage.has("Apply 3 changes?"));
}

/// What was typed before a question could be read is no answer, and what comes of a key that is held down neither.
#[test]
fn a_held_y_answers_one_question() {
    let mut stage = open();
    stage.line(&format!("add noop {GARBLED}; edit {GARBLED}"));
    stage.keys("y");
    assert!(stage.has("y in a moment"), "{}", stage.rows().join("\n"));
    let said = |stage: &mut Stage, times| {
        let rows = stage.rows().join("\n");
        assert_eq!(rows.matches("again? yes").count(), times, "{rows}");
    };
    for _ in 0..40 {
        stage.keys("y").wait(30);
        said(&mut stage, 0);
    }
    assert!(stage.has("too early"));
    stage.wait(1_000);
    assert!(stage.has("y yes  n no"));
    // It is held from here on: once more after half a second, and then thirty times a second.
    stage.keys("y").wait(10);
    said(&mut stage, 1);
    assert!(stage.has("y in a moment"), "{}", stage.rows().join("\n"));
    stage.wait(650);
    for _ in 0..40 {
        stage.keys("y").wait(30);
        said(&mut stage, 1);
    }
    stage.wait(1_000).keys("y");
    said(&mut stage, 2);
}

/// A picture that differs by itself is drawn by itself, and nothing is drawn after it.
#[test]
fn a_question_that_can_be_answered_says_so() {
    let mut stage = open();
    stage.tell(asks("Apply 3 changes?", ""));
    assert_eq!(stage.app.due(stage.at), None, "it has not been drawn");
    assert!(stage.has("y in a moment  n no"));
    let told = stage.rows().join("\n").matches("n no").count();
    assert_eq!(told, 1, "it is told once how it is answered");
    let due = stage.app.due(stage.at).expect("it can be answered then");
    stage.at = due;
    stage.tell(Told::Due);
    assert!(stage.has("y yes  n no"));
    assert_eq!(stage.app.due(stage.at), None);
}

/// A question that was withdrawn is gone; that of another says nothing about the one that stands.
#[test]
fn a_question_stands_until_it_is_withdrawn_itself() {
    let mut stage = asked("");
    stage.tell(Told::News(News::Withdrawn(QuestionId(9))));
    assert!(stage.has("Apply 3 changes?"));
    stage.tell(Told::News(News::Withdrawn(QuestionId(1))));
    assert!(!stage.has("Apply 3 changes?"));
}

/// What was typed before a value is asked for is a line, and not that value.
#[test]
fn what_is_typed_before_a_secret_is_asked_for_is_a_line() {
    let mut stage = open();
    stage.keys("p l");
    stage.tell(wants("password[pw].length"));
    stage.text("an");
    assert_eq!(stage.app.typed(), "plan");
    let wished = format!("{:?}", wishes(&mut stage, "Enter"));
    assert_eq!(
        wished,
        format!("{:?}", [Wish::Task(Task::Do("plan".to_owned()))])
    );
    assert!(stage.has("password[pw].length"));
    stage.text("17");
    assert_eq!(stage.app.typed(), "");
    let wished = format!("{:?}", wishes(&mut stage, "Enter"));
    assert_eq!(wished, "[Answer(QuestionId(1), Secret(Some(\"17\")))]");
    // The same of the keys of the graph.
    let mut stage = open();
    stage.keys("Esc");
    stage.tell(wants("password[pw].length"));
    let wished = format!("{:?}", wishes(&mut stage, "p"));
    assert_eq!(wished, "[Task(Do(\"plan\"))]");
}

/// Keys of the graph do nothing while a page is read; who types at the prompt goes on typing, from the first letter on.
#[test]
fn a_page_takes_the_keys_of_the_graph_and_gives_those_of_the_prompt() {
    let page = |focus: &str| {
        let mut stage = open();
        stage.keys("i").line("help").keys(focus);
        stage
    };
    for row in KEYS.iter().filter(|row| !row.anywhere) {
        for spelled in row.each() {
            let mut stage = open();
            stage.keys("Esc ? Esc : Esc ?");
            let wished = wishes(&mut stage, spelled);
            assert!(wished.is_empty(), "{spelled}: {wished:?}");
            assert_eq!(log(&stage), Vec::<&str>::new(), "{spelled}");
        }
    }
    let mut stage = page("s");
    stage.text("tatus");
    assert_eq!(stage.app.typed(), "status");
    assert!(!stage.has("closes"), "the page is gone");
    // `q` closes what is read, and leaves nothing but that.
    let mut stage = page("Esc");
    stage.keys("Esc").text("?").keys("Esc").text("w");
    assert_eq!(stage.app.left(), None);
}

/// What is refused or asked meanwhile is not hidden by a page of what came before it.
#[test]
fn a_page_hides_neither_a_refusal_nor_a_question() {
    let mut stage = open();
    stage.line("help; nonsense");
    assert!(stage.has("line 1 of") && stage.has("nonsense"));
    let mut stage = open();
    stage.line("help");
    stage.tell(asks("Apply 3 changes?", "a difference\n"));
    assert!(stage.has("line 1 of") && stage.has("something is asked"));
    // Whoever types on at the prompt sees what is asked, and has not answered it.
    stage.wait(60_000);
    assert_eq!(format!("{:?}", wishes(&mut stage, "y")), "[]");
    assert!(stage.has("Apply 3 changes?") && !stage.has("closes"));
    // On the page of what differs, letters are for reading.
    stage.wait(60_000).keys("d");
    assert_eq!(format!("{:?}", wishes(&mut stage, "y")), "[]");
    assert!(stage.has("Enter/Esc closes") && stage.has("a difference"));
}

/// In the past nothing is done, and what was typed is still there.
#[test]
fn in_the_past_nothing_is_done_and_no_line_is_lost() {
    let rewound = || {
        let mut stage = open();
        stage.keys("Esc a").wait(60_000).keys("< < <");
        assert!(stage.has("PAST"));
        stage
    };
    for spelled in ["p", "a", "s", "c", "b", "e", "u", "U"] {
        let mut stage = rewound();
        stage.keys(spelled).wait(60_000);
        assert_eq!(log(&stage), ["apply"], "{spelled}");
        assert!(stage.has("nothing can be done"), "{spelled}");
        assert_eq!(
            (stage.app.typed(), stage.app.left()),
            ("", None),
            "{spelled}"
        );
    }
    for arrow in ["-", "~"] {
        let mut stage = rewound();
        stage.keys("/").text("pw").keys("Enter").keys(arrow);
        stage.keys("/").text("by").keys("Enter Enter");
        assert_eq!(log(&stage), ["apply"], "{arrow}");
    }
    let mut stage = rewound();
    stage.keys("i").text("set pw length=20").keys("Enter");
    assert!(stage.has("nothing can be done"));
    assert_eq!(stage.app.typed(), "set pw length=20");
    stage.keys("Esc End i Enter");
    assert_eq!(log(&stage), ["apply", "set password[pw] length=20"]);
}

/// While something is done, lines and keys wait their turn, in order; Ctrl+C stops what runs, and does not leave.
#[test]
fn while_something_is_done_the_rest_waits_its_turn() {
    let mut stage = open();
    let mut wished = Vec::new();
    for spelled in "a p p l y Enter s t a t u s Enter Esc p i Ctrl+C Ctrl+C Ctrl+C q".split(' ') {
        wished.extend(wishes(&mut stage, spelled));
    }
    let shown: Vec<String> = wished.iter().map(|wish| format!("{wish:?}")).collect();
    let does = |line: &str| format!("Task(Do({line:?}))");
    let stops = "Interrupt".to_owned();
    assert_eq!(
        shown,
        [
            does("apply"),
            does("status"),
            does("plan"),
            stops.clone(),
            stops.clone(),
            stops
        ]
    );
    assert_eq!(
        stage.app.typed(),
        "q",
        "and what is typed meanwhile is a line"
    );
}
