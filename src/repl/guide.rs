//! What a line is told while it is typed, at the plain prompt and on the screen alike: candidates, a hint, whether it is whole.

use super::disk;
use crate::command::{Candidate, Context, Session, complete, hint, parse};
use crate::graph::Graph;
use crate::kind::Kinds;
use crate::world::Node;
use crate::world::sim::Sim;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Answers from the graph as it stood when it was asked for.
#[derive(Clone)]
pub struct Guide {
    graph: Arc<Graph>,
    /// The simulated machine that is acted on, if it is none that is real.
    machine: Option<Sim>,
}

impl fmt::Debug for Guide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guide of {}", self.graph.name)
    }
}

/// What is shown behind the end of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The text, as it is: whoever shows it makes it fit for a terminal.
    pub text: String,
    /// Whether it is the rest of what is being typed, and can be taken in. Else it only describes what comes next.
    pub completes: bool,
}

impl Guide {
    /// For the graph and the machine of this session, as they are now.
    pub fn of(session: &Session) -> Guide {
        Guide {
            graph: session.graph().clone(),
            machine: session.machine().cloned(),
        }
    }

    /// For a graph without a session.
    pub fn of_graph(graph: Arc<Graph>) -> Guide {
        Guide {
            graph,
            machine: None,
        }
    }

    /// What can stand at a byte of a line, and the byte from which it replaces what is there.
    pub fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        self.asked(|context| complete(line, cursor, context))
    }

    /// What to show behind the end of a line.
    pub fn hint(&self, line: &str) -> Option<Hint> {
        if line.is_empty() {
            return None;
        }
        Some(Hint {
            text: self.asked(|context| hint(line, context))?,
            completes: !line.ends_with(char::is_whitespace),
        })
    }

    /// Whether more lines belong to this one: a heredoc, a quote or a bracket is open.
    pub fn is_open(&self, line: &str) -> bool {
        parse(line, &self.graph, &Kinds).is_err_and(|error| error.is_incomplete())
    }

    /// Asks what knows the graph, and the files here and on the machine.
    fn asked<T>(&self, ask: impl FnOnce(&Context) -> T) -> T {
        let paths = |typed: &str| match &self.machine {
            Some(machine) => simulated(machine, typed),
            None => disk::paths(typed),
        };
        ask(&Context {
            graph: &self.graph,
            catalog: &Kinds,
            files: &disk::paths,
            paths: &paths,
        })
    }
}

/// The paths of a simulated machine that begin so.
fn simulated(machine: &Sim, typed: &str) -> Vec<String> {
    let outside = machine.outside();
    let is_dir = |path: &Path| {
        outside
            .stat(path)
            .is_some_and(|stat| stat.what == Node::Dir)
    };
    disk::offered(typed, |dir| {
        let dir = Path::new(dir);
        let names = outside.list(dir).into_iter();
        names.map(|name| (is_dir(&dir.join(&name)), name)).collect()
    })
}
