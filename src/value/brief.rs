//! Values and texts cut to what a line of the trace holds. Who reads it sees that something was cut, and how much there is.

use super::{MASK, Value, quote, sanitise};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// How many characters of a value are shown.
const SHOWN: usize = 200;
/// How many characters of a text are.
const LINE: usize = 2000;
/// How many bytes may stand behind them, to say that it was cut.
const SAYING: usize = 40;

impl Value {
    /// As `Display` shows it, but no more than its first 200 characters, and then its size: a text's and a value's in bytes, a list's
    /// in items. Nothing is cut within a mask.
    pub fn brief(&self) -> String {
        match self {
            Value::Str(text) => match text.char_indices().nth(SHOWN) {
                Some((end, _)) => format!("{}{}", quote(&text[..end]), rest(text.len(), "bytes")),
                None => self.to_string(),
            },
            Value::List(items) => self.in_short(items.len(), "items"),
            Value::Map(items) => self.in_short(items.len(), "keys"),
            _ => self.to_string(),
        }
    }

    fn in_short(&self, size: usize, of: &str) -> String {
        let mut short = Short::default();
        match write!(short, "{self}") {
            Ok(()) => short.text,
            Err(fmt::Error) => short.text + &rest(size, of),
        }
    }
}

/// A text that is too long for a line, cut; what is short enough, or was cut already, stays as it is.
pub fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LINE) {
        Some((end, _)) if text.len() > end + SAYING => {
            let mut kept = &text[..end];
            // A part of a mask would look like another one.
            if text[end..].starts_with('•') {
                kept = kept.trim_end_matches('•');
            }
            Cow::Owned(kept.to_owned() + &rest(text.len(), "bytes"))
        }
        _ => Cow::Borrowed(text),
    }
}

/// What somebody says, fit for one line and not too long for it.
pub fn spoken(text: &str) -> String {
    let end = |text: &str| text.char_indices().nth(LINE).map(|(end, _)| end);
    let head = end(text).unwrap_or(text.len());
    let mut clean = sanitise(&text[..head]);
    let cut = end(&clean);
    clean.truncate(cut.unwrap_or(clean.len()));
    if head < text.len() || cut.is_some() {
        clean.push_str(&rest(text.len(), "bytes"));
    }
    clean
}

fn rest(size: usize, of: &str) -> String {
    format!("… ({size} {of})")
}

/// The beginning of what is written.
#[derive(Default)]
struct Short {
    text: String,
    shown: usize,
}

impl Write for Short {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let left = SHOWN - self.shown;
        let end = piece.char_indices().nth(left).map(|(end, _)| end);
        self.shown += piece.chars().take(left).count();
        match end {
            None => self.text.push_str(piece),
            // Whole or not at all.
            Some(_) if piece == MASK => return Err(fmt::Error),
            Some(end) => {
                self.text.push_str(&piece[..end]);
                return Err(fmt::Error);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_whole() {
        let text = "ä".repeat(SHOWN);
        for value in [
            Value::str(&text),
            Value::str("a b"),
            Value::Int(7),
            Value::list([Value::Int(1), Value::str("a, b")]),
            Value::str("x".repeat(300)).into_secret(),
            Value::Bytes([0xff; 1000][..].into()),
        ] {
            assert_eq!(value.brief(), value.to_string());
        }
        for text in [String::new(), "ä".repeat(LINE)] {
            assert_eq!(cut(&text), text);
        }
    }

    #[test]
    fn what_is_long_is_cut_and_says_so() {
        let long = "ä".repeat(1_000_000);
        let first = "ä".repeat(SHOWN);
        assert_eq!(
            Value::str(&long).brief(),
            format!("{first}… (2000000 bytes)")
        );
        let lines = "a b\n".repeat(1000);
        let brief = Value::str(&lines).brief();
        assert!(brief.starts_with("\"a b\\na b\\n"), "{brief}");
        assert!(brief.ends_with("a b\\n\"… (4000 bytes)"), "{brief}");
        let list = Value::list(vec![Value::Int(1); 1000]);
        let brief = list.brief();
        assert!(brief.starts_with("[1, 1, ") && brief.ends_with("… (1000 items)"));
        assert_eq!(brief.chars().count(), SHOWN + "… (1000 items)".len() - 2);
        let map = Value::map([("k".to_owned(), Value::str(&long))]);
        assert!(map.brief().ends_with("ä… (1 keys)"));
        let once = cut(&long).into_owned();
        assert_eq!(once, format!("{}… (2000000 bytes)", "ä".repeat(LINE)));
        assert_eq!(cut(&once), once);
        assert_eq!(spoken("a\nb"), "a\\nb");
        for line in ["a", "a\n", "\u{1}"] {
            let said = spoken(&line.repeat(LINE + 1));
            let size = line.len() * (LINE + 1);
            assert!(said.ends_with(&format!("… ({size} bytes)")), "{said}");
            assert_eq!(
                said.chars().count(),
                LINE + format!("… ({size} bytes)").len() - 2
            );
            assert_eq!(cut(&said), said);
        }
    }

    #[test]
    fn nothing_is_cut_within_a_mask() {
        for before in 150..=SHOWN {
            let secret = Value::str("hunter2".repeat(100)).into_secret();
            let list = Value::list([Value::str("x".repeat(before)), secret]);
            let brief = list.brief();
            let mask = brief.matches('•').count();
            assert!(mask == 0 || brief.contains(MASK), "{brief}");
            assert!(!brief.contains("hunter2"));
        }
        for before in LINE - 4..=LINE {
            let text = "x".repeat(before) + MASK + &"y".repeat(100);
            let cut = cut(&text);
            let mask = cut.matches('•').count();
            assert!(mask == 0 || mask == 3, "{cut}");
        }
    }
}
