//! Arguments that are about no vertex: texts, numbers, words of a set, topics.

use super::build;
use super::error::{CommandError, Grade};
use super::order::BreakAt;
use super::parse::{Reader, Taken, bare};
use super::refs::{Wants, resolve};
use super::registry::{self, Arg, Slot};
use super::sims::numbered;
use super::verbs::EVENTS;
use super::words::{Part, Piece, Token, What};
use crate::drive::sim::CrashPoint;
use crate::engine::Halt;
use crate::file::Expect;
use crate::graph::nearest;
use crate::value::{Raw, RawNode};
use std::ops::Range;

impl Reader<'_> {
    /// A word as text: quotes resolved, anything else as it stands.
    pub(super) fn text(&mut self, arg: &Arg) -> Result<String, CommandError> {
        let (parts, span) = self.need(arg)?;
        self.at += 1;
        Ok(match parts {
            [
                Part {
                    what: Piece::Quoted(text),
                    ..
                },
            ] => text.clone(),
            [
                Part {
                    what: Piece::Value(raw),
                    ..
                },
            ] => heredoc(raw).unwrap_or_else(|| self.text_at(span).to_owned()),
            _ => self.text_at(span).to_owned(),
        })
    }

    /// All that follows, as it stands, and where.
    fn rest(&mut self) -> Result<(String, Range<usize>), CommandError> {
        let rest = &self.tokens[self.at..];
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
            return Ok((String::new(), self.line.len()..self.line.len()));
        };
        let heredoc = |span: &&Range<usize>| self.text_at(span).starts_with("<<");
        if let Some(span) = rest.iter().flat_map(values).find(heredoc) {
            return Err(self
                .wrong(span, "no heredoc can stand here")
                .expected("words on one line")
                .hint("quote the text".to_owned()));
        }
        self.at = self.tokens.len();
        let span = first.span.start..last.span.end;
        Ok((self.text_at(&span).to_owned(), span))
    }

    /// A command line, which a shell would split into words.
    pub(super) fn command_line(&mut self) -> Result<Taken, CommandError> {
        Ok(Taken::Text(self.rest()?.0))
    }

    /// What is expected, which must say something.
    pub(super) fn expectation(&mut self) -> Result<Taken, CommandError> {
        let (text, span) = self.rest()?;
        match Expect::parse(&text) {
            Ok(_) => Ok(Taken::Text(text)),
            Err(unclear) => {
                let says = unclear.what.starts_with("expected");
                let grade = match unclear.open {
                    true => Grade::Missing,
                    false => Grade::Wrong,
                };
                let error = self.wrong(&span, unclear.what).hint(unclear.hint);
                let error = error.or_hint(|| "`help expect` lists the forms".to_owned());
                Err(match says {
                    true => error,
                    false => error.expected("one of the forms that `help expect` lists"),
                }
                .grade(grade))
            }
        }
    }

    /// Where a crash comes.
    pub(super) fn point(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (parts, span) = self.need(arg)?;
        let end = self.tokens.last().map_or(span.end, |token| token.span.end);
        if let Some(point) = self.line.get(span.start..end).and_then(numbered) {
            self.at = self.tokens.len();
            return Ok(Taken::Point(point));
        }
        let found = resolve(self.line, self.scope, parts, Wants::Vertex);
        self.at += 1;
        let last = self.at == self.tokens.len();
        match found {
            Ok(found) if last => Ok(Taken::Point(CrashPoint::After(found.key))),
            _ if self.text_at(span) == "record" => {
                match self.number(&Arg::new(Slot::Count, "N"))? {
                    Taken::Number(n) => Ok(Taken::Point(CrashPoint::Record(n))),
                    other => Ok(other),
                }
            }
            Ok(found) => Ok(Taken::Point(CrashPoint::After(found.key))),
            Err(error) => Err(error.expected("a vertex, or `record N`")),
        }
    }

    pub(super) fn one_of(&mut self, arg: &Arg, words: &[&str]) -> Result<Taken, CommandError> {
        let token = &self.tokens[self.at];
        match bare(token).filter(|word| words.contains(word)) {
            Some(word) => {
                self.at += 1;
                Ok(Taken::Text(word.to_owned()))
            }
            None if arg.optional => Ok(Taken::Nothing),
            None => {
                let typed = self.text_at(&token.span);
                let near = nearest(typed, words.iter().copied());
                Err(self
                    .wrong(&token.span, format!("`{typed}` is no {}", arg.shows))
                    .expected(words.join(" | "))
                    .hint(near.map(|near| format!("did you mean `{near}`?"))))
            }
        }
    }

    pub(super) fn number(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (_, span) = self.need(arg)?;
        let text = self.text(arg)?;
        let (taken, expected) = match arg.slot {
            Slot::Span => (
                text.parse().ok().map(Taken::Span),
                "a length of time with its unit: 500ms, 10s, 1m30s",
            ),
            Slot::Bits => {
                let bits = u64::from_str_radix(&text, 8).ok();
                let bits = bits.filter(|bits| *bits <= 0o7777);
                (bits.map(Taken::Number), "an octal mode, such as 0644")
            }
            Slot::Page => {
                let status = text.parse().ok().filter(|n| (100..600).contains(n));
                let expected = "a status from 100 to 599: 200 is well, 404 not there, 500 broken";
                (status.map(Taken::Number), expected)
            }
            Slot::Count => {
                let count = text.parse().ok().filter(|n| *n > 0);
                (count.map(Taken::Number), "a whole number from 1 on")
            }
            _ => (text.parse().ok().map(Taken::Number), "a whole number"),
        };
        taken.ok_or_else(|| {
            self.wrong(span, format!("`{text}` is no {}", arg.shows))
                .expected(expected)
        })
    }

    pub(super) fn topic(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (_, span) = self.need(arg)?;
        let word = self.text(arg)?;
        if let ("sim", Some((_, span))) = (word.as_str(), self.word()) {
            let sub = self.text_at(span);
            let sim = registry::find_sim(sub).ok_or_else(|| self.no_sim(span, sub))?;
            self.at += 1;
            return Ok(Taken::Text(sim.full_name()));
        }
        let sim = word.strip_prefix("sim ").and_then(registry::find_sim);
        if registry::find(&word).is_some() || sim.is_some() || self.is_kind(&word) || word == "meta"
        {
            return Ok(Taken::Text(word));
        }
        let kinds = self.scope.catalog.kinds();
        let near = registry::near(registry::COMMANDS, &word)
            .or_else(|| nearest(&word, kinds.iter().copied()));
        Err(self
            .wrong(span, format!("there is no command or kind `{word}`"))
            .expected("a command, a kind, `meta`, or `sim` and one of its commands")
            .hint(near.map_or(
                "`help` lists the commands, `kinds` the kinds".to_owned(),
                |near| format!("did you mean `{near}`?"),
            )))
    }

    pub(super) fn stop(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (parts, _) = self.need(arg)?;
        let event = self.tokens.get(self.at).and_then(bare);
        if let Some(halt) = event.and_then(Halt::named) {
            self.at += 1;
            return Ok(Taken::Stop(BreakAt::Event(halt)));
        }
        let found = resolve(self.line, self.scope, parts, Wants::Vertex)
            .map_err(|error| error.expected(format!("a vertex, or {}", EVENTS.join(", "))))?;
        self.at += 1;
        Ok(Taken::Stop(BreakAt::Vertex(found.key)))
    }

    fn no_sim(&self, span: &Range<usize>, word: &str) -> CommandError {
        let names: Vec<&str> = registry::SIMS.iter().map(|sim| sim.name).collect();
        let near = registry::near(registry::SIMS, word);
        let hint = near.map_or("`help sim` says what each does".to_owned(), |near| {
            format!("did you mean `sim {near}`?")
        });
        self.wrong(span, format!("there is no `sim {word}`"))
            .expected(names.join(", "))
            .hint(hint)
    }

    pub(super) fn sim(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (_, span) = self.need(arg)?;
        let word = self.text(arg)?;
        let Some(command) = registry::find_sim(&word) else {
            return Err(self.no_sim(span, &word));
        };
        let taken = self.args(command)?;
        build::sim(command.name, taken)
            .map(Taken::Sim)
            .ok_or_else(|| self.unread(command))
    }
}

fn heredoc(raw: &Raw) -> Option<String> {
    match &raw.node {
        RawNode::Scalar { text, quoted: true } => Some(text.clone()),
        _ => None,
    }
}

/// Where the values of a word stand.
fn values(token: &Token) -> impl Iterator<Item = &Range<usize>> {
    let parts = match &token.what {
        What::Word(parts) => parts.as_slice(),
        _ => &[],
    };
    let value = |part: &&Part| matches!(part.what, Piece::Value(_));
    parts.iter().filter(value).map(|part| &part.span)
}
