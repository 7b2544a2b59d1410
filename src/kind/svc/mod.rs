//! `svc`: a systemd service is running or stopped, and starts by itself or not.
//!
//! ```text
//! add svc nginx state=running startup=enabled
//! file[/etc/nginx/nginx.conf] ~> svc[nginx]
//! ```
//!
//! Started means that it is still up a second later: a service that dies at once is a failure, with its last lines from
//! the journal. What a unit cannot be is said before anything is tried: not found, masked, static, broken. A
//! notification reloads it, or restarts it where it cannot reload or where its own unit file changed since it was started.
//! `inspect` looks for a unit in the system's manager first, then in the user's own.

mod act;
#[cfg(test)]
mod tests;

use super::{At, Check, Done, Drift, Failure, Given, Kind, want, words};
use crate::graph::Params;
use crate::value::{Hears, Value, sanitise};
use crate::world::{self, Active, Load, Look, Service, ServiceAct, Unit, Watch, World};
use act::{act, journal, read_again, renew, start};
use std::fmt;

/// What a unit's name may end with. Without any of these it is a service.
const SUFFIXES: [&str; 9] = [
    ".service",
    ".socket",
    ".timer",
    ".path",
    ".mount",
    ".automount",
    ".target",
    ".swap",
    ".slice",
];

words! {
    /// What it is to do.
    pub enum State {
        /// It runs.
        Running = "running",
        /// It does not.
        Stopped = "stopped",
    }
}

words! {
    /// Whether it is to start by itself.
    pub enum Startup {
        /// It does.
        Enabled = "enabled",
        /// It does not.
        Disabled = "disabled",
    }
}

want! {
    /// How a unit is to be.
    pub struct Want {
        /// The unit; `.service` is added where it has no suffix.
        unit: String => identity(),
        /// Whether it runs; as it is if not given.
        state: Option<State>,
        /// Whether it starts by itself; as it is if not given.
        startup: Option<Startup>,
        /// Whether it belongs to the user's own manager, not the system's.
        session: bool => default("false").fixed("it says which manager's unit this is"),
    }
}

impl Want {
    fn unit(&self) -> Unit {
        unit(&self.unit, self.session)
    }
}

/// What can be wrong.
#[derive(Debug)]
pub enum SvcDrift {
    /// Its unit file changed since the manager read it.
    Stale,
    /// It starts by itself or not: the other of the two.
    Startup(Startup),
    /// It runs or not: what it does, and what it should do.
    State(String, State),
}

impl fmt::Display for SvcDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SvcDrift::Stale => {
                f.write_str("unit file changed since the manager read it, should be read again")
            }
            SvcDrift::Startup(Startup::Enabled) => {
                f.write_str("startup disabled, should be enabled")
            }
            SvcDrift::Startup(Startup::Disabled) => {
                f.write_str("startup enabled, should be disabled")
            }
            SvcDrift::State(is, should) => write!(f, "state {is}, should be {should}"),
        }
    }
}

impl Drift for SvcDrift {
    fn field(&self) -> &'static str {
        match self {
            SvcDrift::Stale => "unit",
            SvcDrift::Startup(_) => "startup",
            SvcDrift::State(..) => "state",
        }
    }
}

/// The kind.
pub struct Svc;

impl Kind for Svc {
    type Want = Want;
    type Drift = SvcDrift;
    const NAME: &'static str = "svc";
    const ABOUT: &'static str =
        "A systemd service is running or stopped, and starts by itself or not.";
    const HEARS: Hears = Hears::Refresh("reloads, or restarts");

    fn validate(&self, want: &Want, _: &Given) -> Result<(), String> {
        let name = want.unit().name;
        let allowed = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
        if want.unit.is_empty() || name.len() > 255 || !name.chars().all(allowed) {
            return Err(format!(
                "unit: `{}` cannot be a unit's name",
                sanitise(&want.unit)
            ));
        }
        if name.contains("@.") {
            return Err(format!(
                "unit: `{name}` is a template; name an instance of it (`{}`)",
                name.replacen("@.", "@NAME.", 1)
            ));
        }
        Ok(())
    }

