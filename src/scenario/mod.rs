//! Stories: a graph, a simulated world, steps and expectations; played, compared and reported.
//!
//! [`play`] runs one story in its own simulated machine (rule W2: nothing here ever constructs the host world) and gives
//! its trace as text. [`rehearse`] reads its steps alone. [`run_tests`] plays many, each twice, and compares each with its snapshot.

mod explore;
mod files;
mod foresee;
mod junit;
mod lesson;
mod play;
mod rehearse;
mod runner;
mod script;
mod snapshot;
mod step_place;

pub use explore::{Explore, Explored, Finding, Point, Schedule, explore, replay, run_explore};
pub use foresee::Foresight;
pub use lesson::attempt;
pub use play::{FailedStep, Judged, PlayOptions, Played, play};
pub use rehearse::rehearse;
pub use runner::{Environment, Problem, TestOptions, Tested, run_tests, test_one};
pub use snapshot::{snapshot_of, snapshot_path, snapshot_text};
