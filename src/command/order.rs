//! An order: a command as data, closed. Display is its canonical text, which parses back to it: the session's log.

use super::sims::{UnitState, fault_word};
use super::words::Arrow;
use crate::drive::sim::CrashPoint;
use crate::graph::refs::{field_text, ref_text};
use crate::graph::{FieldPath, Key};
use crate::time::Span;
use crate::value::{Place, Raw, RawNode, quote, quote_always};
use crate::world::ModeBits;
use crate::world::sim::FaultKind;
use std::fmt;

/// One thing to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    /// A vertex with params.
    Add(Key, Vec<Setting>),
    /// Params of a vertex, all or none.
    Set(Key, Vec<Setting>),
    /// Written params that go.
    Unset(Key, Vec<FieldPath>),
    /// Another name.
    Rename(Key, String),
    /// Vertices that go.
    Drop(Vec<Key>),
    /// Edges from each to the next.
    Chain(Key, Vec<(Arrow, Key)>),
    /// Edges that go; with `~>` only their notifying.
    Unlink(Key, Vec<(Arrow, Key)>),
    /// What is sent, and where to.
    Bind((Key, FieldPath), (Key, FieldPath)),
    /// A binding that goes.
    Unbind(Key, FieldPath),
    /// Vertices as written; all if none.
    Show(Vec<Key>),
    /// The graph, drawn in this format.
    Graph(Option<String>),
    /// Statuses; all if none.
    Status(Vec<Key>),
    /// The edit before.
    Undo,
    /// The edit after.
    Redo,
    /// An empty graph, of this name.
    New(Option<String>),
    /// A file's graph or story.
    Load(String),
    /// The graph into a file.
    Save {
        /// With world, steps and trace.
        story: bool,
        /// Where; where it came from if none.
        path: Option<String>,
    },
    /// A file's commands.
    Source(String),
    /// What would change; of all if none.
    Plan(Vec<Key>),
    /// Change it; all if none.
    Apply(Vec<Key>),
    /// Apply and repair.
    Watch,
    /// Finish and end.
    Stop,
    /// Start nothing.
    Pause,
    /// Go on.
    Resume,
    /// So many vertices.
    Step(Option<u64>),
    /// To the next break.
    Continue,
    /// A break, or with `off` none; all if at none.
    Break {
        /// Whether it goes.
        off: bool,
        /// Where.
        at: Option<BreakAt>,
    },
    /// Check again.
    Dirty(Vec<Key>),
    /// Look again.
    Poke(Vec<Key>),
    /// Notify by hand.
    Notify(Vec<Key>),
    /// What is pending; of all if none.
    Pending(Vec<Key>),
    /// Drop what is pending.
    Cancel(Vec<Key>),
    /// The causes.
    Why(Key),
    /// The trace at this level, of these vertices.
    Trace(Option<String>, Vec<Key>),
    /// Kinds, or one.
    Kinds(Option<String>),
    /// Help, about something.
    Help(Option<String>),
    /// Leave.
    Quit,
    /// What is there, as a vertex.
    Inspect(Key),
    /// In an editor.
    Edit(Option<Key>),
    /// On the simulated machine.
    Sim(SimOrder),
    /// Which machine.
    World,
    /// Must be so; as it was written, since it is read against the end of a run.
    Expect(String),
}

/// One `param=value`.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    /// The param, `meta.…` for how a vertex is run.
    pub path: FieldPath,
    /// What was written for it.
    pub value: Written,
    /// Where.
    pub place: Place,
}

/// What was written after `=`.
#[derive(Clone, PartialEq, Debug)]
pub enum Written {
    /// A value.
    Raw(Raw),
    /// `?`: to be asked for, and not echoed.
    Asked,
}

/// Where a run stops.
#[derive(Clone, PartialEq, Debug)]
pub enum BreakAt {
    /// Before a vertex starts.
    Vertex(Key),
    /// After an event of this name.
    Event(String),
}

/// Something done on the simulated machine.
#[derive(Clone, PartialEq, Debug)]
pub enum SimOrder {
    /// Path and text.
    Write(String, String),
    /// Path.
    Rm(String),
    /// Path.
    Touch(String),
    /// Mode and path.
    Chmod(ModeBits, String),
    /// Owner and path.
    Chown(String, String),
    /// Path.
    Mkdir(String),
    /// From and to.
    Mv(String, String),
    /// Target and the link's path.
    Ln(String, String),
    /// Unit and state.
    Svc(String, UnitState),
    /// URL, status and body.
    Http(String, u16, Option<String>),
    /// What fails, how, and how often.
    Fail(String, FaultKind, Option<u64>),
    /// What fails no more; nothing fails if none.
    Heal(Option<String>),
    /// At this point; now if none.
    Crash(Option<CrashPoint>),
    /// Start again.
    Restart,
    /// So much time.
    Advance(Span),
    /// A command line.
    Run(String),
}

