//! What is wrong with a line: what, where, what was expected, and what to do.

use crate::value::sanitise;
use std::fmt;
use std::ops::Range;

/// How wrong a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grade {
    /// Something is open (a quote, a bracket, a heredoc, an arrow): more lines may close it.
    Incomplete,
    /// All that is there is right, but something more is needed at the end.
    Missing,
    /// No continuation can make it right.
    Wrong,
}

/// Why a line is not run. Display shows the line with a caret below the place.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub struct CommandError {
    /// What is wrong, in one line.
    pub what: String,
    /// The input, as it was typed.
    pub line: Source,
    /// Where in it: bytes.
    pub span: Range<usize>,
    /// What could have stood there.
    pub expected: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// How wrong it is.
    pub grade: Grade,
    /// Whether it is about what a name means in this graph: in another graph it might be right.
    pub of_graph: bool,
}

/// The text that an error points into.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Source(pub String);

impl CommandError {
    /// An error at a place of the input.
    pub fn new(source: &str, span: Range<usize>, what: impl Into<String>) -> CommandError {
        CommandError {
            what: what.into(),
            line: Source(source.to_owned()),
            span,
            expected: None,
            hint: None,
            grade: Grade::Wrong,
            of_graph: false,
        }
    }

    /// With what could have stood there.
    pub fn expected(self, expected: impl Into<String>) -> CommandError {
        CommandError {
            expected: Some(expected.into()),
            ..self
        }
    }

    /// With what to do, if something is known.
    pub fn hint(self, hint: impl Into<Option<String>>) -> CommandError {
        CommandError {
            hint: hint.into(),
            ..self
        }
    }

    /// With what to do, where nothing better is known.
    pub fn or_hint(self, hint: impl FnOnce() -> String) -> CommandError {
        let hint = self.hint.clone().unwrap_or_else(hint);
        self.hint(hint)
    }

    /// Of another grade.
    pub fn grade(self, grade: Grade) -> CommandError {
        CommandError { grade, ..self }
    }

    /// Whether more lines may make it right, so that a prompt goes on reading.
    pub fn is_incomplete(&self) -> bool {
        self.grade == Grade::Incomplete
    }

    /// The line that the span begins in, and the span's bytes within it.
    fn pointed(&self) -> (&str, Range<usize>) {
        let text = &self.line.0;
        let start = floor(text, self.span.start);
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let stop = floor(text, self.span.end).clamp(start, end);
        (&text[begin..end], start - begin..stop - begin)
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, span) = self.pointed();
        let before = sanitise(&line[..span.start]).chars().count();
        let under = sanitise(&line[span]).chars().count().max(1);
        write!(f, "{}", sanitise(&self.what))?;
        write!(f, "\n  | {}", sanitise(line))?;
        write!(f, "\n  | {}{}", " ".repeat(before), "^".repeat(under))?;
        if let Some(expected) = &self.expected {
            write!(f, "\n  = expected {}", sanitise(expected))?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\n  = {}", sanitise(hint)),
            None => Ok(()),
        }
    }
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
