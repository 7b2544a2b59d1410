//! Whatever a person may write or read is shown somewhere: in a story, a test or a snapshot, and there as what it is, not only by
//! the same word. Lists that are generated (help, reference tables, schema, manual page) hold every word by construction, and so
//! show nothing.
//!
//! | what | shown by |
//! | --- | --- |
//! | a command | a story's step, or a text that a test of the language, the prompt or the command line gives |
//! | a kind, a param | a resource of a story, a binding into it, or a test of the kind itself |
//! | what is sent | a binding from it, an expectation about it, or a test of the kind itself |
//! | an event | a line of a story's snapshot, or a test that asks for its word |
//! | a verb, a flag | a test that gives it to the program, as a word of its own |

use super::scan::{Source, files, read, sources, top, words};
use std::collections::BTreeSet;
use std::process::Command;

use weft::command::registry::{COMMANDS, SIMS};
use weft::file::{Document, load};
use weft::graph::Key;
use weft::kind::{KINDS, Kinds};

/// All that shows something.
struct Shown {
    stories: Vec<Document>,
    /// The second column of every line of a story's snapshot.
    told: BTreeSet<String>,
    /// The texts that tests hold, by file.
    texts: Vec<(String, Vec<String>)>,
}

impl Shown {
    fn new() -> Shown {
        let stories = files("scenarios", &[".yaml"]).into_iter().map(|path| {
            let story = load(&top().join(&path), &Kinds);
            story.unwrap_or_else(|error| panic!("{path}: {error:?}"))
        });
        let snapshots = files("snapshots", &[".snap"]).into_iter();
        let of_stories = snapshots.filter(|path| path.matches('/').count() == 1);
        let told = of_stories.flat_map(|path| {
            let text = read(&path);
            let lines = text.lines().filter(|line| line.starts_with(' '));
            lines
                .filter_map(|line| line.split_whitespace().nth(1))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
        let tests = sources().into_iter();
        let tests = tests.filter(|source| !source.path.starts_with("tests/house"));
        Shown {
            stories: stories.collect(),
            told: told.collect(),
            texts: tests
                .map(|source| (source.path.clone(), texts(&source)))
                .collect(),
        }
    }

    /// Every line that is evaluated: steps of stories, and texts of tests that evaluate texts.
    fn lines(&self) -> impl Iterator<Item = &str> {
        let steps = self.stories.iter().filter_map(|story| story.story.as_ref());
        let steps = steps.flat_map(|story| story.steps.iter().map(|step| step.text.as_str()));
        let evaluates = |path: &str| {
            let places = [
                "src/command/",
                "tests/cli",
                "tests/repl",
                "tests/host",
                "tests/reactions",
            ];
            places.iter().any(|place| path.starts_with(place))
        };
        let texts = self.texts.iter().filter(move |(path, _)| evaluates(path));
        let texts = texts.flat_map(|(_, texts)| texts.iter().flat_map(|text| text.lines()));
        steps.chain(texts)
    }

    /// Whether a test of this kind itself holds just this text, or gives the param a value.
    fn in_tests_of(&self, kind: &str, name: &str) -> bool {
        let own = |path: &str| {
            let rest = path
                .strip_prefix("src/kind/")
                .and_then(|path| path.strip_prefix(kind));
            rest.is_some_and(|rest| rest.starts_with(['/', '.']))
        };
        let gives = |text: &String| {
            let mut at = words(text, name);
            text == name || at.any(|at| text[at + name.len()..].starts_with(['=', '.']))
        };
        let texts = self.texts.iter().filter(|(path, _)| own(path));
        texts.into_iter().any(|(_, texts)| texts.iter().any(gives))
    }
}

/// The texts in a file's tests.
fn texts(source: &Source) -> Vec<String> {
    let inside = source
        .strings
        .iter()
        .filter(|span| source.is_test(span.start));
    inside
        .map(|span| source.text[span.clone()].replace("\\n", "\n"))
        .collect()
}

/// The orders that a line may hold: what stands first, and what follows a `;`, with a prompt before it or none.
fn orders(line: &str) -> impl Iterator<Item = &str> {
    line.split(';').map(|order| {
        let order = order.trim_start();
        match order.split_once("> ") {
            Some((prompt, typed)) if !prompt.contains(' ') => typed.trim_start(),
            _ => order,
        }
    })
}

fn is_order(line: &str, words: &str) -> bool {
    orders(line).any(|order| {
        let rest = order.strip_prefix(words);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    })
}

fn missing_commands(shown: &Shown) -> Vec<String> {
    let plain = COMMANDS.iter().flat_map(|command| {
        let names = std::iter::once(command.name).chain(command.aliases.iter().copied());
        names.map(str::to_owned)
    });
    let sims = SIMS.iter().map(|command| format!("sim {}", command.name));
    let lines: Vec<&str> = shown.lines().collect();
    let given = |words: &String| lines.iter().any(|line| is_order(line, words));
    let all = plain.chain(sims).filter(|words| !given(words));
    all.map(|words| format!("command {words}")).collect()
}

/// What a story gives to its resources, takes from them and says of them: `kind.param`, and `kind` alone.
fn told_of(story: &Document) -> BTreeSet<String> {
    let of = |key: &Key, field: &str| format!("{}.{field}", key.kind());
    let graph = &story.graph;
    let mut told: BTreeSet<String> = graph
        .vertices()
        .keys()
        .map(|key| key.kind().to_owned())
        .collect();
    for (key, vertex) in graph.vertices() {
        told.extend(vertex.params.keys().map(|param| of(key, param)));
    }
    for ((to, into), binding) in graph.bindings() {
        told.insert(of(to, &into.field));
        told.insert(of(&binding.from, &binding.sent.field));
    }
    let texts = story.story.iter().flat_map(|story| {
        let steps = story.steps.iter().map(|step| step.text.as_str());
        steps.chain(story.expect.iter().map(|expect| expect.text.as_str()))
    });
    for text in texts {
        told.extend(told_in(graph.vertices().keys(), text));
    }
    told
}

/// What a step or an expectation says of a resource: a param that it sets, a field that it names.
fn told_in<'a>(keys: impl Iterator<Item = &'a Key>, text: &str) -> Vec<String> {
    let text_words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    if let ["add", kind, ref rest @ ..] = text_words[..] {
        let kind = kind.split(['[', ':']).next().unwrap_or(kind);
        let given = rest.iter().filter_map(|word| word.split_once('='));
        found.push(kind.to_owned());
        found.extend(
            given.map(|(param, _)| format!("{kind}.{}", param.split('.').next().unwrap_or(param))),
        );
    }
    for key in keys {
        let names = [format!("{key}"), key.name().to_owned()];
        for word in &text_words {
            let field = names
                .iter()
                .find_map(|name| word.strip_prefix(name.as_str())?.strip_prefix('.'));
            found.extend(field.map(|field| {
                format!(
                    "{}.{}",
                    key.kind(),
                    field.split('.').next().unwrap_or(field)
                )
            }));
        }
        let about = text_words
            .get(1)
            .is_some_and(|word| names.iter().any(|name| name == word));
        if about && ["set", "unset"].contains(&text_words[0]) {
            let params = text_words[2..]
                .iter()
                .map(|word| word.split(['=', '.']).next().unwrap_or(word));
            found.extend(params.map(|param| format!("{}.{param}", key.kind())));
        }
    }
    found
}

fn missing_kinds(shown: &Shown) -> Vec<String> {
    let told: BTreeSet<String> = shown.stories.iter().flat_map(told_of).collect();
    let mut missing = Vec::new();
    for schema in KINDS.iter().map(|kind| kind.schema()) {
        let kind = schema.kind;
        if !told.contains(kind) {
            missing.push(format!("kind {kind}"));
        }
        let fields = schema.fields.iter().map(|field| ("param", field.name));
        let sends = schema.sends.iter().map(|sent| ("send", sent.name));
        for (what, name) in fields.chain(sends) {
            if !told.contains(&format!("{kind}.{name}")) && !shown.in_tests_of(kind, name) {
                missing.push(format!("{what} {kind}.{name}"));
            }
        }
    }
    missing
}

/// The words of events: the literals of `trace::word`, which is their only list.
fn missing_events(shown: &Shown) -> Vec<String> {
    let sources = sources();
    let text = sources
        .iter()
        .find(|s| s.path == "src/trace/text.rs")
        .expect("the trace's text");
    let functions = text.functions();
    let word = functions.iter().find(|f| f.name == "word").expect("`word`");
    let within = text
        .strings
        .iter()
        .filter(|span| word.span.contains(&span.start));
    let all: BTreeSet<&str> = within.map(|span| &text.text[span.clone()]).collect();
    assert!(
        all.len() > 20,
        "the words of events are not where they were"
    );
    let asked = |word: &str| {
        let rules = shown
            .texts
            .iter()
            .filter(|(path, _)| path.starts_with("tests/rules"));
        rules
            .into_iter()
            .any(|(_, texts)| texts.iter().any(|text| text == word))
    };
    let missing = all
        .into_iter()
        .filter(|word| !shown.told.contains(*word) && !asked(word));
    missing.map(|word| format!("event {word}")).collect()
}

/// Verbs and flags, as the command line's own help lists them.
fn missing_flags(shown: &Shown) -> Vec<String> {
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
    if flags.is_empty() || verbs.is_empty() {
        return vec!["the command line shows no flag or no verb at all".into()];
    }
    let given = |word: &String| {
        let starts = |path: &str| path.starts_with("tests/");
        let tests = shown.texts.iter().filter(|(path, _)| starts(path));
        let gives = |text: &String| {
            text == word
                || text
                    .strip_prefix(word.as_str())
                    .is_some_and(|rest| rest.starts_with('='))
        };
        tests.into_iter().any(|(_, texts)| texts.iter().any(gives))
    };
    let flags = flags
        .iter()
        .filter(|flag| !given(flag))
        .map(|flag| format!("flag {flag}"));
    let verbs = verbs
        .iter()
        .filter(|verb| !given(verb))
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
    let shown = Shown::new();
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

/// What is taken away is missed, each as what it is.
#[test]
fn what_is_not_shown_is_found() {
    let nothing = Shown {
        stories: Vec::new(),
        told: BTreeSet::new(),
        texts: Vec::new(),
    };
    let commands = COMMANDS.iter().map(|command| 1 + command.aliases.len());
    let commands = commands.sum::<usize>() + SIMS.len();
    assert_eq!(missing_commands(&nothing).len(), commands);
    let fields = KINDS.iter().map(|kind| kind.schema());
    let fields = fields.map(|schema| 1 + schema.fields.len() + schema.sends.len());
    assert_eq!(missing_kinds(&nothing).len(), fields.sum::<usize>());
    assert!(missing_events(&nothing).len() > 20);
    assert!(missing_flags(&nothing).len() > 20);
    // The same words, but not as what they are.
    let talk = "watch the mode of a file: --yes, plan it, it notified and changed";
    let talks = Shown {
        texts: vec![
            ("tests/cli.rs".to_owned(), vec![format!("about: {talk}")]),
            ("src/kind/file/tests.rs".to_owned(), vec![talk.to_owned()]),
        ],
        ..nothing
    };
    for (missing, word) in [
        (missing_commands(&talks), "command watch"),
        (missing_kinds(&talks), "param file.mode"),
        (missing_events(&talks), "event notified"),
        (missing_flags(&talks), "flag --yes"),
        (missing_flags(&talks), "verb plan"),
    ] {
        assert!(missing.iter().any(|missing| missing == word), "{word}");
    }
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
