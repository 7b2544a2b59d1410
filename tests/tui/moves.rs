//! What the hand and the film move: the graph pane follows what runs, is dragged and scrolled, and clicks select.

use super::stage::Stage;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::style::Modifier;
use weft::tui::app::{Told, Wish, keys};
use weft::tui::theme::Look;

/// A chain of so many, far wider than a screen.
fn chain(count: usize) -> String {
    let names = (0..count).map(|n| format!("  - name: n{n:02}\n"));
    let edges = (1..count).map(|n| format!("- noop[n{:02}] -> noop[n{n:02}]\n", n - 1));
    format!(
        "weft: 1\ngraph: chain\nworld: {{}}\nresources:\n  noop:\n{}edges:\n{}",
        names.collect::<String>(),
        edges.collect::<String>()
    )
}

/// Pairs below each other, far higher than a screen.
fn pairs(count: usize) -> String {
    let names = (0..2 * count).map(|n| format!("  - name: n{n:02}\n"));
    let edges = (0..count).map(|n| format!("- noop[n{:02}] -> noop[n{:02}]\n", 2 * n, 2 * n + 1));
    format!(
        "weft: 1\ngraph: pairs\nworld: {{}}\nresources:\n  noop:\n{}edges:\n{}",
        names.collect::<String>(),
        edges.collect::<String>()
    )
}

fn open(text: &str, size: (u16, u16)) -> Stage {
    let mut stage = Stage::open(text, size, Look::default());
    stage.keys("Esc");
    stage.frame();
    stage
}

/// The rows of the graph pane, without its title.
fn graph(stage: &mut Stage) -> Vec<String> {
    let rows = stage.rows().into_iter().skip(2);
    rows.take_while(|row| !row.contains(" trace")).collect()
}

fn sees(stage: &mut Stage, name: &str) -> bool {
    graph(stage).concat().contains(name)
}

