//! The loop of the session's thread.

use super::clock::Clock;
use super::front::{Messenger, in_parts};
use super::known::known;
use super::{Errand, Parting, Tools};
use crate::command::edit::veiled;
use crate::command::session::SessionError;
use crate::command::{Flow, Front, Session};
use crate::kind::Kinds;
use crate::repl::{
    Behind, News as OfWatch, history, left_by_signal, stop_what_runs, unsaved_words,
};
use crate::trace::{Event, What, line as told_line};
use crate::tui::news::{News, Task};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};

/// A session, with all that it needs to go on by itself.
pub(super) struct Life {
    session: Session,
    front: Messenger,
    tools: Tools,
    clock: Clock,
    /// For who hears of a watch in its own thread.
    errands: Sender<Errand>,
    /// Whether it is asked already to look at what that watch has come to.
    asked: Arc<AtomicBool>,
    /// Whether the prompt keeps to ASCII.
    ascii: bool,
}

impl Life {
    pub fn new(session: Session, front: Messenger, tools: Tools, errands: Sender<Errand>) -> Life {
        let style = tools.printer.style();
        Life {
            session,
            front,
            clock: Clock::new(tools.speed),
            errands,
            asked: Arc::default(),
            ascii: style.ascii || style.plain,
            tools,
        }
    }

    /// Does what it is asked until it is to end.
    pub fn live(&mut self, errands: &Receiver<Errand>) -> Parting {
        self.session.keep_edits();
        for offer in self.session.offers() {
            self.front.remark(&format!("{offer}\n"));
        }
        self.tools.signals.in_console(true);
        self.tools.signals.at_prompt(true);
        self.tell_known();
        let code = self.errands(errands);
        self.tools.signals.at_prompt(false);
        let parting = self.part(code);
        self.tools.signals.in_console(false);
        parting
    }

    fn errands(&mut self, errands: &Receiver<Errand>) -> i32 {
        loop {
            let errand = match self.clock.until_due(&mut self.session) {
                Some(due) => errands.recv_timeout(due),
                None => errands.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            self.session.catch_up();
            self.clock.pass(&mut self.session, &mut self.front);
            let happened = self.front.take_happened();
            match errand {
                Ok(Errand::Task(task)) => {
                    let left = self.task(task);
                    self.clock.skip();
                    if let Some(code) = left {
                        return code;
                    }
                    self.front.take_happened();
                    self.tell_known();
                    self.front.tell(News::Done);
                }
                Ok(Errand::Look) => {
                    self.asked.store(false, Ordering::SeqCst);
                    self.session.catch_up();
                    self.tell_known();
                }
                Ok(Errand::End(code)) => return code,
                Err(RecvTimeoutError::Timeout) if happened => self.tell_known(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return 0,
            }
        }
    }

    /// Gives the exit code if that was the last one.
    fn task(&mut self, task: Task) -> Option<i32> {
        match task {
            Task::Do(line) if line.trim().is_empty() => None,
            Task::Do(line) => self.line(&line),
            Task::Settle => {
                self.session.answer_questions(&mut self.front);
                None
            }
        }
    }

    fn line(&mut self, line: &str) -> Option<i32> {
        self.session.answer_questions(&mut self.front);
        self.tools.signals.reset();
        self.tools.signals.at_prompt(false);
        let before = self.session.graph().clone();
        let done = self.evaluate(line);
        self.tools.signals.at_prompt(true);
        let after = self.session.graph();
        if let Some(lines) = &mut self.tools.history
            && history::keep(lines, line, &before, after)
        {
            self.front.tell(News::Kept(line.to_owned()));
        }
        match done {
            Ok(Flow::Quit) => return Some(0),
            Ok(Flow::Go) => {}
            Err(error) => self.front.tell(News::Refused(refusal(&error))),
        }
        self.follow();
        left_by_signal(&mut self.session, &self.tools.signals)
    }

    /// Each of its orders is told before it is done, in words that may be shown; and the graph, where the one before has edited it.
    fn evaluate(&mut self, line: &str) -> Result<Flow, SessionError> {
        let tell = self.front.teller();
        let (mut graph, ascii) = (self.session.graph().clone(), self.ascii);
        let mut before = |session: &Session, order: &crate::command::Order| {
            if !Arc::ptr_eq(&graph, session.graph()) {
                graph = session.graph().clone();
                tell(News::Knows(Box::new(known(session, ascii))));
            }
            let words = veiled(session.graph(), &Kinds, order).to_string();
            tell(News::Begun(words));
        };
        self.session.eval_each(line, &mut self.front, &mut before)
    }

    /// A watch on this machine goes on in its own thread.
    fn follow(&mut self) {
        let (tell, printer) = (self.front.teller(), self.tools.printer.clone());
        let (errands, asked) = (self.errands.clone(), self.asked.clone());
        let signals = self.tools.signals.clone();
        Behind::tell(&mut self.session, &signals, move |events, says| {
            printer.keep(events);
            in_parts(events).for_each(&tell);
            let turned = says.iter().any(|says| *says != OfWatch::Busy);
            if turned && !asked.swap(true, Ordering::SeqCst) {
                // A session that has ended looks at nothing.
                let _ = errands.send(Errand::Look);
            }
        });
    }

    fn tell_known(&self) {
        let known = known(&self.session, self.ascii);
        self.front.tell(News::Knows(Box::new(known)));
    }

    /// Ends what still runs, and says what a person should keep.
    fn part(&mut self, code: i32) -> Parting {
        let stopped = stop_what_runs(&mut self.session, &mut self.front, code);
        let ends = |what: &What| matches!(what, What::Converged(_) | What::Stopped);
        let last = self.session.events().iter().rev();
        let last = last.into_iter().find(|event| ends(&event.what));
        Parting {
            code,
            outcome: last.map(last_words),
            remarks: unsaved_words(&self.session).into_iter().collect(),
            errors: stopped.err().iter().map(refusal).collect(),
        }
    }
}

/// How a run ended, for who reads it in the shell.
fn last_words(event: &Event) -> String {
    let told = told_line(event);
    let gap = if told.detail.is_empty() { "" } else { ", " };
    format!("weft: the last run: {}{gap}{}\n", told.word, told.detail)
}

/// Why a line was not done, in words.
fn refusal(error: &SessionError) -> String {
    match error {
        SessionError::Command(error) => format!("error: {error}"),
        failed => failed.to_string(),
    }
}
