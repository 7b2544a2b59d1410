//! Signals, and watches that go on.

use super::*;

#[test]
fn a_signal_stops_a_run_and_a_second_cancels_it() {
    let home = Home::new("signal");
    // A signal that comes before the command has begun finds nothing to finish.
    let begun = home.path("begun");
    let made = std::process::Command::new("mkfifo").arg(&begun).status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo");
    let graph = text(&home.write(
        "graph.yaml",
        &format!(
            "resources:\n  exec:\n  - name: long\n    shell: /bin/sh\n    cmd: echo begun > {}; exec sleep 600\n",
            begun.display()
        ),
    ));
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut weft = Running::start(&home, &["apply", "--yes", &graph]);
        weft.sees("start ");
        assert_eq!(
            std::fs::read_to_string(&begun).expect("it begins"),
            "begun\n"
        );
        weft.signal(signal);
        weft.sees("nothing new starts");
        weft.signal(signal);
        weft.sees("what runs is cancelled");
        weft.ends(code);
    }
    home.run(&["apply", "--yes", "--max-runtime", "200ms", &graph])
        .ends(124);
}

#[test]
fn watch_repairs_and_reads_its_file_again() {
    let home = Home::new("watch");
    let (graph, made) = (home.one_file("right"), home.path("made"));
    let mut weft = Running::start(&home, &["watch", "--yes", &text(&graph)]);
    weft.sees("converged");
    replace(&made, "wrong");
    weft.sees("-wrong");
    weft.sees("converged");
    assert_eq!(std::fs::read_to_string(&made).expect("made"), "right");
    home.one_file("other");
    weft.sees("+other");
    weft.sees("converged");
    home.write("graph.yaml", "resources: [");
    weft.sees("what was watched goes on");
    std::fs::remove_file(&made).expect("removed");
    weft.sees("+other");
    weft.sees("converged");
    // Another file, since an earlier write of the first one may be noticed at any time.
    let last = home.path("last");
    let path = last.display();
    home.write(
        "graph.yaml",
        &format!("resources:\n  file:\n  - {{name: {path}, content: last}}\n"),
    );
    weft.signal(Signal::HUP);
    weft.rests_after(&last, "+last");
    weft.signal(Signal::TERM);
    weft.ends(0);
    assert_eq!(std::fs::read_to_string(&last).expect("made"), "last");
}

#[test]
fn watch_ends_when_it_was_quiet_for_long_enough() {
    let home = Home::new("quiet");
    let graph = text(&home.one_file("right"));
    home.run(&["watch", "--yes", "--converged-timeout", "100ms", &graph])
        .ends(0);
    assert!(home.path("made").exists());
    std::fs::remove_file(home.path("made")).expect("removed");
    home.run(&["watch", "--yes", "--converged-timeout", "0s", &graph])
        .ends(0);
    assert!(
        home.path("made").exists(),
        "nothing is quiet before it was looked at"
    );
    let story = text(&home.write(
        "story.yaml",
        "world: {}\nresources:\n  noop:\n  - name: x\n",
    ));
    home.run(&["watch", &story]).ends(0).says("converged");
    home.fed(
        &["--yes", "--converged-timeout", "100ms", &graph],
        "watch\n",
    )
    .ends(0);
}
