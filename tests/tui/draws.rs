//! What reaches the terminal while the screen has it, and what does not.

use super::again::{in_a_terminal, told};
use super::ends::is_as_it_was;
use super::*;
use std::time::Duration;
use weft::tui::term::{Canvas, Hold, Panics};

/// How long an idle screen is looked at.
const IDLE: Duration = Duration::from_secs(10);

/// How often the threads of a program have gone to sleep: each time, something had woken them.
fn naps(weft: &Terminal) -> u64 {
    let id = weft.child.process_id().expect("it runs");
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).expect("it runs");
    let naps = tasks.flatten().filter_map(|task| {
        let status = std::fs::read_to_string(task.path().join("status")).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        line.trim().parse::<u64>().ok()
    });
    naps.sum()
}

/// Nothing happens, and nobody types: the terminal gets nothing, and no thread so much as wakes up.
#[test]
fn an_idle_screen_does_nothing() {
    let home = Home::new("tui-idle");
    let mut weft = screen(&home, small(&["empty.yaml"]));
    weft.keys("x");
    weft.until("what is typed", |text| text.contains('x'));
    // The last of the news may still be drawn.
    while !weft.is_quiet(Duration::from_millis(500)) {}
    let before = naps(&weft);
    assert!(weft.is_quiet(IDLE), "{}", weft.text());
    assert_eq!(naps(&weft) - before, 0, "something woke up");
    weft.keys("\x7f");
    weft.keys(CTRL_D);
    assert_eq!(weft.ends(), 0);
}

#[test]
fn an_old_terminal_gets_ascii_alone() {
    for (locale, term, flags) in [
        ("C", "vt100", &[][..]),
        ("C.UTF-8", "vt220", &[]),
        ("C.UTF-8", "linux", &[]),
        ("C", "xterm", &[]),
        ("C.UTF-8", "xterm", &["--ascii"]),
    ] {
        let home = Home::new(&format!("tui-ascii-{locale}-{term}"));
        let env = [("LC_ALL", locale), ("TERM", term)];
        let start = Start {
            env: &env,
            ..small(flags)
        };
        let mut weft = screen(&home, start);
        weft.line("apply");
        weft.sees("converged");
        weft.line("status");
        weft.sees("password[pw]");
        weft.keys("\u{fc}\u{8a9e}");
        weft.line("");
        weft.line("quit");
        assert_eq!(weft.ends(), 0);
        let high = weft.bytes.iter().find(|byte| **byte > 0x7e);
        assert_eq!(high, None, "{locale} {term}: {}", weft.text());
    }
}

/// A name that would write into the clipboard of whoever looks at it.
#[test]
fn what_a_resource_is_called_does_nothing_to_the_terminal() {
    let home = Home::new("tui-osc");
    let name = "evil\\u001b]52;c;ZXZpbA==\\u0007\\u202e";
    home.graph(&format!(
        "graph: \"{name}\"\nworld: {{}}\nresources:\n  noop: [{{name: \"{name}\"}}]\n  print: [{{name: p, msg: \"{name}\"}}]\n"
    ));
    let mut weft = screen(&home, small(&["graph.yaml"]));
    for line in ["status", "show", "plan", "apply", "trace full", "nonsense"] {
        let drawn = weft.bytes.len();
        weft.line(line);
        weft.draws(drawn);
    }
    weft.sees("evil");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    let bytes = String::from_utf8_lossy(&weft.bytes).into_owned();
    assert!(!bytes.contains("\x1b]"), "{bytes:?}");
    assert!(
        !bytes.contains('\u{202e}') && !bytes.contains('\x07'),
        "{bytes:?}"
    );
}

/// With NO_COLOR the theme takes the colours away; where one is left, what is reversed stays so all the same.
#[test]
fn without_colour_reverse_stays() {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Modifier, Style};
    if told().is_some() {
        let hold = Hold::new();
        hold.enter().expect("a terminal");
        let mut canvas = Canvas::new(hold.clone());
        let mut cells = Buffer::empty(Rect::new(0, 0, 80, 24));
        let chosen = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        let chosen = chosen.fg(Color::Red);
        cells.set_string(2, 1, "chosen", chosen);
        let drawn = canvas.draw(&cells, 0..24, None);
        assert!(drawn.is_ok());
        // A key says that it was seen.
        let mut key = [0];
        let read = std::io::Read::read(&mut std::io::stdin(), &mut key);
        hold.leave();
        assert_eq!(read.expect("a key"), 1);
        return;
    }
    let home = Home::new("tui-mono");
    let env = [("NO_COLOR", "1")];
    let mut child = in_a_terminal(&home, "draws::without_colour_reverse_stays", &env);
    child.sees("chosen");
    let screen = child.screen.screen();
    for column in 2..8 {
        let cell = screen.cell(1, column).expect("on the screen");
        assert!(cell.inverse() && cell.bold(), "{column}: {cell:?}");
    }
    child.keys("k");
    assert_eq!(child.ends(), 0);
}

/// A panic is told below the shell's own lines, where it can be read, in a terminal that is as it was.
#[test]
fn a_panic_leaves_the_terminal_first() {
    if told().is_some() {
        let hold = Hold::new();
        let _panics = Panics::attend(&hold);
        hold.mouse(true).expect("a terminal");
        hold.enter().expect("a terminal");
        hold.put(b"\x1b[?2026h\x1b[?25lhalf a frame")
            .expect("a terminal");
        panic!("a bug in the screen");
    }
    let home = Home::new("tui-panic");
    let mut child = in_a_terminal(&home, "draws::a_panic_leaves_the_terminal_first", &[]);
    assert_eq!(child.ends(), 101);
    is_as_it_was(&child, "panic");
    assert!(
        child.text().contains("a bug in the screen"),
        "{}",
        child.text()
    );
    assert!(!child.text().contains("half a frame"), "{}", child.text());
}
