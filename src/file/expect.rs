//! `expect:` — what must be true at the end of a story, as a closed set.

use super::ctx::nearest;
use super::refs::{BadRef, first_word, resolve, resolve_field, unquote};
use crate::graph::{Catalog, FieldPath, Graph, Key, type_below};
use crate::value::{Place, Raw, Schema, Type, sanitise};
use std::fmt;

/// One expectation, as it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Expectation {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub says: Expect,
}

/// What an expectation says. References are resolved against the graph at the story's end, since its steps may add
/// and rename; [`super::refs::resolve`] does it.
#[derive(Clone, PartialEq, Debug)]
pub enum Expect {
    /// `REF STATUS`: the vertex has this status.
    Is(String, Status),
    /// `REF ran|changed|refreshed N|never`: how often it did; never is 0.
    Times(String, Verb, u64),
    /// `REF.field = VALUE`: what the field holds. The value is read as the field's type.
    Holds(String, Raw),
    /// `PATH absent`: nothing is there in the simulated world.
    Absent(String),
    /// `PATH mode M`: its permission bits.
    Mode(String, u32),
    /// `PATH has TEXT`: its content holds the text.
    Has(String, String),
    /// `REF before REF`: the first of the two settled before the other one started.
    Before(String, String),
    /// `pending N`: so many notifications are pending.
    Pending(u64),
    /// `changes N`: so many vertices changed, all runs together.
    Changes(u64),
    /// `exit N`: the exit code of the last run.
    Exit(u8),
    /// `error TEXT`: some error holds the text.
    Error(String),
}

/// What `REF VERB N` counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// It was checked.
    Ran,
    /// It changed something.
    Changed,
    /// It refreshed.
    Refreshed,
}

/// A vertex's status, as MODEL names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Status {
    New,
    Waiting,
    Checking,
    Applying,
    Refreshing,
    Ok,
    Changed,
    Retrying,
    Failed,
    Blocked,
    Held,
}

/// Every status with its word.
const STATUSES: &[(&str, Status)] = &[
    ("new", Status::New),
    ("waiting", Status::Waiting),
    ("checking", Status::Checking),
    ("applying", Status::Applying),
    ("refreshing", Status::Refreshing),
    ("ok", Status::Ok),
    ("changed", Status::Changed),
    ("retrying", Status::Retrying),
    ("failed", Status::Failed),
    ("blocked", Status::Blocked),
    ("held", Status::Held),
];

/// What may follow a reference or a path, besides a status.
const WORDS: &[&str] = &[
    "ran",
    "changed",
    "refreshed",
    "before",
    "absent",
    "mode",
    "has",
    "=",
];

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = STATUSES.iter().find(|(_, status)| status == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}

/// What an expectation may look like.
const FORMS: &str =
    "write `REF ok`, `REF changed 2`, `REF.field = VALUE`, `PATH has TEXT`, `exit 0`";

/// Why an expectation says nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unclear {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: Option<String>,
    /// Whether all that is there is right, and only the rest is missing.
    pub open: bool,
}

impl Expect {
    /// Reads one line; errs with what is wrong, and what to do.
    pub fn parse(text: &str) -> Result<Expect, Unclear> {
        let (first, rest) = first_word(text);
        let (second, third) = first_word(rest);
        match first {
            "" => Err(Unclear {
                what: "an expectation is empty".to_owned(),
                hint: Some(FORMS.to_owned()),
                open: true,
            }),
            "pending" if third.is_empty() => count(second).map(Expect::Pending),
            "changes" if third.is_empty() => count(second).map(Expect::Changes),
            "exit" if third.is_empty() => {
                let code = count(second)?;
                let code =
                    u8::try_from(code).map_err(|_| expected("an exit code to 255", second))?;
                Ok(Expect::Exit(code))
            }
            "error" => Ok(Expect::Error(filled(rest)?)),
            _ => about(first, second, third, rest),
        }
    }

    /// For [`Expect::Holds`]: the vertex and field that it names in a graph.
    pub fn field_in(&self, graph: &Graph) -> Option<Result<(Key, FieldPath), BadRef>> {
        match self {
            Expect::Holds(text, _) => Some(resolve_field(graph, text)),
            _ => None,
        }
    }

    /// What can never be so in this graph, whatever happens: a field that the vertex does not have, a value that is none of
    /// the field's, a vertex before itself. A reference that names nothing is no matter here.
    pub fn senseless(&self, graph: &Graph, catalog: &dyn Catalog) -> Option<BadRef> {
        match self {
            Expect::Holds(text, value) => {
                let (key, path) = resolve_field(graph, text).ok()?;
                misfit(catalog.schema(key.kind())?, &key, &path, value)
            }
            Expect::Before(first, second) => {
                let (first, second) = (resolve(graph, first).ok()?, resolve(graph, second).ok()?);
                (first == second).then(|| BadRef {
                    what: format!("{first} is never before itself"),
                    hint: Some("name two resources".to_owned()),
                })
            }
            _ => None,
        }
    }

    /// The references that it makes, without their fields.
    pub fn refs(&self) -> Vec<&str> {
        match self {
            Expect::Is(reference, _) | Expect::Times(reference, ..) => vec![reference],
            Expect::Before(a, b) => vec![a, b],
            _ => Vec::new(),
        }
    }
}

