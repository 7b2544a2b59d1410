//! How output looks, decided once, before anything is printed.

use super::env;
use super::priority::goes_to_journal;
use super::terminal::{stderr_is_terminal, stdin_is_terminal, stdout_is_terminal};
use std::io::{stderr, stdout};

/// How output looks, and what there is to ask and to draw on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// Whether results are coloured.
    pub color: bool,
    /// Whether only ASCII is printed.
    pub ascii: bool,
    /// Whether stdout is a terminal that can be drawn on: a progress line, a pager.
    pub draws: bool,
    /// Whether stdout is a terminal, so that long lines are broken where words end.
    pub wraps: bool,
    /// Whether there is a person to ask: stdin and stderr are a terminal.
    pub asks: bool,
    /// Whether nothing moves and no other program takes the terminal over.
    pub plain: bool,
    /// Whether only results and errors are printed.
    pub quiet: bool,
    /// Whether results are JSON, so that no other text goes to stdout.
    pub json: bool,
    /// Whether stdout goes to the journal, which gets a priority before each line, and no colour.
    pub out_journal: bool,
    /// The same of stderr.
    pub err_journal: bool,
}

/// When to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal that can, unless NO_COLOR is set.
    #[default]
    Auto,
    /// In any case, but in the journal.
    Always,
    /// In no case.
    Never,
}

impl Style {
    /// From the terminal and the environment.
    pub fn detect(color: Color, plain: bool) -> Style {
        let term = env::text("TERM").unwrap_or_default();
        let dumb = term == "dumb";
        let terminal = stdout_is_terminal();
        let out_journal = goes_to_journal(stdout());
        Style {
            color: match color {
                Color::Always => !out_journal,
                Color::Never => false,
                Color::Auto => terminal && !dumb && env::var("NO_COLOR").is_none(),
            },
            ascii: !locale_is_utf8() || (terminal && has_few_signs(&term)),
            draws: terminal && stderr_is_terminal() && !dumb && !plain,
            wraps: terminal,
            asks: stdin_is_terminal() && stderr_is_terminal(),
            plain,
            quiet: false,
            json: false,
            out_journal,
            err_journal: goes_to_journal(stderr()),
        }
    }
}

/// Whether a terminal of this name shows no more than ASCII, or not much more, whatever the locale says.
fn has_few_signs(term: &str) -> bool {
    term == "linux" || term == "dumb" || term.starts_with("vt")
}

/// Whether the locale's character set is UTF-8. Where none is named, it is the portable one: ASCII.
fn locale_is_utf8() -> bool {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(env::text);
    named.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
