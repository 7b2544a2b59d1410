//! Random graphs, run through random histories: edits, drift, stops, crashes, notifications. After every step the engine's audit
//! holds, and at the end everything has converged and every event names its cause.
//!
//! A failing seed is printed; `WEFT_SEED=n cargo test --test seeds` replays it alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weft::drive::sim::SimDrive;
use weft::drive::{Planning, SimGround, plan};
use weft::engine::event::{Event, EventId, What};
use weft::engine::{Input, Level, Options, Status, Until};
use weft::graph::{Draft, FieldPath, Graph, Key, Meta, Origin};
use weft::journal::MemoryStore;
use weft::kind::Kinds;
use weft::time::Span;
use weft::value::{Place, Raw};
use weft::world::Unit;
use weft::world::sim::spec::{Answer, Page, UnitSpec};
use weft::world::sim::{FaultKind, FaultRule, Seed, Sim, SimSpec};

const SEEDS: u64 = 1_000;

/// Draws, one after the other, from a seed.
struct Dice {
    seed: Seed,
    drawn: u64,
}

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.drawn += 1;
        self.seed.of(self.drawn.to_string()).below(n.max(1))
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}

/// How often each kind of thing occurred, over all seeds.
type Counts = BTreeMap<&'static str, usize>;

const KINDS: &[&str] = &[
    "file", "template", "exec", "password", "http", "svc", "timer", "noop", "print", "value",
];

struct Play {
    seed: u64,
    dice: Dice,
    graph: Arc<Graph>,
    drive: SimDrive,
    sim: Sim,
    events: Vec<Event>,
    counts: Counts,
    history: String,
    next: usize,
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

fn world() -> SimSpec {
    let mut spec = SimSpec::default();
    let answer = |status, millis| Answer {
        status,
        duration: Span::millis(millis),
        ..Answer::default()
    };
    spec.commands.insert("work *".into(), vec![answer(0, 20)]);
    spec.commands.insert(
        "flaky *".into(),
        vec![answer(1, 5), answer(0, 5), answer(1, 5), answer(0, 5)],
    );
    spec.commands.insert("broken *".into(), vec![answer(3, 5)]);
    spec.commands
        .insert("ask *".into(), vec![answer(1, 1), answer(0, 1)]);
    for n in 0..4 {
        spec.http.insert(
            format!("http://site/{n}"),
            Page {
                body: format!("page {n}").into_bytes(),
                ..Page::default()
            },
        );
    }
    for n in 0..30 {
        spec.services.insert(
            Unit {
                name: format!("u{n}.service"),
                session: false,
            },
            UnitSpec::default(),
        );
    }
    spec
}

impl Play {
    fn new(seed: u64) -> Play {
        let mut dice = Dice {
            seed: Seed::new(seed).of("history"),
            drawn: 0,
        };
        let sim = Sim::new(world(), seed).expect("the world is whole");
        let ground = Box::new(SimGround::new(sim.clone()));
        let jobs = 1 + dice.below(4) as usize;
        let state = PathBuf::from("/var/lib/weft/seeds");
        let drive = SimDrive::new(
            options(jobs),
            ground,
            Box::new(MemoryStore::default()),
            state,
            seed,
        )
        .expect("a new store");
        let graph = Arc::new(Draft::new("seeds").finish(&Kinds).expect("empty"));
        Play {
            seed,
            dice,
            graph,
            drive,
            sim,
            events: vec![],
            counts: Counts::new(),
            history: String::new(),
            next: 0,
        }
    }

    fn did(&mut self, what: &'static str, detail: impl std::fmt::Display) {
        *self.counts.entry(what).or_default() += 1;
        let _ = writeln!(self.history, "{what} {detail}");
    }

    /// One input, and the audit after it.
    fn input(&mut self, input: Input) {
        self.drive.input(input);
        self.audit();
    }

    fn audit(&mut self) {
        self.events.extend(self.drive.take_events());
        if !self.drive.is_down()
            && let Err(wrong) = self.drive.engine().audit()
        {
            self.fail(&wrong);
        }
    }

    fn fail(&self, wrong: &str) -> ! {
        let trace = weft::trace::lines(&self.events, Level::Full);
        let tail: Vec<&str> = trace.lines().rev().take(60).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        panic!(
            "seed {}: {wrong}\nhistory:\n{}\ntrace:\n{}",
            self.seed,
            self.history,
            tail.join("\n")
        );
    }

