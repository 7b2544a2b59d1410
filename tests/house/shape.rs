//! How long functions and files are, which words nobody writes, and that nothing panics.

use super::scan::{Source, sources, words};

/// No function is longer than this.
const LONGEST: usize = 70;
/// A file of more lines, tests not counted, holds more than one concern.
const FILE: usize = 400;

#[test]
fn no_function_is_too_long() {
    let sources = sources();
    for (whose, tests) in [("code", false), ("tests", true)] {
        let own = |source: &Source, at: usize| source.is_test(at) == tests;
        let lengths = sources.iter().flat_map(|source| {
            let functions = source.functions().into_iter();
            functions.filter_map(|f| own(source, f.span.start).then_some(f.lines))
        });
        print_lengths(whose, lengths.collect());
    }
    let long = long_functions(&sources);
    assert!(
        long.is_empty(),
        "over {LONGEST} lines:\n{}",
        long.join("\n")
    );
}

fn long_functions(sources: &[Source]) -> Vec<String> {
    let mut long = Vec::new();
    for source in sources {
        for function in source.functions().iter().filter(|f| f.lines > LONGEST) {
            let (line, lines) = (source.line(function.span.start), function.lines);
            let name = &function.name;
            long.push(format!(
                "{}:{line}: `{name}` has {lines} lines",
                source.path
            ));
        }
    }
    long
}

#[test]
fn a_function_that_is_too_long_is_found() {
    let of = |lines: usize, inside: &str| format!("fn long() {{{}}}\n", inside.repeat(lines - 1));
    let found = |path: &str, text: &str| long_functions(&Source::planted(path, text)).len();
    for path in ["src/a.rs", "tests/a.rs"] {
        assert_eq!(found(path, &of(LONGEST, "\n")), 0);
        assert_eq!(found(path, &of(LONGEST + 1, "\n")), 1);
        assert_eq!(found(path, &of(LONGEST + 1, "\n// }")), 1);
        assert_eq!(found(path, &of(LONGEST + 1, "\n'}';")), 1);
        let method = format!("impl A {{ pub async {} }}", of(LONGEST + 1, "\n{}"));
        assert_eq!(found(path, &method), 1);
        // The lines of a text are none of the function's.
        let text = format!("fn short() {{ \"{}\" }}", "\n".repeat(200));
        assert_eq!(found(path, &text), 0);
    }
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
    let own = sources.iter().filter(|s| s.path.starts_with("src/"));
    let lines: Vec<&str> = own
        .flat_map(Source::own_lines)
        .map(str::trim_start)
        .collect();
    let count = |is: fn(&str) -> bool| lines.iter().filter(|line| is(line)).count();
    let docs = count(|line| line.starts_with("///") || line.starts_with("//!"));
    let comments = count(|line| line.starts_with("//"));
    let share = |n: usize| 100.0 * n as f64 / lines.len().max(1) as f64;
    println!(
        "{} lines without tests; doc comments {:.0} %, other comments {:.0} %",
        lines.len(),
        share(docs),
        share(comments - docs),
    );
    let long = long_files(&sources);
    assert!(
        long.is_empty(),
        "over {FILE} lines without their tests:\n{}",
        long.join("\n")
    );
}

fn long_files(sources: &[Source]) -> Vec<String> {
    let own = sources.iter().filter(|s| s.path.starts_with("src/"));
    let counted = own.map(|source| (&source.path, source.own_lines().len()));
    let long = counted.filter(|(_, lines)| *lines > FILE);
    long.map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect()
}

