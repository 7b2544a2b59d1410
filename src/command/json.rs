//! What a session answers, as JSON for programs. Every answer says `"format": 1`; fields are only ever added. Secrets are
//! masked here as everywhere.

use super::session::{PendingRow, Session, StatusRow};
use super::written::{self, arrow};
use crate::drive::plan::Plan;
use crate::engine::event::{Event, Tally};
use crate::engine::{Level, Status};
use crate::graph::Catalog;
use crate::graph::{Graph, Key, Vertex};
use crate::kind::Kinds;
use crate::trace::{self, Planned, Report, VertexView, View};
use crate::value::{Field, Hears, MASK, Receives, Schema, Sent, Value};
use serde_json::{Value as Json, json};

/// Which world this is.
pub fn world(session: &Session) -> Json {
    json!({
        "format": 1,
        "world": session.label(),
        "simulated": session.machine().is_some(),
        "graph": session.graph().name,
        "state": session.state().display().to_string(),
    })
}

/// The status of these vertices, or of all, as the runs of this session left them.
pub fn status(session: &Session, keys: &[Key]) -> Json {
    statuses(session, &session.statuses(keys), false)
}

/// The status of all vertices by a look at the machine, which a plan is.
pub fn looked(session: &Session, plan: &Plan) -> Json {
    statuses(session, &session.looked(plan), true)
}

fn statuses(session: &Session, rows: &[StatusRow], looked: bool) -> Json {
    json!({
        "format": 1,
        "world": session.label(),
        "graph": session.graph().name,
        "looked": looked,
        "vertices": rows.iter().map(status_row).collect::<Vec<_>>(),
    })
}

fn status_row(row: &StatusRow) -> Json {
    json!({
        "vertex": row.key,
        "status": row.word,
        "reason": row.reason,
        "dirty": row.marks.dirty,
        "pending": row.marks.pending,
        "debt": row.marks.debt,
    })
}

/// Debts and notifications that are not heard yet, of these vertices or of all.
pub fn pending(session: &Session, keys: &[Key]) -> Json {
    let rows: Vec<Json> = session.pending_rows(keys).iter().map(pending_row).collect();
    json!({ "format": 1, "world": session.label(), "graph": session.graph().name, "pending": rows })
}

fn pending_row(row: &PendingRow) -> Json {
    json!({
        "vertex": row.to,
        "what": if row.debt { "debt" } else { "notification" },
        "from": row.from,
        "run": row.run,
        "age": row.age,
        "at": (row.at.0 > 0).then(|| row.at.to_string()),
        "cause": row.cause,
    })
}

/// A plan.
pub fn plan(report: &Report) -> Json {
    let vertices: Vec<Json> = report
        .vertices
        .iter()
        .map(|(key, vertex)| planned(report, key, vertex))
        .collect();
    json!({
        "format": 1,
        "world": report.label,
        "vertices": vertices,
        "drops": report.drops,
        "tally": tally(&report.tally),
    })
}

fn planned(report: &Report, key: &Key, vertex: &VertexView) -> Json {
    let findings: Vec<Json> = vertex
        .findings
        .iter()
        .map(|finding| json!({ "field": finding.field, "line": finding.line, "detail": finding.detail, "may": finding.may }))
        .collect();
    let sent: Vec<Json> = vertex
        .sent
        .iter()
        .map(|((to, into), (field, shown))| json!({ "field": field.to_string(), "to": format!("{to}.{into}"), "value": shown }))
        .collect();
    json!({
        "vertex": key,
        "status": vertex.status.map(Status::word),
        "reason": vertex.reason,
        "would": Planned::of(vertex).map(Planned::word),
        "may": vertex.may,
        "findings": findings,
        "refreshed": vertex.refreshed,
        "causes": report.causes.get(key).cloned().unwrap_or_default(),
        "sends": sent,
        "notes": vertex.notes.told().collect::<Vec<_>>(),
        "detail": vertex.detail,
        "needs_root": vertex.needs_root,
        "behind_root": vertex.behind_root,
    })
}

/// What a run or plan came to.
pub fn tally(tally: &Tally) -> Json {
    json!({
        "ok": tally.ok,
        "changed": tally.changed,
        "may": tally.may,
        "refreshed": tally.refreshed,
        "failed": tally.failed,
        "blocked": tally.blocked,
        "held": tally.held,
        "pending": tally.pending,
        "outside": tally.outside,
    })
}

/// A graph, and with a view what became of each vertex.
pub fn graph(graph: &Graph, view: Option<&View>) -> Json {
    let vertices: Vec<Json> = graph
        .vertices()
        .iter()
        .map(|(key, v)| vertex(key, v, view))
        .collect();
    let edges: Vec<Json> = graph
        .edges()
        .iter()
        .map(|((from, to), edge)| {
            json!({ "from": from, "to": to, "notify": edge.notify.is_some(), "implied": arrow(edge).is_none() })
        })
        .collect();
    let bindings: Vec<Json> = graph
        .bindings()
        .iter()
        .map(|((to, field), binding)| {
            json!({ "from": binding.from, "sent": binding.sent.to_string(), "to": to, "field": field.to_string() })
        })
        .collect();
    json!({ "format": 1, "graph": graph.name, "vertices": vertices, "edges": edges, "bindings": bindings })
}

