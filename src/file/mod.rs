//! The file format: YAML in, a [`Document`] out, and back with as little changed as can be.
//!
//! A file with `world`, `steps`, `expect` or `lesson` is a *story* and runs in its own simulated world; one without is a *graph*
//! and means this host (rule W1). Reading is strict: every key that is not known is an error with its place and the key
//! that was probably meant, and all problems of a file are told at once. A scalar is read as its field's type from its
//! source text, so that `mode: 0644` is octal, `content: no` is "no" and `1.10` stays. Input is bounded in size, depth
//! and aliases.
//!
//! Nothing here touches a disk but [`load`]: other files come through a [`Read`] that the caller gives.
//!
//! ```text
//! weft: 1
//! graph: password
//! resources:
//!   password:
//!   - name: pw
//!     length: 16
//!   file:
//!   - name: /tmp/secret
//!     mode: 0600
//!   noop:
//!   - name: bystander
//! edges:
//! - file[/tmp/secret] ~> noop[bystander]
//! bindings:
//! - password[pw].password -> file[/tmp/secret].content
//! ```

mod build;
mod ctx;
mod drops;
mod edit;
mod emit;
mod expect;
mod expect_told;
mod expect_words;
mod graph;
mod hints;
mod import;
mod lesson;
mod load;
mod meta;
mod problem;
pub mod refs;
mod save;
mod save_flow;
mod save_story;
mod schema;
mod story;
mod tree;
mod world;
mod world_answers;
mod world_emit;
mod world_svc;
mod yaml;

pub use emit::save_new;
pub use expect::{Amount, Expect, Expectation, Line, OF_ALL, Status, Verb};
pub use expect_words::of_vertex;
pub use hints::foreign_value;
pub use lesson::{Check, Lesson};
pub use load::{is_as_read, load};
pub use problem::{FileError, FileProblem, Source};
pub use save::{Saved, same, save, save_as};
pub use save_story::{GoesOn, save_story};
pub use schema::schema_json;
pub use story::{Step, Story};
pub use yaml::{MAX_ALIASED, MAX_BYTES, MAX_DEPTH};

use crate::graph::{Catalog, Graph};
use crate::value::sanitise;
use ctx::Ctx;
use std::path::{Path, PathBuf};
use yaml::Node;

/// The version of the format that this weft writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// Reads a file that another one names: its bytes, or why not.
pub type Read<'a> = dyn FnMut(&Path) -> Result<Vec<u8>, String> + 'a;

/// What a file says.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it was read from.
    pub path: PathBuf,
    /// The version of the format that it is written in.
    pub weft: u32,
    /// What it is about, in a sentence or more.
    pub about: Option<String>,
    /// How much of the trace its snapshot shows.
    pub trace: TraceLevel,
    /// Its graph, what it `use`s in it.
    pub graph: Graph,
    /// The graph file that it uses, as it was written.
    pub uses: Option<PathBuf>,
    /// World, steps and expectations, if it is a story.
    pub story: Option<Story>,
    /// Its text, byte for byte.
    pub source: Source,
    /// What came from the file that it uses, with nothing dropped yet.
    imported: Graph,
    /// The text of that file.
    used: Option<Source>,
}

impl Document {
    /// The path of a file that is named as it is written in this one.
    pub fn beside(&self, named: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(named)
    }
}

/// How much of the trace a snapshot shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TraceLevel {
    /// Changes, sends, notifications, failures, the end.
    #[default]
    Story,
    /// Checks, pokes, waits and records too.
    Full,
}

