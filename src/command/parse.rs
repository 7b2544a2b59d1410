//! Parsing: tokens become [`Order`]s, by the registry's table.

use super::build;
use super::error::{CommandError, Grade};
use super::meta;
use super::order::{BreakAt, Order, Setting, SimOrder, Written};
use super::refs::{self, Scope, Wants, resolve};
use super::registry::{self, Arg, Command, Slot};
use super::verbs::EVENTS;
use super::words::{Arrow, Part, Piece, Token, What, lex, place_of};
use crate::graph::{Catalog, FieldPath, Graph, Key, nearest};
use crate::time::Span;
use std::ops::Range;

/// All orders of a line, or of several. A later one can refer to what an earlier one adds.
pub fn parse(line: &str, graph: &Graph, catalog: &dyn Catalog) -> Result<Vec<Order>, CommandError> {
    let tokens = lex(line)?;
    let mut scope = Scope::new(graph, catalog);
    let mut orders = Vec::new();
    for statement in statements(&tokens) {
        let order = one(line, statement, &scope)?;
        note(&mut scope, &order);
        orders.push(order);
    }
    Ok(orders)
}

/// The tokens of each statement; none is empty.
pub fn statements(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    tokens
        .split(|token| token.what == What::End)
        .filter(|statement| !statement.is_empty())
}

/// What an order makes of the names that can be referred to.
pub(super) fn note(scope: &mut Scope, order: &Order) {
    match order {
        Order::Add(key, _) | Order::Inspect(key) => scope.add(key),
        Order::Drop(keys) => keys.iter().for_each(|key| scope.remove(key)),
        Order::Rename(key, name) => {
            scope.remove(key);
            scope.add(&Key::new(key.kind(), name));
        }
        _ => {}
    }
}

/// What an argument was taken as.
#[derive(Debug)]
pub(super) enum Taken {
    Nothing,
    Key(Key),
    Keys(Vec<Key>),
    Field(Key, FieldPath),
    Chain(Key, Vec<(Arrow, Key)>),
    Binding((Key, FieldPath), (Key, FieldPath)),
    Paths(Vec<FieldPath>),
    Settings(Vec<Setting>),
    Text(String),
    Number(u64),
    Span(Span),
    Stop(BreakAt),
    Sim(SimOrder),
}

/// One statement as an order.
pub(super) fn one(line: &str, tokens: &[Token], scope: &Scope) -> Result<Order, CommandError> {
    let mut reader = Reader {
        line,
        tokens,
        at: 0,
        scope,
    };
    match reader.verb() {
        Some(command) => {
            reader.at = 1;
            let taken = reader.args(command)?;
            build::order(command.name, taken).ok_or_else(|| reader.unread(command))
        }
        None => reader.arrows(),
    }
}

/// Reads one statement.
struct Reader<'a> {
    line: &'a str,
    tokens: &'a [Token],
    at: usize,
    scope: &'a Scope<'a>,
}