/// Why a field of a vertex can never hold this, if it cannot.
fn misfit(schema: &Schema, key: &Key, path: &FieldPath, value: &Raw) -> Option<BadRef> {
    let sent = schema.sent(&path.field).map(|sent| sent.ty);
    let Some(ty) = sent.or_else(|| schema.field(&path.field).map(|field| field.ty)) else {
        let fields = schema.fields.iter().map(|field| field.name);
        let names: Vec<&str> = fields
            .chain(schema.sends.iter().map(|sent| sent.name))
            .collect();
        let near = nearest(&path.field, &names);
        return Some(BadRef {
            what: format!(
                "{} has and sends no `{}`",
                schema.kind,
                sanitise(&path.field)
            ),
            hint: Some(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => format!("{} has nothing to expect", schema.kind),
                None => format!("one of {}", names.join(", ")),
            }),
        });
    };
    let Some(below) = type_below(&ty, path) else {
        return Some(BadRef {
            what: format!(
                "{key}.{path} names nothing: the type of {key}.{} is {ty}",
                path.field
            ),
            hint: Some(explained(schema)),
        });
    };
    if matches!(below, Type::List(_) | Type::Map(_)) {
        return None;
    }
    let misread = below.read(value).err()?;
    Some(BadRef {
        what: format!("{key}.{path}: {misread}"),
        hint: Some(explained(schema)),
    })
}

fn explained(schema: &Schema) -> String {
    format!("`kinds {}` says what each holds", schema.kind)
}

/// What is expected of a reference or a path: its second word decides.
fn about(first: &str, second: &str, third: &str, rest: &str) -> Result<Expect, Unclear> {
    let subject = || first.to_owned();
    if let Some(value) = rest.strip_prefix('=') {
        return Ok(Expect::Holds(subject(), value_of(value.trim())));
    }
    let path = || unquote(first).unwrap_or_else(|| first.to_owned());
    match (second, third) {
        ("absent", "") => Ok(Expect::Absent(absolute(path())?)),
        ("mode", bits) => {
            let octal = u32::from_str_radix(bits, 8).ok().filter(|n| *n <= 0o7777);
            let octal = octal.ok_or_else(|| expected("an octal mode, such as 0644", bits))?;
            Ok(Expect::Mode(absolute(path())?, octal))
        }
        ("has", text) => Ok(Expect::Has(absolute(path())?, filled(text)?)),
        ("before", other) => Ok(Expect::Before(subject(), filled_ref(other)?)),
        ("ran", n) => Ok(Expect::Times(subject(), Verb::Ran, count(n)?)),
        ("changed", n) if !n.is_empty() => Ok(Expect::Times(subject(), Verb::Changed, count(n)?)),
        ("refreshed", n) => Ok(Expect::Times(subject(), Verb::Refreshed, count(n)?)),
        (word, "") => match STATUSES.iter().find(|(name, _)| *name == word) {
            Some((_, status)) => Ok(Expect::Is(subject(), *status)),
            None => Err(unclear(first, word)),
        },
        (word, _) => Err(unclear(first, word)),
    }
}

fn unclear(first: &str, word: &str) -> Unclear {
    if word.is_empty() {
        let what = format!("nothing is expected of `{}`", sanitise(first));
        return Unclear {
            what,
            hint: Some(FORMS.to_owned()),
            open: true,
        };
    }
    if let Some(form) = nearest(first, &["pending", "changes", "exit", "error"]) {
        return Unclear {
            what: format!("`{}` is nothing to expect", sanitise(first)),
            hint: Some(format!("did you mean `{form}`?")),
            open: false,
        };
    }
    let statuses = STATUSES.iter().map(|(word, _)| *word);
    let known = statuses.chain(WORDS.iter().copied().filter(|word| *word != "changed"));
    let known: Vec<&str> = known.collect();
    let what = format!(
        "`{}` is nothing to expect of `{}`",
        sanitise(word),
        sanitise(first)
    );
    let hint = nearest(word, &known).map_or_else(
        || format!("one of: {}", known.join(", ")),
        |word| format!("did you mean `{word}`?"),
    );
    Unclear {
        what,
        hint: Some(hint),
        open: false,
    }
}

/// A number, or `never`.
fn count(text: &str) -> Result<u64, Unclear> {
    if text == "never" {
        return Ok(0);
    }
    text.parse()
        .map_err(|_| expected("a number, or `never`", text))
}

fn expected(what: &str, found: &str) -> Unclear {
    let open = found.is_empty();
    let found = if open {
        "nothing".to_owned()
    } else {
        format!("`{}`", sanitise(found))
    };
    Unclear {
        what: format!("expected {what}, found {found}"),
        hint: None,
        open,
    }
}

/// A text to look for; quotes around it are taken off.
fn filled(text: &str) -> Result<String, Unclear> {
    match unquote(text).unwrap_or_else(|| text.to_owned()) {
        text if text.is_empty() => Err(expected("a text", "")),
        text => Ok(text),
    }
}

fn filled_ref(text: &str) -> Result<String, Unclear> {
    if text.is_empty() {
        return Err(expected("a reference", ""));
    }
    Ok(text.to_owned())
}

fn absolute(path: String) -> Result<String, Unclear> {
    if path.starts_with('/') {
        return Ok(path);
    }
    Err(Unclear {
        what: format!("`{}` is no absolute path", sanitise(&path)),
        hint: Some("a path begins with `/`".into()),
        open: false,
    })
}

/// The value of `REF.field = VALUE`: quoted, or bare to the end of the line.
fn value_of(text: &str) -> Raw {
    unquote(text).map_or_else(|| Raw::bare(text), Raw::quoted)
}

/// As it is written.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
