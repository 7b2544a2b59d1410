//! Signals and the time limit: whatever stops a run from outside (rule E2).
//!
//! While a run goes on here, a signal is its stop: the first finishes what runs, the second cancels it, the third leaves. An
//! interrupt says no to a question, and is no business of ours while a pager or an editor has the terminal. While nothing runs,
//! a signal leaves at once; but in a console, which holds a graph that is saved nowhere, an interrupt ends what is being looked
//! at, and only the third leaves. One that was ignored when weft was started stays ignored. A key that means an interrupt, and a
//! terminal that has gone, count as the signals that they stand for.

use super::asking::{Asking, Waits};
use super::behind::News;
use super::heard::Heard;
use super::{Printer, terminal};
use crate::drive::real::{Handle, Signal};
use crate::drive::runner::{HostRunner, Looks};
use crate::engine::Input;
use rustix::termios::Termios;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

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
    asking: Arc<Asking>,
    printer: Arc<Printer>,
    /// The terminal's modes at the start, to be put back when leaving from another thread.
    modes: Option<Termios>,
    /// What puts the rest of the terminal back before that.
    leaving: Mutex<Option<Leaving>>,
    /// Where what counts as a signal comes in.
    raised: UnboundedSender<Signal>,
}

/// What is done before the process is left.
type Leaving = Box<dyn Fn() + Send>;

#[derive(Default)]
struct State {
    run: Option<Run>,
    count: usize,
    stopped: Option<Stopped>,
    out_of_time: bool,
    prompt: bool,
    console: bool,
    /// The next interrupt at the prompt leaves, which has been said.
    warned: bool,
    /// The terminal has gone, and the signal that says so may still come: it is the same one.
    gone: bool,
    /// An interrupt that was the answer to a question, outside a console.
    refused: Option<Signal>,
    reread: bool,
}

struct Run {
    handle: Handle,
    drive: UnboundedSender<Signal>,
    looks: Looks,
}

impl State {
    /// Ends what is looked at for the present command. Who asks for it a third time will not wait for that either.
    fn look_away(&mut self, code: i32) -> Then {
        if self.prompt && self.warned {
            return Then::Leave(0);
        }
        self.count += 1;
        if let Some(run) = &self.run {
            run.looks.cancel();
        }
        match self.count > 2 {
            true => Then::Leave(code),
            false => Then::Nothing,
        }
    }
}

/// What there is to do after a signal.
enum Then {
    Nothing,
    Leave(i32),
    LeaveWhenDone(i32),
}

impl Signals {
    /// Hears signals from now on, and tells who asks that all before were heard; `limit` is how long this process may run.
    pub fn start(
        printer: Arc<Printer>,
        (asking, asks): (Arc<Asking>, UnboundedReceiver<Sender<()>>),
        limit: Option<Duration>,
    ) -> std::io::Result<Signals> {
        let (raised, raises) = unbounded_channel();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            listens: Mutex::default(),
            asking,
            printer,
            modes: terminal::modes(),
            leaving: Mutex::default(),
            raised,
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
            .spawn(move || runtime.block_on(own.hear(heard, raises, asks, limit)))?;
        Ok(signals)
    }

    /// From now on signals stop what runs on this host.
    pub fn stop(&self, host: &mut HostRunner) {
        let (sender, receiver) = unbounded_channel();
        let (handle, looks) = (host.handle(), host.looks());
        if let Some(drive) = host.drive() {
            drive.stop_on(receiver);
            self.lock().run = Some(Run {
                handle,
                drive: sender,
                looks,
            });
        }
    }

    /// A new command begins: the next signal is a first one again.
    pub fn reset(&self) {
        let mut state = self.lock();
        state.count = 0;
        state.stopped = None;
        state.refused = None;
        if let Some(run) = &state.run {
            run.looks.renew();
        }
    }

    /// Whether a person types lines here from now on: an interrupt then ends what a line does, and not the console.
    pub fn in_console(&self, yes: bool) {
        self.lock().console = yes;
    }

