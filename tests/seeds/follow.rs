//! What the events of a play say, followed one by one: the state that anybody could work out from a trace and the graph, with no
//! look into the engine, and the laws that a trace must keep.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use weft::engine::event::{Dirt, Due, Event, EventId, Wait, What};
use weft::engine::{Status, Until, line_text};
use weft::graph::{Catalog, FieldPath, Graph, Key};
use weft::kind::Kinds;
use weft::time::Time;
use weft::value::Hears;

/// One thing that a follower is told.
#[derive(Clone, Debug)]
pub enum Item {
    /// The engine has this graph from here on; these vertices have another name in it.
    Graph(Arc<Graph>, Vec<(Key, Key)>),
    /// An engine begins, with so many jobs; whether all of it is noop. What the one before it knew is lost.
    Engine(usize, bool),
    /// One start was asked for.
    Step,
    /// The next run is about these alone.
    Only(Option<BTreeSet<Key>>),
    /// This happened.
    Event(Event),
}

/// What a trace must keep.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Law {
    /// No vertex starts beside an unsettled predecessor (rule O1).
    Order,
    /// No vertex starts without a reason to, and its phases follow one another: one attempt at a time.
    OneAttempt,
    /// No more vertices run than there are jobs (rule O3).
    Jobs,
    /// No semaphore is held by more than its number (rule M2).
    Semaphore,
    /// Under watch nothing is checked before its watch listens (rule O8).
    Watch,
    /// Nothing starts outside of a run, or while it stops or is paused (rule E2).
    Stop,
    /// A debt is recorded before an apply or refresh that somebody would hear of (rule P1).
    Debt,
    /// What changed notifies each vertex that hears it, at once (rule N1).
    Notify,
    /// A noop changes nothing (rule L5).
    Noop,
    /// Nothing is done for a vertex that is not in the graph, or that the run is not about.
    Gone,
    /// A run that has converged has left nothing that could be done (rules E1, O9).
    Left,
    /// A run ends.
    Ends,
    /// Every event has a number above all before it, and a cause that came before it, or is an input.
    Cause,
    /// Every receiver of a settled sender holds what it sends (rule V3).
    Holds,
    /// What the engine says of a vertex is what its trace says.
    Told,
}

/// A law that was broken, and how.
#[derive(Clone, Debug)]
pub struct Broken {
    pub law: Law,
    pub how: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.law, self.how)
    }
}

pub fn broken<T>(law: Law, how: impl fmt::Display) -> Result<T, Broken> {
    let how = how.to_string();
    Err(Broken { law, how })
}

/// What a vertex is doing, as far as its events tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Phase {
    #[default]
    Idle,
    Checking,
    Asking,
    Applying,
    Refreshing,
    Delayed,
}

impl Phase {
    fn runs(self) -> bool {
        matches!(self, Phase::Checking | Phase::Applying | Phase::Refreshing)
    }
}

/// What its events tell of a vertex.
#[derive(Clone, Debug, Default)]
struct Vertex {
    phase: Phase,
    todo: bool,
    failed: bool,
    fights: bool,
    held: bool,
    /// It waits for a value that its sender does not send.
    starved: bool,
    eyes: bool,
    changed: bool,
    /// Up to where it has heard, once that is recorded.
    hearing: Option<u64>,
    /// It came back while an attempt of it may still have run: how that ends is not told.
    cloudy: bool,
    /// The newest generation when its check, apply or refresh began.
    seen: u64,
    semaphores: Vec<String>,
}

impl Vertex {
    fn new() -> Vertex {
        Vertex {
            todo: true,
            ..Vertex::default()
        }
    }

    fn rest(&mut self) {
        self.phase = Phase::Idle;
        self.cloudy = false;
        self.semaphores.clear();
    }
}

/// What is noted of a vertex that is left for the next run.
const LEFT: &[&str] = &[
    "cancelled before it ended",
    "was not planned, and the run is stopping: left as it is",
];

/// A notify edge, or a person's notification.
type Line = (Option<Key>, Key);

/// What was sent and heard on each line, and who owes.
type Lasting = (BTreeMap<Line, (u64, u64)>, BTreeSet<Key>);

