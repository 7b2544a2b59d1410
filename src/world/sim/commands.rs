//! What commands answer: what the story says, else what the built-in ones do, else an error that shows what to add.

use super::builtin;
use super::machine::Machine;
use super::spec::Answer;
use crate::time::Time;
use crate::value::sanitise;
use crate::world::{Account, Command, Fault};
use std::collections::BTreeMap;

/// A command that ran.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ran {
    /// When it began.
    pub at: Time,
    /// Its words.
    pub argv: Vec<String>,
    /// As whom.
    pub user: String,
    /// Its exit status; `None` if it was ended before its time.
    pub status: Option<i32>,
    /// Whether it was only asked, as a guard.
    pub asked: bool,
}

/// The answers of a story, and how many of them were given.
#[derive(Clone, Debug)]
pub(super) struct Commands {
    table: BTreeMap<String, Vec<Answer>>,
    given: BTreeMap<String, usize>,
}

impl Commands {
    /// These answers, none given yet.
    pub fn new(table: BTreeMap<String, Vec<Answer>>) -> Commands {
        Commands {
            table,
            given: BTreeMap::new(),
        }
    }

    /// Replaces the answers to a pattern.
    pub fn put(&mut self, pattern: String, answers: Vec<Answer>) {
        self.given.remove(&pattern);
        self.table.insert(pattern, answers);
    }

    /// The answers that are left, the last one for ever.
    pub fn left(&self) -> BTreeMap<String, Vec<Answer>> {
        let left = |pattern: &String, all: &Vec<Answer>| {
            let given = self.given.get(pattern).copied().unwrap_or(0);
            all[given.min(all.len().saturating_sub(1))..].to_vec()
        };
        self.table
            .iter()
            .map(|(pattern, all)| (pattern.clone(), left(pattern, all)))
            .collect()
    }

    /// The next answer to one of these lines: an exact one first, else that of the longest pattern that fits.
    fn next(&mut self, lines: &[String]) -> Option<Answer> {
        let exact = lines.iter().find(|line| self.table.contains_key(*line));
        let fits = |pattern: &&String| lines.iter().any(|line| glob(pattern, line));
        let pattern = match exact {
            Some(line) => line.clone(),
            None => self
                .table
                .keys()
                .filter(fits)
                .max_by_key(|p| p.len())?
                .clone(),
        };
        let answers = self.table.get(&pattern)?;
        let given = self.given.entry(pattern).or_insert(0);
        let answer = answers.get(*given).or(answers.last()).cloned();
        *given += 1;
        Some(answer.unwrap_or_default())
    }
}

/// What a command will do, found without doing it.
pub(super) fn answer(
    machine: &mut Machine,
    command: &Command,
    written: &[String],
    who: &Account,
) -> Result<Answer, Fault> {
    let mut lines = lines(written);
    if written != command.argv {
        lines.extend(self::lines(&command.argv));
    }
    if let Some(answer) = machine.commands.next(&lines) {
        return Ok(answer);
    }
    match builtin::answer(machine, command, who) {
        Some(answer) => Ok(answer),
        None => Err(Fault::Command(no_answer(lines.first()))),
    }
}

/// What is missing, and below it the lines of YAML that give it, to be copied as they are.
fn no_answer(line: Option<&String>) -> String {
    let line = line.map_or("", String::as_str);
    format!(
        "no answer for `{}`: add one to the story\nworld:\n  commands:\n    {}: {{status: 0}}",
        sanitise(line),
        in_quotes(line)
    )
}

/// A text in YAML's double quotes, in one line.
fn in_quotes(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out + "\""
}

/// How a story may write this command: as a shell would take it, with its words as they are, or only the shell's
/// script. The first one is what an error suggests.
fn lines(argv: &[String]) -> Vec<String> {
    let mut lines = vec![shell_words::join(argv), argv.join(" ")];
    if let Some(script) = script(argv) {
        lines.insert(0, script.to_owned());
    }
    lines
}

/// The script, where the words are `sh -c SCRIPT`.
pub(super) fn script(argv: &[String]) -> Option<&str> {
    match argv {
        [shell, flag, script] if flag == "-c" && shell.rsplit('/').next() == Some("sh") => {
            Some(script)
        }
        _ => None,
    }
}

/// Whether `text` fits a pattern in which `*` stands for anything.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(head) else {
        return false;
    };
    let starts = text.char_indices().map(|(i, _)| i).chain([text.len()]);
    starts.into_iter().any(|i| glob(rest, &text[i..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "abcd", false),
            ("*.conf -t *", "x.conf -t y", true),
            ("abc", "abc", true),
            ("é*", "éa", true),
            ("a*b*c", "axxbyyc", true),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn the_longest_pattern_answers_and_its_last_answer_stays() {
        let status = |status| Answer {
            status,
            ..Answer::default()
        };
        let mut commands = Commands::new(BTreeMap::from([
            ("nginx *".to_owned(), vec![status(1)]),
            ("nginx -t*".to_owned(), vec![status(2), status(3)]),
            ("nginx -t".to_owned(), vec![status(4)]),
        ]));
        let mut run = |line: &str| {
            commands
                .next(&[line.to_owned()])
                .map(|answer| answer.status)
        };
        assert_eq!(run("nginx -v"), Some(1));
        assert_eq!(run("nginx -t"), Some(4));
        let runs = [run("nginx -t x"), run("nginx -t y"), run("nginx -t z")];
        assert_eq!(runs, [Some(2), Some(3), Some(3)]);
        assert_eq!(run("apache"), None);
    }
}