    fn keys(&self) -> Vec<Key> {
        self.graph.vertices().keys().cloned().collect()
    }

    /// Adds a vertex of a random kind, with params that are valid, and edges and bindings from earlier ones.
    fn add(&mut self, draft: &mut Draft) {
        let n = self.next;
        self.next += 1;
        let kind = *self.dice.pick(KINDS);
        let (name, params) = self.resource(kind, n);
        let key = Key::new(kind, name);
        let at = Place::default();
        draft.add(&Kinds, key.clone(), at).expect("a new name");
        for (param, value) in params {
            draft
                .set(&Kinds, &key, &FieldPath::parse(param), &Raw::quoted(value))
                .expect("a valid param");
        }
        let meta = self.meta();
        draft.set_meta(&key, meta, at).expect("it is there");
        let earlier: Vec<Key> = draft
            .graph()
            .vertices()
            .keys()
            .filter(|other| **other != key)
            .cloned()
            .collect();
        for other in earlier {
            // Names hold their number; edges go up, so that there is no cycle.
            if number(&other) < number(&key) && self.dice.chance(35) {
                let notify = self.dice.chance(50);
                draft
                    .link(&other, &key, notify, Origin::Written, at)
                    .expect("both are there");
                *self
                    .counts
                    .entry(if notify { "notify edge" } else { "order edge" })
                    .or_default() += 1;
            }
            if number(&other) < number(&key) && self.dice.chance(40) {
                self.bind(draft, &other, &key);
            }
        }
        *self
            .counts
            .entry(KINDS.iter().find(|k| **k == kind).copied().unwrap_or("?"))
            .or_default() += 1;
    }