impl Order {
    /// Whether it edits the graph, so that [`super::edit()`] can apply it.
    pub fn is_edit(&self) -> bool {
        use Order::*;
        matches!(
            self,
            Add(..)
                | Set(..)
                | Unset(..)
                | Rename(..)
                | Drop(_)
                | Chain(..)
                | Unlink(..)
                | Bind(..)
                | Unbind(..)
        )
    }

    /// The same order with `?` for each value that may not be told, by its vertex and param; a map's keys are told. That is how
    /// it stands in a log.
    pub fn veiled(&self, hides: impl Fn(&Key, &FieldPath) -> bool) -> Order {
        let veil = |key: &Key, settings: &[Setting]| {
            let each = settings.iter().flat_map(|setting| match &setting.value {
                Written::Raw(raw) if hides(key, &setting.path) => asked(setting.path.clone(), raw),
                _ => vec![setting.clone()],
            });
            each.collect()
        };
        match self {
            Order::Add(key, settings) => Order::Add(key.clone(), veil(key, settings)),
            Order::Set(key, settings) => Order::Set(key.clone(), veil(key, settings)),
            other => other.clone(),
        }
    }

    /// What must be asked for before it can be done, in order: the vertex and its param.
    pub fn asks(&self) -> Vec<(&Key, &FieldPath)> {
        let (Order::Add(key, settings) | Order::Set(key, settings)) = self else {
            return Vec::new();
        };
        let asked = settings.iter().filter(|s| s.value == Written::Asked);
        asked.map(|setting| (key, &setting.path)).collect()
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Order::Add(key, settings) => write!(f, "add {}{}", ref_text(key), Settings(settings)),
            Order::Set(key, settings) => write!(f, "set {}{}", ref_text(key), Settings(settings)),
            Order::Unset(key, paths) => {
                write!(f, "unset {}", ref_text(key))?;
                paths.iter().try_for_each(|path| write!(f, " {path}"))
            }
            Order::Rename(key, name) => write!(f, "rename {} {}", ref_text(key), quote(name)),
            Order::Chain(first, rest) => chain(f, first, rest),
            Order::Unlink(first, rest) => {
                f.write_str("unlink ")?;
                chain(f, first, rest)
            }
            Order::Bind((a, x), (b, y)) => {
                write!(f, "{} -> {}", field_text(a, x), field_text(b, y))
            }
            Order::Unbind(key, path) => write!(f, "unbind {}", field_text(key, path)),
            Order::Sim(sim) => write!(f, "sim {sim}"),
            Order::Expect(expectation) => write!(f, "expect {expectation}"),
            other => {
                let (verb, words, keys) = other.plainly();
                f.write_str(verb)?;
                words.iter().try_for_each(|word| write!(f, " {word}"))?;
                keys.iter()
                    .try_for_each(|key| write!(f, " {}", ref_text(key)))
            }
        }
    }
}

impl Order {
    /// The orders that are a verb, words and references: those three.
    fn plainly(&self) -> (&'static str, Vec<String>, &[Key]) {
        use std::slice::from_ref;
        let texts = |texts: &[Option<&String>]| texts.iter().flatten().map(|t| quote(t)).collect();
        let none: fn() -> Vec<String> = Vec::new;
        match self {
            Order::Drop(keys) => ("drop", none(), keys),
            Order::Show(keys) => ("show", none(), keys),
            Order::Graph(format) => ("graph", texts(&[format.as_ref()]), &[]),
            Order::Status(keys) => ("status", none(), keys),
            Order::Undo => ("undo", none(), &[]),
            Order::Redo => ("redo", none(), &[]),
            Order::New(name) => ("new", texts(&[name.as_ref()]), &[]),
            Order::Load(path) => ("load", texts(&[Some(path)]), &[]),
            Order::Save { story, path } => {
                let flag = story.then(|| "--story".to_owned());
                ("save", texts(&[flag.as_ref(), path.as_ref()]), &[])
            }
            Order::Source(path) => ("source", texts(&[Some(path)]), &[]),
            Order::Plan(keys) => ("plan", none(), keys),
            Order::Apply(keys) => ("apply", none(), keys),
            Order::Watch => ("watch", none(), &[]),
            Order::Stop => ("stop", none(), &[]),
            Order::Pause => ("pause", none(), &[]),
            Order::Resume => ("resume", none(), &[]),
            Order::Step(n) => ("step", n.iter().map(u64::to_string).collect(), &[]),
            Order::Continue => ("continue", none(), &[]),
            Order::Break { off, at } => {
                let off = off.then(|| "off".to_owned());
                match at {
                    Some(BreakAt::Vertex(key)) => ("break", texts(&[off.as_ref()]), from_ref(key)),
                    Some(BreakAt::Event(event)) => {
                        ("break", texts(&[off.as_ref(), Some(event)]), &[])
                    }
                    None => ("break", texts(&[off.as_ref()]), &[]),
                }
            }
            Order::Dirty(keys) => ("dirty", none(), keys),
            Order::Poke(keys) => ("poke", none(), keys),
            Order::Notify(keys) => ("notify", none(), keys),
            Order::Pending(keys) => ("pending", none(), keys),
            Order::Cancel(keys) => ("cancel", none(), keys),
            Order::Why(key) => ("why", none(), from_ref(key)),
            Order::Trace(level, keys) => ("trace", texts(&[level.as_ref()]), keys),
            Order::Kinds(kind) => ("kinds", texts(&[kind.as_ref()]), &[]),
            Order::Help(topic) => ("help", texts(&[topic.as_ref()]), &[]),
            Order::Quit => ("quit", none(), &[]),
            Order::Inspect(key) => ("inspect", none(), from_ref(key)),
            Order::Edit(key) => ("edit", none(), key.as_ref().map_or(&[], from_ref)),
            Order::World => ("world", none(), &[]),
            Order::Add(..) | Order::Set(..) | Order::Unset(..) | Order::Rename(..) => {
                ("", none(), &[])
            }
            Order::Chain(..) | Order::Unlink(..) | Order::Bind(..) | Order::Unbind(..) => {
                ("", none(), &[])
            }
            Order::Sim(_) | Order::Expect(_) => ("", none(), &[]),
        }
    }
}

