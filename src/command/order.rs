//! An order: a command as data, closed.

use super::sims::UnitState;
use super::words::Arrow;
use crate::drive::sim::CrashPoint;
use crate::engine::Halt;
use crate::graph::{FieldPath, Key};
use crate::time::Span;
use crate::value::{Place, Raw, RawNode};
use crate::world::ModeBits;
use crate::world::sim::FaultKind;

/// One thing to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Order {
    /// A vertex with params.
    Add(Key, Vec<Setting>),
    /// Params of a vertex, all or none.
    Set(Key, Vec<Setting>),
    /// Written params that go.
    Unset(Key, Vec<FieldPath>),
    /// Another name.
    Rename(Key, String),
    /// Vertices that go.
    Drop(Vec<Key>),
    /// Edges from each to the next.
    Chain(Key, Vec<(Arrow, Key)>),
    /// Edges that go; with `~>` only their notifying.
    Unlink(Key, Vec<(Arrow, Key)>),
    /// What is sent, and where to.
    Bind((Key, FieldPath), (Key, FieldPath)),
    /// A binding that goes.
    Unbind(Key, FieldPath),
    /// Vertices as written; all if none.
    Show(Vec<Key>),
    /// The graph, drawn in this format.
    Graph(Option<String>),
    /// Statuses; all if none.
    Status(Vec<Key>),
    /// The edit before.
    Undo,
    /// The edit after.
    Redo,
    /// An empty graph, of this name.
    New(Option<String>),
    /// A file's graph or story.
    Load(String),
    /// The graph into a file.
    Save {
        /// With world, steps and trace.
        story: bool,
        /// Where; where it came from if none.
        path: Option<String>,
    },
    /// A file's commands.
    Source(String),
    /// What would change; of all if none.
    Plan(Vec<Key>),
    /// Change it; all if none.
    Apply(Vec<Key>),
    /// Apply and repair.
    Watch,
    /// Finish and end.
    Stop,
    /// Start nothing.
    Pause,
    /// Go on.
    Resume,
    /// So many vertices.
    Step(Option<u64>),
    /// To the next break.
    Continue,
    /// A break, or with `off` none; all if at none.
    Break {
        /// Whether it goes.
        off: bool,
        /// Where.
        at: Option<BreakAt>,
    },
    /// Check again.
    Dirty(Vec<Key>),
    /// Look again.
    Poke(Vec<Key>),
    /// Notify by hand.
    Notify(Vec<Key>),
    /// What is pending; of all if none.
    Pending(Vec<Key>),
    /// Drop what is pending.
    Cancel(Vec<Key>),
    /// The causes.
    Why(Key),
    /// The trace at this level, of these vertices.
    Trace(Option<String>, Vec<Key>),
    /// Kinds, or one.
    Kinds(Option<String>),
    /// Help, about something.
    Help(Option<String>),
    /// Lessons.
    Learn(Learn),
    /// The password story, by itself.
    Demo,
    /// Leave.
    Quit,
    /// What is there, as a vertex.
    Inspect(Key),
    /// In an editor.
    Edit(Option<Key>),
    /// On the simulated machine.
    Sim(SimOrder),
    /// Which machine.
    World,
    /// Must be so; as it was written, since it is read against the end of a run.
    Expect(String),
}

/// One `param=value`.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    /// The param, `meta.…` for how a vertex is run.
    pub path: FieldPath,
    /// What was written for it.
    pub value: Written,
    /// Where.
    pub place: Place,
}

/// What was written after `=`.
#[derive(Clone, PartialEq, Debug)]
pub enum Written {
    /// A value.
    Raw(Raw),
    /// `?`: to be asked for, and not echoed.
    Asked,
}

/// What of lessons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Learn {
    /// Which there are.
    List,
    /// What is to be reached.
    Goal,
    /// The next hint.
    Hint,
    /// A good way.
    Par,
    /// From its start.
    Again,
    /// The one after it.
    Next,
    /// Back to what was there before.
    Off,
    /// One, by its number, name or path.
    Begin(String),
}

