//! Keys into commands, by the map; some wait for another one: counts, Ctrl+X, Ctrl+], Ctrl+V.

use super::map::{AFTER_X, Binding, Does, MAP};
use super::stroke::Stroke;
use crossterm::event::{KeyCode, KeyModifiers as Mods};
use rustyline::{CharSearch, Cmd, Movement};

/// What a key leads to.
pub(super) enum Took {
    /// Another key, which is waited for.
    More,
    /// A command.
    Command(Cmd),
    /// A character that is put in as it is.
    Quoted(char),
}

/// What the map has to know of the line.
#[derive(Clone, Copy)]
pub(super) struct Now {
    /// Nothing is typed.
    pub(super) is_empty: bool,
    /// A hint stands right behind the cursor.
    pub(super) is_hinted: bool,
}

/// Which key is waited for.
#[derive(Default)]
enum Waits {
    #[default]
    Nothing,
    /// More digits, or what they count.
    Count(i16),
    /// What follows Ctrl+X, with the count before it.
    Prefix(u16, bool),
    /// The character to be found.
    Find { count: u16, back: bool },
    /// Anything.
    Quote,
}

/// Turns keys into commands.
#[derive(Default)]
pub(super) struct Keys {
    waits: Waits,
}

impl Keys {
    /// Whether another key is waited for.
    pub(super) fn is_waiting(&self) -> bool {
        !matches!(self.waits, Waits::Nothing)
    }

    /// Waits for nothing any more.
    pub(super) fn reset(&mut self) {
        self.waits = Waits::Nothing;
    }

    /// The count that is being typed.
    pub(super) fn count(&self) -> Option<i16> {
        match self.waits {
            Waits::Count(count) => Some(count),
            _ => None,
        }
    }

    pub(super) fn take(&mut self, stroke: Stroke, now: Now) -> Took {
        match std::mem::take(&mut self.waits) {
            Waits::Nothing => self.begin(stroke, 0, now),
            Waits::Count(count) => match further(count, stroke) {
                Some(count) => self.wait(Waits::Count(count)),
                None => self.begin(stroke, count, now),
            },
            Waits::Prefix(count, positive) => match find(AFTER_X, stroke) {
                Some(Does::Command(make)) => Took::Command(make(count, positive)),
                _ => Took::Command(Cmd::Unknown),
            },
            Waits::Find { count, back } => match stroke {
                Stroke(KeyCode::Char(c), Mods::NONE) if back => {
                    Took::Command(search(count, CharSearch::Backward(c)))
                }
                Stroke(KeyCode::Char(c), Mods::NONE) => {
                    Took::Command(search(count, CharSearch::ForwardBefore(c)))
                }
                _ => Took::Command(Cmd::Unknown),
            },
            Waits::Quote => stroke
                .sent()
                .map_or(Took::Command(Cmd::Unknown), Took::Quoted),
        }
    }

    fn wait(&mut self, waits: Waits) -> Took {
        self.waits = waits;
        Took::More
    }

    /// A key that nothing but a count stands before.
    fn begin(&mut self, stroke: Stroke, counted: i16, now: Now) -> Took {
        let positive = counted >= 0;
        let count = counted.unsigned_abs().max(1);
        let command = match stroke {
            Stroke(KeyCode::Char('d'), Mods::CONTROL) if now.is_empty => Cmd::EndOfFile,
            Stroke(KeyCode::Right, Mods::NONE) if now.is_hinted => Cmd::CompleteHint,
            _ => match find(MAP, stroke) {
                Some(Does::Command(make)) => make(count, positive),
                Some(Does::Count) => return self.wait(Waits::Count(first(stroke))),
                Some(Does::Prefix) => return self.wait(Waits::Prefix(count, positive)),
                Some(Does::Find { back }) => {
                    let back = back == positive;
                    return self.wait(Waits::Find { count, back });
                }
                Some(Does::Quote) => return self.wait(Waits::Quote),
                None => typed(stroke, count, positive),
            },
        };
        Took::Command(command)
    }
}

fn find(map: &[Binding], stroke: Stroke) -> Option<Does> {
    let row = map.iter().find(|row| row.keys.contains(&stroke))?;
    Some(row.does)
}

fn search(count: u16, what: CharSearch) -> Cmd {
    Cmd::Move(Movement::ViCharSearch(count, what))
}

/// A character that is put in; nothing can be put in a negative number of times.
fn typed(stroke: Stroke, count: u16, positive: bool) -> Cmd {
    match stroke {
        Stroke(KeyCode::Char(c), Mods::NONE) if positive => Cmd::SelfInsert(count, c),
        _ => Cmd::Unknown,
    }
}

fn digit(stroke: Stroke) -> Option<i16> {
    match stroke {
        Stroke(KeyCode::Char(c), Mods::NONE | Mods::ALT) => {
            c.to_digit(10).and_then(|digit| i16::try_from(digit).ok())
        }
        _ => None,
    }
}

/// The count that begins with this key; a minus alone is -1.
fn first(stroke: Stroke) -> i16 {
    digit(stroke).unwrap_or(-1)
}

/// The count with one more digit, of which there are no more than four; none if the key does not belong to it.
fn further(count: i16, stroke: Stroke) -> Option<i16> {
    match (digit(stroke), stroke) {
        (Some(digit), _) if count == -1 => Some(-digit),
        (Some(_), _) if count.abs() >= 1000 => Some(count),
        (Some(digit), _) => Some(count.saturating_mul(10).saturating_add(digit)),
        (None, Stroke(KeyCode::Char('-'), Mods::NONE | Mods::ALT)) => Some(count),
        _ => None,
    }
}
