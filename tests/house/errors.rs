//! Every error that the language can give stands in its snapshot: each text that code hands to an error is looked for there.

use super::scan::{Source, read, sources};
use std::ops::Range;

/// Where all errors of the language are shown.
const SHOWN: &str = "snapshots/language/errors.snap";

/// What takes the text of an error, or what is said beside it.
const TAKERS: &[&str] = &[
    "failed(",
    "with_hint(",
    "CommandError::new(",
    "wrong(",
    "open(",
    "expected(",
    "hint(",
    "or_hint(",
    "missing(",
    "let what =",
    "let hint =",
    "let expected =",
];

/// Texts that no test can bring about, each with why.
const UNREACHED: &[(&str, &str)] = &[
    (
        "`{}` cannot be read",
        "the table of commands and what is made of it disagree",
    ),
    (
        "`{other}` is no question",
        "an order that is none is done elsewhere",
    ),
    ("the graph was refused", "without a reason"),
    ("there is no free session name", "there are 2^32"),
    (
        "no graph called `{graph}` has state to take over",
        "--adopt on a real machine, as in tests/cli",
    ),
    (
        "`weft state` lists what there is",
        "--adopt on a real machine, as in tests/cli",
    ),
    (
        "several graphs called `{graph}` have state: {}",
        "--adopt on a real machine that has the state of several",
    ),
    (
        "`weft state drop NAME` removes one",
        "--adopt on a real machine that has the state of several",
    ),
    (
        "interrupted while it was planned: nothing was changed",
        "a person interrupts it on a real machine, as one does in tests/repl",
    ),
];

/// Whether errors of the language are made in this file.
fn speaks(source: &Source) -> bool {
    let own = source.path.starts_with("src/command/") && !source.test_file;
    let other = ["draw.rs", "help.rs", "json.rs", "written.rs"];
    own && !other.iter().any(|name| source.path.ends_with(name))
        || source.path == "src/graph/refusal.rs"
}

/// The parts of code that make an error: what is in the brackets of a taker, or the statement that begins so.
fn made(source: &Source) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for taker in TAKERS {
        for (at, _) in source.code.match_indices(taker) {
            let whole = !source.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let end = match taker.strip_suffix('(') {
                Some(_) => closing(&source.code, at + taker.len()),
                None => statement(&source.code, at),
            };
            if whole && !source.is_test(at) {
                found.push(at..end);
            }
        }
    }
    if source.path == "src/graph/refusal.rs" {
        found.push(0..source.code.len());
    }
    found
}

/// Where the bracket closes that is open here.
fn closing(code: &str, from: usize) -> usize {
    let mut depth = 1usize;
    for (at, c) in code[from..].char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return from + at;
        }
    }
    code.len()
}

/// Where the statement ends that begins here.
fn statement(code: &str, from: usize) -> usize {
    let mut depth = 0i32;
    for (at, c) in code[from..].char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ';' if depth == 0 => return from + at,
            _ => {}
        }
    }
    code.len()
}

/// A text's fixed parts, in order: what stands between its `{…}`.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = plain(text)
        .chars()
        .collect::<Vec<_>>()
        .into_iter()
        .peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' if chars.peek() == Some(&'{') => parts
                .last_mut()
                .expect("one")
                .push(chars.next().expect("a bracket")),
            '}' if chars.peek() == Some(&'}') => parts
                .last_mut()
                .expect("one")
                .push(chars.next().expect("a bracket")),
            '{' => {
                chars.by_ref().find(|c| *c == '}');
                parts.push(String::new());
            }
            c => parts.last_mut().expect("one").push(c),
        }
    }
    parts
}

/// A literal's text: its escapes resolved, its lines joined.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('\n')) => while chars.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some('n')) => {
                chars.next();
                out.push('\n');
            }
            ('\\', Some(_)) => out.extend(chars.next()),
            (c, _) => out.push(c),
        }
    }
    out
}

/// Whether all parts stand in a line, in order; of a text of several lines the first.
fn stands(parts: &[String], shown: &str) -> bool {
    shown.lines().any(|line| {
        let mut rest = line;
        parts.iter().all(|part| {
            let part = part.lines().next().unwrap_or_default();
            rest.find(part)
                .map(|at| rest = &rest[at + part.len()..])
                .is_some()
        })
    })
}

#[test]
fn every_error_of_the_language_is_shown() {
    let shown = read(SHOWN);
    let mut texts = 0;
    let mut missing = Vec::new();
    for source in sources().into_iter().filter(speaks) {
        let made = made(&source);
        let strings = source
            .strings
            .iter()
            .filter(|string| made.iter().any(|m| m.contains(&string.start)));
        for string in strings {
            let text = &source.text[string.clone()];
            let words = parts(text).concat().split_whitespace().count();
            let known = UNREACHED.iter().any(|(known, _)| *known == text);
            if words < 2 || known {
                continue;
            }
            texts += 1;
            if !stands(&parts(text), &shown) {
                missing.push(format!(
                    "{}:{}: {text}",
                    source.path,
                    source.line(string.start)
                ));
            }
        }
    }
    println!("{texts} texts of errors, {} missing", missing.len());
    assert!(texts > 100, "the texts of errors are not where they were");
    assert!(
        missing.is_empty(),
        "not in {SHOWN}:\n{}",
        missing.join("\n")
    );
}

#[test]
fn a_text_is_found_by_its_parts() {
    assert_eq!(
        parts("a `{x}` of \\\"{}\\\" {{b}}"),
        ["a `", "` of \"", "\" {b}"]
    );
    let shown = "error: a `file` of \"it\" {b}\n";
    assert!(stands(&parts("a `{x}` of \\\"{}\\\" {{b}}"), shown));
    assert!(!stands(&parts("a `{x}` in {}"), shown));
}
