//! YAML as a tree with places: the parser's events, bounded, with the source text of every scalar.
//!
//! The event parser is the one that the YAML library itself stands on. Its events keep what deserialising would lose:
//! how a scalar was written (`0644`, `no`, `1.10`), and where.

use super::ctx::Ctx;
use crate::value::{Place, Raw, RawNode};
use serde_yaml::granit_parser::{
    self as parser, Event, Parser, ScalarStyle, ScanError, Span, StructureStyle,
};
use std::collections::BTreeMap;
use std::ops::Range;

/// How large a file may be, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// How deep it may be nested.
pub const MAX_DEPTH: usize = 64;
/// How many nodes its aliases may stand for, all together.
pub const MAX_ALIASED: usize = 100_000;

/// One node of the tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where it begins.
    pub place: Place,
    /// Its bytes; of an alias, the alias's own.
    pub span: Range<usize>,
    /// What it is.
    pub shape: Shape,
    /// Whether it, or something in it, was written elsewhere and comes by an alias, or has an anchor.
    pub shared: bool,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// A scalar: its text with quotes and escapes resolved.
    Scalar { text: String, quoted: bool },
    /// A sequence, and whether it stands in brackets.
    List { items: Vec<Node>, flow: bool },
    /// A mapping, and whether it stands in braces.
    Map { entries: Vec<Entry>, flow: bool },
}

/// One key of a mapping with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub place: Place,
    pub span: Range<usize>,
    pub value: Node,
}

impl Node {
    /// Whether nothing is written here: `edges:` and no more.
    pub fn is_empty(&self) -> bool {
        matches!(&self.shape, Shape::Scalar { text, quoted: false } if text.is_empty())
    }

    /// As the rest of weft reads what is written.
    pub fn raw(&self) -> Raw {
        let node = match &self.shape {
            Shape::Scalar { text, quoted } => RawNode::Scalar {
                text: text.clone(),
                quoted: *quoted,
            },
            Shape::List { items, .. } => RawNode::List(items.iter().map(Node::raw).collect()),
            Shape::Map { entries, .. } => {
                let raw = |e: &Entry| (e.key.clone(), e.place, e.value.raw());
                RawNode::Map(entries.iter().map(raw).collect())
            }
        };
        Raw {
            node,
            place: self.place,
        }
    }

    /// The value under a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, if this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.shape {
            Shape::Map { entries, .. } => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    fn count(&self) -> usize {
        1 + match &self.shape {
            Shape::Scalar { .. } => 0,
            Shape::List { items, .. } => items.iter().map(Node::count).sum(),
            Shape::Map { entries, .. } => entries.iter().map(|e| 1 + e.value.count()).sum(),
        }
    }

    fn depth(&self) -> usize {
        match &self.shape {
            Shape::Scalar { .. } => 0,
            Shape::List { items, .. } => 1 + items.iter().map(Node::depth).max().unwrap_or(0),
            Shape::Map { entries, .. } => {
                1 + entries.iter().map(|e| e.value.depth()).max().unwrap_or(0)
            }
        }
    }
}

/// The tree of the file at `ctx`; `None` if it cannot be had, with the problems told.
pub(super) fn tree(ctx: &mut Ctx) -> Option<Node> {
    let source = ctx.source.clone();
    let text = source.text();
    fits(ctx, text)?;
    let mut builder = Builder::default();
    let options = parser::options! { emit_comments: false, flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = match next {
            Ok(next) => next,
            Err(why) => {
                syntax(ctx, &why);
                return None;
            }
        };
        builder.event(ctx, event, &span)?;
    }
    let empty = builder.root.as_ref().is_none_or(Node::is_empty);
    if empty {
        let hint = "a graph begins with `resources:`";
        ctx.problem(
            Place { line: 1, column: 1 },
            "the file is empty",
            Some(hint.into()),
        );
        return None;
    }
    builder.root
}

/// Size and characters, before any parsing.
fn fits(ctx: &mut Ctx, text: &str) -> Option<()> {
    if text.len() > MAX_BYTES {
        let what = format!(
            "the file has {} bytes, and the limit is {MAX_BYTES} (4 MiB)",
            text.len()
        );
        let hint = "keep large content in files of its own, and name them by `source`";
        ctx.problem(Place { line: 1, column: 1 }, what, Some(hint.into()));
        return None;
    }
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}');
    let Some(at) = text.find(odd) else {
        return Some(());
    };
    let what = format!(
        "a control character (U+{:04X}) is not text",
        text[at..].chars().next().map_or(0, u32::from)
    );
    let hint =
        "a graph is a text file in UTF-8; write such a character as \"\\x00\" in double quotes";
    ctx.problem(place_of(text, at), what, Some(hint.into()));
    None
}

