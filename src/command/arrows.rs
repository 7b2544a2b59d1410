//! Statements of references and arrows: chains and bindings, with a verb or without.

use super::error::{CommandError, Grade};
use super::order::{LEARN, Order};
use super::parse::{Reader, Taken, bare};
use super::refs::{self, Wants, resolve};
use super::registry::{self, Arg, Slot};
use super::words::{Arrow, Token, What};
use crate::graph::Key;

impl Reader<'_> {
    pub(super) fn arrow(&mut self) -> Option<Arrow> {
        match self.tokens.get(self.at)?.what {
            What::Arrow(arrow) => {
                self.at += 1;
                Some(arrow)
            }
            _ => None,
        }
    }

    pub(super) fn chain(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let one = |reader: &mut Self| {
            let (parts, _) = reader.need(arg)?;
            let found = resolve(reader.line, reader.scope, parts, Wants::Vertex)?;
            reader.at += 1;
            Ok::<Key, CommandError>(found.key)
        };
        let first = one(self)?;
        let mut rest = Vec::new();
        while self.at < self.tokens.len() {
            let arrow = self.arrow().unwrap_or(Arrow::Order);
            rest.push((arrow, one(self)?));
        }
        match rest.is_empty() {
            true => Err(self.missing(&Arg::new(Slot::Ref, "-> REF"))),
            false => Ok(Taken::Chain(first, rest)),
        }
    }

    pub(super) fn binding(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let from = self.field(arg, Wants::Sent)?;
        let at = self.at;
        if self.arrow() == Some(Arrow::Notify) {
            return Err(self.no_notify(at));
        }
        let to = self.field(&Arg::new(Slot::Field, "-> REF.PARAM"), Wants::Param)?;
        Ok(Taken::Binding(from, to))
    }

    pub(super) fn no_notify(&self, at: usize) -> CommandError {
        let span = self.tokens.get(at).map_or(0..0, |token| token.span.clone());
        self.wrong(&span, "a binding carries a value, and notifies nobody")
            .expected("`->`")
            .hint("draw `a ~> b` beside it to notify too".to_owned())
    }

    /// A statement without a verb: a reference, a chain or a binding.
    pub(super) fn arrows(&mut self) -> Result<Order, CommandError> {
        let mut found = Vec::new();
        let mut arrows = Vec::new();
        let arg = Arg::new(Slot::Ref, "a command or a reference");
        loop {
            let (parts, _) = self.need(&arg)?;
            let wants = if found.is_empty() {
                Wants::Before
            } else {
                Wants::After
            };
            let one = resolve(self.line, self.scope, parts, wants);
            found.push(one.map_err(|error| self.maybe_verb(error))?);
            self.at += 1;
            match self.tokens.get(self.at) {
                None => break,
                Some(token) => arrows.push(self.arrow().ok_or_else(|| self.no_arrow(token))?),
            }
        }
        self.drawn(found, arrows)
    }

    pub(super) fn drawn(
        &self,
        found: Vec<refs::Found>,
        arrows: Vec<Arrow>,
    ) -> Result<Order, CommandError> {
        if let [from, to] = found.as_slice()
            && let (Some(sent), Some(field)) = (&from.path, &to.path)
        {
            if arrows.first() == Some(&Arrow::Notify) {
                return Err(self.no_notify(1));
            }
            return Ok(Order::Bind(
                (from.key.clone(), sent.clone()),
                (to.key.clone(), field.clone()),
            ));
        }
        if let ([found], Some(token)) = (found.as_slice(), self.tokens.first())
            && found.path.is_some()
        {
            return Err(self
                .wrong(
                    &(token.span.end..token.span.end),
                    "a field alone says nothing",
                )
                .expected("-> REF.PARAM")
                .hint("`a.sent -> b.param` binds it; `show a` shows what it is".to_owned())
                .grade(Grade::Missing));
        }
        if let Some(at) = found.iter().position(|found| found.path.is_some()) {
            return Err(self.half_bound(&found, at));
        }
        let mut keys = found.into_iter().map(|found| found.key);
        match (keys.next(), arrows.is_empty()) {
            (Some(first), true) => Ok(Order::Show(vec![first])),
            (Some(first), false) => Ok(Order::Chain(first, arrows.into_iter().zip(keys).collect())),
            (None, _) => Err(self.missing(&Arg::new(Slot::Ref, "REF"))),
        }
    }

    /// One end of a binding, read again for what it must be.
    pub(super) fn end(&self, at: usize, wants: Wants) -> Result<(), CommandError> {
        match self.tokens.get(at) {
            Some(Token {
                what: What::Word(parts),
                ..
            }) => resolve(self.line, self.scope, parts, wants).map(|_| ()),
            _ => Ok(()),
        }
    }

    pub(super) fn half_bound(&self, found: &[refs::Found], at: usize) -> CommandError {
        let span = |at: usize| {
            self.tokens
                .get(at * 2)
                .map_or(0..0, |token| token.span.clone())
        };
        if found.len() > 2 {
            return self
                .wrong(&span(at), "a field in a chain")
                .expected("vertices alone between arrows")
                .hint("draw each binding on its own: `a.sent -> b.param`".to_owned());
        }
        let other = 1 - at.min(1);
        let wants = if other == 0 {
            Wants::Sent
        } else {
            Wants::Param
        };
        match self.end(other * 2, wants) {
            Err(error) => {
                error.hint("a binding has a field at both ends; an edge has none".to_owned())
            }
            Ok(()) => self.missing(&Arg::new(Slot::Field, "REF.PARAM")),
        }
    }

    pub(super) fn no_arrow(&self, token: &Token) -> CommandError {
        let first = self.tokens.first().map_or(0..0, |token| token.span.clone());
        let near = self.perhaps(self.text_at(&first));
        self.wrong(
            &token.span,
            format!("`{}` cannot stand here", self.text_at(&token.span)),
        )
        .expected("`->` or `~>`")
        .hint(near.map_or(
            "a vertex before it begins a chain: `a -> b`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        ))
    }

    /// The command that was perhaps meant by a first word: one that is written nearly so, or one whose second word it is.
    fn perhaps(&self, word: &str) -> Option<String> {
        let learns = LEARN.iter().any(|(learn, _)| *learn == word);
        let is_sim = registry::SIMS.iter().any(|sim| sim.name == word) && !self.is_kind(word);
        match (learns, is_sim) {
            (true, _) => Some(format!("learn {word}")),
            (_, true) => Some(format!("sim {word}")),
            _ => registry::near(registry::COMMANDS, word).map(str::to_owned),
        }
    }

    /// An unknown first word was perhaps to be a command.
    pub(super) fn maybe_verb(&self, error: CommandError) -> CommandError {
        let Some(word) = self.tokens.first().and_then(bare) else {
            return error;
        };
        let begins = self.at == 0
            && self
                .tokens
                .get(1)
                .is_none_or(|token| !matches!(token.what, What::Arrow(_)));
        if !begins || !error.what.starts_with("there is no vertex") {
            return error;
        }
        let near = self.perhaps(word);
        let meant = error
            .hint
            .clone()
            .filter(|hint| hint.starts_with("did you mean"));
        CommandError {
            what: format!("there is no command or vertex `{word}`"),
            expected: Some("a command, or a vertex of this graph".to_owned()),
            ..error
        }
        .hint(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => meant.unwrap_or("`help` lists the commands, `show` the vertices".to_owned()),
        })
    }
}
