//! What can stand in an expectation.

use super::offer::Offers;
use super::refs::{Wants, resolve};
use super::words::{Part, Piece, Token, What};
use crate::file::{OF_ALL, Verb, of_vertex};

/// What can be expected of a path.
const OF_PATH: &[&str] = &["absent", "mode", "has"];

impl Offers<'_> {
    /// What can stand behind `expect`.
    pub(super) fn expect(&mut self) {
        // Behind `not` anything can be expected again.
        let not = |token: &&Token| first_text(token) == Some("not");
        let nots = self.at.before.iter().skip(1).take_while(not).count();
        let begin = self.at.before.get(nots..).unwrap_or_default();
        let words: Vec<&str> = begin
            .iter()
            .map(|token| first_text(token).unwrap_or_default())
            .collect();
        match words.as_slice() {
            [_] => {
                self.words(OF_ALL);
                self.refs();
                if self.at.typed.starts_with('/') {
                    self.paths(self.at.typed);
                }
            }
            [_, first] if !OF_ALL.contains(first) => self.expect_of(first, &begin[1]),
            [_, _, word] if Verb::named(word).is_some() => self.word("never", "not once"),
            [_, _, "before"] => self.refs(),
            [_, _, _] if matches!(begin[2].what, What::Arrow(_)) => {
                match self.field_at(&begin[1]) {
                    true => self.bound(),
                    false => self.refs(),
                }
            }
            _ => {}
        }
    }

    /// Whether a word names a field.
    fn field_at(&self, token: &Token) -> bool {
        let named = |wants| resolve("", self.scope, parts(token), wants).ok();
        let field = named(Wants::Param).or(named(Wants::Sent));
        field.is_some_and(|found| found.path.is_some())
    }

    /// What can be expected of a reference, of a path, or of what is both.
    fn expect_of(&mut self, first: &str, token: &Token) {
        let is_path = first.starts_with('/');
        let vertex = resolve("", self.scope, parts(token), Wants::Vertex).ok();
        if self.field_at(token) {
            self.word("=", "what it holds");
            return self.word("->", super::offer::CARRIES);
        }
        if is_path {
            self.words(OF_PATH);
        }
        if !is_path || vertex.is_some() {
            self.words(&of_vertex());
            self.arrows();
        }
    }
}

/// The parts of a word; none if it is no word.
fn parts(token: &Token) -> &[Part] {
    match &token.what {
        What::Word(parts) => parts,
        _ => &[],
    }
}

/// The plain or quoted text that a word begins with.
pub(super) fn first_text(token: &Token) -> Option<&str> {
    match &token.what {
        What::Word(parts) => match &parts.first()?.what {
            Piece::Bare(text) | Piece::Quoted(text) => Some(text),
            _ => Some(""),
        },
        _ => None,
    }
}
