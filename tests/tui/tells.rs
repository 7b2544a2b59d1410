//! What the screen tells is so: marks, signs, counts and the trace beside the film.

use super::stage::{PASSWORD, Stage};
use weft::command::session::Silent;
use weft::tui::app::Told;
use weft::tui::news::News;
use weft::tui::theme::Look;

const WIDE: (u16, u16) = (120, 40);

fn open(text: &str) -> Stage {
    Stage::open(text, WIDE, Look::default())
}

fn alike() -> Stage {
    let mut stage = open("");
    stage.line("add noop /x/a1; add noop /x/a2; add noop /x/a3; add noop /x/a4; add noop /x/a5");
    stage.keys("Esc z");
    assert!(stage.has("noop[/x/a*] x 5"), "{}", stage.rows().join("\n"));
    stage
}

/// What is drawn as one is counted one by one, and each has its own status in the inspector.
#[test]
fn what_is_folded_is_told_one_by_one() {
    let mut stage = alike();
    stage.keys("s").wait(60_000).keys("s").wait(60_000);
    assert!(stage.has("paused 2 of 5"), "{}", stage.rows()[0]);
    assert!(stage.has("│✓ ok"), "{}", stage.rows().join("\n"));
    stage.keys("/").text("a4").keys("Enter");
    assert_eq!(
        stage.app.selected().map(ToString::to_string).as_deref(),
        Some("noop[/x/a4]")
    );
    assert!(stage.has("│◌ waiting"), "{}", stage.rows().join("\n"));
}

#[test]
fn what_is_folded_counts_one_by_one() {
    let mut stage = alike();
    stage.keys("A");
    assert!(
        stage.has("graph, 5 vertices, a part"),
        "{}",
        stage.rows().join("\n")
    );
    stage.keys("A 0");
    assert!(stage.has("of 5"), "{}", stage.rows().join("\n"));
}

#[test]
fn a_neighbourhood_does_not_make_the_run_smaller() {
    let mut stage = open(PASSWORD);
    stage.keys("Esc s").wait(60_000).keys("s").wait(60_000);
    assert!(stage.has("paused 2 of 3"), "{}", stage.rows()[0]);
    stage.keys("/").text("by").keys("Enter f");
    assert!(stage.has("2 vertices, a part"), "{}", stage.rows()[1]);
    assert!(stage.has("paused 2 of 3"), "{}", stage.rows()[0]);
}

/// A plan is compared with the run that it was made for: not with what a watch does afterwards, nor with what it left out.
#[test]
fn a_plan_is_compared_with_one_run_and_with_what_it_looked_at() {
    let mut stage = open("");
    stage
        .line("add file /tmp/x content=hi mode=0644")
        .line("plan")
        .line("watch");
    assert!(stage.has("=✓ file[/tmp/x]"), "{}", stage.rows().join("\n"));
    stage.line("dirty file[/tmp/x]");
    assert!(stage.has(" ✓ file[/tmp/x]"), "{}", stage.rows().join("\n"));
    stage.line("sim write /tmp/x other");
    assert!(!stage.has("≠"), "{}", stage.rows().join("\n"));
    let mut stage = open("");
    stage
        .line("add file /tmp/x content=hi mode=0644; add file /tmp/y content=hi mode=0644")
        .line("plan file[/tmp/x]")
        .line("apply");
    assert!(stage.has("=✦ file[/tmp/x]"), "{}", stage.rows().join("\n"));
    assert!(stage.has(" ✦ file[/tmp/y]"), "{}", stage.rows().join("\n"));
}

/// What a plan said before something else was done is not what is still to be done.
#[test]
fn a_plan_goes_when_the_world_goes_on_without_it() {
    let mut stage = open("");
    stage
        .line("add file /tmp/x content=hi mode=0644")
        .line("watch")
        .line("pause")
        .line("sim write /tmp/x other")
        .line("plan");
    assert!(stage.has("to change"), "{}", stage.rows().join("\n"));
    stage.line("resume");
    let row = stage.rows()[2].clone();
    assert!(row.starts_with(" ✓ file[/tmp/x]"), "{row}");
}

