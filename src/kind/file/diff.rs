//! How content differs, in lines that may be shown.

use crate::value::{MASK, sanitise};
use similar::{ChangeTag, TextDiff};

/// How large content may be for its lines to be compared.
pub(super) const DIFF_LIMIT: u64 = 64 << 10;
/// How many lines each side may have: comparing is quadratic at worst.
const COMPARED_LINES: usize = 2000;
/// How many lines of a difference are shown.
const SHOWN_LINES: usize = 60;
/// How many characters of a line are shown.
const SHOWN_WIDTH: usize = 300;

/// How what is there differs from what should be there. Holds nothing that may not be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Diff {
    /// It may not be shown: it is secret, or others may not read the file.
    Hidden,
    /// It cannot be shown by lines: why, how many bytes there are, and how many there should be.
    Sizes(&'static str, u64, u64),
    /// A unified diff: its first lines, how many more it has, and how many are added and removed.
    Lines {
        /// The first lines.
        lines: Vec<String>,
        /// How many follow.
        more: usize,
        /// Lines that are added.
        added: usize,
        /// Lines that are removed.
        removed: usize,
    },
}

impl Diff {
    /// Between what is there (none if that is too large to compare) and what should be. Both may be shown.
    pub(super) fn between(is: Option<&[u8]>, size: u64, should: &[u8]) -> Diff {
        let wanted = should.len() as u64;
        let Some(is) = is.filter(|_| wanted <= DIFF_LIMIT) else {
            return Diff::Sizes("large", size, wanted);
        };
        let (Some(is), Some(should)) = (text(is), text(should)) else {
            return Diff::Sizes("binary", size, wanted);
        };
        let many = |text: &str| text.lines().count() > COMPARED_LINES;
        match many(is) || many(should) {
            true => Diff::Sizes("many lines", size, wanted),
            false => unified(is, should),
        }
    }

    /// In a few words.
    pub(super) fn summary(&self) -> String {
        match self {
            Diff::Hidden => MASK.to_owned(),
            Diff::Sizes(why, is, should) => format!("{why}: {is} bytes, should be {should}"),
            Diff::Lines { added, removed, .. } => format!("+{added} -{removed} lines"),
        }
    }

    /// The lines to show.
    pub(super) fn lines(&self) -> Vec<String> {
        let Diff::Lines { lines, more, .. } = self else {
            return Vec::new();
        };
        let rest = (*more > 0).then(|| format!("… {more} more lines"));
        lines.iter().cloned().chain(rest).collect()
    }
}

/// Text, if it is text that a person reads.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

fn unified(is: &str, should: &str) -> Diff {
    let diff = TextDiff::from_lines(is, should);
    let mut lines = Vec::new();
    let (mut more, mut added, mut removed) = (0, 0, 0);
    let mut show = |line: &dyn Fn() -> String| match lines.len() < SHOWN_LINES {
        true => lines.push(line()),
        false => more += 1,
    };
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        show(&|| hunk.header().to_string());
        for change in hunk.iter_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Insert => '+',
                ChangeTag::Delete => '-',
            };
            added += usize::from(sign == '+');
            removed += usize::from(sign == '-');
            show(&|| format!("{sign}{}", fit(change.value())));
            if change.missing_newline() {
                show(&|| "\\ no newline at its end".to_owned());
            }
        }
    }
    Diff::Lines {
        lines,
        more,
        added,
        removed,
    }
}

/// One line of content, fit for a terminal.
fn fit(line: &str) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    match line.char_indices().nth(SHOWN_WIDTH) {
        Some((end, _)) => sanitise(&line[..end]) + "…",
        None => sanitise(line),
    }
}
