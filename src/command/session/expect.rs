//! Expectations, judged against what happened.

use std::path::Path;

use super::counted::{counts, drawn, gone, left, not, notices, number, often, outside, repairs};
use super::{Front, Session, SessionError, lines};
use crate::command::order::Order;
use crate::command::slips::LISTED;
use crate::engine::event::{Event, EventId, What};
use crate::engine::why::{chain, why};
use crate::file::refs::resolve;
use crate::file::{Amount, Expect, Verb};
use crate::graph::{Catalog, FieldPath, Graph, Key};
use crate::kind::Kinds;
use crate::trace;
use crate::value::{MASK, Raw, Type, Value, quote, sanitise};

/// What came of one expectation.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// What was wanted, in words.
    pub wanted: String,
    /// What was found.
    pub found: String,
    /// The causes of the vertex that it is about, one line each.
    pub why: Vec<String>,
}

impl Verdict {
    pub(super) fn of(holds: bool, wanted: impl ToString, found: impl ToString) -> Verdict {
        Verdict {
            holds,
            wanted: wanted.to_string(),
            found: found.to_string(),
            why: Vec::new(),
        }
    }

    /// What is told of an expectation that does not hold: its words, what was wanted and found, and why it came to that.
    pub fn told(&self, expected: &str) -> String {
        let why = self.why.iter().map(|line| line.trim_start());
        let why: String = why.map(|line| format!("\n  why: {line}")).collect();
        format!("expected `{}`: {self}{why}", sanitise(expected))
    }

    pub(super) fn same<T: PartialEq + ToString>(wanted: T, found: T) -> Verdict {
        Verdict::of(wanted == found, wanted, found)
    }

    fn about(self, session: &Session, key: &Key) -> Verdict {
        let events = why(&session.events, key);
        Verdict {
            why: if self.holds { Vec::new() } else { told(events) },
            ..self
        }
    }
}

/// Judges one expectation. A secret is compared, and never shown.
pub fn judge(session: &Session, expect: &Expect) -> Verdict {
    if let Some(bad) = expect.senseless(session.graph(), &Kinds) {
        return Verdict::of(false, "something that can be", bad.what);
    }
    let judged = match expect {
        Expect::Is(text, status) => vertex(session, text, |key| {
            let found = session.runner.ask(|engine| engine.status(key));
            let found = found.map_or("not in the graph", |status| status.word());
            Verdict::same(status.to_string(), found.to_owned())
        }),
        Expect::Times(text, verb, n) => vertex(session, text, |key| {
            let told = session.events.iter();
            let of_it = told.filter(|event| event.subject.as_ref() == Some(key));
            let found = match verb {
                Verb::Repaired => repairs(of_it),
                Verb::Noticed => notices(of_it),
                verb => of_it.filter(|event| counts(*verb, &event.what)).count(),
            };
            often(*n, found)
        }),
        Expect::Holds(..) => holds(session, expect),
        Expect::Absent(path) => Ok(of_path(session, path, absent(session, path))),
        Expect::Mode(path, bits) => Ok(of_path(session, path, mode(session, path, *bits))),
        Expect::Has(path, text) => Ok(of_path(session, path, has(session, path, text))),
        Expect::Before(first, second) => before(session, first, second),
        Expect::Pending(n) => Ok(pending(session, *n)),
        Expect::Changes(n) => {
            let changes = session.events.iter().map(|event| &event.what);
            let found = changes.filter(|what| counts(Verb::Changed, what)).count();
            Ok(number(*n, found))
        }
        Expect::Plans(n) => Ok(number(*n, session.plans)),
        Expect::Outside(n) => Ok(number(*n, outside(&session.events))),
        Expect::Left(n) => left(session, *n),
        Expect::Drawn(..) => drawn(session.graph(), expect),
        Expect::Gone(text) => Ok(gone(session.graph(), text)),
        Expect::Not(says) => return not(judge(session, says), says.unknown_in(session.graph())),
        Expect::Exit(code) => Ok(Verdict::same(i32::from(*code), session.ended.code(false))),
        Expect::Error(text) => Ok(error(session, text)),
    };
    judged.unwrap_or_else(|bad| Verdict::of(false, "something that there is", bad))
}

