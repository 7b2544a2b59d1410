//! Flags and verbs, each by what it changes.

use std::fs;
use std::path::Path;

use super::{Home, Running, text};

/// A story with one notification, one secret, and nothing that fails.
const STORY: &str = "\
weft: 1
graph: mine
world: {}
resources:
  noop:
  - name: first
  print:
  - name: last
    msg: hello
  file:
  - name: /etc/made
  password:
  - name: pw
edges:
- noop[first] -> print[last]
- file[/etc/made] ~> print[last]
bindings:
- password[pw].password -> file[/etc/made].content
steps:
- apply
expect:
- file[/etc/made] changed
- print[last] refreshed 1
";

#[test]
fn a_graph_is_drawn_in_each_format() {
    let home = Home::new("format");
    let story = text(&home.write("story.yaml", STORY));
    let drawn = |format: &str| home.run(&["graph", &story, "--format", format]).ends(0).out;
    assert_eq!(
        home.run(&["graph", &story]).ends(0).out,
        drawn("tree"),
        "a tree unless told otherwise"
    );
    for (format, rows) in [
        (
            "tree",
            &["graph mine\n", "noop[first]\n", "  ~> print[last]\n"][..],
        ),
        (
            "dot",
            &[
                "digraph \"mine\" {\n",
                "\"noop[first]\" -> \"print[last]\"",
                "}\n",
            ],
        ),
        ("mermaid", &["flowchart TD\n", "[\"print[last]\"]\n"]),
        (
            "json",
            &["\"format\": 1", "\"notify\": true", "\"msg\": \"hello\""],
        ),
    ] {
        let drawn = drawn(format);
        for row in rows {
            assert!(drawn.contains(row), "no {row:?} in {format}:\n{drawn}");
        }
    }
    home.run(&["graph", &story, "--format", "svg"])
        .ends(64)
        .complains("mermaid");
}

#[test]
fn quiet_leaves_results_and_errors() {
    let home = Home::new("hushed");
    let story = text(&home.write("story.yaml", STORY));
    let ran = home.run(&["--quiet", &story]).ends(0);
    assert_eq!(ran.out, "mine: converged, 2 of 2 expectations hold\n");
    assert_eq!(ran.err, "");
    home.run(&["status", &story, "--quiet"])
        .ends(0)
        .says("print[last]");
    let broken = text(&home.write(
        "broken.yaml",
        "world: {}\nresources:\n  exec:\n  - name: bad\n    cmd: \"false\"\n  noop:\n  - name: fine\n",
    ));
    let ran = home.run(&["apply", &broken, "-q"]).ends(1);
    assert!(
        ran.out.contains("failed     exec[bad]"),
        "what failed is told: {ran:?}"
    );
    assert!(
        ran.out.contains("1 ok, 1 failed"),
        "and what it came to: {ran:?}"
    );
    assert_eq!(ran.out.lines().count(), 2, "and nothing else: {ran:?}");
    home.run(&["-q", "-v", &story])
        .ends(64)
        .complains("cannot be used with");
}

#[test]
fn verbose_logs_on_stderr_and_leaves_results_alone() {
    let home = Home::new("verbose");
    let story = text(&home.write("story.yaml", STORY));
    let plain = home.run(&["apply", &story]).ends(0);
    assert_eq!(plain.err, "");
    let more = home.run(&["apply", &story, "--verbose"]).ends(0);
    let more = more.complains("story.yaml").complains("sim, seed 0");
    assert_eq!(more.out, plain.out);
    assert!(!more.err.contains("poked"), "{more:?}");
    let all = home.run(&["apply", &story, "-vv"]).ends(0);
    let all = all.complains("poked      print[last]").complains("check");
    assert_eq!(all.out, plain.out);
}