/// Every key at the top, with what it means. The JSON Schema comes from here too.
const KEYS: &[(&str, &str)] = &[
    (
        "weft",
        "The version of the format: 1, also where it is not written.",
    ),
    ("graph", "The graph's name."),
    ("about", "What it is about."),
    ("comment", "The same as `about`, as mgmt writes it."),
    (
        "trace",
        "How much of the trace its snapshot shows: story or full.",
    ),
    (
        "use",
        "A graph file, relative to this one, that this one adds to, sets in or drops from.",
    ),
    (
        "drop",
        "References, edges and bindings of the used file that are not wanted here.",
    ),
    (
        "resources",
        "The resources: for each kind a list, each with its name and params.",
    ),
    (
        "edges",
        "The order, as `a -> b`, and with `a ~> b` notifications too.",
    ),
    ("bindings", "The values that flow, as `a.field -> b.field`."),
    ("world", "The simulated machine that the story runs on."),
    ("seed", "What the simulated world's choices are drawn from."),
    (
        "steps",
        "The commands of the story, as they would be typed.",
    ),
    ("expect", "What must be true at its end."),
    (
        "lesson",
        "What the story teaches, where it is a lesson that `learn` begins.",
    ),
];

/// Reads a text. Other files (`use`) are asked of `read`, which gets paths relative to this file's directory resolved.
/// Errs with every problem found; never panics, whatever the text.
pub fn parse(
    path: &Path,
    text: &str,
    catalog: &dyn Catalog,
    read: &mut Read,
) -> Result<Document, FileError> {
    let name = path.display().to_string();
    let source = Source::new(&name, text);
    let mut ctx = Ctx::new(source.clone(), catalog);
    let Some(root) = yaml::tree(&mut ctx) else {
        return Err(ctx.into_error());
    };
    let head = Head::read(&mut ctx, &root, path);
    let built = import::build(&mut ctx, &root, path, &head.graph, read);
    let is_graph_read = ctx.problems.is_empty();
    let story = story::read(&mut ctx, &root, &built.graph);
    let document = Document {
        path: path.to_owned(),
        weft: VERSION,
        about: head.about,
        trace: head.trace,
        graph: built.graph,
        uses: built.uses,
        story,
        source,
        imported: built.imported,
        used: built.used,
    };
    if ctx.problems.is_empty() {
        return Ok(document);
    }
    let error = ctx.into_error();
    Err(match is_graph_read {
        true => error.with_rest(document),
        false => error,
    })
}

/// What stands at the top of a file.
struct Head {
    graph: String,
    about: Option<String>,
    trace: TraceLevel,
}

impl Head {
    fn read(ctx: &mut Ctx, root: &Node, path: &Path) -> Head {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut head = Head {
            graph: stem.into_owned(),
            about: None,
            trace: TraceLevel::Story,
        };
        let known: Vec<&str> = KEYS.iter().map(|key| key.0).collect();
        for entry in ctx.map(root, "the file") {
            let (node, what) = (&entry.value, format!("`{}`", sanitise(&entry.key)));
            match entry.key.as_str() {
                "weft" => version(ctx, node),
                "graph" => {
                    if let Some(name) = ctx.text(node, &what) {
                        head.graph = name.to_owned();
                    }
                }
                "about" | "comment" => {
                    let text = ctx.text(node, &what).map(str::to_owned);
                    if head.about.is_some() {
                        let hint = Some("keep one of the two".to_owned());
                        ctx.problem(entry.place, "`comment` and `about` are the same", hint);
                    }
                    head.about = text;
                }
                "trace" => match ctx.text(node, &what) {
                    Some("story") | None => {}
                    Some("full") => head.trace = TraceLevel::Full,
                    Some(_) => ctx.expected(node, &what, "story | full"),
                },
                key if known.contains(&key) => {}
                key => match hints::foreign("", key) {
                    Some(hint) => {
                        let what = format!("the file has no key `{key}`");
                        ctx.problem(entry.place, what, Some(hint.into()));
                    }
                    None => ctx.unknown(entry, "the file", &known),
                },
            }
        }
        head
    }
}

/// `weft:` — refuses a format that is newer than this weft, and what is no version at all.
fn version(ctx: &mut Ctx, node: &Node) {
    let Some(version) = ctx.int(node, "`weft`", 1..=i64::MAX) else {
        return;
    };
    if version > i64::from(VERSION) {
        let what = format!(
            "this file is written for format {version}, and this weft reads up to {VERSION}"
        );
        ctx.problem(node.place, what, Some("run it with a newer weft".into()));
    }
}

#[cfg(test)]
mod tests;
