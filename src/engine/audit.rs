//! The audit: what must be true between any two steps, looked up the slow way. Tests ask for it after every step.

use super::Engine;
use super::io::VertexId;
use super::state::{BUSY, DIRTY, FAILED, Outcome, PENDING, Phase, SETTLED, STARVED};

impl Engine {
    /// Says what is not as it must be, if anything: counters, settled vertices (rule O1), receivers (rule V3), liveness (rule O9).
    pub fn audit(&self) -> Result<(), String> {
        for v in self.net.index.values() {
            self.audit_counters(*v)?;
            self.audit_settled(*v)?;
            self.audit_receivers(*v)?;
            self.audit_liveness(*v)?;
        }
        self.audit_semaphores()?;
        let running = self
            .nodes
            .iter()
            .filter(|node| attempts(node.phase))
            .count();
        if running != self.running {
            return Err(format!(
                "{running} vertices run, and {} are counted",
                self.running
            ));
        }
        Ok(())
    }

    /// Nobody waits for a semaphore that has room, unless one that could take it stands in line (rule M2).
    fn audit_semaphores(&self) -> Result<(), String> {
        let lines = self.semaphores.lines();
        for (name, v) in lines.filter(|(name, v)| self.has_room(name, *v)) {
            let wants = |v: VertexId| {
                let meta = self.node(v).meta.as_ref();
                meta.is_some_and(|meta| meta.sema.contains_key(name))
            };
            if !self.ready.iter().any(|entry| wants(entry.2)) {
                let key = &self.node(v).key;
                return Err(format!("{key} waits for {name}, which has room"));
            }
        }
        Ok(())
    }

    fn audit_counters(&self, v: VertexId) -> Result<(), String> {
        let unsettled = self
            .net
            .pred
            .row(v)
            .iter()
            .filter(|p| !self.has(**p, SETTLED))
            .count();
        let counted = self.unsettled[v.0 as usize];
        if unsettled != counted as usize {
            let key = &self.node(v).key;
            return Err(format!(
                "{key} has {unsettled} unsettled predecessors, and counts {counted}"
            ));
        }
        let phase = self.node(v).phase;
        let under_way = attempts(phase) || matches!(phase, Phase::Asking | Phase::Stuck);
        if under_way != self.node(v).trip.is_some() {
            return Err(format!(
                "{} is {:?} without being on a trip",
                self.node(v).key,
                self.node(v).phase
            ));
        }
        Ok(())
    }

    fn audit_settled(&self, v: VertexId) -> Result<(), String> {
        if self.has(v, SETTLED) && self.has(v, DIRTY | BUSY | FAILED | PENDING | STARVED) {
            return Err(format!(
                "{} is settled with something left to do",
                self.node(v).key
            ));
        }
        if self.has(v, SETTLED) && self.unsettled[v.0 as usize] > 0 {
            return Err(format!(
                "{} is settled behind something unsettled",
                self.node(v).key
            ));
        }
        Ok(())
    }

    /// Every receiver of a settled sender holds what it sends.
    fn audit_receivers(&self, v: VertexId) -> Result<(), String> {
        if !self.has(v, SETTLED) || self.node(v).outcome == Outcome::Held {
            return Ok(());
        }
        for bind in self.net.binds_out.row(v) {
            let bind = &self.net.binds[*bind as usize];
            let sent = self
                .node(v)
                .sends
                .as_ref()
                .and_then(|sends| super::flow::pick(sends, &bind.sent));
            let held = self
                .node(bind.to)
                .inbox
                .as_ref()
                .and_then(|inbox| inbox.values.get(&bind.into));
            if sent.as_ref() != held {
                let (from, to) = (&self.node(v).key, &self.node(bind.to).key);
                return Err(format!(
                    "{to}.{} does not hold what {from} sends",
                    bind.into
                ));
            }
        }
        Ok(())
    }

    /// While a run is under way, an unsettled vertex without an unsettled predecessor is startable, running, in a delay,
    /// failed, or lacks a value.
    fn audit_liveness(&self, v: VertexId) -> Result<(), String> {
        let free = !self.has(v, SETTLED) && self.unsettled[v.0 as usize] == 0;
        if !free
            || !self.is_running()
            || !self.is_meant(v)
            || self.mode == super::state::Mode::Stopping
        {
            return Ok(());
        }
        let moves = self.has(v, BUSY | FAILED | STARVED) || self.node(v).queued;
        if moves {
            Ok(())
        } else {
            Err(format!("{} waits for nothing", self.node(v).key))
        }
    }
}

fn attempts(phase: Phase) -> bool {
    matches!(phase, Phase::Checking | Phase::Applying | Phase::Refreshing)
}

#[cfg(test)]
mod tests;
