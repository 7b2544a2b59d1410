//! What moves at a moment: a pure function of the events and of where the film of them stands.
//!
//! Most of what happens in a run happens at once, so that a film of it needs time that the run did not take. Each event gets its place in
//! that film: after the one before it, by the time that passed, within bounds, and by how long a person needs to see what leads to it.
//! What happened at the same time for the same reason is seen at the same time.

use crate::graph::Key;
use crate::time::Time;
use crate::trace::{Event, EventId, What};
use std::collections::BTreeSet;

/// A time of the film, in microseconds.
pub type Frame = u64;

const MS: u64 = 1_000;
/// No gap between events is longer than this.
pub const GAP: Frame = 1_000 * MS;
/// So long a pulse travels.
pub const TRAVEL: Frame = 600 * MS;
/// So long a changed state fades, and a poke runs along a name.
pub const FADE: Frame = 700 * MS;
const RIPPLE: Frame = 400 * MS;

/// How long what leads to an event is seen.
fn lead(what: &What) -> Frame {
    match what {
        What::Sent { .. } | What::Notified { .. } => TRAVEL,
        What::Changed { .. } | What::Refreshed { .. } | What::Failed { .. } => 350 * MS,
        What::Found(_) | What::Ok => 150 * MS,
        What::Applying | What::Refreshing | What::Checking { .. } => 80 * MS,
        What::Dirty(_) | What::Poked => 120 * MS,
        What::Blocked(_) | What::Held(_) | What::Retrying { .. } | What::Asks(_) => 150 * MS,
        What::Command(_) | What::Edited { .. } => 150 * MS,
        What::Started { .. } | What::Killed | What::Restarted { .. } => 250 * MS,
        _ => 0,
    }
}

/// What the last events were, for the place of the next one.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Pace {
    at: Time,
    frame: Frame,
    /// The frame at which what comes from this cause at this time is seen.
    together: Option<(Time, Option<EventId>, Frame)>,
}

impl Pace {
    /// Another film begins after this one, once a person has seen how it ended.
    pub fn begin_another(&mut self) {
        *self = Pace {
            frame: self.frame + GAP,
            ..Pace::default()
        };
    }

    /// The place of the next event in the film.
    pub fn next(&mut self, event: &Event) -> Frame {
        let gap = event.at.0.saturating_sub(self.at.0).min(GAP);
        let travels = matches!(event.what, What::Sent { .. } | What::Notified { .. });
        let group = (event.at, event.cause);
        let frame = match self.together {
            Some((at, cause, frame)) if travels && (at, cause) == group => frame,
            _ => self.frame + gap.max(lead(&event.what)),
        };
        if travels {
            self.together = Some((event.at, event.cause, frame));
        }
        self.at = event.at;
        // The film does not go back.
        self.frame = self.frame.max(frame);
        self.frame
    }
}

/// What is on its way from one vertex to another.
#[derive(Clone, PartialEq, Debug)]
pub struct Travels<'a> {
    /// From where.
    pub from: &'a Key,
    /// Where to.
    pub to: &'a Key,
    /// How far, from 0 to 1.
    pub at: f64,
    /// Whether it is a value, and not a notification.
    pub value: bool,
}

/// What moves.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Motion<'a> {
    /// Values and notifications on their way.
    pub travels: Vec<Travels<'a>>,
    /// Vertices whose state has just changed, with how long ago, from 0 to 1.
    pub flashes: Vec<(&'a Key, f64)>,
    /// Vertices that were just poked, the same.
    pub ripples: Vec<(&'a Key, f64)>,
}

impl Motion<'_> {
    /// Whether nothing moves.
    pub fn is_still(&self) -> bool {
        self.travels.is_empty() && self.flashes.is_empty() && self.ripples.is_empty()
    }
}

/// What moves in the film of these events, whose frames are beside them in the same order, at this frame.
pub fn motion<'a>(events: &'a [Event], frames: &[Frame], at: Frame) -> Motion<'a> {
    let first = frames.partition_point(|frame| frame + FADE <= at);
    let last = frames.partition_point(|frame| *frame < at + TRAVEL);
    let (mut motion, mut told) = (Motion::default(), BTreeSet::new());
    let film = events.iter().zip(frames).take(last).skip(first);
    for (event, frame) in film {
        match at < *frame {
            true => {
                let travels = coming(event, 1.0 - part(*frame - at, TRAVEL));
                // Two values along one line are one pulse.
                let new = travels.filter(|new| told.insert((new.from, new.to, new.value)));
                motion.travels.extend(new);
            }
            false => gone(event, at - *frame, &mut motion),
        }
    }
    motion
}

fn part(of: Frame, all: Frame) -> f64 {
    of as f64 / all as f64
}

fn coming(event: &Event, at: f64) -> Option<Travels<'_>> {
    let subject = event.subject.as_ref()?;
    let (from, to, value) = match &event.what {
        What::Sent { to, .. } => (subject, to, true),
        What::Notified {
            from: Some(from), ..
        } => (from, subject, false),
        _ => return None,
    };
    Some(Travels {
        from,
        to,
        at,
        value,
    })
}

fn gone<'a>(event: &'a Event, ago: Frame, motion: &mut Motion<'a>) {
    let Some(subject) = &event.subject else {
        return;
    };
    match &event.what {
        What::Changed { .. }
        | What::Refreshed { .. }
        | What::Failed { .. }
        | What::Blocked(_)
        | What::Held(_) => {
            motion.flashes.push((subject, part(ago, FADE)));
        }
        What::Poked if ago < RIPPLE => motion.ripples.push((subject, part(ago, RIPPLE))),
        _ => {}
    }
}
