//! From a step to what comes of it: records to the store, events to whoever shows them, effects to the pool, each when its time has come.
//!
//! DESIGN's contract: if a record cannot be made durable, nothing new starts, what runs is finished, and the run ends with place and
//! reason. The records are kept, and tried again before a person's next input.

use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Reserved;
use super::commit::Stored;
use super::pool::never_begun;
use super::{RealDrive, lock};
use crate::drive::{Act, Errand};
use crate::engine::event::Event;
use crate::engine::{Effect, Input, Output, Seq};
use crate::journal::StoreFault;
use crate::kind::{self, Failure};
use crate::time::Wall;

type OnEvents<'a> = &'a mut dyn FnMut(&[Event]);

impl RealDrive {
    /// Steps the engine through these, and lets go of all that need not wait.
    pub(super) fn take(&mut self, inputs: Vec<Input>, on: OnEvents) {
        let is_run = |input: &Input| matches!(input, Input::Run { .. });
        let stops = inputs
            .iter()
            .any(|input| matches!(input, Input::Stop { .. }));
        if inputs.iter().any(is_run) {
            self.stops.clear();
        }
        if self.broken && !self.engine().is_running() {
            self.try_again(on);
        }
        let broken = self.broken;
        let mut back = self.step(inputs, broken);
        self.release(on);
        if stops {
            self.pool.give_back();
            back.extend(self.pool.fetch());
        }
        if !back.is_empty() {
            self.take(back, on);
        }
    }

    /// One step after the other; what has not begun comes back as done.
    fn step(&mut self, inputs: Vec<Input>, broken: bool) -> Vec<Input> {
        let checked = |input: &&Input| matches!(input, Input::Checked { .. });
        let checked = inputs.iter().filter(checked).count();
        let (mut all, run) = (Output::default(), self.engine().run());
        let now = self.now();
        let mut engine = lock(&self.engine);
        for input in inputs {
            let out = engine.step(now, input);
            all.records.extend(out.records);
            all.effects.extend(out.effects);
            all.events.extend(out.events);
        }
        drop(engine);
        self.origins.take(&all.events);
        let last = all.records.last().map(|(seq, _)| *seq).unwrap_or_default();
        let run = run.max(self.engine().run());
        let entries = self.origins.entries(all.records, run, wall());
        if broken {
            self.unstored.extend(entries);
        } else if !entries.is_empty() {
            self.storing += 1;
            self.committer.add(entries);
        }
        let before = self.checks.load(Ordering::Relaxed);
        self.checks
            .store(before.saturating_sub(checked), Ordering::Relaxed);
        // What is finished after a failure is told, though nobody will remember it.
        self.held
            .add_events(if broken { Seq(0) } else { last }, all.events);
        self.carry_out(all.effects, broken)
    }

    /// Carries effects out. Where nothing new may start, the completions of those that would.
    fn carry_out(&mut self, effects: Vec<Effect>, broken: bool) -> Vec<Input> {
        let (mut errands, mut back) = (Vec::new(), Vec::new());
        for effect in effects {
            match Errand::of(effect) {
                Ok(errand) if broken => back.push(never_begun(&errand)),
                Ok(errand) => errands.push(errand),
                Err(Effect::Watch {
                    vertex,
                    key,
                    params,
                }) => back.extend(self.watched.watch(vertex, &key, &params)),
                Err(Effect::Unwatch { vertex }) => self.watched.unwatch(vertex),
                Err(Effect::Cancel { attempt, .. }) => {
                    back.extend(self.held.cancel(attempt).map(|errand| never_begun(&errand)));
                    self.pool.cancel(attempt);
                }
                Err(Effect::WakeAt(at)) => self.wake = at,
                Err(_) => {}
            }
        }
        let go = self.held.add_errands(errands);
        back.extend(self.hand_out(go));
        back
    }

