//! What is kept of the last picture: never more than is still so.

use super::stage::{PASSWORD, Stage, asks, session};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use weft::trace::sketch;
use weft::tui::app::Told;

/// Keys that do something to what is seen; `Enter` takes what others have typed.
const KEYS: &[&str] = &[
    "Esc", "i", "Tab", "j", "l", "h", "k", "+", "=", "0", "f", "A", "z", "F", "<", ">", "End",
    "Space", "{", "}", "p", "a", "s", "c", "b", "w", "u", "U", "?", ":", "/", "n", "t", "T", "m",
    "-", "~", "Enter", "Enter", "PgUp", "PgDn", "Alt+Left", "y", "Down", "Ctrl+L", "Ctrl+H",
];
/// Lines that happen, and are told of.
const LINES: &[&str] = &[
    "apply",
    "plan",
    "poke pw",
    "notify bystander",
    "dirty /tmp/secret",
    "sim write /tmp/secret other",
    "add noop more",
    "more -> bystander",
    "drop more",
    "break failed",
    "step",
    "continue",
    "status",
    "nonsense",
];
const SIZES: &[(u16, u16)] = &[(120, 40), (80, 24), (60, 15), (26, 8), (20, 5), (130, 30)];

#[derive(Clone, Copy, Debug)]
enum Does {
    Key(usize),
    Line(usize),
    Size(usize),
    Wait(u64),
    Asks,
}

fn does() -> impl Strategy<Value = Does> {
    prop_oneof![
        6 => (0..KEYS.len()).prop_map(Does::Key),
        2 => (0..LINES.len()).prop_map(Does::Line),
        1 => (0..SIZES.len()).prop_map(Does::Size),
        8 => (1u64..200).prop_map(Does::Wait),
        1 => (200u64..4_000).prop_map(Does::Wait),
        1 => Just(Does::Asks),
    ]
}

fn goes_on(stage: &mut Stage, does: Does) {
    match does {
        Does::Key(at) => _ = stage.keys(KEYS[at]),
        Does::Line(at) => {
            stage.keys("Esc Esc i Ctrl+U").text(LINES[at]).keys("Enter");
        }
        Does::Size(at) => stage.resize(SIZES[at]),
        Does::Asks => stage.tell(asks("Apply 3 changes?", "-old\n+new\n")),
        Does::Wait(millis) => _ = stage.wait(millis),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Of two screens that are told the same, one keeps what it can, and the other draws each picture anew.
    #[test]
    fn a_picture_that_is_kept_is_the_one_that_would_be_drawn(all in prop::collection::vec(does(), 1..60)) {
        let open = || Stage::over(session(PASSWORD), (120, 40), Default::default());
        let (mut keeps, mut anew) = (open(), open());
        let mut before = Buffer::empty(Rect::default());
        for (n, does) in all.iter().enumerate() {
            goes_on(&mut keeps, *does);
            goes_on(&mut anew, *does);
            let fresh = anew.frame();
            let kept = keeps.app.picture(keeps.at);
            prop_assert_eq!(kept.cells, &fresh.0, "after {} of {:?}", n, all);
            prop_assert_eq!(kept.cursor, fresh.1, "after {} of {:?}", n, all);
            if before.area == fresh.0.area {
                for (_, y, _) in before.diff(&fresh.0) {
                    prop_assert!(kept.rows.contains(&y), "row {} differs after {} of {:?}", y, n, all);
                }
            }
            before = fresh.0;
        }
    }
}

/// Between two events of a film only the graph is drawn, and nothing where no cell of it differs.
#[test]
fn a_film_draws_what_moves() {
    let mut stage = Stage::over(session(PASSWORD), (120, 40), Default::default());
    stage.text("apply").keys("Enter");
    let (mut nothing, mut graph, mut all, mut pictures) = (0, 0, 0, 0);
    let mut before = stage.frame().0;
    while stage.app.due(stage.at).is_some() {
        stage.wait(33);
        let picture = stage.app.picture(stage.at);
        match picture.rows.len() {
            0 => nothing += 1,
            40 => all += 1,
            _ => graph += 1,
        }
        pictures += usize::from(*picture.cells != before);
        before = picture.cells.clone();
    }
    assert!(pictures > 20, "it moves: {pictures}");
    assert!(nothing > all && graph > 0, "{nothing} {graph} {all}");
    // Who changes something sees all of it.
    stage.tell(Told::Paste("x".to_owned()));
    assert_eq!(stage.app.picture(stage.at).rows, 0..40);
}

/// The graph goes on below what lies over it, and does not come through.
#[test]
fn what_lies_over_a_film_stays_there() {
    for key in ["F1", "Esc ?", "Esc :"] {
        let mut stage = Stage::over(session(PASSWORD), (120, 40), Default::default());
        stage.text("apply").keys("Enter").wait(500).keys(key);
        let open = stage.app.picture(stage.at).cells.clone();
        for _ in 0..20 {
            stage.wait(33);
            let fresh = stage.frame().0;
            assert_eq!(stage.app.picture(stage.at).cells, &fresh);
        }
        assert!(stage.app.due(stage.at).is_some(), "it plays");
        let row = |cells: &Buffer| cells.content[120 * 5..120 * 6].to_vec();
        let now = stage.app.picture(stage.at).cells;
        assert_eq!(row(now), row(&open), "{key}");
    }
}

/// When a replay is over it says so, whether or not anything was seen to move until then.
#[test]
fn a_replay_says_that_it_is_over() {
    let mut lived = Stage::over(session(PASSWORD), (120, 40), Default::default());
    let events = lived.line("apply").session().events().to_vec();
    for zoom in ["+", "= ="] {
        let mut stage = Stage::replay(vec![(sketch(&events), events.clone())], (120, 40));
        stage.keys(zoom);
        while stage.app.due(stage.at).is_some() {
            stage.wait(33);
            let fresh = stage.frame().0;
            assert_eq!(stage.app.picture(stage.at).cells, &fresh, "{zoom}");
        }
        assert!(stage.has("OVER"), "{}", stage.rows().join("\n"));
    }
}

/// A question says by itself from when on it can be answered.
#[test]
fn a_question_is_drawn_anew_while_it_stands() {
    let mut stage = Stage::over(session(PASSWORD), (120, 40), Default::default());
    stage.tell(asks("Apply 3 changes?", ""));
    let mut pictures = Vec::new();
    for _ in 0..30 {
        let kept = stage.app.picture(stage.at).cells.clone();
        assert_eq!(kept, stage.frame().0);
        pictures.push(kept);
        stage.wait(50);
    }
    pictures.dedup();
    assert_eq!(
        pictures.len(),
        2,
        "before it can be answered, and from then on"
    );
}
