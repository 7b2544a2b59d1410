//! What the screen knows of a session, at one moment.

use crate::command::Session;
use crate::repl::Guide;
use crate::tui::news::Known;
use std::sync::Arc;

/// As it is now; `ascii`: its prompt keeps to that.
pub fn known(session: &Session, ascii: bool) -> Known {
    let (paused, breaks) = session.ask(|engine| (engine.is_paused(), engine.breaks()));
    Known {
        graph: session.graph().clone(),
        picture: Arc::new(session.picture()),
        debts: session.remembered().debts.into_keys().collect(),
        plan: session.planned().map(|plan| plan.view.clone()),
        label: session.label().to_owned(),
        prompt: session.prompt(ascii),
        moment: session.moment(),
        paused,
        breaks,
        lesson: session.lesson(),
        guide: Some(Arc::new(Guide::of(session))),
    }
}
