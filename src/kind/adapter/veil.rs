//! The veil over a job: what a vertex was given in secret does not come out of it (rule V8).

use crate::kind::{Drift, Failure, Job, Sends};
use crate::value::{Finding, MASK, Schema, Value};

/// Keeps secrets in: masks what a vertex that was given one sends, says and fails with. Kinds mask on their own; this
/// is the second lock, for the day when one forgets.
pub struct Veil {
    /// Whether any param is secret, or all of it is.
    pub given_secret: bool,
    sensitive: bool,
    secrets: Vec<String>,
}

impl Veil {
    /// Over the params of a job.
    pub fn over(job: &Job) -> Veil {
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

    /// A line without the secrets in it.
    pub fn line(&self, mut text: String) -> String {
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }

    /// Lines without the secrets in them.
    pub fn lines(&self, lines: Vec<String>) -> Vec<String> {
        lines.into_iter().map(|line| self.line(line)).collect()
    }

    /// Values, secret where a secret was given.
    pub fn values(&self, values: Vec<Value>) -> Vec<Value> {
        values
            .into_iter()
            .map(|value| value.secret_if(self.given_secret))
            .collect()
    }

    /// A drift in words.
    pub fn finding(&self, drift: &impl Drift) -> Finding {
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

    /// What it sends, secret where a secret was given, but for what stays open.
    pub fn sends(&self, schema: &Schema, sends: Sends) -> Sends {
        if !self.given_secret {
            return sends;
        }
        let open = |name: &str| schema.sent(name).is_some_and(|sent| sent.open);
        sends
            .into_iter()
            .map(|(name, value)| {
                let secret = !open(&name);
                (name, value.secret_if(secret))
            })
            .collect()
    }

    /// A failure without the secrets in it.
    pub fn failure(&self, failure: Failure) -> Failure {
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
