//! What came of each vertex, and how many of each there are.
//!
//! - L6 A tally counts each vertex once. Under watch it is about what happened since the last one was told: a vertex that was mended and then
//!   found right, which its own watch sees to, counts as changed; in the next tally it is right, unless it changed again.

use super::Engine;
use super::io::VertexId;
use super::state::{GONE, Outcome};

impl Engine {
    pub(super) fn set_outcome(&mut self, v: VertexId, outcome: Outcome) {
        let outcome = match self.has(v, GONE) {
            true => Outcome::New,
            false => outcome,
        };
        match outcome {
            Outcome::Held => self.held.insert(v),
            _ => self.held.remove(&v),
        };
        self.begin_tally();
        self.node_mut(v).outcome = outcome;
        let counted = self.node(v).counted;
        let stays = matches!(
            (counted, outcome),
            (Outcome::Changed, Outcome::Ok | Outcome::Refreshed { .. })
                | (Outcome::Refreshed { .. }, Outcome::Ok)
        );
        if !stays {
            self.count(v, outcome);
        }
    }

    /// Where a tally was told, it is over: what changed before counts as right from here on.
    pub(super) fn begin_tally(&mut self) {
        if !std::mem::take(&mut self.told) {
            return;
        }
        for v in std::mem::take(&mut self.busy) {
            let node = self.node(v);
            let is_right = matches!(
                node.outcome,
                Outcome::Ok | Outcome::Changed | Outcome::Refreshed { .. }
            );
            if is_right && node.counted != Outcome::New {
                self.count(v, Outcome::Ok);
            }
        }
    }

    fn count(&mut self, v: VertexId, outcome: Outcome) {
        if matches!(outcome, Outcome::Changed | Outcome::Refreshed { .. }) {
            self.busy.push(v);
        }
        let old = std::mem::replace(&mut self.node_mut(v).counted, outcome);
        for (which, up) in [(old, false), (outcome, true)] {
            let count = match which {
                Outcome::New => continue,
                Outcome::Ok => &mut self.tally.ok,
                Outcome::Changed => &mut self.tally.changed,
                Outcome::Refreshed { .. } => &mut self.tally.refreshed,
                Outcome::May => &mut self.tally.may,
                Outcome::Failed => &mut self.tally.failed,
                Outcome::Held => &mut self.tally.held,
            };
            *count = match up {
                true => *count + 1,
                false => count.saturating_sub(1),
            };
        }
    }
}
