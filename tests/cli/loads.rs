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
        "3:11",
        "interval: expected 100ms or more, found 1ms",
    ),
    (
        "exec: [{name: a, cmd: x, timeout: 0s}]",
        "3:10",
        "timeout: expected 1ms or more, found 0s",
    ),
    (
        "http: [{name: 'http://x/', poll: 0s}]",
        "3:10",
        "poll: expected 100ms or more, found 0s",
    ),
    (
        "http: [{name: 'http://x/', limit: 0}]",
        "3:10",
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
