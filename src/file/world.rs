//! `world:` — the simulated machine of a story, as [`SimSpec`].

use super::ctx::Ctx;
use super::world_svc;
use super::yaml::{Entry, Node, Shape};
use crate::time::Span;
use crate::value::sanitise;
use crate::world::sim::spec::{Answer, Effect, FileBody, FileSpec, NetFault, Page, UserSpec};
use crate::world::sim::{FaultKind, FaultRule, SimSpec};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Every key of `world`, with what it means. The JSON Schema comes from here too.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("hostname", "Its host name; `sim` if none."),
    ("user", "The account that acts; `root` if none."),
    (
        "users",
        "Accounts: a name with its number, or with uid, gid, groups and home.",
    ),
    ("groups", "Groups: a name with its number."),
    (
        "files",
        "What stands at each path: a content, or content, link, dir, mode, owner and group.",
    ),
    (
        "dirs",
        "Directories: a list of paths, or paths with mode, owner and group.",
    ),
    (
        "free",
        "Bytes that still fit on the disk; without end if none.",
    ),
    (
        "read_only",
        "Directories below which nothing can be written.",
    ),
    ("mounts", "Paths where something is mounted."),
    (
        "commands",
        "Command lines (`*` stands for anything) with their answers; a list for successive runs.",
    ),
    (
        "http",
        "Pages by URL: a body, or status, body, headers, duration and fault.",
    ),
    (
        "services",
        "Units: a state, or state, startup, starts and more.",
    ),
    ("faults", "What goes wrong, at which call."),
];

/// Reads `world:`.
pub(super) fn read(ctx: &mut Ctx, node: &Node) -> SimSpec {
    let mut spec = SimSpec::default();
    let known: Vec<&str> = KEYS.iter().map(|key| key.0).collect();
    for entry in fields(ctx, node, "`world`", &known) {
        let (node, what) = (&entry.value, format!("world.{}", entry.key));
        match entry.key.as_str() {
            "hostname" => spec.hostname = owned(ctx, node, &what),
            "user" => spec.user = owned(ctx, node, &what),
            "users" => {
                for entry in ctx.map(node, &what) {
                    let user = user(ctx, entry);
                    spec.users.insert(entry.key.clone(), user);
                }
            }
            "groups" => {
                for entry in ctx.map(node, &what) {
                    let gid = id(ctx, &entry.value, "a group's number").unwrap_or_default();
                    spec.groups.insert(entry.key.clone(), gid);
                }
            }
            "files" => files(ctx, node, &what, &mut spec.files),
            "dirs" => dirs(ctx, node, &what, &mut spec.files),
            "free" => spec.free = ctx.int(node, &what, 0..=i64::MAX).map(i64::unsigned_abs),
            "read_only" => spec.read_only = paths(ctx, node, &what),
            "mounts" => spec.mounts = paths(ctx, node, &what),
            "commands" => commands(ctx, node, &what, &mut spec.commands),
            "http" => {
                for entry in ctx.map(node, &what) {
                    let page = page(ctx, entry);
                    spec.http.insert(entry.key.clone(), page);
                }
            }
            "services" => {
                for entry in ctx.map(node, &what) {
                    let (unit, service) = world_svc::service(ctx, entry);
                    spec.services.insert(unit, service);
                }
            }
            _ => {
                for item in ctx.list(node, &what) {
                    spec.faults.extend(fault(ctx, item));
                }
            }
        }
    }
    spec
}

/// The entries of a mapping whose keys are all known; the others are told.
pub(super) fn fields<'n>(
    ctx: &mut Ctx,
    node: &'n Node,
    what: &str,
    known: &[&str],
) -> Vec<&'n Entry> {
    let (good, bad): (Vec<&Entry>, Vec<&Entry>) = ctx
        .map(node, what)
        .iter()
        .partition(|entry| known.contains(&entry.key.as_str()));
    for entry in bad {
        ctx.unknown(entry, what, known);
    }
    good
}

/// The text of a scalar, owned.
pub(super) fn owned(ctx: &mut Ctx, node: &Node, what: &str) -> Option<String> {
    ctx.text(node, what).map(str::to_owned)
}

/// The bytes of a text; an empty one if it is not one.
fn bytes(ctx: &mut Ctx, node: &Node, what: &str) -> Vec<u8> {
    owned(ctx, node, what).unwrap_or_default().into_bytes()
}

fn id(ctx: &mut Ctx, node: &Node, what: &str) -> Option<u32> {
    let n = ctx.int(node, what, 0..=i64::from(u32::MAX))?;
    u32::try_from(n).ok()
}

fn user(ctx: &mut Ctx, entry: &Entry) -> UserSpec {
    let mut user = UserSpec::default();
    if matches!(entry.value.shape, Shape::Scalar { .. }) {
        user.uid = id(ctx, &entry.value, "a user's number").unwrap_or_default();
        return user;
    }
    let known = ["uid", "gid", "groups", "home"];
    for field in fields(ctx, &entry.value, "a user", &known) {
        let node = &field.value;
        match field.key.as_str() {
            "uid" => user.uid = id(ctx, node, "`uid`").unwrap_or_default(),
            "gid" => user.gid = id(ctx, node, "`gid`"),
            "home" => user.home = path(ctx, node, "`home`"),
            _ => {
                for item in ctx.list(node, "`groups`") {
                    user.groups.extend(owned(ctx, item, "a group"));
                }
            }
        }
    }
    user
}

/// An absolute path.
fn path(ctx: &mut Ctx, node: &Node, what: &str) -> Option<PathBuf> {
    let text = ctx.text(node, what)?;
    if !text.starts_with('/') {
        ctx.expected(node, what, "an absolute path");
        return None;
    }
    Some(PathBuf::from(text))
}

