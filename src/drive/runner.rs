//! One face for both drivers, so that a console need not know which world it acts on.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::real::{Handle, RealDrive, Signal};
use super::sim::SimDrive;
use crate::engine::event::Event;
use crate::engine::{Engine, Input, Remembered};
use crate::journal::{Ledger, StoreFault, Waiting};
use crate::time::Wall;
use crate::trace::{REMEMBERED, keep_last};
use crate::world::Look;
use crate::world::host::{CancelToken, Host};
use crate::world::sim::Sim;

/// What gets events as they happen.
pub type OnEvents<'a> = &'a mut dyn FnMut(&[Event]);

/// What gets them from a thread of its own.
pub type AlsoEvents = Arc<dyn Fn(&[Event]) + Send + Sync>;

/// How a run in a thread of its own ended, with the driver that it had taken along.
type Behind = (RealDrive, Result<Option<Signal>, StoreFault>);

/// What is looked at to answer a person, until nobody will wait for it any longer. Clones are the same one.
#[derive(Clone, Default)]
pub struct Looks(Arc<Mutex<CancelToken>>);

impl Looks {
    /// The next question is waited for again.
    pub fn renew(&self) {
        *self.token() = CancelToken::new();
    }

    /// Nobody waits for the present one any longer.
    pub fn cancel(&self) {
        self.token().cancel();
    }

    /// Whether that is so.
    pub fn is_cancelled(&self) -> bool {
        self.token().is_cancelled()
    }

    fn token(&self) -> MutexGuard<'_, CancelToken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A driver with its world.
pub enum Runner {
    /// A simulated machine, in virtual time.
    Sim {
        /// The driver.
        drive: Box<SimDrive>,
        /// The machine.
        sim: Sim,
        /// Where the graph's state is on it.
        state: PathBuf,
    },
    /// This machine, driven here while a run goes on.
    Host(Box<HostRunner>),
}

/// The real driver, here or in a thread of its own while it watches.
pub struct HostRunner {
    /// The machine.
    pub host: Host,
    /// The graph's state directory.
    pub state: PathBuf,
    drive: Option<RealDrive>,
    handle: Handle,
    looks: Looks,
    behind: Option<JoinHandle<Behind>>,
    /// Events of a watch in its own thread, until they are fetched.
    heard: Arc<Mutex<Vec<Event>>>,
}

impl HostRunner {
    /// Around this driver.
    pub fn new(drive: RealDrive, host: Host, state: PathBuf) -> HostRunner {
        HostRunner {
            host,
            state,
            handle: drive.handle(),
            looks: Looks::default(),
            drive: Some(drive),
            behind: None,
            heard: Arc::default(),
        }
    }

    /// Lets the run under way go on in a thread of its own. `also` gets the events too, as they happen.
    pub fn go_behind(&mut self, also: AlsoEvents) {
        let Some(mut drive) = self.drive.take() else {
            return;
        };
        let heard = self.heard.clone();
        self.behind = Some(std::thread::spawn(move || {
            let mut on = |events: &[Event]| {
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.extend_from_slice(events);
                keep_last(&mut heard, REMEMBERED);
                drop(heard);
                also(events);
            };
            let ended = drive.run(&mut on, &mut |engine| !engine.is_running());
            (drive, ended)
        }));
    }

    /// Whether a run goes on in a thread of its own.
    pub fn is_behind(&self) -> bool {
        self.behind.is_some()
    }

    /// Waits until the run in its own thread has ended, and takes the driver back.
    pub fn come_back(&mut self) -> Result<Option<Signal>, StoreFault> {
        let Some(thread) = self.behind.take() else {
            return Ok(None);
        };
        match thread.join() {
            Ok((drive, ended)) => {
                self.drive = Some(drive);
                ended
            }
            Err(_) => Err(StoreFault {
                place: "the watching thread".into(),
                why: "it panicked".into(),
            }),
        }
    }

    /// A way to reach the engine from anywhere.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// What is looked at without it.
    pub fn looks(&self) -> Looks {
        self.looks.clone()
    }

    /// Whether the state directory is this engine's own by now, or a run is under way.
    pub fn holds_state(&self) -> bool {
        let holds = self.drive.as_ref().is_none_or(RealDrive::holds_lock);
        holds || self.handle.engine().is_running()
    }

