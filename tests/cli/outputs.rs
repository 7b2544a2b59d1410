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