    /// Gives errands to the pool. One before which the graph's lock is needed and cannot be had comes
    /// back as failed.
    fn hand_out(&mut self, errands: Vec<Errand>) -> Vec<Input> {
        let (mut go, mut back) = (Vec::with_capacity(errands.len()), Vec::new());
        for errand in errands {
            let ready = match errand.act {
                Act::Check => Ok(()),
                _ => self.reserve(&errand),
            };
            match ready {
                Ok(()) => go.push(errand),
                Err(fault) => back.push(errand.failed(Failure::new(fault.to_string()).not_begun())),
            }
        }
        let checks = go
            .iter()
            .filter(|errand| matches!(errand.act, Act::Check))
            .count();
        self.checks.fetch_add(checks, Ordering::Relaxed);
        self.pool.add(go);
        back
    }

    /// Before an act: the graph's lock, and its directory where it runs commands, which are to hold that lock.
    fn reserve(&mut self, errand: &Errand) -> Result<(), StoreFault> {
        let kind = kind::find(errand.job.key.kind());
        let runs = kind.is_some_and(|kind| kind.runs_commands());
        match self.reserved {
            Reserved::Locked => return Ok(()),
            Reserved::Unlocked if !runs => return Ok(()),
            _ if runs => self.committer.store().settle()?,
            _ => self.committer.store().reserve()?,
        }
        self.reserved = match self.hold_lock() {
            true => Reserved::Locked,
            false => Reserved::Unlocked,
        };
        Ok(())
    }

    /// Shows and starts what waited for records that are durable now.
    fn release(&mut self, on: OnEvents) {
        while let Some(events) = self.held.next_events() {
            on(&events);
        }
        let go = self.held.next_errands();
        let back = self.hand_out(go);
        if !back.is_empty() {
            self.take(back, on);
        }
    }

    /// Whether nothing is on its way into the store, and nothing waits for it.
    pub(super) fn is_durable(&self) -> bool {
        self.storing == 0 && self.held.is_empty()
    }

    /// What the store has told since the last call.
    pub(super) fn hear_stored(&mut self, on: OnEvents) {
        while let Some(stored) = self.committer.fetch() {
            self.stored(stored, on);
        }
    }

    /// Waits until everything that was recorded is durable, or cannot be.
    pub(super) fn flush(&mut self, on: OnEvents) {
        while self.storing > 0 {
            match self.committer.wait() {
                Some(stored) => self.stored(stored, on),
                None => self.storing = 0,
            }
        }
        self.release(on);
    }

    fn stored(&mut self, stored: Stored, on: OnEvents) {
        self.storing = self.storing.saturating_sub(stored.batches);
        self.held.stored(stored.upto);
        match stored.failed {
            None => self.release(on),
            Some((fault, entries)) => {
                self.unstored.extend(entries);
                if !self.broken {
                    self.stop_undurable(fault, on);
                }
            }
        }
    }

    /// Nothing new starts; what runs is finished.
    fn stop_undurable(&mut self, fault: StoreFault, on: OnEvents) {
        let mut inputs = vec![Input::Undurable(fault.to_string())];
        self.fault = Some(fault);
        self.broken = true;
        inputs.extend(self.held.give_up().iter().map(never_begun));
        self.pool.give_back();
        inputs.extend(self.pool.fetch());
        let now = self.now();
        let out = lock(&self.engine).step(now, inputs.remove(0));
        on(&out.events);
        self.origins.take(&out.events);
        inputs.extend(self.carry_out(out.effects, true));
        if !inputs.is_empty() {
            self.take(inputs, on);
        }
    }

    /// A person acts again after records could not be stored: they are tried once more, before anything else.
    fn try_again(&mut self, on: OnEvents) {
        self.flush(on);
        let entries = std::mem::take(&mut self.unstored);
        if !entries.is_empty() {
            self.storing += 1;
            self.committer.again(entries);
            if let Some(stored) = self.committer.wait() {
                self.storing = self.storing.saturating_sub(stored.batches);
                self.held.stored(stored.upto);
                if let Some((fault, entries)) = stored.failed {
                    self.unstored = entries;
                    self.fault = Some(fault);
                    return;
                }
            }
        }
        self.fault = None;
        self.broken = false;
    }
}

/// What the wall clock says. It is only printed.
pub(super) fn wall() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Wall(since.map_or(0, |since| since.as_secs()))
}
