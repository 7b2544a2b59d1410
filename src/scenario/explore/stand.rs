//! How a play stands when it has come to rest, and in what two of them differ.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::command::Session;
use crate::engine::{Remembered, Status, line_text};
use crate::graph::{FieldPath, Graph, Key};
use crate::kind;
use crate::value::Value;
use crate::world::Unit;
use crate::world::sim::spec::{Effect, FileBody, FileSpec, SimSpec};

/// How a play stands at its end.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stand {
    statuses: BTreeMap<Key, &'static str>,
    /// Notifications.
    pending: BTreeSet<String>,
    debts: BTreeSet<Key>,
    files: BTreeMap<PathBuf, FileSpec>,
    /// What vertices that are right manage.
    parts: BTreeSet<String>,
    units: BTreeMap<Unit, (String, String)>,
    /// Receivers that do not hold what their sender sends.
    unfit: BTreeSet<String>,
}

impl Stand {
    /// How this session stands.
    pub fn of(session: &Session) -> Stand {
        let spec = session.machine().map(|sim| sim.spec()).unwrap_or_default();
        let units = spec.services.iter().map(|(unit, spec)| {
            let (active, startup) = (&spec.active, &spec.startup);
            (
                unit.clone(),
                (format!("{active:?}"), format!("{startup:?}")),
            )
        });
        Stand {
            statuses: session.ask(|engine| {
                let all = engine.statuses().into_iter();
                all.map(|(key, status)| (key.clone(), word(status)))
                    .collect()
            }),
            pending: pending(&session.remembered()),
            debts: session.remembered().debts.into_keys().collect(),
            parts: parts(session),
            units: units.collect(),
            files: spec.files,
            unfit: unfit(session),
        }
    }

    /// What is wrong here whatever else was played.
    pub fn wrong(&self) -> impl Iterator<Item = String> + '_ {
        self.unfit.iter().cloned()
    }

    /// In what this one differs from the undisturbed one, contents of `masked` paths apart. Of the machine either all is compared,
    /// or only what is managed by vertices that are right in both.
    pub fn against(
        &self,
        undisturbed: &Stand,
        masked: &BTreeSet<PathBuf>,
        whole: bool,
    ) -> Vec<String> {
        let mut told = Vec::new();
        different(&undisturbed.statuses, &self.statuses, |key, was, is| {
            let word = |word: Option<&&'static str>| word.copied().unwrap_or("not there");
            told.push(format!("{key} is {}, and would be {}", word(is), word(was)));
        });
        for line in self.pending.difference(&undisturbed.pending) {
            told.push(format!("left over: {line}"));
        }
        for line in undisturbed.pending.difference(&self.pending) {
            told.push(format!("gone: {line}, which would be left"));
        }
        // Who failed and may have changed something keeps its debt until it is right (rule P2).
        let right = |key: &&Key| self.statuses.get(*key) == Some(&"right");
        for key in self.debts.difference(&undisturbed.debts).filter(right) {
            told.push(format!("left over: debt of {key}"));
        }
        let both = |part: String| {
            whole || (self.parts.contains(&part) && undisturbed.parts.contains(&part))
        };
        different(&undisturbed.units, &self.units, |unit, was, is| {
            if !both(format!("unit:{}", unit.name)) {
                return;
            }
            told.push(format!("{} is {is:?}, and would be {was:?}", unit.name));
        });
        different(&undisturbed.files, &self.files, |path, was, is| {
            if let Some(what) = apart(was, is, masked.contains(path))
                && both(format!("path:{}", path.display()))
            {
                told.push(format!("{}: {what}", path.display()));
            }
        });
        told
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Ok | Status::Changed => "right",
        other => other.word(),
    }
}

/// The parts of the machine that are managed by vertices that are right.
fn parts(session: &Session) -> BTreeSet<String> {
    let each = session.graph().vertices().iter().flat_map(|(key, vertex)| {
        let right = session.ask(|engine| engine.status(key).map(word) == Some("right"));
        let kind = kind::find(key.kind()).filter(|_| right);
        kind.map_or_else(Vec::new, |kind| kind.owns(key, &vertex.params))
    });
    each.collect()
}

fn pending(remembered: &Remembered) -> BTreeSet<String> {
    let pending = remembered
        .lines
        .iter()
        .filter(|(_, count)| count.is_pending());
    pending.map(|(line, _)| line_text(line)).collect()
}

