//! What goes where: results, logs, colour, pipes.

use super::*;

#[test]
fn alone_without_a_terminal_it_plays_the_password_story() {
    let home = Home::new("alone");
    let ran = home.run(&[]).ends(0);
    let mut at = 0;
    for word in [
        "generated 16",
        "sent ",
        "received",
        "changed    file[/tmp/secret]",
        "notified",
        "converged",
    ] {
        let found = ran.out[at..].find(word);
        at += found.unwrap_or_else(|| panic!("no {word:?} after {at}: {}", ran.out));
    }
    assert!(ran.out.contains("expectations hold"), "{}", ran.out);
    assert_eq!(ran.err, "");
    assert!(
        !home.path("state").exists(),
        "a simulation has no state on this machine"
    );
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let home = Home::new("colour");
    let plain = home.run(&[]).ends(0);
    assert!(!plain.out.contains('\x1b'), "{plain:?}");
    let colored = home.run(&["--color", "always"]).ends(0);
    assert!(colored.out.contains("\x1b["), "{colored:?}");
    let output = home
        .weft(&["--color", "auto"])
        .env("NO_COLOR", "1")
        .output();
    let mono = Ran::of(output.expect("runs")).ends(0);
    assert_eq!(mono.out, plain.out);
}

#[test]
fn a_c_locale_gets_ascii_alone() {
    let home = Home::new("ascii");
    for locale in [Some("C"), None] {
        for args in [
            &["-c", "help add"][..],
            &["--help"],
            &["kinds", "file"],
            &[],
            &["man"],
        ] {
            let mut command = home.weft(args);
            command.env_remove("LANG");
            locale.map(|locale| command.env("LC_ALL", locale));
            let output = command.output().expect("runs");
            assert!(
                output.stdout.is_ascii(),
                "{args:?}: {}",
                String::from_utf8_lossy(&output.stdout)
            );
            assert!(
                !output.stdout.is_empty() && output.status.success(),
                "{args:?}"
            );
        }
    }
}

/// Reads one line and closes the pipe, as `head -1` does.
fn head(mut command: Command) -> Ran {
    let mut child = command.spawn().expect("weft starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("a pipe");
    BufReader::with_capacity(1, out)
        .read_line(&mut line)
        .expect("a line");
    let mut ran = Ran::of(child.wait_with_output().expect("weft ends"));
    ran.out = line;
    ran
}

#[test]
fn a_broken_pipe_is_quiet_and_changes_no_exit_code() {
    let home = Home::new("pipe");
    for args in [
        &["schema"][..],
        &["kinds"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
        &[],
    ] {
        let ran = head(home.weft(args)).ends(0);
        assert_eq!(ran.err, "", "{args:?}");
    }
    let made = home.path("made");
    let graph = home.write(
        "graph.yaml",
        &format!(
            "resources:\n  noop:\n  - name: first\n  exec:\n  - name: fails\n    cmd: \"false\"\n  file:\n  - name: {}\n    content: x\n\
             edges:\n- noop[first] -> exec[fails]\n- noop[first] -> file[{0}]\n",
            made.display()
        ),
    );
    let ran = head(home.weft(&["apply", "--yes", &text(&graph)])).ends(1);
    assert_eq!(ran.err, "");
    assert!(made.exists(), "what runs is finished, whoever reads");
}

#[test]
fn json_goes_alone_to_stdout() {
    let home = Home::new("json");
    let story = text(&home.write(
        "story.yaml",
        "graph: mine\nworld: {}\nresources:\n  noop:\n  - name: x\nsteps:\n- apply\n",
    ));
    let graph = text(&home.one_file("hello"));
    let calls: &[&[&str]] = &[
        &["status", &story],
        &["pending", &story],
        &["why", &story, "x"],
        &["trace", &story],
        &["graph", &story],
        &["plan", &story],
        &["apply", &story],
        &["status", &graph],
        &["pending", &graph],
        &["why", &graph, "made"],
        &["trace", &graph],
        &["graph", &graph],
        &["plan", &graph],
        &["kinds"],
        &["kinds", "file"],
        &["check", &story],
        &["apply", "--yes", &graph],
    ];
    for call in calls {
        let ran = home.run(&[*call, &["--json"]].concat()).ends(0);
        assert_eq!(ran.json()["format"], 1, "{call:?}: {ran:?}");
    }
    home.run(&["schema"]).ends(0).json();
}

#[test]
fn the_trace_file_holds_every_event() {
    let home = Home::new("trace");
    let trace = home.path("trace.jsonl");
    home.run(&["--trace", &text(&trace)]).ends(0);
    let written = std::fs::read_to_string(&trace).expect("a trace");
    let events: Vec<_> = written
        .lines()
        .map(|line| weft::trace::read_json_line(line).expect(line))
        .collect();
    assert!(events.len() > 20, "{written}");
    assert!(events.windows(2).all(|two| two[0].id < two[1].id));
    home.run(&["--trace", "/no/such/dir/trace"])
        .ends(1)
        .complains("/no/such/dir/trace");
}

#[test]
fn help_and_manual_list_what_is_read_from_the_environment() {
    let home = Home::new("manual");
    let help = home.run(&["--help"]).ends(0).out;
    let man = home.run(&["man"]).ends(0).out;
    for variable in weft::repl::env::VARIABLES {
        assert!(help.contains(variable.name), "{}", variable.name);
        assert!(man.contains(variable.name), "{}", variable.name);
    }
    for verb in [
        "host",
        "plan",
        "apply",
        "watch",
        "test",
        "check",
        "graph",
        "status",
        "why",
        "pending",
        "cancel",
        "notify",
        "trace",
        "kinds",
        "schema",
        "man",
        "completions",
    ] {
        assert!(
            man.contains(&format!("WEFT {}", verb.to_uppercase())),
            "{verb}"
        );
        home.run(&[verb, "--help"]).ends(0).says("Usage: weft");
    }
    for shell in ["bash", "zsh", "fish"] {
        home.run(&["completions", shell])
            .ends(0)
            .says("converged-timeout");
    }
}