    /// Whether it has been said that the next interrupt leaves. It is a signal where it comes before the prompt is back.
    pub fn warn(&self, yes: bool) {
        self.lock().warned = yes;
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

    /// As if this signal had come: a key means it, or the terminal has gone.
    pub fn raise(&self, signal: Signal) {
        // Who hears signals does so as long as there is a process.
        let _ = self.shared.raised.send(signal);
    }

    /// A signal that was raised. A terminal that goes is told of by its signal as well, before or after.
    fn take_raised(&self, signal: Signal) -> Then {
        if signal == Signal::HangUp {
            let mut state = self.lock();
            let told = state.stopped.map(|stopped| stopped.signal);
            if told == Some(signal) || std::mem::replace(&mut state.gone, true) {
                return Then::Nothing;
            }
        }
        self.take(signal)
    }

    /// A signal that came.
    fn take_heard(&self, signal: Signal) -> Then {
        let told = signal == Signal::HangUp && std::mem::take(&mut self.lock().gone);
        match told {
            true => Then::Nothing,
            false => self.take(signal),
        }
    }

    /// What is done before the process is left from here; or nothing any longer.
    pub fn before_leaving(&self, leaving: Option<Leaving>) {
        *self.leaving() = leaving;
    }

    /// What stopped the run of the last command, if anything did.
    pub fn stopped(&self) -> Option<Stopped> {
        self.lock().stopped
    }

    /// The interrupt that answered a question of the last command, outside a console.
    pub fn refused(&self) -> Option<Signal> {
        self.lock().refused
    }

    /// Whether the time limit ended a run.
    pub fn out_of_time(&self) -> bool {
        self.lock().out_of_time
    }

    async fn hear(
        self,
        mut heard: Heard,
        mut raises: UnboundedReceiver<Signal>,
        mut asks: UnboundedReceiver<Sender<()>>,
        limit: Option<Duration>,
    ) {
        let mut limit = limit.map(|limit| Box::pin(tokio::time::sleep(limit)));
        loop {
            let over = async {
                match &mut limit {
                    Some(limit) => limit.as_mut().await,
                    None => std::future::pending().await,
                }
            };
            let then = tokio::select! {
                biased;
                signal = heard.next() => self.take_heard(signal),
                Some(signal) = raises.recv() => self.take_raised(signal),
                () = over => {
                    limit = None;
                    self.time_is_over()
                }
                Some(tell) = asks.recv() => {
                    // Who does not wait any more need not be told.
                    let _ = tell.send(());
                    Then::Nothing
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
        let (waits, runs) = (self.shared.asking.waits(), self.runs());
        let mut state = self.lock();
        if signal == Signal::HangUp && state.reread {
            self.pass_on(News::Reread);
            return Then::Nothing;
        }
        match (waits, signal) {
            (Waits::Nobody, _) => {}
            (Waits::Program, Signal::Interrupt) => return Then::Nothing,
            (Waits::Question, Signal::Interrupt) => {
                self.shared.asking.interrupt();
                state.refused = (!state.console).then_some(signal);
                if !runs {
                    return Then::Nothing;
                }
            }
            _ => return Then::Leave(code),
        }
        match runs {
            true => self.stop_run(&mut state, signal),
            false if state.console && signal == Signal::Interrupt => state.look_away(code),
            false => Then::Leave(code),
        }
    }

    fn stop_run(&self, state: &mut State, signal: Signal) -> Then {
        let code = signal.exit_code();
        let Some(run) = &state.run else {
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
        if let Some(leaving) = &*self.leaving() {
            leaving();
        }
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

    fn leaving(&self) -> MutexGuard<'_, Option<Leaving>> {
        let leaving = self.shared.leaving.lock();
        leaving.unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repl::Style;

    fn signals() -> std::io::Result<Signals> {
        let printer = Arc::new(Printer::new(Style::default(), None)?);
        let (asking, asks) = Asking::new()?;
        Signals::start(printer, (Arc::new(asking), asks), None)
    }

    /// A second stop would cancel what runs, and nobody has said that.
    #[test]
    fn a_terminal_that_goes_is_one_stop() -> std::io::Result<()> {
        let signals = signals()?;
        let hung_up = Signal::HangUp;
        assert!(matches!(signals.take_raised(hung_up), Then::Leave(129)));
        assert!(matches!(signals.take_heard(hung_up), Then::Nothing));
        assert!(matches!(signals.take_raised(hung_up), Then::Leave(129)));
        assert!(matches!(signals.take_raised(hung_up), Then::Nothing));
        assert!(matches!(
            signals.take_heard(Signal::Terminate),
            Then::Leave(143)
        ));
        let signals = self::signals()?;
        signals.lock().stopped = Some(Stopped {
            signal: hung_up,
            quiet: false,
        });
        assert!(matches!(signals.take_raised(hung_up), Then::Nothing));
        assert!(matches!(signals.take_heard(hung_up), Then::Leave(129)));
        Ok(())
    }
}
