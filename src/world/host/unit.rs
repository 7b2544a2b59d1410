//! A unit's properties and journal, read as a [`Service`].

use super::Host;
use super::cancel::Limits;
use crate::time::Span;
use crate::world::{Active, Command, Load, Look, Service, Startup, Unit};
use std::collections::BTreeMap;
use zbus::OwnedVariant;

/// How many lines of the journal are shown.
const LINES: usize = 10;

/// All properties of a unit, of its type too.
pub(super) struct Properties(pub BTreeMap<String, OwnedVariant>);

impl Properties {
    fn get<T: TryFrom<OwnedVariant>>(&self, name: &str) -> Option<T> {
        let value = self.0.get(name)?.try_clone().ok()?;
        T::try_from(value).ok()
    }

    fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default()
    }

    /// The unit, without its journal.
    pub fn service(&self) -> Service {
        let load = self.load();
        let startup = match self.text("UnitFileState").as_str() {
            _ if load == Load::Masked => Startup::Masked,
            "enabled" => Startup::Enabled,
            // Enabled until the machine restarts is not enabled.
            "disabled" | "enabled-runtime" | "linked" | "linked-runtime" => Startup::Disabled,
            "static" => Startup::Static,
            "masked" | "masked-runtime" => Startup::Masked,
            _ => Startup::Other,
        };
        Service {
            load,
            active: self.active(),
            startup,
            stale: self.get("NeedDaemonReload").unwrap_or(false),
            outdated: self.outdated(),
            can_reload: self.get("CanReload").unwrap_or(false),
            log: None,
        }
    }

    /// Whether one of its files was changed after what runs was started. The manager knows only whether it has read them.
    fn outdated(&self) -> bool {
        if !matches!(self.active(), Active::Active | Active::Changing) {
            return false;
        }
        // A unit without a process of its own has run since it left its rest. Both are microseconds of the wall clock, 0 for never.
        let started = ["ExecMainStartTimestamp", "InactiveExitTimestamp"]
            .iter()
            .filter_map(|name| self.get::<u64>(name))
            .find(|started| *started > 0);
        let Some(started) = started else {
            return false;
        };
        let mut files: Vec<String> = self.get("DropInPaths").unwrap_or_default();
        files.extend(self.get::<String>("FragmentPath"));
        let changed = |file: &String| {
            let modified = std::fs::metadata(file).ok()?.modified().ok()?;
            modified.duration_since(std::time::UNIX_EPOCH).ok()
        };
        files
            .iter()
            .filter_map(changed)
            .any(|changed| changed.as_micros() > u128::from(started))
    }

    fn load(&self) -> Load {
        match self.text("LoadState").as_str() {
            "loaded" | "merged" => Load::Loaded,
            "not-found" => Load::NotFound,
            "masked" => Load::Masked,
            state => {
                let error = self.0.get("LoadError").and_then(|error| {
                    let (_, text): (String, String) = error.try_clone().ok()?.try_into().ok()?;
                    (!text.is_empty()).then_some(text)
                });
                Load::Broken(error.unwrap_or_else(|| state.to_owned()))
            }
        }
    }

    fn active(&self) -> Active {
        match self.text("ActiveState").as_str() {
            "active" => Active::Active,
            "inactive" => Active::Inactive,
            "failed" => {
                let status = self.get("ExecMainStatus").unwrap_or(0);
                Active::Failed(self.text("Result"), status)
            }
            _ => Active::Changing,
        }
    }
}

/// The unit's last lines in the journal; `None` where there is no journal to read.
pub(super) fn journal(unit: &Unit, quiet: bool, limits: &Limits) -> Option<Vec<String>> {
    let kept = ["/run/log/journal", "/var/log/journal"]
        .iter()
        .filter_map(|dir| std::fs::read_dir(dir).ok())
        .any(|mut entries| entries.next().is_some());
    if !kept {
        return None;
    }
    if quiet {
        return Some(Vec::new());
    }
    let host = Host {
        limits: limits.clone(),
        ..Host::default()
    };
    let select = if unit.session {
        "--user-unit"
    } else {
        "--unit"
    };
    let lines = LINES.to_string();
    let argv = [
        "journalctl",
        select,
        &unit.name,
        "--lines",
        &lines,
        "--output",
        "cat",
        "--quiet",
        "--no-pager",
    ];
    let asked = Command {
        argv: argv.map(str::to_owned).to_vec(),
        env: BTreeMap::new(),
        cwd: None,
        user: None,
        stdin: None,
        timeout: Some(Span::secs(10)),
        keep: 64 << 10,
    };
    let output = host.ask(&asked).ok()?;
    if output.status != 0 {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Some(text.lines().map(str::to_owned).collect())
}
