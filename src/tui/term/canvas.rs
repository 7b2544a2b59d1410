//! Frames: only what changed since the last one is sent, all at once between the marks of a synchronized update. Nothing is ever
//! asked of the terminal: whoever reads it would take the answer for keys.

use super::Hold;
use crossterm::style::force_color_output;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell as Symbol};
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal};
use std::cell::Cell;
use std::io::{Result, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// What frames are drawn on.
pub struct Canvas {
    terminal: Terminal<Pen>,
    ink: Ink,
    cursor: Cursor,
    hold: Arc<Hold>,
}

/// Where the cursor stands, and shows; none in it: it is hidden. None at all: that is not known.
type Cursor = Rc<Cell<Option<Option<Position>>>>;

impl Canvas {
    /// Of so many columns and rows.
    pub fn new(hold: Arc<Hold>, (columns, rows): (u16, u16)) -> Result<Canvas> {
        // With NO_COLOR set crossterm would end each change of style with a reset, bold and reverse with it: the theme decides.
        force_color_output(true);
        let (ink, cursor) = (Ink::default(), Cursor::default());
        let pen = Pen {
            terminal: CrosstermBackend::new(ink.clone()),
            size: Size::new(columns, rows),
            cursor: cursor.clone(),
        };
        Ok(Canvas {
            terminal: Terminal::new(pen)?,
            ink,
            cursor,
            hold,
        })
    }

    /// Draws a frame; where nothing has changed, nothing is sent. Gives its cells, and where the cursor is, if it shows.
    pub fn draw(
        &mut self,
        picture: impl FnOnce(&mut Frame),
    ) -> Result<(&Buffer, Option<Position>)> {
        let frame = self.terminal.draw(picture)?;
        let bytes = std::mem::take(&mut *self.ink.bytes());
        if !bytes.is_empty() {
            self.hold
                .put(&[FRAME_BEGINS, &bytes, FRAME_ENDS].concat())?;
        }
        Ok((frame.buffer, self.cursor.get().flatten()))
    }

    /// It has so many columns and rows from now on.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) -> Result<()> {
        self.terminal.backend_mut().size = Size::new(columns, rows);
        self.redraw()
    }

    /// The next frame sends every cell again.
    pub fn redraw(&mut self) -> Result<()> {
        let Size { width, height } = self.terminal.backend().size;
        self.cursor.set(None);
        self.terminal.resize(Rect::new(0, 0, width, height))
    }
}

/// Where frames are written, until each is whole.
#[derive(Clone, Default)]
struct Ink(Arc<Mutex<Vec<u8>>>);

impl Ink {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Ink {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// crossterm's backend, which knows the size by itself, and says nothing that is so already.
struct Pen {
    terminal: CrosstermBackend<Ink>,
    size: Size,
    cursor: Cursor,
}

impl Backend for Pen {
    type Error = std::io::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Symbol)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        // Drawing moves it.
        if let Some(Some(_)) = self.cursor.get() {
            self.hide_cursor()?;
        }
        self.terminal.draw(content)
    }

    fn hide_cursor(&mut self) -> Result<()> {
        if self.cursor.replace(Some(None)) == Some(None) {
            return Ok(());
        }
        self.terminal.hide_cursor()
    }

    /// It shows once it stands somewhere.
    fn show_cursor(&mut self) -> Result<()> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position> {
        Ok(self.cursor.get().flatten().unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<()> {
        let position = position.into();
        let before = self.cursor.replace(Some(Some(position)));
        if before == Some(Some(position)) {
            return Ok(());
        }
        self.terminal.set_cursor_position(position)?;
        match before {
            Some(Some(_)) => Ok(()),
            _ => self.terminal.show_cursor(),
        }
    }

    fn clear(&mut self) -> Result<()> {
        self.terminal.clear()
    }

    fn clear_region(&mut self, of: ClearType) -> Result<()> {
        self.terminal.clear_region(of)
    }

    fn size(&self) -> Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::hold::tests::Written;
    use super::*;
    use ratatui::style::{Modifier, Style};

    fn canvas() -> Result<(Written, Canvas)> {
        let written = Written::default();
        let hold = written.hold();
        hold.enter()?;
        let canvas = Canvas::new(hold, (20, 3))?;
        written.take();
        Ok((written, canvas))
    }

    fn puts(text: &'static str, style: Style) -> impl Fn(&mut Frame) {
        move |frame| {
            frame.buffer_mut().set_string(0, 0, text, style);
            frame.set_cursor_position((3, 1));
        }
    }

    #[test]
    fn a_frame_is_sent_whole_and_only_where_something_has_changed() -> Result<()> {
        let (written, mut canvas) = canvas()?;
        canvas.draw(puts("one", Style::new()))?;
        let first = written.take();
        assert!(
            first.starts_with("\x1b[?2026h") && first.ends_with("\x1b[?2026l"),
            "{first:?}"
        );
        assert!(
            first.contains("one") && first.contains("\x1b[?25h"),
            "{first:?}"
        );
        canvas.draw(puts("one", Style::new()))?;
        assert_eq!(written.take(), "", "nothing has changed");
        canvas.draw(puts("ode", Style::new()))?;
        let changed = written.take();
        assert!(
            changed.contains('d') && !changed.contains("ode"),
            "{changed:?}"
        );
        canvas.redraw()?;
        canvas.draw(puts("ode", Style::new()))?;
        assert!(written.take().contains("ode"), "all of it again");
        canvas.resize((2, 1))?;
        let (cells, _) = canvas.draw(puts("ode", Style::new()))?;
        assert_eq!((cells.area.width, cells.area.height), (2, 1));
        Ok(())
    }

    /// Nothing is asked of the terminal: an answer would come as keys.
    #[test]
    fn the_terminal_is_asked_nothing() -> Result<()> {
        let (written, mut canvas) = canvas()?;
        for size in [(20, 3), (5, 2), (80, 24)] {
            canvas.resize(size)?;
            canvas.draw(puts("one", Style::new()))?;
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
        canvas.draw(puts("chosen", style))?;
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
}
