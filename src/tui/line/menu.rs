//! The candidates of a completion: the one that is chosen stands in the line, and the caller draws all of them above it.

use super::cells::{Sign, signs};
use super::text::Text;
use crate::command::Candidate;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use std::borrow::Cow;
use std::ops::Range;

/// How many cells stay free between two columns.
const GAP: usize = 2;

/// Candidates, of which one may be chosen.
pub struct Menu {
    candidates: Vec<Candidate>,
    chosen: Option<usize>,
    /// What is replaced by what is chosen.
    span: Range<usize>,
    /// What was typed, with its cursor.
    typed: (String, usize),
    /// Where undoing leads back to it, once something was chosen.
    place: Option<usize>,
    ascii: bool,
}

/// How candidates are drawn.
#[derive(Clone, Copy)]
pub struct MenuLook {
    /// A candidate.
    pub candidate: Style,
    /// The one that is chosen.
    pub chosen: Style,
    /// What a candidate is.
    pub about: Style,
}

impl Default for MenuLook {
    fn default() -> MenuLook {
        MenuLook {
            candidate: Style::new(),
            chosen: Style::new().add_modifier(Modifier::REVERSED),
            about: Style::new().add_modifier(Modifier::DIM),
        }
    }
}

impl Menu {
    pub(super) fn new(
        candidates: Vec<Candidate>,
        span: Range<usize>,
        text: &Text,
        ascii: bool,
    ) -> Menu {
        Menu {
            candidates,
            chosen: None,
            span,
            typed: (text.as_str().to_owned(), text.cursor()),
            place: None,
            ascii,
        }
    }

    /// What there is to choose from.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Which one is chosen, if any is.
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// Chooses the next one, or the one before; behind the last and before the first is what was typed.
    pub(super) fn step(&mut self, back: bool, text: &mut Text) {
        let last = self.candidates.len().checked_sub(1);
        self.chosen = match (self.chosen, back) {
            (None, false) => last.map(|_| 0),
            (None, true) => last,
            (Some(at), false) => Some(at + 1).filter(|at| Some(*at) <= last),
            (Some(at), true) => at.checked_sub(1),
        };
        if self.place.is_none() {
            self.place = Some(text.begin());
        }
        let (line, cursor) = &self.typed;
        match self.chosen.and_then(|at| self.candidates.get(at)) {
            Some(candidate) => {
                let (before, after) = (&line[..self.span.start], &line[self.span.end..]);
                let line = format!("{before}{}{after}", candidate.text);
                text.set(&line, before.len() + candidate.text.len());
            }
            None => text.set(line, *cursor),
        }
    }

    /// Ends it with what is chosen, or with what was typed.
    pub(super) fn close(self, keep: bool, text: &mut Text) {
        let Some(place) = self.place else {
            return;
        };
        match self.chosen {
            Some(_) if keep => text.end(),
            _ => text.give_up(place, &self.typed.0, self.typed.1),
        }
    }

    /// How many rows it takes in so many columns, and no more than `most`.
    pub fn rows(&self, width: u16, most: u16) -> u16 {
        let (_, rows) = self.grid(width, most);
        u16::try_from(rows).unwrap_or(most).min(most)
    }

