//! The one adapter between a kind and whoever runs it: typed params, unknown params, secrets, convergence.
//!
//! What every kind would otherwise do again stands here once: params are validated after receiving (rule V4), unknown ones
//! are answered for (rule L2), an apply is checked again (rule C1), and what was given a secret sends, prints and
//! fails in secret (rule V8).

use super::{
    AnyKind, Applied, At, Check, Checked, Done, Drift, Failure, Given, Job, Kind, Reader, Sends,
    Want,
};
use crate::graph::{FieldPath, Key, Params};
use crate::value::{Finding, MASK, Opaque, Receives, Schema, Unknown, Value};
use crate::world::{Look, Watch, World};
use std::path::Path;

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

    fn validate(&self, key: &Key, params: &Params, bound: &[FieldPath]) -> Result<(), String> {
        let reader = Reader::new(key, params, K::Want::FIELDS);
        match K::Want::read(&reader) {
            Ok(want) => self.0.validate(&want, &Given::new(params, bound)),
            Err(unread) if bound.iter().any(|path| *path.field == *unread.param) => Ok(()),
            Err(unread) => Err(format!("{}: {}", unread.param, unread.why)),
        }
    }

    fn owns(&self, key: &Key, params: &Params) -> Vec<String> {
        read::<K>(key, params).map_or_else(|_| Vec::new(), |want| self.0.owns(&want))
    }

    fn check(&self, job: &Job, look: &dyn Look) -> Result<Checked, Failure> {
        let veil = Veil::over(job);
        accept::<K>(job).map_err(|failure| veil.failure(failure))?;
        match unknown_params(job.params) {
            (_, None) => read::<K>(job.at.key, job.params)
                .and_then(|want| self.check_known(job, &want, look, &veil))
                .map_err(|failure| veil.failure(failure)),
            (known, Some(unknown)) => self.check_unknown(job, &known, &unknown, look, &veil),
        }
    }

    fn apply(&self, job: &Job, found: &Opaque, world: &dyn World) -> Result<Applied, Failure> {
        let veil = Veil::over(job);
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
                .map_err(|failure| veil.failure(failure)),
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
        let veil = Veil::over(job);
        if let (known, Some(unknown)) = unknown_params(job.params) {
            return Ok(self.cannot_tell(job, &known, &unknown, true, world));
        }
        let want = read::<K>(job.at.key, job.params)?;
        match self.0.refresh(&want, &job.at, world) {
            Ok(done) => self
                .settle(job, &want, done, world, &veil)
                .map_err(|failure| veil.failure(failure)),
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

    fn inspect(&self, name: &str, look: &dyn Look) -> Result<Option<Params>, Failure> {
        self.0.inspect(name, look)
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
        Ok(self.checked(want, check, sends, veil))
    }

    fn checked(
        &self,
        want: &K::Want,
        check: Check<K::Drift>,
        sends: Option<Sends>,
        veil: &Veil,
    ) -> Checked {
        Checked {
            findings: check
                .drifts
                .iter()
                .map(|drift| veil.finding(drift))
                .collect(),
            found: Opaque::new(Found(check.drifts)),
            memo: check.memo,
            sends,
            rhythm: self.0.rhythm(want),
            notes: veil.lines(check.notes),
            says: veil.values(check.says),
            deaf: check.deaf,
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
        let checked = match read::<K>(job.at.key, known) {
            Ok(mut want) => {
                for (name, value) in job.params.iter() {
                    if let Some(unknown) = value.unknown_in().filter(|unknown| unknown.secret) {
                        self.0.awaits(&mut want, name, unknown);
                    }
                }
                self.check_known(&known_job, &want, look, veil)
            }
            Err(failure) => Err(failure),
        };
        let mut checked = match checked {
            Err(failure) if failure.needs_root => return Err(veil.failure(failure)),
            Err(_) => Checked {
                findings: Vec::new(),
                found: Opaque::new(Found(Vec::<K::Drift>::new())),
                memo: None,
                sends: None,
                rhythm: None,
                notes: Vec::new(),
                says: Vec::new(),
                deaf: None,
            },
            Ok(checked) => checked,
        };
        for (name, value) in job
            .params
            .iter()
            .filter(|(_, value)| value.unknown_in().is_some())
        {
            let who = value
                .unknown_in()
                .map_or(&*unknown.who, |unknown| &unknown.who);
            checked.findings.push(Finding {
                field: name.clone(),
                line: format!("{name} known after {who}"),
                detail: Vec::new(),
                may: true,
            });
        }
        checked.sends = None;
        Ok(checked)
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
        let mut sends = Sends::new();
        let told = read::<K>(job.at.key, known)
            .ok()
            .and_then(|want| self.0.sends(&want, &job.at, world).ok());
        for sent in self.schema().sends {
            let value = match told.as_ref().and_then(|told| told.get(sent.name)) {
                Some(value) if sent.open => value.clone(),
                _ => Value::unknown(&unknown.who, sent.secret || unknown.secret && !sent.open),
            };
            sends.insert(sent.name.to_owned(), value);
        }
        for part in self.owns(job.at.key, known) {
            if let Some(path) = part.strip_prefix("path:") {
                world.obscure(Path::new(path), &unknown.who);
            }
        }
        Applied {
            done: Done::default(),
            may,
            memo: None,
            sends,
        }
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
            let left: Vec<String> = again
                .drifts
                .iter()
                .map(|drift| veil.line(drift.to_string()))
                .collect();
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
        Ok(Applied {
            may: false,
            memo: again.memo,
            sends: veil.sends(self.schema(), sends),
            done: Done {
                said: done.said.map(|line| veil.line(line)),
                keep: done.keep.map(|keep| veil.sends(self.schema(), keep)),
                notes: veil.lines(done.notes),
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

/// Validates received params again (rule V4).
fn accept<K: Kind>(job: &Job) -> Result<(), Failure> {
    if job.at.received.is_empty() {
        return Ok(());
    }
    for field in K::Want::FIELDS {
        let Some(value) = job.params.get(field.name) else {
            continue;
        };
        let refuse = |why: String| Err(Failure::new(why).not_begun().about(field.name));
        if !field.ty.accepts(value) {
            return refuse(format!(
                "{}: expected {}, received {}",
                field.name,
                field.ty,
                shown(value)
            ));
        }
        if value.is_secret() && !field.takes_secret {
            return refuse(format!("{} takes no secret, and received one", field.name));
        }
        if let Receives::No(why) = field.receives
            && job
                .at
                .received
                .iter()
                .any(|path| *path.field == *field.name)
        {
            return refuse(format!("{} cannot receive: {why}", field.name));
        }
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    if value.is_secret() {
        format!("a secret {}", value.type_name())
    } else {
        value.to_string()
    }
}

/// The params without those that hold something unknown, and the first unknown.
fn unknown_params(params: &Params) -> (Params, Option<Unknown>) {
    let Some(unknown) = params.values().find_map(Value::unknown_in) else {
        return (Params::new(), None);
    };
    let known = params
        .iter()
        .filter(|(_, value)| value.unknown_in().is_none());
    (
        known
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        Some(unknown.clone()),
    )
}

/// Keeps secrets in: masks what a vertex that was given one sends, says and fails with. Kinds mask on their own; this
/// is the second lock, for the day when one forgets.
struct Veil {
    given_secret: bool,
    sensitive: bool,
    secrets: Vec<String>,
}

impl Veil {
    fn over(job: &Job) -> Veil {
        let mut secrets = Vec::new();
        job.params
            .values()
            .for_each(|value| collect_secrets(value, false, &mut secrets));
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let given_secret = job.sensitive || job.params.values().any(Value::is_secret);
        Veil {
            given_secret,
            sensitive: job.sensitive,
            secrets,
        }
    }

    fn line(&self, mut text: String) -> String {
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }

    fn lines(&self, lines: Vec<String>) -> Vec<String> {
        lines.into_iter().map(|line| self.line(line)).collect()
    }

    fn values(&self, values: Vec<Value>) -> Vec<Value> {
        values
            .into_iter()
            .map(|value| value.secret_if(self.given_secret))
            .collect()
    }

    fn finding(&self, drift: &impl Drift) -> Finding {
        let detail = if self.sensitive {
            Vec::new()
        } else {
            self.lines(drift.detail())
        };
        Finding {
            field: drift.field().to_owned(),
            line: self.line(drift.to_string()),
            detail,
            may: drift.may(),
        }
    }

    fn sends(&self, schema: &Schema, sends: Sends) -> Sends {
        let open = |name: &str| schema.sent(name).is_some_and(|sent| sent.open);
        sends
            .into_iter()
            .map(|(name, value)| {
                let secret = self.given_secret && !open(&name);
                (name, value.secret_if(secret))
            })
            .collect()
    }

    fn failure(&self, failure: Failure) -> Failure {
        let detail = match self.given_secret && !failure.detail.is_empty() {
            true => vec!["(its output is hidden: it was given a secret)".to_owned()],
            false => failure.detail,
        };
        Failure {
            why: self.line(failure.why),
            detail,
            ..failure
        }
    }
}

fn collect_secrets(value: &Value, inside: bool, into: &mut Vec<String>) {
    match value {
        Value::Secret(secret) => collect_secrets(secret.expose(), true, into),
        Value::List(items) => items
            .iter()
            .for_each(|item| collect_secrets(item, inside, into)),
        Value::Map(items) => items
            .values()
            .for_each(|item| collect_secrets(item, inside, into)),
        Value::Str(text) if inside && text.trim().chars().count() > 2 => {
            into.push(text.trim().to_owned())
        }
        _ => {}
    }
}
