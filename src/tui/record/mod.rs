//! Pictures of the screen, kept: as a recording that is played again, as a still, as text with styles for tests.
//!
//! All of them are made of the cells that were drawn, in which nothing is that a terminal would act on; what a cell should not hold is
//! left out all the same.

mod cast;
mod dump;
mod offscreen;
mod runs;
mod still;

pub use cast::Cast;
pub use dump::dump;
pub use offscreen::Offscreen;
pub use still::{Paper, still};
