//! rustyline's emacs map as a table, with Alt+Enter beside it.

use super::stroke::Stroke;
use crossterm::event::{KeyCode, KeyModifiers as Mods};
use rustyline::{Anchor, At, Cmd, Movement, Word};

/// What a key does.
#[derive(Clone, Copy)]
pub enum Does {
    /// A command, made from the count before the key, and whether that is positive.
    Command(fn(u16, bool) -> Cmd),
    /// Begins a count.
    Count,
    /// The next key decides, by [`AFTER_X`].
    Prefix,
    /// The next character is looked for.
    Find {
        /// Towards the beginning.
        back: bool,
    },
    /// The next key is put in as the terminal sends it.
    Quote,
}

/// A row of the map.
#[derive(Clone, Copy)]
pub struct Binding {
    /// Keys that do the same.
    pub keys: &'static [Stroke],
    /// What they do, in a few words.
    pub about: &'static str,
    /// The same for the program.
    pub does: Does,
}

const fn row(keys: &'static [Stroke], about: &'static str, does: fn(u16, bool) -> Cmd) -> Binding {
    let does = Does::Command(does);
    Binding { keys, about, does }
}

const fn waits(keys: &'static [Stroke], about: &'static str, does: Does) -> Binding {
    Binding { keys, about, does }
}

/// The movement of so many characters to the right, or to the left.
fn chars(count: u16, right: bool) -> Movement {
    match right {
        true => Movement::ForwardChar(count),
        false => Movement::BackwardChar(count),
    }
}

fn words(count: u16, right: bool, word: Word) -> Movement {
    match right {
        true => Movement::ForwardWord(count, At::AfterEnd, word),
        false => Movement::BackwardWord(count, word),
    }
}

fn edge(right: bool) -> Movement {
    match right {
        true => Movement::EndOfLine,
        false => Movement::BeginningOfLine,
    }
}

const fn key(code: KeyCode) -> Stroke {
    Stroke(code, Mods::NONE)
}

const fn ctrl(c: char) -> Stroke {
    Stroke(KeyCode::Char(c), Mods::CONTROL)
}

const fn alt(c: char) -> Stroke {
    Stroke(KeyCode::Char(c), Mods::ALT)
}

const fn alt_key(code: KeyCode) -> Stroke {
    Stroke(code, Mods::ALT)
}

const fn ctrl_key(code: KeyCode) -> Stroke {
    Stroke(code, Mods::CONTROL)
}

const fn ctrl_alt(c: char) -> Stroke {
    Stroke(KeyCode::Char(c), Mods::CONTROL.union(Mods::ALT))
}

/// The digits and the sign of a count.
const COUNT: &[Stroke] = &[
    alt('-'),
    alt('0'),
    alt('1'),
    alt('2'),
    alt('3'),
    alt('4'),
    alt('5'),
    alt('6'),
    alt('7'),
    alt('8'),
    alt('9'),
];

