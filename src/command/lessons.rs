//! The lessons that are compiled in, in their order, and the story that `demo` plays.

use super::parse::Script;
use super::registry;
use crate::file::{self, Document, FileError, Step};
use crate::kind::Kinds;
use std::path::Path;

/// A lesson that is compiled in.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// What `learn` calls it.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

macro_rules! lessons {
    ($($name:literal),* $(,)?) => {
        &[$(BuiltIn {
            name: $name,
            text: include_str!(concat!("../../scenarios/lessons/", $name, ".yaml")),
        }),*]
    };
}

/// Every lesson, in the order in which they are taught.
pub const LESSONS: &[BuiltIn] = lessons![
    "first",
    "order",
    "idempotence",
    "drift",
    "notify",
    "download",
    "send",
    "password",
    "crash",
    "dry-run",
    "failure",
    "noop",
];

/// The password story: what `weft` alone opens, and `demo` plays.
pub const PASSWORD: &str = include_str!("../../scenarios/password.yaml");

/// A story that is compiled in; each can be read, which a test holds.
pub fn compiled_in(name: &str, text: &str) -> Result<Document, FileError> {
    let path = format!("{name}.yaml");
    let mut nothing = |_: &Path| Err("what is compiled in uses no file".to_owned());
    file::parse(Path::new(&path), text, &Kinds, &mut nothing)
}

/// Commands that only look, and so cost nothing.
const FREE: &[&str] = &[
    "show", "graph", "status", "pending", "save", "source", "why", "trace", "kinds", "help",
    "learn", "demo", "quit", "world", "expect",
];

/// How many commands a line gives that do more than look.
pub fn cost(line: &str) -> usize {
    let Ok(script) = Script::read(line) else {
        return 0;
    };
    let statements = (0..script.len()).filter_map(|at| line.get(script.span(at)));
    let free = |statement: &&str| {
        let word = statement.split_whitespace().next().unwrap_or_default();
        registry::find(word).is_some_and(|command| FREE.contains(&command.name))
    };
    statements.filter(|statement| !free(statement)).count()
}

/// The same of all steps.
pub fn cost_of(steps: &[Step]) -> usize {
    steps.iter().map(|step| cost(&step.text)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_is_free() {
        for (line, commands) in [
            ("add file /x; plan; apply # three", 3),
            ("status; why pw; learn hint; ?; trace full", 0),
            ("pw -> x", 1),
            ("sim run status", 1),
            ("add file /x content=<<END\nstatus\nEND\napply", 2),
            ("add \"", 0),
        ] {
            assert_eq!(cost(line), commands, "{line}");
        }
    }

    #[test]
    fn names_are_what_nothing_else_is() {
        for lesson in LESSONS {
            let words = crate::command::order::LEARN.iter();
            assert!(words.into_iter().all(|(word, _)| *word != lesson.name));
            assert!(lesson.name.parse::<usize>().is_err() && !lesson.name.contains(['/', '.']));
        }
    }
}
