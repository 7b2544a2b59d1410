//! What programs read: the shape of each answer of `--json`, and the schema of files, as snapshots. A field that goes away, or
//! changes its type, is seen here; one that is added is accepted by hand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Home, text};

/// The fields of an answer, by path, with the types that were seen there.
type Shape = BTreeMap<String, BTreeSet<&'static str>>;

/// A story that changes, fails, blocks, holds, notifies, sends and keeps something pending.
const RICH: &str = "\
weft: 1
graph: rich
about: Everything that an answer can hold.
world:
  read_only: [/opt]
resources:
  password:
  - name: pw
  file:
  - name: /etc/made
    mode: 0600
  - name: /opt/app
    content: app
  noop:
  - name: listener
  - name: behind
  - name: held
    meta: {noop: true, poll: 5m}
  value:
  - name: many
    value: {list: [1, two], deep: {yes: true}}
  print:
  - name: said
    msg: hello
edges:
- file[/etc/made] ~> noop[listener]
- file[/etc/made] ~> noop[behind]
- file[/opt/app] -> noop[behind]
- file[/etc/made] ~> noop[held]
bindings:
- password[pw].password -> file[/etc/made].content
steps:
- apply
- dirty listener
- notify listener
expect:
- exit 1
";

fn add(shape: &mut Shape, path: String, value: &Value) {
    let seen = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(items) => {
            let item = format!("{path}[]");
            items
                .iter()
                .for_each(|value| add(shape, item.clone(), value));
            "array"
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                add(
                    shape,
                    format!("{path}.{}", shown(&path, name, fields)),
                    value,
                );
            }
            "object"
        }
    };
    shape.entry(path).or_default().insert(seen);
}

/// A field's name. What the graph itself names is any name, and what an event tells goes by the event.
fn shown(path: &str, name: &str, fields: &serde_json::Map<String, Value>) -> String {
    let named_by_graph = path.ends_with(".params") || path.ends_with(".meta");
    if named_by_graph || path.contains(".params.") {
        return "*".to_owned();
    }
    match fields.get("event").and_then(Value::as_str) {
        Some(event) if name == "data" => format!("data({event})"),
        _ => name.to_owned(),
    }
}

/// The shape of one answer or more, as text.
fn told(title: &str, answers: &[Value]) -> String {
    let mut shape = Shape::new();
    answers
        .iter()
        .for_each(|answer| add(&mut shape, String::new(), answer));
    shape.remove("");
    let line = |(path, types): (String, BTreeSet<&str>)| {
        let types: Vec<&str> = types.into_iter().collect();
        format!("  {path}: {}\n", types.join(" | "))
    };
    format!(
        "{title}\n{}\n",
        shape.into_iter().map(line).collect::<String>()
    )
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "../../snapshots/cli",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}

