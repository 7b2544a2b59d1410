//! A panic while the screen is open: the terminal is left first, so that what is said of it can be read.
//!
//! One elsewhere than in the screen's own thread is caught there: one in a kind fails its vertex, one of the session ends it with
//! an error. Nothing is said of it on the screen, where it would only spoil what is drawn; it is kept for whoever catches it.

use super::Hold;
use std::panic::{PanicHookInfo, set_hook, take_hook};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{ThreadId, current, panicking};

/// What was said of the last panic that was caught.
static LAST: Mutex<Option<String>> = Mutex::new(None);

type Hook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Attends to panics until it goes.
pub struct Panics {
    before: Hook,
}

impl Panics {
    /// From now on the terminal is left before anything is said of a panic in this thread, and nothing is said of others.
    pub fn attend(hold: &Arc<Hold>) -> Panics {
        let before: Hook = take_hook().into();
        let (hold, then, own) = (hold.clone(), before.clone(), current().id());
        set_hook(Box::new(move |info| {
            if ours(&hold, own) {
                hold.leave();
                then(info);
            } else {
                keep(info);
            }
        }));
        Panics { before }
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        // Who panics cannot put another hook in, and has no need of one.
        if !panicking() {
            let before = self.before.clone();
            set_hook(Box::new(move |info| before(info)));
        }
    }
}

/// Whether a panic here is one that ends the screen: in its own thread, or where it has left the terminal already.
fn ours(hold: &Hold, own: ThreadId) -> bool {
    current().id() == own || !hold.is_entered()
}

fn keep(info: &PanicHookInfo) {
    let what = info.payload_as_str().unwrap_or("it panicked");
    let place = info.location().map(|at| format!(" at {at}"));
    let told = format!("{what}{}", place.unwrap_or_default());
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(told);
}

/// What was said of the last panic that was caught.
pub fn last_panic() -> Option<String> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).take()
}
