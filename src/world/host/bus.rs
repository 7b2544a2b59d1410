//! Reaching the buses that service managers are on, from a thread that blocks.

use crate::world::Fault;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use zbus::export::futures_core::Stream;
use zbus::{Connection, Message, MessageStream};

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

/// Connects to the system's bus.
pub(super) async fn system_bus() -> Result<Connection, Fault> {
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

/// Connects to the user's own bus.
pub(super) async fn session_bus() -> Result<Connection, Fault> {
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
