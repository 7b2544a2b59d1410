//! Units as they are expected to be after what was planned.

use super::layer::{Data, Entry, Layer};
use crate::world::unit_rules;
use crate::world::{Active, Fault, Load, Service, ServiceAct, Startup, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What was done to units, and which of the changed unit files their manager has read.
#[derive(Default)]
pub(super) struct UnitLayer {
    expected: BTreeMap<Unit, Service>,
    reloaded: BTreeSet<bool>,
    read: BTreeSet<PathBuf>,
    /// Units that were started here, since their file was last changed here.
    anew: BTreeSet<Unit>,
}

impl UnitLayer {
    /// A file changed: a manager that had read it has to read it again.
    pub fn touched(&mut self, at: &Path) {
        self.read.remove(at);
        if let Some(unit) = unit_rules::unit_of(at) {
            self.anew.remove(&unit);
        }
    }
}

/// A unit as it is expected to be.
pub(super) fn service(layer: &Layer, unit: &Unit) -> Result<Service, Fault> {
    let known = layer.units.expected.get(unit).cloned();
    let mut service = match known {
        Some(service) => service,
        None => layer.below.service(unit)?,
    };
    if layer.units.reloaded.contains(&unit.session) {
        service.stale = false;
    }
    let places = unit_rules::places(unit);
    let Some(place) = places.iter().find(|place| layer.entry(place).is_some()) else {
        return Ok(service);
    };
    let read = layer.units.read.contains(place);
    let up = matches!(service.active, Active::Active | Active::Changing);
    service.outdated |= up && !layer.units.anew.contains(unit);
    match layer.entry(place) {
        Some(Entry::Node(_, data)) if read || service.load == Load::NotFound => {
            describe(layer, place, data, &mut service)?
        }
        Some(Entry::Gone) if read => service.load = Load::NotFound,
        _ => service.stale = true,
    }
    Ok(service)
}

/// The names of the units that there are, in order; also of those whose file is planned.
pub(super) fn names(layer: &Layer, session: bool) -> Result<Vec<String>, Fault> {
    let mut names: BTreeSet<String> = layer.below.units(session)?.into_iter().collect();
    for path in layer.changed() {
        let unit = unit_rules::unit_of(&path).filter(|unit| unit.session == session);
        if let (Some(unit), Some(Entry::Node(..))) = (unit, layer.entry(&path))
            && unit_rules::is_one(&unit.name)
        {
            names.insert(unit.name);
        }
    }
    Ok(names.into_iter().collect())
}

/// What a planned unit file makes of its unit.
fn describe(layer: &Layer, place: &Path, data: &Data, service: &mut Service) -> Result<(), Fault> {
    layer.known(place)?;
    match data {
        Data::File(bytes) => {
            let (startup, can_reload) = unit_rules::described(bytes);
            let fixed = !matches!(service.startup, Startup::Enabled | Startup::Disabled);
            if fixed || startup == Startup::Static {
                service.startup = startup;
            }
            service.can_reload = can_reload;
            service.load = Load::Loaded;
        }
        Data::Link(target) if target == Path::new("/dev/null") => {
            service.load = Load::Masked;
            service.startup = Startup::Masked;
        }
        _ => {}
    }
    Ok(())
}

/// Expects what an act leads to, or refuses it, as far as that is known.
pub(super) fn act(layer: &mut Layer, unit: &Unit, act: ServiceAct) -> Result<(), Fault> {
    if act == ServiceAct::ReloadManager {
        layer.units.reloaded.insert(unit.session);
        layer.units.read = layer.changed();
        return Ok(());
    }
    let mut service = service(layer, unit)?;
    unit_rules::usable(&unit.name, &service.load)?;
    let starts = match act {
        ServiceAct::Restart => true,
        ServiceAct::Start => service.active != Active::Active,
        ServiceAct::Reload => service.active != Active::Active || !service.can_reload,
        _ => false,
    };
    if starts {
        service.outdated = false;
        layer.units.anew.insert(unit.clone());
    }
    match act {
        ServiceAct::Start | ServiceAct::Restart | ServiceAct::Reload => {
            service.active = Active::Active;
        }
        ServiceAct::Stop => service.active = Active::Inactive,
        ServiceAct::Enable | ServiceAct::Disable => {
            unit_rules::may_enable(&unit.name, service.startup)?;
            service.startup = match act {
                ServiceAct::Enable => Startup::Enabled,
                _ => Startup::Disabled,
            };
        }
        ServiceAct::Reset if matches!(service.active, Active::Failed(..)) => {
            service.active = Active::Inactive;
        }
        ServiceAct::Reset | ServiceAct::ReloadManager => {}
    }
    layer.units.expected.insert(unit.clone(), service);
    Ok(())
}
