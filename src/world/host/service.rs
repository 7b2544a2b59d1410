//! Units of systemd, over D-Bus.
//!
//! The bus library is asynchronous; each call here has a small runtime of its own and blocks on it. A cancel or a timeout ends
//! the waiting; the manager finishes its job by itself.

use super::bus::runtime;
use super::cancel::Limits;
use super::manager::{Manager, said};
use super::unit::journal;
use crate::time::Span;
use crate::world::{Active, Fault, Service, ServiceAct, Unit};
use std::future::Future;
use std::time::Instant;

/// How long the manager may take to answer a question.
const ANSWER: Span = Span::secs(30);

/// A unit as it stands. The journal is only read where the unit is not active, since it takes a process to do so.
pub(super) fn look(unit: &Unit, limits: &Limits) -> Result<Service, Fault> {
    let properties = block(limits, Some(ANSWER), async {
        let manager = Manager::connect(unit.session).await?;
        manager.properties(unit).await
    })?;
    let mut service = properties.service();
    service.log = journal(unit, service.active == Active::Active, limits);
    Ok(service)
}

/// The names of all units that a manager has loaded or would find.
pub(super) fn list(session: bool, limits: &Limits) -> Result<Vec<String>, Fault> {
    block(limits, Some(ANSWER), async {
        Manager::connect(session).await?.names().await
    })
}

/// Does something with a unit, and waits until it is done.
pub(super) fn act(unit: &Unit, act: ServiceAct, limits: &Limits) -> Result<(), Fault> {
    block(limits, None, async {
        let manager = Manager::connect(unit.session).await?;
        match act {
            ServiceAct::Start => manager.job(unit, "StartUnit", "start").await,
            ServiceAct::Stop => manager.job(unit, "StopUnit", "stop").await,
            ServiceAct::Restart => manager.job(unit, "RestartUnit", "restart").await,
            ServiceAct::Reload => manager.job(unit, "ReloadOrRestartUnit", "reload").await,
            ServiceAct::Enable => manager.enable(unit).await,
            ServiceAct::Disable => {
                let files = (vec![unit.name.as_str()], false);
                manager.call(unit, "DisableUnitFiles", &files).await?;
                manager.call(unit, "Reload", &()).await.map(drop)
            }
            ServiceAct::Reset => {
                let name = unit.name.as_str();
                match manager.ask("ResetFailedUnit", &name).await {
                    // One that is not loaded has not failed.
                    Err(zbus::Error::MethodError(error, ..)) if error.ends_with(".NoSuchUnit") => {
                        Ok(())
                    }
                    other => other.map(drop).map_err(|error| said(unit, error)),
                }
            }
            ServiceAct::ReloadManager => manager.call(unit, "Reload", &()).await.map(drop),
        }
    })
}

