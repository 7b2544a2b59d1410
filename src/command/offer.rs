//! The candidates for what is wanted at a position.

use super::complete::{Candidate, Context, Goal, Position};
use super::lessons::LESSONS;
use super::order::LEARN;
use super::refs::{Scope, Wants, resolve};
use super::registry::{COMMANDS, Command, SIMS, Slot};
use super::verbs::EVENTS;
use super::words::{Part, Piece, Token, What};
use crate::graph::Key;
use crate::graph::refs::ref_text;
use crate::value::{Field, Schema, Type, quote};
use std::collections::BTreeSet;

/// What can be expected of a reference: a status, or how often.
const OF_REF: &[&str] = &[
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
    "retried",
    "notified",
    "noticed",
    "repaired",
    "sent",
    "received",
    "dropped",
    "before",
    "gone",
];

/// What may be followed by a number: how often.
const COUNTED: &[&str] = &[
    "ran",
    "changed",
    "refreshed",
    "failed",
    "retried",
    "blocked",
    "notified",
    "noticed",
    "repaired",
    "sent",
    "received",
    "dropped",
];

/// What can be expected of a path.
const OF_PATH: &[&str] = &["absent", "mode", "has"];

/// What begins an expectation about no resource.
const OF_ALL: &[&str] = &[
    "pending", "changes", "plans", "outside", "left", "exit", "error", "not",
];

/// Collects candidates that go on from what is typed.
pub(super) struct Offers<'a> {
    pub(super) ctx: &'a Context<'a>,
    pub(super) scope: &'a Scope<'a>,
    pub(super) at: &'a Position<'a>,
    found: Vec<Candidate>,
    /// The texts of what was found.
    texts: BTreeSet<Text>,
    /// So many are enough.
    most: usize,
    pub(super) start: usize,
}

/// The text of a candidate, told apart from others by comparing; tests count how often.
#[derive(PartialEq, Eq)]
struct Text(String);

impl Ord for Text {
    fn cmp(&self, other: &Text) -> std::cmp::Ordering {
        #[cfg(test)]
        tests::COMPARED.set(tests::COMPARED.get() + 1);
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Text) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
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
            texts: BTreeSet::new(),
            most: usize::MAX,
            start: at.start,
        }
    }

    /// All of them, and where they begin.
    pub(super) fn all(self) -> (usize, Vec<Candidate>) {
        self.first(usize::MAX)
    }

    /// The first of them; what comes behind them is not looked for.
    pub(super) fn first(mut self, most: usize) -> (usize, Vec<Candidate>) {
        self.most = most;
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
            Slot::Path => self.files(),
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
            Slot::Lesson => self.lessons(),
            Slot::Point => {
                self.word("record", "before a record is durable");
                self.refs();
            }
            Slot::Name | Slot::Text | Slot::Command | Slot::Bits => {}
            Slot::Span | Slot::Number | Slot::Count | Slot::Page => {}
        }
    }

    pub(super) fn put(&mut self, text: String, about: impl Into<String>) {
        if !self.is_full() && self.texts.insert(Text(text.clone())) {
            self.found.push(Candidate {
                shows: crate::value::sanitise(&text),
                text,
                about: about.into(),
            });
        }
    }

    /// Whether there are as many as are wanted.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= self.most
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

    fn lessons(&mut self) {
        for (word, _) in LEARN {
            self.word(word, "of the lesson that is on");
        }
        for lesson in LESSONS {
            self.word(lesson.name, "a lesson");
        }
        self.files();
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

    /// Files that a command reads or writes; what `sim` speaks of are those of the machine.
    fn files(&mut self) {
        let command = self.at.before.first().and_then(first_text);
        let files = match command {
            Some("sim") => self.ctx.paths,
            _ => self.ctx.files,
        };
        self.paths_of(files, self.at.typed);
    }

    /// Paths in the world that is acted on.
    pub(super) fn paths(&mut self, typed: &str) {
        self.paths_of(self.ctx.paths, typed);
    }

    fn paths_of(&mut self, paths: &dyn Fn(&str) -> Vec<String>, typed: &str) {
        let plain = typed.trim_start_matches(['"', '\'']);
        for path in paths(plain) {
            if path.starts_with(plain) {
                self.put(quote(&path), "");
            }
        }
    }

    /// The vertices that are meant by what is typed: their reference, name or last path part begins so.
    pub(super) fn meant(&self) -> impl Iterator<Item = &'a Key> + use<'a> {
        let typed = self.at.typed;
        let plain = typed.trim_start_matches(['"', '\'']);
        let given: Vec<Key> = self.given();
        let begins = move |key: &&Key| {
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
        keys.filter(move |key| !given.contains(key))
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
            if self.is_full() {
                return;
            }
            let about = self.scope.schema(key).map_or("", |schema| schema.about);
            self.put(ref_text(key), about);
        }
    }

    fn expect(&mut self) {
        // Behind `not` anything can be expected again.
        let not = |token: &&Token| first_text(token) == Some("not");
        let nots = self.at.before.iter().skip(1).take_while(not).count();
        let begin = self.at.before.get(nots..).unwrap_or_default();
        let words: Vec<&str> = begin
            .iter()
            .map(|token| first_text(token).unwrap_or_default())
            .collect();
        match words.as_slice() {
            [_] => {
                self.words(OF_ALL);
                self.refs();
                if self.at.typed.starts_with('/') {
                    self.paths(self.at.typed);
                }
            }
            [_, first] if !OF_ALL.contains(first) => self.expect_of(first, &begin[1]),
            [_, _, word] if COUNTED.contains(word) => self.word("never", "not once"),
            [_, _, "before"] => self.refs(),
            [_, _, _] if matches!(begin[2].what, What::Arrow(_)) => {
                match self.field_at(&begin[1]) {
                    true => self.bound(),
                    false => self.refs(),
                }
            }
            _ => {}
        }
    }

    /// Whether a word names a field.
    fn field_at(&self, token: &Token) -> bool {
        let named = |wants| resolve("", self.scope, parts(token), wants).ok();
        let field = named(Wants::Param).or(named(Wants::Sent));
        field.is_some_and(|found| found.path.is_some())
    }

    /// What can be expected of a reference, of a path, or of what is both.
    fn expect_of(&mut self, first: &str, token: &Token) {
        let is_path = first.starts_with('/');
        let vertex = resolve("", self.scope, parts(token), Wants::Vertex).ok();
        if self.field_at(token) {
            self.word("=", "what it holds");
            return self.word("->", "the value flows");
        }
        if is_path {
            self.words(OF_PATH);
        }
        if !is_path || vertex.is_some() {
            self.words(OF_REF);
            self.arrows();
        }
    }
}

