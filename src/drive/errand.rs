//! One effect of the engine, carried out: the place where engine and kinds meet.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::engine::{
    self, ApplyOutcome, Attempt, CheckOutcome, Effect, Fail, Input, Seq, VertexId,
};
use crate::kind::{self, AnyKind, Applied, At, Checked, Failure};
use crate::value::Opaque;
use crate::world::{Look, World};

/// A check, an apply or a refresh that waits to be carried out.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Of which vertex.
    pub vertex: VertexId,
    /// Under which number.
    pub attempt: Attempt,
    /// With which params.
    pub job: engine::Job,
    /// What is to be done.
    pub act: Act,
    /// The record that must be durable before.
    pub after: Option<Seq>,
}

/// What is to be done with a vertex.
#[derive(Clone, Debug)]
pub enum Act {
    /// Look.
    Check,
    /// Mend what was found.
    Apply(Opaque),
    /// Refresh.
    Refresh,
}

impl Errand {
    /// The errand in an effect; the effect itself if it is none.
    pub fn of(effect: Effect) -> Result<Errand, Effect> {
        Ok(match effect {
            Effect::Check {
                vertex,
                attempt,
                job,
            } => Errand {
                vertex,
                attempt,
                job,
                act: Act::Check,
                after: None,
            },
            Effect::Apply {
                vertex,
                attempt,
                job,
                found,
                after,
            } => Errand {
                vertex,
                attempt,
                job,
                act: Act::Apply(found),
                after,
            },
            Effect::Refresh {
                vertex,
                attempt,
                job,
                after,
            } => Errand {
                vertex,
                attempt,
                job,
                act: Act::Refresh,
                after,
            },
            other => return Err(other),
        })
    }

    /// Carries it out in this world. A kind that panics fails its vertex, and nothing else.
    pub fn run(&self, world: &dyn World, state: &Path, plan: bool) -> Input {
        let Some(kind) = kind::find(self.job.key.kind()) else {
            return self.failed(Failure::new("there is no such kind").not_begun());
        };
        let at = self.at(state);
        let job = kind::Job {
            at,
            params: &self.job.params,
            sensitive: self.job.sensitive,
            plan,
        };
        let done = catch_unwind(AssertUnwindSafe(|| self.carry_out(kind, &job, world)));
        done.unwrap_or_else(|_| {
            self.failed(Failure::new(
                "this kind panicked: a bug in weft, not in the graph",
            ))
        })
    }

    fn carry_out(&self, kind: &dyn AnyKind, job: &kind::Job, world: &dyn World) -> Input {
        match &self.act {
            Act::Check => match kind.check(job, as_look(world)) {
                Ok(checked) => self.checked(Ok(self.outcome(kind, checked))),
                Err(failure) => self.failed(failure),
            },
            Act::Apply(found) => match kind.apply(job, found, world) {
                Ok(applied) => self.ended(Ok(apply_outcome(applied))),
                Err(failure) => self.failed(failure),
            },
            Act::Refresh => match kind.refresh(job, world) {
                Ok(applied) => self.ended(Ok(apply_outcome(applied))),
                Err(failure) => self.failed(failure),
            },
        }
    }

    /// The input that says that this failed.
    pub fn failed(&self, failure: Failure) -> Input {
        let kind = kind::find(self.job.key.kind());
        let beats = kind.filter(|_| matches!(self.act, Act::Check));
        let fail = Fail {
            rhythm: beats
                .and_then(|kind| kind.rhythm(&self.job.key, &self.job.params))
                .map(rhythm),
            why: failure.why,
            detail: failure.detail,
            began: failure.began,
            param: failure.param,
            needs_root: failure.needs_root,
            cancelled: failure.cancelled,
        };
        match self.act {
            Act::Check => self.checked(Err(fail)),
            _ => self.ended(Err(fail)),
        }
    }

    fn at<'a>(&'a self, state: &'a Path) -> At<'a> {
        At {
            key: &self.job.key,
            run: self.job.run,
            state,
            memo: self.job.memo.as_ref(),
            received: &self.job.received,
            changed: &self.job.changed,
            notified: self.job.notified,
            behind: self.job.behind,
            kept: self.job.kept.as_deref(),
            applied: false,
        }
    }

    fn checked(&self, outcome: Result<CheckOutcome, Fail>) -> Input {
        Input::Checked {
            vertex: self.vertex,
            attempt: self.attempt,
            outcome,
        }
    }

    fn ended(&self, outcome: Result<ApplyOutcome, Fail>) -> Input {
        let (vertex, attempt) = (self.vertex, self.attempt);
        match self.act {
            Act::Refresh => Input::Refreshed {
                vertex,
                attempt,
                outcome,
            },
            _ => Input::Applied {
                vertex,
                attempt,
                outcome,
            },
        }
    }

    fn outcome(&self, kind: &dyn AnyKind, checked: Checked) -> CheckOutcome {
        let moved = !self.job.received.is_empty();
        CheckOutcome {
            owns: if moved {
                kind.owns(&self.job.key, &self.job.params)
            } else {
                Vec::new()
            },
            findings: checked.findings,
            found: checked.found,
            memo: checked.memo,
            sends: checked.sends,
            rhythm: checked.rhythm.map(rhythm),
            notes: checked.notes,
            says: checked.says,
            deaf: checked.deaf,
            unsure: checked.unsure,
        }
    }
}

/// A world, to look at.
fn as_look(world: &dyn World) -> &dyn Look {
    world
}

fn apply_outcome(applied: Applied) -> ApplyOutcome {
    ApplyOutcome {
        refreshed: applied.done.refreshed,
        changed: applied.done.changed,
        may: applied.may,
        said: applied.done.said,
        keep: applied.done.keep,
        memo: applied.memo,
        sends: applied.sends,
        notes: applied.done.notes,
        says: applied.done.says,
    }
}

fn rhythm(rhythm: kind::Rhythm) -> engine::Rhythm {
    match rhythm {
        kind::Rhythm::Recheck(span) => engine::Rhythm::Recheck(span),
        kind::Rhythm::Tick(span) => engine::Rhythm::Tick(span),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::graph::Key;
    use crate::kind::stage::Stage;
    use std::sync::Arc;

    /// What is to be done with this vertex, of which nothing is given or known.
    pub fn errand(vertex: VertexId, attempt: Attempt, key: Key) -> Errand {
        let job = engine::Job {
            key,
            run: 1,
            params: Arc::default(),
            received: Arc::default(),
            changed: Arc::default(),
            memo: None,
            kept: None,
            notified: false,
            behind: false,
            rights: false,
            sensitive: false,
            timeout: None,
        };
        Errand {
            vertex,
            attempt,
            job,
            act: Act::Check,
            after: None,
        }
    }

    /// It says so, and whoever carries out the next one is still there.
    #[test]
    fn a_kind_that_panics_fails_its_vertex() {
        let state = Path::new("/var/lib/weft");
        let errand = errand(VertexId(0), Attempt(1), Key::new("file", "/etc/motd"));
        let well = errand.run(&Stage::new(), state, false);
        assert!(
            matches!(well, Input::Checked { outcome: Ok(_), .. }),
            "{well:?}"
        );
        let ill = errand.run(&Stage::new().with_bug("stat"), state, false);
        let Input::Checked {
            outcome: Err(fail), ..
        } = ill
        else {
            panic!("it has not failed: {ill:?}");
        };
        assert_eq!(
            fail.why,
            "this kind panicked: a bug in weft, not in the graph"
        );
    }
}