/// A difference from the plan stands out.
#[test]
fn what_was_not_planned_stands_out() {
    let mut stage = open("");
    stage
        .line("add file /tmp/x content=hi mode=0644")
        .line("plan")
        .line("sim write /tmp/x hi")
        .line("apply");
    assert!(stage.has("≠"), "{}", stage.rows().join("\n"));
    // What was to be made is there, and was changed.
    let mut stage = open("");
    stage
        .line("add file /tmp/x content=hi mode=0644; plan")
        .line("sim write /tmp/x other")
        .line("apply");
    assert!(stage.has("≠✦"), "{}", stage.rows().join("\n"));
    // What was to be changed was gone, and was made anew.
    let mut stage = open("");
    stage
        .line("add file /tmp/x content=hi mode=0644; apply; sim chmod 0600 /tmp/x; plan")
        .line("sim rm /tmp/x")
        .line("apply");
    assert!(stage.has("≠✦"), "{}", stage.rows().join("\n"));
}

#[test]
fn boxes_are_boxes_after_a_neighbourhood() {
    let mut stage = open("");
    stage.line("add noop a; add noop b; a -> b; add noop c");
    for keys in ["Esc f + f", "Esc + f = f + "] {
        stage.keys(keys.trim_end());
        assert!(stage.has("boxes"), "{}", stage.rows().join("\n"));
        for name in ["a", "b", "c"] {
            assert!(
                stage.has(&format!("┌─noop[{name}]")),
                "{}",
                stage.rows().join("\n")
            );
        }
        stage.keys("0");
    }
}

/// The trace does not tell what the film has not come to; where the film stands still, its last event is marked.
#[test]
fn the_trace_goes_in_step_with_the_film() {
    use ratatui::style::Modifier;
    let mut stage = open(PASSWORD);
    stage.keys("Esc a");
    assert!(
        stage.has("› apply") && !stage.has("converged"),
        "{}",
        stage.rows().join("\n")
    );
    stage.wait(1_000);
    assert!(
        stage.has("sent      password[pw]"),
        "{}",
        stage.rows().join("\n")
    );
    assert!(!stage.has("refreshed noop"), "{}", stage.rows().join("\n"));
    stage.wait(60_000);
    assert!(stage.has("converged 0 ok"), "{}", stage.rows().join("\n"));
    stage.keys("< < <");
    let at = stage
        .rows()
        .iter()
        .position(|row| row.contains("changed   file[/tmp/secret]"));
    let (buffer, _) = stage.frame();
    let marked = |y: u16| buffer[(80, y)].modifier.contains(Modifier::REVERSED);
    let rows: Vec<usize> = (20..38).filter(|y| marked(*y)).map(usize::from).collect();
    assert_eq!(
        rows,
        at.into_iter().collect::<Vec<_>>(),
        "{}",
        stage.rows().join("\n")
    );
}

/// What is copied is what is seen.
#[test]
fn the_past_is_copied_as_it_is_seen() {
    let mut stage = Stage::open(PASSWORD, (80, 24), Look::default());
    stage
        .keys("Esc a")
        .wait(60_000)
        .keys("< < < < < < Tab Tab y");
    let copied = stage.wished.join("\n");
    assert!(copied.contains("changed   password[pw]"), "{copied}");
    let unseen = stage.rows().iter().all(|row| !row.contains("converged"));
    assert_eq!(unseen, !copied.contains("converged"), "{copied}");
}

/// However low the screen is, a lesson leaves room, and nothing is drawn beside it.
#[test]
fn a_lesson_fits_every_screen() {
    for (wide, high) in [
        (26, 8),
        (120, 8),
        (120, 9),
        (120, 12),
        (200, 8),
        (200, 14),
        (79, 60),
    ] {
        let mut stage = Stage::open("", (wide, high), Look::default());
        stage.line("learn 8");
        stage.keys("Esc").text("ad");
        assert!(
            stage.has("sim shop › ad"),
            "{wide}x{high}:\n{}",
            stage.rows().join("\n")
        );
        assert!(
            stage.has("lesson 8"),
            "{wide}x{high}:\n{}",
            stage.rows().join("\n")
        );
    }
}

