//! What a menu of candidates looks like.

use super::drawn::rows;
use super::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

fn candidates(shows: &[&str]) -> Vec<Candidate> {
    let candidate = |shows: &&str| Candidate {
        text: (*shows).to_owned(),
        shows: (*shows).to_owned(),
        about: format!("about {shows}"),
    };
    shows.iter().map(candidate).collect()
}

/// A menu with the candidate chosen to which so many steps lead, in so many columns and rows.
fn drawn(
    shows: &[&str],
    steps: usize,
    ascii: bool,
    (width, height): (u16, u16),
) -> (Buffer, (usize, usize)) {
    let mut text = Text::new();
    let mut menu = Menu::new(candidates(shows), 0..0, &text, ascii);
    (0..steps).for_each(|_| menu.step(false, &mut text));
    // Around it nothing may change.
    let mut buffer = Buffer::filled(
        Rect::new(0, 0, width + 2, height + 2),
        ratatui::buffer::Cell::new("#"),
    );
    let area = Rect::new(1, 1, width, height);
    for y in area.y..area.bottom() {
        (area.x..area.right()).for_each(|x| buffer[(x, y)].reset());
    }
    let hidden = menu.draw(area, &mut buffer, &MenuLook::default());
    for y in 0..height + 2 {
        for x in 0..width + 2 {
            let inside = area.contains((x, y).into());
            assert!(inside || buffer[(x, y)].symbol() == "#", "{x} {y}");
        }
    }
    assert!(menu.rows(width, height) <= height);
    (buffer, hidden)
}

fn inside(buffer: &Buffer) -> Vec<String> {
    let all = rows(buffer);
    let cut = |row: &String| {
        row.trim_start_matches('#')
            .trim_end_matches('#')
            .trim_end()
            .to_owned()
    };
    all[1..all.len() - 1].iter().map(cut).collect()
}

#[test]
fn few_candidates_stand_below_each_other_with_what_they_are() {
    let (buffer, hidden) = drawn(&["apply", "append"], 1, false, (24, 3));
    assert_eq!(
        inside(&buffer),
        ["apply   about apply", "append  about append", ""]
    );
    assert_eq!(hidden, (0, 0));
    let looks = [(1, 1), (9, 1), (1, 2)].map(|at| buffer[at].modifier);
    assert_eq!(
        looks,
        [Modifier::REVERSED, Modifier::DIM, Modifier::empty()]
    );
}

#[test]
fn many_candidates_stand_in_columns() {
    let many = ["aa", "bb", "cc", "dd", "ee", "ff", "gg"];
    let (buffer, hidden) = drawn(&many, 0, false, (10, 3));
    assert_eq!(inside(&buffer), ["aa  dd  gg", "bb  ee", "cc  ff"]);
    assert_eq!(hidden, (0, 0));
    // Those that do not fit are hidden, but not the chosen one.
    let (buffer, hidden) = drawn(&many, 4, false, (8, 2));
    assert_eq!(inside(&buffer), ["cc  gg", "dd"]);
    assert_eq!(hidden, (2, 0));
    let (buffer, hidden) = drawn(&many, 0, false, (8, 2));
    assert_eq!(inside(&buffer), ["aa  ee", "bb  ff"]);
    assert_eq!(hidden, (0, 2));
}

#[test]
fn candidates_that_are_too_wide_are_cut_in_their_middle() {
    let paths = ["/srv/very/long/path/to/one", "/srv/very/long/path/to/two"];
    let (buffer, _) = drawn(&paths, 0, false, (12, 2));
    assert_eq!(inside(&buffer), ["/srv/…to/one", "/srv/…to/two"]);
    let (buffer, _) = drawn(&paths, 0, true, (12, 1));
    assert_eq!(inside(&buffer), ["/srv/~to/one"]);
    let (buffer, _) = drawn(&["漢字漢字漢字"], 0, false, (6, 1));
    assert_eq!(inside(&buffer), ["漢…字"]);
    // Nothing is left of a screen of one column, and nothing happens.
    drawn(&paths, 1, false, (1, 1));
}

#[test]
fn candidates_are_escaped() {
    let (buffer, _) = drawn(&["a\u{1b}[2Jb\n", "ü"], 0, true, (20, 2));
    assert_eq!(
        inside(&buffer),
        ["a\\u{1b}[2Jb\\n  ab...", "\\u{fc}         ab..."]
    );
}

#[test]
fn what_a_candidate_is_ends_with_a_word_and_a_sign() {
    for (wide, ascii, row) in [
        (20, false, "a b  about a b"),
        (13, false, "a b  about a…"),
        (12, false, "a b  about…"),
        (13, true, "a b  about..."),
        (8, false, "a b  ab…"),
    ] {
        let (buffer, _) = drawn(&["a b"], 0, ascii, (wide, 1));
        assert_eq!(inside(&buffer), [row], "{wide}");
    }
}
