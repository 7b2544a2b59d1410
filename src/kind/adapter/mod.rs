//! The one adapter between a kind and whoever runs it: typed params, unknown params, secrets, convergence.
//!
//! What every kind would otherwise do again stands here once: params are validated after receiving (rule V4), unknown ones
//! are answered for (rule L2), an apply is checked again (rule C1), and what was given a secret sends, prints and
//! fails in secret (rule V8).

mod params;
mod veil;

use super::{
    AnyKind, Applied, At, Check, Checked, Done, Drift, Failure, Given, Job, Kind, Reader, Rhythm,
    Sends, Want,
};
use crate::graph::{FieldPath, Key, Params};
use crate::value::{Action, Finding, Opaque, Schema, Unknown, Value, digest};
use crate::world::{Look, Watch, World};
use params::{accept, is_unknown, unknown_params};
use std::path::Path;
use veil::Veil;

/// Makes an [`AnyKind`] of a [`Kind`].
pub struct Adapter<K>(pub K);

/// Typed drifts between a check and its apply.
struct Found<D>(Vec<D>);

impl<K: Kind> AnyKind for Adapter<K> {
    fn schema(&self) -> &'static Schema {
        const {
            &Schema {
                kind: K::NAME,
                about: K::ABOUT,
                fields: K::Want::FIELDS,
                sends: K::SENDS,
                hears: K::HEARS,
            }
        }
    }

    fn runs_commands(&self) -> bool {
        K::RUNS_COMMANDS
    }

    fn validate(&self, key: &Key, params: &Params, bound: &[FieldPath]) -> Result<(), String> {
        let reader = Reader::new(key, params, K::Want::FIELDS);
        match K::Want::read(&reader) {
            Ok(want) => {
                let valid = self.0.validate(&want, &Given::new(params, bound));
                valid.map_err(|why| Veil::of(params, false, K::Want::FIELDS).line(why))
            }
            Err(unread) if bound.iter().any(|path| *path.field == *unread.param) => Ok(()),
            Err(unread) => Err(format!("{}: {}", unread.param, unread.why)),
        }
    }

    fn owns(&self, key: &Key, params: &Params) -> Vec<String> {
        read::<K>(key, params).map_or_else(|_| Vec::new(), |want| self.0.owns(&want))
    }

    fn check(&self, job: &Job, look: &dyn Look) -> Result<Checked, Failure> {
        let veil = Veil::over(job, K::Want::FIELDS);
        accept(K::Want::FIELDS, job).map_err(|failure| veil.failure(failure))?;
        match unknown_params(job.params) {
            (_, None) => read::<K>(job.at.key, job.params)
                .and_then(|want| self.check_known(job, &want, look, &veil))
                .map_err(|failure| veil.failure(failure)),
            (known, Some(unknown)) => self.check_unknown(job, &known, &unknown, look, &veil),
        }
    }

    fn apply(&self, job: &Job, found: &Opaque, world: &dyn World) -> Result<Applied, Failure> {
        let veil = Veil::over(job, K::Want::FIELDS);
        let Some(Found(drifts)) = found.get::<Found<K::Drift>>() else {
            return Err(Failure::new("its check and its apply do not belong together").not_begun());
        };
        if let (known, Some(unknown)) = unknown_params(job.params) {
            return Ok(self.cannot_tell(
                job,
                &known,
                &unknown,
                drifts.iter().all(Drift::may),
                world,
            ));
        }
        let want = read::<K>(job.at.key, job.params)?;
        match self.0.apply(&want, drifts, &job.at, world) {
            Ok(done) => self
                .settle(job, &want, done, world, &veil)
                .map_err(|failure| veil.failure(failure.begun())),
            Err(Failure {
                unknown: Some(who), ..
            }) if job.plan => {
                let unknown = Unknown {
                    who,
                    secret: veil.given_secret,
                };
                Ok(self.cannot_tell(
                    job,
                    job.params,
                    &unknown,
                    drifts.iter().all(Drift::may),
                    world,
                ))
            }
            Err(failure) => Err(veil.failure(failure)),
        }
    }

    fn refresh(&self, job: &Job, world: &dyn World) -> Result<Applied, Failure> {
        let veil = Veil::over(job, K::Want::FIELDS);
        if let (known, Some(unknown)) = unknown_params(job.params) {
            return Ok(self.cannot_tell(job, &known, &unknown, true, world));
        }
        let want = read::<K>(job.at.key, job.params)?;
        match self.0.refresh(&want, &job.at, world) {
            Ok(done) => self
                .settle(job, &want, done, world, &veil)
                .map_err(|failure| veil.failure(failure.begun())),
            Err(Failure {
                unknown: Some(who), ..
            }) if job.plan => {
                let unknown = Unknown {
                    who,
                    secret: veil.given_secret,
                };
                let mut applied = self.cannot_tell(job, job.params, &unknown, false, world);
                applied.done.changed = true;
                Ok(applied)
            }
            Err(failure) => Err(veil.failure(failure)),
        }
    }

    fn watches(&self, key: &Key, params: &Params) -> Vec<Watch> {
        read::<K>(key, params).map_or_else(|_| Vec::new(), |want| self.0.watches(&want))
    }

    fn rhythm(&self, key: &Key, params: &Params) -> Option<Rhythm> {
        let want = read::<K>(key, params).ok()?;
        self.0.validate(&want, &Given::new(params, &[])).ok()?;
        self.0.rhythm(&want)
    }

    fn inspect(&self, name: &str, look: &dyn Look) -> Result<Option<Params>, Failure> {
        self.0.inspect(name, look)
    }

    fn notes(&self, name: &str, look: &dyn Look) -> Result<Vec<String>, Failure> {
        self.0.notes(name, look)
    }

    fn caveat(&self, key: &Key, params: &Params) -> Option<String> {
        read::<K>(key, params)
            .ok()
            .and_then(|want| self.0.caveat(&want))
    }
}

