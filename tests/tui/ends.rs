//! However it ends, the terminal is as it was.

use super::*;
use rustix::process::Signal;

/// Ends weft in some way, and gives its exit code.
type Ends = fn(&mut Terminal);

#[test]
fn the_terminal_is_as_it_was() {
    let ways: [(&str, Ends, u32); 5] = [
        ("quit", |weft| weft.line("quit"), 0),
        ("ctrl-d", |weft| weft.keys(CTRL_D), 0),
        (
            "ctrl-c",
            |weft| {
                let drawn = weft.bytes.len();
                weft.keys(CTRL_C);
                weft.draws(drawn);
                weft.keys(CTRL_C);
            },
            0,
        ),
        ("term", |weft| weft.signals(Signal::TERM), 143),
        ("hup", |weft| weft.signals(Signal::HUP), 129),
    ];
    for (way, ends, code) in ways {
        let home = Home::new(&format!("tui-{way}"));
        let mut weft = screen(&home, small(&["--mouse", "empty.yaml"]));
        weft.gets("\x1b[?1002h");
        assert_ne!(weft.modes(), weft.before, "it is raw");
        ends(&mut weft);
        assert_eq!(weft.ends(), code, "{way}: {}", weft.text());
        is_as_it_was(&weft, way);
    }
}

/// Every mode that was switched on is off again.
pub fn is_as_it_was(weft: &Terminal, way: &str) {
    assert_eq!(weft.modes(), weft.before, "{way}");
    let screen = weft.screen.screen();
    assert!(!screen.alternate_screen(), "{way}");
    assert!(!screen.bracketed_paste(), "{way}");
    assert!(!screen.hide_cursor(), "{way}");
    assert_eq!(
        screen.mouse_protocol_mode(),
        vt100::MouseProtocolMode::None,
        "{way}"
    );
    let bytes = String::from_utf8_lossy(&weft.bytes).into_owned();
    let last = |mode: &str| {
        (
            bytes.rfind(&format!("{mode}h")),
            bytes.rfind(&format!("{mode}l")),
        )
    };
    for mode in [
        "\x1b[?1049",
        "\x1b[?2004",
        "\x1b[?2026",
        "\x1b[?1000",
        "\x1b[?1002",
        "\x1b[?1006",
    ] {
        let (on, off) = last(mode);
        assert!(on.is_some() && on < off, "{way}: {mode:?} is still on");
    }
    let (shown, hidden) = last("\x1b[?25");
    assert!(shown > hidden, "{way}: the cursor is hidden");
}
