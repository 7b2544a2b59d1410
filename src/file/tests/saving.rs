//! Saving: nothing changed, something changed, everything new.

use super::*;
use crate::graph::{Draft, Meta, Origin};
use crate::time::Span;
use crate::value::{Place, Raw, Value};
use proptest::prelude::*;

const FILE: &str = "\
# Ours, do not touch.
graph: web   # the name

resources:
  file:
  # the secret
  - name: /tmp/secret
    mode: 0600   # nobody else
    content: |
      one
      two

  - {name: /etc/motd, content: hello}
  noop:
  - name: a
  - name: b      # the second
    meta: {noop: true}
  svc:

edges:
- a -> b ~> /tmp/secret
- {from: 'noop[a]', to: 'file[/etc/motd]'}  # long
bindings: []
# the end
";

/// The text after an edit, and what it lost.
fn after(
    text: &str,
    base: Option<&str>,
    edit: impl Fn(&mut Draft) -> Result<(), crate::graph::Refusal>,
) -> String {
    let document = read_beside(text, base).unwrap_or_else(|why| panic!("{why}"));
    let mut draft = document.graph.edit();
    edit(&mut draft).unwrap_or_else(|why| panic!("{why}"));
    let graph = draft
        .finish(&TestKinds)
        .unwrap_or_else(|why| panic!("{why:?}"));
    let saved = save(&document, &graph, &TestKinds);
    let lost: Vec<String> = saved
        .lost
        .iter()
        .map(|lost| format!("lost: {lost}\n"))
        .collect();
    let read = read_beside(&saved.text, base).unwrap_or_else(|why| panic!("{why}\n{}", saved.text));
    assert!(
        same(&read.graph, &graph),
        "{}\n{}\n{}",
        saved.text,
        lines(&read.graph),
        lines(&graph)
    );
    format!("{}{}", saved.text, lost.concat())
}

fn key(text: &str) -> Key {
    let (kind, name) = text.split_once(':').unwrap_or((text, ""));
    Key::new(kind, name)
}

const HERE: Place = Place { line: 0, column: 0 };

#[test]
fn unchanged_is_byte_for_byte_the_same() {
    for text in [
        FILE,
        super::good::STORY,
        "# x\r\nresources: {}\r\n",
        "\u{feff}graph: a",
    ] {
        let document = good(text);
        let saved = save(&document, &document.graph, &TestKinds);
        assert_eq!((saved.text.as_str(), saved.lost.len()), (text, 0));
    }
}

