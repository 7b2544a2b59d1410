//! `expect:` — what must be true at the end of a story, as a closed set.

use super::ctx::nearest;
use super::expect_words::{self, STATUSES, VERBS};
use super::refs::{BadRef, first_word, resolve, resolve_field, unquote};
use crate::graph::{Catalog, FieldPath, Graph, Key, type_below};
use crate::value::{Place, Raw, Schema, Type, sanitise};
use std::fmt;

pub use super::expect_words::{Amount, Status, Verb};

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
    /// `REF ran|changed|refreshed|… N|N+|never`: how often it did.
    Times(String, Verb, Amount),
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
    /// `REF -> REF`: the graph has the first before the second, directly or through others. `REF ~> REF`: it has a notify edge
    /// from the one to the other. `REF.field -> REF.field`: it has this binding.
    Drawn(String, bool, String),
    /// `REF gone`: the graph has no such vertex.
    Gone(String),
    /// `pending N`: so many notifications are pending.
    Pending(Amount),
    /// `changes N`: so many vertices changed, all runs together.
    Changes(Amount),
    /// `plans N`: so many plans were shown.
    Plans(Amount),
    /// `outside N`: so often somebody else changed the simulated machine, by `sim` commands that do so.
    Outside(Amount),
    /// `left N`: so many vertices a run would change, refresh, or fail at now.
    Left(Amount),
    /// `exit N`: the exit code of the last run.
    Exit(u8),
    /// `error TEXT`: some error holds the text.
    Error(String),
    /// `not EXPECTATION`: what follows is not so.
    Not(Box<Expect>),
}

/// What an arrow stands for in a graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// An order, or an order that also notifies.
    Edge(Key, Key),
    /// A value that flows.
    Binding((Key, FieldPath), (Key, FieldPath)),
}

/// What begins an expectation about no resource.
pub const OF_ALL: &[&str] = &[
    "pending", "changes", "plans", "outside", "left", "exit", "error", "not",
];

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
            "pending" if third.is_empty() => Amount::parse(second).map(Expect::Pending),
            "changes" if third.is_empty() => Amount::parse(second).map(Expect::Changes),
            "plans" if third.is_empty() => Amount::parse(second).map(Expect::Plans),
            "outside" if third.is_empty() => Amount::parse(second).map(Expect::Outside),
            "left" if third.is_empty() => Amount::parse(second).map(Expect::Left),
            "exit" if third.is_empty() => {
                let code = second.parse();
                let code = code.map_err(|_| expected("an exit code to 255", second))?;
                Ok(Expect::Exit(code))
            }
            "error" => Ok(Expect::Error(filled(rest)?)),
            "not" => Expect::parse(rest).map(|says| Expect::Not(Box::new(says))),
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

    /// For [`Expect::Drawn`]: the line that it means in a graph, whether it is there or not.
    pub fn line_in(&self, graph: &Graph) -> Option<Result<Line, BadRef>> {
        let Expect::Drawn(from, notify, to) = self else {
            return None;
        };
        let ends = [from, to].map(|text| resolve(graph, text));
        Some(match ends {
            [Ok(from), Ok(to)] => Ok(Line::Edge(from, to)),
            [Err(bad), _] | [_, Err(bad)] => {
                match [from, to].map(|text| resolve_field(graph, text)) {
                    [Ok(from), Ok(to)] if !notify => Ok(Line::Binding(from, to)),
                    _ => Err(bad),
                }
            }
        })
    }

    /// What of it names nothing in a graph.
    pub fn unknown_in(&self, graph: &Graph) -> Option<BadRef> {
        match self {
            Expect::Not(says) => says.unknown_in(graph),
            Expect::Drawn(..) => self.line_in(graph)?.err(),
            Expect::Holds(..) => self.field_in(graph)?.err(),
            Expect::Is(reference, _) | Expect::Times(reference, ..) => {
                resolve(graph, reference).err()
            }
            Expect::Before(a, b) => {
                let mut ends = [a, b].into_iter().map(|text| resolve(graph, text));
                ends.find_map(Result::err)
            }
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
                itself(&first, &second)
            }
            Expect::Drawn(..) => match self.line_in(graph)?.ok()? {
                Line::Edge(first, second) => itself(&first, &second),
                Line::Binding(from, to) => {
                    let known = |(key, path): &(Key, FieldPath)| {
                        unknown_field(catalog.schema(key.kind())?, path)
                    };
                    known(&from).or_else(|| known(&to))
                }
            },
            Expect::Not(says) => says.senseless(graph, catalog),
            _ => None,
        }
    }

    /// The texts that name something in a graph, with their fields.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Expect::Is(text, _) | Expect::Times(text, ..) | Expect::Holds(text, _) => vec![text],
            Expect::Before(a, b) | Expect::Drawn(a, _, b) => vec![a, b],
            Expect::Not(says) => says.names(),
            _ => Vec::new(),
        }
    }
}

fn itself(first: &Key, second: &Key) -> Option<BadRef> {
    (first == second).then(|| BadRef {
        what: format!("{first} is never before itself"),
        hint: Some("name two resources".to_owned()),
    })
}

/// Why a vertex neither has nor sends a field, if it does not.
fn unknown_field(schema: &Schema, path: &FieldPath) -> Option<BadRef> {
    let sends = schema.sends.iter().map(|sent| sent.name);
    let fields = schema.fields.iter().map(|field| field.name);
    let names: Vec<&str> = fields.chain(sends).collect();
    if names.contains(&&*path.field) {
        return None;
    }
    let near = nearest(&path.field, &names);
    Some(BadRef {
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
    })
}

/// Why a field of a vertex can never hold this, if it cannot.
fn misfit(schema: &Schema, key: &Key, path: &FieldPath, value: &Raw) -> Option<BadRef> {
    if let Some(unknown) = unknown_field(schema, path) {
        return Some(unknown);
    }
    let sent = schema.sent(&path.field).map(|sent| sent.ty);
    let ty = sent.or_else(|| schema.field(&path.field).map(|field| field.ty))?;
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
        ("->" | "~>", other) => {
            let to = filled_ref(other)?;
            Ok(Expect::Drawn(subject(), second == "~>", to))
        }
        ("gone", "") => Ok(Expect::Gone(subject())),
        (word, n) => counted(first, word, n),
    }
}

/// A status, or how often; a word that is both is a status where it stands alone.
fn counted(first: &str, word: &str, n: &str) -> Result<Expect, Unclear> {
    let status = STATUSES.iter().find(|(name, _)| *name == word);
    let verb = VERBS.iter().find(|(name, _)| *name == word);
    match (status, verb) {
        (Some((_, status)), _) if n.is_empty() => Ok(Expect::Is(first.to_owned(), *status)),
        (_, Some((_, verb))) => Ok(Expect::Times(first.to_owned(), *verb, Amount::parse(n)?)),
        _ => Err(unclear(first, word)),
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
    if let Some(form) = nearest(first, OF_ALL) {
        return Unclear {
            what: format!("`{}` is nothing to expect", sanitise(first)),
            hint: Some(format!("did you mean `{form}`?")),
            open: false,
        };
    }
    let known = expect_words::words();
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

pub(super) fn expected(what: &str, found: &str) -> Unclear {
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
