//! Whatever a person may write or read is shown somewhere: in a story, a test or a snapshot. Lists that are generated (help,
//! reference tables, schema, manual page) hold every word by construction, and so show nothing.

use super::scan::{Source, files, read, sources, words};
use std::collections::BTreeSet;
use std::process::Command;

use weft::command::registry::{COMMANDS, SIMS};
use weft::kind::KINDS;

/// Stems of snapshots that are generated lists.
const LISTS: &[&str] = &[
    "help",
    "kinds",
    "schema",
    "man",
    "reference",
    "completions",
    "verbs",
];

/// One file's words: of YAML and snapshots all, of Rust's tests what their strings hold.
struct Shown {
    path: String,
    lines: Vec<String>,
    snapshot: bool,
}

fn shown() -> Vec<Shown> {
    let mut all = Vec::new();
    for path in files("scenarios", &[".yaml"])
        .into_iter()
        .chain(files("snapshots", &[".snap"]))
    {
        let stem = path
            .rsplit('/')
            .next()
            .unwrap_or(&path)
            .trim_end_matches(".snap");
        if LISTS
            .iter()
            .any(|list| stem.split(['-', '_']).any(|part| part == *list))
        {
            continue;
        }
        all.push(Shown {
            lines: read(&path).lines().map(str::to_owned).collect(),
            snapshot: path.starts_with("snapshots/"),
            path,
        });
    }
    let tests = sources()
        .into_iter()
        .filter(|s| !s.path.starts_with("tests/house"));
    all.extend(tests.map(|source| Shown {
        lines: strings(&source),
        snapshot: false,
        path: source.path,
    }));
    all
}

/// The lines of all strings in a file's tests.
fn strings(source: &Source) -> Vec<String> {
    let inside = source
        .strings
        .iter()
        .filter(|span| source.is_test(span.start));
    let lines = inside.flat_map(|span| source.text[span.clone()].split("\\n"));
    lines.flat_map(str::lines).map(str::to_owned).collect()
}

/// Whether the word occurs whole in a line.
fn has(line: &str, word: &str) -> bool {
    words(line, word).next().is_some()
}

/// The orders that a line may hold: what stands first, and what follows a `;`, without a list's dash, quotes and a prompt.
fn orders(line: &str) -> impl Iterator<Item = &str> {
    line.split(';').map(|order| {
        let order = order.trim_start_matches(|c: char| c.is_whitespace() || "-\"'\\".contains(c));
        let order =
            order
                .split_once("> ")
                .map_or(order, |(prompt, typed)| match prompt.contains(' ') {
                    true => order,
                    false => typed,
                });
        order.trim_start()
    })
}

fn is_order(line: &str, words: &str) -> bool {
    orders(line).any(|order| {
        order.strip_prefix(words).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || "\"'".contains(c))
        })
    })
}

fn missing_commands(shown: &[Shown]) -> Vec<String> {
    let given = |words: &str| {
        shown
            .iter()
            .any(|file| file.lines.iter().any(|line| is_order(line, words)))
    };
    let plain = COMMANDS.iter().flat_map(|command| {
        std::iter::once(command.name)
            .chain(command.aliases.iter().copied())
            .map(str::to_owned)
    });
    let sims = SIMS.iter().map(|command| format!("sim {}", command.name));
    let all = plain.chain(sims).filter(|words| !given(words));
    all.map(|words| format!("command {words}")).collect()
}

/// Kinds, with their params and what they send, each in a file that the kind stands in.
fn missing_kinds(shown: &[Shown]) -> Vec<String> {
    let mut missing = Vec::new();
    for schema in KINDS.iter().map(|kind| kind.schema()) {
        let kind = schema.kind;
        let refers = |line: &String| {
            words(line, kind).any(|at| line[at + kind.len()..].starts_with(['[', ':']))
                || line.contains(&format!("add {kind} "))
        };
        let own = |file: &&Shown| {
            let folder = file.path.starts_with(&format!("src/kind/{kind}"));
            folder || file.lines.iter().any(refers)
        };
        let own: Vec<&Shown> = shown.iter().filter(own).collect();
        if own.is_empty() {
            missing.push(format!("kind {kind}"));
        }
        let fields = schema.fields.iter().map(|field| ("param", field.name));
        let sends = schema.sends.iter().map(|sent| ("send", sent.name));
        for (what, name) in fields.chain(sends) {
            if !own
                .iter()
                .any(|file| file.lines.iter().any(|line| has(line, name)))
            {
                missing.push(format!("{what} {kind}.{name}"));
            }
        }
    }
    missing
}