impl<K: Kind> Adapter<K> {
    fn check_known(
        &self,
        job: &Job,
        want: &K::Want,
        look: &dyn Look,
        veil: &Veil,
    ) -> Result<Checked, Failure> {
        self.accept_together(job, want)?;
        let check = self
            .0
            .check(want, &job.at, look)
            .map_err(Failure::not_begun)?;
        let at = At {
            memo: check.memo.as_ref(),
            ..job.at
        };
        let sends = match check.drifts.is_empty() {
            true => Some(veil.sends(self.schema(), self.0.sends(want, &at, look)?)),
            false => None,
        };
        Ok(self.checked(job, want, check, sends, veil))
    }

    /// Validates params as a whole again, where some were received (rule V4). In a plan some may still be missing.
    fn accept_together(&self, job: &Job, want: &K::Want) -> Result<(), Failure> {
        if job.at.received.is_empty() {
            return Ok(());
        }
        let missing = |path: &&FieldPath| !job.params.contains_key(&*path.field);
        let bound: Vec<FieldPath> = job.at.received.iter().filter(missing).cloned().collect();
        self.0
            .validate(want, &Given::new(job.params, &bound))
            .map_err(|why| Failure::new(why).not_begun())
    }

    fn checked(
        &self,
        job: &Job,
        want: &K::Want,
        check: Check<K::Drift>,
        sends: Option<Sends>,
        veil: &Veil,
    ) -> Checked {
        let findings = match check.drifts.as_slice() {
            [] => Vec::new(),
            drifts => {
                let params = digest(job.params);
                let finding = |drift| veil.finding(drift, &params);
                drifts.iter().map(finding).collect()
            }
        };
        Checked {
            findings,
            found: Opaque::new(Found(check.drifts)),
            memo: check.memo,
            sends,
            rhythm: self.0.rhythm(want),
            notes: veil.lines(check.notes),
            says: veil.values(check.says),
            deaf: check.deaf,
            unsure: check.unsure,
        }
    }

