//! Running: plan, apply, watch, step and the rest that moves the engine.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Ended, Front, Session, SessionError, take};
use crate::command::order::{BreakAt, Order};
use crate::drive::plan::{Plan, Planning, plan};
use crate::drive::runner::Runner;
use crate::engine::event::{Event, What};
use crate::engine::{Expected, Input, Until, VertexId};
use crate::graph::Catalog;
use crate::graph::Key;
use crate::kind::Kinds;
use crate::trace::{self, Stage};
use crate::value::Hears;

impl Session {
    pub(super) fn act(&mut self, order: &Order, front: &mut dyn Front) -> Result<(), SessionError> {
        self.log.push(order.to_string());
        match order {
            Order::Plan(keys) => self.show_plan(keys, front),
            Order::Apply(keys) => self.apply(order, keys, front),
            Order::Watch => self.watch(order, front),
            Order::Step(steps) => self.step(order, steps.unwrap_or(1), front),
            Order::Continue | Order::Resume => self.go_on(order, front),
            Order::Pause => self.tell(order, vec![Input::Pause], front),
            Order::Stop => self.stop(order, front),
            Order::Break { off, at } => self.set_break(*off, at.as_ref(), front),
            Order::Dirty(keys) => self.tell(
                order,
                keys.iter().cloned().map(Input::Dirty).collect(),
                front,
            ),
            Order::Poke(keys) => self.tell(
                order,
                keys.iter().cloned().map(Input::Poke).collect(),
                front,
            ),
            Order::Cancel(keys) => self.tell(
                order,
                keys.iter().cloned().map(Input::Cancel).collect(),
                front,
            ),
            Order::Notify(keys) => self.notify(order, keys, front),
            _ => Ok(()),
        }
    }

    /// The words of an order as an input, so that what follows has them as its cause.
    pub(super) fn command(&mut self, order: &Order, front: &mut dyn Front) {
        self.input(Input::Command(order.to_string()), front);
    }

    fn tell(
        &mut self,
        order: &Order,
        inputs: Vec<Input>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        self.command(order, front);
        inputs
            .into_iter()
            .for_each(|input| self.input(input, front));
        Ok(())
    }

    fn notify(
        &mut self,
        order: &Order,
        keys: &[Key],
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        self.tell(
            order,
            keys.iter().cloned().map(Input::Notify).collect(),
            front,
        )
    }

    /// Plans the present graph, or the part of it that these need.
    pub fn plan(&self, keys: &[Key]) -> Result<Plan, SessionError> {
        let planning = Planning {
            graph: self.history.now().clone(),
            only: self.only(keys),
            world: self.runner.look(),
            label: self.label.clone(),
            state: self.runner.state().to_path_buf(),
            remembered: self.runner.remembered(),
            noop: self.options.noop,
        };
        let plan = plan(planning).map_err(|fault| SessionError::failed(fault.to_string()))?;
        match self.runner.is_interrupted() {
            true => Err(SessionError::failed(
                "interrupted while it was planned: nothing was changed",
            )),
            false => Ok(plan),
        }
    }

    fn only(&self, keys: &[Key]) -> Option<BTreeSet<Key>> {
        let before = || {
            self.history
                .now()
                .before(keys)
                .vertices()
                .keys()
                .cloned()
                .collect()
        };
        (!keys.is_empty()).then(before)
    }

    fn show_plan(&mut self, keys: &[Key], front: &mut dyn Front) -> Result<(), SessionError> {
        let plan = self.plan(keys)?;
        front.show(&trace::plan_text(&plan.report()));
        self.ended = Ended {
            tally: plan.tally(),
            ..Ended::default()
        };
        self.plan = Some(plan);
        Ok(())
    }

