//! The veil over a job: what a vertex was given in secret does not come out of it (rule V8).

use crate::graph::Params;
use crate::kind::{Drift, Failure, Job, Sends};
use crate::value::{Field, Finding, MASK, Schema, Value, short};
use sha2::{Digest, Sha256};

/// Keeps secrets in: masks what a vertex that was given one sends, says and fails with. Kinds mask on their own; this
/// is the second lock, for the day when one forgets.
pub struct Veil {
    /// Whether any param is secret, or all of it is.
    pub given_secret: bool,
    sensitive: bool,
    secrets: Vec<String>,
    /// Words of secrets, which are masked only where they stand whole.
    words: Vec<String>,
}

impl Veil {
    /// Over the params of a job.
    pub fn over(job: &Job, fields: &[Field]) -> Veil {
        Veil::of(job.params, job.sensitive, fields)
    }

    /// Over params. Of what takes no secret by itself, and so is given to programs and paths in pieces, each word is kept in too.
    pub fn of(params: &Params, sensitive: bool, fields: &[Field]) -> Veil {
        let mut secrets = Vec::new();
        let mut words = Vec::new();
        for (name, value) in params {
            let mut texts = Vec::new();
            collect_secrets(value, false, &mut texts);
            if texts.is_empty() {
                continue;
            }
            let takes = fields.iter().any(|f| f.name == name && f.takes_secret);
            if !takes {
                words.extend(texts.iter().flat_map(|text| words_of(text)));
            }
            secrets.append(&mut texts);
        }
        for longest_first in [&mut secrets, &mut words] {
            longest_first.sort_by_key(|text| std::cmp::Reverse(text.len()));
        }
        Veil {
            given_secret: sensitive || params.values().any(Value::is_secret),
            sensitive,
            secrets,
            words,
        }
    }

    /// A line without the secrets in it.
    pub fn line(&self, mut text: String) -> String {
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        for word in &self.words {
            text = without_word(&text, word);
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

    /// A drift in one line.
    pub fn told(&self, drift: &impl Drift) -> String {
        let hidden = self.sensitive.then(|| drift.hidden()).flatten();
        hidden.unwrap_or_else(|| self.line(drift.to_string()))
    }

    /// A drift in words, of a vertex with params of this hash.
    pub fn finding(&self, drift: &impl Drift, params: &[u8; 32]) -> Finding {
        let detail = if self.sensitive {
            Vec::new()
        } else {
            self.lines(drift.detail())
        };
        Finding {
            field: drift.field().to_owned(),
            line: self.told(drift),
            detail,
            may: drift.may(),
            action: drift.action(),
            mark: mark(drift, params),
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

/// A text with a mask for a word, where it stands whole.
fn without_word(text: &str, word: &str) -> String {
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in text.match_indices(word) {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        if at < from || joins(before.chars().next_back()) || joins(after.chars().next()) {
            continue;
        }
        out.push_str(&text[from..at]);
        out.push_str(MASK);
        from = at + word.len();
    }
    out.push_str(&text[from..]);
    out
}

/// The words of a text, as blanks part them and as a shell does, but for those that say nothing.
fn words_of(text: &str) -> Vec<String> {
    let mut words = shell_words::split(text).unwrap_or_default();
    let quotes = ['"', '\''];
    let blanks = text
        .split_whitespace()
        .map(|word| word.trim_matches(quotes));
    words.extend(blanks.map(str::to_owned));
    words.retain(|word| word.chars().count() > 2);
    words
}

/// A hash of all that a drift says and does. Never 0.
fn mark(drift: &impl Drift, params: &[u8; 32]) -> u64 {
    let mut hash = Sha256::new();
    hash.update(params);
    hash.update(drift.mark().to_le_bytes());
    for line in std::iter::once(drift.to_string()).chain(drift.detail()) {
        hash.update((line.len() as u64).to_le_bytes());
        hash.update(line);
    }
    short(hash).max(1)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule V8: a command line comes back in pieces, and no piece of it is shown. What only looks like one is.
    #[test]
    fn words_of_a_secret_command_are_masked_where_they_stand_whole() {
        let cmd = Value::str("sh -c 'exit \"hunter2\"'").into_secret();
        let params = Params::from([("cmd".to_owned(), cmd)]);
        let veil = Veil::of(&params, true, &[]);
        let told = |line: &str| veil.line(line.to_owned());
        assert_eq!(
            told("`hunter2`: command not found"),
            "`•••`: command not found"
        );
        assert_eq!(told("exited with 3"), "exited with 3");
        assert_eq!(told("exit: hunter2, hunter22"), "•••: •••, hunter22");
    }
}
