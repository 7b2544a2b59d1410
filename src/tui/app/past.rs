//! The past can be asked, and nothing is done in it.

use crate::command::Script;
use crate::command::registry::{self, Group};
use crate::graph::Graph;
use crate::kind::Kinds;

/// Whether all commands of a line only ask, so that the past can be asked too. One that cannot be read yet is taken by its first word.
pub(super) fn only_asks(line: &str, graph: &Graph) -> bool {
    let Ok(script) = Script::read(line) else {
        return false;
    };
    (0..script.len()).all(|at| match script.order(at, graph, &Kinds) {
        Some(Ok(order)) => order.only_asks(),
        _ => {
            let words = line.get(script.span(at)).unwrap_or_default();
            let word = words.split_whitespace().next().unwrap_or_default();
            registry::find(word).is_some_and(|command| command.group == Group::Ask)
        }
    })
}
