//! Every story: played twice, the same byte for byte, as its snapshot says; plans that say what applies do. And the runner itself.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use weft::file::{self, Expect};
use weft::kind::Kinds;
use weft::scenario::{
    Environment, PlayOptions, Played, TestOptions, play, rehearse, run_tests, snapshot_of,
    snapshot_path,
};

type Outcome = Result<(), Box<dyn Error>>;

const NEVER_WRITE: Environment = Environment {
    ci: true,
    github: false,
};

fn tested(options: &TestOptions) -> (i32, String) {
    let mut out = Vec::new();
    let code = run_tests(options, &mut out);
    (code, String::from_utf8_lossy(&out).into_owned())
}

/// Rule L4 too: where a plan names no unknown, the apply does just what it said.
#[test]
fn every_story_is_as_its_snapshot_says_and_every_plan_was_right() {
    let (code, told) = tested(&TestOptions {
        base: env!("CARGO_MANIFEST_DIR").into(),
        environment: NEVER_WRITE,
        play: PlayOptions {
            check_plan: true,
            ..PlayOptions::default()
        },
        ..TestOptions::default()
    });
    assert_eq!(code, 0, "{told}");
    assert!(told.contains(" 0 wrong"), "{told}");
}

/// Other seeds and other numbers of jobs change the order, and nothing that a story expects.
#[test]
fn what_stories_expect_does_not_hang_on_chance() -> Outcome {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ext| ext != "yaml") {
            continue;
        }
        let document = file::load(&path, &Kinds)?;
        for (seed, jobs) in [(1, 1), (2, 2), (3, 8)] {
            let options = PlayOptions {
                jobs,
                seed: Some(seed),
                check_plan: true,
            };
            let played = play(&document, &options)?;
            assert!(
                played.is_well() && played.foresight.wrong.is_empty(),
                "{} with seed {seed} and {jobs} jobs: {:#?}\n{}",
                path.display(),
                wrong(&played),
                played.trace
            );
        }
    }
    Ok(())
}

/// What is said of a step without running it, is what running it says: no story is refused for what a session would do.
#[test]
fn what_is_wrong_with_a_step_is_said_before_it_is_run() -> Outcome {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut foreseen = 0;
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ext| ext != "yaml") {
            continue;
        }
        let mut document = file::load(&path, &Kinds)?;
        let told = rehearse(&document);
        assert!(told.is_empty(), "{}: {told:?}", path.display());
        let story = document.story.as_mut().ok_or("a story")?;
        story
            .expect
            .retain(|expect| !matches!(expect.says, Expect::Error(_)));
        let played = play(&document, &PlayOptions::default())?;
        for problem in rehearse(&document) {
            let what = problem.what.split(": expected").next().unwrap_or_default();
            let said = played.errors.iter().any(|error| error.contains(what));
            assert!(said, "{problem} is not in {:#?}", played.errors);
            foreseen += 1;
        }
    }
    assert!(foreseen > 2, "{foreseen} problems in all");
    Ok(())
}

fn wrong(played: &Played) -> Vec<String> {
    let verdicts = played.verdicts.iter();
    let verdicts = verdicts.filter(|judged| !judged.verdict.holds);
    verdicts
        .map(|judged| format!("{}: {}", judged.expectation, judged.verdict))
        .chain(played.unexpected.iter().map(ToString::to_string))
        .chain(played.foresight.wrong.iter().cloned())
        .collect()
}

/// A new empty directory with a story in it.
fn yard(name: &str) -> Result<TestOptions, Box<dyn Error>> {
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("scenarios-{name}"));
    if base.exists() {
        fs::remove_dir_all(&base)?;
    }
    fs::create_dir_all(base.join("scenarios/graphs"))?;
    fs::create_dir_all(base.join("snapshots"))?;
    fs::write(base.join("scenarios/graphs/base.yaml"), "graph: base\n")?;
    fs::write(base.join("scenarios/one.yaml"), ONE)?;
    Ok(TestOptions {
        base,
        ..TestOptions::default()
    })
}

const ONE: &str = "\
resources:
  file:
  - name: /etc/motd
    content: hello
steps:
- apply
expect:
- /etc/motd has hello
";

