//! The thread that reads the terminal. It reads nothing before something is there, so that it can be ended at any time: then
//! whoever gets the terminal gets all that is typed.

use super::keys::Keys;
use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use std::io::{PipeReader, PipeWriter, pipe, stdin};
use std::os::fd::{AsFd, BorrowedFd};
use std::thread::JoinHandle;
use tokio::sync::mpsc::UnboundedSender;

/// How long the rest of a sequence may take: after that it was a key by itself.
const REST: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// What comes from a terminal.
#[derive(Clone, PartialEq, Debug)]
pub enum Came {
    /// A key, a mouse report, a paste.
    Event(Event),
    /// It has gone.
    Gone,
}

/// The reading thread; it ends with this.
pub struct Input {
    /// Closed, it ends the thread.
    end: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Input {
    /// Reads standard input from now on.
    pub fn start(to: UnboundedSender<Came>) -> std::io::Result<Input> {
        let (ended, end) = pipe()?;
        let thread = std::thread::Builder::new()
            .name("input".into())
            .spawn(move || listen(stdin().as_fd(), &ended, &to))?;
        Ok(Input {
            end: Some(end),
            thread: Some(thread),
        })
    }
}

impl Drop for Input {
    /// When this returns, nothing is read any more.
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            // One that panicked does not read either.
            let _ = thread.join();
        }
    }
}

/// Reads until it is ended, or the terminal has gone.
fn listen(terminal: BorrowedFd, ended: &PipeReader, to: &UnboundedSender<Came>) {
    let mut keys = Keys::default();
    let mut bytes = [0; 4096];
    loop {
        let rest = keys.waits().then_some(&REST);
        let mut fds = [
            PollFd::from_borrowed_fd(terminal, PollFlags::IN),
            PollFd::new(ended, PollFlags::IN),
        ];
        match poll(&mut fds, rest) {
            Err(Errno::INTR) => continue,
            Err(_) => return gone(to),
            Ok(_) => {}
        }
        let [terminals, ends] = fds.map(|fd| fd.revents());
        let events = if !ends.is_empty() {
            return;
        } else if terminals.is_empty() {
            keys.settle()
        } else {
            match read(terminal, &mut bytes) {
                Ok(0) => return gone(to),
                Ok(n) => keys.feed(&bytes[..n]),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(_) => return gone(to),
            }
        };
        for event in events {
            if to.send(Came::Event(event)).is_err() {
                return;
            }
        }
    }
}

fn gone(to: &UnboundedSender<Came>) {
    // Who does not listen any more has left.
    let _ = to.send(Came::Gone);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};
    use std::io::Write;
    use tokio::sync::mpsc::unbounded_channel;

    fn key(code: KeyCode) -> Option<Came> {
        Some(Came::Event(super::super::keys::key(
            code,
            KeyModifiers::NONE,
        )))
    }

    #[test]
    fn keys_come_as_they_are_typed_and_the_end_is_told() -> std::io::Result<()> {
        let (terminal, mut typed) = pipe()?;
        let (ended, _end) = pipe()?;
        let (to, mut came) = unbounded_channel();
        std::thread::scope(|scope| {
            scope.spawn(|| listen(terminal.as_fd(), &ended, &to));
            typed.write_all(b"a\x1b")?;
            assert_eq!(came.blocking_recv(), key(KeyCode::Char('a')));
            assert_eq!(came.blocking_recv(), key(KeyCode::Esc), "nothing follows");
            drop(typed);
            assert_eq!(came.blocking_recv(), Some(Came::Gone));
            Ok(())
        })
    }

    #[test]
    fn nothing_is_read_once_it_has_ended() -> std::io::Result<()> {
        let (terminal, mut typed) = pipe()?;
        let (ended, end) = pipe()?;
        let (to, mut came) = unbounded_channel();
        drop(end);
        typed.write_all(b"a")?;
        listen(terminal.as_fd(), &ended, &to);
        assert!(came.try_recv().is_err());
        let mut left = [0; 8];
        assert_eq!(read(&terminal, &mut left)?, 1, "it is still there");
        Ok(())
    }
}
