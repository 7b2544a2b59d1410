//! What happens in a play: what a person, the machine and time may do.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use weft::drive::sim::CrashPoint;
use weft::drive::{Planning, plan};
use weft::engine::{Expected, Input, Until};
use weft::graph::{Draft, Key};
use weft::kind::Kinds;
use weft::time::Span;
use weft::value::Place;

use super::grow;
use super::machine::{self, STATE};
use super::play::{Change, Play};

const HERE: Place = Place { line: 0, column: 0 };

impl Play {
    /// One thing happens.
    pub fn step(&mut self) {
        if self.drive.is_down() {
            return self.while_down();
        }
        if self.dice.chance(50) {
            self.input(Input::Command("a person's words".into()));
        }
        let running = self.is_running();
        if !self.drive.engine().asking().is_empty() && self.dice.chance(60) {
            return self.answer();
        }
        if self.drive.engine().is_paused() && self.dice.chance(50) {
            return self.steer();
        }
        if !running && self.dice.chance(60) {
            return self.run();
        }
        match self.dice.below(20) {
            0..4 => self.edit(),
            4..9 => self.damage(),
            9..11 => self.poke_about(),
            11 if running => self.stop(),
            12 => self.crash(),
            13 => {
                let what = machine::fault(&mut self.dice, &self.sim);
                self.did(what, "");
            }
            14 if running => self.steer(),
            15 => self.plan(),
            16 if self.dice.chance(20) => {
                self.full.store(true, Ordering::SeqCst);
                self.did("the journal is full", "");
            }
            _ => {
                let span = Span::millis(self.dice.below(4_000));
                self.did("advance", span);
                self.advance(span);
            }
        }
    }

    fn run(&mut self) {
        if self.dice.chance(65) {
            self.did("watch", "");
            return self.begin(Until::Stopped, None, &[]);
        }
        self.apply();
    }

    /// The engine was killed, or could not go on: things happen all the same, then another one begins.
    fn while_down(&mut self) {
        self.count("crash: down");
        match self.dice.below(4) {
            0 => self.edit(),
            1 => self.damage(),
            _ => {}
        }
        self.restart();
        if self.dice.chance(40) {
            self.plan();
        }
    }

    fn apply(&mut self) {
        let keys = self.keys();
        match self.dice.below(4) {
            0 if !keys.is_empty() => {
                let key = self.dice.pick(&keys).clone();
                self.did("apply: a part", &key);
                self.begin(Until::Converged, None, &[key]);
            }
            1 => {
                self.did("apply: nothing was planned", "");
                self.begin(Until::Converged, Some(Expected::default()), &[]);
            }
            2 => {
                let expected = self.planned(None);
                self.did("apply: as planned", "");
                self.begin(Until::Converged, expected, &[]);
            }
            _ => {
                self.did("apply", "");
                self.begin(Until::Converged, None, &[]);
            }
        }
    }

    /// A person answers what is asked.
    fn answer(&mut self) {
        let Some((vertex, key)) = self.drive.engine().asking().into_iter().next() else {
            return;
        };
        let yes = self.dice.chance(70);
        self.did(if yes { "consent: yes" } else { "consent: no" }, key);
        self.input(Input::Consent { vertex, yes });
    }

    fn stop(&mut self) {
        let now = self.dice.chance(40);
        self.did(if now { "stop: now" } else { "stop" }, "");
        self.input(Input::Stop { now: false });
        if now && self.is_running() {
            self.input(Input::Stop { now: true });
        }
    }

    fn crash(&mut self) {
        let keys = self.keys();
        match self.dice.below(4) {
            0 if !keys.is_empty() => {
                let key = self.dice.pick(&keys).clone();
                self.did("crash: after an apply", &key);
                self.drive.crash_at(CrashPoint::After(key));
            }
            1 => {
                let next = self.drive.engine().remembered().seq.0 + 1 + self.dice.below(4);
                self.did("crash: before a record", next);
                self.drive.crash_at(CrashPoint::Record(next));
            }
            _ => {
                let running = self.is_running();
                self.did(
                    if running {
                        "crash: while running"
                    } else {
                        "crash: idle"
                    },
                    "",
                );
                self.drive.crash();
                self.audit();
            }
        }
    }