/// The parts of a word; none if it is no word.
fn parts(token: &Token) -> &[Part] {
    match &token.what {
        What::Word(parts) => parts,
        _ => &[],
    }
}

/// The plain or quoted text that a word begins with.
fn first_text(token: &Token) -> Option<&str> {
    match &token.what {
        What::Word(parts) => match &parts.first()?.what {
            Piece::Bare(text) | Piece::Quoted(text) => Some(text),
            _ => Some(""),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::command::{Context, complete, hint};
    use crate::graph::{Catalog, Draft, Graph, Key};
    use crate::kind::Kinds;
    use crate::value::{Place, Schema};
    use std::cell::Cell;

    std::thread_local! {
        /// How often two texts were compared.
        pub(super) static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    /// The kinds, and how often one was asked for.
    #[derive(Default)]
    struct Counted(Cell<usize>);

    impl Catalog for Counted {
        fn schema(&self, kind: &str) -> Option<&'static Schema> {
            self.0.set(self.0.get() + 1);
            Kinds.schema(kind)
        }
        fn kinds(&self) -> Vec<&'static str> {
            Kinds.kinds()
        }
        fn validate(
            &self,
            key: &Key,
            params: &crate::graph::Params,
            received: &[crate::graph::FieldPath],
        ) -> Result<(), String> {
            Kinds.validate(key, params, received)
        }
        fn owns(&self, key: &Key, params: &crate::graph::Params) -> Vec<String> {
            Kinds.owns(key, params)
        }
    }

    fn graph(vertices: usize) -> Graph {
        let mut draft = Draft::new("large");
        for n in 0..vertices {
            let key = Key::new("password", format!("vertex{n}"));
            draft.add(&Kinds, key, Place::default()).expect("a vertex");
        }
        draft.finish(&Kinds).expect("a graph")
    }

    /// How many texts were compared, and how many kinds asked for, while something was looked for in so many vertices.
    fn work(vertices: usize, looks: impl Fn(&Context)) -> (usize, usize) {
        let (graph, catalog) = (graph(vertices), Counted::default());
        COMPARED.set(0);
        looks(&Context {
            graph: &graph,
            catalog: &catalog,
            files: &|_| Vec::new(),
            paths: &|_| Vec::new(),
        });
        (COMPARED.get(), catalog.0.get())
    }

    #[test]
    fn twice_the_vertices_are_twice_the_work() {
        let all = |vertices: usize| {
            work(vertices, |context| {
                let (_, found) = complete("set ver", 7, context);
                assert_eq!(found.len(), vertices);
            })
        };
        let ((few, asked), (many, asked_more)) = (all(1000), all(2000));
        assert!(few >= 1000 && many < few * 5 / 2, "{few}, then {many}");
        assert!(
            asked >= 1000 && asked_more <= asked * 2,
            "{asked}, then {asked_more}"
        );
    }

    #[test]
    fn two_candidates_are_enough_to_know_that_there_is_no_hint() {
        for line in ["set ver", "ver", "bind ver", "password[vertex0] -> ver"] {
            let hint = |vertices| work(vertices, |context| assert_eq!(hint(line, context), None));
            assert_eq!(hint(1000), hint(50), "{line}");
        }
        work(1000, |context| {
            assert_eq!(hint("set vertex999", context), None);
            assert_eq!(hint("set password[vertex99", context), None);
            assert_eq!(
                hint("set password[vertex999", context).as_deref(),
                Some("]")
            );
        });
    }
}
