//! A watch in a thread of its own, while lines are typed or a file is read again.

use super::{Printer, Signals};
use crate::command::Session;
use crate::drive::runner::Runner;
use crate::engine::event::{Event, What};
use std::sync::Arc;

/// What happens while a watch goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum News {
    /// It did something.
    Busy,
    /// Nothing is left to do for now.
    Quiet,
    /// It asks something.
    Asks,
    /// It was told to stop, and finishes what runs.
    Stopping,
    /// It ended.
    Ended,
    /// The file is watched from here on: what happened to it before was not seen.
    Listening,
    /// The file is to be read again: it changed, or a person says so.
    Reread,
    /// Whoever stopped it will not wait any longer.
    Out,
}

/// Lets watches go on behind what a session does next.
pub struct Behind;

impl Behind {
    /// Lets a watch on this host that has begun go on in its own thread. Its events are printed, and told to whoever listens
    /// at the time, as signals are.
    pub fn follow(session: &mut Session, printer: &Arc<Printer>, signals: &Signals) {
        let printer = printer.clone();
        Behind::tell(session, signals, move |events, _| {
            printer.events_above(events);
        });
    }

    /// The same, but its events are told to `on`, with what they say of the watch.
    pub fn tell(
        session: &mut Session,
        signals: &Signals,
        on: impl Fn(&[Event], &[News]) + Send + Sync + 'static,
    ) {
        if !session.watches() {
            return;
        }
        if let Runner::Host(host) = session.runner()
            && !host.is_behind()
        {
            let signals = signals.clone();
            host.go_behind(Arc::new(move |events: &[Event]| {
                let says: Vec<News> = events.iter().map(news).collect();
                on(events, &says);
                says.into_iter().for_each(|says| signals.pass_on(says));
            }));
        }
    }

    /// Whether one goes on.
    pub fn goes_on(session: &mut Session) -> bool {
        matches!(session.runner(), Runner::Host(host) if host.is_behind())
    }
}

fn news(event: &Event) -> News {
    match event.what {
        What::Stopped | What::Undurable(_) => News::Ended,
        What::Stopping { .. } => News::Stopping,
        What::Converged(_) => News::Quiet,
        What::Asks(_) => News::Asks,
        _ => News::Busy,
    }
}