/// Settings that ask for all that was written at a path.
fn asked(path: FieldPath, raw: &Raw) -> Vec<Setting> {
    match &raw.node {
        RawNode::Map(items) if !items.is_empty() => {
            let below = |(key, _, raw): &(String, Place, Raw)| {
                let mut path = path.clone();
                path.keys.push(key.clone());
                asked(path, raw)
            };
            items.iter().flat_map(below).collect()
        }
        _ => vec![Setting {
            path,
            value: Written::Asked,
            place: raw.place,
        }],
    }
}

fn chain(f: &mut fmt::Formatter<'_>, first: &Key, rest: &[(Arrow, Key)]) -> fmt::Result {
    f.write_str(&ref_text(first))?;
    rest.iter()
        .try_for_each(|(arrow, key)| write!(f, " {arrow} {}", ref_text(key)))
}

struct Settings<'a>(&'a [Setting]);

impl fmt::Display for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|setting| match &setting.value {
            Written::Raw(raw) => write!(f, " {}={}", setting.path, raw_text(raw)),
            Written::Asked => write!(f, " {}=?", setting.path),
        })
    }
}

/// A written value as it is read back.
pub fn raw_text(raw: &Raw) -> String {
    match &raw.node {
        RawNode::Scalar { text, quoted: true } => quote_always(text),
        RawNode::Scalar {
            text,
            quoted: false,
        } => text.clone(),
        RawNode::List(items) => {
            let items: Vec<String> = items.iter().map(raw_text).collect();
            format!("[{}]", items.join(", "))
        }
        RawNode::Map(items) => {
            let item = |(key, _, raw): &(String, Place, Raw)| {
                format!("{}: {}", quote_always(key), raw_text(raw))
            };
            let items: Vec<String> = items.iter().map(item).collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

impl fmt::Display for SimOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut put = |verb: &str, words: &[&str]| {
            f.write_str(verb)?;
            words
                .iter()
                .try_for_each(|word| write!(f, " {}", quote(word)))
        };
        match self {
            SimOrder::Write(path, text) => put("write", &[path, text]),
            SimOrder::Rm(path) => put("rm", &[path]),
            SimOrder::Touch(path) => put("touch", &[path]),
            SimOrder::Chmod(mode, path) => put("chmod", &[&format!("{mode:04o}"), path]),
            SimOrder::Chown(owner, path) => put("chown", &[owner, path]),
            SimOrder::Mkdir(path) => put("mkdir", &[path]),
            SimOrder::Mv(from, to) => put("mv", &[from, to]),
            SimOrder::Ln(target, path) => put("ln", &[target, path]),
            SimOrder::Svc(unit, state) => put("svc", &[unit, state.word()]),
            SimOrder::Http(url, status, None) => put("http", &[url, &status.to_string()]),
            SimOrder::Http(url, status, Some(body)) => {
                put("http", &[url, &status.to_string(), body])
            }
            SimOrder::Fail(what, fault, None) => put("fail", &[what, fault_word(*fault)]),
            SimOrder::Fail(what, fault, Some(n)) => {
                put("fail", &[what, fault_word(*fault), &n.to_string()])
            }
            SimOrder::Heal(None) => put("heal", &[]),
            SimOrder::Heal(Some(what)) => put("heal", &[what]),
            SimOrder::Crash(None) => put("crash", &[]),
            SimOrder::Crash(Some(CrashPoint::Record(n))) => write!(f, "crash record {n}"),
            SimOrder::Crash(Some(CrashPoint::After(key))) => write!(f, "crash {}", ref_text(key)),
            SimOrder::Restart => put("restart", &[]),
            SimOrder::Advance(span) => put("advance", &[&span.to_string()]),
            SimOrder::Run(line) => write!(f, "run {line}"),
        }
    }
}
