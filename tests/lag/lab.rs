//! An engine, a journal that lags, and attempts under way: one thing after the other happens to them.

use super::world::World;
use super::{Counts, Dice};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::Arc;
use weft::engine::event::Event;
use weft::engine::{
    ApplyOutcome, Attempt, CheckOutcome, Effect, Engine, Fail, Input, Level, Options, Output,
    Record, Remembered, Seq, Until, VertexId,
};
use weft::graph::{Draft, FieldPath, Graph, Key, Meta, Origin};
use weft::kind::Kinds;
use weft::time::{Span, Time};
use weft::value::{Finding, Opaque, Place, Raw, Value};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    Check,
    Apply,
    Refresh,
}

/// An attempt that the engine asked for.
#[derive(Clone, Debug)]
struct Task {
    vertex: VertexId,
    act: Act,
    after: Seq,
    content: Option<i64>,
    began: bool,
    /// It has done what it does.
    done: bool,
    /// What it printed.
    printed: Option<i64>,
    told_hung: bool,
}

/// Everything, and how it came to be.
pub struct Lab {
    seed: u64,
    dice: Dice,
    pub counts: Counts,
    history: String,
    engine: Engine,
    now: Time,
    graph: Arc<Graph>,
    durable: Remembered,
    on_the_way: VecDeque<(Seq, Record)>,
    tasks: BTreeMap<Attempt, Task>,
    world: World,
    events: Vec<Event>,
    names: usize,
    healing: bool,
}

fn options(jobs: usize) -> Options {
    Options {
        catalog: &Kinds,
        jobs,
        level: Level::Full,
        plan: false,
        noop: false,
    }
}

const KINDS: [&str; 6] = ["file", "exec", "file", "noop", "exec", "noop"];

impl Lab {
    pub fn new(seed: u64, dice: Dice) -> Lab {
        let mut lab = Lab {
            seed,
            dice,
            counts: Counts::new(),
            history: String::new(),
            engine: Engine::new(options(1), Remembered::default()),
            now: Time::ZERO,
            graph: Arc::default(),
            durable: Remembered::default(),
            on_the_way: VecDeque::new(),
            tasks: BTreeMap::new(),
            world: World::default(),
            events: Vec::new(),
            names: 0,
            healing: false,
        };
        let mut draft = Draft::new("lag");
        for _ in 0..3 + lab.dice.below(3) {
            lab.add_vertex(&mut draft);
        }
        lab.take_graph(draft, vec![]);
        lab.run();
        lab
    }

    fn did(&mut self, what: &'static str, detail: impl std::fmt::Display) {
        *self.counts.entry(what).or_default() += 1;
        let _ = writeln!(self.history, "{what} {detail}");
    }

    fn fail(&self, wrong: &str) -> ! {
        let trace = weft::trace::lines(&self.events, Level::Full);
        let tail: Vec<&str> = trace.lines().rev().take(80).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        panic!(
            "seed {}: {wrong}\nhistory:\n{}\ntrace:\n{}",
            self.seed,
            self.history,
            tail.join("\n")
        );
    }

    // What happens.

    pub fn something_happens(&mut self) {
        self.now = self.now + Span::millis(self.dice.below(300) as u64);
        if !self.engine.is_running() && self.dice.chance(30) {
            self.run();
        }
        match self.dice.below(100) {
            0..12 => self.becomes_durable(),
            12..34 => (0..2).for_each(|_| self.begins()),
            34..52 => (0..2).for_each(|_| self.does()),
            52..74 => (0..2).for_each(|_| self.ends()),
            74..82 => self.drifts(),
            82..84 => self.asked(),
            84..86 => self.cancels(),
            86..91 => self.edits(),
            91..92 => self.stops(),
            92..93 => self.hangs(),
            93..95 => self.crashes(),
            95..97 => self.input(Input::Tick),
            _ => self.run(),
        }
    }

    fn run(&mut self) {
        if !self.engine.is_running() {
            let until = match self.dice.below(4) {
                0 => Until::Converged,
                _ => Until::Stopped,
            };
            self.did("run", format!("{until:?}"));
            self.input(Input::Run {
                until,
                world: "lag".into(),
                expected: None,
                only: None,
            });
        }
    }

