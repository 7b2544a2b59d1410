//! What a line is told while it is typed, at the plain prompt and on the screen alike: candidates, a hint, whether it is whole.

use super::disk;
use crate::command::{Candidate, Context, Session, complete, hint, parse, word_follows};
use crate::graph::Graph;
use crate::kind::Kinds;
use crate::time::Span;
use crate::world::host::{CancelToken, Host};
use crate::world::sim::Sim;
use crate::world::{Look, Node};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Answers from the graph as it stood when it was asked for.
#[derive(Clone)]
pub struct Guide {
    graph: Arc<Graph>,
    machine: Machine,
    /// The units of this machine, once somebody wanted to know them: a manager that does not answer is asked once for each line.
    units: Arc<OnceLock<Vec<String>>>,
}

/// What is acted on.
#[derive(Clone)]
enum Machine {
    /// A simulated one.
    Sim(Sim),
    /// This one.
    Host(Host),
    /// Nobody acts.
    None,
}

/// How long a service manager may take to list its units while somebody waits at the prompt.
const PATIENCE: Span = Span::millis(500);

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
            machine: match (session.machine(), session.host()) {
                (Some(sim), _) => Machine::Sim(sim.clone()),
                (None, Some(host)) => Machine::Host(host.clone()),
                (None, None) => Machine::None,
            },
            units: Arc::default(),
        }
    }

    /// For a graph without a session.
    pub fn of_graph(graph: Arc<Graph>) -> Guide {
        Guide {
            graph,
            machine: Machine::None,
            units: Arc::default(),
        }
    }

    /// What can stand at a byte of a line, and the byte from which it replaces what is there. Where that is one thing alone, it ends
    /// with a space if a word follows.
    pub fn complete(&self, line: &str, cursor: usize) -> (usize, Vec<Candidate>) {
        let units = || self.units();
        self.asked(&units, |context| {
            let (start, mut found) = complete(line, cursor, context);
            if let ([sole], Some(before), true) = (
                found.as_mut_slice(),
                line.get(..start),
                cursor == line.len(),
            ) && word_follows(&format!("{before}{}", sole.text), context)
            {
                sole.text.push(' ');
            }
            (start, found)
        })
    }

    /// What to show behind the end of a line.
    pub fn hint(&self, line: &str) -> Option<Hint> {
        if line.is_empty() {
            return None;
        }
        Some(Hint {
            // Nobody has asked for it, so that nobody waits for it.
            text: self.asked(&|| self.units_at_hand(), |context| hint(line, context))?,
            completes: !line.ends_with(char::is_whitespace),
        })
    }

    /// Whether more lines belong to this one: a heredoc, a quote or a bracket is open.
    pub fn is_open(&self, line: &str) -> bool {
        parse(line, &self.graph, &Kinds).is_err_and(|error| error.is_incomplete())
    }

    /// Asks what knows the graph, the units, and the files here and on the machine.
    fn asked<T>(&self, units: &dyn Fn() -> Vec<String>, ask: impl FnOnce(&Context) -> T) -> T {
        let paths = |typed: &str| match &self.machine {
            Machine::Sim(machine) => simulated(machine, typed),
            Machine::Host(_) | Machine::None => disk::paths(typed),
        };
        ask(&Context {
            graph: &self.graph,
            catalog: &Kinds,
            files: &disk::paths,
            paths: &paths,
            units,
        })
    }

    /// The units of the machine. What a manager does not tell in time, nobody waits for.
    fn units(&self) -> Vec<String> {
        let Machine::Host(host) = &self.machine else {
            return self.units_at_hand();
        };
        let list = || {
            let host = host.attempt(CancelToken::new(), Some(PATIENCE));
            both(|session| host.units(session).unwrap_or_default())
        };
        self.units.get_or_init(list).clone()
    }

    /// Those for which no manager has to be asked.
    fn units_at_hand(&self) -> Vec<String> {
        match &self.machine {
            Machine::Sim(sim) => both(|session| sim.outside().units(session)),
            Machine::Host(_) => self.units.get().cloned().unwrap_or_default(),
            Machine::None => Vec::new(),
        }
    }
}

/// The units of the system's manager and the user's own, as one list.
fn both(list: impl Fn(bool) -> Vec<String>) -> Vec<String> {
    let units: BTreeSet<String> = [false, true].into_iter().flat_map(list).collect();
    units.into_iter().collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Draft, Key};
    use crate::value::Place;
    use crate::world::Unit;
    use crate::world::sim::SimSpec;
    use crate::world::sim::spec::UnitSpec;

    /// A service is offered as it is called here, and what else there is by its whole name.
    #[test]
    fn units_of_the_machine_are_offered() {
        let unit = |name: &str| Unit {
            name: name.to_owned(),
            session: name.starts_with("sync"),
        };
        let names = [
            "nginx.service",
            "nginx.socket",
            "ssh.service",
            "sync.service",
        ];
        let services = names.map(|name| (unit(name), UnitSpec::default()));
        let spec = SimSpec {
            services: services.into_iter().collect(),
            ..SimSpec::default()
        };
        let guide = Guide {
            machine: Machine::Sim(Sim::new(spec, 0).expect("a machine")),
            ..Guide::of_graph(Arc::default())
        };
        for (line, wanted) in [
            (
                "inspect svc ",
                &["nginx", "nginx.socket", "ssh", "sync"][..],
            ),
            ("add svc ng", &["nginx", "nginx.socket"]),
            ("add svc nginx.se", &["nginx.service "]),
            ("inspect svc[ss", &["svc[ssh]"]),
            (
                "add svc[",
                &["svc[nginx]", "svc[nginx.socket]", "svc[ssh]", "svc[sync]"],
            ),
            ("add noop ng", &[]),
            ("inspect sv", &["svc "]),
        ] {
            let (_, found) = guide.complete(line, line.len());
            let found: Vec<String> = found.into_iter().map(|found| found.text).collect();
            assert_eq!(found, wanted, "{line}");
        }
        assert_eq!(
            guide.hint("add svc ss").map(|hint| hint.text).as_deref(),
            Some("h")
        );
    }

    /// What is there alone is put in with the space before the next word, if there is one.
    #[test]
    fn a_sole_candidate_ends_with_the_space_that_follows() {
        let mut session = Draft::new("g");
        for (kind, name) in [("password", "pw"), ("noop", "by")] {
            let added = session.add(&Kinds, Key::new(kind, name), Place::default());
            added.expect("a vertex");
        }
        let guide = Guide::of_graph(Arc::new(session.graph().clone()));
        for (line, sole) in [
            ("add passw", "password "),
            ("add", "add "),
            ("qui", "quit"),
            ("add password x le", "length="),
            ("add file /x recurse=t", "true "),
            ("set p", "password[pw] "),
            ("drop b", "noop[by] "),
            ("pw -> b", "noop[by] "),
            ("by", "noop[by] "),
            ("password[", "password[pw]"),
            ("pw.p", "password[pw].password "),
            ("kinds passw", "password"),
            ("help appl", "apply"),
            ("expect pw o", "ok"),
            ("expect pw bef", "before "),
            ("load /us", "/usr/"),
        ] {
            let (_, found) = guide.complete(line, line.len());
            let texts: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
            assert_eq!(texts, [sole], "{line}");
        }
        let (_, found) = guide.complete("add passw pw", 9);
        assert_eq!(found[0].text, "password", "within a line");
    }
}
