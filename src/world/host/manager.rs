//! systemd's manager: its questions, its jobs, and what it says instead of an answer.
//!
//! Jobs are waited for by the manager's own signal, which is subscribed to before the job is asked for.

use super::bus::{next, session_bus, system_bus};
use super::unit::Properties;
use crate::time::Span;
use crate::world::unit_rules::is_one;
use crate::world::{Active, Fault, Unit};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use zbus::{Connection, DynamicType, MatchRule, Message, MessageStream, OwnedObjectPath};

const MANAGER: &str = "org.freedesktop.systemd1";
const MANAGER_PATH: &str = "/org/freedesktop/systemd1";
const MANAGER_INTERFACE: &str = "org.freedesktop.systemd1.Manager";

/// How many signals may wait to be taken in. Once so many do, the connection stands still, answers to calls included; so
/// whoever calls while signals come in either takes them in meanwhile or has room for more than will come.
pub(super) const QUEUE: usize = 4096;

/// How often a manager is reminded of who listens to it.
pub(super) const REMIND: Span = Span::secs(2);

/// A loaded unit in a list: its name, description, load state and more, its object, and its job.
type Listed = (
    String,
    String,
    String,
    String,
    String,
    String,
    OwnedObjectPath,
    u32,
    String,
    OwnedObjectPath,
);

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
    pub async fn call<B>(&self, unit: &Unit, method: &str, body: &B) -> Result<Message, Fault>
    where
        B: serde::Serialize + DynamicType,
    {
        let answer = self.ask(method, body).await;
        answer.map_err(|error| said(unit, error))
    }

    pub async fn ask<B>(&self, method: &str, body: &B) -> zbus::Result<Message>
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

    pub async fn properties(&self, unit: &Unit) -> Result<Properties, Fault> {
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

    /// The names of its units, in order: what it has loaded, and what it would find a file of. A template is no unit.
    pub async fn names(&self) -> Result<Vec<String>, Fault> {
        let all = |error| Fault::Service(format!("the units cannot be listed: {error}"));
        let loaded = self.ask("ListUnits", &()).await.map_err(all)?;
        let loaded: Vec<Listed> = loaded.body().deserialize().map_err(broken)?;
        let files = self.ask("ListUnitFiles", &()).await.map_err(all)?;
        let files: Vec<(String, String)> = files.body().deserialize().map_err(broken)?;
        let there = loaded.into_iter().filter(|listed| listed.2 != "not-found");
        let found = files.iter().filter_map(|(path, _)| path.rsplit('/').next());
        let found = found.filter(|name| is_one(name)).map(str::to_owned);
        let names = there.map(|listed| listed.0).chain(found);
        let names: BTreeSet<String> = names.collect();
        Ok(names.into_iter().collect())
    }

    pub async fn enable(&self, unit: &Unit) -> Result<(), Fault> {
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
    pub async fn job(&self, unit: &Unit, method: &str, verb: &str) -> Result<(), Fault> {
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

/// An answer that is not what the manager's interface promises.
pub(super) fn broken(error: zbus::Error) -> Fault {
    Fault::Service(format!("the service manager cannot be understood: {error}"))
}

/// What the manager, or the bus for it, said instead of an answer.
pub(super) fn said(unit: &Unit, error: zbus::Error) -> Fault {
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
