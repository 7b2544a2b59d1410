//! Questions about a file: `status`, `why`, `pending`, `cancel`, `trace`, `graph`.
//!
//! A story is played and then asked. A graph on this host is looked at anew: nothing is recorded here between runs yet, and
//! the answers say so.

use super::args::{Format, GraphArgs, RefArgs};
use super::desk::Desk;
use super::run;
use crate::command::help::table;
use crate::command::{Front, Order, Session, SessionError, draw, json};
use crate::engine::{Level, Status};
use crate::trace::VertexView;
use serde_json::{Value as Json, json};
use std::path::Path;

/// What a question about the past gets where nothing of it is kept.
const NOT_KEPT: &str =
    "nothing is recorded on this host between runs: weft keeps its journal in memory for now";

/// `weft graph FILE`. Nothing is run, and no host is looked at.
pub fn graph(desk: &Desk, args: &GraphArgs) -> i32 {
    let document = match desk.read(&args.file) {
        Ok(document) => document,
        Err(code) => return code,
    };
    let format = match args.format {
        _ if desk.json() => draw::Format::Json,
        Format::Tree => draw::Format::Tree,
        Format::Dot => draw::Format::Dot,
        Format::Mermaid => draw::Format::Mermaid,
        Format::Json => draw::Format::Json,
    };
    let text = draw::draw(&document.graph, None, format);
    if format == draw::Format::Json {
        desk.printer.raw(&text);
    } else {
        desk.console().show(&text);
    }
    0
}

/// `weft status FILE`.
pub fn status(desk: &Desk, path: &Path) -> i32 {
    let shown = |session: &Session, _: &Order| json::status(session, &[]);
    on_file(
        desk,
        path,
        |_| Ok(Order::Status(Vec::new())),
        shown,
        fresh_status,
    )
}

/// `weft why FILE REF`.
pub fn why(desk: &Desk, args: &RefArgs) -> i32 {
    let order = |session: &Session| desk.key(session, &args.reference).map(Order::Why);
    let shown = |session: &Session, order: &Order| match order {
        Order::Why(key) => json::why(session, key),
        _ => Json::Null,
    };
    on_file(desk, &args.file, order, shown, not_kept)
}

/// `weft pending FILE`.
pub fn pending(desk: &Desk, path: &Path) -> i32 {
    let shown = |session: &Session, _: &Order| json::pending(session, &[]);
    on_file(
        desk,
        path,
        |_| Ok(Order::Pending(Vec::new())),
        shown,
        not_kept,
    )
}

/// `weft cancel FILE REF`.
pub fn cancel(desk: &Desk, args: &RefArgs) -> i32 {
    let order = |session: &Session| Ok(Order::Cancel(vec![desk.key(session, &args.reference)?]));
    let shown = |session: &Session, _: &Order| json::pending(session, &[]);
    on_file(desk, &args.file, order, shown, |desk, _| {
        let nothing = SessionError::failed("there is nothing that could be cancelled");
        desk.refuse(&nothing.with_hint(NOT_KEPT))
    })
}

/// `weft trace FILE`.
pub fn trace(desk: &Desk, path: &Path) -> i32 {
    let shown = |session: &Session, _: &Order| json::trace(session, Level::Full, &[]);
    on_file(
        desk,
        path,
        |_| Ok(Order::Trace(None, Vec::new())),
        shown,
        not_kept,
    )
}

/// A story is played in silence and gets the order, or is shown as JSON; a graph on this host goes to `fresh`.
fn on_file(
    desk: &Desk,
    path: &Path,
    order: impl Fn(&Session) -> Result<Order, i32>,
    shown: impl Fn(&Session, &Order) -> Json,
    fresh: impl Fn(&Desk, &mut Session) -> i32,
) -> i32 {
    let opened = desk.open(path).and_then(|session| {
        let order = order(&session)?;
        Ok((session, order))
    });
    let (mut session, order) = match opened {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    if !session.moment().sim {
        return fresh(desk, &mut session);
    }
    let played = run::play(desk, &mut session, &mut desk.silent());
    let answered = session.obey("", &order, &mut desk.console());
    if desk.json() {
        desk.print_json(&shown(&session, &order));
    }
    match answered {
        Ok(_) => i32::from(!played),
        Err(error) => desk.refuse(&error),
    }
}

fn not_kept(desk: &Desk, _: &mut Session) -> i32 {
    desk.printer.result(&format!("{NOT_KEPT}\n"));
    if desk.json() {
        desk.print_json(&json!({"format": 1, "kept": false, "why": NOT_KEPT}));
    }
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
    if desk.json() {
        desk.print_json(&json::plan(&plan.report()));
    }
    let head = format!("{}, as a look at it finds now\n", session.label());
    desk.console()
        .show(&format!("{head}{}", table(rows.collect(), "  ")));
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
