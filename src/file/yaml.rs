//! YAML as a tree with places: the parser's events, bounded, with the source text of every scalar.
//!
//! The event parser is the one that the YAML library itself stands on. Its events keep what deserialising would lose:
//! how a scalar was written (`0644`, `no`, `1.10`), and where.

use super::build::Builder;
use super::ctx::Ctx;
use crate::value::{Place, Raw, RawNode};
use serde_yaml::granit_parser::{self as parser, Parser, ScanError};
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

    /// How many nodes it is, keys among them.
    pub fn count(&self) -> usize {
        1 + match &self.shape {
            Shape::Scalar { .. } => 0,
            Shape::List { items, .. } => items.iter().map(Node::count).sum(),
            Shape::Map { entries, .. } => entries.iter().map(|e| 1 + e.value.count()).sum(),
        }
    }

    /// How deep it is nested.
    pub fn depth(&self) -> usize {
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
        let what = format!("the file has more than {MAX_BYTES} bytes, the limit (4 MiB)");
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

/// The first text of a line with a reference in it that nobody has quoted, as in `[apply exec[x], stop]`.
fn bracketed(line: &str) -> Option<&str> {
    let close = |at: usize| line[at..].find(']').map(|end| at + end + 1);
    let mut opens = line.match_indices('[').map(|(at, _)| at);
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let open = opens.find(|at| line[..*at].ends_with(is_name))?;
    let from = line[..open].rfind(['[', '{', ',']).map_or(0, |at| at + 1);
    let end = close(open)?;
    let to = line[end..]
        .find([',', ']', '}'])
        .map_or(line.len(), |at| end + at);
    Some(line[from..to].trim()).filter(|text| !text.contains(['\'', '"']))
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
        let text = line.unwrap_or_default();
        let reference = bracketed(text).filter(|_| info.contains("flow"));
        reference.map(|text| {
            format!("within `[…]` and `{{…}}` quote a text that has brackets: '{text}'")
        })
    };
    ctx.problem(place, format!("this is not YAML: {info}"), hint);
}
