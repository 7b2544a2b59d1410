//! Answers as data: what the words of `status`, `pending`, `why` and `trace` are made of, and their JSON.

use super::Session;
use crate::drive::plan::Plan;
use crate::engine::event::{Event, What};
use crate::engine::{Engine, Level, Marks, Source, Status, why};
use crate::graph::Key;
use crate::journal::Slot;
use crate::time::Wall;
use crate::trace::{self, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a vertex stands.
#[derive(Clone, PartialEq, Debug)]
pub struct StatusRow {
    /// The vertex.
    pub key: Key,
    /// Its status.
    pub status: Status,
    /// The word for it. Where a look at the machine says it, `differs` and `may differ` for what an apply would change.
    pub word: &'static str,
    /// Why, in a few words; empty where the status says it all.
    pub reason: String,
    /// What stands beside its status.
    pub marks: Marks,
}

/// Something that is owed to a vertex: a notification that it has not heard, or its own debt.
#[derive(Clone, PartialEq, Debug)]
pub struct PendingRow {
    /// The vertex.
    pub to: Key,
    /// Who notified it; none for a person's `notify`, and for a debt.
    pub from: Option<Key>,
    /// Whether it is a debt: the vertex may have changed, and has not told anyone.
    pub debt: bool,
    /// The run in which it came to be.
    pub run: u32,
    /// How many runs ago that is.
    pub age: u32,
    /// When that was, on the wall clock.
    pub at: Wall,
    /// How long ago, in its largest unit; nothing where nobody can tell.
    pub ago: Option<String>,
    /// What caused it, as the trace tells it: in this session the event before it, else the input that it goes back to.
    pub cause: String,
}

impl Session {
    /// How these vertices stand, or all.
    pub fn statuses(&self, keys: &[Key]) -> Vec<StatusRow> {
        let all = self.graph().vertices().keys();
        let wanted = all.filter(|key| keys.is_empty() || keys.contains(key));
        let running = self.moment().running;
        self.runner.ask(|engine| {
            let stand = engine.statuses();
            wanted
                .map(|key| self.status_row(key, engine, &stand, running))
                .collect()
        })
    }

    fn status_row(
        &self,
        key: &Key,
        engine: &Engine,
        stand: &BTreeMap<&Key, Status>,
        running: bool,
    ) -> StatusRow {
        let status = stand.get(key).copied().unwrap_or(Status::New);
        let seen = self.view.vertices.get(key);
        let told = seen.filter(|seen| seen.status == Some(status));
        let reason = match told
            .map(|seen| seen.reason.clone())
            .filter(|reason| !reason.is_empty())
        {
            Some(reason) => reason,
            None if status == Status::Failed => {
                let failure = engine.failure(key);
                failure.map(|why| why.to_string()).unwrap_or_default()
            }
            None if status == Status::Waiting => waits_for(key, engine, stand, running),
            None => String::new(),
        };
        let unwatched = seen.map_or("", |seen| &seen.unwatched);
        let parts = [&reason, unwatched].into_iter();
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let reason = parts.join("; ");
        StatusRow {
            key: key.clone(),
            status,
            word: status.word(),
            reason,
            marks: engine.marks(key).unwrap_or_default(),
        }
    }

    /// How every vertex stands by a look at the machine, which a plan is; what is owed to it is what the journal says.
    pub fn looked(&self, plan: &Plan) -> Vec<StatusRow> {
        let pending = self.pending_rows(&[]);
        let owed = |key: &Key, debt| pending.iter().any(|row| row.to == *key && row.debt == debt);
        let row = |key: &Key| {
            let view = plan.view.vertices.get(key);
            let status = view.and_then(|view| view.status).unwrap_or(Status::New);
            let may = view.is_some_and(|view| view.may);
            let finding = view.and_then(|view| Some(view.findings.first()?.line.clone()));
            let reason = || view.map_or(String::new(), |view| view.reason.clone());
            StatusRow {
                key: key.clone(),
                status,
                word: match status {
                    Status::Changed if may => "may differ",
                    Status::Changed => "differs",
                    other => other.word(),
                },
                reason: match status {
                    // What is found there is not what is wrong.
                    Status::Failed | Status::Blocked => reason(),
                    _ => finding.unwrap_or_else(reason),
                },
                marks: Marks {
                    dirty: false,
                    pending: owed(key, false),
                    debt: owed(key, true),
                },
            }
        };
        self.graph().vertices().keys().map(row).collect()
    }

    /// The view with every vertex of the graph in it, as it stands right now and under the name that it has now.
    pub fn picture(&self) -> View {
        let mut view = self.view.clone();
        let mut pending: BTreeMap<Key, Vec<Option<Key>>> = BTreeMap::new();
        for row in self.pending_rows(&[]).into_iter().filter(|row| !row.debt) {
            pending.entry(row.to).or_default().push(row.from);
        }
        for row in self.statuses(&[]) {
            let (status, dirty) = (Some(row.status), row.marks.dirty);
            let pending = pending.remove(&row.key).unwrap_or_default();
            let vertex = view.vertices.entry(row.key).or_default();
            // One that is told of as it is stays shared.
            let told = (
                &vertex.status,
                &vertex.reason,
                vertex.dirty,
                &vertex.pending,
            );
            if told != (&status, &row.reason, dirty, &pending) {
                let vertex = Arc::make_mut(vertex);
                vertex.status = status;
                vertex.reason = row.reason;
                vertex.dirty = dirty;
                vertex.pending = pending;
            }
        }
        for (key, pending) in pending {
            Arc::make_mut(view.vertices.entry(key).or_default()).pending = pending;
        }
        view
    }

    /// Debts and notifications that are not heard yet, of these vertices or of all.
    pub fn pending_rows(&self, keys: &[Key]) -> Vec<PendingRow> {
        let run = self.runner.ask(|engine| engine.run());
        let (ledger, now) = (self.runner.ledger(), self.runner.wall());
        let remembered = &ledger.remembered;
        let row = |to: &Key, from: Option<&Key>, slot: Slot, since: u32| {
            let mark = ledger.mark(&slot);
            let debt = matches!(slot, Slot::Debt(_));
            let is = |what: &What| match what {
                What::Applying | What::Refreshing => debt,
                What::Notified { from: by, .. } => !debt && by.as_ref() == from,
                _ => false,
            };
            let told = Some(self.cause_of(to, is)).filter(|cause| !cause.is_empty());
            PendingRow {
                to: to.clone(),
                from: from.cloned(),
                debt,
                run: since,
                age: run.max(remembered.run).saturating_sub(since),
                at: mark.at,
                ago: mark.at.age(now),
                cause: told.unwrap_or_else(|| mark.cause.to_string()),
            }
        };
        let debts = remembered
            .debts
            .iter()
            .map(|(to, since)| row(to, None, Slot::Debt(to.clone()), *since));
        let lines = remembered.lines.iter();
        let lines = lines
            .filter(|(_, count)| count.is_pending())
            .map(|(line, count)| {
                let from = match &line.from {
                    Source::Vertex(from) => Some(from),
                    Source::Command => None,
                };
                row(&line.to, from, Slot::Line(line.clone()), count.run)
            });
        let mut rows: Vec<PendingRow> = debts.chain(lines).collect();
        rows.retain(|row| keys.is_empty() || keys.contains(&row.to));
        rows.sort_by(|a, b| (&a.to, a.debt, &a.from).cmp(&(&b.to, b.debt, &b.from)));
        rows
    }

    /// What caused the last event of this sort about a vertex, in the words of the trace.
    fn cause_of(&self, key: &Key, is: impl Fn(&What) -> bool) -> String {
        let about = |event: &&Event| event.subject.as_ref() == Some(key) && is(&event.what);
        let event = self.events.iter().rev().find(about);
        let cause = event.and_then(|event| {
            let at = self
                .events
                .binary_search_by_key(&event.cause?, |event| event.id);
            self.events.get(at.ok()?)
        });
        let words = cause.map(|event| {
            let line = trace::line(event);
            let words = [line.subject.as_str(), line.word, line.detail.as_str()];
            let words = words.into_iter().filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        });
        words.unwrap_or_default()
    }

    /// The causes of what a vertex last did, the input first; empty if nothing happened to it.
    pub fn causes(&self, key: &Key) -> Vec<&Event> {
        why::why(&self.events, key)
    }

    /// What happened to these vertices, or at all, at this level.
    pub fn told(&self, level: Level, keys: &[Key]) -> Vec<&Event> {
        let wanted = |event: &&Event| {
            let about = event.subject.as_ref().is_some_and(|key| keys.contains(key));
            event.what.level() <= level && (keys.is_empty() || about)
        };
        self.events.iter().filter(wanted).collect()
    }
}

/// The first vertex right before this one that is not done; else a run, if there is none.
fn waits_for(key: &Key, engine: &Engine, stand: &BTreeMap<&Key, Status>, running: bool) -> String {
    let done = |from: &&Key| matches!(stand.get(from), Some(Status::Ok | Status::Changed));
    match engine.right_before(key).find(|from| !done(from)) {
        Some(key) => format!("for {key}"),
        None if !running => "for the next run".to_owned(),
        None => String::new(),
    }
}
