//! `plan` and `apply`, and playing a story.

use super::args::PartArgs;
use super::desk::Desk;
use crate::command::session::judge;
use crate::command::{Order, Session, json};
use crate::file::{Document, Story};
use crate::graph::Key;
use crate::repl::Console;
use crate::trace::Stage;

/// `weft plan FILE [REF…]`.
pub fn plan(desk: &Desk, args: &PartArgs) -> i32 {
    let (mut session, keys) = match part(desk, args) {
        Ok(part) => part,
        Err(code) => return code,
    };
    let code = obey(desk, &mut session, &Order::Plan(keys));
    if let Some(plan) = session.planned() {
        desk.printer.keep(&plan.events);
        if desk.json() {
            desk.print_json(&json::plan(&plan.report()));
        }
    }
    code
}

/// `weft apply FILE [REF…]`.
pub fn apply(desk: &Desk, args: &PartArgs) -> i32 {
    let (mut session, keys) = match part(desk, args) {
        Ok(part) => part,
        Err(code) => return code,
    };
    let code = obey(desk, &mut session, &Order::Apply(keys));
    if desk.json() {
        print_run(desk, &session, code);
    }
    code
}

/// What a run came to, as JSON: the statuses, the tally and the exit code.
pub fn print_run(desk: &Desk, session: &Session, code: i32) {
    let mut run = json::run(session);
    run["exit"] = code.into();
    desk.print_json(&run);
}

fn part(desk: &Desk, args: &PartArgs) -> Result<(Session, Vec<Key>), i32> {
    let session = desk.open(&args.file)?;
    let keys = desk.keys(&session, &args.refs)?;
    Ok((session, keys))
}

fn obey(desk: &Desk, session: &mut Session, order: &Order) -> i32 {
    match session.obey("", order, &mut desk.console()) {
        Ok(_) => desk.code(session),
        Err(error) => desk.refuse(&error).max(desk.code(session)),
    }
}

/// Plays a story's steps. The number and the line of one that failed, which was told: none comes after it.
pub fn play(desk: &Desk, session: &mut Session, front: &mut Console) -> Result<(), (usize, u32)> {
    let steps = session
        .document()
        .and_then(|document| document.story.as_ref())
        .map(Story::course)
        .unwrap_or_default();
    for (step, number) in steps.iter().zip(1..) {
        if let Err(error) = session.eval(&step.text, front) {
            desk.refuse(&error);
            return Err((number, step.place.line));
        }
    }
    Ok(())
}

/// Plays a story and says what came of it.
pub fn play_and_judge(desk: &Desk, session: &mut Session) -> i32 {
    let played = play(desk, session, &mut desk.console());
    let (name, expectations) = match session.document() {
        Some(Document { source, story, .. }) => {
            let expect = story.as_ref().map(|story| story.expect.clone());
            (source.name().to_owned(), expect.unwrap_or_default())
        }
        None => Default::default(),
    };
    let mut differs = 0;
    for expectation in &expectations {
        let verdict = judge(session, &expectation.says);
        if !verdict.holds {
            differs += 1;
            let (place, told) = (expectation.place, verdict.told(&expectation.text));
            desk.printer
                .error(&format!("error: {name}:{place}: {told}"));
        }
    }
    desk.printer
        .result(&came_to(session, played, expectations.len(), differs));
    let played = played.is_ok();
    if played && differs == 0 && !expectations.is_empty() {
        return 0;
    }
    match desk.code(session) {
        0 if !played || differs > 0 => 1,
        code => code,
    }
}

/// The last line: how far it came, and how many expectations hold.
fn came_to(
    session: &Session,
    played: Result<(), (usize, u32)>,
    expected: usize,
    differs: usize,
) -> String {
    let word = match (played, &session.view().stage) {
        (Err((number, line)), _) => format!("stopped at step {number} (line {line}), which failed"),
        (_, Stage::Idle) => "nothing has run".to_owned(),
        (_, Stage::Running { .. }) => "it still runs".to_owned(),
        (_, Stage::Converged(_)) => "converged".to_owned(),
        (_, Stage::Stopped) => "stopped".to_owned(),
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
