//! A plan: the engine's own steps over an overlay (rule L1), and what came of them as data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::OverlayGround;
use super::sim::SimDrive;
use crate::engine::event::{Event, EventId, Tally, What};
use crate::engine::{Count, Expected, Input, Level, Line, Options, Remembered, Status, Until};
use crate::graph::{Graph, Key};
use crate::journal::{Ledger, MemoryStore, StoreFault};
use crate::kind::exec::Exec;
use crate::kind::{Kind, Kinds};
use crate::trace::{Report, Stage, View};
use crate::world::Look;

/// What a plan is made of.
pub struct Planning {
    /// The graph, or the part of it that is asked for.
    pub graph: Arc<Graph>,
    /// The vertices that are meant, with all that comes before them; all if none.
    pub only: Option<BTreeSet<Key>>,
    /// The world below, to look at.
    pub world: Arc<dyn Look>,
    /// How that world is called.
    pub label: String,
    /// The graph's state directory in that world.
    pub state: PathBuf,
    /// What is in the journal.
    pub remembered: Remembered,
    /// Whether every vertex is noop.
    pub noop: bool,
}

/// What would happen.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How the world is called.
    pub label: String,
    /// What each vertex would come to.
    pub view: Arc<View>,
    /// The plan's own trace.
    pub events: Vec<Event>,
    /// What is shown, so that anything else is asked for (rule L4).
    pub expected: Expected,
    /// What was pending before.
    pub pending: Vec<(Line, Count)>,
    /// Records of vertices and edges that are gone, which an apply would drop (rule N7).
    pub drops: Vec<String>,
}

impl Plan {
    /// What it comes to.
    pub fn tally(&self) -> Tally {
        match self.view.stage {
            Stage::Converged(tally) => tally,
            _ => Tally::default(),
        }
    }

    /// The plan as it is told: what comes first, first.
    pub fn report(&self) -> Report {
        let mut vertices: Vec<_> = self
            .view
            .vertices
            .iter()
            .map(|(key, view)| (key.clone(), view.clone()))
            .collect();
        let started = |view: &crate::trace::VertexView| view.first > EventId(0);
        vertices.sort_by_key(|(_, view)| (!started(view), view.first));
        let mut causes: BTreeMap<Key, Vec<String>> = BTreeMap::new();
        for event in &self.events {
            if let (Some(key), What::Notified { from, .. }) = (&event.subject, &event.what) {
                let from = from
                    .as_ref()
                    .map_or_else(|| "a command".to_owned(), Key::to_string);
                causes.entry(key.clone()).or_default().push(from);
            }
        }
        for (line, count) in &self.pending {
            let from = crate::engine::line_text(line);
            causes
                .entry(line.to.clone())
                .or_default()
                .push(format!("{from}, pending since run {}", count.run));
        }
        Report {
            label: self.label.clone(),
            vertices,
            causes,
            drops: self.drops.clone(),
            tally: self.tally(),
        }
    }

    /// How many vertices would be changed or refreshed, or may be.
    pub fn changes(&self) -> usize {
        let tally = self.tally();
        tally.changed + tally.may + tally.refreshed
    }

    /// Whether an apply would do nothing at all.
    pub fn is_empty(&self) -> bool {
        self.expected.changes.is_empty() && self.expected.refreshes.is_empty()
    }
}

/// Plans. Nothing of the world is changed; commands that are not guards are not run.
pub fn plan(planning: Planning) -> Result<Plan, StoreFault> {
    let options = Options {
        catalog: &Kinds,
        jobs: 1,
        level: Level::Full,
        plan: true,
        noop: planning.noop,
    };
    let lines = planning.remembered.lines.iter();
    let pending = lines
        .filter(|(_, count)| count.is_pending())
        .map(|(line, count)| (line.clone(), *count))
        .collect();
    let store = Box::new(MemoryStore::from(Ledger {
        remembered: planning.remembered,
        ..Ledger::default()
    }));
    let graph = planning.graph.clone();
    let ground = Box::new(OverlayGround::over(planning.world));
    let mut drive = SimDrive::new(options, ground, store, planning.state, 0)?;
    drive.input(Input::Graph {
        graph: planning.graph,
        renamed: Vec::new(),
    });
    let drops = drive.engine().leftovers();
    drive.input(Input::Run {
        until: Until::Converged,
        world: planning.label.clone(),
        expected: None,
        only: planning.only,
    });
    let ended = drive.finish();
    ended.map_err(|why| StoreFault {
        place: "this plan".to_owned(),
        why,
    })?;
    let events = drive.take_events();
    let expected = expected(&events);
    let mut view = View::of(&events);
    note_opaque(&graph, &mut view);
    Ok(Plan {
        label: planning.label,
        view: Arc::new(view),
        events,
        expected,
        pending,
        drops,
    })
}

/// Says of each command that would run, and of which nobody knows what it does, that what comes after it was planned without
/// that (rule L2).
fn note_opaque(graph: &Graph, view: &mut View) {
    let planned: BTreeSet<Key> = view.vertices.keys().cloned().collect();
    let precedes = |(from, to): &&(Key, Key)| from.kind() == Exec::NAME && planned.contains(to);
    let before: BTreeSet<&Key> = graph
        .edges()
        .keys()
        .filter(precedes)
        .map(|e| &e.0)
        .collect();
    for key in before {
        if let Some(vertex) = view.vertices.get_mut(key)
            && (vertex.refreshed || vertex.status == Some(Status::Changed))
        {
            let note = "what comes after it is planned as the world looks now";
            Arc::make_mut(vertex).notes.push(note.to_owned());
        }
    }
}

/// What these events show of each vertex.
fn expected(events: &[Event]) -> Expected {
    let mut expected = Expected::default();
    for event in events {
        let Some(key) = &event.subject else { continue };
        match &event.what {
            What::Found(findings) => expected
                .changes
                .entry(key.clone())
                .or_default()
                .extend(findings.iter().cloned()),
            What::NotKnown(why) => {
                let finding = crate::value::Finding {
                    field: String::new(),
                    line: format!("not known before apply: {why}"),
                    detail: Vec::new(),
                    may: true,
                    action: Default::default(),
                    mark: 0,
                };
                expected
                    .changes
                    .entry(key.clone())
                    .or_default()
                    .push(finding);
            }
            What::Held(_) => drop(expected.changes.remove(key)),
            What::Refreshing => drop(expected.refreshes.insert(key.clone())),
            _ => {}
        }
    }
    expected
}
