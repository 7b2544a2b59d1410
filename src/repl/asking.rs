//! Who waits for a person at the terminal: a question, or another program that has it for a while. An interrupt answers the
//! one, and is the other's own affair. A question may also be put elsewhere than in the terminal's lines.

use super::terminal;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{PipeReader, PipeWriter, Read, Write, pipe, stdin};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Who waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Waits {
    /// Nobody.
    Nobody,
    /// A question.
    Question,
    /// A pager or an editor.
    Program,
}

/// Who waits for a person, seen from the thread that hears signals.
pub struct Asking {
    waits: AtomicU8,
    /// One byte in it: the question that waits is not answered any more.
    wake: (PipeReader, PipeWriter),
    /// Who puts questions elsewhere, and is told where one is not answered any more.
    elsewhere: Mutex<Option<Interrupted>>,
    /// Asks who hears signals to answer once all that came before were heard.
    heard: UnboundedSender<Sender<()>>,
}

/// What is told that a question is not answered any more.
type Interrupted = Box<dyn Fn() + Send>;

/// How long a program's end waits for signals that came before it. Whoever hears them may be leaving.
const PATIENCE: Duration = Duration::from_secs(1);

impl Asking {
    /// Nobody waits yet; with what asks whoever hears signals.
    pub fn new() -> std::io::Result<(Asking, UnboundedReceiver<Sender<()>>)> {
        let (heard, asks) = unbounded_channel();
        let asking = Asking {
            waits: AtomicU8::new(Waits::Nobody as u8),
            wake: pipe()?,
            elsewhere: Mutex::default(),
            heard,
        };
        Ok((asking, asks))
    }

    /// Who waits.
    pub fn waits(&self) -> Waits {
        match self.waits.load(Ordering::SeqCst) {
            n if n == Waits::Question as u8 => Waits::Question,
            n if n == Waits::Program as u8 => Waits::Program,
            _ => Waits::Nobody,
        }
    }

    /// One line from the terminal, to what `ask` asks; none at its end, or once it is interrupted. The question waits before it stands
    /// there, so that an interrupt which comes at once is meant for it.
    pub fn answer(&self, ask: impl FnOnce()) -> Option<String> {
        self.question(&stdin(), ask, terminal::answer)
    }

    /// The same without echo; `question` is put once nothing is echoed any more, since what was typed before is not read.
    pub fn hidden_answer(&self, question: impl FnOnce()) -> Option<String> {
        terminal::without_echo(|| self.answer(question))
    }

    /// A question that is put elsewhere; `interrupted` is told where it is not answered any more.
    pub fn elsewhere<T>(
        &self,
        interrupted: impl Fn() + Send + 'static,
        question: impl FnOnce() -> T,
    ) -> T {
        *self.asks_elsewhere() = Some(Box::new(interrupted));
        let done = self.during(Waits::Question, question);
        *self.asks_elsewhere() = None;
        done
    }

    /// Lets another program have the terminal. An interrupt that came before its end was meant for it, also where it ends by it.
    pub fn lend<T>(&self, program: impl FnOnce() -> T) -> T {
        self.during(Waits::Program, || {
            let done = program();
            let (tell, told) = channel();
            if self.heard.send(tell).is_ok() {
                let _ = told.recv_timeout(PATIENCE);
            }
            done
        })
    }

    /// Ends the question that waits.
    pub fn interrupt(&self) {
        if let Some(interrupted) = &*self.asks_elsewhere() {
            return interrupted();
        }
        // A pipe that is full wakes whoever waits as well.
        let _ = (&self.wake.1).write(&[0]);
    }

    fn asks_elsewhere(&self) -> MutexGuard<'_, Option<Interrupted>> {
        self.elsewhere
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn question(
        &self,
        terminal: &impl AsFd,
        ask: impl FnOnce(),
        read: impl FnOnce() -> Option<String>,
    ) -> Option<String> {
        // What interrupted an earlier question, and came too late for it, is not meant for this one.
        while self.is_woken(None) {}
        self.during(Waits::Question, || {
            ask();
            match self.is_woken(Some(terminal.as_fd())) {
                true => None,
                false => read(),
            }
        })
    }

    fn during<T>(&self, waits: Waits, what: impl FnOnce() -> T) -> T {
        self.waits.store(waits as u8, Ordering::SeqCst);
        let done = what();
        self.waits.store(Waits::Nobody as u8, Ordering::SeqCst);
        done
    }

    /// Whether it was interrupted. With a terminal it is first waited until that is so, or something can be read there.
    fn is_woken(&self, terminal: Option<BorrowedFd>) -> bool {
        let mut wake = &self.wake.0;
        let at_once = terminal.is_none().then(Timespec::default);
        let fds = [Some(wake.as_fd()), terminal];
        let fds = fds.into_iter().flatten();
        let mut fds: Vec<PollFd> = fds
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
            .collect();
        while poll(&mut fds, at_once.as_ref()) == Err(Errno::INTR) {}
        let woken = fds.first().is_some_and(|fd| !fd.revents().is_empty());
        if woken {
            // Something is there, so that this does not wait.
            let _ = wake.read(&mut [0; 16]);
        }
        woken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_ends_the_question_that_waits_and_no_other() -> std::io::Result<()> {
        let (asking, _) = Asking::new()?;
        let (terminal, mut keys) = pipe()?;
        asking.interrupt();
        keys.write_all(b"y")?;
        let read = || Some("read".to_owned());
        assert_eq!(asking.question(&terminal, || (), read), read());
        let (terminal, _keys) = pipe()?;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while asking.waits() != Waits::Question {
                    std::thread::yield_now();
                }
                asking.interrupt();
            });
            assert_eq!(asking.question(&terminal, || (), read), None);
        });
        assert_eq!(asking.waits(), Waits::Nobody);
        Ok(())
    }
}
