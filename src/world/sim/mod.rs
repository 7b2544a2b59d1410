//! A machine in memory: what stories run on, with virtual time, seeded chance and faults on purpose.
//!
//! Nothing here starts a process, opens a file or a socket, or reads a clock. One [`Sim`] is the machine; each attempt
//! gets its own cheap [`SimView`] of it, which implements [`Look`](super::Look) and [`World`](super::World) and counts the
//! virtual time that its calls take. The same spec, seed and calls give the same answers, byte for byte.
//!
//! # What it is faithful in
//!
//! - Files: owners, modes, sticky directories, links, hard links, mount points, read-only places and a full disk
//!   answer as Linux does, to root and to others. A put is whole or has not happened.
//! - Commands: exactly what the story's `world.commands` says, and the few that are built in. A command that
//!   is ended before its time has done nothing, or the first half of its effects where the story says `partial`.
//! - Pages: conditional requests, sizes, times. Services: load state, jobs that fail, time out or die a moment later, the
//!   start limit, unit files that the manager has not read yet.
//!
//! # The faults that it injects, and why weft must survive them
//!
//! | fault | seen as | why weft must survive it |
//! | --- | --- | --- |
//! | [`FaultKind::Io`] | [`Fault::Io`] | disks err; the vertex fails, the old file is whole, the debt stays (N2, P1) |
//! | [`FaultKind::NoSpace`], or `free` used up | [`Fault::NoSpace`] | disks fill up between plan and apply |
//! | [`FaultKind::Denied`] | [`Fault::Denied`] | immutable files and security modules refuse root too |
//! | [`FaultKind::ReadOnly`], or `read_only` | [`Fault::ReadOnly`] | a file system with errors is mounted anew, read-only |
//! | [`FaultKind::Net`], or a page's [`NetFault`](spec::NetFault) | [`Fault::Net`] | a failed or half download must change nothing anywhere |
//! | [`FaultKind::Hang`] | [`Fault::TimedOut`], at the end of the attempt's time; without one the call never returns | hung mounts and servers: the run must end, and name them |
//! | [`FaultKind::Fails`] | a command with status 1, half of its effects done | it counts as having begun (N2) |
//! | a command's duration | [`Fault::TimedOut`] | a timeout may come after half of the work: it counts as having begun (N2) |
//! | a unit's [`Starts`](spec::Starts) | [`Fault::Service`], or a unit that is failed after a pause | a service that starts is not yet one that runs |
//! | [`FaultKind::Crash`], [`FaultKind::CrashAfter`] | [`Sim::crashed`], and [`Fault::Cancelled`] for every later call | kill -9 at any point: what is pending is pending after the restart (P2, P3) |
//! | changes from [`Outside`] at any time | watch events, other answers | people and other programs change machines while weft runs |
//! | a watch that cannot be had | [`Sim::watch`] fails | the kernel's limit: weft polls, and says so (O8) |
//!
//! A crash is a flag rather than a fault of its own, so that no kind can catch it: the driver asks [`Sim::crashed`] after
//! each call that it made, drops everything but the machine, and goes on after [`Sim::restart`]. What was on the disk and in
//! [`Sim::disk_slot`] is there then; watches are not. Not simulated: caches that a power cut loses, access lists,
//! extended attributes, devices, and other processes than the commands that are run.

mod accounts;
mod builtin;
mod commands;
mod disk;
mod dump;
mod execute;
pub mod fault;
mod machine;
mod net;
mod outside;
mod seed;
pub mod spec;
mod trail;
mod units;
mod view;
mod watch;

pub use commands::Ran;
pub use fault::{FaultKind, FaultRule};
pub use outside::Outside;
pub use seed::Seed;
pub use spec::{BadSpec, SimSpec};
pub use trail::Call;
pub use view::SimView;

use crate::time::{Span, Time};
use crate::world::{Fault, ServiceAct, Unit, Watch};
use machine::Machine;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A simulated machine. Clones are the same machine.
#[derive(Clone)]
pub struct Sim {
    machine: Arc<Mutex<Machine>>,
}

impl Sim {
    /// The machine that `spec` describes, with all its chances drawn from `seed`.
    pub fn new(spec: SimSpec, seed: u64) -> Result<Sim, BadSpec> {
        Ok(Sim {
            machine: Arc::new(Mutex::new(Machine::new(spec, seed)?)),
        })
    }

    /// The world of one attempt, which may take `budget` altogether. Its time begins at [`Sim::now`].
    pub fn attempt(&self, budget: Option<Span>) -> SimView {
        SimView::new(self.machine.clone(), budget)
    }