impl<'a> Reader<'a> {
    /// The command that the statement begins with, if it does.
    fn verb(&self) -> Option<&'static Command> {
        if let Some(Token {
            what: What::Arrow(_),
            ..
        }) = self.tokens.get(1)
        {
            return None;
        }
        registry::find(bare(self.tokens.first()?)?)
    }

    fn args(&mut self, command: &'static Command) -> Result<Vec<Taken>, CommandError> {
        let mut taken: Vec<Taken> = Vec::new();
        for arg in command.args {
            let next = match self.tokens.get(self.at) {
                None if arg.optional => Taken::Nothing,
                None => {
                    return Err(self.missing(arg).hint(format!(
                        "{} — {}",
                        command.usage(),
                        command.about
                    )));
                }
                Some(_) => self.arg(arg, &mut taken)?,
            };
            taken.push(next);
        }
        match self.tokens.get(self.at) {
            None => Ok(taken),
            Some(token) => Err(self.too_much(command, token)),
        }
    }

    fn too_much(&self, command: &Command, token: &Token) -> CommandError {
        let text = self.text_at(&token.span);
        let error = self.wrong(
            &token.span,
            format!("`{}` does not take `{text}`", command.full_name()),
        );
        let error = match command.args.last() {
            Some(Arg {
                slot: Slot::Word(words),
                ..
            }) => error.expected(words.join(" | ")),
            _ => error,
        };
        error.hint(command.usage())
    }

    fn unread(&self, command: &Command) -> CommandError {
        self.wrong(
            &(0..self.line.len()),
            format!("`{}` cannot be read", command.name),
        )
        .hint(command.usage())
    }

    /// Something more is needed at the end of the statement.
    fn missing(&self, arg: &Arg) -> CommandError {
        let end = self.tokens.last().map_or(0, |token| token.span.end);
        self.wrong(&(end..end), format!("{} is missing", arg.shows))
            .expected(arg.shows)
            .grade(match self.line[end..].trim().is_empty() {
                true => Grade::Missing,
                false => Grade::Wrong,
            })
    }

    fn wrong(&self, span: &Range<usize>, what: impl Into<String>) -> CommandError {
        CommandError::new(self.line, span.clone(), what)
    }

    fn text_at(&self, span: &Range<usize>) -> &'a str {
        self.line.get(span.clone()).unwrap_or_default()
    }

    /// The next token's parts, if it is a word.
    fn word(&self) -> Option<(&'a [Part], &'a Range<usize>)> {
        match self.tokens.get(self.at)? {
            Token {
                what: What::Word(parts),
                span,
            } => Some((parts, span)),
            _ => None,
        }
    }

    /// The next token as a word, else an error that says what was wanted.
    fn need(&self, arg: &Arg) -> Result<(&'a [Part], &'a Range<usize>), CommandError> {
        match (self.word(), self.tokens.get(self.at)) {
            (Some(word), _) => Ok(word),
            (None, Some(token)) => Err(self
                .wrong(
                    &token.span,
                    format!("`{}` cannot stand here", self.text_at(&token.span)),
                )
                .expected(arg.shows)),
            (None, None) => Err(self.missing(arg)),
        }
    }

    fn arg(&mut self, arg: &Arg, before: &mut [Taken]) -> Result<Taken, CommandError> {
        match arg.slot {
            Slot::NewRef => self.new_ref(arg),
            Slot::Ref => self.owner(arg),
            Slot::Refs => self.refs(arg),
            Slot::Field => {
                let (key, path) = self.field(arg, Wants::Param)?;
                Ok(Taken::Field(key, path))
            }
            Slot::Chain => self.chain(arg),
            Slot::Binding => self.binding(arg),
            Slot::Names => self.names(arg, before),
            Slot::Settings => self.settings(arg, before),
            Slot::Name | Slot::Path | Slot::Text => Ok(Taken::Text(self.text(arg)?)),
            Slot::Rest => self.rest(),
            Slot::Word(words) => self.one_of(arg, words),
            Slot::Span | Slot::Number => self.number(arg),
            Slot::Kind => self.kind(arg).map(Taken::Text),
            Slot::Topic => self.topic(arg),
            Slot::Stop => self.stop(arg),
            Slot::Sim => self.sim(arg),
            Slot::Expect => self.rest(),
        }
    }

    fn new_ref(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (parts, span) = self.need(arg)?;
        if let Some(key) =
            refs::new_key(parts).filter(|key| self.is_kind(key.kind()) || parts.len() == 2)
        {
            self.known_kind(key.kind(), &parts[0].span)?;
            if key.name().is_empty() {
                return Err(self
                    .wrong(span, "a vertex needs a name")
                    .expected("kind[name]"));
            }
            self.at += 1;
            return Ok(Taken::Key(key));
        }
        let kind = self.kind(arg)?;
        let name = Arg::new(Slot::Name, "NAME");
        let (parts, span) = self.need(&name).map_err(|error| {
            error.hint(format!("`add {kind} NAME`, the name is what you call it"))
        })?;
        if parts.iter().any(|part| part.what == Piece::Equals) {
            return Err(self
                .wrong(span, "the name comes before the params")
                .expected("NAME")
                .hint(format!("add {kind} NAME {}", self.text_at(span))));
        }
        let name = self.text(&name)?;
        match name.is_empty() {
            true => Err(self.wrong(span, "a vertex needs a name").expected("NAME")),
            false => Ok(Taken::Key(Key::new(kind, name))),
        }
    }

    fn is_kind(&self, word: &str) -> bool {
        self.scope.catalog.schema(word).is_some()
    }

    fn known_kind(&self, kind: &str, span: &Range<usize>) -> Result<(), CommandError> {
        if self.is_kind(kind) {
            return Ok(());
        }
        let kinds = self.scope.catalog.kinds();
        let near = nearest(kind, kinds.iter().copied());
        Err(self
            .wrong(span, format!("there is no kind `{kind}`"))
            .expected(kinds.join(", "))
            .hint(near.map(|near| format!("did you mean `{near}`?"))))
    }

    fn kind(&mut self, arg: &Arg) -> Result<String, CommandError> {
        let (_, span) = self.need(arg)?;
        let kind = self.text(arg)?;
        self.known_kind(&kind, span)?;
        Ok(kind)
    }

    /// A reference; with `REF.param=value` only its first part is taken, and the assignment stays to be read.
    fn owner(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (parts, _) = self.need(arg)?;
        let assigned = parts.iter().any(|part| part.what == Piece::Equals);
        let wants = if assigned {
            Wants::Param
        } else {
            Wants::Vertex
        };
        let found = resolve(self.line, self.scope, parts, wants)?;
        self.at += usize::from(!assigned);
        Ok(Taken::Key(found.key))
    }

    fn refs(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let mut keys = Vec::new();
        while self.at < self.tokens.len() {
            let (parts, _) = self.need(arg)?;
            let key = resolve(self.line, self.scope, parts, Wants::Vertex)?.key;
            if !keys.contains(&key) {
                keys.push(key);
            }
            self.at += 1;
        }
        Ok(Taken::Keys(keys))
    }

    fn field(&mut self, arg: &Arg, wants: Wants) -> Result<(Key, FieldPath), CommandError> {
        let (parts, span) = self.need(arg)?;
        let found = resolve(self.line, self.scope, parts, wants)?;
        self.at += 1;
        match found.path {
            Some(path) => Ok((found.key, path)),
            None => Err(self.wrong(span, "a field is missing")),
        }
    }

    fn arrow(&mut self) -> Option<Arrow> {
        match self.tokens.get(self.at)?.what {
            What::Arrow(arrow) => {
                self.at += 1;
                Some(arrow)
            }
            _ => None,
        }
    }

    fn chain(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
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

    fn binding(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let from = self.field(arg, Wants::Sent)?;
        let at = self.at;
        if self.arrow() == Some(Arrow::Notify) {
            return Err(self.no_notify(at));
        }
        let to = self.field(&Arg::new(Slot::Field, "-> REF.PARAM"), Wants::Param)?;
        Ok(Taken::Binding(from, to))
    }

    fn no_notify(&self, at: usize) -> CommandError {
        let span = self.tokens.get(at).map_or(0..0, |token| token.span.clone());
        self.wrong(&span, "a binding carries a value, and notifies nobody")
            .expected("`->`")
            .hint("draw `a ~> b` beside it to notify too".to_owned())
    }

    fn names(&mut self, arg: &Arg, before: &[Taken]) -> Result<Taken, CommandError> {
        let mut paths = Vec::new();
        while self.at < self.tokens.len() {
            let (parts, span) = self.need(arg)?;
            let path = refs::assigned(self.line, parts)?;
            self.known_param(owner_of(before), &path, span)?;
            paths.push(path);
            self.at += 1;
        }
        Ok(Taken::Paths(paths))
    }

    fn settings(&mut self, arg: &Arg, before: &[Taken]) -> Result<Taken, CommandError> {
        let mut settings: Vec<Setting> = Vec::new();
        while self.at < self.tokens.len() {
            let (parts, span) = self.need(arg)?;
            let path = match settings.is_empty() {
                true => self.first_path(parts)?,
                false => refs::assigned(self.line, parts)?,
            };
            let value = self.written(parts, span, &path)?;
            let span = parts.first().map_or(span, |part| &part.span);
            self.known_param(owner_of(before), &path, span)?;
            if settings.iter().any(|setting| setting.path == path) {
                return Err(self.wrong(span, format!("`{path}` is given twice")));
            }
            let place = place_of(self.line, span.start);
            settings.push(Setting { path, value, place });
            self.at += 1;
        }
        Ok(Taken::Settings(settings))
    }

    /// The path of the first assignment, which may be `REF.param=` with the reference that was just read.
    fn first_path(&self, parts: &[Part]) -> Result<FieldPath, CommandError> {
        let verb = self.tokens.first().and_then(bare);
        if self.at != 1 || verb != Some("set") {
            return refs::assigned(self.line, parts);
        }
        let found = resolve(self.line, self.scope, parts, Wants::Param)?;
        found
            .path
            .ok_or_else(|| self.wrong(&(0..0), "a param is missing"))
    }

    fn written(
        &self,
        parts: &[Part],
        span: &Range<usize>,
        path: &FieldPath,
    ) -> Result<Written, CommandError> {
        match parts.last().map(|part| &part.what) {
            Some(Piece::Asked) => Ok(Written::Asked),
            Some(Piece::Value(raw)) if !is_empty(raw) && has_equals(parts) => {
                Ok(Written::Raw(raw.clone()))
            }
            _ if has_equals(parts) => Err(self
                .wrong(&(span.end..span.end), format!("`{path}` has no value"))
                .expected("a value")
                .hint("`\"\"` is the empty text, `?` asks for it".to_owned())
                .grade(Grade::Missing)),
            _ => Err(self
                .wrong(span, format!("`{}` is no assignment", self.text_at(span)))
                .expected("param=value")
                .grade(match span.end == self.line.len() {
                    true => Grade::Missing,
                    false => Grade::Wrong,
                })),
        }
    }

    fn known_param(
        &self,
        owner: Option<&Key>,
        path: &FieldPath,
        span: &Range<usize>,
    ) -> Result<(), CommandError> {
        let Some(key) = owner else { return Ok(()) };
        let (name, known): (&str, Vec<&str>) = match &*path.field {
            "meta" => {
                let key = path.keys.first().map_or("", String::as_str);
                (key, meta::META.iter().map(|field| field.name).collect())
            }
            field => {
                let schema = self.scope.schema(key);
                let fields = schema.map_or(&[][..], |schema| schema.fields);
                (field, fields.iter().map(|field| field.name).collect())
            }
        };
        if known.contains(&name) {
            return Ok(());
        }
        let near =
            nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let who = if &*path.field == "meta" {
            "meta"
        } else {
            key.kind()
        };
        Err(self
            .wrong(span, format!("{who} has no param `{name}`"))
            .expected(match known.is_empty() {
                true => "nothing: it has none".to_owned(),
                false => known.join(", "),
            })
            .hint(near))
    }

    /// A word as text: quotes resolved, anything else as it stands.
    fn text(&mut self, arg: &Arg) -> Result<String, CommandError> {
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

    /// All that follows, as it stands.
    fn rest(&mut self) -> Result<Taken, CommandError> {
        let rest = &self.tokens[self.at..];
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else {
            return Ok(Taken::Nothing);
        };
        if let Some(token) = rest
            .iter()
            .find(|token| self.text_at(&token.span).contains("<<"))
        {
            return Err(self.wrong(&token.span, "no heredoc can stand here"));
        }
        self.at = self.tokens.len();
        Ok(Taken::Text(
            self.text_at(&(first.span.start..last.span.end)).to_owned(),
        ))
    }

    fn one_of(&mut self, arg: &Arg, words: &[&str]) -> Result<Taken, CommandError> {
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

    fn number(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (_, span) = self.need(arg)?;
        let text = self.text(arg)?;
        let (taken, expected) = match arg.slot {
            Slot::Span => (
                text.parse().ok().map(Taken::Span),
                "a length of time with its unit: 500ms, 10s, 1m30s",
            ),
            _ => (text.parse().ok().map(Taken::Number), "a whole number"),
        };
        taken.ok_or_else(|| {
            self.wrong(span, format!("`{text}` is no {}", arg.shows))
                .expected(expected)
        })
    }

    fn topic(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (_, span) = self.need(arg)?;
        let word = self.text(arg)?;
        let sub = self.word().map(|(_, span)| self.text_at(span));
        if word == "sim"
            && let Some(sim) = sub.and_then(registry::find_sim)
        {
            self.at += 1;
            return Ok(Taken::Text(sim.full_name()));
        }
        let sim = word.strip_prefix("sim ").and_then(registry::find_sim);
        if registry::find(&word).is_some() || sim.is_some() || self.is_kind(&word) {
            return Ok(Taken::Text(word));
        }
        let kinds = self.scope.catalog.kinds();
        let near = registry::near(registry::COMMANDS, &word)
            .or_else(|| nearest(&word, kinds.iter().copied()));
        Err(self
            .wrong(span, format!("there is no command or kind `{word}`"))
            .hint(near.map(|near| format!("did you mean `{near}`?"))))
    }

    fn stop(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (parts, _) = self.need(arg)?;
        let event = self.tokens.get(self.at).and_then(bare);
        if let Some(event) = event.filter(|event| EVENTS.contains(event)) {
            self.at += 1;
            return Ok(Taken::Stop(BreakAt::Event(event.to_owned())));
        }
        let found = resolve(self.line, self.scope, parts, Wants::Vertex)
            .map_err(|error| error.expected(format!("a vertex, or {}", EVENTS.join(", "))))?;
        self.at += 1;
        Ok(Taken::Stop(BreakAt::Vertex(found.key)))
    }

    fn sim(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (_, span) = self.need(arg)?;
        let word = self.text(arg)?;
        let Some(command) = registry::find_sim(&word) else {
            let names: Vec<&str> = registry::SIMS.iter().map(|sim| sim.name).collect();
            let near = registry::near(registry::SIMS, &word);
            return Err(self
                .wrong(span, format!("there is no `sim {word}`"))
                .expected(names.join(", "))
                .hint(near.map(|near| format!("did you mean `sim {near}`?"))));
        };
        let taken = self.args(command)?;
        build::sim(command.name, taken)
            .map(Taken::Sim)
            .ok_or_else(|| self.unread(command))
    }

    /// A statement without a verb: a reference, a chain or a binding.
    fn arrows(&mut self) -> Result<Order, CommandError> {
        let mut found = Vec::new();
        let mut arrows = Vec::new();
        let arg = Arg::new(Slot::Ref, "a command or a reference");
        loop {
            let (parts, _) = self.need(&arg)?;
            let one = resolve(self.line, self.scope, parts, Wants::Either);
            found.push(one.map_err(|error| self.maybe_verb(error))?);
            self.at += 1;
            match self.tokens.get(self.at) {
                None => break,
                Some(token) => arrows.push(self.arrow().ok_or_else(|| self.no_arrow(token))?),
            }
        }
        self.drawn(found, arrows)
    }

    fn drawn(&self, found: Vec<refs::Found>, arrows: Vec<Arrow>) -> Result<Order, CommandError> {
        if let [from, to] = found.as_slice()
            && let (Some(sent), Some(field)) = (&from.path, &to.path)
        {
            if arrows.first() == Some(&Arrow::Notify) {
                return Err(self.no_notify(1));
            }
            self.end(0, Wants::Sent)?;
            self.end(2, Wants::Param)?;
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
                .grade(Grade::Missing));
        }
        if let Some(at) = found.iter().position(|found| found.path.is_some()) {
            return Err(self.half_bound(&found, at));
        }
        let mut keys = found.into_iter().map(|found| found.key);
        match (keys.next(), arrows.is_empty()) {
            (Some(first), true) => Ok(Order::Show(vec![first])),
            (Some(first), false) => Ok(Order::Chain(first, arrows.into_iter().zip(keys).collect())),
            (None, _) => Err(self.wrong(&(0..0), "nothing to do")),
        }
    }

    /// One end of a binding, read again for what it must be.
    fn end(&self, at: usize, wants: Wants) -> Result<(), CommandError> {
        match self.tokens.get(at) {
            Some(Token {
                what: What::Word(parts),
                ..
            }) => resolve(self.line, self.scope, parts, wants).map(|_| ()),
            _ => Ok(()),
        }
    }

    fn half_bound(&self, found: &[refs::Found], at: usize) -> CommandError {
        let span = |at: usize| {
            self.tokens
                .get(at * 2)
                .map_or(0..0, |token| token.span.clone())
        };
        if found.len() > 2 {
            return self
                .wrong(&span(at), "a field in a chain")
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
            Ok(()) => self.wrong(&span(other), "a field is missing"),
        }
    }

    fn no_arrow(&self, token: &Token) -> CommandError {
        let first = self.tokens.first().map_or(0..0, |token| token.span.clone());
        let near = registry::near(registry::COMMANDS, self.text_at(&first));
        self.wrong(
            &token.span,
            format!("`{}` cannot stand here", self.text_at(&token.span)),
        )
        .expected("`->` or `~>`")
        .hint(near.map(|near| format!("did you mean `{near}`?")))
    }

    /// An unknown first word was perhaps to be a command.
    fn maybe_verb(&self, error: CommandError) -> CommandError {
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
        let near =
            registry::near(registry::COMMANDS, word).map(|near| format!("did you mean `{near}`?"));
        let hint = near.or(error.hint.clone());
        CommandError {
            what: format!("there is no command or vertex `{word}`"),
            expected: Some("a command (`help` lists them) or a reference".to_owned()),
            ..error
        }
        .hint(hint)
    }
}

/// The vertex that the arguments before are about.
fn owner_of(before: &[Taken]) -> Option<&Key> {
    before.iter().rev().find_map(|taken| match taken {
        Taken::Key(key) => Some(key),
        _ => None,
    })
}

/// A word that is only plain characters.
pub(super) fn bare(token: &Token) -> Option<&str> {
    match &token.what {
        What::Word(parts) => match parts.as_slice() {
            [
                Part {
                    what: Piece::Bare(text),
                    ..
                },
            ] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

fn has_equals(parts: &[Part]) -> bool {
    parts.iter().any(|part| part.what == Piece::Equals)
}

fn is_empty(raw: &crate::value::Raw) -> bool {
    use crate::value::RawNode;
    matches!(&raw.node, RawNode::Scalar { text, quoted: false } if text.is_empty())
}

fn heredoc(raw: &crate::value::Raw) -> Option<String> {
    use crate::value::RawNode;
    match &raw.node {
        RawNode::Scalar { text, quoted: true } => Some(text.clone()),
        _ => None,
    }
}
