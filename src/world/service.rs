//! What there is to say of a unit of a service manager, and what to do with one.

/// A unit of a service manager, as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// Whether and how its file was loaded.
    pub load: Load,
    /// What it does now.
    pub active: Active,
    /// Whether it starts by itself.
    pub startup: Startup,
    /// Whether its file changed since the manager read it.
    pub stale: bool,
    /// Whether it has run since before its file was changed last: only a restart brings what the file says now.
    pub outdated: bool,
    /// Whether it knows how to reload.
    pub can_reload: bool,
    /// Its last lines in the journal; `None` where there is no journal.
    pub log: Option<Vec<String>>,
}

/// How a unit was loaded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Load {
    /// Read and usable.
    Loaded,
    /// There is no such unit.
    NotFound,
    /// Linked to /dev/null.
    Masked,
    /// Its file is broken: what the manager says.
    Broken(String),
}

/// What a unit does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Active {
    /// Running, or done what it is for.
    Active,
    /// Not running.
    Inactive,
    /// On its way up, down or through a reload.
    Changing,
    /// Failed: the manager's result (`exit-code`, `start-limit-hit`, `timeout`) and the exit status.
    Failed(String, i32),
}

/// Whether a unit starts by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Startup {
    /// It does.
    Enabled,
    /// It does not.
    Disabled,
    /// It has no install section: it can be neither enabled nor disabled.
    Static,
    /// It cannot, even by hand.
    Masked,
    /// Something else (`generated`, `transient`, …): it cannot be changed.
    Other,
}

/// What to do with a unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ServiceAct {
    /// Start it and wait for the job.
    Start,
    /// Stop it and wait for the job.
    Stop,
    /// Stop and start it.
    Restart,
    /// Reload it if it can, else restart it.
    Reload,
    /// Let it start by itself.
    Enable,
    /// Let it not start by itself.
    Disable,
    /// Forget that it failed, and its start limit.
    Reset,
    /// Let the manager read its unit files again.
    ReloadManager,
}

/// Which unit of which manager.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unit {
    /// Its full name, with suffix: `nginx.service`.
    pub name: String,
    /// The user's own manager rather than the system's.
    pub session: bool,
}