/// Runs `work` to its end in this thread, unless the attempt or `own` ends before.
fn block<T>(
    limits: &Limits,
    own: Option<Span>,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    limits.check()?;
    let (tell, told) = tokio::sync::oneshot::channel();
    let _waking = limits.cancel.on_cancel(move || {
        let _ = tell.send(());
    });
    let deadline = limits.sooner(own);
    runtime()?.block_on(async {
        let late = async {
            match deadline {
                None => std::future::pending().await,
                Some(deadline) => {
                    let left = deadline.at.saturating_duration_since(Instant::now());
                    tokio::time::sleep(left).await;
                    deadline.span
                }
            }
        };
        tokio::select! {
            result = work => result,
            _ = told => Err(Fault::Cancelled),
            span = late => Err(Fault::TimedOut(span)),
        }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{CancelToken, Host, HostOptions, HostWatcher, What, lock};
    use super::*;
    use crate::world::{Load, Look, Startup, Watch, World};
    use std::path::PathBuf;
    use std::sync::{Mutex, MutexGuard};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Whether a manager was promised, so that a test which finds none must fail.
    pub fn is_promised() -> bool {
        std::env::var_os("WEFT_TEST_REQUIRE").is_some_and(|value| value == "1")
    }

    /// A unit file of the user's own manager, while the test runs.
    struct UnitFile(Host, Unit, PathBuf, MutexGuard<'static, ()>);

    /// A reload by one test is seen by all.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    impl UnitFile {
        /// `None` where there is no manager to try it with, which is said; an error where one was promised by
        /// `WEFT_TEST_REQUIRE`.
        fn new(name: &str, text: &str) -> Result<Option<UnitFile>, Box<dyn std::error::Error>> {
            let host = Host::new(HostOptions::default());
            let unit = Unit {
                name: format!("weft-{name}-{}.service", std::process::id()),
                session: true,
            };
            if let Err(fault) = host.service(&unit) {
                if is_promised() {
                    return Err(fault.into());
                }
                println!("not tried, since there is no user manager: {fault}");
                return Ok(None);
            }
            let dir = std::env::var_os("XDG_RUNTIME_DIR").ok_or("no XDG_RUNTIME_DIR")?;
            let path = PathBuf::from(dir).join("systemd/user").join(&unit.name);
            std::fs::create_dir_all(path.parent().ok_or("no parent")?)?;
            let file = UnitFile(host, unit, path, lock(&ONE_AT_A_TIME));
            file.write(text)?;
            file.act(ServiceAct::ReloadManager)?;
            Ok(Some(file))
        }

        fn write(&self, text: &str) -> std::io::Result<()> {
            std::fs::write(&self.2, format!("[Unit]\nDescription=weft\n{text}"))
        }

        fn act(&self, act: ServiceAct) -> Result<(), Fault> {
            self.0.act(&self.1, act)
        }

        fn look(&self) -> Result<Service, Fault> {
            self.0.service(&self.1)
        }
    }

    impl Drop for UnitFile {
        fn drop(&mut self) {
            // Held until all of it is undone.
            let _guard = &self.3;
            let _ = self.act(ServiceAct::Stop);
            let _ = self.act(ServiceAct::Disable);
            let _ = std::fs::remove_file(&self.2);
            let _ = self.act(ServiceAct::Reset);
            let _ = self.act(ServiceAct::ReloadManager);
        }
    }

    const RUNS: &str = "[Service]\nExecStart=/bin/sh -c 'exec tail -f /dev/null'\n";

    #[test]
    fn a_unit_starts_stops_and_restarts() -> Outcome {
        let Some(unit) = UnitFile::new("runs", RUNS)? else {
            return Ok(());
        };
        let found = unit.look()?;
        assert_eq!((found.load, found.active), (Load::Loaded, Active::Inactive));
        assert_eq!((found.startup, found.stale), (Startup::Static, false));
        for (act, active) in [
            (ServiceAct::Start, Active::Active),
            (ServiceAct::Start, Active::Active),
            (ServiceAct::Restart, Active::Active),
            (ServiceAct::Reload, Active::Active),
            (ServiceAct::Stop, Active::Inactive),
            (ServiceAct::Reset, Active::Inactive),
        ] {
            unit.act(act)?;
            assert_eq!(unit.look()?.active, active, "{act:?}");
        }
        Ok(())
    }

    /// Also one that is not loaded, and never ran; a template is no unit.
    #[test]
    fn units_are_listed() -> Outcome {
        let Some(unit) = UnitFile::new("listed", RUNS)? else {
            return Ok(());
        };
        let listed = unit.0.units(true)?;
        assert!(listed.contains(&unit.1.name), "{listed:?}");
        assert!(listed.is_sorted(), "{listed:?}");
        assert!(!listed.iter().any(|name| name.contains("@.")), "{listed:?}");
        Ok(())
    }

    #[test]
    fn a_reload_is_one_where_the_unit_can() -> Outcome {
        let text = format!("{RUNS}ExecReload=/bin/true\n");
        let Some(unit) = UnitFile::new("reloads", &text)? else {
            return Ok(());
        };
        unit.act(ServiceAct::Start)?;
        assert!(unit.look()?.can_reload);
        unit.act(ServiceAct::Reload)?;
        assert_eq!(unit.look()?.active, Active::Active);
        Ok(())
    }

    /// The manager sends some twenty signals for one stop.
    #[test]
    fn a_watch_is_told_of_each_state_once() -> Outcome {
        let Some(unit) = UnitFile::new("watched", RUNS)? else {
            return Ok(());
        };
        unit.act(ServiceAct::Start)?;
        let (tell, told) = std::sync::mpsc::channel();
        let watcher = HostWatcher::new(move |event| {
            let _ = tell.send(event.what);
        });
        watcher.watch(1, &[Watch::Unit(unit.1.clone())]);
        let mut states = 0;
        loop {
            match told.recv_timeout(std::time::Duration::from_secs(60))? {
                What::Listening => {
                    unit.act(ServiceAct::Stop)?;
                    unit.act(ServiceAct::ReloadManager)?;
                }
                What::Changed(_, "state") => states += 1,
                What::Changed(..) => break,
                other => return Err(format!("{other:?}").into()),
            }
        }
        assert!((1..=3).contains(&states), "{states} states");
        Ok(())
    }

    #[test]
    fn a_failure_shows_result_and_status() -> Outcome {
        let text = "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'exit 7'\n";
        let Some(unit) = UnitFile::new("fails", text)? else {
            return Ok(());
        };
        let why = format!("{}: start failed: exit-code, exit status 7", unit.1.name);
        assert_eq!(unit.act(ServiceAct::Start), Err(Fault::Service(why)));
        let failed = Active::Failed("exit-code".into(), 7);
        assert_eq!(unit.look()?.active, failed);
        unit.act(ServiceAct::Reset)?;
        assert_eq!(unit.look()?.active, Active::Inactive);
        Ok(())
    }

    #[test]
    fn a_unit_is_enabled_and_disabled() -> Outcome {
        let text = format!("{RUNS}[Install]\nWantedBy=default.target\n");
        let Some(unit) = UnitFile::new("enabled", &text)? else {
            return Ok(());
        };
        assert_eq!(unit.look()?.startup, Startup::Disabled);
        unit.act(ServiceAct::Enable)?;
        assert_eq!(unit.look()?.startup, Startup::Enabled);
        unit.act(ServiceAct::Disable)?;
        assert_eq!(unit.look()?.startup, Startup::Disabled);
        Ok(())
    }

    #[test]
    fn what_cannot_be_enabled_says_so() -> Outcome {
        let Some(unit) = UnitFile::new("static", RUNS)? else {
            return Ok(());
        };
        let refused = unit.act(ServiceAct::Enable);
        assert!(
            matches!(&refused, Err(Fault::Service(why)) if why.contains("no [Install] section")),
            "{refused:?}"
        );
        Ok(())
    }

    #[test]
    fn missing_masked_broken_and_changed_are_told_apart() -> Outcome {
        let Some(unit) = UnitFile::new("states", RUNS)? else {
            return Ok(());
        };
        let missing = Unit {
            name: "weft-no-such-unit.service".into(),
            session: true,
        };
        assert_eq!(unit.0.service(&missing)?.load, Load::NotFound);
        assert!(matches!(
            unit.0.act(&missing, ServiceAct::Start),
            Err(Fault::Service(_))
        ));
        unit.act(ServiceAct::Start)?;
        unit.write(&format!("{RUNS}Restart=no\nUMask=0077\n"))?;
        // The manager compares times, whole seconds of which may be the same.
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
        std::fs::File::open(&unit.2)?.set_modified(later)?;
        assert!(unit.look()?.stale);
        assert!(unit.look()?.outdated);
        unit.act(ServiceAct::ReloadManager)?;
        let found = unit.look()?;
        assert_eq!((found.stale, found.outdated), (false, true));
        let now = std::time::SystemTime::now();
        std::fs::File::open(&unit.2)?.set_modified(now)?;
        unit.act(ServiceAct::ReloadManager)?;
        unit.act(ServiceAct::Restart)?;
        assert!(!unit.look()?.outdated);
        unit.write("[Service]\nType=nonsense\n")?;
        unit.act(ServiceAct::Stop)?;
        unit.act(ServiceAct::ReloadManager)?;
        let found = unit.look()?;
        assert!(matches!(found.load, Load::Broken(_)), "{found:?}");
        std::fs::remove_file(&unit.2)?;
        std::os::unix::fs::symlink("/dev/null", &unit.2)?;
        unit.act(ServiceAct::ReloadManager)?;
        let found = unit.look()?;
        assert_eq!((found.load, found.startup), (Load::Masked, Startup::Masked));
        Ok(())
    }

    #[test]
    fn a_cancel_ends_the_waiting() -> Outcome {
        let text = "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'exec tail -f /dev/null'\n";
        let Some(unit) = UnitFile::new("hangs", text)? else {
            return Ok(());
        };
        let timeout = Span::millis(200);
        let bounded = unit.0.attempt(CancelToken::new(), Some(timeout));
        assert_eq!(
            bounded.act(&unit.1, ServiceAct::Start),
            Err(Fault::TimedOut(timeout))
        );
        let cancel = CancelToken::new();
        cancel.cancel();
        let ended = unit.0.attempt(cancel, None);
        assert_eq!(ended.act(&unit.1, ServiceAct::Start), Err(Fault::Cancelled));
        Ok(())
    }
}
