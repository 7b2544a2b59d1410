//! A recording, as players of terminals play it (asciicast v2): a head, then a line for each frame with its time and what has changed.

use crossterm::style::force_color_output;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::json;
use std::io::{Result, Write};
use std::time::Duration;

/// What a recording begins with: an empty screen, and no cursor.
const BEGIN: &str = "\x1b[2J\x1b[?25l";

/// Writes a recording.
pub struct Cast<W: Write> {
    out: W,
    /// The cells of the last frame; none before the first.
    last: Option<Buffer>,
    cursor: Option<Position>,
    at: Duration,
}

impl<W: Write> Cast<W> {
    /// Into this.
    pub fn new(out: W) -> Cast<W> {
        Cast {
            out,
            last: None,
            cursor: None,
            at: Duration::ZERO,
        }
    }

    /// The screen looks like this at this time, and the cursor stands there, if it shows. Time does not go back: a frame that is
    /// earlier than the one before it counts as at the same time.
    pub fn frame(&mut self, at: Duration, cells: &Buffer, cursor: Option<Position>) -> Result<()> {
        self.at = self.at.max(at);
        let mut drawn = Vec::new();
        let area = cells.area;
        match self.last.as_ref().map(|last| last.area) {
            Some(before) if before == area => {}
            Some(_) => {
                self.event("r", &format!("{}x{}", area.width, area.height))?;
                drawn.extend_from_slice(BEGIN.as_bytes());
                self.begin(area);
            }
            None => {
                let head = json!({ "version": 2, "width": area.width, "height": area.height });
                writeln!(self.out, "{head}")?;
                drawn.extend_from_slice(BEGIN.as_bytes());
                self.begin(area);
            }
        }
        self.change(&mut drawn, cells, cursor)?;
        if !drawn.is_empty() {
            self.event("o", &String::from_utf8_lossy(&drawn))?;
        }
        self.last = Some(cells.clone());
        self.cursor = cursor;
        self.out.flush()
    }

    fn begin(&mut self, area: Rect) {
        self.last = Some(Buffer::empty(area));
        self.cursor = None;
    }

    fn change(&self, drawn: &mut Vec<u8>, cells: &Buffer, cursor: Option<Position>) -> Result<()> {
        let Some(last) = &self.last else {
            return Ok(());
        };
        force_color_output(true);
        let changed = last.diff(cells);
        if changed.is_empty() && cursor == self.cursor {
            return Ok(());
        }
        let mut pen = CrosstermBackend::new(drawn);
        if !changed.is_empty() {
            pen.draw(changed.into_iter())?;
        }
        match (cursor, self.cursor) {
            (Some(at), before) => {
                pen.set_cursor_position(at)?;
                if before.is_none() {
                    pen.show_cursor()?;
                }
            }
            (None, Some(_)) => pen.hide_cursor()?,
            (None, None) => {}
        }
        Ok(())
    }

    /// One line: the time, what it is, and the text.
    fn event(&mut self, what: &str, text: &str) -> Result<()> {
        let micros = self.at.as_micros();
        let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
        writeln!(
            self.out,
            "[{seconds}.{rest:06}, \"{what}\", {}]",
            json!(text)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Style};

    fn cells(text: &str, style: Style, columns: u16) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, 2));
        buffer.set_string(0, 1, text, style);
        buffer
    }

    /// A recording of these frames, at these milliseconds.
    fn recorded(frames: &[(u64, Buffer, Option<Position>)]) -> String {
        let mut out = Vec::new();
        let mut cast = Cast::new(&mut out);
        for (at, cells, cursor) in frames {
            let done = cast.frame(Duration::from_millis(*at), cells, *cursor);
            done.expect("there is room");
        }
        String::from_utf8(out).expect("text")
    }

    /// What a terminal shows that a recording is played on.
    fn played(text: &str) -> (String, Vec<f64>) {
        let some = |n| std::num::NonZero::new(n).expect("not zero");
        let mut screen = vt100::Parser::new(some(2), some(20), 0);
        let mut times = Vec::new();
        for line in text.lines().skip(1) {
            let (at, what, data): (f64, String, String) = serde_json::from_str(line).expect("JSON");
            times.push(at);
            if what == "o" {
                screen.process(data.as_bytes());
            }
        }
        (screen.screen().contents(), times)
    }

    #[test]
    fn a_recording_plays_what_was_drawn() {
        let red = Style::new().fg(Color::Red);
        let text = recorded(&[
            (0, cells("one", red, 20), None),
            (250, cells("one", red, 20), None),
            (1500, cells("ode", red, 20), Some(Position::new(3, 1))),
            (
                1400,
                cells("odes", Style::new(), 20),
                Some(Position::new(4, 1)),
            ),
        ]);
        assert!(
            text.starts_with("{\"height\":2,\"version\":2,\"width\":20}\n"),
            "{text}"
        );
        let (shown, times) = played(&text);
        assert_eq!(shown, "\nodes");
        assert_eq!(
            times,
            [0.0, 1.5, 1.5],
            "nothing is written where nothing has changed: {text}"
        );
        assert!(text.contains("\\u001b[38;5;1;49mone"), "{text}");
    }

    #[test]
    fn another_size_is_told() {
        let none = Style::new();
        let text = recorded(&[
            (0, cells("one", none, 20), None),
            (9, cells("two", none, 10), None),
        ]);
        assert!(text.contains("[0.009000, \"r\", \"10x2\"]"), "{text}");
        assert_eq!(played(&text).0, "\ntwo");
    }
}
