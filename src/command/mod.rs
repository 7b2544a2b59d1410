//! The one language: the prompt, a script, a story's steps, `-c` and the history are the same commands.
//!
//! ```text
//! line    = { ref arrow } ref | ref.field -> ref.field | verb arg…       # comment   ; separates
//! arrow   = ->  ~>
//! ref     = kind[name] | kind:name | name or its last path part, if only one vertex has it
//! field   = name { .key }
//! value   = bare | quoted | [a, b] | {k: v} | <<END | ?
//! ```
//!
//! A line is lexed ([`words`]), parsed by the table of commands ([`registry`]) into [`Order`]s, and those that edit the
//! graph are applied by [`edit()`]. Completion, hints, help and docs come from the same table, and from the kinds' schemas.
//! Nothing here knows a terminal.

mod arrows;
mod build;
mod complete;
mod error;
mod flow;
mod hint;
mod literals;
mod offer;
mod offer_expect;
mod offer_fields;
mod order;
mod order_text;
mod parse;
mod plain;
mod sims;
mod slips;
mod slots;
mod verbs;

pub mod draw;
pub mod edit;
pub mod help;
pub mod history;
pub mod json;
pub mod lessons;
pub mod meta;
pub mod refs;
pub mod registry;
pub mod session;
pub mod words;
pub mod written;

pub use complete::{Candidate, Context, complete, word_follows};
pub use edit::{Answers, Edited, edit, refused};
pub use error::{CommandError, Grade, Source};
pub use hint::hint;
pub use history::History;
pub use order::{BreakAt, Learn, Order, Setting, SimOrder, Written};
pub use order_text::raw_text;
pub use parse::{Script, parse, vertex};
pub use session::{Flow, Front, Session, SessionError, SessionOptions, WorldName};
pub use sims::{FAULTS, STATES, UnitState};
pub use slips::LISTED;
pub use verbs::EVENTS;

#[cfg(test)]
mod tests;
