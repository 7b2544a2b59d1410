//! What can be done now: orders that are out of place, and the prompt that says how things stand.

use super::{Session, SessionError, never};
use crate::command::order::Order;
use crate::command::registry;

impl Session {
    pub(super) fn refuse_out_of_place(&self, order: &Order) -> Result<(), SessionError> {
        if let Some(error) = never(order) {
            return Err(error);
        }
        let text = order.to_string();
        let word = text.split_whitespace().next().unwrap_or_default();
        let command = match order {
            Order::Sim(_) => text.split_whitespace().nth(1).and_then(registry::find_sim),
            _ => registry::find(word),
        };
        let why = command
            .and_then(|command| command.when.refuses(self.moment()))
            .or_else(|| self.needs_an_engine(order));
        match why {
            Some(why) => {
                Err(SessionError::failed(format!("`{word}` cannot be used now")).with_hint(why))
            }
            None => Ok(()),
        }
    }

    /// What to do first, where an order needs an engine and the simulated one was killed. Edits wait for the next one,
    /// as those of a file do; only a rename cannot, since nobody is there to carry along what is pending.
    fn needs_an_engine(&self, order: &Order) -> Option<&'static str> {
        use Order::*;
        let needs = matches!(
            order,
            Plan(_)
                | Apply(_)
                | Watch
                | Stop
                | Pause
                | Resume
                | Continue
                | Step(_)
                | Dirty(_)
                | Poke(_)
                | Notify(_)
                | Cancel(_)
                | Rename(..)
        );
        (needs && self.runner.is_down())
            .then_some("the engine was killed: `sim restart` starts a new one")
    }

    /// The prompt: world, graph and state: `sim password ✓ › ` without colour. `plain` keeps to ASCII.
    pub fn prompt(&self, plain: bool) -> String {
        let moment = self.moment();
        let world = if moment.sim { "sim" } else { "host" };
        let state = match (&self.view.stage, self.staged) {
            (_, true) => " staged",
            _ if moment.running && self.runner.ask(|engine| engine.is_paused()) => " paused",
            _ if moment.running => " watching",
            (crate::trace::Stage::Converged(tally), _) if tally.failed + tally.blocked > 0 => {
                " failed"
            }
            (crate::trace::Stage::Converged(_), _) => " ok",
            (crate::trace::Stage::Stopped, _) => " stopped",
            _ => "",
        };
        let mark = if plain { ">" } else { "›" };
        format!(
            "{world} {}{state} {mark} ",
            crate::value::sanitise(&self.history.now().name)
        )
    }
}
