//! What is sensitive is shown nowhere: in no verb's answer, no command's, no error, no trace file (rules V8, M1).

use super::{Home, Ran, text};

/// Literals everywhere in what is sensitive: each fails or does its work in its own way.
const STORY: &str = "\
graph: hidden
world:
  commands:
    login *: {stdout: \"welcome\\n\"}
    fails *: {status: 3, stderr: \"no\\n\"}
resources:
  exec:
  - {name: well, cmd: login hunter2, meta: {sensitive: true}}
  - {name: fails, cmd: fails, args: [hunter2], meta: {sensitive: true}}
  - {name: promise, cmd: login hunter2, creates: /tmp/hunter2, meta: {sensitive: true}}
  - {name: strange, cmd: nobody knows hunter2, meta: {sensitive: true}}
  - {name: asks, cmd: login hunter2, onlyif: \"nobody knows 'hunter2'\", meta: {sensitive: true}}
  - {name: nowhere, cmd: login hunter2, cwd: /hunter2, meta: {sensitive: true}}
  - {name: nobody, cmd: login hunter2, user: hunter2, meta: {sensitive: true}}
  - name: long
    cmd: login hunter2 hunter2 hunter2 hunter2 hunter2 hunter2 hunter2 hunter2 hunter2 hunter2 hunter2 hunter2 hunter2 hunter2
    meta: {sensitive: true}
  http:
  - {name: page, url: http://x/hunter2, meta: {sensitive: true}}
  file:
  - {name: /etc/copied, source: /hunter2/x, meta: {sensitive: true}}
  - {name: /etc/owned, owner: hunter2, content: x, meta: {sensitive: true}}
  - {name: /etc/linked, target: /hunter2, meta: {sensitive: true}}
steps: [apply]
";

#[track_caller]
fn is_hidden(what: &str, ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        let line = text.lines().find(|line| line.contains("hunter2"));
        assert_eq!(line, None, "{what}");
    }
}

#[test]
fn what_is_written_for_a_sensitive_resource_is_shown_nowhere() {
    let home = Home::new("hidden");
    let story = text(&home.write("hidden.yaml", STORY));
    std::fs::create_dir(home.path("snapshots")).expect("a directory");
    for verb in [
        "plan", "apply", "status", "trace", "pending", "graph", "check", "watch", "test",
    ] {
        is_hidden(verb, &home.run(&[verb, &story]));
        is_hidden(verb, &home.run(&[verb, &story, "--json"]));
    }
    for format in ["dot", "mermaid"] {
        is_hidden(format, &home.run(&["graph", &story, "--format", format]));
    }
    for resource in [
        "well", "fails", "promise", "strange", "asks", "long", "page", "owned",
    ] {
        let why = home.run(&["why", &story, resource]);
        assert!(why.out.contains("  start  "), "{why:?}");
        is_hidden(resource, &why);
        is_hidden(resource, &home.run(&["why", &story, resource, "--json"]));
    }
    let trace = home.path("trace.jsonl");
    is_hidden("-vv", &home.run(&[&story, "-vv", "--trace", &text(&trace)]));
    let snapshot = home.path("snapshots/hidden.snap.new");
    for written in [trace, snapshot] {
        let written = std::fs::read_to_string(&written).expect("it is written");
        assert!(written.contains("exec[well]"), "{written}");
        assert!(!written.contains("hunter2"), "{written}");
    }
}

#[test]
fn what_is_typed_for_a_sensitive_resource_is_shown_nowhere() {
    let home = Home::new("typed");
    let story = text(&home.write("hidden.yaml", STORY));
    for line in [
        "show",
        "show well",
        "plan",
        "status",
        "trace full",
        "why well",
        "graph json",
        "set well cmd='login hunter2 again'",
        "set well cmd='login hunter2 | tee'",
        "set well creates=hunter2",
        "add exec other cmd='login hunter2' meta.sensitive=true",
        "add exec other cmd='login hunter2 | tee' meta.sensitive=true",
        "set well args=[hunter2]; undo; redo",
        "unset well cmd; undo",
        "drop well; undo",
    ] {
        is_hidden(line, &home.run(&[&story, "-c", "apply", "-c", line]));
        is_hidden(
            line,
            &home.run(&[&story, "--json", "-c", "apply", "-c", line]),
        );
    }
    let shown = home.run(&[&story, "-c", "show well"]).ends(0);
    assert!(shown.out.contains("cmd             •••"), "{shown:?}");
    // It goes into no file either, and nothing stands in for it there.
    home.run(&[
        &story,
        "-c",
        "new",
        "-c",
        "add exec a cmd='login hunter2' meta.sensitive=true",
        "-c",
        "save saved.yaml",
    ])
    .ends(0)
    .complains("the secret of exec[a].cmd is not saved");
    let saved = std::fs::read_to_string(home.path("saved.yaml")).expect("it is saved");
    assert!(!saved.contains("hunter2"), "{saved}");
    home.run(&["check", "saved.yaml"])
        .ends(1)
        .complains("cmd: there is no command in it");
}

/// On a real machine too: what the system says of a command that it does not know is no way around.
#[test]
fn what_the_system_says_of_it_is_hidden_too() {
    let home = Home::new("system");
    let graph = text(&home.write(
        "graph.yaml",
        "resources:\n  exec:\n  - {name: a, cmd: no-such-hunter2 x, meta: {sensitive: true}}\n  - {name: b, cmd: cat /no/such/hunter2, meta: \
         {sensitive: true}}\n  - {name: c, cmd: 'echo hunter2 >&2; exit 3', shell: /bin/sh, meta: {sensitive: true}}\n",
    ));
    for args in [
        &["plan", &graph][..],
        &["apply", "--yes", &graph],
        &["apply", "--yes", "--json", &graph],
        &["status", &graph],
        &["status", "--json", &graph],
        &[
            "--yes",
            &graph,
            "-c",
            "apply",
            "-c",
            "why a",
            "-c",
            "why c",
            "-c",
            "show",
            "-c",
            "trace full",
        ],
    ] {
        is_hidden(args[0], &home.run(args));
    }
    let failed = home.run(&["apply", "--yes", &graph]).ends(1);
    assert!(
        failed.out.contains("exited with 3"),
        "what it came to is told: {failed:?}"
    );
}
