//! Lexing: a line becomes words, arrows and ends of statements, each with its place.
//!
//! ```text
//! add file /tmp/a mode=0644 content="x\n"   # a comment
//! file[/tmp/a]~>noop[n] ; plan
//! ```
//!
//! A line that is only open (a quote, a bracket, a heredoc, an arrow at its end) is told apart from one that is wrong.

use super::error::{CommandError, Grade};
use crate::value::{Place, Raw};
use std::fmt;
use std::ops::Range;

/// What stands between two references.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrow {
    /// `->`
    Order,
    /// `~>`
    Notify,
}

impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Arrow::Order => "->",
            Arrow::Notify => "~>",
        })
    }
}

/// A token and the bytes that it stands in.
#[derive(Clone, PartialEq, Debug)]
pub struct Token {
    /// What it is.
    pub what: What,
    /// Its bytes.
    pub span: Range<usize>,
}

/// What a token is.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// A word, in its parts.
    Word(Vec<Part>),
    /// An arrow.
    Arrow(Arrow),
    /// `;` or the end of a line.
    End,
}

/// A part of a word and its bytes.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// What it is.
    pub what: Piece,
    /// Its bytes.
    pub span: Range<usize>,
}

/// What a part of a word is.
#[derive(Clone, PartialEq, Debug)]
pub enum Piece {
    /// Plain characters.
    Bare(String),
    /// Text in quotes, escapes resolved.
    Quoted(String),
    /// The name in `kind[name]`.
    Name(String),
    /// The `=` of an assignment.
    Equals,
    /// A value: after `=`, or a list, map or heredoc that stands alone.
    Value(Raw),
    /// `?` after `=`: to be asked for, and not echoed.
    Asked,
}

/// All tokens of a line; else why it has none.
pub fn lex(line: &str) -> Result<Vec<Token>, CommandError> {
    match lex_loosely(line) {
        (tokens, None) => Ok(tokens),
        (_, Some(error)) => Err(error),
    }
}

/// The tokens up to the first error, the broken word's parts among them; for completion.
pub fn lex_loosely(line: &str) -> (Vec<Token>, Option<CommandError>) {
    let mut lexer = Lexer::new(line);
    let error = lexer.run().err();
    (lexer.tokens, error)
}

/// The line and column of a byte, both from 1.
pub fn place_of(line: &str, at: usize) -> Place {
    let before = line.get(..at).unwrap_or(line);
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Place {
        line: count(before.matches('\n').count() + 1),
        column: count(before[begin..].chars().count() + 1),
    }
}

/// Whether a character may stand in the word for a kind or field.
pub(super) fn is_ident(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// The state of one pass over a line.
pub(super) struct Lexer<'a> {
    pub(super) line: &'a str,
    pub(super) pos: usize,
    tokens: Vec<Token>,
    parts: Vec<Part>,
    /// Where the line with heredocs ends, and where their texts end.
    pub(super) heredoc: Option<(usize, usize)>,
}

