//! The newest of many: however long a watch goes on, what it holds is bounded, and how many are gone is known.

use std::collections::VecDeque;

/// So many are held at most.
const HELD: usize = 100;

/// Texts of which the newest are held.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Newest {
    held: VecDeque<String>,
    gone: usize,
}

impl Newest {
    /// One more; the oldest goes where there are too many.
    pub fn push(&mut self, text: String) {
        if self.held.len() == HELD {
            self.held.pop_front();
            self.gone += 1;
        }
        self.held.push_back(text);
    }

    /// Whether there was never any.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// How many there were, and are not held any more.
    pub fn gone(&self) -> usize {
        self.gone
    }

    /// Those that are held, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &String> {
        self.held.iter()
    }

    /// The same, after a line that says how many there were before, where some are gone.
    pub fn told(&self) -> impl Iterator<Item = String> {
        let gone = (self.gone > 0).then(|| format!("{} earlier ones", self.gone));
        gone.into_iter().chain(self.held.iter().cloned())
    }
}
