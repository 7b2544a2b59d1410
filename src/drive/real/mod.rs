//! The driver in real time: a pool of threads for the blocking work of kinds, one loop for the engine.
//!
//! The loop takes everything that has happened, steps the engine through it, hands the records of those steps to a thread that makes them
//! durable, and steps on meanwhile. Checks start at once; applies and refreshes wait for the record that they name, and events for
//! those of their step. So many vertices that get ready together share one sync. The loop also owns the clocks (rule O2: monotonic; that
//! of the wall is only printed), the deadlines, the watches and the signals.

mod commit;
mod durable;
mod held;
mod pool;
mod watched;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Errand;
use super::marks::Origins;
use crate::engine::event::Event;
use crate::engine::{Engine, Input, Options};
use crate::journal::{Entry, Ledger, Store, StoreFault, Waiting};
use crate::time::{Time, Wall};
use crate::world::host::{Host, WatchEvent};
use commit::Committer;
use held::Held;
use pool::Pool;
use watched::Watched;

/// How long an attempt may take to come back when it was cancelled or its time is over, before its vertex counts as hung: TERM,
/// five seconds, KILL, and some.
const GRACE: Duration = Duration::from_secs(10);
/// How many vertices the engine starts for each worker: checks of small files take so little that a worker must find the next
/// one waiting. With one job there is one at a time.
const AHEAD: usize = 128;

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

/// Whether this engine has what it needs before it acts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reserved {
    /// Nothing has acted yet.
    No,
    /// There is no place for state, and what has acted so far needs none.
    Unlocked,
    /// The graph's lock.
    Locked,
}

/// Engine, host and journal, driven in real time.
pub struct RealDrive {
    engine: Arc<Mutex<Engine>>,
    options: Options,
    host: Host,
    committer: Committer,
    origins: Origins,
    held: Held,
    /// Checks that were handed out and whose outcome the engine has not had: a sync waits a moment for their records.
    checks: Arc<AtomicUsize>,
    /// How many batches of records were handed over and have not been heard of.
    storing: usize,
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
    unstored: Vec<Entry>,
    /// Whether there are such: nothing new starts until they are stored.
    broken: bool,
    /// Why, until a run has told.
    fault: Option<StoreFault>,
    reserved: Reserved,
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
        let options = Options { jobs, ..options };
        let engine = Engine::new(options.clone(), store.load()?.remembered);
        let (sender, messages) = unbounded_channel();
        let to = sender.clone();
        let watched = Watched::new(&host, move |event| {
            let _ = to.send(Message::Watch(event));
        });
        let own = host.clone();
        let work = move |errand: &Errand, token| {
            errand.run(&own.attempt(token, errand.job.timeout), &state, false)
        };
        let (wake, woken) = (looks(&sender), looks(&sender));
        let checks = Arc::new(AtomicUsize::new(0));
        let busy = checks.clone();
        let busy = move || busy.load(Ordering::Relaxed) > 0;
        let committer = Committer::new(store, busy, woken)
            .map_err(|error| StoreFault::new("the journal's thread", error.to_string()))?;
        let (work, wake, spawn) = (Box::new(work), Box::new(wake), Box::new(pool::thread));
        let pool = Pool::new(workers, GRACE, work, wake, spawn)
            .map_err(|why| StoreFault::new("the worker threads", why))?;
        Ok(RealDrive {
            engine: Arc::new(Mutex::new(engine)),
            options,
            host,
            committer,
            origins: Origins::default(),
            held: Held::default(),
            checks,
            storing: 0,
            pool,
            messages,
            sender,
            watched,
            began: Instant::now(),
            wake: None,
            signals: None,
            stops: Vec::new(),
            unstored: Vec::new(),
            broken: false,
            fault: None,
            reserved: Reserved::No,
        })
    }

    /// Before the first act: from here on no other engine acts on this graph (rule P5). Where one has acted since this one was made, this
    /// one starts again from what that left. `waiting` is told what is waited for, and gives up with `false`.
    pub fn claim(&mut self, waiting: Waiting) -> Result<(), StoreFault> {
        let ledger = self.committer.store().begin(waiting)?;
        self.hold_lock();
        let mut engine = lock(&self.engine);
        if ledger.remembered != *engine.remembered() && self.unstored.is_empty() {
            let (graph, last) = (engine.graph().clone(), engine.last_event());
            *engine = Engine::new(self.options.clone(), ledger.remembered);
            engine.go_on_counting(last);
            let renamed = Vec::new();
            engine.step(self.now(), Input::Graph { graph, renamed });
        }
        Ok(())
    }

    /// Whether no other engine can act on this graph.
    pub fn holds_lock(&self) -> bool {
        self.committer.store().lock().is_some()
    }

    /// What is durable.
    pub fn ledger(&self) -> Result<Ledger, StoreFault> {
        self.committer.store().load()
    }

    /// The wall time.
    pub fn wall(&self) -> Wall {
        durable::wall()
    }

    /// Commands hold the graph's lock as long as they run (rule P7). Whether there is one.
    fn hold_lock(&self) -> bool {
        let lock = self.committer.store().lock();
        let is_locked = lock.is_some();
        if let Some(lock) = lock {
            self.host.hold(lock);
        }
        is_locked
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
        self.flush(on);
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
        while self.stops.len() < 3 && !(done(&self.engine()) && self.is_durable()) {
            match runtime.block_on(self.next(&mut signals)) {
                News::Messages(messages) => self.hear(messages, on),
                News::Deadline => {
                    let mut inputs = self.pool.fetch();
                    inputs.push(Input::Tick);
                    self.take(inputs, on);
                }
                News::Signal(signal) => {
                    self.stops.push(signal);
                    match self.stops.len() {
                        1 => self.take(vec![Input::Stop { now: false }], on),
                        2 => self.take(vec![Input::Stop { now: true }], on),
                        // There is no more to be said: what runs is its supervisor's now.
                        _ => {}
                    }
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
        self.hear_stored(on);
    }
}

impl Drop for RealDrive {
    /// Its threads may live on a little; the lock does not.
    fn drop(&mut self) {
        self.host.let_go();
    }
}

/// What lets the loop look again.
fn looks(sender: &UnboundedSender<Message>) -> impl Fn() + Send + Sync + 'static {
    let sender = sender.clone();
    move || {
        let _ = sender.send(Message::Look);
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
