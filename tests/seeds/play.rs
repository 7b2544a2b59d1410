//! One play: a graph, an engine on a simulated machine, and all that is checked after each step.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use weft::drive::SimGround;
use weft::drive::sim::SimDrive;
use weft::engine::event::{Event, What};
use weft::engine::{Expected, Input, Level, Options, Status, Until};
use weft::graph::{Draft, Graph, Key};
use weft::journal::{Entry, Ledger, MemoryStore, Store, StoreFault};
use weft::kind::Kinds;
use weft::time::Span;
use weft::value::Value;
use weft::world::sim::{Seed, Sim};

use super::dice::Dice;
use super::follow::{Broken, Follower, Item, Law, broken};
use super::grow;
use super::machine::{self, STATE};

/// How often each kind of thing occurred.
pub type Counts = BTreeMap<String, usize>;

/// A store that can be told to refuse.
struct Disk {
    store: MemoryStore,
    full: Arc<AtomicBool>,
}

impl Store for Disk {
    fn load(&self) -> Result<Ledger, StoreFault> {
        self.store.load()
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<(), StoreFault> {
        match self.full.load(Ordering::SeqCst) {
            true => Err(StoreFault::new("the journal", "no space left")),
            false => self.store.commit(entries),
        }
    }
}

pub struct Play {
    pub dice: Dice,
    pub graph: Arc<Graph>,
    pub drive: SimDrive,
    pub sim: Sim,
    pub counts: Counts,
    statuses: BTreeMap<Status, usize>,
    words: BTreeMap<&'static str, usize>,
    /// What the follower was told.
    pub items: Vec<Item>,
    pub next: usize,
    /// Graphs to go back and on to, with the names that differ.
    pub undone: (Vec<Change>, Vec<Change>),
    pub full: Arc<AtomicBool>,
    seed: u64,
    events: Vec<Event>,
    history: String,
    follower: Follower,
}

/// Another graph, and which vertices have another name in it.
pub type Change = (Arc<Graph>, Vec<(Key, Key)>);

pub fn options(jobs: usize, noop: bool) -> Options {
    Options {
        catalog: &Kinds,
        jobs,
        level: Level::Full,
        plan: false,
        noop,
    }
}

impl Play {
    pub fn new(seed: u64) -> Play {
        let mut dice = Dice::new(Seed::new(seed).of("history"));
        let sim = Sim::new(machine::machine(), seed).expect("the machine is whole");
        let ground = Box::new(SimGround::new(sim.clone()));
        let jobs = 1 + dice.below(4) as usize;
        let full = Arc::new(AtomicBool::new(false));
        let store = Box::new(Disk {
            store: MemoryStore::default(),
            full: full.clone(),
        });
        let state = PathBuf::from(STATE);
        let drive = SimDrive::new(options(jobs, false), ground, store, state, seed);
        let mut play = Play {
            dice,
            graph: Arc::new(Draft::new("seeds").finish(&Kinds).expect("empty")),
            drive: drive.expect("a new store"),
            sim,
            counts: Counts::new(),
            statuses: BTreeMap::new(),
            words: BTreeMap::new(),
            items: Vec::new(),
            next: 0,
            undone: (Vec::new(), Vec::new()),
            full,
            seed,
            events: Vec::new(),
            history: String::new(),
            follower: Follower::default(),
        };
        play.tell(Item::Engine(jobs, false));
        play
    }

    /// The graph that it begins with.
    pub fn draw(&mut self) {
        let mut draft = Draft::new("seeds");
        for _ in 0..2 + self.dice.below(8) {
            self.add(&mut draft);
        }
        if self.dice.chance(5) {
            let (n, mut drawn) = (self.next, grow::Drawn::new());
            self.next += 1;
            grow::feud(&mut draft, n, &mut drawn);
            drawn.iter().for_each(|what| self.count(what));
        }
        match draft.finish(&Kinds) {
            Ok(graph) => self.graph = Arc::new(graph),
            Err(refusals) => panic!("seed {}: {}", self.seed, refusals[0]),
        }
        self.hand_over(Vec::new());
    }

    pub fn add(&mut self, draft: &mut Draft) {
        let n = self.next;
        self.next += 1;
        let mut drawn = grow::Drawn::new();
        grow::vertex(&mut self.dice, draft, n, &mut drawn);
        drawn.iter().for_each(|what| self.count(what));
    }

