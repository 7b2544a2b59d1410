//! On a real machine: what of a vertex is not as it is wanted, right after it was edited, before any plan is made.

use super::{Front, Session};
use crate::graph::Key;
use crate::kind::{self, At, Job};
use crate::value::sanitise;
use std::collections::BTreeSet;

impl Session {
    /// Looks, and says what differs. No guard is asked, nothing is remembered, and what receives a value is left to the plan, which
    /// knows it.
    pub(super) fn show_drift(&self, key: &Key, front: &mut dyn Front) {
        let graph = self.graph();
        let (Some(vertex), Some(kind)) = (graph.vertex(key), kind::find(key.kind())) else {
            return;
        };
        if self.runner.is_sim() || graph.received_by(key).next().is_some() {
            return;
        }
        let (look, none) = (self.runner.look(), BTreeSet::new());
        let job = Job {
            at: At {
                key,
                run: 0,
                state: self.runner.state(),
                memo: None,
                kept: None,
                received: &none,
                changed: &none,
                notified: false,
                behind: true,
                applied: false,
            },
            params: &vertex.params,
            sensitive: vertex.meta.sensitive,
            plan: true,
        };
        match kind.check(&job, &*look) {
            Ok(checked) => {
                for found in checked.findings {
                    let detail = found.detail.iter();
                    let detail = detail.map(|line| format!("    {}\n", sanitise(line)));
                    let detail: String = detail.collect();
                    front.show(&format!("{key}: {}\n{detail}", sanitise(&found.line)));
                }
            }
            Err(failure) => front.remark(&format!("{key}: {}\n", sanitise(&failure.why))),
        }
    }
}
