//! One vertex on a stage, run as a driver runs it.

use super::Stage;
use crate::graph::{FieldPath, Key, Params};
use crate::kind::{AnyKind, Applied, At, Checked, Failure, Job, Sends, find};
use crate::value::{Opaque, Raw, Type, Value};
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A vertex, and what is handed to its kind.
pub struct Vertex<'a> {
    pub world: &'a dyn World,
    pub key: Key,
    pub params: Params,
    pub received: BTreeSet<FieldPath>,
    pub memo: Option<Opaque>,
    pub kept: Option<Sends>,
    pub notified: bool,
    pub behind: bool,
    pub plan: bool,
}

impl<'a> Vertex<'a> {
    pub fn new(stage: &'a Stage, kind: &str, name: &str, params: &[(&str, Value)]) -> Vertex<'a> {
        let params = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Vertex {
            world: stage,
            key: Key::new(kind, name),
            params,
            received: BTreeSet::new(),
            memo: None,
            kept: None,
            notified: false,
            behind: false,
            plan: stage.overlay.is_some(),
        }
    }

    /// Of `kind name param=value …`; `\n` is a newline, `secret:` before a value makes it secret.
    pub fn of(stage: &'a Stage, line: &str) -> Vertex<'a> {
        let words = shell_words::split(&line.replace("\\n", "¶")).unwrap();
        let kind = find(&words[0]).unwrap();
        let mut params = Params::new();
        for word in &words[2..] {
            let (name, text) = word.split_once('=').unwrap();
            let (name, key) = name
                .split_once('.')
                .map_or((name, None), |(name, key)| (name, Some(key)));
            let secret = text.starts_with("secret:");
            let text = text.trim_start_matches("secret:").replace('¶', "\n");
            let field = kind.schema().field(name).unwrap();
            let ty = key.map_or(field.ty, |_| Type::Any);
            let value = ty.read(&Raw::bare(text)).unwrap().secret_if(secret);
            match key {
                None => params.insert(name.into(), value),
                Some(key) => {
                    let old = params.remove(name);
                    let mut map = match old {
                        Some(Value::Map(map)) => (*map).clone(),
                        _ => BTreeMap::new(),
                    };
                    map.insert(key.into(), value);
                    params.insert(name.into(), Value::map(map))
                }
            };
        }
        Vertex {
            params,
            ..Vertex::new(stage, &words[0], &words[1], &[])
        }
    }

    fn job<T>(&self, call: impl FnOnce(&dyn AnyKind, &Job) -> T) -> T {
        let at = At {
            run: 1,
            key: &self.key,
            state: Path::new("/var/lib/weft/g"),
            memo: self.memo.as_ref(),
            kept: self.kept.as_ref(),
            received: &self.received,
            changed: &self.received,
            notified: self.notified,
            behind: self.behind,
            applied: false,
        };
        let job = Job {
            at,
            params: &self.params,
            sensitive: false,
            plan: self.plan,
        };
        call(find(self.key.kind()).unwrap(), &job)
    }

    /// Validates its params; `bound` names those that will be received.
    pub fn validate(&self, bound: &[&str]) -> Result<(), String> {
        let bound: Vec<_> = bound.iter().map(|path| FieldPath::parse(path)).collect();
        let kind = find(self.key.kind()).unwrap();
        kind.validate(&self.key, &self.params, &bound)
    }

    pub fn check(&self) -> Result<Checked, Failure> {
        self.job(|kind, job| kind.check(job, self.world))
    }

    /// The lines of the drifts that a check finds.
    pub fn drifts(&self) -> Vec<String> {
        let found = self.check().unwrap().findings.into_iter();
        found.map(|found| found.line).collect()
    }

    pub fn apply(&self, checked: &Checked) -> Result<Applied, Failure> {
        self.job(|kind, job| kind.apply(job, &checked.found, self.world))
    }

    pub fn refresh(&self) -> Result<Applied, Failure> {
        self.job(|kind, job| kind.refresh(job, self.world))
    }

    /// Checks, and applies; keeps memo and sends as an engine does.
    pub fn settle(&mut self) -> Result<Applied, Failure> {
        let checked = self.check()?;
        let applied = self.apply(&checked)?;
        self.memo = applied.memo.clone();
        self.kept = Some(applied.sends.clone());
        Ok(applied)
    }

    /// Checks, and applies what was found, if anything: the drifts' lines, or why it failed.
    pub fn mend(&self) -> Result<Vec<String>, Failure> {
        let checked = self.check()?;
        let lines = checked.findings.iter();
        let lines = lines.map(|finding| finding.line.clone()).collect();
        if !checked.findings.is_empty() {
            self.apply(&checked)?;
        }
        Ok(lines)
    }
}
