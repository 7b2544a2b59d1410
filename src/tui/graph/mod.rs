//! The graph pane: a graph placed, and painted into cells.
//!
//! | file | what it owns |
//! | --- | --- |
//! | `scene` | the graph as numbered vertices and lines, each placed, and found by where it stands |
//! | `fold` | what is drawn as one |
//! | `tiles` | what stands in a part of the world |
//! | `wires` | which arms of lines meet in a cell, and the character for them |
//! | `joints` | what meets in the cells that are seen |
//! | `paint` | cells of the part that is seen |
//! | `moving` | what moves, by the cells and looks that it takes |
//! | `overview` | the whole graph in dots |
//! | `stand` | how a vertex stands, as far as it is drawn |
//! | `way` | cells along a line |
//! | `walk` | from a vertex to its neighbours |

mod fold;
mod joints;
mod moving;
mod overview;
mod paint;
mod scene;
mod stand;
#[cfg(test)]
mod tests;
mod tiles;
mod walk;
mod way;
pub mod wires;

pub use moving::{Flash, Moving, Pulse};
pub use overview::Overview;
pub use paint::{Painting, paint};
pub use scene::{Scene, Wire, Zoom};
pub use stand::Stand;
pub use walk::{Step, walk};
