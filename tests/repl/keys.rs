//! The screen's prompt against rustyline's own: the same keys typed to both give the same rows and the same cursor.

use super::*;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers as Mods};
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use rustyline::history::{FileHistory, History};
use weft::tui::line::{Look, Prompt};

/// A key as a terminal sends it, and as crossterm tells it.
#[derive(Clone, Copy)]
enum Key {
    Plain(char),
    Ctrl(char),
    Alt(char),
    CtrlAlt(char),
    /// What follows the escape.
    Named(&'static str, KeyCode, Mods),
    Paste(&'static str),
}

use Key::{Alt, Ctrl, CtrlAlt, Named, Paste, Plain};

const LEFT: Key = Named("[D", KeyCode::Left, Mods::NONE);
const RIGHT: Key = Named("[C", KeyCode::Right, Mods::NONE);
const ARROW_UP: Key = Named("[A", KeyCode::Up, Mods::NONE);
const ARROW_DOWN: Key = Named("[B", KeyCode::Down, Mods::NONE);
const HOME: Key = Named("[H", KeyCode::Home, Mods::NONE);
const END: Key = Named("[F", KeyCode::End, Mods::NONE);
const BACKSPACE: Key = Ctrl('?');

/// Every key of the map but those in which the two differ.
const KEYS: &[Key] = &[
    Ctrl('a'),
    HOME,
    Ctrl('e'),
    END,
    Ctrl('b'),
    LEFT,
    Ctrl('f'),
    RIGHT,
    Alt('b'),
    Alt('B'),
    Named("[1;3D", KeyCode::Left, Mods::ALT),
    Named("[1;5D", KeyCode::Left, Mods::CONTROL),
    Alt('f'),
    Alt('F'),
    Named("[1;3C", KeyCode::Right, Mods::ALT),
    Named("[1;5C", KeyCode::Right, Mods::CONTROL),
    Ctrl(']'),
    CtrlAlt(']'),
    BACKSPACE,
    Ctrl('h'),
    Ctrl('d'),
    Named("[3~", KeyCode::Delete, Mods::NONE),
    Ctrl('k'),
    Ctrl('u'),
    Ctrl('w'),
    Alt('\x7f'),
    CtrlAlt('h'),
    Alt('d'),
    Alt('D'),
    Ctrl('y'),
    Alt('y'),
    Alt('Y'),
    Ctrl('t'),
    Alt('t'),
    Alt('T'),
    Alt('u'),
    Alt('U'),
    Alt('l'),
    Alt('L'),
    Alt('c'),
    Alt('C'),
    Ctrl('_'),
    Ctrl('q'),
    Ctrl('v'),
    Ctrl('x'),
    ARROW_UP,
    ARROW_DOWN,
    Ctrl('p'),
    Ctrl('n'),
    Alt('<'),
    Alt('>'),
    Ctrl('r'),
    Ctrl('s'),
    Alt('-'),
    Alt('0'),
    Alt('1'),
    Alt('2'),
    Alt('3'),
];

/// What else is typed.
const TEXT: &[Key] = &[
    Plain('a'),
    Plain('b'),
    Plain('e'),
    Plain('B'),
    Plain('2'),
    Plain('-'),
    Plain('.'),
    Plain(' '),
    Plain(' '),
    Plain('"'),
    Plain('ü'),
    Paste("two words"),
    Paste("one\r\ntwo three\rfour"),
];

/// The lines before, the oldest first.
const LINES: &[&str] = &[
    "add noop alpha",
    "add file /tmp/x content=<<END\nfirst row of it\nsecond\nEND",
    "link alpha beta-gamma",
    "add file /tmp/abe mode=0644",
];

/// What stands before the line.
const WORDS: &str = "sim mine › ";

/// What stands in no line and no key: typed last, it shows that all before it was read, and where the cursor was.
const MARK: Key = Plain('@');

impl Key {
    /// What a terminal sends.
    fn bytes(self) -> String {
        let ctrl = |c: char| char::from(c.to_ascii_uppercase() as u8 ^ 0x40);
        match self {
            Plain(c) => c.to_string(),
            Ctrl(c) => ctrl(c).to_string(),
            Alt(c) => format!("\x1b{c}"),
            CtrlAlt(c) => format!("\x1b{}", ctrl(c)),
            Named(rest, ..) => format!("\x1b{rest}"),
            Paste(text) => format!("\x1b[200~{text}\x1b[201~"),
        }
    }

    /// What crossterm makes of that; nothing of a paste.
    fn event(self) -> Option<KeyEvent> {
        let capital = |c: char| match c.is_uppercase() {
            true => Mods::SHIFT,
            false => Mods::NONE,
        };
        let ctrl = |c: char, mods| match c {
            '?' | '\x7f' => KeyEvent::new(KeyCode::Backspace, mods),
            ']' => KeyEvent::new(KeyCode::Char('5'), mods | Mods::CONTROL),
            '_' => KeyEvent::new(KeyCode::Char('7'), mods | Mods::CONTROL),
            c => KeyEvent::new(KeyCode::Char(c), mods | Mods::CONTROL),
        };
        Some(match self {
            Plain(c) => KeyEvent::new(KeyCode::Char(c), capital(c)),
            Ctrl(c) => ctrl(c, Mods::NONE),
            Alt('\x7f') => KeyEvent::new(KeyCode::Backspace, Mods::ALT),
            Alt(c) => KeyEvent::new(KeyCode::Char(c), capital(c) | Mods::ALT),
            CtrlAlt(c) => ctrl(c, Mods::ALT),
            Named(_, code, mods) => KeyEvent::new(code, mods),
            Paste(_) => return None,
        })
    }
}

/// Both prompts.
struct Both {
    weft: Terminal,
    prompt: Prompt,
    _home: Home,
}

impl Both {
    fn start(name: &str) -> Both {
        let home = Home::new(name);
        let kept = home.0.join("state/weft");
        std::fs::create_dir_all(&kept).expect("a directory");
        let mut history = FileHistory::new();
        let mut text = "#V2\n".to_owned();
        for line in LINES {
            assert!(history.add(line).expect("kept"));
            text += &format!("{}\n", line.replace('\n', "\\n"));
        }
        std::fs::write(kept.join("history"), text).expect("written");
        let mut weft = Terminal::start_with(&home.0, &["empty.yaml"], &[("NO_COLOR", "1")]);
        weft.prompts("sim mine ›");
        let mut prompt = Prompt::new(history, false);
        prompt.set_words(WORDS);
        Both {
            weft,
            prompt,
            _home: home,
        }
    }

    /// Types to both with the mark behind, and waits until they show the same. Then both are empty again.
    fn type_and_compare(&mut self, keys: &[Key]) {
        let all: Vec<Key> = keys.iter().copied().chain([MARK]).collect();
        self.agree_on(&all);
        self.clear();
    }

    fn clear(&mut self) {
        // A search and whatever waits for a key is given up, and the line is not empty when it is cleared.
        self.agree_on(&[Ctrl('g'), Plain('x')]);
        self.type_keys(&[Ctrl('c')]);
        assert!(self.prompt.is_empty());
        // What is typed before the next line is read would be for the terminal.
        self.agree_on(&[]);
    }

    /// Types to both, and waits until they show the same.
    fn agree_on(&mut self, keys: &[Key]) {
        self.type_keys(keys);
        let said: Vec<String> = keys
            .iter()
            .map(|key| format!("{:?}", key.bytes()))
            .collect();
        let (rows, cursor) = drawn(&self.prompt);
        let wanted = format!(
            "cursor {cursor:?} after {} and\n{}\n--",
            said.join(" "),
            rows.join("\n")
        );
        self.weft.until_screen(&wanted, |screen| {
            let all = screen.rows(0, COLS);
            let mut all: Vec<String> = all.map(|row| trimmed(&row)).collect();
            let (y, mut x) = screen.cursor_position();
            let Some(first) = y.checked_sub(cursor.1).map(usize::from) else {
                return false;
            };
            // Where only the end of a line changes, rustyline leaves the words of a search that is over.
            if let Some((left, rest)) = all.get(first).and_then(|row| row.split_once("': "))
                && left.contains("reverse-i-search)`")
                && rows[0].starts_with(WORDS)
            {
                let (words, left) = (WORDS.chars().count(), left.chars().count() + 3);
                all[first] = trimmed(&format!("{WORDS}{rest}"));
                if cursor.1 == 0 {
                    x = (usize::from(x) + words).saturating_sub(left) as u16;
                }
            }
            let below = all.get(first..).unwrap_or_default();
            let (own, rest) = below.split_at(rows.len().min(below.len()));
            x == cursor.0 && own == rows && rest.iter().all(String::is_empty)
        });
    }

    fn type_keys(&mut self, keys: &[Key]) {
        let bytes: String = keys.iter().map(|key| key.bytes()).collect();
        self.weft.keys(&bytes);
        for key in keys {
            match (key.event(), key) {
                (Some(event), _) => drop(self.prompt.key(event, &())),
                (None, Paste(text)) => assert!(self.prompt.paste(text, &())),
                (None, _) => {}
            }
        }
    }
}

/// The rows of the screen's prompt without blanks at their ends, and the column and row of its cursor.
fn drawn(prompt: &Prompt) -> (Vec<String>, (u16, u16)) {
    let area = Rect::new(0, 0, COLS, ROWS);
    let mut buffer = Buffer::empty(area);
    let drawn = prompt.draw(area, &mut buffer, &Look::default());
    let rows = (0..prompt.rows(area.width)).map(|y| {
        let cells = (0..area.width).map(|x| &buffer[(x, y as u16)]);
        let mut hidden = 0;
        let row: String = cells
            .filter_map(|cell| {
                let seen = hidden == 0;
                hidden = if seen {
                    cell.cell_width() - 1
                } else {
                    hidden - 1
                };
                seen.then(|| cell.symbol())
            })
            .collect();
        trimmed(&row)
    });
    let cursor = drawn.cursor.expect("there is room");
    (rows.collect(), (cursor.x, cursor.y))
}

fn trimmed(row: &str) -> String {
    row.trim_end().to_owned()
}

fn typed(text: &str) -> Vec<Key> {
    text.chars().map(Plain).collect()
}

/// Each key alone and with counts, from several places of several texts.
#[test]
fn every_key_does_the_same_at_both_prompts() {
    let mut both = Both::start("keys");
    let places: &[&[Key]] = &[
        &[],
        &[HOME],
        &[LEFT, LEFT, LEFT, LEFT, LEFT, LEFT],
        // Something was killed twice, and yanked.
        &[Ctrl('w'), LEFT, Ctrl('u'), Ctrl('y')],
        &[ARROW_UP, ARROW_UP, ARROW_UP, ARROW_UP, LEFT],
        &[Paste("a b\ncc dd\n\neee"), ARROW_UP, ARROW_UP, RIGHT],
        &[Ctrl('r'), Plain('a'), Plain('b')],
    ];
    let counts: &[&[Key]] = &[&[], &[Alt('2')], &[Alt('-')], &[Alt('-'), Plain('2')]];
    for place in places {
        for count in counts {
            for key in KEYS {
                let mut keys = typed("alpha beta-gamma  delta.eps");
                keys.extend(place.iter().chain(count.iter()));
                keys.push(*key);
                both.type_and_compare(&keys);
            }
        }
    }
}

/// Keys in any order.
#[test]
fn any_keys_do_the_same_at_both_prompts() {
    let mut both = Both::start("any-keys");
    let mut dice = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |sides: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (dice % sides as u64) as usize
    };
    for _ in 0..1000 {
        let count = 4 + below(24);
        let mut keys: Vec<Key> = Vec::new();
        for _ in 0..count {
            // What is sent for an arrow or a paste is several keys to rustyline, if it waits for one.
            let waits = matches!(
                keys.last(),
                Some(Ctrl('q' | 'v' | 'x' | ']') | CtrlAlt(']'))
            );
            let key = match below(5) {
                _ if waits => [Plain('a'), Plain('e')][below(2)],
                0 | 1 => TEXT[below(TEXT.len())],
                _ => match KEYS[below(KEYS.len())] {
                    // It leaves where nothing is typed.
                    Ctrl('d') => Named("[3~", KeyCode::Delete, Mods::NONE),
                    // rustyline loses its place on the screen where there are no two words to swap, and behind a search that
                    // no movement ends; then a debug build of it panics.
                    Alt('t' | 'T') => Ctrl('t'),
                    Ctrl('r') => {
                        keys.extend([Ctrl('r'), TEXT[below(10)], TEXT[below(10)]]);
                        [Ctrl('e'), LEFT, Alt('b')][below(3)]
                    }
                    key => key,
                },
            };
            keys.push(key);
        }
        // A search that is given up draws everything anew: where a row ended, rustyline may have left it.
        keys.extend([MARK, Ctrl('r'), Ctrl('g')]);
        both.agree_on(&keys);
        both.clear();
    }
}

#[test]
fn sequences_do_the_same_at_both_prompts() {
    let mut both = Both::start("sequences");
    let back = |n| vec![LEFT; n];
    for keys in [
        // Two rows that wrap, and one that is just full.
        typed(&"wrapped ".repeat(30)),
        typed(&"x".repeat(120 - WORDS.chars().count() - 1)),
        [typed(&"x".repeat(120)), back(15)].concat(),
        // Wide clusters.
        [typed("漢字 ü"), back(2)].concat(),
        typed(&"漢".repeat(80)),
        // Searches.
        [
            vec![Ctrl('r')],
            typed("add"),
            vec![Ctrl('r'), Ctrl('r'), Ctrl('s')],
        ]
        .concat(),
        [vec![Ctrl('r')], typed("nowhere"), vec![BACKSPACE]].concat(),
        [
            vec![Ctrl('r')],
            typed("link"),
            vec![Ctrl('a'), Ctrl('k'), Ctrl('y'), Ctrl('_')],
        ]
        .concat(),
        [
            typed("typed"),
            vec![Ctrl('r')],
            typed("link"),
            vec![Ctrl('g')],
        ]
        .concat(),
    ] {
        both.type_and_compare(&keys);
    }
}

#[test]
fn what_was_killed_and_typed_is_the_same_at_both_prompts() {
    let mut both = Both::start("kills");
    for keys in [
        // Back to what was being typed.
        [
            typed("half"),
            vec![LEFT, ARROW_UP, ARROW_UP, ARROW_DOWN, ARROW_DOWN],
        ]
        .concat(),
        [
            typed("half"),
            vec![Alt('<'), Alt('>'), Ctrl('_'), Ctrl('_'), Ctrl('_')],
        ]
        .concat(),
        // Kills in a row, yanked and popped.
        [
            typed("one two three"),
            vec![
                Ctrl('w'),
                Ctrl('w'),
                LEFT,
                Ctrl('u'),
                Ctrl('y'),
                Alt('y'),
                Alt('y'),
            ],
        ]
        .concat(),
        [typed("a b"), vec![Ctrl('w'), Alt('3'), Ctrl('y'), Alt('y')]].concat(),
        // Quoted keys, two keys, and counts of several digits.
        [
            typed("ab"),
            vec![Ctrl('v'), Plain('c'), Ctrl('x'), Ctrl('u')],
        ]
        .concat(),
        [typed("ab cd"), vec![LEFT, Ctrl('x'), BACKSPACE]].concat(),
        vec![
            Alt('1'),
            Plain('2'),
            Plain('x'),
            Alt('-'),
            Plain('3'),
            Plain('5'),
            LEFT,
        ],
        [
            typed("a.b.c.d"),
            vec![HOME, Alt('2'), Ctrl(']'), Plain('.')],
        ]
        .concat(),
        [typed("a.b.c.d"), vec![Alt('2'), CtrlAlt(']'), Plain('.')]].concat(),
    ] {
        both.type_and_compare(&keys);
    }
}
