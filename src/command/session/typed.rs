//! Edits that were typed on this machine and not saved: kept beside the journal, so that a console that is killed, or whose
//! terminal goes away, loses none of them. The next one offers them.

use super::files::replays;
use super::open::{free_session, open_host, session_number};
use super::{Front, Session, SessionError};
use crate::command::order::Order;
use crate::command::written;
use crate::drive::runner::Runner;
use crate::journal::{Edits, Home, Typed, edits, forget_edits};
use crate::kind::Kinds;
use crate::trace::count;
use crate::value::sanitise;
use std::path::Path;

/// What keeps the edits of a console.
pub(super) struct Keeper {
    typed: Typed,
    /// That they cannot be kept has been said.
    warned: bool,
}

impl Keeper {
    pub fn new(state: &Path) -> Keeper {
        Keeper {
            typed: Typed::new(Home::new(state)),
            warned: false,
        }
    }
}

impl Session {
    /// From now on edits on this machine that are not saved are kept.
    pub fn keep_edits(&mut self) {
        if !self.runner.is_sim() {
            self.keeper = Some(Keeper::new(self.runner.state()));
        }
    }

    /// What consoles that are gone have left of this graph, or of graphs that were only typed: how many edits, and how they are
    /// taken in.
    pub fn offers(&self) -> Vec<String> {
        let homes = match session_number(self.state()) {
            None => vec![Home::new(self.state())],
            Some(_) => sessions(&self.options.state_root),
        };
        let left = homes.iter().flat_map(edits).filter(|edits| !edits.in_use);
        left.map(|edits| offer(&edits)).collect()
    }

    /// Where this console's own edits are kept that are not saved, and how many they are.
    pub fn unsaved_edits(&self) -> Option<(usize, &Path)> {
        let path = self.keeper.as_ref()?.typed.path()?;
        Some((self.unsaved().len(), path))
    }

    /// The edits that make the present graph out of what its file holds.
    fn unsaved(&self) -> Vec<String> {
        let now = self.history.now();
        let since = self.history.since(&self.saved);
        // What was typed before its vertex became sensitive stands there as it was typed, also where that vertex is gone.
        let alike = |did: &&str| {
            replays(did) && !did.starts_with("inspect ") && !did.contains("meta.sensitive")
        };
        let mut lines = match since {
            Some(done) if done.iter().all(alike) => done.into_iter().map(str::to_owned).collect(),
            _ => written::changes(&self.saved, now, &Kinds),
        };
        if self.document.is_none() && !lines.is_empty() && now.name != "graph" {
            lines.insert(0, Order::New(Some(now.name.clone())).to_string());
        }
        lines
    }

    /// Keeps what is typed by now. Where that cannot be, it is said once, and typing goes on.
    pub(super) fn keep_typed(&mut self, front: &mut dyn Front) {
        if self.keeper.is_none() {
            return;
        }
        let lines = self.unsaved();
        let clear = match lines.is_empty() {
            true => Ok(()),
            false => self.keep_clear(),
        };
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        let kept = clear
            .map_err(|error| error.to_string())
            .and_then(|()| keeper.typed.keep(&lines).map_err(|fault| fault.to_string()));
        match kept {
            Ok(()) => keeper.warned = false,
            Err(why) if !std::mem::replace(&mut keeper.warned, true) => front.remark(&format!(
                "warning: edits that are not saved are lost with this console: {}\n",
                sanitise(&why)
            )),
            Err(_) => {}
        }
    }

    /// What was typed is gone with its graph, as a person has said.
    pub(super) fn forget_typed(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            // One that stays is offered again, and no more than that.
            let _ = keeper.typed.forget();
            *keeper = Keeper::new(self.runner.state());
        }
    }

    /// A file whose commands were all done: if it is what another console left, this one keeps it from now on.
    pub(super) fn take_over(&mut self, path: &str) {
        let keeps = self
            .keeper
            .as_ref()
            .is_some_and(|keeper| keeper.typed.path().is_some() && !keeper.warned);
        let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
        let home = path
            .parent()
            .filter(|dir| dir.parent() == Some(&self.options.state_root));
        if let Some(home) = home.filter(|_| keeps) {
            // One that stays is offered again, and no more than that.
            let _ = forget_edits(&Home::new(home), &path);
        }
    }

    /// Each console has a place of its own (rule P5): where another one has taken `session-N` since this one began, it is the next
    /// that is free.
    pub(super) fn keep_clear(&mut self) -> Result<(), SessionError> {
        let keeps = self
            .keeper
            .as_ref()
            .is_some_and(|keeper| keeper.typed.path().is_some());
        let Runner::Host(host) = &self.runner else {
            return Ok(());
        };
        let taken = session_number(&host.state).is_some() && host.state.exists();
        if !taken || keeps || self.options.adopt || host.holds_state() {
            return Ok(());
        }
        let last = self.runner.ask(|engine| engine.last_event());
        let state = free_session(&host.host, &self.options.state_root)?;
        let (runner, label) = open_host(self.history.now(), None, state, &self.options)?;
        self.runner = runner;
        self.label = label;
        if let Runner::Host(host) = &mut self.runner
            && let Some(drive) = host.drive()
        {
            drive.engine().go_on_counting(last);
        }
        self.attend_driver();
        self.begin_graph();
        self.keeper = self.keeper.take().map(|_| Keeper::new(self.runner.state()));
        Ok(())
    }
}

/// The state directories of graphs that were only typed.
fn sessions(root: &Path) -> Vec<Home> {
    let entries = crate::journal::names(root).into_iter();
    let paths = entries.map(|name| root.join(name));
    paths
        .filter(|path| session_number(path).is_some())
        .map(Home::new)
        .collect()
}

fn offer(edits: &Edits) -> String {
    let order = Order::Source(edits.path.display().to_string());
    let were = if edits.count == 1 { "was" } else { "were" };
    format!(
        "{} {were} typed and not saved: `{}` takes them in, and removing that file forgets them",
        count(edits.count, "edit"),
        sanitise(&order.to_string())
    )
}
