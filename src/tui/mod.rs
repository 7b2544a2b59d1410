//! The screen: the graph drawn and alive. It draws a [`crate::trace::View`], and sends commands.
//!
//! | folder or file | what it owns |
//! | --- | --- |
//! | `shown`, `theme` | text as it may be drawn; colours, and one table of signs |
//! | `layout` | where the vertices and lines of a graph stand |
//! | `graph` | the graph pane: a graph placed, and painted into cells |
//! | `motion`, `player` | the film of a run: when what is seen, what moves, back and on |
//! | `line` | a line being typed |
//! | `app` | the state, folded over keys and news; the picture |
//! | `run`, `turns` | the screen opened and left, and the loop around them |
//! | `worker` | the session's thread |
//! | `term` | the terminal: modes, frames, keys |
//! | `record` | pictures of it, kept: recordings, stills, dumps |
//! | `news` | what passes between the screen and its session's thread |

pub mod app;
pub mod graph;
pub mod layout;
pub mod line;
pub mod motion;
pub mod news;
pub mod player;
pub mod record;
pub mod run;
pub mod shown;
pub mod term;
pub mod theme;
mod turns;
pub mod worker;
