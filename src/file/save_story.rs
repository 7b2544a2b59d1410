//! Saving a story that goes on: its own text, and behind its steps those that a session has added.

use super::edit::{Edits, Kept};
use super::save::{Saved, afresh, read_again};
use super::story::{Step, Story};
use super::tree::Tree;
use super::yaml::{self, Node, Shape};
use super::{Ctx, Document};
use crate::graph::Catalog;

/// A document as a story that begins as it does, of this seed: all that it says stays, and these steps come after its own.
/// Without any it is byte for byte the same. With some it is no lesson any more: it goes on behind what a learner finds.
pub fn save_story(document: &Document, seed: u64, more: &[String], catalog: &dyn Catalog) -> Saved {
    let mut story = document.story.clone().unwrap_or_default();
    story.seed = seed;
    story.steps.extend(more.iter().map(|text| Step {
        text: text.clone(),
        place: Default::default(),
    }));
    let taught = story.lesson.take_if(|_| !more.is_empty());
    let mut saved = edited(document, &story, more, catalog)
        .unwrap_or_else(|| afresh(document, &document.graph, Some(&story), catalog));
    saved
        .lost
        .extend(taught.map(|lesson| format!("the lesson `{}`", lesson.title)));
    saved
}

/// The text edited in place; `None` if that does not say the story.
fn edited(
    document: &Document,
    story: &Story,
    more: &[String],
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
    if !more.is_empty() || was.is_none() {
        steps(&mut edits, &root, more)?;
    }
    let (text, lost) = edits.finish()?;
    let read = read_again(document, &text, catalog)?;
    let says = read.story?;
    let texts = |story: &Story| -> Vec<String> {
        let steps = story.steps.iter();
        steps.map(|step| step.text.clone()).collect()
    };
    let same = texts(&says) == texts(story)
        && says.seed == story.seed
        && says.world == story.world
        && says.lesson.is_some() == story.lesson.is_some()
        && says.expect.len() == story.expect.len()
        && super::same(&read.graph, &document.graph);
    same.then_some(Saved {
        text,
        lost,
        anew: false,
    })
}

fn steps(edits: &mut Edits, root: &Node, more: &[String]) -> Option<()> {
    let fresh: Vec<Tree> = more.iter().map(Tree::text).collect();
    let Some(entry) = root.entry("steps") else {
        // Something must say that this is a story (rule W1).
        let list = match fresh.is_empty() {
            true => Tree::Plain("[]".into()),
            false => Tree::List(fresh),
        };
        return edits.append("steps", &list);
    };
    match &entry.value.shape {
        Shape::Scalar { .. } if !entry.value.is_empty() => edits.add_lines(&entry.value, more),
        Shape::List { items, .. } => {
            let kept: Vec<Kept> = items.iter().map(|_| Kept::Same).collect();
            edits.list(&entry.value, entry.span.end, &kept, fresh)
        }
        _ => edits.list(&entry.value, entry.span.end, &[], fresh),
    }
}
