//! The plain prompt, and everything else that faces a terminal or a pipe: printing, paging, asking, editing, signals.
//!
//! | file | what it owns |
//! | --- | --- |
//! | `env` | the environment variables that are read: one table |
//! | `style`, `paint`, `wrap` | how output looks: colour, ASCII, escapes, long lines |
//! | `priority` | what the journal of systemd is told of each line |
//! | `printer`, `out` | stdout and stderr: results, trace lines, the progress line, the file of `--trace` |
//! | `terminal` | the size of the terminal, answers and secrets |
//! | `asking` | who waits for a person, and is interrupted |
//! | `pager`, `editor`, `disk` | other programs and files |
//! | `console` | the [`Front`](crate::command::Front) over all of these |
//! | `signals` | who hears a signal: the run, the prompt, nobody |
//! | `guide`, `history` | what any prompt tells a line while it is typed, and where its lines are kept |
//! | `helper`, `prompt` | rustyline around `command` |
//! | `script` | commands from a pipe |
//! | `behind` | a watch in a thread of its own |

mod asking;
mod behind;
mod console;
mod disk;
mod editor;
pub mod env;
mod guide;
mod helper;
pub mod history;
mod out;
mod pager;
mod paint;
mod printer;
mod priority;
mod prompt;
mod script;
mod signals;
mod style;
mod terminal;
mod wrap;

pub use asking::Asking;
pub use behind::{Behind, News};
pub use console::Console;
pub use disk::{read_file, write_file};
pub use guide::{Guide, Hint};
pub use paint::{ascii, event_line, safe};
pub use printer::Printer;
pub use priority::Priority;
pub use prompt::prompt;
pub use script::{Came, read_commands, run_script};
pub use signals::{Signals, Stopped};
pub use style::{Color, Style};
pub use terminal::{on_a_terminal, size, stdin_is_terminal, stdout_is_terminal};