#[test]
fn a_param_is_set_added_and_taken_away_in_place() {
    let set = |draft: &mut Draft, k: &str, param: &str, text: &str| {
        draft.set(
            &TestKinds,
            &key(k),
            &FieldPath::parse(param),
            &Raw::bare(text),
        )
    };
    insta::assert_snapshot!(after(FILE, None, |draft| {
        set(draft, "file:/tmp/secret", "mode", "0640")?;
        set(draft, "file:/tmp/secret", "content", "now\nthree\nlines\n")?;
        set(draft, "file:/tmp/secret", "force", "yes")?;
        set(draft, "file:/etc/motd", "content", "good: day")?;
        set(draft, "file:/etc/motd", "mode", "0644")
    }), @r##"
# Ours, do not touch.
graph: web   # the name

resources:
  file:
  # the secret
  - name: /tmp/secret
    mode: 0640   # nobody else
    content: |
      now
      three
      lines
    force: true

  - {name: /etc/motd, content: 'good: day', mode: 0644}
  noop:
  - name: a
  - name: b      # the second
    meta: {noop: true}
  svc:

edges:
- a -> b ~> /tmp/secret
- {from: 'noop[a]', to: 'file[/etc/motd]'}  # long
bindings: []
# the end
"##);
    insta::assert_snapshot!(after(FILE, None, |draft| {
        draft.unset(&key("file:/tmp/secret"), &FieldPath::parse("mode"), HERE)?;
        draft.set_meta(&key("noop:b"), Meta::default(), HERE)?;
        draft.set_meta(&key("noop:a"), Meta { retry: 3, delay: Span::secs(2), ..Meta::default() }, HERE)
    }), @r##"
# Ours, do not touch.
graph: web   # the name

resources:
  file:
  # the secret
  - name: /tmp/secret
    content: |
      one
      two

  - {name: /etc/motd, content: hello}
  noop:
  - name: a
    meta: {retry: 3, delay: 2s}
  - name: b      # the second
  svc:

edges:
- a -> b ~> /tmp/secret
- {from: 'noop[a]', to: 'file[/etc/motd]'}  # long
bindings: []
# the end
lost: the comment in line 8: `# nobody else`
"##);
}

#[test]
fn resources_come_and_go() {
    insta::assert_snapshot!(after(FILE, None, |draft| {
        draft.drop_vertex(&key("noop:b"), HERE)?;
        draft.drop_vertex(&key("file:/etc/motd"), HERE)?;
        draft.add(&TestKinds, key("noop:c"), HERE)?;
        draft.add(&TestKinds, key("svc:nginx"), HERE)?;
        draft.add(&TestKinds, key("password:pw"), HERE)?;
        let ends = ((key("password:pw"), FieldPath::parse("password")), (key("file:/x y"), FieldPath::parse("content")));
        draft.add(&TestKinds, key("file:/x y"), HERE)?;
        draft.bind(&TestKinds, (&ends.0.0, &ends.0.1), (&ends.1.0, &ends.1.1), Origin::Written, HERE)?;
        draft.link(&key("noop:a"), &key("noop:c"), true, Origin::Written, HERE)
    }), @r##"
# Ours, do not touch.
graph: web   # the name

resources:
  file:
  # the secret
  - name: /tmp/secret
    mode: 0600   # nobody else
    content: |
      one
      two

  - name: /x y
  noop:
  - name: a
  - name: c
  svc:
  - name: nginx
  password:
  - name: pw

edges:
- noop[a] ~> noop[c]
bindings:
- password[pw].password -> file[/x y].content
# the end
lost: the comment in line 16: `# the second`
lost: the comment in line 22: `# long`
"##);
    insta::assert_snapshot!(after(FILE, None, |draft| {
        draft.rename(&key("noop:a"), "z", HERE)?;
        Ok(())
    }), @r##"
# Ours, do not touch.
graph: web   # the name

resources:
  file:
  # the secret
  - name: /tmp/secret
    mode: 0600   # nobody else
    content: |
      one
      two

  - {name: /etc/motd, content: hello}
  noop:
  - name: b      # the second
    meta: {noop: true}
  - name: z
  svc:

edges:
- noop[b] ~> file[/tmp/secret]
- noop[z] -> file[/etc/motd]
- noop[z] -> noop[b]
bindings: []
# the end
lost: the comment in line 22: `# long`
"##);
}

#[test]
fn edges_are_cut_out_of_chains() {
    insta::assert_snapshot!(after(FILE, None, |draft| {
        draft.unlink(&key("noop:a"), &key("noop:b"), false, HERE)?;
        draft.unlink(&key("noop:b"), &key("file:/tmp/secret"), true, HERE)
    }), @r##"
# Ours, do not touch.
graph: web   # the name

resources:
  file:
  # the secret
  - name: /tmp/secret
    mode: 0600   # nobody else
    content: |
      one
      two

  - {name: /etc/motd, content: hello}
  noop:
  - name: a
  - name: b      # the second
    meta: {noop: true}
  svc:

edges:
- noop[b] -> file[/tmp/secret]
- {from: 'noop[a]', to: 'file[/etc/motd]'}  # long
bindings: []
# the end
"##);
}

#[test]
fn an_imported_graph_is_added_to_set_and_dropped_from() {
    let base = "resources:\n  file: [{name: /a, content: old}, {name: /b}]\n  noop: [{name: n}]\nedges: [/a ~> n, /b -> n]\n";
    insta::assert_snapshot!(after("use: graphs/base.yaml\nsteps: [apply]\n", Some(base), |draft| {
        draft.set(&TestKinds, &key("file:/a"), &FieldPath::parse("content"), &Raw::bare("new"))?;
        draft.unlink(&key("file:/a"), &key("noop:n"), true, HERE)?;
        draft.drop_vertex(&key("file:/b"), HERE)
    }), @r##"
use: graphs/base.yaml
steps: [apply]
resources:
  file:
  - name: /a
    content: new
edges:
- file[/a] -> noop[n]
drop:
- file[/b]
- file[/a] ~> noop[n]
"##);
    insta::assert_snapshot!(after("use: graphs/base.yaml\nsteps: [apply] # go\n", Some(base), |draft| {
        draft.unset(&key("file:/a"), &FieldPath::parse("content"), HERE)
    }), @r##"
weft: 1
graph: x
resources:
  file:
  - name: /a
  - name: /b
  noop:
  - name: n
edges:
- file[/a] ~> noop[n]
- file[/b] -> noop[n]
steps:
- apply
lost: the file is written anew: its own order, layout and anchors
lost: the comment in line 2: `# go`
lost: `use: graphs/base.yaml`: what came from it is written out here
"##);
}

#[test]
fn what_anchors_hold_together_is_written_anew() {
    let text = "about: shared\nresources:\n  file:\n  - {name: /a, mode: &m 0600} # both\n  - {name: /b, mode: *m}\n";
    insta::assert_snapshot!(after(text, None, |draft| {
        draft.set(&TestKinds, &key("file:/a"), &FieldPath::parse("mode"), &Raw::bare("0644"))
    }), @r##"
weft: 1
graph: x
about: shared
resources:
  file:
  - name: /a
    mode: 0644
  - name: /b
    mode: 0600
lost: the file is written anew: its own order, layout and anchors
lost: the comment in line 4: `# both`
"##);
}

#[test]
fn secrets_are_not_saved() {
    let document = good(FILE);
    let mut draft = document.graph.edit();
    let secret = Value::str("hunter2").into_secret();
    let set = draft.set_value(
        &key("file:/tmp/secret"),
        &FieldPath::parse("content"),
        secret.clone(),
        HERE,
    );
    assert!(set.is_ok());
    let set = draft
        .add(&TestKinds, key("value:v"), HERE)
        .and_then(|()| draft.set_value(&key("value:v"), &FieldPath::parse("value"), secret, HERE));
    assert!(set.is_ok());
    let graph = draft.finish(&TestKinds).unwrap_or_default();
    let saved = save(&document, &graph, &TestKinds);
    assert!(!saved.text.contains("hunter2"));
    insta::assert_snapshot!(format!("{}{:#?}", saved.text, saved.lost), @r##"
# Ours, do not touch.
graph: web   # the name

resources:
  file:
  # the secret
  - name: /tmp/secret
    mode: 0600   # nobody else

  - {name: /etc/motd, content: hello}
  noop:
  - name: a
  - name: b      # the second
    meta: {noop: true}
  svc:
  value:
  - name: v
    # value: not saved

edges:
- a -> b ~> /tmp/secret
- {from: 'noop[a]', to: 'file[/etc/motd]'}  # long
bindings: []
# the end
[
    "the secret of value[v].value is not saved",
    "the secret of file[/tmp/secret].content is not saved",
]
"##);
    insta::assert_snapshot!(save_new(&TestKinds, &graph, None).text, @r##"
weft: 1
graph: web
resources:
  file:
  - name: /etc/motd
    content: hello
  - name: /tmp/secret
    # content: not saved
    mode: 0600
  noop:
  - name: a
  - name: b
    meta: {noop: true}
  value:
  - name: v
    # value: not saved
edges:
- noop[a] -> file[/etc/motd]
- noop[a] -> noop[b]
- noop[b] ~> file[/tmp/secret]
"##);
}

#[test]
fn a_story_is_written_as_it_was_read() {
    let document = good(super::good::STORY);
    let saved = save_new(&TestKinds, &document.graph, document.story.as_ref());
    let read = good(&saved.text);
    assert_eq!(saved.lost, Vec::<String>::new());
    let said = |d: &Document| {
        let story = d.story.clone().unwrap_or_default();
        let texts = |s: &Story| {
            (
                s.steps.iter().map(|x| x.text.clone()).collect::<Vec<_>>(),
                s.expect.iter().map(|x| x.text.clone()).collect::<Vec<_>>(),
            )
        };
        (texts(&story), story.seed, story.world)
    };
    assert_eq!(said(&read), said(&document));
    insta::assert_snapshot!(saved.text, @r##"
weft: 1
graph: x
resources:
  file:
  - name: /a
    content: x
world:
  hostname: web1
  user: anna
  users:
    anna: {uid: 1000}
    ben: {uid: 1001, groups: [adm], home: /srv/ben}
  groups:
    adm: 4
  files:
    /etc/link:
      link: /etc/motd
    /etc/motd:
      content: hello
    /opt/x:
      dir: true
    /srv:
      dir: true
      mode: 0750
      owner: anna
  free: 4096
  read_only: [/usr]
  mounts: [/mnt]
  commands:
    nginx -t:
    - status: 1
      stderr: bad
    - status: 0
      duration: 2s
      writes:
        /run/ok: yes
        /run/x: {content: y, mode: 0600}
      removes:
      - /run/old
      svc:
        nginx.service: running
    uname:
    - status: 0
      stdout: Linux
  http:
    https://example.org/:
      status: 200
      body: hi
    https://example.org/slow:
      status: 503
      duration: 3s
      fault: hang
  services:
    nginx.service:
      state: running
      startup: disabled
    ssh.service:
      state: {failed: timeout, status: 2}
      startup: enabled
      starts: {fails: 1}
  faults:
  - {call: put, on: /a, what: no-space}
seed: 7
steps:
- apply
- sim write /a y
expect:
- /a ok
- file[/a] changed 2
- /a.content = x
- /a has "x y"
- /etc/motd mode 644
- /gone absent
- exit 0
"##);
}

#[test]
fn an_empty_story_stays_a_story() {
    let graph = good("graph: g").graph;
    let saved = save_new(&TestKinds, &graph, Some(&Story::default()));
    assert_eq!(good(&saved.text).story, Some(Story::default()));
}

/// Names and texts that YAML or the references might misread.
const ODD: &[&str] = &[
    "a",
    "b c",
    "/etc/x",
    "no",
    "true",
    "12",
    "0x1f",
    "1.10",
    "~",
    "null",
    "",
    " lead",
    "trail ",
    "a: b",
    "a #b",
    "#x",
    "- x",
    "[x]",
    "{x",
    "x]",
    "'",
    "\"",
    "a'b\"c",
    "-> x",
    "a ~> b",
    "x.y",
    "é",
    "日本",
    "\u{7}",
    "\t",
    "a\nb",
    "a\n",
    "\na",
    "a\n\nb\n",
    "  a\nb\n",
    "a\r\nb",
    "\u{feff}x",
    "\u{202e}",
    "\\",
    "%x",
    "@x",
    "`x",
    "!x",
    "&x",
    "*x",
    "?",
    "? x",
    ":",
    "::",
    "a:",
    ":a",
    "---",
    "...",
    "<<",
    "=",
    "|",
    ">",
    "key: |\n  x\n",
    "\u{85}",
    "\u{2028}",
    "x\n\n",
    "{}",
    "[]",
    ",",
    "a,b",
    "null ",
    "\u{1f600}",
    "-",
    "--",
    "-1",
    "+1",
    "1_0",
];

fn odd() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(ODD).prop_map(str::to_owned),
        1 => "[ -~\n]{0,12}",
        1 => any::<String>(),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        odd().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::list),
            proptest::collection::vec((odd(), inner), 0..3).prop_map(Value::map),
        ]
    })
}

/// A random graph over the kinds of the tests.
fn any_graph() -> impl Strategy<Value = Graph> {
    let node = (0..4usize, odd(), odd(), any_value(), any::<bool>());
    let edge = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        any::<bool>(),
    );
    let all = (
        proptest::collection::vec(node, 1..6),
        proptest::collection::vec(edge, 0..5),
        odd(),
    );
    all.prop_map(|(nodes, edges, name)| {
        let mut draft = Draft::new(name);
        let mut keys: Vec<Key> = Vec::new();
        for (kind, name, text, value, odd) in nodes {
            let kind = ["file", "value", "exec", "noop"][kind];
            let name = if kind == "file" {
                format!("/{}", name.replace('\0', ""))
            } else {
                name
            };
            let key = Key::new(kind, name);
            if draft.add(&TestKinds, key.clone(), HERE).is_err() {
                continue;
            }
            let mut set = |field: &str, value: Value| {
                assert!(
                    draft
                        .set_value(&key, &FieldPath::parse(field), value, HERE)
                        .is_ok()
                );
            };
            match kind {
                "file" => set("content", Value::from(text)),
                "value" => set("value", value),
                "exec" => {
                    set("cmd", Value::from(text.clone()));
                    set("args", Value::list([Value::from(text.clone())]));
                    set("env", Value::map([(text, Value::from("x"))]));
                }
                _ => {
                    let meta = Meta {
                        noop: odd,
                        retry: -1,
                        delay: crate::time::SHORTEST_ROUND,
                        limit: Some(0.5),
                        sema: [("a b:c".to_owned(), 2)].into(),
                        ..Meta::default()
                    };
                    assert!(draft.set_meta(&key, meta, HERE).is_ok());
                }
            }
            keys.push(key);
        }
        for (a, b, notify) in edges {
            let (a, b) = (a.index(keys.len()), b.index(keys.len()));
            if a < b {
                assert!(
                    draft
                        .link(&keys[a], &keys[b], notify, Origin::Written, HERE)
                        .is_ok()
                );
            }
        }
        draft
            .finish(&TestKinds)
            .unwrap_or_else(|why| panic!("{why:?}"))
    })
}

fn as_read(text: &str) -> Graph {
    let read = read(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    read.graph
}

proptest! {
    #[test]
    fn any_graph_is_read_as_it_was_written(graph in any_graph()) {
        let saved = save_new(&TestKinds, &graph, None);
        prop_assert!(saved.lost.is_empty(), "{:?}", saved.lost);
        let mut read = as_read(&saved.text);
        if graph.name.is_empty() {
            read.name = String::new();
        }
        prop_assert!(same(&read, &graph), "{}\n{}\n{}", saved.text, lines(&read), lines(&graph));
    }

    #[test]
    fn any_edit_is_read_as_it_was_made(before in any_graph(), after in any_graph(), of_file in any::<bool>()) {
        let text = if of_file { FILE.to_owned() } else { save_new(&TestKinds, &before, None).text };
        let document = good(&text);
        let mut after = after;
        if after.name.is_empty() {
            after.name = "named".into();
        }
        let saved = save(&document, &after, &TestKinds);
        let read = as_read(&saved.text);
        prop_assert!(same(&read, &after), "{}\n{}\n{}", saved.text, lines(&read), lines(&after));
    }

    #[test]
    fn another_reader_sees_the_same_text(text in odd()) {
        let tree = super::super::tree::Tree::Map(vec![("k".to_owned(), super::super::tree::Tree::text(&text))]);
        let other: std::collections::BTreeMap<String, String> = serde_yaml::from_str(&tree.file())
            .map_err(|why| TestCaseError::fail(format!("{why}: {}", tree.file())))?;
        prop_assert_eq!(&other["k"], &text);
    }
}