    /// The present plan, if one was made since the graph last changed.
    pub fn planned(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// Shows the plan and asks, where that is called for (rule W3). `Ok(None)`: there is nothing to do, or no consent.
    fn consent(
        &mut self,
        keys: &[Key],
        watch: bool,
        front: &mut dyn Front,
    ) -> Result<Option<Consent>, SessionError> {
        if self.runner.is_sim() || self.options.yes {
            return Ok(Some(Consent { expected: None }));
        }
        if !front.can_ask() {
            self.ended = Ended {
                refused: true,
                ..Ended::default()
            };
            let what = format!("there is nobody to ask before changing {}", self.label);
            return Err(SessionError::failed(what).with_hint("--yes consents beforehand"));
        }
        let plan = self.plan(keys)?;
        let report = plan.report();
        front.show(&trace::plan_text(&report));
        self.ended = Ended {
            tally: plan.tally(),
            ..Ended::default()
        };
        if plan.is_empty() && plan.drops.is_empty() && !watch {
            return Ok(None);
        }
        let verb = if watch { "Watch and apply" } else { "Apply" };
        let question = format!(
            "{verb} {} to {}?",
            trace::count(plan.changes(), "change"),
            self.world_words()
        );
        let expected = Arc::new(plan.expected.clone());
        self.plan = Some(plan);
        if !front.confirm(&question, &trace::plan_detail(&report)) {
            front.remark("nothing was changed\n");
            // A watch that goes on is what it was; what was not begun is refused.
            self.ended.refused = !self.moment().running;
            return Ok(None);
        }
        Ok(Some(Consent {
            expected: Some(expected),
        }))
    }

    /// `web1 as root`, for questions.
    fn world_words(&self) -> &str {
        self.label.strip_prefix("host ").unwrap_or(&self.label)
    }

    fn apply(
        &mut self,
        order: &Order,
        keys: &[Key],
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        if self.runner.ask(|engine| engine.is_running()) {
            return self.apply_staged(order, front);
        }
        let Some(consent) = self.consent(keys, false, front)? else {
            return Ok(());
        };
        self.command(order, front);
        self.begin(Until::Converged, consent, self.only(keys), front);
        self.finish(front)
    }

    /// While a host graph is watched: shows what the staged edits would do, asks, and hands them over (rule W4).
    fn apply_staged(&mut self, order: &Order, front: &mut dyn Front) -> Result<(), SessionError> {
        if !self.staged {
            front.remark("nothing is staged, and the graph is being watched\n");
            return Ok(());
        }
        if self.consent(&[], true, front)?.is_some() {
            self.command(order, front);
            self.hand_graph_over(Vec::new(), front);
        }
        Ok(())
    }

    fn begin(
        &mut self,
        until: Until,
        consent: Consent,
        only: Option<BTreeSet<Key>>,
        front: &mut dyn Front,
    ) {
        self.ended = Ended::default();
        if self.staged {
            self.hand_graph_over(Vec::new(), front);
        }
        let world = self.label.clone();
        self.input(
            Input::Run {
                until,
                world,
                expected: consent.expected,
                only,
            },
            front,
        );
    }

    /// Lets the run go on to its end, asking what it asks (rule L4).
    pub(super) fn finish(&mut self, front: &mut dyn Front) -> Result<(), SessionError> {
        loop {
            let (events, view) = (&mut self.events, &mut self.view);
            let ended = self
                .runner
                .finish(&mut |new| take(events, view, new, front));
            match ended {
                Ok(signal) => {
                    self.interrupted |= signal.is_some();
                    self.ended.signal = self.ended.signal.or(signal);
                }
                Err(fault) => return Err(self.broken(fault.to_string())),
            }
            let asking = self.runner.ask(|engine| engine.asking());
            let Some((vertex, key)) = asking.into_iter().next() else {
                break;
            };
            self.ask_about(vertex, &key, front);
        }
        self.conclude(front);
        Ok(())
    }

    fn broken(&mut self, why: String) -> SessionError {
        self.ended.refused = true;
        SessionError::failed(why)
    }

    pub(super) fn ask_about(&mut self, vertex: VertexId, key: &Key, front: &mut dyn Front) {
        let findings = self
            .view
            .vertices
            .get(key)
            .map(|vertex| vertex.findings.clone())
            .unwrap_or_default();
        let more: String = findings
            .iter()
            .flat_map(|finding| &finding.detail)
            .map(|line| format!("{line}\n"))
            .collect();
        let yes = front.confirm(
            &format!("{key} would do what the plan did not say. Apply it?"),
            &more,
        );
        self.input(Input::Consent { vertex, yes }, front);
    }

    /// After a run: what it came to.
    fn conclude(&mut self, front: &mut dyn Front) {
        let (tally, converged) = match self.view.stage {
            Stage::Converged(tally) => (tally, true),
            _ => (self.runner.ask(|engine| engine.tally()), false),
        };
        self.ended.tally = tally;
        if converged {
            self.ended.signal = None;
        }
        let startable = self.runner.ask(|engine| {
            if engine.is_paused() {
                engine.startable()
            } else {
                Vec::new()
            }
        });
        if let Some(key) = startable.first()
            && self.moment().running
        {
            front.remark(&format!("paused before {key}: `step` or `continue`\n"));
        }
    }

    fn watch(&mut self, order: &Order, front: &mut dyn Front) -> Result<(), SessionError> {
        let Some(consent) = self.consent(&[], true, front)? else {
            return Ok(());
        };
        self.command(order, front);
        self.begin(Until::Stopped, consent, None, front);
        Ok(())
    }

    fn step(
        &mut self,
        order: &Order,
        steps: u64,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        if !self.runner.ask(|engine| engine.is_running()) {
            let Some(consent) = self.consent(&[], false, front)? else {
                return Ok(());
            };
            self.command(order, front);
            self.input(Input::Pause, front);
            self.begin(Until::Converged, consent, None, front);
        } else {
            self.command(order, front);
            self.input(Input::Pause, front);
        }
        for _ in 0..steps {
            self.input(Input::Step, front);
            self.finish(front)?;
        }
        Ok(())
    }

    fn go_on(&mut self, order: &Order, front: &mut dyn Front) -> Result<(), SessionError> {
        if !self.runner.ask(|engine| engine.is_running()) {
            let what = "nothing runs that could go on";
            return Err(
                SessionError::failed(what).with_hint("`apply` starts a run, `step` one step of it")
            );
        }
        self.command(order, front);
        self.input(Input::Continue, front);
        self.finish(front)
    }

    fn stop(&mut self, order: &Order, front: &mut dyn Front) -> Result<(), SessionError> {
        self.command(order, front);
        self.stop_by_itself(front)
    }

    /// Stops what runs although no person gave a command for it: it was told beforehand when to end.
    pub fn stop_by_itself(&mut self, front: &mut dyn Front) -> Result<(), SessionError> {
        self.input(Input::Continue, front);
        self.input(Input::Stop { now: false }, front);
        self.end_watch(front)
    }

    /// Waits for a watch in its own thread, which was told to stop, and takes the driver back. A signal that found it with
    /// something left to do counts as having stopped it (rule L6).
    pub fn end_watch(&mut self, front: &mut dyn Front) -> Result<(), SessionError> {
        let mut signal = None;
        if let Runner::Host(host) = &mut self.runner
            && host.is_behind()
        {
            signal = host
                .come_back()
                .map_err(|fault| SessionError::failed(fault.to_string()))?;
            self.catch_up(front);
        }
        self.finish(front)?;
        self.ended.signal = signal.or(self.ended.signal).filter(|_| !self.was_quiet());
        Ok(())
    }

    /// Whether nothing was left to do when the last run was told to stop: it had converged, and nothing had happened since.
    fn was_quiet(&self) -> bool {
        let started = |event: &Event| matches!(event.what, What::Started { .. });
        let begin = self.events.iter().rposition(started).unwrap_or_default();
        let run = &self.events[begin..];
        let told = |event: &Event| matches!(event.what, What::Stopping { .. });
        let stop = run.iter().position(told).unwrap_or(run.len());
        let last = run[..stop]
            .iter()
            .rev()
            .find(|event| event.subject.is_some() || matches!(event.what, What::Converged(_)));
        last.is_some_and(|event| matches!(event.what, What::Converged(_)))
    }

    fn set_break(
        &mut self,
        off: bool,
        at: Option<&BreakAt>,
        front: &mut dyn Front,
    ) -> Result<(), SessionError> {
        match at {
            Some(BreakAt::Vertex(key)) => {
                self.input(Input::Break(key.clone(), !off), front);
                let word = if off { "no break" } else { "break" };
                front.show(&format!("{word} before {key}\n"));
                Ok(())
            }
            // That was refused before (`never`).
            Some(BreakAt::Event(_)) => Ok(()),
            None => {
                let breaks = self.runner.ask(|engine| engine.breaks());
                for key in &breaks {
                    if off {
                        self.input(Input::Break(key.clone(), false), front);
                    }
                    front.show(&format!(
                        "{} before {key}\n",
                        if off { "no break" } else { "break" }
                    ));
                }
                Ok(())
            }
        }
    }
}

/// Why an order is refused at any time, if it is.
pub(crate) fn never(order: &Order) -> Option<SessionError> {
    let deaf = |key: &&Key| {
        let schema = Kinds.schema(key.kind());
        schema.is_some_and(|schema| schema.hears == Hears::Nothing)
    };
    match order {
        Order::Notify(keys) => keys.iter().find(deaf).map(|key| {
            let what = format!("{key} cannot be notified: {} hears nothing", key.kind());
            SessionError::failed(what).with_hint("`dirty` makes it be checked")
        }),
        Order::Break {
            at: Some(BreakAt::Event(event)),
            ..
        } => {
            let what = format!("a run cannot stop at every `{event}` yet, only before a vertex");
            Some(SessionError::failed(what).with_hint("name one: `break kind[name]`"))
        }
        _ => None,
    }
}

/// What was consented to: what the plan showed, or everything.
struct Consent {
    expected: Option<Arc<Expected>>,
}
