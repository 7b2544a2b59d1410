//! What rustyline asks while a line is typed: completions, hints, whether the line is whole, colours.

use super::{Style, disk};
use crate::command::{Context as Known, complete, hint, parse};
use crate::graph::Graph;
use crate::kind::Kinds;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hint, Hinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};
use std::borrow::Cow;
use std::sync::Arc;

/// Answers from the graph as it stands.
pub struct Helps {
    graph: Arc<Graph>,
    style: Style,
}

impl Helps {
    /// For this graph.
    pub fn new(graph: Arc<Graph>, style: Style) -> Helps {
        Helps { graph, style }
    }

    /// For another one.
    pub fn know(&mut self, graph: Arc<Graph>) {
        self.graph = graph;
    }

    fn known(&self) -> Known<'_> {
        Known {
            graph: &self.graph,
            catalog: &Kinds,
            paths: &disk::paths,
        }
    }
}

impl Helper for Helps {}

impl Completer for Helps {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, candidates) = complete(line, pos, &self.known());
        let pair = |candidate: crate::command::Candidate| Pair {
            display: super::safe(&candidate.shows, &self.style),
            replacement: candidate.text,
        };
        Ok((start, candidates.into_iter().map(pair).collect()))
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
        if pos < line.len() || line.is_empty() || !self.style.color || self.style.plain {
            return None;
        }
        let shows = super::safe(&hint(line, &self.known())?, &self.style);
        Some(Grey {
            completes: !line.ends_with(char::is_whitespace),
            shows,
        })
    }
}

impl Validator for Helps {
    fn validate(&self, ctx: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        Ok(match parse(ctx.input(), &self.graph, &Kinds) {
            Err(error) if error.is_incomplete() => ValidationResult::Incomplete,
            _ => ValidationResult::Valid(None),
        })
    }
}

impl Highlighter for Helps {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.style.color {
            Cow::Owned(format!("\x1b[1m{prompt}\x1b[0m"))
        } else {
            Cow::Borrowed(prompt)
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }
}