/// The fold.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    graph: Arc<Graph>,
    before: BTreeMap<Key, Vec<Key>>,
    jobs: usize,
    noop: bool,
    vertices: BTreeMap<Key, Vertex>,
    /// Vertices that were taken away while they ran.
    ghosts: BTreeMap<Key, Vertex>,
    /// What was sent and heard.
    lines: BTreeMap<Line, (u64, u64)>,
    debts: BTreeSet<Key>,
    /// Both as they were before the last edit, until it is known to be durable.
    durable: Option<Lasting>,
    holds: BTreeSet<(Key, FieldPath)>,
    newest: u64,
    run: Option<Until>,
    stopping: bool,
    paused: bool,
    steps: usize,
    only: Option<BTreeSet<Key>>,
    /// Who still has to be notified, by whom.
    owed: Option<(Key, BTreeSet<Key>)>,
    known: BTreeSet<EventId>,
    at: Time,
}

/// Follows all of it.
pub fn follow(items: &[Item]) -> Result<Follower, Broken> {
    let mut follower = Follower::default();
    items.iter().try_for_each(|item| follower.take(item))?;
    Ok(follower)
}

impl Follower {
    /// Takes one thing in.
    pub fn take(&mut self, item: &Item) -> Result<(), Broken> {
        match item {
            Item::Graph(graph, renamed) => self.take_graph(graph, renamed),
            Item::Engine(jobs, noop) => self.begin(*jobs, *noop),
            Item::Step => self.steps += 1,
            Item::Only(only) => self.only = only.clone(),
            Item::Event(event) => {
                let before = self.durable.take();
                if matches!(event.what, What::Killed | What::Undurable(_))
                    && let Some((lines, debts)) = before
                {
                    (self.lines, self.debts) = (lines, debts);
                }
                self.take_cause(event)?;
                self.take_owed(event)?;
                match &event.subject {
                    Some(key) => self.take_vertex(key, &event.what)?,
                    None => self.take_run(&event.what)?,
                }
            }
        }
        Ok(())
    }

    /// The end of a play: nothing runs any more.
    pub fn end(&self) -> Result<(), Broken> {
        match self.run {
            None => Ok(()),
            Some(until) => broken(Law::Ends, format!("a run until {until:?} goes on for ever")),
        }
    }

    fn begin(&mut self, jobs: usize, noop: bool) {
        self.jobs = jobs;
        self.noop = noop;
        self.graph = Arc::default();
        self.before.clear();
        self.vertices.clear();
        self.ghosts.clear();
        self.holds.clear();
        self.run = None;
        self.paused = false;
        self.steps = 0;
    }

    fn take_graph(&mut self, graph: &Arc<Graph>, renamed: &[(Key, Key)]) {
        self.durable = Some((self.lines.clone(), self.debts.clone()));
        for (from, to) in renamed {
            self.rename(from, to);
        }
        let drawn: BTreeSet<Line> = self.lines.keys().cloned().collect();
        let drawn: BTreeSet<Line> = drawn
            .into_iter()
            .filter(|line| self.is_drawn(line))
            .collect();
        let old = std::mem::replace(&mut self.graph, graph.clone());
        let lost: Vec<Key> = self.vertices.keys().cloned().collect();
        for key in lost.into_iter().filter(|key| graph.vertex(key).is_none()) {
            self.debts.remove(&key);
            if let Some(only) = &mut self.only {
                only.remove(&key);
            }
            if let Some(vertex) = self.vertices.remove(&key)
                && vertex.phase.runs()
            {
                self.ghosts.insert(key, vertex);
            }
        }
        for key in graph.vertices().keys() {
            if self.vertices.contains_key(key) {
                continue;
            }
            let cloudy = self.ghosts.remove(key).is_some();
            let vertex = Vertex {
                cloudy,
                ..Vertex::new()
            };
            self.vertices.insert(key.clone(), vertex);
        }
        let gone: Vec<Line> = drawn
            .into_iter()
            .filter(|line| !self.is_drawn(line))
            .collect();
        self.lines.retain(|line, _| !gone.contains(line));
        self.holds.retain(|(to, into)| {
            let end = (to.clone(), into.clone());
            old.bindings().get(&end).map(|b| &b.from) == graph.bindings().get(&end).map(|b| &b.from)
        });
        self.vertices
            .values_mut()
            .for_each(|vertex| vertex.starved = false);
        self.before.clear();
        for (from, to) in graph.edges().keys() {
            self.before
                .entry(to.clone())
                .or_default()
                .push(from.clone());
        }
    }

