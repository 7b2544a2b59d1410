//! What the screen says of itself is so: what a key would do, where one is, what was found and what was not.

use super::stage::{PASSWORD, Stage};
use weft::tui::graph::Zoom;
use weft::tui::theme::Look;

const SMALL: (u16, u16) = (80, 24);

fn open(text: &str) -> Stage {
    Stage::open(text, SMALL, Look::default())
}

/// The last row: the hint bar, or what is said once in its place.
fn hint(stage: &mut Stage) -> String {
    stage.rows().pop().unwrap_or_default()
}

fn seen(stage: &mut Stage) -> String {
    stage.rows().join("\n")
}

#[test]
fn on_a_page_nothing_is_taken() {
    let mut stage = open("");
    stage.line("learn");
    assert_eq!(hint(&mut stage), "Enter/Esc closes  Up Down move");
    assert!(stage.has("`learn 3`"), "{}", seen(&mut stage));
    stage.keys("Enter");
    assert!(!stage.has("closes"), "{}", seen(&mut stage));
    stage.keys("F1");
    assert_eq!(
        hint(&mut stage),
        "Enter/Esc closes  Up Down move  letters find"
    );
    stage.keys("Esc Esc :");
    assert_eq!(hint(&mut stage), "Esc closes  Up Down move  Enter takes");
}

#[test]
fn a_page_says_where_one_is_only_where_there_is_more() {
    let mut stage = open("");
    stage.line("learn");
    let all = stage.rows()[1].trim().to_owned();
    assert!(all.starts_with("all ") && all.ends_with(" lines"), "{all}");
    stage.keys("Esc").line("help");
    assert!(stage.rows()[1].starts_with(" line 1 of "));
}

/// The trace of the past ends before what is said now.
#[test]
fn what_is_asked_in_the_past_is_seen_at_once() {
    let asked = [
        ("why file[/tmp/secret]", "changed"),
        ("show file[/tmp/secret]", "/tmp/secret"),
        ("status", "file[/tmp/secret]"),
        ("pending", "nothing is pending"),
        ("kinds noop", "Does nothing, and is always right"),
        ("help step", "step"),
    ];
    for (line, answer) in asked {
        let mut stage = open(PASSWORD);
        stage.keys("Esc a").wait(60_000).keys("< < < i");
        let before = stage.rows();
        stage.text(line).keys("Enter");
        let rows = stage.rows();
        let news = rows.iter().filter(|row| !before.contains(row));
        let news: Vec<&String> = news.filter(|row| !row.contains('›')).collect();
        assert!(
            news.iter().any(|row| row.contains(answer)),
            "{line}: {}",
            rows.join("\n")
        );
        assert!(!stage.has("› help"), "{line}");
    }
    let mut stage = open(PASSWORD);
    stage.keys("Esc a").wait(60_000).keys("< < < w");
    assert_eq!(hint(&mut stage), "Enter/Esc closes  Up Down move");
    assert!(stage.rows()[1].contains("line"), "{}", seen(&mut stage));
    stage.keys("Esc");
    assert!(stage.has("PAST"), "{}", seen(&mut stage));
}

#[test]
fn the_prompt_in_the_past_says_how_to_go_back() {
    let mut stage = open(PASSWORD);
    stage.keys("Esc a").wait(60_000).keys("< i");
    let hint = hint(&mut stage);
    assert!(hint.starts_with("Esc, End back to now"), "{hint}");
    stage.keys("Esc End i");
    assert!(!stage.has("back to now"), "{}", seen(&mut stage));
}

#[test]
fn what_was_found_is_named() {
    let mut stage = open(PASSWORD);
    stage.keys("Esc /").text("file");
    assert_eq!(hint(&mut stage), "1 of 1: file[/tmp/secret]");
}

/// Behind a field there is a binding: an order or a notification would be refused.
#[test]
fn behind_a_field_only_a_binding_is_offered() {
    let mut stage = open(PASSWORD);
    stage.text("password[pw].password ").keys("Tab");
    assert_eq!(stage.app.typed(), "password[pw].password -> ");
    let mut stage = open(PASSWORD);
    stage.text("expect password[pw].password ").keys("Tab Tab");
    assert!(
        stage.has("->  carries the value to"),
        "{}",
        seen(&mut stage)
    );
    assert!(!stage.has("comes before"), "{}", seen(&mut stage));
    let mut stage = open(PASSWORD);
    stage.text("password[pw] ").keys("Tab Tab");
    assert!(
        stage.has("~>  comes before, and notifies"),
        "{}",
        seen(&mut stage)
    );
}

