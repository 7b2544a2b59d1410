//! Expectations about how often something was, about the graph, and about what a run would still do.

use super::{Session, Verdict};
use crate::engine::event::{Dirt, Event, What};
use crate::file::refs::{BadRef, resolve};
use crate::file::{Amount, Expect, Line, Verb};
use crate::graph::Graph;
use crate::trace;

/// Whether an event is one of those that `REF VERB N` counts; repairs and notices are told by what was before them.
pub(super) fn counts(verb: Verb, what: &What) -> bool {
    match (verb, what) {
        (Verb::Ran, What::Checking { .. }) => true,
        (Verb::Changed, What::Changed { .. }) => true,
        (Verb::Changed, What::Refreshed { changed, .. }) => *changed,
        (Verb::Refreshed, What::Refreshed { .. }) => true,
        (Verb::Failed, What::Failed { .. }) => true,
        (Verb::Retried, What::Retrying { .. }) => true,
        (Verb::Blocked, What::Blocked(_)) => trace::word(what) == "blocked",
        (Verb::Notified, What::Notified { from, .. }) => from.is_some(),
        (Verb::Sent, What::Sent { .. }) => true,
        (Verb::Received, What::Received(_)) => true,
        (Verb::Dropped, What::Dropped { .. }) => true,
        _ => false,
    }
}

/// How often a vertex was changed although it had been right, and neither its params nor what it receives were new since then.
pub(super) fn repairs<'a>(events: impl Iterator<Item = &'a Event>) -> usize {
    let (mut right, mut repairs) = (false, 0);
    for event in events {
        match &event.what {
            What::Changed { .. } => {
                repairs += usize::from(right);
                right = true;
            }
            What::Ok | What::Refreshed { .. } => right = true,
            What::Failed { .. } | What::Dirty(Dirt::Params | Dirt::Received) => right = false,
            _ => {}
        }
    }
    repairs
}

/// How often a watch noticed that a vertex was not right any more: what is checked and found right was none, as
/// an event of its own repair.
pub(super) fn notices<'a>(events: impl Iterator<Item = &'a Event>) -> usize {
    let (mut open, mut notices) = (false, 0);
    for event in events {
        match event.what {
            What::Noticed(_) => open = true,
            What::Ok => open = false,
            What::Found(_) => notices += usize::from(std::mem::take(&mut open)),
            _ => {}
        }
    }
    notices
}

/// A number that was to be so much.
pub(super) fn number(wanted: Amount, found: usize) -> Verdict {
    Verdict::of(wanted.takes(found as u64), wanted, found)
}

/// The same, of times.
pub(super) fn often(wanted: Amount, found: usize) -> Verdict {
    let wanted_text = match wanted.or_more {
        true => format!("{} or more", times(wanted.n)),
        false => times(wanted.n),
    };
    Verdict::of(wanted.takes(found as u64), wanted_text, times(found as u64))
}

fn times(n: u64) -> String {
    match n {
        0 => "never".to_owned(),
        n => trace::count(n as usize, "time"),
    }
}

/// What is done in a simulation without somebody changing the machine.
const NO_CHANGE: &[&str] = &["fail", "heal", "crash", "restart", "advance"];

/// How often somebody other than weft and its commands changed the simulated machine.
pub(super) fn outside(events: &[Event]) -> usize {
    let done = events.iter().filter_map(|event| match &event.what {
        What::Command(text) => text.strip_prefix("sim ")?.split(' ').next(),
        _ => None,
    });
    done.filter(|word| !NO_CHANGE.contains(word)).count()
}

/// What a run would still do: a plan of all, which is not shown.
pub(super) fn left(session: &Session, wanted: Amount) -> Result<Verdict, String> {
    let plan = session.plan(&[]).map_err(|error| error.to_string())?;
    let tally = plan.tally();
    let left = tally.changed + tally.may + tally.refreshed + tally.failed + tally.blocked;
    Ok(number(wanted, left))
}

/// Whether a line is in the graph.
pub(super) fn drawn(graph: &Graph, expect: &Expect) -> Result<Verdict, String> {
    let line = expect.line_in(graph).unwrap_or_else(|| {
        let what = "no line".to_owned();
        Err(BadRef { what, hint: None })
    });
    let notifies = matches!(expect, Expect::Drawn(_, true, _));
    let (there, wanted) = match line.map_err(|bad| bad.what)? {
        Line::Edge(from, to) if notifies => {
            let wanted = format!("{from} ~> {to}");
            let edge = graph.edges().get(&(from, to));
            (edge.is_some_and(|edge| edge.notify.is_some()), wanted)
        }
        Line::Edge(from, to) => {
            let before = graph.before(std::slice::from_ref(&to));
            let wanted = format!("{from} -> {to}");
            (before.vertex(&from).is_some(), wanted)
        }
        Line::Binding(from, to) => {
            let wanted = format!("{}.{} -> {}.{}", from.0, from.1, to.0, to.1);
            let binding = graph.bindings().get(&to);
            let same = binding.is_some_and(|has| (&has.from, &has.sent) == (&from.0, &from.1));
            (same, wanted)
        }
    };
    let found = if there {
        wanted.as_str()
    } else {
        "no such line"
    };
    Ok(Verdict::of(there, &wanted, found))
}

/// Whether a vertex is not in the graph.
pub(super) fn gone(graph: &Graph, text: &str) -> Verdict {
    match resolve(graph, text) {
        Ok(key) => Verdict::of(false, "gone", format!("{key} in the graph")),
        Err(_) => Verdict::of(true, "gone", "gone"),
    }
}

/// The opposite. What names nothing says nothing, and so its opposite does not hold either.
pub(super) fn not(verdict: Verdict, unknown: Option<BadRef>) -> Verdict {
    let holds = !verdict.holds && unknown.is_none();
    Verdict::of(holds, format!("not {}", verdict.wanted), verdict.found)
}
