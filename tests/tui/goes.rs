//! A terminal that goes away, where no signal says so: weft was started so that it does not hear of hang-ups.

use super::again::{Holder, holds, line_of, text_of, told};
use super::*;

fn fifo(home: &Home, name: &str) {
    let made = std::process::Command::new("mkfifo")
        .arg(home.0.join(name))
        .status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo");
}

#[test]
fn an_idle_screen_ends_with_its_terminal() {
    if let Some(told) = told() {
        return holds(&told);
    }
    let home = Home::new("tui-goes");
    home.graph("graph: mine\n");
    let test = "goes::an_idle_screen_ends_with_its_terminal";
    let holder = Holder::new(&home, test, "", "add noop n");
    line_of(&home.0.join("typed"));
    holder.goes();
    assert_eq!(line_of(&home.0.join("code")), "129");
}

/// Rule E2: what runs is finished, and nothing new is started, whether or not a signal says the same.
#[test]
fn a_run_is_stopped_by_its_terminal() {
    if let Some(told) = told() {
        return holds(&told);
    }
    for (name, trap) in [("goes-run", ""), ("goes-told", ":")] {
        let home = Home::new(&format!("tui-{name}"));
        fifo(&home, "begun");
        fifo(&home, "go");
        home.graph(&format!(
            "graph: mine\nresources:\n  exec:\n  - name: slow\n    shell: /bin/sh\n    creates: {dir}/done\n    \
             cmd: echo begun > {dir}/begun; read x < {dir}/go; echo once >> {dir}/done\n  \
             - name: never\n    shell: /bin/sh\n    cmd: echo late >> {dir}/late\n\
             edges:\n- exec[slow] -> exec[never]\n",
            dir = home.0.display()
        ));
        let test = "goes::a_run_is_stopped_by_its_terminal";
        let holder = Holder::new(&home, test, trap, "apply");
        let begun = std::fs::read_to_string(home.0.join("begun")).expect("it begins");
        assert_eq!(begun, "begun\n");
        holder.goes();
        let log = home.0.join("log");
        text_of(&log, |log| log.contains("nothing new starts"));
        std::fs::write(home.0.join("go"), "go\n").expect("it waits");
        assert_eq!(line_of(&home.0.join("code")), "129", "{name}");
        assert_eq!(line_of(&home.0.join("done")), "once", "{name}");
        assert!(!home.0.join("late").exists(), "{name}");
        let log = text_of(&log, |_| true);
        assert!(!log.contains("cancelled"), "{name}: {log}");
    }
}
