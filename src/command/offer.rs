//! The candidates for what is wanted at a position.

use super::complete::{Candidate, Context, Goal, Position};
use super::lessons::LESSONS;
use super::offer_expect::first_text;
use super::order::LEARN;
use super::refs::{Scope, Wants, resolve};
use super::registry::{COMMANDS, Command, SIMS, Slot};
use super::verbs::EVENTS;
use super::words::{Part, Piece, What};
use crate::graph::Key;
use crate::graph::refs::ref_text;
use crate::value::{Field, Schema, Type, quote};
use std::collections::BTreeSet;

/// The kind whose vertices are called by a unit.
const UNITS: &str = "svc";

/// What the arrow behind a field does.
pub(super) const CARRIES: &str = "carries the value to";

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
            Slot::NewRef => {
                self.kinds();
                self.new_unit();
            }
            Slot::Kind => self.kinds(),
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

    pub(super) fn words(&mut self, words: &[&str]) {
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

    pub(super) fn arrows(&mut self) {
        if !self.at.typed.is_empty() {
            return;
        }
        if self.first_sent().is_some() {
            return self.put("->".to_owned(), CARRIES);
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
        if owner.is_some_and(|key| key.kind() == UNITS) {
            self.units(self.at.typed, quote);
        }
    }

    /// A new vertex of a unit, with the name in brackets.
    fn new_unit(&mut self) {
        let open = self.at.typed.strip_prefix(UNITS);
        if let Some(typed) = open.and_then(|rest| rest.strip_prefix('[')) {
            self.units(typed, |name| ref_text(&Key::new(UNITS, name)));
        }
    }

    /// Units in the world that is acted on, as they are called here: a service without its suffix.
    fn units(&mut self, typed: &str, text: impl Fn(&str) -> String) {
        let plain = typed.trim_start_matches(['"', '\'']);
        for unit in (self.ctx.units)() {
            let name = match unit.strip_suffix(".service") {
                Some(name) if !unit.starts_with(plain) || name.starts_with(plain) => name,
                _ => &unit,
            };
            if name.starts_with(plain) {
                self.put(text(name), "");
            }
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

    pub(super) fn refs(&mut self) {
        for key in self.meant() {
            if self.is_full() {
                return;
            }
            let about = self.scope.schema(key).map_or("", |schema| schema.about);
            self.put(ref_text(key), about);
        }
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
            units: &Vec::new,
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
