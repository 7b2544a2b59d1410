//! The text being edited, with its cursor: rustyline's line buffer, heard by what undoes and by what was killed.

use super::kill::Kills;
use super::undo::{Silent, Undo};
use rustyline::Movement;
use rustyline::line_buffer::{ChangeListener, DeleteListener, Direction, LineBuffer, WordAction};
use std::ops::Range;

/// How many bytes a text may have. What would make it longer is not taken in: a count before a key multiplies whatever is yanked.
pub const MOST: usize = 1 << 20;

/// A text, its cursor, its changes, and what was killed here and in texts before it.
pub(super) struct Text {
    pub(super) line: LineBuffer,
    log: Log,
    /// Where what was yanked last stands, as long as the kills say that it was the last command.
    yanked: Range<usize>,
}

/// Hears of every change.
struct Log {
    undo: Undo,
    kills: Kills,
}

impl Text {
    pub(super) fn new() -> Text {
        Text {
            line: LineBuffer::with_capacity(0),
            log: Log {
                undo: Undo::default(),
                kills: Kills::new(),
            },
            yanked: 0..0,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        self.line.as_str()
    }

    /// The cursor: a byte, where a cluster begins or at the end.
    pub(super) fn cursor(&self) -> usize {
        self.line.pos()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.line.is_cursor_at_end()
    }

    /// Gives the text away. The next one is empty and has nothing to undo; what was killed can still be yanked.
    pub(super) fn take(&mut self) -> String {
        let line = std::mem::replace(&mut self.line, LineBuffer::with_capacity(0));
        self.log.undo = Undo::default();
        self.log.kills.reset();
        line.into_string()
    }

    // Changes.

    /// Puts in a character that was typed, so many times.
    pub(super) fn typed(&mut self, c: char, count: u16) {
        if count != 1 {
            self.insert(c.encode_utf8(&mut [0; 4]), count);
            return;
        }
        let at = self.cursor();
        if self.has_room(c.len_utf8()) {
            self.line
                .insert_str(at, c.encode_utf8(&mut [0; 4]), &mut Silent);
            self.line.set_pos(at + c.len_utf8());
            self.log.insert_char(at, c);
        }
    }

    /// Puts in a text at the cursor, so many times; says whether there was room for it.
    pub(super) fn insert(&mut self, text: &str, count: u16) -> bool {
        let size = text.len().saturating_mul(usize::from(count));
        if text.is_empty() || !self.has_room(size) {
            return false;
        }
        let (at, text) = (self.cursor(), text.repeat(usize::from(count)));
        self.line.insert_str(at, &text, &mut self.log);
        self.line.set_pos(at + text.len());
        true
    }

    fn has_room(&self, size: usize) -> bool {
        self.line.len().saturating_add(size) <= MOST
    }

    /// Puts in a text instead of these bytes.
    pub(super) fn replace(&mut self, span: Range<usize>, text: &str) {
        if self.has_room(text.len()) && self.as_str().get(span.clone()).is_some() {
            self.line.replace(span, text, &mut self.log);
        }
    }

    /// Another text with its cursor.
    pub(super) fn set(&mut self, text: &str, cursor: usize) {
        let end = self.line.len();
        self.line.delete_range(0..end, &mut self.log);
        self.line.insert_str(0, text, &mut self.log);
        self.line.set_pos(cursor.min(text.len()));
    }

    /// The same as a change that is undone at once.
    pub(super) fn set_at_once(&mut self, text: &str, cursor: usize) {
        self.log.undo.begin();
        self.set(text, cursor);
        self.log.undo.end();
    }

    pub(super) fn transpose_chars(&mut self) {
        self.log.undo.begin();
        self.line.transpose_chars(&mut self.log);
        self.log.undo.end();
    }

    pub(super) fn transpose_words(&mut self, count: u16) {
        self.log.undo.begin();
        self.line.transpose_words(count, &mut self.log);
        self.log.undo.end();
    }

    pub(super) fn change_case(&mut self, to: WordAction) {
        self.log.undo.begin();
        self.line.edit_word(to, &mut self.log);
        self.log.undo.end();
    }

    // Killing and yanking.

    /// Whatever is killed next is not joined to what was killed before.
    pub(super) fn end_kill(&mut self) {
        self.log.kills.reset();
    }

    /// Deletes as far as this moves; more than characters can be yanked.
    pub(super) fn kill(&mut self, to: &Movement) {
        self.line.kill(to, &mut self.log);
    }

    pub(super) fn yank(&mut self, count: u16) {
        let Some(text) = self.log.kills.newest().map(str::to_owned) else {
            return;
        };
        if self.insert(&text, count) {
            self.yanked = self.cursor() - text.len()..self.cursor();
            self.log.kills.yanked();
        }
    }

    /// What was killed before, instead of what was yanked just now.
    pub(super) fn yank_pop(&mut self) {
        let Some((_, text)) = self.log.kills.older() else {
            return;
        };
        self.log.undo.begin();
        self.line.delete_range(self.yanked.clone(), &mut self.log);
        let start = self.cursor();
        self.insert(&text, 1);
        self.yanked = start..self.cursor();
        self.log.undo.end();
    }

    // Undoing.

    pub(super) fn undo(&mut self, count: u16) {
        self.log.undo.undo(&mut self.line, count);
    }

    /// What follows is undone as one. Gives the place to go back to.
    pub(super) fn begin(&mut self) -> usize {
        self.log.undo.begin()
    }

    /// Ends what was begun.
    pub(super) fn end(&mut self) {
        self.log.undo.end();
    }

    /// The text as it was where something was begun, which is forgotten.
    pub(super) fn give_up(&mut self, place: usize, text: &str, cursor: usize) {
        self.set(text, cursor);
        self.log.undo.truncate(place);
    }
}

impl DeleteListener for Log {
    fn start_killing(&mut self) {
        self.kills.killing = true;
    }

    fn delete(&mut self, at: usize, text: &str, to: Direction) {
        self.undo.delete(at, text, to);
        self.kills.deleted(text, to);
    }

    fn stop_killing(&mut self) {
        self.kills.killing = false;
    }
}

impl ChangeListener for Log {
    fn insert_char(&mut self, at: usize, c: char) {
        self.undo.insert_char(at, c);
    }

    fn insert_str(&mut self, at: usize, text: &str) {
        self.undo.insert_str(at, text);
    }

    fn replace(&mut self, at: usize, old: &str, new: &str) {
        self.undo.replace(at, old, new);
    }
}
