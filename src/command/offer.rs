//! The candidates for what is wanted at a position.

use super::complete::{Candidate, Context, Goal, Position, value_start};
use super::meta::{self, META};
use super::refs::{Scope, Wants, assigned, field_text, ref_text, resolve};
use super::registry::{COMMANDS, Command, SIMS, Slot};
use super::verbs::EVENTS;
use super::words::{Part, Piece, Token, What};
use crate::graph::{FieldPath, Key};
use crate::value::{Field, Receives, Schema, Sent, Type, quote};

/// The statuses that an expectation can name.
const STATUSES: &[&str] = &[
    "new",
    "waiting",
    "checking",
    "applying",
    "refreshing",
    "ok",
    "changed",
    "retrying",
    "failed",
    "blocked",
    "held",
    "ran",
    "refreshed",
    "never",
    "before",
    "absent",
    "mode",
    "has",
];

/// Collects candidates that go on from what is typed.
pub(super) struct Offers<'a> {
    ctx: &'a Context<'a>,
    scope: &'a Scope<'a>,
    at: &'a Position<'a>,
    found: Vec<Candidate>,
    start: usize,
}

impl<'a> Offers<'a> {
    pub(super) fn new(
        ctx: &'a Context<'a>,
        scope: &'a Scope<'a>,
        at: &'a Position<'a>,
    ) -> Offers<'a> {
        Offers {
            ctx,
            scope,
            at,
            found: Vec::new(),
            start: at.start,
        }
    }

    /// All of them, and where they begin.
    pub(super) fn all(mut self) -> (usize, Vec<Candidate>) {
        for wanted in &self.at.wanted {
            let owner = wanted.owner.as_ref();
            match wanted.slot {
                Goal::Statement => self.statement(),
                Goal::NewName => self.new_name(owner),
                Goal::Arrow => self.arrows(),
                Goal::Target => self.refs(),
                Goal::Receiver => self.receivers(),
                Goal::Slot(slot) => self.slot(slot, owner),
            }
        }
        (self.start, self.found)
    }

    fn slot(&mut self, slot: Slot, owner: Option<&Key>) {
        match slot {
            Slot::NewRef | Slot::Kind => self.kinds(),
            Slot::Ref | Slot::Refs | Slot::Chain => self.refs(),
            Slot::Field => self.bound(),
            Slot::Binding => self.senders(),
            Slot::Names => self.written(owner),
            Slot::Settings => self.settings(owner),
            Slot::Path => self.paths(self.at.typed),
            Slot::Word(words) => self.words(words),
            Slot::Topic => {
                self.commands(COMMANDS);
                self.kinds();
            }
            Slot::Stop => {
                self.words(EVENTS);
                self.refs();
            }
            Slot::Sim => self.commands(SIMS),
            Slot::Expect => self.expect(),
            Slot::Name | Slot::Text | Slot::Rest | Slot::Span | Slot::Number => {}
        }
    }

    fn put(&mut self, text: String, about: impl Into<String>) {
        if self.found.iter().all(|there| there.text != text) {
            self.found.push(Candidate {
                shows: crate::value::sanitise(&text),
                text,
                about: about.into(),
            });
        }
    }

    /// Offers a text that begins as typed.
    fn word(&mut self, text: &str, about: &str) {
        if text.starts_with(self.at.typed) {
            self.put(text.to_owned(), about);
        }
    }

    fn words(&mut self, words: &[&str]) {
        words.iter().for_each(|word| self.word(word, ""));
    }

    fn commands(&mut self, table: &'static [Command]) {
        table
            .iter()
            .for_each(|command| self.word(command.name, command.about));
    }

    fn statement(&mut self) {
        self.commands(COMMANDS);
        match self.dotted() {
            Some((key, rest)) => self.sent_of(&key, &rest),
            None => self.refs(),
        }
    }

    fn arrows(&mut self) {
        let binds = self.first_sent().is_some();
        match self.at.typed {
            "" => {
                self.put(
                    "->".to_owned(),
                    if binds {
                        "the value flows"
                    } else {
                        "comes before"
                    },
                );
                if !binds {
                    self.put("~>".to_owned(), "comes before, and notifies");
                }
            }
            _ => {}
        }
    }

    fn kinds(&mut self) {
        for schema in self.schemas() {
            self.word(schema.kind, schema.about);
        }
    }

    fn schemas(&self) -> Vec<&'static Schema> {
        let catalog = self.ctx.catalog;
        catalog
            .kinds()
            .into_iter()
            .filter_map(|kind| catalog.schema(kind))
            .collect()
    }

    /// A new vertex of a kind that is called by its path.
    fn new_name(&mut self, owner: Option<&Key>) {
        let schema = owner.and_then(|key| self.scope.schema(key));
        let named_by_path = |field: &Field| field.from_name && field.ty == Type::Path;
        if schema.is_some_and(|schema| schema.fields.iter().any(named_by_path)) {
            self.paths(self.at.typed);
        }
    }

    fn paths(&mut self, typed: &str) {
        let plain = typed.trim_start_matches(['"', '\'']);
        for path in (self.ctx.paths)(plain) {
            if path.starts_with(plain) {
                self.put(quote(&path), "");
            }
        }
    }

    /// The vertices that are meant by what is typed: their reference, name or last path part begins so.
    fn meant(&self) -> Vec<Key> {
        let typed = self.at.typed;
        let plain = typed.trim_start_matches(['"', '\'']);
        let given: Vec<Key> = self.given();
        let begins = |key: &&Key| {
            let name = key.name();
            let last = name
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or(name);
            let reference = ref_text(key);
            let open = typed
                .strip_prefix(key.kind())
                .and_then(|rest| rest.strip_prefix('['));
            reference.starts_with(typed)
                || open.is_some_and(|rest| name.starts_with(rest))
                || name.starts_with(plain)
                || last.starts_with(plain)
        };
        let keys = self.scope.keys().filter(begins);
        keys.filter(|key| !given.contains(key)).cloned().collect()
    }

    /// The vertices that this statement names already.
    fn given(&self) -> Vec<Key> {
        let words = self.at.before.iter().filter_map(|token| match &token.what {
            What::Word(parts) => Some(parts),
            _ => None,
        });
        words
            .filter(|parts| {
                !matches!(
                    parts.as_slice(),
                    [Part {
                        what: Piece::Bare(_),
                        ..
                    }]
                )
            })
            .filter_map(|parts| resolve("", self.scope, parts, Wants::Vertex).ok())
            .map(|found| found.key)
            .collect()
    }

    fn refs(&mut self) {
        for key in self.meant() {
            let about = self.scope.schema(&key).map_or("", |schema| schema.about);
            self.put(ref_text(&key), about);
        }
    }

    /// The vertex before a dot, and what is typed of its field.
    fn dotted(&self) -> Option<(Key, String)> {
        let typed = self.at.typed;
        let forms = |key: &Key| {
            let name = key.name();
            let last = name
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or(name);
            [ref_text(key), quote(name), quote(last)]
        };
        self.scope.keys().find_map(|key| {
            let rest = |form: String| typed.strip_prefix(form.as_str())?.strip_prefix('.');
            let rest = forms(key).into_iter().find_map(rest)?;
            Some((key.clone(), rest.to_owned()))
        })
    }

    fn sent_of(&mut self, key: &Key, rest: &str) {
        let sends = self
            .scope
            .schema(key)
            .map_or(&[][..], |schema| schema.sends);
        for sent in sends.iter().filter(|sent| sent.name.starts_with(rest)) {
            let path = FieldPath::parse(sent.name);
            self.put(field_text(key, &path), sent.doc.trim());
        }
    }

    fn senders(&mut self) {
        match self.dotted() {
            Some((key, rest)) => self.sent_of(&key, &rest),
            None => self.meant().iter().for_each(|key| self.sent_of(key, "")),
        }
    }

    /// What the first word of a binding sends.
    fn first_sent(&self) -> Option<(Key, &'static Sent)> {
        let skip = usize::from(
            super::registry::find(super::parse::bare(self.at.before.first()?)?).is_some(),
        );
        self.sent_at(skip)
    }

    fn sent_at(&self, at: usize) -> Option<(Key, &'static Sent)> {
        let Token {
            what: What::Word(parts),
            ..
        } = self.at.before.get(at)?
        else {
            return None;
        };
        let found = resolve("", self.scope, parts, Wants::Sent).ok()?;
        let path = found.path?;
        let sent = self.scope.schema(&found.key)?.sent(&path.field)?;
        Some((found.key, sent))
    }

    /// Params that can receive what is sent, and have no value yet.
    fn receivers(&mut self) {
        let Some((from, sent)) = self.sent_at(0).or_else(|| self.sent_at(1)) else {
            return;
        };
        let (keys, rest) = match self.dotted() {
            Some((key, rest)) => (vec![key], rest),
            None => (self.meant(), String::new()),
        };
        for key in keys.iter().filter(|key| **key != from) {
            let fields = self
                .scope
                .schema(key)
                .map_or(&[][..], |schema| schema.fields);
            let fits = |field: &&Field| {
                field.receives == Receives::Yes
                    && field.ty.takes(&sent.ty)
                    && field.name.starts_with(&rest)
                    && !self.has_value(key, field.name)
            };
            let names: Vec<&Field> = fields.iter().filter(fits).collect();
            for field in names {
                self.put(
                    field_text(key, &FieldPath::parse(field.name)),
                    field.doc.trim(),
                );
            }
        }
    }

    fn has_value(&self, key: &Key, field: &str) -> bool {
        let graph = self.ctx.graph;
        let written = graph
            .vertex(key)
            .is_some_and(|vertex| vertex.params.contains_key(field));
        written
            || graph
                .received_by(key)
                .any(|(path, _)| &*path.field == field)
    }

    /// Params that receive: what `unbind` can take away.
    fn bound(&mut self) {
        let graph = self.ctx.graph;
        for ((key, path), binding) in graph.bindings() {
            let text = field_text(key, path);
            let named = key.name().starts_with(self.at.typed);
            if text.starts_with(self.at.typed) || named {
                self.put(
                    text,
                    format!("from {}", field_text(&binding.from, &binding.sent)),
                );
            }
        }
    }

    /// Params that are written: what `unset` can take away.
    fn written(&mut self, owner: Option<&Key>) {
        let Some(vertex) = owner.and_then(|key| self.ctx.graph.vertex(key)) else {
            return;
        };
        let given = self.given_paths();
        for name in vertex.params.keys().filter(|name| !given.contains(*name)) {
            self.word(name, "");
        }
    }

    /// The params that this statement names already.
    fn given_paths(&self) -> Vec<String> {
        let words = self.at.before.iter().filter_map(|token| match &token.what {
            What::Word(parts) => assigned("", parts).ok(),
            _ => None,
        });
        words.map(|path| path.to_string()).collect()
    }

    fn settings(&mut self, owner: Option<&Key>) {
        let Some(owner) = owner else { return };
        if let Some((word, start)) = self
            .at
            .word
            .and_then(|word| Some((word, value_start(word)?)))
        {
            return self.value(owner, word, start);
        }
        let given = self.given_paths();
        let fields = self
            .scope
            .schema(owner)
            .map_or(&[][..], |schema| schema.fields);
        for field in fields {
            let received = self
                .ctx
                .graph
                .received_by(owner)
                .any(|(path, _)| &*path.field == field.name);
            if !received && !given.iter().any(|given| given == field.name) {
                self.word(&format!("{}=", field.name), field.doc.trim());
            }
        }
        for field in META {
            let name = format!("meta.{}", field.name);
            if self.at.typed.starts_with("me") && !given.contains(&name) {
                self.word(&format!("{name}="), field.doc);
            }
        }
    }

    /// The value of an assignment, by its field's type.
    fn value(&mut self, owner: &Key, word: &[Part], start: usize) {
        let Ok(path) = assigned("", word) else { return };
        let field = match &*path.field {
            "meta" => path.keys.first().and_then(|key| meta::find(key)),
            name => self
                .scope
                .schema(owner)
                .and_then(|schema| schema.field(name)),
        };
        let (Some(field), true) = (field, path.keys.is_empty() || &*path.field == "meta") else {
            return;
        };
        let typed = self
            .at
            .typed
            .get(start - self.at.start..)
            .unwrap_or_default();
        self.start = start;
        let words: &[&str] = match field.ty {
            Type::Bool => &["true", "false"],
            Type::OneOf(words) => words,
            Type::Path => return self.paths(typed),
            _ => field.default.as_ref().map_or(&[], std::slice::from_ref),
        };
        for word in words.iter().filter(|word| word.starts_with(typed)) {
            self.put(quote(word), "");
        }
    }

    fn expect(&mut self) {
        match self.at.before.len() {
            1 => {
                self.words(&["pending", "changes", "exit", "error"]);
                self.refs();
            }
            2 => self.words(STATUSES),
            _ => {}
        }
    }
}
