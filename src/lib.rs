//! weft: an interactive console for event-driven configuration graphs.
//!
//! A person builds a graph of resources, sees what it would do, runs it, and watches notifications and data travel along its edges.
//! This page is the architecture: what there is, where it is, what it rests on, and how to embed it.
//!
//! # From above
//!
//! There is **one pure engine**, a state machine without IO:
//!
//! ```text
//! step(now, input) -> { records, effects, events }
//! ```
//!
//! An *input* is a command, a finished check or apply, a watch firing, a deadline reached. *Records* must become durable, in
//! order. *Effects* are what a driver is to do: check, apply, refresh, watch, cancel, wake at. *Events* are what happened, each with
//! its cause: the trace. The engine is a fold over inputs; trace, plan, status and screen are folds over events.
//!
//! So nothing is implemented twice. Applying is the engine driven over the real host. A plan is the same engine driven over an
//! overlay, whose writes stay in memory. A story is the same engine driven over a simulated machine, in virtual time and by a seed.
//! `why` is causes, which are data in the events, back to an input.
//!
//! # Reading order
//!
//! 1. [`value`], [`time`] and [`graph`]: what travels, and what it travels along.
//! 2. [`engine`]: its own page lists each file with the rules that it keeps.
//! 3. [`kind`] and one kind, `kind/noop.rs` first, then `kind/password.rs`; [`world`] for what a kind looks at and mends.
//! 4. [`drive`]: where engine, kinds, worlds and journal meet.
//! 5. [`trace`], [`mod@file`] and [`command`]: what a person reads and writes.
//! 6. [`scenario`], [`repl`] and [`cli`]: who evaluates the language's lines, each a front of the same session.
//!
//! # Who imports whom
//!
//! Each row imports only from rows above it; a test holds this.
//!
//! | folder | what it is | its own |
//! | --- | --- | --- |
//! | [`value`], [`time`] | what travels: values, types, schemas, secrets, times | |
//! | [`graph`] | vertices, edges, bindings; building, refusing, comparing | |
//! | [`engine`] | `step`, with its inputs, records, effects and events | |
//! | [`world`] | `Look` and `World`: the host, an overlay, a simulated machine | files, sockets, processes, clocks (`host` alone) |
//! | [`kind`] | what can stand at a vertex, one file each | |
//! | [`journal`] | records as they are kept | |
//! | [`trace`] | events as text, as JSON lines, and folded into a view | |
//! | [`drive`] | effects carried out: in virtual time, or in real time | threads, the run's clock (`real` alone) |
//! | [`mod@file`] | graphs and stories in YAML, with spans; saving | reading the file (`load` alone) |
//! | [`command`] | the one language: words, completion, help, sessions | |
//! | [`scenario`] | stories: played, judged, compared with their snapshots | |
//! | [`repl`] | the plain prompt | the terminal, the history file, the pager |
//! | [`tui`] | the screen; so far where a graph's vertices and lines stand on it | |
//! | [`cli`] | verbs and flags | files that were named, standard streams, the socket of who started it, exit codes |
//!
//! # Three laws
//!
//! - The engine never imports kinds or worlds, and kinds never import the engine: they meet in [`drive`].
//! - Time, randomness, order and identity are arguments. Files, sockets, processes, threads, clocks and randomness occur only in
//!   the few files that own them, and unordered maps nowhere.
//! - The screen never reaches into the engine: it draws a [`trace::View`], and sends commands.
//!
//! # What is not there
//!
//! - No secret is in an event, a record's text, an error or a `Debug` print: only a world gets the bytes.
//! - No check writes: it gets only a [`world::Look`].
//! - No kind has memory: what it remembers between checks is handed back to it.
//! - No clock decides anything in the engine: the same inputs give the same events, byte for byte.
//! - No second implementation of a run: what a plan says is what the engine did, over an overlay.
//! - No simulated machine starts a process, and no plan writes, listens or connects, but for what guards and GET requests do themselves.
//! - No command outlives weft, even where it is killed: each runs below a supervisor (`world/host/supervise.rs`).
//! - No unsafe code.
//!
//! # Embedding
//!
//! The articles' password graph, built in code and run on a simulated machine. A password goes into a file, and who watches that
//! file is told of it:
//!
//! ```
//! use weft::drive::{SimGround, sim::SimDrive};
//! use weft::engine::{Input, Level, Options, Until};
//! use weft::graph::{Draft, FieldPath, Key, Origin::Written};
//! use weft::{journal::MemoryStore, kind::Kinds, trace, value::Place, world::sim::Sim};
//!
//! let names = [("password", "pw"), ("file", "/tmp/secret"), ("noop", "bystander")];
//! let [pw, file, noop] = names.map(|(kind, name)| Key::new(kind, name));
//! let (sent, content, at) = (FieldPath::parse("password"), FieldPath::parse("content"), Place::default());
//! let mut draft = Draft::new("password");
//! for key in [&pw, &file, &noop] { draft.add(&Kinds, key.clone(), at)?; }
//! draft.bind(&Kinds, (&pw, &sent), (&file, &content), Written, at)?;
//! draft.link(&file, &noop, true, Written, at)?;
//! let graph = draft.finish(&Kinds).map_err(|refusals| format!("{refusals:?}"))?.into();
//! let ground = Box::new(SimGround::new(Sim::new(Default::default(), 1)?));
//! let options = Options { catalog: &Kinds, jobs: 4, level: Level::Story, plan: false, noop: false };
//! let mut drive = SimDrive::new(options, ground, Box::new(MemoryStore::default()), "/var/lib/weft/password".into(), 1)?;
//! drive.input(Input::Graph { graph, renamed: vec![] });
//! drive.input(Input::Run { until: Until::Converged, world: "sim".into(), expected: None, only: None });
//! drive.finish();
//! let text = trace::lines(&drive.take_events(), Level::Story);
//! assert!(text.contains("notified   noop[bystander]           by file[/tmp/secret]"), "{text}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod cli;
pub mod command;
pub mod drive;
pub mod engine;
pub mod file;
pub mod graph;
pub mod journal;
pub mod kind;
pub mod repl;
pub mod scenario;
pub mod time;
pub mod trace;
pub mod tui;
pub mod value;
pub mod world;
