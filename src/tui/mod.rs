//! The screen: the graph drawn and alive.
//!
//! It draws a [`crate::trace::View`], and sends commands.

pub mod layout;
