//! Bugs on purpose, in builds for tests alone: a checker that never failed is not known to work.

use super::io::VertexId;
use super::{Engine, Generation, Line, Record};
use crate::graph::Key;

/// A way to break the promise of rules P1, N1, N5 and V6.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Planted {
    /// A refresh is heard when it begins, not when it has ended.
    HeardEarly,
    /// A notification is stored when its target has started, not before.
    SentLate,
    /// A command's output is not in the journal.
    NotKept,
}

impl Planted {
    /// What is stored of a record.
    pub fn spoil(self, record: &mut Record) {
        if let (Planted::NotKept, Record::Paid { kept, .. }) = (self, record) {
            *kept = None;
        }
    }
}

/// What was planted, and what a late notification waits for.
#[derive(Default)]
pub(super) struct Plot {
    bug: Option<Planted>,
    late: Vec<(Key, Vec<(Line, Generation)>)>,
}

impl Engine {
    /// Breaks a promise from now on.
    pub fn plant(&mut self, bug: Option<Planted>) {
        self.plot.bug = bug;
    }

    /// What was planted.
    pub fn planted(&self) -> Option<Planted> {
        self.plot.bug
    }

    pub(super) fn hear_early(&mut self, v: VertexId) {
        if self.plot.bug != Some(Planted::HeardEarly) {
            return;
        }
        let heard = self.hears_to(v, Some(self.remembered.generation));
        let record = Record::Paid {
            vertex: self.node(v).key.clone(),
            run: self.run,
            sent: Vec::new(),
            heard,
            kept: None,
        };
        let cause = self.node(v).last;
        self.record(record, Some(v), cause);
        self.refresh_pending(v);
    }

    /// What is recorded now of what is sent.
    pub(super) fn late(
        &mut self,
        vertex: &Key,
        sent: Vec<(Line, Generation)>,
    ) -> Vec<(Line, Generation)> {
        if self.plot.bug == Some(Planted::SentLate) && !sent.is_empty() {
            self.plot.late.push((vertex.clone(), sent));
            return Vec::new();
        }
        sent
    }

    /// Something that had started is through: what was late is stored.
    pub(super) fn send_late(&mut self) {
        let run = self.run;
        for (vertex, sent) in std::mem::take(&mut self.plot.late) {
            let cause = self.input_event;
            self.record(Record::Ticked { vertex, run, sent }, None, cause);
        }
    }
}
