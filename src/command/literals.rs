//! What stands in a word by rules of its own: names in brackets, quotes, heredocs, values.

use super::error::CommandError;
use super::flow;
use super::words::{Lexer, Piece};
use crate::value::{Raw, RawNode};

impl<'a> Lexer<'a> {
    /// The name in `kind[name]`: all up to the matching bracket, or in quotes.
    pub(super) fn name(&mut self) -> Result<(), CommandError> {
        let start = self.pos;
        self.pos += 1;
        let text = match self.peek() {
            Some('"' | '\'') => {
                let text = self.quoted()?;
                match self.peek() {
                    Some(']') => self.pos += 1,
                    None => return Err(self.unclosed(start)),
                    Some(_) => {
                        return Err(self
                            .wrong(self.pos, "something sticks to the quote")
                            .expected("`]`")
                            .hint("the quotes stand around all of the name".to_owned()));
                    }
                }
                text
            }
            _ => self.raw_name(start)?,
        };
        self.part(Piece::Name(text), start);
        Ok(())
    }

    pub(super) fn raw_name(&mut self, start: usize) -> Result<String, CommandError> {
        let begin = self.pos;
        let mut depth = 1u32;
        loop {
            match self.bump() {
                Some('[') => depth += 1,
                Some(']') => depth -= 1,
                Some('\n') => {
                    return Err(self
                        .wrong(start, "`[` is not closed on its line")
                        .expected("`]`")
                        .hint("quote a name with a newline in it".to_owned()));
                }
                Some(_) => {}
                None => {
                    let partial = self.line[begin..].to_owned();
                    self.part(Piece::Name(partial), start);
                    return Err(self.unclosed(start));
                }
            }
            if depth == 0 {
                return Ok(self.line[begin..self.pos - 1].to_owned());
            }
        }
    }

    fn unclosed(&self, start: usize) -> CommandError {
        self.open(start, "`[` is not closed")
            .expected("`]`")
            .hint("close it behind the name: `kind[name]`".to_owned())
    }

    /// A value: after `=`, or where a word begins like none but a value can.
    pub(super) fn value(&mut self) -> Result<(), CommandError> {
        let start = self.pos;
        let node = match self.peek() {
            Some('"' | '\'') => RawNode::Scalar {
                text: self.quoted()?,
                quoted: true,
            },
            Some('[' | '{') => flow::read(self, 0)?.node,
            Some('<') if self.heredoc_tag().is_some() => RawNode::Scalar {
                text: self.heredoc_text()?,
                quoted: true,
            },
            _ => {
                let text = self.bare_value()?;
                if text == "?" {
                    self.part(Piece::Asked, start);
                    return Ok(());
                }
                RawNode::Scalar {
                    text,
                    quoted: false,
                }
            }
        };
        let place = self.place(start);
        self.part(Piece::Value(Raw { node, place }), start);
        match self.peek() {
            None | Some(';') => Ok(()),
            Some(c) if c.is_whitespace() => Ok(()),
            Some(_) => {
                let start = self.pos;
                self.bump();
                Err(self
                    .wrong(start, "something sticks to the value")
                    .expected("a blank or `;`")
                    .hint("put the quotes around all of it".to_owned()))
            }
        }
    }

    pub(super) fn bare_value(&mut self) -> Result<String, CommandError> {
        let start = self.pos;
        while let Some(c) = self.peek() {
            match c {
                ';' => break,
                c if c.is_whitespace() => break,
                '"' | '\'' => {
                    let at = self.pos;
                    self.pos += 1;
                    return Err(self
                        .wrong(at, "a quote inside a bare value")
                        .expected("a value without quotes, or all of it in quotes")
                        .hint("put the quotes around all of it".to_owned()));
                }
                c => self.pos += c.len_utf8(),
            }
        }
        Ok(self.line[start..self.pos].to_owned())
    }

    /// The tag of `<<TAG`, if one begins here.
    pub(super) fn heredoc_tag(&self) -> Option<&'a str> {
        let rest = self.rest().strip_prefix("<<")?;
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    }

    pub(super) fn heredoc_text(&mut self) -> Result<String, CommandError> {
        let start = self.pos;
        let tag = self.heredoc_tag().unwrap_or_default();
        self.pos += 2 + tag.len();
        let open = |lexer: &Self| {
            let what = format!("the text of `<<{tag}` is not closed");
            let error = lexer.open(start, what).expected(format!("a line `{tag}`"));
            error.hint(format!("put `{tag}` alone on the line after its last one"))
        };
        let (line_end, mut at) = match self.heredoc {
            Some(both) => both,
            None => match self.rest().find('\n') {
                Some(n) => (self.pos + n, self.pos + n + 1),
                None => return Err(open(self)),
            },
        };
        let mut text = String::new();
        for line in self.line[at..].split_inclusive('\n') {
            at += line.len();
            if line.trim_end_matches(['\n', '\r']) == tag {
                self.heredoc = Some((line_end, at));
                return Ok(text);
            }
            text.push_str(line);
        }
        Err(open(self))
    }

    /// Text in quotes: `"…"` with escapes, `'…'` as it stands.
    pub(super) fn quoted(&mut self) -> Result<String, CommandError> {
        let start = self.pos;
        let quote = self.bump();
        let mut text = String::new();
        loop {
            if self.at_heredoc() {
                return Err(self
                    .wrong(start, "a quote is open where the text of `<<` begins")
                    .expected("the closing quote on the same line")
                    .hint("close it before the line ends".to_owned()));
            }
            let at = self.pos;
            match self.bump() {
                None => return Err(self.unquoted(start)),
                c if c == quote => return Ok(text),
                Some('\\') if quote == Some('"') => text.push(self.escape(start, at)?),
                Some(c) => text.push(c),
            }
        }
    }

    /// All that follows an open quote is its text, other commands too: that is said, since a pipe shows none of it.
    fn unquoted(&self, start: usize) -> CommandError {
        let text = &self.line[start..];
        let quote = text.chars().next().unwrap_or('"');
        let swallowed = text.trim_end().matches('\n').count();
        let hint = match swallowed {
            0 => format!("close it with {quote} behind the last character of the text"),
            1 => format!("the line after it was taken as its text: close it with {quote}"),
            n => format!("the {n} lines after it were taken as its text: close it with {quote}"),
        };
        let error = self.open(start, format!("the quote {quote} is not closed"));
        error.expected(format!("another {quote}")).hint(hint)
    }

    pub(super) fn escape(&mut self, start: usize, at: usize) -> Result<char, CommandError> {
        match self.bump() {
            None => Err(self.unquoted(start)),
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            Some('r') => Ok('\r'),
            Some(c @ ('"' | '\\' | '\'')) => Ok(c),
            Some('u') => self.unicode(at),
            Some(_) => Err(self
                .wrong(at, "no such escape")
                .expected("\\n, \\t, \\r, \\\", \\\\ or \\u{…}")
                .hint("in single quotes a backslash is only a backslash".to_owned())),
        }
    }

    pub(super) fn unicode(&mut self, at: usize) -> Result<char, CommandError> {
        let inside = self.rest().strip_prefix('{');
        let code = inside.and_then(|rest| rest.split_once('}')).map(|s| s.0);
        let c = code
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        match (code, c) {
            (Some(code), Some(c)) => {
                self.pos += code.len() + 2;
                Ok(c)
            }
            _ => Err(self
                .wrong(at, "no such character")
                .expected("\\u{…} with a code point in hexadecimal")
                .hint("such as \\u{e9}".to_owned())),
        }
    }
}
