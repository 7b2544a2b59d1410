//! Parsing: tokens become [`Order`]s, by the registry's table.

use super::build;
use super::error::{CommandError, Grade};
use super::order::{BreakAt, Order, Setting, SimOrder};
use super::refs::{Scope, Wants, resolve};
use super::registry::{self, Arg, Command, Slot};
use super::words::{Arrow, Part, Piece, Token, What, lex};
use crate::drive::sim::CrashPoint;
use crate::graph::{Catalog, FieldPath, Graph, Key};
use crate::time::Span;
use std::ops::Range;

/// All orders of a line, or of several. A later one can refer to what an earlier one adds.
pub fn parse(line: &str, graph: &Graph, catalog: &dyn Catalog) -> Result<Vec<Order>, CommandError> {
    let script = Script::read(line)?;
    let mut scope = Scope::new(graph, catalog);
    let mut orders = Vec::new();
    for statement in &script.statements {
        let order = one(line, statement, &scope)?;
        note(&mut scope, &order);
        orders.push(order);
    }
    Ok(orders)
}

/// What the last statement of a line that is still typed can refer to: what those before it leave.
pub(super) fn scope_at_end<'a>(
    line: &str,
    tokens: &[Token],
    graph: &'a Graph,
    catalog: &'a dyn Catalog,
) -> Scope<'a> {
    let mut scope = Scope::new(graph, catalog);
    let end = tokens.iter().rposition(|token| token.what == What::End);
    let before = &tokens[..end.unwrap_or(0)];
    let statements = before.split(|token| token.what == What::End);
    for statement in statements.filter(|statement| !statement.is_empty()) {
        if let Ok(order) = one(line, statement, &scope) {
            note(&mut scope, &order);
        }
    }
    scope
}

/// Lines that are closed, as statements that are not read yet: what one refers to may be what running the one before it
/// makes.
#[derive(Clone, Debug)]
pub struct Script {
    line: String,
    statements: Vec<Vec<Token>>,
}

impl Script {
    /// Lexes all of it; the error says whether it is wrong or only open.
    pub fn read(line: &str) -> Result<Script, CommandError> {
        let tokens = lex(line)?;
        let statements = tokens.split(|token| token.what == What::End);
        Ok(Script {
            line: line.to_owned(),
            statements: statements
                .filter(|s| !s.is_empty())
                .map(<[Token]>::to_vec)
                .collect(),
        })
    }

    /// How many statements there are.
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether there is none: blanks and comments.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// The bytes of a statement; all of the line behind the last one.
    pub fn span(&self, at: usize) -> Range<usize> {
        let statement = self.statements.get(at);
        let ends = statement.and_then(|tokens| Some((tokens.first()?, tokens.last()?)));
        ends.map_or(0..self.line.len(), |(first, last)| {
            first.span.start..last.span.end
        })
    }

    /// The order that a statement is in this graph; none behind the last one.
    pub fn order(
        &self,
        at: usize,
        graph: &Graph,
        catalog: &dyn Catalog,
    ) -> Option<Result<Order, CommandError>> {
        let statement = self.statements.get(at)?;
        Some(one(&self.line, statement, &Scope::new(graph, catalog)))
    }
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
    Point(CrashPoint),
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
pub(super) struct Reader<'a> {
    pub(super) line: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
    pub(super) scope: &'a Scope<'a>,
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

    pub(super) fn args(&mut self, command: &'static Command) -> Result<Vec<Taken>, CommandError> {
        let mut taken: Vec<Taken> = Vec::new();
        for arg in command.args {
            let next = match self.tokens.get(self.at) {
                None if arg.optional => Ok(Taken::Nothing),
                None => Err(self.missing(arg)),
                Some(_) => self.arg(arg, &mut taken),
            };
            taken.push(next.map_err(|error| error.or_hint(|| usage(command)))?);
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
            _ => error.expected("nothing more"),
        };
        error.hint(usage(command))
    }

    pub(super) fn unread(&self, command: &Command) -> CommandError {
        self.wrong(
            &(0..self.line.len()),
            format!("`{}` cannot be read", command.name),
        )
        .hint(usage(command))
    }

    /// Something more is needed at the end of the statement.
    pub(super) fn missing(&self, arg: &Arg) -> CommandError {
        let end = self.tokens.last().map_or(0, |token| token.span.end);
        self.wrong(&(end..end), format!("{} is missing", arg.shows))
            .expected(arg.shows)
            .grade(match self.line[end..].trim().is_empty() {
                true => Grade::Missing,
                false => Grade::Wrong,
            })
    }

    pub(super) fn wrong(&self, span: &Range<usize>, what: impl Into<String>) -> CommandError {
        CommandError::new(self.line, span.clone(), what)
    }

    pub(super) fn text_at(&self, span: &Range<usize>) -> &'a str {
        self.line.get(span.clone()).unwrap_or_default()
    }

    /// The next token's parts, if it is a word.
    pub(super) fn word(&self) -> Option<(&'a [Part], &'a Range<usize>)> {
        match self.tokens.get(self.at)? {
            Token {
                what: What::Word(parts),
                span,
            } => Some((parts, span)),
            _ => None,
        }
    }

    /// The next token as a word, else an error that says what was wanted.
    pub(super) fn need(&self, arg: &Arg) -> Result<(&'a [Part], &'a Range<usize>), CommandError> {
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
            Slot::Name | Slot::Path | Slot::Text | Slot::Lesson => Ok(Taken::Text(self.text(arg)?)),
            Slot::Command => self.command_line(),
            Slot::Word(words) => self.one_of(arg, words),
            Slot::Span | Slot::Number | Slot::Count | Slot::Bits | Slot::Page => self.number(arg),
            Slot::Point => self.point(arg),
            Slot::Kind => self.kind(arg).map(Taken::Text),
            Slot::Topic => self.topic(arg),
            Slot::Stop => self.stop(arg),
            Slot::Sim => self.sim(arg),
            Slot::Expect => self.expectation(),
        }
    }
}

/// How a command is written, and what it does.
fn usage(command: &Command) -> String {
    format!("{} — {}", command.usage(), command.about)
}

/// The vertex that a text alone means, as an argument of the command line names it.
pub fn vertex(text: &str, graph: &Graph, catalog: &dyn Catalog) -> Result<Key, CommandError> {
    let tokens = lex(text)?;
    let one = match tokens.as_slice() {
        [
            Token {
                what: What::Word(parts),
                ..
            },
        ] => parts,
        _ => {
            let what = format!("`{text}` is not one vertex");
            let error =
                CommandError::new(text, 0..text.len(), what).expected("a vertex of this graph");
            return Err(
                error.hint("write `kind[name]`, and quotes around a name with blanks".to_owned())
            );
        }
    };
    resolve(text, &Scope::new(graph, catalog), one, Wants::Vertex).map(|found| found.key)
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