#[test]
fn a_new_story_is_accepted_once_and_then_compared() -> Outcome {
    let mut options = yard("accept")?;
    let snap = options.base.join("snapshots/one.snap");
    let new = options.base.join("snapshots/one.snap.new");
    let (code, told) = tested(&options);
    assert_eq!(code, 1);
    assert!(told.contains("FAILED  scenarios/one.yaml"), "{told}");
    assert!(told.contains("`--accept` writes it"), "{told}");
    assert!(new.exists() && !snap.exists());
    options.accept = true;
    assert_eq!(tested(&options).0, 0);
    assert!(snap.exists() && !new.exists());
    let text = fs::read_to_string(&snap)?;
    assert!(text.starts_with("---\nsource: scenarios/one.yaml\nexpression: trace\n---\n"));
    assert!(text.ends_with("  exit 0\n"), "{text}");
    options.accept = false;
    let (code, told) = tested(&options);
    assert_eq!(
        (code, told.as_str()),
        (0, "ok      scenarios/one.yaml\n\n1 story: 1 ok\n")
    );
    fs::write(
        options.base.join("scenarios/one.yaml"),
        ONE.replace("motd\n", "issue\n")
            .replace("motd has", "issue has"),
    )?;
    let (code, told) = tested(&options);
    assert_eq!(code, 1);
    assert!(
        told.contains("-    0.000  changed    file[/etc/motd]"),
        "{told}"
    );
    assert!(
        told.contains("+    0.000  changed    file[/etc/issue]"),
        "{told}"
    );
    assert!(new.exists());
    Ok(())
}

/// insta's own reader takes each snapshot of a story, and its own writer gives it back byte for byte: so its review tool can, also
/// where a path has to be quoted.
#[test]
fn insta_reads_what_is_written_and_writes_it_back_as_it_was() -> Outcome {
    let mut options = yard("insta")?;
    let odd = ["it's - a: \"1\" #2.yaml", "a b.yaml", "@x.yaml", "ä.yaml"];
    for name in odd {
        fs::write(options.base.join("scenarios").join(name), ONE)?;
    }
    options.accept = true;
    assert_eq!(tested(&options).0, 0);
    options.accept = false;
    assert_eq!(tested(&options).0, 0, "as they were written, they are read");
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = vec![];
    for base in [own, &options.base] {
        for entry in fs::read_dir(base.join("snapshots"))? {
            let path = entry?.path();
            let is_one = path.extension().is_some_and(|ext| ext == "snap");
            all.extend(is_one.then_some(path));
        }
    }
    assert!(all.len() > odd.len() + 20, "{all:?}");
    let again = options.base.join("again");
    for path in all {
        let (text, read) = (
            fs::read_to_string(&path)?,
            insta::Snapshot::from_file(&path)?,
        );
        assert_eq!(read.metadata().expression(), Some("trace"), "{path:?}");
        read.save(&again)?;
        assert_eq!(fs::read_to_string(&again)?, text, "{path:?}");
    }
    Ok(())
}

/// What is not right is not accepted, and leaves nothing behind; a step that failed is named with its line.
#[test]
fn what_fails_is_not_accepted() -> Outcome {
    let mut options = yard("unaccepted")?;
    options.accept = true;
    let story = options.base.join("scenarios/one.yaml");
    for (from, to, says) in [
        (
            "has hello",
            "has world",
            "not accepted, because expectations do not hold",
        ),
        (
            "- apply\n",
            "- apply\n- continue\n",
            "not accepted, because a step failed",
        ),
        (
            "- apply\n",
            "- apply\n- continue\n",
            "the step `continue` in line 7 failed, and no expectation says so: error: nothing runs",
        ),
    ] {
        fs::write(&story, ONE.replace(from, to))?;
        let (code, told) = tested(&options);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains(says) && !told.contains("--accept"), "{told}");
        assert_eq!(fs::read_dir(options.base.join("snapshots"))?.count(), 0);
    }
    Ok(())
}

#[test]
fn nothing_is_written_where_ci_is_set() -> Outcome {
    let mut options = yard("ci")?;
    options.environment = NEVER_WRITE;
    assert_eq!(tested(&options).0, 1);
    options.accept = true;
    let (code, told) = tested(&options);
    assert_eq!(code, 1);
    assert!(told.contains("--accept is refused"), "{told}");
    assert_eq!(fs::read_dir(options.base.join("snapshots"))?.count(), 0);
    Ok(())
}

