//! The signals that are heard: those that end something. One that was ignored when weft was started stays ignored.

use crate::drive::real::Signal;
use crate::world::host::ignored_signals;
use tokio::signal::unix::{SignalKind, signal};

/// The signals that are heard.
pub(super) struct Heard {
    signals: [Option<tokio::signal::unix::Signal>; 3],
}

impl Heard {
    pub fn new() -> std::io::Result<Heard> {
        let ignored = ignored_signals();
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

    pub async fn next(&mut self) -> Signal {
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
