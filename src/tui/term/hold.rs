//! The terminal's modes: entered and left once each, from wherever that happens: the loop, a signal, a panic.

use rustix::io::write;
use rustix::termios::{
    OptionalActions, QueueSelector, Termios, tcdrain, tcflush, tcgetattr, tcsetattr,
};
use std::io::{Error, ErrorKind, Result, Write, stdin, stdout};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// The alternate screen, empty, and pastes told apart from keys.
const ENTER: &str = "\x1b[?1049h\x1b[2J\x1b[?2004h";
/// Reports of buttons, of what is dragged, in the form that has no bounds. What only moves is not reported.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
/// The rest of what may be on: a frame in the middle, pastes, a style, a hidden cursor; and the other screen, where the shell is.
const LEAVE: &str = "\x1b[?2026l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

/// How long who leaves waits for a frame that is being written. A terminal that takes nothing any more keeps nobody here; its modes
/// at the start of weft are put back by whoever leaves that.
const PATIENCE: Duration = Duration::from_millis(200);

/// The terminal, held by the screen or not.
pub struct Hold(Mutex<Held>);

struct Held {
    out: Box<dyn Write + Send>,
    /// Whether the modes of standard input go with it.
    terminal: bool,
    /// The modes before it was entered, while it is.
    before: Option<Termios>,
    entered: bool,
    mouse: bool,
}

impl Hold {
    /// The terminal on standard input and output; not entered yet.
    pub fn new() -> Arc<Hold> {
        Hold::over(Box::new(Unbuffered), true)
    }

    fn over(out: Box<dyn Write + Send>, terminal: bool) -> Arc<Hold> {
        Arc::new(Hold(Mutex::new(Held {
            out,
            terminal,
            before: None,
            entered: false,
            mouse: false,
        })))
    }

    /// Takes the terminal over: raw, on the other screen.
    pub fn enter(&self) -> Result<()> {
        let mut held = self.held();
        if held.entered {
            return Ok(());
        }
        if held.terminal {
            let before = tcgetattr(stdin())?;
            let mut raw = before.clone();
            raw.make_raw();
            tcsetattr(stdin(), OptionalActions::Now, &raw)?;
            held.before = Some(before);
        }
        held.entered = true;
        held.put(ENTER.as_bytes())?;
        match held.mouse {
            true => held.put(MOUSE_ON.as_bytes()),
            false => Ok(()),
        }
    }

    /// Makes sure that the modes are those that were entered, whoever has changed them since.
    pub fn enter_again(&self) -> Result<()> {
        let mut held = self.held();
        let Some(before) = held.before.clone().filter(|_| held.entered) else {
            return Ok(());
        };
        let mut raw = before;
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
        held.put(ENTER.as_bytes())
    }

    /// Gives it back as it was. What was typed for the screen, and what the mouse said last, is read by nobody.
    pub fn leave(&self) {
        let Some(mut held) = self.held_soon() else {
            return;
        };
        if !std::mem::replace(&mut held.entered, false) {
            return;
        }
        // A terminal that has gone is told nothing, and needs to be told nothing.
        if held.mouse {
            let _ = held.put(MOUSE_OFF.as_bytes());
        }
        let _ = held.put(LEAVE.as_bytes());
        if let Some(before) = held.before.take() {
            let _ = tcdrain(stdout());
            let _ = tcflush(stdin(), QueueSelector::IFlush);
            let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
        }
    }

    /// Whether the screen has it.
    pub fn is_entered(&self) -> bool {
        self.held_soon().is_none_or(|held| held.entered)
    }

    /// Writes this at once, if the screen has the terminal.
    pub fn put(&self, bytes: &[u8]) -> Result<()> {
        let mut held = self.held();
        match held.entered && !bytes.is_empty() {
            true => held.put(bytes),
            false => Ok(()),
        }
    }

    /// Whether the mouse is reported from now on.
    pub fn mouse(&self, on: bool) -> Result<()> {
        let mut held = self.held();
        if std::mem::replace(&mut held.mouse, on) == on || !held.entered {
            return Ok(());
        }
        let asks = if on { MOUSE_ON } else { MOUSE_OFF };
        held.put(asks.as_bytes())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held_soon(&self) -> Option<MutexGuard<'_, Held>> {
        let begun = Instant::now();
        loop {
            match self.0.try_lock() {
                Ok(held) => return Some(held),
                Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => return None,
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

impl Held {
    /// Writes all of it, also where somebody has left the terminal so that it does not wait.
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.out.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => rest = &rest[n..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) => return Err(error),
            }
        }
        self.out.flush()
    }
}

/// Standard output, where each frame is one write.
struct Unbuffered;

impl Write for Unbuffered {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        write(stdout(), bytes).map_err(Error::from)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What was written, for whoever looks at it afterwards.
    #[derive(Clone, Default)]
    pub struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        pub fn hold(&self) -> Arc<Hold> {
            Hold::over(Box::new(self.clone()), false)
        }

        /// All of it since the last call.
        pub fn take(&self) -> String {
            let bytes = std::mem::take(&mut *self.0.lock().expect("nobody panics with it"));
            String::from_utf8(bytes).expect("text")
        }
    }

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            // Half of it at a time: a terminal may take less than it is given.
            let some = bytes.len().div_ceil(2);
            let mut written = self.0.lock().expect("nobody panics with it");
            written.extend_from_slice(&bytes[..some]);
            Ok(some)
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn it_is_entered_and_left_once_whoever_does_it() -> Result<()> {
        let written = Written::default();
        let hold = written.hold();
        hold.leave();
        hold.put(b"nobody has it")?;
        assert_eq!(written.take(), "");
        hold.enter()?;
        hold.enter()?;
        assert_eq!(written.take(), ENTER);
        hold.put(b"frame")?;
        assert_eq!(written.take(), "frame");
        hold.leave();
        hold.leave();
        assert_eq!(written.take(), LEAVE);
        hold.put(b"late")?;
        assert_eq!(
            written.take(),
            "",
            "a frame that comes too late is not drawn"
        );
        Ok(())
    }

    #[test]
    fn the_mouse_is_off_wherever_somebody_else_has_the_terminal() -> Result<()> {
        let written = Written::default();
        let hold = written.hold();
        hold.mouse(true)?;
        assert_eq!(written.take(), "", "it is not entered yet");
        hold.enter()?;
        assert_eq!(written.take(), format!("{ENTER}{MOUSE_ON}"));
        hold.leave();
        assert_eq!(written.take(), format!("{MOUSE_OFF}{LEAVE}"));
        hold.enter()?;
        assert_eq!(written.take(), format!("{ENTER}{MOUSE_ON}"));
        hold.mouse(false)?;
        hold.leave();
        assert_eq!(written.take(), format!("{MOUSE_OFF}{LEAVE}"));
        Ok(())
    }

    #[test]
    fn what_is_switched_on_is_switched_off() {
        for on in (ENTER.to_owned() + MOUSE_ON).split_inclusive('h') {
            if let Some(mode) = on.strip_suffix('h') {
                let off = format!("{}l", mode.trim_start_matches("\x1b[2J"));
                let all = MOUSE_OFF.to_owned() + LEAVE;
                assert!(all.contains(&off), "{off:?} in {all:?}");
            }
        }
    }

    /// A frame that cannot be written to its end keeps nobody who leaves.
    #[test]
    fn a_terminal_that_takes_nothing_is_left_all_the_same() {
        let hold = Written::default().hold();
        let stuck = hold.held();
        std::thread::scope(|scope| {
            let leaves = scope.spawn(|| hold.leave());
            assert!(leaves.join().is_ok());
        });
        drop(stuck);
    }
}
