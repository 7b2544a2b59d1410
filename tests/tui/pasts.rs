//! The past: beside it stands what was so then.

use super::stage::Stage;
use weft::tui::app::{App, Moment};
use weft::tui::theme::Look;

const WIDE: (u16, u16) = (120, 40);

/// A file, planned and applied; then a break, before which the next run stops. With how many events there were after each line.
fn lived() -> (Stage, Vec<usize>) {
    let mut stage = Stage::open("", WIDE, Look::default());
    let lines = [
        "add file /tmp/x content=hi mode=0644",
        "apply",
        "set /tmp/x mode=0600",
        "plan",
        "apply",
        "add noop other",
        "break file[/tmp/x]",
        "dirty file[/tmp/x]",
        "apply",
    ];
    let shown = lines.map(|line| stage.line(line).app.shown().0);
    stage.keys("Esc");
    (stage, shown.to_vec())
}

/// The row of the file, and the status line, after so many events.
fn at(stage: &mut Stage, shown: usize) -> (String, String) {
    App::stand_at(&mut stage.app, Moment::Event(shown));
    let rows = stage.rows();
    (rows[2].chars().take(17).collect(), rows[0].clone())
}

#[test]
fn what_a_plan_said_stands_from_there_on_and_not_before() {
    let (mut stage, shown) = lived();
    let [applied, edited, planned, done] = [shown[1], shown[2], shown[3], shown[4]];
    assert_eq!(edited, planned, "a plan is no event");
    assert_eq!(at(&mut stage, applied).0, " ✦ file[/tmp/x]  ");
    for before in applied..planned {
        assert!(!at(&mut stage, before).0.starts_with('~'), "{before}");
    }
    assert_eq!(at(&mut stage, planned).0, "~◌ file[/tmp/x] ●");
    assert!(stage.has("│~ to change"));
    assert!(at(&mut stage, planned + 1).0.starts_with('~'), "it begins");
    assert_eq!(at(&mut stage, done).0, "=✦ file[/tmp/x]  ");
    assert_eq!(at(&mut stage, planned - 1).0.chars().next(), Some(' '));
    assert!(!stage.has("│~ to change"));
}

#[test]
fn a_break_and_a_pause_are_not_seen_before_they_were_there() {
    let (mut stage, shown) = lived();
    let [done, broken, last] = [shown[4], shown[6], shown[8]];
    assert!(stage.rows()[2].starts_with('◉'), "{}", stage.rows()[2]);
    assert!(stage.rows()[0].contains("paused 0 of 2"));
    assert!(!at(&mut stage, done).0.starts_with('◉'));
    assert!(at(&mut stage, broken).0.starts_with('◉'));
    let (_, status) = at(&mut stage, last - 1);
    assert!(status.contains("running 0 of 2"), "{status}");
    let (_, status) = at(&mut stage, last);
    assert!(status.contains("paused 0 of 2"), "{status}");
    // What is so now is there again.
    at(&mut stage, done);
    stage.keys("End");
    assert!(stage.rows()[2].starts_with('◉'), "{}", stage.rows()[2]);
}
