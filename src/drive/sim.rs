//! The driver in virtual time: one thread, one order. It plays stories over a simulated machine, and plans over an overlay.
//!
//! An effect is carried out at once; its completion comes when the virtual time that it took has passed. Completions of one
//! moment come in an order that the seed decides. Nothing here reads a clock.

mod crash;
mod trail;

pub use crash::{CrashPoint, Cut, Strike};
pub use trail::{Came, Deed, Passed};

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Errand;
use super::marks::Origins;
use crate::engine::event::Event;
use crate::engine::{Attempt, Effect, Engine, Input, Options, Output, VertexId};
use crate::journal::{Store, StoreFault};
use crate::kind::{self, Failure};
use crate::time::{Span, Time, Wall};
use crate::world::Watch;
use crate::world::sim::{Call, FaultKind, Seed};

/// A world as this driver needs it.
pub trait Ground: Send {
    /// Carries one errand out, and says how much virtual time that took.
    fn run(&mut self, errand: &Errand, now: Time, state: &std::path::Path) -> (Input, Span);
    /// Keeps an eye on these; says why it cannot.
    fn watch(&mut self, id: u64, watches: &[Watch]) -> Result<(), String>;
    /// No more of that.
    fn unwatch(&mut self, id: u64);
    /// What was noticed since the last call, in order.
    fn noticed(&mut self) -> Vec<(u64, String)>;
    /// Says what time it is, and learns when this world will change by itself, if it will.
    fn pass(&mut self, now: Time) -> Option<Time> {
        let _ = now;
        None
    }
    /// Whether the machine went down in the middle of the last errand.
    fn crashed(&mut self) -> bool {
        false
    }
    /// Lets this befall the call after the next `calls` ones of an errand.
    fn strike(&mut self, calls: usize, what: FaultKind) {
        let _ = (calls, what);
    }
    /// The calls of the last errand, where they are counted. What was to befall one is over.
    fn take_calls(&mut self) -> Vec<Call> {
        Vec::new()
    }
    /// The process that drives it starts anew.
    fn restart(&mut self) {}
}

/// Engine, world and journal, driven in virtual time.
pub struct SimDrive {
    engine: Engine,
    ground: Box<dyn Ground>,
    store: Box<dyn Store>,
    origins: Origins,
    state: PathBuf,
    seed: Seed,
    now: Time,
    wake: Option<Time>,
    /// What each vertex has its eye on.
    watched: BTreeMap<VertexId, Vec<Watch>>,
    /// Completions by when they come, then by the seed's order.
    coming: BTreeMap<(Time, u64, Attempt), (Errand, Input)>,
    events: Vec<Event>,
    crash: Option<CrashPoint>,
    /// What is to happen once each.
    strikes: Vec<Strike>,
    trail: trail::Trail,
    down: bool,
    /// How much more may happen before a run counts as one that does not end.
    patience: usize,
}

/// So much may happen while one run goes on by itself, and so much more for each of its vertices. In virtual time nothing else
/// would ever end a run that tries again without end.
const PATIENCE: (usize, usize) = (100_000, 50);

/// The wall time at which every simulation begins: 2000-01-01 UTC.
const EPOCH: u64 = 946_684_800;

impl SimDrive {
    /// An engine over this ground, which goes on from what the store remembers.
    pub fn new(
        options: Options,
        ground: Box<dyn Ground>,
        store: Box<dyn Store>,
        state: PathBuf,
        seed: u64,
    ) -> Result<SimDrive, StoreFault> {
        let engine = Engine::new(options, store.load()?.remembered);
        Ok(SimDrive {
            engine,
            ground,
            store,
            origins: Origins::default(),
            state,
            seed: Seed::new(seed),
            now: Time::ZERO,
            wake: None,
            watched: BTreeMap::new(),
            coming: BTreeMap::new(),
            events: Vec::new(),
            crash: None,
            strikes: Vec::new(),
            trail: trail::Trail::default(),
            down: false,
            patience: PATIENCE.0,
        })
    }

    /// The engine, to ask.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The virtual wall time.
    pub fn wall(&self) -> Wall {
        Wall(EPOCH + self.now.0 / 1_000_000)
    }

    /// Whether the engine crashed and was not restarted.
    pub fn is_down(&self) -> bool {
        self.down
    }

    /// The events since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Gives the engine an input, and carries out all that follows without time passing.
    pub fn input(&mut self, input: Input) {
        self.be_patient();
        self.feed(input);
        self.play_until(self.now);
    }

    /// Lets a run that ends by itself go on until it has ended, however long that takes. What only more inputs can end (a
    /// question, a pause) is left. A run that does not end is stopped, and an error says so.
    pub fn finish(&mut self) -> Result<(), String> {
        self.be_patient();
        self.play_until(self.now);
        while self.engine.is_running()
            && !self.engine.is_converged()
            && !self.down
            && self.patience > 0
        {
            let change = self
                .ground
                .pass(self.now)
                .filter(|_| self.coming.is_empty());
            let Some(next) = self.next_time().into_iter().chain(change).min() else {
                break;
            };
            if self.engine.is_paused() && self.coming.is_empty() {
                break;
            }
            self.play_until(next);
        }
        match self.patience {
            0 => Err(self.give_up()),
            _ => Ok(()),
        }
    }

    /// Draws the order of what happens at once from this, instead of the story's own seed.
    pub fn order_by(&mut self, seed: u64) {
        self.seed = Seed::new(seed);
    }

    fn be_patient(&mut self) {
        self.patience = PATIENCE.0 + PATIENCE.1 * self.engine.graph().vertices().len();
    }

    fn give_up(&mut self) -> String {
        self.be_patient();
        self.feed(Input::Stop { now: true });
        self.play_until(self.now);
        format!("it does not end: stopped at {} s of virtual time", self.now)
    }

