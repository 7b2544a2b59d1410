//! The engine of a simulation dies, and another one goes on from what was durable (rules P2, P3).

use std::fmt;
use std::sync::Arc;

use super::{Passed, SimDrive};
use crate::drive::{Act, Errand};
use crate::engine::event::{Event, EventId, What};
use crate::engine::{Engine, Input, Options, Output, Record, Seq};
use crate::graph::refs::ref_text;
use crate::graph::{Graph, Key};
use crate::journal::{Ledger, StoreFault};
use crate::world::sim::FaultKind;

/// Where a crash was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CrashPoint {
    /// When this vertex has been applied or refreshed, before the engine hears of it.
    After(Key),
    /// Before the record of this number is durable.
    Record(u64),
    /// At the commit of this number: the simulation counts them from 1, through all its engines.
    Commit(u64, Cut),
    /// In the effect (a check, an apply or a refresh) of this number, counted likewise: after so many of its world calls, or when
    /// it has ended, before the engine hears of it.
    Effect(u64, Option<usize>),
}

/// As `sim crash` takes it.
impl fmt::Display for CrashPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CrashPoint::After(key) => f.write_str(&ref_text(key)),
            CrashPoint::Record(number) => write!(f, "record {number}"),
            CrashPoint::Commit(number, Cut::Before) => write!(f, "commit {number}"),
            CrashPoint::Commit(number, Cut::Torn(part)) => write!(f, "commit {number} torn {part}"),
            CrashPoint::Commit(number, Cut::After) => write!(f, "commit {number} after"),
            CrashPoint::Effect(number, None) => write!(f, "effect {number}"),
            CrashPoint::Effect(number, Some(calls)) => write!(f, "effect {number} {calls}"),
        }
    }
}

/// Where in a commit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cut {
    /// Before anything of it is written.
    Before,
    /// When so much of a thousand parts is written.
    Torn(u16),
    /// When it is durable, before anything follows from it.
    After,
}

/// What an exploration lets happen, once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Strike {
    /// The engine dies.
    Crash(CrashPoint),
    /// This befalls the world call after so many ones of the effect of this number.
    Fault(u64, usize, FaultKind),
    /// The commit of this number is refused: the disk is full.
    Refuse(u64),
}

impl SimDrive {
    /// The engine dies: what was not recorded is lost, the world and the journal stay.
    pub fn crash(&mut self) {
        if !self.down {
            self.tell_crash();
        }
        self.go_down();
        self.crash = None;
    }

    /// Crashes when this point is reached.
    pub fn crash_at(&mut self, point: CrashPoint) {
        self.crash = Some(point);
    }

    /// Lets this happen once, and tells from now on what the simulation comes by.
    pub fn explore(&mut self, strike: Option<Strike>) {
        self.trail.tell();
        self.strikes.extend(strike);
    }

    /// Lets this happen once, besides what else is to happen.
    pub fn strike(&mut self, strike: Strike) {
        self.strikes.push(strike);
    }

    /// Breaks a promise from now on, in all engines.
    #[cfg(test)]
    pub fn plant(&mut self, bug: crate::engine::Planted) {
        self.engine.plant(Some(bug));
    }

    #[cfg(test)]
    fn spoil(&self, mut entries: Vec<crate::journal::Entry>) -> Vec<crate::journal::Entry> {
        let bug = self.engine.planted();
        let each = entries.iter_mut().map(|entry| &mut entry.record);
        each.for_each(|record| bug.into_iter().for_each(|bug| bug.spoil(record)));
        entries
    }

    /// Whether this is no longer to happen: it has, or was never asked for.
    pub fn is_over(&self, strike: Option<&Strike>) -> bool {
        strike.is_none_or(|strike| !self.strikes.contains(strike))
    }

    /// What it came by since it was told to tell.
    pub fn passed(&self) -> &[Passed] {
        &self.trail.passed
    }

    /// The engine is no more: what was under way is heard by nobody.
    fn go_down(&mut self) {
        if !self.down {
            let store = &self.store;
            self.trail
                .down(|| store.load().unwrap_or_default().remembered);
        }
        self.down = true;
        self.coming.clear();
        self.watched.clear();
        self.wake = None;
    }

    /// Where the engine dies, if it is here: a story or an exploration said so.
    fn dies(&mut self, here: impl Fn(&CrashPoint) -> bool) -> Option<CrashPoint> {
        let point = self.strikes_here(|strike| match strike {
            Strike::Crash(point) if here(point) => Some(point.clone()),
            _ => None,
        });
        point.or_else(|| self.crash.take_if(|point| here(point)))
    }