/// What can be said of the lesson that is on, each with its word.
pub const LEARN: &[(&str, Learn)] = &[
    ("goal", Learn::Goal),
    ("hint", Learn::Hint),
    ("par", Learn::Par),
    ("again", Learn::Again),
    ("next", Learn::Next),
    ("off", Learn::Off),
];

/// Where a run stops.
#[derive(Clone, PartialEq, Debug)]
pub enum BreakAt {
    /// Before a vertex starts.
    Vertex(Key),
    /// After an event of this kind.
    Event(Halt),
}

/// Something done on the simulated machine.
#[derive(Clone, PartialEq, Debug)]
pub enum SimOrder {
    /// Path and text.
    Write(String, String),
    /// Path.
    Rm(String),
    /// Path.
    Touch(String),
    /// Mode and path.
    Chmod(ModeBits, String),
    /// Owner and path.
    Chown(String, String),
    /// Path.
    Mkdir(String),
    /// From and to.
    Mv(String, String),
    /// Target and the link's path.
    Ln(String, String),
    /// Unit and state.
    Svc(String, UnitState),
    /// URL, status and body.
    Http(String, u16, Option<String>),
    /// What fails, how, and how often.
    Fail(String, FaultKind, Option<u64>),
    /// What fails no more; nothing fails if none.
    Heal(Option<String>),
    /// At this point; now if none.
    Crash(Option<CrashPoint>),
    /// Start again.
    Restart,
    /// So much time.
    Advance(Span),
    /// A command line.
    Run(String),
}

impl Order {
    /// Whether it edits the graph, so that [`super::edit()`] can apply it.
    pub fn is_edit(&self) -> bool {
        use Order::*;
        matches!(
            self,
            Add(..)
                | Set(..)
                | Unset(..)
                | Rename(..)
                | Drop(_)
                | Chain(..)
                | Unlink(..)
                | Bind(..)
                | Unbind(..)
        )
    }

    /// Whether it only asks: nothing is another way for it, neither here nor in any world.
    pub fn only_asks(&self) -> bool {
        use Order::*;
        matches!(
            self,
            Show(_)
                | Graph(_)
                | Status(_)
                | Pending(_)
                | Why(_)
                | Trace(..)
                | Kinds(_)
                | Help(_)
                | World
                | Quit
                | Learn(
                    self::Learn::List | self::Learn::Goal | self::Learn::Hint | self::Learn::Par
                )
        )
    }

    /// The same order with `?` for each value that may not be told, by its vertex and param; a map's keys are told. That is how
    /// it stands in a log.
    pub fn veiled(&self, hides: impl Fn(&Key, &FieldPath) -> bool) -> Order {
        let veil = |key: &Key, settings: &[Setting]| {
            let each = settings.iter().flat_map(|setting| match &setting.value {
                Written::Raw(raw) if hides(key, &setting.path) => asked(setting.path.clone(), raw),
                _ => vec![setting.clone()],
            });
            each.collect()
        };
        match self {
            Order::Add(key, settings) => Order::Add(key.clone(), veil(key, settings)),
            Order::Set(key, settings) => Order::Set(key.clone(), veil(key, settings)),
            other => other.clone(),
        }
    }

    /// What must be asked for before it can be done, in order: the vertex and its param.
    pub fn asks(&self) -> Vec<(&Key, &FieldPath)> {
        let (Order::Add(key, settings) | Order::Set(key, settings)) = self else {
            return Vec::new();
        };
        let asked = settings.iter().filter(|s| s.value == Written::Asked);
        asked.map(|setting| (key, &setting.path)).collect()
    }
}

/// Settings that ask for all that was written at a path.
fn asked(path: FieldPath, raw: &Raw) -> Vec<Setting> {
    match &raw.node {
        RawNode::Map(items) if !items.is_empty() => {
            let below = |(key, _, raw): &(String, Place, Raw)| {
                let mut path = path.clone();
                path.keys.push(key.clone());
                asked(path, raw)
            };
            items.iter().flat_map(below).collect()
        }
        _ => vec![Setting {
            path,
            value: Written::Asked,
            place: raw.place,
        }],
    }
}