impl Session {
    pub(super) fn expect(&mut self, text: &str, front: &mut dyn Front) -> Result<(), SessionError> {
        let expect = Expect::parse(text).map_err(|unclear| {
            let hint = unclear
                .hint
                .unwrap_or("`help expect` lists the forms".to_owned());
            SessionError::failed(unclear.what).with_hint(hint)
        })?;
        speaks_of(self.graph(), &expect)?;
        let verdict = judge(self, &expect);
        if verdict.holds {
            self.log.push(Order::Expect(text.to_owned()).to_string());
            front.show(&format!("holds: {}\n", sanitise(text)));
            return Ok(());
        }
        front.show(&lines(&verdict.why));
        let what = format!("`{text}` is not so: {verdict}");
        Err(SessionError::failed(what)
            .with_hint("`trace` tells what happened, `why REF` its causes"))
    }
}

/// Whether an expectation speaks of what there is in a graph, and can be so; else what is not there, or cannot be.
pub(crate) fn speaks_of(graph: &Graph, expect: &Expect) -> Result<(), SessionError> {
    let unknown = expect.unknown_in(graph);
    let bad = unknown.or_else(|| expect.senseless(graph, &Kinds));
    match bad {
        None => Ok(()),
        Some(bad) => {
            let hint = bad.hint.unwrap_or_else(|| LISTED.to_owned());
            Err(SessionError::failed(bad.what).with_hint(hint))
        }
    }
}

/// `wanted A, found B`.
impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "wanted {}, found {}", self.wanted, self.found)
    }
}

fn told(events: Vec<&Event>) -> Vec<String> {
    events
        .into_iter()
        .map(|event| trace::line(event).to_string())
        .collect()
}

fn vertex(
    session: &Session,
    text: &str,
    judge: impl FnOnce(&Key) -> Verdict,
) -> Result<Verdict, String> {
    let key = resolve(session.graph(), text).map_err(|bad| bad.what)?;
    Ok(judge(&key).about(session, &key))
}

/// What a field holds: what was last sent, or received, or is written; in that order.
fn holds(session: &Session, expect: &Expect) -> Result<Verdict, String> {
    let (Expect::Holds(_, wanted), Some(found)) = (expect, expect.field_in(session.graph())) else {
        return Err("no field".into());
    };
    let (key, path) = found.map_err(|bad| bad.what)?;
    let Some(value) = value(session, &key, &path) else {
        let verdict = Verdict::of(false, wanted, "nothing");
        return Ok(verdict.about(session, &key));
    };
    let equal = equals(&key, &path, wanted, &value);
    let verdict = match value.is_secret() {
        true if equal => Verdict::of(true, MASK, MASK),
        true => Verdict::of(false, "another secret", MASK),
        false => Verdict::of(equal, wanted, value.brief()),
    };
    Ok(verdict.about(session, &key))
}

fn value(session: &Session, key: &Key, path: &FieldPath) -> Option<Value> {
    let (sends, mut received) = session
        .runner
        .ask(|engine| (engine.sends(key), engine.received(key)));
    let below = |value: &Value| dig(value, &path.keys);
    let sent = sends.and_then(|sends| sends.get(&*path.field).and_then(below));
    sent.or_else(|| received.remove(path)).or_else(|| {
        let vertex = session.graph().vertex(key)?;
        vertex.params.get(&*path.field).and_then(below)
    })
}

fn dig(value: &Value, keys: &[String]) -> Option<Value> {
    let Some((first, rest)) = keys.split_first() else {
        return Some(value.clone());
    };
    match value {
        Value::Map(map) => dig(map.get(first)?, rest),
        Value::Secret(secret) => dig(secret.expose(), keys).map(Value::into_secret),
        _ => None,
    }
}

/// Whether a value is what was written, read as the field's type, or as a text where the field takes anything.
fn equals(key: &Key, path: &FieldPath, wanted: &Raw, value: &Value) -> bool {
    let schema = Kinds.schema(key.kind());
    let sent = schema.and_then(|schema| schema.sent(&path.field).map(|sent| sent.ty));
    let field = schema.and_then(|schema| schema.field(&path.field).map(|field| field.ty));
    let typed = match sent.or(field) {
        Some(ty) if path.keys.is_empty() => ty,
        Some(Type::Map(of)) => *of,
        _ => Type::Any,
    };
    [typed, Type::Any, Type::Str]
        .iter()
        .filter_map(|ty| ty.read(wanted).ok())
        .any(|wanted| wanted == *value.expose())
}

