//! Every lesson, by its good way, without doing anything, by attempts that are not right, and by another right way.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use weft::command::lessons::{LESSONS, compiled_in};
use weft::command::session::LessonView;
use weft::file::{Document, Lesson, Step};
use weft::scenario::{PlayOptions, TestOptions, attempt, rehearse, run_tests};

type Outcome = Result<(), Box<dyn Error>>;

fn lesson(document: &Document) -> &Lesson {
    let story = document.story.as_ref().expect("a story");
    story.lesson.as_ref().expect("a lesson")
}

fn after(document: &Document, steps: &[Step]) -> LessonView {
    let view = attempt(document, &PlayOptions::default(), steps);
    view.expect("it begins").expect("a lesson is on")
}

fn steps(lines: &[&str]) -> Vec<Step> {
    let step = |line: &&str| Step {
        text: (*line).to_owned(),
        place: Default::default(),
    };
    lines.iter().map(step).collect()
}

#[test]
fn each_is_in_the_folder_and_in_the_table() -> Outcome {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lessons");
    let files = fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path()));
    let files: Vec<PathBuf> = files.collect::<Result<_, _>>()?;
    let mut stems: Vec<_> = files
        .iter()
        .filter_map(|path| path.file_stem()?.to_str())
        .collect();
    let mut names: Vec<_> = LESSONS.iter().map(|lesson| lesson.name).collect();
    stems.sort_unstable();
    names.sort_unstable();
    assert_eq!(stems, names);
    assert!(names.len() >= 10);
    Ok(())
}

#[test]
fn each_teaches_what_it_says() -> Outcome {
    for built_in in LESSONS {
        let name = built_in.name;
        let document = compiled_in(name, built_in.text)?;
        let told = rehearse(&document);
        assert!(told.is_empty(), "{name}: {told:?}");
        let lesson = lesson(&document);
        assert!(!lesson.text.is_empty() && lesson.hints.len() >= 3, "{name}");
        assert!(
            !lesson.wrong.is_empty() && !lesson.other.is_empty(),
            "{name}"
        );
        let par = after(&document, &lesson.par);
        assert!(par.done, "{name}: {par:#?}");
        assert_eq!(
            par.commands, par.par,
            "{name}: its good way is not what it costs"
        );
        let none = after(&document, &[]);
        assert!(
            !none.done && !none.checks.iter().all(|(_, holds)| *holds),
            "{name}"
        );
        let wrong = after(&document, &lesson.wrong);
        assert!(!wrong.done && wrong.told.is_some(), "{name}: {wrong:#?}");
        let other = after(&document, &lesson.other);
        assert!(other.done, "{name}: {other:#?}");
        let differs = lesson
            .other
            .iter()
            .map(|step| &step.text)
            .ne(lesson.par.iter().map(|step| &step.text));
        assert!(differs, "{name}");
    }
    Ok(())
}

