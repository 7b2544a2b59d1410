//! One session, two fronts: what is typed at the plain prompt, and done on the screen by keys where there is one, is the same
//! session: the same log, which a story of it holds, and the same trace.

use super::*;

/// What is done: the line that says it, the keys that do the same on the screen if there are any, and what is seen of it.
type Step = (&'static str, &'static str, &'static str);

/// A flow: its steps, on a file of this text, with these variables.
struct Flow {
    name: &'static str,
    file: &'static str,
    env: &'static [(&'static str, &'static str)],
    steps: &'static [Step],
}

/// What a session left: its story, and its trace as lines of JSON.
type Left = (String, String);

/// Stands in the hint bar while the prompt has the focus.
const AT_PROMPT: &str = "Tab complete";

const EMPTY: &str = "graph: mine\nworld: {}\n";

/// The password graph, as it is built by lines.
const BUILT: &str = "graph: mine\nworld: {}\nresources:\n  password: [{name: pw, length: 16}]\n  \
                     file: [{name: /tmp/secret, mode: 0600}]\n  noop: [{name: bystander}]\nedges:\n\
                     - file[/tmp/secret] ~> noop[bystander]\nbindings:\n- password[pw].password -> file[/tmp/secret].content\n";

/// On the password graph.
const NO_FLOW: Flow = Flow {
    name: "",
    file: BUILT,
    env: &[],
    steps: &[],
};

fn left(home: &Home) -> Left {
    let read = |name: &str| {
        let text = std::fs::read_to_string(home.0.join(name));
        text.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    (read("out.yaml"), read("trace.jsonl"))
}

fn start(flow: &Flow, front: &str, args: &[&str]) -> (Home, Terminal) {
    let home = Home::new(&format!("flow-{}-{front}", flow.name));
    std::fs::write(home.0.join("flow.yaml"), flow.file).expect("written");
    let right = "#!/bin/sh\nfor last; do :; done\nsed -i \"s/length: 16/length: 20/\" \"$last\"\n";
    for (name, script) in [("right.sh", right), ("vi", right), ("wrong.sh", "exit 1\n")] {
        std::fs::write(home.0.join(name), script).expect("written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(home.0.join(name), mode).expect("changed");
    }
    let args = [args, &["--trace", "trace.jsonl", "flow.yaml"]].concat();
    let start = Start {
        args: &args,
        env: flow.env,
        rows: 60,
        cols: 200,
        ..Start::default()
    };
    let weft = Terminal::open(&home.0, start);
    (home, weft)
}

/// A line is typed at the prompt alone, and done.
fn types(weft: &mut Terminal, line: &str) {
    weft.keys(line);
    weft.until("what is typed", |text| !text.trim_end().ends_with('›'));
    weft.line("");
    weft.ready();
}

/// At the prompt alone.
fn plainly(flow: &Flow) -> Left {
    let (home, mut weft) = start(flow, "plain", &["--no-screen"]);
    weft.ready();
    for (line, ..) in flow.steps {
        types(&mut weft, line);
    }
    types(&mut weft, "save --story out.yaml");
    weft.line("quit");
    assert_eq!(weft.ends(), 0, "{}", weft.text());
    left(&home)
}

/// On the screen: by keys where there are any.
fn drawn(flow: &Flow) -> Left {
    let (home, mut weft) = start(flow, "screen", &["--no-motion"]);
    weft.gets(OPENS);
    weft.draws(0);
    for (line, keys, sees) in flow.steps {
        let in_graph = !weft.text().contains(AT_PROMPT);
        if in_graph == keys.is_empty() {
            weft.keys(if in_graph { "i" } else { "\x1b" });
            weft.sees(if in_graph { AT_PROMPT } else { "i prompt" });
        }
        match keys.is_empty() {
            true => weft.line(line),
            false => weft.keys(keys),
        }
        weft.sees(sees);
    }
    if !weft.text().contains(AT_PROMPT) {
        weft.keys("i");
    }
    weft.line("save --story out.yaml");
    weft.sees("saved");
    weft.line("quit");
    assert_eq!(weft.ends(), 0, "{}", weft.text());
    left(&home)
}

fn is_the_same(flow: Flow) {
    let (plain, screen) = (plainly(&flow), drawn(&flow));
    assert!(plain.0.contains("steps:") && plain.1.contains(r#""event""#));
    assert_eq!(plain.0, screen.0, "the story of {}", flow.name);
    assert_eq!(plain.1, screen.1, "the trace of {}", flow.name);
}

/// Goes to the vertex that is found so.
macro_rules! to {
    ($found:literal) => {
        concat!("/", $found, "\r")
    };
}

#[test]
fn building_planning_applying() {
    is_the_same(Flow {
        name: "build",
        file: EMPTY,
        steps: &[
            ("add password pw length=16", "", "· password[pw]"),
            ("add file /tmp/secret mode=0600", "", "· file[/tmp/secret]"),
            ("add noop bystander", "", "· noop[bystander]"),
            (
                "password[pw].password -> file[/tmp/secret].content",
                // What is sent is one thing, and there; which param receives it is not.
                concat!(to!("pw"), ".", to!("secret"), "\r", "content\r"),
                "bound password[pw].password",
            ),
            (
                "file[/tmp/secret] ~> noop[bystander]",
                concat!(to!("secret"), "~", to!("bystander"), "\r"),
                "linked file[/tmp/secret] ~>",
            ),
            ("plan", "p", "2 to add, 1 to refresh"),
            ("apply", "a", "converged"),
            ("status", "", "bystander]    "),
        ],
        ..NO_FLOW
    });
}

#[test]
fn drift_is_seen_and_repaired() {
    is_the_same(Flow {
        name: "drift",
        steps: &[
            ("apply", "a", "converged, 2 changed"),
            ("sim write /tmp/secret mine", "", "› sim write"),
            ("sim chmod 0644 /tmp/secret", "", "› sim chmod"),
            ("plan", "p", "1 to change, 1 to refresh"),
            ("apply", "a", "converged, 1 changed"),
            (
                "why file[/tmp/secret]",
                concat!(to!("secret"), "w"),
                "why file[/tmp/secret]",
            ),
        ],
        ..NO_FLOW
    });
}

#[test]
fn a_notification_is_pending_and_delivered() {
    is_the_same(Flow {
        name: "notify",
        steps: &[
            ("apply", "a", "converged, 2 changed"),
            ("notify bystander", "", "by command"),
            ("pending", "", "noop[bystander]  "),
            ("apply", "a", "converged, 1 refreshed"),
            (
                "notify bystander; cancel bystander; pending",
                "",
                "nothing is pending",
            ),
        ],
        ..NO_FLOW
    });
}

#[test]
fn edits_are_taken_back_and_made_again() {
    is_the_same(Flow {
        name: "undo",
        steps: &[
            ("set pw length=20", "", "length = 20"),
            ("undo", "u", "length = 16"),
            ("redo", "U", "length = 20"),
            (
                "unlink file[/tmp/secret] ~> noop[bystander]",
                "",
                "unlinked",
            ),
            ("undo", "u", "undid: unlink"),
            ("undo", "u", "undid: set"),
            ("undo", "u", "nothing to undo"),
            ("apply", "a", "converged"),
        ],
        ..NO_FLOW
    });
}

#[test]
fn a_run_is_taken_in_steps() {
    is_the_same(Flow {
        name: "step",
        steps: &[
            ("break noop[bystander]", concat!(to!("bystander"), "b"), "◉"),
            ("step", "s", "paused"),
            ("continue", "c", "paused    noop[bystander]"),
            ("break off noop[bystander]", "b", "› break off"),
            ("continue", "c", "converged"),
        ],
        ..NO_FLOW
    });
}

#[test]
fn what_fails_is_tried_again() {
    is_the_same(Flow {
        name: "retry",
        file: "graph: mine\nworld:\n  commands:\n    sync:\n    - {status: 1, stderr: \"no route\\n\"}\n    - {status: 1, stderr: \"no route\\n\"}\n    \
               - {status: 0}\nresources:\n  exec:\n  - name: sync\n    meta: {retry: 1, delay: 10s}\n  noop:\n  - name: behind\n\
               edges:\n- exec[sync] ~> noop[behind]\n",
        steps: &[
            ("apply", "a", "1 blocked"),
            ("apply", "a", "converged, 1 changed"),
        ],
        ..NO_FLOW
    });
}

#[test]
fn a_crash_loses_nothing() {
    is_the_same(Flow {
        name: "crash",
        steps: &[
            ("sim crash noop[bystander]", "", "› sim crash"),
            ("apply", "a", "killed"),
            ("pending", "", "pending"),
            ("sim restart", "", "a new engine"),
            ("plan", "p", "1 to refresh"),
            ("apply", "a", "converged"),
        ],
        ..NO_FLOW
    });
}

#[test]
fn a_vertex_is_edited_in_whichever_editor_there_is() {
    let editors: [&[(&str, &str)]; 3] = [
        &[("VISUAL", "sh right.sh 20"), ("EDITOR", "sh wrong.sh")],
        &[("EDITOR", "sh right.sh 20")],
        &[("PATH", ".:/usr/bin:/bin")],
    ];
    for (at, env) in editors.into_iter().enumerate() {
        is_the_same(Flow {
            name: ["visual", "editor", "vi"][at],
            env,
            steps: &[
                ("edit password[pw]", concat!(to!("pw"), "e"), "length = 20"),
                (
                    "edit file[/tmp/secret]",
                    concat!(to!("secret"), "e"),
                    "nothing was edited",
                ),
                ("apply", "a", "converged"),
            ],
            ..NO_FLOW
        });
    }
}
