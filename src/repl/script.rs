//! Commands from a pipe, a script or `-c`.

use super::behind::Behind;
use super::{Console, Printer, Signals};
use crate::command::session::Told;
use crate::command::{Flow, Session, SessionError, parse};
use crate::kind::Kinds;
use std::io::BufRead;
use std::sync::Arc;

/// What came of a script.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Came {
    /// How many commands were evaluated.
    pub commands: usize,
    /// Whether one of them failed.
    pub failed: bool,
    /// Whether the rest was left out: `quit`, or a signal.
    pub left: bool,
}

/// Evaluates commands as they come, each as soon as it is whole. Stops at the first that fails, unless `keep_going`.
pub fn read_commands(
    input: &mut dyn BufRead,
    session: &mut Session,
    console: &mut Console,
    signals: &Signals,
    keep_going: bool,
) -> Came {
    let mut came = Came::default();
    let mut held = String::new();
    loop {
        let mut line = String::new();
        let read = input.read_line(&mut line);
        if let Err(error) = &read {
            console
                .printer()
                .error(&format!("error: standard input: {error}"));
            came.failed = true;
        }
        let over = !matches!(read, Ok(n) if n > 0);
        held.push_str(&line);
        if over || !is_open(&held, session) {
            let text = std::mem::take(&mut held);
            run_script(&text, session, console, signals, &mut came);
        }
        if over || came.left || (came.failed && !keep_going) {
            return came;
        }
    }
}

/// Evaluates lines that are whole.
pub fn run_script(
    text: &str,
    session: &mut Session,
    console: &mut Console,
    signals: &Signals,
    came: &mut Came,
) {
    if text.trim().is_empty() {
        return;
    }
    came.commands += 1;
    signals.reset();
    match evaluate(text.trim_end_matches('\n'), session, console) {
        Ok(Flow::Go) => {
            let signal = session.ended().signal.or(signals.refused());
            came.left |= signal.is_some() || signals.out_of_time();
        }
        Ok(Flow::Quit) => came.left = true,
        Err(error) => {
            came.failed = true;
            console.printer().refusal(&error);
        }
    }
    Behind::follow(session, console.printer(), signals);
}

/// Evaluates lines that are whole. Where results are JSON, a line of it tells what came of each order.
pub fn evaluate(
    text: &str,
    session: &mut Session,
    console: &mut Console,
) -> Result<Flow, SessionError> {
    let printer = console.printer().clone();
    match printer.style().json {
        true => session.eval_told(text, console, &mut Lines(printer)),
        false => session.eval(text, console),
    }
}

/// What came of each order, as lines of JSON.
struct Lines(Arc<Printer>);

impl Told for Lines {
    fn shown(&mut self) -> String {
        self.0.shown()
    }

    fn tell(&mut self, came: serde_json::Value) {
        self.0.raw(&format!("{came}\n"));
    }
}

/// Whether more lines may make it whole.
fn is_open(text: &str, session: &Session) -> bool {
    matches!(parse(text, session.graph(), &Kinds), Err(error) if error.is_incomplete())
}
