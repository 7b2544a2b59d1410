//! Lessons and the demo, as a front sees them.

use super::*;
use crate::command::lessons::LESSONS;
use crate::command::session::LessonView;

/// A lesson of one's own, with something that was done before a learner comes.
const OWN: &str = "graph: own
world: {files: {/etc/motd: old}}
resources:
  file:
  - name: /etc/motd
    content: new
steps: [plan, continue]
lesson:
  title: Mine
  text: |
    One.
    Two.
  goal: Get it done.
  check:
  - /etc/motd has new
  - expect: file[/etc/motd] changed 2
    hint: Once more.
  hints: [a, b]
  par:
  - apply
  - set file[/etc/motd] content=newer; status; apply
";

fn view(session: &Session) -> LessonView {
    session.lesson().expect("a lesson is on")
}

fn at_lesson(text: &str) -> (Session, Script) {
    let (session, mut front) = open(STORY);
    front.files.insert("own.yaml".into(), text.to_owned());
    (session, front)
}

#[test]
fn a_lesson_is_told_as_it_goes() {
    let (mut session, mut front) = at_lesson(OWN);
    let said = say(&mut session, &mut front, &["learn own.yaml"]);
    let parts = [
        "plan for sim",
        "(error: nothing runs that could go on",
        "(graph secret is kept: `learn off` goes back to it\n",
        "lesson: Mine\n\nOne.\n\nTwo.\n\ngoal: Get it done.\n",
    ];
    let mut rest = said.as_str();
    for part in parts {
        let at = rest.find(part);
        rest = &rest[at.unwrap_or_else(|| panic!("{part}: {said}"))..];
    }
    assert!(session.events().iter().all(|event| event.subject.is_none()));
    let said = say(
        &mut session,
        &mut front,
        &["learn hint", "learn hint", "learn hint", "status"],
    );
    for line in ["hint 1 of 2: a\n", "hint 2 of 2: b\n", "no more hints"] {
        assert!(said.contains(line), "{said}");
    }
    assert!(
        !said.contains("reached") && !said.contains("not yet"),
        "{said}"
    );
    let said = say(&mut session, &mut front, &["apply"]);
    assert!(
        said.contains("reached: /etc/motd has \"new\" in it (1 of 2)\nnot yet: Once more.\n"),
        "{said}"
    );
    let now = view(&session);
    assert_eq!(now.hints, ["a", "b"]);
    assert_eq!((now.commands, now.par, now.done), (1, 3, false));
    assert_eq!(now.told.as_deref(), Some("Once more."));
    let checks: Vec<bool> = now.checks.iter().map(|(_, holds)| *holds).collect();
    assert_eq!(checks, [true, false]);
}

/// What only looks, and what is refused, costs nothing; what was reached once stays reached.
#[test]
fn a_lesson_is_done_once() {
    let (mut session, mut front) = at_lesson(OWN);
    say(&mut session, &mut front, &["learn own.yaml", "apply"]);
    let lines = [
        "sim write /etc/motd bad",
        "show",
        "graph; why file[/etc/motd]",
        "nonsense",
    ];
    let said = say(&mut session, &mut front, &lines);
    assert!(
        said.contains("not so any more: /etc/motd has \"new\" in it (0 of 2)"),
        "{said}"
    );
    let said = say(&mut session, &mut front, &["apply"]);
    let done = "lesson done, in 3 commands (par 3): `learn off` leaves it\n";
    assert!(said.contains(done), "{said}");
    assert_eq!(view(&session).told, None);
    // What was reached stays reached, whatever comes then.
    let said = say(
        &mut session,
        &mut front,
        &["sim rm /etc/motd", "learn goal"],
    );
    assert!(
        !said.contains("not so") && said.contains("goal: Get it done."),
        "{said}"
    );
    assert!(view(&session).done && view(&session).commands == 3);
    let path = std::path::absolute("own.yaml").expect("a path");
    assert_eq!(front.done, [path.display().to_string()]);
    let said = say(&mut session, &mut front, &["learn"]);
    let own = said.lines().find(|line| line.contains("own.yaml"));
    assert!(
        own.is_some_and(|line| line.ends_with("now, done")),
        "{said}"
    );
}

