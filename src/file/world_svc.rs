//! `world.services` — the units of a simulated service manager.

use super::ctx::Ctx;
use super::world::{fields, owned, word};
use super::yaml::{Entry, Node, Shape};
use crate::time::Span;
use crate::world::sim::spec::{Starts, UnitSpec};
use crate::world::{Active, Load, Startup, Unit};

/// What a unit does, by word; `failed` has its result and status beside it.
pub(super) const STATES: &[(&str, Active)] = &[
    ("running", Active::Active),
    ("stopped", Active::Inactive),
    ("changing", Active::Changing),
];

/// Whether a unit starts by itself, by word.
pub(super) const STARTUPS: &[(&str, Startup)] = &[
    ("enabled", Startup::Enabled),
    ("disabled", Startup::Disabled),
    ("static", Startup::Static),
    ("masked", Startup::Masked),
    ("other", Startup::Other),
];

/// How a unit is loaded, by word; a broken one says what is wrong instead.
pub(super) const LOADS: &[(&str, Load)] = &[
    ("loaded", Load::Loaded),
    ("not-found", Load::NotFound),
    ("masked", Load::Masked),
];

/// Every key of a unit.
pub(super) const KEYS: &[&str] = &[
    "session",
    "state",
    "load",
    "broken",
    "startup",
    "can_reload",
    "stale",
    "outdated",
    "starts",
    "duration",
    "log",
    "journal",
];

/// The unit of a name; `.service` is added where there is no suffix.
pub(super) fn unit(name: &str, session: bool) -> Unit {
    let name = match name.rsplit_once('.') {
        Some(_) => name.to_owned(),
        None => format!("{name}.service"),
    };
    Unit { name, session }
}

/// One unit: its state alone, or all that can be said of it.
pub(super) fn service(ctx: &mut Ctx, entry: &Entry) -> (Unit, UnitSpec) {
    let mut spec = UnitSpec::default();
    let mut session = false;
    if matches!(entry.value.shape, Shape::Scalar { .. }) {
        spec.active = state(ctx, &entry.value).unwrap_or(Active::Inactive);
        return (unit(&entry.key, session), spec);
    }
    for field in fields(ctx, &entry.value, "a service", KEYS) {
        let (node, what) = (&field.value, format!("`{}`", field.key));
        match field.key.as_str() {
            "session" => session = ctx.bool(node, &what).unwrap_or_default(),
            "state" => put(&mut spec.active, state(ctx, node)),
            "load" => put(&mut spec.load, word(ctx, node, &what, LOADS)),
            "broken" => put(&mut spec.load, owned(ctx, node, &what).map(Load::Broken)),
            "startup" => put(&mut spec.startup, word(ctx, node, &what, STARTUPS)),
            "can_reload" => put(&mut spec.can_reload, ctx.bool(node, &what)),
            "stale" => put(&mut spec.stale, ctx.bool(node, &what)),
            "outdated" => put(&mut spec.outdated, ctx.bool(node, &what)),
            "starts" => put(&mut spec.starts, starts(ctx, node)),
            "duration" => put(&mut spec.duration, ctx.span(node, &what)),
            "journal" => {
                if ctx.bool(node, &what) == Some(false) {
                    spec.log = None;
                }
            }
            _ => {
                let items = ctx.list(node, &what).iter();
                let lines = items.filter_map(|item| owned(ctx, item, "a line of `log`"));
                spec.log = Some(lines.collect());
            }
        }
    }
    (unit(&entry.key, session), spec)
}

/// `running`, `stopped`, `changing`, or `{failed: RESULT, status: N}`.
pub(super) fn state(ctx: &mut Ctx, node: &Node) -> Option<Active> {
    if let Shape::Scalar { text, .. } = &node.shape {
        if text == "failed" {
            return Some(Active::Failed("exit-code".into(), 1));
        }
        let found = STATES.iter().find(|(word, _)| word == text);
        if found.is_none() {
            let expected =
                "running | stopped | changing | failed, or `{failed: RESULT, status: N}`";
            ctx.expected(node, "a service's state", expected);
        }
        return found.map(|(_, state)| state.clone());
    }
    let (mut result, mut status) = ("exit-code".to_owned(), 1);
    for field in fields(ctx, node, "a service's state", &["failed", "status"]) {
        match field.key.as_str() {
            "failed" => result = owned(ctx, &field.value, "`failed`")?,
            _ => status = code(ctx, &field.value, "`status`")?,
        }
    }
    Some(Active::Failed(result, status))
}

/// `well`, `{fails: STATUS}`, `{dies: STATUS}` or `{times_out: SPAN}`.
fn starts(ctx: &mut Ctx, node: &Node) -> Option<Starts> {
    if let Shape::Map { entries, .. } = &node.shape
        && let [entry] = entries.as_slice()
    {
        let value = &entry.value;
        match entry.key.as_str() {
            "fails" => return code(ctx, value, "`fails`").map(Starts::Fails),
            "dies" => return code(ctx, value, "`dies`").map(Starts::Dies),
            "times_out" => return ctx.span(value, "`times_out`").map(Starts::TimesOut),
            _ => {}
        }
    }
    if matches!(&node.shape, Shape::Scalar { text, .. } if text == "well") {
        return Some(Starts::Well);
    }
    let expected = "well, `{fails: STATUS}`, `{dies: STATUS}` or `{times_out: 90s}`";
    ctx.expected(node, "`starts`", expected);
    None
}

fn code(ctx: &mut Ctx, node: &Node, what: &str) -> Option<i32> {
    let n = ctx.int(node, what, 0..=255)?;
    i32::try_from(n).ok()
}

fn put<T>(slot: &mut T, read: Option<T>) {
    if let Some(value) = read {
        *slot = value;
    }
}

/// A time that is worth writing.
pub(super) fn some_time(span: Span) -> Option<String> {
    (span != Span::ZERO).then(|| span.to_string())
}
