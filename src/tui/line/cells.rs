//! What a text looks like in cells: clusters as they are, and what a terminal should not get as escapes that say what it is.

use crate::repl::ascii;
use crate::value::sanitise;
use ratatui::buffer::CellWidth;
use ratatui::style::Style;
use ratatui::text::Span;
use std::borrow::Cow;
use std::ops::Range;

/// The clusters of a text: what a person takes for one character. A control character is one of its own.
pub(super) fn clusters(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut put = |size: usize| {
        found.push(at..at + size);
        at += size;
    };
    for piece in text.split_inclusive(char::is_control) {
        let control = piece.chars().next_back().filter(|c| c.is_control());
        let (plain, control) = piece.split_at(piece.len() - control.map_or(0, char::len_utf8));
        let span = Span::raw(plain);
        span.styled_graphemes(Style::default())
            .for_each(|cluster| put(cluster.symbol.len()));
        if !control.is_empty() {
            put(control.len());
        }
    }
    found
}

/// How many cells a text takes in one row.
pub(super) fn width(text: &str) -> usize {
    let spans = clusters(text).into_iter();
    spans
        .map(|span| match shown(&text[span], false) {
            Cow::Borrowed(cluster) => usize::from(cluster.cell_width()),
            Cow::Owned(escape) => escape.len(),
        })
        .sum()
}

/// A cluster as it is drawn: as it is, or as an escape in ASCII where it is a control character, changes the direction of what
/// stands around it, takes no cell, or has nothing to do in a screen of ASCII.
pub(super) fn shown(cluster: &str, only_ascii: bool) -> Cow<'_, str> {
    match sanitise(cluster) {
        escaped if escaped != cluster => Cow::Owned(ascii(&escaped)),
        _ if only_ascii && !cluster.is_ascii() => Cow::Owned(ascii(cluster)),
        _ if cluster.cell_width() == 0 => Cow::Owned(cluster.escape_unicode().to_string()),
        _ => Cow::Borrowed(cluster),
    }
}

/// What is drawn at one place: a cluster, or one sign of an escape.
#[derive(Clone)]
pub(super) struct Sign<'a> {
    /// The byte of the text that it stands for.
    pub(super) at: usize,
    pub(super) shows: Cow<'a, str>,
    /// How many cells it takes.
    pub(super) width: u16,
}

/// The signs of a text in rows of so many cells. What is wider than a row becomes a question mark.
pub(super) fn signs(text: &str, only_ascii: bool, row: u16) -> Vec<Sign<'_>> {
    let mut found = Vec::new();
    for span in clusters(text) {
        let at = span.start;
        let mut put = |shows, width| found.push(Sign { at, shows, width });
        match shown(&text[span], only_ascii) {
            Cow::Borrowed(cluster) if cluster.cell_width() > row => put(Cow::Borrowed("?"), 1),
            Cow::Borrowed(cluster) => put(Cow::Borrowed(cluster), cluster.cell_width()),
            Cow::Owned(escape) => escape
                .chars()
                .for_each(|c| put(Cow::Owned(c.to_string()), 1)),
        }
    }
    found
}

impl Sign<'_> {
    /// The same without what it was made from.
    pub(super) fn owned<'a>(self) -> Sign<'a> {
        Sign {
            at: self.at,
            shows: Cow::Owned(self.shows.into_owned()),
            width: self.width,
        }
    }
}
