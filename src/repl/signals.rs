//! Signals and the time limit: whatever stops a run from outside (rule E2).
//!
//! While a run goes on here, a signal is its stop: the first finishes what runs, the second cancels it, the third leaves. While
//! nothing runs, a signal leaves at once. One that was ignored when weft was started stays ignored.

use super::behind::News;
use super::{Printer, terminal};
use crate::drive::real::{Handle, Signal};
use crate::drive::runner::HostRunner;
use crate::engine::Input;
use rustix::termios::Termios;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// How often it is looked whether a run that is to be left has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Hears signals in a thread of its own.
#[derive(Clone)]
pub struct Signals {
    shared: Arc<Shared>,
}

/// What stopped a run from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// By what.
    pub signal: Signal,
    /// Whether nothing was left to do when it came.
    pub quiet: bool,
}

struct Shared {
    state: Mutex<State>,
    /// Who listens. By itself, since an engine that tells of something must not wait for who asks that engine.
    listens: Mutex<Option<Sender<News>>>,
    asking: Arc<AtomicBool>,
    printer: Arc<Printer>,
    /// The terminal's modes at the start, to be put back when leaving from another thread.
    modes: Option<Termios>,
}

#[derive(Default)]
struct State {
    run: Option<Run>,
    count: usize,
    stopped: Option<Stopped>,
    out_of_time: bool,
    prompt: bool,
    reread: bool,
}

struct Run {
    handle: Handle,
    drive: UnboundedSender<Signal>,
}

/// What there is to do after a signal.
enum Then {
    Nothing,
    Leave(i32),
    LeaveWhenDone(i32),
}

impl Signals {
    /// Hears signals from now on; `limit` is how long this process may run.
    pub fn start(
        printer: Arc<Printer>,
        asking: Arc<AtomicBool>,
        limit: Option<Duration>,
    ) -> std::io::Result<Signals> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            listens: Mutex::default(),
            asking,
            printer,
            modes: terminal::modes(),
        });
        let signals = Signals { shared };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let heard = {
            let _inside = runtime.enter();
            Heard::new()?
        };
        let own = signals.clone();
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || runtime.block_on(own.hear(heard, limit)))?;
        Ok(signals)
    }

    /// From now on signals stop what runs on this host.
    pub fn stop(&self, host: &mut HostRunner) {
        let (sender, receiver) = unbounded_channel();
        let handle = host.handle();
        if let Some(drive) = host.drive() {
            drive.stop_on(receiver);
            self.lock().run = Some(Run {
                handle,
                drive: sender,
            });
        }
    }

    /// A new command begins: the next signal is a first one again.
    pub fn reset(&self) {
        let mut state = self.lock();
        state.count = 0;
        state.stopped = None;
    }

    /// Whether lines are typed while a watch goes on: what ends the terminal then ends the console too.
    pub fn at_prompt(&self, yes: bool) {
        self.lock().prompt = yes;
    }

    /// Who is told of what a watch in its own thread does, of a third signal, and, if `reread`, of a SIGHUP instead of being
    /// stopped by it.
    pub fn tell(&self, sender: Sender<News>, reread: bool) {
        *self.listens() = Some(sender);
        self.lock().reread = reread;
    }

    /// Tells whoever listens.
    pub fn pass_on(&self, news: News) {
        if let Some(sender) = &*self.listens() {
            // Who does not listen any more needs no news.
            let _ = sender.send(news);
        }
    }

    /// What stopped the run of the last command, if anything did.
    pub fn stopped(&self) -> Option<Stopped> {
        self.lock().stopped
    }

    /// Whether the time limit ended a run.
    pub fn out_of_time(&self) -> bool {
        self.lock().out_of_time
    }

    async fn hear(self, mut heard: Heard, limit: Option<Duration>) {
        let mut limit = limit.map(|limit| Box::pin(tokio::time::sleep(limit)));
        loop {
            let over = async {
                match &mut limit {
                    Some(limit) => limit.as_mut().await,
                    None => std::future::pending().await,
                }
            };
            let then = tokio::select! {
                signal = heard.next() => self.take(signal),
                () = over => {
                    limit = None;
                    self.time_is_over()
                }
            };
            match then {
                Then::Nothing => {}
                Then::Leave(code) => self.leave(code),
                Then::LeaveWhenDone(code) => {
                    while self.runs() {
                        tokio::time::sleep(LOOK).await;
                    }
                    self.leave(code);
                }
            }
        }
    }

    fn take(&self, signal: Signal) -> Then {
        let code = signal.exit_code();
        let runs = self.runs() && !self.shared.asking.load(Ordering::SeqCst);
        let mut state = self.lock();
        if signal == Signal::HangUp && state.reread {
            self.pass_on(News::Reread);
            return Then::Nothing;
        }
        let Some(run) = state.run.as_ref().filter(|_| runs) else {
            return Then::Leave(code);
        };
        let quiet = run.handle.engine().is_converged();
        let gone = run.drive.send(signal).is_err();
        state.count += 1;
        state.stopped.get_or_insert(Stopped { signal, quiet });
        if state.count > 2 {
            self.pass_on(News::Out);
        }
        if gone || state.count > 3 {
            Then::Leave(code)
        } else if state.prompt && signal != Signal::Interrupt {
            Then::LeaveWhenDone(if quiet { 0 } else { code })
        } else {
            Then::Nothing
        }
    }

    fn time_is_over(&self) -> Then {
        let runs = self.runs();
        let mut state = self.lock();
        state.out_of_time = true;
        match state.run.as_ref().filter(|_| runs) {
            Some(run) => {
                run.handle.send(Input::Stop { now: true });
                Then::Nothing
            }
            None => Then::Leave(124),
        }
    }

    fn runs(&self) -> bool {
        let handle = self.lock().run.as_ref().map(|run| run.handle.clone());
        handle.is_some_and(|handle| handle.engine().is_running())
    }

    /// Ends the process from here, with the terminal as it was.
    fn leave(&self, code: i32) -> ! {
        let code = self.shared.printer.finish(code);
        if let Some(modes) = &self.shared.modes {
            terminal::restore(modes);
        }
        std::process::exit(code)
    }

    fn listens(&self) -> MutexGuard<'_, Option<Sender<News>>> {
        let listens = self.shared.listens.lock();
        listens.unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The signals that are heard.
struct Heard {
    signals: [Option<tokio::signal::unix::Signal>; 3],
}

impl Heard {
    fn new() -> std::io::Result<Heard> {
        let ignored = ignored();
        let hear = |number: u32, kind: SignalKind| {
            let is_ignored = ignored & (1 << (number - 1)) != 0;
            (!is_ignored).then(|| signal(kind)).transpose()
        };
        Ok(Heard {
            signals: [
                hear(2, SignalKind::interrupt())?,
                hear(15, SignalKind::terminate())?,
                hear(1, SignalKind::hangup())?,
            ],
        })
    }

    async fn next(&mut self) -> Signal {
        let [interrupt, terminate, hang_up] = &mut self.signals;
        tokio::select! {
            () = one(interrupt) => Signal::Interrupt,
            () = one(terminate) => Signal::Terminate,
            () = one(hang_up) => Signal::HangUp,
        }
    }
}

async fn one(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// The signals that were ignored when this process was started (`nohup`, a shell's background job), as the kernel's mask;
/// none where it does not say.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