#[test]
fn a_seed_decides_what_a_simulation_draws() {
    let home = Home::new("seed");
    let story = text(&home.write(
        "story.yaml",
        "world: {}\nresources:\n  password:\n  - name: pw\n  - name: other\n  file:\n  - name: /etc/made\n\
         bindings:\n- password[pw].password -> file[/etc/made].content\n",
    ));
    let played = |seed: &str| {
        let trace = home.path(&format!("trace-{seed}"));
        let ran = home.run(&["apply", &story, "--seed", seed, "--trace", &text(&trace)]);
        let ran = ran.ends(0).says(&format!("sim, seed {seed}"));
        (ran.out, fs::read_to_string(trace).expect("a trace"))
    };
    assert_eq!(played("7"), played("7"));
    let orders: std::collections::BTreeSet<String> = (1..9)
        .map(|seed| {
            played(&seed.to_string())
                .1
                .replace(&format!("seed {seed}"), "")
        })
        .collect();
    assert!(orders.len() > 1, "eight seeds, one order");
    home.run(&["apply", &story, "--seed", "few"])
        .ends(64)
        .complains("--seed");
}

#[test]
fn jobs_say_how_many_run_at_the_same_time() {
    let home = Home::new("jobs");
    let story = text(&home.write(
        "story.yaml",
        "world: {}\nresources:\n  exec:\n  - name: a\n    cmd: sleep 10\n  - name: b\n    cmd: sleep 10\n",
    ));
    for (jobs, end) in [("1", "20.000  converged"), ("2", "10.000  converged")] {
        home.run(&["apply", &story, "--jobs", jobs])
            .ends(0)
            .says(end);
    }
}

/// A plan's own events are told nowhere else: what is not known, and what comes behind what needs root.
#[test]
fn the_trace_of_a_plan_is_kept_too() {
    let home = Home::new("plan-trace");
    let story = text(&home.write(
        "story.yaml",
        "\
world:
  user: deploy
  users: {deploy: 1000}
  files:
    /etc/motd: {content: old, mode: 0600}
    /home/deploy/: {owner: deploy}
resources:
  file:
  - name: /etc/motd
    content: new
  - name: /home/deploy/copy
    content: mine
edges:
- file[/etc/motd] -> file[/home/deploy/copy]
",
    ));
    let trace = home.path("trace.jsonl");
    home.run(&["plan", &story, "--trace", &text(&trace)]);
    let written = fs::read_to_string(&trace).expect("a trace");
    let lines: Vec<String> = written
        .lines()
        .map(|line| weft::trace::read_json_line(line).expect(line))
        .map(|event| weft::trace::line(&event).to_string())
        .collect();
    for told in [
        "unknown    file[/etc/motd]",
        "behind     file[/home/deploy/copy]",
    ] {
        let hits = lines.iter().filter(|line| line.contains(told)).count();
        assert_eq!(hits, 1, "{told}: {lines:#?}");
    }
}

#[test]
fn commands_can_be_given_beforehand() {
    let home = Home::new("command");
    let story = text(&home.write("story.yaml", STORY));
    let ran = home
        .run(&[&story, "--command", "add noop third", "-c", "status"])
        .ends(0)
        .says("added noop[third]")
        .says("print[last]");
    assert!(!ran.out.contains("converged"), "nothing was run: {ran:?}");
    home.run(&["host", "--command", "world"])
        .ends(0)
        .says("host ");
}

/// What a pipe gets is plain already; asking for it takes nothing away.
#[test]
fn plain_output_has_nothing_that_moves() {
    let home = Home::new("plain");
    let story = text(&home.write("story.yaml", STORY));
    let plain = home.run(&["apply", &story, "--plain"]).ends(0);
    assert_eq!(plain.out, home.run(&["apply", &story]).ends(0).out);
    assert_eq!(plain.err, "");
    assert!(!plain.out.contains(['\r', '\x1b']), "{plain:?}");
    let mono = home.run(&["apply", &story, "--plain", "--color", "never"]);
    assert_eq!(mono.ends(0).out, plain.out);
}

