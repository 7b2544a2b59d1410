//! The engine: a state machine without IO. `step(now, input)` gives records, effects and events; nothing else happens.
//!
//! It never imports kinds or worlds. A driver carries its effects out and brings back what came of them; see
//! [`crate::drive`]. One concern a file, each with its rules in its own words:
//!
//! | file | what | rules |
//! | --- | --- | --- |
//! | `order` | who is settled, who may start, in which order | O1 to O7, O9 |
//! | `watch` | watches, polls, ticks, event limits | O8, N8, M1 |
//! | `run` | beginning a run | W3, L4 |
//! | `steer` | pausing, stepping, breaks | |
//! | `attempt` | a vertex from its check to its end | C1 to C3, L1, L2, L5 |
//! | `consent` | asking for what the plan did not say | L4 |
//! | `notify` | generations, hearing, cancelling | N1 to N7 |
//! | `flow` | Send/Recv | V2 to V8 |
//! | `debt` | what must survive a crash | P1 to P6 |
//! | `retry` | failures, tries, causes to start again | M3, C3 |
//! | `limits` | semaphores | M2 |
//! | `fights` | owners of parts of the world, vertices that keep changing back | C4 |
//! | `edit` | a new graph under a running engine | G1 |
//! | `gone` | what is remembered of what goes, or has another name | N7 |
//! | `blocked` | what waits for ever, and behind what | O9, V5, L5 |
//! | `ending` | converged, stopped | E1, E2, L6 |
//! | `tally` | what came of each vertex, counted | L6 |
//! | `audit` | what must be true between any two steps | O1, O9, V3 |
//! | `why` | causes, back to an input | |
//! | `brief` | how much of a text an event holds | |
//!
//! The contract with the driver: every effect with an attempt number gets exactly one completion; one with another number
//! than the vertex's present one changes nothing. Applies and refreshes wait until the record that they name is durable.
//! If a record cannot be made durable, the driver says [`Input::Undurable`]: nothing new starts, what runs is finished.

mod ask;
mod attempt;
mod audit;
mod blocked;
mod brief;
mod consent;
pub mod debt;
mod edit;
mod ending;
pub mod event;
mod fights;
mod flow;
mod gone;
pub mod io;
mod limits;
mod net;
mod notify;
mod order;
#[cfg(test)]
mod planted;
mod retry;
mod run;
#[cfg(test)]
mod small;
mod state;
mod status;
mod steer;
mod tally;
mod watch;
pub mod why;

pub use debt::{Count, Generation, Kept, Line, Record, Remembered, Seq, Source};
pub use event::{Block, Dirt, Due, Event, EventId, Halt, Level, Tally, Wait, What};
pub use io::{
    ApplyOutcome, Attempt, CheckOutcome, Effect, Fail, Input, Job, Output, Rhythm, Sends, Until,
    VertexId,
};
pub use notify::line_text;
#[cfg(test)]
pub use planted::Planted;
pub use state::Expected;
pub use status::{Marks, Status};

