//! From the arguments that were taken to the order that they make.

use super::order::{BreakAt, LEARN, Learn, Order, Setting, SimOrder};
use super::parse::Taken;
use super::sims::{FAULTS, STATES};
use crate::graph::Key;

/// The order of a command; nothing only if the registry's table and this one disagree, which a test excludes.
pub(super) fn order(verb: &str, taken: Vec<Taken>) -> Option<Order> {
    let mut a = Args(taken.into_iter());
    Some(match verb {
        "add" => Order::Add(a.key()?, a.settings()),
        "set" => Order::Set(a.key()?, a.settings()),
        "unset" => Order::Unset(
            a.key()?,
            match a.0.next()? {
                Taken::Paths(paths) => paths,
                _ => return None,
            },
        ),
        "rename" => Order::Rename(a.key()?, a.text()?),
        "link" => a.chain().map(|(first, rest)| Order::Chain(first, rest))?,
        "unlink" => a.chain().map(|(first, rest)| Order::Unlink(first, rest))?,
        "bind" => match a.0.next()? {
            Taken::Binding(from, to) => Order::Bind(from, to),
            _ => return None,
        },
        "unbind" => match a.0.next()? {
            Taken::Field(key, path) => Order::Unbind(key, path),
            _ => return None,
        },
        "graph" => Order::Graph(a.text()),
        "new" => Order::New(a.text()),
        "load" => Order::Load(a.text()?),
        "save" => Order::Save {
            story: a.text().is_some(),
            path: a.text(),
        },
        "source" => Order::Source(a.text()?),
        "step" => Order::Step(a.number()),
        "break" => Order::Break {
            off: a.text().is_some(),
            at: a.stop(),
        },
        "why" => Order::Why(a.key()?),
        "trace" => Order::Trace(a.text(), a.keys()),
        "kinds" => Order::Kinds(a.text()),
        "help" => Order::Help(a.text()),
        "learn" => Order::Learn(a.learn()),
        "inspect" => Order::Inspect(a.key()?),
        "edit" => Order::Edit(a.key()),
        "sim" => match a.0.next()? {
            Taken::Sim(sim) => Order::Sim(sim),
            _ => return None,
        },
        "expect" => Order::Expect(a.text()?),
        verb => return of_keys(verb, a.keys()),
    })
}

/// The commands that take references or nothing.
fn of_keys(verb: &str, keys: Vec<Key>) -> Option<Order> {
    Some(match verb {
        "drop" => Order::Drop(keys),
        "show" => Order::Show(keys),
        "status" => Order::Status(keys),
        "plan" => Order::Plan(keys),
        "apply" => Order::Apply(keys),
        "dirty" => Order::Dirty(keys),
        "poke" => Order::Poke(keys),
        "notify" => Order::Notify(keys),
        "pending" => Order::Pending(keys),
        "cancel" => Order::Cancel(keys),
        "undo" => Order::Undo,
        "redo" => Order::Redo,
        "watch" => Order::Watch,
        "stop" => Order::Stop,
        "pause" => Order::Pause,
        "resume" => Order::Resume,
        "continue" => Order::Continue,
        "quit" => Order::Quit,
        "world" => Order::World,
        "demo" => Order::Demo,
        _ => return None,
    })
}

/// The order of a command of the simulated machine.
pub(super) fn sim(verb: &str, taken: Vec<Taken>) -> Option<SimOrder> {
    let mut a = Args(taken.into_iter());
    Some(match verb {
        "write" => SimOrder::Write(a.text()?, a.text()?),
        "rm" => SimOrder::Rm(a.text()?),
        "touch" => SimOrder::Touch(a.text()?),
        "chmod" => SimOrder::Chmod(u32::try_from(a.number()?).ok()?, a.text()?),
        "chown" => SimOrder::Chown(a.text()?, a.text()?),
        "mkdir" => SimOrder::Mkdir(a.text()?),
        "mv" => SimOrder::Mv(a.text()?, a.text()?),
        "ln" => SimOrder::Ln(a.text()?, a.text()?),
        "svc" => SimOrder::Svc(a.text()?, a.one_of(&STATES)?),
        "http" => SimOrder::Http(a.text()?, u16::try_from(a.number()?).ok()?, a.text()),
        "fail" => SimOrder::Fail(a.text()?, a.one_of(&FAULTS)?, a.number()),
        "heal" => SimOrder::Heal(a.text()),
        "crash" => SimOrder::Crash(match a.0.next()? {
            Taken::Point(point) => Some(point),
            _ => None,
        }),
        "restart" => SimOrder::Restart,
        "advance" => match a.0.next()? {
            Taken::Span(span) => SimOrder::Advance(span),
            _ => return None,
        },
        "run" => SimOrder::Run(a.text()?),
        _ => return None,
    })
}

/// The arguments, one after the other; each taken as what the order needs.
struct Args(std::vec::IntoIter<Taken>);

impl Args {
    fn key(&mut self) -> Option<Key> {
        match self.0.next()? {
            Taken::Key(key) => Some(key),
            _ => None,
        }
    }

    fn keys(&mut self) -> Vec<Key> {
        match self.0.next() {
            Some(Taken::Keys(keys)) => keys,
            _ => Vec::new(),
        }
    }

    fn text(&mut self) -> Option<String> {
        match self.0.next()? {
            Taken::Text(text) => Some(text),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<u64> {
        match self.0.next()? {
            Taken::Number(n) => Some(n),
            _ => None,
        }
    }

    /// What the next word means in a table.
    fn one_of<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        let word = self.text()?;
        let row = table.iter().find(|(name, _)| *name == word);
        row.map(|(_, of)| *of)
    }

    fn learn(&mut self) -> Learn {
        let Some(text) = self.text() else {
            return Learn::List;
        };
        let row = LEARN.iter().find(|(word, _)| *word == text);
        row.map_or_else(|| Learn::Begin(text.clone()), |(_, learn)| learn.clone())
    }

    fn stop(&mut self) -> Option<BreakAt> {
        match self.0.next()? {
            Taken::Stop(at) => Some(at),
            _ => None,
        }
    }

    fn settings(&mut self) -> Vec<Setting> {
        match self.0.next() {
            Some(Taken::Settings(settings)) => settings,
            _ => Vec::new(),
        }
    }

    fn chain(&mut self) -> Option<(Key, Vec<(super::words::Arrow, Key)>)> {
        match self.0.next()? {
            Taken::Chain(first, rest) => Some((first, rest)),
            _ => None,
        }
    }
}