/// The place of a byte in a text.
fn place_of(text: &str, at: usize) -> Place {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    Place {
        line: line as u32,
        column: column as u32,
    }
}

fn syntax(ctx: &mut Ctx, why: &ScanError) {
    let mark = why.marker();
    let place = Place {
        line: mark.line() as u32,
        column: mark.col() as u32 + 1,
    };
    let info = why.info();
    let line = ctx.source.text().lines().nth(mark.line().saturating_sub(1));
    let indent: String = line
        .unwrap_or_default()
        .chars()
        .take_while(|c| c.is_whitespace())
        .collect();
    let deep = info.contains("nest") || info.contains("recursion");
    let hint = if indent.contains('\t') {
        Some("indent with spaces: YAML allows no tabs there".to_owned())
    } else if deep {
        Some(format!("the limit is {MAX_DEPTH} levels"))
    } else {
        None
    };
    ctx.problem(place, format!("this is not YAML: {info}"), hint);
}

/// A collection that is still open.
enum Open {
    List(Vec<Node>),
    Map(Vec<Entry>, Option<(String, Place, Range<usize>)>),
}

/// One open collection: what it holds so far, where it began, its anchor, and whether it stands in brackets.
struct Level {
    open: Open,
    place: Place,
    span: Range<usize>,
    anchor: usize,
    flow: bool,
    shared: bool,
}

/// Events in, tree out; nothing recurses, whatever the input.
#[derive(Default)]
struct Builder {
    levels: Vec<Level>,
    anchors: BTreeMap<usize, Node>,
    aliased: usize,
    root: Option<Node>,
    documents: usize,
}

