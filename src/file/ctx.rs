//! What reading a file needs at hand: the source, the kinds, and the problems found so far.

use super::hints::foreign_value;
use super::problem::{FileError, FileProblem, Source};
use super::yaml::{Entry, Node, Shape};
use crate::graph::{Catalog, Problem, Refusal};
use crate::value::{Place, Type, Value, sanitise};

/// Reading one file: problems are collected, never thrown, so that all are told at once.
pub(super) struct Ctx<'a> {
    pub source: Source,
    pub catalog: &'a dyn Catalog,
    pub problems: Vec<FileProblem>,
    /// Problems beyond [`MAX_PROBLEMS`], which are only counted.
    more: usize,
}

/// How many problems of one file are told. More help nobody, and a hostile file could have millions.
pub(super) const MAX_PROBLEMS: usize = 100;

impl<'a> Ctx<'a> {
    /// Over this file.
    pub fn new(source: Source, catalog: &'a dyn Catalog) -> Ctx<'a> {
        Ctx {
            source,
            catalog,
            problems: Vec::new(),
            more: 0,
        }
    }

    /// Tells a problem.
    pub fn problem(&mut self, place: Place, what: impl Into<String>, hint: Option<String>) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        self.problems.push(FileProblem {
            source: self.source.clone(),
            place,
            what: what.into(),
            hint,
        });
    }

    /// Whether so many problems were told that no more are looked for where that costs.
    pub fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// All problems, and how many more there are.
    pub fn into_error(self) -> FileError {
        let last = self.problems.iter().map(|problem| problem.place).max();
        let note = (self.more > 0).then(|| FileProblem {
            source: self.source.clone(),
            place: last.unwrap_or_default(),
            what: format!("and {} problems more", self.more),
            hint: None,
        });
        FileError::new(self.problems, note)
    }

    /// Tells why the graph refused something.
    pub fn refusal(&mut self, refusal: Refusal) {
        let hint = refusal.hint.or_else(|| advice(&refusal.problem));
        self.problem(refusal.place, refusal.problem.to_string(), hint);
    }

    /// Tells it, if it was refused; whether it was not.
    pub fn accepted(&mut self, result: Result<(), Refusal>) -> bool {
        result.map_err(|refusal| self.refusal(refusal)).is_ok()
    }

    /// That something else stands here than was expected.
    pub fn expected(&mut self, node: &Node, what: &str, expected: &str) {
        self.misfit(node, what, expected, None);
    }

    /// The same, with what to do.
    pub fn unfit(&mut self, node: &Node, what: &str, expected: &str, hint: &str) {
        self.misfit(node, what, expected, Some(hint.to_owned()));
    }

    fn misfit(&mut self, node: &Node, what: &str, expected: &str, hint: Option<String>) {
        let found = if node.is_empty() {
            "nothing".to_owned()
        } else {
            node.raw().to_string()
        };
        self.problem(
            node.place,
            format!("{what}: expected {expected}, found {found}"),
            hint,
        );
    }

    /// The entries of a mapping; none if nothing is written.
    pub fn map<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Entry] {
        match &node.shape {
            Shape::Map { entries, .. } => entries,
            _ if node.is_empty() => &[],
            _ => {
                self.expected(node, what, "a map");
                &[]
            }
        }
    }

    /// The items of a list; none if nothing is written.
    pub fn list<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Node] {
        match &node.shape {
            Shape::List { items, .. } => items,
            _ if node.is_empty() => &[],
            _ => {
                self.expected(node, what, "a list");
                &[]
            }
        }
    }

    /// The text of a scalar.
    pub fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.shape {
            Shape::Scalar { text, .. } if !node.is_empty() => Some(text),
            _ => {
                self.expected(node, what, "text");
                None
            }
        }
    }

    /// A value of a type.
    pub fn value(&mut self, node: &Node, what: &str, ty: Type) -> Option<Value> {
        if node.is_empty() {
            self.expected(node, what, &ty.to_string());
            return None;
        }
        match ty.read(&node.raw()) {
            Ok(value) => Some(value),
            Err(misread) => {
                let hint = advice_on(&misread.expected, &misread.found);
                self.problem(misread.place, format!("{what}: {misread}"), hint);
                None
            }
        }
    }

    /// A truth.
    pub fn bool(&mut self, node: &Node, what: &str) -> Option<bool> {
        match self.value(node, what, Type::Bool)? {
            Value::Bool(yes) => Some(yes),
            _ => None,
        }
    }

    /// A whole number between two.
    pub fn int(
        &mut self,
        node: &Node,
        what: &str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let Value::Int(n) = self.value(node, what, Type::Int)? else {
            return None;
        };
        if range.contains(&n) {
            return Some(n);
        }
        let expected = match (*range.start(), *range.end()) {
            (low, i64::MAX) => format!("a number from {low} on"),
            (low, high) => format!("a number from {low} to {high}"),
        };
        self.expected(node, what, &expected);
        None
    }

    /// A length of time.
    pub fn span(&mut self, node: &Node, what: &str) -> Option<crate::time::Span> {
        self.value(node, what, Type::Span)?
            .expose_str()?
            .parse()
            .ok()
    }

    /// That a key is not known here, with the one that was meant.
    pub fn unknown(&mut self, entry: &Entry, where_: &str, known: &[&str]) {
        let hint = nearest(&entry.key, known).map_or_else(
            || format!("keys here: {}", known.join(", ")),
            |name| format!("did you mean `{name}`?"),
        );
        let what = format!("{where_} has no key `{}`", sanitise(&entry.key));
        self.problem(entry.place, what, Some(hint));
    }
}

/// The name that was most likely meant, if one is near.
pub(super) fn nearest<'n>(typed: &str, known: &[&'n str]) -> Option<&'n str> {
    let far = |name: &str| 1 + name.chars().count().min(typed.chars().count()) / 4;
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(typed, name), *name))
        .filter(|(distance, name)| *distance <= far(name))
        .min()
        .map(|(_, name)| name)
}

/// What to do about a refusal that says nothing of it itself.
fn advice(problem: &Problem) -> Option<String> {
    match problem {
        Problem::WrongType(key, param, expected, found) => {
            advice_on(expected, found).or_else(|| foreign_value(key.kind(), param, found))
        }
        Problem::Missing(key, param) => Some(format!(
            "write `{param}: …` in {key}, or bind a value to {key}.{param}"
        )),
        _ => None,
    }
}

/// A number without its unit, and a misspelt word of a few.
fn advice_on(expected: &str, found: &str) -> Option<String> {
    let found = found.trim_matches('`');
    if expected.starts_with("duration") && found.parse::<u64>().is_ok() {
        return Some(format!("write `{found}s` for seconds, or `{found}ms`"));
    }
    if expected == "path" && found.is_empty() {
        return Some("write a path, or remove the key".into());
    }
    let words: Vec<&str> = expected.split(" | ").collect();
    let near = (words.len() > 1).then(|| nearest(found, &words))?;
    near.map(|word| format!("did you mean `{word}`?"))
}
