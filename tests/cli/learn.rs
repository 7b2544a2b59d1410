//! `learn` and `demo` of the real program, on a pipe.

use super::*;
use std::os::unix::fs::PermissionsExt;
use weft::command::lessons::{LESSONS, compiled_in};

const OWN: &str = "\
lesson:
  title: Mine
  goal: A file.
  check:
  - expect: file[/etc/motd] changed 1+
    hint: There is no file yet.
  par: [add file /etc/motd; apply]
";

/// The good way of the lesson in this place.
fn par(at: usize) -> String {
    let document = compiled_in(LESSONS[at].name, LESSONS[at].text).expect("it reads");
    let lesson = document.story.and_then(|story| story.lesson);
    let steps = lesson.expect("a lesson").par.into_iter();
    steps.map(|step| step.text + "\n").collect()
}

/// The line of `learn` that is about this lesson.
fn listed(home: &Home, name: &str) -> String {
    let out = home.run(&["learn"]).ends(0).out;
    let line = out.lines().find(|line| line.contains(name));
    line.unwrap_or_default().to_owned()
}

#[test]
fn a_lesson_is_done_and_remembered() {
    let home = Home::new("learn");
    assert!(listed(&home, "first").ends_with("A first resource"));
    assert!(!home.path(".local").exists(), "looking keeps nothing");
    let ran = home.fed(&["learn", "1"], &par(0)).ends(0);
    let ran = ran.says("lesson 1 of 12: A first resource\n");
    ran.says("goal: ")
        .says("lesson done, in 2 commands (par 2): `learn next` goes on with `order`\n");
    assert!(listed(&home, "first").ends_with("  done"));
    // A second time it is done all the same, and noted once.
    home.fed(&["learn", "first"], &par(0))
        .ends(0)
        .says("lesson done");
    let path = home.path(".local/state/weft/lessons");
    let mode = |path: &Path| {
        std::fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(std::fs::read_to_string(&path).expect("text"), "first\n");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().expect("a directory")), 0o700);
    // From there the next one is the second.
    home.fed(&["learn"], "learn next\n")
        .ends(0)
        .says("lesson 2 of 12");
}

/// All of them, one after the other, in one session.
#[test]
fn all_lessons_in_a_row() {
    let home = Home::new("learn-all");
    let lines: Vec<String> = (0..LESSONS.len()).map(par).collect();
    let ran = home
        .fed(&["learn", "1"], &lines.join("learn next\n"))
        .ends(0);
    assert_eq!(
        ran.out.matches("lesson done").count(),
        LESSONS.len(),
        "{ran:#?}"
    );
    let out = home.run(&["learn"]).ends(0).out;
    assert_eq!(
        out.lines().filter(|line| line.ends_with("  done")).count(),
        LESSONS.len(),
        "{out}"
    );
}

#[test]
fn a_lesson_of_ones_own_and_what_is_wrong_with_others() {
    let home = Home::new("learn-own");
    home.write("own.yaml", OWN);
    let ran = home
        .fed(&["learn", "own.yaml"], "apply\nadd file /etc/motd; apply\n")
        .ends(0);
    ran.says("lesson: Mine\n")
        .says("not yet: There is no file yet.\n")
        .says("lesson done, in 3 commands (par 2): `learn off` leaves it\n");
    assert!(listed(&home, "own.yaml").ends_with("  done"));
    home.write("graph.yaml", "resources: {}\n");
    home.write(
        "broken.yaml",
        &OWN.replace("goal: A file.", "gaol: A file."),
    );
    for (args, says) in [
        (&["learn", "13"][..], "error: there is no lesson `13`"),
        (&["learn", "ordre"], "did you mean `learn order`?"),
        (
            &["learn", "nowhere.yaml"],
            "nowhere.yaml cannot be read: no such file or directory",
        ),
        (
            &["learn", "graph.yaml"],
            "graph.yaml is no lesson: it has no `lesson`",
        ),
        (
            &["learn", "broken.yaml"],
            "broken.yaml:3:3: `lesson` has no key `gaol` (did you mean `goal`?)",
        ),
    ] {
        let ran = home.run(args).ends(1);
        assert!(
            ran.err.contains(says) && ran.out.is_empty(),
            "{says}: {ran:#?}"
        );
    }
    let ran = home.run(&["learn", "1", "--world", "host"]).ends(64);
    assert!(
        ran.err
            .contains("`learn 1` is simulated, and `--world host` is not"),
        "{ran:#?}"
    );
    let ran = home.run(&["host", "-c", "learn 1"]).ends(1);
    assert!(ran.err.contains("`learn` cannot be used now"), "{ran:#?}");
    home.write("lesson.yaml", &OWN.replace("par: [add", "par: [ad"));
    home.run(&["check", "own.yaml"]).ends(0);
    let ran = home.run(&["check", "lesson.yaml"]).ends(1);
    assert!(ran.err.contains("did you mean `add`?"), "{ran:#?}");
}

/// Where nothing can be remembered, the lesson is done all the same.
#[test]
fn what_cannot_be_remembered_is_said() {
    let home = Home::new("learn-denied");
    let file = home.write("no-directory", "");
    let mut command = home.weft(&[
        "learn",
        "1",
        "-c",
        "add file /etc/motd content=welcome",
        "-c",
        "apply",
        "-c",
        "learn",
    ]);
    command.env("XDG_STATE_HOME", &file);
    let ran = Ran::of(command.output().expect("weft runs")).ends(0);
    assert!(
        ran.err
            .contains("warning: that it is done is not remembered: "),
        "{ran:#?}"
    );
    ran.says("lesson done")
        .says("A first resource               now\n");
}

#[test]
fn the_demo_plays_and_stays() {
    let home = Home::new("demo");
    let ran = home
        .fed(&["demo"], "why noop[bystander]\nlearn off\n")
        .ends(0);
    let ran = ran.says("> new password\n").says("> apply\n");
    let ran = ran.says("refreshed  noop[bystander]");
    ran.says("back at graph graph: 0 resources\n");
    let ran = home.run(&["demo", "--quiet", "-c", "pending"]).ends(0);
    ran.says("> notify password[pw]\n")
        .says("nothing is pending\n");
    let ran = home.run(&["demo", "--json", "-c", "status"]).ends(0);
    let lines: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines[0]["command"], "demo");
    assert!(
        lines[0]["shown"].to_string().contains("> apply"),
        "{lines:#?}"
    );
}