impl Builder {
    fn event(&mut self, ctx: &mut Ctx, event: Event, span: &Span) -> Option<()> {
        let (place, bytes) = (place(span), span.byte_range().unwrap_or(0..0));
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let hint = "keep each graph in a file of its own, and remove this `---`";
                    ctx.problem(
                        place,
                        "the file holds more than one document",
                        Some(hint.into()),
                    );
                    return None;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                refuse_tag(ctx, place, tag.is_some());
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let (place, bytes) = if block {
                    self.header(ctx.source.text(), place, bytes)
                } else {
                    (place, bytes)
                };
                // The parser says `~` for a scalar that is not there; nothing written is nothing here.
                let missing = style == ScalarStyle::Plain && bytes.is_empty();
                let text = if missing { "".into() } else { text };
                let node = Node {
                    place,
                    span: bytes,
                    shape: Shape::Scalar {
                        text: text.into_owned(),
                        quoted: style != ScalarStyle::Plain,
                    },
                    shared: anchor > 0,
                };
                self.anchor(anchor, &node);
                self.put(ctx, node);
            }
            Event::SequenceStart(style, anchor, tag) => {
                refuse_tag(ctx, place, tag.is_some());
                self.open(ctx, Open::List(Vec::new()), style, anchor, (place, bytes))?;
            }
            Event::MappingStart(style, anchor, tag) => {
                refuse_tag(ctx, place, tag.is_some());
                let map = Open::Map(Vec::new(), None);
                self.open(ctx, map, style, anchor, (place, bytes))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(ctx, bytes),
            Event::Alias(id) => self.alias(ctx, id, place, bytes)?,
            _ => {}
        }
        Some(())
    }

    /// A block scalar from its `|` or `>` on; the parser tells only where its lines begin.
    fn header(&self, text: &str, place: Place, bytes: Range<usize>) -> (Place, Range<usize>) {
        let mark = |c: char| c == '|' || c == '>';
        let start = match self.levels.last().map(|level| &level.open) {
            Some(Open::Map(_, Some((_, _, key)))) => {
                let between = text.get(key.end..bytes.start).unwrap_or_default();
                between.find(mark).map(|at| key.end + at)
            }
            _ => text.get(..bytes.start).unwrap_or_default().rfind(mark),
        };
        let Some(start) = start else {
            return (place, bytes);
        };
        let newlines = text[start..bytes.start].matches('\n').count();
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let place = Place {
            line: place.line.saturating_sub(newlines as u32),
            column: text[line_start..start].chars().count() as u32 + 1,
        };
        (place, start..bytes.end)
    }

    fn open(
        &mut self,
        ctx: &mut Ctx,
        open: Open,
        style: StructureStyle,
        anchor: usize,
        (place, span): (Place, Range<usize>),
    ) -> Option<()> {
        if self.levels.len() >= MAX_DEPTH {
            too_deep(ctx, place);
            return None;
        }
        self.levels.push(Level {
            open,
            place,
            span,
            anchor,
            flow: style == StructureStyle::Flow,
            shared: anchor > 0,
        });
        Some(())
    }

    fn close(&mut self, ctx: &mut Ctx, end: Range<usize>) {
        let Some(level) = self.levels.pop() else {
            return;
        };
        let (shape, last) = match level.open {
            Open::List(items) => {
                let last = items.last().map(|item| item.span.end);
                let flow = level.flow;
                (Shape::List { items, flow }, last)
            }
            Open::Map(entries, _) => {
                let last = entries.last().map(|e| e.value.span.end.max(e.span.end));
                let flow = level.flow;
                (Shape::Map { entries, flow }, last)
            }
        };
        // A block ends where its last node does; the parser's own end is already the next token.
        let end = if level.flow {
            end.end
        } else {
            last.unwrap_or(level.span.end)
        };
        let node = Node {
            place: level.place,
            span: level.span.start..end.max(level.span.start),
            shape,
            shared: level.shared,
        };
        self.anchor(level.anchor, &node);
        self.put(ctx, node);
    }

    fn alias(&mut self, ctx: &mut Ctx, id: usize, place: Place, span: Range<usize>) -> Option<()> {
        let Some(target) = self.anchors.get(&id) else {
            let hint = "an anchor can be used only after the node that it names";
            ctx.problem(
                place,
                "this alias stands for what it is part of",
                Some(hint.into()),
            );
            return None;
        };
        self.aliased += target.count();
        if self.aliased > MAX_ALIASED {
            let what = format!("the aliases stand for more than {MAX_ALIASED} nodes, the limit");
            ctx.problem(place, what, Some("write it out, or generate less".into()));
            return None;
        }
        if self.levels.len() + target.depth() > MAX_DEPTH {
            too_deep(ctx, place);
            return None;
        }
        let node = Node {
            place,
            span,
            shared: true,
            ..target.clone()
        };
        self.put(ctx, node);
        Some(())
    }

    fn anchor(&mut self, id: usize, node: &Node) {
        if id > 0 {
            self.anchors.insert(id, node.clone());
        }
    }

    fn put(&mut self, ctx: &mut Ctx, node: Node) {
        let Some(level) = self.levels.last_mut() else {
            self.root = Some(node);
            return;
        };
        level.shared |= node.shared;
        match &mut level.open {
            Open::List(items) => items.push(node),
            Open::Map(entries, key @ None) => {
                *key = Some(as_key(ctx, entries, node));
            }
            Open::Map(entries, key) => {
                if let Some((key, place, span)) = key.take() {
                    entries.push(Entry {
                        key,
                        place,
                        span,
                        value: node,
                    });
                }
            }
        }
    }
}

/// A node as a key: a scalar that was not there before.
fn as_key(ctx: &mut Ctx, entries: &[Entry], node: Node) -> (String, Place, Range<usize>) {
    let key = match node.shape {
        Shape::Scalar { text, .. } => text,
        _ => {
            let hint = "quote it, if it is meant as text";
            ctx.problem(
                node.place,
                "a key must be a word, not a list or a map",
                Some(hint.into()),
            );
            String::new()
        }
    };
    if let Some(first) = entries.iter().find(|entry| entry.key == key) {
        let what = format!(
            "the key `{}` is there already, at {}",
            crate::value::sanitise(&key),
            first.place
        );
        ctx.problem(node.place, what, Some("remove one of them".into()));
    }
    (key, node.place, node.span)
}

fn refuse_tag(ctx: &mut Ctx, place: Place, tagged: bool) {
    if tagged {
        let hint = "remove it: a value is read as its field's type";
        ctx.problem(place, "tags (`!…`) are not read", Some(hint.into()));
    }
}

fn too_deep(ctx: &mut Ctx, place: Place) {
    let what = format!("this is nested deeper than {MAX_DEPTH} levels, the limit");
    ctx.problem(place, what, None);
}

fn place(span: &Span) -> Place {
    Place {
        line: span.start.line() as u32,
        column: span.start.col() as u32 + 1,
    }
}
