//! Opening a session: which world it acts on is decided here, and nothing changes it afterwards (rule W1).

use std::path::{Path, PathBuf};

use super::files::Began;
use super::{Ended, Session, SessionError};
use crate::command::history::History;
use crate::drive::SimGround;
use crate::drive::real::RealDrive;
use crate::drive::runner::{HostRunner, Runner};
use crate::drive::sim::SimDrive;
use crate::engine::{Input, Level, Options};
use crate::file::{Document, Story};
use crate::graph::Graph;
use crate::journal::MemoryStore;
use crate::kind::Kinds;
use crate::trace::View;
use crate::world::Look;
use crate::world::host::{Host, HostOptions};
use crate::world::sim::Sim;
use sha2::{Digest, Sha256};

/// Which world, where a person says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WorldName {
    /// A simulated machine.
    Sim,
    /// This machine.
    Host,
}

/// What a session is opened with.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// How many vertices may run at the same time.
    pub jobs: usize,
    /// The seed of a simulation, instead of the story's own.
    pub seed: Option<u64>,
    /// Whether every vertex is noop.
    pub noop: bool,
    /// Whether consent was given beforehand.
    pub yes: bool,
    /// The world, where a person named one; else the file decides.
    pub world: Option<WorldName>,
    /// Where each graph has its state directory, on this machine.
    pub state_root: PathBuf,
    /// A directory that stands for `/` on this machine.
    pub root: Option<PathBuf>,
}

/// The name of a graph's state directory below the state root: the graph's name, and a hash of its file's canonical path,
/// so that two files never share one (rule P5). A graph that was only typed gets the name alone.
pub fn state_name(graph: &str, file: Option<&Path>) -> String {
    let safe: String = graph
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    match file {
        None => safe,
        Some(file) => {
            let hash = Sha256::digest(file.as_os_str().as_encoded_bytes());
            let hex: String = hash
                .iter()
                .take(6)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("{safe}-{hex}")
        }
    }
}

impl Session {
    /// Opens a session on what a document says: a story in its own simulated world, a graph on this machine, unless the options
    /// name a world. Without a document: an empty graph, on this machine only if the options say so.
    pub fn open(
        document: Option<Document>,
        options: SessionOptions,
    ) -> Result<Session, SessionError> {
        let story = document
            .as_ref()
            .and_then(|document| document.story.clone());
        let is_graph = document.is_some() && story.is_none();
        let world = options.world.unwrap_or(if is_graph {
            WorldName::Host
        } else {
            WorldName::Sim
        });
        let graph = document.as_ref().map_or_else(
            || crate::graph::Draft::new("graph").graph().clone(),
            |d| d.graph.clone(),
        );
        let story = story.unwrap_or_default();
        let seed = options.seed.unwrap_or(story.seed);
        let history = History::new(graph);
        let graph = history.now().clone();
        let began = Began {
            graph: graph.clone(),
            world: (world == WorldName::Sim).then(|| (story.world.clone(), seed)),
        };
        let (runner, label) = match world {
            WorldName::Sim => open_sim(&graph, story, &options)?,
            WorldName::Host => open_host(&graph, document.as_ref(), &options)?,
        };
        let mut session = Session {
            options,
            history,
            document,
            runner,
            label,
            events: Vec::new(),
            view: View::default(),
            plan: None,
            ended: Ended::default(),
            log: Vec::new(),
            staged: false,
            renames: Vec::new(),
            errors: Vec::new(),
            began,
            sourcing: Vec::new(),
            attendant: None,
            interrupted: false,
        };
        session.begin_graph();
        Ok(session)
    }

    /// The engine gets its first graph; nobody need be told.
    fn begin_graph(&mut self) {
        let graph = self.history.now().clone();
        self.runner.input(
            Input::Graph {
                graph,
                renamed: Vec::new(),
            },
            &mut |_| {},
        );
    }

    /// Goes on with another graph on this machine, from an empty history and trace, in that graph's own state directory.
    pub(super) fn reopen(
        &mut self,
        graph: Graph,
        document: Option<Document>,
    ) -> Result<(), SessionError> {
        let (runner, label) = open_host(&graph, document.as_ref(), &self.options)?;
        self.document = document;
        self.runner = runner;
        self.label = label;
        self.history = History::new(graph);
        self.events.clear();
        self.view = View::default();
        self.plan = None;
        self.staged = false;
        self.renames.clear();
        self.attend_driver();
        self.begin_graph();
        Ok(())
    }

    pub(super) fn engine_options(options: &SessionOptions) -> Options {
        Options {
            catalog: &Kinds,
            jobs: options.jobs,
            level: Level::Full,
            plan: false,
            noop: options.noop,
        }
    }
}

fn open_sim(
    graph: &Graph,
    story: Story,
    options: &SessionOptions,
) -> Result<(Runner, String), SessionError> {
    let seed = options.seed.unwrap_or(story.seed);
    let sim = Sim::new(story.world, seed).map_err(|bad| SessionError::failed(bad.to_string()))?;
    let state = PathBuf::from("/var/lib/weft").join(state_name(&graph.name, None));
    let ground = Box::new(SimGround::new(sim.clone()));
    let store = Box::new(MemoryStore::default());
    let drive = SimDrive::new(
        Session::engine_options(options),
        ground,
        store,
        state.clone(),
        seed,
    )
    .map_err(|fault| SessionError::failed(fault.to_string()))?;
    Ok((
        Runner::Sim {
            drive: Box::new(drive),
            sim,
            state,
        },
        format!("sim, seed {seed}"),
    ))
}

fn open_host(
    graph: &Graph,
    document: Option<&Document>,
    options: &SessionOptions,
) -> Result<(Runner, String), SessionError> {
    let host = Host::new(HostOptions {
        root: options.root.clone(),
    });
    let file = document.map(|document| document.path.as_path());
    let state = match file {
        Some(_) => options.state_root.join(state_name(&graph.name, file)),
        None => free_session(&host, &options.state_root)?,
    };
    let who = host.me().map_or_else(|_| "?".to_owned(), |me| me.name);
    let label = format!("host {} as {who}", host.hostname());
    let store = Box::new(MemoryStore::default());
    let drive = RealDrive::new(
        Session::engine_options(options),
        host.clone(),
        store,
        state.clone(),
    )
    .map_err(|fault| SessionError::failed(fault.to_string()))?;
    Ok((
        Runner::Host(Box::new(HostRunner::new(drive, host, state))),
        label,
    ))
}

/// The state directory of a graph that is only typed: the next `session-N` that is not there, so that no console takes over
/// what another one keeps (rule P5).
fn free_session(host: &Host, root: &Path) -> Result<PathBuf, SessionError> {
    for n in 1u32.. {
        let path = root.join(format!("session-{n}"));
        let stands = host
            .stat(&path)
            .map_err(|fault| SessionError::failed(fault.to_string()))?;
        if stands.is_none() {
            return Ok(path);
        }
    }
    Err(SessionError::failed("there is no free session name"))
}
