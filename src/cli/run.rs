//! `plan` and `apply`, and playing a story.

use super::args::PartArgs;
use super::desk::Desk;
use crate::command::session::judge;
use crate::command::{Order, Session};
use crate::repl::Console;
use crate::trace::Stage;

/// `weft plan FILE [REF…]`.
pub fn plan(desk: &Desk, args: &PartArgs) -> i32 {
    with_keys(desk, args, Order::Plan)
}

/// `weft apply FILE [REF…]`.
pub fn apply(desk: &Desk, args: &PartArgs) -> i32 {
    with_keys(desk, args, Order::Apply)
}

fn with_keys(desk: &Desk, args: &PartArgs, order: impl Fn(Vec<crate::graph::Key>) -> Order) -> i32 {
    let mut session = match desk.open(&args.file) {
        Ok(session) => session,
        Err(code) => return code,
    };
    let keys = match desk.keys(&session, &args.refs) {
        Ok(keys) => keys,
        Err(code) => return code,
    };
    let mut front = desk.console();
    match session.obey("", &order(keys), &mut front) {
        Ok(_) => desk.code(&mut session),
        Err(error) => desk.refuse(&error).max(desk.code(&mut session)),
    }
}

/// Plays a story's steps. False if one of them failed, which was told.
pub fn play(desk: &Desk, session: &mut Session, front: &mut Console) -> bool {
    let steps = session
        .document()
        .and_then(|document| document.story.as_ref())
        .map(|story| story.steps.clone())
        .unwrap_or_default();
    for step in steps {
        if let Err(error) = session.eval(&step.text, front) {
            desk.refuse(&error);
            return false;
        }
    }
    true
}

/// Plays a story and says what came of it.
pub fn play_and_judge(desk: &Desk, session: &mut Session) -> i32 {
    let played = play(desk, session, &mut desk.console());
    let expectations = session
        .document()
        .and_then(|document| document.story.as_ref())
        .map(|story| story.expect.clone())
        .unwrap_or_default();
    let mut differs = 0;
    for expectation in &expectations {
        let verdict = judge(session, &expectation.says);
        if !verdict.holds {
            differs += 1;
            let why: String = verdict
                .why
                .iter()
                .map(|line| format!("\n    {line}"))
                .collect();
            desk.printer.error(&format!(
                "error: expected {}\n  found {}{why}",
                verdict.wanted, verdict.found
            ));
        }
    }
    desk.printer
        .result(&came_to(session, expectations.len(), differs));
    if played && differs == 0 && !expectations.is_empty() {
        return 0;
    }
    match desk.code(session) {
        0 if !played || differs > 0 => 1,
        code => code,
    }
}

/// The last line: how far it came, and how many expectations hold.
fn came_to(session: &Session, expected: usize, differs: usize) -> String {
    let word = match session.view().stage {
        Stage::Idle => "nothing has run",
        Stage::Running { .. } => "it still runs",
        Stage::Converged(_) => "converged",
        Stage::Stopped => "stopped",
    };
    let name = &session.graph().name;
    if expected == 0 {
        return format!("{name}: {word}\n");
    }
    format!(
        "{name}: {word}, {} of {expected} expectations hold\n",
        expected - differs
    )
}
