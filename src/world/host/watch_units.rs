//! Watching units: one connection to each service manager, whose signals are told on.

use super::service::{Manager, REMIND, broken, next, runtime};
use super::watch::Message;
use crate::world::{Fault, Unit};
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::{MatchRule, MessageStream};

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// A thread that listens to one manager; it ends when this is dropped, or when the connection does.
pub(super) struct UnitWatcher {
    session: bool,
    tell: Sender<Message>,
    orders: UnboundedSender<Order>,
}

enum Order {
    Add(u64, Unit),
    Remove(u64),
}

impl UnitWatcher {
    /// Listens to the system's manager, or to the user's own.
    pub fn new(session: bool, tell: Sender<Message>) -> UnitWatcher {
        let (orders, ordered) = unbounded_channel();
        let own = tell.clone();
        // Without a thread nobody takes orders, which `add` notices.
        let _ = std::thread::Builder::new()
            .name("watch-units".into())
            .spawn(move || listen(session, ordered, &own));
        UnitWatcher {
            session,
            tell,
            orders,
        }
    }

    /// Starts anew if the connection has ended.
    pub fn renew(&mut self) {
        if self.orders.is_closed() {
            *self = UnitWatcher::new(self.session, self.tell.clone());
        }
    }

    /// Watches a unit under a number. [`Message::UnitReady`] or [`Message::UnitFailed`] follows.
    pub fn add(&self, id: u64, unit: Unit) {
        if self.orders.send(Order::Add(id, unit)).is_err() {
            let why = "the connection to the service manager has just ended".to_owned();
            let _ = self.tell.send(Message::UnitFailed(id, why));
        }
    }

    /// Forgets all units of a number.
    pub fn remove(&self, id: u64) {
        let _ = self.orders.send(Order::Remove(id));
    }
}

/// Which numbers watch the object of which unit.
type Watched = BTreeMap<String, Vec<(u64, Unit)>>;

fn listen(session: bool, mut ordered: UnboundedReceiver<Order>, tell: &Sender<Message>) {
    let mut watched = Watched::new();
    let ended = runtime()
        .and_then(|runtime| runtime.block_on(serve(session, &mut ordered, &mut watched, tell)));
    let Err(fault) = ended else {
        return;
    };
    ordered.close();
    let mut failed: Vec<u64> = watched.values().flatten().map(|(id, _)| *id).collect();
    while let Ok(order) = ordered.try_recv() {
        if let Order::Add(id, _) = order {
            failed.push(id);
        }
    }
    for id in failed {
        let _ = tell.send(Message::UnitFailed(id, fault.to_string()));
    }
}

/// Takes orders and tells signals until one of both ends. `Ok` if nobody orders any more.
async fn serve(
    session: bool,
    ordered: &mut UnboundedReceiver<Order>,
    watched: &mut Watched,
    tell: &Sender<Message>,
) -> Result<(), Fault> {
    let manager = Manager::connect(session).await?;
    let rule = MatchRule::builder()
        .msg_type(zbus::message::Type::Signal)
        .path_namespace("/org/freedesktop/systemd1")
        .build()
        .map_err(broken)?;
    let mut signals = MessageStream::for_match_rule(rule, &manager.0, None)
        .await
        .map_err(broken)?;
    let mut subscribed = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(REMIND.as_std()), if subscribed => {
                remind(&manager, watched, tell).await?;
            }
            order = ordered.recv() => match order {
                None => return Ok(()),
                Some(Order::Remove(id)) => forget(watched, id),
                Some(Order::Add(id, unit)) => {
                    let added = add(&manager, &mut subscribed, &unit).await;
                    let message = match added {
                        Ok(path) => {
                            watched.entry(path).or_default().push((id, unit));
                            Message::UnitReady(id)
                        }
                        Err(fault) => Message::UnitFailed(id, fault.to_string()),
                    };
                    let _ = tell.send(message);
                }
            },
            signal = next(&mut signals) => match signal {
                Some(Ok(signal)) => told(&signal, watched, tell),
                Some(Err(error)) => return Err(broken(error)),
                None => return Err(Fault::Service(
                    "the connection to the service manager was lost".into(),
                )),
            },
        }
    }
}

async fn add(manager: &Manager, subscribed: &mut bool, unit: &Unit) -> Result<String, Fault> {
    if !*subscribed {
        manager.subscribe(unit).await?;
        *subscribed = true;
    }
    Ok(manager.load(unit).await?.to_string())
}

/// Subscribes again where the manager forgot; what happened meanwhile is not known, so all may have changed.
async fn remind(manager: &Manager, watched: &Watched, tell: &Sender<Message>) -> Result<(), Fault> {
    let Some((_, any)) = watched.values().flatten().next() else {
        return Ok(());
    };
    if manager.subscribe(any).await? {
        for (id, unit) in watched.values().flatten() {
            let _ = tell.send(Message::UnitChanged(*id, unit.name.clone(), "unit files"));
        }
    }
    Ok(())
}

fn forget(watched: &mut Watched, id: u64) {
    watched.retain(|_, units| {
        units.retain(|(of, _)| *of != id);
        !units.is_empty()
    });
}

/// Tells on what a signal says of a watched unit; a reload of the manager may have changed any of them.
fn told(signal: &zbus::Message, watched: &Watched, tell: &Sender<Message>) {
    let header = signal.header();
    let member = header.member().map(|member| member.as_str());
    let interface = header.interface().map(|interface| interface.as_str());
    let path = header.path().map_or("", |path| path.as_str());
    let (units, how): (Vec<_>, _) = match (interface, member) {
        (Some(PROPERTIES), Some("PropertiesChanged")) => {
            let units = watched.get(path).into_iter().flatten();
            (units.collect(), "state")
        }
        (_, Some("Reloading" | "UnitFilesChanged")) => {
            (watched.values().flatten().collect(), "unit files")
        }
        _ => return,
    };
    for (id, unit) in units {
        let _ = tell.send(Message::UnitChanged(*id, unit.name.clone(), how));
    }
}
