//! Frames: only what changed since the last one is sent, all at once between the marks of a synchronized update. Nothing is ever
//! asked of the terminal: whoever reads it would take the answer for keys.

use super::Hold;
use crossterm::style::force_color_output;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Rect};
use std::io::Result;
use std::ops::Range;
use std::sync::Arc;

const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// What frames are drawn on.
pub struct Canvas {
    /// What the terminal shows; none: that is not known.
    seen: Option<Seen>,
    hold: Arc<Hold>,
}

/// What a terminal shows.
struct Seen {
    area: Rect,
    rows: Vec<Buffer>,
    /// Where the cursor stands, if it shows.
    cursor: Option<Position>,
}

impl Seen {
    fn nothing(area: Rect) -> Seen {
        let row = |y| Buffer::empty(Rect::new(area.x, y, area.width, 1));
        Seen {
            area,
            rows: (area.top()..area.bottom()).map(row).collect(),
            cursor: None,
        }
    }

    /// Those of these rows of a picture that look other, each with its number.
    fn changed(&self, cells: &Buffer, rows: Range<u16>) -> Vec<(usize, Buffer)> {
        let wide = usize::from(self.area.width);
        let differs = |at: usize| {
            let content = cells.content.get(at * wide..(at + 1) * wide)?;
            let before = self.rows.get(at)?;
            (before.content != content).then(|| {
                let (area, content) = (before.area, content.to_vec());
                (at, Buffer { area, content })
            })
        };
        rows.map(usize::from).filter_map(differs).collect()
    }
}

/// A row as it is seen: what is behind the first cell of a wide cluster looks like nothing else, and is drawn once the cluster has gone.
/// Terminals leave there what they like. Those with a variation selector are left alone: of them some terminals draw one cell.
fn halved(mut row: Buffer) -> Buffer {
    let wide = |cell: &Cell| cell.cell_width() > 1 && !cell.symbol().contains('\u{fe0f}');
    for at in 1..row.content.len() {
        if wide(&row.content[at - 1]) {
            row.content[at].set_symbol("\u{fffd}");
        }
    }
    row
}

impl Canvas {
    /// On this terminal.
    pub fn new(hold: Arc<Hold>) -> Canvas {
        // With NO_COLOR set crossterm would end each change of style with a reset, bold and reverse with it: the theme decides.
        force_color_output(true);
        Canvas { seen: None, hold }
    }

    /// Draws a picture, which differs from the one before it in these rows at most; where nothing does, nothing is sent.
    pub fn draw(
        &mut self,
        cells: &Buffer,
        rows: Range<u16>,
        cursor: Option<Position>,
    ) -> Result<()> {
        let mut bytes = Vec::new();
        let mut pen = CrosstermBackend::new(&mut bytes);
        let known = self.seen.take().filter(|seen| seen.area == cells.area);
        let (mut seen, rows) = match known {
            Some(seen) => (seen, rows),
            None => {
                pen.hide_cursor()?;
                pen.clear()?;
                (Seen::nothing(cells.area), 0..cells.area.height)
            }
        };
        let changed = seen.changed(cells, rows);
        let mut drawn = Vec::new();
        for (at, row) in &changed {
            drawn.extend(seen.rows[*at].diff_iter(row));
        }
        // What is drawn moves the cursor.
        if seen.cursor.is_some() && (cursor.is_none() || !drawn.is_empty()) {
            pen.hide_cursor()?;
            seen.cursor = None;
        }
        if !drawn.is_empty() {
            pen.draw(drawn.into_iter())?;
        }
        if let Some(at) = cursor.filter(|_| cursor != seen.cursor) {
            pen.set_cursor_position(at)?;
            if seen.cursor.is_none() {
                pen.show_cursor()?;
            }
            seen.cursor = cursor;
        }
        for (at, row) in changed {
            seen.rows[at] = halved(row);
        }
        self.seen = Some(seen);
        match bytes.is_empty() {
            true => Ok(()),
            false => self.hold.put(&[FRAME_BEGINS, &bytes, FRAME_ENDS].concat()),
        }
    }

