//! Each rule of the model is carried by a test or a story that says so, and the engine's docs restate those that it keeps.
//!
//! A test carries a rule by its name (`n3_…`), by `rule N3` or `rules N1, N3` in its doc, or in what it holds; a story by the same
//! words in its `about:`.

use super::scan::{Source, files, read, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Rules by letter: which there are. What comes with kinds that are not there yet may be named, and needs no test.
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
    ('P', &[1, 2, 3, 4, 5, 6, 7]),
];
const LATER: &[&str] = &["G3"];

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
    let carried = carried(&sources(), &stories());
    for (rule, by) in &carried {
        println!("{rule:>4}  {:>3}  {}", by.len(), by[0]);
    }
    let missing: Vec<String> = not_in(&carried);
    println!("{} missing", missing.len());
    assert!(missing.is_empty(), "no test carries {}", missing.join(" "));
}

/// Stories, by path.
fn stories() -> Vec<(String, String)> {
    let paths = files("scenarios", &[".yaml"]).into_iter();
    paths.map(|path| (path.clone(), read(&path))).collect()
}

fn not_in(carried: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let required = required().into_iter();
    required
        .filter(|rule| !carried.contains_key(rule))
        .collect()
}

/// Who carries each rule.
fn carried(sources: &[Source], stories: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut carried: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources
        .iter()
        .filter(|s| !s.path.starts_with("tests/house"))
    {
        for (test, text) in tests(source) {
            let by_name = test.split('_').map(str::to_uppercase);
            let by_name = by_name.filter(|word| is_number(word));
            for rule in mentions(&text).into_iter().chain(by_name) {
                let by = format!("{}: {test}", source.path);
                carried.entry(rule).or_default().push(by);
            }
        }
    }
    for (path, text) in stories {
        for rule in mentions(&about(text)) {
            carried.entry(rule).or_default().push(path.clone());
        }
    }
    carried
}

#[test]
fn a_rule_that_nobody_carries_is_found() {
    let of = |path: &str, text: &str| {
        let carried = carried(&Source::planted(path, text), &[]);
        carried.into_keys().collect::<Vec<_>>()
    };
    let all = required().len();
    assert_eq!(not_in(&carried(&[], &[])).len(), all);
    assert_eq!(
        of("tests/a.rs", "#[test]\nfn n3_o1_works() {}"),
        ["N3", "O1"]
    );
    assert_eq!(
        of("tests/a.rs", "/// As rule V3 says.\n#[test]\nfn works() {}"),
        ["V3"]
    );
    assert_eq!(
        of("src/a.rs", "#[test]\nfn works() { /* rules N1 to N3 */ }"),
        ["N1", "N2", "N3"]
    );
    for (path, text) in [
        ("src/a.rs", "/// Rule N3.\nfn n3_helps() {}"),
        ("tests/a.rs", "fn n3_helps() {}\n// rule V3"),
        (
            "tests/house/a.rs",
            "/// Rule N3.\n#[test]\nfn n3_is_a_law() {}",
        ),
        (
            "tests/a.rs",
            "/// It is N3 that is meant.\n#[test]\nfn works() {}",
        ),
    ] {
        assert_eq!(of(path, text), Vec::<String>::new(), "{text}");
    }
    let told = [(
        "a.yaml".to_owned(),
        "about: shows rule L5\nsteps: [apply] # rule L6\n".to_owned(),
    )];
    assert_eq!(carried(&[], &told).into_keys().collect::<Vec<_>>(), ["L5"]);
}

#[test]
fn no_rule_is_unknown() {
    let rust = sources().into_iter();
    let rust = rust
        .map(|source| (source.path, source.text))
        .chain(stories());
    let rust = rust.filter(|(path, _)| !path.starts_with("tests/house"));
    let wrong: Vec<String> = rust
        .flat_map(|(path, text)| {
            unknown(&text)
                .into_iter()
                .map(move |rule| format!("{path}: {rule}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "rules that the model does not have:\n{}",
        wrong.join("\n")
    );
}

/// Rules that a text names, and the model does not have.
fn unknown(text: &str) -> Vec<String> {
    let known = |rule: &String| required().contains(rule) || LATER.contains(&rule.as_str());
    mentions(text)
        .into_iter()
        .filter(|rule| !known(rule))
        .collect()
}

#[test]
fn a_rule_that_is_unknown_is_found() {
    assert_eq!(
        unknown("rule N9, rules V3 and W5 and E12."),
        ["N9", "W5", "E12"]
    );
    assert_eq!(
        unknown("rules N1 to N8, rule G3; overrule nobody"),
        Vec::<String>::new()
    );
}

#[test]
fn the_engines_docs_restate_its_rules() {
    let paths = files("src/engine", &[".rs"]).into_iter();
    let restated = restated(&paths.map(|path| read(&path)).collect::<Vec<_>>());
    let missing = not_restated(&restated);
    println!("{} restated, {} missing", restated.len(), missing.len());
    assert!(
        missing.is_empty(),
        "the engine's docs do not restate {}",
        missing.join(" ")
    );
}

fn not_restated(restated: &BTreeSet<String>) -> Vec<String> {
    let own = required().into_iter();
    let own = own.filter(|rule| ENGINE.contains(&rule[..1]) && !NOT_THE_ENGINES.contains(&&**rule));
    own.filter(|rule| !restated.contains(rule)).collect()
}

/// The rules that these files' own docs say in their words.
fn restated(texts: &[String]) -> BTreeSet<String> {
    let lines = texts.iter().flat_map(|text| text.lines());
    let docs = lines.filter_map(|line| line.strip_prefix("//! "));
    // One bullet may restate a second rule behind a semicolon: `; L5: …`.
    let heads = docs.flat_map(|line| {
        let parts = line.split("; ").enumerate();
        parts.filter_map(|(i, part)| match i {
            0 => part.strip_prefix("- ")?.split(' ').next(),
            _ => part.split_once(':').map(|(head, _)| head),
        })
    });
    heads
        .filter(|head| is_number(head))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_rule_that_the_engine_does_not_restate_is_found() {
    let text =
        "//! - N3 It hears.\n//! - V5 Waits; L5: or is held.\n// - N4 no doc\n//! as N6 says\n";
    let restated = restated(&[text.to_owned()]);
    assert_eq!(restated.iter().collect::<Vec<_>>(), ["L5", "N3", "V5"]);
    let missing = not_restated(&restated);
    assert!(missing.contains(&"N4".to_owned()) && !missing.contains(&"N3".to_owned()));
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
    let digits = chars.as_str();
    letter && (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
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