/// Receivers that are right, and hold something else than what their sender, which is right, sends.
fn unfit(session: &Session) -> BTreeSet<String> {
    let graph = session.graph();
    let bound = graph.bindings().iter().filter_map(|((to, into), binding)| {
        session.ask(|engine| {
            let right = |key: &Key| engine.status(key).map(word) == Some("right");
            if !right(to) || !right(&binding.from) {
                return None;
            }
            let sends = engine.sends(&binding.from)?;
            let sent = pick(sends.get(&*binding.sent.field), &binding.sent);
            let holds = engine.received(to).get(into).cloned();
            (sent != holds)
                .then(|| format!("{to}.{into} does not hold what {} sends", binding.from))
        })
    });
    bound.collect()
}

fn pick(value: Option<&Value>, path: &FieldPath) -> Option<Value> {
    let mut value = value?.clone();
    for key in &path.keys {
        let Value::Map(map) = &value else { return None };
        value = map.get(key.as_str())?.clone();
    }
    Some(value)
}

fn different<K: Ord, V: PartialEq>(
    was: &BTreeMap<K, V>,
    is: &BTreeMap<K, V>,
    mut tell: impl FnMut(&K, Option<&V>, Option<&V>),
) {
    let keys: BTreeSet<&K> = was.keys().chain(is.keys()).collect();
    for key in keys {
        if was.get(key) != is.get(key) {
            tell(key, was.get(key), is.get(key));
        }
    }
}

/// In what two files differ. Contents are not shown: some are secret.
fn apart(was: Option<&FileSpec>, is: Option<&FileSpec>, masked: bool) -> Option<&'static str> {
    let (Some(was), Some(is)) = (was, is) else {
        return Some(match was {
            Some(_) => "is not there",
            None => "would not be there",
        });
    };
    match (&was.what, &is.what) {
        (FileBody::File(_), FileBody::File(_)) if masked => {}
        (FileBody::File(was), FileBody::File(is)) if was != is => {
            return Some("its content differs");
        }
        (was, is) if was != is => return Some("is another thing"),
        _ => {}
    }
    let rights = |file: &FileSpec| (file.mode, file.owner.clone(), file.group.clone());
    (rights(was) != rights(is)).then_some("its mode or owner differs")
}

/// Paths whose contents are no two plays' the same: what random values reach, and what commands write that answer otherwise each
/// time, or add to what is there.
pub fn masked(graph: &Graph, files: &Stand, world: &SimSpec) -> BTreeSet<PathBuf> {
    let fickle = world.commands.values().filter(|answers| answers.len() > 1);
    let appends = |effect: &&Effect| matches!(effect, Effect::Append(..));
    let all = world
        .commands
        .values()
        .flatten()
        .flat_map(|answer| &answer.effects);
    let effects = fickle.clone().flatten().flat_map(|answer| &answer.effects);
    let mut masked: BTreeSet<PathBuf> = effects
        .chain(all.filter(appends))
        .filter_map(|effect| match effect {
            Effect::Write(path, ..) | Effect::Append(path, _) => Some(path.clone()),
            _ => None,
        })
        .collect();
    let mut moved: BTreeSet<Key> = graph
        .vertices()
        .keys()
        .filter(|key| {
            key.kind() == "password" || (key.kind() == "exec" && fickle.clone().next().is_some())
        })
        .cloned()
        .collect();
    loop {
        let known = moved.len();
        for ((to, _), binding) in graph.bindings() {
            if moved.contains(&binding.from) {
                moved.insert(to.clone());
            }
        }
        if moved.len() == known {
            break;
        }
    }
    for key in moved {
        let Some(vertex) = graph.vertex(&key) else {
            continue;
        };
        let Some(kind) = kind::find(key.kind()) else {
            continue;
        };
        let owns = kind.owns(&key, &vertex.params);
        masked.extend(
            owns.iter()
                .filter_map(|part| part.strip_prefix("path:"))
                .map(PathBuf::from),
        );
        // A file's name is its path.
        masked.extend(Some(PathBuf::from(key.name())).filter(|path| path.is_absolute()));
    }
    let kept = files
        .files
        .keys()
        .filter(|path| path.starts_with("/var/lib/weft"));
    masked.extend(kept.cloned());
    masked
}