#[test]
fn a_lesson_begins_again_from_its_start() {
    let (mut session, mut front) = at_lesson(OWN);
    say(
        &mut session,
        &mut front,
        &["learn own.yaml", "learn hint", "apply", "add noop more"],
    );
    say(&mut session, &mut front, &["learn again"]);
    let now = view(&session);
    assert_eq!((now.commands, now.hints.len(), now.told), (0, 0, None));
    assert_eq!(session.graph().vertices().len(), 1);
    let said = say(&mut session, &mut front, &["undo"]);
    assert!(said.contains("there is nothing to undo"), "{said}");
    let said = say(&mut session, &mut front, &["learn par"]);
    let par = "a way in 3 commands:\napply\nset file[/etc/motd] content=newer; status; apply\n";
    assert!(said.ends_with(par), "{said}");
}

/// What was there before the first lesson comes back as it was, with its trace, its history and its file.
#[test]
fn what_was_there_before_is_not_lost() {
    let (mut session, mut front) = at_lesson(OWN);
    say(&mut session, &mut front, &["apply", "add noop mine"]);
    let (graph, events, log) = (
        session.graph().clone(),
        session.events().len(),
        session.log().to_vec(),
    );
    let said = say(
        &mut session,
        &mut front,
        &["learn 1", "learn next", "demo", "learn own.yaml"],
    );
    assert_eq!(said.matches("is kept").count(), 1, "{said}");
    assert!(
        session.document().is_none(),
        "a learner's graph is none of the lesson's file"
    );
    let said = say(&mut session, &mut front, &["learn off"]);
    assert!(said.contains("back at graph secret: 4 resources"), "{said}");
    assert_eq!(
        (session.graph(), session.events().len(), session.log()),
        (&graph, events, &*log)
    );
    assert!(session.lesson().is_none() && session.document().is_some());
    let said = say(&mut session, &mut front, &["undo", "learn off"]);
    assert!(
        said.contains("undid: add noop[mine]") && said.contains("no lesson is on"),
        "{said}"
    );
}

