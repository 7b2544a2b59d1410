//! The past: beside it stands what was so then.

use super::stage::Stage;
use ratatui::style::Modifier;
use weft::engine::event::{Event, EventId, What};
use weft::time::Time;
use weft::trace::REMEMBERED;
use weft::tui::app::{App, Moment, Told};
use weft::tui::news::News;
use weft::tui::theme::{Look, Theme};

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

/// Who looks at what is forgotten meanwhile sees from then on how everything stood where the memory begins.
#[test]
fn what_is_forgotten_is_not_looked_at_any_more() {
    let (mut stage, _) = lived();
    assert!(!at(&mut stage, 1).0.contains('✦'));
    let last = stage.session().events().last().expect("there is one").id;
    let told = |n| Event {
        id: EventId(last.0 + n),
        at: Time(0),
        subject: None,
        what: What::Note(String::new()),
        cause: None,
    };
    let told = (1..=REMEMBERED as u64).map(told).collect();
    stage.tell(Told::News(News::Events(told)));
    assert!(stage.app.is_past() && stage.app.shown().0 == 0);
    let row = stage.rows()[2].clone();
    assert!(row.starts_with("◉◌ file[/tmp/x]"), "{row}");
}

/// Six vertices, applied: a trace that is longer than its pane.
fn long(size: (u16, u16), look: Look) -> Stage {
    let mut stage = Stage::open("", size, look);
    for n in 0..6 {
        stage.line(&format!("add file /tmp/x{n} content=hi mode=0644"));
    }
    stage.line("apply");
    stage.keys("Esc Tab Tab");
    stage
}

/// The rows of the trace that look so.
fn looking(stage: &mut Stage, modifier: Modifier) -> Vec<String> {
    let (buffer, _) = stage.frame();
    let rows = stage.rows();
    let title = rows.iter().position(|row| row.contains(" trace"));
    let from = title.expect("the pane's title") + 1;
    let trace = (from..rows.len() - 2).filter(|y| {
        let y = u16::try_from(*y).expect("a row");
        buffer[(buffer.area.width - 1, y)]
            .modifier
            .contains(modifier)
            || buffer[(12, y)].modifier.contains(modifier)
    });
    trace.map(|y| rows[y].trim().to_owned()).collect()
}

fn marked(stage: &mut Stage) -> String {
    let marked = looking(stage, Modifier::UNDERLINED);
    assert_eq!(marked.len(), 1, "{marked:?}\n{}", stage.rows().join("\n"));
    marked[0].clone()
}

const LOW: (u16, u16) = (80, 24);

/// One line of the trace is marked while it has the keys, however little there is to draw it with; Enter goes there.
#[test]
fn the_film_goes_to_the_line_that_is_marked() {
    for look in [
        Look::default(),
        Look {
            ascii: true,
            theme: Theme::Mono,
        },
    ] {
        let mut stage = long(LOW, look);
        assert!(marked(&mut stage).contains("converged"));
        stage.keys("Up k");
        // The file's content is told below it.
        assert!(
            marked(&mut stage).starts_with("+hi"),
            "{}",
            marked(&mut stage)
        );
        stage.keys("k Up");
        let line = marked(&mut stage);
        assert!(line.contains("changed   file[/tmp/x"), "{line}");
        let before = stage.rows()[13..22].to_vec();
        stage.keys("Enter");
        assert!(stage.rows()[0].contains("PAST"), "{}", stage.rows()[0]);
        assert_eq!(marked(&mut stage), line);
        // The last of its rows that are seen is where the film stands.
        assert_eq!(looking(&mut stage, Modifier::REVERSED).len(), 1);
        assert_eq!(stage.rows()[13..22], before, "the trace stays");
        let selected = stage.app.selected().map(ToString::to_string);
        assert!(line.contains(&selected.expect("a vertex")), "{line}");
        // Later ones can be gone to as well.
        let (past, all) = stage.app.shown();
        stage.keys("j j j j Enter");
        assert_eq!((past < all, stage.app.shown()), (true, (all, all)));
        stage.keys("i");
        assert_eq!(
            looking(&mut stage, Modifier::UNDERLINED),
            Vec::<String>::new()
        );
    }
}

/// In the past the trace is read by itself: coming back, one reads on where one was.
#[test]
fn reading_the_past_leaves_what_is_live_where_it_was() {
    let mut stage = long(LOW, Look::default());
    let follows = stage.rows()[13..22].to_vec();
    let mut moved = |live: &[String], keys: &str| {
        stage.keys("< < <");
        let stands = stage.rows()[13..22].to_vec();
        stage.keys(keys);
        let reads = stage.rows()[13..22].to_vec();
        assert_ne!(reads, stands, "{keys} moves what is seen");
        stage.keys("End");
        assert_eq!(stage.rows()[13..22], *live, "{keys}");
    };
    moved(&follows, "PgUp");
    moved(&follows, "k k k k k k k k k k");
    stage.keys("PgUp");
    let reads = stage.rows()[13..22].to_vec();
    assert_ne!(reads, follows);
    stage.keys("< < < PgDn End");
    assert_eq!(stage.rows()[13..22], reads);
    // Once more: to the end of what is live.
    stage.keys("End");
    assert_eq!(stage.rows()[13..22], follows);
}

