//! Ctrl-C and Ctrl-D, wherever a person may be when they come: the graph that was typed is still there afterwards.

use super::*;

/// A pipe with a name, so that a command and a test wait for each other.
fn fifo(home: &Home, name: &str) -> PathBuf {
    let path = home.0.join(name);
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo");
    path
}

/// Waits until a command has written into a pipe.
fn begun(pipe: &Path) {
    let said = std::fs::read_to_string(pipe).expect("it begins");
    assert_eq!(said, "begun\n");
}

/// Rule E2, on a graph that is not the first one of this console: the first interrupt finishes what runs, and the rest of the
/// line is not begun.
#[test]
fn a_run_is_stopped_and_the_console_stays() {
    let home = Home::new("int-run");
    let (began, go) = (fifo(&home, "began"), fifo(&home, "go"));
    let mut weft = Terminal::start(&home.0, &["host"]);
    weft.prompts("host graph ›");
    weft.line("new other");
    weft.prompts("host other ›");
    weft.line(&format!(
        "add exec long shell=/bin/sh cmd=\"echo begun > {}; read x < {}\"",
        began.display(),
        go.display()
    ));
    weft.sees("added exec[long]");
    weft.line("add noop after");
    weft.sees("added noop[after]");
    weft.line("long -> after");
    weft.sees("linked exec[long]");
    weft.line("apply; add noop late");
    weft.sees("[y/N/d]");
    weft.line("y");
    begun(&began);
    weft.keys(CTRL_C);
    weft.sees("nothing new starts");
    std::fs::write(&go, "go\n").expect("it waits");
    weft.sees("changed    exec[long]");
    weft.prompts("host other stopped ›");
    weft.line("status");
    weft.sees("new      noop[after]");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    assert!(!weft.text().contains("noop[late]"), "{}", weft.text());
}

#[test]
fn a_plan_is_given_up_and_the_console_stays() {
    let home = Home::new("int-plan");
    let began = fifo(&home, "began");
    let mut weft = Terminal::start(&home.0, &["host"]);
    weft.prompts("host graph ›");
    weft.line(&format!(
        "add exec e cmd=true shell=/bin/sh onlyif=\"echo begun > {}; exec sleep 600\"",
        began.display()
    ));
    weft.sees("added exec[e]");
    weft.line("apply");
    begun(&began);
    weft.keys(CTRL_C);
    weft.sees("interrupted while it was planned: nothing was changed");
    weft.prompts("host graph ›");
    weft.line("unset e onlyif");
    weft.prompts("host graph ›");
    weft.line("plan");
    weft.sees("1 to change");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

#[test]
fn a_question_is_answered_with_no_and_the_console_stays() {
    let home = Home::new("int-ask");
    let mut weft = Terminal::start(&home.0, &["host"]);
    weft.prompts("host graph ›");
    weft.line("add exec e cmd=true");
    weft.sees("added exec[e]");
    for (key, times) in [(CTRL_C, 1), (CTRL_D, 2), (CTRL_C, 3)] {
        weft.line("apply");
        weft.sees_times("[y/N/d]", times);
        weft.keys(key);
        weft.sees_times("nothing was changed", times);
        weft.prompts("host graph ›");
    }
    weft.line("add value v value=?");
    weft.sees("value[v].value:");
    weft.keys(CTRL_C);
    weft.sees("there is no answer");
    weft.prompts("host graph ›");
    weft.line("show");
    weft.sees("add exec[e] cmd=true");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

/// Rule L6: what was refused is not well, and an interrupt says that it was one.
#[test]
fn a_question_of_one_command_gives_its_exit_code() {
    let home = Home::new("int-code");
    let graph = home.graph("resources:\n  exec:\n  - {name: e, cmd: 'true'}\n");
    let graph = graph.to_str().expect("a plain path");
    for (args, answer, code) in [
        (&["apply", graph][..], CTRL_C, 130),
        (&["apply", graph], CTRL_D, 1),
        (&["watch", graph], "n\r", 1),
        (&[graph, "-c", "apply", "-c", "kinds"], CTRL_C, 130),
        (&[graph, "-c", "apply"], "n\r", 1),
    ] {
        let mut weft = Terminal::start(&home.0, args);
        weft.sees("[y/N/d]");
        weft.keys(answer);
        weft.sees("nothing was changed");
        assert_eq!(weft.ends(), code, "{args:?}: {}", weft.text());
        assert!(!weft.text().contains("password"), "{}", weft.text());
    }
}

/// What is longer than the terminal goes through the pager, and an interrupt there is the pager's affair.
#[test]
fn a_pager_has_the_terminal_for_itself() {
    let home = Home::new("int-pager");
    let names: String = (0..60).map(|n| format!("  - name: n{n:02}\n")).collect();
    let graph = home.graph(&format!("resources:\n  noop:\n{names}"));
    let pager = home.0.join("pager");
    let script = "trap 'echo its own affair' INT; cat > /dev/null; echo paging; read x < /dev/tty; read x < /dev/tty";
    std::fs::write(&pager, script).expect("written");
    let pager = format!("sh {}", pager.display());
    let graph = graph.to_str().expect("a plain path");
    for args in [&["status", graph][..], &["graph", graph]] {
        let mut weft = Terminal::start_with(&home.0, args, &[("PAGER", &pager)]);
        weft.sees("paging");
        weft.keys(CTRL_C);
        // A shell that hears it just before it reads tells of it once a line has come.
        weft.line("");
        weft.sees("its own affair");
        weft.line("");
        assert_eq!(weft.ends(), 0, "{args:?}: {}", weft.text());
        assert!(weft.text().contains("noop[n59]"), "{}", weft.text());
    }
}

/// Rule P3: what a run had still to do when its terminal went away is done by the next one.
#[test]
fn p3_a_terminal_that_goes_away_loses_no_notification() {
    let home = Home::new("hup-run");
    let (began, go) = (fifo(&home, "began"), fifo(&home, "go"));
    let at = |name: &str| home.0.join(name).display().to_string();
    let text = format!(
        "graph: hup\nresources:\n  exec:\n  - name: long\n    shell: /bin/sh\n    creates: {made}\n    \
         cmd: echo begun > {began}; read x < {go}; touch {made}\n  - name: react\n    refreshonly: true\n    shell: /bin/sh\n    \
         cmd: echo reacted >> {log}\nedges:\n- exec[long] ~> exec[react]\n",
        made = at("made"),
        began = began.display(),
        go = go.display(),
        log = at("log"),
    );
    let graph = home.graph(&text);
    let apply = ["apply", "--yes", graph.to_str().expect("a plain path")];
    let mut weft = Terminal::start(&home.0, &apply);
    begun(&began);
    weft.hangs_up();
    weft.sees("nothing new starts");
    std::fs::write(&go, "go\n").expect("it waits");
    assert_eq!(weft.ends(), 129, "{}", weft.text());
    assert!(!home.0.join("log").exists(), "{}", weft.text());
    let mut weft = Terminal::start(&home.0, &apply);
    weft.sees("refreshed  exec[react]");
    assert_eq!(weft.ends(), 0, "{}", weft.text());
    let log = std::fs::read_to_string(home.0.join("log")).expect("it reacted");
    assert_eq!(log, "reacted\n");
}