/// What cannot keep its state is told so, and not as a fault of a resource.
#[test]
fn a_state_directory_that_cannot_be_is_named() {
    let home = Home::new("no-state");
    let graph = text(&home.write(
        "graph.yaml",
        "resources:\n  password: [{name: db}]\n  exec: [{name: e, cmd: 'true'}]\n",
    ));
    for verb in [&["plan", &graph][..], &["apply", &graph, "--yes"]] {
        let ran = home
            .run(&[verb, &["--state-dir", "/proc/nope"]].concat())
            .ends(1);
        let told = "the state directory cannot be made (/proc/nope";
        let wanted = if verb[0] == "apply" { 2 } else { 1 };
        assert_eq!(ran.out.matches(told).count(), wanted, "{ran:?}");
        ran.says("; --state-dir or WEFT_STATE_DIR names another");
    }
}

/// A look at the machine says of what fails why it does, as a plan does.
#[test]
fn status_tells_why_something_fails() {
    let home = Home::new("status-why");
    let path = text(&home.path("none/f"));
    let graph = format!("resources:\n  file: [{{name: {path}, content: x}}]\n");
    let graph = text(&home.write("graph.yaml", &graph));
    let ran = home.run(&["status", &graph]).ends(1);
    ran.says("its directory does not exist");
}

#[test]
fn a_state_directory_can_be_chosen() {
    let home = Home::new("state-dir");
    let graph = text(&home.write(
        "graph.yaml",
        "graph: kept\nresources:\n  password:\n  - name: pw\n",
    ));
    let chosen = home.path("chosen");
    home.run(&["apply", &graph, "--yes", "--state-dir", &text(&chosen)])
        .ends(0)
        .says("generated");
    assert!(
        !home.path("state").exists(),
        "not where the environment says"
    );
    let kept = find(&chosen, "pw").expect("the password is kept there");
    assert!(!fs::read(kept).expect("it is read").is_empty());
    home.run(&["plan", &graph, "--state-dir", &text(&chosen)])
        .ends(0)
        .says("nothing to do");
    home.run(&["plan", &graph]).ends(0).says("1 to add");
}

fn find(dir: &Path, name: &str) -> Option<std::path::PathBuf> {
    let entries = fs::read_dir(dir).ok()?.flatten();
    entries
        .map(|entry| entry.path())
        .find_map(|path| match path.is_dir() {
            true => find(&path, name),
            false => path.ends_with(name).then_some(path),
        })
}

/// Three stories: well, one that differs from what it expects, and one that cannot be read.
fn stories(home: &Home) {
    fs::create_dir(home.path("scenarios")).expect("a directory");
    fs::create_dir(home.path("snapshots")).expect("a directory");
    home.write("scenarios/well.yaml", STORY);
}

#[test]
fn stories_are_listed_accepted_and_compared() {
    let home = Home::new("stories");
    stories(&home);
    let snapshot = home.path("snapshots/well.snap");
    assert_eq!(
        home.run(&["test", "--list"]).ends(0).out,
        "scenarios/well.yaml\n"
    );
    assert!(!home.path("snapshots/well.snap.new").exists());
    home.run(&["test"]).ends(1).says("1 failed");
    assert!(home.path("snapshots/well.snap.new").exists() && !snapshot.exists());
    let refused = home.weft(&["test", "--accept"]).env("CI", "1").output();
    super::Ran::of(refused.expect("weft runs"))
        .ends(1)
        .says("--accept is refused");
    home.run(&["test", "--accept"])
        .ends(0)
        .says("1 story: 1 ok");
    let taken = fs::read_to_string(&snapshot).expect("a snapshot");
    assert!(taken.contains("notified   print[last]"), "{taken}");
    home.run(&["test"]).ends(0);
    fs::remove_file(home.path("scenarios/well.yaml")).expect("removed");
    home.run(&["test"]).ends(1).says("no story");
}

#[test]
fn plans_are_compared_with_what_was_done() {
    let home = Home::new("foresight");
    stories(&home);
    home.run(&["test", "--accept"]).ends(0);
    let told = home.run(&["test", "--check-plan"]).ends(0).out;
    assert!(told.contains("named unknowns, 0 wrong"), "{told}");
    assert!(
        !told.contains("0 changes"),
        "something was compared: {told}"
    );
    let without = home.run(&["test"]).ends(0).out;
    assert!(!without.contains("named unknowns"), "{without}");
}

