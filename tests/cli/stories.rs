//! Stories outside `weft test`: played, judged, saved.

use super::Home;

/// What a story must say of a command is told in lines that can be copied into it as they are.
#[test]
fn what_an_unknown_command_needs_can_be_copied() {
    let home = Home::new("copied");
    let text = "resources:\n  exec:\n  - {name: e, cmd: \"unk 'a\\tb' \\\\\\\"\", onlyif: ask}\nsteps: [apply]\n";
    home.write("story.yaml", text);
    let mut text = text.to_owned();
    for _ in 0..2 {
        let ran = home.run(&["story.yaml"]).ends(1);
        let lines = ran
            .out
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("| "));
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines.len(), 3, "{ran:?}");
        match text.contains("world:") {
            false => text = format!("{}\n{text}", lines.join("\n")),
            true => text = text.replace("\nresources", &format!("\n{}\nresources", lines[2])),
        }
        home.write("story.yaml", &text);
    }
    home.run(&["story.yaml"]).ends(0).says("1 changed");
}

/// Several that fail are told apart: each with its place, its words, and why the resource came to that.
#[test]
fn a_failing_expectation_is_named_with_its_place() {
    let home = Home::new("judged");
    home.write(
        "story.yaml",
        "resources:\n  file:\n  - {name: /a, content: x, mode: \"0644\"}\nsteps: [apply]\nexpect:\n- file[/a] ok\n- file[/a] changed 1\n- /a mode 0600\n",
    );
    let ran = home
        .run(&["story.yaml"])
        .ends(1)
        .says("1 of 3 expectations hold");
    let ran = ran.complains(
        "error: story.yaml:6:3: expected `file[/a] ok`: wanted ok, found changed\n  why: ",
    );
    ran.complains("error: story.yaml:8:3: expected `/a mode 0600`: wanted 0600, found 0644\n");
}

/// What was done on this machine is a story on a simulated one: what was inspected is there, as it was then, and no secret is.
#[test]
fn a_repair_on_this_machine_is_a_story() {
    let home = Home::new("repaired");
    let (conf, key) = (
        home.write("conf", "port=eighty\n"),
        home.write("key", "hunter22\n"),
    );
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&key, private).expect("changed");
    let lines = [
        format!("inspect file {}", conf.display()),
        format!("inspect file {}", key.display()),
        format!("set {} content=\"port=80\\n\" mode=0640", conf.display()),
        "apply".to_owned(),
        format!("inspect file {}", conf.display()),
        format!("save --story {}", home.path("story.yaml").display()),
    ];
    let mut args = vec!["host", "--yes"];
    args.extend(lines.iter().flat_map(|line| ["-c", line]));
    let ran = home.run(&args).ends(0).says("1 changed");
    ran.complains("what this machine is, but for what was inspected on it")
        .complains("key held");
    assert_eq!(std::fs::read_to_string(&conf).expect("a file"), "port=80\n");
    let story = std::fs::read_to_string(home.path("story.yaml")).expect("a story");
    assert!(
        story.contains("port=eighty") && !story.contains("hunter22"),
        "{story}"
    );
    std::fs::remove_file(&conf).expect("removed");
    home.run(&["story.yaml"]).ends(0).says("1 changed");
    assert!(!conf.exists(), "nothing of this machine is touched");
}

/// A story that is saved holds what was done, whatever it was opened as: it can be tested as it is.
#[test]
fn a_saved_story_passes_its_own_test() {
    let home = Home::new("saved-stories");
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut judged = 0;
    for name in [
        "", "chain", "debt", "edit", "http", "recover", "retry", "step", "svc", "drift",
    ] {
        let path = dir.join(name).with_extension("yaml");
        let story = std::fs::read_to_string(&path).unwrap_or_default();
        let own: Vec<&str> = match name {
            "" => vec![],
            _ => vec!["first.yaml"],
        };
        home.write("first.yaml", &story);
        for lines in [
            &["apply"][..],
            &["add noop zzz", "apply", "add noop yyy", "undo"],
            &["plan"],
            &["watch", "sim advance 1m", "stop"],
            &["sim crash", "sim restart", "apply"],
        ] {
            let _ = std::fs::remove_file(home.path("mine.yaml"));
            let mut args = own.clone();
            args.push("--keep-going");
            args.extend(lines.iter().flat_map(|line| ["-c", line]));
            args.extend(["-c", "save --story mine.yaml"]);
            let saved = home.run(&args);
            assert!(
                saved.out.contains("saved mine.yaml"),
                "{name} {lines:?}: {saved:#?}"
            );
            let text = std::fs::read_to_string(home.path("mine.yaml")).expect("a story");
            judged += usize::from(text.contains("\nexpect:"));
            home.run(&["test", "--accept", "mine.yaml"]).ends(0);
            home.run(&["test", "mine.yaml"]).ends(0).says("1 ok");
        }
    }
    assert!(judged > 10, "{judged} expect something");
}