/// With why, where a vertex manages the path.
fn of_path(session: &Session, path: &str, verdict: Verdict) -> Verdict {
    let part = format!("path:{path}");
    let graph = session.graph();
    let owner = graph.vertices().iter().find(|(key, vertex)| {
        let owns = Kinds.owns(key, &vertex.params);
        owns.contains(&part)
    });
    match owner {
        Some((key, _)) => verdict.about(session, key),
        None => verdict,
    }
}

fn absent(session: &Session, path: &str) -> Verdict {
    let there = session
        .machine()
        .and_then(|sim| sim.outside().stat(Path::new(path)));
    let found = match &there {
        Some(_) => format!("{path} is there"),
        None => "absent".to_owned(),
    };
    Verdict::same("absent".to_owned(), found)
}

fn mode(session: &Session, path: &str, bits: u32) -> Verdict {
    let there = session
        .machine()
        .and_then(|sim| sim.outside().stat(Path::new(path)));
    let found = there.map_or("absent".to_owned(), |stat| format!("{:04o}", stat.mode));
    Verdict::same(format!("{bits:04o}"), found)
}

/// A file that others may not read is not shown, in case it holds a secret (rule V8).
fn has(session: &Session, path: &str, text: &str) -> Verdict {
    let outside = session.machine().map(|sim| sim.outside());
    let at = Path::new(path);
    let content = outside.as_ref().and_then(|outside| outside.content(at));
    let Some(content) = content else {
        return Verdict::of(false, quote(text), "no file");
    };
    let found = String::from_utf8_lossy(&content).into_owned();
    let open = outside
        .and_then(|outside| outside.stat(at))
        .is_some_and(|stat| stat.mode & 0o004 != 0);
    let shown = if open { quote(&found) } else { MASK.to_owned() };
    Verdict::of(found.contains(text), quote(text), shown)
}

/// Whether one vertex had settled when the other one first started, and did not run then.
fn before(session: &Session, first: &str, second: &str) -> Result<Verdict, String> {
    let [a, b] = [first, second].map(|text| resolve(session.graph(), text).map_err(|bad| bad.what));
    let (a, b) = (a?, b?);
    let mut settled: Option<EventId> = None;
    for event in &session.events {
        let is = |key: &Key| event.subject.as_ref() == Some(key);
        match &event.what {
            What::Checking { .. } if is(&b) => {
                let verdict = match settled {
                    Some(_) => Verdict::of(true, "settled before", "settled before"),
                    None => Verdict::of(
                        false,
                        format!("{a} settled before {b} started"),
                        format!("{b} started before"),
                    ),
                };
                return Ok(verdict.about(session, &b));
            }
            What::Ok | What::Changed { .. } | What::Refreshed { .. } | What::Held(_) if is(&a) => {
                settled = Some(event.id);
            }
            What::Checking { .. } | What::Refreshing | What::Failed { .. } if is(&a) => {
                settled = None
            }
            _ => {}
        }
    }
    Ok(Verdict::of(false, format!("{b} started"), "it never did").about(session, &b))
}

fn pending(session: &Session, n: Amount) -> Verdict {
    let remembered = session.runner.remembered();
    let waits = remembered
        .lines
        .iter()
        .filter(|(_, count)| count.is_pending());
    let waits: Vec<String> = waits
        .map(|(line, _)| crate::engine::line_text(line))
        .collect();
    Verdict {
        why: waits.clone(),
        ..number(n, waits.len())
    }
}

/// In an order's error, or in what failed in a run.
fn error(session: &Session, text: &str) -> Verdict {
    let failures = session.events.iter().filter_map(|event| match &event.what {
        What::Failed { why, detail, .. } => {
            let lines = std::iter::once(why).chain(detail);
            let lines: Vec<&str> = lines.map(String::as_str).collect();
            Some((event, lines.join("\n")))
        }
        What::Undurable(why) => Some((event, why.clone())),
        _ => None,
    });
    let failures: Vec<_> = failures.collect();
    let told = failures.iter().map(|(_, text)| text);
    let all: Vec<&String> = session.errors.iter().chain(told).collect();
    let found = match all.last() {
        Some(last) => last.to_string(),
        None => "no error".to_owned(),
    };
    let holds = all.iter().any(|error| error.contains(text));
    let causes = failures
        .last()
        .map(|(event, _)| chain(&session.events, event.id));
    Verdict {
        why: if holds { Vec::new() } else { told_of(causes) },
        ..Verdict::of(holds, quote(text), found)
    }
}

fn told_of(causes: Option<Vec<&Event>>) -> Vec<String> {
    causes.map(told).unwrap_or_default()
}
