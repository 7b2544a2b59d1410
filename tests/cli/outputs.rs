//! Where output goes, and what is said where it cannot go there.

use std::fs::File;
use std::process::Stdio;

use super::{Home, Ran, text};

/// The device that is always full.
fn full() -> Stdio {
    let device = File::options().write(true).open("/dev/full");
    Stdio::from(device.expect("a device that is full"))
}

#[test]
fn lost_output_is_told_once_and_exits_with_1() {
    let home = Home::new("full");
    let story = text(&home.write(
        "story.yaml",
        "world: {}\nresources:\n  noop:\n  - name: x\nsteps: [apply]\n",
    ));
    let made = home.path("made");
    let graph = text(&home.one_file("hello"));
    for args in [
        &[][..],
        &["--help"],
        &["plan", "--help"],
        &["schema"],
        &["kinds"],
        &["man"],
        &["completions", "bash"],
        &["check", &story],
        &["graph", &story],
        &["plan", &story],
        &["plan", &story, "--detailed-exitcode"],
        &["status", &story, "--json"],
        &[&story, "-c", "apply", "-c", "status"],
        &["test", "--list", &story],
        &["apply", "--yes", &graph],
    ] {
        let output = home.weft(args).stdout(full()).output().expect("weft runs");
        let ran = Ran::of(output).ends(1);
        let told = ran
            .err
            .matches("standard output cannot be written: ")
            .count();
        assert_eq!(told, 1, "{args:?}: {ran:?}");
    }
    assert!(
        made.exists(),
        "what runs is finished, whatever can be printed"
    );
    let trace = home.run(&["--trace", "/dev/full"]).ends(1);
    let trace = trace.complains("the file of --trace cannot be written: ");
    assert!(trace.out.contains("expectations hold"), "{trace:?}");
    assert_eq!(trace.err.matches("error: ").count(), 1, "{trace:?}");
}

/// A report goes where it was said, or is refused before any story is played.
#[test]
fn a_report_makes_no_directory() {
    let home = Home::new("report");
    home.write("story.yaml", "world: {}\nsteps: [world]\n");
    std::fs::create_dir(home.path("snapshots")).expect("a directory");
    let ran = home.run(&[
        "test",
        "--accept",
        "--junit",
        "no/such/report.xml",
        "story.yaml",
    ]);
    let ran = ran.ends(1).says("there is no directory ./no/such");
    assert!(ran.out.contains("hint: make it first"), "{ran:?}");
    assert!(!home.path("no").exists(), "no directory is made");
    assert!(
        !home.path("snapshots/story.snap").exists(),
        "nothing was played"
    );
    home.run(&["test", "--accept", "--junit", "snapshots", "story.yaml"])
        .ends(1)
        .says("snapshots cannot be written");
    home.run(&["test", "--accept", "--junit", "report.xml", "story.yaml"])
        .ends(0);
    assert!(home.path("report.xml").exists());
}

/// A dash is standard output, and no file of this name.
#[test]
fn a_dash_is_standard_output() {
    let home = Home::new("dash");
    let text = "# mine\nworld: {}\nresources:\n  noop: [{name: \"ü\"}]\nsteps: [apply]\n";
    home.write("story.yaml", text);
    let ran = home.run(&["story.yaml", "-c", "save -"]).ends(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), (text, ""));
    let mut plain = home.weft(&["story.yaml", "-q", "-c", "save -"]);
    let output = plain.env_remove("LANG").output().expect("weft runs");
    assert_eq!(
        Ran::of(output).ends(0).out,
        text,
        "byte for byte, in any locale"
    );
    home.run(&["story.yaml", "-c", "apply", "-c", "save --story -"])
        .ends(0)
        .says("\nsteps: [apply]\n");
    let ran = home.run(&["story.yaml", "--json", "-c", "save -"]).ends(1);
    assert_eq!(ran.jsons()[0]["command"], "save -");
    ran.complains("it holds JSON alone");
    for args in [&["--trace", "-"][..], &["test", "--junit", "-"]] {
        home.run(args)
            .ends(64)
            .complains("standard output holds the results");
    }
    assert!(!home.path("-").exists(), "no file has this name");
    home.run(&["story.yaml", "-c", "save ./-"]).ends(0);
    assert!(home.path("-").exists(), "but where it was asked for");
}

/// Colours that were asked for are in a plan too.
#[test]
fn a_plan_has_the_colours_of_its_trace() {
    let home = Home::new("coloured");
    let ran = home.run(&["--color", "always", "-c", "plan", "-c", "apply"]);
    let ran = ran.ends(0).says("  \x1b[1;32m+\x1b[0m password[pw]");
    let ran = ran.says("  \x1b[36m@\x1b[0m noop[bystander]");
    ran.says("\x1b[1;33mchanged  \x1b[0m");
}

/// Whoever reads JSON gets a line of it for each command, also where it was refused.
#[test]
fn an_error_is_json_too() {
    let home = Home::new("json-error");
    home.write("bad.yaml", "resources:\n  nop: [{name: x}]\n");
    let graph = text(&home.one_file("x"));
    for (args, what) in [
        (
            &["plan", "bad.yaml"][..],
            "bad.yaml:2:3: there is no kind `nop`",
        ),
        (
            &["plan", "none.yaml"],
            "none.yaml: no such file or directory",
        ),
        (
            &["none.yaml", "-c", "plan"],
            "none.yaml: no such file or directory",
        ),
        (&["apply", &graph], "there is nobody to ask"),
        (&["why", &graph, "nobody"], "there is no vertex `nobody`"),
        (&["notify", &graph, "made"], "cannot be notified"),
        (&["check", "none"], "none: "),
        (&["kinds", "fiel"], "there is no kind `fiel`"),
        (&["state", "drop", "none"], "is called `none`"),
    ] {
        let ran = home.run(&[&["--json"], args].concat()).ends(1);
        assert_eq!(ran.out.lines().count(), 1, "{args:?}: {ran:?}");
        let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(json["format"], 1, "{args:?}: {json}");
        let told = json.to_string();
        assert!(told.contains(what), "{args:?}: {told}");
    }
}

/// What an order shows stands below the order.
#[test]
fn a_result_stands_behind_its_command() {
    let home = Home::new("behind");
    home.write("story.yaml", "resources:\n  noop: [{name: x}]\nsteps: [add noop y, undo, inspect file /etc, sim restart, break off changed, continue, apply]\n");
    let ran = home.run(&["story.yaml"]).ends(1);
    let shown = ran.out.lines().filter(|line| !line.contains("edited"));
    let shown: Vec<&str> = shown
        .map(|line| line.trim_start().trim_start_matches("0.000  "))
        .collect();
    let at = |wanted: &str| {
        shown
            .iter()
            .position(|line| line.starts_with(wanted))
            .unwrap_or_else(|| panic!("no {wanted} in {ran:#?}"))
    };
    for (command, result) in [
        ("add noop[y]", "added noop[y]"),
        ("undo", "undid: add noop[y]"),
        (
            "inspect file[/etc]",
            "added file[/etc], as it is on the simulated machine",
        ),
        (
            "sim restart",
            "a new engine: 0 debts and 0 notifications from before",
        ),
    ] {
        let command = format!("command                              {command}");
        assert_eq!(at(&command) + 1, at(result), "{ran:#?}");
    }
    assert!(shown.contains(&"break after `changed` is off"), "{ran:#?}");
    assert_eq!(
        shown.last(),
        Some(&"story: stopped at step 6 (line 3), which failed"),
        "{ran:#?}"
    );
}