    /// The driver, unless it is in its own thread.
    pub fn drive(&mut self) -> Option<&mut RealDrive> {
        self.drive.as_mut()
    }
}

impl Runner {
    /// Asks the engine. It stands still meanwhile.
    pub fn ask<T>(&self, question: impl FnOnce(&Engine) -> T) -> T {
        match self {
            Runner::Sim { drive, .. } => question(drive.engine()),
            Runner::Host(host) => question(&host.handle.engine()),
        }
    }

    /// Whether the world is simulated.
    pub fn is_sim(&self) -> bool {
        matches!(self, Runner::Sim { .. })
    }

    /// Whether the engine was killed, and no other one has been started.
    pub fn is_down(&self) -> bool {
        match self {
            Runner::Sim { drive, .. } => drive.is_down(),
            Runner::Host(_) => false,
        }
    }

    /// The world, to look at.
    pub fn look(&self) -> Arc<dyn Look> {
        match self {
            Runner::Sim { sim, .. } => Arc::new(sim.attempt(None)),
            Runner::Host(host) => {
                let token = host.looks.token().clone();
                Arc::new(host.host.attempt(token, None))
            }
        }
    }

    /// Whether a person would not wait any longer for what was looked at.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Runner::Host(host) if host.looks.is_cancelled())
    }

    /// What is looked at to answer a person, and waited for; in a simulation nobody waits.
    pub fn looks(&self) -> Looks {
        match self {
            Runner::Sim { .. } => Looks::default(),
            Runner::Host(host) => host.looks(),
        }
    }

    /// The graph's state directory in that world.
    pub fn state(&self) -> &Path {
        match self {
            Runner::Sim { state, .. } => state,
            Runner::Host(host) => &host.state,
        }
    }

    /// What the journal comes to.
    pub fn remembered(&self) -> Remembered {
        if let Runner::Sim { drive, .. } = self
            && drive.is_down()
        {
            return drive.durable().unwrap_or_default().remembered;
        }
        self.ask(|engine| engine.remembered().clone())
    }

    /// What is durable, with when and why it came to be. While a thread of its own drives: what the engine remembers.
    pub fn ledger(&self) -> Ledger {
        let durable = match self {
            Runner::Sim { drive, .. } => drive.durable().ok(),
            Runner::Host(host) => host.drive.as_ref().and_then(|drive| drive.ledger().ok()),
        };
        durable.unwrap_or_else(|| Ledger {
            remembered: self.remembered(),
            ..Ledger::default()
        })
    }

    /// The wall time in this world; 0 while a thread of its own drives.
    pub fn wall(&self) -> Wall {
        match self {
            Runner::Sim { drive, .. } => drive.wall(),
            Runner::Host(host) => host.drive.as_ref().map_or(Wall(0), RealDrive::wall),
        }
    }

    /// Before an act: from here on no other engine acts on this graph (rule P5). `waiting` is told what is waited for.
    pub fn claim(&mut self, waiting: Waiting) -> Result<(), StoreFault> {
        match self {
            Runner::Sim { .. } => Ok(()),
            Runner::Host(host) => match host.drive.as_mut() {
                Some(drive) => drive.claim(waiting),
                None => Ok(()),
            },
        }
    }

    /// Gives the engine an input; what follows without waiting is done when this returns, unless a thread of its own drives.
    pub fn input(&mut self, input: Input, on: OnEvents) {
        match self {
            Runner::Sim { drive, .. } => {
                drive.input(input);
                on(&drive.take_events());
            }
            Runner::Host(host) => match host.drive.as_mut() {
                Some(drive) => drive.input(input, on),
                None => host.handle.send(input),
            },
        }
    }

    /// Lets the run under way go on until it has ended, is paused, or asks. Says which signal stopped it, if one did.
    pub fn finish(&mut self, on: OnEvents) -> Result<Option<Signal>, StoreFault> {
        match self {
            Runner::Sim { drive, .. } => {
                let ended = drive.finish();
                on(&drive.take_events());
                let place = "this run".to_owned();
                ended
                    .map(|()| None)
                    .map_err(|why| StoreFault { place, why })
            }
            Runner::Host(host) => match host.drive.as_mut() {
                Some(drive) => drive.run(on, &mut stands_still),
                None => Ok(None),
            },
        }
    }

    /// Events of a thread of its own since the last call.
    pub fn heard(&self) -> Vec<Event> {
        match self {
            Runner::Sim { .. } => Vec::new(),
            Runner::Host(host) => {
                std::mem::take(&mut *host.heard.lock().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

/// Whether nothing more comes of a run without a person.
fn stands_still(engine: &Engine) -> bool {
    !engine.is_running()
        || (engine.is_idle() && (engine.is_paused() || !engine.asking().is_empty()))
}
