//! What a simulated machine answers: commands, pages, and the faults that wait for their call.

use super::ctx::Ctx;
use super::world::{bytes, fields, mode, owned, path, path_key, word};
use super::world_svc;
use super::yaml::{Entry, Node, Shape};
use crate::time::Span;
use crate::world::sim::spec::{Answer, Effect, FileBody, FileSpec, NetFault, Page};
use crate::world::sim::{FaultKind, FaultRule};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `world.commands`: each line or pattern with one answer, or a list of them.
pub(super) fn commands(
    ctx: &mut Ctx,
    node: &Node,
    what: &str,
    out: &mut BTreeMap<String, Vec<Answer>>,
) {
    for entry in ctx.map(node, what) {
        let answers = match &entry.value.shape {
            Shape::List { items, .. } => items.iter().map(|item| answer(ctx, item)).collect(),
            _ => vec![answer(ctx, &entry.value)],
        };
        out.insert(entry.key.clone(), answers);
    }
}

/// What one run does; a text alone is its output.
fn answer(ctx: &mut Ctx, node: &Node) -> Answer {
    let mut answer = Answer::default();
    if let Shape::Scalar { text, .. } = &node.shape {
        answer.stdout = text.clone().into_bytes();
        return answer;
    }
    let known = [
        "status", "stdout", "stderr", "duration", "writes", "appends", "makes", "removes", "svc",
        "partial",
    ];
    for field in fields(ctx, node, "a command's answer", &known) {
        let (node, what) = (&field.value, format!("`{}`", field.key));
        match field.key.as_str() {
            "status" => {
                let status = ctx.int(node, &what, 0..=255).unwrap_or_default();
                answer.status = i32::try_from(status).unwrap_or_default();
            }
            "stdout" => answer.stdout = bytes(ctx, node, &what),
            "stderr" => answer.stderr = bytes(ctx, node, &what),
            "duration" => answer.duration = ctx.span(node, &what).unwrap_or(Span::ZERO),
            "partial" => answer.partial = ctx.bool(node, &what).unwrap_or_default(),
            _ => effects(ctx, field, &mut answer.effects),
        }
    }
    answer
}

/// What it does to the machine, in the order in which it is written.
fn effects(ctx: &mut Ctx, field: &Entry, out: &mut Vec<Effect>) {
    let (node, what) = (&field.value, format!("`{}`", field.key));
    match field.key.as_str() {
        "makes" => out.extend(
            some_paths(ctx, node, &what)
                .into_iter()
                .map(Effect::MakeDir),
        ),
        "removes" => out.extend(some_paths(ctx, node, &what).into_iter().map(Effect::Remove)),
        "writes" => {
            for entry in ctx.map(node, &what) {
                let path = path_key(ctx, entry);
                let spec = match &entry.value.shape {
                    Shape::Scalar { text, .. } => FileSpec::file(text),
                    _ => written(ctx, &entry.value),
                };
                if let FileBody::File(content) = spec.what {
                    out.push(Effect::Write(path, content, spec.mode));
                }
            }
        }
        "appends" => {
            for entry in ctx.map(node, &what) {
                let (path, text) = (path_key(ctx, entry), bytes(ctx, &entry.value, &what));
                out.push(Effect::Append(path, text));
            }
        }
        _ => {
            for entry in ctx.map(node, &what) {
                let unit = world_svc::unit(&entry.key, false);
                if let Some(state) = world_svc::state(ctx, &entry.value) {
                    out.push(Effect::Service(unit, state));
                }
            }
        }
    }
}

/// `{content, mode}` of something that a command writes.
fn written(ctx: &mut Ctx, node: &Node) -> FileSpec {
    let mut spec = FileSpec::file("");
    for field in fields(ctx, node, "what a command writes", &["content", "mode"]) {
        match field.key.as_str() {
            "content" => spec.what = FileBody::File(bytes(ctx, &field.value, "`content`")),
            _ => spec.mode = mode(ctx, &field.value),
        }
    }
    spec
}

/// One path, or a list of them, in order.
fn some_paths(ctx: &mut Ctx, node: &Node, what: &str) -> Vec<PathBuf> {
    match &node.shape {
        Shape::Scalar { .. } => path(ctx, node, what).into_iter().collect(),
        _ => {
            let items = ctx.list(node, what);
            items
                .iter()
                .filter_map(|item| path(ctx, item, what))
                .collect()
        }
    }
}

/// One page; a text alone is its body.
pub(super) fn page(ctx: &mut Ctx, entry: &Entry) -> Page {
    let mut page = Page::default();
    if let Shape::Scalar { text, .. } = &entry.value.shape {
        page.body = text.clone().into_bytes();
        return page;
    }
    let known = ["status", "body", "headers", "duration", "fault"];
    for field in fields(ctx, &entry.value, "a page", &known) {
        let (node, what) = (&field.value, format!("`{}`", field.key));
        match field.key.as_str() {
            "status" => {
                let status = ctx.int(node, &what, 100..=599).unwrap_or(200);
                page.status = u16::try_from(status).unwrap_or(200);
            }
            "body" => page.body = bytes(ctx, node, &what),
            "duration" => page.duration = ctx.span(node, &what).unwrap_or(Span::ZERO),
            "fault" => page.fault = word(ctx, node, &what, NET_FAULTS),
            _ => {
                for header in ctx.map(node, &what) {
                    let text = owned(ctx, &header.value, "a header").unwrap_or_default();
                    page.headers.insert(header.key.clone(), text);
                }
            }
        }
    }
    page
}

/// What goes wrong on the way to a page, by word.
pub(super) const NET_FAULTS: &[(&str, NetFault)] = &[
    ("refused", NetFault::Refused),
    ("broken", NetFault::Broken),
    ("hang", NetFault::Hang),
];

/// What goes wrong in a call, by word.
pub(super) const FAULTS: &[(&str, FaultKind)] = &[
    ("io", FaultKind::Io),
    ("no-space", FaultKind::NoSpace),
    ("denied", FaultKind::Denied),
    ("read-only", FaultKind::ReadOnly),
    ("net", FaultKind::Net),
    ("hang", FaultKind::Hang),
    ("fails", FaultKind::Fails),
    ("crash", FaultKind::Crash),
    ("crash-after", FaultKind::CrashAfter),
];

/// One fault; `call` and `on` are any unless written.
pub(super) fn fault(ctx: &mut Ctx, item: &Node) -> Option<FaultRule> {
    let mut rule = FaultRule::next("*", "*", FaultKind::Io);
    let mut what_fails = None;
    let known = ["call", "on", "after", "times", "what"];
    for field in fields(ctx, item, "a fault", &known) {
        let (node, what) = (&field.value, format!("`{}`", field.key));
        match field.key.as_str() {
            "call" => rule.call = owned(ctx, node, &what)?,
            "on" => rule.on = owned(ctx, node, &what)?,
            "after" => rule.after = ctx.int(node, &what, 0..=i64::MAX)?.unsigned_abs(),
            "times" => rule.times = ctx.int(node, &what, 0..=i64::MAX)?.unsigned_abs(),
            _ => what_fails = Some(word(ctx, node, &what, FAULTS)?),
        }
    }
    if what_fails.is_none() {
        let hint = "add `what: io`, or another fault".to_owned();
        ctx.problem(item.place, "the fault has no `what`", Some(hint));
    }
    Some(FaultRule {
        what: what_fails?,
        ..rule
    })
}
