use crate::graph::FieldPath;
use crate::kind::find;
use crate::kind::stage::{Stage, Vertex, answer, makes};
use crate::time::Span;
use crate::value::{MASK, Value};
use crate::world::sim::spec::Answer;

fn text(value: &str) -> Value {
    Value::str(value)
}

fn lines(found: &[&str]) -> Vec<String> {
    found.iter().map(|line| (*line).to_owned()).collect()
}

/// The guards' table: world before, params, drift (rules C2, L2).
#[test]
fn guards_decide_when_it_runs() {
    let yes = || [answer(0, "")];
    let no = || [answer(1, "")];
    let stage = || {
        Stage::new()
            .with_file("/there")
            .with("yes", &yes())
            .with("no", &no())
    };
    let creates = |path| ("creates", text(path));
    let onlyif = |line| ("onlyif", text(line));
    let unless = |line| ("unless", text(line));
    let only = ("refreshonly", Value::Bool(true));
    for (params, drift) in [
        (
            vec![],
            vec!["run: make (has no guard: runs at every start)"],
        ),
        (vec![creates("/there")], vec![]),
        (vec![creates("/new")], vec!["run: make (/new is not there)"]),
        (vec![onlyif("yes")], vec!["run: make (`onlyif` says yes)"]),
        (vec![onlyif("no")], vec![]),
        (vec![unless("yes")], vec![]),
        (
            vec![unless("no")],
            vec!["run: make (`unless` does not hold)"],
        ),
        (
            vec![onlyif("yes"), unless("no")],
            vec!["run: make (`onlyif` says yes, and `unless` does not hold)"],
        ),
        (vec![onlyif("yes"), unless("yes")], vec![]),
        (vec![creates("/there"), onlyif("yes")], vec![]),
        (vec![creates("/new"), onlyif("no")], vec![]),
        (
            vec![creates("/new"), onlyif("yes")],
            vec!["run: make (/new is not there)"],
        ),
        (vec![only.clone()], vec![]),
        (vec![only, onlyif("yes")], vec![]),
    ] {
        let stage = stage();
        let vertex = Vertex::new(&stage, "exec", "make", &params);
        assert_eq!(vertex.drifts(), lines(&drift), "{params:?}");
    }
}

#[test]
fn without_a_guard_it_runs_once_a_start() {
    let stage = Stage::new().with("make all", &[answer(0, "done\n\n")]);
    let mut vertex = Vertex::new(&stage, "exec", "make all", &[]);
    let applied = vertex.settle().unwrap();
    assert!(applied.done.refreshed);
    assert_eq!(applied.sends["stdout"], text("done\n"));
    assert_eq!(applied.sends["output"], text("done\n"));
    assert_eq!(applied.sends["stderr"], text(""));
    assert_eq!(applied.sends["status"], Value::Int(0));
    assert_eq!(vertex.drifts(), lines(&[]));
    // A check that finds nothing hands the memo on.
    vertex.memo = vertex.check().unwrap().memo;
    assert_eq!(vertex.drifts(), lines(&[]));
    // New params, or a new start, drop the memo.
    vertex.memo = None;
    assert_eq!(vertex.drifts().len(), 1);
    let kind = find("exec").unwrap();
    assert!(kind.caveat(&vertex.key, &vertex.params).is_some());
}

#[test]
fn a_failed_run_is_not_remembered_and_shows_its_last_lines() {
    let output: String = (1..=11).map(|n| format!("line {n}\n")).collect();
    let stage = Stage::new().with("make", &[answer(3, &(output + &"ä".repeat(300)))]);
    let mut vertex = Vertex::new(&stage, "exec", "make", &[]);
    let failure = vertex.settle().unwrap_err();
    assert_eq!(failure.why, "exited with 3");
    assert!(failure.began);
    assert_eq!(failure.detail.len(), 11);
    assert_eq!(failure.detail[0], "… 2 lines before");
    assert_eq!(failure.detail[10], format!("{}…", "ä".repeat(200)));
    assert_eq!(vertex.drifts().len(), 1);
}

