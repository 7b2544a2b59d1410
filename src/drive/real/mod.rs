//! The driver in real time: a pool of threads for the blocking work of kinds, one loop for the engine.
//!
//! The loop takes everything that has happened, steps the engine through it, makes all records of those steps durable in one
//! commit, and only then hands out the effects: so many vertices that get ready together share one sync. It also owns the clock
//! (rule O2: monotonic), the deadlines, the watches and the signals.

mod pool;
mod watched;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Errand;
use crate::engine::event::Event;
use crate::engine::{Effect, Engine, Input, Options, Output, Record, Seq};
use crate::journal::{Store, StoreFault};
use crate::time::Time;
use crate::world::host::{Host, WatchEvent};
use pool::{Pool, never_begun};
use watched::Watched;

/// How long an attempt may take to come back when it was cancelled or its time is over, before its vertex counts as hung: TERM,
/// five seconds, KILL, and some.
const GRACE: Duration = Duration::from_secs(10);
/// How many vertices the engine starts for each worker: checks of small files take so little that a worker must find the next
/// one waiting. With one job there is one at a time.
const AHEAD: usize = 32;

/// What stopped a run from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// Ctrl+C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP.
    HangUp,
}

impl Signal {
    /// The exit code that says so: 128 and the signal's number (rule L6).
    pub fn exit_code(self) -> i32 {
        match self {
            Signal::HangUp => 129,
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }
}

enum Message {
    Input(Box<Input>),
    Watch(WatchEvent),
    /// Something is done, or there is a new deadline.
    Look,
}

/// A way to reach a running driver from another thread.
#[derive(Clone)]
pub struct Handle {
    engine: Arc<Mutex<Engine>>,
    messages: UnboundedSender<Message>,
}

impl Handle {
    /// Gives the engine an input, soon.
    pub fn send(&self, input: Input) {
        // A driver that is gone hears nothing more, and has nothing more to do.
        let _ = self.messages.send(Message::Input(Box::new(input)));
    }

    /// Lets the loop look again whether it is to go on.
    pub fn nudge(&self) {
        let _ = self.messages.send(Message::Look);
    }

    /// The engine, to ask. It stands still meanwhile.
    pub fn engine(&self) -> MutexGuard<'_, Engine> {
        lock(&self.engine)
    }
}

/// Engine, host and journal, driven in real time.
pub struct RealDrive {
    engine: Arc<Mutex<Engine>>,
    store: Box<dyn Store>,
    pool: Pool,
    messages: UnboundedReceiver<Message>,
    sender: UnboundedSender<Message>,
    watched: Watched,
    began: Instant,
    wake: Option<Time>,
    signals: Option<UnboundedReceiver<Signal>>,
    /// The signals that the present run has had.
    stops: Vec<Signal>,
    /// Records that could not be stored, in order.
    unstored: Vec<(Seq, Record)>,
    /// Why, until a run has told.
    fault: Option<StoreFault>,
}

impl RealDrive {
    /// An engine over this host, which goes on from what the store remembers. `state` is the graph's state directory.
    pub fn new(
        options: Options,
        host: Host,
        store: Box<dyn Store>,
        state: PathBuf,
    ) -> Result<RealDrive, StoreFault> {
        let workers = options.jobs.clamp(1, 64);
        let jobs = if workers > 1 { workers * AHEAD } else { 1 };
        let engine = Engine::new(Options { jobs, ..options }, store.load()?);
        let (sender, messages) = unbounded_channel();
        let (own, of_watches) = (sender.clone(), sender.clone());
        let watched = Watched::new(&host, move |event| {
            let _ = of_watches.send(Message::Watch(event));
        });
        let work = move |errand: &Errand, token| {
            errand.run(&host.attempt(token, errand.job.timeout), &state, false)
        };
        let wake = move || {
            let _ = own.send(Message::Look);
        };
        Ok(RealDrive {
            engine: Arc::new(Mutex::new(engine)),
            store,
            pool: Pool::new(workers, GRACE, Box::new(work), Box::new(wake)),
            messages,
            sender,
            watched,
            began: Instant::now(),
            wake: None,
            signals: None,
            stops: Vec::new(),
            unstored: Vec::new(),
            fault: None,
        })
    }

    /// A way to reach it from another thread.
    pub fn handle(&self) -> Handle {
        Handle {
            engine: self.engine.clone(),
            messages: self.sender.clone(),
        }
    }

