//! A prompt typed to by keys, and read as its text with `|` where the cursor stands.

mod drawn;
mod drawn_menu;
mod keys;
mod modes;
mod wild;

use super::*;
use crate::command::Candidate;

/// The lines before, the oldest first.
const LINES: &[&str] = &["add noop a", "link a b", "add noop c\nadd noop d"];

fn history() -> FileHistory {
    let mut history = history::empty();
    for line in LINES {
        assert!(history.add(line).expect("kept"));
    }
    history
}

/// A prompt for lines with this text.
fn prompt(text: &str) -> Prompt {
    let (before, after) = text.split_once('|').expect("a cursor");
    let mut prompt = Prompt::new(history(), false);
    prompt.set_words("sim › ");
    let line = &mut prompt.text.line;
    line.insert_str(0, &format!("{before}{after}"), &mut undo::Silent);
    line.set_pos(before.len());
    prompt
}

/// Its text with its cursor.
fn read(prompt: &Prompt) -> String {
    let (before, after) = prompt.text().split_at(prompt.cursor());
    format!("{before}|{after}")
}

/// Keys by their names, as the map writes them: `Ctrl+A x Alt+Left`; a name of several characters is no single key.
fn strokes(names: &str) -> Vec<Stroke> {
    names.split(' ').map(stroke).collect()
}

fn stroke(name: &str) -> Stroke {
    let mut rest = name;
    let mut mods = KeyModifiers::NONE;
    for (prefix, held) in [
        ("Ctrl+", KeyModifiers::CONTROL),
        ("Alt+", KeyModifiers::ALT),
    ] {
        if let Some(after) = rest.strip_prefix(prefix) {
            rest = after;
            mods |= held;
        }
    }
    let code = match rest {
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Backspace" => KeyCode::Backspace,
        "Del" => KeyCode::Delete,
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "Shift+Tab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "PageUp" => KeyCode::PageUp,
        "F5" => KeyCode::F(5),
        rest => {
            let mut chars = rest.chars();
            let c = chars.next().expect("a character");
            assert_eq!(chars.next(), None, "{name} is no key");
            match mods.contains(KeyModifiers::CONTROL) {
                true => KeyCode::Char(c.to_ascii_lowercase()),
                false => KeyCode::Char(c),
            }
        }
    };
    Stroke(code, mods)
}

fn press(prompt: &mut Prompt, stroke: Stroke, knows: &dyn Knows) -> Did {
    prompt.key(KeyEvent::new(stroke.0, stroke.1), knows)
}

/// Presses keys; gives what the last one did.
fn type_keys(prompt: &mut Prompt, names: &str, knows: &dyn Knows) -> Did {
    let mut did = Did::Nothing;
    for stroke in strokes(names) {
        did = press(prompt, stroke, knows);
    }
    did
}

/// Knows four words, and that a line is open as long as it has more `[` than `]`.
struct Words;

const WORDS: &[(&str, &str)] = &[
    ("apply", "makes it so"),
    ("append", "puts it behind"),
    ("plan", "says what would be"),
    ("password", "is kept secret"),
];

impl Knows for Words {
    fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        let start = line[..cursor].rfind(' ').map_or(0, |at| at + 1);
        let fits = WORDS
            .iter()
            .filter(|(word, _)| word.starts_with(&line[start..cursor]));
        let candidate = |(word, about): &(&str, &str)| Candidate {
            text: (*word).to_owned(),
            shows: (*word).to_owned(),
            about: (*about).to_owned(),
        };
        (start, fits.map(candidate).collect())
    }

    fn hint(&self, line: &str) -> Option<Hint> {
        if line.ends_with(' ') {
            return Some(Hint {
                text: "WORD".to_owned(),
                completes: false,
            });
        }
        let (start, found) = self.complete(line, line.len());
        match found.as_slice() {
            [only] => Some(Hint {
                text: only.text.strip_prefix(&line[start..])?.to_owned(),
                completes: true,
            }),
            _ => None,
        }
    }

    fn is_open(&self, line: &str) -> bool {
        line.matches('[').count() > line.matches(']').count()
    }
}