fn mouse(stage: &mut Stage, kind: MouseEventKind, (column, row): (u16, u16)) {
    stage.tell(Told::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

const DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

/// Plays a run of the chain; gives for each vertex that is checked whether it was seen then.
fn checked(stage: &mut Stage) -> Vec<(String, bool)> {
    let mut all: Vec<(String, bool)> = Vec::new();
    stage.keys("T a").wait(1);
    while stage.app.due(stage.at).is_some() {
        stage.wait(10);
        let rows = stage.rows();
        let last = rows.iter().rfind(|row| row.contains(" noop[n"));
        let Some((_, rest)) = last.and_then(|row| row.split_once(" check ")) else {
            continue;
        };
        let name = rest
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        if all.last().is_none_or(|(before, _)| *before != name) {
            let seen = sees(stage, &name);
            all.push((name, seen));
        }
    }
    all
}

#[test]
fn what_runs_is_kept_in_sight_until_one_looks_elsewhere() {
    let mut stage = open(&chain(30), (80, 24));
    assert!(sees(&mut stage, "n00") && !sees(&mut stage, "n29"));
    let all = checked(&mut stage);
    assert!(all.len() > 20, "{all:?}");
    assert!(all.iter().all(|(_, seen)| *seen), "{all:?}");
    assert!(sees(&mut stage, "n29") && !sees(&mut stage, "n00"));
    // Not where `F` was pressed, nor where a person has moved it by hand.
    let presses = |stage: &mut Stage| {
        stage.keys("F");
    };
    let drags = |stage: &mut Stage| {
        mouse(stage, DOWN, (40, 8));
        mouse(stage, DRAG, (39, 8));
    };
    for stays in [presses, drags] {
        let mut stage = open(&chain(30), (80, 24));
        stays(&mut stage);
        let all = checked(&mut stage);
        assert!(all.iter().any(|(_, seen)| !seen), "{all:?}");
        assert!(!sees(&mut stage, "n29"));
    }
    // And again where it was pressed twice.
    let mut stage = open(&chain(30), (80, 24));
    stage.keys("F F");
    assert!(checked(&mut stage).iter().all(|(_, seen)| *seen));
}

/// The cells of a pane of `width` columns at the left, so many columns and rows on.
fn moved(rows: &[String], (x, y): (usize, usize), width: usize) -> Vec<String> {
    let part = |row: &String| {
        row.chars()
            .chain([' '].into_iter().cycle())
            .skip(x)
            .take(width)
            .collect()
    };
    rows.iter().skip(y).map(part).collect()
}

#[test]
fn the_graph_is_dragged() {
    let mut stage = open(&chain(30), (80, 24));
    let first = |stage: &mut Stage| graph(stage)[0].clone();
    let before = first(&mut stage);
    mouse(&mut stage, DOWN, (60, 8));
    for column in [50, 37] {
        mouse(&mut stage, DRAG, (column, 8));
    }
    let after = first(&mut stage);
    assert_eq!(
        moved(&[after], (1, 0), 50),
        moved(std::slice::from_ref(&before), (24, 0), 50)
    );
    // No farther than it goes.
    mouse(&mut stage, DRAG, (79, 8));
    assert_eq!(first(&mut stage), before);
    // Not by who has let go, nor by who took hold of something else.
    mouse(&mut stage, UP, (79, 8));
    mouse(&mut stage, DRAG, (40, 8));
    assert_eq!(first(&mut stage), before);
    mouse(&mut stage, DOWN, (60, 20));
    assert_eq!(first(&mut stage), before);
    mouse(&mut stage, DRAG, (40, 20));
    assert_eq!(first(&mut stage), before);
}

#[test]
fn the_wheel_moves_what_is_below_it() {
    const SIZE: (u16, u16) = (120, 24);
    let text = pairs(30);
    let places = [(20, 10), (100, 4), (100, 18)];
    let shown = |stage: &mut Stage| {
        let rows = stage.rows();
        let at = |n: usize| {
            rows.iter()
                .position(|row| row.contains(["─ inspector ", "─ trace, full"][n]))
        };
        let (inspector, trace) = (at(0).expect("a pane"), at(1).expect("a pane"));
        let column = |from: usize, to: usize, (x, wide): (usize, usize)| {
            moved(&rows[from..to], (x, 0), wide)
        };
        let right = rows[inspector]
            .chars()
            .position(|c| c == '│')
            .expect("beside the graph")
            + 1;
        [
            column(2, 21, (0, right - 1)),
            column(inspector + 1, trace, (right, 120)),
            column(trace + 1, 21, (right, 120)),
        ]
    };
    for (below, place) in places.into_iter().enumerate() {
        let mut stage = open(&text, SIZE);
        stage.keys("T a").wait(60_000);
        stage.frame();
        let before = shown(&mut stage);
        let [on, back] = match below {
            // The trace shows its end first.
            2 => [MouseEventKind::ScrollUp, MouseEventKind::ScrollDown],
            _ => [MouseEventKind::ScrollDown, MouseEventKind::ScrollUp],
        };
        mouse(&mut stage, on, place);
        let after = shown(&mut stage);
        for pane in 0..3 {
            assert_eq!(
                before[pane] != after[pane],
                pane == below,
                "{pane} {below}: {before:#?} {after:#?}"
            );
        }
        let rows = before[below].len();
        match below {
            0 => assert_eq!(after[0][1..rows - 4], before[0][4..rows - 1]),
            // As far as there is more.
            1 => assert!(before[1].contains(&after[1][0])),
            _ => assert_eq!(after[2][3..], before[2][..rows - 3]),
        }
        mouse(&mut stage, back, place);
        assert_eq!(shown(&mut stage), before, "{below}");
    }
}

#[test]
fn a_click_selects_what_is_below_it() {
    let mut stage = open(&pairs(8), (120, 24));
    let is_seen = |stage: &mut Stage, name: &str| {
        let (cells, _) = stage.frame();
        let rows = moved(&stage.rows(), (0, 0), 60);
        let row = rows.iter().position(|row| row.contains(name)).expect(name);
        let at = rows[row].find(name).expect(name);
        let column = rows[row][..at].chars().count();
        let reversed = |x: usize| {
            cells[(x as u16, row as u16)]
                .modifier
                .contains(Modifier::REVERSED)
        };
        ((column as u16, row as u16), reversed(column))
    };
    let inspects = |stage: &mut Stage, name: &str| {
        let rows = stage.rows();
        let at = rows
            .iter()
            .position(|row| row.contains(" inspector "))
            .expect("a pane");
        rows[at + 1].ends_with(name)
    };
    for name in ["noop[n05]", "noop[n02]", "noop[n15]"] {
        let (place, reversed) = is_seen(&mut stage, name);
        assert!(!reversed && !inspects(&mut stage, name));
        mouse(&mut stage, DOWN, place);
        assert!(
            is_seen(&mut stage, name).1 && inspects(&mut stage, name),
            "{name}"
        );
    }
    // Beside everything nothing else is.
    let before = stage.rows();
    mouse(&mut stage, DOWN, (60, 18));
    assert_eq!(stage.rows(), before);
}

/// What is said of where the graph goes on hides nothing of it.
#[test]
fn it_is_told_where_the_graph_goes_on() {
    for (ascii, [left, up, down, right]) in
        [(false, ["‹", "▴", "▾", "›"]), (true, ["<", "^", "v", ">"])]
    {
        let look = Look {
            ascii,
            ..Look::default()
        };
        let told = |text: &str, keys: &str| {
            let mut stage = Stage::open(text, (80, 24), look);
            stage.keys(keys);
            let rows = stage.rows();
            let signs = rows[1].trim_matches(['━', '=', '─', '-', ' ']).to_owned();
            let names = graph(&mut stage).concat().matches("noop[n").count();
            (
                signs
                    .chars()
                    .rev()
                    .take(2)
                    .collect::<String>()
                    .chars()
                    .rev()
                    .collect::<String>(),
                names,
            )
        };
        assert!(
            told(&chain(30), "Esc").0.ends_with(right),
            "{:?}",
            told(&chain(30), "Esc")
        );
        assert!(told(&chain(30), "Esc / n 2 9 Enter").0.ends_with(left));
        let (signs, names) = told(&pairs(30), "Esc");
        assert!(signs.ends_with(down) && names == 28, "{signs} {names}");
        assert!(told(&pairs(30), "Esc / n 5 9 Enter").0.ends_with(up));
        assert_eq!(told(&pairs(30), "Esc / n 3 1 Enter").0, [up, down].concat());
        let (signs, _) = told(&pairs(4), "Esc");
        assert_eq!(signs, "es", "nothing after `8 vertices`");
    }
}

/// A large graph is placed beside the loop: until then nothing is said of how many are drawn.
#[test]
fn what_is_not_placed_yet_is_not_counted() {
    let mut stage = open(&pairs(500), (80, 24));
    // What it wishes placed waits.
    let wished = stage
        .app
        .take(Told::Key(keys::key("+").expect("a key")), stage.at);
    assert!(matches!(wished[..], [Wish::Place(_)]), "{wished:?}");
    assert!(
        stage.has("dots") && !stage.has("of 0"),
        "{:?}",
        stage.rows()
    );
}