#[test]
fn a_file_that_is_too_long_is_found() {
    let tests =
        "#[cfg(test)]\nmod tests {\n    // Long enough to count as the tests of a file.\n}\n";
    let found = |text: &str| long_files(&Source::planted("src/a.rs", text)).len();
    let lines = |n: usize| "const A: u8 = 0;\n".repeat(n);
    assert_eq!(found(&lines(FILE)), 0);
    assert_eq!(found(&lines(FILE + 1)), 1);
    assert_eq!(found(&(lines(FILE) + tests)), 0);
    let first = format!("{tests}{}", tests.replace("// L", &"// l\n".repeat(99)));
    assert_eq!(found(&(first.clone() + &lines(FILE))), 0);
    assert_eq!(
        found(&(first + &lines(FILE + 1))),
        1,
        "tests that stand first hide nothing"
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
    let wrong = written_words(&sources());
    assert!(wrong.is_empty(), "forbidden:\n{}", wrong.join("\n"));
}

fn written_words(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
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
    wrong
}

#[test]
fn a_word_that_nobody_writes_is_found() {
    let found = |path: &str, text: &str| written_words(&Source::planted(path, text)).len();
    for word in forbidden() {
        for path in ["src/a.rs", "tests/a.rs", "benches/a.rs"] {
            assert_eq!(found(path, &format!("// {word}")), 1, "{word}");
            assert_eq!(found(path, &format!("fn f() {{ {word}() }}")), 1, "{word}");
        }
    }
    let call = ["sle", "ep"].concat();
    assert_eq!(
        found("tests/a.rs", &format!("std::thread::{call}(long);")),
        1
    );
    let inside = format!("#[cfg(test)]\nmod tests {{ fn f() {{ {call}(1) }} }}");
    assert_eq!(found("src/a.rs", &inside), 1);
    assert_eq!(
        found("src/a.rs", &format!("fn f() {{ {call}(1) }}")),
        0,
        "no test"
    );
    assert_eq!(
        found(
            "tests/a.rs",
            &format!("let a = \"{call}(1)\"; // {call}(2)")
        ),
        0
    );
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

/// What panics. The opening quote of a message stands in the code too: only what is inside of it is blanked.
const PANICS: &[&str] = &[
    ".unwrap()",
    ".unwrap_err()",
    ".expect(\"",
    ".expect(&format!",
    ".expect_err(",
    ".unwrap_unchecked()",
    "panic!(",
    "unreachable!(",
    "assert!(",
    "assert_eq!(",
    "assert_ne!(",
];

#[test]
fn nothing_panics() {
    let wrong = may_panic(&sources());
    assert!(wrong.is_empty(), "may panic:\n{}", wrong.join("\n"));
}

fn may_panic(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|s| s.path.starts_with("src/")) {
        let letter = |c: char| c.is_alphanumeric() || c == '_';
        let ways = PANICS.iter().flat_map(|way| {
            let found = source.code.match_indices(way).map(|(at, _)| at);
            // What is said in a debug build alone is told apart by the word that it ends.
            found.filter(|at| way.starts_with('.') || !source.code[..*at].ends_with(letter))
        });
        let found: Vec<usize> = ways.filter(|at| !source.is_test(*at)).collect();
        let allowed = MAY_PANIC.iter().find(|(path, ..)| *path == source.path);
        if found.len() > allowed.map_or(0, |(_, times, _)| *times) {
            let lines = found.iter().map(|at| source.line(*at));
            wrong.extend(lines.map(|line| format!("{}:{line}", source.path)));
        }
    }
    wrong
}

#[test]
fn what_may_panic_is_found() {
    let found = |text: &str| may_panic(&Source::planted("src/a.rs", text)).len();
    for way in PANICS {
        assert_eq!(
            found(&format!("fn f() {{ x{way}y\"); }}")),
            1 - usize::from(!way.starts_with('.')),
            "{way}"
        );
        assert_eq!(found(&format!("fn f() {{ x; {way}y\"); }}")), 1, "{way}");
        let test = format!("#[cfg(test)]\nmod tests {{ fn f() {{ {way}y\"); }} }}");
        assert_eq!(found(&test), 0, "{way}");
    }
    assert_eq!(
        found("fn f() { debug_assert!(a); self.expect(text, front) } // panic!(\"\")"),
        0
    );
    let elsewhere = may_panic(&Source::planted("tests/a.rs", "fn f() { x.unwrap() }"));
    assert_eq!(elsewhere.len(), 0);
}
