//! Any keys and pastes at all: nothing panics, the cursor stands between clusters, everything can be undone, and nothing is drawn that
//! a terminal should not get.

use super::*;
use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use rustyline::line_buffer::LineBuffer;

/// What may happen to a prompt.
#[derive(Clone, Debug)]
enum Act {
    Key(Stroke),
    Paste(String),
    Set(String),
}

/// Characters that are easy to get wrong: of two cells, of none, that join the one before, that move a terminal.
const SIGNS: &[char] = &[
    'a', 'Z', '0', ' ', '.', '-', '"', '[', '\n', '\r', '\t', '\u{1b}', '\u{7f}', '\u{9b}', 'ß',
    'ü', '漢', '\u{301}', '\u{200d}', '👩', '🇩', '\u{fe0f}', '\u{200b}', '\u{202e}', '\u{ff9e}',
    '\u{1160}', 'ǆ', '\u{ad}',
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(SIGNS), 0..12)
        .prop_map(|signs| signs.into_iter().collect())
}

fn act() -> impl Strategy<Value = Act> {
    let all = MAP.iter().chain(AFTER_X).flat_map(|row| row.keys.iter());
    let mapped: Vec<Stroke> = all.copied().collect();
    let typed = prop::sample::select(SIGNS);
    let typed = typed.prop_map(|c| Act::Key(Stroke(KeyCode::Char(c), KeyModifiers::NONE)));
    let others = prop::sample::select(vec![stroke("F5"), stroke("PageUp"), stroke("Ctrl+6")]);
    prop_oneof![
        6 => prop::sample::select(mapped).prop_map(Act::Key),
        5 => typed,
        1 => others.prop_map(Act::Key),
        1 => text().prop_map(Act::Paste),
        1 => text().prop_map(Act::Set),
    ]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(act(), 0..60)
}

/// A prompt whose history and answers are as wild as what is typed.
fn wild(ascii: bool) -> Prompt {
    let mut history = history();
    for line in ["e\u{301}\u{200d}x", "\u{1b}[2J\nü漢", "\u{301}"] {
        assert!(history.add(line).expect("kept"));
    }
    Prompt::new(history, ascii)
}

struct Odd;

impl Knows for Odd {
    fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        let start = line[..cursor].rfind(' ').map_or(0, |at| at + 1);
        let of = |text: &str| Candidate {
            text: text.to_owned(),
            shows: text.to_owned(),
            about: "\u{1b}".to_owned(),
        };
        let texts = ["a\u{301}bc", "a\u{301}b漢", "\u{301}", ""];
        match line.len() % 3 {
            0 => (start, texts.into_iter().map(of).collect()),
            1 => (start, texts[..2].iter().map(|text| of(text)).collect()),
            _ => (start, vec![of("a")]),
        }
    }

    fn hint(&self, line: &str) -> Option<Hint> {
        line.len().is_multiple_of(2).then(|| Hint {
            text: "\u{301}\u{7}漢".to_owned(),
            completes: line.len().is_multiple_of(4),
        })
    }

    fn is_open(&self, line: &str) -> bool {
        line.contains('[')
    }
}

fn happens(prompt: &mut Prompt, act: &Act) -> Did {
    match act {
        Act::Key(stroke) => return press(prompt, *stroke, &Odd),
        Act::Paste(text) => drop(prompt.paste(text, &Odd)),
        Act::Set(text) => prompt.set(text, &Odd),
    }
    Did::Edited
}

/// Where rustyline's own cursor may stand in this text.
fn places(text: &str) -> Vec<usize> {
    let mut line = LineBuffer::with_capacity(text.len());
    line.insert_str(0, text, &mut undo::Silent);
    line.set_pos(0);
    let mut places = vec![0];
    while line.move_forward(1) {
        places.push(line.pos());
    }
    places
}

/// Draws a prompt and its menu into a corner of a screen; says what is wrong with that, if anything.
fn draw(prompt: &Prompt, width: u16, height: u16) -> Result<(), TestCaseError> {
    let mut buffer = Buffer::filled(Rect::new(0, 0, width + 3, height + 3), Cell::new("#"));
    let area = Rect::new(1, 2, width, height);
    for y in area.y..area.bottom() {
        (area.x..area.right()).for_each(|x| buffer[(x, y)].reset());
    }
    let drawn = prompt.draw(area, &mut buffer, &Look::default());
    prop_assert_eq!(drawn.cursor.is_some(), !area.is_empty());
    if let Some(cursor) = drawn.cursor {
        prop_assert!(area.contains(cursor), "{cursor:?}");
        let seen = prompt.rows(width) - drawn.above - drawn.below;
        prop_assert!(seen <= usize::from(height));
    }
    if let Some(menu) = prompt.menu() {
        menu.draw(area, &mut buffer, &MenuLook::default());
    }
    for (at, cell) in buffer.content.iter().enumerate() {
        let (x, y) = buffer.pos_of(at);
        let outside = !area.contains((x, y).into());
        prop_assert!(!outside || cell.symbol() == "#", "{x} {y}");
        let moves = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        prop_assert!(!cell.symbol().contains(moves), "{:?}", cell.symbol());
        prop_assert!(!prompt.ascii || cell.symbol().is_ascii());
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_keys_leave_a_prompt_whole(
        acts in acts(),
        ascii: bool,
        width in 0u16..24,
        height in 0u16..5,
    ) {
        let mut prompt = wild(ascii);
        prompt.set_words("s\u{1b} › ");
        for act in &acts {
            happens(&mut prompt, act);
            let (text, cursor) = (prompt.text(), prompt.cursor());
            prop_assert!(places(text).contains(&cursor), "{text:?} {cursor} {act:?}");
            draw(&prompt, width, height)?;
        }
    }

    #[test]
    fn undoing_everything_gives_the_first_text_back(first in text(), acts in acts()) {
        let mut prompt = wild(false);
        prompt.text.line.insert_str(0, &first, &mut undo::Silent);
        for act in &acts {
            // A line that is given or cleared takes what was done to it along.
            let ends = |key: &&Stroke| [stroke("Enter"), stroke("Ctrl+J"), stroke("Ctrl+C"), stroke("Ctrl+\\")].contains(key);
            match act {
                Act::Key(key) if ends(&key) => continue,
                act => drop(happens(&mut prompt, act)),
            }
        }
        prompt.leave_mode();
        prompt.text.undo(u16::MAX);
        prop_assert_eq!(prompt.text(), first);
    }

    #[test]
    fn a_secret_is_never_drawn(acts in acts(), width in 1u16..30) {
        let mut secret = Prompt::secret("value: ", false);
        let area = Rect::new(0, 0, width, 4);
        let seen = |secret: &Prompt| {
            let mut buffer = Buffer::empty(area);
            secret.draw(area, &mut buffer, &Look::default());
            buffer.content.iter().map(Cell::symbol).collect::<String>()
        };
        let nothing = seen(&secret);
        secret.set("x", &());
        let something = seen(&secret);
        for act in &acts {
            happens(&mut secret, act);
            let counts = secret.keys.count().is_some();
            let shows = seen(&secret);
            prop_assert!(counts || shows == nothing || shows == something, "{shows}");
        }
    }
}
