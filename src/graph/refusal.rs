//! Why a graph is refused: what, where, what was expected, and what to do.

use super::Key;
use crate::value::Place;
use std::fmt;

/// One reason to refuse a graph, with its place.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("{problem}")]
pub struct Refusal {
    /// What is wrong.
    pub problem: Problem,
    /// Where it was written; nowhere if built in code or typed.
    pub place: Place,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Refusal {
    /// A refusal at a place, with what to do.
    pub fn new(problem: Problem, place: Place, hint: Option<String>) -> Refusal {
        Refusal {
            problem,
            place,
            hint,
        }
    }
}

/// What can be wrong with a graph.
#[derive(Clone, PartialEq, Debug)]
pub enum Problem {
    /// No kind of this name.
    NoSuchKind(String),
    /// The kind has no param of this name.
    NoSuchParam(Key, String),
    /// The kind sends nothing of this name.
    NoSuchSent(Key, String),
    /// No vertex of this key.
    NoSuchVertex(Key),
    /// A vertex of this key is there already, written at this place.
    Duplicate(Key, Place),
    /// A param that must be written or received is neither.
    Missing(Key, &'static str),
    /// A param's value does not fit its type: expected, found.
    WrongType(Key, String, String, String),
    /// The kind refuses the params as a whole.
    Invalid(Key, String),
    /// The param cannot receive, and why.
    CannotReceive(Key, String, &'static str),
    /// The param takes no secret, and its value is or may be one.
    NoSecret(Key, String),
    /// The types of a binding do not fit: sent type, received type.
    Unfit(String, String, String, String),
    /// The param is written and received, or received twice.
    TwoSenders(Key, String, String),
    /// The vertices of a cycle, in order; the last comes before the first.
    Cycle(Vec<Key>),
    /// Two vertices manage the same part of the world; where the first one is written.
    TwoOwners(Key, Key, String, Place),
    /// There is no such edge or binding to remove.
    NotThere(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::NoSuchKind(kind) => {
                write!(f, "there is no kind `{}`", crate::value::sanitise(kind))
            }
            Problem::NoSuchParam(key, param) => {
                write!(
                    f,
                    "{key}: {} has no param `{}`",
                    key.kind(),
                    crate::value::sanitise(param)
                )
            }
            Problem::NoSuchSent(key, sent) => {
                write!(
                    f,
                    "{key}: {} sends no `{}`",
                    key.kind(),
                    crate::value::sanitise(sent)
                )
            }
            Problem::NoSuchVertex(key) => write!(f, "there is no {key} in this graph"),
            Problem::Duplicate(key, place) if place.line > 0 => {
                write!(f, "{key} is there already, at {place}")
            }
            Problem::Duplicate(key, _) => write!(f, "{key} is there already"),
            Problem::Missing(key, param) => write!(f, "{key} needs `{param}`, written or received"),
            Problem::WrongType(key, param, expected, found) => {
                write!(f, "{key}.{param}: expected {expected}, found {found}")
            }
            Problem::Invalid(key, why) => write!(f, "{key}: {why}"),
            Problem::CannotReceive(key, param, why) => {
                write!(f, "{key}.{param} cannot receive: {why}")
            }
            Problem::NoSecret(key, param) => {
                write!(
                    f,
                    "{key}.{param} takes no secret: it would be shown where others can read it"
                )
            }
            Problem::Unfit(from, sent, to, wanted) => {
                write!(f, "{from} sends {sent}, and {to} takes {wanted}")
            }
            Problem::TwoSenders(key, param, other) => {
                write!(f, "{key}.{param} has a value already: {other}")
            }
            Problem::Cycle(keys) => {
                f.write_str("this would close a cycle: ")?;
                keys.iter().try_for_each(|key| write!(f, "{key} -> "))?;
                write!(f, "{}", keys[0])
            }
            Problem::TwoOwners(a, b, part, place) => {
                write!(f, "{a} and {b} both manage {part}")?;
                if place.line > 0 {
                    write!(f, " (the other is at {place})")
                } else {
                    Ok(())
                }
            }
            Problem::NotThere(what) => write!(f, "there is no {what}"),
        }
    }
}
