//! What rustyline asks while a line is typed: completions, hints, whether the line is whole, colours.

use super::{Guide, Style};
use crate::command::{Candidate, Session};
use rustyline::completion::{self, Completer};
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Answers from the graph as it stands.
pub struct Helps {
    guide: Guide,
    style: Style,
    /// Whether a watch waits for an answer.
    unanswered: Arc<AtomicBool>,
}

impl Helps {
    /// For the graph and the machine of this session.
    pub fn new(session: &Session, style: Style, unanswered: Arc<AtomicBool>) -> Helps {
        Helps {
            guide: Guide::of(session),
            style,
            unanswered,
        }
    }

    /// As they are now.
    pub fn know(&mut self, session: &Session) {
        self.guide = Guide::of(session);
    }
}

impl Helper for Helps {}

impl completion::Candidate for Candidate {
    fn display(&self) -> &str {
        &self.shows
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}

impl Completer for Helps {
    type Candidate = Candidate;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Candidate>)> {
        let (start, mut candidates) = self.guide.complete(line, pos);
        for candidate in &mut candidates {
            candidate.shows = super::safe(&candidate.shows, &self.style);
        }
        Ok((start, candidates))
    }
}

/// The grey text behind the cursor. What only describes what comes next is not put in by the right arrow.
pub struct Grey {
    shows: String,
    completes: bool,
}

impl Hint for Grey {
    fn display(&self) -> &str {
        &self.shows
    }

    fn completion(&self) -> Option<&str> {
        self.completes.then_some(self.shows.as_str())
    }
}

impl Hinter for Helps {
    type Hint = Grey;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Grey> {
        // Without colour a hint looks like what was typed.
        if pos < line.len() || !self.style.color || self.style.plain {
            return None;
        }
        let hint = self.guide.hint(line)?;
        Some(Grey {
            shows: super::safe(&hint.text, &self.style),
            completes: hint.completes,
        })
    }
}

impl Validator for Helps {
    fn validate(&self, ctx: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        Ok(match self.guide.is_open(ctx.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

/// The prompt while a watch waits for an answer: its state says so, and takes as much room as the one before, since the line being
/// typed stands behind it.
fn asking(prompt: &str) -> String {
    let mut parts = prompt.trim_end().rsplitn(3, ' ');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(mark), Some(state), Some(head)) if state.len() >= ASKS.len() => {
            let width = state.chars().count();
            format!("{head} {ASKS:<width$} {mark} ")
        }
        _ => prompt.to_owned(),
    }
}

/// The state of a session whose watch waits for an answer.
const ASKS: &str = "asks";

impl Highlighter for Helps {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        let prompt = match self.unanswered.load(Ordering::SeqCst) {
            true => Cow::Owned(asking(prompt)),
            false => Cow::Borrowed(prompt),
        };
        match self.style.color {
            true => Cow::Owned(format!("\x1b[1m{prompt}\x1b[0m")),
            false => prompt,
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_that_asks_is_as_wide_as_before() {
        for (before, asks) in [
            ("host mine watching › ", "host mine asks     › "),
            ("host two words staged > ", "host two words asks   > "),
            ("sim mine ok › ", "sim mine ok › "),
            ("sim › ", "sim › "),
        ] {
            assert_eq!(asking(before), asks);
            assert_eq!(asking(before).chars().count(), before.chars().count());
        }
    }
}
