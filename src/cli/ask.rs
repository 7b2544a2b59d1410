//! Questions about a file: `status`, `why`, `pending`, `cancel`, `notify`, `trace`, `graph`.
//!
//! A story is played and then asked. A graph on this host is looked at anew, and its journal read: also beside an engine that acts on
//! it, and after a crash, and without writing. What happened in a run is not in it.

use super::args::{Format, GraphArgs, RefArgs};
use super::desk::Desk;
use super::run;
use crate::command::session::{Sort, status_text};
use crate::command::{Front, Order, Session, draw, json};
use crate::engine::Level;
use serde_json::Value as Json;
use std::path::Path;

/// What a question about a run gets once the run is over.
const NOT_KEPT: &str =
    "what happens in a run on this host is not kept beyond it: `--trace FILE` writes it down";

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
        let sort = match format {
            draw::Format::Tree => Sort::Words,
            _ => Sort::Source,
        };
        desk.console().show_as(sort, &text);
    }
    0
}

/// `weft status FILE`.
pub fn status(desk: &Desk, path: &Path) -> i32 {
    on_file(desk, path, |_| Ok(Order::Status(Vec::new())), fresh_status)
}

/// `weft why FILE REF`.
pub fn why(desk: &Desk, args: &RefArgs) -> i32 {
    let order = |session: &Session| desk.key(session, &args.reference).map(Order::Why);
    on_file(desk, &args.file, order, remembered)
}

/// `weft pending FILE`.
pub fn pending(desk: &Desk, path: &Path) -> i32 {
    on_file(desk, path, |_| Ok(Order::Pending(Vec::new())), answer)
}

/// `weft cancel FILE REF`.
pub fn cancel(desk: &Desk, args: &RefArgs) -> i32 {
    let order = |session: &Session| Ok(Order::Cancel(vec![desk.key(session, &args.reference)?]));
    on_file(desk, &args.file, order, answer)
}

/// `weft notify FILE REF`. The next run hears it.
pub fn notify(desk: &Desk, args: &RefArgs) -> i32 {
    let order = |session: &Session| Ok(Order::Notify(vec![desk.key(session, &args.reference)?]));
    on_file(desk, &args.file, order, answer)
}

/// `weft trace FILE`.
pub fn trace(desk: &Desk, path: &Path) -> i32 {
    on_file(desk, path, |_| Ok(Order::Trace(None, Vec::new())), not_kept)
}

/// A story is played in silence and gets the order, or is shown as JSON; a graph on this host goes to `fresh`.
fn on_file(
    desk: &Desk,
    path: &Path,
    order: impl Fn(&Session) -> Result<Order, i32>,
    fresh: impl Fn(&Desk, &mut Session, &Order) -> i32,
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
        return fresh(desk, &mut session, &order);
    }
    let played = run::play(desk, &mut session, &mut desk.silent());
    let answered = session.obey("", &order, &mut desk.console());
    let code = match answered {
        Ok(_) => i32::from(played.is_err()),
        Err(error) => desk.refuse(&error),
    };
    if desk.json() {
        desk.print_json(&told(&session, &order));
    }
    code
}

/// What a graph's journal answers.
fn answer(desk: &Desk, session: &mut Session, order: &Order) -> i32 {
    if let Order::Cancel(keys) = order
        && session.pending_rows(keys).is_empty()
        && let Some(key) = keys.first()
    {
        desk.printer
            .result(&format!("nothing is pending for {key}\n"));
    }
    let answered = session.obey("", order, &mut desk.console());
    let code = answered.map_or_else(|error| desk.refuse(&error), |_| 0);
    if desk.json() {
        desk.print_json(&told(session, order));
    }
    code
}

/// What the journal says of a vertex's causes: of what it owes, and is owed.
fn remembered(desk: &Desk, session: &mut Session, order: &Order) -> i32 {
    let Order::Why(key) = order else {
        return not_kept(desk, session, order);
    };
    let keys = [key.clone()];
    if session.pending_rows(&keys).is_empty() {
        return not_kept(desk, session, order);
    }
    let pending = Order::Pending(keys.to_vec());
    let answered = session.obey("", &pending, &mut desk.console());
    let code = answered.map_or_else(|error| desk.refuse(&error), |_| 0);
    if desk.json() {
        desk.print_json(&json::not_kept(told(session, order), NOT_KEPT));
    }
    code
}

/// An answer as JSON: one shape for stories, which were played just now, and for graphs on this host.
fn told(session: &Session, order: &Order) -> Json {
    match order {
        Order::Why(key) => json::why(session, key),
        Order::Trace(..) => json::trace(session, Level::Full, &[]),
        Order::Status(keys) => json::status(session, keys),
        _ => json::pending(session, &[]),
    }
}

fn not_kept(desk: &Desk, session: &mut Session, order: &Order) -> i32 {
    desk.printer.result(&format!("{NOT_KEPT}\n"));
    if desk.json() {
        desk.print_json(&json::not_kept(told(session, order), NOT_KEPT));
    }
    0
}

/// What each vertex is by a look at this host now: the plan, told as statuses.
fn fresh_status(desk: &Desk, session: &mut Session, _: &Order) -> i32 {
    let plan = match session.plan(&[]) {
        Ok(plan) => plan,
        Err(error) => return desk.refuse(&error),
    };
    if desk.json() {
        desk.print_json(&json::looked(session, &plan));
    }
    let head = format!("{}, as a look at it finds now\n", session.label());
    let rows = session.looked(&plan);
    desk.console()
        .show(&format!("{head}{}", status_text(&rows)));
    session.ended_mut().tally = plan.tally();
    desk.code(session)
}