#[test]
fn every_answer_in_json_has_its_shape() {
    let home = Home::new("shapes");
    let rich = text(&home.write("rich.yaml", RICH));
    let graph = text(&home.one_file("hello"));
    home.write("bad.yaml", "resources:\n  fiel:\n  - name: /tmp/x\n");
    std::fs::create_dir_all(home.path("snapshots")).expect("a directory");
    let reaction = text(&super::reaction(&home));
    home.run(&["apply", "--yes", &reaction]).ends(1);
    let listed = home.run(&["state", "--json"]).json();
    let state = listed["states"][0]["name"]
        .as_str()
        .expect("a name")
        .to_owned();
    let calls: &[(&str, &[&[&str]])] = &[
        ("weft state", &[&["state"]]),
        (
            "weft pending",
            &[&["pending", &reaction], &["pending", &rich]],
        ),
        (
            "weft why",
            &[
                &["why", &rich, "listener"],
                &["why", &rich, "/opt/app"],
                &["why", &graph, "made"],
                &["why", &reaction, "react"],
            ],
        ),
        ("weft state drop", &[&["state", "drop", &state, "--yes"]]),
        ("weft FILE", &[&[&rich]]),
        ("weft plan", &[&["plan", &rich], &["plan", &graph]]),
        (
            "weft apply",
            &[&["apply", &rich], &["apply", "--yes", &graph]],
        ),
        ("weft watch", &[&["watch", &rich]]),
        ("weft status", &[&["status", &rich], &["status", &graph]]),
        ("weft cancel", &[&["cancel", &rich, "listener"]]),
        ("weft notify", &[&["notify", &rich, "listener"]]),
        ("weft trace", &[&["trace", &rich], &["trace", &graph]]),
        ("weft graph", &[&["graph", &rich]]),
        ("weft check", &[&["check", &rich, "bad.yaml"]]),
        ("weft kinds", &[&["kinds"]]),
        (
            "weft test",
            &[
                &["test", "rich.yaml", "--check-plan"],
                &["test", "rich.yaml", "--accept"],
                &["test", "rich.yaml", "--list"],
                &["test", "nowhere"],
            ],
        ),
        (
            "weft test --explore",
            &[
                &["test", "rich.yaml", "--explore", "crash"],
                &["test", "nowhere", "--explore", "faults"],
            ],
        ),
    ];
    let mut all: String = calls.iter().map(|call| answers(&home, call)).collect();
    every_verb_is_there(&home, calls);
    all.push_str(&commands(&home, &rich));
    all.push_str(&traced(&home, &rich));
    snapshot("json", &all);
}

/// The shape of the lines of `--trace FILE`.
fn traced(home: &Home, story: &str) -> String {
    home.run(&["apply", story, "--trace", "trace.jsonl"])
        .ends(1);
    let kept = std::fs::read_to_string(home.path("trace.jsonl")).expect("a trace");
    let lines = kept
        .lines()
        .map(|line| serde_json::from_str(line).expect(line));
    let lines = told("--trace FILE, each line", &lines.collect::<Vec<Value>>());
    // What `replay` prints are these lines; of what it draws it tells where and what.
    let drawn = [
        (
            "weft replay --still",
            ["replay", "trace.jsonl", "--still", "a.svg"],
        ),
        (
            "weft replay --record",
            ["replay", "trace.jsonl", "--record", "a.cast"],
        ),
    ];
    let drawn = drawn.map(|(title, call)| answers(home, &(title, &[&call])));
    lines + &drawn.concat()
}

/// The shape of a verb's answers: it has the same fields, whatever it is asked about.
fn answers(home: &Home, (title, calls): &(&str, &[&[&str]])) -> String {
    let answer = |args: &&[&str]| {
        let ran = home.run(&[*args, &["--json"]].concat());
        assert!(!ran.out.is_empty(), "{args:?} says nothing: {ran:?}");
        let answer = ran.json();
        assert_eq!(answer["format"], 1, "{args:?}: {ran:?}");
        answer
    };
    let answers: Vec<Value> = calls.iter().map(answer).collect();
    let fields = |answer: &Value| -> Vec<String> {
        let fields = answer.as_object().into_iter().flatten();
        fields.map(|(name, _)| name.clone()).collect()
    };
    let same = |answer: &Value| fields(answer) == fields(&answers[0]);
    assert!(answers.iter().all(same), "{title}: {answers:#?}");
    told(title, &answers)
}

/// Verbs that give no answer of their own: what a prompt is told is told as lines, as is a trace, the schema of files has a standard of its
/// own, and the rest is no data.
const WITHOUT: &[&str] = &[
    "host",
    "learn",
    "demo",
    "replay",
    "schema",
    "man",
    "completions",
    "help",
];

