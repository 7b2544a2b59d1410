//! Watching units: one connection to each service manager, whose signals are told on.

use super::bus::{next, runtime};
use super::manager::{Manager, QUEUE, REMIND, broken};
use super::watch::Message;
use crate::world::{Fault, Unit};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::mpsc::Sender;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::MissedTickBehavior;
use zbus::{MatchRule, MessageStream, OwnedVariant};

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

/// Who watches each unit's object.
type Watched = BTreeMap<String, Seen>;

/// Who watches the object of one unit, and the state that they were last told of. A manager sends a signal for each property that
/// moves, some twenty for one stop; what matters is the state.
#[derive(Default)]
struct Seen {
    by: Vec<(u64, Unit)>,
    state: RefCell<Option<String>>,
}

impl Seen {
    /// Whether a signal with this state in it, or with none, says something that was not told yet.
    fn is_news(&self, state: Option<String>) -> bool {
        state.is_some() && self.state.replace(state.clone()) != state
    }
}

fn watchers(watched: &Watched) -> impl Iterator<Item = &(u64, Unit)> {
    watched.values().flat_map(|seen| &seen.by)
}

fn listen(session: bool, mut ordered: UnboundedReceiver<Order>, tell: &Sender<Message>) {
    let mut watched = Watched::new();
    let ended = runtime()
        .and_then(|runtime| runtime.block_on(serve(session, &mut ordered, &mut watched, tell)));
    let Err(fault) = ended else {
        return;
    };
    ordered.close();
    let mut failed: Vec<u64> = watchers(&watched).map(|(id, _)| *id).collect();
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
    let mut signals = MessageStream::for_match_rule(rule, &manager.0, NonZeroUsize::new(QUEUE))
        .await
        .map_err(broken)?;
    let mut subscribed = false;
    let mut reminder = tokio::time::interval(REMIND.as_std());
    reminder.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = reminder.tick(), if subscribed => {
                let asked = remind(&manager, watched);
                if meanwhile(asked, &mut signals, watched, tell).await?? {
                    all_may_have_changed(watched, tell);
                }
            }
            order = ordered.recv() => match order {
                None => return Ok(()),
                Some(Order::Remove(id)) => forget(watched, id),
                Some(Order::Add(id, unit)) => {
                    let adding = add(&manager, &mut subscribed, &unit);
                    let message = match meanwhile(adding, &mut signals, watched, tell).await? {
                        Ok(path) => {
                            watched.entry(path).or_default().by.push((id, unit));
                            Message::UnitReady(id)
                        }
                        Err(fault) => Message::UnitFailed(id, fault.to_string()),
                    };
                    let _ = tell.send(message);
                }
            },
            signal = next(&mut signals) => told(&heard(signal)?, watched, tell),
        }
    }
}

/// Waits for an answer, and takes in signals meanwhile: a connection whose signals nobody takes in stands still, and the
/// answer behind them never comes. (A manager that is reloaded sends hundreds.)
async fn meanwhile<T>(
    answer: impl Future<Output = T>,
    signals: &mut MessageStream,
    watched: &Watched,
    tell: &Sender<Message>,
) -> Result<T, Fault> {
    let mut answer = std::pin::pin!(answer);
    loop {
        tokio::select! {
            answer = &mut answer => return Ok(answer),
            signal = next(signals) => told(&heard(signal)?, watched, tell),
        }
    }
}

fn heard(signal: Option<zbus::Result<zbus::Message>>) -> Result<zbus::Message, Fault> {
    match signal {
        Some(signal) => signal.map_err(broken),
        None => Err(Fault::Service(
            "the connection to the service manager was lost".into(),
        )),
    }
}

async fn add(manager: &Manager, subscribed: &mut bool, unit: &Unit) -> Result<String, Fault> {
    if !*subscribed {
        manager.subscribe(unit).await?;
        *subscribed = true;
    }
    Ok(manager.load(unit).await?.to_string())
}

/// Subscribes again where the manager forgot; true if it had.
async fn remind(manager: &Manager, watched: &Watched) -> Result<bool, Fault> {
    match watchers(watched).next() {
        Some((_, any)) => manager.subscribe(any).await,
        None => Ok(false),
    }
}

/// What happened while nobody listened is not known.
fn all_may_have_changed(watched: &Watched, tell: &Sender<Message>) {
    for (id, unit) in watchers(watched) {
        let _ = tell.send(Message::UnitChanged(*id, unit.name.clone(), "unit files"));
    }
}

fn forget(watched: &mut Watched, id: u64) {
    watched.retain(|_, seen| {
        seen.by.retain(|(of, _)| *of != id);
        !seen.by.is_empty()
    });
}

/// The state that a signal about changed properties names, if it names one.
fn state(signal: &zbus::Message) -> Option<String> {
    type Changed = (String, BTreeMap<String, OwnedVariant>, Vec<String>);
    let (_, mut changed, _): Changed = signal.body().deserialize().ok()?;
    String::try_from(changed.remove("ActiveState")?).ok()
}

/// Tells on what a signal says of a watched unit; a reload of the manager may have changed any of them.
fn told(signal: &zbus::Message, watched: &Watched, tell: &Sender<Message>) {
    let header = signal.header();
    let member = header.member().map(|member| member.as_str());
    let interface = header.interface().map(|interface| interface.as_str());
    let path = header.path().map_or("", |path| path.as_str());
    let (units, how): (Vec<_>, _) = match (interface, member) {
        (Some(PROPERTIES), Some("PropertiesChanged")) => {
            let seen = watched.get(path);
            let seen = seen.filter(|seen| seen.is_news(state(signal)));
            (
                seen.into_iter().flat_map(|seen| &seen.by).collect(),
                "state",
            )
        }
        // It says when it begins and when it has ended.
        (_, Some("Reloading")) if signal.body().deserialize().unwrap_or(false) => return,
        (_, Some("Reloading" | "UnitFilesChanged")) => (watchers(watched).collect(), "unit files"),
        _ => return,
    };
    for (id, unit) in units {
        let _ = tell.send(Message::UnitChanged(*id, unit.name.clone(), how));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_news_once() {
        let seen = Seen::default();
        for (state, news) in [
            ("active", true),
            ("active", false),
            ("", false),
            ("deactivating", true),
            ("", false),
            ("inactive", true),
            ("inactive", false),
            ("active", true),
        ] {
            let state = (!state.is_empty()).then(|| state.to_owned());
            assert_eq!(seen.is_news(state.clone()), news, "{state:?}");
        }
    }
}
