//! `meta:` — how a vertex is run, whatever its kind (rule M1).

use super::ctx::Ctx;
use super::hints;
use super::yaml::{Entry, Node};
use crate::graph::Meta;
use crate::value::{Type, Value, sanitise};

/// Every key of `meta`, with its type and what it means. The JSON Schema comes from here too.
pub(super) const KEYS: &[(&str, Type, &str)] = &[
    ("noop", Type::Bool, "Checked, never changed."),
    (
        "retry",
        Type::Int,
        "How often a failed attempt is tried again; -1 without end.",
    ),
    (
        "delay",
        Type::Span,
        "How long to wait before each of those tries.",
    ),
    (
        "timeout",
        Type::Span,
        "How long one check or apply may take.",
    ),
    (
        "poll",
        Type::Span,
        "How often it is checked under watch, besides its events.",
    ),
    (
        "limit",
        Type::Float,
        "At most so many events a second, after a burst.",
    ),
    (
        "burst",
        Type::Int,
        "How many events may come at once before `limit` counts.",
    ),
    (
        "sema",
        Type::List(&Type::Str),
        "Semaphores that it holds while it runs, each as name:size.",
    ),
    (
        "sensitive",
        Type::Bool,
        "Everything it sends or shows is secret.",
    ),
];

/// Reads `meta:` over what is there already.
pub(super) fn read(ctx: &mut Ctx, node: &Node, mut meta: Meta) -> Meta {
    for entry in ctx.map(node, "`meta`") {
        key(ctx, entry, &mut meta);
    }
    meta
}

fn key(ctx: &mut Ctx, entry: &Entry, meta: &mut Meta) {
    let node = &entry.value;
    let what = format!("meta.{}", sanitise(&entry.key));
    match entry.key.as_str() {
        "noop" => put(&mut meta.noop, ctx.bool(node, &what)),
        "sensitive" => put(&mut meta.sensitive, ctx.bool(node, &what)),
        "retry" => put(&mut meta.retry, ctx.int(node, &what, -1..=i64::MAX)),
        "delay" => put(&mut meta.delay, ctx.span(node, &what)),
        "timeout" => put(&mut meta.timeout, ctx.span(node, &what).map(Some)),
        "poll" => put(&mut meta.poll, ctx.span(node, &what).map(Some)),
        "limit" => put(&mut meta.limit, limit(ctx, node, &what).map(Some)),
        "burst" => {
            let burst = ctx.int(node, &what, 1..=i64::from(u32::MAX));
            put(&mut meta.burst, burst.and_then(|n| u32::try_from(n).ok()));
        }
        "sema" => {
            meta.sema.clear();
            for item in ctx.list(node, &what) {
                semaphore(ctx, item, meta);
            }
        }
        "autoedge" | "autogroup" => {
            if ctx.bool(node, &what) == Some(true) {
                let hint = "remove it, and draw the edges that you need";
                let what = format!("{what}: weft adds and groups nothing by itself");
                ctx.problem(node.place, what, Some(hint.into()));
            }
        }
        other => {
            let known: Vec<&str> = KEYS.iter().map(|key| key.0).collect();
            match hints::foreign("meta", other) {
                Some(hint) => ctx.problem(
                    entry.place,
                    format!("`meta` has no key `{other}`"),
                    Some(hint.into()),
                ),
                None => ctx.unknown(entry, "`meta`", &known),
            }
        }
    }
}

fn put<T>(slot: &mut T, read: Option<T>) {
    if let Some(value) = read {
        *slot = value;
    }
}

fn limit(ctx: &mut Ctx, node: &Node, what: &str) -> Option<f64> {
    match ctx.value(node, what, Type::Float)? {
        Value::Float(x) if x > 0.0 => Some(x),
        _ => {
            ctx.expected(node, what, "a number above 0, of events a second");
            None
        }
    }
}

fn semaphore(ctx: &mut Ctx, item: &Node, meta: &mut Meta) {
    let Some(text) = ctx.text(item, "meta.sema") else {
        return;
    };
    let (name, size) = text.rsplit_once(':').unwrap_or((text, "1"));
    match size.parse::<u32>() {
        Ok(n) if n > 0 && !name.is_empty() => match meta.sema.insert(name.to_owned(), n) {
            None => {}
            Some(_) => {
                let what = format!("meta.sema: `{}` is there already", sanitise(name));
                ctx.problem(item.place, what, Some("name each semaphore once".into()));
            }
        },
        _ => ctx.expected(item, "meta.sema", "`name:size` with a size from 1 on"),
    }
}