/// Each verb of the command line is among the calls, or is known to give no answer.
fn every_verb_is_there(home: &Home, calls: &[(&str, &[&[&str]])]) {
    let help = home.run(&["--help"]).ends(0).out;
    let below = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let rows = below.take_while(|line| !line.is_empty());
    let verbs: Vec<&str> = rows
        .filter(|row| row.starts_with("  ") && !row.starts_with("   "))
        .filter_map(|row| row.split_whitespace().next())
        .collect();
    assert!(verbs.len() > 15, "{help}");
    let called = |verb: &str| {
        calls
            .iter()
            .any(|(_, calls)| calls.iter().any(|call| call[0] == verb))
    };
    let bare: Vec<&&str> = verbs
        .iter()
        .filter(|verb| !called(verb) && !WITHOUT.contains(verb))
        .collect();
    assert!(bare.is_empty(), "no answer of {bare:?} is described");
    for args in [&["man"][..], &["completions", "bash"]] {
        home.run(&[args, &["--json"]].concat())
            .ends(64)
            .complains("gives no JSON");
    }
}

/// What is told of commands: a line each, and at last what they came to together. Their results are those of the verbs, but
/// for some that no verb gives.
fn commands(home: &Home, story: &str) -> String {
    let data = [
        "apply",
        "plan",
        "status",
        "pending",
        "why noop[listener]",
        "trace full noop[listener]",
        "graph tree",
        "show",
        "kinds file",
        "world",
        "sim touch /tmp/x",
    ];
    let words = ["show noop[listener]", "help add", "add noop[more]", "undo"];
    let wrong = ["expect exit 7", "load nowhere.yaml"];
    let all: Vec<&str> = data.into_iter().chain(words).chain(wrong).collect();
    let mut args = vec![story, "--json", "-q", "--keep-going"];
    all.iter().for_each(|command| args.extend(["-c", command]));
    args.extend(["-c", "bogus", "-c", "world; world"]);
    let ran = home.run(&args).ends(1);
    let mut lines: Vec<Value> = ran.jsons();
    assert_eq!(lines.len(), all.len() + 4, "{ran:#?}");
    for (line, command) in lines.iter().zip(&all) {
        assert_eq!(
            (&line["format"], &line["command"]),
            (&1.into(), &(*command).into())
        );
        let is = |field: &str| !line[field].is_null() && line[field] != Value::Array(vec![]);
        let came = [is("result"), is("shown"), is("error")];
        let wanted = match () {
            () if data.contains(command) => [true, false, false],
            () if words.contains(command) => [false, true, false],
            () => [false, came[1], true],
        };
        assert_eq!(came, wanted, "{line:#}");
    }
    assert_eq!(
        lines[all.len()]["command"],
        Value::Null,
        "it was not understood"
    );
    lines.pop();
    let mut text = String::new();
    for command in ["world", "apply"] {
        let line = lines.iter().find(|line| line["command"] == command);
        let result = line.map(|line| line["result"].clone());
        let title = format!("the result of `{command}`");
        text.push_str(&told(&title, &result.into_iter().collect::<Vec<_>>()));
    }
    let results = lines
        .iter_mut()
        .filter_map(|line| line["result"].as_object_mut());
    results.for_each(serde_json::Map::clear);
    told("weft FILE -c COMMAND…, each line", &lines) + &text
}

/// Rule V8: no answer holds what was typed for something sensitive.
#[test]
fn a_secret_is_in_no_answer() {
    let home = Home::new("veiled");
    let story = text(&home.write("empty.yaml", "world: {}\n"));
    let add = "add value v value=hunter2 meta.sensitive=true; show v; show; apply; trace full";
    let ran = home.run(&[&story, "--json", "-c", add]).ends(0);
    assert_eq!(ran.jsons().len(), 6, "{ran:?}");
    assert!(!ran.out.contains("hunter2"), "{ran:?}");
}

#[test]
fn the_schema_of_files_is_as_it_was() {
    let home = Home::new("schema");
    let schema = home.run(&["schema"]).ends(0);
    let root = schema.json();
    assert_eq!(
        root["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    snapshot("schema", &schema.out);
}

#[test]
fn a_shape_holds_types_and_no_values() {
    let answer =
        serde_json::json!({"a": [{"b": 1}, {"b": "x", "c": null}], "params": {"mine": true}});
    assert_eq!(
        told("it", &[answer]),
        "it\n  .a: array\n  .a[]: object\n  .a[].b: number | string\n  .a[].c: null\n  .params: object\n  .params.*: boolean\n\n"
    );
}