    fn owns(&self, want: &Want) -> Vec<String> {
        let session = if want.session { " (session)" } else { "" };
        vec![format!("unit:{}{session}", want.unit().name)]
    }

    fn check(&self, want: &Want, _: &At, look: &dyn Look) -> Result<Check<SvcDrift>, Failure> {
        let unit = want.unit();
        let service = look.service(&unit)?;
        let mut drifts = Vec::new();
        if service.stale {
            drifts.push(SvcDrift::Stale);
        } else {
            possible(want, &unit, &service)?;
        }
        drifts.extend(startup_drift(want, &service));
        drifts.extend(state_drift(want, &service));
        Ok(Check::of(drifts))
    }

    fn apply(
        &self,
        want: &Want,
        _: &[SvcDrift],
        at: &At,
        world: &dyn World,
    ) -> Result<Done, Failure> {
        let unit = want.unit();
        let service = read_again(&unit, world)?;
        possible(want, &unit, &service)?;
        if let Some(SvcDrift::Startup(startup)) = startup_drift(want, &service) {
            let verb = match startup {
                Startup::Enabled => ServiceAct::Enable,
                Startup::Disabled => ServiceAct::Disable,
            };
            act(&unit, verb, world)?;
        }
        let drift = state_drift(want, &service);
        let mut said = None;
        match drift {
            Some(SvcDrift::State(_, State::Running)) => start(&unit, &service, world)?,
            Some(SvcDrift::State(_, State::Stopped)) => act(&unit, ServiceAct::Stop, world)?,
            // The manager has just read the file, and what tells that it changed may be gone before the refresh.
            _ if at.notified && service.outdated && want.state != Some(State::Stopped) => {
                said = Some(renew(&unit, &service, world)?.to_owned());
            }
            _ => {}
        }
        Ok(Done {
            refreshed: drift.is_some() || said.is_some(),
            said,
            ..Done::default()
        })
    }

    fn refresh(&self, want: &Want, _: &At, world: &dyn World) -> Result<Done, Failure> {
        let unit = want.unit();
        let service = read_again(&unit, world)?;
        if want.state == Some(State::Stopped) || !is_up(&service.active) {
            return Ok(Done {
                notes: vec!["is not running: nothing to reload".to_owned()],
                ..Done::default()
            });
        }
        possible(want, &unit, &service)?;
        let said = renew(&unit, &service, world)?;
        Ok(Done {
            changed: true,
            said: Some(said.to_owned()),
            ..Done::default()
        })
    }

    fn watches(&self, want: &Want) -> Vec<Watch> {
        vec![Watch::Unit(want.unit())]
    }

    fn inspect(&self, name: &str, look: &dyn Look) -> Result<Option<Params>, Failure> {
        let Some((service, session)) = found(name, look)? else {
            return Ok(None);
        };
        let state = match service.active {
            Active::Active => Some(State::Running.to_string()),
            Active::Inactive => Some(State::Stopped.to_string()),
            Active::Changing | Active::Failed(..) => None,
        };
        let startup = match service.startup {
            world::Startup::Enabled => Some(Startup::Enabled.to_string()),
            world::Startup::Disabled => Some(Startup::Disabled.to_string()),
            _ => None,
        };
        let params = [("state", state), ("startup", startup)];
        let mut params: Params = params
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
            .collect();
        if session {
            params.insert("session".to_owned(), Value::Bool(true));
        }
        Ok(Some(params))
    }

    fn notes(&self, name: &str, look: &dyn Look) -> Result<Vec<String>, Failure> {
        let Some((service, _)) = found(name, look)? else {
            return Ok(Vec::new());
        };
        let mut notes = match &service.load {
            Load::Masked => vec!["masked".to_owned()],
            Load::Broken(why) => vec![format!("its unit file is broken: {}", sanitise(why))],
            Load::Loaded | Load::NotFound => Vec::new(),
        };
        if service.stale {
            notes.push("its unit file changed since the manager read it".to_owned());
        }
        match &service.active {
            Active::Failed(result, status) => {
                let is = failed(result, *status);
                notes.push(format!("{is}; with state=running it is started again"));
                notes.extend(journal(&service));
            }
            Active::Changing => notes.push("on its way up or down".to_owned()),
            Active::Active | Active::Inactive => {}
        }
        Ok(notes)
    }
}

