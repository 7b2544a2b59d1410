//! Edits of a YAML text in place: lines of block lists and maps, and what stands between brackets.

use super::tree::Tree;
use super::yaml::{Entry, Node, Shape};
use serde_yaml::granit_parser::{self as parser, Event, Parser};
use std::ops::Range;

/// What becomes of an item of a list.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Kept {
    /// It stays as it is written.
    Same,
    /// It is taken out.
    Gone,
    /// These stand in its place.
    Instead(Vec<Tree>),
}

/// Edits of one text, made all at once at the end.
pub(super) struct Edits<'a> {
    text: &'a str,
    edits: Vec<(Range<usize>, String)>,
    tail: String,
}

impl<'a> Edits<'a> {
    /// No edits yet.
    pub fn new(text: &'a str) -> Edits<'a> {
        Edits {
            text,
            edits: Vec::new(),
            tail: String::new(),
        }
    }

    /// The edited text, and the comments that are no longer in it. `None` if two edits overlap.
    pub fn finish(mut self) -> Option<(String, Vec<String>)> {
        self.edits
            .sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::new();
        let mut at = 0;
        for (range, new) in &self.edits {
            out.push_str(self.text.get(at..range.start)?);
            out.push_str(new);
            at = range.end;
        }
        out.push_str(self.text.get(at..)?);
        if !self.tail.is_empty() {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(&self.tail);
        }
        if self.text.contains("\r\n") {
            out = out.replace("\r\n", "\n").replace('\n', "\r\n");
        }
        let lost = self.comments_in(|comment| {
            let cut = |(range, _): &(Range<usize>, String)| {
                range.start <= comment.start && comment.end <= range.end
            };
            self.edits.iter().any(cut)
        });
        Some((out, lost))
    }

    /// Every comment of the text, in words.
    pub fn comments(&self) -> Vec<String> {
        self.comments_in(|_| true)
    }

    fn comments_in(&self, wanted: impl Fn(&Range<usize>) -> bool) -> Vec<String> {
        let options = parser::options! { max_buffered_comment_events: self.text.len() };
        let mut found = Vec::new();
        for (event, span) in Parser::new_from_str_with_options(self.text, options).flatten() {
            if let (Event::Comment(text, _), Some(bytes)) = (event, span.byte_range())
                && wanted(&bytes)
            {
                found.push(format!(
                    "the comment in line {}: `#{text}`",
                    span.start.line()
                ));
            }
        }
        found
    }

    /// Inserts at a byte.
    pub fn insert(&mut self, at: usize, text: String) {
        self.edits.push((at..at, text));
    }

    /// A new key at the end of the file.
    pub fn append(&mut self, key: &str, tree: &Tree) -> Option<()> {
        self.tail
            .push_str(&Tree::Map(vec![(key.to_owned(), tree.clone())]).file());
        Some(())
    }

    /// Another value where one stands; the lines of a block stand at `indent`.
    pub fn replace_value(&mut self, node: &Node, tree: &Tree, indent: usize) {
        let range = self.trimmed(&node.span);
        let new = tree.scalar(indent);
        let is_block = new.contains('\n');
        let one_line = is_block && (!self.ends_line(node) || indent == 0);
        let new = if one_line || self.in_flow(node) {
            tree.inline()
        } else {
            new
        };
        self.edits.push((range, new));
    }

    /// Takes a key with its value out of a map.
    pub fn remove_entry(&mut self, map: &Node, entry: &Entry) -> Option<()> {
        let Shape::Map { entries, flow } = &map.shape else {
            return None;
        };
        if *flow || entries.len() < 2 || entries.first().is_some_and(|first| first.key == entry.key)
        {
            return None;
        }
        let end = self
            .trimmed(&(entry.span.start..entry.value.span.end.max(entry.span.end)))
            .end;
        let (start, end) = (self.line_start(entry.span.start), self.line_end(end));
        self.edits.push((start..end, String::new()));
        Some(())
    }

    /// Adds keys at the end of a map, or under a key that holds nothing yet.
    pub fn add_entries(
        &mut self,
        map: &Node,
        key_end: usize,
        more: Vec<(String, Tree)>,
    ) -> Option<()> {
        let text = self.text;
        match &map.shape {
            Shape::Map {
                entries,
                flow: false,
            } => {
                let column = self.column(entries.first()?.span.start);
                let end = self.line_end(self.trimmed(&map.span).end);
                self.lines_at(end, &Tree::Map(more), column);
            }
            Shape::Map {
                entries,
                flow: true,
            } => {
                let close = map
                    .span
                    .end
                    .checked_sub(1)
                    .filter(|at| text[*at..].starts_with('}'))?;
                let added = Tree::Map(more).inline();
                let added = added
                    .trim_start_matches('{')
                    .trim_end_matches('}')
                    .to_owned();
                let comma = if entries.is_empty() { "" } else { ", " };
                let at = text[..close].trim_end().len();
                self.insert(at, format!("{comma}{added}"));
            }
            _ if map.is_empty() => {
                let column = self.column_of_line(key_end) + 2;
                let end = self.line_end(key_end);
                self.lines_at(end, &Tree::Map(more), column);
            }
            _ => return None,
        }
        Some(())
    }

    /// Keeps, takes out and adds items of a list, or under a key that holds nothing yet.
    pub fn list(
        &mut self,
        node: &Node,
        key_end: usize,
        kept: &[Kept],
        more: Vec<Tree>,
    ) -> Option<()> {
        if more.is_empty() && kept.iter().all(|kept| *kept == Kept::Same) {
            return Some(());
        }
        match &node.shape {
            Shape::List { items, flow: true } => self.flow_list((node, items), key_end, kept, more),
            Shape::List { items, flow: false } => self.block_list(items, kept, more),
            _ if node.is_empty() => {
                let column = self.column_of_line(key_end);
                self.lines_at(self.line_end(key_end), &Tree::List(more), column);
                Some(())
            }
            _ => None,
        }
    }

    /// Ends a block of text that keeps its lines (`|`) with these, instead of all that stands there from this line of the file on.
    pub fn end_lines(&mut self, node: &Node, from: Option<u32>, more: &[String]) -> Option<()> {
        let block = self.text.get(node.span.clone())?;
        let lines = block.strip_prefix('|')?.lines().skip(1);
        let first = lines.map(str::trim_end).find(|line| !line.is_empty())?;
        let pad = " ".repeat(first.len() - first.trim_start_matches(' ').len());
        let end = self.line_end(self.trimmed(&node.span).end);
        let start = match from {
            Some(line) => self.line(line).filter(|at| node.span.contains(at))?,
            None => end,
        };
        let mut new = String::new();
        if !self.text[..start].ends_with('\n') {
            new.push('\n');
        }
        for line in more.iter().flat_map(|text| text.lines()) {
            new.push_str(&format!("{pad}{line}\n"));
        }
        self.edits.push((start..end, new));
        Some(())
    }

    /// Where a line begins, counted from 1.
    fn line(&self, number: u32) -> Option<usize> {
        let before = (number as usize).checked_sub(1)?;
        let lines = self.text.split_inclusive('\n').take(before);
        Some(lines.map(str::len).sum())
    }

    fn flow_list(
        &mut self,
        (node, items): (&Node, &[Node]),
        key_end: usize,
        kept: &[Kept],
        more: Vec<Tree>,
    ) -> Option<()> {
        let changed = kept.iter().any(|kept| *kept != Kept::Same);
        let close = node
            .span
            .end
            .checked_sub(1)
            .filter(|at| self.text[*at..].starts_with(']'))?;
        if items.is_empty() && !self.in_flow(node) && self.ends_line(node) {
            let start = self.text[..node.span.start].trim_end().len();
            let column = self.column_of_line(key_end);
            let new = lines(&Tree::List(more), column);
            let new = format!("\n{}", new.trim_end_matches('\n'));
            self.edits.push((start..node.span.end, new));
            return Some(());
        }
        if !changed {
            let added: Vec<String> = more.iter().map(Tree::inline).collect();
            let comma = if items.is_empty() { "" } else { ", " };
            let at = self.text[..close].trim_end().len();
            self.insert(at, format!("{comma}{}", added.join(", ")));
            return Some(());
        }
        let mut all = Vec::new();
        for (item, kept) in items.iter().zip(kept) {
            match kept {
                Kept::Same => all.push(self.text.get(item.span.clone())?.to_owned()),
                Kept::Gone => {}
                Kept::Instead(trees) => all.extend(trees.iter().map(Tree::inline)),
            }
        }
        all.extend(more.iter().map(Tree::inline));
        self.edits
            .push((node.span.clone(), format!("[{}]", all.join(", "))));
        Some(())
    }

    fn block_list(&mut self, items: &[Node], kept: &[Kept], more: Vec<Tree>) -> Option<()> {
        let first = items.first()?;
        let column = self.dash(first)?;
        for (item, kept) in items.iter().zip(kept) {
            let new = match kept {
                Kept::Same => continue,
                Kept::Gone => String::new(),
                Kept::Instead(trees) => lines(&Tree::List(trees.clone()), column),
            };
            self.dash(item)?;
            let end = self.line_end(self.trimmed(&item.span).end);
            self.edits
                .push((self.line_start(item.span.start)..end, new));
        }
        if !more.is_empty() {
            let last = self.trimmed(&items.last()?.span).end;
            self.lines_at(self.line_end(last), &Tree::List(more), column);
        }
        Some(())
    }

    /// Lines of a block, as lines of their own at a line's end.
    fn lines_at(&mut self, at: usize, tree: &Tree, column: usize) {
        let mut new = lines(tree, column);
        if at > 0 && !self.text[..at].ends_with('\n') {
            new.insert(0, '\n');
        }
        self.insert(at, new);
    }

    /// The column of the dash before an item that has its line for itself.
    fn dash(&self, item: &Node) -> Option<usize> {
        let before = &self.text[self.line_start(item.span.start)..item.span.start];
        let dash = before.find('-')?;
        let alone = before[..dash].trim().is_empty() && before[dash + 1..].trim().is_empty();
        alone.then_some(dash)
    }

    /// A span without the white space at its end.
    fn trimmed(&self, span: &Range<usize>) -> Range<usize> {
        let inside = self.text.get(span.clone()).unwrap_or_default();
        span.start..span.start + inside.trim_end().len()
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Behind the newline that ends the line of `at`.
    fn line_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        at + rest.find('\n').map_or(rest.len(), |newline| newline + 1)
    }

    fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    /// The column where the first word of a line stands.
    fn column_of_line(&self, at: usize) -> usize {
        let line = &self.text[self.line_start(at)..at];
        line.chars().take_while(|c| *c == ' ').count()
    }

    /// Whether nothing but a line's end follows a node.
    fn ends_line(&self, node: &Node) -> bool {
        let rest = &self.text[self.trimmed(&node.span).end..];
        rest.split('\n')
            .next()
            .is_none_or(|line| line.trim().is_empty())
    }

    /// Whether a node stands between brackets: the next thing behind it closes or separates.
    fn in_flow(&self, node: &Node) -> bool {
        let rest = self.text[self.trimmed(&node.span).end..].trim_start_matches([' ', '\n', '\r']);
        rest.starts_with([',', '}', ']'])
    }
}

fn lines(tree: &Tree, column: usize) -> String {
    let mut out = String::new();
    tree.block(column, &mut out);
    out
}
