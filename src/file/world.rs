//! `world:` — the simulated machine of a story, as [`SimSpec`].

use super::ctx::Ctx;
use super::world_answers::{commands, fault, page};
use super::world_svc;
use super::yaml::{Entry, Node, Shape};
use crate::value::sanitise;
use crate::world::sim::SimSpec;
use crate::world::sim::spec::{FileBody, FileSpec, UserSpec};
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
    ("immutable", "Paths that nobody can change, root neither."),
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
            "immutable" => spec.immutable = paths(ctx, node, &what),
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
pub(super) fn bytes(ctx: &mut Ctx, node: &Node, what: &str) -> Vec<u8> {
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
pub(super) fn path(ctx: &mut Ctx, node: &Node, what: &str) -> Option<PathBuf> {
    let text = ctx.text(node, what)?;
    if !text.starts_with('/') {
        ctx.expected(node, what, "an absolute path");
        return None;
    }
    Some(PathBuf::from(text))
}

/// A key that is an absolute path; a final slash means nothing.
pub(super) fn path_key(ctx: &mut Ctx, entry: &Entry) -> PathBuf {
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

/// Permission bits, in octal.
pub(super) fn mode(ctx: &mut Ctx, node: &Node) -> Option<u32> {
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