    fn becomes_durable(&mut self) {
        for _ in 0..1 + self.dice.below(3) {
            let Some((seq, record)) = self.on_the_way.pop_front() else {
                return;
            };
            self.durable.fold(seq, &record);
            if let Record::Paid { vertex, .. } | Record::NotBegun { vertex, .. } = &record {
                let kept = self.durable.kept.get(vertex);
                let printed = kept.and_then(|kept| number_in(kept.values.get("stdout")?));
                self.world.is_kept(vertex, printed);
            }
        }
    }

    fn all_becomes_durable(&mut self) {
        while !self.on_the_way.is_empty() {
            self.becomes_durable();
        }
    }

    fn pick(&mut self, which: impl Fn(&Task) -> bool) -> Option<Attempt> {
        let all = self.tasks.iter().filter(|(_, task)| which(task));
        let all: Vec<Attempt> = all.map(|(attempt, _)| *attempt).collect();
        let at = self.dice.below(all.len());
        all.get(at).copied()
    }

    /// One attempt begins, if what it waits for is durable.
    fn begins(&mut self) {
        let durable = self.durable.seq;
        let Some(attempt) = self.pick(|task| !task.began && task.after <= durable) else {
            return;
        };
        let Some(key) = self.key_of(attempt) else {
            return;
        };
        let task = &self.tasks[&attempt];
        let (act, content) = (task.act, task.content);
        match act {
            Act::Check => {}
            Act::Apply => self.did("apply", &key),
            Act::Refresh => self.did("refresh", &key),
        }
        if act == Act::Refresh || (act == Act::Apply && key.kind() == "exec") {
            self.world.reacts(&key);
        }
        if let (Act::Apply, Some(content)) = (act, content) {
            self.did("output received", &key);
            self.must_be_kept(&key, content);
        }
        if let Some(task) = self.tasks.get_mut(&attempt) {
            task.began = true;
        }
    }

    /// Rule V6: what a receiver applies was durable by then, if it cannot be read back.
    fn must_be_kept(&self, key: &Key, content: i64) {
        let Some((_, bind)) = self.graph.received_by(key).next() else {
            return;
        };
        // Numbers only grow: a later one took the place of one that had been there, or is about to.
        let kept = self.world.kept(&bind.from);
        let held = self.engine.received(key).into_values().next();
        if held.and_then(|held| number_in(&held)) == Some(content) && kept < Some(content) {
            self.fail(&format!(
                "{key} applies {content}, and the journal has {kept:?}"
            ));
        }
    }

    /// An attempt that has begun does what it does; nobody knows yet.
    fn does(&mut self) {
        let Some(attempt) = self.pick(|task| task.began && !task.done) else {
            return;
        };
        let Some(key) = self.key_of(attempt) else {
            return;
        };
        let (act, content) = (self.tasks[&attempt].act, self.tasks[&attempt].content);
        let mut printed = None;
        if act != Act::Check {
            if act == Act::Apply {
                self.world.drifted.remove(&key);
            }
            if let Some(content) = content {
                self.world.content.insert(key.clone(), content);
            }
            if key.kind() == "exec" {
                printed = Some(self.world.runs(&key));
            }
            if act == Act::Apply || key.kind() == "exec" {
                let graph = self.graph.clone();
                self.world.changes(&key, &graph);
            }
            let _ = writeln!(self.history, "done {key}");
        }
        if let Some(task) = self.tasks.get_mut(&attempt) {
            task.done = true;
            task.printed = printed;
        }
    }

    /// An attempt ends, well or not.
    fn ends(&mut self) {
        let Some(attempt) = self.pick(|task| task.done || !task.began) else {
            return;
        };
        let task = &self.tasks[&attempt];
        let fails = match (task.act, task.done) {
            (Act::Check, _) => 4,
            (_, true) => 20,
            (_, false) => 6,
        };
        let well = task.done;
        if !self.healing && self.dice.chance(fails) {
            self.fails(attempt, false);
        } else if well {
            self.ends_well(attempt);
        }
    }

    fn key_of(&self, attempt: Attempt) -> Option<Key> {
        self.engine.key(self.tasks.get(&attempt)?.vertex).cloned()
    }

