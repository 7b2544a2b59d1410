//! What terminals send after `ESC [`: keys with their modifiers, mouse reports, the beginning of a paste.

use super::keys::{Found, key};
use crossterm::event::{Event, KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// What is longer is no sequence of ours.
const LONGEST: usize = 64;

/// What stands after `ESC [`; lengths count from the `ESC`.
pub(super) fn found(rest: &[u8]) -> Found {
    // The console of Linux has its first five function keys here.
    if let [b'[', more @ ..] = rest {
        return match more.first() {
            None => Found::More,
            Some(n @ b'A'..=b'E') => bare(KeyCode::F(1 + n - b'A'), 4),
            Some(_) => Found::Nothing(3),
        };
    }
    let inside = |byte: &u8| (0x20..0x40).contains(byte);
    let length = rest.iter().take_while(|byte| inside(byte)).count();
    let all = length + 3;
    match rest.get(length) {
        None if length > LONGEST => Found::Nothing(all - 1),
        None => Found::More,
        // The old report of a mouse, which was not asked for: three bytes follow.
        Some(b'M') if length == 0 => match rest.len() {
            4.. => Found::Nothing(all + 3),
            _ => Found::More,
        },
        Some(last @ 0x40..=0x7e) => whole(&rest[..length], *last, all),
        // It is broken off here.
        Some(_) => Found::Nothing(all - 1),
    }
}

fn bare(code: KeyCode, taken: usize) -> Found {
    Found::Event(key(code, KeyModifiers::NONE), taken)
}

fn whole(params: &[u8], last: u8, taken: usize) -> Found {
    if let [b'<', params @ ..] = params {
        let event = mouse(&numbers(params), last);
        return event.map_or(Found::Nothing(taken), |event| Found::Event(event, taken));
    }
    let numbers = numbers(params);
    let first = numbers.first().copied().flatten();
    if (first, last) == (Some(200), b'~') {
        return Found::Paste(taken);
    }
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        b'Z' => return Found::Event(key(KeyCode::BackTab, KeyModifiers::SHIFT), taken),
        b'~' => match first.and_then(numbered) {
            Some(code) => code,
            None => return Found::Nothing(taken),
        },
        _ => return Found::Nothing(taken),
    };
    let with = numbers.get(1).copied().flatten().unwrap_or(1);
    Found::Event(key(code, modifiers(with)), taken)
}

/// The key of `ESC [ NUMBER ~`.
fn numbered(number: u16) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number as u8 - 10),
        17..=21 => KeyCode::F(number as u8 - 11),
        23..=26 => KeyCode::F(number as u8 - 12),
        28 | 29 => KeyCode::F(number as u8 - 13),
        31..=34 => KeyCode::F(number as u8 - 14),
        _ => return None,
    })
}

/// The modifiers that a key has been sent with: one more than their sum.
fn modifiers(with: u16) -> KeyModifiers {
    let bits = with.saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
    modifiers.set(KeyModifiers::ALT, bits & 2 != 0);
    modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
    modifiers
}

/// Numbers between semicolons; none where there is none, or one that is too large.
fn numbers(params: &[u8]) -> Vec<Option<u16>> {
    let text = String::from_utf8_lossy(params);
    text.split(';').map(|number| number.parse().ok()).collect()
}

/// A mouse report: what, column, row.
fn mouse(numbers: &[Option<u16>], last: u8) -> Option<Event> {
    let [Some(what), Some(column), Some(row)] = *numbers else {
        return None;
    };
    let button = match what & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (what & 0b1100_0000, what & 3, what & 32 != 0, last) {
        (0, 3, _, _) => MouseEventKind::Moved,
        (0, _, true, b'M') => MouseEventKind::Drag(button),
        (0, _, false, b'M') => MouseEventKind::Down(button),
        (0, _, _, b'm') => MouseEventKind::Up(button),
        (64, 0, _, b'M') => MouseEventKind::ScrollUp,
        (64, 1, _, b'M') => MouseEventKind::ScrollDown,
        (64, 2, _, b'M') => MouseEventKind::ScrollLeft,
        (64, 3, _, b'M') => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, what & 4 != 0);
    modifiers.set(KeyModifiers::ALT, what & 8 != 0);
    modifiers.set(KeyModifiers::CONTROL, what & 16 != 0);
    Some(Event::Mouse(MouseEvent {
        kind,
        column: column.saturating_sub(1),
        row: row.saturating_sub(1),
        modifiers,
    }))
}
