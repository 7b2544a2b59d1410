//! The candidates for what is wanted at a position.

use super::complete::{Candidate, Context, Goal, Position};
use super::refs::{Scope, Wants, resolve};
use super::registry::{COMMANDS, Command, SIMS, Slot};
use super::verbs::EVENTS;
use super::words::{Part, Piece, What};
use crate::graph::Key;
use crate::graph::refs::ref_text;
use crate::value::{Field, Schema, Type, quote};

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
    pub(super) ctx: &'a Context<'a>,
    pub(super) scope: &'a Scope<'a>,
    pub(super) at: &'a Position<'a>,
    pub(super) found: Vec<Candidate>,
    pub(super) start: usize,
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
                self.word("meta", "how a vertex is run");
            }
            Slot::Stop => {
                self.words(EVENTS);
                self.refs();
            }
            Slot::Sim => self.commands(SIMS),
            Slot::Expect => self.expect(),
            Slot::Point => {
                self.word("record", "before a record is durable");
                self.refs();
            }
            Slot::Name | Slot::Text | Slot::Command | Slot::Bits => {}
            Slot::Span | Slot::Number | Slot::Count | Slot::Page => {}
        }
    }

    pub(super) fn put(&mut self, text: String, about: impl Into<String>) {
        if self.found.iter().all(|there| there.text != text) {
            self.found.push(Candidate {
                shows: crate::value::sanitise(&text),
                text,
                about: about.into(),
            });
        }
    }

    /// Offers a text that begins as typed.
    pub(super) fn word(&mut self, text: &str, about: &str) {
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
        if !self.at.typed.is_empty() {
            return;
        }
        if self.first_sent().is_some() {
            return self.put("->".to_owned(), "the value flows");
        }
        self.put("->".to_owned(), "comes before");
        self.put("~>".to_owned(), "comes before, and notifies");
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

    pub(super) fn paths(&mut self, typed: &str) {
        let plain = typed.trim_start_matches(['"', '\'']);
        for path in (self.ctx.paths)(plain) {
            if path.starts_with(plain) {
                self.put(quote(&path), "");
            }
        }
    }

    /// The vertices that are meant by what is typed: their reference, name or last path part begins so.
    pub(super) fn meant(&self) -> Vec<Key> {
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