use crate::graph::{Catalog, FieldPath, Graph, Key};
use crate::time::Time;
use net::Net;
use state::{Flags, Mode, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What does not change while an engine lives.
#[derive(Clone)]
pub struct Options {
    /// What is known of kinds.
    pub catalog: &'static (dyn Catalog + Sync),
    /// How many vertices may run at the same time (rule O3); at least 1.
    pub jobs: usize,
    /// Which events are made.
    pub level: Level,
    /// Whether this is a plan: the world below is an overlay (rule L1).
    pub plan: bool,
    /// Whether every vertex is noop.
    pub noop: bool,
}

/// The engine.
pub struct Engine {
    options: Options,
    now: Time,
    graph: Arc<Graph>,
    net: Net,
    nodes: Vec<Node>,
    flags: Vec<Flags>,
    /// How many direct predecessors are not settled; by vertex.
    unsettled: Vec<u32>,
    /// The record that an apply must wait for; by vertex.
    gates: Vec<Seq>,
    ready: BTreeSet<(Time, u32, VertexId)>,
    /// Vertices to look at before this step ends: their last predecessor settled, or something of them changed.
    arrivals: Vec<VertexId>,
    alarms: watch::Alarms,
    mode: Mode,
    paused: bool,
    steps: usize,
    breaks: BTreeSet<VertexId>,
    halts: BTreeSet<Halt>,
    passing: Option<VertexId>,
    running: usize,
    arming: usize,
    delayed: usize,
    asking: usize,
    semaphores: limits::Semaphores,
    failed: BTreeSet<VertexId>,
    starved: BTreeSet<VertexId>,
    held: BTreeSet<VertexId>,
    /// Vertices that are no longer in the graph, and whose attempt goes on.
    ghosts: BTreeSet<VertexId>,
    tally: Tally,
    /// Vertices that were changed or refreshed since the engine last said that it converged.
    busy: Vec<VertexId>,
    /// Whether it has said so since.
    told: bool,
    /// Whether this engine goes on from records and has not said so yet.
    restarted: bool,
    /// Whether leftovers were dropped in this run.
    swept: bool,
    /// Whether something happened since the engine last said that it converged.
    stirred: bool,
    remembered: Remembered,
    /// What the plan of this run has shown, where anything else is to be asked for (rule L4).
    expected: Option<Arc<Expected>>,
    /// The vertices that this run is about, if not all.
    only: Option<BTreeSet<VertexId>>,
    may_lines: BTreeSet<Line>,
    owners: BTreeMap<String, VertexId>,
    run: u32,
    acts: u64,
    /// How many acts there had been when changes were last forgiven (rule C4).
    peace: u64,
    ran: BTreeMap<u64, (Time, VertexId)>,
    attempts: u64,
    last_event: EventId,
    /// The event of the input that this step is about.
    input_event: EventId,
    /// The event of the last words of a person: what they did has them as its cause.
    spoken: Option<EventId>,
    /// The event of the last stop.
    stop_event: EventId,
    woken_at: Option<Time>,
    /// What a vertex that receives nothing has received: one set for all of them.
    no_keys: Arc<BTreeSet<FieldPath>>,
    #[cfg(test)]
    plot: planted::Plot,
    out: Output,
}

impl Engine {
    /// An engine with an empty graph, which goes on from what `remembered` says.
    pub fn new(options: Options, remembered: Remembered) -> Engine {
        Engine {
            run: remembered.run,
            remembered,
            now: Time::ZERO,
            graph: Arc::default(),
            net: Net::default(),
            nodes: Vec::new(),
            flags: Vec::new(),
            unsettled: Vec::new(),
            gates: Vec::new(),
            ready: BTreeSet::new(),
            arrivals: Vec::new(),
            alarms: watch::Alarms::default(),
            mode: Mode::Idle,
            paused: false,
            steps: 0,
            breaks: BTreeSet::new(),
            halts: BTreeSet::new(),
            passing: None,
            running: 0,
            arming: 0,
            delayed: 0,
            asking: 0,
            semaphores: limits::Semaphores::default(),
            failed: BTreeSet::new(),
            starved: BTreeSet::new(),
            held: BTreeSet::new(),
            ghosts: BTreeSet::new(),
            tally: Tally::default(),
            busy: Vec::new(),
            told: false,
            restarted: true,
            swept: false,
            stirred: false,
            expected: None,
            only: None,
            may_lines: BTreeSet::new(),
            owners: BTreeMap::new(),
            acts: 0,
            peace: 0,
            ran: BTreeMap::new(),
            attempts: 0,
            last_event: EventId(0),
            input_event: EventId(0),
            spoken: None,
            stop_event: EventId(0),
            woken_at: None,
            no_keys: Arc::default(),
            #[cfg(test)]
            plot: planted::Plot::default(),
            out: Output::default(),
            options: Options {
                jobs: options.jobs.max(1),
                ..options
            },
        }
    }

    /// One step: something happens at `now` (which never goes back, rule O2), and this is what follows.
    pub fn step(&mut self, now: Time, input: Input) -> Output {
        self.now = self.now.max(now);
        self.input_event = self.spoken.unwrap_or_default();
        #[cfg(test)]
        self.send_late();
        self.handle(input);
        self.take_due();
        self.look_around();
        self.pump();
        self.conclude();
        self.wake();
        std::mem::take(&mut self.out)
    }

    fn handle(&mut self, input: Input) {
        match input {
            Input::Command(line) => self.command(line),
            Input::Graph { graph, renamed } => self.replace_graph(graph, &renamed),
            Input::Run {
                until,
                world,
                expected,
                only,
            } => {
                self.expected = expected;
                self.begin_run(until, world, only);
            }
            Input::Dirty(key) => {
                self.with("dirty", &key, |engine, v| engine.dirty_by_command(v));
            }
            Input::Poke(key) => self.with("poke", &key, |engine, v| engine.poke_by_command(v)),
            Input::Notify(key) => {
                self.with("notify", &key, |engine, v| engine.notify_by_command(v));
            }
            Input::Cancel(key) => self.cancel_pending(&key),
            Input::Pause => self.pause(),
            Input::Continue => self.go_on(),
            Input::Step => self.steps += 1,
            Input::Break(key, on) => self.with("break", &key, |engine, v| engine.set_break(v, on)),
            Input::Halt(at, on) => self.set_halt(at, on),
            Input::Consent { vertex, yes } => self.consent(vertex, yes),
            Input::Stop { now } => self.stop(now),
            Input::Checked {
                vertex,
                attempt,
                outcome,
            } => self.checked(vertex, attempt, outcome),
            Input::Applied {
                vertex,
                attempt,
                outcome,
            } => self.applied(vertex, attempt, outcome),
            Input::Refreshed {
                vertex,
                attempt,
                outcome,
            } => self.refreshed(vertex, attempt, outcome),
            Input::Hung { vertex, attempt } => self.hung(vertex, attempt),
            Input::Listening { vertex } => self.listening(vertex),
            Input::StillListening { vertex } => self.still_listening(vertex),
            Input::WatchFailed { vertex, why } => self.watch_failed(vertex, why),
            Input::Noticed { vertex, what } => self.noticed(vertex, what),
            Input::Tick => {}
            Input::Undurable(why) => self.undurable(why),
        }
    }

    /// A person's input about one vertex. Where no words came before it, it has words of its own.
    fn with(&mut self, verb: &str, key: &Key, act: impl FnOnce(&mut Engine, VertexId)) {
        if let Some(v) = self.net.index.get(key).copied() {
            self.say_if_unspoken(|| format!("{verb} {key}"));
            act(self, v);
        }
    }

    fn node(&self, v: VertexId) -> &Node {
        &self.nodes[v.0 as usize]
    }

    fn node_mut(&mut self, v: VertexId) -> &mut Node {
        &mut self.nodes[v.0 as usize]
    }

    fn has(&self, v: VertexId, flags: u8) -> bool {
        self.flags[v.0 as usize].has(flags)
    }

    fn set(&mut self, v: VertexId, flags: u8) {
        self.flags[v.0 as usize].0 |= flags;
    }

    fn clear(&mut self, v: VertexId, flags: u8) {
        self.flags[v.0 as usize].0 &= !flags;
    }

    fn say_if_unspoken(&mut self, words: impl FnOnce() -> String) {
        if self.spoken.is_none() {
            self.input(None, What::Command(words()));
        }
    }

    /// Makes an event, if its level is told. Its number counts in any case, so that causes do not depend on the level.
    fn event(&mut self, subject: Option<VertexId>, what: What, cause: EventId) -> EventId {
        self.last_event.0 += 1;
        let id = self.last_event;
        let halt = Halt::of(&what);
        if what.level() <= self.options.level {
            let cause = (!what.is_input() && cause.0 > 0).then_some(cause);
            let subject = subject.map(|v| self.node(v).key.clone());
            self.out.events.push(Event {
                id,
                at: self.now,
                subject,
                what: what.brief(),
                cause,
            });
        }
        if let Some(halt) = halt {
            self.halt_after(halt, subject, id);
        }
        id
    }

    /// The event of an input: where causes end.
    fn input(&mut self, subject: Option<VertexId>, what: What) -> EventId {
        let id = self.event(subject, what, EventId(0));
        self.input_event = id;
        id
    }

    /// Makes a record, and takes it in at once: a driver that cannot store it ends the run.
    fn record(&mut self, record: Record, subject: Option<VertexId>, cause: EventId) -> Seq {
        let seq = Seq(self.remembered.seq.0 + 1);
        self.event(
            subject,
            What::Recorded {
                seq: seq.0,
                what: record.word().into(),
            },
            cause,
        );
        self.remembered.fold(seq, &record);
        self.out.records.push((seq, record));
        seq
    }
}
