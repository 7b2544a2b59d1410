//! Ctrl+C while something runs on this machine, or is asked: the screen stays, and so does the graph (rule E2).

use super::*;

fn fifo(home: &Home, name: &str) -> std::path::PathBuf {
    let path = home.0.join(name);
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo");
    path
}

fn begun(pipe: &std::path::Path) {
    let said = std::fs::read_to_string(pipe).expect("it begins");
    assert_eq!(said, "begun\n");
}

#[test]
fn a_run_is_finished_and_the_screen_stays() {
    let home = Home::new("tui-int-run");
    let (began, go) = (fifo(&home, "began"), fifo(&home, "go"));
    let mut weft = screen(
        &home,
        Start {
            args: &["host"],
            ..Start::default()
        },
    );
    weft.line(&format!(
        "add exec long shell=/bin/sh cmd=\"echo begun > {}; read x < {}\"",
        began.display(),
        go.display()
    ));
    weft.sees("added exec[long]");
    weft.line("add noop after; long -> after");
    weft.sees("linked exec[long]");
    weft.line("apply; add noop late");
    weft.sees("Apply 1 change to");
    weft.sees("y yes");
    weft.keys("y");
    begun(&began);
    weft.keys(CTRL_C);
    weft.sees("nothing new starts");
    std::fs::write(&go, "go\n").expect("it waits");
    weft.sees("stopped");
    weft.line("status");
    weft.sees("new      noop[after]");
    assert!(!weft.text().contains("noop[late]"), "{}", weft.text());
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

#[test]
fn a_question_is_answered_with_no() {
    let home = Home::new("tui-int-ask");
    let mut weft = screen(
        &home,
        Start {
            args: &["host"],
            ..Start::default()
        },
    );
    weft.line("add exec e cmd=true");
    weft.sees("added exec[e]");
    weft.line("apply");
    weft.sees("Apply 1 change to");
    weft.keys(CTRL_C);
    weft.sees("nothing was changed");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    assert!(weft.text().contains("1 edit not saved"), "{}", weft.text());
}