    /// The engine, to ask.
    pub fn engine(&self) -> MutexGuard<'_, Engine> {
        lock(&self.engine)
    }

    /// Signals come in here, each as a stop (rule E2): the first finishes what runs, the second cancels it, the third ends the loop.
    pub fn stop_on(&mut self, signals: UnboundedReceiver<Signal>) {
        self.signals = Some(signals);
    }

    /// Gives the engine an input, and carries out what follows at once. `on` gets what happened.
    pub fn input(&mut self, input: Input, on: &mut dyn FnMut(&[Event])) {
        self.take(vec![input], on);
    }

    /// Runs until `done` says so after a step; `on` gets what happened, in order. Returns the signal that stopped it, if one did; the
    /// fault, if records could not be stored.
    pub fn run(
        &mut self,
        on: &mut dyn FnMut(&[Event]),
        done: &mut dyn FnMut(&Engine) -> bool,
    ) -> Result<Option<Signal>, StoreFault> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let runtime = runtime.map_err(|error| StoreFault {
            place: "the event loop".into(),
            why: error.to_string(),
        })?;
        let mut signals = self.signals.take();
        while self.stops.len() < 3 && !done(&self.engine()) {
            match runtime.block_on(self.next(&mut signals)) {
                News::Messages(messages) => self.hear(messages, on),
                News::Deadline => {
                    let mut inputs = self.pool.fetch();
                    inputs.push(Input::Tick);
                    self.take(inputs, on);
                }
                News::Signal(signal) => {
                    self.stops.push(signal);
                    let now = self.stops.len() > 1;
                    self.take(vec![Input::Stop { now }], on);
                }
            }
            let hung = self.pool.give_up(Instant::now());
            if !hung.is_empty() {
                self.take(hung, on);
            }
        }
        self.signals = signals;
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(self.stops.first().copied()),
        }
    }

    async fn next(&mut self, signals: &mut Option<UnboundedReceiver<Signal>>) -> News {
        let deadline = self.next_deadline();
        let timer = async {
            match deadline {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        let signal = async {
            match signals {
                Some(signals) => match signals.recv().await {
                    Some(signal) => signal,
                    None => std::future::pending().await,
                },
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            signal = signal => News::Signal(signal),
            first = self.messages.recv() => {
                let mut messages: Vec<Message> = first.into_iter().collect();
                while let Ok(message) = self.messages.try_recv() {
                    messages.push(message);
                }
                News::Messages(messages)
            }
            () = timer => News::Deadline,
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let wake = self.wake.map(|at| self.began + Duration::from_micros(at.0));
        wake.into_iter().chain(self.pool.next_look()).min()
    }

    fn now(&self) -> Time {
        Time(u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn hear(&mut self, messages: Vec<Message>, on: &mut dyn FnMut(&[Event])) {
        let mut inputs = self.pool.fetch();
        for message in messages {
            match message {
                Message::Input(input) => inputs.push(*input),
                Message::Watch(event) => inputs.extend(self.watched.news(event)),
                Message::Look => {}
            }
        }
        if !inputs.is_empty() {
            self.take(inputs, on);
        }
    }

    /// Steps the engine through these, makes all records durable at once, then hands out the effects.
    fn take(&mut self, inputs: Vec<Input>, on: &mut dyn FnMut(&[Event])) {
        let stops = inputs
            .iter()
            .any(|input| matches!(input, Input::Stop { .. }));
        if inputs
            .iter()
            .any(|input| matches!(input, Input::Run { .. }))
        {
            self.stops.clear();
        }
        let was_running = self.engine().is_running();
        let out = self.step(inputs);
        self.unstored.extend(out.records);
        let broken = self.fault.is_some() && was_running;
        if !broken && let Err(fault) = self.store() {
            return self.stop_undurable(fault, out.effects, on);
        }
        if !out.events.is_empty() {
            on(&out.events);
        }
        let mut back = self.carry_out(out.effects, broken);
        if stops {
            self.pool.give_back();
            back.extend(self.pool.fetch());
        }
        if !back.is_empty() {
            self.take(back, on);
        }
    }

    fn step(&mut self, inputs: Vec<Input>) -> Output {
        let now = self.now();
        let mut engine = lock(&self.engine);
        let mut all = Output::default();
        for input in inputs {
            let out = engine.step(now, input);
            all.records.extend(out.records);
            all.effects.extend(out.effects);
            all.events.extend(out.events);
        }
        all
    }

    fn store(&mut self) -> Result<(), StoreFault> {
        if !self.unstored.is_empty() {
            self.store.commit(&self.unstored)?;
            self.unstored.clear();
        }
        self.fault = None;
        Ok(())
    }

    /// DESIGN's contract: nothing new starts, what runs is finished, and the run ends with place and reason. The records are
    /// kept, and tried again when a person acts next.
    fn stop_undurable(
        &mut self,
        fault: StoreFault,
        effects: Vec<Effect>,
        on: &mut dyn FnMut(&[Event]),
    ) {
        let mut inputs = vec![Input::Undurable(fault.to_string())];
        self.fault = Some(fault);
        inputs.extend(self.carry_out(effects, true));
        self.pool.give_back();
        inputs.extend(self.pool.fetch());
        let out = self.step(inputs);
        self.unstored.extend(out.records);
        on(&out.events);
        let back = self.carry_out(out.effects, true);
        if !back.is_empty() {
            self.take(back, on);
        }
    }

    /// Carries effects out. Where nothing new may start, the completions of those that would.
    fn carry_out(&mut self, effects: Vec<Effect>, broken: bool) -> Vec<Input> {
        let (mut errands, mut back) = (Vec::new(), Vec::new());
        for effect in effects {
            match Errand::of(effect) {
                Ok(errand) if broken => back.push(never_begun(&errand)),
                Ok(errand) => errands.push(errand),
                Err(Effect::Watch {
                    vertex,
                    key,
                    params,
                }) => back.extend(self.watched.watch(vertex, &key, &params)),
                Err(Effect::Unwatch { vertex }) => self.watched.unwatch(vertex),
                Err(Effect::Cancel { attempt, .. }) => self.pool.cancel(attempt),
                Err(Effect::WakeAt(at)) => self.wake = at,
                Err(_) => {}
            }
        }
        self.pool.add(errands);
        back
    }
}

enum News {
    Messages(Vec<Message>),
    Deadline,
    Signal(Signal),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