impl<'a> Lexer<'a> {
    fn new(line: &'a str) -> Lexer<'a> {
        Lexer {
            line,
            pos: 0,
            tokens: Vec::new(),
            parts: Vec::new(),
            heredoc: None,
        }
    }

    fn run(&mut self) -> Result<(), CommandError> {
        loop {
            self.skip_blanks()?;
            let start = self.pos;
            match self.peek() {
                None => break,
                Some('\n') => self.newline(),
                Some(';') => {
                    self.pos += 1;
                    self.push(What::End, start);
                }
                Some(_) if self.arrow().is_some() => self.take_arrow()?,
                Some(_) => {
                    let done = self.word();
                    let parts = std::mem::take(&mut self.parts);
                    self.push(What::Word(parts), start);
                    done?;
                }
            }
        }
        match self.tokens.last() {
            Some(Token {
                what: What::Arrow(arrow),
                span,
            }) => Err(self
                .open(span.start, format!("`{arrow}` leads nowhere yet"))
                .expected("a reference")
                .hint("write where it leads: `a -> b`".to_owned())),
            _ => Ok(()),
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.line[self.pos..]
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    pub(super) fn place(&self, at: usize) -> Place {
        place_of(self.line, at)
    }

    /// An error that more lines may mend.
    pub(super) fn open(&self, at: usize, what: impl Into<String>) -> CommandError {
        CommandError::new(self.line, at..self.line.len(), what).grade(Grade::Incomplete)
    }

    /// An error from a byte to where we are.
    pub(super) fn wrong(&self, at: usize, what: impl Into<String>) -> CommandError {
        CommandError::new(self.line, at..self.pos.max(at + 1), what)
    }

    /// Whether the line ends here and the text of a heredoc begins.
    pub(super) fn at_heredoc(&self) -> bool {
        self.heredoc.is_some_and(|(at, _)| at == self.pos)
    }

    fn push(&mut self, what: What, start: usize) {
        let span = start..self.pos;
        self.tokens.push(Token { what, span });
    }

    pub(super) fn part(&mut self, what: Piece, start: usize) {
        let span = start..self.pos;
        self.parts.push(Part { what, span });
    }

    fn skip_blanks(&mut self) -> Result<(), CommandError> {
        loop {
            match self.peek() {
                Some('\n') | None => return Ok(()),
                Some(c) if c.is_whitespace() => self.pos += c.len_utf8(),
                Some('#') => self.pos += self.rest().find('\n').unwrap_or(self.rest().len()),
                Some('\\') if self.rest() == "\\" => {
                    return Err(self
                        .open(self.pos, "the line goes on, and nothing follows")
                        .expected("another line behind the backslash")
                        .hint("take the backslash away, or quote it".to_owned()));
                }
                Some('\\') if self.rest().starts_with("\\\n") && self.heredoc.is_none() => {
                    self.pos += 2
                }
                Some(_) => return Ok(()),
            }
        }
    }

    fn newline(&mut self) {
        let start = self.pos;
        self.pos = match self.heredoc.take() {
            Some((_, resume)) => resume,
            None => self.pos + 1,
        };
        let span = start..self.pos;
        let after_arrow = matches!(self.tokens.last(), Some(t) if matches!(t.what, What::Arrow(_)));
        if !after_arrow {
            let what = What::End;
            self.tokens.push(Token { what, span });
        }
    }

    fn arrow(&self) -> Option<Arrow> {
        match self.rest() {
            rest if rest.starts_with("->") => Some(Arrow::Order),
            rest if rest.starts_with("~>") => Some(Arrow::Notify),
            _ => None,
        }
    }

    fn take_arrow(&mut self) -> Result<(), CommandError> {
        let Some(arrow) = self.arrow() else {
            return Ok(());
        };
        let start = self.pos;
        self.pos += 2;
        match self.tokens.last().map(|token| &token.what) {
            Some(What::Word(_)) => {
                self.push(What::Arrow(arrow), start);
                Ok(())
            }
            _ => Err(self
                .wrong(start, format!("`{arrow}` has nothing before it"))
                .expected("a reference")
                .hint("write where it comes from: `a -> b`".to_owned())),
        }
    }

    fn word(&mut self) -> Result<(), CommandError> {
        let start = self.pos;
        match self.peek() {
            Some('[' | '{') => self.value(),
            Some('<') if self.heredoc_tag().is_some() => self.value(),
            Some('"' | '\'') => {
                let text = self.quoted()?;
                self.part(Piece::Quoted(text), start);
                self.after_closed("the quote")?;
                self.rest_of_word()
            }
            _ => self.rest_of_word(),
        }
    }

    fn rest_of_word(&mut self) -> Result<(), CommandError> {
        loop {
            match self.peek() {
                None | Some(';') => return Ok(()),
                Some(c) if c.is_whitespace() => return Ok(()),
                Some(_) if self.arrow().is_some() => return Ok(()),
                Some('[') if self.after_kind() => {
                    self.name()?;
                    self.after_closed("`]`")?;
                }
                Some('=') if self.can_assign() => {
                    let start = self.pos;
                    self.pos += 1;
                    self.part(Piece::Equals, start);
                    return self.value();
                }
                Some('"' | '\'') => self.quoted_key()?,
                Some(_) => self.bare_char(),
            }
        }
    }

    fn bare_char(&mut self) {
        let start = self.pos;
        let Some(c) = self.bump() else { return };
        let end = self.pos;
        match self.parts.last_mut() {
            Some(Part {
                what: Piece::Bare(text),
                span,
            }) => {
                text.push(c);
                span.end = end;
            }
            _ => self.part(Piece::Bare(c.to_string()), start),
        }
    }

    /// A quoted key may follow a dot; anywhere else in a bare word a quote is a slip.
    fn quoted_key(&mut self) -> Result<(), CommandError> {
        let start = self.pos;
        let after_dot = matches!(
            self.parts.last(),
            Some(Part { what: Piece::Bare(text), .. }) if text.ends_with('.')
        );
        if !after_dot {
            self.pos += 1;
            return Err(self
                .wrong(start, "a quote inside a bare word")
                .expected("a word without quotes, or all of it in quotes")
                .hint("put the quotes around all of it".to_owned()));
        }
        let text = self.quoted()?;
        self.part(Piece::Quoted(text), start);
        self.after_closed("the quote")
    }

    /// What may follow a closing quote or bracket.
    fn after_closed(&mut self, what: &str) -> Result<(), CommandError> {
        match self.peek() {
            None | Some(';' | '.' | '=') => Ok(()),
            Some(c) if c.is_whitespace() || self.arrow().is_some() => Ok(()),
            Some(_) => {
                let start = self.pos;
                self.bump();
                Err(self
                    .wrong(start, format!("something sticks to {what}"))
                    .expected("a blank, `.field`, `=`, an arrow or `;`")
                    .hint("put a blank before it, or all of the word in quotes".to_owned()))
            }
        }
    }

    /// Whether what stands before `[` is the word for a kind.
    fn after_kind(&self) -> bool {
        match self.parts.as_slice() {
            [
                Part {
                    what: Piece::Bare(text),
                    ..
                },
            ] => text.chars().all(is_ident),
            _ => false,
        }
    }

    /// Whether what stands before `=` can be a field, perhaps of a reference.
    fn can_assign(&self) -> bool {
        let pathlike = |c: char| is_ident(c) || ".:/@%+".contains(c);
        !self.parts.is_empty()
            && self.parts.iter().all(|part| match &part.what {
                Piece::Bare(text) => text.chars().all(pathlike),
                Piece::Quoted(_) | Piece::Name(_) => true,
                Piece::Equals | Piece::Value(_) | Piece::Asked => false,
            })
    }
}
