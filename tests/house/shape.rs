//! How long functions and files are, which words nobody writes, and that nothing panics.

use super::scan::{Source, sources, words};

/// No function is longer than this.
const LONGEST: usize = 70;
/// A file of more lines, tests not counted, holds more than one concern.
const FILE: usize = 400;

#[test]
fn no_function_is_too_long() {
    let sources = sources();
    let mut long = Vec::new();
    for (whose, tests) in [("code", false), ("tests", true)] {
        let mut lengths = Vec::new();
        for source in &sources {
            for function in source.functions() {
                if source.is_test(function.span.start) != tests {
                    continue;
                }
                lengths.push(function.lines);
                if function.lines > LONGEST {
                    let (line, lines) = (source.line(function.span.start), function.lines);
                    long.push(format!(
                        "{}:{line}: `{}` has {lines} lines",
                        source.path, function.name
                    ));
                }
            }
        }
        print_lengths(whose, lengths);
    }
    assert!(
        long.is_empty(),
        "over {LONGEST} lines:\n{}",
        long.join("\n")
    );
}

fn print_lengths(whose: &str, mut lengths: Vec<usize>) {
    lengths.sort_unstable();
    let at = |share: usize| {
        lengths
            .get(lengths.len() * share / 100)
            .copied()
            .unwrap_or(0)
    };
    let over = lengths.iter().filter(|lines| **lines > LONGEST).count();
    println!(
        "{whose}: {} functions, median {} lines, 95th percentile {}, {over} over {LONGEST} (wanted: 8, 45, 0)",
        lengths.len(),
        at(50),
        at(95),
    );
}

#[test]
fn files_are_split_by_concern() {
    let sources = sources();
    let own = sources
        .iter()
        .filter(|s| s.path.starts_with("src/") && !s.test_file);
    let (mut docs, mut comments, mut lines) = (0, 0, 0);
    let mut long = Vec::new();
    for source in own {
        let before = source.lines_before_tests();
        if before > FILE {
            long.push(format!("{}: {before} lines", source.path));
        }
        for line in source.text.lines().map(str::trim_start).take(before) {
            lines += 1;
            docs += usize::from(line.starts_with("///") || line.starts_with("//!"));
            comments += usize::from(line.starts_with("//"));
        }
    }
    let share = |n: usize| 100.0 * n as f64 / lines.max(1) as f64;
    println!(
        "{lines} lines before tests; doc comments {:.0} %, other comments {:.0} %",
        share(docs),
        share(comments - docs),
    );
    assert!(
        long.is_empty(),
        "over {FILE} lines before their tests:\n{}",
        long.join("\n")
    );
}

/// Words that nobody writes, put together here so that they do not stand in this file either.
fn forbidden() -> Vec<String> {
    let halves = [
        ("TO", "DO"),
        ("FIX", "ME"),
        ("XX", "X"),
        ("db", "g!"),
        ("to", "do!"),
        ("unimplem", "ented!"),
        ("#[ign", "ore"),
        ("uns", "afe {"),
    ];
    halves.map(|(a, b)| format!("{a}{b}")).to_vec()
}

#[test]
fn nobody_writes_these_words() {
    let mut wrong = Vec::new();
    for source in &sources() {
        for word in forbidden() {
            let letter = |c: char| c.is_alphanumeric() || c == '_';
            for (at, _) in source.text.match_indices(&word) {
                if !source.text[..at].ends_with(letter) {
                    wrong.push(format!("{}:{}: {word}", source.path, source.line(at)));
                }
            }
        }
        wrong.extend(waits(source));
    }
    assert!(wrong.is_empty(), "forbidden:\n{}", wrong.join("\n"));
}

/// A test that waits for time to pass passes or fails with the weather.
fn waits(source: &Source) -> Vec<String> {
    let call = ["sle", "ep"].concat();
    let calls = words(&source.code, &call)
        .filter(|at| source.code[at + call.len()..].starts_with('(') && source.is_test(*at));
    calls
        .map(|at| {
            format!(
                "{}:{}: a test waits by {call}()",
                source.path,
                source.line(at)
            )
        })
        .collect()
}

/// Where something may panic all the same, how often, and why nobody can make it.
const MAY_PANIC: &[(&str, usize, &str)] = &[];

#[test]
fn nothing_panics() {
    let ways = [".unwrap()", ".expect(\"", "panic!(", "unreachable!("];
    let (mut wrong, mut all) = (Vec::new(), 0);
    for source in sources().iter().filter(|s| s.path.starts_with("src/")) {
        // The opening quote of a message stands in the code too: only what is inside of it is blanked.
        let found: Vec<usize> = ways
            .iter()
            .flat_map(|way| source.code.match_indices(way).map(|(at, _)| at))
            .filter(|at| !source.is_test(*at))
            .collect();
        all += found.len();
        let allowed = MAY_PANIC.iter().find(|(path, ..)| *path == source.path);
        if found.len() > allowed.map_or(0, |(_, times, _)| *times) {
            let lines = found
                .iter()
                .map(|at| format!("{}:{}", source.path, source.line(*at)));
            wrong.extend(lines);
        }
    }
    println!("{all} places outside tests may panic");
    assert!(wrong.is_empty(), "may panic:\n{}", wrong.join("\n"));
}
