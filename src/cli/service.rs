//! What a service manager is told that started weft and waits to hear of it (sd_notify(3)): that a watch is ready, what it is at,
//! that it reads its file again, that it stops.
//!
//! Ready is a watch when its first run has come to its end, whatever came of it; or when all that is left of it waits, for the
//! next try of what failed. A manager that cannot be told is a warning, and hinders nothing.

use crate::command::Session;
use crate::engine::Tally;
use crate::repl::env;
use crate::trace::tally_text;
use rustix::time::{ClockId, clock_gettime};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// How long the manager may take to make room for a word.
const PATIENCE: Duration = Duration::from_secs(5);

/// The service manager that started this process, if one did that listens.
#[derive(Default)]
pub struct Manager {
    socket: Option<(UnixDatagram, SocketAddr)>,
    ready: bool,
    stopping: bool,
    status: String,
}

impl Manager {
    /// The one that the environment names.
    pub fn find() -> Manager {
        let Some(named) = env::text("NOTIFY_SOCKET") else {
            return Manager::default();
        };
        let socket = address(&named).and_then(|at| Ok((open()?, at)));
        let socket = socket.inspect_err(|error| {
            tracing::warn!("the service manager at NOTIFY_SOCKET={named} is not told: {error}");
        });
        Manager {
            socket: socket.ok(),
            ..Manager::default()
        }
    }

    /// Looks how far the watch is, and tells what is new of it.
    pub fn look(&mut self, session: &Session) {
        if self.socket.is_none() || self.stopping || !session.moment().running {
            return;
        }
        let (quiet, rests, tally) = session.ask(|engine| {
            let (quiet, rests) = (engine.is_converged(), engine.is_idle());
            (quiet, rests, engine.tally())
        });
        let status = match (quiet, self.ready) {
            (true, _) => format!("watching: {}", tally_text(&standing(tally))),
            (false, true) => "putting right what has changed".to_owned(),
            (false, false) => "applying".to_owned(),
        };
        let ready = (quiet || rests) && !self.ready;
        self.ready |= ready;
        if ready || status != self.status {
            let word = if ready { "READY=1\n" } else { "" };
            self.tell(&format!("{word}STATUS={status}\n"));
            self.status = status;
        }
    }

    /// The file is about to be read again.
    pub fn reads(&mut self) {
        if self.ready && !self.stopping {
            let now = clock_gettime(ClockId::Monotonic);
            let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1_000;
            self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={micros}\n"));
        }
    }

    /// It has been read, or was refused.
    pub fn has_read(&mut self) {
        if self.ready && !self.stopping {
            self.tell("READY=1\n");
        }
    }

    /// The watch ends.
    pub fn stops(&mut self) {
        if !std::mem::replace(&mut self.stopping, true) {
            self.tell("STOPPING=1\nSTATUS=stopping\n");
        }
    }

    /// Tells it, or says once why that cannot be.
    fn tell(&mut self, text: &str) {
        let Some((socket, at)) = &self.socket else {
            return;
        };
        if let Err(error) = socket.send_to_addr(text.as_bytes(), at) {
            tracing::warn!("the service manager at NOTIFY_SOCKET cannot be told any more: {error}");
            self.socket = None;
        }
    }
}

fn open() -> Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(PATIENCE))?;
    Ok(socket)
}

/// A path, or `@name` for an abstract one.
fn address(named: &str) -> Result<SocketAddr> {
    match named.strip_prefix('@') {
        Some(name) => in_the_abstract(name),
        None if named.starts_with('/') => SocketAddr::from_pathname(named),
        None => Err(Error::new(
            ErrorKind::InvalidInput,
            "expected the path of a socket, or `@` and a name",
        )),
    }
}

#[cfg(target_os = "linux")]
fn in_the_abstract(name: &str) -> Result<SocketAddr> {
    use std::os::linux::net::SocketAddrExt;
    SocketAddr::from_abstract_name(name)
}

#[cfg(not(target_os = "linux"))]
fn in_the_abstract(_: &str) -> Result<SocketAddr> {
    Err(Error::new(
        ErrorKind::Unsupported,
        "only Linux has abstract sockets",
    ))
}

/// How things stand, whatever was done for it: what was put right is right.
fn standing(tally: Tally) -> Tally {
    Tally {
        ok: tally.ok + tally.changed + tally.refreshed,
        changed: 0,
        refreshed: 0,
        ..tally
    }
}
