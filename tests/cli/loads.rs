//! What is refused before anything runs, and where it stands.

use super::Home;

/// A resource of a story, where what is wrong with it stands, and what is said.
const NONSENSE: &[(&str, &str, &str)] = &[
    (
        "noop: [{name: a, meta: {poll: 0s}}]",
        "3:33",
        "meta.poll: expected 100ms or more, found `0s`",
    ),
    (
        "noop: [{name: a, meta: {timeout: 0s}}]",
        "3:36",
        "meta.timeout: expected 1ms or more, found `0s`",
    ),
    (
        "noop: [{name: a, meta: {limit: 1e-9}}]",
        "3:34",
        "meta.limit: expected 0.00001 or more",
    ),
    (
        "noop: [{name: a, meta: {burst: 0}}]",
        "3:34",
        "meta.burst: expected a number from 1 to",
    ),
    (
        "noop: [{name: a, meta: {sema: [a:0]}}]",
        "3:34",
        "meta.sema: expected `name:size`",
    ),
    (
        "noop: [{name: a, meta: {retry: -1}}]",
        "3:10",
        "meta.delay: expected 100ms or more beside `retry: -1`",
    ),
    (
        "timer: [{name: a, interval: 1ms}]",
        "3:31",
        "interval: expected 100ms or more, found 1ms",
    ),
    (
        "exec: [{name: a, cmd: x, timeout: 0s}]",
        "3:37",
        "timeout: expected 1ms or more, found 0s",
    ),
    (
        "http: [{name: 'http://x/', poll: 0s}]",
        "3:36",
        "poll: expected 100ms or more, found 0s",
    ),
    (
        "http: [{name: 'http://x/', limit: 0}]",
        "3:37",
        "limit: expected 1 byte or more, found 0",
    ),
];

/// Rule M1: what would spin, or could never succeed, is refused before anything runs, in a file and at the prompt.
#[test]
fn values_that_make_no_sense_are_refused_at_load() {
    let home = Home::new("nonsense");
    for (resource, place, told) in NONSENSE {
        home.write(
            "odd.yaml",
            &format!("world: {{}}\nresources:\n  {resource}\n"),
        );
        let ran = home.run(&["odd.yaml"]).ends(1);
        ran.complains(&format!("odd.yaml:{place}: "))
            .complains(told);
    }
    home.write("empty.yaml", "world: {}\n");
    for (line, told) in [
        ("add noop a meta.poll=0s", "expected 100ms or more"),
        ("add noop a meta.timeout=0s", "expected 1ms or more"),
        ("add noop a meta.retry=-1", "set both at once"),
        ("step 0", "a whole number from 1 on"),
        ("sim fail /x io 0", "a whole number from 1 on"),
    ] {
        home.run(&["empty.yaml", "-c", line])
            .ends(1)
            .complains(told);
    }
}

/// What is wrong with an argument is shown in the argument, and not in a line that nobody typed.
#[test]
fn an_argument_that_names_nothing_is_shown_as_it_was_given() {
    let home = Home::new("arguments");
    home.write(
        "story.yaml",
        "world: {}\nresources:\n  noop: [{name: one}]\n",
    );
    for verb in ["plan", "apply", "why", "cancel"] {
        let ran = home.run(&[verb, "story.yaml", "nope"]).ends(1);
        let told = "error: there is no vertex `nope`\n  | nope\n  | ^^^^\n  = expected a vertex of this graph\n  = \
                    `weft graph FILE` shows them\n";
        assert_eq!(ran.err, told, "{verb}");
    }
    home.run(&["plan", "story.yaml", "on"])
        .ends(1)
        .complains("did you mean `noop[one]`?");
}

/// From a pipe, the lines behind an open quote are not run: that is said.
#[test]
fn a_quote_that_swallows_commands_is_told() {
    let home = Home::new("swallowed");
    home.write("story.yaml", "world: {}\n");
    let script = "add noop a\nadd file /x content=\"open\napply\nstatus\n";
    let ran = home.fed(&["story.yaml"], script).ends(1);
    let ran = ran
        .says("added noop[a]")
        .complains("the quote \" is not closed");
    ran.complains("| add file /x content=\"open")
        .complains("the 2 lines after it were taken as its text: close it with \"");
}

/// A story whose steps are wrong in every way, and edit the graph meanwhile.
const WRONG: &str = "\
world: {}
resources:
  password: [{name: pw}]
  file: [{name: /etc/made}]
steps:
- aply
- add file /x moode=0644
- set nobody length=1
- set pw length=many
- 'set pw length=8; set pw lenght=9'
- sim advance 10
- sim chmod 0999 /x
- expect pw oky
- expect nobody ok
- expect pw.lenght = 8
- notify /etc/made
- rename pw db
- set pw length=20
- set db length=20
- drop db
- set db length=20
- undo
- set db length=20
- add file /etc/made
- |
  add file /y content=<<END
  text
  END
  bind db.pasword made.content
- new other
- set db length=20
expect:
- pw ok
";