/// The words of events: the literals of `trace::word`, which is their only list.
fn missing_events(shown: &[Shown]) -> Vec<String> {
    let sources = sources();
    let text = sources
        .iter()
        .find(|s| s.path == "src/trace/text.rs")
        .expect("the trace's text");
    let word = text
        .functions()
        .into_iter()
        .find(|f| f.name == "word")
        .expect("`word`");
    let within = text
        .strings
        .iter()
        .filter(|span| word.span.contains(&span.start));
    let all: BTreeSet<&str> = within.map(|span| &text.text[span.clone()]).collect();
    assert!(
        all.len() > 20,
        "the words of events are not where they were"
    );
    let told = |word: &str| {
        let in_snapshot = |line: &String| line.split_whitespace().nth(1) == Some(word);
        shown.iter().any(|file| match file.snapshot {
            true => file.lines.iter().any(in_snapshot),
            false => file.lines.iter().any(|line| has(line, word)),
        })
    };
    all.into_iter()
        .filter(|word| !told(word))
        .map(|word| format!("event {word}"))
        .collect()
}

/// Verbs and flags, as the command line's own help lists them.
fn missing_flags(shown: &[Shown]) -> Vec<String> {
    let mut flags = BTreeSet::new();
    let mut verbs = BTreeSet::new();
    let mut open = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let help = help(&path);
        for verb in subcommands(&help) {
            verbs.insert(verb.clone());
            open.push(path.iter().cloned().chain([verb]).collect::<Vec<String>>());
        }
        flags.extend(help.lines().filter_map(flag));
    }
    let given = |flag: &String| {
        let whole = |line: &String| {
            line.match_indices(flag.as_str()).any(|(at, _)| {
                !line[at + flag.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-')
            })
        };
        shown.iter().any(|file| file.lines.iter().any(whole))
    };
    let verb_given = |verb: &String| {
        let first =
            |line: &String| line.split_whitespace().find(|word| *word != "weft") == Some(verb);
        shown.iter().any(|file| file.lines.iter().any(first))
    };
    if flags.is_empty() {
        return vec!["the command line shows no flag at all".into()];
    }
    let flags = flags
        .iter()
        .filter(|flag| !given(flag))
        .map(|flag| format!("flag {flag}"));
    let verbs = verbs
        .iter()
        .filter(|verb| !verb_given(verb))
        .map(|verb| format!("verb {verb}"));
    flags.chain(verbs).collect()
}

fn help(path: &[String]) -> String {
    let weft = env!("CARGO_BIN_EXE_weft");
    let out = Command::new(weft)
        .args(path)
        .arg("--help")
        .output()
        .expect("weft starts");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// The words below `Commands:`, `help` itself not.
fn subcommands(help: &str) -> Vec<String> {
    let below = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1);
    let rows = below
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "));
    let verbs = rows
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned);
    verbs.filter(|verb| verb != "help").collect()
}

/// The long flag that a row of help is about; `--help` and `--version` are clap's own.
fn flag(line: &str) -> Option<String> {
    let row = line.trim_start();
    let row = row.strip_prefix('-').filter(|_| line.starts_with(' '))?;
    let (_, long) = match row.strip_prefix('-') {
        Some(long) => ("", long),
        None => row.split_once("--")?,
    };
    let name: String = long
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '-')
        .collect();
    (!["help", "version"].contains(&&*name)).then(|| format!("--{name}"))
}

#[test]
fn everything_is_shown() {
    let shown = shown();
    let missing = [
        missing_commands,
        missing_kinds,
        missing_events,
        missing_flags,
    ];
    let missing: Vec<String> = missing.iter().flat_map(|of| of(&shown)).collect();
    for word in &missing {
        println!("  {word}");
    }
    println!("{} missing", missing.len());
    assert!(
        missing.is_empty(),
        "in no story, test or snapshot:\n{}",
        missing.join("\n")
    );
}

#[test]
fn flags_are_read_from_help() {
    let rows = [
        "  -y, --yes  do it",
        "      --jobs <N>  how many",
        "  a --word in a text",
        "Usage: weft --x",
    ];
    let flags: Vec<_> = rows.into_iter().filter_map(flag).collect();
    assert_eq!(flags, ["--yes", "--jobs"]);
}
