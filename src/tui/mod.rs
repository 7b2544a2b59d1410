//! The screen: the graph drawn and alive. It draws a [`crate::trace::View`], and sends commands.
//!
//! | folder or file | what it owns |
//! | --- | --- |
//! | `layout` | where the vertices and lines of a graph stand |
//! | `line` | a line being typed |
//! | `app` | the state, folded over keys and news; the picture |
//! | `run` | the loop around them |
//! | `worker` | the session's thread |
//! | `term` | the terminal: modes, frames, keys |
//! | `news` | what passes between the screen and its session's thread |

pub mod app;
pub mod layout;
pub mod line;
pub mod news;
pub mod run;
pub mod term;
pub mod worker;
