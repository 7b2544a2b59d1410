//! What the calls of one attempt came to, for who explores a story: where it can be cut, and what was mended before.

use super::fault::{FaultKind, WRITES};

/// A world call that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// Its word, as [`FaultRule::call`](super::FaultRule::call) lists them.
    pub word: String,
    /// Whether it changed the machine, or may have.
    pub acted: bool,
}

/// The calls since they were last fetched, and the one that is to be struck.
#[derive(Default)]
pub(super) struct Trail {
    calls: Vec<Call>,
    strike: Option<(usize, FaultKind)>,
}

impl Trail {
    /// Lets this befall the call after so many.
    pub fn strike(&mut self, after: usize, what: FaultKind) {
        self.strike = Some((self.calls.len() + after, what));
    }

    /// What befalls the next call, if it is the one.
    pub fn struck(&mut self) -> Option<FaultKind> {
        let here = self.strike.filter(|(at, _)| *at == self.calls.len());
        here.and_then(|_| self.strike.take()).map(|(_, what)| what)
    }

    /// A call was made. Commands that ran may have changed anything; what else failed has changed nothing.
    pub fn made(&mut self, word: &str, well: bool, ran: bool) {
        let acts = WRITES.contains(&word) || word == "act";
        let acted = (acts && well) || (word == "run" && ran);
        self.calls.push(Call {
            word: word.to_owned(),
            acted,
        });
    }

    /// The calls so far; none from now on.
    pub fn take(&mut self) -> Vec<Call> {
        self.strike = None;
        std::mem::take(&mut self.calls)
    }
}