    fn ends_well(&mut self, attempt: Attempt) {
        let (Some(key), Some(task)) = (self.key_of(attempt), self.tasks.remove(&attempt)) else {
            return;
        };
        if task.told_hung {
            self.did("came back", &key);
        }
        let printed = task.printed.map(|n| ("stdout".to_owned(), Value::Int(n)));
        let sends: BTreeMap<String, Value> = printed.into_iter().collect();
        let outcome = ApplyOutcome {
            refreshed: task.act == Act::Apply && key.kind() == "exec",
            changed: key.kind() == "exec",
            may: false,
            said: None,
            keep: (!sends.is_empty()).then(|| sends.clone()),
            memo: None,
            sends,
            notes: vec![],
            says: vec![],
        };
        let vertex = task.vertex;
        self.input(match task.act {
            Act::Check => Input::Checked {
                vertex,
                attempt,
                outcome: Ok(self.looks(&key)),
            },
            Act::Apply => Input::Applied {
                vertex,
                attempt,
                outcome: Ok(outcome),
            },
            Act::Refresh => Input::Refreshed {
                vertex,
                attempt,
                outcome: Ok(outcome),
            },
        });
    }

    /// What a check finds.
    fn looks(&self, key: &Key) -> CheckOutcome {
        let held = self.engine.received(key).into_values().next();
        let has = self.world.content.get(key).map(|n| Value::Int(*n));
        let wrong = self.world.drifted.contains(key) || held.is_some_and(|held| Some(held) != has);
        let finding = Finding {
            field: String::new(),
            line: "wrong".into(),
            detail: vec![],
            may: false,
            action: Default::default(),
            mark: 0,
        };
        CheckOutcome {
            findings: wrong.then_some(finding).into_iter().collect(),
            found: Opaque::new(()),
            memo: None,
            sends: (!wrong).then(BTreeMap::new),
            rhythm: None,
            notes: vec![],
            says: vec![],
            deaf: None,
            unsure: false,
            owns: vec![],
        }
    }

    fn fails(&mut self, attempt: Attempt, cancelled: bool) {
        let (Some(key), Some(task)) = (self.key_of(attempt), self.tasks.remove(&attempt)) else {
            return;
        };
        let began = task.began && task.act != Act::Check;
        self.did(if began { "failed" } else { "not begun" }, &key);
        let fail = Fail {
            began,
            cancelled,
            ..Fail::plain("went wrong".into())
        };
        let vertex = task.vertex;
        self.input(match task.act {
            Act::Check => Input::Checked {
                vertex,
                attempt,
                outcome: Err(fail),
            },
            Act::Apply => Input::Applied {
                vertex,
                attempt,
                outcome: Err(fail),
            },
            Act::Refresh => Input::Refreshed {
                vertex,
                attempt,
                outcome: Err(fail),
            },
        });
    }

    /// A vertex that acts, or one right before it: where most can go wrong. Else any.
    fn likely_key(&mut self) -> Option<Key> {
        let acting = self.pick(|task| task.act != Act::Check);
        let acting = acting.and_then(|attempt| self.key_of(attempt));
        let Some(key) = acting.filter(|key| self.graph.vertex(key).is_some()) else {
            return self.any_key();
        };
        let before = self.graph.edges().keys().filter(|(_, to)| *to == key);
        let before: Vec<Key> = before.map(|(from, _)| from.clone()).collect();
        match self.dice.below(4) {
            0 => self.any_key(),
            1 if !before.is_empty() => {
                let at = self.dice.below(before.len());
                before.get(at).cloned()
            }
            _ => Some(key),
        }
    }

    fn any_key(&mut self) -> Option<Key> {
        let at = self.dice.below(self.graph.vertices().len());
        self.graph.vertices().keys().nth(at).cloned()
    }

    fn drifts(&mut self) {
        if let Some(key) = self.likely_key() {
            self.did("drift", &key);
            self.world.drifted.insert(key.clone());
            self.input(Input::Dirty(key));
        }
    }

    fn asked(&mut self) {
        if let Some(key) = self.any_key().filter(|key| key.kind() != "file") {
            self.did("notify", &key);
            self.input(Input::Notify(key));
        }
    }

