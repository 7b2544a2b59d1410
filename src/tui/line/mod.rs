//! The screen's prompt: rustyline's emacs map over rustyline's own line buffer and history, without a terminal. Keys go in, what
//! they did comes out, and what is to be seen is drawn into cells.
//!
//! | file | what it owns |
//! | --- | --- |
//! | `stroke`, `map`, `keys` | keys; the map as a table; counts, and keys that wait for another one |
//! | `act` | what a command does |
//! | `text`, `moves` | the text, and where its cursor goes |
//! | `undo`, `kill` | what was changed, and what was killed |
//! | `walk`, `search` | lines of the history |
//! | `knows`, `menu` | what is asked while a line is typed; candidates of a completion |
//! | `cells`, `draw` | what a text looks like, and where it stands |
//!
//! It differs from the plain prompt in this: candidates are chosen in a menu, Alt+Enter begins a row, Esc that has nothing to give up
//! is the caller's, and so are Ctrl+L and Ctrl+Z.

mod act;
mod cells;
mod draw;
mod keys;
mod kill;
mod knows;
mod map;
mod menu;
mod moves;
mod search;
mod stroke;
#[cfg(test)]
mod tests;
mod text;
mod undo;
mod walk;

pub use draw::{Drawn, Look};
pub use knows::Knows;
pub use map::{AFTER_X, Binding, Does, MAP};
pub use menu::{Menu, MenuLook};
pub use stroke::Stroke;
pub use text::MOST;

use crate::repl::{Hint, history};
use crate::value::MASK;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use keys::{Keys, Now, Took};
use rustyline::Cmd;
use rustyline::history::{FileHistory, History};
use search::Search;
use std::borrow::Cow;
use text::Text;
use walk::Walk;

/// What became of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Did {
    /// Nothing.
    Nothing,
    /// Something that may be seen: in the text, its cursor, its words or its menu.
    Edited,
    /// The line is whole. The prompt is empty again.
    Entered(String),
    /// Ctrl+C where nothing was typed, or at a question.
    Interrupt,
    /// Ctrl+D where nothing was typed.
    Leave,
    /// The key is the caller's.
    NotMine,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Asks {
    /// A line of the language.
    Line,
    /// An answer: nothing is known of it, and it is not kept.
    Answer,
    /// The same, and it is not shown either.
    Secret,
}

/// What the keys are for just now.
enum Mode {
    Line,
    Search(Search),
    Menu(Menu),
}

/// A line being typed, and all that it takes to edit it. It holds what may be secret, so it has no `Debug`.
pub struct Prompt {
    asks: Asks,
    words: String,
    ascii: bool,
    text: Text,
    keys: Keys,
    mode: Mode,
    history: FileHistory,
    walk: Walk,
    hint: Option<Hint>,
}

impl Prompt {
    /// A prompt for lines, with the lines before them.
    pub fn new(history: FileHistory, ascii: bool) -> Prompt {
        Prompt::that(Asks::Line, history, "", ascii)
    }

    /// A prompt for an answer that is no line: it has no history, no candidates and no hints.
    pub fn answer(question: &str, ascii: bool) -> Prompt {
        Prompt::that(Asks::Answer, history::empty(), question, ascii)
    }

    /// The same for an answer that is never shown, not even its length.
    pub fn secret(question: &str, ascii: bool) -> Prompt {
        Prompt::that(Asks::Secret, history::empty(), question, ascii)
    }

    fn that(asks: Asks, history: FileHistory, words: &str, ascii: bool) -> Prompt {
        Prompt {
            asks,
            words: words.to_owned(),
            ascii,
            text: Text::new(),
            keys: Keys::default(),
            mode: Mode::Line,
            history,
            walk: Walk::default(),
            hint: None,
        }
    }

    /// The words before the text, with the blank that ends them.
    pub fn set_words(&mut self, words: &str) {
        words.clone_into(&mut self.words);
    }

    /// Takes a line into its history, in memory alone: who evaluates it keeps it on disk by [`history::keep`].
    pub fn remember(&mut self, line: &str) {
        // What a history in memory cannot take in is a line that it leaves out.
        let _ = self.history.add(line);
    }