    fn rename(&mut self, from: &Key, to: &Key) {
        if let Some(vertex) = self.vertices.remove(from) {
            self.vertices.insert(to.clone(), vertex);
        }
        for keys in [Some(&mut self.debts), self.only.as_mut()]
            .into_iter()
            .flatten()
        {
            if keys.remove(from) {
                keys.insert(to.clone());
            }
        }
        let moved = |key: &Key| if key == from { to.clone() } else { key.clone() };
        let lines = std::mem::take(&mut self.lines).into_iter();
        self.lines = lines
            .map(|((source, end), count)| ((source.as_ref().map(moved), moved(&end)), count))
            .collect();
        self.holds.retain(|(end, _)| end != from);
        // What stands between the old names is drawn anew between the new ones.
        let mut graph = self.graph.edit();
        let _ = graph.rename(from, to.name(), weft::value::Place::default());
        if let Ok(graph) = graph.finish(&Kinds) {
            self.graph = Arc::new(graph);
        }
    }

    fn is_drawn(&self, (from, to): &Line) -> bool {
        match from {
            None => self.graph.vertex(to).is_some(),
            Some(from) => self.notified_by(from).contains(to),
        }
    }

    /// Who hears this vertex.
    fn notified_by(&self, from: &Key) -> BTreeSet<Key> {
        let hears = |key: &Key| {
            Kinds
                .schema(key.kind())
                .is_some_and(|schema| schema.hears != Hears::Nothing)
        };
        let edges = self.graph.edges().iter();
        edges
            .filter(|((a, b), edge)| a == from && edge.notify.is_some() && hears(b))
            .map(|((_, b), _)| b.clone())
            .collect()
    }

    fn is_noop(&self, key: &Key) -> bool {
        self.noop
            || self
                .graph
                .vertex(key)
                .is_some_and(|vertex| vertex.meta.noop)
    }