    /// Lets so much virtual time pass.
    pub fn advance(&mut self, span: Span) {
        let until = self.now + span;
        self.be_patient();
        while self.patience > 0 && !self.down {
            let change = self.ground.pass(self.now).filter(|at| *at > self.now);
            let next = self.next_time().into_iter().chain(change).min();
            let Some(next) = next.filter(|next| *next <= until) else {
                break;
            };
            self.play_until(next);
        }
        self.now = until;
        self.ground.pass(until);
        self.play_until(until);
    }

    /// How long it is until something happens by itself, if anything will.
    pub fn until_next(&mut self) -> Option<Span> {
        if self.down {
            return None;
        }
        let change = self.ground.pass(self.now).filter(|at| *at > self.now);
        let next = self.next_time().into_iter().chain(change).min()?;
        Some(next - self.now)
    }

    fn next_time(&self) -> Option<Time> {
        let coming = self.coming.keys().next().map(|(at, _, _)| *at);
        coming.into_iter().chain(self.wake).min()
    }

    /// Everything that comes until `until`, in order; time stands there afterwards.
    fn play_until(&mut self, until: Time) {
        self.hear_watches();
        while !self.down && self.patience > 0 {
            self.patience -= 1;
            let Some(next) = self.next_time().filter(|next| *next <= until) else {
                break;
            };
            self.now = self.now.max(next);
            match self.coming.pop_first() {
                Some((at, (errand, input))) if at.0 <= self.now => self.complete(errand, input),
                Some((at, entry)) => {
                    self.coming.insert(at, entry);
                    self.tick();
                }
                None => self.tick(),
            }
            self.hear_watches();
        }
        self.now = self.now.max(until);
    }

    fn tick(&mut self) {
        self.wake = None;
        self.feed(Input::Tick);
    }

    fn complete(&mut self, errand: Errand, input: Input) {
        let number = self.trail.ended(&errand, &input);
        if self.dies_after(number, &errand) {
            return self.crash();
        }
        self.feed(input);
    }

    fn hear_watches(&mut self) {
        loop {
            let noticed = self.ground.noticed();
            if noticed.is_empty() || self.down {
                return;
            }
            for (id, what) in noticed {
                self.feed(Input::Noticed {
                    vertex: VertexId(id as u32),
                    what,
                });
            }
        }
    }

    fn feed(&mut self, input: Input) {
        if self.down {
            return;
        }
        self.trail.input(&input);
        let Output {
            records,
            effects,
            events,
        } = self.engine.step(self.now, input);
        self.trail.events(&events);
        self.origins.take(&events);
        if !records.is_empty() && !self.commit(records) {
            return;
        }
        self.events.extend(events);
        for effect in effects {
            // The machine may go down in the middle of one: then there is nobody to carry out the rest.
            if self.down {
                return;
            }
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        if self.down {
            // One that was carried out before it, in the same step, took the engine down.
            return;
        }
        match Errand::of(effect) {
            Ok(errand) => self.start(errand),
            Err(Effect::Watch {
                vertex,
                key,
                params,
            }) => {
                let watches = kind::find(key.kind())
                    .map_or_else(Vec::new, |kind| kind.watches(&key, &params));
                let input = self.watch(vertex, watches);
                self.feed(input);
            }
            Err(Effect::Unwatch { vertex }) => self.unwatch(vertex),
            Err(Effect::Cancel { vertex, attempt }) => self.cancel(vertex, attempt),
            Err(Effect::WakeAt(at)) => self.wake = at,
            Err(_) => {}
        }
    }

    fn watch(&mut self, vertex: VertexId, watches: Vec<Watch>) -> Input {
        if self.watched.get(&vertex) == Some(&watches) {
            return Input::StillListening { vertex };
        }
        match self.ground.watch(u64::from(vertex.0), &watches) {
            Ok(()) => {
                self.watched.insert(vertex, watches);
                Input::Listening { vertex }
            }
            Err(why) => {
                self.unwatch(vertex);
                Input::WatchFailed { vertex, why }
            }
        }
    }

    fn unwatch(&mut self, vertex: VertexId) {
        self.watched.remove(&vertex);
        self.ground.unwatch(u64::from(vertex.0));
    }

    fn start(&mut self, errand: Errand) {
        debug_assert!(
            !self
                .coming
                .values()
                .any(|(other, _)| other.vertex == errand.vertex),
            "a vertex has one attempt at a time"
        );
        let number = self.trail.begins(&errand);
        // What the journal and people did before is not the errand's.
        self.ground.take_calls();
        if let Some((calls, what)) = self.befalls(number) {
            self.ground.strike(calls, what);
        }
        let (input, took) = self.ground.run(&errand, self.now, &self.state);
        let calls = self.ground.take_calls();
        self.trail.acted(number, &errand, calls);
        if self.ground.crashed() {
            return self.crash();
        }
        let order = self
            .seed
            .of(format!("order of {}", errand.attempt.0))
            .below(u64::MAX);
        self.coming
            .insert((self.now + took, order, errand.attempt), (errand, input));
    }

    /// What a cancelled attempt had done by then is done; how it ended is not heard.
    fn cancel(&mut self, vertex: VertexId, attempt: Attempt) {
        let found = self
            .coming
            .iter()
            .find(|(at, (errand, _))| at.2 == attempt && errand.vertex == vertex);
        let Some(at) = found.map(|(at, _)| *at) else {
            return;
        };
        let Some((errand, _)) = self.coming.remove(&at) else {
            return;
        };
        let failure = Failure {
            cancelled: true,
            ..Failure::new("cancelled")
        };
        let input = errand.failed(failure);
        self.coming
            .insert((self.now, at.1, attempt), (errand, input));
    }
}
