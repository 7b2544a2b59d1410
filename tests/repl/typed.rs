//! Edits that were typed on this machine and not saved: they outlive their console.

use super::*;

use rustix::process::{Pid, Signal, kill_process};

/// The state directories, by name.
fn states(home: &Home) -> Vec<String> {
    let entries = std::fs::read_dir(home.0.join("graphs"));
    let names = entries.into_iter().flatten().flatten();
    let mut names: Vec<String> = names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A file of edits, once it is there.
fn typed(home: &Home, state: &str) -> PathBuf {
    home.0.join("graphs").join(state).join("typed")
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Everything below a directory, as one text.
fn all_below(dir: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        all += &match entry.path().is_dir() {
            true => all_below(&entry.path()),
            false => String::from_utf8_lossy(&std::fs::read(entry.path()).expect("read")).into(),
        };
    }
    all
}

fn kill(mut weft: Terminal) {
    let pid = weft.child.process_id().and_then(|pid| pid.try_into().ok());
    let pid = pid.and_then(Pid::from_raw).expect("it runs");
    kill_process(pid, Signal::KILL).expect("it runs");
    weft.ends();
}

#[test]
fn a_console_that_is_killed_loses_no_edit() {
    let home = Home::new("typed");
    let mut weft = Terminal::start(&home.0, &["host"]);
    weft.prompts("host graph ›");
    assert_eq!(states(&home), [""; 0], "nothing was typed yet");
    weft.line("plan");
    weft.sees("nothing to do");
    weft.prompts("host graph ›");
    assert_eq!(states(&home), [""; 0], "a plan writes nothing");
    weft.line("add value v value=?");
    weft.sees("value[v].value:");
    weft.line("hunter2");
    weft.sees("added value[v]");
    weft.line("add noop a; add noop b; a ~> b; rename b c");
    weft.sees("renamed noop[b] to noop[c]");
    weft.line("add noop gone");
    weft.sees("added noop[gone]");
    weft.line("undo");
    weft.sees("undid: add noop[gone]");
    weft.prompts("host graph ›");
    kill(weft);
    let kept = typed(&home, "session-1");
    assert_eq!(
        text(&kept),
        "add value[v] value=?\nadd noop[a]\nadd noop[b]\nnoop[a] ~> noop[b]\nrename noop[b] c\n"
    );
    assert_eq!(mode(&kept), 0o600);
    assert_eq!(mode(&home.0.join("graphs/session-1")), 0o700);
    assert!(!all_below(&home.0).contains("hunter2"));

    let mut weft = Terminal::start(&home.0, &["host"]);
    weft.sees("5 edits were typed and not saved: `source ");
    weft.prompts("host graph ›");
    weft.line(&format!("source {}", kept.display()));
    weft.sees("value[v].value:");
    weft.line("hunter2");
    weft.sees("renamed noop[b] to noop[c]");
    weft.prompts("host graph ›");
    weft.line("graph");
    weft.sees("~> noop[c]");
    weft.prompts("host graph ›");
    // They are this console's own now.
    assert_eq!(states(&home), ["session-2"]);
    let saved = home.0.join("saved.yaml");
    weft.line(&format!("save {}", saved.display()));
    weft.sees("saved ");
    weft.prompts("host graph ›");
    assert_eq!(states(&home), [""; 0], "what is saved is kept nowhere else");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    assert!(
        !weft.text().contains("not saved, and kept"),
        "{}",
        weft.text()
    );
}

#[test]
fn a_terminal_that_goes_away_keeps_the_edits_of_its_graph() {
    let home = Home::new("typed-hup");
    let graph = home.graph("graph: mine\nresources:\n  noop: [{name: a}]\n");
    let graph = graph.to_str().expect("a plain path");
    let mut weft = Terminal::start(&home.0, &[graph]);
    weft.prompts("host mine ›");
    weft.line("add noop b; a -> b");
    weft.sees("linked ");
    weft.prompts("host mine ›");
    let state = states(&home).pop().expect("a state directory");
    let kept = typed(&home, &state);
    // Another console of the same graph has a file of its own.
    let mut other = Terminal::start(&home.0, &[graph]);
    other.prompts("host mine ›");
    assert!(!other.text().contains("not saved"), "{}", other.text());
    other.line("add noop other");
    other.sees("added noop[other]");
    other.prompts("host mine ›");
    assert_eq!(text(&kept), "add noop[b]\nnoop[a] -> noop[b]\n");
    assert_eq!(text(&kept.with_file_name("typed-2")), "add noop[other]\n");
    other.line("undo");
    other.sees("undid: ");
    other.line("quit");
    assert_eq!(other.ends(), 0);
    assert!(!kept.with_file_name("typed-2").exists());
    drop(weft);

    // From a pipe nobody is offered anything.
    let piped = std::process::Command::new(env!("CARGO_BIN_EXE_weft"))
        .args([graph, "-c", "plan"])
        .env("WEFT_STATE_DIR", home.0.join("graphs"))
        .output()
        .expect("weft runs");
    assert!(!String::from_utf8_lossy(&piped.stderr).contains("not saved"));
    let mut weft = Terminal::start(&home.0, &[graph]);
    weft.sees("2 edits were typed and not saved");
    weft.prompts("host mine ›");
    weft.line(&format!("source {}", kept.display()));
    weft.sees("linked ");
    weft.prompts("host mine ›");
    weft.line("quit");
    weft.sees("2 edits not saved, and kept in ");
    assert_eq!(weft.ends(), 0);
    assert_eq!(states(&home), [state]);
}

/// Rule P5: each console has a state of its own.
/// Rule P5.
#[test]
fn two_consoles_take_two_places() {
    let home = Home::new("typed-two");
    let [mut one, mut two] = [0; 2].map(|_| Terminal::start(&home.0, &["host"]));
    for weft in [&mut one, &mut two] {
        weft.prompts("host graph ›");
    }
    let files = ["one", "two"].map(|name| home.0.join(name));
    for (weft, file) in [&mut one, &mut two].into_iter().zip(&files) {
        weft.line("add noop a; add exec e refreshonly=true cmd=true; a ~> e");
        weft.sees("linked ");
        weft.line(&format!("add file {}", file.display()));
        weft.sees("added file[");
        weft.line("apply");
        weft.sees("[y/N/d]");
        weft.line("y");
        weft.sees("converged");
        weft.prompts("host graph ok ›");
        assert!(file.exists());
    }
    assert_eq!(states(&home), ["session-1", "session-2"]);
    for weft in [&mut one, &mut two] {
        weft.line("new");
        weft.sees("Leave graph without saving it?");
        weft.line("y");
        weft.sees("a new graph, named graph");
        weft.line("quit");
        assert_eq!(weft.ends(), 0);
    }
    assert!(!all_below(&home.0.join("graphs")).contains("add noop[a]"));
}

#[test]
fn where_nothing_can_be_kept_typing_goes_on() {
    let home = Home::new("typed-full");
    let nowhere = home.0.join("nowhere/at/all");
    std::os::unix::fs::symlink(nowhere, home.0.join("graphs")).expect("linked");
    let graph = home.graph("graph: mine\n");
    let mut weft = Terminal::start(&home.0, &[graph.to_str().expect("a plain path")]);
    weft.prompts("host mine ›");
    weft.line("add noop a");
    weft.sees("warning: edits that are not saved are lost with this console: ");
    weft.line("add noop b");
    weft.sees("added noop[b]");
    weft.prompts("host mine ›");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    assert_eq!(weft.text().matches("lost with this console").count(), 1);
}

#[test]
fn what_was_asked_for_is_asked_for_again() {
    let home = Home::new("typed-ask");
    let edits = home.0.join("edits");
    std::fs::write(&edits, "add noop a\nadd value v value=?\n").expect("written");
    let piped = std::process::Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(["host", "-c"])
        .arg(format!("source {}", edits.display()))
        .env("WEFT_STATE_DIR", home.0.join("graphs"))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("weft runs");
    let said = String::from_utf8_lossy(&piped.stderr);
    assert_eq!(piped.status.code(), Some(1), "{said}");
    assert!(said.contains("edits:2: "), "{said}");
    assert!(
        said.contains("was asked for, and there is no answer"),
        "{said}"
    );
    assert_eq!(states(&home), [""; 0], "a script keeps nothing");
}

/// What was typed before its vertex became sensitive is secret from then on.
#[test]
fn what_became_a_secret_is_not_kept() {
    let home = Home::new("typed-secret");
    let mut weft = Terminal::start(&home.0, &["host"]);
    weft.prompts("host graph ›");
    weft.line("add value s value=hunter2");
    weft.sees("added value[s]");
    weft.prompts("host graph ›");
    let kept = typed(&home, "session-1");
    assert_eq!(text(&kept), "add value[s] value=hunter2\n");
    weft.line("set s meta.sensitive=true");
    weft.sees("value[s].meta.sensitive");
    weft.prompts("host graph ›");
    assert_eq!(text(&kept), "add value[s] value=? meta.sensitive=true\n");
    weft.line("drop s; add noop a");
    weft.sees("added noop[a]");
    weft.prompts("host graph ›");
    assert_eq!(text(&kept), "add noop[a]\n");
    weft.line("quit");
    weft.sees("1 edit not saved, and kept in ");
    assert_eq!(weft.ends(), 0);
    let state = std::process::Command::new(env!("CARGO_BIN_EXE_weft"))
        .arg("state")
        .env("WEFT_STATE_DIR", home.0.join("graphs"))
        .output()
        .expect("weft runs");
    let said = String::from_utf8_lossy(&state.stdout).into_owned();
    assert!(said.contains("(typed), 1 edit not saved"), "{said}");
}

/// What is typed while a watch goes on makes the state directory, and is no other engine's act there.
#[test]
fn a_watch_goes_on_beside_what_is_typed() {
    let home = Home::new("typed-watch");
    let target = home.0.join("kept");
    std::fs::write(&target, "right").expect("written");
    let graph = home.graph(&format!(
        "graph: mine\nresources:\n  file:\n  - {{name: {}, content: right}}\n",
        target.display()
    ));
    let mut weft = Terminal::start(&home.0, &["--yes", graph.to_str().expect("a plain path")]);
    weft.prompts("host mine ›");
    weft.line("watch");
    weft.sees("converged");
    weft.prompts("host mine watching ›");
    assert_eq!(states(&home), [""; 0], "nothing was changed yet");
    weft.line("add noop a");
    weft.prompts("host mine staged ›");
    let state = states(&home).pop().expect("what was typed is kept");
    assert_eq!(text(&typed(&home, &state)), "add noop[a]\n");
    replace(&target, "wrong");
    weft.sees("changed    file[");
    assert_eq!(text(&target), "right");
    weft.line("stop");
    weft.prompts("›");
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
}

/// A graph that is in no other file is kept by the story that was saved of it.
#[test]
fn a_story_keeps_what_was_typed() {
    let home = Home::new("typed-story");
    let mut weft = Terminal::start(&home.0, &["host"]);
    weft.prompts("host graph ›");
    weft.line("add noop a");
    weft.sees("added noop[a]");
    weft.prompts("host graph ›");
    let kept = typed(&home, "session-1");
    weft.line("save --story mine.yaml");
    weft.sees("saved mine.yaml: `weft test --accept` writes its snapshot");
    weft.prompts("host graph ›");
    assert!(!kept.exists(), "{}", text(&kept));
    weft.line("quit");
    assert_eq!(weft.ends(), 0);
    assert!(!weft.text().contains("not saved"), "{}", weft.text());
}