    fn is_meant(&self, key: &Key) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(key))
    }

    /// Whether something is pending for a vertex, whether or not it may hear it.
    pub fn is_pending(&self, key: &Key) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|((_, to), (sent, heard))| to == key && sent > heard)
    }

    fn could_hear(&self, key: &Key) -> bool {
        let pending = |(line, (sent, heard)): (&Line, &(u64, u64))| {
            line.1 == *key && sent > heard && self.is_drawn(line)
        };
        !self.is_noop(key) && self.lines.iter().any(pending)
    }

    /// Whether nothing is left to do for this vertex itself.
    fn is_clean(&self, key: &Key) -> bool {
        let Some(vertex) = self.vertices.get(key) else {
            return true;
        };
        let mut senders = self
            .graph
            .received_by(key)
            .map(|(_, binding)| &binding.from);
        let kept_back = senders.any(|from| self.vertices.get(from).is_some_and(|from| from.held));
        let left = vertex.todo || vertex.failed || vertex.starved || vertex.phase != Phase::Idle;
        !left && !kept_back && !self.could_hear(key)
    }

    /// The first vertex before this one that is not settled.
    fn unsettled_before(&self, key: &Key) -> Option<Key> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Key> = self.before.get(key).into_iter().flatten().collect();
        while let Some(key) = open.pop() {
            if !seen.insert(key) {
                continue;
            }
            if !self.is_clean(key) {
                return Some(key.clone());
            }
            open.extend(self.before.get(key).into_iter().flatten());
        }
        None
    }

    /// Whether nothing is left to do for this vertex or for anything before it.
    pub fn is_settled(&self, key: &Key) -> bool {
        self.is_clean(key) && self.unsettled_before(key).is_none()
    }

    /// Whether its noop holds it.
    pub fn is_held(&self, key: &Key) -> bool {
        self.vertices.get(key).is_some_and(|vertex| vertex.held)
    }

    /// Compares what an engine says of a vertex with what was followed.
    pub fn told(&self, key: &Key, status: Status, debt: bool, pending: bool) -> Result<(), Broken> {
        let Some(vertex) = self.vertices.get(key) else {
            return broken(Law::Told, format!("{key} is not in the graph"));
        };
        let phase = match status {
            Status::Checking if vertex.phase == Phase::Asking => Phase::Asking,
            Status::Checking => Phase::Checking,
            Status::Applying => Phase::Applying,
            Status::Refreshing => Phase::Refreshing,
            Status::Retrying => Phase::Delayed,
            _ => Phase::Idle,
        };
        let said = (phase, debt, pending);
        let owes = self.debts.contains(key);
        let followed = (vertex.phase, owes, self.is_pending(key));
        if said != followed && !vertex.cloudy {
            return broken(
                Law::Told,
                format!("{key} is {said:?}, and its events say {followed:?}"),
            );
        }
        Ok(())
    }

    fn take_cause(&mut self, event: &Event) -> Result<(), Broken> {
        let shown = || weft::trace::line(event);
        if self.known.last().is_some_and(|last| event.id <= *last) || event.at < self.at {
            return broken(Law::Cause, format!("after what comes later: {}", shown()));
        }
        match event.cause {
            None if event.what.is_input() || is_free(&event.what) => {}
            None => return broken(Law::Cause, format!("without a cause: {}", shown())),
            Some(cause) if self.known.contains(&cause) => {}
            Some(_) => return broken(Law::Cause, format!("caused by nothing: {}", shown())),
        }
        self.known.insert(event.id);
        self.at = event.at;
        Ok(())
    }

    /// What changed has said that it has, and notifies all that hear it before anything else happens.
    fn take_owed(&mut self, event: &Event) -> Result<(), Broken> {
        if let Some((from, owed)) = &mut self.owed {
            match &event.what {
                What::Notified { from: Some(by), .. } if by == from => {
                    owed.retain(|key| Some(key) != event.subject.as_ref());
                }
                What::WouldRefresh => {}
                _ => {
                    let left: Vec<String> = owed.iter().map(Key::to_string).collect();
                    return broken(Law::Notify, format!("{from} does not notify {left:?}"));
                }
            }
            if owed.is_empty() {
                self.owed = None;
            }
        }
        Ok(())
    }

    fn take_run(&mut self, what: &What) -> Result<(), Broken> {
        match what {
            What::Started { until, .. } => self.start(*until),
            What::Killed => self.begin(self.jobs, self.noop),
            What::Stopping { .. } | What::Undurable(_) => self.stop(),
            What::Paused => self.paused = true,
            What::Continued => self.paused = false,
            What::Converged(_) | What::Stopped => {
                if matches!(what, What::Converged(_)) && !self.stopping {
                    self.nothing_left()?;
                }
                if self.stopping || self.run != Some(Until::Stopped) {
                    self.run = None;
                    self.paused = false;
                    self.steps = 0;
                }
            }
            What::Dropped { what } => self.forget(what),
            What::Recorded { what, .. } if what == "gone" => {
                self.debts.retain(|key| self.graph.vertex(key).is_some());
            }
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, until: Until) {
        self.run = Some(until);
        self.stopping = false;
        for (key, vertex) in &mut self.vertices {
            if self.only.as_ref().is_none_or(|only| only.contains(key)) {
                *vertex = Vertex {
                    cloudy: vertex.cloudy,
                    phase: vertex.phase,
                    ..Vertex::new()
                };
            }
        }
    }

    fn stop(&mut self) {
        self.stopping = true;
        for vertex in self.vertices.values_mut() {
            if matches!(vertex.phase, Phase::Delayed | Phase::Asking) {
                vertex.todo = true;
                vertex.rest();
            }
        }
    }

    /// What was pending between vertices that are gone is dropped, and so are their debts.
    fn forget(&mut self, what: &str) {
        let text = |(from, to): &Line| {
            let asked = || weft::engine::Line::asked(to);
            let between = |from| weft::engine::Line::between(from, to);
            line_text(&from.as_ref().map_or_else(asked, between))
        };
        self.lines.retain(|line, _| text(line) != what);
    }

    /// Converged: what is not right is failed, or behind something that is, or lacks a value.
    fn nothing_left(&self) -> Result<(), Broken> {
        for (key, vertex) in self.vertices.iter().filter(|(key, _)| self.is_meant(key)) {
            if vertex.phase != Phase::Idle && !vertex.cloudy {
                return broken(Law::Left, format!("{key} is {:?} at the end", vertex.phase));
            }
            let lacks = |(into, binding): (&FieldPath, &weft::graph::Binding)| {
                self.is_held(&binding.from) || !self.holds.contains(&(key.clone(), into.clone()))
            };
            let named = vertex.failed
                || self.unsettled_before(key).is_some()
                || self.graph.received_by(key).any(lacks);
            if !self.is_clean(key) && !named {
                return broken(Law::Left, format!("{key} could go on, and nobody does"));
            }
        }
        Ok(())
    }

    fn take_vertex(&mut self, key: &Key, what: &What) -> Result<(), Broken> {
        match what {
            What::Checking { .. } => self.may_start(key)?,
            What::Applying | What::Refreshing => self.may_act(key, what)?,
            What::Notified {
                from, generation, ..
            } => self.notified(key, from.as_ref(), *generation),
            What::Sent { to, into, .. } => {
                self.holds.insert((to.clone(), into.clone()));
                self.vertices
                    .entry(to.clone())
                    .and_modify(|vertex| vertex.starved = false);
            }
            What::Waiting(Wait::Value { from, field }) => self.lacks(key, from, field),
            What::Dropped { .. } => {
                let into = self.lines.iter_mut().filter(|((_, to), _)| to == key);
                into.for_each(|(_, (sent, heard))| *heard = *sent);
            }
            What::Recorded { what, .. } => self.recorded(key, what),
            What::Paused => self.paused = true,
            _ => {}
        }
        let (newest, noop) = (self.newest, self.is_noop(key));
        let semaphores = self.semaphores(key);
        let Some(vertex) = self.vertices.get_mut(key).or(self.ghosts.get_mut(key)) else {
            return Ok(());
        };
        match what {
            What::Checking { .. } => {
                vertex.phase = Phase::Checking;
                vertex.seen = newest;
                vertex.semaphores = semaphores;
                (vertex.todo, vertex.changed) = (false, false);
                (vertex.held, vertex.starved) = (false, false);
                vertex.hearing = None;
            }
            What::Applying => (vertex.phase, vertex.seen) = (Phase::Applying, newest),
            What::Refreshing => (vertex.phase, vertex.seen) = (Phase::Refreshing, newest),
            What::Notified { from, .. } => vertex.wake(from.is_none(), noop),
            What::Asks(_) => vertex.phase = Phase::Asking,
            other => vertex.take(other),
        }
        Ok(())
    }

    /// It holds no longer what its sender no longer sends.
    fn lacks(&mut self, key: &Key, from: &Key, field: &FieldPath) {
        let bindings = self.graph.received_by(key);
        let lacking = bindings.filter(|(_, b)| b.from == *from && b.sent == *field);
        for (into, _) in lacking {
            self.holds.remove(&(key.clone(), into.clone()));
        }
    }

    fn semaphores(&self, key: &Key) -> Vec<String> {
        let meta = self.graph.vertex(key).map(|vertex| &vertex.meta);
        meta.map(|meta| meta.sema.keys().cloned().collect())
            .unwrap_or_default()
    }

    fn notified(&mut self, key: &Key, from: Option<&Key>, generation: u64) {
        self.newest = self.newest.max(generation);
        let line = (from.cloned(), key.clone());
        let count = self.lines.entry(line).or_default();
        count.0 = count.0.max(generation);
    }

    /// It has heard up to where its last phase began.
    fn heard(&mut self, key: &Key, seen: u64) {
        let lines: Vec<Line> = self.lines.keys().cloned().collect();
        for line in lines {
            if line.1 == *key
                && self.is_drawn(&line)
                && let Some((sent, heard)) = self.lines.get_mut(&line)
            {
                *heard = (*heard).max((*sent).min(seen));
            }
        }
    }

    fn recorded(&mut self, key: &Key, what: &str) {
        match what {
            "debt" => drop(self.debts.insert(key.clone())),
            "not begun" | "cancelled" => drop(self.debts.remove(key)),
            "paid" => self.paid(key),
            _ => {}
        }
    }

    fn paid(&mut self, key: &Key) {
        self.debts.remove(key);
        let hearers = self.notified_by(key);
        let noop = self.is_noop(key);
        let Some(vertex) = self.vertices.get_mut(key) else {
            return;
        };
        if vertex.changed && !noop && !hearers.is_empty() {
            self.owed = Some((key.clone(), hearers));
        }
        if let Some(seen) = vertex.hearing.take() {
            self.heard(key, seen);
        }
    }

    fn may_start(&mut self, key: &Key) -> Result<(), Broken> {
        let Some(vertex) = self.vertices.get(key) else {
            return broken(Law::Gone, format!("{key} starts, and is not in the graph"));
        };
        if !self.is_meant(key) {
            return broken(
                Law::Gone,
                format!("{key} starts, and the run is not about it"),
            );
        }
        if self.run.is_none() || self.stopping || (self.paused && self.steps == 0) {
            return broken(Law::Stop, format!("{key} starts, and nothing should"));
        }
        self.steps = self.steps.saturating_sub(1);
        if vertex.phase != Phase::Idle && !vertex.cloudy {
            return broken(
                Law::OneAttempt,
                format!("{key} starts while {:?}", vertex.phase),
            );
        }
        if !vertex.todo && !self.could_hear(key) {
            return broken(Law::OneAttempt, format!("{key} starts for no reason"));
        }
        if let Some(other) = self.unsettled_before(key) {
            return broken(
                Law::Order,
                format!("{key} starts, and {other} is not settled"),
            );
        }
        if self.run == Some(Until::Stopped) && !vertex.eyes {
            return broken(Law::Watch, format!("{key} starts before its watch listens"));
        }
        let running = self.vertices.values().filter(|other| other.phase.runs());
        if running.count() >= self.jobs {
            return broken(
                Law::Jobs,
                format!("{key} starts beside {} others", self.jobs),
            );
        }
        let meta = self.graph.vertex(key).map(|vertex| &vertex.meta);
        for (name, size) in meta.into_iter().flat_map(|meta| &meta.sema) {
            let holds = |other: &&Vertex| other.semaphores.contains(name);
            if self.vertices.values().filter(holds).count() >= (*size).max(1) as usize {
                return broken(
                    Law::Semaphore,
                    format!("{key} takes {name}, which is taken"),
                );
            }
        }
        Ok(())
    }

    fn may_act(&self, key: &Key, what: &What) -> Result<(), Broken> {
        let Some(vertex) = self.vertices.get(key) else {
            return broken(Law::Gone, format!("{key} acts, and is not in the graph"));
        };
        let follows = match what {
            What::Applying => matches!(vertex.phase, Phase::Checking | Phase::Asking),
            // An apply ends without a word where a refresh follows.
            _ => vertex.phase != Phase::Refreshing && vertex.phase != Phase::Delayed,
        };
        if !follows && !vertex.cloudy {
            return broken(
                Law::OneAttempt,
                format!("{key} acts while {:?}", vertex.phase),
            );
        }
        if self.run.is_none() {
            return broken(Law::Stop, format!("{key} acts outside of a run"));
        }
        if self.is_noop(key) {
            return broken(Law::Noop, format!("{key} acts, and is a noop"));
        }
        if !self.debts.contains(key) && !self.notified_by(key).is_empty() {
            return broken(Law::Debt, format!("{key} acts, and no debt is recorded"));
        }
        Ok(())
    }
}