    /// With params that only applying can tell: each is a drift that may be; the rest is checked without them.
    fn check_unknown(
        &self,
        job: &Job,
        known: &Params,
        unknown: &Unknown,
        look: &dyn Look,
        veil: &Veil,
    ) -> Result<Checked, Failure> {
        let known_job = Job {
            params: known,
            ..*job
        };
        // Its name stands in for a param that is not written, but not for one that is not known yet.
        let stood_in = K::Want::FIELDS
            .iter()
            .any(|field| field.from_name && is_unknown(job.params.get(field.name)));
        let checked = match read::<K>(job.at.key, known) {
            Ok(mut want) if !stood_in => {
                for (name, value) in job.params.iter() {
                    if let Some(unknown) = value.unknown_in().filter(|unknown| unknown.secret) {
                        self.0.awaits(&mut want, name, unknown);
                    }
                }
                Some(self.check_known(&known_job, &want, look, veil))
            }
            _ => None,
        };
        let mut checked = match checked.unwrap_or_else(|| Ok(self.nothing_found())) {
            Err(failure) if failure.needs_root => return Err(veil.failure(failure)),
            Err(_) => self.nothing_found(),
            Ok(checked) => checked,
        };
        checked.findings.iter_mut().for_each(|found| found.mark = 0);
        for (name, value) in job
            .params
            .iter()
            .filter(|(_, value)| is_unknown(Some(value)))
        {
            let who = value
                .unknown_in()
                .map_or(&*unknown.who, |unknown| &unknown.who);
            checked.findings.push(Finding {
                field: name.clone(),
                line: format!("{name} known after {who}"),
                detail: Vec::new(),
                may: true,
                action: Action::Unknown,
                mark: 0,
            });
        }
        checked.sends = None;
        if !K::Drift::CAN_BE {
            let lines = checked.findings.drain(..).map(|finding| finding.line);
            checked.notes.extend(lines);
            checked.sends = Some(self.unknown_sends(job, known, unknown, look));
        }
        Ok(checked)
    }

    fn nothing_found(&self) -> Checked {
        Checked {
            findings: Vec::new(),
            found: Opaque::new(Found(Vec::<K::Drift>::new())),
            memo: None,
            sends: None,
            rhythm: None,
            notes: Vec::new(),
            says: Vec::new(),
            deaf: None,
            unsure: false,
        }
    }

    /// The outcome of an apply that only a real one can tell.
    fn cannot_tell(
        &self,
        job: &Job,
        known: &Params,
        unknown: &Unknown,
        may: bool,
        world: &dyn World,
    ) -> Applied {
        let sends = self.unknown_sends(job, known, unknown, world);
        for part in self.owns(job.at.key, known) {
            if let Some(path) = part.strip_prefix("path:") {
                world.obscure(Path::new(path), &unknown.who);
            }
        }
        Applied {
            done: Done {
                refreshed: K::APPLY_REFRESHES,
                ..Done::default()
            },
            may,
            memo: None,
            sends,
        }
    }

    /// What it sends while params are unknown: what it can still tell, and else that nobody knows yet.
    fn unknown_sends(
        &self,
        job: &Job,
        known: &Params,
        unknown: &Unknown,
        look: &dyn Look,
    ) -> Sends {
        let mut sends = Sends::new();
        let told = read::<K>(job.at.key, known)
            .ok()
            .and_then(|want| self.0.sends(&want, &job.at, look).ok());
        for sent in self.schema().sends {
            let value = match told.as_ref().and_then(|told| told.get(sent.name)) {
                Some(value) if sent.open => value.clone(),
                _ => Value::unknown(&unknown.who, sent.secret || unknown.secret && !sent.open),
            };
            sends.insert(sent.name.to_owned(), value);
        }
        sends
    }

    /// After an apply or refresh: checks again, and reads back what it sends.
    fn settle(
        &self,
        job: &Job,
        want: &K::Want,
        done: Done,
        world: &dyn World,
        veil: &Veil,
    ) -> Result<Applied, Failure> {
        let at = At {
            memo: None,
            applied: true,
            ..job.at
        };
        let again = self.0.check(want, &at, world)?;
        if !again.drifts.is_empty() {
            let left: Vec<String> = again.drifts.iter().map(|drift| veil.told(drift)).collect();
            return Err(Failure::new(format!(
                "does not converge: after applying, {}",
                left.join("; ")
            )));
        }
        let at = At {
            memo: again.memo.as_ref(),
            ..at
        };
        let mut sends = self.0.sends(want, &at, world)?;
        sends.extend(done.keep.clone().into_iter().flatten());
        let mut notes = done.notes;
        notes.extend(again.notes);
        Ok(Applied {
            may: false,
            memo: done.memo.clone().or(again.memo),
            sends: veil.sends(self.schema(), sends),
            done: Done {
                said: done.said.map(|line| veil.line(line)),
                keep: done.keep.map(|keep| veil.sends(self.schema(), keep)),
                notes: veil.lines(notes),
                says: veil.values(done.says),
                ..done
            },
        })
    }
}

fn read<K: Kind>(key: &Key, params: &Params) -> Result<K::Want, Failure> {
    K::Want::read(&Reader::new(key, params, K::Want::FIELDS)).map_err(|unread| {
        Failure::new(format!("{}: {}", unread.param, unread.why))
            .not_begun()
            .about(unread.param)
    })
}
