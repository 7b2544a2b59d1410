//! Saving a story that goes on: its own text, of its steps those that were played, and behind them those that a session has added.

use super::edit::{Edits, Kept};
use super::save::{Saved, afresh, items_of, read_again};
use super::story::{Step, Story};
use super::tree::Tree;
use super::yaml::{self, Node, Shape};
use super::{Ctx, Document};
use crate::graph::{Catalog, Graph};

/// What a session makes of a story.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GoesOn<'a> {
    /// What its choices are drawn from.
    pub seed: u64,
    /// How many of its own steps were played, from the first on.
    pub played: usize,
    /// The steps that come after those.
    pub more: &'a [String],
    /// Which of its expectations stay, each by its place; those beyond the end do.
    pub holds: &'a [bool],
}

impl GoesOn<'_> {
    /// The story that comes of it. With other steps than its own it is no lesson any more: it goes on behind what a learner finds.
    pub fn story(&self, own: &Story) -> Story {
        let more = self.more.iter().map(|text| Step {
            text: text.clone(),
            place: Default::default(),
        });
        let expect = own.expect.iter().enumerate();
        let expect = expect.filter(|(at, _)| self.stays(*at));
        Story {
            world: own.world.clone(),
            seed: self.seed,
            steps: own
                .steps
                .iter()
                .take(self.played)
                .cloned()
                .chain(more)
                .collect(),
            expect: expect.map(|(_, expect)| expect.clone()).collect(),
            lesson: own.lesson.clone().filter(|_| self.is_whole(own)),
        }
    }

    /// Whether it has its own steps, all and alone.
    fn is_whole(&self, own: &Story) -> bool {
        self.more.is_empty() && self.played >= own.steps.len()
    }

    fn stays(&self, at: usize) -> bool {
        self.holds.get(at).copied().unwrap_or(true)
    }

    /// What of it the story does not hold any more, in words.
    fn lost(&self, own: &Story) -> Vec<String> {
        let step = |step: &Step| {
            let first = step.text.lines().next().unwrap_or_default();
            format!("the step `{first}`, which was not played")
        };
        let expect = own.expect.iter().enumerate();
        let expect = expect.filter(|(at, _)| !self.stays(*at));
        let lesson = own.lesson.iter().filter(|_| !self.is_whole(own));
        let steps = own.steps.iter().skip(self.played).map(step);
        let expect =
            expect.map(|(_, expect)| format!("`{}`, which is not so at its end", expect.text));
        let lesson = lesson.map(|lesson| format!("the lesson `{}`", lesson.title));
        steps.chain(expect).chain(lesson).collect()
    }
}

/// A document as a story that begins as it does, and goes on so: all else that it says stays as it is written, byte for byte.
pub fn save_story(document: &Document, goes: &GoesOn, catalog: &dyn Catalog) -> Saved {
    let own = document.story.clone().unwrap_or_default();
    let story = goes.story(&own);
    let mut saved = edited(document, &story, goes, catalog)
        .unwrap_or_else(|| afresh(document, &document.graph, Some(&story), catalog));
    saved.lost.extend(goes.lost(&own));
    saved
}

/// The text edited in place; `None` if that does not say the story.
fn edited(
    document: &Document,
    story: &Story,
    goes: &GoesOn,
    catalog: &dyn Catalog,
) -> Option<Saved> {
    let mut ctx = Ctx::new(document.source.clone(), catalog);
    let root = yaml::tree(&mut ctx)?;
    let mut edits = Edits::new(document.source.text());
    let was = document.story.as_ref();
    if was.map_or(0, |was| was.seed) != story.seed {
        let seed = Tree::plain(story.seed);
        match root.get("seed") {
            Some(node) => edits.replace_value(node, &seed, 0),
            None => edits.append("seed", &seed)?,
        }
    }
    if story.lesson.is_none()
        && let Some(lesson) = root.entry("lesson")
    {
        edits.remove_entry(&root, lesson)?;
    }
    let own = was.map_or(&[][..], |was| was.steps.as_slice());
    if !goes.more.is_empty() || own.len() > goes.played || was.is_none() {
        steps(&mut edits, &root, own, goes)?;
    }
    expectations(&mut edits, &root, story, goes)?;
    let (text, lost) = edits.finish()?;
    let read = read_again(document, &text, catalog)?;
    says(&read, story, &document.graph).then_some(Saved {
        text,
        lost,
        anew: false,
    })
}

/// Whether a document says this story, of this graph.
fn says(read: &Document, story: &Story, graph: &Graph) -> bool {
    let Some(says) = &read.story else {
        return false;
    };
    let steps = |story: &Story| -> Vec<String> {
        let steps = story.steps.iter();
        steps.map(|step| step.text.clone()).collect()
    };
    let expect = |story: &Story| -> Vec<String> {
        let expect = story.expect.iter();
        expect.map(|expect| expect.text.clone()).collect()
    };
    steps(says) == steps(story)
        && expect(says) == expect(story)
        && says.seed == story.seed
        && says.world == story.world
        && says.lesson.is_some() == story.lesson.is_some()
        && super::same(&read.graph, graph)
}

fn steps(edits: &mut Edits, root: &Node, own: &[Step], goes: &GoesOn) -> Option<()> {
    let fresh: Vec<Tree> = goes.more.iter().map(Tree::text).collect();
    let Some(entry) = root.entry("steps") else {
        // Something must say that this is a story (rule W1).
        let list = match fresh.is_empty() {
            true => Tree::Plain("[]".into()),
            false => Tree::List(fresh),
        };
        return edits.append("steps", &list);
    };
    match &entry.value.shape {
        Shape::Scalar { .. } if !entry.value.is_empty() => {
            let from = own.get(goes.played).map(|step| step.place.line);
            edits.end_lines(&entry.value, from, goes.more)
        }
        Shape::List { items, .. } => {
            let kept: Vec<Kept> = (0..items.len())
                .map(|at| {
                    if at < goes.played {
                        Kept::Same
                    } else {
                        Kept::Gone
                    }
                })
                .collect();
            edits.list(&entry.value, entry.span.end, &kept, fresh)
        }
        _ => edits.list(&entry.value, entry.span.end, &[], fresh),
    }
}

fn expectations(edits: &mut Edits, root: &Node, story: &Story, goes: &GoesOn) -> Option<()> {
    let Some(entry) = root.entry("expect") else {
        return Some(());
    };
    let items = items_of(Some(&entry.value)).len();
    if items > 0 && story.expect.is_empty() {
        return edits.remove_entry(root, entry);
    }
    let kept: Vec<Kept> = (0..items)
        .map(|at| {
            if goes.stays(at) {
                Kept::Same
            } else {
                Kept::Gone
            }
        })
        .collect();
    edits.list(&entry.value, entry.span.end, &kept, Vec::new())
}
