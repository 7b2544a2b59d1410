//! Lists and maps in a line: `[a, b]`, `{k: v}`, nested.

use super::error::CommandError;
use super::words::Lexer;
use crate::value::{Place, Raw, RawNode};

/// How deep values may nest: input is bounded.
const DEEPEST: u32 = 32;

/// One value inside a list or map, or the list or map itself.
pub(super) fn read(lexer: &mut Lexer, depth: u32) -> Result<Raw, CommandError> {
    let start = lexer.pos;
    if depth > DEEPEST {
        return Err(lexer
            .wrong(start, format!("nested deeper than {DEEPEST}"))
            .expected("a value of less depth")
            .hint("put some of it into a vertex of its own, and bind it".to_owned()));
    }
    let node = match lexer.peek() {
        Some('[') => list(lexer, depth)?,
        Some('{') => map(lexer, depth)?,
        Some('"' | '\'') => RawNode::Scalar {
            text: lexer.quoted()?,
            quoted: true,
        },
        _ => RawNode::Scalar {
            text: plain(lexer)?,
            quoted: false,
        },
    };
    let place = lexer.place(start);
    Ok(Raw { node, place })
}

/// A bare value. What is asked for has its own setting: here nobody would be asked.
fn plain(lexer: &mut Lexer) -> Result<String, CommandError> {
    let start = lexer.pos;
    let text = bare(lexer, &[',', ']', '}'])?;
    match text == "?" {
        false => Ok(text),
        true => Err(lexer
            .wrong(start, "`?` inside a list or map asks for nothing")
            .expected("a value")
            .hint("`env.NAME=?` asks for one value of a map; `\"?\"` is the text".to_owned())),
    }
}

fn list(lexer: &mut Lexer, depth: u32) -> Result<RawNode, CommandError> {
    let start = lexer.pos;
    lexer.pos += 1;
    let mut items = Vec::new();
    while !closes(lexer, start, ']')? {
        items.push(read(lexer, depth + 1)?);
        comma(lexer, start, ']')?;
    }
    Ok(RawNode::List(items))
}

fn map(lexer: &mut Lexer, depth: u32) -> Result<RawNode, CommandError> {
    let start = lexer.pos;
    lexer.pos += 1;
    let mut items: Vec<(String, Place, Raw)> = Vec::new();
    while !closes(lexer, start, '}')? {
        let at = lexer.pos;
        let key = key(lexer, start)?;
        if items.iter().any(|(there, _, _)| *there == key) {
            return Err(lexer
                .wrong(at, format!("the key `{key}` is there already"))
                .expected("each key once")
                .hint("keep one of the two".to_owned()));
        }
        blanks(lexer, start)?;
        items.push((key, lexer.place(at), read(lexer, depth + 1)?));
        comma(lexer, start, '}')?;
    }
    Ok(RawNode::Map(items))
}

fn key(lexer: &mut Lexer, start: usize) -> Result<String, CommandError> {
    let key = match lexer.peek() {
        Some('"' | '\'') => lexer.quoted()?,
        _ => bare(lexer, &[':', ',', '}', ']'])?,
    };
    blanks(lexer, start)?;
    match lexer.peek() {
        Some(':') => {
            lexer.pos += 1;
            Ok(key)
        }
        _ => Err(lexer
            .wrong(lexer.pos, format!("the key `{key}` has no value"))
            .expected("`: ` and a value")
            .hint(format!("write `{key}: VALUE`"))),
    }
}

/// A bare word up to one of `ends` or the end of the line, without the blanks around it.
fn bare(lexer: &mut Lexer, ends: &[char]) -> Result<String, CommandError> {
    let start = lexer.pos;
    let rest = lexer.rest();
    let end = rest
        .find(|c| c == '\n' || ends.contains(&c))
        .unwrap_or(rest.len());
    let text = rest[..end].trim();
    lexer.pos += end;
    match text.is_empty() {
        true if end == rest.len() => Err(lexer
            .open(start, "a value is missing")
            .expected("a value")
            .hint("`\"\"` is the empty text".to_owned())),
        true => Err(lexer
            .wrong(start, "a value is missing")
            .expected("a value")
            .hint("`\"\"` is the empty text".to_owned())),
        false => Ok(text.to_owned()),
    }
}

fn blanks(lexer: &mut Lexer, start: usize) -> Result<(), CommandError> {
    while let Some(c) = lexer.peek() {
        if lexer.at_heredoc() {
            return Err(lexer
                .wrong(start, "a bracket is open where the text of `<<` begins")
                .expected("the closing bracket on the same line")
                .hint("close it before the line ends".to_owned()));
        }
        if !c.is_whitespace() {
            return Ok(());
        }
        lexer.pos += c.len_utf8();
    }
    let (open, close) = match lexer.line[start..].starts_with('[') {
        true => ('[', ']'),
        false => ('{', '}'),
    };
    let error = lexer.open(start, format!("the bracket {open} is not closed"));
    Err(error
        .expected(format!("`{close}`"))
        .hint("close it behind its last value".to_owned()))
}

fn closes(lexer: &mut Lexer, start: usize, close: char) -> Result<bool, CommandError> {
    blanks(lexer, start)?;
    let closed = lexer.peek() == Some(close);
    if closed {
        lexer.pos += 1;
    }
    Ok(closed)
}

/// A comma, or the closing bracket, which stays to be read.
fn comma(lexer: &mut Lexer, start: usize, close: char) -> Result<(), CommandError> {
    blanks(lexer, start)?;
    match lexer.peek() {
        Some(',') => {
            lexer.pos += 1;
            Ok(())
        }
        Some(c) if c == close => Ok(()),
        _ => Err(lexer
            .wrong(lexer.pos, "something sticks to a value in brackets")
            .expected(format!("`,` or `{close}`"))
            .hint("quote a value with commas, brackets or quotes in it".to_owned())),
    }
}
