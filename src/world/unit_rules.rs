//! What a service manager refuses, and what a unit's file says of it. For the simulated machine and the overlay; the
//! host asks its manager.

use crate::world::{Fault, Load, Service, Startup, Unit};
use std::path::{Path, PathBuf};

/// Where unit files stand, and whether they are those of users' managers.
const PLACES: [(&str, bool); 5] = [
    ("/etc/systemd/system", false),
    ("/run/systemd/system", false),
    ("/usr/lib/systemd/system", false),
    ("/etc/systemd/user", true),
    ("/usr/lib/systemd/user", true),
];

/// Where a unit's file may stand, the first one found counts.
pub(super) fn places(unit: &Unit) -> Vec<PathBuf> {
    let places = PLACES
        .iter()
        .filter(|(_, session)| *session == unit.session);
    places
        .map(|(place, _)| Path::new(place).join(&unit.name))
        .collect()
}

/// The unit whose file stands at this path, if one does.
pub(super) fn unit_of(path: &Path) -> Option<Unit> {
    let (dir, name) = (path.parent()?, path.file_name()?);
    let place = PLACES.iter().find(|(place, _)| Path::new(place) == dir)?;
    Some(Unit {
        name: name.to_string_lossy().into_owned(),
        session: place.1,
    })
}

/// Where unit files of a manager stand.
pub(super) fn dirs(session: bool) -> impl Iterator<Item = &'static Path> {
    let places = PLACES.iter().filter(move |place| place.1 == session);
    places.map(|(place, _)| Path::new(*place))
}

/// Whether a file of this name is one unit's: not a template, and not what is beside unit files.
pub(super) fn is_one(name: &str) -> bool {
    name.contains('.') && !name.contains("@.") && !name.ends_with(".wants") && !name.ends_with(".d")
}

/// Whether a unit file's text lets it be enabled, and reloaded.
pub(super) fn described(text: &[u8]) -> (Startup, bool) {
    let text = String::from_utf8_lossy(text);
    let has = |start: &str| text.lines().any(|line| line.trim().starts_with(start));
    let startup = match has("[Install]") {
        true => Startup::Disabled,
        false => Startup::Static,
    };
    (startup, has("ExecReload="))
}

/// What is known of a unit that is not there.
pub(super) fn not_there() -> Service {
    Service {
        load: Load::NotFound,
        active: crate::world::Active::Inactive,
        startup: Startup::Other,
        stale: false,
        outdated: false,
        can_reload: false,
        log: None,
    }
}

/// Why nothing can be done with a unit that is loaded like this, if so.
pub(super) fn usable(name: &str, load: &Load) -> Result<(), Fault> {
    match load {
        Load::Loaded => Ok(()),
        Load::NotFound => Err(Fault::Service(format!("there is no unit {name}"))),
        Load::Masked => Err(masked(name)),
        Load::Broken(why) => Err(Fault::Service(format!("{name} cannot be loaded: {why}"))),
    }
}

/// Why its startup cannot be changed, if so.
pub(super) fn may_enable(name: &str, startup: Startup) -> Result<(), Fault> {
    match startup {
        Startup::Enabled | Startup::Disabled => Ok(()),
        Startup::Static => Err(Fault::Service(format!(
            "{name} has no install section: it can be neither enabled nor disabled"
        ))),
        Startup::Masked => Err(masked(name)),
        Startup::Other => Err(Fault::Service(format!(
            "{name} is generated or transient: its startup cannot be changed"
        ))),
    }
}

fn masked(name: &str) -> Fault {
    Fault::Service(format!("{name} is masked: `systemctl unmask {name}` first"))
}
