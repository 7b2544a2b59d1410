//! Bytes from a terminal as keys, mouse reports and pastes.
//!
//! crossterm reads and parses in one, waits inside of a read for the rest of a sequence that has begun, and goes round without end
//! where the terminal has gone: so what it calls its events is made here, from bytes that are there.

use super::csi;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

const ESC: u8 = 0x1b;
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// What has come, and is not understood yet.
#[derive(Default, Debug)]
pub struct Keys {
    held: Vec<u8>,
    /// A paste goes on; so much of what is held has been looked at for its end.
    pasting: Option<usize>,
}

/// What stands at the beginning of bytes.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Found {
    /// An event, of so many bytes.
    Event(Event, usize),
    /// So many bytes that mean nothing here.
    Nothing(usize),
    /// A paste begins after so many bytes.
    Paste(usize),
    /// The beginning of something.
    More,
}

impl Keys {
    /// Takes in what has come. Gives the events that are whole.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.held.extend_from_slice(bytes);
        let mut events = Vec::new();
        let mut at = 0;
        loop {
            if let Some(seen) = self.pasting {
                let Some(end) = find(&self.held[at..], PASTE_ENDS, seen) else {
                    self.pasting = Some((self.held.len() - at).saturating_sub(PASTE_ENDS.len()));
                    break;
                };
                let text = String::from_utf8_lossy(&self.held[at..at + end]).into_owned();
                events.push(Event::Paste(text));
                at += end + PASTE_ENDS.len();
                self.pasting = None;
            }
            match found(&self.held[at..]) {
                Found::Event(event, taken) => {
                    events.push(event);
                    at += taken;
                }
                Found::Nothing(taken) => at += taken,
                Found::Paste(taken) => {
                    at += taken;
                    self.pasting = Some(0);
                }
                Found::More => break,
            }
        }
        self.held.drain(..at);
        events
    }

    /// Whether something has begun that is taken for a key if nothing follows.
    pub fn waits(&self) -> bool {
        self.pasting.is_none() && !self.held.is_empty()
    }

    /// Nothing has followed: what has begun is `Esc`, or a key with `Alt`.
    pub fn settle(&mut self) -> Vec<Event> {
        if !self.waits() {
            return Vec::new();
        }
        let held = std::mem::take(&mut self.held);
        match held.as_slice() {
            [ESC] => vec![key(KeyCode::Esc, KeyModifiers::NONE)],
            [ESC, c] => vec![key(KeyCode::Char(char::from(*c)), alt(char::from(*c)))],
            _ => Vec::new(),
        }
    }
}

fn alt(c: char) -> KeyModifiers {
    match c.is_uppercase() {
        true => KeyModifiers::ALT | KeyModifiers::SHIFT,
        false => KeyModifiers::ALT,
    }
}

/// Where `needle` is, looking from `from` on.
fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let at = rest.windows(needle.len()).position(|part| part == needle)?;
    Some(from + at)
}

pub(super) fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
    Event::Key(KeyEvent::new(code, modifiers))
}

fn found(bytes: &[u8]) -> Found {
    match bytes {
        [] | [ESC] => Found::More,
        [ESC, b'[', rest @ ..] => csi::found(rest),
        [ESC, b'O', rest @ ..] => ss3(rest),
        // Two of them are two keys.
        [ESC, ESC, ..] => Found::Event(key(KeyCode::Esc, KeyModifiers::NONE), 1),
        [ESC, rest @ ..] => match plain(rest) {
            Found::Event(Event::Key(mut event), taken) => {
                event.modifiers |= KeyModifiers::ALT;
                Found::Event(Event::Key(event), taken + 1)
            }
            Found::Nothing(taken) => Found::Nothing(taken + 1),
            other => other,
        },
        bytes => plain(bytes),
    }
}

