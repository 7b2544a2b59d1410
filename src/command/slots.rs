//! Arguments that are about vertices: references, params, assignments.

use super::error::{CommandError, Grade};
use super::meta;
use super::order::{Setting, Written};
use super::parse::{Reader, Taken, bare};
use super::refs::{self, Wants, resolve};
use super::registry::{Arg, Slot};
use super::words::{Part, Piece, place_of};
use crate::graph::{FieldPath, Key, nearest};
use crate::value::{Raw, RawNode};
use std::ops::Range;

impl Reader<'_> {
    pub(super) fn new_ref(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
        let (parts, span) = self.need(arg)?;
        if let Some(key) =
            refs::new_key(parts).filter(|key| self.is_kind(key.kind()) || parts.len() == 2)
        {
            self.known_kind(key.kind(), &parts[0].span)?;
            if key.name().is_empty() {
                return Err(self
                    .wrong(span, "a vertex needs a name")
                    .expected("kind[name]")
                    .hint("write what you call it between the brackets".to_owned()));
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
            true => Err(self
                .wrong(span, "a vertex needs a name")
                .expected("NAME")
                .hint("write what you call it".to_owned())),
            false => Ok(Taken::Key(Key::new(kind, name))),
        }
    }

    pub(super) fn is_kind(&self, word: &str) -> bool {
        self.scope.catalog.schema(word).is_some()
    }

    pub(super) fn known_kind(&self, kind: &str, span: &Range<usize>) -> Result<(), CommandError> {
        if self.is_kind(kind) {
            return Ok(());
        }
        let kinds = self.scope.catalog.kinds();
        let near = nearest(kind, kinds.iter().copied());
        Err(self
            .wrong(span, format!("there is no kind `{kind}`"))
            .expected(kinds.join(", "))
            .hint(near.map_or("`kinds` says what each is".to_owned(), |near| {
                format!("did you mean `{near}`?")
            })))
    }

    pub(super) fn kind(&mut self, arg: &Arg) -> Result<String, CommandError> {
        let (_, span) = self.need(arg)?;
        let kind = self.text(arg)?;
        self.known_kind(&kind, span)?;
        Ok(kind)
    }

    /// A reference; with `REF.param=value` only its first part is taken, and the assignment stays to be read.
    pub(super) fn owner(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
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

    pub(super) fn refs(&mut self, arg: &Arg) -> Result<Taken, CommandError> {
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

    pub(super) fn field(
        &mut self,
        arg: &Arg,
        wants: Wants,
    ) -> Result<(Key, FieldPath), CommandError> {
        let (parts, _) = self.need(arg)?;
        let found = resolve(self.line, self.scope, parts, wants)?;
        self.at += 1;
        match found.path {
            Some(path) => Ok((found.key, path)),
            None => Err(self.missing(arg)),
        }
    }

    pub(super) fn names(&mut self, arg: &Arg, before: &[Taken]) -> Result<Taken, CommandError> {
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

    pub(super) fn settings(&mut self, arg: &Arg, before: &[Taken]) -> Result<Taken, CommandError> {
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
                return Err(self
                    .wrong(span, format!("`{path}` is given twice"))
                    .expected("each param once")
                    .hint("keep one of the two".to_owned()));
            }
            let place = place_of(self.line, span.start);
            settings.push(Setting { path, value, place });
            self.at += 1;
        }
        Ok(Taken::Settings(settings))
    }

    /// The path of the first assignment, which may be `REF.param=` with the reference that was just read.
    pub(super) fn first_path(&self, parts: &[Part]) -> Result<FieldPath, CommandError> {
        let verb = self.tokens.first().and_then(bare);
        if self.at != 1 || verb != Some("set") {
            return refs::assigned(self.line, parts);
        }
        let found = resolve(self.line, self.scope, parts, Wants::Param)?;
        found
            .path
            .ok_or_else(|| self.missing(&Arg::new(Slot::Settings, "PARAM=VALUE")))
    }

    pub(super) fn written(
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
                .hint(format!("write `{path}=VALUE`"))
                .grade(match span.end == self.line.len() {
                    true => Grade::Missing,
                    false => Grade::Wrong,
                })),
        }
    }

    pub(super) fn known_param(
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
        let deeper = &*path.field == "meta" && path.keys.len() > 1;
        if known.contains(&name) && deeper {
            return Err(self
                .wrong(span, format!("meta.{name} has no keys below it"))
                .expected(format!("meta.{name}"))
                .hint("`help meta` lists what there is".to_owned()));
        }
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
            .hint(near.unwrap_or_else(|| match who {
                "meta" => "`help meta` says what each is".to_owned(),
                kind => format!("`kinds {kind}` says what each is"),
            })))
    }
}

/// The vertex that the arguments before are about.
fn owner_of(before: &[Taken]) -> Option<&Key> {
    before.iter().rev().find_map(|taken| match taken {
        Taken::Key(key) => Some(key),
        _ => None,
    })
}

fn has_equals(parts: &[Part]) -> bool {
    parts.iter().any(|part| part.what == Piece::Equals)
}

fn is_empty(raw: &Raw) -> bool {
    matches!(&raw.node, RawNode::Scalar { text, quoted: false } if text.is_empty())
}