    /// A person drops what is pending for a vertex and what it owes; it is shown when that is durable.
    fn cancels(&mut self) {
        let Some(key) = self.likely_key() else { return };
        self.did("cancel", &key);
        let remembered = self.engine.remembered();
        let told = remembered
            .lines
            .iter()
            .filter(|(_, count)| count.is_pending());
        let told: BTreeSet<Key> = told
            .filter(|(line, _)| line.touches(&key) && line.to != key)
            .map(|(line, _)| line.to.clone())
            .collect();
        let owes = remembered.debts.contains_key(&key);
        let all = self.graph.vertices().keys().cloned().collect();
        self.world.cancelled(&key, if owes { &told } else { &all });
        self.input(Input::Cancel(key));
        self.all_becomes_durable();
    }

    fn stops(&mut self) {
        if self.engine.is_running() {
            let now = self.dice.chance(50);
            self.did(if now { "stop now" } else { "stop" }, "");
            self.input(Input::Stop { now });
        }
    }

    fn hangs(&mut self) {
        let Some(attempt) = self.pick(|task| task.began && !task.told_hung) else {
            return;
        };
        let vertex = self.tasks[&attempt].vertex;
        if let Some(task) = self.tasks.get_mut(&attempt) {
            task.told_hung = true;
        }
        self.did("hung", format!("{vertex:?}"));
        self.input(Input::Hung { vertex, attempt });
    }

    /// The engine dies: some of what was on its way is durable, and what had begun may have been done.
    fn crashes(&mut self) {
        for _ in 0..self.dice.below(self.on_the_way.len() + 1) {
            self.becomes_durable();
        }
        let attempts: Vec<Attempt> = self.tasks.keys().copied().collect();
        for attempt in attempts {
            let task = &self.tasks[&attempt];
            if task.act != Act::Check && task.began {
                self.did("crash during an act", "");
                if task_done(&self.tasks, attempt) {
                    self.did("changed before a crash", "");
                }
            }
        }
        if !self.on_the_way.is_empty() {
            self.did("record lost in a crash", self.on_the_way.len());
        }
        self.did("crash", "");
        self.tasks.clear();
        self.on_the_way.clear();
        let jobs = 1 + self.dice.below(4);
        let last = self.engine.last_event();
        self.engine = Engine::new(options(jobs), self.durable.clone());
        self.engine.go_on_counting(last);
        let graph = self.graph.clone();
        self.input(Input::Graph {
            graph,
            renamed: vec![],
        });
        self.run();
    }

    // Edits.

    fn edits(&mut self) {
        let mut draft = self.graph.edit();
        let at = Place::default();
        match self.dice.below(10) {
            0..4 => self.edits_edge(&mut draft),
            4 | 5 => self.edits_noop(&mut draft),
            6 => return self.renames(draft),
            7 if self.graph.vertices().len() > 3 => {
                let Some(key) = self.any_key() else { return };
                draft.drop_vertex(&key, at).expect("it is there");
                self.did("vertex removed", &key);
            }
            7 | 8 if self.graph.vertices().len() < 7 => self.add_vertex(&mut draft),
            _ => {
                let Some(key) = self.any_key().filter(|key| key.kind() == "file") else {
                    return;
                };
                let mode = ["0600", "0640", "0644"][self.dice.below(3)];
                let path = FieldPath::parse("mode");
                draft
                    .set(&Kinds, &key, &path, &Raw::bare(mode))
                    .expect("a mode");
                self.did("params set", &key);
            }
        }
        self.take_graph(draft, vec![]);
    }

    /// One that is a noop is one no more; else one becomes it.
    fn edits_noop(&mut self, draft: &mut Draft) {
        let noops = self.graph.vertices().iter();
        let mut noops = noops.filter(|(_, vertex)| vertex.meta.noop);
        let first = noops.next().map(|(key, _)| key.clone());
        let (was, likely) = (first.is_some(), self.likely_key());
        let Some(key) = first.or(likely) else { return };
        let meta = Meta {
            noop: !was,
            ..Meta::default()
        };
        draft
            .set_meta(&key, meta, Place::default())
            .expect("it is there");
        self.did(if was { "noop unset" } else { "noop set" }, &key);
    }

