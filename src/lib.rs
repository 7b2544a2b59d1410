//! weft: an interactive console for event-driven configuration graphs.
#![forbid(unsafe_code)]

pub mod command;
pub mod drive;
pub mod engine;
pub mod file;
pub mod graph;
pub mod journal;
pub mod kind;
pub mod scenario;
pub mod time;
pub mod trace;
pub mod value;
pub mod world;