    fn resource(&mut self, kind: &str, n: usize) -> (String, Vec<(&'static str, String)>) {
        match kind {
            "file" => {
                let mut params = vec![];
                if self.dice.chance(60) {
                    params.push((
                        "mode",
                        (*self.dice.pick(&["0600", "0644", "u+x"])).to_owned(),
                    ));
                }
                if self.dice.chance(50) {
                    params.push(("content", format!("content {}", self.dice.below(3))));
                }
                (format!("/srv/f{n}"), params)
            }
            "template" => (
                format!("t{n}"),
                vec![
                    ("text", "a{{ x }}".into()),
                    ("vars.x", self.dice.below(3).to_string()),
                ],
            ),
            "exec" => {
                let cmd = *self.dice.pick(&["work", "work", "flaky", "broken"]);
                let mut params = vec![("cmd", format!("{cmd} {n}"))];
                match self.dice.below(5) {
                    0 => params.push(("onlyif", format!("ask {n}"))),
                    1 => params.push(("unless", format!("ask {n}"))),
                    2 => params.push(("refreshonly", "true".into())),
                    _ => {}
                }
                if params.len() > 1 {
                    *self.counts.entry("guard").or_default() += 1;
                }
                (format!("e{n}"), params)
            }
            "http" => (
                format!("h{n}"),
                vec![("url", format!("http://site/{}", self.dice.below(4)))],
            ),
            "svc" => (
                format!("u{n}.service"),
                vec![(
                    "state",
                    (*self.dice.pick(&["running", "stopped"])).to_owned(),
                )],
            ),
            "timer" => (
                format!("c{n}"),
                vec![("interval", format!("{}s", 1 + self.dice.below(20)))],
            ),
            "value" if self.dice.chance(70) => (
                format!("v{n}"),
                vec![("value", format!("v{}", self.dice.below(3)))],
            ),
            "print" => (format!("p{n}"), vec![("msg", "hello".into())]),
            other => (format!("{}{n}", &other[..1]), vec![]),
        }
    }

    fn meta(&mut self) -> Meta {
        let mut meta = Meta::default();
        if self.dice.chance(8) {
            meta.noop = true;
            *self.counts.entry("noop meta").or_default() += 1;
        }
        if self.dice.chance(25) {
            meta.retry = 1 + self.dice.below(3) as i64;
            meta.delay = Span::millis(self.dice.below(3) * 500);
            *self.counts.entry("retry meta").or_default() += 1;
        }
        if self.dice.chance(10) {
            meta.poll = Some(Span::secs(1 + self.dice.below(5)));
            *self.counts.entry("poll meta").or_default() += 1;
        }
        if self.dice.chance(10) {
            meta.limit = Some(0.5);
            *self.counts.entry("limit meta").or_default() += 1;
        }
        if self.dice.chance(15) {
            meta.sema = [("lock".to_owned(), 1), ("other".to_owned(), 2)]
                .into_iter()
                .collect();
            *self.counts.entry("semaphore").or_default() += 1;
        }
        if self.dice.chance(10) {
            meta.timeout = Some(Span::millis(10));
            *self.counts.entry("timeout").or_default() += 1;
        }
        meta
    }

    fn bind(&mut self, draft: &mut Draft, from: &Key, to: &Key) {
        let sent = match from.kind() {
            "file" => *self.dice.pick(&["content", "path", "sha256"]),
            "template" => "text",
            "exec" => *self.dice.pick(&["stdout", "output"]),
            "password" => "password",
            "http" => "content",
            "value" => "value",
            _ => return,
        };
        let into = match to.kind() {
            "file" => "content",
            "template" => "vars.x",
            "exec" => *self.dice.pick(&["stdin", "env.TOKEN"]),
            "print" => "msg",
            "value" => "value",
            _ => return,
        };
        let path = FieldPath::parse(into);
        let _ = draft.unset(to, &path, Place::default());
        let ends = ((from, &FieldPath::parse(sent)), (to, &path));
        if draft
            .bind(&Kinds, ends.0, ends.1, Origin::Written, Place::default())
            .is_ok()
        {
            *self.counts.entry("binding").or_default() += 1;
            if from.kind() == "password" {
                *self.counts.entry("secret bound").or_default() += 1;
            }
        }
    }

    /// An edit, if the graph stays whole with it.
    fn edit(
        &mut self,
        what: &'static str,
        edit: impl FnOnce(&mut Play, &mut Draft) -> Vec<(Key, Key)>,
    ) {
        let mut draft = self.graph.edit();
        let renamed = edit(self, &mut draft);
        if let Ok(graph) = draft.finish(&Kinds)
            && graph != *self.graph
        {
            self.graph = Arc::new(graph);
            if !self.drive.is_down() {
                let running = self.drive.engine().is_running();
                self.did(
                    if running {
                        "edit while running"
                    } else {
                        "edit"
                    },
                    what,
                );
                self.input(Input::Graph {
                    graph: self.graph.clone(),
                    renamed,
                });
            }
        }
    }

    fn edit_something(&mut self) {
        let keys = self.keys();
        match self.dice.below(6) {
            0 | 1 => self.edit("add", |play, draft| {
                play.add(draft);
                vec![]
            }),
            2 if !keys.is_empty() => {
                let key = self.dice.pick(&keys).clone();
                self.edit("drop", |_, draft| {
                    let _ = draft.drop_vertex(&key, Place::default());
                    vec![]
                });
            }
            3 if !keys.is_empty() => {
                let key = self.dice.pick(&keys).clone();
                let n = self.dice.below(4);
                let (param, value) = match key.kind() {
                    "file" => ("content", format!("v{n}")),
                    "value" => ("value", format!("v{n}")),
                    "template" => ("text", format!("{n}{{{{ x }}}}")),
                    "exec" => ("cmd", format!("work {}", 90 + n)),
                    "http" => ("url", format!("http://site/{n}")),
                    "password" => ("length", (16 + n).to_string()),
                    "timer" => ("interval", format!("{}s", 1 + n)),
                    "svc" => (
                        "state",
                        (*self.dice.pick(&["running", "stopped"])).to_owned(),
                    ),
                    "print" => ("msg", format!("hello {n}")),
                    _ => return,
                };
                self.edit("set", |_, draft| {
                    let (path, raw) = (FieldPath::parse(param), Raw::quoted(value));
                    // A param that is received is refused when the graph is finished.
                    draft.set(&Kinds, &key, &path, &raw).expect("a valid param");
                    vec![]
                });
            }
            4 if !keys.is_empty() => {
                let key = self.dice.pick(&keys).clone();
                let name = format!("{}r", key.name());
                self.edit("rename", |_, draft| {
                    match draft.rename(&key, &name, Place::default()) {
                        Ok(to) => vec![(key, to)],
                        Err(_) => vec![],
                    }
                });
            }
            _ => {
                let edges: Vec<(Key, Key)> = self.graph.edges().keys().cloned().collect();
                if !edges.is_empty() {
                    let (from, to) = self.dice.pick(&edges).clone();
                    let notify = self.dice.chance(50);
                    self.edit("unlink", |_, draft| {
                        let _ = draft.unlink(&from, &to, notify, Place::default());
                        vec![]
                    });
                }
            }
        }
    }

    /// Something happens on the machine.
    fn drift(&mut self) {
        let files: Vec<Key> = self
            .keys()
            .into_iter()
            .filter(|key| key.kind() == "file")
            .collect();
        if files.is_empty() {
            return;
        }
        let path = PathBuf::from(self.dice.pick(&files).name());
        let outside = self.sim.outside();
        let path: &Path = &path;
        let _ = match self.dice.below(4) {
            0 => outside.write(path, b"drift"),
            1 => outside.remove(path),
            2 => outside.chmod(path, 0o777),
            _ => outside.touch(path),
        };
        self.did("drift", path.display());
        self.input(Input::Tick);
    }

    fn poke_about(&mut self) {
        let keys = self.keys();
        if keys.is_empty() {
            return;
        }
        let key = self.dice.pick(&keys).clone();
        let hears = !matches!(key.kind(), "file" | "template" | "value");
        match self.dice.below(5) {
            0 if hears => {
                self.did("notify", &key);
                self.input(Input::Notify(key));
            }
            1 => {
                self.did("cancel", &key);
                self.input(Input::Cancel(key));
            }
            2 => {
                self.did("poke", &key);
                self.input(Input::Poke(key));
            }
            _ => {
                self.did("dirty", &key);
                self.input(Input::Dirty(key));
            }
        }
    }

    fn begin(&mut self, until: Until) {
        self.did(
            if until == Until::Stopped {
                "watch"
            } else {
                "apply"
            },
            "",
        );
        self.input(Input::Run {
            until,
            world: "sim".into(),
            expected: None,
            only: None,
        });
    }

    fn advance(&mut self) {
        let span = Span::millis(self.dice.below(4_000));
        self.did("advance", span);
        self.drive.advance(span);
        self.audit();
    }

    /// A plan ends, whatever the state, and leaves the machine as it was.
    fn plan(&mut self) {
        self.did("plan", "");
        let before = self.sim.tree();
        let planning = Planning {
            graph: self.graph.clone(),
            only: None,
            world: Arc::new(self.sim.attempt(None)),
            label: "sim".into(),
            state: PathBuf::from("/var/lib/weft/seeds"),
            remembered: self.drive.engine().remembered().clone(),
            noop: false,
        };
        if let Err(fault) = plan(planning) {
            self.fail(&fault.to_string());
        }
        if self.sim.tree() != before {
            self.fail("the plan changed the machine");
        }
    }

    fn stop(&mut self) {
        let now = self.dice.chance(40);
        self.did(if now { "stop now" } else { "stop" }, "");
        self.input(Input::Stop { now });
    }

    fn crash(&mut self) {
        self.did("crash", "");
        self.drive.crash();
        let jobs = 1 + self.dice.below(4) as usize;
        self.drive
            .restart(options(jobs), self.graph.clone())
            .expect("the store is there");
        self.audit();
        self.did("restart", "");
    }

    fn one_thing(&mut self) {
        let running = self.drive.engine().is_running();
        match self.dice.below(15) {
            0 if !running => self.begin(Until::Converged),
            1 | 2 if !running => self.begin(Until::Stopped),
            3 | 4 => self.edit_something(),
            5 | 6 => self.drift(),
            7 => self.poke_about(),
            8 if running => self.stop(),
            9 => self.crash(),
            10 if self.dice.chance(30) => {
                self.did("fault", "");
                self.sim.arm(FaultRule::next("*", "*", FaultKind::Io));
            }
            11 if running => {
                self.did("pause", "");
                self.input(Input::Pause);
                self.input(Input::Step);
                self.input(Input::Continue);
            }
            12 => self.plan(),
            _ => self.advance(),
        }
    }

    /// The history ends: faults are over, and a last run converges.
    fn heal(&mut self) {
        if self.drive.engine().is_running() {
            self.input(Input::Stop { now: true });
            self.drive.advance(Span::secs(60));
        }
        self.audit();
        self.input(Input::Run {
            until: Until::Converged,
            world: "sim".into(),
            expected: None,
            only: None,
        });
        if let Err(why) = self.drive.finish() {
            self.fail(&why);
        }
        self.audit();
        if self.drive.engine().is_running() {
            self.fail("the run does not end");
        }
    }

    fn audit_trace(&self) {
        let mut known: BTreeSet<EventId> = BTreeSet::new();
        for event in &self.events {
            match event.cause {
                None if !event.what.is_input() && !is_free(&event.what) => {
                    self.fail(&format!("no cause: {}", weft::trace::line(event)));
                }
                Some(cause) if cause >= event.id => self.fail("a cause that comes later"),
                _ => {}
            }
            known.insert(event.id);
        }
        for key in self.keys() {
            let chain = weft::engine::why::why(&self.events, &key);
            let known = self
                .events
                .iter()
                .any(|event| event.subject.as_ref() == Some(&key));
            if known && chain.is_empty() {
                self.fail(&format!("why {key} says nothing"));
            }
            if let Some(first) = chain.first()
                && !first.what.is_input()
                && !is_free(&first.what)
            {
                self.fail(&format!("why {key} ends in: {}", weft::trace::line(first)));
            }
        }
    }
}

/// Events that may stand at the beginning of a chain without being inputs: an edit is a person's, too.
fn is_free(what: &What) -> bool {
    matches!(what, What::Edited { .. } | What::Paused | What::Continued)
}

fn number(key: &Key) -> usize {
    let digits: String = key.name().chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(usize::MAX)
}

fn play(seed: u64) -> (Counts, String) {
    let mut play = Play::new(seed);
    let mut draft = Draft::new("seeds");
    for _ in 0..2 + play.dice.below(8) {
        play.add(&mut draft);
    }
    match draft.finish(&Kinds) {
        Ok(graph) => play.graph = Arc::new(graph),
        Err(refusals) => panic!("seed {seed}: {}", refusals[0]),
    }
    play.input(Input::Graph {
        graph: play.graph.clone(),
        renamed: vec![],
    });
    for _ in 0..3 + play.dice.below(14) {
        play.one_thing();
    }
    play.heal();
    play.audit_trace();
    let statuses = play
        .keys()
        .into_iter()
        .filter_map(|key| play.drive.engine().status(&key));
    for status in statuses {
        let word = Status::ALL
            .iter()
            .find(|s| **s == status)
            .map_or("?", |s| s.word());
        *play.counts.entry(word).or_default() += 1;
    }
    let trace = weft::trace::lines(&play.events, Level::Full);
    (play.counts, trace)
}

#[test]
fn random_graphs_keep_the_rules() {
    let alone = std::env::var("WEFT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seeds = alone.map_or(0..SEEDS, |seed: u64| seed..seed + 1);
    let mut all = Counts::new();
    for seed in seeds {
        let (counts, trace) = play(seed);
        if seed % 10 == 0 || alone.is_some() {
            assert_eq!(trace, play(seed).1, "seed {seed} gives two traces");
        }
        for (what, n) in counts {
            *all.entry(what).or_default() += n;
        }
    }
    for (what, n) in &all {
        println!("{n:7} {what}");
    }
    if alone.is_none() {
        let wanted = [
            "add",
            "apply",
            "watch",
            "edit",
            "edit while running",
            "drift",
            "notify",
            "cancel",
            "poke",
            "dirty",
            "stop",
            "stop now",
            "crash",
            "restart",
            "fault",
            "pause",
            "advance",
            "plan",
            "binding",
            "secret bound",
            "guard",
            "noop meta",
            "retry meta",
            "poll meta",
            "limit meta",
            "semaphore",
            "timeout",
            "order edge",
            "notify edge",
            "ok",
            "changed",
            "failed",
            "blocked",
            "held",
        ];
        for what in wanted.iter().chain(KINDS).filter(|what| **what != "add") {
            assert!(all.contains_key(what), "`{what}` never occurred");
        }
    }
}
