//! The thread in which the session lives. It does one task after the other, and tells everything as [`News`].
//!
//! Around each line it does what the plain prompt does around it. A watch on this machine goes on in its own thread, and what happens
//! there is told as it happens. A watch in a simulation is alive as well: while nothing is typed, that machine's clock follows the
//! one on the wall (`clock`). A panic here ends the session with an error.
//!
//! | file | what it owns |
//! | --- | --- |
//! | `front` | what a session shows and asks, as news |
//! | `known` | what the screen knows of a session |
//! | `clock` | how the time of a simulated machine passes |
//! | `life` | the loop of the thread |

mod clock;
mod front;
mod known;
mod life;

pub use front::Said;
pub use known::known;

use super::news::{Answer, News, QuestionId, Task};
use super::term::last_panic;
use crate::command::Session;
use crate::repl::{Asking, Printer, Signals};
use front::{Messenger, Reply};
use life::Life;
use rustyline::history::FileHistory;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use tokio::sync::mpsc::UnboundedSender;

/// The exit code of a program that panicked.
const PANICKED: i32 = 101;

/// What the session's thread works with.
pub struct Tools {
    /// Keeps events for `--trace`, and knows how output looks.
    pub printer: Arc<Printer>,
    /// Who hears signals.
    pub signals: Signals,
    /// Who waits for a person.
    pub asking: Arc<Asking>,
    /// The lines that were kept, and where more are; none where nothing is kept.
    pub history: Option<FileHistory>,
    /// How fast a simulated machine's clock goes while it is watched; 0: it stands.
    pub speed: f64,
}

/// What the thread is asked.
enum Errand {
    /// This.
    Task(Task),
    /// To look at what a watch in its own thread has come to.
    Look,
    /// To end with this code.
    End(i32),
}

/// How a session ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Parting {
    /// The exit code.
    pub code: i32,
    /// What it came to, as lines of a trace.
    pub outcome: Option<String>,
    /// What is still to be known.
    pub remarks: Vec<String>,
    /// What went wrong at the end.
    pub errors: Vec<String>,
}

/// The session's thread.
pub struct Worker {
    errands: Sender<Errand>,
    replies: Sender<Reply>,
    thread: JoinHandle<Parting>,
}

impl Worker {
    /// Begins; what it says goes to `to`.
    pub fn start(
        session: Session,
        tools: Tools,
        to: UnboundedSender<Said>,
    ) -> std::io::Result<Worker> {
        let (errands, errands_in) = channel();
        let (replies, replies_in) = channel();
        let front = Messenger::new(to.clone(), (replies.clone(), replies_in), &tools);
        let mut life = Life::new(session, front, tools, errands.clone());
        let thread = living(to, move || life.live(&errands_in))?;
        Ok(Worker {
            errands,
            replies,
            thread,
        })
    }

    /// One that has no session: all that it can do is end.
    pub fn without_session(to: UnboundedSender<Said>) -> std::io::Result<Worker> {
        let (errands, errands_in) = channel();
        let (replies, _) = channel();
        let thread = living(to, move || Parting {
            code: ended(&errands_in),
            ..Parting::default()
        })?;
        Ok(Worker {
            errands,
            replies,
            thread,
        })
    }

    /// Asks it to do this next.
    pub fn does(&self, task: Task) {
        self.asks(Errand::Task(task));
    }

    /// Answers this question, if it is still asked.
    pub fn answer(&self, to: QuestionId, answer: Answer) {
        // One that has ended needs no answer.
        let _ = self.replies.send(Reply::Answer(to, answer));
    }

    /// Asks it to end, once what it does now is done. What it asks is not answered any more.
    pub fn end(&self, code: i32) {
        let _ = self.replies.send(Reply::Ends);
        self.asks(Errand::End(code));
    }

    /// Waits until it has ended.
    pub fn join(self) -> Parting {
        drop(self.errands);
        self.thread.join().unwrap_or_else(|_| broken())
    }

    fn asks(&self, errand: Errand) {
        // One that has ended does nothing more.
        let _ = self.errands.send(errand);
    }
}

/// A thread that lives so, and tells of its end.
fn living(
    to: UnboundedSender<Said>,
    live: impl FnOnce() -> Parting + Send + 'static,
) -> std::io::Result<JoinHandle<Parting>> {
    let thread = std::thread::Builder::new().name("session".into());
    thread.spawn(move || {
        let parting = guarded(live);
        // Who does not listen any more has left already.
        let _ = to.send(Said::News(News::Left(parting.code)));
        parting
    })
}

/// Waits until it is to end; gives the code.
fn ended(errands: &Receiver<Errand>) -> i32 {
    let mut asked = errands.iter();
    let end = asked.find_map(|errand| match errand {
        Errand::End(code) => Some(code),
        Errand::Task(_) | Errand::Look => None,
    });
    end.unwrap_or(0)
}

/// What comes of it, also where it panics.
fn guarded(live: impl FnOnce() -> Parting) -> Parting {
    catch_unwind(AssertUnwindSafe(live)).unwrap_or_else(|_| broken())
}

/// A session that panicked.
fn broken() -> Parting {
    let why = last_panic().unwrap_or_else(|| "it panicked".to_owned());
    Parting {
        code: PANICKED,
        errors: vec![format!(
            "error: weft itself has failed: {why}\n  hint: what was applied is kept, and `weft status` tells it; please report this"
        )],
        ..Parting::default()
    }
}

#[cfg(test)]
mod tests;