/// What follows `ESC O`: arrows and function keys of a keypad in application mode.
fn ss3(rest: &[u8]) -> Found {
    let code = match rest.first() {
        None => return Found::More,
        Some(b'A') => KeyCode::Up,
        Some(b'B') => KeyCode::Down,
        Some(b'C') => KeyCode::Right,
        Some(b'D') => KeyCode::Left,
        Some(b'H') => KeyCode::Home,
        Some(b'F') => KeyCode::End,
        Some(b'M') => KeyCode::Enter,
        Some(n @ b'P'..=b'S') => KeyCode::F(1 + n - b'P'),
        Some(_) => return Found::Nothing(3),
    };
    Found::Event(key(code, KeyModifiers::NONE), 3)
}

/// A key by itself: a control character, or one that is typed.
fn plain(bytes: &[u8]) -> Found {
    let Some(first) = bytes.first() else {
        return Found::More;
    };
    let control = |c: u8| key(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    let bare = |code| key(code, KeyModifiers::NONE);
    let event = match first {
        b'\r' => bare(KeyCode::Enter),
        b'\t' => bare(KeyCode::Tab),
        0x7f => bare(KeyCode::Backspace),
        0 => control(b' '),
        c @ 1..=0x1a => control(c - 1 + b'a'),
        c @ 0x1c..=0x1f => control(c - 0x1c + b'4'),
        _ => return typed(bytes),
    };
    Found::Event(event, 1)
}

/// The one character of UTF-8 that stands first.
fn typed(bytes: &[u8]) -> Found {
    let whole = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(whole) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&whole[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) => {
            return match error.error_len() {
                None => Found::More,
                Some(bad) => Found::Nothing(bad),
            };
        }
    };
    let Some(c) = valid.chars().next() else {
        return Found::More;
    };
    let modifiers = match c.is_uppercase() {
        true => KeyModifiers::SHIFT,
        false => KeyModifiers::NONE,
    };
    Found::Event(key(KeyCode::Char(c), modifiers), c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

    /// What is written for a key: its modifiers, and its code.
    fn words(event: &Event) -> String {
        match event {
            Event::Key(key) => {
                let has = |one, word| {
                    if key.modifiers.contains(one) {
                        word
                    } else {
                        ""
                    }
                };
                format!(
                    "{}{}{}{:?}",
                    has(KeyModifiers::CONTROL, "C-"),
                    has(KeyModifiers::ALT, "A-"),
                    has(KeyModifiers::SHIFT, "S-"),
                    key.code
                )
            }
            other => format!("{other:?}"),
        }
    }

    fn all(events: &[Event]) -> String {
        events.iter().map(words).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_are_what_terminals_send_for_them() {
        for (bytes, keys) in [
            ("a\u{fc}\u{8a9e}", "Char('a') Char('ü') Char('語')"),
            ("A", "S-Char('A')"),
            (
                "\x03\x1a\x00\x1f",
                "C-Char('c') C-Char('z') C-Char(' ') C-Char('7')",
            ),
            (
                "\r\n\t\x7f\x08",
                "Enter C-Char('j') Tab Backspace C-Char('h')",
            ),
            ("\x1b[A\x1b[B\x1b[C\x1b[D", "Up Down Right Left"),
            ("\x1bOA\x1bOP\x1bOM", "Up F(1) Enter"),
            ("\x1b[1;3A\x1b[1;5C\x1b[1;2D", "A-Up C-Right S-Left"),
            (
                "\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~",
                "Home End Home End Home End",
            ),
            (
                "\x1b[2~\x1b[3~\x1b[5~\x1b[6~",
                "Insert Delete PageUp PageDown",
            ),
            ("\x1b[3;5~\x1b[15~\x1b[24~", "C-Delete F(5) F(12)"),
            ("\x1b[[A\x1b[[E\x1b[1;2P", "F(1) F(5) S-F(1)"),
            ("\x1b[Z", "S-BackTab"),
            (
                "\x1bb\x1bB\x1b\r\x1b\x7f",
                "A-Char('b') A-S-Char('B') A-Enter A-Backspace",
            ),
            ("\x1b\x1bx", "Esc A-Char('x')"),
        ] {
            assert_eq!(
                all(&Keys::default().feed(bytes.as_bytes())),
                keys,
                "{bytes:?}"
            );
            // However it comes, it is the same.
            let mut one = Keys::default();
            let events: Vec<Event> = bytes.bytes().flat_map(|byte| one.feed(&[byte])).collect();
            assert_eq!(all(&events), keys, "{bytes:?}, byte by byte");
        }
    }

    #[test]
    fn what_begins_and_is_not_followed_is_a_key() {
        for (bytes, keys) in [
            ("\x1b", "Esc"),
            ("\x1b[", "A-Char('[')"),
            ("\x1bO", "A-S-Char('O')"),
            ("\x1b[1;", ""),
        ] {
            let mut held = Keys::default();
            assert_eq!(held.feed(bytes.as_bytes()), []);
            assert!(held.waits());
            assert_eq!(all(&held.settle()), keys, "{bytes:?}");
            assert!(!held.waits());
            assert_eq!(all(&held.feed(b"x")), "Char('x')");
        }
    }

    #[test]
    fn what_means_nothing_is_left_out() {
        for bytes in [
            &b"\x1b[I\x1b[O"[..],
            b"\x1b[12;34R",
            b"\x1b[?62;c",
            b"\x1b[M !!",
            b"\x1b[999999999999~",
            b"\x1b[<1;2M",
            b"\x1bOz",
            b"\xff\xc0\x80",
        ] {
            let mut keys = Keys::default();
            let events = keys.feed(&[bytes, b"x"].concat());
            assert_eq!(all(&events), "Char('x')", "{bytes:?}");
        }
        // A sequence that is broken off is no part of what follows.
        assert_eq!(all(&Keys::default().feed(b"\x1b[1;\x1b[A")), "Up");
    }

    #[test]
    fn the_mouse_says_where_it_was() {
        let mouse = |bytes: &[u8]| match Keys::default().feed(bytes).as_slice() {
            [Event::Mouse(event)] => *event,
            other => panic!("{bytes:?}: {other:?}"),
        };
        let at = |kind, column, row, modifiers| MouseEvent {
            kind,
            column,
            row,
            modifiers,
        };
        let none = KeyModifiers::NONE;
        let left = MouseButton::Left;
        assert_eq!(
            mouse(b"\x1b[<0;5;7M"),
            at(MouseEventKind::Down(left), 4, 6, none)
        );
        assert_eq!(
            mouse(b"\x1b[<0;5;7m"),
            at(MouseEventKind::Up(left), 4, 6, none)
        );
        assert_eq!(
            mouse(b"\x1b[<32;1;1M"),
            at(MouseEventKind::Drag(left), 0, 0, none)
        );
        let control = KeyModifiers::CONTROL;
        assert_eq!(
            mouse(b"\x1b[<81;300;9M"),
            at(MouseEventKind::ScrollDown, 299, 8, control)
        );
    }

    #[test]
    fn a_paste_is_one_text_whatever_is_in_it() {
        let pasted = "one\r\n\x1b[A\x03\u{8a9e} \x1b]52;c;x\x07";
        let bytes = format!("a\x1b[200~{pasted}\x1b[201~b");
        let wanted = [
            key(KeyCode::Char('a'), KeyModifiers::NONE),
            Event::Paste(pasted.to_owned()),
            key(KeyCode::Char('b'), KeyModifiers::NONE),
        ];
        for size in [1, 3, 7, 1000] {
            let mut keys = Keys::default();
            let parts = bytes.as_bytes().chunks(size);
            let events: Vec<Event> = parts.flat_map(|part| keys.feed(part)).collect();
            assert_eq!(events, wanted, "{size} bytes at a time");
        }
        let mut open = Keys::default();
        assert_eq!(open.feed(b"\x1b[200~half"), []);
        assert!(!open.waits(), "a paste goes on, however long it takes");
    }
}
