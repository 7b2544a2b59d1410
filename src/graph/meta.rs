//! How a vertex is run, whatever its kind (rule M1): its keys as data, and which values make sense.
//!
//! What would spin (a poll without time between, tries without end and without a delay) or never succeed (no time at all for an
//! attempt) is refused where it is written, and again when the graph is finished.

use crate::time::{SHORTEST_LIMIT, SHORTEST_ROUND, Span};
use crate::value::{Field, Type, Value};
use std::collections::BTreeMap;

/// Events a second: about one a day. Fewer is none, and their loss would not be seen.
const FEWEST: f64 = 0.00001;

/// How a vertex is run, whatever its kind (rule M1).
#[derive(Clone, PartialEq, Debug)]
pub struct Meta {
    /// Checked, never changed (rule L5).
    pub noop: bool,
    /// How often a failed attempt is tried again; -1 without end.
    pub retry: i64,
    /// How long to wait before each of those tries.
    pub delay: Span,
    /// How long one check or apply may take.
    pub timeout: Option<Span>,
    /// How often it is checked under `watch` besides its events.
    pub poll: Option<Span>,
    /// At most so many events a second, after a burst.
    pub limit: Option<f64>,
    /// How many events may come at once before `limit` counts.
    pub burst: u32,
    /// Semaphores that it holds while it runs, each with its size. Ordered, no name twice.
    pub sema: BTreeMap<String, u32>,
    /// All that is written for it but its name, and all that it sends or shows, is secret.
    pub sensitive: bool,
}

impl Default for Meta {
    fn default() -> Meta {
        Meta {
            noop: false,
            retry: 0,
            delay: Span::ZERO,
            timeout: None,
            poll: None,
            limit: None,
            burst: 1,
            sema: BTreeMap::new(),
            sensitive: false,
        }
    }
}

const fn field(name: &'static str, ty: Type, doc: &'static str) -> Field {
    Field::new(doc).named(name, ty, false)
}

/// Every key of `meta`.
pub const META: &[Field] = &[
    field("noop", Type::Bool, "Checked, never changed."),
    field(
        "retry",
        Type::Int,
        "How often a failed attempt is tried again; -1 without end.",
    ),
    field(
        "delay",
        Type::Span,
        "How long to wait before each of those tries; with `retry: -1` at least 100ms.",
    ),
    field(
        "timeout",
        Type::Span,
        "How long one check or apply may take, at least 1ms.",
    ),
    field(
        "poll",
        Type::Span,
        "How often it is checked under watch, besides its events; at least 100ms apart.",
    ),
    field(
        "limit",
        Type::Float,
        "At most so many events a second, after a burst; at least 0.00001.",
    ),
    field(
        "burst",
        Type::Int,
        "How many events may come at once before the limit counts.",
    ),
    field(
        "sema",
        Type::List(&Type::Str),
        "Semaphores that it holds while it runs, each as name:size.",
    ),
    field(
        "sensitive",
        Type::Bool,
        "All that is written for it but its name, and all that it sends or shows, is secret.",
    ),
];

/// A value that makes no sense for a key of `meta`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Odd {
    /// What was expected.
    pub expected: &'static str,
    /// What to do.
    pub hint: &'static str,
}

impl Meta {
    /// Sets one key to a value of its type. It stays as it was where the value makes no sense.
    pub fn put(&mut self, name: &str, value: &Value) -> Result<(), Odd> {
        let mut next = self.clone();
        match next.take(name, value) {
            Some(()) if next.makes_sense(name) => *self = next,
            _ => return Err(odd(name)),
        }
        Ok(())
    }

    /// Sets one key to what it is when it is not written.
    pub fn reset(&mut self, name: &str) {
        let fresh = Meta::default();
        match name {
            "noop" => self.noop = fresh.noop,
            "retry" => self.retry = fresh.retry,
            "delay" => self.delay = fresh.delay,
            "timeout" => self.timeout = fresh.timeout,
            "poll" => self.poll = fresh.poll,
            "limit" => self.limit = fresh.limit,
            "burst" => self.burst = fresh.burst,
            "sema" => self.sema = fresh.sema,
            _ => self.sensitive = fresh.sensitive,
        }
    }

    /// Takes a semaphore more: `name:size`, or `name` of size 1. False if that is none, or one that is there already.
    pub fn take_semaphore(&mut self, text: &str) -> bool {
        let (name, size) = text.rsplit_once(':').unwrap_or((text, "1"));
        let size = size.parse().ok().filter(|size: &u32| *size > 0);
        match size.filter(|_| !name.is_empty()) {
            Some(size) => self.sema.insert(name.to_owned(), size).is_none(),
            None => false,
        }
    }

