//! The simulated service manager: units, the states that they can be in, and how jobs on them go.

use super::disk::{Body, Disk};
use super::spec::{Starts, UnitSpec};
use crate::time::{Span, Time};
use crate::world::unit_rules;
use crate::world::{Active, Fault, Load, Service, ServiceAct, Startup, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// This many failed starts within [`LIMIT_WITHIN`] are too many.
const LIMIT: usize = 5;
const LIMIT_WITHIN: Span = Span::secs(10);
/// When a unit that dies dies.
const DIES_AFTER: Span = Span::millis(500);

/// So many lines of a unit's journal are kept, the last ones.
const LOGGED: usize = 100;

/// All units of all managers.
#[derive(Clone, Debug)]
pub(super) struct Units {
    all: BTreeMap<Unit, Live>,
    counts: BTreeMap<Unit, BTreeMap<ServiceAct, u64>>,
    fresh: BTreeSet<Unit>,
}

/// A unit with what happened to it.
#[derive(Clone, Debug)]
struct Live {
    spec: UnitSpec,
    failures: Vec<Time>,
    dies: Option<(Time, i32)>,
}

impl Live {
    fn new(spec: UnitSpec) -> Live {
        let outdated = spec.outdated || spec.stale && spec.active == Active::Active;
        Live {
            spec: UnitSpec { outdated, ..spec },
            failures: Vec::new(),
            dies: None,
        }
    }

    fn active(&self, now: Time) -> Active {
        match self.dies {
            Some((at, status)) if now >= at => Active::Failed("exit-code".to_owned(), status),
            _ => self.spec.active.clone(),
        }
    }

    fn say(&mut self, line: String) {
        if let Some(log) = &mut self.spec.log {
            // A unit that dies every second must not make a simulated day slow.
            if log.len() >= LOGGED {
                log.remove(0);
            }
            log.push(line);
        }
    }

    fn fail(&mut self, name: &str, result: &str, status: i32) -> Fault {
        self.spec.active = Active::Failed(result.to_owned(), status);
        self.say(match result {
            "exit-code" => {
                format!("{name}: Main process exited, code=exited, status={status}/FAILURE")
            }
            _ => format!("{name}: Failed with result '{result}'."),
        });
        Fault::Service(format!(
            "{name} did not start: {result}, exit status {status}"
        ))
    }

    fn start(&mut self, name: &str, now: Time) -> Result<(), Fault> {
        if self.active(now) == Active::Active {
            return Ok(());
        }
        self.dies = None;
        self.failures.retain(|at| now - *at < LIMIT_WITHIN);
        if self.failures.len() >= LIMIT {
            return Err(self.fail(name, "start-limit-hit", 0));
        }
        match self.spec.starts {
            Starts::Well => {}
            Starts::Dies(status) => self.dies = Some((now + DIES_AFTER, status)),
            Starts::Fails(status) => {
                self.failures.push(now);
                return Err(self.fail(name, "exit-code", status));
            }
            Starts::TimesOut(_) => return Err(self.fail(name, "timeout", 0)),
        }
        self.spec.active = Active::Active;
        self.spec.outdated = false;
        self.say(format!("Started {name}."));
        Ok(())
    }

    fn stop(&mut self, name: &str) {
        self.dies = None;
        if self.spec.active != Active::Inactive {
            self.say(format!("Stopped {name}."));
        }
        self.spec.active = Active::Inactive;
    }

    fn enable(&mut self, name: &str, startup: Startup) -> Result<(), Fault> {
        unit_rules::may_enable(name, self.spec.startup)?;
        self.spec.startup = startup;
        Ok(())
    }
}

impl Units {
    /// These units.
    pub fn new(units: BTreeMap<Unit, UnitSpec>) -> Units {
        Units {
            all: units
                .into_iter()
                .map(|(unit, spec)| (unit, Live::new(spec)))
                .collect(),
            counts: BTreeMap::new(),
            fresh: BTreeSet::new(),
        }
    }

    /// The names of a manager's units, in order; also of those whose file is on the disk.
    pub fn names(&self, session: bool, disk: &Disk) -> Vec<String> {
        let there = |(unit, live): (&Unit, &Live)| {
            let is_there = unit.session == session && live.spec.load != Load::NotFound;
            is_there.then(|| unit.name.clone())
        };
        let found = unit_rules::dirs(session).flat_map(|dir| match disk.find(dir) {
            Some(_) => disk.names(dir),
            None => Vec::new(),
        });
        let found = found.filter(|name| unit_rules::is_one(name));
        let names: BTreeSet<String> = self.all.iter().filter_map(there).chain(found).collect();
        names.into_iter().collect()
    }

    /// A unit as it stands at this time; one whose file is on the disk is loaded when it is first asked for.
    pub fn service(&mut self, unit: &Unit, now: Time, disk: &Disk) -> Service {
        if !self.all.contains_key(unit)
            && let Some(spec) = from_disk(unit, disk)
        {
            self.all.insert(unit.clone(), Live::new(spec));
        }
        let Some(live) = self.all.get(unit) else {
            return unit_rules::not_there();
        };
        let active = live.active(now);
        Service {
            load: live.spec.load.clone(),
            outdated: live.spec.outdated && active == Active::Active,
            active,
            startup: live.spec.startup,
            stale: live.spec.stale,
            can_reload: live.spec.can_reload,
            log: live.spec.log.clone(),
        }
    }

    /// How long this job takes.
    pub fn duration(&self, unit: &Unit, act: ServiceAct) -> Span {
        let Some(live) = self.all.get(unit) else {
            return Span::ZERO;
        };
        match (act, &live.spec.starts) {
            (ServiceAct::Start | ServiceAct::Restart, Starts::TimesOut(span)) => *span,
            (ServiceAct::Enable | ServiceAct::Disable, _) => Span::ZERO,
            (ServiceAct::Reset | ServiceAct::ReloadManager, _) => Span::ZERO,
            _ => live.spec.duration,
        }
    }

    /// Acts. The caller has asked whether who acts may.
    pub fn act(
        &mut self,
        unit: &Unit,
        act: ServiceAct,
        now: Time,
        disk: &Disk,
    ) -> Result<(), Fault> {
        if act == ServiceAct::ReloadManager {
            self.count(unit, act);
            self.reload_manager(unit.session, disk);
            return Ok(());
        }
        let service = self.service(unit, now, disk);
        unit_rules::usable(&unit.name, &service.load)?;
        let act = match act {
            ServiceAct::Reload if !service.can_reload => ServiceAct::Restart,
            ServiceAct::Reload if service.active != Active::Active => ServiceAct::Start,
            act => act,
        };
        self.count(unit, act);
        let Some(live) = self.all.get_mut(unit) else {
            return Ok(());
        };
        let name = &unit.name;
        match act {
            ServiceAct::Start => live.start(name, now),
            ServiceAct::Stop => {
                live.stop(name);
                Ok(())
            }
            ServiceAct::Restart => {
                live.stop(name);
                live.start(name, now)
            }
            ServiceAct::Reload => {
                live.say(format!("Reloaded {name}."));
                Ok(())
            }
            ServiceAct::Enable => live.enable(name, Startup::Enabled),
            ServiceAct::Disable => live.enable(name, Startup::Disabled),
            ServiceAct::Reset => {
                live.failures.clear();
                if matches!(live.active(now), Active::Failed(..)) {
                    live.dies = None;
                    live.spec.active = Active::Inactive;
                }
                Ok(())
            }
            ServiceAct::ReloadManager => Ok(()),
        }
    }

    /// Brings a unit into a state, as if by itself; one that is not there comes to be.
    pub fn set(&mut self, unit: &Unit, active: Active) {
        let new = || Live::new(UnitSpec::default());
        let live = self.all.entry(unit.clone()).or_insert_with(new);
        live.dies = None;
        live.spec.active = active;
        live.spec.outdated = false;
    }

    /// Replaces what is known of a unit.
    pub fn put(&mut self, unit: &Unit, spec: UnitSpec) {
        self.all.insert(unit.clone(), Live::new(spec));
    }

    /// A unit as a spec.
    pub fn spec(&self, unit: &Unit) -> Option<&UnitSpec> {
        self.all.get(unit).map(|live| &live.spec)
    }

    /// All units as specs.
    pub fn specs(&self, now: Time) -> BTreeMap<Unit, UnitSpec> {
        let spec = |live: &Live| UnitSpec {
            active: live.active(now),
            ..live.spec.clone()
        };
        self.all
            .iter()
            .map(|(unit, live)| (unit.clone(), spec(live)))
            .collect()
    }

    /// How often each act was done on a unit.
    pub fn counts(&self, unit: &Unit) -> BTreeMap<ServiceAct, u64> {
        self.counts.get(unit).cloned().unwrap_or_default()
    }

    /// When the next unit dies by itself.
    pub fn next_death(&self) -> Option<Time> {
        self.all
            .values()
            .filter_map(|live| live.dies.map(|dies| dies.0))
            .min()
    }

    /// Makes the deaths up to now real; returns who died.
    pub fn settle(&mut self, now: Time) -> Vec<Unit> {
        let mut died = Vec::new();
        for (unit, live) in &mut self.all {
            if let Some((at, status)) = live.dies
                && at <= now
            {
                live.dies = None;
                live.fail(&unit.name, "exit-code", status);
                died.push(unit.clone());
            }
        }
        died
    }

    /// A file changed: the unit that it describes is stale until its manager reads it again.
    pub fn file_changed(&mut self, at: &Path, disk: &Disk) {
        let Some(unit) = unit_rules::unit_of(at) else {
            return;
        };
        match self.all.get_mut(&unit) {
            Some(live) => {
                live.spec.stale = true;
                live.spec.outdated |= live.spec.active == Active::Active;
            }
            None if disk.find(at).is_some() => {
                self.fresh.insert(unit);
            }
            None => {}
        }
    }

    fn reload_manager(&mut self, session: bool, disk: &Disk) {
        let fresh = std::mem::take(&mut self.fresh);
        let (now, later) = fresh.into_iter().partition(|unit| unit.session == session);
        self.fresh = later;
        for unit in now {
            if let Some(spec) = from_disk(&unit, disk) {
                self.all.entry(unit).or_insert_with(|| Live::new(spec));
            }
        }
        for (unit, live) in self
            .all
            .iter_mut()
            .filter(|(unit, _)| unit.session == session)
        {
            if !std::mem::take(&mut live.spec.stale) {
                continue;
            }
            match from_disk(unit, disk) {
                Some(spec) => {
                    live.spec.load = spec.load;
                    live.spec.can_reload = spec.can_reload;
                    if (spec.startup == Startup::Masked) != (live.spec.startup == Startup::Masked) {
                        live.spec.startup = spec.startup;
                    }
                }
                None => live.spec.load = Load::NotFound,
            }
        }
    }

    fn count(&mut self, unit: &Unit, act: ServiceAct) {
        let counts = self.counts.entry(unit.clone()).or_default();
        *counts.entry(act).or_insert(0) += 1;
    }
}

/// The word for a unit's state.
pub(super) fn word(active: &Active) -> &'static str {
    match active {
        Active::Active => "active",
        Active::Inactive => "inactive",
        Active::Changing => "changing",
        Active::Failed(..) => "failed",
    }
}

/// A unit as its file on the disk says, if there is one.
fn from_disk(unit: &Unit, disk: &Disk) -> Option<UnitSpec> {
    let place = unit_rules::places(unit)
        .into_iter()
        .find(|path| disk.find(path).is_some())?;
    match &disk.get(&place)?.body {
        Body::Link(target) if target == Path::new("/dev/null") => Some(UnitSpec {
            load: Load::Masked,
            startup: Startup::Masked,
            ..UnitSpec::default()
        }),
        Body::File(bytes) => {
            let (startup, can_reload) = unit_rules::described(bytes);
            Some(UnitSpec {
                startup,
                can_reload,
                ..UnitSpec::default()
            })
        }
        _ => Some(UnitSpec::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_keeps_its_last_lines() {
        let spec = UnitSpec {
            log: Some(Vec::new()),
            ..UnitSpec::default()
        };
        let mut live = Live::new(spec);
        (0..1_000).for_each(|n| live.say(n.to_string()));
        let kept = live.spec.log.expect("it has one");
        assert_eq!(kept.len(), LOGGED);
        assert_eq!((&*kept[0], &*kept[LOGGED - 1]), ("900", "999"));
    }
}