    fn damage(&mut self) {
        let managed = |key: &Key| !matches!(key.kind(), "timer" | "noop" | "print" | "value");
        let keys: Vec<Key> = self.keys().into_iter().filter(managed).collect();
        if keys.is_empty() {
            return;
        }
        let key = self.dice.pick(&keys).clone();
        if let Some(what) = machine::damage(&mut self.dice, &self.sim, &key) {
            self.did(what, &key);
            if !self.drive.is_down() {
                self.input(Input::Tick);
            }
        }
    }

    fn poke_about(&mut self) {
        let keys = self.keys();
        if keys.is_empty() {
            return;
        }
        let key = self.dice.pick(&keys).clone();
        let hears = !matches!(key.kind(), "file" | "template" | "value");
        let (what, input) = match self.dice.below(6) {
            0 | 1 if hears => ("notify", Input::Notify(key.clone())),
            2 => ("cancel", Input::Cancel(key.clone())),
            3 => ("poke", Input::Poke(key.clone())),
            _ => ("dirty", Input::Dirty(key.clone())),
        };
        self.did(what, key);
        self.input(input);
    }

    /// A person holds the run, or lets it go on.
    fn steer(&mut self) {
        let keys = self.keys();
        let paused = self.drive.engine().is_paused();
        match self.dice.below(4) {
            0 | 1 if paused => {
                self.did("step", "");
                self.input(Input::Step);
            }
            2 if paused => {
                self.did("continue", "");
                self.input(Input::Continue);
            }
            0 | 1 => {
                self.did("pause", "");
                self.input(Input::Pause);
            }
            _ if !keys.is_empty() => {
                let key = self.dice.pick(&keys).clone();
                let on = self.dice.chance(60);
                self.did("break", &key);
                self.input(Input::Break(key.clone(), on));
                self.input(Input::Dirty(key));
            }
            _ => {}
        }
    }

    /// A plan ends, whatever the state, and leaves the machine as it was.
    fn plan(&mut self) {
        let keys = self.keys();
        let only = self.dice.chance(20).then(|| self.dice.pick(&keys).clone());
        self.did(
            if only.is_some() {
                "plan: a part"
            } else {
                "plan"
            },
            "",
        );
        self.planned(only.filter(|_| !keys.is_empty()));
    }

    fn planned(&mut self, only: Option<Key>) -> Option<Expected> {
        let before = self.sim.tree();
        let part = only.map(|key| self.graph.before(&[key]));
        let planning = Planning {
            graph: self.graph.clone(),
            only: part.map(|part| part.vertices().keys().cloned().collect()),
            world: Arc::new(self.sim.attempt(None)),
            label: "sim".into(),
            state: PathBuf::from(STATE),
            remembered: self.drive.engine().remembered().clone(),
            noop: false,
        };
        let planned = plan(planning);
        if self.sim.tree() != before {
            self.fail("the plan changed the machine");
        }
        match planned {
            Ok(plan) => {
                let tally = plan.tally();
                for (n, what) in [
                    (tally.changed, "plan: would change"),
                    (tally.may, "plan: may change"),
                    (tally.failed, "plan: would fail"),
                    (plan.drops.len(), "plan: would drop"),
                    (plan.expected.refreshes.len(), "plan: would refresh"),
                ] {
                    (n > 0).then(|| self.count(what));
                }
                Some(plan.expected)
            }
            Err(fault) => self.fail(&fault.to_string()),
        }
    }