    fn edits_edge(&mut self, draft: &mut Draft) {
        let (Some(a), Some(b)) = (self.likely_key(), self.any_key()) else {
            return;
        };
        let (a, b) = if number(&a) < number(&b) {
            (a, b)
        } else {
            (b, a)
        };
        let at = Place::default();
        let there = self.graph.edges().get(&(a.clone(), b.clone()));
        if there.is_some_and(|edge| edge.notify.is_some()) {
            let plain = draft.unlink(&a, &b, true, at);
            plain.expect("it is there");
            self.did("edge removed", format!("{a} ~> {b}"));
        } else if a != b {
            draft
                .link(&a, &b, true, Origin::Written, at)
                .expect("both are there");
            self.did("edge drawn", format!("{a} ~> {b}"));
        }
    }

    /// The name is durable before anything else happens: until then the file has the old one.
    fn renames(&mut self, mut draft: Draft) {
        let Some(from) = self.likely_key() else {
            return;
        };
        self.names += 1;
        let (number, at) = (number(&from), Place::default());
        let name = match from.kind() {
            "file" => format!("/{number:03}.{}", self.names),
            _ => format!("{number:03}.{}", self.names),
        };
        let to = draft.rename(&from, &name, at).expect("a new name");
        self.did("rename", format!("{from} to {to}"));
        self.all_becomes_durable();
        self.world.renamed(&from, &to);
        self.take_graph(draft, vec![(from, to)]);
        self.all_becomes_durable();
    }

    fn add_vertex(&mut self, draft: &mut Draft) {
        let (n, at) = (self.names, Place::default());
        self.names += 1;
        let kind = KINDS[self.dice.below(KINDS.len())];
        let slash = if kind == "file" { "/" } else { "" };
        let key = Key::new(kind, format!("{slash}{n:03}"));
        draft.add(&Kinds, key.clone(), at).expect("a new name");
        self.world.drifted.insert(key.clone());
        if kind == "exec" {
            for (param, value) in [("cmd", "work"), ("creates", "/made")] {
                let path = FieldPath::parse(param);
                draft
                    .set(&Kinds, &key, &path, &Raw::bare(value))
                    .expect("a param");
            }
        }
        let earlier: Vec<Key> = draft.graph().vertices().keys().cloned().collect();
        let mut bound = kind != "file";
        for other in earlier.into_iter().filter(|other| number(other) < n) {
            if self.dice.chance(45) {
                let notify = self.dice.chance(70);
                draft
                    .link(&other, &key, notify, Origin::Written, at)
                    .expect("both are there");
            }
            if !bound && other.kind() == "exec" && self.dice.chance(50) {
                bound = true;
                let (sent, into) = (FieldPath::parse("stdout"), FieldPath::parse("content"));
                draft
                    .bind(&Kinds, (&other, &sent), (&key, &into), Origin::Written, at)
                    .expect("they fit");
            }
        }
        self.did("vertex added", &key);
    }

    fn take_graph(&mut self, draft: Draft, renamed: Vec<(Key, Key)>) {
        self.graph = Arc::new(draft.finish(&Kinds).expect("a whole graph"));
        let graph = self.graph.clone();
        self.world.edited(&graph);
        self.input(Input::Graph { graph, renamed });
    }

    // The driver.

    fn input(&mut self, input: Input) {
        let Output {
            records,
            effects,
            events,
        } = self.engine.step(self.now, input);
        self.on_the_way.extend(records);
        self.events.extend(events);
        if let Err(wrong) = self.engine.audit() {
            self.fail(&wrong);
        }
        for effect in effects {
            self.asked_for(effect);
        }
    }

