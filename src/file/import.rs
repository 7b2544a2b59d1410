//! `use:` — the graph of another file, and what this one adds to it, sets in it and drops from it.

use super::ctx::Ctx;
use super::graph::{self, Build};
use super::problem::Source;
use super::yaml::{self, Node};
use super::{KEYS, Read};
use crate::graph::{Draft, Graph, Key, Origin, Problem, Refusal};
use crate::value::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Keys that a used file may have. The rest would make it a story, or a chain of files.
const USABLE: &[&str] = &[
    "weft",
    "graph",
    "about",
    "comment",
    "resources",
    "edges",
    "bindings",
];

/// A graph put together.
pub(super) struct Built {
    pub graph: Graph,
    pub imported: Graph,
    pub uses: Option<PathBuf>,
    pub used: Option<Source>,
}

/// A used file: its source, and where it writes what.
struct Used {
    source: Source,
    build: Build,
}

/// The graph of the file at `root`. Whole unless problems were told.
pub(super) fn build(ctx: &mut Ctx, root: &Node, path: &Path, name: &str, read: &mut Read) -> Built {
    let uses = root.get("use").and_then(|node| {
        ctx.text(node, "`use`")
            .map(|text| (node, PathBuf::from(text)))
    });
    let used = uses
        .as_ref()
        .and_then(|(node, uses)| import(ctx, node, path, uses, read));
    let imported = used
        .as_ref()
        .map_or_else(Graph::default, |used| used.build.draft.graph().clone());
    let mut start = imported.clone();
    start.name = name.to_owned();
    let mut build = Build {
        draft: Draft::from(start),
        origin: Origin::Written,
        written: BTreeMap::new(),
        values: BTreeMap::new(),
        bad: BTreeSet::new(),
    };
    if let Some(node) = root.get("drop") {
        if uses.is_none() {
            let hint = "add `use: FILE`, or remove this".to_owned();
            ctx.problem(
                node.place,
                "`drop` takes away from a used file, and none is",
                Some(hint),
            );
        } else {
            graph::drops(ctx, &mut build, node);
        }
    }
    sections(ctx, &mut build, root);
    let graph = finish(ctx, build, used.as_ref());
    Built {
        graph,
        imported,
        uses: uses.map(|(_, path)| path),
        used: used.map(|used| used.source),
    }
}

fn sections(ctx: &mut Ctx, build: &mut Build, root: &Node) {
    type Section = fn(&mut Ctx, &mut Build, &Node);
    let readers: [(&str, Section); 3] = [
        ("resources", graph::resources),
        ("edges", graph::edges),
        ("bindings", graph::bindings),
    ];
    for (key, section) in readers {
        if let Some(node) = root.get(key) {
            section(ctx, build, node);
        }
    }
}

fn import(ctx: &mut Ctx, node: &Node, path: &Path, uses: &Path, read: &mut Read) -> Option<Used> {
    let full = path.parent().unwrap_or(Path::new("")).join(uses);
    let text = match read(&full).and_then(|bytes| {
        String::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())
    }) {
        Ok(text) => text,
        Err(why) => {
            let what = format!("cannot read {}: {why}", full.display());
            let hint = "the path is relative to the directory of this file";
            ctx.problem(node.place, what, Some(hint.into()));
            return None;
        }
    };
    let source = Source::new(full.display().to_string(), text);
    let mut inner = Ctx::new(source.clone(), ctx.catalog);
    let mut build = Build {
        draft: Draft::new(""),
        origin: Origin::Imported,
        written: BTreeMap::new(),
        values: BTreeMap::new(),
        bad: BTreeSet::new(),
    };
    if let Some(root) = yaml::tree(&mut inner) {
        for entry in inner.map(&root, "the file") {
            let key = entry.key.as_str();
            if KEYS.iter().any(|known| known.0 == key) && !USABLE.contains(&key) {
                let what = format!("a used file may not have `{key}`");
                let hint = "use a plain graph file: resources, edges and bindings";
                inner.problem(entry.place, what, Some(hint.into()));
            } else if !USABLE.contains(&key) {
                inner.unknown(entry, "the file", USABLE);
            }
        }
        if let Some(version) = root.get("weft") {
            super::version(&mut inner, version);
        }
        sections(&mut inner, &mut build, &root);
    }
    ctx.problems.append(&mut inner.problems);
    Some(Used { source, build })
}

/// The whole graph, or the refusals told where their vertices are written.
fn finish(ctx: &mut Ctx, build: Build, used: Option<&Used>) -> Graph {
    let Build {
        draft,
        mut bad,
        written,
        values,
        ..
    } = build;
    bad.extend(used.iter().flat_map(|used| used.build.bad.iter().cloned()));
    let partial = draft.graph().clone();
    let refusals = match draft.finish(ctx.catalog) {
        Ok(graph) => return graph,
        Err(refusals) => refusals,
    };
    for mut refusal in refusals {
        let key = key_of(&refusal.problem).cloned();
        if key.as_ref().is_some_and(|key| bad.contains(key)) {
            continue;
        }
        if let Some(place) = value_place(&values, &refusal.problem) {
            refusal.place = place;
            ctx.refusal(refusal);
            continue;
        }
        let here = key.as_ref().and_then(|key| written.get(key));
        match (here, used) {
            (Some(place), _) => refusal.place = *place,
            (None, Some(used)) if key.is_some() => {
                let values = &used.build.values;
                refusal.place = value_place(values, &refusal.problem).unwrap_or(refusal.place);
                refuse_in(ctx, used.source.clone(), refusal);
                continue;
            }
            _ => {}
        }
        ctx.refusal(refusal);
    }
    partial
}

fn refuse_in(ctx: &mut Ctx, source: Source, refusal: Refusal) {
    let own = std::mem::replace(&mut ctx.source, source);
    ctx.refusal(refusal);
    ctx.source = own;
}

/// Where the value stands that a problem is about. What a kind says begins with its param: `cmd: …`, `env.A: …`, or two of
/// them (`content, source: …`), of which the last is the one too many.
fn value_place(values: &BTreeMap<(Key, String), Place>, problem: &Problem) -> Option<Place> {
    let (key, params) = match problem {
        Problem::Invalid(key, why) => (key, why.split_once(": ")?.0),
        Problem::WrongType(key, param, ..) | Problem::NoSecret(key, param) => (key, param.as_str()),
        _ => return None,
    };
    let place = |name: &str| values.get(&(key.clone(), name.to_owned())).copied();
    params.split(", ").filter_map(place).max()
}

/// The vertex that a problem is about, where it is told.
fn key_of(problem: &Problem) -> Option<&Key> {
    match problem {
        Problem::NoSuchParam(key, _)
        | Problem::Missing(key, _)
        | Problem::WrongType(key, ..)
        | Problem::Invalid(key, _)
        | Problem::NoSecret(key, _)
        | Problem::TwoOwners(_, key, ..) => Some(key),
        Problem::Cycle(keys) => keys.first(),
        _ => None,
    }
}
