//! Text as it may be drawn. Everything that comes from a graph, a host or a file passes here once; painters take nothing else.

use crate::repl::ascii;
use crate::value::sanitise;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::fmt;

/// A column is no column that has fewer cells.
const COLUMN: usize = 16;
/// So far in is what would be in one.
const INDENT: usize = 4;

/// Text without anything that a terminal would act on: control characters and marks of writing direction are escaped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Shown(String);

impl Shown {
    /// This text on one row; in ASCII if there is no more.
    pub fn of(raw: &str, only_ascii: bool) -> Shown {
        let safe = sanitise(raw);
        Shown(if only_ascii { ascii(&safe) } else { safe })
    }

    /// Each line of a text.
    pub fn lines(raw: &str, only_ascii: bool) -> Vec<Shown> {
        let untabbed = |line: &str| Shown::of(&line.replace('\t', "    "), only_ascii);
        raw.lines().map(untabbed).collect()
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many cells it takes.
    pub fn width(&self) -> usize {
        width(&self.0)
    }

    /// So much of it as fits; where something is cut, a sign in the last cell says so.
    pub fn cut(&self, cells: usize, only_ascii: bool) -> Shown {
        match self.width() <= cells {
            true => self.clone(),
            false => {
                let head = self.head(cells.saturating_sub(1));
                Shown(format!("{head}{}", sign(cells, only_ascii)))
            }
        }
    }

    /// The same, cut in the middle: of a path its end says most.
    pub fn cut_middle(&self, cells: usize, only_ascii: bool) -> Shown {
        if self.width() <= cells {
            return self.clone();
        }
        let rest = cells.saturating_sub(1);
        let (head, tail) = (self.head(rest / 2), self.tail(rest - rest / 2));
        Shown(format!("{head}{}{tail}", sign(cells, only_ascii)))
    }

    /// The rows that it takes at this width, broken after spaces where that is possible.
    pub fn wrapped(&self, cells: usize) -> Vec<Shown> {
        let cells = cells.max(1);
        if self.0.len() <= cells && self.0.is_ascii() {
            return vec![Shown(self.0.trim_end_matches(' ').to_owned())];
        }
        let mut rows = Vec::new();
        let mut row = String::new();
        for word in self.0.split_inclusive(' ') {
            if width(&row) + width(word.trim_end_matches(' ')) > cells && !row.is_empty() {
                rows.push(Shown(
                    std::mem::take(&mut row).trim_end_matches(' ').to_owned(),
                ));
            }
            row.push_str(word);
            while width(row.trim_end_matches(' ')) > cells
                && graphemes(row.trim_end_matches(' ')).len() > 1
            {
                // What is wider than the row by itself stands alone in it.
                let first = graphemes(&row).first().map_or(0, |part| part.len());
                let head = Shown(row.clone()).head(cells).len();
                let tail = row.split_off(head.max(first));
                rows.push(Shown(std::mem::replace(&mut row, tail)));
            }
        }
        rows.push(Shown(row.trim_end_matches(' ').to_owned()));
        rows
    }

    /// The same of a line of a table: what does not fit goes on below its last column, or below its first word where there is no column.
    pub fn hung(&self, cells: usize) -> Vec<Shown> {
        let first = self.0.len() - self.0.trim_start_matches(' ').len();
        let last = self.0.trim_end_matches(' ').rfind("  ");
        let column = last.map_or(first, |at| at + 2).max(first);
        let (lead, text) = self.0.split_at(column);
        hung(
            &Shown(lead.to_owned()),
            &Shown(text.to_owned()),
            width(lead),
            cells,
        )
    }

    /// The same, but below the last column that has room for its words: where what stands in the last one is too far to the right, it comes
    /// to stand below the one before.
    pub fn hung_in_column(&self, cells: usize) -> Vec<Shown> {
        if self.width() <= cells {
            return self.wrapped(cells);
        }
        let text = self.0.trim_end_matches(' ');
        let plain = text.trim_start_matches(' ');
        // A hint of an error is no part of the sign before it.
        let first = text.len() - plain.strip_prefix("= ").unwrap_or(plain).len();
        let begins = text.match_indices(' ').map(|(at, _)| at + 1).filter(|at| {
            *at > first && text[..*at].ends_with("  ") && !text[*at..].starts_with(' ')
        });
        let least = |text: &str| text.split(' ').map(width).max().unwrap_or(0);
        let fits = |at: &usize| width(&text[..*at]) + least(&text[*at..]).max(COLUMN) <= cells;
        let (lead, text) = text.split_at(begins.filter(fits).max().unwrap_or(first));
        let [lead, text] = [lead, text].map(|part| Shown(part.to_owned()));
        if !lead.0.trim_start_matches(' ').is_empty() {
            return hung(&lead, &text, lead.width(), cells);
        }
        // Nothing leads to it: it begins farther to the left rather than that a word is broken.
        let room = cells.saturating_sub(least(&text.0));
        let column = lead.width().min(room.max(INDENT));
        hung(&Shown(" ".repeat(column)), &text, column, cells)
    }

    fn head(&self, cells: usize) -> String {
        let (mut taken, mut out) = (0, String::new());
        for part in graphemes(&self.0) {
            taken += width(part);
            if taken > cells {
                break;
            }
            out.push_str(part);
        }
        out
    }

    fn tail(&self, cells: usize) -> String {
        let (mut taken, mut from) = (0, self.0.len());
        for part in graphemes(&self.0).into_iter().rev() {
            taken += width(part);
            if taken > cells {
                break;
            }
            from -= part.len();
        }
        self.0[from..].to_owned()
    }
}

/// The rows of a text in its own column, behind what leads to it; below that, and a little further in, where there is no room for a column.
pub fn hung(lead: &Shown, text: &Shown, column: usize, cells: usize) -> Vec<Shown> {
    let column = match column {
        column if column + COLUMN <= cells => column,
        _ if cells < COLUMN || width(&lead.0) == 0 => 0,
        _ => INDENT,
    };
    let lead = lead.0.trim_end_matches(' ');
    let mut rows = Vec::new();
    let mut first = match width(lead) < column || width(lead) == 0 {
        true => lead,
        false => {
            rows = Shown(lead.to_owned()).wrapped(cells);
            ""
        }
    };
    for part in text.wrapped(cells - column.min(cells)) {
        let pad = column - width(first).min(column);
        rows.push(Shown(format!("{first}{}{part}", " ".repeat(pad))));
        first = "";
    }
    rows
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How many cells a text takes.
pub fn width(text: &str) -> usize {
    Line::raw(text).width()
}

fn graphemes(text: &str) -> Vec<&str> {
    let span = Span::raw(text);
    let mut at = 0;
    let mut out = Vec::new();
    for grapheme in span.styled_graphemes(Style::default()) {
        let len = grapheme.symbol.len();
        out.push(&text[at..at + len]);
        at += len;
    }
    out
}

fn sign(cells: usize, only_ascii: bool) -> &'static str {
    match (cells, only_ascii) {
        (0, _) => "",
        (_, true) => "~",
        (_, false) => "…",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        let shown = Shown::of("a\x1b]52;c;eA==\x07b\u{202e}c", false);
        assert_eq!(shown.as_str(), "a\\u{1b}]52;c;eA==\\u{7}b\\u{202e}c");
        assert_eq!(Shown::of("ü…", true).as_str(), "\\u{fc}...");
    }

    #[test]
    fn paths_are_cut_in_the_middle() {
        let path = Shown::of("file[/etc/nginx/sites/default]", false);
        assert_eq!(path.cut_middle(16, false).as_str(), "file[/e…default]");
        assert_eq!(path.cut(8, true).as_str(), "file[/e~");
        assert_eq!(path.cut(0, false).as_str(), "");
    }

    #[test]
    fn what_does_not_fit_goes_on_below_its_column() {
        let rows = |text: &str, cells: usize| {
            let rows = Shown::of(text, false).hung(cells);
            rows.iter()
                .map(|row| row.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        let text = "  drop REF…  take vertices out of the graph";
        assert_eq!(
            rows(text, 30),
            [
                "  drop REF…  take vertices out",
                "             of the graph"
            ]
        );
        assert_eq!(
            rows(text, 24),
            ["  drop REF…", "    take vertices out of", "    the graph"]
        );
        assert_eq!(
            rows("  one two three four", 18),
            ["  one two three", "  four"]
        );
        assert_eq!(rows("one two", 5), ["one", "two"]);
        assert_eq!(rows("", 5), [""]);
        let [lead, text] =
            ["much too long  [k]", "what it does"].map(|text| Shown::of(text, false));
        let below = hung(&lead, &text, 10, 30);
        assert_eq!(
            below.iter().map(Shown::as_str).collect::<Vec<_>>(),
            ["much too long  [k]", "          what it does"]
        );
    }

    proptest! {
        #[test]
        fn what_is_cut_fits_and_no_cluster_is_split(text in "\\PC{0,20}|[👩‍🚀日本a]{0,12}", cells in 0usize..12) {
            let shown = Shown::of(&text, false);
            for cut in [shown.cut(cells, false), shown.cut_middle(cells, false)] {
                prop_assert!(cut.width() <= cells.max(shown.width().min(cells)), "{cut:?}");
            }
            let widest = shown.wrapped(1).iter().map(Shown::width).max().unwrap_or(0);
            for row in shown.hung(cells) {
                prop_assert!(row.width() <= cells.max(widest), "{row:?}");
            }
            let rows = shown.wrapped(cells);
            let whole: String = rows.iter().flat_map(|row| row.0.chars()).filter(|c| *c != ' ').collect();
            prop_assert_eq!(whole, shown.0.chars().filter(|c| *c != ' ').collect::<String>());
        }
    }
}
