//! Acting on a unit: one step of the manager, its failure explained by what the unit itself says.

use super::{failed, is_up};
use crate::kind::Failure;
use crate::time::Span;
use crate::value::sanitise;
use crate::world::{Active, Fault, Service, ServiceAct, Unit, World};

/// How long a service must stay up to count as started.
const STAYS: Span = Span::secs(1);
/// How many lines of its journal a failure shows.
const LAST_LINES: usize = 10;

/// The unit as it stands, after the manager has read a changed unit file. What runs is outdated then, whatever the times of the two
/// files were.
pub fn read_again(unit: &Unit, world: &dyn World) -> Result<Service, Failure> {
    let service = world.service(unit)?;
    if !service.stale {
        return Ok(service);
    }
    act(unit, ServiceAct::ReloadManager, world)?;
    let mut service = world.service(unit)?;
    service.outdated |= is_up(&service.active);
    Ok(service)
}

/// Starts it, and waits until it is up and stays up. One that failed is reset first, for its start limit.
pub fn start(unit: &Unit, service: &Service, world: &dyn World) -> Result<(), Failure> {
    if matches!(service.active, Active::Failed(..)) {
        act(unit, ServiceAct::Reset, world)?;
    }
    act(unit, ServiceAct::Start, world)?;
    stays_up(unit, world)
}

/// Lets what runs take in what has changed: by a reload, or by a restart where it cannot or its own unit file changed. Says which.
pub fn renew(unit: &Unit, service: &Service, world: &dyn World) -> Result<&'static str, Failure> {
    let (verb, said) = match (service.outdated, service.can_reload) {
        (true, _) => (ServiceAct::Restart, "restarted: its unit file changed"),
        (false, true) => (ServiceAct::Reload, "reloaded"),
        (false, false) => (ServiceAct::Reload, "restarted"),
    };
    act(unit, verb, world)?;
    stays_up(unit, world)?;
    Ok(said)
}

/// Acts, and tells a job that failed from one that took too long.
pub fn act(unit: &Unit, act: ServiceAct, world: &dyn World) -> Result<(), Failure> {
    match world.act(unit, act) {
        Ok(()) => Ok(()),
        Err(fault @ (Fault::Service(_) | Fault::TimedOut(_))) => {
            Err(explained(unit, act, &fault, world))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// A service that comes up and dies at once is not running.
fn stays_up(unit: &Unit, world: &dyn World) -> Result<(), Failure> {
    world.pause(STAYS)?;
    let service = world.service(unit)?;
    let is = match &service.active {
        Active::Active => return Ok(()),
        Active::Inactive => "stopped again by itself".to_owned(),
        Active::Changing => {
            "it is on its way up or down (does its manager start it again and again?)".to_owned()
        }
        Active::Failed(result, status) => failed(result, *status),
    };
    let why = format!("{} did not stay up for {STAYS}: {is}", unit.name);
    Err(Failure::new(why).with_detail(journal(&service)))
}

/// A failure of the manager, with what the unit itself says: its result, exit status and last lines.
fn explained(unit: &Unit, act: ServiceAct, fault: &Fault, world: &dyn World) -> Failure {
    let verb = match act {
        ServiceAct::Start => "start",
        ServiceAct::Stop => "stop",
        ServiceAct::Restart => "restart",
        ServiceAct::Reload => "reload",
        ServiceAct::Enable => "enable",
        ServiceAct::Disable => "disable",
        ServiceAct::Reset => "reset",
        ServiceAct::ReloadManager => "reload the manager of",
    };
    let name = &unit.name;
    if let Fault::TimedOut(_) = fault {
        let user = if unit.session { " --user" } else { "" };
        return Failure::new(format!(
            "cannot {verb} {name}: {fault}, and its manager goes on with it: `systemctl{user} stop {name}` ends that"
        ));
    }
    let Ok(service) = world.service(unit) else {
        return Failure::new(format!("cannot {verb} {name}: {fault}"));
    };
    let why = match &service.active {
        Active::Failed(result, status) => failed(result, *status),
        _ => {
            let said = fault.to_string();
            let named = format!("{name}: ");
            said.strip_prefix(&named).unwrap_or(&said).to_owned()
        }
    };
    Failure::new(format!("cannot {verb} {name}: {why}")).with_detail(journal(&service))
}

/// Its last lines in the journal.
pub fn journal(service: &Service) -> Vec<String> {
    match &service.log {
        None => vec!["(there is no journal)".to_owned()],
        Some(lines) if lines.is_empty() => vec!["(its journal is empty)".to_owned()],
        Some(lines) => lines[lines.len().saturating_sub(LAST_LINES)..]
            .iter()
            .map(|line| sanitise(line))
            .collect(),
    }
}