/// Ways to meet the words of a goal without doing what it is about.
const SILLY: &[(&str, &[&str])] = &[
    ("first", &["sim write /etc/motd welcome"]),
    (
        "first",
        &[
            "add file /etc/motd",
            "apply",
            "sim write /etc/motd welcome",
            "apply",
        ],
    ),
    (
        "first",
        &[
            "add file /etc/motd content=hello",
            "apply",
            "set motd content=welcome",
        ],
    ),
    ("first", &["plan", "status", "learn par"]),
    (
        "order",
        &["apply file[/etc/app.conf]", "apply exec[migrate]", "apply"],
    ),
    (
        "order",
        &[
            "apply",
            "file[/etc/app.conf] -> exec[migrate] -> svc[app]",
            "apply",
        ],
    ),
    (
        "order",
        &[
            "drop exec[migrate]",
            "file[/etc/app.conf] -> svc[app]",
            "apply",
        ],
    ),
    (
        "idempotence",
        &["apply", "set admin refreshonly=true", "apply"],
    ),
    (
        "idempotence",
        &[
            "sim write /srv/app/users admin",
            "set admin refreshonly=true",
            "apply",
            "apply",
        ],
    ),
    ("idempotence", &["apply", "drop admin", "apply"]),
    (
        "idempotence",
        &["apply", "set admin meta.noop=true", "apply"],
    ),
    (
        "drift",
        &["watch", "sim write /srv/a x", "sim write /srv/b x"],
    ),
    (
        "drift",
        &["watch", "sim rm /etc/motd", "stop", "sim rm /etc/motd"],
    ),
    (
        "drift",
        &["sim rm /etc/motd", "apply", "watch", "sim rm /etc/motd"],
    ),
    (
        "drift",
        &["watch", "set motd mode=0600", "set motd mode=0644"],
    ),
    (
        "notify",
        &[
            "apply",
            "notify app",
            "apply",
            "file[/etc/app.conf] ~> svc[app]",
        ],
    ),
    ("notify", &["drop app.conf", "notify app", "apply"]),
    (
        "download",
        &["sim write /srv/tool \"version 3\"", "drop download"],
    ),
    (
        "download",
        &[
            "drop download",
            "add file /srv/tool content=\"version 3\"",
            "apply",
        ],
    ),
    (
        "send",
        &[
            "add file /etc/issue content=\"4f1c\\n\"",
            "apply",
            "set issue content=\"9a2b\\n\"",
            "apply",
        ],
    ),
    ("send", &["sim write /etc/issue 9a2b"]),
    (
        "password",
        &[
            "add password db",
            "add value conf value=\"user = shop\\npassword = x\\n\"",
            "value[conf].value -> shop.conf.content",
            "file[/etc/shop.conf] ~> svc[shop]",
            "apply",
            "set value[conf] value=\"user = shop\\npassword = y\\n\"",
            "apply",
        ],
    ),
    (
        "password",
        &[
            "add password db",
            "add value conf format=\"user = shop\\npassword = {}\\n\"",
            "password[db].password -> value[conf].value",
            "value[conf].value -> shop.conf.content",
            "apply; notify shop; apply",
            "notify db; apply; notify shop; apply",
        ],
    ),
    (
        "crash",
        &["sim restart", "cancel app", "notify app", "apply"],
    ),
    (
        "crash",
        &[
            "sim restart",
            "set app.conf content=\"workers = 9\\n\"",
            "apply",
        ],
    ),
    (
        "crash",
        &[
            "sim restart",
            "sim run systemctl reload app",
            "cancel app",
            "apply",
        ],
    ),
    (
        "dry-run",
        &[
            "plan",
            "apply",
            "sim write /etc/hosts \"10.0.0.7 backup\\n\"",
        ],
    ),
    ("dry-run", &["plan", "drop file[/etc/hosts]", "apply"]),
    (
        "dry-run",
        &[
            "apply",
            "plan",
            "set hosts content=\"10.0.0.7 backup\\n\"",
            "apply",
        ],
    ),
    ("dry-run", &["unset hosts content", "apply"]),
    ("failure", &["apply", "apply", "apply", "apply"]),
    ("failure", &["drop fetch", "apply"]),
    (
        "failure",
        &["sim write /srv/data 42", "set fetch meta.retry=3", "apply"],
    ),
    ("noop", &["apply file[/etc/web.conf] svc[web]"]),
    ("noop", &["set db.conf content=\"memory = 1G\\n\"", "apply"]),
    (
        "noop",
        &[
            "apply",
            "sim write /etc/db.conf \"memory = 1G\\n\"",
            "set db.conf meta.noop=true",
            "apply",
        ],
    ),
    (
        "noop",
        &[
            "set web.conf meta.noop=true",
            "set db.conf meta.noop=true",
            "apply",
        ],
    ),
];

#[test]
fn no_goal_is_reached_in_a_silly_way() -> Outcome {
    for built_in in LESSONS {
        let document = compiled_in(built_in.name, built_in.text)?;
        let ways = SILLY.iter().filter(|(name, _)| *name == built_in.name);
        let mut tried = 0;
        for (name, lines) in ways {
            let view = after(&document, &steps(lines));
            assert!(!view.done, "{name}: {lines:?}: {:#?}", view.checks);
            tried += 1;
        }
        assert!(tried >= 2, "{}: {tried} ways", built_in.name);
    }
    Ok(())
}

/// Other seeds and other numbers of jobs change nothing of what is reached.
#[test]
fn what_is_reached_does_not_hang_on_chance() -> Outcome {
    for built_in in LESSONS {
        let document = compiled_in(built_in.name, built_in.text)?;
        let lesson = lesson(&document);
        for (seed, jobs) in [(1, 1), (2, 2), (3, 8)] {
            let options = PlayOptions {
                jobs,
                seed: Some(seed),
                check_plan: false,
            };
            for (way, done) in [
                (&lesson.par, true),
                (&lesson.other, true),
                (&lesson.wrong, false),
            ] {
                let view = attempt(&document, &options, way)?.ok_or("a lesson")?;
                assert_eq!(
                    view.done, done,
                    "{} with seed {seed} and {jobs} jobs: {view:#?}",
                    built_in.name
                );
            }
        }
    }
    Ok(())
}