    /// An edit of any sort, if the graph stays whole with it.
    fn edit(&mut self) {
        let keys = self.keys();
        let sort = self.dice.below(14);
        if keys.is_empty() || sort < 3 {
            return self.draft("edit: add", |play, draft| {
                play.add(draft);
                Vec::new()
            });
        }
        let key = self.dice.pick(&keys).clone();
        match sort {
            3 => self.draft("edit: drop", |_, draft| {
                let _ = draft.drop_vertex(&key, HERE);
                Vec::new()
            }),
            4 | 5 => self.draft("edit: set", |play, draft| {
                grow::reset(&mut play.dice, draft, &key);
                Vec::new()
            }),
            6 => self.draft("edit: unset", |_, draft| {
                grow::unset(draft, &key);
                Vec::new()
            }),
            7 => self.draft("edit: rename", |_, draft| {
                let to = draft.rename(&key, &format!("{}r", key.name()), HERE);
                to.map(|to| vec![(key, to)]).unwrap_or_default()
            }),
            8 => self.draft("edit: meta", |play, draft| {
                let mut drawn = grow::Drawn::new();
                let meta = grow::meta(&mut play.dice, &mut drawn);
                let _ = draft.set_meta(&key, meta, HERE);
                Vec::new()
            }),
            9 => self.draft("edit: noop toggled", |_, draft| {
                let mut meta = draft.graph().vertices()[&key].meta.clone();
                meta.noop = !meta.noop;
                let _ = draft.set_meta(&key, meta, HERE);
                Vec::new()
            }),
            10 => self.connect(&keys, &key),
            11 => self.part(),
            12 => {
                self.go_back(true);
                if self.dice.chance(50) {
                    self.go_back(false);
                }
            }
            _ => self.go_back(false),
        }
    }

    fn connect(&mut self, keys: &[Key], to: &Key) {
        let from = self.dice.pick(keys).clone();
        if grow::number(&from) >= grow::number(to) {
            return;
        }
        let bind = self.dice.chance(50);
        let what = if bind { "edit: bind" } else { "edit: link" };
        self.draft(what, |play, draft| {
            let (dice, mut drawn) = (&mut play.dice, grow::Drawn::new());
            match bind {
                true => grow::bind(dice, draft, &from, to, &mut drawn),
                false => grow::link(dice, draft, &from, to, &mut drawn),
            }
            Vec::new()
        });
    }

    fn part(&mut self) {
        let edges: Vec<(Key, Key)> = self.graph.edges().keys().cloned().collect();
        let bindings: Vec<_> = self.graph.bindings().keys().cloned().collect();
        if !bindings.is_empty() && self.dice.chance(50) {
            let (to, into) = self.dice.pick(&bindings).clone();
            self.draft("edit: unbind", |_, draft| {
                let _ = draft.unbind(&to, &into, HERE);
                Vec::new()
            });
        } else if !edges.is_empty() {
            let (from, to) = self.dice.pick(&edges).clone();
            self.draft("edit: unlink", |play, draft| {
                grow::unlink(&mut play.dice, draft, &from, &to);
                Vec::new()
            });
        }
    }

    fn draft(&mut self, what: &str, edit: impl FnOnce(&mut Play, &mut Draft) -> Vec<(Key, Key)>) {
        let mut draft = self.graph.edit();
        let renamed = edit(self, &mut draft);
        if let Ok(graph) = draft.finish(&Kinds)
            && graph != *self.graph
        {
            let back = renamed.iter().map(|(from, to)| (to.clone(), from.clone()));
            self.undone.0.push((self.graph.clone(), back.collect()));
            self.undone.1.clear();
            self.take(what, (Arc::new(graph), renamed));
        }
    }

    /// Undo, or redo.
    fn go_back(&mut self, undo: bool) {
        let (before, after) = &mut self.undone;
        let (from, to) = if undo {
            (before, after)
        } else {
            (after, before)
        };
        let Some((graph, renamed)) = from.pop() else {
            return;
        };
        let back = renamed.iter().map(|(from, to)| (to.clone(), from.clone()));
        to.push((self.graph.clone(), back.collect()));
        let what = if undo { "edit: undo" } else { "edit: redo" };
        self.take(what, (graph, renamed));
    }

    fn take(&mut self, what: &str, (graph, renamed): Change) {
        self.graph = graph;
        let engine = self.drive.engine();
        let state = match engine.is_running() {
            _ if self.drive.is_down() => "edit while down",
            true if !engine.is_idle() => "edit while something runs",
            true => "edit while running",
            false => "edit while idle",
        };
        self.count(state);
        self.did(what, format!("{renamed:?}"));
        if !self.drive.is_down() {
            self.hand_over(renamed);
        }
    }
}