#[test]
fn a_snapshot_without_a_story_fails_and_other_tests_snapshots_do_not() -> Outcome {
    let mut options = yard("orphan")?;
    options.accept = true;
    assert_eq!(tested(&options).0, 0);
    let snapshots = options.base.join("snapshots");
    fs::create_dir_all(snapshots.join("tui"))?;
    fs::copy(snapshots.join("one.snap"), snapshots.join("tui/gone.snap"))?;
    fs::write(
        snapshots.join("other.snap"),
        "---\nsource: tests/cli.rs\nexpression: x\n---\nx\n",
    )?;
    assert_eq!(tested(&options).0, 0);
    for (name, text) in [
        ("copy.snap", fs::read_to_string(snapshots.join("one.snap"))?),
        ("bare.snap", "no head\n".to_owned()),
    ] {
        fs::write(snapshots.join(name), text)?;
        let (code, told) = tested(&options);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains("ORPHAN") && told.contains(name), "{told}");
        fs::remove_file(snapshots.join(name))?;
    }
    fs::rename(
        options.base.join("scenarios/one.yaml"),
        options.base.join("scenarios/two.yaml"),
    )?;
    let (code, told) = tested(&options);
    assert_eq!(code, 1);
    assert!(
        told.contains("ORPHAN") && told.contains("one.snap"),
        "{told}"
    );
    assert!(told.contains("1 story: 1 ok, 1 orphaned"), "{told}");
    Ok(())
}

#[test]
fn no_story_at_all_is_a_failure() -> Outcome {
    for (name, path, says) in [
        (
            "empty",
            "scenarios/graphs",
            "there is no story in scenarios/graphs",
        ),
        ("none", "nowhere", "there is no `nowhere`"),
        (
            "glob",
            "scenarios/x*.yaml",
            "`scenarios/x*.yaml` matches no story",
        ),
    ] {
        let mut options = yard(name)?;
        options.paths = vec![path.to_owned()];
        if name == "empty" {
            fs::remove_file(options.base.join("scenarios/graphs/base.yaml"))?;
        }
        let (code, told) = tested(&options);
        assert_eq!((code, told), (1, format!("error: {says}\n")));
    }
    Ok(())
}

#[test]
fn a_failed_expectation_tells_what_was_found_and_why() -> Outcome {
    let mut options = yard("why")?;
    options.environment.github = true;
    options.junit = Some("report.xml".into());
    let story = ONE.replace("has hello", "has bye\n- file[/etc/motd] refreshed 1");
    fs::write(options.base.join("scenarios/one.yaml"), story)?;
    let (code, told) = tested(&options);
    assert_eq!(code, 1);
    for line in [
        "        expected `/etc/motd has bye`: wanted bye, found hello",
        "        expected `file[/etc/motd] refreshed 1`: wanted 1 time, found never",
        "why: 0.000  start",
        "::error file=scenarios/one.yaml,line=8::expected `/etc/motd has bye`",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let report = fs::read_to_string(options.base.join("report.xml"))?;
    assert!(
        report.contains("<failure message=\"expected `/etc/motd has bye`"),
        "{report}"
    );
    options.accept = true;
    assert_eq!(
        tested(&options).0,
        1,
        "what is not as expected is not accepted"
    );
    assert!(!options.base.join("snapshots/one.snap").exists());
    Ok(())
}

/// Rule W2.
#[test]
fn a_story_that_asks_for_the_host_is_refused_and_touches_nothing() -> Outcome {
    let options = yard("w2")?;
    let file = options.base.join("made");
    let story = format!(
        "resources:\n  file:\n  - name: {}\n    content: x\nsteps:\n- world host\n- apply\n",
        file.display()
    );
    fs::write(options.base.join("scenarios/one.yaml"), &story)?;
    let (code, told) = tested(&options);
    assert_eq!(code, 1);
    assert!(
        told.contains("a step cannot ask for another world"),
        "{told}"
    );
    fs::write(
        options.base.join("scenarios/one.yaml"),
        story.replace("- world host\n", ""),
    )?;
    tested(&options);
    assert!(!file.exists(), "a story changed this machine");
    Ok(())
}

#[test]
fn stories_are_listed_and_a_graph_is_none() -> Outcome {
    let mut options = yard("list")?;
    fs::create_dir_all(options.base.join("scenarios/sub"))?;
    fs::write(options.base.join("scenarios/sub/two.yaml"), "graph: two\n")?;
    options.list = true;
    let wanted = "scenarios/one.yaml\nscenarios/sub/two.yaml\n".to_owned();
    assert_eq!(tested(&options), (0, wanted));
    options.list = false;
    options.paths = vec!["scenarios/sub/*.yaml".into()];
    let (code, told) = tested(&options);
    assert_eq!(code, 1);
    assert!(told.contains("it is a graph, and no story"), "{told}");
    let path = snapshot_path(&options.base, Path::new("scenarios/sub/two.yaml"));
    assert_eq!(path, options.base.join("snapshots/sub/two.snap"));
    Ok(())
}

#[test]
fn snapshots_hold_no_secret() -> Outcome {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let text = fs::read_to_string(dir.join("secrets.snap"))?;
    assert!(snapshot_of(&text).1.contains("•••"));
    assert!(!text.contains("hunter2"), "{text}");
    Ok(())
}
