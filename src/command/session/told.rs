//! What came of each order of a line, as JSON for programs: one object an order.

use super::{Flow, Front, Session, SessionError};
use crate::command::edit::veiled;
use crate::command::json;
use crate::command::order::Order;
use crate::engine::Level;
use crate::kind::Kinds;
use serde_json::{Value as Json, json};

/// Who gets what came of each order.
pub trait Told {
    /// What was shown since this was last asked, as text.
    fn shown(&mut self) -> String;
    /// What came of an order.
    fn tell(&mut self, came: Json);
}

/// An order that was begun: as it is, and in words that may be shown.
type Begun = Option<(Order, String)>;

impl Session {
    /// Evaluates a line, and tells what came of each of its orders: its words, its result where that is data, what was shown
    /// otherwise, and the error that ended the line.
    pub fn eval_told(
        &mut self,
        line: &str,
        front: &mut dyn Front,
        told: &mut dyn Told,
    ) -> Result<Flow, SessionError> {
        told.shown();
        let mut begun: Begun = None;
        let done = self.eval_each(line, front, &mut |session, order| {
            let words = veiled(session.graph(), &Kinds, order).to_string();
            if let Some(before) = begun.replace((order.clone(), words)) {
                let came = came(session, Some(before), &told.shown(), None);
                told.tell(came);
            }
        });
        let error = done.as_ref().err();
        if begun.is_some() || error.is_some() {
            let came = came(self, begun, &told.shown(), error);
            told.tell(came);
        }
        done
    }
}

fn came(session: &Session, begun: Begun, shown: &str, error: Option<&SessionError>) -> Json {
    let result = match (&begun, error) {
        (Some((order, _)), None) => result(session, order),
        _ => None,
    };
    // What is told as data is not told in words as well.
    let shown: Vec<&str> = match result {
        Some(_) => Vec::new(),
        None => shown.lines().collect(),
    };
    json!({
        "format": 1,
        "command": begun.map(|(_, words)| words),
        "result": result,
        "shown": shown,
        "error": error.map(SessionError::as_json),
    })
}

impl SessionError {
    /// What and hint as JSON.
    pub fn as_json(&self) -> Json {
        let (what, hint) = match self {
            SessionError::Command(error) => (&error.what, &error.hint),
            SessionError::Failed { what, hint } => (what, hint),
        };
        json!({ "what": what, "hint": hint })
    }
}

/// What an order gives, where that is data.
fn result(session: &Session, order: &Order) -> Option<Json> {
    Some(match order {
        Order::Plan(_) => json::plan(&session.planned()?.report()),
        Order::Status(keys) => json::status(session, keys),
        Order::Pending(keys) => json::pending(session, keys),
        Order::Why(key) => json::why(session, key),
        Order::Trace(level, keys) => {
            let full = level.as_deref() == Some("full");
            let level = if full { Level::Full } else { Level::Story };
            json::trace(session, level, keys)
        }
        Order::Graph(_) => json::graph(session.graph(), Some(&session.picture())),
        Order::Show(keys) if keys.is_empty() => {
            json::graph(session.graph(), Some(&session.picture()))
        }
        Order::Kinds(kind) => json::kinds(kind.as_deref()),
        Order::World => json::world(session),
        Order::Apply(_)
        | Order::Watch
        | Order::Stop
        | Order::Pause
        | Order::Resume
        | Order::Step(_)
        | Order::Continue
        | Order::Dirty(_)
        | Order::Poke(_)
        | Order::Notify(_)
        | Order::Cancel(_)
        | Order::Sim(_) => json::run(session),
        _ => return None,
    })
}
