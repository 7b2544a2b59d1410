//! What one attempt sees of the machine: every world call, counted, timed, and struck by faults.

use super::disk::{Body, Inode};
use super::fault::{self, FaultKind};
use super::machine::Machine;
use super::watch::Change;
use super::{net, units};
use crate::time::{Span, Time};
use crate::world::rules::{self, Tree, Way};
use crate::world::{
    Account, Command, Fault, Look, ModeBits, Node, Output, Put, Request, Response, Service,
    ServiceAct, Stat, Unit, World,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More time than there is.
const FOR_EVER: Span = Span(u64::MAX);

/// The machine as one attempt sees it. Clones share the attempt's time.
#[derive(Clone)]
pub struct SimView {
    machine: Arc<Mutex<Machine>>,
    clock: Arc<Mutex<Clock>>,
    who: Arc<str>,
    way: Way,
}

struct Clock {
    elapsed: Span,
    budget: Option<Span>,
}

impl SimView {
    pub(super) fn new(machine: Arc<Mutex<Machine>>, budget: Option<Span>) -> SimView {
        let clock = Clock {
            elapsed: Span::ZERO,
            budget,
        };
        SimView {
            machine,
            clock: Arc::new(Mutex::new(clock)),
            who: Arc::from(""),
            way: Way::Led,
        }
    }

    /// The same, for this vertex: its random bytes are its own, whatever else is in the graph.
    pub fn named(self, who: impl AsRef<str>) -> SimView {
        SimView {
            who: Arc::from(who.as_ref()),
            ..self
        }
    }

    /// How much time its calls took so far. All that there is, if one of them never returns.
    pub fn elapsed(&self) -> Span {
        self.clock().elapsed
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `span` pass, or as much of it as this call's own limit and the attempt's budget allow.
    pub(super) fn spend(&self, span: Span, own: Option<Span>) -> Result<(), Fault> {
        let mut clock = self.clock();
        let left = clock
            .budget
            .map(|all| Span(all.0.saturating_sub(clock.elapsed.0)));
        let (passes, ends) = match (own, left) {
            (Some(own), left) if span > own && left.is_none_or(|left| own <= left) => {
                (own, Some(Fault::TimedOut(own)))
            }
            (_, Some(left)) if span > left => {
                (left, Some(Fault::TimedOut(clock.budget.unwrap_or(left))))
            }
            _ if span == FOR_EVER => (span, Some(Fault::Cancelled)),
            _ => (span, None),
        };
        clock.elapsed = Span(clock.elapsed.0.saturating_add(passes.0));
        ends.map_or(Ok(()), Err)
    }

    /// One world call: counted, struck by a fault if one waits for it, refused after a crash.
    pub(super) fn call<T>(
        &self,
        word: &str,
        on: &str,
        work: impl FnOnce(&mut Machine) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut machine = super::lock(&self.machine);
        if machine.crashed {
            return Err(Fault::Cancelled);
        }
        machine.calls += 1;
        let ran = machine.log.len();
        let rule = fault::strike(&mut machine.faults, word, on);
        let what = machine.trail.struck().or(rule);
        let done = self.befall(what, (word, on), &mut machine, work);
        let ran = machine.log.len() > ran;
        machine.trail.made(word, done.is_ok(), ran);
        done
    }

    /// Does a call's work, or what befalls it instead.
    fn befall<T>(
        &self,
        what: Option<FaultKind>,
        (word, on): (&str, &str),
        machine: &mut Machine,
        work: impl FnOnce(&mut Machine) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let place = || PathBuf::from(on);
        match what {
            None => work(machine),
            Some(FaultKind::Fails) if matches!(word, "run" | "ask") => {
                machine.failing = true;
                let done = work(machine);
                machine.failing = false;
                done
            }
            Some(FaultKind::Io | FaultKind::Fails) => {
                Err(Fault::Io(place(), "input/output error".to_owned()))
            }
            Some(FaultKind::NoSpace) => Err(Fault::NoSpace(place())),
            Some(FaultKind::Denied) => Err(Fault::Denied(place(), false)),
            Some(FaultKind::ReadOnly) => Err(Fault::ReadOnly(place())),
            Some(FaultKind::Net) => Err(Fault::Net(on.to_owned(), "connection broke".to_owned())),
            Some(FaultKind::Hang) => {
                self.spend(FOR_EVER, None)?;
                Err(Fault::Cancelled)
            }
            Some(FaultKind::Crash) => {
                machine.crashed = true;
                Err(Fault::Cancelled)
            }
            Some(FaultKind::CrashAfter) => {
                let _ = work(machine);
                machine.crashed = true;
                Err(Fault::Cancelled)
            }
        }
    }

    fn on_path<T>(
        &self,
        word: &str,
        path: &Path,
        work: impl FnOnce(&mut Machine, &Account) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.call(word, &path.to_string_lossy(), |machine| {
            let me = machine.me.clone();
            work(machine, &me)
        })
    }

    /// What time it is for this attempt.
    pub(super) fn time(&self, machine: &Machine) -> Time {
        machine.now + self.elapsed()
    }
}

impl Look for SimView {
    fn stat(&self, path: &Path) -> Result<Option<Stat>, Fault> {
        self.on_path("stat", path, |machine, me| {
            rules::stat(&machine.disk, me, self.way, path)
        })
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Arc<[u8]>, Fault> {
        self.on_path("read", path, |machine, me| {
            let spot = rules::read(&machine.disk, me, self.way, path, limit)?;
            let missing = || Fault::NotFound(path.to_owned());
            machine.content(&spot.path).ok_or_else(missing)
        })
    }

    fn list(&self, path: &Path) -> Result<Vec<String>, Fault> {
        self.on_path("list", path, |machine, me| {
            let spot = rules::list(&machine.disk, me, self.way, path)?;
            Ok(machine.disk.names(&spot.path))
        })
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, Fault> {
        self.on_path("read", path, |machine, me| {
            let spot = rules::read_link(&machine.disk, me, self.way, path)?;
            machine.disk.target(&spot.path)
        })
    }

    fn me(&self) -> Result<Account, Fault> {
        Ok(super::lock(&self.machine).me.clone())
    }

    fn user(&self, name: &str) -> Result<Option<Account>, Fault> {
        Ok(super::lock(&self.machine).accounts.user(name))
    }

    fn group(&self, name: &str) -> Result<Option<u32>, Fault> {
        Ok(super::lock(&self.machine).accounts.group(name))
    }

    fn name_of(&self, id: u32, group: bool) -> Result<String, Fault> {
        Ok(super::lock(&self.machine).accounts.name_of(id, group))
    }

    fn ask(&self, command: &Command) -> Result<Output, Fault> {
        self.command("ask", command)
    }

    fn fetch(&self, request: &Request) -> Result<Response, Fault> {
        self.call("fetch", &request.url, |machine| {
            if let Some(ca) = &request.ca {
                rules::read(&machine.disk, &machine.me, self.way, ca, u64::MAX)?;
            }
            let (takes, answer) = net::answer(&machine.pages, request);
            self.spend(takes, Some(request.timeout))?;
            answer
        })
    }

    fn service(&self, unit: &Unit) -> Result<Service, Fault> {
        self.call("service", &unit.name, |machine| {
            let now = self.time(machine);
            Ok(machine.units.service(unit, now, &machine.disk))
        })
    }

    fn units(&self, session: bool) -> Result<Vec<String>, Fault> {
        self.call("service", "", |machine| {
            Ok(machine.units.names(session, &machine.disk))
        })
    }

    fn hostname(&self) -> String {
        super::lock(&self.machine).hostname.clone()
    }

    fn can_write(&self, dir: &Path) -> Result<(), Fault> {
        self.on_path("stat", dir, |machine, me| {
            let (spot, stat) = rules::existing(&machine.disk, me, self.way, dir)?;
            if stat.what == Node::Dir && machine.disk.is_read_only(&spot.path)? {
                return Err(Fault::ReadOnly(dir.to_owned()));
            }
            rules::can_write(Some(&stat), me, dir)
        })
    }

    fn straight(&self) -> Arc<dyn Look> {
        Arc::new(SimView {
            way: Way::Straight,
            ..self.clone()
        })
    }

    fn free(&self, _path: &Path) -> Result<Option<u64>, Fault> {
        Ok(super::lock(&self.machine).disk.free)
    }
}

impl World for SimView {
    fn put(&self, put: &Put) -> Result<(), Fault> {
        self.on_path("put", &put.path, |machine, me| {
            let placed = rules::put(&machine.disk, me, put)?;
            if let Some(command) = &put.validate {
                self.validate(machine, put, &placed.spot, command)?;
            }
            let node = Inode {
                body: Body::File(put.content.clone()),
                mode: placed.stat.mode,
                uid: placed.stat.uid,
                gid: placed.stat.gid,
                links: 1,
            };
            machine.place(&placed.spot.path, node);
            Ok(())
        })
    }

    fn make_dir(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.on_path("make_dir", path, |machine, me| {
            let spot = rules::make_dir(&machine.disk, me, path)?;
            let body = Body::Dir(BTreeMap::new());
            machine.place(&spot.path, owned(Inode::new(body, mode & 0o7777), me));
            Ok(())
        })
    }

    fn make_link(&self, path: &Path, target: &Path) -> Result<(), Fault> {
        self.on_path("make_link", path, |machine, me| {
            let spot = rules::make_link(&machine.disk, me, path)?;
            let body = Body::Link(target.to_owned());
            machine.place(&spot.path, owned(Inode::new(body, 0o777), me));
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> Result<(), Fault> {
        self.on_path("remove", path, |machine, me| {
            let spot = rules::remove(&machine.disk, me, path)?;
            machine.disk.unname(&spot.path);
            machine.changed(&spot.path, Change::Removed);
            Ok(())
        })
    }

    fn exchange(&self, path: &Path, aside: &Path) -> Result<(), Fault> {
        self.on_path("exchange", path, |machine, me| {
            let (one, other) = rules::exchange(&machine.disk, me, path, aside)?;
            machine.disk.exchange(&one.path, &other.path);
            for spot in [one, other] {
                machine.changed(&spot.path, Change::Replaced);
            }
            Ok(())
        })
    }

    fn set_mode(&self, path: &Path, mode: ModeBits) -> Result<(), Fault> {
        self.on_path("set_mode", path, |machine, me| {
            let spot = rules::set_mode(&machine.disk, me, path)?;
            if let Some(node) = machine.disk.get_mut(&spot.path) {
                node.mode = mode & 0o7777;
            }
            machine.changed(&spot.path, Change::Mode);
            Ok(())
        })
    }

    fn set_owner(&self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> Result<(), Fault> {
        self.on_path("set_owner", path, |machine, me| {
            let (spot, stat) = rules::set_owner(&machine.disk, me, path, uid, gid)?;
            if let Some(node) = machine.disk.get_mut(&spot.path) {
                (node.mode, node.uid, node.gid) = (stat.mode, stat.uid, stat.gid);
            }
            machine.changed(&spot.path, Change::Owner);
            Ok(())
        })
    }

    fn run(&self, command: &Command) -> Result<Output, Fault> {
        self.command("run", command)
    }

    fn act(&self, unit: &Unit, act: ServiceAct) -> Result<(), Fault> {
        self.call("act", &unit.name, |machine| {
            if !unit.session && machine.me.uid != 0 {
                return Err(Fault::Denied(PathBuf::from(&unit.name), true));
            }
            let now = self.time(machine);
            let before = machine.units.service(unit, now, &machine.disk).active;
            self.spend(machine.units.duration(unit, act), None)?;
            let now = self.time(machine);
            let acted = machine.units.act(unit, act, now, &machine.disk);
            let after = machine.units.service(unit, now, &machine.disk).active;
            if before != after {
                machine.watches.unit_changed(unit, units::word(&after));
            }
            acted
        })
    }

    fn pause(&self, span: Span) -> Result<(), Fault> {
        self.call("pause", "", |_| self.spend(span, None))
    }

    fn random(&self, bytes: usize) -> Result<Vec<u8>, Fault> {
        self.call("random", &self.who, |machine| {
            let drawn = machine.draws.entry(self.who.to_string()).or_insert(0);
            *drawn += 1;
            let seed = machine.seed.of("random").of(&*self.who);
            Ok(seed.of(drawn.to_le_bytes()).bytes(bytes))
        })
    }
}

fn owned(node: Inode, me: &Account) -> Inode {
    Inode {
        uid: me.uid,
        gid: me.gid,
        ..node
    }
}