    /// Changes that come from neither weft nor its commands.
    pub fn outside(&self) -> Outside {
        Outside::new(self.machine.clone())
    }

    /// What time it is.
    pub fn now(&self) -> Time {
        self.lock().now
    }

    /// Says what time it is. Units that died meanwhile are dead from here on, and those who watch them are told.
    pub fn set_now(&self, now: Time) {
        let mut machine = self.lock();
        machine.now = now;
        for unit in machine.units.settle(now) {
            machine.watches.unit_changed(&unit, "failed");
        }
    }

    /// When something will happen on this machine by itself, if anything will. A driver that has nothing else to do
    /// goes there with [`Sim::set_now`].
    pub fn next_change(&self) -> Option<Time> {
        self.lock().units.next_death()
    }

    /// Lets a fault wait for its call.
    pub fn arm(&self, rule: FaultRule) {
        self.lock().faults.push(rule);
    }

    /// Takes armed faults away: those of this pattern, or all. Says how many there were.
    pub fn disarm(&self, on: Option<&str>) -> usize {
        let faults = &mut self.lock().faults;
        let before = faults.len();
        faults.retain(|rule| on.is_some_and(|on| rule.on != on));
        before - faults.len()
    }

    /// The process dies at the world call after the next `calls` ones.
    pub fn crash_after(&self, calls: u64) {
        self.arm(FaultRule::next("*", "*", FaultKind::Crash).after(calls));
    }

    /// Lets this befall the call after the next `calls` ones, until [`Sim::take_calls`].
    pub fn strike(&self, calls: usize, what: FaultKind) {
        self.lock().trail.strike(calls, what);
    }

    /// The calls since this was last asked, of all attempts together.
    pub fn take_calls(&self) -> Vec<Call> {
        self.lock().trail.take()
    }

    /// The process dies now.
    pub fn crash(&self) {
        self.lock().crashed = true;
    }

    /// Whether the process that uses this machine has died.
    pub fn crashed(&self) -> bool {
        self.lock().crashed
    }

    /// The process starts anew: the disk is as it was, watches are gone.
    pub fn restart(&self) {
        let mut machine = self.lock();
        machine.crashed = false;
        machine.watches.clear();
    }

    /// How many world calls were made, of all attempts together.
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Every command that ran, in order.
    pub fn log(&self) -> Vec<Ran> {
        self.lock().log.clone()
    }

    /// How often each act was done on a unit; a reload of one that cannot reload counts as a restart.
    pub fn acts(&self, unit: &Unit) -> BTreeMap<ServiceAct, u64> {
        self.lock().units.counts(unit)
    }

    /// Watches for `id`, instead of what it watched before. A fault that is armed for `watch` refuses.
    pub fn watch(&self, id: u64, watches: &[Watch]) -> Result<(), Fault> {
        let mut guard = self.lock();
        let machine = &mut *guard;
        if fault::strike(&mut machine.faults, "watch", "").is_some() {
            let why = "cannot be watched: no watches are left".to_owned();
            return Err(Fault::Unsupported(why));
        }
        machine.watches.set(id, watches, &machine.disk);
        Ok(())
    }

    /// Ends what `id` watches.
    pub fn unwatch(&self, id: u64) {
        self.lock().watches.end(id);
    }

    /// What watches saw since this was last asked: whose, and what; in the order in which it happened.
    pub fn take_events(&self) -> Vec<(u64, String)> {
        self.lock().watches.take()
    }

    /// Durable bytes beside the file tree, for a journal: they survive a crash, and no path leads to them.
    pub fn disk_slot(&self, name: &str) -> Option<Vec<u8>> {
        self.lock().slots.get(name).cloned()
    }

    /// Sets or clears such bytes.
    pub fn set_disk_slot(&self, name: &str, bytes: Option<Vec<u8>>) {
        let slots = &mut self.lock().slots;
        match bytes {
            Some(bytes) => slots.insert(name.to_owned(), bytes),
            None => slots.remove(name),
        };
    }

    /// The machine as it stands, for `save --story`. Secrets on its disk are in it.
    pub fn spec(&self) -> SimSpec {
        dump::spec(&self.lock())
    }

    /// One line for each path: mode, owner, group, size, path and target. Without content.
    pub fn tree(&self) -> Vec<String> {
        dump::tree(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Machine> {
        lock(&self.machine)
    }
}

/// Never prints what is on the machine: some of it is secret.
impl std::fmt::Debug for Sim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sim")
    }
}

fn lock(machine: &Mutex<Machine>) -> MutexGuard<'_, Machine> {
    machine.lock().unwrap_or_else(PoisonError::into_inner)
}
