//! Frames with their styles: every pane at four sizes, each lesson, and the password story at fixed times of its film.

use super::stage::{PASSWORD, Stage, asks, wants};
use weft::command::session::Sort;
use weft::tui::app::Told;
use weft::tui::news::News;
use weft::tui::record::dump;
use weft::tui::theme::{Look, Theme};

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];
const MEDIUM: (u16, u16) = (80, 24);

fn kept(name: &str, stage: &mut Stage) {
    kept_text(name, &dump(&stage.frame().0));
}

fn kept_text(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "../../snapshots/tui",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}

fn open(size: (u16, u16)) -> Stage {
    Stage::open(PASSWORD, size, Look::default())
}

#[test]
fn every_pane_at_four_sizes() {
    for (wide, high) in SIZES {
        let mut stage = open((wide, high));
        let mut shot = |what: &str, keys: &str| {
            if !keys.is_empty() {
                stage.keys(keys).wait(60_000);
            }
            kept(&format!("{wide}x{high}-{what}"), &mut stage);
        };
        shot("begin", "");
        shot("plan", "Esc p");
        shot("applied", "a");
        shot("inspector", "Right Tab");
        shot("trace", "Tab T");
        shot("past", "Tab < < < < < < < < <");
        shot("why", "End T Right w");
    }
}

#[test]
fn what_lies_over_the_panes() {
    let cases = [
        ("keys", "Esc ? f i l m"),
        ("palette", "Esc : u n d o"),
        ("pick", "Esc - Right"),
        ("search", "Esc / b y"),
        ("boxes", "Esc + p"),
        ("dots", "Esc = p"),
        ("overview", "Esc = = p"),
        ("neighbourhood", "Esc f"),
        ("menu", "a d d Space Tab Tab Tab"),
    ];
    for (what, keys) in cases {
        let mut stage = open(MEDIUM);
        stage.keys(keys);
        kept(&format!("over-{what}"), &mut stage);
    }
    let mut stage = open(MEDIUM);
    stage.line("help");
    kept("over-page", &mut stage);
}

#[test]
fn questions() {
    let mut stage = open(MEDIUM);
    stage.keys("Esc a").wait(60_000).keys("< <");
    assert!(stage.has("PAST"));
    let more = "file[/etc/motd]: content differs\n    -old\n    +new\n";
    stage.tell(asks("Apply 3 changes to web1 as root?", more));
    stage.keys("y");
    assert!(
        stage.has("what you typed is no answer"),
        "it has not stood on the screen"
    );
    stage.wait(1_000);
    stage.keys("x");
    kept("asks-consent", &mut stage);
    stage.keys("d");
    kept("asks-difference", &mut stage);
    stage.keys("Esc y");
    assert!(stage.has("Apply 3 changes to web1 as root? yes"));
    stage.tell(wants("password[pw].length"));
    assert!(stage.has("password[pw].length"));
    stage.text("17");
    assert!(!stage.has("17"), "what is typed for a secret is not shown");
    kept("asks-secret", &mut stage);
}

#[test]
fn without_colour_and_without_unicode() {
    let looks = [
        ("ascii", true, Theme::Dark),
        ("mono", false, Theme::Mono),
        ("light", false, Theme::Light),
        ("color-blind", false, Theme::ColorBlind),
    ];
    for (what, ascii, theme) in looks {
        let mut stage = Stage::open(PASSWORD, MEDIUM, Look { ascii, theme });
        stage.keys("Esc p a").wait(60_000);
        stage.keys("i").line("add file /tmp/x mode=9");
        let text = dump(&stage.frame().0);
        if ascii {
            assert!(text.is_ascii(), "{text}");
        }
        kept_text(&format!("look-{what}"), &text);
    }
}

/// The whole frame at fixed times of the film, and the graph's row more often.
#[test]
fn the_password_story_in_motion() {
    let mut stage = open(MEDIUM);
    stage.keys("Esc a");
    let mut film = Vec::new();
    for tenth in 0..=34 {
        if tenth % 8 == 0 {
            kept(&format!("film-{tenth:02}"), &mut stage);
        }
        film.push(format!(
            "{:.1} {}",
            f64::from(tenth) / 10.0,
            stage.rows()[2]
        ));
        stage.wait(100);
    }
    kept_text("film", &film.join("\n"));
}

#[test]
fn each_lesson_as_it_begins_and_as_it_is_reached() {
    for number in 1..=12 {
        let mut stage = Stage::open("", MEDIUM, Look::default());
        stage.line(&format!("learn {number}")).keys("Esc");
        kept(&format!("lesson-{number:02}-begins"), &mut stage);
        let lesson = stage.session().lesson().expect("a lesson is on");
        stage.keys("i").line("learn par");
        for step in par(&lesson.name) {
            stage.line(&step);
        }
        assert!(stage.session().lesson().expect("it is on").done, "{number}");
        stage.keys("Esc");
        kept(&format!("lesson-{number:02}-reached"), &mut stage);
    }
}

/// The commands of a good way.
fn par(lesson: &str) -> Vec<String> {
    let path = format!(
        "{}/scenarios/lessons/{lesson}.yaml",
        env!("CARGO_MANIFEST_DIR")
    );
    let document = weft::file::load(path.as_ref(), &weft::kind::Kinds).expect("a lesson");
    let lesson = document
        .story
        .and_then(|story| story.lesson)
        .expect("a lesson");
    lesson.par.into_iter().map(|step| step.text).collect()
}

#[test]
fn a_text_that_was_shown_does_nothing_to_the_screen() {
    let mut stage = open(MEDIUM);
    let evil = "a\x1b]52;c;ZXZpbA==\x07\u{202e}b\r\n\tc\n";
    stage.tell(Told::News(News::Shown(Sort::Words, evil.to_owned())));
    stage.tell(Told::News(News::Remark(evil.to_owned())));
    let (buffer, _) = stage.frame();
    let cells = buffer.content().iter();
    let wrong = cells.filter(|cell| {
        cell.symbol()
            .chars()
            .any(|c| c.is_control() || c == '\u{202e}')
    });
    assert_eq!(wrong.count(), 0);
    assert!(stage.has("a\\u{1b}]52"));
}
