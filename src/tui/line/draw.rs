//! The prompt in cells: words, text, hint and cursor, row by row; of more rows than there is room for, those up to the cursor.

use super::Prompt;
use super::cells::{Sign, signs};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

/// How the parts of a prompt are drawn.
#[derive(Clone, Copy)]
pub struct Look {
    /// The words before the text.
    pub words: Style,
    /// What is typed.
    pub text: Style,
    /// What is only offered.
    pub hint: Style,
}

impl Default for Look {
    fn default() -> Look {
        Look {
            words: Style::new().add_modifier(Modifier::BOLD),
            text: Style::new(),
            hint: Style::new().add_modifier(Modifier::DIM),
        }
    }
}

/// What became of drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Drawn {
    /// Where the cursor stands; none where there is no room at all.
    pub cursor: Option<Position>,
    /// How many rows are hidden above.
    pub above: usize,
    /// How many rows are hidden below.
    pub below: usize,
}

impl Prompt {
    /// How many rows all of it takes in so many columns.
    pub fn rows(&self, width: u16) -> usize {
        self.flow(width, &Look::default()).1.y + 1
    }

    /// Draws it. Rows that do not fit are hidden, but never that of the cursor.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, look: &Look) -> Drawn {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return Drawn::default();
        }
        let (cursor, flow) = self.flow(area.width, look);
        let height = usize::from(area.height);
        let above = (cursor.1 + 1).saturating_sub(height);
        // Where a spot is on the screen, if its row is not hidden.
        let seen = |(x, y): (u16, usize)| {
            let y = u16::try_from(y.checked_sub(above)?).ok()?;
            (y < area.height).then(|| Position::new(area.x + x, area.y + y))
        };
        for (spot, sign, style) in &flow.spots {
            if let Some(at) = seen(*spot) {
                buffer.set_stringn(at.x, at.y, &sign.shows, sign.width.into(), *style);
            }
        }
        Drawn {
            cursor: seen(cursor),
            above,
            below: (flow.y + 1).saturating_sub(above + height),
        }
    }

    /// Where everything stands, and the cursor.
    fn flow<'a>(&'a self, width: u16, look: &Look) -> ((u16, usize), Flow<'a>) {
        let mut flow = Flow::new(width);
        let words = self.words();
        for sign in signs(&words, self.ascii, flow.width) {
            flow.put(sign.owned(), look.words);
        }
        let (text, at) = self.shown();
        let mut begin = 0;
        let mut cursor = None;
        for (number, row) in text.split('\n').enumerate() {
            if number > 0 {
                flow.turn();
            }
            for sign in signs(row, self.ascii, flow.width) {
                let place = flow.put_at(&sign);
                if begin + sign.at == at {
                    cursor.get_or_insert(place);
                }
                flow.put(sign, look.text);
            }
            begin += row.len() + 1;
            if begin > at {
                cursor.get_or_insert(flow.place());
            }
        }
        let cursor = cursor.unwrap_or(flow.place());
        if let Some(hint) = self.hint() {
            flow.put_in_row(signs(&hint.text, self.ascii, flow.width), look.hint);
        }
        (cursor, flow)
    }
}

/// Signs in rows of one width.
struct Flow<'a> {
    width: u16,
    x: u16,
    y: usize,
    spots: Vec<((u16, usize), Sign<'a>, Style)>,
}

impl<'a> Flow<'a> {
    fn new(width: u16) -> Flow<'a> {
        Flow {
            width: width.max(1),
            x: 0,
            y: 0,
            spots: Vec::new(),
        }
    }

    /// Where the next thing begins.
    fn place(&self) -> (u16, usize) {
        (self.x, self.y)
    }

    /// Where this sign comes to stand: in the next row, if there is no room for all of it.
    fn put_at(&self, sign: &Sign) -> (u16, usize) {
        match sign.width > self.width - self.x {
            true => (0, self.y + 1),
            false => self.place(),
        }
    }

    fn put(&mut self, sign: Sign<'a>, style: Style) {
        let (x, y) = self.put_at(&sign);
        (self.x, self.y) = (x + sign.width, y);
        // The cursor behind a full row stands in the next one.
        if self.x >= self.width {
            self.turn();
        }
        self.spots.push(((x, y), sign, style));
    }

    /// Begins a row.
    fn turn(&mut self) {
        (self.x, self.y) = (0, self.y + 1);
    }

    /// Puts as many signs as fit in this row.
    fn put_in_row(&mut self, signs: Vec<Sign<'a>>, style: Style) {
        let mut x = self.x;
        for sign in signs {
            if sign.width > self.width.saturating_sub(x) {
                return;
            }
            let width = sign.width;
            self.spots.push(((x, self.y), sign, style));
            x += width;
        }
    }
}
