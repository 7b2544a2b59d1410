//! A plan: the engine's own steps over an overlay (rule L1), and what came of them as data.

use std::path::PathBuf;
use std::sync::Arc;

use super::OverlayGround;
use super::sim::SimDrive;
use crate::engine::event::{Event, Tally, What};
use crate::engine::{Expected, Input, Level, Options, Remembered, Status, Until};
use crate::graph::{Graph, Key};
use crate::journal::{MemoryStore, StoreFault};
use crate::kind::Kinds;
use crate::trace::{Stage, View};
use crate::world::Look;

/// What a plan is made of.
pub struct Planning {
    /// The graph, or the part of it that is asked for.
    pub graph: Arc<Graph>,
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
    pub view: View,
    /// The plan's own trace.
    pub events: Vec<Event>,
    /// What is shown, so that anything else is asked for (rule L4).
    pub expected: Expected,
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

    /// How many vertices would change, or may.
    pub fn changes(&self) -> usize {
        self.view
            .vertices
            .values()
            .filter(|vertex| vertex.status == Some(Status::Changed))
            .count()
    }

    /// How many vertices would be refreshed without being changed otherwise.
    pub fn refreshes(&self) -> usize {
        let only = |key: &&Key| !self.expected.changes.contains_key(*key);
        self.expected.refreshes.iter().filter(only).count()
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
        expected: None,
    };
    let store = Box::new(MemoryStore::from(planning.remembered));
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
    });
    drive.finish();
    let events = drive.take_events();
    let expected = expected(&events);
    Ok(Plan {
        label: planning.label,
        view: View::of(&events),
        events,
        expected,
        drops,
    })
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
