//! How content differs, in lines that may be shown.

use crate::value::{MASK, sanitise, short};
use sha2::{Digest, Sha256};
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
pub struct Diff {
    shown: Shown,
    /// A hash of both, as far as they were read: what is not shown counts too.
    mark: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Shown {
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
    /// It may not be shown: it is secret, or others may not read the file.
    pub(super) fn hidden(should: &[u8]) -> Diff {
        Diff {
            shown: Shown::Hidden,
            mark: mark(None, should),
        }
    }

    /// Between what is there (none if that is too large to compare) and what should be. Both may be shown.
    pub(super) fn between(is: Option<&[u8]>, size: u64, should: &[u8]) -> Diff {
        Diff {
            shown: shown(is, size, should),
            mark: mark(is, should),
        }
    }

    /// What tells it from another one that is shown as the same.
    pub(super) fn mark(&self) -> u64 {
        self.mark
    }

    /// In a few words.
    pub(super) fn summary(&self) -> String {
        match &self.shown {
            Shown::Hidden => MASK.to_owned(),
            Shown::Sizes(why, is, should) => format!("{why}: {is} bytes, should be {should}"),
            Shown::Lines { added, removed, .. } => format!("+{added} -{removed} lines"),
        }
    }

    /// The lines to show.
    pub(super) fn lines(&self) -> Vec<String> {
        let Shown::Lines { lines, more, .. } = &self.shown else {
            return Vec::new();
        };
        let rest = (*more > 0).then(|| format!("… {more} more lines"));
        lines.iter().cloned().chain(rest).collect()
    }
}

fn shown(is: Option<&[u8]>, size: u64, should: &[u8]) -> Shown {
    let wanted = should.len() as u64;
    let Some(is) = is.filter(|_| wanted <= DIFF_LIMIT) else {
        return Shown::Sizes("large", size, wanted);
    };
    let (Some(is), Some(should)) = (text(is), text(should)) else {
        return Shown::Sizes("binary", size, wanted);
    };
    let many = |text: &str| text.lines().count() > COMPARED_LINES;
    match many(is) || many(should) {
        true => Shown::Sizes("many lines", size, wanted),
        false => unified(is, should),
    }
}

fn mark(is: Option<&[u8]>, should: &[u8]) -> u64 {
    let mut hash = Sha256::new();
    hash.update((should.len() as u64).to_le_bytes());
    hash.update(should);
    hash.update(is.unwrap_or_default());
    short(hash)
}

/// Text, if it is text that a person reads.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

fn unified(is: &str, should: &str) -> Shown {
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
    Shown::Lines {
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
