//! A trace that is shown again in a real terminal.

use super::*;
use weft::engine::event::{Event, EventId, What};
use weft::graph::Key;
use weft::time::Time;
use weft::trace::json_line;

/// The password story's trace, in this directory.
fn password(home: &Home) {
    let mut weft = Terminal::open(&home.0, small(&["--trace", "it.jsonl", "-c", "apply"]));
    assert_eq!(weft.ends(), 0, "{}", weft.text());
}

#[test]
fn a_trace_is_played_on_the_screen() {
    let home = Home::new("tui-replay");
    password(&home);
    let args = [
        "replay",
        "it.jsonl",
        "--speed",
        "64",
        "--record",
        "again.cast",
    ];
    let mut weft = screen(&home, small(&args));
    weft.sees("replay of it.jsonl");
    weft.sees("OVER");
    weft.keys("<<");
    weft.sees("STILL");
    weft.keys("p");
    weft.sees("nothing can be done here");
    weft.keys("q");
    assert_eq!(weft.ends(), 0);
    let recorded = std::fs::read_to_string(home.0.join("again.cast")).expect("a recording");
    assert!(recorded.contains("STILL"), "{recorded}");
    let hung = screen(&home, small(&["replay", "it.jsonl"]));
    hung.hangs_up();
    let mut hung = hung;
    assert_eq!(hung.ends(), 129);
}

/// Where there is no screen it is told in lines, and why; a trace of another graph is warned of.
#[test]
fn where_there_is_no_screen_it_is_told_in_lines() {
    let home = Home::new("tui-replay-plain");
    password(&home);
    for (args, env, said) in [
        (&["replay", "it.jsonl", "--plain"][..], &[][..], "converged"),
        (
            &["replay", "it.jsonl"],
            &[("TERM", "dumb")],
            "as lines: TERM says",
        ),
        (
            &["replay", "it.jsonl", "empty.yaml", "--no-screen"],
            &[("PAGER", "cat")],
            "FILE does not have",
        ),
    ] {
        let mut weft = Terminal::open(&home.0, Start { env, ..small(args) });
        assert_eq!(weft.ends(), 0, "{args:?}: {}", weft.text());
        let text = weft.text().replace('\n', " ");
        assert!(
            text.contains(said) && text.contains("converged"),
            "{args:?}: {}",
            weft.text()
        );
        let bytes = String::from_utf8_lossy(&weft.bytes).into_owned();
        assert!(!bytes.contains(OPENS), "{bytes:?}");
    }
}

/// A trace whose every text is meant for the terminal.
fn evil() -> String {
    let text = "evil\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}\u{9d}52;c;x\u{9c}".to_owned();
    let key = || Key::new(&text, &text);
    let failed = What::Failed {
        why: text.clone(),
        detail: vec![text.clone()],
        needs_root: false,
        still_running: false,
    };
    let notified = What::Notified {
        from: Some(Key::new("noop", &text)),
        generation: 1,
        may: false,
    };
    let all = [
        What::Command(text.clone()),
        What::Said(text.clone()),
        notified,
        failed,
        What::Note(text.clone()),
    ];
    let lines = all.into_iter().zip(1..).map(|(what, id)| {
        let subject = (!matches!(what, What::Command(_))).then(key);
        let event = Event {
            id: EventId(id),
            at: Time(id),
            subject,
            what,
            cause: id.checked_sub(1).map(EventId),
        };
        json_line(&event) + "\n"
    });
    lines.collect()
}

#[test]
fn what_a_trace_holds_does_nothing_to_the_terminal() {
    let home = Home::new("tui-replay-osc");
    std::fs::write(home.0.join("evil.jsonl"), evil()).expect("written");
    // An error shows what it is about.
    std::fs::write(
        home.0.join("bad.jsonl"),
        evil().replace("command", "\u{9d}52;c;x"),
    )
    .expect("written");
    let mut bytes = Vec::new();
    for args in [
        &["replay", "evil.jsonl", "--plain"][..],
        &["replay", "evil.jsonl", "--plain", "--color", "always"],
        &["replay", "bad.jsonl"],
    ] {
        let mut weft = Terminal::open(&home.0, small(args));
        weft.ends();
        assert!(weft.text().contains("u{9d}52"), "{args:?}: {}", weft.text());
        bytes.extend(weft.bytes.clone());
    }
    let mut weft = screen(&home, small(&["replay", "evil.jsonl", "--speed", "64"]));
    weft.sees("OVER");
    weft.keys("w");
    weft.sees("Enter/Esc closes");
    weft.keys("q+");
    weft.sees("boxes");
    weft.keys("q");
    assert_eq!(weft.ends(), 0);
    bytes.extend(weft.bytes.clone());
    let bytes = String::from_utf8_lossy(&bytes).into_owned();
    for evil in ["\x1b]", "\u{7}", "\u{202e}", "\u{9d}", "\u{9c}"] {
        assert!(!bytes.contains(evil), "{evil:?}: {bytes:?}");
    }
}