    /// The next frame sends every cell again.
    pub fn redraw(&mut self) {
        self.seen = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::hold::tests::Written;
    use super::*;
    use proptest::prelude::*;
    use ratatui::style::{Modifier, Style};

    const SIZE: (u16, u16) = (20, 3);

    fn canvas() -> Result<(Written, Canvas)> {
        let written = Written::default();
        let hold = written.hold();
        hold.enter()?;
        written.take();
        Ok((written, Canvas::new(hold)))
    }

    fn puts(canvas: &mut Canvas, text: &str, style: Style, (wide, high): (u16, u16)) -> Result<()> {
        let mut cells = Buffer::empty(Rect::new(0, 0, wide, high));
        cells.set_string(0, 0, text, style);
        canvas.draw(&cells, 0..high, Some(Position::new(3, 1)))
    }

    #[test]
    fn a_frame_is_sent_whole_and_only_where_something_has_changed() -> Result<()> {
        let (written, mut canvas) = canvas()?;
        puts(&mut canvas, "one", Style::new(), SIZE)?;
        let first = written.take();
        assert!(
            first.starts_with("\x1b[?2026h") && first.ends_with("\x1b[?2026l"),
            "{first:?}"
        );
        assert!(
            first.contains("one") && first.contains("\x1b[?25h"),
            "{first:?}"
        );
        puts(&mut canvas, "one", Style::new(), SIZE)?;
        assert_eq!(written.take(), "", "nothing has changed");
        puts(&mut canvas, "ode", Style::new(), SIZE)?;
        let changed = written.take();
        assert!(
            changed.contains('d') && !changed.contains("ode"),
            "{changed:?}"
        );
        canvas.redraw();
        puts(&mut canvas, "ode", Style::new(), SIZE)?;
        assert!(written.take().contains("ode"), "all of it again");
        puts(&mut canvas, "ode", Style::new(), (2, 1))?;
        assert!(written.take().contains("od"), "another size, all of it");
        Ok(())
    }

    /// Nothing is asked of the terminal: an answer would come as keys.
    #[test]
    fn the_terminal_is_asked_nothing() -> Result<()> {
        let (written, mut canvas) = canvas()?;
        for size in [(20, 3), (5, 2), (80, 24)] {
            puts(&mut canvas, "one", Style::new(), size)?;
        }
        let all = written.take();
        for question in ["\x1b[6n", "\x1b[c", "\x1b[5n", "\x1b[?u", "\x1b[18t"] {
            assert!(!all.contains(question), "{all:?}");
        }
        Ok(())
    }

    /// What is switched on for a text is not taken back before it.
    #[test]
    fn a_look_stands_until_its_text_is_drawn() -> Result<()> {
        let (written, mut canvas) = canvas()?;
        let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        puts(&mut canvas, "chosen", style, SIZE)?;
        let frame = written.take();
        let before = frame.split("chosen").next().unwrap_or_default();
        assert!(
            before.contains("\x1b[7m") && before.contains("\x1b[1m"),
            "{frame:?}"
        );
        assert!(
            !before.contains("\x1b[0m") && !before.contains("\x1b[m"),
            "{frame:?}"
        );
        Ok(())
    }

    /// What a terminal shows that has got all that was written.
    fn shows(screen: &vt100::Screen, (wide, high): (u16, u16)) -> Vec<String> {
        let cell = |x, y| match screen.cell(y, x) {
            Some(cell) if cell.has_contents() => {
                format!("{}{}", cell.contents(), u8::from(cell.inverse()))
            }
            Some(cell) => format!(" {}", u8::from(cell.inverse())),
            None => String::new(),
        };
        (0..high)
            .map(|y| (0..wide).map(|x| cell(x, y)).collect())
            .collect()
    }

    proptest! {
        /// Whatever is drawn where, the terminal shows it, also where only the rows were told that differ.
        #[test]
        fn what_is_drawn_is_shown(
            texts in prop::collection::vec((0u16..3, 0u16..20, "[a-c \u{65e5}\u{672c}]{0,9}", any::<bool>(), any::<bool>()), 1..24),
        ) {
            let (written, mut canvas) = canvas()?;
            let some = |n| std::num::NonZero::new(n).expect("not zero");
            let mut screen = vt100::Parser::new(some(SIZE.1), some(SIZE.0), 0);
            let mut cells = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
            canvas.draw(&cells, 0..SIZE.1, None)?;
            for (y, x, text, reversed, seen) in texts {
                let style = if reversed { Style::new().reversed() } else { Style::new() };
                // A row anew: half of a wide cluster is never left over.
                (0..SIZE.0).for_each(|x| cells[(x, y)].reset());
                cells.set_string(x, y, &text, style);
                let cursor = seen.then(|| Position::new(x, y));
                canvas.draw(&cells, y..y + 1, cursor)?;
                screen.process(written.take().as_bytes());
                let (fresh, mut anew) = self::canvas()?;
                let mut other = vt100::Parser::new(some(SIZE.1), some(SIZE.0), 0);
                anew.draw(&cells, 0..SIZE.1, cursor)?;
                other.process(fresh.take().as_bytes());
                prop_assert_eq!(shows(screen.screen(), SIZE), shows(other.screen(), SIZE));
                prop_assert_eq!(screen.screen().hide_cursor(), other.screen().hide_cursor());
                if seen {
                    prop_assert_eq!(screen.screen().cursor_position(), (y, x));
                }
            }
        }
    }
}