    fn asked_for(&mut self, effect: Effect) {
        let (act, vertex, attempt, job, after) = match effect {
            Effect::Check {
                vertex,
                attempt,
                job,
            } => (Act::Check, vertex, attempt, job, None),
            Effect::Apply {
                vertex,
                attempt,
                job,
                after,
                ..
            } => (Act::Apply, vertex, attempt, job, after),
            Effect::Refresh {
                vertex,
                attempt,
                job,
                after,
            } => (Act::Refresh, vertex, attempt, job, after),
            Effect::Watch { vertex, .. } => return self.input(Input::Listening { vertex }),
            Effect::Cancel { attempt, .. } => {
                if self.tasks.contains_key(&attempt) {
                    self.did("cancelled", "");
                    self.fails(attempt, true);
                }
                return;
            }
            Effect::Unwatch { .. } | Effect::WakeAt(_) => return,
        };
        let content = job.params.get("content").and_then(number_in);
        let task = Task {
            vertex,
            act,
            after: after.unwrap_or_default(),
            content: content.filter(|_| act == Act::Apply),
            // A look changes nothing, whenever it begins.
            began: act == Act::Check,
            done: act == Act::Check,
            printed: None,
            told_hung: false,
        };
        if self.tasks.values().any(|other| other.vertex == vertex) {
            self.fail(&format!("{vertex:?} has two attempts"));
        }
        self.tasks.insert(attempt, task);
    }

    // The end.

    /// From here on all goes well: everything must come right, and nothing be owed.
    pub fn heal(&mut self) {
        self.healing = true;
        let _ = writeln!(self.history, "heal");
        if self.engine.is_running() {
            self.input(Input::Stop { now: false });
        }
        self.goes_well();
        let mut draft = self.graph.edit();
        for key in self.graph.clone().vertices().keys() {
            let meta = draft.set_meta(key, Meta::default(), Place::default());
            meta.expect("it is there");
        }
        self.take_graph(draft, vec![]);
        for _ in 0..3 {
            self.input(Input::Run {
                until: Until::Converged,
                world: "lag".into(),
                expected: None,
                only: None,
            });
            self.goes_well();
            let lost = self.lost_outputs();
            for key in lost {
                self.did("output lost", &key);
                self.input(Input::Notify(key));
            }
        }
        self.must_be_right();
    }

    /// Commands whose output a crash took along before it was recorded: a person runs them again.
    fn lost_outputs(&self) -> Vec<Key> {
        let lost = |key: &&Key| {
            let why = self.engine.failure(key);
            why.is_some_and(|why| why.contains("is not known"))
        };
        self.graph.vertices().keys().filter(lost).cloned().collect()
    }

    fn goes_well(&mut self) {
        for _ in 0..10_000 {
            if self.tasks.is_empty() && self.on_the_way.is_empty() {
                return;
            }
            self.becomes_durable();
            self.begins();
            self.does();
            self.ends();
            self.now = self.now + Span::secs(30);
        }
        self.fail("it does not end");
    }

    fn must_be_right(&mut self) {
        let owed = self.world.debts();
        if !owed.is_empty() {
            self.fail(&format!("never reacted to: {owed:?}"));
        }
        let remembered = self.engine.remembered().clone();
        let pending = remembered
            .lines
            .iter()
            .filter(|(_, count)| count.is_pending());
        let pending: Vec<String> = pending
            .map(|(line, _)| weft::engine::line_text(line))
            .collect();
        if !pending.is_empty() || !remembered.debts.is_empty() {
            self.fail(&format!("left: {pending:?}, debts {:?}", remembered.debts));
        }
        let wrong: Vec<&Key> = self.world.drifted.iter().collect();
        let wrong: Vec<&&Key> = wrong
            .iter()
            .filter(|key| self.graph.vertex(key).is_some())
            .collect();
        if !wrong.is_empty() {
            self.fail(&format!("not right: {wrong:?}"));
        }
        if remembered != self.durable {
            self.fail("what the journal has is not what the engine has");
        }
        for event in &self.events {
            let chain = weft::engine::why::chain(&self.events, event.id);
            if !chain[0].what.is_input() {
                self.fail(&format!("no cause: {chain:?}"));
            }
        }
    }
}

fn number_in(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) => Some(*n),
        _ => None,
    }
}

fn task_done(tasks: &BTreeMap<Attempt, Task>, attempt: Attempt) -> bool {
    tasks.get(&attempt).is_some_and(|task| task.done)
}

/// The number that a name begins with: edges go up, so that there is no cycle.
fn number(key: &Key) -> usize {
    let name = key.name().trim_start_matches('/');
    let digits = name.split('.').next().unwrap_or_default();
    digits.parse().unwrap_or(usize::MAX)
}
