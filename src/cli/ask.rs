//! Questions about a file: `status`, `why`, `pending`, `cancel`, `trace`, `graph`.
//!
//! A story is played and then asked. A graph on this host is looked at anew: nothing is recorded here between runs yet, and
//! the answers say so.

use super::args::{Format, GraphArgs, RefArgs};
use super::desk::Desk;
use super::run;
use crate::command::help::table;
use crate::command::{Order, Session, SessionError};
use crate::engine::Status;
use crate::trace::VertexView;
use clap::ValueEnum;
use std::path::Path;

/// What a question about the past gets where nothing of it is kept.
const NOT_KEPT: &str =
    "nothing is recorded on this host between runs: weft keeps its journal in memory for now";

/// `weft graph FILE`.
pub fn graph(desk: &Desk, args: &GraphArgs) -> i32 {
    let mut session = match desk.open(&args.file) {
        Ok(session) => session,
        Err(code) => return code,
    };
    let format = if desk.json() {
        Format::Json
    } else {
        args.format
    };
    let name = format
        .to_possible_value()
        .map(|value| value.get_name().to_owned());
    answer(desk, &mut session, &Order::Graph(name))
}

/// `weft status FILE`.
pub fn status(desk: &Desk, path: &Path) -> i32 {
    on_file(desk, path, |_| Ok(Order::Status(Vec::new())), fresh_status)
}

/// `weft why FILE REF`.
pub fn why(desk: &Desk, args: &RefArgs) -> i32 {
    let order = |session: &Session| desk.key(session, &args.reference).map(Order::Why);
    on_file(desk, &args.file, order, not_kept)
}

/// `weft pending FILE`.
pub fn pending(desk: &Desk, path: &Path) -> i32 {
    on_file(desk, path, |_| Ok(Order::Pending(Vec::new())), not_kept)
}

/// `weft cancel FILE REF`.
pub fn cancel(desk: &Desk, args: &RefArgs) -> i32 {
    let order = |session: &Session| Ok(Order::Cancel(vec![desk.key(session, &args.reference)?]));
    on_file(desk, &args.file, order, |desk, _| {
        let nothing = SessionError::failed("there is nothing that could be cancelled");
        desk.refuse(&nothing.with_hint(NOT_KEPT))
    })
}

/// `weft trace FILE`.
pub fn trace(desk: &Desk, path: &Path) -> i32 {
    on_file(desk, path, |_| Ok(Order::Trace(None, Vec::new())), not_kept)
}

/// A story is played in silence and gets the order; a graph on this host goes to `fresh`.
fn on_file(
    desk: &Desk,
    path: &Path,
    order: impl Fn(&Session) -> Result<Order, i32>,
    fresh: impl Fn(&Desk, &mut Session) -> i32,
) -> i32 {
    let mut session = match desk.open(path) {
        Ok(session) => session,
        Err(code) => return code,
    };
    let order = match order(&session) {
        Ok(order) => order,
        Err(code) => return code,
    };
    if !session.moment().sim {
        return fresh(desk, &mut session);
    }
    let played = run::play(desk, &mut session, &mut desk.silent());
    let code = answer(desk, &mut session, &order);
    if played { code } else { code.max(1) }
}

fn answer(desk: &Desk, session: &mut Session, order: &Order) -> i32 {
    match session.obey("", order, &mut desk.console()) {
        Ok(_) => 0,
        Err(error) => desk.refuse(&error),
    }
}

fn not_kept(desk: &Desk, _: &mut Session) -> i32 {
    desk.printer.result(&format!("{NOT_KEPT}\n"));
    0
}

/// What each vertex is by a look at this host now: the plan, told as statuses.
fn fresh_status(desk: &Desk, session: &mut Session) -> i32 {
    let plan = match session.plan(&[]) {
        Ok(plan) => plan,
        Err(error) => return desk.refuse(&error),
    };
    let rows = session.graph().vertices().keys().map(|key| {
        let view = plan.view.vertices.get(key);
        let (word, why) = view.map_or(("new", String::new()), as_status);
        vec![key.to_string(), word.to_owned(), why]
    });
    desk.printer
        .result(&format!("{}, as a look at it finds now\n", session.label()));
    desk.printer.result(&table(rows.collect(), "  "));
    session.ended_mut().tally = plan.tally();
    desk.code(session)
}

/// What a plan's view of a vertex says of its status now, and why.
fn as_status(view: &VertexView) -> (&'static str, String) {
    let finding = view.findings.first().map(|finding| finding.line.clone());
    match view.status {
        Some(Status::Changed) if view.may => ("may differ", finding.unwrap_or(view.reason.clone())),
        Some(Status::Changed) => ("differs", finding.unwrap_or(view.reason.clone())),
        Some(status) => (status.word(), finding.unwrap_or(view.reason.clone())),
        None => ("new", String::new()),
    }
}
