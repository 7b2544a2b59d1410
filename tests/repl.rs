//! The real binary in a real pseudo terminal: what a person types, and what the screen shows.

#[path = "repl/hangups.rs"]
mod hangups;
#[path = "repl/interrupts.rs"]
mod interrupts;
#[path = "repl/keys.rs"]
mod keys;
#[path = "repl/typed.rs"]
mod typed;

#[path = "support/left.rs"]
mod left;
#[path = "support/pty.rs"]
mod pty;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use pty::{CTRL_C, CTRL_D, Home, PATIENCE, Start, Terminal};

const UP: &str = "\x1b[A";
/// Rows and columns of the terminal.
const ROWS: u16 = 50;
const COLS: u16 = 120;

/// weft with its prompt alone.
impl Terminal {
    fn start(home: &Path, args: &[&str]) -> Terminal {
        Terminal::start_with(home, args, &[])
    }

    fn start_with(home: &Path, args: &[&str], env: &[(&str, &str)]) -> Terminal {
        Terminal::alone(home, args, env, COLS)
    }

    /// The same in a terminal of so many columns.
    fn sized(home: &Path, args: &[&str], cols: u16) -> Terminal {
        Terminal::alone(home, args, &[], cols)
    }

    fn alone(home: &Path, args: &[&str], env: &[(&str, &str)], cols: u16) -> Terminal {
        let args = [&["--no-screen"], args].concat();
        let start = Start {
            args: &args,
            env,
            cols,
            rows: ROWS,
            ..Start::default()
        };
        Terminal::open(home, start)
    }
}

/// Puts a whole text in a file's place at once: whoever watches it sees no half of it.
fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).expect("written");
    std::fs::rename(&beside, path).expect("renamed");
}

/// Waits until a file holds this.
fn comes_to_hold(weft: &Terminal, path: &Path, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    while std::fs::read_to_string(path).is_ok_and(|found| found != text) {
        assert!(Instant::now() < deadline, "{}", weft.text());
        std::thread::yield_now();
    }
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    let meta = std::fs::metadata(path).expect("it is there");
    meta.permissions().mode() & 0o777
}

