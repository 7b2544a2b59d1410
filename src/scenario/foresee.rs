//! Plan against apply (rule L4): what a plan made just before an apply had said of each change that the apply made.

use std::collections::{BTreeMap, BTreeSet};

use crate::drive::Plan;
use crate::engine::event::{Event, What};
use crate::graph::Key;
use crate::value::Finding;

/// How plans compared with applies.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Foresight {
    /// Changes and refreshes that were predicted exactly.
    pub exact: usize,
    /// Those that were predicted with a named unknown.
    pub unknown: usize,
    /// What needs root, and what comes behind it.
    pub blocked: usize,
    /// What was not predicted, or predicted and not done: one line each.
    pub wrong: Vec<String>,
}

impl Foresight {
    /// Both together.
    pub fn add(&mut self, other: Foresight) {
        self.exact += other.exact;
        self.unknown += other.unknown;
        self.blocked += other.blocked;
        self.wrong.extend(other.wrong);
    }

    /// How many changes there were.
    pub fn changes(&self) -> usize {
        self.exact + self.unknown + self.wrong.len()
    }
}

/// `N changes: P exactly, U with named unknowns, W wrong`.
impl std::fmt::Display for Foresight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {} exactly, {} with named unknowns, {} wrong",
            crate::trace::count(self.changes(), "change"),
            self.exact,
            self.unknown,
            self.wrong.len()
        )?;
        match self.blocked {
            0 => Ok(()),
            n => write!(f, "; {n} blocked"),
        }
    }
}

/// What an apply did.
#[derive(Default)]
struct Did {
    changed: Vec<(Key, Vec<Finding>)>,
    refreshed: Vec<Key>,
    /// Vertices that could not end: failed, tried again, blocked, or held.
    hindered: BTreeSet<Key>,
    converged: bool,
}

impl Did {
    fn of(events: &[Event]) -> Did {
        let mut did = Did::default();
        for event in events {
            did.converged |= matches!(event.what, What::Converged(_));
            let Some(key) = event.subject.clone() else {
                continue;
            };
            match &event.what {
                What::Changed { findings, .. } => did.changed.push((key, findings.to_vec())),
                What::Refreshed { .. } => did.refreshed.push(key),
                What::Failed { .. } | What::Blocked(_) => drop(did.hindered.insert(key)),
                _ => {}
            }
        }
        did
    }
}

/// Compares a plan with the events of the apply after it.
pub(super) fn foresee(plan: &Plan, events: &[Event]) -> Foresight {
    let did = Did::of(events);
    let mut found = Foresight::default();
    for (key, findings) in &did.changed {
        let said = plan.expected.changes.get(key);
        change(&mut found, plan, key, findings, said);
    }
    for key in &did.refreshed {
        match plan.expected.refreshes.contains(key) {
            true if is_may(plan, key) => found.unknown += 1,
            true => found.exact += 1,
            false => found
                .wrong
                .push(format!("{key} was refreshed, which the plan did not say")),
        }
    }
    not_done(&mut found, plan, &did);
    found
}

fn is_may(plan: &Plan, key: &Key) -> bool {
    plan.view.vertices.get(key).is_some_and(|view| view.may)
}

fn is_behind_root(plan: &Plan, key: &Key) -> bool {
    let view = plan.view.vertices.get(key);
    view.is_some_and(|view| view.needs_root || view.behind_root)
}

fn change(
    found: &mut Foresight,
    plan: &Plan,
    key: &Key,
    findings: &[Finding],
    said: Option<&Vec<Finding>>,
) {
    let all = plan.expected.covers(key, findings);
    let said = said.map_or(&[][..], Vec::as_slice);
    let missing = said.iter().filter(|finding| !finding.may);
    let missing = missing.filter(|finding| !findings.iter().any(|did| did.line == finding.line));
    let not_named = || said.iter().all(|finding| !finding.may);
    match missing.count() {
        0 if all && not_named() && !is_may(plan, key) => found.exact += 1,
        _ if all && !not_named() => found.unknown += 1,
        0 if all => found.unknown += 1,
        _ => {
            let line = |findings: &[Finding]| {
                let lines: Vec<&str> = findings.iter().map(|f| f.line.as_str()).collect();
                lines.join("; ")
            };
            let (planned, applied) = (line(said), line(findings));
            let what = format!("{key}: planned `{planned}`, applied `{applied}`");
            found.wrong.push(crate::value::sanitise(&what));
        }
    }
}

/// What the plan said and the apply did not do, unless it was kept from it.
fn not_done(found: &mut Foresight, plan: &Plan, did: &Did) {
    let counts: BTreeMap<&Key, ()> = did.changed.iter().map(|(key, _)| (key, ())).collect();
    for (key, view) in &plan.view.vertices {
        if is_behind_root(plan, key) {
            found.blocked += 1;
            continue;
        }
        let kept = did.hindered.contains(key) || !did.converged;
        let certain = |findings: &Vec<Finding>| findings.iter().any(|finding| !finding.may);
        let planned = plan.expected.changes.get(key).is_some_and(certain);
        if planned && !view.may && !kept && !counts.contains_key(key) {
            found
                .wrong
                .push(format!("{key} was to change, and did not"));
        }
        let refresh = plan.expected.refreshes.contains(key) && !view.may;
        if refresh && !kept && !did.refreshed.contains(key) {
            found
                .wrong
                .push(format!("{key} was to be refreshed, and was not"));
        }
    }
}
