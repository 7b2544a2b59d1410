//! A watch in a thread of its own, while lines are typed or a file is read again.

use super::{Printer, Signals};
use crate::command::Session;
use crate::drive::runner::Runner;
use crate::engine::Until;
use crate::engine::event::{Event, What};
use crate::trace::Stage;
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
        let watches = matches!(
            session.view().stage,
            Stage::Running {
                until: Until::Stopped,
                ..
            } | Stage::Converged(_)
        );
        if !watches || !session.moment().running {
            return;
        }
        if let Runner::Host(host) = session.runner()
            && !host.is_behind()
        {
            let (printer, signals) = (printer.clone(), signals.clone());
            host.go_behind(Arc::new(move |events: &[Event]| {
                printer.events_above(events);
                events.iter().for_each(|event| signals.pass_on(news(event)));
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
