//! Many stories explored, and told of; a point that was not right is written as a story that replays it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::{Explore, Explored, Finding, explore};
use crate::file::{Document, Step, Story, save_as};
use crate::kind::Kinds;
use crate::scenario::runner::stories;
use crate::scenario::{TestOptions, files};

/// So many points of one story are written down; the rest is only counted.
const WRITTEN: usize = 3;

/// Explores stories, and tells of each on `out`. The exit code: 1 if a point was not right, a story cannot be read, or there is
/// none.
pub fn run_explore(
    options: &TestOptions,
    what: Explore,
    replays: &Path,
    out: &mut dyn Write,
) -> i32 {
    let mut sink = std::io::sink();
    let told: &mut dyn Write = if options.json { &mut sink } else { out };
    let all = match all(options, what, told) {
        Ok(all) => all,
        Err(why) => {
            let _ = match options.json {
                true => writeln!(out, "{}", All::default().json(what, Some(&why))),
                false => writeln!(out, "error: {why}"),
            };
            return 1;
        }
    };
    let mut lines = Vec::new();
    if options.json {
        let _ = writeln!(out, "{}", all.json(what, None));
        all.write(options, replays, &mut lines);
    } else {
        all.sum_up(what, out);
        all.write(options, replays, &mut lines);
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }
    i32::from(all.failed > 0)
}

fn all(options: &TestOptions, what: Explore, out: &mut dyn Write) -> Result<All, String> {
    let scenarios = ["scenarios".to_owned()];
    let paths = match options.paths.as_slice() {
        [] => &scenarios,
        paths => paths,
    };
    let stories = files::collect(&options.base, paths)?;
    if stories.is_empty() {
        return Err(format!("there is no story in {}", paths.join(", ")));
    }
    let mut all = All {
        stories: stories.len(),
        ..All::default()
    };
    for story in &stories {
        let (word, points, problems) = match one(options, what, story, &mut all) {
            Ok(points) => ("ok    ", points, Vec::new()),
            Err((points, problems)) => ("FAILED", points, problems),
        };
        let _ = writeln!(out, "{word}  {:<32}  {points}", story.display());
        for line in problems {
            let _ = writeln!(out, "        {line}");
        }
    }
    Ok(all)
}

#[derive(Default)]
struct All {
    stories: usize,
    points: BTreeMap<&'static str, usize>,
    schedules: usize,
    failed: usize,
    left_out: Vec<(String, String)>,
    masked: usize,
    findings: Vec<serde_json::Value>,
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
    all.take(what, story, &document, &explored)
}

impl All {
    fn take(
        &mut self,
        what: Explore,
        story: &Path,
        document: &Document,
        explored: &Explored,
    ) -> Told {
        let points: usize = explored.points.values().sum();
        for (class, count) in &explored.points {
            *self.points.entry(class).or_default() += count;
        }
        self.masked += explored.masked;
        self.schedules += explored.schedules;
        for Finding {
            point,
            wrong,
            steps,
        } in &explored.findings
        {
            self.findings.push(serde_json::json!({
                "story": story.display().to_string(),
                "class": point.as_ref().map(|point| point.class),
                "point": point.as_ref().map(|point| point.to_string()),
                "wrong": wrong,
                "steps": steps,
            }));
        }
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
            let path = story.with_extension("");
            let parts = path.components().filter_map(|part| match part {
                std::path::Component::Normal(part) => Some(part.to_string_lossy()),
                _ => None,
            });
            let parts: Vec<_> = parts.collect();
            let name = format!("{}-{}-{}.yaml", what.word(), parts.join("-"), at + 1);
            self.replays.push((name, replay(document, finding)));
        }
        if count > WRITTEN {
            lines.push(format!("and {} more", count - WRITTEN));
        }
        Err((format!("{points} points, {count} not right"), lines))
    }

    fn sum_up(&self, what: Explore, out: &mut dyn Write) {
        let total: usize = self.points.values().sum();
        let classes = what.classes().iter();
        let each = classes.map(|class| (self.points.get(class).copied().unwrap_or(0), *class));
        let more = [
            (total, "points in all"),
            (
                self.schedules,
                "courses that the stories took, each its own among them, as what happens at once came in other orders",
            ),
            (
                self.masked,
                "files whose content was not compared: it differs by chance, or by how often a command ran",
            ),
        ];
        let _ = writeln!(out);
        for (count, what) in each.chain(more) {
            let _ = writeln!(out, "{count:>8}  {what}");
        }
        let (failed, out_of) = (self.failed, self.left_out.len());
        let well = self.stories - failed - out_of;
        let _ = writeln!(
            out,
            "\n{}: {well} ok, {failed} failed, {out_of} left out",
            stories(self.stories)
        );
    }

    /// As one object, format 1; with why nothing was explored.
    fn json(&self, what: Explore, error: Option<&str>) -> serde_json::Value {
        let count = |class: &&'static str| {
            let count = self.points.get(class).copied().unwrap_or(0);
            ((*class).to_owned(), count.into())
        };
        let points: serde_json::Map<String, serde_json::Value> =
            what.classes().iter().map(count).collect();
        serde_json::json!({
            "format": 1,
            "ok": error.is_none() && self.failed == 0,
            "error": error,
            "stories": self.stories,
            "failed": self.failed,
            "left_out": self.left_out,
            "points": points,
            "schedules": self.schedules,
            "not_compared": self.masked,
            "findings": self.findings,
        })
    }

    fn write(&self, options: &TestOptions, replays: &Path, lines: &mut Vec<String>) {
        if options.environment.ci {
            return;
        }
        for (name, text) in &self.replays {
            let path = replays.join(name);
            lines.push(match files::write(&options.base.join(&path), text) {
                Ok(()) => format!("written: {}", path.display()),
                Err(why) => format!("error: {why}"),
            });
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
    let mut story = Story {
        steps: finding.steps.iter().map(step).collect(),
        expect: Vec::new(),
        ..document.story.clone().unwrap_or_default()
    };
    let order = finding
        .point
        .as_ref()
        .and_then(|point| point.schedule.order);
    story.seed = order.unwrap_or(story.seed);
    let mut document = document.clone();
    document.about = Some(format!("Found by exploring. {what}: {about}"));
    save_as(Some(&document), &document.graph, Some(&story), &Kinds).text
}