/// What is said of it.
const TOLD: &str = "\
wrong.yaml:6:3: there is no command or vertex `aply`: expected a command, or a vertex of this graph (did you mean `apply`?)
wrong.yaml:7:15: file has no param `moode`: expected path, state, content, source, target, mode, owner, group, recurse, purge, force, validate (did you mean `mode`?)
wrong.yaml:8:7: there is no vertex `nobody`: expected a vertex of this graph (`show` lists them)
wrong.yaml:9:17: password[pw].length: expected int, found `many` (`kinds password` says what each param takes)
wrong.yaml:10:28: password has no param `lenght`: expected length, alphabet, recover (did you mean `length`?)
wrong.yaml:11:15: `10` is no SPAN: expected a length of time with its unit: 500ms, 10s, 1m30s (sim advance SPAN — time passes)
wrong.yaml:12:13: `0999` is no MODE: expected an octal mode, such as 0644 (sim chmod MODE PATH — someone changes a mode)
wrong.yaml:13:10: `oky` is nothing to expect of `pw`: expected one of the forms that `help expect` lists (did you mean `ok`?)
wrong.yaml:14:3: there is no `nobody` in this graph (`show` lists them)
wrong.yaml:15:3: password has and sends no `lenght` (did you mean `length`?)
wrong.yaml:16:3: file[/etc/made] cannot be notified: file hears nothing (`dirty` makes it be checked)
wrong.yaml:18:7: there is no vertex `pw`: expected a vertex of this graph (`show` lists them)
wrong.yaml:21:7: there is no vertex `db`: expected a vertex of this graph (`show` lists them)
wrong.yaml:24:3: file[/etc/made] is there already, at 4:10 (give it another name, or `set` the one that is there)
wrong.yaml:29:8: password sends no `pasword`: expected password (did you mean `password`?)
wrong.yaml:31:7: there is no vertex `db`: expected a vertex of this graph (the graph is empty: `add KIND NAME` makes a vertex)
wrong.yaml:33:3: there is no `pw` in this graph (`show` lists them)
";

/// Every step is read as the language reads it, against the graph as the steps before it leave it.
#[test]
fn check_reads_the_steps_of_a_story() {
    let home = Home::new("steps");
    home.write("wrong.yaml", WRONG);
    let ran = home.run(&["check", "wrong.yaml"]).ends(1);
    assert_eq!(ran.err, TOLD);
    let json = home.run(&["check", "--json", "wrong.yaml"]).ends(1).json();
    let first = &json["files"][0]["problems"][0];
    assert_eq!(
        (&first["line"], &first["column"]),
        (&6.into(), &3.into()),
        "{json}"
    );
    assert!(!home.path("state").exists());
}

/// Nothing is refused that a session might do: what only running tells is not guessed.
#[test]
fn check_guesses_nothing() {
    let home = Home::new("unguessed");
    for (name, steps, expect) in [
        (
            "looked-up",
            "[inspect file /etc/made, set made mode=0600, unset made content]",
            "exit 0",
        ),
        (
            "loaded",
            "[load other.yaml, set anything length=3, undo, undo]",
            "pw new",
        ),
        ("sourced", "[source other.weft, drop whatever]", "pw new"),
        ("edited", "[edit pw, set pw2 length=3]", "pw new"),
        (
            "crashed",
            "[sim crash, rename pw db, set pw length=9, sim restart, set db length=8]",
            "pw new",
        ),
        ("watched", "[watch, new other, set pw length=9]", "pw ok"),
        ("left", "[quit, set nobody length=9]", "pw new"),
        (
            "foreseen",
            "[set nobody length=9, drop pw]",
            "error there is no vertex `nobody`",
        ),
        (
            "undone",
            "[drop pw, undo, redo, undo, rename pw x, undo, set pw length=7]",
            "pw new",
        ),
    ] {
        let text = format!(
            "world: {{}}\nresources:\n  password: [{{name: pw}}]\nsteps: {steps}\nexpect:\n- '{expect}'\n"
        );
        home.write("story.yaml", &text);
        let ran = home.run(&["check", "story.yaml"]);
        assert_eq!((ran.err.as_str(), ran.code), ("", Some(0)), "{name}");
    }
}

/// What is wrong with steps and with expectations is told together.
#[test]
fn check_tells_steps_and_expectations_at_once() {
    let home = Home::new("together");
    let text = "resources:\n  noop: [{name: x}]\nsteps: [frob, apply]\nexpect:\n- pendign 0\n- noop[x] chnged 1\n- noop[x] wonderful\n";
    home.write("story.yaml", text);
    let ran = home.run(&["check", "story.yaml"]).ends(1);
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 4, "{ran:?}");
    assert!(
        told[0].starts_with("story.yaml:3:9: there is no command or vertex `frob`"),
        "{ran:?}"
    );
    assert_eq!(
        told[1],
        "story.yaml:5:3: `pendign` is nothing to expect (did you mean `pending`?)"
    );
    assert!(told[2].ends_with("(did you mean `changed`?)"), "{ran:?}");
    assert_eq!(told[3].matches("changed").count(), 1, "{ran:?}");
    home.write("graph.yaml", &text.replace("noop", "nop"));
    let ran = home.run(&["check", "graph.yaml"]).ends(1);
    assert!(
        !ran.err.contains("frob"),
        "a graph that cannot be read tells nothing of its steps: {ran:?}"
    );
}

/// What other tools call a directory, and a reference that a flow list takes for a list of its own.
#[test]
fn what_is_nearly_right_is_told_how_it_is_written() {
    let home = Home::new("nearly");
    home.write(
        "graph.yaml",
        "resources:\n  file: [{name: /x, state: directory, force: maybe}]\n",
    );
    let ran = home.run(&["check", "graph.yaml"]).ends(1);
    let ran = ran.complains("(a `/` at the end of its path makes it a directory,");
    ran.complains("force: expected true or false, found `maybe`");
    home.fed(&["--world", "sim", "-c", "add file /x state=directory"], "")
        .ends(1)
        .complains("a `/` at the end");
    for (steps, quoted) in [
        ("[apply exec[x]]", "'apply exec[x]'"),
        ("[apply, plan exec[x], stop]", "'plan exec[x]'"),
    ] {
        home.write(
            "story.yaml",
            &format!("resources:\n  exec: [{{name: x, cmd: x}}]\nsteps: {steps}\n"),
        );
        let ran = home.run(&["check", "story.yaml"]).ends(1);
        ran.complains(&format!("quote a text that has brackets: {quoted})"));
    }
}
