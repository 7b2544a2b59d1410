//! What is said of a command line that is not understood, and of an end that was asked for beforehand.

use super::{Home, Running, text};
use rustix::process::Signal;

#[test]
fn a_misspelt_verb_is_told_with_or_without_its_file() {
    let home = Home::new("verbs");
    let graph = text(&home.one_file("hello"));
    for args in [
        &["aply", &graph][..],
        &["--seed", "3", "-q", "aply", &graph, "made"],
    ] {
        home.run(args)
            .ends(64)
            .complains("hint: did you mean `weft apply`?");
    }
    home.run(&["aply"])
        .ends(1)
        .complains("hint: did you mean `weft apply`?");
    let ran = home.run(&["status", &graph, "plan"]).ends(64);
    assert!(!ran.err.contains("did you mean"), "{ran:?}");
    home.run(&["help"]).ends(0).says("Commands:");
    home.run(&["help", "plan"]).ends(0).says("Usage: weft plan");
}

/// Nobody gave a command to stop, and the trace does not say so.
#[test]
fn a_watch_that_ends_by_itself_names_no_command_as_its_cause() {
    let home = Home::new("patience");
    let graph = text(&home.one_file("hello"));
    let args = [
        "watch",
        "--yes",
        "--converged-timeout",
        "1ms",
        "--trace",
        "trace.jsonl",
        &graph,
    ];
    let ran = home.run(&args).ends(0).says("stopping");
    let ran = ran.complains("nothing was left to do for 1ms: --converged-timeout ends it");
    assert!(!ran.out.contains("command    stop"), "{ran:?}");
    let kept = std::fs::read_to_string(home.path("trace.jsonl")).expect("a trace");
    assert!(!kept.contains("\"stop\""), "{kept}");
}

/// Rule E2: one signal ends a watch that a command has begun, where no line is read any more.
#[test]
fn a_signal_ends_a_watch_that_a_command_began() {
    let home = Home::new("watched");
    for signal in [Signal::TERM, Signal::HUP] {
        let args = ["--yes", "host", "-c", "add noop n", "-c", "watch"];
        let mut weft = Running::start(&home, &args);
        weft.sees("converged");
        weft.signal(signal);
        weft.ends(0);
    }
}

/// A hint that helps where it is given: no editor can be named where there is nobody to use it.
#[test]
fn an_editor_is_not_asked_for_where_nobody_is() {
    let home = Home::new("editor");
    let story = text(&home.write("story.yaml", "world: {}\nresources: {noop: [{name: x}]}\n"));
    let ran = home.run(&[&story, "-c", "edit"]).ends(1);
    let ran = ran.complains("hint: `set` and `unset` change a resource without an editor");
    assert!(!ran.err.contains("EDITOR"), "{ran:?}");
}
