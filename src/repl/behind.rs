//! A watch in a thread of its own, while lines are typed or a file is read again.

use super::Printer;
use crate::command::Session;
use crate::drive::runner::Runner;
use crate::engine::Until;
use crate::engine::event::{Event, What};
use crate::trace::Stage;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// What happens while a watch goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum News {
    /// It did something.
    Busy,
    /// Nothing is left to do for now.
    Quiet,
    /// It asks something.
    Asks,
    /// It ended.
    Ended,
    /// The file is to be read again: it changed, or a person says so.
    Reread,
    /// Whoever stopped it will not wait any longer.
    Out,
}

/// Lets watches go on behind what a session does next.
pub struct Behind;

impl Behind {
    /// Lets a watch on this host that has begun go on in its own thread. Its events are printed, and told to `news`.
    pub fn follow(session: &mut Session, printer: &Arc<Printer>, news: Option<Sender<News>>) {
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
            let printer = printer.clone();
            host.go_behind(Arc::new(move |events: &[Event]| {
                printer.events_above(events);
                if let Some(news) = &news {
                    told(events, news);
                }
            }));
        }
    }

    /// Whether one goes on.
    pub fn goes_on(session: &mut Session) -> bool {
        matches!(session.runner(), Runner::Host(host) if host.is_behind())
    }
}

fn told(events: &[Event], news: &Sender<News>) {
    let kinds = events.iter().map(|event| match event.what {
        What::Stopped | What::Undurable(_) => News::Ended,
        What::Converged(_) => News::Quiet,
        What::Asks(_) => News::Asks,
        _ => News::Busy,
    });
    for kind in kinds {
        // Who does not listen any more needs no news.
        let _ = news.send(kind);
    }
}
