//! What a prompt looks like.

use super::*;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

/// The rows of a buffer, without blanks at their ends and the cells that wide clusters cover.
pub(super) fn rows(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let row = |y| {
        let mut covered = 0;
        let cells = (area.x..area.right()).filter_map(|x| {
            let cell = &buffer[(x, y)];
            let is_covered = covered > 0;
            covered = if is_covered {
                covered - 1
            } else {
                cell.cell_width() - 1
            };
            (!is_covered).then(|| cell.symbol())
        });
        cells.collect::<String>().trim_end().to_owned()
    };
    (area.y..area.bottom()).map(row).collect()
}

/// Draws in so many columns and rows.
fn drawn(prompt: &Prompt, width: u16, height: u16) -> (Vec<String>, Drawn) {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let drawn = prompt.draw(area, &mut buffer, &Look::default());
    (rows(&buffer), drawn)
}

#[test]
fn a_text_is_shown_with_its_cursor() {
    for (text, shows, at) in [
        ("|", &["sim ›"][..], (6, 0)),
        ("plan|", &["sim › plan"], (10, 0)),
        ("pl|an", &["sim › plan"], (8, 0)),
        ("a\nb|c\n", &["sim › a", "bc", ""], (1, 1)),
        ("a\nbc\n|", &["sim › a", "bc", ""], (0, 2)),
        ("abcdefghijklm|", &["sim › abcdefghi", "jklm"], (4, 1)),
        // The cursor behind a full row stands in the next one.
        ("abcdefghi|", &["sim › abcdefghi", ""], (0, 1)),
        ("abcdefghi|jk", &["sim › abcdefghi", "jk"], (0, 1)),
        // Wide ones are not split.
        ("漢字漢字漢|字", &["sim › 漢字漢字", "漢字"], (2, 1)),
        ("漢字漢字|漢字", &["sim › 漢字漢字", "漢字"], (0, 1)),
        ("e\u{301}|x", &["sim › e\u{301}x"], (7, 0)),
    ] {
        let prompt = prompt(text);
        let (rows, drawn) = drawn(&prompt, 15, 3);
        let mut wanted = shows.to_vec();
        wanted.resize(3, "");
        assert_eq!(rows, wanted, "{text:?}");
        assert_eq!(drawn.cursor, Some(Position::from(at)), "{text:?}");
        assert_eq!(prompt.rows(15), shows.len(), "{text:?}");
        assert_eq!((drawn.above, drawn.below), (0, 0));
    }
}

#[test]
fn what_a_terminal_should_not_get_is_escaped() {
    for (text, shows, ascii) in [
        ("a\u{1b}[2J", "a\\u{1b}[2J", "a\\u{1b}[2J"),
        ("a\tb\r", "a\\tb\\r", "a\\tb\\r"),
        (
            "a\u{202e}b\u{2066}",
            "a\\u{202e}b\\u{2066}",
            "a\\u{202e}b\\u{2066}",
        ),
        ("\u{9b}31m", "\\u{9b}31m", "\\u{9b}31m"),
        ("\u{200b}x", "\\u{200b}x", "\\u{200b}x"),
        ("\u{301}", "\\u{301}", "\\u{301}"),
        ("üe\u{301}", "üe\u{301}", "\\u{fc}e\\u{301}"),
        ("漢…", "漢…", "\\u{6f22}..."),
    ] {
        for (only_ascii, shows) in [(false, shows), (true, ascii)] {
            let mut prompt = Prompt::new(history::empty(), only_ascii);
            prompt.set_words("› ");
            prompt.set(text, &());
            let (rows, drawn) = drawn(&prompt, 40, 1);
            let words = if only_ascii { ">" } else { "›" };
            assert_eq!(rows, [format!("{words} {shows}")]);
            let cells = 2 + shows.cell_width();
            assert_eq!(drawn.cursor, Some(Position::new(cells, 0)), "{text:?}");
            assert_eq!(prompt.text(), text, "kept as it is");
        }
    }
}

/// Words, what is looked for and hints come from elsewhere too.
#[test]
fn nothing_around_the_text_gets_through_either() {
    struct Wild;
    impl Knows for Wild {
        fn complete(&self, _: &str, cursor: usize) -> (usize, Vec<Candidate>) {
            (cursor, Vec::new())
        }
        fn hint(&self, _: &str) -> Option<Hint> {
            Some(Hint {
                text: "\u{1b}]0;x\u{7}\n".to_owned(),
                completes: false,
            })
        }
        fn is_open(&self, _: &str) -> bool {
            false
        }
    }
    let mut prompt = Prompt::new(history(), false);
    prompt.set_words("\u{1b}[1m\n");
    type_keys(&mut prompt, "x", &Wild);
    let (rows, _) = drawn(&prompt, 60, 1);
    assert_eq!(rows, ["\\u{1b}[1m\\nx\\u{1b}]0;x\\u{7}\\n"]);
}

#[test]
fn a_hint_ends_with_its_row_and_looks_like_one() {
    let mut prompt = prompt("|");
    type_keys(&mut prompt, "p l a n Space", &Words);
    let area = Rect::new(0, 0, 14, 2);
    let mut buffer = Buffer::empty(area);
    let drawn = prompt.draw(area, &mut buffer, &Look::default());
    assert_eq!(rows(&buffer), ["sim › plan WOR", ""]);
    assert_eq!(drawn.cursor, Some(Position::new(11, 0)));
    let looks = |x: u16| buffer[(x, 0)].modifier;
    assert_eq!(
        [looks(0), looks(6), looks(11)],
        [Modifier::BOLD, Modifier::empty(), Modifier::DIM]
    );
    assert_eq!(prompt.rows(14), 1);
}

#[test]
fn rows_that_do_not_fit_are_hidden_but_not_the_cursors() {
    let text = "0\n1\n2\n3\n4\n5\n6";
    for (cursor, shows, above, below) in [
        (0, ["sim › 0", "1", "2"], 0, 4),
        (2, ["sim › 0", "1", "2"], 0, 4),
        (6, ["1", "2", "3"], 1, 3),
        (text.len(), ["4", "5", "6"], 4, 0),
    ] {
        let (before, after) = text.split_at(cursor);
        let (rows, drawn) = drawn(&prompt(&format!("{before}|{after}")), 20, 3);
        assert_eq!(rows, shows);
        assert_eq!((drawn.above, drawn.below), (above, below));
        assert!(drawn.cursor.is_some());
    }
    for (width, height) in [(0, 3), (3, 0)] {
        assert_eq!(drawn(&prompt("a|"), width, height).1, Drawn::default());
    }
    // A cluster that is wider than the screen.
    assert_eq!(drawn(&prompt("漢|"), 1, 9).0[6..8], ["?", ""]);
}

#[test]
fn a_secret_is_not_drawn_nor_how_long_it_is() {
    let mut secret = Prompt::secret("value: ", false);
    assert_eq!(drawn(&secret, 30, 1).0, ["value:"]);
    for text in ["h", "hunter2", "hunter2\nhunter2"] {
        secret.set(text, &());
        let (rows, drawn) = drawn(&secret, 30, 2);
        assert_eq!(rows, ["value: •••", ""]);
        assert_eq!(drawn.cursor, Some(Position::new(10, 0)));
        type_keys(&mut secret, "Left Left", &());
        assert_eq!(secret.rows(30), 1);
    }
    let mut secret = Prompt::secret("value: ", true);
    secret.set("hunter2", &());
    assert_eq!(drawn(&secret, 30, 1).0, ["value: ***"]);
}