fn vertex(key: &Key, vertex: &Vertex, view: Option<&View>) -> Json {
    let schema = Kinds.schema(key.kind());
    let masked = |name: &str| {
        let field = schema.and_then(|schema| schema.field(name));
        vertex.meta.sensitive && field.is_none_or(Field::hides)
    };
    let params = vertex.params.iter().map(|(name, v)| {
        let shown = if masked(name) {
            Json::from(MASK)
        } else {
            value(v)
        };
        (name.clone(), shown)
    });
    let meta = written::meta(&vertex.meta).into_iter();
    let meta = meta.map(|(name, text)| {
        (
            name.trim_start_matches("meta.").to_owned(),
            Json::from(text),
        )
    });
    let mut out = json!({
        "vertex": key,
        "kind": key.kind(),
        "name": key.name(),
        "params": params.collect::<serde_json::Map<_, _>>(),
        "meta": meta.collect::<serde_json::Map<_, _>>(),
    });
    if let Some(seen) = view.and_then(|view| view.vertices.get(key)) {
        out["status"] = json!(seen.status.map(Status::word));
        out["reason"] = json!(seen.reason);
        out["dirty"] = json!(seen.dirty);
        out["pending"] = json!(!seen.pending.is_empty());
    }
    out
}

/// A value; what is secret, not known or not text is a string that says so.
pub fn value(value: &Value) -> Json {
    match value {
        Value::Bool(yes) => json!(yes),
        Value::Int(n) => json!(n),
        Value::Float(x) => json!(x),
        Value::Str(text) => json!(&**text),
        Value::List(items) => items.iter().map(self::value).collect(),
        Value::Map(items) => {
            let items = items
                .iter()
                .map(|(key, item)| (key.clone(), self::value(item)));
            Json::Object(items.collect())
        }
        Value::Secret(_) | Value::Unknown(_) | Value::Bytes(_) => Json::from(value.to_string()),
    }
}

/// One kind, or all, with all that a person can write and bind.
pub fn kinds(kind: Option<&str>) -> Json {
    let all = Kinds.kinds().into_iter();
    let wanted = all.filter(|name| kind.is_none_or(|kind| *name == kind));
    let schemas = wanted.filter_map(|name| Kinds.schema(name));
    let all: Vec<Json> = schemas.map(of_kind).collect();
    json!({ "format": 1, "kinds": all })
}

fn of_kind(schema: &Schema) -> Json {
    let param = |field: &Field| {
        json!({
            "name": field.name,
            "type": field.ty.to_string(),
            "default": field.default,
            "receives": field.receives == Receives::Yes,
            "about": field.doc.trim(),
        })
    };
    let sent = |sent: &Sent| json!({"name": sent.name, "type": sent.ty.to_string(), "about": sent.doc.trim()});
    let hears = match schema.hears {
        Hears::Nothing => None,
        Hears::Refresh(what) => Some(what),
    };
    json!({
        "kind": schema.kind,
        "about": schema.about,
        "params": schema.fields.iter().map(param).collect::<Vec<_>>(),
        "sends": schema.sends.iter().map(sent).collect::<Vec<_>>(),
        "hears": hears,
    })
}

/// What a run came to: the statuses, and the tally.
pub fn run(session: &Session) -> Json {
    let mut run = status(session, &[]);
    run["tally"] = tally(&session.ended().tally);
    run
}

/// The causes of what a vertex last did, the input first.
pub fn why(session: &Session, key: &Key) -> Json {
    let chain = session
        .causes(key)
        .into_iter()
        .map(event)
        .collect::<Vec<_>>();
    let pending = session.pending_rows(std::slice::from_ref(key));
    let pending: Vec<Json> = pending.iter().map(pending_row).collect();
    json!({ "format": 1, "vertex": key, "causes": chain, "pending": pending, "kept": true, "why": null })
}

/// What happened, to these vertices or at all, at this level.
pub fn trace(session: &Session, level: Level, keys: &[Key]) -> Json {
    let events: Vec<Json> = session.told(level, keys).into_iter().map(event).collect();
    json!({ "format": 1, "events": events, "kept": true, "why": null })
}

/// The same answer where what happened is not kept, with why.
pub fn not_kept(mut answer: Json, why: &str) -> Json {
    answer["kept"] = false.into();
    answer["why"] = why.into();
    answer
}

/// One event, as its line of the recording says it, and as people read it.
fn event(event: &Event) -> Json {
    let line = trace::json_line(event);
    let mut json: Json = serde_json::from_str(&line).unwrap_or(Json::Null);
    if let Json::Object(map) = &mut json {
        let words = trace::line(event);
        map.remove("format");
        map.insert("word".into(), words.word.into());
        map.insert("text".into(), words.detail.into());
    }
    json
}
