//! The screen, as far as it is there: where the vertices and lines of a graph stand.
//!
//! It draws a [`crate::trace::View`], and sends commands.

pub mod layout;
