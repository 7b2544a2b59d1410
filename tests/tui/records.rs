//! What is recorded of the screen.

use super::*;

#[test]
fn what_was_shown_is_played_again() {
    let home = Home::new("tui-record");
    let mut weft = screen(&home, small(&["--record", "out.cast", "empty.yaml"]));
    weft.line("add noop there");
    weft.sees("added noop[there]");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    let text = std::fs::read_to_string(home.0.join("out.cast")).expect("a recording");
    let mut lines = text.lines();
    let head: serde_json::Value =
        serde_json::from_str(lines.next().expect("a head")).expect("JSON");
    assert_eq!(head["version"], 2);
    assert_eq!((&head["width"], &head["height"]), (&80.into(), &24.into()));
    let some = |n| std::num::NonZero::new(n).expect("not zero");
    let mut player = vt100::Parser::new(some(24), some(80), 0);
    let mut before = 0.0;
    let mut shown = Vec::new();
    for line in lines {
        let (at, what, data): (f64, String, String) = serde_json::from_str(line).expect("JSON");
        assert!(at >= before && what == "o", "{line}");
        before = at;
        player.process(data.as_bytes());
        shown.push(player.screen().contents());
    }
    let seen = |shown: &&String| shown.contains("added noop[there]");
    assert!(shown.iter().any(|shown| seen(&shown)), "{shown:?}");
}

/// A recording that is not whole is told of, and where there is nothing to record nothing is begun.
#[test]
fn a_recording_that_cannot_be_is_told_of() {
    let home = Home::new("tui-unrecorded");
    let mut weft = screen(&home, small(&["--record", "/dev/full", "empty.yaml"]));
    weft.line("quit");
    assert_eq!(weft.ends(), 1);
    assert!(
        weft.text().contains("the recording cannot be written"),
        "{}",
        weft.text()
    );
    for (args, why, code) in [
        (
            &["--record", "none/out.cast", "empty.yaml"][..],
            "--record none/out.cast",
            1,
        ),
        (
            &["--record", "out.cast", "--plain", "empty.yaml"],
            "there is none",
            64,
        ),
        (
            &["--record", "out.cast", "empty.yaml", "-c", "status"],
            "there is none",
            64,
        ),
    ] {
        let mut weft = Terminal::open(&home.0, small(args));
        assert_eq!(weft.ends(), code, "{args:?}");
        assert!(weft.text().contains(why), "{}", weft.text());
    }
    assert!(!home.0.join("out.cast").exists());
}
