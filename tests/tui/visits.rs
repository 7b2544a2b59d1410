//! What a person does on the screen, in a real terminal: looks back, makes the window larger and smaller, and all of it in ASCII.

use super::ends::is_as_it_was;
use super::*;

/// The story of the password, applied, with the keys in the graph.
fn applied(home: &Home, rows: u16, cols: u16) -> Terminal {
    let args = ["--no-motion", "--mouse"];
    let start = Start {
        rows,
        cols,
        ..small(&args)
    };
    let mut weft = screen(home, start);
    weft.keys("\x1b");
    weft.sees("i prompt");
    weft.keys("a");
    weft.sees("converged, 2 changed");
    weft
}

#[test]
fn the_past_is_seen_and_left_alone() {
    let home = Home::new("tui-past");
    let mut weft = applied(&home, 24, 80);
    weft.keys("<<<");
    weft.sees("LIVE +");
    weft.sees("the past");
    weft.keys("a");
    weft.sees("the past, where nothing can be done");
    // What only asks is answered, of the past as well.
    weft.keys("i");
    weft.sees("Tab complete");
    weft.line("status");
    weft.sees("Enter/Esc closes");
    weft.line("set pw length=20");
    weft.sees("nothing can be done");
    // The line is still there.
    weft.keys(CTRL_C);
    weft.until("an empty prompt", |text| !text.contains("set pw"));
    weft.line("show pw");
    weft.sees("Esc closes");
    weft.keys("\x1b");
    weft.sees("Tab complete");
    weft.keys("\x1b");
    weft.sees("End now");
    weft.keys("\x1b[F");
    weft.until("the present", |text| {
        !text.contains("PAST") && text.contains("converged, 2 changed")
    });
    weft.keys("q");
    assert_eq!(weft.ends(), 0);
    is_as_it_was(&weft, "past");
}

#[test]
fn every_size_has_its_panes() {
    let home = Home::new("tui-size");
    let mut weft = applied(&home, 24, 80);
    let sizes: [(u16, u16, &[&str]); 8] = [
        (40, 120, &["━ graph", "─ inspector", "─ trace", "i prompt"]),
        (
            15,
            60,
            &[" graph  inspector  trace", "✦ password[pw]", "i prompt"],
        ),
        (60, 200, &["─ inspector", "─ trace", "✓ noop[bystander]"]),
        (8, 26, &["graph", "✦ password[pw]"]),
        (7, 26, &["too small"]),
        (24, 25, &["too small"]),
        (1, 1, &["t"]),
        (24, 80, &["━ graph", "─ trace", "was notified", "i prompt"]),
    ];
    for (rows, cols, parts) in sizes {
        let drawn = weft.bytes.len();
        weft.resize(rows, cols);
        weft.draws(drawn);
        for part in parts {
            weft.sees(part);
        }
    }
    weft.keys("q");
    assert_eq!(weft.ends(), 0);
    is_as_it_was(&weft, "sizes");
}

/// A whole session, with all that can be drawn: no byte of it is beyond ASCII.
#[test]
fn a_session_in_ascii_has_all_that_there_is() {
    let home = Home::new("tui-ascii-session");
    let env = [("LC_ALL", "C"), ("TERM", "vt100")];
    let start = Start {
        env: &env,
        ..small(&["empty.yaml"])
    };
    let mut weft = screen(&home, start);
    for (line, sees) in [
        ("add password pw length=16", ". password[pw]"),
        ("add file /tmp/secret mode=0600", ". file[/tmp/secret]"),
        ("add noop b\u{fc}rger", "noop[b"),
        (
            "password[pw].password -> file[/tmp/secret].content",
            "content>",
        ),
        ("file[/tmp/secret] ~> noop[b\u{fc}rger]", "=>"),
        ("plan", "2 to add, 1 to refresh"),
        ("apply", "converged"),
        ("help", "line 1 of"),
        ("sim write /tmp/secret x", "sim write"),
        ("plan", "1 to change"),
        ("status", "password[pw]"),
        ("show secret", "sends    sha256"),
        ("why secret", "0.000  check "),
        ("nonsense", "there is no command"),
    ] {
        weft.line(line);
        weft.sees(sees);
    }
    weft.keys("\x1b");
    weft.sees("i prompt");
    for (key, sees) in [("?", "keys: _"), (":", "command: _")] {
        weft.keys(key);
        weft.sees(sees);
        weft.keys("\x1b");
        weft.until("the panes", |text| {
            !text.contains(sees) && panes_are_there(text)
        });
    }
    for (keys, sees) in [
        ("\t", "= inspector"),
        ("\t", "= trace"),
        ("\t", "= graph"),
        ("T", "trace, full"),
        ("+", "boxes"),
        ("==", "dots"),
        ("=", "overview"),
        ("0", "dots of 3"),
        ("<", "PAST"),
    ] {
        weft.keys(keys);
        weft.sees(sees);
    }
    // End, then the prompt; what is typed there is drawn as well as it can be.
    weft.keys("\x1b[Fi\u{fc}\u{8a9e}");
    weft.line("");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    let high = weft.bytes.iter().find(|byte| **byte > 0x7e);
    assert_eq!(high, None, "{}", weft.text());
}

/// Graph, trace, prompt and hints.
fn panes_are_there(text: &str) -> bool {
    ["graph, 3 vertices", "- trace", "sim mine ok >", "i prompt"]
        .iter()
        .all(|part| text.contains(part))
}
