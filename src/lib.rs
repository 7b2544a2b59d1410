//! weft: an interactive console for event-driven configuration graphs.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod command;
pub mod graph;
pub mod kind;
pub mod time;
pub mod value;
pub mod world;
