//! Many stories at once: found, played twice, compared with their snapshots, reported.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::foresee::Foresight;
use super::play::{Judged, PlayOptions, Played, play};
use super::snapshot::{orphans, snapshot_of, snapshot_path, snapshot_text};
use super::{files, junit, lesson};
use crate::file::Document;
use crate::kind::Kinds;
use similar::TextDiff;

/// What of the environment matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Environment {
    /// `CI` is set: nothing is written.
    pub ci: bool,
    /// `GITHUB_ACTIONS` is set: annotations are printed too.
    pub github: bool,
}

/// How stories are tested.
#[derive(Clone, PartialEq, Debug)]
pub struct TestOptions {
    /// What paths are relative to.
    pub base: PathBuf,
    /// Files, directories and patterns; `scenarios` if none.
    pub paths: Vec<String>,
    /// Whether what comes out is right from now on.
    pub accept: bool,
    /// Whether to name the stories, and play none.
    pub list: bool,
    /// How each is played; whether plans are compared with applies.
    pub play: PlayOptions,
    /// A file for a JUnit report.
    pub junit: Option<PathBuf>,
    /// Whether all that is told is one object of JSON.
    pub json: bool,
    /// What of the environment matters.
    pub environment: Environment,
}

impl Default for TestOptions {
    fn default() -> TestOptions {
        TestOptions {
            base: PathBuf::from("."),
            paths: Vec::new(),
            accept: false,
            list: false,
            play: PlayOptions::default(),
            junit: None,
            json: false,
            environment: Environment::default(),
        }
    }
}

/// Something that is wrong with a story.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The line of the story, from 1; 0 if it is about none.
    pub line: u32,
    /// What is wrong, in one line or more.
    pub text: String,
}

impl Problem {
    fn new(text: impl Into<String>) -> Problem {
        Problem {
            line: 0,
            text: text.into(),
        }
    }
}

/// What came of one story.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tested {
    /// Its path, as it was given or found.
    pub name: String,
    /// What is wrong; nothing if it is well.
    pub problems: Vec<Problem>,
    /// How its plans compare with its applies, if that was asked for.
    pub foresight: Foresight,
}