/// A lesson of one's own, and what is told of it where one of its lines is another.
const OWN: &str = "\
graph: own
lesson:
  title: Mine
  goal: A file.
  check:
  - expect: file[/etc/motd] changed 1
    hint: There is no file yet.
  par: [add file /etc/motd content=x, apply]
  wrong: [apply]
  other: [add file /etc/motd content=y; apply]
";

fn tested(name: &str, text: &str) -> Result<(i32, String), Box<dyn Error>> {
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lessons-{name}"));
    if base.exists() {
        fs::remove_dir_all(&base)?;
    }
    fs::create_dir_all(base.join("snapshots"))?;
    fs::write(base.join("own.yaml"), text)?;
    let options = TestOptions {
        base,
        paths: vec!["own.yaml".to_owned()],
        accept: true,
        ..TestOptions::default()
    };
    let mut out = Vec::new();
    let code = run_tests(&options, &mut out);
    Ok((code, String::from_utf8_lossy(&out).into_owned()))
}

#[test]
fn a_lesson_of_ones_own_is_tested_the_same_way() -> Outcome {
    let (code, told) = tested("well", OWN)?;
    assert_eq!(
        (code, told.as_str()),
        (0, "ok      own.yaml\n\n1 story: 1 ok\n")
    );
    let bare = OWN.split("  wrong:").next().unwrap_or_default();
    assert_eq!(
        tested("bare", bare)?.0,
        0,
        "which attempts it has is a person's choice"
    );
    for (from, to, says) in [
        (
            "par: [add file /etc/motd content=x, apply]",
            "par: [add file /etc/motd content=x]",
            "the lesson is not done by `par`: `file[/etc/motd] changed 1` is not so",
        ),
        (
            "other: [add file /etc/motd content=y; apply]",
            "other: [add file /etc/issue; apply]",
            "the lesson is not done by `other`: `file[/etc/motd] changed 1` is not so",
        ),
        (
            "wrong: [apply]",
            "wrong: [add file /etc/motd; apply]",
            "the lesson is done by `wrong`",
        ),
        (
            "wrong: [apply]",
            "wrong: [plan]",
            "`wrong` ends without a hint: none stands at `file[/etc/motd] changed 1`",
        ),
        (
            "    hint: There is no file yet.\n",
            "",
            "no check has a hint for `wrong`",
        ),
        (
            "- expect: file[/etc/motd] changed 1\n    hint: There",
            "- expect: changes 1+\n    hint: There",
            "ok      own.yaml",
        ),
        (
            "- expect: file[/etc/motd] changed 1\n    hint: There",
            "- expect: changes never\n    hint: There",
            "the lesson is done before anything is done",
        ),
    ] {
        let text = OWN.replacen(from, to, 1);
        assert_ne!(text, OWN);
        let (_, told) = tested("ill", &text)?;
        assert!(told.contains(says), "{says}: {told}");
    }
    Ok(())
}

/// What is wrong with the lines of an attempt is said without playing it.
#[test]
fn attempts_are_read_before_they_are_played() -> Outcome {
    for (from, to, says) in [
        (
            "par: [add file",
            "par: [add fiel",
            "there is no kind `fiel`",
        ),
        (
            "wrong: [apply]",
            "wrong: [aply]",
            "there is no command or vertex `aply`",
        ),
        (
            "other: [add file /etc/motd",
            "other: [add file /etc/motd moode=1",
            "`moode`",
        ),
        (
            "other: [add file /etc/motd",
            "other: [add file /etc/issue",
            "there is no file[/etc/motd]",
        ),
    ] {
        let document = compiled_in("own", &OWN.replacen(from, to, 1))?;
        let told: Vec<String> = rehearse(&document)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert!(
            told.iter().any(|told| told.contains(says)),
            "{says}: {told:#?}"
        );
    }
    assert_eq!(rehearse(&compiled_in("own", OWN)?).len(), 0);
    Ok(())
}
