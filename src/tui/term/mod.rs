//! The terminal while the screen has it: entered and left, read, drawn on.
//!
//! | file | what it owns |
//! | --- | --- |
//! | `hold` | the terminal's modes: entered and left, once each, from wherever that happens |
//! | `panics` | a panic leaves the terminal first |
//! | `canvas` | frames: only what changed, each at once, and no question to the terminal |
//! | `clip` | what puts a text into its clipboard |
//! | `input` | the thread that reads, and sees the terminal go away |
//! | `keys` | bytes as keys, mouse reports and pastes |
//! | `csi` | those of them that begin with `ESC [` |

mod canvas;
mod clip;
mod csi;
mod hold;
mod input;
mod keys;
mod panics;

pub use canvas::Canvas;
pub use clip::copies;
pub use hold::Hold;
pub use input::{Came, Input};
pub use keys::Keys;
pub use panics::{Panics, last_panic};