#[test]
fn lessons_are_listed_with_what_was_done() {
    let (mut session, mut front) = open(STORY);
    front.done = vec!["first".into(), "/some/where.yaml".into(), "gone".into()];
    let said = say(&mut session, &mut front, &["learn"]);
    let marked = |said: &str, mark: &str| {
        let lines = said.lines().filter(|line| line.ends_with(mark));
        lines
            .map(|line| {
                line.split_whitespace()
                    .nth(1)
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(marked(&said, " done"), ["first", "done"], "{said}");
    assert!(
        said.contains("/some/where.yaml") && !said.contains("gone"),
        "{said}"
    );
    for lesson in LESSONS {
        assert!(said.contains(&format!(" {} ", lesson.name)), "{said}");
    }
    // Where none is on, the next one is the first that was not done.
    let said = say(&mut session, &mut front, &["learn next"]);
    assert!(said.contains("lesson 2 of 12"), "{said}");
    assert_eq!(view(&session).number, Some(2));
    assert_eq!(view(&session).next, Some(LESSONS[2].name));
    assert_eq!(
        marked(&say(&mut session, &mut front, &["learn"]), " now"),
        ["order"]
    );
    front.done = LESSONS
        .iter()
        .map(|lesson| lesson.name.to_owned())
        .collect();
    let said = say(&mut session, &mut front, &["learn off", "learn next"]);
    assert!(said.contains("lesson 1 of 12"), "{said}");
}

#[test]
fn what_cannot_be_remembered_stops_nothing() {
    let (mut session, mut front) = open(STORY);
    front.broken = true;
    let lines = ["learn first", "add file /etc/motd content=welcome", "apply"];
    let said = say(&mut session, &mut front, &lines);
    assert!(
        said.contains("lesson done, in 2 commands (par 2): `learn next` goes on with `order`"),
        "{said}"
    );
    assert!(
        said.ends_with("(warning: that it is done is not remembered: permission denied\n"),
        "{said}"
    );
}

/// A lesson may be begun, and done, within a file of commands; what is reached is told behind it.
#[test]
fn a_file_of_commands_is_one_line() {
    let (mut session, mut front) = open(STORY);
    let lines = "learn 1\nadd file /etc/motd content=welcome\napply\n";
    front.files.insert("all.weft".into(), lines.to_owned());
    let said = say(&mut session, &mut front, &["source all.weft", "learn"]);
    assert_eq!(
        said.matches("lesson done, in 2 commands").count(),
        1,
        "{said}"
    );
    let said = say(&mut session, &mut front, &["learn off", "source all.weft"]);
    assert!(
        said.contains("lesson done"),
        "what is run within itself is known to be: {said}"
    );
}

#[test]
fn a_story_of_a_lesson_is_what_was_done_in_it() {
    let (mut session, mut front) = at_lesson(&OWN.replace("[plan, continue]", "[apply]"));
    let lines = [
        "learn own.yaml",
        "sim rm /etc/motd",
        "apply",
        "save --story did.yaml",
    ];
    let said = say(&mut session, &mut front, &lines);
    assert!(
        said.contains("(not in did.yaml: the lesson `Mine`\n"),
        "{said}"
    );
    let story = file::parse(
        Path::new("did.yaml"),
        &front.files[Path::new("did.yaml")],
        &Kinds,
        &mut |_| Err("".into()),
    );
    let story = story
        .ok()
        .and_then(|document| document.story)
        .expect("a story");
    let steps: Vec<&str> = story.steps.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(steps, ["apply", "sim rm /etc/motd", "apply"]);
    assert!(story.lesson.is_none());
}

/// Where time passes by itself, what is reached meanwhile is told as well.
#[test]
fn what_time_brings_is_told() {
    let (mut session, mut front) = open(STORY);
    let lines = [
        "learn failure",
        "set fetch meta.retry=3 meta.delay=10s",
        "watch",
    ];
    let said = say(&mut session, &mut front, &lines);
    assert!(!said.contains("lesson done"), "{said}");
    for _ in 0..40 {
        session.pass(crate::time::Span::secs(1), &mut front);
    }
    let told = front.said.matches("lesson done, in 2 commands").count();
    assert_eq!(told, 1, "{}", front.said);
}

/// Each command, and then what came of it.
#[test]
fn the_demo_plays_by_itself() {
    let (mut session, mut front) = open("graph: empty\nsteps: []\n");
    front.events = true;
    let said = say(&mut session, &mut front, &["demo"]);
    let parts = [
        "> new password\n",
        "> add password[pw] length=16\n",
        "added password[pw]\n",
        "> password[pw].password -> file[/tmp/secret].content\n",
        "> plan\n",
        "known after password[pw]",
        "> apply\n",
        "generated 16 characters",
        "sent       password[pw]",
        "changed    file[/tmp/secret]",
        "notified   noop[bystander]",
        "> notify password[pw]\n",
        "> apply\n",
        "refreshed  noop[bystander]",
        "(that was the password story",
    ];
    let mut rest = said.as_str();
    for part in parts {
        let at = rest.find(part);
        rest = &rest[at.unwrap_or_else(|| panic!("{part}: {said}"))..];
    }
    assert!(
        !said.contains("is kept"),
        "nothing was there to keep: {said}"
    );
    assert_eq!(
        (&*session.graph().name, session.graph().vertices().len()),
        ("password", 3)
    );
    let said = say(&mut session, &mut front, &["learn off"]);
    assert!(said.contains("back at graph empty: 0 resources"), "{said}");
}

/// What holds before anything is done was reached by nobody, and is no part of what is reached before all is; once it is lost it has to be.
#[test]
fn only_what_was_reached_counts() {
    let (mut session, mut front) = at_lesson("");
    say(&mut session, &mut front, &["learn first"]);
    let open = |texts: &[&str]| -> Vec<(String, bool)> {
        let texts = texts.iter();
        texts.map(|text| (text.to_string(), false)).collect()
    };
    let changed = "file[/etc/motd] changed at least once";
    let has = "/etc/motd has \"welcome\" in it";
    let (left, own) = ("nothing is left to do", "nobody else changed the machine");
    let all = open(&[changed, has, left, own]);
    assert_eq!(view(&session).checks, all);
    let lines = ["add file /etc/motd content=welcome mode=0600"];
    let said = say(&mut session, &mut front, &lines);
    assert!(!said.contains("not so"), "{said}");
    assert_eq!(view(&session).checks, all);
    let missing = view(&session).missing;
    assert_eq!(missing.last().map(String::as_str), Some("left never"));
    let said = say(&mut session, &mut front, &["sim write /etc/motd welcome"]);
    let told =
        format!("reached: {has}; not so any more: nobody else changed the machine (1 of 4)\n");
    assert!(said.contains(&told), "{said}");
}

/// A word that stands behind `learn` or `sim` is not taken for a misspelt other one.
#[test]
fn a_second_word_alone_is_told_its_first() {
    let (mut session, mut front) = at_lesson("");
    for (line, meant) in [
        ("hint", "learn hint"),
        ("goal", "learn goal"),
        ("next", "learn next"),
        ("rm /etc/motd", "sim rm"),
        ("advance 1m", "sim advance"),
        ("aply", "apply"),
    ] {
        let said = say(&mut session, &mut front, &[line]);
        assert!(
            said.contains(&format!("did you mean `{meant}`?")),
            "{line}: {said}"
        );
    }
}