    /// What is typed, as it is.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// The byte that the cursor stands at.
    pub fn cursor(&self) -> usize {
        self.text.cursor()
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// The candidates that are open.
    pub fn menu(&self) -> Option<&Menu> {
        match &self.mode {
            Mode::Menu(menu) => Some(menu),
            _ => None,
        }
    }

    /// Another text instead of what is typed, which undoing brings back.
    pub fn set(&mut self, text: &str, knows: &dyn Knows) {
        self.set_at(text, text.len(), knows);
    }

    /// The same with the cursor at this byte.
    pub fn set_at(&mut self, text: &str, cursor: usize, knows: &dyn Knows) {
        self.leave_mode();
        self.text.end_kill();
        self.text.set_at_once(text, cursor);
        self.after(knows);
    }

    /// Puts in what was pasted: without control characters but tabs and newlines, and without the newline at its end, so that nothing
    /// runs before it was seen. Says whether there was room for it.
    pub fn paste(&mut self, text: &str, knows: &dyn Knows) -> bool {
        let text = pasted(text);
        self.leave_mode();
        self.text.end_kill();
        let taken = text.is_empty() || self.text.insert(&text, 1);
        self.after(knows);
        taken
    }

    /// Asks for the hint again: what is known has changed.
    pub fn refresh(&mut self, knows: &dyn Knows) {
        let asked = match (&self.mode, self.asks) {
            (Mode::Line, Asks::Line) if self.text.is_at_end() => self.text(),
            _ => "",
        };
        self.hint = match asked.is_empty() {
            true => None,
            false => knows.hint(asked).filter(|hint| !hint.text.is_empty()),
        };
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, knows: &dyn Knows) -> Did {
        if key.kind == KeyEventKind::Release {
            return Did::Nothing;
        }
        let knows: &dyn Knows = match self.asks {
            Asks::Line => knows,
            Asks::Answer | Asks::Secret => &(),
        };
        let stroke = Stroke::of(key);
        let waited = self.keys.is_waiting();
        let now = Now {
            is_empty: self.is_empty(),
            is_hinted: self.hint.is_some() && self.text.is_at_end(),
        };
        let did = match self.keys.take(stroke, now) {
            Took::More => Did::Edited,
            Took::Quoted(c) => {
                self.leave_mode();
                self.text.end_kill();
                self.text.typed(c, 1);
                Did::Edited
            }
            // What ends the wait for a key, and is none that was waited for, is nobody's.
            Took::Command(Cmd::Unknown) if waited => {
                self.command(Cmd::Unknown, knows);
                Did::Edited
            }
            Took::Command(cmd) => match self.command(cmd, knows) {
                Did::Nothing if is_escape(stroke) && !waited => Did::NotMine,
                Did::Nothing if waited => Did::Edited,
                did => did,
            },
        };
        self.after(knows);
        did
    }

    /// What holds after every change.
    fn after(&mut self, knows: &dyn Knows) {
        self.text.settle();
        self.refresh(knows);
    }

    /// Ends a search or a menu with what was found or chosen, and what a key waits for.
    fn leave_mode(&mut self) {
        self.keys.reset();
        match std::mem::replace(&mut self.mode, Mode::Line) {
            Mode::Line => {}
            Mode::Search(_) => self.text.end(),
            Mode::Menu(menu) => menu.close(true, &mut self.text),
        }
    }

    // What is drawn.

    /// What stands before the text: a count or a search instead of the words, while they last.
    fn words(&self) -> Cow<'_, str> {
        match (&self.mode, self.keys.count()) {
            (_, Some(count)) => Cow::Owned(format!("(arg: {count}) ")),
            (Mode::Search(search), None) => Cow::Owned(search.words()),
            _ => Cow::Borrowed(&self.words),
        }
    }

    /// The text that may be seen, and its cursor. Of a secret one sees that something was typed.
    fn shown(&self) -> (&str, usize) {
        match (self.asks, self.is_empty()) {
            (Asks::Secret, true) => ("", 0),
            (Asks::Secret, false) => (MASK, MASK.len()),
            _ => (self.text(), self.cursor()),
        }
    }

    fn hint(&self) -> Option<&Hint> {
        self.hint.as_ref()
    }
}

fn is_escape(stroke: Stroke) -> bool {
    stroke == Stroke(KeyCode::Esc, KeyModifiers::NONE)
}

/// What a paste puts in: every end of a row as one newline but the last one, and no other control character than tabs.
fn pasted(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let fit = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(fit).collect()
}