/// A line that is too wide for the pane is seen as a whole where it is marked, also where the pane is too low for it.
#[test]
fn a_line_can_be_read_to_its_end() {
    let mut stage = Stage::open("", (60, 15), Look::default());
    let name: String = (0..300).map(|n| format!("{n}-")).collect();
    stage.line(&format!("add file /tmp/{name}end content=hi"));
    stage.line("apply").keys("Esc Tab Tab t");
    stage.text("changed").keys("Enter");
    assert!(
        stage.has("changed   file[") && !stage.has("299-end]"),
        "{}",
        stage.rows().join("\n")
    );
    let mut seen = String::new();
    let mut starts = 0;
    for key in ["k"; 30].into_iter().chain(["j"; 30]) {
        stage.keys(key);
        starts += usize::from(stage.has(" 0.000 changed"));
        seen.push_str(&stage.rows().join("\n"));
    }
    assert!(
        starts > 1 && seen.contains("299-end]"),
        "{}",
        stage.rows().join("\n")
    );
    assert!(marked(&mut stage).contains("converged"));
}

/// Where the film is moved otherwise, what is marked is where it stands then, and not where it was.
#[test]
fn a_mark_goes_with_the_film() {
    for moves in ["<", "< <", "End < <"] {
        let mut stage = long(LOW, Look::default());
        stage.keys("k k k k Enter");
        let line = marked(&mut stage);
        stage.keys(moves);
        assert_eq!(
            looking(&mut stage, Modifier::UNDERLINED),
            Vec::<String>::new()
        );
        let stands = stage.app.shown();
        stage.keys("Enter");
        assert_eq!(stage.app.shown(), stands, "{moves}");
        stage.keys("k");
        assert_ne!(marked(&mut stage), line, "{moves}");
    }
}

/// Whoever comes back to the trace begins at its end again.
#[test]
fn a_mark_goes_with_the_keys() {
    let mut stage = long(LOW, Look::default());
    stage.keys("k k k");
    assert!(!marked(&mut stage).contains("converged"));
    stage.keys("Tab");
    assert!(!stage.has("━ trace"));
    stage.keys("Tab Tab");
    assert!(marked(&mut stage).contains("converged"));
}

/// Who marks a line goes on reading there when more is told; at the end the trace follows again.
#[test]
fn a_marked_line_stays_in_sight() {
    let mut stage = long(LOW, Look::default());
    stage.keys("k k k");
    let line = marked(&mut stage);
    let news = stage.session().events().to_vec();
    stage.tell(Told::News(News::Events(news)));
    stage.wait(60_000);
    assert_eq!(marked(&mut stage), line);
    assert!(stage.has("trace, "), "{}", stage.rows().join("\n"));
    stage.keys("End");
    let rows = stage.rows().join("\n");
    assert!(
        !rows.contains("trace, ") && marked(&mut stage).contains("converged"),
        "{rows}"
    );
}

/// A step back is one line of the trace as it is told: one event, where it tells them all.
#[test]
fn a_step_is_one_line_of_the_trace() {
    let mut stage = Stage::open("", WIDE, Look::default());
    stage.line("add noop a; add noop b; a -> b").line("apply");
    let all = stage.keys("Esc").app.shown().0;
    assert_eq!(all - stage.keys("T < <").app.shown().0, 2);
    assert_eq!(stage.keys(">").app.shown().0, all - 1);
    // The story tells of no check.
    let shown = stage.keys("End T < <").app.shown().0;
    assert!(shown < all - 4, "{shown} of {all}");
}

/// Behind the last event there is nothing that could be the future of a past.
#[test]
fn the_last_event_is_now() {
    let mut stage = Stage::open("", WIDE, Look::default());
    stage.line("add noop a").line("apply").keys("Esc < <");
    assert!(stage.app.is_past());
    stage.keys("> > >");
    assert!(!stage.app.is_past(), "{}", stage.rows()[0]);
    stage.keys("Tab Tab Enter");
    assert!(stage.has("Enter goes there"), "{}", stage.rows().join("\n"));
    assert!(!stage.app.is_past(), "{}", stage.rows()[0]);
    stage.keys("Up Enter");
    assert!(stage.app.is_past(), "{}", stage.rows()[0]);
}

/// What was planned before a lesson was compared with its run, and is not to be done again after it.
#[test]
fn a_lesson_brings_no_old_plan_back() {
    let mut stage = Stage::open("", WIDE, Look::default());
    stage
        .line("add file /tmp/x content=hi mode=0644")
        .line("plan")
        .line("apply");
    assert!(stage.has("=✦ file[/tmp/x]"), "{}", stage.rows().join("\n"));
    stage.line("learn 1").line("learn off");
    assert!(stage.has(" ✦ file[/tmp/x]"), "{}", stage.rows().join("\n"));
}

/// Esc goes to the graph, whatever pane has the keys.
#[test]
fn esc_goes_to_the_graph() {
    let mut stage = Stage::open("", (80, 24), Look::default());
    stage
        .line("add noop a; add noop b; a -> b")
        .keys("Esc Tab Tab Esc l");
    assert_eq!(
        stage.app.selected().map(ToString::to_string).as_deref(),
        Some("noop[b]")
    );
}

/// What plays on from the past is the past until it has caught up.
#[test]
fn the_past_that_plays_on_is_no_place_to_act() {
    let mut stage = Stage::open(super::stage::PASSWORD, WIDE, Look::default());
    stage.line("apply").keys("Esc < < < < < < Space");
    assert!(
        stage.has("PLAYS") && stage.has("LIVE +"),
        "{}",
        stage.rows()[0]
    );
    assert!(stage.has("the past"), "{}", stage.rows()[1]);
    stage.keys("u");
    assert!(
        stage.has("nothing can be done"),
        "{}",
        stage.rows().join("\n")
    );
    stage.wait(60_000);
    assert!(!stage.app.is_past(), "{}", stage.rows()[0]);
    assert!(
        !stage.has("PLAYS") && !stage.has("LIVE +"),
        "{}",
        stage.rows()[0]
    );
}
