//! Who else gets the terminal: the editor, and the shell that weft was started from.

use super::again::{in_a_terminal, line_of, told};
use super::ends::is_as_it_was;
use super::support::Outcome;
use super::*;
use rustix::process::{Pid, Signal, kill_process};
use std::process::Command;
use std::time::Instant;
use weft::tui::term::Hold;

/// The editor has the terminal for itself: cooked, with all that is typed; then the screen is back, with what was edited.
#[test]
fn an_editor_has_the_terminal_for_itself() {
    let home = Home::new("tui-edit");
    let editor = "#!/bin/sh\nstty -a > modes\nprintf 'EDITOR IS HERE\\n'\nread line\nprintf '%s\\n' \"$line\" > typed\n\
                  sed -i 's/hello/goodbye/' \"$1\"\n";
    std::fs::write(home.0.join("ed.sh"), editor).expect("written");
    let env = [("VISUAL", "sh ed.sh")];
    let start = Start {
        env: &env,
        ..small(&["empty.yaml"])
    };
    let mut weft = screen(&home, start);
    weft.line("add file /tmp/a content=hello");
    weft.sees("added file[/tmp/a]");
    weft.line("edit /tmp/a");
    weft.sees("EDITOR IS HERE");
    assert!(!weft.screen.screen().alternate_screen());
    let drawn = weft.bytes.len();
    weft.line("for the editor alone");
    assert_eq!(line_of(&home.0.join("typed")), "for the editor alone");
    let modes = std::fs::read_to_string(home.0.join("modes")).expect("modes");
    assert!(
        modes.contains(" icanon") && modes.contains(" echo "),
        "{modes}"
    );
    weft.draws(drawn);
    weft.sees("goodbye");
    assert!(weft.screen.screen().alternate_screen());
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

/// The process that a shell has started.
fn job_of(shell: &Terminal) -> Pid {
    child_of(shell.child.process_id().expect("it runs"))
}

/// The process that this one has started.
fn child_of(id: u32) -> Pid {
    let path = format!("/proc/{id}/task/{id}/children");
    let children = std::fs::read_to_string(path).expect("it runs");
    let child = children
        .split_whitespace()
        .next()
        .and_then(|id| id.parse().ok());
    child.and_then(Pid::from_raw).expect("it has a child")
}

/// What stops weft in a shell's terminal.
type Stops = fn(&mut Terminal);

/// Both as a key and as a signal; the shell has its terminal meanwhile, and the screen is drawn anew afterwards.
#[test]
fn the_shell_stops_it_and_lets_it_go_on() {
    let stops: [(&str, Stops); 2] = [
        ("key", |shell| shell.keys("\x1a")),
        ("signal", |shell| {
            kill_process(job_of(shell), Signal::TSTP).expect("it hears");
        }),
    ];
    for (way, stop) in stops {
        let home = Home::new(&format!("tui-stop-{way}"));
        let script = "set -m; stty -g > before; \"$0\" --mouse empty.yaml; stty -g > stopped; echo shell again; read x; fg; \
                      stty -g > after; echo left";
        let args = ["-c", script, env!("CARGO_BIN_EXE_weft")];
        let start = Start {
            program: "/bin/sh",
            ..small(&args)
        };
        let mut shell = screen(&home, start);
        shell.line("add noop kept");
        shell.sees("added noop[kept]");
        stop(&mut shell);
        shell.sees("shell again");
        assert!(!shell.screen.screen().alternate_screen(), "{way}");
        let modes = |name: &str| line_of(&home.0.join(name));
        assert_eq!(modes("before"), modes("stopped"), "{way}");
        let drawn = shell.bytes.len();
        shell.line("on");
        shell.draws(drawn);
        shell.sees("added noop[kept]");
        assert!(shell.screen.screen().alternate_screen(), "{way}");
        shell.line("quit");
        shell.sees("left");
        assert_eq!(modes("before"), modes("after"), "{way}");
        assert_eq!(shell.ends(), 0, "{way}");
        is_as_it_was(&shell, way);
    }
}

/// Nobody would let it go on: it says so, and stays.
#[test]
fn without_a_shell_it_does_not_stop() {
    let home = Home::new("tui-alone");
    let mut weft = screen(&home, small(&["empty.yaml"]));
    weft.keys("\x1a");
    weft.sees("there is no shell to go back to");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

/// Waits until this process stands still.
fn stops(process: Pid) {
    let path = format!("/proc/{}/stat", process.as_raw_pid());
    let deadline = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(&path).is_ok_and(|stat| stat.contains(") T ")) {
        assert!(Instant::now() < deadline, "it does not stop");
        std::thread::yield_now();
    }
}

/// The first process of a container was started by nobody there.
#[test]
fn what_nobody_has_started_does_not_stop() {
    let Some(container) = container() else {
        println!("could not run: nobody may number processes anew here");
        return;
    };
    let home = Home::new("tui-first");
    let args = [container, &[env!("CARGO_BIN_EXE_weft"), "empty.yaml"]].concat();
    let start = Start {
        program: "unshare",
        ..small(&args)
    };
    let mut weft = screen(&home, start);
    weft.keys("\x1a");
    weft.sees("there is no shell to go back to");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

/// How `unshare` numbers processes anew, if that can be done.
fn container() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [
        &["--pid", "--fork"],
        &["--map-root-user", "--pid", "--fork"],
    ];
    let works = |way: &&[&str]| {
        let tried = Command::new("unshare").args(*way).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    ways.into_iter().find(works)
}

/// A container's first process may be of a session that has no number there, and so is all that it starts.
#[test]
fn a_shell_of_a_session_without_a_number_stops_it() -> Outcome {
    let Some(container) = container() else {
        println!("could not run: nobody may number processes anew here");
        return Ok(());
    };
    let home = Home::new("tui-container");
    let shell = [
        "sh",
        "-c",
        "\"$0\" empty.yaml; echo left",
        env!("CARGO_BIN_EXE_weft"),
    ];
    let args = [container, &shell[..]].concat();
    let start = Start {
        program: "unshare",
        ..small(&args)
    };
    let mut weft = screen(&home, start);
    let first = job_of(&weft);
    let process = child_of(u32::try_from(first.as_raw_pid())?);
    weft.keys("\x1a");
    weft.gets("\x1b[?1049l");
    stops(process);
    let drawn = weft.bytes.len();
    kill_process(process, Signal::CONT)?;
    weft.draws(drawn);
    weft.line("quit");
    weft.sees("left");
    assert_eq!(weft.ends(), 0);
    Ok(())
}

/// What was typed for the screen and is not read yet when it leaves is nobody's: no shell gets it.
#[test]
fn what_is_not_read_is_dropped() {
    if told().is_some() {
        let hold = Hold::new();
        hold.enter().expect("a terminal");
        hold.put(b"READY").expect("a terminal");
        assert_eq!(typed(true), 1, "something was typed");
        hold.leave();
        assert_eq!(typed(false), 0, "and nothing is left of it");
        println!("DROPPED");
        return;
    }
    let home = Home::new("tui-dropped");
    let mut child = in_a_terminal(&home, "lends::what_is_not_read_is_dropped", &[]);
    child.sees("READY");
    child.keys("\x1b[<0;5;7Mrm -rf nothing\r");
    child.sees("DROPPED");
    assert_eq!(child.ends(), 0, "{}", child.text());
}

/// On how many terminals there is something to read; waits for one, if told so.
fn typed(wait: bool) -> usize {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = std::io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let at_once = Timespec::default();
    poll(&mut fds, (!wait).then_some(&at_once)).expect("it can be asked")
}

/// Several lines that are pasted are shown, and run only by a key; what is in them does nothing to the terminal.
#[test]
fn what_is_pasted_is_not_run() {
    let home = Home::new("tui-paste");
    let mut weft = screen(&home, small(&["empty.yaml"]));
    weft.keys("\x1b[200~add noop one\r\nadd noop two # \x1b]52;c;eA==\x07\x1b[31m\r\n\x1b[201~");
    weft.sees("add noop one");
    weft.sees("add noop two");
    assert!(!weft.text().contains("added"), "{}", weft.text());
    weft.keys("\r");
    weft.sees("added noop[one]");
    weft.sees("added noop[two]");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    let bytes = String::from_utf8_lossy(&weft.bytes).into_owned();
    assert!(
        !bytes.contains("\x1b]") && !bytes.contains('\x07'),
        "{bytes:?}"
    );
}
