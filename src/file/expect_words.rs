//! The words of expectations: statuses, what is counted, and how often.

use super::expect::{Unclear, expected};
use std::fmt;

/// What `REF VERB N` counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// It was checked.
    Ran,
    /// It changed something.
    Changed,
    /// It refreshed.
    Refreshed,
    /// It failed, each try for itself.
    Failed,
    /// It was to be tried again.
    Retried,
    /// A run ended before it could start, since something before it had failed.
    Blocked,
    /// Another resource notified it.
    Notified,
    /// A watch noticed that it was not right any more.
    Noticed,
    /// It was changed although it had been right, and nobody had edited it since.
    Repaired,
    /// It sent a value.
    Sent,
    /// It took values.
    Received,
    /// Something that was pending for it was dropped.
    Dropped,
}

/// Every verb with its word.
pub(super) const VERBS: &[(&str, Verb)] = &[
    ("ran", Verb::Ran),
    ("changed", Verb::Changed),
    ("refreshed", Verb::Refreshed),
    ("failed", Verb::Failed),
    ("retried", Verb::Retried),
    ("blocked", Verb::Blocked),
    ("notified", Verb::Notified),
    ("noticed", Verb::Noticed),
    ("repaired", Verb::Repaired),
    ("sent", Verb::Sent),
    ("received", Verb::Received),
    ("dropped", Verb::Dropped),
];

impl Verb {
    /// The one of this word.
    pub fn named(word: &str) -> Option<Verb> {
        let row = VERBS.iter().find(|(of, _)| *of == word);
        row.map(|(_, verb)| *verb)
    }

    pub(super) fn word(self) -> &'static str {
        let row = VERBS.iter().find(|(_, verb)| *verb == self);
        row.map_or("", |(word, _)| word)
    }
}

/// How often something must have been: `2`, `2+` for twice or more, `never`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amount {
    /// The number.
    pub n: u64,
    /// Whether more will do too.
    pub or_more: bool,
}

impl Amount {
    /// Whether so many are enough, and not too many.
    pub fn takes(self, found: u64) -> bool {
        found == self.n || self.or_more && found > self.n
    }

    /// Reads one; with `0+` nothing would be said.
    pub(super) fn parse(text: &str) -> Result<Amount, Unclear> {
        let (number, or_more) = match text.strip_suffix('+') {
            Some(number) => (number, true),
            None => (text, false),
        };
        let n = match number {
            "never" if !or_more => Some(0),
            number => number.parse().ok().filter(|n| *n > 0 || !or_more),
        };
        n.map(|n| Amount { n, or_more }).ok_or_else(|| {
            expected(
                "a number, one with `+` for as many or more, or `never`",
                text,
            )
        })
    }
}

impl Amount {
    /// Whether it is none at all.
    pub(super) fn is_none(self) -> bool {
        self.n == 0
    }

    /// `2`, or `2 or more`.
    pub(super) fn number(self) -> String {
        match self.or_more {
            true => format!("{} or more", self.n),
            false => self.n.to_string(),
        }
    }

    /// `once`, `twice`, `3 times`, or at least so often.
    pub(super) fn often(self) -> String {
        let often = match self.n {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            n => format!("{n} times"),
        };
        match self.or_more {
            true => format!("at least {often}"),
            false => often,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.n, if self.or_more { "+" } else { "" })
    }
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
pub(super) const STATUSES: &[(&str, Status)] = &[
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

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = STATUSES.iter().find(|(_, status)| status == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}

/// What may follow a reference or a path.
pub(super) fn words() -> Vec<&'static str> {
    let mut known = of_vertex();
    known.extend(["->", "~>", "absent", "mode", "has", "="]);
    known
}

/// What can be expected of a vertex, but for arrows: a status, what is counted, its place in a run.
pub fn of_vertex() -> Vec<&'static str> {
    let statuses = STATUSES.iter().map(|(word, _)| *word);
    let mut known: Vec<&str> = statuses.collect();
    let more = VERBS
        .iter()
        .map(|(word, _)| *word)
        .chain(["before", "gone"]);
    let more: Vec<&str> = more.filter(|word| !known.contains(word)).collect();
    known.extend(more);
    known
}
