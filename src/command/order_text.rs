//! An order's canonical text, which parses back to it: the session's log.

use super::order::{BreakAt, LEARN, Learn, Order, Setting, SimOrder, Written};
use super::sims::fault_word;
use super::words::Arrow;
use crate::graph::Key;
use crate::graph::refs::{field_text, ref_text};
use crate::value::{Place, Raw, RawNode, quote, quote_always};
use std::fmt;

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
                    Some(BreakAt::Event(halt)) => {
                        let word = halt.word().to_owned();
                        ("break", texts(&[off.as_ref(), Some(&word)]), &[])
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
            Order::Learn(Learn::Begin(name)) => ("learn", texts(&[Some(name)]), &[]),
            Order::Learn(learn) => {
                let row = LEARN.iter().find(|(_, of)| of == learn);
                let word = row.map(|(word, _)| (*word).to_owned());
                ("learn", texts(&[word.as_ref()]), &[])
            }
            Order::Demo => ("demo", none(), &[]),
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
            SimOrder::Crash(Some(point)) => write!(f, "crash {point}"),
            SimOrder::Restart => put("restart", &[]),
            SimOrder::Advance(span) => put("advance", &[&span.to_string()]),
            SimOrder::Run(line) => write!(f, "run {line}"),
        }
    }
}
