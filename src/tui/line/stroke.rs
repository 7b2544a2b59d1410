//! Keys, by one name each.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers as Mods};
use std::fmt;

/// A key with what is held down beside it. Letters beside Ctrl are small, and Shift is not held beside a character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stroke(pub KeyCode, pub Mods);

impl Stroke {
    /// The stroke of an event. A terminal sends the same byte for several keys, which crossterm tells by one of their names.
    pub fn of(key: KeyEvent) -> Stroke {
        let (code, mods) = (key.code, key.modifiers);
        match code {
            KeyCode::Char(c) if mods.contains(Mods::CONTROL) => {
                let rest = mods - Mods::CONTROL - Mods::SHIFT;
                match c.to_ascii_lowercase() {
                    'h' => Stroke(KeyCode::Backspace, rest),
                    'i' => Stroke(KeyCode::Tab, rest),
                    'm' => Stroke(KeyCode::Enter, rest),
                    '[' => Stroke(KeyCode::Esc, rest),
                    '4' => Stroke(KeyCode::Char('\\'), rest | Mods::CONTROL),
                    '5' => Stroke(KeyCode::Char(']'), rest | Mods::CONTROL),
                    '7' => Stroke(KeyCode::Char('_'), rest | Mods::CONTROL),
                    c => Stroke(KeyCode::Char(c), rest | Mods::CONTROL),
                }
            }
            KeyCode::Char(_) | KeyCode::BackTab => Stroke(code, mods - Mods::SHIFT),
            KeyCode::Tab if mods.contains(Mods::SHIFT) => {
                Stroke(KeyCode::BackTab, mods - Mods::SHIFT)
            }
            _ => Stroke(code, mods),
        }
    }

    /// The character that a terminal sends for it, if it sends just one.
    pub(super) fn sent(self) -> Option<char> {
        match self {
            Stroke(KeyCode::Char(c), Mods::NONE) => Some(c),
            Stroke(KeyCode::Char(c @ ('a'..='z' | '\\' | ']' | '^' | '_')), Mods::CONTROL) => {
                Some(char::from(u8::try_from(c).ok()? & 0x1f))
            }
            Stroke(KeyCode::Enter, Mods::NONE) => Some('\r'),
            Stroke(KeyCode::Tab, Mods::NONE) => Some('\t'),
            Stroke(KeyCode::Esc, Mods::NONE) => Some('\x1b'),
            Stroke(KeyCode::Backspace, Mods::NONE) => Some('\x7f'),
            _ => None,
        }
    }
}

impl fmt::Display for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(Mods::CONTROL, "Ctrl+"), (Mods::ALT, "Alt+")] {
            if self.1.contains(held) {
                f.write_str(name)?;
            }
        }
        match self.0 {
            KeyCode::Char(c) => write!(f, "{}", c.to_uppercase()),
            KeyCode::BackTab => f.write_str("Shift+Tab"),
            code => write!(f, "{code}"),
        }
    }
}