impl Vertex {
    /// A notification reaches it.
    fn wake(&mut self, by_command: bool, noop: bool) {
        self.fights &= !by_command;
        if self.failed && !self.fights && !noop {
            self.failed = false;
            self.todo = true;
        }
    }

    fn take(&mut self, what: &What) {
        match what {
            What::Dirty(why) => self.dirty(*why),
            What::Due(Due::Retry) => {
                self.todo = true;
                self.rest();
            }
            What::Watching | What::WatchLost { .. } => self.eyes = true,
            What::Waiting(Wait::Value { .. }) => self.starved = true,
            What::Changed { may, .. } => {
                self.changed |= !may;
                self.rest();
            }
            What::CountsAsChanged { .. } => {
                self.changed = true;
                self.rest();
            }
            What::Refreshed { changed, may, .. } => {
                self.changed |= *changed && !may;
                self.hearing = Some(self.seen);
                self.rest();
            }
            What::HeardByApply | What::HeardOnly(_) => self.hearing = Some(self.seen),
            What::Ok => self.rest(),
            What::Held(_) => {
                self.held = true;
                self.rest();
            }
            What::Failed { why, .. } => {
                self.fights = why.starts_with("keeps changing back");
                self.failed = true;
                self.rest();
            }
            What::Retrying { .. } => {
                self.failed = false;
                self.phase = Phase::Delayed;
            }
            What::Note(note) if LEFT.contains(&note.as_str()) => {
                self.todo = true;
                self.rest();
            }
            _ => {}
        }
    }

    fn dirty(&mut self, why: Dirt) {
        let at_once = matches!(why, Dirt::Command | Dirt::Params);
        self.fights &= !at_once;
        match self.phase {
            // It had run for what is no longer so: said when it rests.
            _ if why == Dirt::MeanWhile => self.rest(),
            Phase::Delayed | Phase::Asking if at_once => self.rest(),
            Phase::Idle => {}
            _ => return,
        }
        if !self.fights {
            self.todo = true;
            self.failed = false;
        }
    }
}

/// Events that may stand at the beginning of a chain without being inputs: an edit is a person's, too.
pub fn is_free(what: &What) -> bool {
    matches!(what, What::Edited { .. } | What::Paused | What::Continued)
}
