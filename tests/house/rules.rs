//! Each rule of the model is carried by a test or a story that says so, and the engine's docs restate those that it keeps.
//!
//! A test carries a rule by its name (`n3_…`), by `rule N3` or `rules N1, N3` in its doc, or in what it holds; a story by the same
//! words in its `about:`.

use super::scan::{Source, files, read, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Rules by letter: how many there are. Those of the journal that nothing on the host keeps yet may be named, and need no test.
const RULES: &[(char, &[u8])] = &[
    ('W', &[1, 2, 3, 4]),
    ('O', &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ('C', &[1, 2, 3, 4]),
    ('N', &[1, 2, 3, 4, 5, 6, 7, 8]),
    ('V', &[1, 2, 3, 4, 5, 6, 7, 8]),
    ('L', &[1, 2, 3, 4, 5, 6]),
    ('M', &[1, 2, 3]),
    ('G', &[1, 2]),
    ('E', &[1, 2]),
    ('P', &[1, 2, 4, 7]),
];
const LATER: &[&str] = &["P3", "P5", "P6", "G3"];

/// What the engine keeps, and so restates: all of these letters, and of L those that are not the driver's.
const ENGINE: &str = "OCNVLMGE";
const NOT_THE_ENGINES: &[&str] = &["V1", "L1", "L3", "L6"];

fn required() -> BTreeSet<String> {
    let of = |(letter, numbers): &(char, &'static [u8])| {
        let letter = *letter;
        numbers
            .iter()
            .map(move |number| format!("{letter}{number}"))
    };
    RULES.iter().flat_map(of).collect()
}

#[test]
fn every_rule_is_carried_by_a_test_or_a_story() {
    let mut carried: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources()
        .iter()
        .filter(|s| !s.path.starts_with("tests/house"))
    {
        for (test, text) in tests(source) {
            let by_name = test
                .split('_')
                .map(str::to_uppercase)
                .filter(|word| is_number(word));
            for rule in mentions(&text).into_iter().chain(by_name) {
                carried
                    .entry(rule)
                    .or_default()
                    .push(format!("{}: {test}", source.path));
            }
        }
    }
    for story in files("scenarios", &[".yaml"]) {
        for rule in mentions(&about(&read(&story))) {
            carried.entry(rule).or_default().push(story.clone());
        }
    }
    let missing: Vec<String> = required()
        .into_iter()
        .filter(|rule| !carried.contains_key(rule))
        .collect();
    for (rule, by) in &carried {
        println!("{rule:>4}  {:>3}  {}", by.len(), by[0]);
    }
    println!("{} missing", missing.len());
    assert!(missing.is_empty(), "no test carries {}", missing.join(" "));
}

#[test]
fn no_rule_is_unknown() {
    let known: BTreeSet<String> = required()
        .into_iter()
        .chain(LATER.iter().map(|rule| (*rule).to_owned()))
        .collect();
    let mut wrong = Vec::new();
    let rust = sources()
        .into_iter()
        .map(|source| (source.path, source.text));
    let stories = files("scenarios", &[".yaml"]);
    let stories = stories.into_iter().map(|path| (path.clone(), read(&path)));
    for (path, text) in rust
        .chain(stories)
        .filter(|(path, _)| !path.starts_with("tests/house"))
    {
        let unknown = mentions(&text)
            .into_iter()
            .filter(|rule| !known.contains(rule));
        wrong.extend(unknown.map(|rule| format!("{path}: {rule}")));
    }
    assert!(
        wrong.is_empty(),
        "rules that the model does not have:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_engines_docs_restate_its_rules() {
    let mut restated = BTreeSet::new();
    for path in files("src/engine", &[".rs"]) {
        for line in read(&path)
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
        {
            // One bullet may restate a second rule behind a semicolon: `; L5: …`.
            let heads = line
                .split("; ")
                .enumerate()
                .filter_map(|(i, part)| match i {
                    0 => part.strip_prefix("- ")?.split(' ').next(),
                    _ => part.split_once(':').map(|(head, _)| head),
                });
            restated.extend(heads.filter(|head| is_number(head)).map(str::to_owned));
        }
    }
    let missing: Vec<String> = required()
        .into_iter()
        .filter(|rule| ENGINE.contains(&rule[..1]) && !NOT_THE_ENGINES.contains(&&**rule))
        .filter(|rule| !restated.contains(rule))
        .collect();
    println!("{} restated, {} missing", restated.len(), missing.len());
    assert!(
        missing.is_empty(),
        "the engine's docs do not restate {}",
        missing.join(" ")
    );
}

/// Every test of a file: its name, and its text with the doc before it.
fn tests(source: &Source) -> Vec<(String, String)> {
    let all = source.functions().into_iter().filter_map(|function| {
        let before = &source.text[..function.span.start];
        let mut head: Vec<&str> = Vec::new();
        for line in before
            .lines()
            .rev()
            .skip_while(|line| line.trim().is_empty())
        {
            let line = line.trim();
            if !(line.starts_with("///") || line.starts_with("#[")) {
                break;
            }
            head.push(line);
        }
        let is_test = head.iter().any(|line| line.starts_with("#[test]"));
        let text = || {
            format!(
                "{}\n{}",
                head.join("\n"),
                &source.text[function.span.clone()]
            )
        };
        is_test.then(|| (function.name.clone(), text()))
    });
    all.collect()
}

/// What a story says of itself: the value of `about:` with its further lines.
fn about(text: &str) -> String {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("about:"));
    let first = lines.next().unwrap_or_default();
    let more = lines.take_while(|line| line.starts_with(' ') || line.is_empty());
    std::iter::once(first)
        .chain(more)
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_number(word: &str) -> bool {
    let mut chars = word.chars();
    let letter = chars.next().is_some_and(|c| "WOCNVLMGEP".contains(c));
    letter && chars.next().is_some_and(|c| c.is_ascii_digit()) && chars.next().is_none()
}

/// The rules that stand behind the word `rule` or `rules`: `rules N1, N3 to N5 and V8`.
fn mentions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lower = text.to_ascii_lowercase();
    for (at, _) in lower.match_indices("rule") {
        let rest = text[at + 4..].trim_start_matches('s');
        let mut range = false;
        for word in rest
            .split_whitespace()
            .filter(|word| !word.starts_with("//"))
        {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            match bare {
                "and" | "or" => {}
                "to" => range = true,
                bare if is_number(bare) => {
                    found.extend(
                        std::mem::take(&mut range)
                            .then(|| between(found.last(), bare))
                            .into_iter()
                            .flatten(),
                    );
                    found.push(bare.to_owned());
                }
                _ => break,
            }
            if word.ends_with(['.', ':', ';', ')']) {
                break;
            }
        }
    }
    found
}

/// The rules between two of one letter.
fn between(first: Option<&String>, last: &str) -> Vec<String> {
    let Some(first) = first.filter(|first| first[..1] == last[..1]) else {
        return Vec::new();
    };
    let number = |rule: &str| rule[1..].parse::<u8>().unwrap_or(0);
    let between = number(first) + 1..number(last);
    between
        .map(|number| format!("{}{number}", &last[..1]))
        .collect()
}

#[test]
fn rules_are_found_where_they_are_named() {
    let text = "as rules N1, N3 to N5 and V8 say (rule C4).";
    assert_eq!(mentions(text), ["N1", "N3", "N4", "N5", "V8", "C4"]);
    assert!(mentions("overrules N1 is no rule: P1").contains(&"N1".to_owned()));
    assert_eq!(
        about("weft: 1\nabout: one\n  rule N3\nseed: 1 # rule V1"),
        "about: one   rule N3"
    );
}
