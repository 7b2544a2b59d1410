//! The past can be asked, and nothing is done in it.

use crate::command::Script;
use crate::command::edit::veiled;
use crate::command::registry::{self, Command, Group};
use crate::graph::Graph;
use crate::kind::Kinds;

/// The commands that only ask, beside those of the group of that name.
const ASK: &[&str] = &["show", "graph", "status", "pending", "world"];

/// Whether all commands of a line only ask, so that the past can be asked too. One that cannot be read is taken by its first word, so
/// that it is told what is wrong with it.
pub(super) fn only_asks(line: &str, graph: &Graph) -> bool {
    let Ok(script) = Script::read(line) else {
        return false;
    };
    (0..script.len()).all(|at| match script.order(at, graph, &Kinds) {
        Some(Ok(order)) => order.only_asks(),
        _ => {
            let words = line.get(script.span(at)).unwrap_or_default();
            let word = words.split_whitespace().next().unwrap_or_default();
            let asks =
                |command: &Command| command.group == Group::Ask || ASK.contains(&command.name);
            registry::find(word).is_some_and(asks)
        }
    })
}

/// The words of a line that is not done, as they may be shown: without what is secret, as they would stand in the log.
pub(super) fn shown_words(line: &str, graph: &Graph) -> String {
    let Ok(script) = Script::read(line) else {
        return String::new();
    };
    let words = (0..script.len()).map(|at| match script.order(at, graph, &Kinds) {
        Some(Ok(order)) => veiled(graph, &Kinds, &order).to_string(),
        _ => {
            let words = line.get(script.span(at)).unwrap_or_default();
            words
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        }
    });
    words.collect::<Vec<_>>().join("; ")
}