    /// What is to happen here, which is over with that.
    fn strikes_here<T>(&mut self, here: impl Fn(&Strike) -> Option<T>) -> Option<T> {
        let mut all = self.strikes.iter().enumerate();
        let (at, found) = all.find_map(|(at, strike)| here(strike).map(|found| (at, found)))?;
        self.strikes.remove(at);
        Some(found)
    }

    /// Whether it dies when this effect has ended, before it hears of that.
    pub(super) fn dies_after(&mut self, number: u64, errand: &Errand) -> bool {
        let acted = !matches!(errand.act, Act::Check);
        let key = &errand.job.key;
        self.dies(|point| match point {
            CrashPoint::After(at) => acted && at == key,
            CrashPoint::Effect(at, None) => *at == number,
            _ => false,
        })
        .is_some()
    }

    /// What befalls a call of the effect of this number, and how many calls before it pass.
    pub(super) fn befalls(&mut self, number: u64) -> Option<(usize, FaultKind)> {
        let fault = self.strikes_here(|strike| match strike {
            Strike::Fault(at, calls, what) if *at == number => Some((*calls, *what)),
            _ => None,
        });
        if fault.is_some() {
            return fault;
        }
        let here =
            self.dies(|point| matches!(point, CrashPoint::Effect(at, Some(_)) if *at == number));
        match here {
            Some(CrashPoint::Effect(_, Some(calls))) => Some((calls, FaultKind::Crash)),
            _ => None,
        }
    }

    /// Makes these records durable; false if the engine does not live on after that.
    pub(super) fn commit(&mut self, records: Vec<(Seq, Record)>) -> bool {
        self.trail.commits += 1;
        let number = self.trail.commits;
        let cut = self.cut(number, &records);
        let durable = matches!(cut, None | Some(Cut::After));
        let refused = |strike: &Strike| (*strike == Strike::Refuse(number)).then_some(());
        if self.strikes_here(refused).is_some() {
            self.trail.committed(number, &records, false);
            self.undurable(StoreFault::new("the journal", "no space left"));
            return false;
        }
        self.trail.committed(number, &records, durable);
        let at = self.wall();
        let entries = self.origins.entries(records, self.engine.run(), at);
        #[cfg(test)]
        let entries = self.spoil(entries);
        let stored = match cut {
            Some(Cut::Before) => Ok(()),
            Some(Cut::Torn(permille)) => self.store.tear(&entries, usize::from(permille)),
            None | Some(Cut::After) => self.store.commit(&entries),
        };
        match (stored, cut) {
            (Err(fault), _) => self.undurable(fault),
            (Ok(()), Some(_)) => self.crash(),
            (Ok(()), None) => return true,
        }
        false
    }

    /// Where in this commit the engine dies, if it does.
    fn cut(&mut self, number: u64, records: &[(Seq, Record)]) -> Option<Cut> {
        let here = self.dies(|point| match point {
            CrashPoint::Record(at) => records.iter().any(|(seq, _)| seq.0 >= *at),
            CrashPoint::Commit(at, _) => *at == number,
            _ => false,
        });
        here.map(|point| match point {
            CrashPoint::Commit(_, cut) => cut,
            _ => Cut::Before,
        })
    }

    /// Records could not be stored: this step's effects are not carried out, and its events are not shown.
    fn undurable(&mut self, fault: StoreFault) {
        let Output { events, .. } = self
            .engine
            .step(self.now, Input::Undurable(fault.to_string()));
        self.events.extend(events);
        self.go_down();
    }

    /// The last line of an engine that dies, so that a trace shows where it did.
    fn tell_crash(&mut self) {
        let id = EventId(self.engine.last_event().0 + 1);
        self.engine.go_on_counting(id);
        self.events.push(Event {
            id,
            at: self.now,
            subject: None,
            what: What::Killed,
            cause: None,
        });
    }

    /// What is durable, whether or not an engine lives.
    pub fn durable(&self) -> Result<Ledger, StoreFault> {
        self.store.load()
    }

    /// A new engine goes on from the journal, with this graph, which may have been edited meanwhile (rule N7); its events go
    /// on counting.
    pub fn restart(&mut self, options: Options, graph: Arc<Graph>) -> Result<(), StoreFault> {
        let last = self.engine.last_event();
        #[cfg(test)]
        let planted = self.engine.planted();
        self.engine = Engine::new(options, self.store.load()?.remembered);
        #[cfg(test)]
        self.engine.plant(planted);
        self.engine.go_on_counting(last);
        self.down = false;
        self.ground.restart();
        self.feed(Input::Graph {
            graph,
            renamed: Vec::new(),
        });
        Ok(())
    }
}