#[test]
fn what_never_started_has_not_begun() {
    let stage = Stage::new();
    let failure = Vertex::new(&stage, "exec", "nothere", &[])
        .settle()
        .unwrap_err();
    assert!(!failure.began);
    // These are found by the check, so that a plan can say that something before it may still bring them.
    for (param, value, why) in [
        ("user", "ghost", "there is no user `ghost`"),
        ("cwd", "/ghost", "/ghost: no such file or directory"),
        ("cwd", "/file", "/file: not a directory"),
    ] {
        let stage = Stage::new().with_file("/file");
        let failure = Vertex::new(&stage, "exec", "true", &[(param, text(value))])
            .check()
            .unwrap_err();
        assert!(!failure.began);
        assert_eq!(failure.why, why);
        assert_eq!(failure.param.as_deref(), Some(param));
    }
    assert_eq!(stage.log(), lines(&["run nothere"]));
}

/// Rule L1: only root may run a command as somebody else.
#[test]
fn without_rights_it_says_so() {
    let stage = Stage::acting("deploy").with("make", &[answer(0, "")]);
    let params = [("user", text("root"))];
    let failure = Vertex::new(&stage, "exec", "make", &params)
        .settle()
        .unwrap_err();
    assert!(failure.needs_root);
    assert!(!failure.began);
}

#[test]
fn a_long_command_is_shown_in_full_below_its_line() {
    let stage = Stage::new();
    let script = "set -e\nmake install\n";
    let params = [("cmd", text(script)), ("shell", text("/bin/sh"))];
    let found = Vertex::new(&stage, "exec", "x", &params).check().unwrap();
    let found = &found.findings[0];
    assert_eq!(
        found.line,
        "run: set -e… (has no guard: runs at every start)"
    );
    assert_eq!(found.detail, lines(&["set -e", "make install"]));
    let long = format!("echo {}", "a".repeat(100));
    let found = Vertex::new(&stage, "exec", &long, &[]).check().unwrap();
    assert_eq!(found.findings[0].detail, [long]);
}

/// Rule C2: `creates` is a promise.
#[test]
fn what_it_creates_must_be_there_afterwards() {
    let params = [("creates", text("/out"))];
    let stage = Stage::new().with("make", &[answer(0, "")]);
    let failure = Vertex::new(&stage, "exec", "make", &params)
        .settle()
        .unwrap_err();
    assert_eq!(
        failure.why,
        "does not converge: after applying, /out is not there, though it `creates` it"
    );
    let stage = Stage::new().with("make", &[makes("/out", answer(0, ""))]);
    let mut vertex = Vertex::new(&stage, "exec", "make", &params);
    vertex.settle().unwrap();
    assert_eq!(vertex.drifts(), lines(&[]));
}

/// Rule C2: a question that would still ask for a run is told, and fails nothing.
#[test]
fn a_question_that_still_asks_is_told() {
    let stage = Stage::new()
        .with("make", &[answer(0, "")])
        .with("need", &[answer(0, "")]);
    let mut vertex = Vertex::new(&stage, "exec", "make", &[("onlyif", text("need"))]);
    let applied = vertex.settle().unwrap();
    assert_eq!(
        applied.done.notes,
        lines(&["it ran, and would still be asked to: `onlyif` says yes"])
    );
}

/// Rule C2: a command that did not end well, and whose guard then holds, is ok with a warning.
#[test]
fn a_guard_that_holds_then_forgives() {
    let stage = Stage::new().with("make", &[makes("/out", answer(7, "half"))]);
    let mut vertex = Vertex::new(&stage, "exec", "make", &[("creates", text("/out"))]);
    let applied = vertex.settle().unwrap();
    assert_eq!(
        applied.done.notes,
        lines(&["it exited with 7, but what it creates is there now"])
    );
    assert_eq!(applied.sends["status"], Value::Int(7));
    // What was done is what its drift said, not that it failed.
    assert_eq!(applied.done.said, None);

    let late = Answer {
        duration: Span::secs(9),
        ..Answer::default()
    };
    let stage = Stage::new()
        .with("make", &[late])
        .with("done", &[answer(1, ""), answer(0, "")]);
    let params = [("unless", text("done")), ("timeout", text("5s"))];
    let mut vertex = Vertex::new(&stage, "exec", "make", &params);
    let applied = vertex.settle().unwrap();
    assert_eq!(
        applied.done.notes,
        lines(&["it timed out after 5s, but `unless` says no need now"])
    );

    // What was there before a refresh forgives nothing.
    let stage = Stage::new()
        .with_file("/out")
        .with("make", &[answer(7, "")]);
    let vertex = Vertex::new(&stage, "exec", "make", &[("creates", text("/out"))]);
    assert_eq!(vertex.refresh().unwrap_err().why, "exited with 7");
}

