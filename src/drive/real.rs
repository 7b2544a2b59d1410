//! The driver in real time: a pool of threads for the blocking work of kinds, one loop for the engine.
//!
//! The loop takes everything that has happened, steps the engine through it, makes all records of those steps durable in one
//! commit, and only then hands out the effects: so many vertices that get ready together share one sync. It also owns the clock
//! (rule O2: monotonic), the deadlines, the watches and the signals.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Errand;
use crate::engine::event::Event;
use crate::engine::{Attempt, Effect, Engine, Input, Options, Output, VertexId};
use crate::journal::{Store, StoreFault};
use crate::kind;
use crate::time::Time;
use crate::world::host::{CancelToken, Host};
use crate::world::host::{HostWatcher, WatchEvent, What as WatchNews};

/// How long a cancelled attempt may take to come back before its vertex counts as hung: TERM, five seconds, KILL, and some.
const GRACE: Duration = Duration::from_secs(10);
/// How many errands one worker takes at once where many wait.
const BATCH: usize = 16;

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
    Done(Vec<Input>),
    Watch(WatchEvent),
    Wake,
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
        let _ = self.messages.send(Message::Wake);
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
    host: Host,
    state: PathBuf,
    pool: Arc<Pool>,
    messages: UnboundedReceiver<Message>,
    sender: UnboundedSender<Message>,
    watcher: Option<HostWatcher>,
    began: Instant,
    wake: Option<Time>,
    tokens: BTreeMap<Attempt, Running>,
    signals: Option<tokio::sync::mpsc::UnboundedReceiver<Signal>>,
    undurable: bool,
}

struct Running {
    vertex: VertexId,
    token: CancelToken,
    overdue: Option<Instant>,
}