#[test]
fn results_are_written_for_machines_too() {
    let home = Home::new("junit");
    stories(&home);
    home.run(&["test", "--accept"]).ends(0);
    let wrong = STORY.replace("refreshed 1", "refreshed 5");
    home.write("scenarios/wrong.yaml", &wrong);
    home.run(&["test", "--junit", "report.xml"]).ends(1);
    let report = fs::read_to_string(home.path("report.xml")).expect("a report");
    assert!(
        report.contains("<testsuites tests=\"2\" failures=\"1\">"),
        "{report}"
    );
    assert!(
        report.contains("<testcase classname=\"weft\" name=\"scenarios/well.yaml\"/>"),
        "{report}"
    );
    assert!(report.contains("print[last] refreshed 5"), "{report}");
    home.run(&["test", "--junit", "scenarios/well.yaml/report.xml"])
        .ends(1)
        .says("scenarios/well.yaml");
}

#[test]
fn each_shell_gets_its_own_completions() {
    let home = Home::new("shells");
    for (shell, mark) in [
        ("bash", "complete -F _weft"),
        ("elvish", "edit:completion"),
        ("fish", "complete -c weft"),
        ("powershell", "Register-ArgumentCompleter"),
        ("zsh", "#compdef weft"),
    ] {
        let ran = home.run(&["completions", shell]).ends(0).says(mark);
        for word in ["check-plan", "detailed-exitcode", "watch"] {
            assert!(ran.out.contains(word), "no {word} for {shell}");
        }
    }
    home.run(&["completions", "cmd"]).ends(64).complains("fish");
}

#[test]
fn a_watch_of_a_graph_ends_after_its_longest_time() {
    let home = Home::new("longest");
    let graph = text(&home.one_file("right"));
    let weft = Running::start(&home, &["watch", "--yes", "--max-runtime", "300ms", &graph]);
    weft.ends(124);
    assert!(home.path("made").exists());
}

/// What a plan announces and what a run came to count each resource once, and in the same column.
#[test]
fn a_plan_and_its_run_count_alike() {
    let home = Home::new("columns");
    let story = text(&home.write(
        "story.yaml",
        "\
world:
  services: {web: {state: running, can_reload: true}}
  commands: {rotate: {}}
resources:
  file: [{name: /etc/made, content: x}, {name: /etc/gone, state: absent}]
  noop: [{name: told}]
  svc: [{name: web, state: running}]
  exec: [{name: rotate, refreshonly: true}]
  print: [{name: said, msg: hello}]
edges:
- file[/etc/made] ~> noop[told]
- file[/etc/made] ~> svc[web]
- file[/etc/made] ~> exec[rotate]
- exec[rotate] ~> print[said]
",
    ));
    home.run(&["plan", &story])
        .ends(0)
        .says("\n1 to add, 4 to refresh\n");
    home.run(&["apply", &story])
        .ends(0)
        .says("1 ok, 1 changed, 4 refreshed\n");
    let plan = home.run(&["plan", "--json", &story]).ends(0).json();
    let run = home.run(&["apply", "--json", &story]).ends(0).json();
    assert_eq!(plan["tally"], run["tally"]);
    // Under watch too: a resource that was refreshed often is still one.
    let watched = [
        &story,
        "-c",
        "watch",
        "-c",
        "sim rm /etc/made",
        "-c",
        "sim rm /etc/made; sim advance 5s",
    ];
    home.run(&watched)
        .ends(0)
        .says("1 ok, 1 changed, 4 refreshed\n");
}

/// Where an engine may die in it, a story loses nothing; nothing to replay, no directory for it.
#[test]
fn a_story_is_explored() {
    let home = Home::new("explored");
    home.write(
        "s.yaml",
        "resources:\n  file:\n  - {name: /srv/a, content: x}\n  noop: [{name: n}]\nedges:\n- file[/srv/a] ~> noop[n]\nworld: {files: {/srv/: {}}}\nsteps: [apply]\n",
    );
    let args = ["test", "--explore", "crash", "--replays", "again", "s.yaml"];
    home.run(&args).ends(0).says("s.yaml");
    assert!(!home.path("again").exists());
}