/// Rule N3: before a refresh `onlyif` and `unless` are asked, `creates` is not.
#[test]
fn a_notification_asks_the_questions_alone() {
    for (params, deaf) in [
        (vec![("creates", text("/there"))], None),
        (vec![("onlyif", text("yes"))], None),
        (vec![("onlyif", text("no"))], Some("`onlyif` says no")),
        (
            vec![("creates", text("/there")), ("unless", text("yes"))],
            Some("`unless` says no need"),
        ),
        (vec![("refreshonly", Value::Bool(true))], None),
        (
            vec![("refreshonly", Value::Bool(true)), ("onlyif", text("no"))],
            Some("`onlyif` says no"),
        ),
    ] {
        let stage = Stage::new()
            .with_file("/there")
            .with("yes", &[answer(0, "")])
            .with("no", &[answer(1, "")])
            .with("make", &[answer(0, "new")]);
        let mut vertex = Vertex::new(&stage, "exec", "make", &params);
        vertex.notified = true;
        let checked = vertex.check().unwrap();
        assert_eq!(checked.deaf.as_deref(), deaf, "{params:?}");
        if deaf.is_none() && checked.findings.is_empty() {
            let applied = vertex.refresh().unwrap();
            assert!(applied.done.changed);
            assert_eq!(applied.sends["stdout"], text("new"));
        }
    }
}

/// Rule L2: what may not be asked yet, is not, and may run.
#[test]
fn a_plan_does_not_ask_behind_a_change() {
    let stage = Stage::new().planned();
    let mut vertex = Vertex::new(&stage, "exec", "make", &[("onlyif", text("need"))]);
    vertex.behind = true;
    let checked = vertex.check().unwrap();
    assert!(checked.findings[0].may);
    assert_eq!(
        checked.findings[0].line,
        "run: make (what `onlyif` says is not known before apply)"
    );
    assert_eq!(stage.log(), lines(&[]));
    let applied = vertex.settle().unwrap();
    assert!(applied.may);
    assert!(applied.sends["stdout"].unknown_in().is_some());
}

/// Rule L2: a guard is not asked with half of its environment.
#[test]
fn a_guard_waits_for_its_environment() {
    let stage = Stage::new().planned().with("need", &[answer(0, "")]);
    let env = Value::map([("PW".to_owned(), Value::unknown("password[pw]", true))]);
    let params = [("onlyif", text("need")), ("env", env)];
    let mut vertex = Vertex::new(&stage, "exec", "make", &params);
    vertex.received.insert(FieldPath::parse("env.PW"));
    let checked = vertex.check().unwrap();
    assert!(checked.findings.iter().all(|found| found.may));
    assert_eq!(checked.findings[1].line, "env known after password[pw]");
    assert_eq!(stage.log(), lines(&[]));
}

#[test]
fn it_gets_a_clean_environment_and_nothing_else() {
    let stage = Stage::new()
        .with_dir("/srv")
        .with("/bin/sh -c echo \"$1\" /bin/sh a b", &[answer(0, "")]);
    let env = Value::map([
        ("LANG".to_owned(), text("C")),
        ("TOKEN".to_owned(), text("hunter2").into_secret()),
    ]);
    let params = [
        ("cmd", text("echo \"$1\"")),
        ("shell", text("/bin/sh")),
        ("args", Value::list([text("a b")])),
        ("user", text("deploy")),
        ("cwd", text("/srv")),
        ("stdin", text("in").into_secret()),
        ("env", env),
    ];
    Vertex::new(&stage, "exec", "x", &params).settle().unwrap();
    let ran = stage.ran.lock().unwrap();
    let env: Vec<String> = ran[0].env.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(
        env,
        [
            "HOME=/home/deploy",
            "LANG=C",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "TOKEN=hunter2",
            "USER=deploy",
        ]
    );
    assert_eq!(ran[0].argv.last().map(String::as_str), Some("a b"));
    assert_eq!(ran[0].stdin.as_deref(), Some(&b"in"[..]));
    assert_eq!(ran[0].user.as_deref(), Some("deploy"));
}

