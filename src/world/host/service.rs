//! Units of systemd, over D-Bus.
//!
//! The bus library is asynchronous; each call here has a small runtime of its own and blocks on it. Jobs are waited for by the
//! manager's own signal, which is subscribed to before the job is asked for. A cancel or a timeout ends the waiting; the
//! manager finishes its job by itself.

use super::cancel::Limits;
use super::unit::{Properties, journal};
use crate::time::Span;
use crate::world::{Active, Fault, Service, ServiceAct, Unit};
use std::future::{Future, poll_fn};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Instant;
use zbus::export::futures_core::Stream;

use zbus::{Connection, DynamicType, MatchRule, Message, MessageStream, OwnedObjectPath};

const MANAGER: &str = "org.freedesktop.systemd1";
const MANAGER_PATH: &str = "/org/freedesktop/systemd1";
const MANAGER_INTERFACE: &str = "org.freedesktop.systemd1.Manager";

/// How long the manager may take to answer a question.
const ANSWER: Span = Span::secs(30);

/// How many signals may wait to be taken in. Once so many do, the connection stands still, answers to calls included; so
/// whoever calls while signals come in either takes them in meanwhile or has room for more than will come.
pub(super) const QUEUE: usize = 4096;

/// How often a manager is reminded of who listens to it.
pub(super) const REMIND: Span = Span::secs(2);

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

/// A runtime for one thread.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::Service(format!("no connection can be made: {error}")))
}

/// The next message; `None` when the connection has ended.
pub(super) async fn next(stream: &mut MessageStream) -> Option<zbus::Result<Message>> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

/// A connection to a service manager.
pub(super) struct Manager(pub Connection);

impl Manager {
    /// Connects to the system's manager or the user's own.
    pub async fn connect(session: bool) -> Result<Manager, Fault> {
        let connection = if session {
            session_bus().await?
        } else {
            system_bus().await?
        };
        Ok(Manager(connection))
    }

    /// Calls a method of the manager; an error is about `unit`.
    async fn call<B>(&self, unit: &Unit, method: &str, body: &B) -> Result<Message, Fault>
    where
        B: serde::Serialize + DynamicType,
    {
        let answer = self.ask(method, body).await;
        answer.map_err(|error| said(unit, error))
    }

    async fn ask<B>(&self, method: &str, body: &B) -> zbus::Result<Message>
    where
        B: serde::Serialize + DynamicType,
    {
        let interface = Some(MANAGER_INTERFACE);
        self.0
            .call_method(Some(MANAGER), MANAGER_PATH, interface, method, body)
            .await
    }

    /// The unit as an object, whether it has a file or not.
    pub async fn load(&self, unit: &Unit) -> Result<OwnedObjectPath, Fault> {
        let answer = self.call(unit, "LoadUnit", &unit.name.as_str()).await?;
        answer.body().deserialize().map_err(broken)
    }

    /// Asks the manager to send signals at all.
    /// True if it did not already do so: a manager may forget its subscribers when it is reloaded.
    pub async fn subscribe(&self, unit: &Unit) -> Result<bool, Fault> {
        match self.ask("Subscribe", &()).await {
            Ok(_) => Ok(true),
            Err(zbus::Error::MethodError(name, ..)) if name.ends_with(".AlreadySubscribed") => {
                Ok(false)
            }
            Err(error) => Err(said(unit, error)),
        }
    }

    async fn properties(&self, unit: &Unit) -> Result<Properties, Fault> {
        let path = self.load(unit).await?;
        let answer = self
            .0
            .call_method(
                Some(MANAGER),
                path.as_str(),
                Some("org.freedesktop.DBus.Properties"),
                "GetAll",
                // All interfaces: which one has the result depends on the unit's type.
                &"",
            )
            .await
            .map_err(|error| said(unit, error))?;
        answer.body().deserialize().map(Properties).map_err(broken)
    }

    async fn enable(&self, unit: &Unit) -> Result<(), Fault> {
        let files = (vec![unit.name.as_str()], false, false);
        let answer = self.call(unit, "EnableUnitFiles", &files).await?;
        let (installs, _): (bool, Vec<(String, String, String)>) =
            answer.body().deserialize().map_err(broken)?;
        self.call(unit, "Reload", &()).await?;
        if installs {
            return Ok(());
        }
        let why = "has no [Install] section, so it cannot be enabled";
        Err(Fault::Service(format!("{}: {why}", unit.name)))
    }

