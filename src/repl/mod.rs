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
//! | `heard`, `signals` | who hears a signal: the run, the prompt, nobody |
//! | `guide`, `history` | what any prompt tells a line while it is typed, and where its lines are kept |
//! | `helper`, `prompt` | rustyline around `command` |
//! | `lessons` | which lessons were done |
//! | `script` | commands from a pipe |
//! | `ends` | how a console ends |
//! | `behind` | a watch in a thread of its own |
//! | `beside` | standard error, unless a screen has the terminal |
//! | `job` | stopped and continued by the shell, and the terminal's size |

mod asking;
mod behind;
mod beside;
mod console;
mod disk;
mod editor;
mod ends;
pub mod env;
mod guide;
mod heard;
mod helper;
pub mod history;
mod job;
pub mod lessons;
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
pub use beside::{tell_instead, write_beside};
pub use console::Console;
pub use disk::{plain, read_file, write_file};
pub use editor::edit;
pub use ends::{left_by_signal, stop_what_runs, unsaved_words};
pub use guide::{Guide, Hint};
pub use job::{Job, Jobs, has_shell, stop_until_continued};
pub use paint::{ascii, event_line, safe};
pub use printer::Printer;
pub use priority::Priority;
pub use prompt::prompt;
pub use script::{Came, evaluate, read_commands, run_script};
pub use signals::{Signals, Stopped};
pub use style::{Color, Style};
pub use terminal::{on_a_terminal, size, stdin_is_terminal, stdout_is_terminal};
