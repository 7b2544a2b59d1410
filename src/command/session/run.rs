//! Running: plan, apply, watch, step and the rest that moves the engine.

use std::collections::BTreeSet;

use super::consent::Consent;
use super::{Ended, Front, Session, SessionError, Sort, take};
use crate::command::order::{BreakAt, Order};
use crate::drive::plan::{Plan, Planning, plan};
use crate::drive::runner::Runner;
use crate::engine::event::{Event, EventId, What};
use crate::engine::{Input, Until};
use crate::graph::Catalog;
use crate::graph::Key;
use crate::kind::Kinds;
use crate::trace::{self, Stage};
use crate::value::Hears;

impl Session {
    /// What was refused, so that nothing came of it, is not in the log: a story of this session does without it.
    pub(super) fn act(&mut self, order: &Order, front: &mut dyn Front) -> Result<(), SessionError> {
        let (logged, told) = (self.log.len(), self.last_event());
        self.log.push(order.to_string());
        let done = self.act_on(order, front);
        if done.is_err() && told == self.last_event() {
            self.log.truncate(logged);
        }
        done
    }

    pub(super) fn last_event(&self) -> Option<EventId> {
        self.events.last().map(|event| event.id)
    }

    fn act_on(&mut self, order: &Order, front: &mut dyn Front) -> Result<(), SessionError> {
        match order {
            Order::Plan(keys) => self.show_plan(keys, front),
            Order::Apply(keys) => self.apply(order, keys, front),
            Order::Watch => self.watch(order, front),
            Order::Step(steps) => self.step(order, steps.unwrap_or(1), front),
            Order::Continue | Order::Resume => self.go_on(order, front),
            Order::Pause => self.tell(order, vec![Input::Pause], front),
            Order::Stop => self.stop(order, front),
            Order::Break { off, at } => {
                self.set_break(*off, at.as_ref(), front);
                Ok(())
            }
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
        if inputs
            .iter()
            .any(|input| matches!(input, Input::Notify(_) | Input::Cancel(_)))
        {
            self.claim(front)?;
        }
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
        front.planned(&plan);
        front.show_as(Sort::Plan, &trace::plan_text(&plan.report()));
        self.ended = Ended {
            tally: plan.tally(),
            ..Ended::default()
        };
        self.plan = Some(plan);
        self.plans += 1;
        Ok(())
    }

    /// The present plan, if one was made since the graph last changed.
    pub fn planned(&self) -> Option<&Plan> {
        self.plan.as_ref()
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
            front.remark(match self.runner.ask(|engine| engine.is_paused()) {
                true => "the run is paused: `step` or `continue` goes on with it, `stop` ends it\n",
                false => "nothing is staged, and the graph is being watched\n",
            });
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

    pub(super) fn broken(&mut self, why: String) -> SessionError {
        self.ended.refused = true;
        SessionError::failed(why)
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
        // In this order: what is paused would start otherwise.
        self.input(Input::Stop { now: false }, front);
        self.input(Input::Continue, front);
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
            self.catch_up();
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

    fn set_break(&mut self, off: bool, at: Option<&BreakAt>, front: &mut dyn Front) {
        let chosen = match at {
            Some(at) => vec![at.clone()],
            None => self.runner.ask(|engine| {
                let vertices = engine.breaks().into_iter().map(BreakAt::Vertex);
                vertices
                    .chain(engine.halts().into_iter().map(BreakAt::Event))
                    .collect()
            }),
        };
        for stop in chosen {
            let (place, input) = match stop {
                BreakAt::Vertex(key) => (format!("before {key}"), Input::Break(key, !off)),
                BreakAt::Event(halt) => {
                    (format!("after `{}`", halt.word()), Input::Halt(halt, !off))
                }
            };
            if at.is_some() || off {
                self.input(input, front);
            }
            front.show(&match off {
                true => format!("break {place} is off\n"),
                false => format!("break {place}\n"),
            });
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
        _ => None,
    }
}
