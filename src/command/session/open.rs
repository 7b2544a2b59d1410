//! Opening a session: which world it acts on is decided here, and nothing changes it afterwards (rule W1).

use std::path::{Path, PathBuf};

use super::story::{Began, Replayed};
use super::{Ended, Session, SessionError};
use crate::command::history::History;
use crate::drive::SimGround;
use crate::drive::real::RealDrive;
use crate::drive::runner::{HostRunner, Runner};
use crate::drive::sim::SimDrive;
use crate::engine::{Count, Input, Level, Options};
use crate::file::{Document, Story};
use crate::graph::Graph;
use crate::journal::{About, FrameStore, Home, Ledger, Listed, OwnStore, SimFile, adopt, list};
use crate::kind::Kinds;
use crate::trace::View;
use crate::value::{sanitise, sha256_hex};
use crate::world::Look;
use crate::world::host::{Host, HostOptions};
use crate::world::sim::Sim;

/// Which world, where a person says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WorldName {
    /// A simulated machine.
    Sim,
    /// This machine.
    Host,
}

/// What attends to a driver of this machine: it lets signals stop what runs there.
pub type Attendant = Box<dyn Fn(&mut HostRunner) + Send>;

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
    /// Whether a graph takes over the state of one of its name whose file has moved.
    pub adopt: bool,
    /// The world, where a person named one; else the file decides.
    pub world: Option<WorldName>,
    /// Where each graph has its state directory, on this machine.
    pub state_root: PathBuf,
    /// A directory that stands for `/` on this machine.
    pub root: Option<PathBuf>,
    /// What every command on this machine runs below, as [`HostOptions::supervisor`] says.
    pub supervisor: Option<PathBuf>,
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
            let hash = sha256_hex(file.as_os_str().as_encoded_bytes());
            format!("{safe}-{}", &hash[..12])
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
            document: document.clone(),
            loaded: None,
            replays: true,
            touched: false,
            replayed: Replayed::of(document.as_ref()),
            world: (world == WorldName::Sim).then(|| (story.world.clone(), seed)),
        };
        let (runner, label) = match world {
            WorldName::Sim => open_sim(&graph, story, &options)?,
            WorldName::Host => {
                let state = state_of(&graph, document.as_ref(), &options)?;
                open_host(&graph, document.as_ref(), state, &options)?
            }
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
            plans: 0,
            ended: Ended::default(),
            log: Vec::new(),
            staged: false,
            renames: Vec::new(),
            errors: Vec::new(),
            began,
            found: Default::default(),
            began_before: Vec::new(),
            sourcing: Vec::new(),
            attendant: None,
            interrupted: false,
            saved: graph.clone(),
            keeper: None,
            passed: None,
            learning: None,
            before: None,
        };
        session.begin_graph();
        Ok(session)
    }

    /// What other state on this machine a person should know of before anything is done: something is pending for this graph under another
    /// path of its file, or in a console that is gone.
    pub fn left_over(&self) -> Result<Vec<String>, SessionError> {
        let Runner::Host(host) = &self.runner else {
            return Ok(Vec::new());
        };
        let root = &self.options.state_root;
        let owes = |of: &Listed| {
            let ledger = of.ledger.as_ref().ok();
            let pending = |ledger: &Ledger| ledger.remembered.lines.values().any(Count::is_pending);
            let owed = ledger.is_some_and(|l| pending(l) || !l.remembered.debts.is_empty());
            owed && of.holder.is_none()
        };
        if self.document.is_none() {
            let all = list(root).map_err(|fault| SessionError::failed(fault.to_string()))?;
            let typed = all
                .into_iter()
                .filter(|of| of.name.starts_with("session-") && owes(of));
            let told =
                |of: Listed| format!("something is pending in {}: see `weft state`", of.name);
            return Ok(typed.map(told).collect());
        }
        if !Home::new(&host.state).is_bare() {
            return Ok(Vec::new());
        }
        let graph = &self.history.now().name;
        let others = others(graph, &host.state, root)?.into_iter().filter(owes);
        let told = |of: Listed| {
            let file = sanitise(&of.about.file);
            format!("something is pending for the graph `{graph}` of {file}: --adopt takes it over")
        };
        Ok(others.map(told).collect())
    }

    /// The engine gets its first graph; nobody need be told.
    pub(super) fn begin_graph(&mut self) {
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
        let state = state_of(&graph, document.as_ref(), &self.options)?;
        let (runner, label) = open_host(&graph, document.as_ref(), state, &self.options)?;
        self.document = document;
        self.runner = runner;
        self.label = label;
        self.history = History::new(graph);
        self.saved = self.history.now().clone();
        self.forget_typed();
        self.events.clear();
        self.view = View::default();
        self.plan = None;
        self.staged = false;
        self.renames.clear();
        self.attend_driver();
        self.begin_graph();
        Ok(())
    }

    /// Lets somebody attend to the driver of this machine, and to each that comes after it: with another graph comes another.
    pub fn attend(&mut self, attendant: Attendant) {
        self.attendant = Some(attendant);
        self.attend_driver();
    }

    pub(super) fn attend_driver(&mut self) {
        if let (Some(attendant), Runner::Host(host)) = (&self.attendant, &mut self.runner) {
            attendant(host);
        }
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
    let store = Box::new(FrameStore::new(SimFile::new(sim.clone(), state.clone())));
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

/// The state directory of a graph on this machine.
fn state_of(
    graph: &Graph,
    document: Option<&Document>,
    options: &SessionOptions,
) -> Result<PathBuf, SessionError> {
    let file = document.map(|document| document.path.as_path());
    match file {
        Some(_) => Ok(options.state_root.join(state_name(&graph.name, file))),
        None => free_session(&host_of(options), &options.state_root),
    }
}

fn host_of(options: &SessionOptions) -> Host {
    Host::new(HostOptions {
        root: options.root.clone(),
        supervisor: options.supervisor.clone(),
    })
}

pub(super) fn open_host(
    graph: &Graph,
    document: Option<&Document>,
    state: PathBuf,
    options: &SessionOptions,
) -> Result<(Runner, String), SessionError> {
    let host = host_of(options);
    let file = document.map(|document| document.path.as_path());
    if options.adopt
        && let Some(from) = moved(&graph.name, &state, &options.state_root)?
    {
        adopt(&from, &Home::new(state.clone()), &mut |_| true)
            .map_err(|fault| SessionError::failed(fault.to_string()))?;
    }
    let who = host.me().map_or_else(|_| "?".to_owned(), |me| me.name);
    let label = format!("host {} as {who}", host.hostname());
    let about = About {
        graph: graph.name.clone(),
        file: file
            .map(|file| file.display().to_string())
            .unwrap_or_default(),
    };
    let store = Box::new(OwnStore::new(Home::new(state.clone()), about));
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

/// The state directory to take over: of a graph of this name, with another file. There must be just one.
fn moved(graph: &str, own: &Path, root: &Path) -> Result<Option<Home>, SessionError> {
    let mut others = others(graph, own, root)?;
    match others.len() {
        _ if !Home::new(own).is_bare() => Ok(None),
        1 => Ok(others.pop().map(|other| Home::new(root.join(other.name)))),
        0 => {
            let what = format!("no graph called `{graph}` has state to take over");
            Err(SessionError::failed(what).with_hint("`weft state` lists what there is"))
        }
        _ => {
            let names: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
            let what = format!(
                "several graphs called `{graph}` have state: {}",
                names.join(", ")
            );
            Err(SessionError::failed(what).with_hint("`weft state drop NAME` removes one"))
        }
    }
}

/// What else has state under this graph's name.
fn others(graph: &str, own: &Path, root: &Path) -> Result<Vec<Listed>, SessionError> {
    let all = list(root).map_err(|fault| SessionError::failed(fault.to_string()))?;
    let named = format!("{}-", state_name(graph, None));
    let is_other = |of: &Listed| {
        let hash = of.name.strip_prefix(&named);
        hash.is_some_and(|hash| hash.len() == 12) && root.join(&of.name) != own
    };
    Ok(all.into_iter().filter(is_other).collect())
}

/// The state directory of a graph that is only typed: the next `session-N` that is not there, so that no console takes over
/// what another one keeps (rule P5).
pub(super) fn free_session(host: &Host, root: &Path) -> Result<PathBuf, SessionError> {
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

/// The N of a `session-N`, if this is one. The hash behind the name of a file's graph is longer than any such number.
pub(super) fn session_number(state: &Path) -> Option<u32> {
    let name = state.file_name()?.to_str()?;
    let number = name.strip_prefix("session-")?;
    number
        .parse()
        .ok()
        .filter(|n: &u32| n.to_string() == number)
}