impl Tested {
    /// Whether nothing is wrong.
    pub fn is_ok(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Tests stories, and tells of each on `out`. The exit code: 0 if all are well, 1 if one differs, is missing or orphaned, cannot
/// be read, or if there is none.
pub fn run_tests(options: &TestOptions, out: &mut dyn Write) -> i32 {
    let came = match options.json {
        true => run(options, &mut std::io::sink()),
        false => run(options, out),
    };
    let told = match &came {
        came if options.json => writeln!(out, "{}", junit::json(options, came)),
        Err(why) => writeln!(out, "error: {why}"),
        Ok(_) => Ok(()),
    };
    // Where nobody reads any more there is nobody to tell.
    let _ = told;
    i32::from(!came.is_ok_and(|came| came.is_well()))
}

/// What came of all stories.
#[derive(Default)]
pub(super) struct Came {
    /// Those that were found.
    pub stories: Vec<PathBuf>,
    /// Those that were played.
    pub tested: Vec<Tested>,
    /// Snapshots of stories that are gone.
    pub orphans: Vec<PathBuf>,
}

impl Came {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.orphans.is_empty() && self.tested.iter().all(Tested::is_ok)
    }

    /// How the plans of all compare with their applies.
    pub fn foresight(&self) -> Foresight {
        let mut all = Foresight::default();
        let each = self.tested.iter().map(|test| test.foresight.clone());
        each.for_each(|one| all.add(one));
        all
    }
}

fn run(options: &TestOptions, out: &mut dyn Write) -> Result<Came, String> {
    if options.accept && options.environment.ci {
        return Err("--accept is refused where CI is set: accept at home, and commit".into());
    }
    let scenarios = ["scenarios".to_owned()];
    let paths = match options.paths.as_slice() {
        [] => &scenarios,
        paths => paths,
    };
    let mut came = Came {
        stories: files::collect(&options.base, paths)?,
        ..Came::default()
    };
    if came.stories.is_empty() {
        return Err(format!("there is no story in {}", paths.join(", ")));
    }
    if options.list {
        for story in &came.stories {
            let _ = writeln!(out, "{}", story.display());
        }
        return Ok(came);
    }
    let report = options.junit.as_ref().map(|path| options.base.join(path));
    if let Some(path) = &report {
        files::begin(path)?;
    }
    for story in &came.stories {
        let test = test_one(options, story);
        tell(options, &test, out);
        came.tested.push(test);
    }
    if paths.iter().any(|path| options.base.join(path).is_dir()) {
        came.orphans = orphans(&options.base, &came.stories);
    }
    for orphan in &came.orphans {
        let _ = writeln!(
            out,
            "ORPHAN  {}: it belongs to no story; remove it",
            orphan.display()
        );
    }
    if let Some(path) = &report {
        files::write(path, &junit::junit(&came.tested))?;
    }
    sum_up(options, &came, out);
    Ok(came)
}

/// `1 story`, `2 stories`.
pub(super) fn stories(n: usize) -> String {
    match n {
        1 => "1 story".to_owned(),
        n => format!("{n} stories"),
    }
}

fn tell(options: &TestOptions, test: &Tested, out: &mut dyn Write) {
    let word = if test.is_ok() { "ok    " } else { "FAILED" };
    let _ = writeln!(out, "{word}  {}", test.name);
    for problem in &test.problems {
        for line in problem.text.lines() {
            let _ = writeln!(out, "{}", format!("        {line}").trim_end());
        }
    }
    if options.environment.github {
        let _ = write!(out, "{}", junit::annotations(test));
    }
}

fn sum_up(options: &TestOptions, came: &Came, out: &mut dyn Write) {
    let (tested, orphans) = (&came.tested, came.orphans.len());
    let failed = tested.iter().filter(|test| !test.is_ok()).count();
    let mut line = format!("{}: {} ok", stories(tested.len()), tested.len() - failed);
    for (n, word) in [(failed, "failed"), (orphans, "orphaned")] {
        if n > 0 {
            line.push_str(&format!(", {n} {word}"));
        }
    }
    let _ = writeln!(out, "\n{line}");
    if options.play.check_plan {
        let _ = writeln!(out, "{}", came.foresight());
    }
}

/// Tests one story.
pub fn test_one(options: &TestOptions, story: &Path) -> Tested {
    let mut test = Tested {
        name: story.display().to_string(),
        ..Tested::default()
    };
    let document = match crate::file::load(&options.base.join(story), &Kinds) {
        Ok(document) => document,
        Err(error) => {
            let place = error
                .problems()
                .first()
                .map_or(0, |problem| problem.place.line);
            test.problems.push(Problem {
                line: place,
                text: error.to_string(),
            });
            return test;
        }
    };
    if document.story.is_none() {
        let text = "it is a graph, and no story: add `world`, `steps`, `expect` or `lesson`";
        test.problems.push(Problem::new(text));
        return test;
    }
    match twice(&document, &options.play) {
        Ok(played) => {
            judge(&mut test, &played);
            test.problems
                .extend(lesson::problems(&document, &options.play));
            compare(&mut test, options, story, &played);
            test.foresight = played.foresight;
        }
        Err(problem) => test.problems.push(problem),
    }
    test
}

/// Played twice, and the same byte for byte; else what differs.
fn twice(document: &Document, options: &PlayOptions) -> Result<Played, Problem> {
    let failed = |error: crate::command::SessionError| Problem::new(error.to_string());
    let first = play(document, options).map_err(failed)?;
    let second = play(document, options).map_err(failed)?;
    if first == second {
        return Ok(first);
    }
    let what = "it was played twice, and was not the same";
    let diff = diff(&first.trace, &second.trace, "first", "second");
    Err(Problem::new(format!("{what}\n{diff}")))
}

fn judge(test: &mut Tested, played: &Played) {
    for Judged {
        expectation,
        verdict,
    } in &played.verdicts
    {
        if verdict.holds {
            continue;
        }
        test.problems.push(Problem {
            line: expectation.place.line,
            text: verdict.told(&expectation.text),
        });
    }
    for failed in &played.unexpected {
        test.problems.push(Problem {
            line: failed.step.place.line,
            text: failed.to_string(),
        });
    }
    for wrong in &played.foresight.wrong {
        test.problems.push(Problem::new(format!("plan: {wrong}")));
    }
}

fn compare(test: &mut Tested, options: &TestOptions, story: &Path, played: &Played) {
    let path = snapshot_path(&options.base, story);
    let new = path.with_extension("snap.new");
    let there = files::read(&path);
    let wanted = there.as_deref().map(|text| snapshot_of(text).1);
    let may_write = !options.environment.ci;
    if wanted == Some(played.trace.trim_end()) {
        if may_write {
            files::remove(&new);
        }
        return;
    }
    let text = snapshot_text(&options.base, story, &played.trace);
    if options.accept && test.is_ok() {
        match files::write(&path, &text) {
            Ok(()) => files::remove(&new),
            Err(why) => test.problems.push(Problem::new(why)),
        }
        return;
    }
    if options.accept {
        let why = not_accepted(played);
        test.problems.push(Problem::new(format!(
            "its trace was not accepted, because {why}"
        )));
        return;
    }
    if may_write && let Err(why) = files::write(&new, &text) {
        test.problems.push(Problem::new(why));
    }
    let told = match wanted {
        Some(wanted) => {
            let diff = diff(wanted, played.trace.trim_end(), "snapshot", "now");
            format!("its trace is not that of {}\n{diff}", path.display())
        }
        None => format!("there is no {}: `--accept` writes it", path.display()),
    };
    test.problems.push(Problem::new(told));
}

/// Why what came out is not taken as right.
fn not_accepted(played: &Played) -> &'static str {
    if played.verdicts.iter().any(|judged| !judged.verdict.holds) {
        "expectations do not hold"
    } else if !played.unexpected.is_empty() {
        "a step failed"
    } else if !played.foresight.wrong.is_empty() {
        "a plan was wrong"
    } else {
        "it is no good lesson"
    }
}

fn diff(old: &str, new: &str, before: &str, now: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff()
        .context_radius(3)
        .missing_newline_hint(false)
        .header(before, now)
        .to_string()
}
