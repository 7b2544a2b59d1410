//! The terminal itself: its size, whether there is one, answers, and answers that are not echoed.

use rustix::termios::{
    LocalModes, OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr,
};
use std::io::{BufRead, stderr, stdin, stdout};

/// Whether commands come from a terminal.
pub fn stdin_is_terminal() -> bool {
    isatty(stdin())
}

/// Whether results go to a terminal.
pub fn stdout_is_terminal() -> bool {
    isatty(stdout())
}

/// Whether the log goes to a terminal.
pub fn stderr_is_terminal() -> bool {
    isatty(stderr())
}

/// Whether any of the standard streams is a terminal: one that goes away is then a stop.
pub fn on_a_terminal() -> bool {
    stdin_is_terminal() || stdout_is_terminal() || stderr_is_terminal()
}

/// Columns and rows of the terminal that stdout is; none if it is none or does not say.
pub fn size() -> Option<(usize, usize)> {
    let size = tcgetwinsize(stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0)
        .then(|| (usize::from(size.ws_col), usize::from(size.ws_row)))
}

/// The terminal's modes as they are, to be put back.
pub fn modes() -> Option<Termios> {
    tcgetattr(stdin()).ok()
}

/// Puts modes back. A terminal that is gone has none to put back.
pub fn restore(modes: &Termios) {
    let _ = tcsetattr(stdin(), OptionalActions::Now, modes);
}

/// One line from the terminal, without its newline; none at its end.
pub fn answer() -> Option<String> {
    let mut line = String::new();
    match stdin().lock().read_line(&mut line) {
        Ok(n) if n > 0 => Some(line.trim_end_matches(['\n', '\r']).to_owned()),
        _ => None,
    }
}

/// Reads without echo. None as well if the echo cannot be switched off: then nothing is read.
pub fn without_echo(read: impl FnOnce() -> Option<String>) -> Option<String> {
    let before = modes()?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    tcsetattr(stdin(), OptionalActions::Flush, &quiet).ok()?;
    let line = read();
    restore(&before);
    line
}