/// What is there under a name: a unit of the system's manager, else one of the user's own, and whether it is that. Where
/// neither answers, the system's error is told.
fn found(name: &str, look: &dyn Look) -> Result<Option<(Service, bool)>, Failure> {
    let there = |session| match look.service(&unit(name, session)) {
        Ok(service) if service.load == Load::NotFound => Ok(None),
        Ok(service) => Ok(Some((service, session))),
        Err(fault) => Err(fault),
    };
    match there(false) {
        Ok(Some(found)) => Ok(Some(found)),
        Ok(None) => Ok(there(true).unwrap_or_default()),
        Err(fault) => there(true).map_err(|_| fault.into()),
    }
}

fn unit(name: &str, session: bool) -> Unit {
    let suffixed = SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
    Unit {
        name: match suffixed {
            true => name.to_owned(),
            false => format!("{name}.service"),
        },
        session,
    }
}

/// Whether what is wanted of a unit can be had at all; else why not, and what to do.
fn possible(want: &Want, unit: &Unit, service: &Service) -> Result<(), Failure> {
    let name = &unit.name;
    let up = want.state == Some(State::Running) || want.startup == Some(Startup::Enabled);
    let user = if unit.session { " --user" } else { "" };
    let no = |why: String, param: &str| Err(Failure::new(why).not_begun().about(param));
    match &service.load {
        Load::NotFound => no(
            format!(
                "there is no unit {name}: install what brings it, or write its unit file first"
            ),
            "unit",
        ),
        Load::Broken(why) => no(
            format!(
                "{name}: its unit file is broken: {}; `systemd-analyze{user} verify {name}` says more",
                sanitise(why)
            ),
            "unit",
        ),
        Load::Masked if up => no(
            format!(
                "{name} is masked, so nothing can start it: `systemctl{user} unmask {name}` first"
            ),
            "unit",
        ),
        Load::Masked => Ok(()),
        Load::Loaded => match (want.startup, service.startup) {
            (Some(Startup::Enabled), world::Startup::Masked) => no(
                format!("{name} is masked: `systemctl{user} unmask {name}` first"),
                "startup",
            ),
            (Some(_), world::Startup::Static) => no(
                format!(
                    "{name} is static: its unit file has no [Install] section, so it can be neither enabled nor \
                     disabled; leave `startup` out"
                ),
                "startup",
            ),
            (Some(_), world::Startup::Other) => no(
                format!(
                    "{name} has no startup of its own to set (it is generated, transient or an alias); leave `startup` out"
                ),
                "startup",
            ),
            _ => Ok(()),
        },
    }
}

fn startup_drift(want: &Want, service: &Service) -> Option<SvcDrift> {
    match (want.startup?, service.startup) {
        (Startup::Enabled, world::Startup::Disabled) => Some(SvcDrift::Startup(Startup::Enabled)),
        (Startup::Disabled, world::Startup::Enabled) => Some(SvcDrift::Startup(Startup::Disabled)),
        _ => None,
    }
}

fn state_drift(want: &Want, service: &Service) -> Option<SvcDrift> {
    let is = match (&service.active, want.state?) {
        (Active::Active, State::Running) | (Active::Inactive, State::Stopped) => return None,
        // It does not run, and that is all that is wanted.
        (Active::Failed(..), State::Stopped) => return None,
        (Active::Active, _) => "running".to_owned(),
        (Active::Inactive, _) => "stopped".to_owned(),
        (Active::Changing, _) => "changing".to_owned(),
        (Active::Failed(result, status), _) => failed(result, *status),
    };
    want.state.map(|should| SvcDrift::State(is, should))
}

fn is_up(active: &Active) -> bool {
    matches!(active, Active::Active | Active::Changing)
}

fn failed(result: &str, status: i32) -> String {
    match result {
        "exit-code" => format!("failed (exited with {status})"),
        "timeout" => "failed (timed out)".to_owned(),
        "start-limit-hit" => "failed (was started too often: start limit hit)".to_owned(),
        "signal" | "core-dump" => format!("failed ({result}, signal {status})"),
        other => format!("failed ({}, status {status})", sanitise(other)),
    }
}
