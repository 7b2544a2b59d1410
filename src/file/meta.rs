//! `meta:` — how a vertex is run, whatever its kind (rule M1).

use super::ctx::Ctx;
use super::hints;
use super::yaml::{Entry, Node};
use crate::graph::Meta;
use crate::graph::meta::META;
use crate::value::sanitise;

/// Reads `meta:` over what is there already.
pub(super) fn read(ctx: &mut Ctx, node: &Node, mut meta: Meta) -> Meta {
    for entry in ctx.map(node, "`meta`") {
        key(ctx, entry, &mut meta);
    }
    meta
}

fn key(ctx: &mut Ctx, entry: &Entry, meta: &mut Meta) {
    let node = &entry.value;
    let name = entry.key.as_str();
    let what = format!("meta.{}", sanitise(name));
    match META.iter().find(|field| field.name == name) {
        Some(field) if field.name == "sema" => {
            meta.sema.clear();
            for item in ctx.list(node, &what) {
                semaphore(ctx, item, meta);
            }
        }
        Some(field) => {
            let Some(value) = ctx.value(node, &what, field.ty) else {
                return;
            };
            if let Err(odd) = meta.put(name, &value) {
                ctx.unfit(node, &what, odd.expected, odd.hint);
            }
        }
        None => foreign(ctx, entry, &what),
    }
}

/// A key that is not known here, or that other systems know.
fn foreign(ctx: &mut Ctx, entry: &Entry, what: &str) {
    let name = entry.key.as_str();
    if matches!(name, "autoedge" | "autogroup") {
        if ctx.bool(&entry.value, what) == Some(true) {
            let hint = "remove it, and draw the edges that you need";
            let what = format!("{what}: weft adds and groups nothing by itself");
            ctx.problem(entry.value.place, what, Some(hint.into()));
        }
        return;
    }
    match hints::foreign("meta", name) {
        Some(hint) => {
            let what = format!("`meta` has no key `{}`", sanitise(name));
            ctx.problem(entry.place, what, Some(hint.into()));
        }
        None => {
            let known: Vec<&str> = META.iter().map(|field| field.name).collect();
            ctx.unknown(entry, "`meta`", &known);
        }
    }
}

fn semaphore(ctx: &mut Ctx, item: &Node, meta: &mut Meta) {
    let Some(text) = ctx.text(item, "meta.sema") else {
        return;
    };
    if meta.take_semaphore(text) {
        return;
    }
    if let Some(name) = meta.taken_semaphore(text) {
        let what = format!("meta.sema: `{}` is there already", sanitise(name));
        ctx.problem(item.place, what, Some("name each semaphore once".into()));
    } else {
        let hint = "two that may run beside each other are of size 2";
        ctx.unfit(item, "meta.sema", "`name:size` with a size from 1 on", hint);
    }
}