    /// The name of a semaphore that this would take, if one of that name is taken already, whatever its size.
    pub fn taken_semaphore<'a>(&self, text: &'a str) -> Option<&'a str> {
        let name = text.rsplit_once(':').map_or(text, |(name, _)| name);
        self.sema.contains_key(name).then_some(name)
    }

    /// The first key whose value makes no sense, by itself or beside another.
    pub(super) fn first_odd(&self) -> Option<(&'static str, Odd)> {
        let alone = META.iter().find(|field| !self.makes_sense(field.name));
        let alone = alone.map(|field| (field.name, odd(field.name)));
        let spins = self.retry < 0 && self.delay < SHORTEST_ROUND;
        alone.or(spins.then_some((
            "delay",
            Odd {
                expected: "100ms or more beside `retry: -1`, which tries without end",
                hint: "set both at once, such as `retry: -1` and `delay: 10s`",
            },
        )))
    }

    fn take(&mut self, name: &str, value: &Value) -> Option<()> {
        let span = || value.expose_str()?.parse().ok();
        match (name, value) {
            ("noop", Value::Bool(yes)) => self.noop = *yes,
            ("sensitive", Value::Bool(yes)) => self.sensitive = *yes,
            ("retry", Value::Int(n)) => self.retry = *n,
            ("delay", _) => self.delay = span()?,
            ("timeout", _) => self.timeout = Some(span()?),
            ("poll", _) => self.poll = Some(span()?),
            ("limit", Value::Float(x)) => self.limit = Some(*x),
            ("burst", Value::Int(n)) => self.burst = u32::try_from(*n).ok()?,
            ("sema", Value::List(items)) => {
                self.sema.clear();
                let mut items = items.iter();
                let all =
                    items.all(|item| item.expose_str().is_some_and(|t| self.take_semaphore(t)));
                return all.then_some(());
            }
            _ => return None,
        }
        Some(())
    }

    fn makes_sense(&self, name: &str) -> bool {
        match name {
            "retry" => self.retry >= -1,
            "timeout" => self.timeout.is_none_or(|span| span >= SHORTEST_LIMIT),
            "poll" => self.poll.is_none_or(|span| span >= SHORTEST_ROUND),
            "limit" => self.limit.is_none_or(|x| x >= FEWEST && x.is_finite()),
            "burst" => self.burst > 0,
            "sema" => self.sema.iter().all(|(name, n)| *n > 0 && !name.is_empty()),
            _ => true,
        }
    }
}

/// What makes sense for a key, and what to do where something else stands there.
fn odd(name: &str) -> Odd {
    let (expected, hint) = match name {
        "retry" => ("a number from -1 on", "-1 tries without end, 0 never again"),
        "timeout" => ("1ms or more", "remove it for no limit"),
        "poll" => (
            "100ms or more",
            "remove it where events are enough; each round checks it once",
        ),
        "limit" => (
            "0.00001 or more events a second (about one a day)",
            "remove it for no limit",
        ),
        "burst" => (
            "a number from 1 to 4294967295",
            "1 lets one event through, and then counts the limit",
        ),
        "sema" => (
            "names with their sizes from 1 on, each once: [name:2]",
            "two that may run beside each other are of size 2",
        ),
        _ => ("another value", "`help meta` says what fits"),
    };
    Odd { expected, hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule M1: no value spins, and none is accepted and then ignored.
    #[test]
    fn what_makes_no_sense_is_refused_and_changes_nothing() {
        for (name, wrong, right) in [
            ("poll", Value::str("0s"), Value::str("100ms")),
            ("poll", Value::str("99ms"), Value::str("1h")),
            ("timeout", Value::str("0s"), Value::str("1ms")),
            ("timeout", Value::str("1us"), Value::str("5s")),
            ("limit", Value::Float(0.0), Value::Float(0.00001)),
            ("limit", Value::Float(1e-300), Value::Float(100.0)),
            ("limit", Value::Float(f64::INFINITY), Value::Float(1.0)),
            ("burst", Value::Int(0), Value::Int(2)),
            ("retry", Value::Int(-2), Value::Int(-1)),
            (
                "sema",
                Value::list([Value::str("a:0")]),
                Value::list([Value::str("a")]),
            ),
        ] {
            let mut meta = Meta::default();
            let refused = meta.put(name, &wrong);
            assert_eq!(refused, Err(odd(name)), "{name} {wrong}");
            assert_eq!(meta, Meta::default(), "{name} {wrong}");
            assert_eq!(meta.put(name, &right), Ok(()), "{name} {right}");
            assert_ne!(meta, Meta::default(), "{name} {right}");
            meta.reset(name);
            assert_eq!(meta, Meta::default(), "{name} is as by default again");
        }
    }

    #[test]
    fn tries_without_end_have_a_delay() {
        let mut meta = Meta {
            retry: -1,
            ..Meta::default()
        };
        assert!(matches!(meta.first_odd(), Some(("delay", _))));
        meta.delay = SHORTEST_ROUND;
        assert_eq!(meta.first_odd(), None);
        let few = Meta {
            retry: 5,
            ..Meta::default()
        };
        assert_eq!(few.first_odd(), None, "a few tries may follow at once");
        let built = Meta {
            poll: Some(Span::ZERO),
            ..Meta::default()
        };
        assert!(
            matches!(built.first_odd(), Some(("poll", _))),
            "built in code"
        );
    }
}