#[test]
fn a_binding_to_what_receives_nothing_is_refused_at_once() {
    let mut stage = open(PASSWORD);
    stage.keys("Esc /").text("pw").keys("Enter .");
    stage.keys("/").text("bystander").keys("Enter Enter");
    let said = hint(&mut stage);
    assert!(said.starts_with("noop receives nothing"), "{said}");
    assert_eq!(stage.app.typed(), "");
    // Another can be picked still.
    stage.keys("/").text("file").keys("Enter Enter");
    assert_eq!(
        stage.app.typed(),
        "password[pw].password -> file[/tmp/secret]."
    );
}

#[test]
fn who_has_the_mouse_is_said() {
    let mut stage = open(PASSWORD);
    stage.keys("Esc m");
    assert_eq!(hint(&mut stage), "the mouse is weft's: m lets go of it");
    stage.keys("m");
    assert_eq!(hint(&mut stage), "the mouse is the terminal's: m takes it");
}

#[test]
fn what_looks_like_no_other_is_said_to() {
    let mut stage = open("");
    stage.line("add noop lone").keys("Esc z");
    let nothing = "nothing looks alike here: four that do are drawn as one";
    assert_eq!(hint(&mut stage), nothing);
    stage.keys("z");
    assert_eq!(hint(&mut stage), nothing, "there is nothing to open");
    stage
        .keys("i")
        .line("add noop /x/a1; add noop /x/a2; add noop /x/a3; add noop /x/a4")
        .keys("Esc /")
        .text("lone")
        .keys("Enter z");
    assert_eq!(
        hint(&mut stage),
        "nothing looks like noop[lone]; what does look alike is drawn as one: z opens it"
    );
    stage.keys("/").text("a1").keys("Enter z z");
    assert!(stage.has("noop[/x/a4]"), "{}", seen(&mut stage));
}

/// What a key does is answered as what is typed is.
#[test]
fn a_break_by_key_is_answered_as_a_typed_one() {
    for (before, typed, key) in [("", "break password[pw]", "b"), ("b", "break off pw", "b")] {
        let stages = [true, false].map(|types| {
            let mut stage = open(PASSWORD);
            stage.keys("Esc");
            if !before.is_empty() {
                stage.keys(before);
            }
            match types {
                true => stage.keys("i").line(typed).keys("Esc"),
                false => stage.keys(key).wait(60_000),
            };
            stage.rows()
        });
        assert!(
            stages[0]
                .iter()
                .any(|row| row.contains("before password[pw]")),
            "{}",
            stages[0].join("\n")
        );
        assert_eq!(stages[0], stages[1], "{typed}");
    }
}

#[test]
fn the_list_of_keys_closes_as_it_opened() {
    let mut stage = open(PASSWORD);
    stage.keys("Esc ?");
    assert!(stage.has("keys: _"));
    stage.keys("?");
    assert!(!stage.has("keys: "), "{}", seen(&mut stage));
    stage.keys("F1 F1");
    assert!(!stage.has("keys: "), "{}", seen(&mut stage));
    stage.keys("?").text("xyzzy");
    assert!(stage.has("no key does that"), "{}", seen(&mut stage));
    stage.keys("Esc");
}

#[test]
fn in_a_lesson_no_other_is_advertised() {
    let mut stage = open("");
    assert!(stage.has("`learn` has lessons"), "{}", seen(&mut stage));
    stage.line("learn 1").keys("Esc i");
    assert!(stage.has("lesson 1"), "{}", seen(&mut stage));
    assert!(stage.has("F1 lists the keys"), "{}", seen(&mut stage));
    assert!(!stage.has("has lessons"), "{}", seen(&mut stage));
    assert!(!stage.has("`demo`"), "{}", seen(&mut stage));
}

#[test]
fn a_new_graph_is_said_to_be_one() {
    let mut stage = open("");
    stage.line("new");
    assert!(
        stage.has("a new graph, named graph"),
        "{}",
        seen(&mut stage)
    );
}

#[test]
fn the_readme_calls_things_as_the_screen_does() {
    let readme = include_str!("../../README.md");
    let (_, screen) = readme.split_once("\n## The screen\n").expect("a part");
    let (screen, _) = screen.split_once("\n## ").expect("another part");
    let zooms = Zoom::ALL.iter().map(|zoom| format!("`{}`", zoom.word()));
    for word in zooms.chain(["`--mouse`".to_owned()]) {
        assert!(screen.contains(&word), "{word}");
    }
}
