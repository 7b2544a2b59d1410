//! Expectations as sentences: what a learner is told of them.

use super::expect::{Amount, Expect, Verb};
use crate::value::quote_always;

impl Expect {
    /// What it says, in words for whoever never wrote one.
    pub fn told(&self) -> String {
        match self {
            Expect::Is(key, status) => format!("{key} is {status}"),
            Expect::Times(key, verb, n) => times(key, *verb, *n),
            Expect::Holds(field, wanted) => format!("{field} is {wanted}"),
            Expect::Absent(path) => format!("nothing is at {path}"),
            Expect::Mode(path, bits) => format!("{path} has mode {bits:04o}"),
            Expect::Has(path, text) => format!("{path} has {} in it", quote_always(text)),
            Expect::Before(first, second) => format!("{first} was done before {second} began"),
            Expect::Drawn(from, notify, to) => {
                let arrow = if *notify { "~>" } else { "->" };
                format!("the graph has {from} {arrow} {to}")
            }
            Expect::Gone(key) => format!("{key} is not in the graph"),
            Expect::Pending(n) if n.is_none() => "nothing is pending".to_owned(),
            Expect::Pending(n) => format!("pending: {}", n.number()),
            Expect::Changes(n) if n.is_none() => "nothing was changed".to_owned(),
            Expect::Changes(n) => format!("something was changed {}", n.often()),
            Expect::Plans(n) if n.is_none() => "no plan was shown".to_owned(),
            Expect::Plans(n) => format!("a plan was shown {}", n.often()),
            Expect::Outside(n) if n.is_none() => "nobody else changed the machine".to_owned(),
            Expect::Outside(n) => format!("somebody else changed the machine {}", n.often()),
            Expect::Left(n) if n.is_none() => "nothing is left to do".to_owned(),
            Expect::Left(n) => format!("left to do: {}", n.number()),
            Expect::Exit(0) => "the last run went well".to_owned(),
            Expect::Exit(code) => format!("the last run ended with {code}"),
            Expect::Error(text) => format!("an error says {}", quote_always(text)),
            Expect::Not(says) => not(says),
        }
    }
}

/// The opposite of an expectation.
fn not(says: &Expect) -> String {
    match says {
        Expect::Is(key, status) => format!("{key} is not {status}"),
        Expect::Holds(field, wanted) => format!("{field} is not {wanted}"),
        Expect::Absent(path) => format!("something is at {path}"),
        Expect::Has(path, text) => format!("{path} does not have {} in it", quote_always(text)),
        Expect::Gone(key) => format!("{key} is in the graph"),
        Expect::Not(says) => says.told(),
        says => format!("not so: {}", says.told()),
    }
}

fn times(key: &str, verb: Verb, n: Amount) -> String {
    let word = verb.word();
    let done_to = matches!(
        verb,
        Verb::Retried | Verb::Blocked | Verb::Notified | Verb::Noticed | Verb::Repaired
    );
    match (verb, n.is_none()) {
        (Verb::Dropped, true) => format!("nothing that was pending for {key} was dropped"),
        (Verb::Dropped, false) => format!("what was pending for {key} was dropped {}", n.often()),
        (Verb::Noticed, false) => format!("a change of {key} was noticed {}", n.often()),
        (_, true) if done_to => format!("{key} was never {word}"),
        (_, true) => format!("{key} never {word}"),
        (_, false) if done_to => format!("{key} was {word} {}", n.often()),
        (_, false) => format!("{key} {word} {}", n.often()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_expectation_is_a_sentence() {
        for (text, told) in [
            ("left never", "nothing is left to do"),
            ("left 2", "left to do: 2"),
            ("pending never", "nothing is pending"),
            ("pending 1+", "pending: 1 or more"),
            ("outside never", "nobody else changed the machine"),
            (
                "outside 2+",
                "somebody else changed the machine at least twice",
            ),
            ("changes never", "nothing was changed"),
            ("plans 1+", "a plan was shown at least once"),
            ("exit 0", "the last run went well"),
            ("exit 2", "the last run ended with 2"),
            (
                "svc[app] dropped never",
                "nothing that was pending for svc[app] was dropped",
            ),
            ("svc[app] refreshed never", "svc[app] never refreshed"),
            ("svc[app] refreshed 2", "svc[app] refreshed twice"),
            (
                "svc[app] notified 1+",
                "svc[app] was notified at least once",
            ),
            (
                "file[/a] noticed 2+",
                "a change of file[/a] was noticed at least twice",
            ),
            ("file[/a] noticed never", "file[/a] was never noticed"),
            ("file[/a] received 3", "file[/a] received 3 times"),
            ("file[/a] held", "file[/a] is held"),
            ("not file[/a] ok", "file[/a] is not ok"),
            (
                "not exec[a].refreshonly = true",
                "exec[a].refreshonly is not `true`",
            ),
            ("/a has b", "/a has \"b\" in it"),
            ("not /a has \"b\\nb\"", "/a does not have \"b\\nb\" in it"),
            ("not /a absent", "something is at /a"),
            ("/a mode 0640", "/a has mode 0640"),
            ("a before b", "a was done before b began"),
            ("not a before b", "not so: a was done before b began"),
            ("a ~> b", "the graph has a ~> b"),
            ("a gone", "a is not in the graph"),
            ("not a gone", "a is in the graph"),
            ("error no route", "an error says \"no route\""),
        ] {
            let says = Expect::parse(text).unwrap_or_else(|bad| panic!("{text}: {}", bad.what));
            assert_eq!(says.told(), told, "{text}");
        }
    }
}
