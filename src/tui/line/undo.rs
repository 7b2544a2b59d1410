//! What was changed, so that it can be undone: rustyline's changes, whose own list is private to it.

use super::cells::clusters;
use rustyline::line_buffer::{ChangeListener, DeleteListener, Direction, LineBuffer};

/// One change, or the edge of several that are undone as one.
enum Change {
    Begin,
    End,
    Insert { at: usize, text: String },
    Delete { at: usize, text: String },
    Replace { at: usize, old: String, new: String },
}

impl Change {
    fn undo(&self, line: &mut LineBuffer) {
        match self {
            Change::Begin | Change::End => {}
            Change::Insert { at, text } => line.delete_range(*at..at + text.len(), &mut Silent),
            Change::Delete { at, text } => {
                line.insert_str(*at, text, &mut Silent);
                line.set_pos(at + text.len());
            }
            Change::Replace { at, old, new } => {
                line.replace(*at..at + new.len(), old, &mut Silent);
            }
        }
    }
}

/// The changes of a line.
#[derive(Default)]
pub(super) struct Undo {
    changes: Vec<Change>,
}

impl Undo {
    /// What follows is undone as one. Gives the place to go back to if it is given up.
    pub(super) fn begin(&mut self) -> usize {
        self.changes.push(Change::Begin);
        self.changes.len() - 1
    }

    /// Ends what was begun.
    pub(super) fn end(&mut self) {
        match self.changes.last() {
            Some(Change::Begin) => drop(self.changes.pop()),
            _ => self.changes.push(Change::End),
        }
    }

    /// Forgets what came after this place: the line is as it was there.
    pub(super) fn truncate(&mut self, place: usize) {
        self.changes.truncate(place);
    }

    /// A typed character: letters and digits in a row are one change.
    pub(super) fn typed(&mut self, at: usize, c: char) {
        match self.changes.last_mut() {
            Some(Change::Insert { at: begin, text })
                if c.is_alphanumeric() && *begin + text.len() == at =>
            {
                text.push(c);
            }
            _ => self.inserted(at, &String::from(c)),
        }
    }

    fn inserted(&mut self, at: usize, text: &str) {
        if !text.is_empty() {
            self.changes.push(Change::Insert {
                at,
                text: text.to_owned(),
            });
        }
    }

    /// Letters and digits that are deleted one after the other, to either side, are one change.
    fn deleted(&mut self, at: usize, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.changes.last_mut() {
            Some(Change::Delete {
                at: begin,
                text: before,
            }) if is_letter(text) && (*begin == at || *begin == at + text.len()) => {
                if *begin == at {
                    before.push_str(text);
                } else {
                    before.insert_str(0, text);
                    *begin = at;
                }
            }
            _ => self.changes.push(Change::Delete {
                at,
                text: text.to_owned(),
            }),
        }
    }

    fn replaced(&mut self, at: usize, before: &str, after: &str) {
        match self.changes.last_mut() {
            Some(Change::Replace {
                at: begin,
                old,
                new,
            }) if *begin + new.len() == at => {
                old.push_str(before);
                new.push_str(after);
            }
            _ => self.changes.push(Change::Replace {
                at,
                old: before.to_owned(),
                new: after.to_owned(),
            }),
        }
    }

    /// Undoes the last changes, so many of them.
    pub(super) fn undo(&mut self, line: &mut LineBuffer, count: u16) {
        let (mut open, mut undone) = (0i32, 0);
        while let Some(change) = self.changes.pop() {
            match change {
                Change::Begin => open -= 1,
                Change::End => open += 1,
                _ => change.undo(line),
            }
            if open <= 0 {
                undone += 1;
                if undone >= count {
                    return;
                }
            }
        }
    }
}

/// Whether this is one letter or digit, with what is put upon it.
fn is_letter(text: &str) -> bool {
    text.chars().all(char::is_alphanumeric) && clusters(text).len() == 1
}

impl DeleteListener for Undo {
    fn delete(&mut self, at: usize, text: &str, _: Direction) {
        self.deleted(at, text);
    }
}

impl ChangeListener for Undo {
    fn insert_char(&mut self, at: usize, c: char) {
        self.typed(at, c);
    }

    fn insert_str(&mut self, at: usize, text: &str) {
        self.inserted(at, text);
    }

    fn replace(&mut self, at: usize, old: &str, new: &str) {
        self.replaced(at, old, new);
    }
}

/// Hears of changes that are not to be undone.
pub(super) struct Silent;

impl DeleteListener for Silent {
    fn delete(&mut self, _: usize, _: &str, _: Direction) {}
}

impl ChangeListener for Silent {
    fn insert_char(&mut self, _: usize, _: char) {}

    fn insert_str(&mut self, _: usize, _: &str) {}

    fn replace(&mut self, _: usize, _: &str, _: &str) {}
}
