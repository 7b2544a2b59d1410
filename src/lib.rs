//! weft: an interactive console for event-driven configuration graphs.
#![forbid(unsafe_code)]

pub mod engine;
pub mod graph;
pub mod kind;
pub mod time;
pub mod value;
pub mod world;