#[test]
fn the_password_graph_is_typed_planned_and_applied() {
    let home = Home::new("type");
    let mut weft = Terminal::start(&home.0, &["empty.yaml"]);
    weft.prompts("sim mine ›");
    weft.line("add password pw length=16");
    weft.sees("added password[pw]");
    weft.line("add file /tmp/secret mode=0600");
    weft.line("add noop bystander");
    weft.sees("added noop[bystander]");
    weft.line("password[pw].password -> file[/tmp/secret].content");
    weft.line("/tmp/secret ~> bystander");
    weft.line("plan");
    weft.sees("plan for sim, seed 0");
    weft.sees("2 to add, 1 to refresh");
    weft.line("apply");
    weft.sees("converged");
    for line in [
        "changed    password[pw]",
        "received   file[/tmp/secret]",
        "refreshed  noop[bystander]",
    ] {
        weft.sees(line);
    }
    weft.prompts("sim mine ok ›");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

#[test]
fn tab_completes_and_an_error_points_at_its_place() {
    let home = Home::new("tab");
    let mut weft = Terminal::start(&home.0, &["empty.yaml"]);
    weft.prompts("sim mine ›");
    weft.keys("add pass\t");
    weft.prompts("› add password");
    weft.keys("pw leng\t");
    weft.prompts("pw length=");
    weft.line("20");
    weft.sees("added password[pw]");
    weft.line("set pw lenth=3");
    weft.sees("^^^");
    weft.sees("error:");
    weft.line("show pw");
    weft.sees("length  20");
    weft.ready();
    weft.keys(CTRL_D);
    assert_eq!(weft.ends(), 0);
}

/// A service manager whose bus takes the call and never answers is not waited for.
#[test]
fn tab_goes_on_where_the_service_manager_does_not_answer() {
    let home = Home::new("tab-bus");
    let bus = std::os::unix::net::UnixListener::bind(home.0.join("bus")).expect("a socket");
    let dir = home.0.display().to_string();
    let mut weft = Terminal::start_with(&home.0, &["host"], &[("XDG_RUNTIME_DIR", &dir)]);
    weft.prompts("host graph ›");
    weft.keys("add svc weft-tri\t");
    let (asked, _) = bus.accept().expect("it is asked");
    weft.keys("al\r");
    weft.sees("added svc[weft-trial]");
    weft.ready();
    weft.keys(CTRL_D);
    assert_eq!(weft.ends(), 0);
    drop(asked);
}

/// What is completed are the paths of the machine that is acted on, and the files here for what is read here.
#[test]
fn tab_completes_paths_of_the_simulated_machine() {
    let home = Home::new("tab-path");
    let mut weft = Terminal::start(&home.0, &["empty.yaml"]);
    weft.prompts("sim mine ›");
    weft.line("sim write /srv/only-simulated x");
    weft.prompts("sim mine ›");
    weft.keys("add file /srv/on\t");
    weft.prompts("add file /srv/only-simulated");
    weft.line("");
    weft.sees("added file[/srv/only-simulated]");
    weft.keys("load emp\t");
    weft.prompts("load empty.yaml");
    weft.keys(CTRL_C);
    weft.until("cleared line", |text| {
        text.trim_end().ends_with("sim mine ›")
    });
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

#[test]
fn open_lines_go_on() {
    let home = Home::new("open");
    let mut weft = Terminal::start(&home.0, &["empty.yaml"]);
    weft.prompts("sim mine ›");
    weft.line("add file /tmp/a content=<<END");
    weft.line("first");
    weft.line("second");
    weft.line("END");
    weft.sees("added file[/tmp/a]");
    weft.line("apply");
    weft.sees("+second");
    weft.ready();
    weft.keys(CTRL_D);
    assert_eq!(weft.ends(), 0);
}

#[test]
fn ctrl_c_clears_a_line_and_twice_on_an_empty_one_leaves() {
    let home = Home::new("ctrl-c");
    let mut weft = Terminal::start(&home.0, &["empty.yaml"]);
    weft.prompts("sim mine ›");
    weft.keys("add noop never");
    weft.prompts("add noop never");
    weft.keys(CTRL_C);
    weft.until("cleared line", |text| {
        text.trim_end().ends_with("sim mine ›")
    });
    weft.line("add noop there");
    weft.sees("added noop[there]");
    weft.ready();
    weft.keys(CTRL_C);
    weft.sees("Ctrl+C again");
    weft.line("status");
    weft.sees_times("noop[there]", 2);
    weft.ready();
    assert!(
        !weft.text().contains("added noop[never]"),
        "{}",
        weft.text()
    );
    weft.keys(CTRL_C);
    weft.sees_times("Ctrl+C again", 2);
    weft.keys(CTRL_C);
    assert_eq!(weft.ends(), 0);
}

#[test]
fn the_history_keeps_what_it_should() {
    let home = Home::new("history");
    let mut weft = Terminal::start(&home.0, &["empty.yaml"]);
    weft.prompts("sim mine ›");
    weft.line("add noop first");
    weft.sees("added noop[first]");
    weft.line(" add noop hidden");
    weft.sees("added noop[hidden]");
    weft.line("add value s value=hunter2 meta.sensitive=true");
    weft.sees("added value[s]");
    weft.ready();
    weft.keys(CTRL_D);
    assert_eq!(weft.ends(), 0);
    let path = home.0.join("state/weft/history");
    let kept = std::fs::read_to_string(&path).expect("a history");
    assert!(kept.contains("add noop first"), "{kept}");
    assert!(
        !kept.contains("hidden") && !kept.contains("hunter2"),
        "{kept}"
    );
    assert_eq!(
        (mode(&path), mode(path.parent().expect("a directory"))),
        (0o600, 0o700)
    );

    let mut weft = Terminal::start(&home.0, &["empty.yaml"]);
    weft.prompts("sim mine ›");
    weft.keys(UP);
    weft.prompts("› add noop first");
    weft.keys("\r");
    weft.sees("added noop[first]");
    weft.ready();
    weft.keys(CTRL_D);
    assert_eq!(weft.ends(), 0);
}

#[test]
fn a_secret_that_is_asked_for_is_not_echoed() {
    let home = Home::new("secret");
    let mut weft = Terminal::start(&home.0, &["empty.yaml"]);
    weft.prompts("sim mine ›");
    weft.line("add file /tmp/s content=?");
    weft.sees("file[/tmp/s].content:");
    weft.line("hunter2");
    weft.sees("added file[/tmp/s]");
    weft.line("apply");
    weft.sees("converged");
    weft.line("show /tmp/s");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    assert!(!weft.text().contains("hunter2"), "{}", weft.text());
    let kept = std::fs::read_to_string(home.0.join("state/weft/history")).expect("a history");
    assert!(
        kept.contains("content=?") && !kept.contains("hunter2"),
        "{kept}"
    );
}

#[test]
fn apply_on_this_machine_asks_first() {
    let home = Home::new("ask");
    let target = home.0.join("made");
    let text = format!(
        "resources:\n  file:\n  - name: {}\n    content: hello\n",
        target.display()
    );
    let graph = home.graph(&text);
    let graph = graph.to_str().expect("a plain path");
    let mut weft = Terminal::start(&home.0, &["apply", graph]);
    weft.sees("Apply 1 change to");
    weft.sees("? (d shows the differences) [y/N/d]");
    weft.line("d");
    weft.sees("? [y/N/d]");
    weft.line("n");
    weft.sees("nothing was changed");
    assert_eq!(weft.ends(), 1, "what was refused is not done");
    assert!(!target.exists());

    let mut weft = Terminal::start(&home.0, &["apply", graph]);
    weft.sees("[y/N/d]");
    weft.line("y");
    weft.sees("converged");
    assert_eq!(weft.ends(), 0);
    assert_eq!(std::fs::read_to_string(&target).expect("made"), "hello");
}

/// The first line says what this is, and lines that are longer than the terminal are broken where words end.
#[test]
fn a_session_begins_with_what_it_is_and_lines_fit() {
    let home = Home::new("greets");
    let mut weft = Terminal::sized(&home.0, &["empty.yaml"], 60);
    weft.sees("0 resources, on sim, seed 0");
    weft.prompts("sim mine ›");
    assert!(weft.text().starts_with("weft "), "{}", weft.text());
    weft.line("add file /srv/a content=hello");
    weft.line("plan");
    weft.sees("1 to add");
    let told = "  + file[/srv/a]                missing, should be a file\n                                with mode 0644";
    weft.sees(told);
    weft.ready();
    weft.keys(CTRL_D);
    assert_eq!(weft.ends(), 0);
}

/// What a state directory keeps goes only if a person says so.
#[test]
fn dropping_state_asks_first() {
    let home = Home::new("drop");
    let kept = home.0.join("graphs/shop-0123456789ab/passwords");
    std::fs::create_dir_all(&kept).expect("a directory");
    std::fs::write(kept.join("db"), "hunter2").expect("written");
    for (answer, there) in [("n", true), ("y", false)] {
        let mut weft = Terminal::start(&home.0, &["state", "drop", "shop-0123456789ab"]);
        weft.sees(
            "Remove shop-0123456789ab, with 1 kept password, 0 pending notifications, 0 debts, 0 unsaved edits?",
        );
        weft.line(answer);
        assert_eq!(weft.ends(), u32::from(there));
        assert_eq!(kept.exists(), there);
    }
}

#[test]
fn a_watch_goes_on_above_the_prompt() {
    let home = Home::new("watch");
    let target = home.0.join("kept");
    let text = format!(
        "graph: mine\nresources:\n  file:\n  - name: {}\n    content: right\n",
        target.display()
    );
    let graph = home.graph(&text);
    let mut weft = Terminal::start(&home.0, &[graph.to_str().expect("a plain path")]);
    weft.prompts("host mine ›");
    weft.line("watch");
    weft.sees("[y/N/d]");
    weft.line("y");
    weft.sees("converged");
    weft.prompts("host mine watching ›");
    weft.keys("add noop typed");
    weft.prompts("add noop typed");
    replace(&target, "wrong");
    weft.sees("-wrong");
    weft.prompts("host mine watching › add noop typed");
    weft.keys("\r");
    weft.sees("staged: `apply` shows it and asks");
    weft.prompts("host mine staged ›");
    weft.line("stop");
    weft.sees("stopping");
    weft.prompts("›");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    assert_eq!(std::fs::read_to_string(&target).expect("kept"), "right");
}

/// A file that is edited while the plan of it is shown is read again once it is watched, and what it came to is asked about; so is one that a
/// file uses, also if it uses it only since then.
#[test]
fn what_is_edited_while_the_question_stands_is_read() {
    let home = Home::new("edited");
    let target = home.0.join("kept");
    let text = |content: &str| {
        let at = target.display();
        format!("graph: mine\nresources:\n  file:\n  - {{name: {at}, content: {content}}}\n")
    };
    let graph = home.graph(&text("old"));
    let used = home.0.join("used.yaml");
    let mut weft = Terminal::start(&home.0, &["watch", graph.to_str().expect("a plain path")]);
    weft.sees("[y/N/d]");
    std::fs::write(&used, text("new")).expect("written");
    replace(&graph, "use: used.yaml\n");
    weft.line("y");
    weft.sees("+new");
    weft.sees("[y/N/d]");
    weft.line("y");
    weft.sees("was read again");
    replace(&used, &text("newest"));
    weft.sees("+newest");
    weft.sees("[y/N/d]");
    weft.line("y");
    weft.sees("was read again");
    comes_to_hold(&weft, &target, "newest");
    weft.keys(CTRL_C);
    weft.ends();
}

/// Rules L4 and W4: a watch that waits for an answer says so above the line that is being typed, and in its prompt; the line stays.
#[test]
fn a_watch_that_asks_is_told_while_a_line_is_typed() {
    let home = Home::new("asks");
    let (gate, target) = (home.0.join("gate"), home.0.join("kept"));
    let made = std::process::Command::new("mkfifo").arg(&gate).status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo");
    std::fs::write(&target, "right").expect("written");
    let graph = home.graph(&format!(
        "graph: mine\nresources:\n  exec:\n  - name: wait\n    shell: /bin/sh\n    cmd: cat {}\n  file:\n  - name: {1}\n    \
         content: right\nedges:\n- exec[wait] -> file[{1}]\n",
        gate.display(),
        target.display()
    ));
    let mut weft = Terminal::start(&home.0, &["-q", graph.to_str().expect("a plain path")]);
    weft.prompts("host mine ›");
    weft.line("watch");
    weft.sees("[y/N/d]");
    weft.line("y");
    weft.prompts("host mine watching ›");
    weft.keys("add noop typed");
    weft.prompts("add noop typed");
    // What the plan did not say: it was right then.
    replace(&target, "wrong");
    std::fs::write(&gate, "").expect("it is waited for");
    weft.sees("would do what the plan did not say, and waits: Enter asks about it");
    weft.prompts("host mine asks     › add noop typed");
    weft.keys("more\r");
    weft.sees("added noop[typedmore]");
    weft.sees("[y/N/d]");
    weft.line("y");
    weft.prompts("host mine staged ›");
    // A stop that comes at once would find it not begun.
    comes_to_hold(&weft, &target, "right");
    weft.line("stop");
    weft.prompts("›");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

#[test]
fn a_run_in_the_foreground_is_stopped_by_ctrl_c() {
    let home = Home::new("stop");
    // A key that comes while the command is being started would still be meant for it, too.
    let begun = home.0.join("begun");
    let made = std::process::Command::new("mkfifo").arg(&begun).status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo");
    let graph = home.graph(&format!(
        "resources:\n  exec:\n  - name: long\n    shell: /bin/sh\n    cmd: echo begun > {}; exec sleep 600\n",
        begun.display()
    ));
    let mut weft = Terminal::start(&home.0, &["--yes", graph.to_str().expect("a plain path")]);
    weft.prompts("host graph ›");
    weft.line("apply");
    weft.sees("start ");
    assert_eq!(
        std::fs::read_to_string(&begun).expect("it begins"),
        "begun\n"
    );
    weft.keys(CTRL_C);
    weft.sees("nothing new starts");
    weft.keys(CTRL_C);
    weft.sees("what runs is cancelled");
    weft.prompts("host graph stopped ›");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

#[test]
fn without_colour_nothing_is_coloured() {
    let home = Home::new("mono");
    let env = [("NO_COLOR", "1"), ("LANG", "C"), ("TERM", "xterm")];
    let mut weft = Terminal::start_with(&home.0, &["empty.yaml"], &env);
    weft.prompts("sim mine >");
    weft.line("add noop n");
    weft.sees("added noop[n]");
    weft.line("apply");
    weft.sees("converged");
    weft.prompts("ok >");
    let screen = weft.screen.screen();
    let (rows, cols) = (ROWS, COLS);
    for (row, col) in (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col))) {
        let cell = screen.cell(row, col).expect("on the screen");
        assert_eq!(cell.fgcolor(), vt100::Color::Default, "{row} {col}");
        assert!(
            cell.contents().is_ascii(),
            "{row} {col}: {}",
            cell.contents()
        );
    }
    weft.prompts(">");
    weft.keys(CTRL_D);
    assert_eq!(weft.ends(), 0);
}
