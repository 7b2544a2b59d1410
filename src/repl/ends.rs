//! How a console ends: by whom, and what is still to be done and said then.

use super::{Behind, Signals};
use crate::command::{Front, Session, SessionError};
use crate::drive::real::Signal;
use crate::trace::count;

/// The code if a signal left more than the line: a third one a run in the middle, and one that is no interrupt the console, once
/// what ran is finished.
pub fn left_by_signal(session: &mut Session, signals: &Signals) -> Option<i32> {
    let stopped = signals.stopped();
    if let Some(stopped) = stopped.filter(|stopped| stopped.signal != Signal::Interrupt) {
        return Some(match stopped.quiet {
            true => 0,
            false => stopped.signal.exit_code(),
        });
    }
    let signal = session.ended().signal?;
    let here = !Behind::goes_on(session);
    (here && session.moment().running).then(|| signal.exit_code())
}

/// Ends what still runs in a console that is left with this code. Only who left a run in the middle does not wait for it.
pub fn stop_what_runs(
    session: &mut Session,
    front: &mut dyn Front,
    code: i32,
) -> Result<(), SessionError> {
    if session.moment().running && (code == 0 || Behind::goes_on(session)) {
        session.eval("stop", front)?;
    }
    Ok(())
}

/// What is to be said of edits that were not saved, if there are any.
pub fn unsaved_words(session: &Session) -> Option<String> {
    let (edits, path) = session.unsaved_edits()?;
    let (edits, path) = (count(edits, "edit"), path.display());
    Some(format!(
        "{edits} not saved, and kept in {path}: the next console offers to take them in\n"
    ))
}
