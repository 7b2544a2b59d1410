//! Looking for a line of the history while what is looked for is typed.

use super::text::Text;
use rustyline::history::{FileHistory, History, SearchDirection};
use rustyline::{Cmd, Movement};

/// A search that goes on.
pub(super) struct Search {
    /// What is looked for.
    wanted: String,
    at: usize,
    direction: SearchDirection,
    found: bool,
    /// What was being typed, with its cursor, and where undoing leads back to it.
    typed: (String, usize),
    place: usize,
}

/// What a command does to a search.
pub(super) enum Next {
    /// It goes on.
    More(Search),
    /// It was given up: the text is what it was before.
    GaveUp,
    /// It is over, and the command is for what was found.
    Over,
}

impl Search {
    /// Begins with the newest line, if there is one.
    pub(super) fn begin(history: &FileHistory, text: &mut Text) -> Option<Search> {
        Some(Search {
            wanted: String::new(),
            at: history.len().checked_sub(1)?,
            direction: SearchDirection::Reverse,
            found: true,
            typed: (text.as_str().to_owned(), text.cursor()),
            place: text.begin(),
        })
    }

    /// What stands before the line meanwhile.
    pub(super) fn words(&self) -> String {
        let failed = if self.found { "" } else { "failed " };
        format!("({failed}reverse-i-search)`{}': ", self.wanted)
    }

    pub(super) fn next(mut self, cmd: &Cmd, history: &FileHistory, text: &mut Text) -> Next {
        match cmd {
            Cmd::SelfInsert(_, c) => self.wanted.push(*c),
            Cmd::Kill(Movement::BackwardChar(_)) => {
                self.wanted.pop();
                return Next::More(self);
            }
            Cmd::ReverseSearchHistory => {
                return self.again(SearchDirection::Reverse, history, text);
            }
            Cmd::ForwardSearchHistory => {
                return self.again(SearchDirection::Forward, history, text);
            }
            Cmd::Abort => {
                let (line, cursor) = &self.typed;
                text.give_up(self.place, line, *cursor);
                return Next::GaveUp;
            }
            _ => {
                text.end();
                return Next::Over;
            }
        }
        self.look(history, text);
        Next::More(self)
    }

    /// The next one in this direction.
    fn again(mut self, to: SearchDirection, history: &FileHistory, text: &mut Text) -> Next {
        self.direction = to;
        let next = match to {
            SearchDirection::Reverse => self.at.checked_sub(1),
            SearchDirection::Forward => Some(self.at + 1).filter(|at| *at < history.len()),
        };
        match next {
            Some(at) => {
                self.at = at;
                self.look(history, text);
            }
            None => self.found = false,
        }
        Next::More(self)
    }

    fn look(&mut self, history: &FileHistory, text: &mut Text) {
        let found = history.search(&self.wanted, self.at, self.direction);
        let found = found.ok().flatten();
        self.found = found.is_some();
        if let Some(found) = found {
            self.at = found.idx;
            text.set(&found.entry, found.pos);
        }
    }
}
