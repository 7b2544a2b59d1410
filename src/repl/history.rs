//! The history: one file for all consoles of a user, be they a plain prompt or a screen, 0600 in a directory of 0700. Lines that begin
//! with a space are not kept, nor are lines that hold a value of what is sensitive.

use super::{disk, env};
use crate::command::{Order, Written, parse};
use crate::graph::Graph;
use crate::kind::Kinds;
use rustyline::Config;
use rustyline::history::{FileHistory, History};
use std::path::PathBuf;

/// How many lines are kept.
const LINES: usize = 10_000;

/// Where it is; none where there is no home to keep it in.
pub(super) fn place() -> Option<PathBuf> {
    let state = env::var("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var("HOME")?).join(".local/state")))?;
    state.is_absolute().then(|| state.join("weft/history"))
}

/// The history so far, as it was kept. Where it cannot be read, the log says so, and it begins anew.
pub fn open() -> FileHistory {
    let mut history = empty();
    if let Some(path) = place().filter(|path| path.exists())
        && let Err(error) = history.load(&path)
    {
        tracing::warn!("the history {} could not be read: {error}", path.display());
    }
    history
}

/// A history by the rules of this one, in memory alone until a line is kept.
pub fn empty() -> FileHistory {
    let rules = Config::builder().history_ignore_space(true);
    let rules = rules.max_history_size(LINES);
    let rules = rules.map_or_else(|_| Config::default(), |rules| rules.build());
    FileHistory::with_config(&rules)
}

/// Keeps a line that was evaluated, in memory and on disk, unless it holds a value of what was sensitive before it or is after it. Says
/// whether it did: another prompt may then remember it.
pub fn keep(history: &mut FileHistory, line: &str, before: &Graph, after: &Graph) -> bool {
    if line.starts_with(' ') || holds_secret(line, before, after) {
        return false;
    }
    if !history.add(line).unwrap_or(false) {
        return false;
    }
    let Some(path) = place() else { return true };
    let dir = path.parent().unwrap_or(&path);
    let ready = disk::private_dir(dir).and_then(|()| disk::private_file(&path));
    let kept = ready
        .map_err(|error| error.to_string())
        .and_then(|()| history.append(&path).map_err(|error| error.to_string()));
    if let Err(error) = kept {
        tracing::warn!(
            "the history {} could not be written: {error}",
            path.display()
        );
    }
    true
}

/// Whether a line holds a value of a vertex that is sensitive, before it or after it.
fn holds_secret(line: &str, before: &Graph, after: &Graph) -> bool {
    let sensitive = |key| {
        [before, after]
            .into_iter()
            .filter_map(|graph| graph.vertex(key))
            .any(|vertex| vertex.meta.sensitive)
    };
    let orders = parse(line, before, &Kinds).unwrap_or_default();
    orders.iter().any(|order| match order {
        Order::Add(key, settings) | Order::Set(key, settings) => {
            let typed = settings
                .iter()
                .any(|setting| matches!(setting.value, Written::Raw(_)));
            typed && sensitive(key)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::edit;
    use crate::graph::{Draft, FieldPath, Key};

    fn after(graph: &Graph, line: &str) -> Graph {
        let mut answers = |_: &Key, _: &FieldPath| None;
        let orders = parse(line, graph, &Kinds).expect("reads");
        orders.iter().fold(graph.clone(), |graph, order| {
            edit(&graph, &Kinds, order, &mut answers)
                .expect("fits")
                .graph
        })
    }

    #[test]
    fn a_value_of_what_is_sensitive_is_a_secret() {
        let empty = Draft::new("g").graph().clone();
        let open = "add value v value=1";
        let secret = "add value s value=2 meta.sensitive=true";
        assert!(!holds_secret(open, &empty, &after(&empty, open)));
        assert!(holds_secret(secret, &empty, &after(&empty, secret)));
        let there = after(&empty, secret);
        let set = "set value[s] value=3";
        assert!(holds_secret(set, &there, &after(&there, set)));
        assert!(!holds_secret("show value[s]", &there, &there));
    }
}