    /// Draws it: one below the other with what they are, where that fits, else in columns. Gives the rows that are hidden above and
    /// below.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, look: &MenuLook) -> (usize, usize) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return (0, 0);
        }
        let (columns, rows) = self.grid(area.width, area.height);
        let height = usize::from(area.height);
        let row = self.chosen.map_or(0, |at| at % rows.max(1));
        let top = (row + 1).saturating_sub(height);
        let wide = match columns {
            1 => area.width,
            _ => u16::try_from(self.widest() + GAP).unwrap_or(area.width),
        };
        for (y, row) in (area.y..area.bottom()).zip(top..rows) {
            for column in 0..columns {
                let x = u16::try_from(column)
                    .unwrap_or(u16::MAX)
                    .saturating_mul(wide);
                let x = area.x.saturating_add(x);
                let cell = Rect::new(x, y, wide, 1).intersection(area);
                self.draw_one(column * rows + row, columns == 1, cell, buffer, look);
            }
        }
        (top, rows.saturating_sub(top + height))
    }

    /// How many columns and rows.
    fn grid(&self, width: u16, most: u16) -> (usize, usize) {
        let count = self.candidates.len();
        if count <= usize::from(most) {
            return (1, count);
        }
        let columns = (usize::from(width) + GAP) / (self.widest() + GAP).max(1);
        let columns = columns.max(1);
        (columns, count.div_ceil(columns))
    }

    /// How wide the widest candidate is.
    fn widest(&self) -> usize {
        let all = self.candidates.iter();
        all.map(|candidate| cells(&signs(&candidate.shows, self.ascii, u16::MAX)))
            .max()
            .unwrap_or(0)
    }

    fn draw_one(&self, at: usize, alone: bool, cell: Rect, buffer: &mut Buffer, look: &MenuLook) {
        let Some(candidate) = self.candidates.get(at) else {
            return;
        };
        let style = match self.chosen == Some(at) {
            true => look.chosen,
            false => look.candidate,
        };
        let room = usize::from(cell.width).min(self.widest());
        let shows = signs(&candidate.shows, self.ascii, cell.width);
        let end = put(fitted(shows, room, self.ascii), cell, cell.x, style, buffer);
        if alone && !candidate.about.is_empty() {
            let begin = u16::try_from(self.widest() + GAP).unwrap_or(u16::MAX);
            let begin = cell.x.saturating_add(begin).max(end.saturating_add(1));
            let room = usize::from(cell.right().saturating_sub(begin));
            let about = signs(&candidate.about, self.ascii, cell.width);
            put(
                worded(about, room, self.ascii),
                cell,
                begin,
                look.about,
                buffer,
            );
        }
    }
}

/// How many cells signs take.
fn cells(signs: &[Sign]) -> usize {
    signs.iter().map(|sign| usize::from(sign.width)).sum()
}

/// As many of the first signs as there is room for.
fn ended(mut signs: Vec<Sign>, room: usize) -> Vec<Sign> {
    let mut taken = 0;
    signs.retain(|sign| {
        taken += usize::from(sign.width);
        taken <= room
    });
    signs
}

/// All signs, or as many of the first words as there is room for, and a mark.
fn worded(signs: Vec<Sign>, room: usize, ascii: bool) -> Vec<Sign> {
    if cells(&signs) <= room {
        return signs;
    }
    let mark = if ascii { "..." } else { "…" };
    let room = room.saturating_sub(mark.chars().count());
    let is_space = |sign: &Sign| sign.shows == " ";
    let after = signs.clone();
    let mut some = ended(signs, room);
    // A word that is longer than the room is broken.
    let whole = after.get(some.len()).is_none_or(is_space);
    if !whole && let Some(space) = some.iter().rposition(is_space) {
        some.truncate(space);
    }
    while some.last().is_some_and(is_space) {
        some.pop();
    }
    some.extend(mark.chars().map(|c| Sign {
        at: 0,
        shows: Cow::Owned(c.to_string()),
        width: 1,
    }));
    some
}

/// All signs, or the first and the last ones with a mark between: the end of a path tells more than its middle.
fn fitted(signs: Vec<Sign>, room: usize, ascii: bool) -> Vec<Sign> {
    let all = cells(&signs);
    if all <= room {
        return signs;
    }
    let mark = if ascii { "~" } else { "…" };
    let head = room.saturating_sub(1) / 2;
    let tail = room.saturating_sub(1) - head;
    let mut last: Vec<Sign> = signs.iter().rev().cloned().collect();
    last = ended(last, tail);
    let mut fitted = ended(signs, head);
    fitted.push(Sign {
        at: 0,
        shows: Cow::Borrowed(mark),
        width: 1,
    });
    fitted.extend(last.into_iter().rev());
    ended(fitted, room)
}

/// Draws signs from a column on, as far as the cell goes. Gives the column behind them.
fn put(signs: Vec<Sign>, cell: Rect, x: u16, style: Style, buffer: &mut Buffer) -> u16 {
    let mut x = x;
    for sign in signs {
        if x.saturating_add(sign.width) > cell.right() {
            break;
        }
        buffer.set_stringn(x, cell.y, &sign.shows, usize::from(sign.width), style);
        x += sign.width;
    }
    x
}