    pub fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    pub fn did(&mut self, what: &str, detail: impl std::fmt::Display) {
        self.count(what);
        let _ = writeln!(self.history, "{} {what} {detail}", self.drive.now());
    }

    pub fn keys(&self) -> Vec<Key> {
        self.graph.vertices().keys().cloned().collect()
    }

    pub fn is_running(&self) -> bool {
        self.drive.engine().is_running()
    }

    /// The engine gets the present graph.
    pub fn hand_over(&mut self, renamed: Vec<(Key, Key)>) {
        self.tell(Item::Graph(self.graph.clone(), renamed.clone()));
        let graph = self.graph.clone();
        self.input(Input::Graph { graph, renamed });
    }

    /// A new engine goes on from the journal.
    pub fn restart(&mut self) {
        let jobs = 1 + self.dice.below(4) as usize;
        let noop = self.dice.chance(5);
        self.did("restart", if noop { "as noop" } else { "" });
        if noop {
            self.count("restart: all of it noop");
        }
        self.full.store(false, Ordering::SeqCst);
        self.audit();
        self.tell(Item::Engine(jobs, noop));
        self.tell(Item::Graph(self.graph.clone(), Vec::new()));
        let again = self.drive.restart(options(jobs, noop), self.graph.clone());
        again.expect("the store is there");
        self.audit();
    }

    pub fn begin(&mut self, until: Until, expected: Option<Expected>, only: &[Key]) {
        let only = (!only.is_empty()).then(|| {
            let before = self.graph.before(only);
            before.vertices().keys().cloned().collect()
        });
        self.tell(Item::Only(only.clone()));
        self.input(Input::Run {
            until,
            world: "sim".into(),
            expected: expected.map(Arc::new),
            only,
        });
    }

    /// One input, and the audit after it.
    pub fn input(&mut self, input: Input) {
        if matches!(input, Input::Step) {
            self.tell(Item::Step);
        }
        self.drive.input(input);
        self.audit();
    }

    pub fn advance(&mut self, span: Span) {
        self.drive.advance(span);
        self.audit();
    }

    pub fn tell(&mut self, item: Item) {
        if let Err(broken) = self.follower.take(&item) {
            self.items.push(item);
            self.fail(&broken.to_string());
        }
        self.items.push(item);
    }

    /// Follows what happened since, and compares what the engine says of itself.
    pub fn audit(&mut self) {
        for event in self.drive.take_events() {
            self.count_event(&event);
            self.events.push(event.clone());
            self.tell(Item::Event(event));
        }
        if self.drive.is_down() {
            return;
        }
        if let Err(wrong) = self.drive.engine().audit() {
            self.fail(&wrong);
        }
        if let Err(wrong) = self.compare() {
            self.fail(&wrong.to_string());
        }
    }

    fn compare(&mut self) -> Result<(), Broken> {
        for key in self.keys() {
            let engine = self.drive.engine();
            let (Some(status), Some(marks)) = (engine.status(&key), engine.marks(&key)) else {
                return broken(Law::Told, format!("the engine does not know {key}"));
            };
            self.follower
                .told(&key, status, marks.debt, marks.pending)?;
            *self.statuses.entry(status).or_default() += 1;
        }
        self.holds()
    }

    /// Every receiver of a settled sender holds what it sends.
    fn holds(&self) -> Result<(), Broken> {
        let engine = self.drive.engine();
        for ((to, into), binding) in self.graph.bindings() {
            let from = &binding.from;
            if !self.follower.is_settled(from) || self.follower.is_held(from) {
                continue;
            }
            let sent = engine.sends(from);
            let sent = sent
                .as_ref()
                .and_then(|sends| sends.get(&*binding.sent.field));
            let held = engine.received(to);
            let link = format!("{from}.{} -> {to}.{into}", binding.sent);
            same_value(&link, sent, held.get(into))?;
        }
        Ok(())
    }