/// Rule V8: what a command that was given a secret prints and fails with is secret, its status is not.
#[test]
fn a_secret_stays_in() {
    let params = [("stdin", text("hunter2").into_secret())];
    let stage = Stage::new().with("cat", &[answer(0, "hunter2"), answer(1, "hunter2")]);
    let mut vertex = Vertex::new(&stage, "exec", "cat", &params);
    let applied = vertex.settle().unwrap();
    assert_eq!(applied.sends["stdout"].to_string(), MASK);
    assert_eq!(applied.sends["status"], Value::Int(0));
    assert!(!format!("{applied:?}").contains("hunter2"));
    let failure = vertex.refresh().unwrap_err();
    assert!(!format!("{failure:?}").contains("hunter2"));
}

#[test]
fn a_cut_output_is_told_and_trim_is_a_choice() {
    let long = "a".repeat((1 << 20) + 4) + "\n";
    let stage = Stage::new().with("make", &[answer(0, &long), answer(0, "a\n")]);
    let mut vertex = Vertex::new(&stage, "exec", "make", &[("trim", Value::Bool(false))]);
    let applied = vertex.settle().unwrap();
    assert_eq!(applied.sends["stdout"], text(&long[..1 << 20]));
    assert_eq!(
        applied.done.notes,
        lines(&["its output was cut: 1048576 bytes are kept of each stream, 5 bytes are not"])
    );
    let applied = vertex.refresh().unwrap();
    assert_eq!(applied.sends["stdout"], text("a\n"));
    // One that fails may have said why in what is missing.
    let stage = Stage::new().with("make", &[answer(1, &long)]);
    let failure = Vertex::new(&stage, "exec", "make", &[])
        .settle()
        .unwrap_err();
    assert_eq!(
        failure.why,
        "exited with 1; its output was cut: 1048576 bytes are kept of each stream, 5 bytes are not"
    );
}

#[test]
fn params_that_cannot_be_are_refused() {
    for (param, value, why) in [
        (
            "cmd",
            text("a | b"),
            "cmd: `|` at character 3 means something to a shell",
        ),
        ("onlyif", text("a; b"), "onlyif: `;` at character 2"),
        (
            "unless",
            text("'a"),
            "unless: the quote ' at character 1 is never closed",
        ),
        ("creates", text("out"), "creates: expected an absolute path"),
        (
            "timeout",
            text("0s"),
            "timeout: expected 1ms or more, found 0s",
        ),
        (
            "env",
            Value::map([("A=B".to_owned(), text("x"))]),
            "env: `A=B` cannot be a variable's name",
        ),
    ] {
        let stage = Stage::new();
        let refused = Vertex::new(&stage, "exec", "true", &[(param, value)]).validate(&[]);
        let found = refused.unwrap_err();
        assert!(found.starts_with(why), "{found}");
    }
    let stage = Stage::new();
    let shell = [("cmd", text("a | b")), ("shell", text("/bin/sh"))];
    assert_eq!(
        Vertex::new(&stage, "exec", "x", &shell).validate(&[]),
        Ok(())
    );
}

/// Rule V4: what is received is validated again.
#[test]
fn a_received_command_is_validated() {
    let stage = Stage::new();
    let mut vertex = Vertex::new(&stage, "exec", "x", &[("cmd", text("a && b"))]);
    vertex.received.insert(FieldPath::parse("cmd"));
    let failure = vertex.check().unwrap_err();
    assert!(failure.why.starts_with("cmd: `&&`"), "{}", failure.why);
    let secret = text("rm x").into_secret();
    let mut vertex = Vertex::new(&stage, "exec", "x", &[("cmd", secret)]);
    vertex.received.insert(FieldPath::parse("cmd"));
    let failure = vertex.check().unwrap_err();
    assert_eq!(failure.why, "cmd takes no secret, and received one");
}

/// Each line is its own param's: an error says which.
#[test]
fn a_line_that_cannot_be_split_is_named() {
    for param in ["cmd", "onlyif", "unless"] {
        let line = |name: &str| if name == param { "a 'b" } else { "true" };
        let stage = Stage::new().with("true", &[answer(1, "")]);
        let params = ["cmd", "onlyif", "unless"].map(|name| (name, text(line(name))));
        let wanted = match param {
            "cmd" => &params[..1],
            "onlyif" => &params[..2],
            _ => &[params[0].clone(), params[2].clone()],
        };
        let mut vertex = Vertex::new(&stage, "exec", "x", wanted);
        let failure = vertex.settle().unwrap_err();
        assert!(
            failure.why.starts_with(&format!("{param}: ")),
            "{}",
            failure.why
        );
        assert_eq!(failure.param.as_deref(), Some(param));
    }
}
