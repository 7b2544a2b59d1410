//! A machine in memory.

pub mod fault;
pub mod spec;

pub use fault::{FaultKind, FaultRule};
pub use spec::SimSpec;
