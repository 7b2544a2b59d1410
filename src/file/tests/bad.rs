//! What is refused, with the exact words.

use super::*;

/// The problems of a text, a line each.
fn told(text: &str) -> String {
    match read(text) {
        Ok(document) => format!("read:\n{}", lines(&document.graph)),
        Err(why) => why.to_string(),
    }
}

#[test]
fn what_is_not_yaml() {
    let deep = format!("a: {}", "[".repeat(70));
    let table = [
        "",
        "# only a comment\n",
        "\u{0}ELF\u{1}\u{2}",
        "resources:\n\tfile: []\n",
        "a: b: c",
        "resources: {",
        "resources: &a [*a]",
        "resources: *nothing",
        "--- 1\n--- 2\n",
        "- a\n- b\n",
        "just text",
        "weft: 1\nweft: 1\n",
        "resources: !!map {}",
        "? [a]\n: b\n",
        &deep,
    ];
    let all: Vec<String> = table.iter().map(|text| told(text)).collect();
    insta::assert_snapshot!(all.join("\n--\n"), @r##"
x.yaml:1:1: the file is empty (a graph begins with `resources:`)
--
x.yaml:1:1: the file is empty (a graph begins with `resources:`)
--
x.yaml:1:1: a control character (U+0000) is not text (a graph is a text file in UTF-8; write such a character as "\x00" in double quotes)
--
x.yaml:2:2: this is not YAML: tabs disallowed within this context (block indentation) (indent with spaces: YAML allows no tabs there)
--
x.yaml:1:5: this is not YAML: mapping values are not allowed in this context
--
x.yaml:1:12: this is not YAML: unclosed bracket '{'
--
x.yaml:1:16: this alias stands for what it is part of (an anchor can be used only after the node that it names)
--
x.yaml:1:12: this is not YAML: while parsing node, found unknown anchor
--
x.yaml:2:1: the file holds more than one document (keep each graph in a file of its own, and remove this `---`)
--
x.yaml:1:1: the file: expected a map, found a list
--
x.yaml:1:1: the file: expected a map, found `just text`
--
x.yaml:2:1: the key `weft` is there already, at 1:1 (remove one of them)
--
x.yaml:1:18: tags (`!…`) are not read (remove it: a value is read as its field's type)
--
x.yaml:1:3: a key must be a word, not a list or a map (quote it, if it is meant as text)
x.yaml:1:3: the file has no key `` (keys here: weft, graph, about, comment, trace, use, drop, resources, edges, bindings, world, seed, steps, expect, lesson)
--
x.yaml:1:68: this is not YAML: recursion limit exceeded (the limit is 64 levels)
"##);
}

#[test]
fn what_is_too_large() {
    let large = "#".repeat(MAX_BYTES + 1);
    insta::assert_snapshot!(told(&large), @"x.yaml:1:1: the file has more than 4194304 bytes, the limit (4 MiB) (keep large content in files of its own, and name them by `source`)");
    let mut laughs = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (new, old) in ["b", "c", "d", "e", "f", "g"]
        .iter()
        .zip(["a", "b", "c", "d", "e", "f"])
    {
        let aliases = vec![format!("*{old}"); 10].join(", ");
        laughs.push_str(&format!("{new}: &{new} [{aliases}]\n"));
    }
    insta::assert_snapshot!(told(&laughs), @"x.yaml:5:36: the aliases stand for more than 100000 nodes, the limit (write it out, or generate less)");
}

#[test]
fn only_so_many_problems_are_told() {
    let many: String = (0..1000).map(|n| format!("k{n}: 1\n")).collect();
    let told = told(&many);
    assert_eq!(told.lines().count(), ctx::MAX_PROBLEMS + 1);
    assert!(told.ends_with("and 900 problems more"), "{told}");
}

#[test]
fn the_top_of_a_file() {
    let table = [
        "weft: 2\n",
        "weft: one\n",
        "collect: []\nremote: {}\n",
        "world: {user: nobody_here}\n",
        "resorces: {}\nxyzzy: 1\n",
        "trace: ful\ngraph: [a]\n",
        "about: a\ncomment: b\n",
        "seed: 1\n",
        "drop: [a]\n",
        "steps: [apply, world host]\n",
    ];
    let all: Vec<String> = table.iter().map(|text| told(text)).collect();
    insta::assert_snapshot!(all.join("\n--\n"), @r##"
x.yaml:1:7: this file is written for format 2, and this weft reads up to 1 (run it with a newer weft)
--
x.yaml:1:7: `weft`: expected int, found `one`
--
x.yaml:1:1: the file has no key `collect` (remove it: weft has no exported resources, write them under `resources`)
x.yaml:2:1: the file has no key `remote` (remove it: a graph runs on the host where weft is started)
--
x.yaml:1:1: the simulated world cannot be: it acts as `nobody_here`, who is not there: add it to `users`
--
x.yaml:1:1: the file has no key `resorces` (did you mean `resources`?)
x.yaml:2:1: the file has no key `xyzzy` (keys here: weft, graph, about, comment, trace, use, drop, resources, edges, bindings, world, seed, steps, expect, lesson)
--
x.yaml:1:8: `trace`: expected story | full, found `ful`
x.yaml:2:8: `graph`: expected text, found a list
--
x.yaml:2:1: `comment` and `about` are the same (keep one of the two)
--
x.yaml:1:1: `seed` is for stories, and this is a graph (add `world`, `steps`, `expect` or `lesson`, or remove it)
--
x.yaml:1:7: `drop` takes away from a used file, and none is (add `use: FILE`, or remove this)
--
x.yaml:1:16: a step cannot ask for another world (a story runs in its simulated world; `weft FILE --world host` is for a person)
"##);
}

#[test]
fn resources() {
    let table = [
        "resources: []\n",
        "resources:\n  flie:\n  - name: /a\nedges: ['flie[/a] -> x']\n",
        "resources:\n  file: {name: /a}\n  noop: [a]\n  svc:\n  - state: running\n",
        "resources:\n  file:\n  - name: /a\n    mdoe: 0644\n    state: exist\n    content:\n    force: maybe\n",
        "resources:\n  exec:\n  - name: x\n    cmd: [a]\n    ifcmd: ''\n    watchcmd: ''\n    timeout: 0\n",
        "resources:\n  timer:\n  - name: t\n    interval: 3\n  exec:\n  - name: x\n",
        "resources:\n  noop: [{name: a}, {name: a}]\n",
        "resources:\n  file: [{name: /a}, {name: b, path: /a}]\n",
    ];
    let all: Vec<String> = table.iter().map(|text| told(text)).collect();
    insta::assert_snapshot!(all.join("\n--\n"), @r##"
x.yaml:1:12: `resources`: expected a map, found a list
--
x.yaml:2:3: there is no kind `flie` (did you mean `file`?)
x.yaml:4:9: there is no `x` in this graph
--
x.yaml:2:9: `file`: expected a list, found a map
x.yaml:3:10: a resource under `noop`: expected a map with `name` and params, found `a`
x.yaml:5:5: a resource under `svc` has no `name` (add `name: …`)
--
x.yaml:4:5: file[/a]: file has no param `mdoe` (did you mean `mode`?)
x.yaml:5:12: file[/a].state: expected exists | absent, found `exist` (did you mean `exists`?)
x.yaml:6:5: file[/a].content: a value is missing (write '' for an empty text, or remove the key)
x.yaml:7:12: file[/a].force: expected true or false, found `maybe`
--
x.yaml:4:10: exec[x].cmd: expected string, found a list
x.yaml:5:5: exec[x]: exec has no param `ifcmd` (weft's name for it is `onlyif`)
x.yaml:6:5: exec[x]: exec has no param `watchcmd` (remove it: draw an edge `~>` from what it should react to, or set `poll` under `meta`)
x.yaml:7:14: exec[x].timeout: expected duration with its unit (10s, 1m30s), found `0` (write `0s` for seconds, or `0ms`)
--
x.yaml:4:15: timer[t].interval: expected duration with its unit (10s, 1m30s), found `3` (write `3s` for seconds, or `3ms`)
x.yaml:6:5: exec[x] needs `cmd`, written or received (write `cmd: …` in exec[x], or bind a value to exec[x].cmd)
--
x.yaml:2:21: noop[a] is there already, at 2:10 (give it another name, or `set` the one that is there)
--
x.yaml:2:22: file[/a] and file[b] both manage path:/a (the other is at 2:10) (let one of them manage it)
"##);
}

#[test]
fn metas() {
    let text = "resources:\n  noop:\n  - name: a\n    meta:\n      nop: true\n      retry: -2\n      delay: 500\n      limit: 0\n      burst: 0\n      sema: [a:0, 'b:1', 'b:2', ':1']\n      autogroup: true\n      realize: true\n      sensitive: 1\n";
    insta::assert_snapshot!(told(text), @r##"
x.yaml:5:7: `meta` has no key `nop` (did you mean `noop`?)
x.yaml:6:14: meta.retry: expected a number from -1 on, found `-2` (-1 tries without end, 0 never again)
x.yaml:7:14: meta.delay: expected duration with its unit (10s, 1m30s), found `500` (write `500s` for seconds, or `500ms`)
x.yaml:8:14: meta.limit: expected 0.00001 or more events a second (about one a day), found `0` (remove it for no limit)
x.yaml:9:14: meta.burst: expected a number from 1 to 4294967295, found `0` (1 lets one event through, and then counts the limit)
x.yaml:10:14: meta.sema: expected `name:size` with a size from 1 on, found `a:0` (two that may run beside each other are of size 2)
x.yaml:10:26: meta.sema: `b` is there already (name each semaphore once)
x.yaml:10:33: meta.sema: expected `name:size` with a size from 1 on, found `:1` (two that may run beside each other are of size 2)
x.yaml:11:18: meta.autogroup: weft adds and groups nothing by itself (remove it, and draw the edges that you need)
x.yaml:12:7: `meta` has no key `realize` (remove it: nothing is skipped)
x.yaml:13:18: meta.sensitive: expected true or false, found `1`
"##);
}

#[test]
fn edges_and_bindings() {
    let head = "resources:\n  noop: [{name: a}, {name: b}]\n  file: [{name: /x/a}, {name: /y}]\n  password: [{name: pw}]\n  exec: [{name: e, cmd: 'true'}]\n";
    let table = [
        "edges: [a]\n",
        "edges: ['a -> noop[b]']\n",
        "edges: ['noop[a] -> noop[bb]', 'b -> ', 3, [x]]\n",
        "edges: [{from: a}, {from: 'noop[a]', to: {kind: noop, nam: b}, notfy: 1}]\n",
        "edges: ['noop[a] -> b', 'b -> noop[a]']\n",
        "edges: ['b -> b']\n",
        "bindings: ['pw -> /y.content']\n",
        "bindings: ['pw.pasword -> /y.content', 'pw.password -> /y.contnet', 'pw.password -> /y.path', 'pw.pasword -> /y.path']\n",
        "bindings: ['pw.password ~> /y.content', 'pw.password', {from: pw.password}]\n",
        "bindings: ['pw.password -> /y.force', 'pw.password -> e.cmd']\n",
        "bindings: ['pw.password -> /y.content', 'e.stdout -> /y.content']\n",
    ];
    let all: Vec<String> = table
        .iter()
        .map(|text| told(&format!("{head}{text}")))
        .collect();
    insta::assert_snapshot!(all.join("\n--\n"), @r##"
x.yaml:6:9: `a` is no edge: it has no arrow (write `a -> b`, or `a ~> b` to notify too)
--
x.yaml:6:9: `a` names more than one resource: file[/x/a], noop[a] (write file[/x/a])
--
x.yaml:6:9: there is no noop[bb] in this graph (did you mean `noop[b]`?)
x.yaml:6:32: a reference is missing (write `kind[name]`)
x.yaml:6:41: `3` is no edge: it has no arrow (write `a -> b`, or `a ~> b` to notify too)
x.yaml:6:44: an edge: expected `a -> b`, `a ~> b`, or a map with `from` and `to`, found a list
--
x.yaml:6:9: the edge has no `to` (an edge has `from` and `to`)
x.yaml:6:16: `a` names more than one resource: file[/x/a], noop[a] (write file[/x/a])
x.yaml:6:42: the edge's end has no `name` (write `kind` and `name`, or `kind[name]`)
x.yaml:6:55: an edge's end has no key `nam` (did you mean `name`?)
x.yaml:6:64: an edge has no key `notfy` (did you mean `notify`?)
--
x.yaml:2:10: this would close a cycle: noop[a] -> noop[b] -> noop[a] (remove one of these edges or bindings)
--
x.yaml:6:9: this would close a cycle: noop[b] -> noop[b] (nothing comes after itself)
--
x.yaml:6:12: `pw` names no field (write `kind[name].field`)
--
x.yaml:6:12: password[pw]: password sends no `pasword` (did you mean `password`?)
x.yaml:6:40: file[/y]: file has no param `contnet` (did you mean `content`?)
x.yaml:6:69: file[/y].path cannot receive: it says which resource this is
x.yaml:6:95: file[/y].path cannot receive: it says which resource this is
x.yaml:6:95: password[pw]: password sends no `pasword` (did you mean `password`?)
--
x.yaml:6:12: `pw.password ~> /y.content` is no binding (write `a.field -> b.field`)
x.yaml:6:41: `pw.password` is no binding (write `a.field -> b.field`)
x.yaml:6:56: the binding has no `to` (write `to: kind[name].field`)
--
x.yaml:6:12: password[pw].password sends string, and file[/y].force takes bool
x.yaml:6:39: exec[e].cmd has a value already: it is written (unset or unbind it first)
--
x.yaml:6:41: file[/y].content has a value already: password[pw].password sends it, at 6:12 (remove one of the two bindings)
"##);
}

#[test]
fn worlds() {
    let text = "world:\n  hostnam: a\n  users: {a: x, b: {uid: -1, gip: 2}}\n  files:\n    etc/x: a\n    /y: {content: a, link: b, mode: 888}\n  dirs: [a]\n  free: lots\n  commands:\n    x: {statsu: 1, duration: 5, svc: {a: flying}, writes: [a]}\n  http: {u: {status: 1000, fault: odd}}\n  services: {a: {starts: sometimes, startup: on, state: dead}}\n  faults: [{call: put, what: fire}, {call: put}]\n";
    insta::assert_snapshot!(told(text), @r##"
x.yaml:2:3: `world` has no key `hostnam` (did you mean `hostname`?)
x.yaml:3:14: a user's number: expected int, found `x`
x.yaml:3:26: `uid`: expected a number from 0 to 4294967295, found `-1`
x.yaml:3:30: a user has no key `gip` (did you mean `gid`?)
x.yaml:5:5: `etc/x` is no absolute path (a path begins with `/`)
x.yaml:6:5: `/y` is more than one thing (keep one of content, link, hardlink, dir, other, absent)
x.yaml:6:37: `mode`: expected an octal mode, such as 0644, found `888`
x.yaml:7:10: world.dirs: expected an absolute path, found `a`
x.yaml:8:9: world.free: expected int, found `lots`
x.yaml:10:9: a command's answer has no key `statsu` (did you mean `status`?)
x.yaml:10:30: `duration`: expected duration with its unit (10s, 1m30s), found `5` (write `5s` for seconds, or `5ms`)
x.yaml:10:42: a service's state: expected running | stopped | changing | failed, or `{failed: RESULT, status: N}`, found `flying`
x.yaml:10:59: `writes`: expected a map, found a list
x.yaml:11:22: `status`: expected a number from 100 to 599, found `1000`
x.yaml:11:35: `fault`: expected refused | broken | hang, found `odd`
x.yaml:12:26: `starts`: expected well, `{fails: STATUS}`, `{dies: STATUS}` or `{times_out: 90s}`, found `sometimes`
x.yaml:12:46: `startup`: expected enabled | disabled | static | masked | other, found `on`
x.yaml:12:57: a service's state: expected running | stopped | changing | failed, or `{failed: RESULT, status: N}`, found `dead`
x.yaml:13:30: `what`: expected io | no-space | denied | read-only | net | hang | fails | crash | crash-after, found `fire`
x.yaml:13:37: the fault has no `what` (add `what: io`, or another fault)
"##);
}

#[test]
fn expectations() {
    let lines = [
        "a",
        "a okay",
        "a changed x",
        "a before",
        "b ok",
        "pending",
        "exit 300",
        "x absent",
        "/x mode 9",
        "/x has",
        "error",
        "a.x.y = 1",
        "a hsa b",
        "''",
    ];
    let items: String = lines.iter().map(|line| format!("- {line}\n")).collect();
    insta::assert_snapshot!(told(&format!("resources: {{noop: [{{name: a}}]}}\nexpect:\n{items}")), @r##"
x.yaml:3:3: nothing is expected of `a` (write `REF ok`, `REF changed 2`, `REF.field = VALUE`, `PATH has TEXT`, `exit 0`)
x.yaml:4:3: `okay` is nothing to expect of `a` (one of: new, waiting, checking, applying, refreshing, ok, changed, retrying, failed, blocked, held, ran, refreshed, retried, notified, noticed, repaired, sent, received, dropped, before, gone, ->, ~>, absent, mode, has, =)
x.yaml:5:3: expected a number, one with `+` for as many or more, or `never`, found `x`
x.yaml:6:3: expected a reference, found nothing
x.yaml:8:3: expected a number, one with `+` for as many or more, or `never`, found nothing
x.yaml:9:3: expected an exit code to 255, found `300`
x.yaml:10:3: `x` is no absolute path (a path begins with `/`)
x.yaml:11:3: expected an octal mode, such as 0644, found `9`
x.yaml:12:3: expected a text, found nothing
x.yaml:13:3: expected a text, found nothing
x.yaml:15:3: `hsa` is nothing to expect of `a` (did you mean `has`?)
x.yaml:16:3: an expectation is empty (write `REF ok`, `REF changed 2`, `REF.field = VALUE`, `PATH has TEXT`, `exit 0`)
"##);
    insta::assert_snapshot!(told("resources: {noop: [{name: abc}]}\nexpect: [abd ok, 'noop[new] ok']\nsteps: [add noop new]\n"), @"x.yaml:2:10: there is no `abd` in this graph (did you mean `abc`?)");
}

#[test]
fn lessons() {
    let lesson = |text: &str| {
        told(&format!(
            "resources: {{noop: [{{name: abc}}]}}\nlesson:{text}"
        ))
    };
    let all = [
        lesson(" hello"),
        lesson(" {}"),
        lesson("\n  title: ''\n  goal: []\n  check: [abc ok]\n  par: []\n  text: '  '\n"),
        lesson(" {titel: a, goal: b, check: [abc ok], par: [apply], hint: [a]}"),
        lesson(
            "\n  title: a\n  goal: b\n  par: [apply, world host]\n  check:\n  - abc okay\n  - {hint: a}\n  - {expect: abc ok, hnit: a}\n  - {expect: [a], hint: {}}\n",
        ),
        lesson(
            "\n  {title: a, goal: b, check: [abd ok, 'noop[new] ok', 'new.x = 1'], par: [add noop new], hints: {a: b}}",
        ),
        lesson(
            "\n  {title: a, goal: b, check: [abd ok, 'noop[new] ok', 'abc.x = 1'], par: apply, other: [add noop new]}",
        ),
    ];
    insta::assert_snapshot!(all.join("\n--\n"), @r##"
x.yaml:2:1: a lesson needs `check` (write `check: …`. Expectations that all hold when it is done; each alone, or as `expect` with the `hint` for a run that leaves it not so.)
x.yaml:2:1: a lesson needs `goal` (write `goal: …`. What is to be reached, and not how.)
x.yaml:2:1: a lesson needs `par` (write `par: …`. The commands of a good way, none too many.)
x.yaml:2:1: a lesson needs `title` (write `title: …`. What it is called.)
x.yaml:2:9: `lesson`: expected a map, found `hello`
--
x.yaml:2:1: a lesson needs `check` (write `check: …`. Expectations that all hold when it is done; each alone, or as `expect` with the `hint` for a run that leaves it not so.)
x.yaml:2:1: a lesson needs `goal` (write `goal: …`. What is to be reached, and not how.)
x.yaml:2:1: a lesson needs `par` (write `par: …`. The commands of a good way, none too many.)
x.yaml:2:1: a lesson needs `title` (write `title: …`. What it is called.)
--
x.yaml:2:1: a lesson needs `par` (write `par: …`. The commands of a good way, none too many.)
x.yaml:3:10: lesson.title: expected text, found ``
x.yaml:4:9: lesson.goal: expected text, found a list
x.yaml:7:9: lesson.text: expected text, found `  `
--
x.yaml:2:1: a lesson needs `title` (write `title: …`. What it is called.)
x.yaml:2:10: `lesson` has no key `titel` (did you mean `title`?)
x.yaml:2:60: `lesson` has no key `hint` (did you mean `hints`?)
--
x.yaml:5:16: a step cannot ask for another world (a story runs in its simulated world; `weft FILE --world host` is for a person)
x.yaml:7:5: `okay` is nothing to expect of `abc` (one of: new, waiting, checking, applying, refreshing, ok, changed, retrying, failed, blocked, held, ran, refreshed, retried, notified, noticed, repaired, sent, received, dropped, before, gone, ->, ~>, absent, mode, has, =)
x.yaml:8:5: a check needs `expect` (write `{expect: EXPECTATION, hint: TEXT}`)
x.yaml:9:22: a check has no key `hnit` (did you mean `hint`?)
x.yaml:10:14: an expectation: expected text, found a list
x.yaml:10:25: `hint`: expected text, found a map
--
x.yaml:3:97: lesson.hints: expected a list, found a map
--
x.yaml:3:31: there is no `abd` in this graph (did you mean `abc`?)
x.yaml:3:55: noop has and sends no `x` (noop has nothing to expect)
"##);
}

#[test]
fn expectations_that_nothing_can_meet() {
    let lines = [
        "exec[e].nosuch = 1",
        "e.tiemout = 1s",
        "e.timeout = 1",
        "e.stdout.line = a",
        "e.env.A.B = a",
        "e before exec[e]",
        "e before m",
        "e.timeout = 3s",
        "e.env.A = a",
    ];
    let items: String = lines.iter().map(|line| format!("- {line}\n")).collect();
    let graph = "resources: {noop: [{name: m}], exec: [{name: e, cmd: 'true'}]}";
    insta::assert_snapshot!(told(&format!("{graph}\nexpect:\n{items}")), @r##"
x.yaml:3:3: exec has and sends no `nosuch` (one of cmd, onlyif, timeout, env, args, stdout)
x.yaml:4:3: exec has and sends no `tiemout` (did you mean `timeout`?)
x.yaml:5:3: exec[e].timeout: expected duration with its unit (10s, 1m30s), found `1` (`kinds exec` says what each holds)
x.yaml:6:3: exec[e].stdout.line names nothing: the type of exec[e].stdout is bytes (`kinds exec` says what each holds)
x.yaml:7:3: exec[e].env.A.B names nothing: the type of exec[e].env is map of string (`kinds exec` says what each holds)
x.yaml:8:3: exec[e] is never before itself (name two resources)
"##);
}

#[test]
fn a_report_points_into_the_file() {
    let why = read("resources:\n  file:\n  - name: /a\n    mdoe: 0644\n").err();
    let mut shown = String::new();
    let handler =
        miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
    if let Some(why) = &why {
        for related in miette::Diagnostic::related(why).into_iter().flatten() {
            assert!(handler.render_report(&mut shown, related).is_ok());
        }
    }
    insta::assert_snapshot!(shown, @r##"
 × file[/a]: file has no param `mdoe`
  ╭─[x.yaml:4:5]
3 │   - name: /a
4 │     mdoe: 0644
  ·     ──┬─
  ·       ╰── here
  ╰────
 help: did you mean `mode`?
"##);
}
