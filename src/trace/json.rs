//! Events as JSON lines, and back. Fields are only ever added; `format` counts what is not.

use serde::{Deserialize, Serialize};

use crate::engine::event::{Event, EventId, What};
use crate::graph::Key;
use crate::time::Time;

#[derive(Serialize, Deserialize)]
struct JsonEvent {
    format: u32,
    id: u64,
    /// Microseconds on the run's clock.
    at: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    subject: Option<Key>,
    #[serde(flatten)]
    what: What,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cause: Option<u64>,
}

/// One event as one line of JSON, without the newline.
pub fn json_line(event: &Event) -> String {
    let line = JsonEvent {
        format: 1,
        id: event.id.0,
        at: event.at.0,
        subject: event.subject.clone(),
        what: event.what.clone(),
        cause: event.cause.map(|cause| cause.0),
    };
    serde_json::to_string(&line)
        .unwrap_or_else(|error| format!("{{\"format\":1,\"error\":{:?}}}", error.to_string()))
}

/// The event that a line of [`json_line`] says.
pub fn read_json_line(line: &str) -> Result<Event, String> {
    let read: JsonEvent = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if read.format > 1 {
        return Err(format!(
            "format {} is newer than this weft, which reads format 1",
            read.format
        ));
    }
    Ok(Event {
        id: EventId(read.id),
        at: Time(read.at),
        subject: read.subject,
        what: read.what,
        cause: read.cause.map(EventId),
    })
}
