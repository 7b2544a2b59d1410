//! `lesson:` — what a story teaches: its text, what is to be reached, how that is checked, hints, and attempts at it.

use super::ctx::Ctx;
use super::expect::Expectation;
use super::story;
use super::story::Step;
use super::tree::Tree;
use super::world::fields;
use super::yaml::{Entry, Node, Shape};

/// What a story has that is a lesson: its graph, world and steps are what a learner finds, and what comes then is the learner's.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lesson {
    /// What it is called.
    pub title: String,
    /// What it says before anything is done; paragraphs with a newline between them.
    pub text: String,
    /// What is to be reached, and not how.
    pub goal: String,
    /// When that is so: all of these hold. They look at what happened and at what there is, never at what was typed.
    pub check: Vec<Check>,
    /// From a nudge to nearly the answer.
    pub hints: Vec<String>,
    /// The commands of a good way there, none too many.
    pub par: Vec<Step>,
    /// The commands of an attempt that is not right.
    pub wrong: Vec<Step>,
    /// The commands of another right way.
    pub other: Vec<Step>,
}

/// Something that must be so.
#[derive(Clone, PartialEq, Debug)]
pub struct Check {
    /// What.
    pub expect: Expectation,
    /// What to say to a learner whose run has left it not so.
    pub hint: Option<String>,
}

/// Every key of `lesson`, with what it means. The JSON Schema comes from here too.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("title", "What it is called."),
    ("text", "What it says at its start."),
    ("goal", "What is to be reached, and not how."),
    (
        "check",
        "Expectations that all hold when it is done; each alone, or as `expect` with the `hint` for a run that leaves it not so.",
    ),
    ("hints", "Hints, from a nudge to nearly the answer."),
    ("par", "The commands of a good way, none too many."),
    ("wrong", "The commands of an attempt that is not right."),
    ("other", "The commands of another right way."),
];

/// The keys of a check that has a hint.
pub(super) const CHECK_KEYS: &[&str] = &["expect", "hint"];

/// What no lesson can do without.
pub(super) const NEEDED: &[&str] = &["title", "goal", "check", "par"];

/// Reads `lesson:`.
pub(super) fn read(ctx: &mut Ctx, entry: &Entry) -> Lesson {
    let mut lesson = Lesson::default();
    let known: Vec<&str> = KEYS.iter().map(|key| key.0).collect();
    for entry in fields(ctx, &entry.value, "`lesson`", &known) {
        let (node, what) = (&entry.value, format!("lesson.{}", entry.key));
        match entry.key.as_str() {
            "title" => lesson.title = text(ctx, node, &what),
            "text" => lesson.text = text(ctx, node, &what),
            "goal" => lesson.goal = text(ctx, node, &what),
            "check" => lesson.check = checks(ctx, node, &what),
            "hints" => {
                let items = ctx.list(node, &what).iter();
                lesson.hints = items.map(|item| text(ctx, item, "a hint")).collect();
            }
            "par" => lesson.par = story::steps(ctx, node, &what),
            "wrong" => lesson.wrong = story::steps(ctx, node, &what),
            _ => lesson.other = story::steps(ctx, node, &what),
        }
    }
    for key in NEEDED {
        let lists = ["check", "par"].contains(key);
        let written = entry.value.get(key);
        let written = written.filter(|node| !(node.is_empty() || lists && is_bare(node)));
        if written.is_none() {
            let what = format!("a lesson needs `{key}`");
            let about = KEYS.iter().find(|(name, _)| name == key);
            let hint = about.map(|(_, about)| format!("write `{key}: …`. {about}"));
            ctx.problem(entry.place, what, hint);
        }
    }
    lesson
}

fn is_bare(node: &Node) -> bool {
    matches!(&node.shape, Shape::List { items, .. } if items.is_empty())
}

fn text(ctx: &mut Ctx, node: &Node, what: &str) -> String {
    let text = ctx.text(node, what).map(str::trim);
    if text == Some("") {
        ctx.expected(node, what, "text");
    }
    text.unwrap_or_default().to_owned()
}

fn checks(ctx: &mut Ctx, node: &Node, what: &str) -> Vec<Check> {
    let mut checks = Vec::new();
    for item in ctx.list(node, what) {
        let (expect, hint) = match &item.shape {
            Shape::Map { .. } => {
                fields(ctx, item, "a check", CHECK_KEYS);
                let Some(expect) = item.get("expect") else {
                    let hint = "write `{expect: EXPECTATION, hint: TEXT}`".to_owned();
                    ctx.problem(item.place, "a check needs `expect`", Some(hint));
                    continue;
                };
                let hint = item.get("hint").map(|node| text(ctx, node, "`hint`"));
                (expect, hint)
            }
            _ => (item, None),
        };
        if let Some(expect) = story::expectation(ctx, expect) {
            checks.push(Check { expect, hint });
        }
    }
    checks
}

impl Lesson {
    /// As it stands in a file that is written freshly.
    pub(super) fn tree(&self) -> Tree {
        let texts = |texts: &[String]| Tree::List(texts.iter().map(Tree::text).collect());
        let steps = |steps: &[Step]| {
            let all = steps.iter().map(|step| Tree::text(&step.text));
            Tree::List(all.collect())
        };
        let check = |check: &Check| {
            let expect = Tree::text(&check.expect.text);
            match &check.hint {
                None => expect,
                Some(hint) => Tree::Map(vec![
                    ("expect".to_owned(), expect),
                    ("hint".to_owned(), Tree::text(hint)),
                ]),
            }
        };
        let checks = self.check.iter().map(check);
        let all = [
            ("title", Tree::text(&self.title)),
            ("text", Tree::text(&self.text)),
            ("goal", Tree::text(&self.goal)),
            ("check", Tree::List(checks.collect())),
            ("hints", texts(&self.hints)),
            ("par", steps(&self.par)),
            ("wrong", steps(&self.wrong)),
            ("other", steps(&self.other)),
        ];
        let written = all.into_iter().filter(|(key, tree)| match *key {
            "text" => !self.text.is_empty(),
            _ => !tree.is_empty(),
        });
        Tree::Map(written.map(|(key, tree)| (key.to_owned(), tree)).collect())
    }

    /// Every attempt that the file holds.
    pub(super) fn attempts(&self) -> impl Iterator<Item = &Step> {
        [&self.par, &self.wrong, &self.other].into_iter().flatten()
    }
}