    fn count_event(&mut self, event: &Event) {
        *self
            .words
            .entry(weft::trace::word(&event.what))
            .or_default() += 1;
        let more = match &event.what {
            What::Failed { why, .. } if why.contains("timed out after") => "failed: timed out",
            What::Failed { why, .. } if why.contains("keeps changing back") => "failed: fights",
            What::Failed { why, .. } if why.contains("does not converge") => {
                "failed: not converged"
            }
            What::Failed { why, .. } if why.contains("received from") => "failed: by its sender",
            What::Waiting(weft::engine::Wait::Semaphore(_)) => "waits for a semaphore",
            What::Due(weft::engine::Due::Late) => "an event that came too fast",
            What::CountsAsChanged { .. } => "counts as changed",
            What::HeardByApply => "heard by an apply",
            What::HeardOnly(_) => "heard, and its guard said no",
            What::Dropped { .. } => "dropped",
            _ => return,
        };
        self.count(more);
    }

    pub fn fail(&self, wrong: &str) -> ! {
        let mut events = self.events.clone();
        if let Some(Item::Event(event)) = self.items.last()
            && events.last().is_none_or(|last| last.id < event.id)
        {
            events.push(event.clone());
        }
        let trace = weft::trace::lines(&events, Level::Full);
        let lines: Vec<&str> = trace.lines().collect();
        panic!(
            "seed {}: {wrong}\n(WEFT_SEED={} cargo test --test seeds plays it alone)\nhistory:\n{}\ntrace:\n{}",
            self.seed,
            self.seed,
            self.history,
            lines[lines.len().saturating_sub(60)..].join("\n")
        );
    }

    /// The history ends: faults are over, and a last run converges.
    pub fn heal(&mut self) {
        self.sim.disarm(None);
        self.full.store(false, Ordering::SeqCst);
        self.did("heal", "");
        if self.drive.is_down() {
            self.restart();
        }
        self.drive
            .crash_at(weft::drive::sim::CrashPoint::Record(u64::MAX));
        for key in self.drive.engine().breaks() {
            self.input(Input::Break(key, false));
        }
        if self.drive.engine().is_paused() {
            self.input(Input::Continue);
        }
        if self.is_running() {
            self.input(Input::Stop { now: true });
            self.advance(Span::secs(60));
        }
        self.begin(Until::Converged, None, &[]);
        if let Err(why) = self.drive.finish() {
            self.fail(&why);
        }
        self.audit();
        if let Err(wrong) = self.follower.end() {
            self.fail(&wrong.to_string());
        }
        self.tell_truth();
        self.explain();
    }

    /// What is settled is so on the machine.
    fn tell_truth(&mut self) {
        // What a command has spoiled in the end is another vertex's to mend, in the next run.
        let ran: Vec<String> = self
            .sim
            .log()
            .iter()
            .map(|ran| ran.argv.join(" "))
            .collect();
        let spoiled = |key: &Key| ran.contains(&format!("spoil {}", grow::number(key)));
        for key in self.keys() {
            let status = self.drive.engine().status(&key);
            let right = matches!(status, Some(Status::Ok | Status::Changed));
            if !right || self.follower.is_held(&key) || spoiled(&key) {
                continue;
            }
            let received = self.drive.engine().received(&key);
            let content = received.values().next().and_then(Value::expose_str);
            match machine::is_true(&self.graph, &key, &self.sim, content) {
                Ok(()) => self.count("true on the machine"),
                Err(wrong) => self.fail(&wrong),
            }
        }
    }

    /// The causes of what each vertex last did end in an input.
    fn explain(&self) {
        for key in self.keys() {
            let chain = weft::engine::why::why(&self.events, &key);
            let about = |event: &&Event| event.subject.as_ref() == Some(&key);
            let known = self.events.iter().any(|event| about(&event));
            match chain.first() {
                None if known => self.fail(&format!("why {key} says nothing")),
                Some(first) if !first.what.is_input() && !super::follow::is_free(&first.what) => {
                    self.fail(&format!("why {key} ends in: {}", weft::trace::line(first)));
                }
                _ => {}
            }
        }
    }

    /// Its whole trace, and how often each thing occurred.
    pub fn done(mut self) -> (Counts, String, Vec<Item>) {
        for (status, n) in self.statuses {
            self.counts.insert(format!("status: {}", status.word()), n);
        }
        for (word, n) in self.words {
            self.counts.insert(format!("event: {word}"), n);
        }
        let trace = weft::trace::lines(&self.events, Level::Full);
        (self.counts, trace, self.items)
    }
}

/// A receiver holds just what is sent.
pub fn same_value(link: &str, sent: Option<&Value>, held: Option<&Value>) -> Result<(), Broken> {
    match sent == held {
        true => Ok(()),
        false => broken(Law::Holds, format!("{link} has not arrived")),
    }
}