impl RealDrive {
    /// An engine over this host, which goes on from what the store remembers. `state` is the graph's state directory.
    pub fn new(
        options: Options,
        host: Host,
        store: Box<dyn Store>,
        state: PathBuf,
    ) -> Result<RealDrive, StoreFault> {
        let jobs = options.jobs.clamp(1, 64);
        let engine = Arc::new(Mutex::new(Engine::new(options, store.load()?)));
        let (sender, messages) = unbounded_channel();
        let pool = Arc::new(Pool::default());
        for _ in 0..jobs {
            spawn_worker(&pool, &sender, &host, &state);
        }
        Ok(RealDrive {
            engine,
            store,
            host,
            state,
            pool,
            messages,
            sender,
            watcher: None,
            began: Instant::now(),
            wake: None,
            tokens: BTreeMap::new(),
            signals: None,
            undurable: false,
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

    /// Runs until `done` says so after a step; `on` gets what happened, in order. Returns the signal that stopped it, if one did.
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
        let mut stops: Vec<Signal> = Vec::new();
        while !done(&self.engine()) {
            let news = runtime.block_on(self.next(&mut signals));
            match news {
                News::Messages(messages) => self.hear(messages, on),
                News::Deadline => self.take(vec![Input::Tick], on),
                News::Signal(signal) => {
                    stops.push(signal);
                    if stops.len() > 2 {
                        break;
                    }
                    self.take(
                        vec![Input::Stop {
                            now: stops.len() > 1,
                        }],
                        on,
                    );
                }
            }
            self.look_for_hung(on);
        }
        self.signals = signals;
        Ok(stops.first().copied())
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
        let overdue = self
            .tokens
            .values()
            .filter_map(|running| running.overdue)
            .min();
        wake.into_iter().chain(overdue).min()
    }

    fn now(&self) -> Time {
        Time(u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn hear(&mut self, messages: Vec<Message>, on: &mut dyn FnMut(&[Event])) {
        let mut inputs = Vec::new();
        for message in messages {
            match message {
                Message::Input(input) => inputs.push(*input),
                Message::Done(done) => inputs.extend(done),
                Message::Watch(event) => inputs.push(news(event)),
                Message::Wake => {}
            }
        }
        self.take(inputs, on);
    }

    /// Steps the engine through these, commits all records at once, then hands out the effects.
    fn take(&mut self, inputs: Vec<Input>, on: &mut dyn FnMut(&[Event])) {
        let mut all = Output::default();
        let now = self.now();
        {
            let mut engine = lock(&self.engine);
            for input in inputs {
                if let Input::Checked { attempt, .. }
                | Input::Applied { attempt, .. }
                | Input::Refreshed { attempt, .. } = &input
                {
                    self.tokens.remove(attempt);
                }
                let out = engine.step(now, input);
                all.records.extend(out.records);
                all.effects.extend(out.effects);
                all.events.extend(out.events);
            }
        }
        if !all.records.is_empty()
            && !self.undurable
            && let Err(fault) = self.store.commit(&all.records)
        {
            return self.stop_undurable(fault, on);
        }
        if !all.events.is_empty() {
            on(&all.events);
        }
        self.carry_out(all.effects);
    }

    /// DESIGN's contract: nothing new starts, what runs is finished, and the run ends with place and reason.
    fn stop_undurable(&mut self, fault: StoreFault, on: &mut dyn FnMut(&[Event])) {
        self.undurable = true;
        let now = self.now();
        let out = lock(&self.engine).step(now, Input::Undurable(fault.to_string()));
        on(&out.events);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut errands = Vec::new();
        for effect in effects {
            match Errand::of(effect) {
                Ok(errand) => errands.push(self.prepare(errand)),
                Err(Effect::Watch {
                    vertex,
                    key,
                    params,
                }) => {
                    let watches = kind::find(key.kind())
                        .map_or_else(Vec::new, |kind| kind.watches(&key, &params));
                    self.watcher().watch(u64::from(vertex.0), &watches);
                }
                Err(Effect::Unwatch { vertex }) => self.watcher().unwatch(u64::from(vertex.0)),
                Err(Effect::Cancel { attempt, .. }) => {
                    if let Some(running) = self.tokens.get_mut(&attempt) {
                        running.token.cancel();
                        running.overdue = Some(Instant::now() + GRACE);
                    }
                }
                Err(Effect::WakeAt(at)) => self.wake = at,
                Err(_) => {}
            }
        }
        self.pool.add(errands);
    }

    fn prepare(&mut self, errand: Errand) -> (Errand, CancelToken) {
        let token = CancelToken::new();
        let overdue = errand
            .job
            .timeout
            .map(|span| Instant::now() + span.as_std() + GRACE);
        self.tokens.insert(
            errand.attempt,
            Running {
                vertex: errand.vertex,
                token: token.clone(),
                overdue,
            },
        );
        (errand, token)
    }

    /// Attempts that should have ended long ago: their vertices count as hung, and another worker takes the place of theirs.
    fn look_for_hung(&mut self, on: &mut dyn FnMut(&[Event])) {
        let now = Instant::now();
        let mut hung = Vec::new();
        for (attempt, running) in &mut self.tokens {
            if running.overdue.is_some_and(|at| at <= now) {
                running.overdue = None;
                hung.push(Input::Hung {
                    vertex: running.vertex,
                    attempt: *attempt,
                });
            }
        }
        for input in hung {
            spawn_worker(&self.pool, &self.sender, &self.host, &self.state);
            self.take(vec![input], on);
        }
    }

    fn watcher(&mut self) -> &mut HostWatcher {
        let sender = self.sender.clone();
        self.watcher.get_or_insert_with(|| {
            HostWatcher::new(move |event| {
                let _ = sender.send(Message::Watch(event));
            })
        })
    }
}

impl Drop for RealDrive {
    fn drop(&mut self) {
        self.tokens
            .values()
            .for_each(|running| running.token.cancel());
        self.pool.close();
    }
}

enum News {
    Messages(Vec<Message>),
    Deadline,
    Signal(Signal),
}

fn news(event: WatchEvent) -> Input {
    let vertex = VertexId(event.id as u32);
    match event.what {
        WatchNews::Listening => Input::Listening { vertex },
        WatchNews::Failed(why) => Input::WatchFailed { vertex, why },
        WatchNews::Lost(why) => Input::Noticed {
            vertex,
            what: format!("events were lost: {why}"),
        },
        WatchNews::Changed(path, what) => Input::Noticed {
            vertex,
            what: format!("{} {what}", path.display()),
        },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Errands that wait for a worker.
#[derive(Default)]
struct Pool {
    queue: Mutex<Queue>,
    filled: Condvar,
}

#[derive(Default)]
struct Queue {
    errands: VecDeque<(Errand, CancelToken)>,
    idle: usize,
    closed: bool,
}

impl Pool {
    fn add(&self, errands: Vec<(Errand, CancelToken)>) {
        if errands.is_empty() {
            return;
        }
        let many = errands.len() > 1;
        lock(&self.queue).errands.extend(errands);
        if many {
            self.filled.notify_all()
        } else {
            self.filled.notify_one()
        }
    }

    /// Waits for errands: several at once only where every worker has some. `None` when there will be none.
    fn take(&self) -> Option<Vec<(Errand, CancelToken)>> {
        let mut queue = lock(&self.queue);
        queue.idle += 1;
        while queue.errands.is_empty() && !queue.closed {
            queue = self
                .filled
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        queue.idle -= 1;
        if queue.errands.is_empty() {
            return None;
        }
        let fair = queue.errands.len() / (queue.idle + 1).max(2);
        let n = fair.clamp(1, BATCH);
        Some(queue.errands.drain(..n).collect())
    }

    fn close(&self) {
        lock(&self.queue).closed = true;
        self.filled.notify_all();
    }
}

/// A worker: carries errands out until the pool is closed. One that hangs in a system call is left behind.
fn spawn_worker(
    pool: &Arc<Pool>,
    sender: &UnboundedSender<Message>,
    host: &Host,
    state: &std::path::Path,
) {
    let (pool, sender, host, state) = (
        pool.clone(),
        sender.clone(),
        host.clone(),
        state.to_path_buf(),
    );
    std::thread::spawn(move || {
        while let Some(errands) = pool.take() {
            let run = |(errand, token): (Errand, CancelToken)| {
                let view = host.attempt(token, errand.job.timeout);
                errand.run(&view, &state, false)
            };
            let done = errands.into_iter().map(run).collect();
            if sender.send(Message::Done(done)).is_err() {
                return;
            }
        }
    });
}