    /// Asks for a job and waits until it is done.
    async fn job(&self, unit: &Unit, method: &str, verb: &str) -> Result<(), Fault> {
        let rule = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .interface(MANAGER_INTERFACE)
            .member("JobRemoved")
            .build()
            .map_err(broken)?;
        let mut removed = MessageStream::for_match_rule(rule, &self.0, NonZeroUsize::new(QUEUE))
            .await
            .map_err(broken)?;
        self.subscribe(unit).await?;
        let asked = (unit.name.as_str(), "replace");
        let answer = self.call(unit, method, &asked).await?;
        let job: OwnedObjectPath = answer.body().deserialize().map_err(broken)?;
        loop {
            let message = tokio::select! {
                message = next(&mut removed) => message,
                () = tokio::time::sleep(REMIND.as_std()) => {
                    if self.subscribe(unit).await? && self.is_gone(&job).await {
                        return self.stands(unit, verb).await;
                    }
                    continue;
                }
            };
            let Some(message) = message else {
                break;
            };
            let message = message.map_err(broken)?;
            let (_, which, _, result): (u32, OwnedObjectPath, String, String) =
                message.body().deserialize().map_err(broken)?;
            if which == job {
                return self.ended(unit, verb, &result).await;
            }
        }
        let why = "the connection to the service manager was lost while it worked";
        Err(Fault::Service(format!("{}: {why}", unit.name)))
    }

    async fn is_gone(&self, job: &OwnedObjectPath) -> bool {
        let interface = Some("org.freedesktop.DBus.Properties");
        let asked = ("org.freedesktop.systemd1.Job", "State");
        self.0
            .call_method(Some(MANAGER), job.as_str(), interface, "Get", &asked)
            .await
            .is_err()
    }

    /// How a job ended whose end was not heard: as the unit stands.
    async fn stands(&self, unit: &Unit, verb: &str) -> Result<(), Fault> {
        let result = match self.properties(unit).await?.service().active {
            Active::Failed(..) => "failed",
            _ => "done",
        };
        self.ended(unit, verb, result).await
    }

    async fn ended(&self, unit: &Unit, verb: &str, result: &str) -> Result<(), Fault> {
        let why = match result {
            "done" => return Ok(()),
            "timeout" => "the manager's time for it was over".to_owned(),
            "canceled" => "another job took its place".to_owned(),
            "dependency" => "a unit that it needs did not start".to_owned(),
            "skipped" => "a condition in its unit file does not hold".to_owned(),
            "failed" => match self.properties(unit).await?.service().active {
                Active::Failed(result, status) => format!("{result}, exit status {status}"),
                _ => "failed".to_owned(),
            },
            other => other.to_owned(),
        };
        let name = &unit.name;
        Err(Fault::Service(format!("{name}: {verb} failed: {why}")))
    }
}

async fn system_bus() -> Result<Connection, Fault> {
    if !Path::new("/run/systemd/system").is_dir() {
        return Err(Fault::Unsupported(
            "this machine does not run systemd (there is no /run/systemd/system), so it has no services to manage"
                .into(),
        ));
    }
    zbus::connection::Builder::system()
        .build()
        .await
        .map_err(|error| {
            Fault::Unsupported(format!(
                "the system bus cannot be reached, so services cannot be managed: {error}"
            ))
        })
}

async fn session_bus() -> Result<Connection, Fault> {
    let Some(dir) = std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty()) else {
        return Err(Fault::Unsupported(
            "XDG_RUNTIME_DIR is not set, so the user's own service manager cannot be found: log in as that user"
                .into(),
        ));
    };
    let bus = PathBuf::from(dir).join("bus");
    let unreached = |why: String| {
        Fault::Unsupported(format!(
            "the user's bus {} cannot be reached, so the user's services cannot be managed: {why}",
            bus.display()
        ))
    };
    let stream = std::os::unix::net::UnixStream::connect(&bus)
        .map_err(|error| unreached(error.to_string()))?;
    zbus::connection::Builder::unix_stream(stream)
        .build()
        .await
        .map_err(|error| unreached(error.to_string()))
}

/// An answer that is not what the manager's interface promises.
pub(super) fn broken(error: zbus::Error) -> Fault {
    Fault::Service(format!("the service manager cannot be understood: {error}"))
}

/// What the manager, or the bus for it, said instead of an answer.
fn said(unit: &Unit, error: zbus::Error) -> Fault {
    let (name, text) = match &error {
        zbus::Error::MethodError(name, text, _) => {
            (name.to_string(), text.clone().unwrap_or_default())
        }
        zbus::Error::FDO(error) => (
            zbus::DBusError::name(&**error).to_string(),
            zbus::DBusError::description(&**error)
                .unwrap_or_default()
                .to_owned(),
        ),
        other => return Fault::Service(format!("{}: {other}", unit.name)),
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    match last {
        "AccessDenied" | "InteractiveAuthorizationRequired" => Fault::Denied(
            unit.name.clone().into(),
            !rustix::process::geteuid().is_root(),
        ),
        "ServiceUnknown" | "NameHasNoOwner" => Fault::Unsupported(format!(
            "there is a bus, but no systemd on it to manage services: {text}"
        )),
        _ => Fault::Service(format!("{}: {}", unit.name, text.trim_end_matches('.'))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CancelToken, Host, HostOptions, lock};
    use super::*;
    use crate::world::{Load, Look, Startup, World};
    use std::sync::{Mutex, MutexGuard};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

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
                if std::env::var_os("WEFT_TEST_REQUIRE").is_some() {
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
