//! The screen, in a real pseudo terminal: how it begins, what it leaves behind, and what reaches the terminal meanwhile.

#[path = "tui/again.rs"]
mod again;
#[path = "tui/backstage.rs"]
mod backstage;
#[path = "tui/draws.rs"]
mod draws;
#[path = "tui/ends.rs"]
mod ends;
#[path = "tui/films.rs"]
mod films;
#[path = "tui/flows.rs"]
mod flows;
#[path = "tui/frames.rs"]
mod frames;
#[path = "tui/held.rs"]
mod held;
#[path = "tui/kept.rs"]
mod kept;
#[path = "tui/keys.rs"]
mod keys;
#[path = "tui/means.rs"]
mod means;
#[path = "tui/moves.rs"]
mod moves;
#[path = "tui/narrow.rs"]
mod narrow;
#[path = "tui/pasts.rs"]
mod pasts;
#[path = "tui/stage.rs"]
mod stage;
#[path = "tui/tells.rs"]
mod tells;

#[path = "tui/goes.rs"]
mod goes;
#[path = "tui/lends.rs"]
mod lends;
#[path = "support/pty.rs"]
mod pty;
#[path = "tui/records.rs"]
mod records;
#[path = "tui/repair.rs"]
mod repair;
#[path = "tui/replays.rs"]
mod replays;
#[path = "tui/stops.rs"]
mod stops;
mod support;
#[path = "tui/visits.rs"]
mod visits;
#[path = "tui/words.rs"]
mod words;

use pty::{CTRL_C, CTRL_D, Home, PATIENCE, Start, Terminal};

/// What the terminal gets when the screen opens.
const OPENS: &str = "\x1b[?1049h";

/// weft with its screen, drawn once.
fn screen(home: &Home, start: Start) -> Terminal {
    let mut weft = Terminal::open(&home.0, start);
    weft.gets(OPENS);
    weft.draws(0);
    weft
}

fn small<'a>(args: &'a [&'a str]) -> Start<'a> {
    Start {
        args,
        rows: 24,
        cols: 80,
        ..Start::default()
    }
}

#[test]
fn lines_are_done_and_their_results_are_seen() {
    let home = Home::new("tui-lines");
    let flags = [
        "--ascii",
        "--no-motion",
        "--theme",
        "light",
        "--mouse",
        "--speed",
        "2",
        "empty.yaml",
    ];
    let mut weft = screen(&home, small(&flags));
    weft.gets("\x1b[?1002h");
    weft.line("add noop there");
    weft.sees("added noop[there]");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    let kept = weft.text();
    assert!(
        !kept.contains("added noop[there]"),
        "the other screen is gone: {kept}"
    );
}

/// Where there is no room, or nothing can be drawn, the prompt is there, and the reason.
#[test]
fn a_terminal_that_cannot_show_it_has_the_prompt() {
    let home = Home::new("tui-plain");
    let dumb = [("TERM", "dumb")];
    for (start, why) in [
        (
            Start {
                cols: 25,
                ..small(&["empty.yaml"])
            },
            "here are 25 and 24",
        ),
        (
            Start {
                rows: 7,
                ..small(&["empty.yaml"])
            },
            "here are 80 and 7",
        ),
        (
            Start {
                env: &dumb,
                ..small(&["empty.yaml"])
            },
            "can only print",
        ),
        (small(&["--plain", "empty.yaml"]), "on sim, seed 0"),
    ] {
        let mut weft = Terminal::open(&home.0, start);
        weft.until(why, |text| text.replace('\n', " ").contains(why));
        weft.prompts("sim mine");
        weft.keys(CTRL_D);
        assert_eq!(weft.ends(), 0);
        let bytes = String::from_utf8_lossy(&weft.bytes).into_owned();
        assert!(!bytes.contains(OPENS), "{bytes:?}");
    }
}
