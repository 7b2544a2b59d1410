//! The candidates that are fields: what is sent, what receives, params and their values.

use super::complete::value_start;
use super::meta::{self, META};
use super::offer::Offers;
use super::refs::{Wants, assigned, resolve};
use super::words::{Part, Token, What};
use crate::graph::refs::{field_text, ref_text};
use crate::graph::{FieldPath, Key};
use crate::value::{Field, Receives, Sent, Type, quote};

impl Offers<'_> {
    /// The vertex before a dot, and what is typed of its field.
    pub(super) fn dotted(&self) -> Option<(Key, String)> {
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

    pub(super) fn sent_of(&mut self, key: &Key, rest: &str) {
        let sends = self
            .scope
            .schema(key)
            .map_or(&[][..], |schema| schema.sends);
        for sent in sends.iter().filter(|sent| sent.name.starts_with(rest)) {
            let path = FieldPath::parse(sent.name);
            self.put(field_text(key, &path), sent.doc.trim());
        }
    }

    pub(super) fn senders(&mut self) {
        match self.dotted() {
            Some((key, rest)) => self.sent_of(&key, &rest),
            None => {
                for key in self.meant() {
                    if self.is_full() {
                        return;
                    }
                    self.sent_of(key, "");
                }
            }
        }
    }

    /// What the first word of a binding sends.
    pub(super) fn first_sent(&self) -> Option<(Key, &'static Sent)> {
        let verb = super::parse::bare(self.at.before.first()?);
        let skip = usize::from(verb.and_then(super::registry::find).is_some());
        self.sent_at(skip)
    }

    pub(super) fn sent_at(&self, at: usize) -> Option<(Key, &'static Sent)> {
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
    pub(super) fn receivers(&mut self) {
        let Some((from, sent)) = self.sent_at(0).or_else(|| self.sent_at(1)) else {
            return;
        };
        let (keys, rest) = match self.dotted() {
            Some((key, rest)) => (vec![key], rest),
            None => (self.meant().cloned().collect(), String::new()),
        };
        for key in keys.iter().filter(|key| **key != from) {
            if self.is_full() {
                return;
            }
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

    pub(super) fn has_value(&self, key: &Key, field: &str) -> bool {
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
    pub(super) fn bound(&mut self) {
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
    pub(super) fn written(&mut self, owner: Option<&Key>) {
        let Some(vertex) = owner.and_then(|key| self.ctx.graph.vertex(key)) else {
            return;
        };
        let given = self.given_paths();
        for name in vertex.params.keys().filter(|name| !given.contains(*name)) {
            self.word(name, "");
        }
    }

    /// The params that this statement names already.
    pub(super) fn given_paths(&self) -> Vec<String> {
        let words = self.at.before.iter().filter_map(|token| match &token.what {
            What::Word(parts) => assigned("", parts).ok(),
            _ => None,
        });
        words.map(|path| path.to_string()).collect()
    }

    pub(super) fn settings(&mut self, owner: Option<&Key>) {
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
    pub(super) fn value(&mut self, owner: &Key, word: &[Part], start: usize) {
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
            _ => field.default.as_slice(),
        };
        for word in words.iter().filter(|word| word.starts_with(typed)) {
            self.put(quote(word), "");
        }
    }
}