/// A large graph that is edited while it is placed is placed once more, and not once for each edit.
#[test]
fn one_graph_is_placed_at_a_time() {
    let many: String = (0..1_000).map(|n| format!("  - name: n{n}\n")).collect();
    let mut stage = open(&format!(
        "weft: 1\ngraph: many\nresources:\n  noop:\n{many}"
    ));
    let edited = |stage: &mut Stage, name: &str| {
        let graph = stage.session().graph().clone();
        let line = format!("add noop {name}");
        let mut front = Silent;
        stage
            .session_mut()
            .eval(&line, &mut front)
            .expect("an edit");
        assert!(!std::sync::Arc::ptr_eq(&graph, stage.session().graph()));
        let news = News::Edited(stage.session().graph().clone());
        stage.app.take(Told::News(news), stage.at)
    };
    let mut wished = edited(&mut stage, "x0");
    assert_eq!(wished.len(), 1, "it is placed");
    for n in 1..20 {
        let more = edited(&mut stage, &format!("x{n}"));
        assert!(more.is_empty(), "one is placed already: {more:?}");
    }
    let mut placed = 0;
    while let Some(weft::tui::app::Wish::Place(placement)) = wished.pop() {
        placed += 1;
        let news = News::Placed(Box::new(placement.place()));
        wished = stage.app.take(Told::News(news), stage.at);
    }
    assert_eq!(
        placed, 2,
        "what was there when it was edited first, and last"
    );
    assert!(stage.has("1020 vertices"), "{}", stage.rows()[1]);
}

/// A terminal may say that it has no rows, or no columns.
#[test]
fn a_screen_of_nothing_is_drawn() {
    for size in [(0, 0), (80, 0), (0, 24), (1, 1), (25, 8), (26, 7)] {
        let mut stage = Stage::open(PASSWORD, size, Look::default());
        stage.keys("Esc a").wait(500).frame();
    }
}

/// Each kind of what would become of a vertex has its own mark on the graph, and is counted by its own word.
#[test]
fn each_thing_that_a_plan_says_has_its_mark() {
    let story = include_str!("../../scenarios/marks.yaml");
    let mut stage = Stage::open(story, (200, 60), Look::default());
    stage.line("plan");
    let marked = [
        "+· file[/etc/new]",
        "~· file[/etc/motd]",
        "-· file[/etc/left]",
        "_· file[/etc/id]",
        "?· exec[probe]",
        "?· noop[hears]",
        "@· noop[heard]",
        "!· file[/etc/none/below]",
        "x· noop[behind]",
        "=· file[/etc/held]",
        " · file[/etc/kept]",
    ];
    for sign in marked {
        assert!(stage.has(sign), "{sign}: {}", stage.rows().join("\n"));
    }
    stage.line("apply");
    assert!(!stage.has("≠"), "{}", stage.rows().join("\n"));
}

/// What a plan says hides no break.
#[test]
fn a_break_is_seen_beside_what_a_plan_says() {
    let mut stage = open("");
    stage
        .line("add file /tmp/x content=hi mode=0644")
        .keys("Esc b p");
    assert!(
        stage.has("+·◉file[/tmp/x] ●"),
        "{}",
        stage.rows().join("\n")
    );
    stage.keys("b");
    assert!(
        stage.has("+· file[/tmp/x] ●"),
        "{}",
        stage.rows().join("\n")
    );
}

/// Beside a vertex stands what it is owed and what it owes, what was found of it, and where each value comes from.
#[test]
fn the_inspector_tells_what_is_owed_and_where_values_come_from() {
    let mut stage = open(PASSWORD);
    stage.line("apply").line("notify bystander").keys("Esc /");
    stage.text("by").keys("Enter");
    let seen = stage.rows().join("\n");
    assert!(
        seen.contains("│notified by a command, not heard yet"),
        "{seen}"
    );
    stage.keys("/").text("secret").keys("Enter");
    for told in [
        "│content = •••  (from password[pw].password)",
        "│mode = 0600  (written",
        "│state = exists  (default)",
        "│missing, should be a file with mode 0600",
    ] {
        let seen = stage.rows().join("\n");
        assert!(seen.contains(told), "{told}: {seen}");
    }
    // A command that has failed may have done something.
    let mut stage = open("");
    stage
        .line("learn 11")
        .keys("Esc / f e t c h Enter Tab PgDn");
    let seen = stage.rows().join("\n");
    assert!(seen.contains("│debt: it may have changed"), "{seen}");
}
