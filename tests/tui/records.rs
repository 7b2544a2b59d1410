//! What is recorded of the screen.

use super::stage::{PASSWORD, Stage};
use super::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::time::Duration;
use weft::tui::record::Cast;

#[test]
fn what_was_shown_is_played_again() {
    let home = Home::new("tui-record");
    let mut weft = screen(&home, small(&["--record", "out.cast", "empty.yaml"]));
    weft.line("add noop there");
    weft.sees("added noop[there]");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    let text = std::fs::read_to_string(home.0.join("out.cast")).expect("a recording");
    let mut lines = text.lines();
    let head: serde_json::Value =
        serde_json::from_str(lines.next().expect("a head")).expect("JSON");
    assert_eq!(head["version"], 2);
    assert_eq!((&head["width"], &head["height"]), (&80.into(), &24.into()));
    let some = |n| std::num::NonZero::new(n).expect("not zero");
    let mut player = vt100::Parser::new(some(24), some(80), 0);
    let mut before = 0.0;
    let mut shown = Vec::new();
    for line in lines {
        let (at, what, data): (f64, String, String) = serde_json::from_str(line).expect("JSON");
        assert!(at >= before && what == "o", "{line}");
        before = at;
        player.process(data.as_bytes());
        shown.push(player.screen().contents());
    }
    let seen = |shown: &&String| shown.contains("added noop[there]");
    assert!(shown.iter().any(|shown| seen(&shown)), "{shown:?}");
}

/// A recording that is not whole is told of, and where there is nothing to record nothing is begun.
#[test]
fn a_recording_that_cannot_be_is_told_of() {
    let home = Home::new("tui-unrecorded");
    let mut weft = screen(&home, small(&["--record", "/dev/full", "empty.yaml"]));
    weft.line("quit");
    assert_eq!(weft.ends(), 1);
    assert!(
        weft.text().contains("the recording cannot be written"),
        "{}",
        weft.text()
    );
    std::fs::write(home.0.join("kept.cast"), "kept").expect("written");
    for (args, why, code) in [
        (
            &["--record", "none/out.cast", "empty.yaml"][..],
            "--record none/out.cast",
            1,
        ),
        (
            &["--record", "kept.cast", "empty.yaml"],
            "--record kept.cast: it is there already",
            1,
        ),
        (
            &["--record", "out.cast", "--plain", "empty.yaml"],
            "there is none",
            64,
        ),
        (
            &["--record", "out.cast", "empty.yaml", "-c", "status"],
            "there is none",
            64,
        ),
    ] {
        let mut weft = Terminal::open(&home.0, small(args));
        assert_eq!(weft.ends(), code, "{args:?}");
        assert!(weft.text().contains(why), "{}", weft.text());
    }
    assert!(!home.0.join("out.cast").exists());
    let kept = std::fs::read_to_string(home.0.join("kept.cast"));
    assert_eq!(kept.expect("it is there"), "kept");
}

/// How a cell looks: its text, its colours, and what is done to its letters.
type Looks = (String, vt100::Color, vt100::Color, [bool; 5]);

fn drawn(cell: &Cell) -> Looks {
    let color = |color| match color {
        Color::Reset => vt100::Color::Default,
        Color::Red => vt100::Color::Idx(1),
        Color::Green => vt100::Color::Idx(2),
        Color::Yellow => vt100::Color::Idx(3),
        Color::Blue => vt100::Color::Idx(4),
        Color::Magenta => vt100::Color::Idx(5),
        Color::Cyan => vt100::Color::Idx(6),
        other => panic!("no theme has {other:?}"),
    };
    let has = |modifier| cell.modifier.contains(modifier);
    let letters = [
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::ITALIC,
        Modifier::UNDERLINED,
        Modifier::REVERSED,
    ];
    let mut letters = letters.map(has);
    // A terminal of this kind has one of the two at a time: the last that it was told.
    letters[0] &= !letters[1];
    let text = cell.symbol().trim_end().to_owned();
    (text, color(cell.fg), color(cell.bg), letters)
}

fn played(cell: &vt100::Cell) -> Looks {
    let letters = [
        cell.bold(),
        cell.dim(),
        cell.italic(),
        cell.underline(),
        cell.inverse(),
    ];
    let text = cell.contents().trim_end().to_owned();
    (text, cell.fgcolor(), cell.bgcolor(), letters)
}

/// A terminal on which a recording is played, up to what has been written.
struct Player {
    screen: vt100::Parser,
    lines: usize,
    /// The time of the last frame that changed anything.
    at: f64,
}

impl Player {
    fn plays(&mut self, recording: &[u8]) {
        let text = std::str::from_utf8(recording).expect("text");
        for line in text.lines().skip(self.lines.max(1)) {
            let (at, what, data): (f64, String, String) = serde_json::from_str(line).expect("JSON");
            assert!(what == "o" && at >= self.at, "{line}");
            self.at = at;
            self.screen.process(data.as_bytes());
        }
        self.lines = text.lines().count();
    }

    fn shows(&self, cells: &Buffer, cursor: Option<Position>) {
        let screen = self.screen.screen();
        for y in 0..cells.area.height {
            for x in 0..cells.area.width {
                let cell = screen.cell(y, x).expect("a cell");
                assert_eq!(played(cell), drawn(&cells[(x, y)]), "at {x}, {y}");
            }
        }
        assert_eq!(screen.hide_cursor(), cursor.is_none());
        if let Some(cursor) = cursor {
            assert_eq!(screen.cursor_position(), (cursor.y, cursor.x));
        }
    }
}

/// After each frame, who plays the recording sees cell for cell what was drawn. Its times are the film's while it plays, and no
/// pause is longer than a second, however long nobody did anything.
#[test]
fn a_recording_shows_each_frame_as_it_was_drawn() {
    let some = |n| std::num::NonZero::new(n).expect("not zero");
    let mut stage = Stage::open(PASSWORD, (80, 24), Default::default());
    let mut player = Player {
        screen: vt100::Parser::new(some(24), some(80), 0),
        lines: 0,
        at: 0.0,
    };
    let tape = Tape::default();
    let mut cast = Cast::new(tape.clone());
    let mut frame = |stage: &mut Stage| {
        let (cells, cursor) = stage.frame();
        let done = cast.frame(stage.app.clock(), &cells, cursor);
        done.expect("there is room");
        player.plays(&tape.0.borrow());
        player.shows(&cells, cursor);
        player.at
    };
    frame(&mut stage);
    let typed = frame(stage.wait(3_600_000).text("plan"));
    assert_eq!(typed, 1.0, "an hour in which nothing happened");
    frame(stage.keys("Enter"));
    frame(stage.keys("Esc a"));
    let (began, clock) = (stage.at, stage.app.clock());
    while stage.app.due(stage.at).is_some() {
        frame(stage.wait(33));
    }
    let (lived, played) = (stage.at - began, stage.app.clock() - clock);
    let length = stage.app.length();
    assert!(
        played <= length && length <= played + SECOND,
        "{played:?} of {length:?}"
    );
    assert!(
        lived < played,
        "the film was caught up with in {lived:?}, and is recorded as it is: {played:?}"
    );
    frame(stage.keys("< < F1"));
    let end = frame(stage.keys("Esc End"));
    assert!(end <= stage.app.clock().as_secs_f64(), "{end}");
}

const SECOND: Duration = Duration::from_secs(1);

/// What has been written, also while more is.
#[derive(Clone, Default)]
struct Tape(Rc<RefCell<Vec<u8>>>);

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
