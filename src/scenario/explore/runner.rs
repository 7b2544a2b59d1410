//! Many stories explored, and told of; a point that was not right is written as a story that replays it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::{Explore, Explored, Finding, explore};
use crate::file::{Document, Step, Story, save_as};
use crate::kind::Kinds;
use crate::scenario::{TestOptions, files};

/// So many points of one story are written down; the rest is only counted.
const WRITTEN: usize = 3;

/// Explores stories, and tells of each on `out`. The exit code: 1 if a point was not right, a story cannot be read, there is none,
/// or a class has no point.
pub fn run_explore(
    options: &TestOptions,
    what: Explore,
    replays: &Path,
    out: &mut dyn Write,
) -> i32 {
    let scenarios = ["scenarios".to_owned()];
    let paths = match options.paths.as_slice() {
        [] => &scenarios,
        paths => paths,
    };
    let stories = match files::collect(&options.base, paths) {
        Ok(stories) if stories.is_empty() => {
            Err(format!("there is no story in {}", paths.join(", ")))
        }
        other => other,
    };
    let stories = match stories {
        Ok(stories) => stories,
        Err(why) => {
            let _ = writeln!(out, "error: {why}");
            return 1;
        }
    };
    let mut all = All::default();
    for story in &stories {
        let told = one(options, what, story, &mut all);
        let word = if told.is_ok() { "ok    " } else { "FAILED" };
        let (points, problems) = match told {
            Ok(points) => (points, Vec::new()),
            Err((points, problems)) => (points, problems),
        };
        let _ = writeln!(out, "{word}  {:<32}  {points}", story.display());
        for line in problems {
            let _ = writeln!(out, "        {line}");
        }
    }
    all.sum_up(what, stories.len(), out);
    all.write(options, replays, out);
    i32::from(!all.is_well())
}

#[derive(Default)]
struct All {
    points: BTreeMap<&'static str, usize>,
    failed: usize,
    left_out: Vec<(String, String)>,
    masked: usize,
    replays: Vec<(String, String)>,
}

type Told = Result<String, (String, Vec<String>)>;

fn one(options: &TestOptions, what: Explore, story: &Path, all: &mut All) -> Told {
    let none = |all: &mut All, why: String| {
        all.failed += 1;
        Err((String::new(), why.lines().map(str::to_owned).collect()))
    };
    let document = match crate::file::load(&options.base.join(story), &Kinds) {
        Ok(document) => document,
        Err(error) => return none(all, error.to_string()),
    };
    if document.story.is_none() {
        return none(all, "it is a graph, and no story".into());
    }
    let explored = match explore(&document, &options.play, what) {
        Ok(explored) => explored,
        Err(error) => return none(all, error.to_string()),
    };
    all.take(story, &document, &explored)
}

impl All {
    fn take(&mut self, story: &Path, document: &Document, explored: &Explored) -> Told {
        let points: usize = explored.points.values().sum();
        for (class, count) in &explored.points {
            *self.points.entry(class).or_default() += count;
        }
        self.masked += explored.masked;
        if let Some(why) = &explored.left_out {
            self.left_out
                .push((story.display().to_string(), why.clone()));
            return Ok(format!("left out: {why}"));
        }
        if explored.findings.is_empty() {
            return Ok(format!("{points} points"));
        }
        self.failed += 1;
        let count = explored.findings.len();
        let mut lines = Vec::new();
        for (at, finding) in explored.findings.iter().take(WRITTEN).enumerate() {
            lines.push(match &finding.point {
                Some(point) => format!("{}: {point}", point.class),
                None => "undisturbed".into(),
            });
            lines.extend(finding.wrong.iter().map(|wrong| format!("  {wrong}")));
            let stem = story.file_stem().unwrap_or_default().to_string_lossy();
            let name = format!("{stem}-{}.yaml", at + 1);
            self.replays.push((name, replay(document, finding)));
        }
        if count > WRITTEN {
            lines.push(format!("and {} more", count - WRITTEN));
        }
        Err((format!("{points} points, {count} not right"), lines))
    }

    fn is_well(&self) -> bool {
        self.failed == 0
    }

    fn sum_up(&self, what: Explore, stories: usize, out: &mut dyn Write) {
        let _ = writeln!(out);
        for class in what.classes() {
            let count = self.points.get(class).copied().unwrap_or_default();
            let _ = writeln!(out, "{count:>8}  {class}");
        }
        let total: usize = self.points.values().sum();
        let _ = writeln!(
            out,
            "{total:>8}  points in {stories} stories: {} failed, {} left out",
            self.failed,
            self.left_out.len()
        );
        let _ = writeln!(
            out,
            "{:>8}  paths whose contents are not compared",
            self.masked
        );
    }

    fn write(&self, options: &TestOptions, replays: &Path, out: &mut dyn Write) {
        if options.environment.ci {
            return;
        }
        for (name, text) in &self.replays {
            let path = replays.join(name);
            let told = match files::write(&options.base.join(&path), text) {
                Ok(()) => format!("written: {}", path.display()),
                Err(why) => format!("error: {why}"),
            };
            let _ = writeln!(out, "{told}");
        }
    }
}

/// A story that does what the play of this finding did.
pub fn replay(document: &Document, finding: &Finding) -> String {
    let about = finding.wrong.join("; ");
    let what = finding
        .point
        .as_ref()
        .map_or("undisturbed".to_owned(), |point| {
            format!("{}: {point}", point.class)
        });
    let step = |text: &String| Step {
        text: text.clone(),
        place: Default::default(),
    };
    let story = Story {
        steps: finding.steps.iter().map(step).collect(),
        expect: Vec::new(),
        ..document.story.clone().unwrap_or_default()
    };
    let mut document = document.clone();
    document.about = Some(format!("Found by exploring. {what}: {about}"));
    save_as(Some(&document), &document.graph, Some(&story), &Kinds).text
}
