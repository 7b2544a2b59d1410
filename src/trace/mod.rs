//! The trace: the engine's events as text, as JSON lines, and folded into a [`View`].
//!
//! Nothing here decides anything. Every picture of a run (lines, plan, status, screen, replay) is made from events alone.

mod json;
mod newest;
mod planned;
mod read;
mod report;
mod text;
mod view;

pub use json::{json_line, read_json_line};
pub use newest::Newest;
pub use planned::Planned;
pub use read::{Films, Unread, sketch};
pub use report::{Report, plan_detail, plan_text};
pub use text::{TraceLine, line, lines, word};
pub(crate) use text::{count, done_text, tally_text};
pub use view::{Stage, VertexView, View};

/// The words in which runs are told, for whoever draws them and has no business with the engine.
pub use crate::engine::event::{Block, Event, EventId, Tally, Wait, What};
pub use crate::engine::why::{chain, why, why_among};
pub use crate::engine::{Halt, Level, Status};

/// How many events can still be asked about. A watch may go on for months.
pub const REMEMBERED: usize = 200_000;

/// Forgets the older half of too many.
pub fn keep_last(events: &mut Vec<Event>, most: usize) {
    if events.len() > most {
        events.drain(..events.len() - most / 2);
    }
}
