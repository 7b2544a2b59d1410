//! World, seed, steps, expectations and lesson: what makes a file a story (rule W1).

use super::ctx::Ctx;
use super::expect::{Expect, Expectation};
use super::lesson::{self, Lesson};
use super::world;
use super::yaml::{Node, Shape};
use crate::graph::Graph;
use crate::value::{Place, sanitise};
use crate::world::sim::{Sim, SimSpec};

/// What a story has besides its graph.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Story {
    /// The simulated machine.
    pub world: SimSpec,
    /// What its choices are drawn from; 0 unless written.
    pub seed: u64,
    /// The commands, in order.
    pub steps: Vec<Step>,
    /// What must be true at the end, in order.
    pub expect: Vec<Expectation>,
    /// What it teaches, if it is a lesson.
    pub lesson: Option<Lesson>,
}

impl Story {
    /// What is done when it is played: its steps, and then the good way of its lesson.
    pub fn course(&self) -> Vec<Step> {
        let par = self.lesson.iter().flat_map(|lesson| &lesson.par);
        self.steps.iter().chain(par).cloned().collect()
    }
}

/// One command line, or a command with a block (`<<END`), as it would be typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its text; several lines where it holds a block.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// The story of a file, if it is one.
pub(super) fn read(ctx: &mut Ctx, root: &Node, graph: &Graph) -> Option<Story> {
    let parts = ["world", "steps", "expect", "lesson"].map(|key| root.get(key));
    let [world, steps, expect, _] = parts;
    if parts.iter().all(Option::is_none) {
        if let Some(seed) = root.entry("seed") {
            let hint = "add `world`, `steps`, `expect` or `lesson`, or remove it".to_owned();
            ctx.problem(
                seed.place,
                "`seed` is for stories, and this is a graph",
                Some(hint),
            );
        }
        return None;
    }
    let seed = root
        .get("seed")
        .and_then(|node| ctx.int(node, "`seed`", 0..=i64::MAX));
    let world = world.map(|node| world::read(ctx, node)).unwrap_or_default();
    if let (Some(entry), true) = (root.entry("world"), ctx.problems.is_empty())
        && let Err(why) = Sim::new(world.clone(), 0)
    {
        ctx.problem(entry.place, why.to_string(), None);
    }
    let steps = steps.map(|node| self::steps(ctx, node, "`steps`"));
    let expect = expect.map(|node| expectations(ctx, node));
    let lesson = root.entry("lesson");
    let story = Story {
        world,
        seed: seed.map_or(0, i64::unsigned_abs),
        steps: steps.unwrap_or_default(),
        expect: expect.unwrap_or_default(),
        lesson: lesson.map(|entry| lesson::read(ctx, entry)),
    };
    known(ctx, graph, &story);
    Some(story)
}

/// A list of commands, or a block of lines. Empty lines and comments in a block are skipped; a line with
/// `<<END` takes all lines to its end with it.
pub(super) fn steps(ctx: &mut Ctx, node: &Node, what: &str) -> Vec<Step> {
    let steps = match &node.shape {
        Shape::Scalar { text, quoted } if !node.is_empty() => block(text, *quoted, node.place),
        _ => {
            let items = ctx.list(node, what).iter();
            let step = |item: &Node| {
                Some(Step {
                    text: ctx.text(item, "a step")?.trim_end().to_owned(),
                    place: item.place,
                })
            };
            items.filter_map(step).collect()
        }
    };
    for step in &steps {
        host(ctx, step);
    }
    steps
}

fn block(text: &str, block: bool, place: Place) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut end: Option<String> = None;
    for (i, line) in (1u32..).zip(text.lines()) {
        if let (Some(_), Some(step)) = (&end, steps.last_mut()) {
            step.text.push('\n');
            step.text.push_str(line);
            end = end.filter(|tag| line.trim() != *tag);
            continue;
        }
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        end = here_tag(line);
        let line_place = Place {
            line: place.line + i,
            column: 1,
        };
        steps.push(Step {
            text: line.trim().to_owned(),
            place: if block { line_place } else { place },
        });
    }
    steps
}

/// The word that ends what `<<WORD` begins in a line.
fn here_tag(line: &str) -> Option<String> {
    let (_, tag) = line.rsplit_once("<<")?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!tag.is_empty() && tag.chars().all(word)).then(|| tag.to_owned())
}

/// A story cannot reach the host: a step that asks for it is refused here (rule W2).
fn host(ctx: &mut Ctx, step: &Step) {
    let mut words = step.text.split_whitespace();
    let asks = match (words.next(), words.next()) {
        (Some("host"), _) => true,
        (Some("world"), Some(which)) => which != "sim",
        _ => false,
    };
    if asks {
        let hint = "a story runs in its simulated world; `weft FILE --world host` is for a person"
            .to_owned();
        ctx.problem(
            step.place,
            "a step cannot ask for another world",
            Some(hint),
        );
    }
}

fn expectations(ctx: &mut Ctx, node: &Node) -> Vec<Expectation> {
    let items = ctx.list(node, "`expect`").iter();
    items.filter_map(|item| expectation(ctx, item)).collect()
}

/// One expectation.
pub(super) fn expectation(ctx: &mut Ctx, item: &Node) -> Option<Expectation> {
    let text = ctx.text(item, "an expectation")?;
    match Expect::parse(text) {
        Ok(says) => Some(Expectation {
            text: text.to_owned(),
            place: item.place,
            says,
        }),
        Err(unclear) => {
            ctx.problem(item.place, unclear.what, unclear.hint);
            None
        }
    }
}

/// Each reference names a vertex of the graph, or something that a step speaks of.
fn known(ctx: &mut Ctx, graph: &Graph, story: &Story) {
    if !ctx.problems.is_empty() {
        return;
    }
    let lesson = story.lesson.as_ref();
    let attempts = lesson.into_iter().flat_map(Lesson::attempts);
    let steps: Vec<&Step> = story.steps.iter().chain(attempts).collect();
    let checks = lesson.into_iter().flat_map(|lesson| &lesson.check);
    let checks = checks.map(|check| &check.expect);
    for expectation in story.expect.iter().chain(checks) {
        let says = &expectation.says;
        let bad = says.unknown_in(graph);
        let bad = bad.filter(|_| !spoken_of(&steps, &says.names()));
        let senseless = says.senseless(graph, ctx.catalog);
        for why in bad.into_iter().chain(senseless) {
            ctx.problem(expectation.place, sanitise(&why.what), why.hint);
        }
    }
}

/// Whether a step adds or renames, so that a name may come to be only there.
fn spoken_of(steps: &[&Step], texts: &[&str]) -> bool {
    let bare = |c: char| !(c.is_alphanumeric() || "/_-".contains(c));
    let names = texts.iter().flat_map(|text| text.split(bare));
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    let makes = ["add", "rename", "load", "inspect", "new"];
    steps.iter().any(|step| {
        let verb = step.text.split_whitespace().next().unwrap_or_default();
        makes.contains(&verb) && names.iter().any(|name| step.text.contains(name))
    })
}