/// A key that is an absolute path; a final slash means nothing.
fn path_key(ctx: &mut Ctx, entry: &Entry) -> PathBuf {
    if !entry.key.starts_with('/') {
        let what = format!("`{}` is no absolute path", sanitise(&entry.key));
        ctx.problem(entry.place, what, Some("a path begins with `/`".into()));
    }
    match entry.key.trim_end_matches('/') {
        "" => PathBuf::from("/"),
        key => PathBuf::from(key),
    }
}

fn paths(ctx: &mut Ctx, node: &Node, what: &str) -> BTreeSet<PathBuf> {
    let items = ctx.list(node, what);
    items
        .iter()
        .filter_map(|item| path(ctx, item, what))
        .collect()
}

fn files(ctx: &mut Ctx, node: &Node, what: &str, files: &mut BTreeMap<PathBuf, FileSpec>) {
    for entry in ctx.map(node, what) {
        let key = path_key(ctx, entry);
        let spec = match &entry.value.shape {
            Shape::Scalar { .. } if entry.key.ends_with('/') => FileSpec::of(FileBody::Dir),
            Shape::Scalar { text, .. } => FileSpec::file(text),
            _ => file(ctx, entry),
        };
        if files.insert(key, spec).is_some() {
            let what = format!("`{}` is described twice", sanitise(&entry.key));
            ctx.problem(entry.place, what, Some("remove one of them".into()));
        }
    }
}

/// One path in long form. Exactly one of the keys that say what stands there.
fn file(ctx: &mut Ctx, entry: &Entry) -> FileSpec {
    let known = [
        "content", "link", "hardlink", "dir", "other", "absent", "mode", "owner", "group",
    ];
    let mut spec = FileSpec::of(FileBody::File(Vec::new()));
    if entry.key.ends_with('/') {
        spec.what = FileBody::Dir;
    }
    let mut bodies = 0;
    for field in fields(ctx, &entry.value, "a file", &known) {
        let (node, what) = (&field.value, format!("`{}`", field.key));
        let body = match field.key.as_str() {
            "content" => Some(FileBody::File(bytes(ctx, node, &what))),
            "link" => owned(ctx, node, &what).map(|text| FileBody::Link(text.into())),
            "hardlink" => path(ctx, node, &what).map(FileBody::HardLink),
            "dir" => ctx
                .bool(node, &what)
                .and_then(|yes| yes.then_some(FileBody::Dir)),
            "other" => ctx
                .bool(node, &what)
                .and_then(|yes| yes.then_some(FileBody::Other)),
            "absent" => ctx
                .bool(node, &what)
                .and_then(|yes| yes.then_some(FileBody::Absent)),
            _ => {
                attribute(ctx, field, &mut spec);
                None
            }
        };
        if let Some(body) = body {
            spec.what = body;
            bodies += 1;
        }
    }
    if bodies > 1 {
        let what = format!("`{}` is more than one thing", sanitise(&entry.key));
        let hint = "keep one of content, link, hardlink, dir, other, absent";
        ctx.problem(entry.place, what, Some(hint.into()));
    }
    spec
}

fn attribute(ctx: &mut Ctx, field: &Entry, spec: &mut FileSpec) {
    let (node, what) = (&field.value, format!("`{}`", field.key));
    match field.key.as_str() {
        "mode" => spec.mode = mode(ctx, node),
        "owner" => spec.owner = owned(ctx, node, &what),
        _ => spec.group = owned(ctx, node, &what),
    }
}

fn mode(ctx: &mut Ctx, node: &Node) -> Option<u32> {
    let text = ctx.text(node, "`mode`")?;
    let bits = u32::from_str_radix(text, 8)
        .ok()
        .filter(|bits| *bits <= 0o7777);
    if bits.is_none() {
        ctx.expected(node, "`mode`", "an octal mode, such as 0644");
    }
    bits
}

fn dirs(ctx: &mut Ctx, node: &Node, what: &str, files: &mut BTreeMap<PathBuf, FileSpec>) {
    if let Shape::Map { entries, .. } = &node.shape {
        for entry in entries {
            let key = path_key(ctx, entry);
            let mut spec = FileSpec::of(FileBody::Dir);
            match &entry.value.shape {
                Shape::Scalar { .. } if entry.value.is_empty() => {}
                Shape::Scalar { .. } => spec.mode = mode(ctx, &entry.value),
                _ => {
                    let known = ["mode", "owner", "group"];
                    for field in fields(ctx, &entry.value, "a directory", &known) {
                        attribute(ctx, field, &mut spec);
                    }
                }
            }
            files.insert(key, spec);
        }
        return;
    }
    let all = paths(ctx, node, what);
    files.extend(
        all.into_iter()
            .map(|path| (path, FileSpec::of(FileBody::Dir))),
    );
}

fn commands(ctx: &mut Ctx, node: &Node, what: &str, out: &mut BTreeMap<String, Vec<Answer>>) {
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

fn page(ctx: &mut Ctx, entry: &Entry) -> Page {
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
    ("crash", FaultKind::Crash),
    ("crash-after", FaultKind::CrashAfter),
];

/// One of a few words.
pub(super) fn word<T: Clone>(
    ctx: &mut Ctx,
    node: &Node,
    what: &str,
    words: &[(&str, T)],
) -> Option<T> {
    let text = ctx.text(node, what)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        ctx.expected(node, what, &known.join(" | "));
    }
    found.map(|(_, value)| value.clone())
}

fn fault(ctx: &mut Ctx, item: &Node) -> Option<FaultRule> {
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