/// The map. A character that is not in it is put in.
#[rustfmt::skip]
pub const MAP: &[Binding] = &[
    // Moving.
    row(&[ctrl('a'), key(KeyCode::Home)], "to the beginning of the row", |_, _| Cmd::Move(edge(false))),
    row(&[ctrl('e'), key(KeyCode::End)], "to the end of the row", |_, _| Cmd::Move(edge(true))),
    row(&[ctrl('b'), key(KeyCode::Left)], "a character left", |n, p| Cmd::Move(chars(n, !p))),
    row(&[ctrl('f'), key(KeyCode::Right)], "a character right; Right also takes the hint", |n, p| Cmd::Move(chars(n, p))),
    row(&[alt('b'), alt('B'), alt_key(KeyCode::Left), ctrl_key(KeyCode::Left)], "a word left", |n, p| Cmd::Move(words(n, !p, Word::Emacs))),
    row(&[alt('f'), alt('F'), alt_key(KeyCode::Right), ctrl_key(KeyCode::Right)], "a word right", |n, p| Cmd::Move(words(n, p, Word::Emacs))),
    waits(&[ctrl(']')], "to the next character that is typed", Does::Find { back: false }),
    waits(&[ctrl_alt(']')], "to the last one before", Does::Find { back: true }),
    // Deleting and killing.
    row(&[key(KeyCode::Backspace)], "deletes the character before", |n, p| Cmd::Kill(chars(n, !p))),
    row(&[ctrl('d'), key(KeyCode::Delete)], "deletes the character; Ctrl+D leaves where nothing is typed", |n, p| Cmd::Kill(chars(n, p))),
    row(&[ctrl('k')], "kills to the end of the row", |_, p| Cmd::Kill(edge(p))),
    row(&[ctrl('u')], "kills to the beginning of the row", |_, p| Cmd::Kill(edge(!p))),
    row(&[ctrl('w')], "kills back to a blank", |n, p| Cmd::Kill(words(n, !p, Word::Big))),
    row(&[alt_key(KeyCode::Backspace)], "kills a word to the left", |n, p| Cmd::Kill(words(n, !p, Word::Emacs))),
    row(&[alt('d'), alt('D')], "kills a word to the right", |n, p| Cmd::Kill(words(n, p, Word::Emacs))),
    row(&[ctrl('y')], "yanks what was killed", |n, p| if p { Cmd::Yank(n, Anchor::Before) } else { Cmd::Unknown }),
    row(&[alt('y'), alt('Y')], "then: what was killed before it", |_, _| Cmd::YankPop),
    // Changing.
    row(&[ctrl('t')], "swaps two characters", |_, _| Cmd::TransposeChars),
    row(&[alt('t'), alt('T')], "swaps two words", |n, _| Cmd::TransposeWords(n)),
    row(&[alt('u'), alt('U')], "a word in capitals", |_, _| Cmd::UpcaseWord),
    row(&[alt('l'), alt('L')], "a word in small letters", |_, _| Cmd::DowncaseWord),
    row(&[alt('c'), alt('C')], "a word with a capital", |_, _| Cmd::CapitalizeWord),
    row(&[ctrl('_')], "undoes", |n, _| Cmd::Undo(n)),
    waits(&[ctrl('q'), ctrl('v')], "puts in the next key as it is", Does::Quote),
    waits(COUNT, "how often the next key does it", Does::Count),
    waits(&[ctrl('x')], "begins two keys", Does::Prefix),
    // History.
    row(&[key(KeyCode::Up)], "the row above, or the line before", |_, _| Cmd::LineUpOrPreviousHistory(1)),
    row(&[key(KeyCode::Down)], "the row below, or the next line", |_, _| Cmd::LineDownOrNextHistory(1)),
    row(&[ctrl('p')], "the line before", |_, _| Cmd::PreviousHistory),
    row(&[ctrl('n')], "the next line", |_, _| Cmd::NextHistory),
    row(&[alt('<')], "the first line", |_, _| Cmd::BeginningOfHistory),
    row(&[alt('>')], "the line that was being typed", |_, _| Cmd::EndOfHistory),
    row(&[ctrl('r')], "looks for an earlier line", |_, _| Cmd::ReverseSearchHistory),
    row(&[ctrl('s')], "then: for a later one", |_, _| Cmd::ForwardSearchHistory),
    // The line as a whole.
    row(&[key(KeyCode::Enter), ctrl('j')], "gives the line; goes on with it where it is open", |_, _| Cmd::AcceptOrInsertLine { accept_in_the_middle: true }),
    row(&[alt_key(KeyCode::Enter)], "begins a row", |_, _| Cmd::Newline),
    row(&[key(KeyCode::Tab)], "completes; then: the next candidate", |_, p| if p { Cmd::Complete } else { Cmd::CompleteBackward }),
    row(&[key(KeyCode::BackTab)], "the candidate before", |_, _| Cmd::CompleteBackward),
    row(&[key(KeyCode::Esc), ctrl('g'), ctrl_alt('g')], "gives up a search or a completion", |_, _| Cmd::Abort),
    row(&[ctrl('c'), ctrl('\\')], "clears the line", |_, _| Cmd::Interrupt),
    row(&[ctrl('l')], "draws the screen anew", |_, _| Cmd::ClearScreen),
    row(&[ctrl('z')], "suspends", |_, _| Cmd::Suspend),
];

/// What may follow Ctrl+X.
#[rustfmt::skip]
pub const AFTER_X: &[Binding] = &[
    row(&[ctrl('u')], "undoes", |n, _| Cmd::Undo(n)),
    row(&[key(KeyCode::Backspace)], "kills to the beginning of the row", |_, p| Cmd::Kill(edge(!p))),
    row(&[key(KeyCode::Esc), ctrl('g')], "gives up", |_, _| Cmd::Abort),
];
