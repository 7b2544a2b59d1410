//! Drivers: where engine, kinds, world and journal meet.
//!
//! A driver carries out what the engine wants done, makes its records durable in order, and brings back what came of it. [`sim`] does
//! it alone, in virtual time and seeded order: for stories and for plans. [`real`] does it with a pool of threads, real time and
//! real watches. Neither decides anything.

mod errand;
mod ground;
mod marks;
pub mod plan;
pub mod real;
pub mod runner;
pub mod sim;

pub use errand::{Act, Errand};
pub use ground::{OverlayGround, SimGround};
pub use plan::{Plan, Planning, plan};
