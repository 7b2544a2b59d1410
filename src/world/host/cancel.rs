//! Ending what an attempt has begun: [`CancelToken`] from outside, and a deadline of its own.

use super::lock;
use crate::time::Span;
use crate::world::Fault;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// Says once, for good, that what was begun under it shall end. Clones are the same token.
#[derive(Clone, Default)]
pub struct CancelToken(Arc<Mutex<State>>);

type Waker = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    cancelled: bool,
    next: u64,
    wakers: BTreeMap<u64, Waker>,
}

impl CancelToken {
    /// A token that nobody has cancelled yet.
    pub fn new() -> CancelToken {
        CancelToken::default()
    }

    /// Cancels, and wakes whoever waits. Doing it twice is doing it once.
    pub fn cancel(&self) {
        let wakers = {
            let mut state = lock(&self.0);
            state.cancelled = true;
            std::mem::take(&mut state.wakers)
        };
        wakers.into_values().for_each(|wake| wake());
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        lock(&self.0).cancelled
    }

    /// Calls `wake` when it is cancelled, at once if it already was; not any more after the answer is dropped.
    pub fn on_cancel(&self, wake: impl FnOnce() + Send + 'static) -> OnCancel {
        let mut state = lock(&self.0);
        let id = state.next;
        state.next += 1;
        if state.cancelled {
            drop(state);
            wake();
        } else {
            state.wakers.insert(id, Box::new(wake));
        }
        OnCancel(self.clone(), id)
    }

    /// Waits so long, or until it is cancelled; true if it is.
    pub fn wait(&self, span: Duration) -> bool {
        let (tell, told) = mpsc::channel();
        let _waking = self.on_cancel(move || {
            let _ = tell.send(());
        });
        told.recv_timeout(span).is_ok()
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CancelToken")
            .field(&self.is_cancelled())
            .finish()
    }
}

/// A call that was asked for with [`CancelToken::on_cancel`]; dropping it takes it back.
#[must_use = "dropping it takes the call back"]
pub struct OnCancel(CancelToken, u64);

impl Drop for OnCancel {
    fn drop(&mut self) {
        let waker = lock(&self.0.0).wakers.remove(&self.1);
        // Dropped outside the lock: a waker may own anything.
        drop(waker);
    }
}

/// When an attempt must end.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    /// From outside.
    pub cancel: CancelToken,
    /// By itself.
    pub deadline: Option<Deadline>,
}

/// A moment, and the length of time that it stands for in an error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Deadline {
    pub at: Instant,
    pub span: Span,
}

impl Deadline {
    /// So long from now; `None` where that is for ever.
    pub fn after(span: Span) -> Option<Deadline> {
        let at = Instant::now().checked_add(span.as_std())?;
        Some(Deadline { at, span })
    }
}

impl Limits {
    /// The sooner of the attempt's deadline and one of its own.
    pub fn sooner(&self, own: Option<Span>) -> Option<Deadline> {
        let own = own.and_then(Deadline::after);
        [self.deadline, own].into_iter().flatten().min()
    }

    /// Refuses to begin anything once it is over.
    pub fn check(&self) -> Result<(), Fault> {
        if self.cancel.is_cancelled() {
            return Err(Fault::Cancelled);
        }
        match self.deadline {
            Some(deadline) if deadline.at <= Instant::now() => Err(Fault::TimedOut(deadline.span)),
            _ => Ok(()),
        }
    }

    /// Waits so long, unless it is over before.
    pub fn pause(&self, span: Span) -> Result<(), Fault> {
        self.check()?;
        let wanted = span.as_std();
        let left = self
            .deadline
            .map(|deadline| deadline.at.saturating_duration_since(Instant::now()));
        if self
            .cancel
            .wait(left.map_or(wanted, |left| left.min(wanted)))
        {
            return Err(Fault::Cancelled);
        }
        match self.deadline {
            Some(deadline) if left.is_some_and(|left| left < wanted) => {
                Err(Fault::TimedOut(deadline.span))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiter_is_woken() {
        let token = CancelToken::new();
        let (tell, told) = mpsc::channel();
        let other = token.clone();
        let waiter = std::thread::spawn(move || {
            let waking = other.on_cancel(move || {
                let _ = tell.send(());
            });
            let woken = told.recv().is_ok();
            drop(waking);
            woken && other.wait(Duration::from_secs(3600))
        });
        token.cancel();
        assert_eq!(waiter.join().ok(), Some(true));
        assert!(token.is_cancelled());
    }

    #[test]
    fn what_is_taken_back_is_not_called() {
        let token = CancelToken::new();
        let (tell, told) = mpsc::channel::<()>();
        drop(token.on_cancel(move || {
            let _ = tell.send(());
        }));
        token.cancel();
        assert!(told.recv().is_err());
    }

    #[test]
    fn a_pause_ends_with_the_attempt() {
        let cancelled = Limits::default();
        cancelled.cancel.cancel();
        assert_eq!(cancelled.pause(Span::secs(3600)), Err(Fault::Cancelled));
        let late = Limits {
            deadline: Deadline::after(Span::millis(1)),
            ..Limits::default()
        };
        assert_eq!(
            late.pause(Span::secs(3600)),
            Err(Fault::TimedOut(Span::millis(1)))
        );
    }
}
