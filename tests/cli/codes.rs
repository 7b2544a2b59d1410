//! Exit codes, and refusals.

use super::*;

#[test]
fn the_command_line_is_refused_with_64() {
    let home = Home::new("usage");
    home.run(&["--bogus"]).ends(64).complains("--bogus");
    home.run(&["plan"]).ends(64).complains("FILE");
    home.run(&["--jobs", "0", "plan", "x"])
        .ends(64)
        .complains("--jobs");
    home.run(&["--max-runtime", "5", "plan", "x"])
        .ends(64)
        .complains("--max-runtime");
    home.run(&["--max-runtime", "0s", "plan", "x"])
        .ends(64)
        .complains("expected 1ms or more, found 0s");
    home.run(&["graph.yaml", "plan", "graph.yaml"])
        .ends(64)
        .complains("FILE");
    home.run(&["host", "--world", "sim", "-c", "world"])
        .ends(64)
        .complains("--world sim");
    home.run(&["--help"]).ends(0).says("Usage: weft");
    home.run(&["--version"]).ends(0).says("weft ");
}

#[test]
fn apply_on_this_machine_needs_consent() {
    let home = Home::new("consent");
    let graph = text(&home.one_file("hello"));
    home.run(&["apply", &graph]).ends(1).complains("--yes");
    home.run(&["watch", &graph]).ends(1).complains("--yes");
    home.run(&[&graph, "-c", "apply"])
        .ends(1)
        .complains("--yes");
    assert!(!home.path("made").exists());
    home.run(&["plan", &graph]).ends(0).says("1 to add");
    home.run(&["plan", &graph, "--detailed-exitcode"]).ends(2);
    home.run(&["apply", &graph, "--yes", "--noop", "--detailed-exitcode"])
        .ends(2)
        .says("held");
    assert!(!home.path("made").exists());
    home.run(&["apply", &graph, "--world", "sim"])
        .says("sim, seed");
    assert!(!home.path("made").exists());
    home.run(&["apply", &graph, "--yes", "--detailed-exitcode"])
        .ends(2)
        .says("changed");
    assert_eq!(
        std::fs::read_to_string(home.path("made")).expect("made"),
        "hello"
    );
    home.run(&["apply", &graph, "--yes", "--detailed-exitcode"])
        .ends(0);
    home.run(&["plan", &graph, "--detailed-exitcode"])
        .ends(0)
        .says("nothing to do");
}

#[test]
fn what_fails_exits_with_1() {
    let home = Home::new("fails");
    let target = home.path("no/such/dir/file");
    let graph = home.write(
        "graph.yaml",
        &format!(
            "resources:\n  file:\n  - name: {}\n    content: x\n  noop:\n  - name: after\nedges:\n- file[{0}] -> noop[after]\n",
            target.display()
        ),
    );
    home.run(&["apply", "--yes", &text(&graph)])
        .ends(1)
        .says("failed")
        .says("blocked");
    home.run(&["plan", &text(&graph), "after", "nobody"])
        .ends(1)
        .complains("nobody");
    home.run(&["plan", "nothing.yaml"])
        .ends(1)
        .complains("no such file");
    home.run(&["palm", "-q"]).ends(1).complains("weft plan");
    home.run(&["test", "--world", "host"])
        .ends(1)
        .complains("never reaches this host");
    home.run(&["test", "nowhere"]).ends(1);
    home.run(&["kinds", "fil"])
        .ends(1)
        .complains("did you mean file?");
}

#[test]
fn commands_stop_at_the_first_error() {
    let home = Home::new("commands");
    let story = text(&home.write("empty.yaml", "graph: mine\nworld: {}\n"));
    let lines = "add noop a\nbogus\nadd noop b\n";
    let ran = home
        .fed(&[&story], lines)
        .ends(1)
        .says("added noop[a]")
        .complains("bogus");
    assert!(!ran.out.contains("noop[b]"), "{ran:?}");
    home.fed(&[&story, "--keep-going"], lines)
        .ends(1)
        .says("added noop[b]");
    let ran = home
        .run(&[
            &story,
            "-c",
            "add noop a",
            "-c",
            "bogus",
            "-c",
            "add noop b",
        ])
        .ends(1);
    assert!(!ran.out.contains("noop[b]"), "{ran:?}");
    let heredoc = "add file /tmp/a content=<<END\nfirst\nsecond\nEND\napply\n# the end\n";
    home.fed(&[&story], heredoc).ends(0).says("+second");
    home.fed(&[&story], "add file /tmp/a content=<<END\nfirst\n")
        .ends(1)
        .complains("END");
    let ran = home
        .fed(&[&story], "add noop a\nquit\nadd noop b\n")
        .ends(0);
    assert!(!ran.out.contains("noop[b]"), "{ran:?}");
    home.fed(&["host"], "world\n").ends(0).says("host ");
}

#[test]
fn errors_of_files_name_their_place() {
    let home = Home::new("check");
    home.write("bad.yaml", "resources:\n  fiel:\n  - name: /tmp/x\n");
    home.write("good.yaml", "resources:\n  noop:\n  - name: x\n");
    let ran = home
        .run(&["check", "."])
        .ends(1)
        .says("good.yaml: ok, a graph of 1 resource");
    let ran = ran.complains("bad.yaml:2:3: ").complains("`file`");
    assert!(!ran.err.contains('\x1b'), "{ran:?}");
    home.run(&["check", "good.yaml"]).ends(0);
    home.run(&["check", "missing.yaml"])
        .ends(1)
        .complains("no such file");
    let json = home.run(&["check", "--json", "bad.yaml"]).ends(1).json();
    assert_eq!(json["format"], 1);
    assert_eq!(json["files"][0]["problems"][0]["line"], 2, "{json}");
    assert!(!home.path("state").exists());
}
