//! Going through the history, line by line, and back to what was being typed.

use super::text::Text;
use rustyline::history::{FileHistory, History, SearchDirection};

/// Where in the history the text is from.
#[derive(Default)]
pub(super) struct Walk {
    /// The line of the history; none while it is the one that is being typed.
    at: Option<usize>,
    /// What was being typed, with its cursor.
    typed: (String, usize),
}

impl Walk {
    /// To the line before, or the next one.
    pub(super) fn step(&mut self, back: bool, history: &FileHistory, text: &mut Text) {
        let to = match (self.at, back) {
            (None, true) => history.len().checked_sub(1),
            (None, false) | (Some(0), true) => return,
            (Some(at), true) => Some(at - 1),
            (Some(at), false) => Some(at + 1),
        };
        match to.filter(|at| *at < history.len()) {
            Some(at) => self.go(at, history, text),
            None if !back => self.end(text),
            None => {}
        }
    }

    /// To the first line.
    pub(super) fn first(&mut self, history: &FileHistory, text: &mut Text) {
        if self.at != Some(0) && !history.is_empty() {
            self.go(0, history, text);
        }
    }

    /// To what was being typed.
    pub(super) fn end(&mut self, text: &mut Text) {
        if self.at.take().is_some() {
            let (line, cursor) = std::mem::take(&mut self.typed);
            text.set(&line, cursor);
        }
    }

    fn go(&mut self, at: usize, history: &FileHistory, text: &mut Text) {
        let Some(line) = line(history, at) else {
            return;
        };
        if self.at.is_none() {
            self.typed = (text.as_str().to_owned(), text.cursor());
        }
        self.at = Some(at);
        text.set_at_once(&line, line.len());
    }
}

fn line(history: &FileHistory, at: usize) -> Option<String> {
    let found = history.get(at, SearchDirection::Forward).ok()??;
    Some(found.entry.into_owned())
}
