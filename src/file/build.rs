//! The parser's events, put together as a tree within the limits.

use super::ctx::Ctx;
use super::yaml::{Entry, MAX_ALIASED, MAX_DEPTH, Node, Shape};
use crate::value::Place;
use serde_yaml::granit_parser::{Event, ScalarStyle, Span, StructureStyle};
use std::collections::BTreeMap;
use std::ops::Range;

/// Events in, tree out; nothing recurses, whatever the input.
#[derive(Default)]
pub(super) struct Builder {
    levels: Vec<Level>,
    anchors: BTreeMap<usize, Node>,
    aliased: usize,
    /// The tree, once it is whole.
    pub root: Option<Node>,
    documents: usize,
}

impl Builder {
    /// Takes one event in. `None` where nothing more can be read; the problem is told.
    pub fn event(&mut self, ctx: &mut Ctx, event: Event, span: &Span) -> Option<()> {
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
