//! Where the cursor of a text goes.

use super::cells::{clusters, width};
use super::text::Text;
use rustyline::Movement;

impl Text {
    /// Moves the cursor to the next place between two clusters: what was typed may have joined its neighbour.
    pub(super) fn settle(&mut self) {
        let (text, cursor) = (self.as_str(), self.cursor());
        let bytes = text.as_bytes();
        let byte = |at: usize| bytes.get(at).copied();
        let (before, after) = match (cursor.checked_sub(1).and_then(byte), byte(cursor)) {
            (Some(before), Some(after)) => (before, after),
            _ => return,
        };
        if before.is_ascii() && after.is_ascii() {
            if (before, after) == (b'\r', b'\n') {
                self.line.set_pos(cursor + 1);
            }
            return;
        }
        let row = text[..cursor].rfind('\n').map_or(0, |at| at + 1);
        let spans = clusters(&text[row..]).into_iter();
        let mut begins = spans.map(|span| row + span.start);
        let next = begins.find(|begin| *begin >= cursor);
        self.line.set_pos(next.unwrap_or(text.len()));
    }

    /// Moves the cursor.
    pub(super) fn go(&mut self, to: &Movement) {
        let line = &mut self.line;
        match *to {
            Movement::BeginningOfLine => line.move_home(),
            Movement::EndOfLine => line.move_end(),
            Movement::BackwardChar(n) => line.move_backward(n),
            Movement::ForwardChar(n) => line.move_forward(n),
            Movement::BackwardWord(n, word) => line.move_to_prev_word(word, n),
            Movement::ForwardWord(n, at, word) => line.move_to_next_word(at, word, n),
            Movement::ViCharSearch(n, search) => line.move_to(search, n),
            _ => false,
        };
    }

    /// Goes to the row above, to the column that stands above this one, where so many cells of words stand before the first row.
    /// Says whether there is one.
    pub(super) fn go_up(&mut self, words: usize) -> bool {
        let (text, cursor) = (self.as_str(), self.cursor());
        let Some(end) = text[..cursor].rfind('\n') else {
            return false;
        };
        let start = text[..end].rfind('\n').map_or(0, |at| at + 1);
        let before = if start == 0 { words } else { 0 };
        let column = width(&text[end + 1..cursor]).saturating_sub(before);
        let at = start + at_column(&text[start..end], column);
        self.line.set_pos(at);
        true
    }

    /// The same to the row below.
    pub(super) fn go_down(&mut self, words: usize) -> bool {
        let (text, cursor) = (self.as_str(), self.cursor());
        let Some(end) = text[cursor..].find('\n').map(|at| cursor + at) else {
            return false;
        };
        let row = text[..cursor].rfind('\n').map_or(0, |at| at + 1);
        let before = if row == 0 { words } else { 0 };
        let column = width(&text[row..cursor]) + before;
        let below = &text[end + 1..];
        let below = &below[..below.find('\n').unwrap_or(below.len())];
        let at = end + 1 + at_column(below, column);
        self.line.set_pos(at);
        true
    }
}

/// The byte of a row that stands at this column, or its end.
fn at_column(row: &str, column: usize) -> usize {
    let mut passed = 0;
    let spans = clusters(row).into_iter();
    let here = spans.into_iter().find(|span| {
        passed += width(&row[span.clone()]);
        passed > column
    });
    here.map_or(row.len(), |span| span.start)
}
