//! What reads, and as what.

use super::*;
use crate::time::Span;
use crate::value::Value;
use crate::world::Active;
use crate::world::sim::spec::{Effect, FileBody};

const PASSWORD: &str = "\
weft: 1
graph: password
about: the articles' graph
resources:
  password:
  - name: pw
    length: 16
  file:
  - name: /tmp/secret   # kept
    mode: 0600
    meta: {retry: 3, delay: 1s}
  noop:
  - name: bystander
edges:
- file[/tmp/secret] ~> noop[bystander]
bindings:
- password[pw].password -> file[/tmp/secret].content
";

#[test]
fn the_password_graph() {
    let document = good(PASSWORD);
    assert_eq!(document.graph.name, "password");
    assert_eq!(document.about.as_deref(), Some("the articles' graph"));
    assert!(document.story.is_none());
    insta::assert_snapshot!(lines(&document.graph), @r##"
file[/tmp/secret] mode=0600
noop[bystander]
password[pw] length=16
file[/tmp/secret] noop[bystander] order=Some(Written) notify=Some(Written)
password[pw] file[/tmp/secret] order=Some(Implied) notify=None
password[pw].password -> file[/tmp/secret].content
"##);
    let meta = &document.graph.vertices()[&Key::new("file", "/tmp/secret")].meta;
    assert_eq!((meta.retry, meta.delay), (3, Span::secs(1)));
}

#[test]
fn a_scalar_is_read_as_its_fields_type() {
    let text = "resources:\n  file:\n  - name: /a\n    mode: 0644\n    content: no\n  - name: /b\n    content: 1.10\n  - {name: /c, content: |}\n";
    let text = text.replace(
        "  - {name: /c, content: |}\n",
        "  - name: /c\n    content: |\n      a\n      b\n",
    );
    let graph = good(&text).graph;
    let param =
        |name: &str, param: &str| graph.vertices()[&Key::new("file", name)].params[param].clone();
    assert_eq!(param("/a", "mode"), Value::str("0644"));
    assert_eq!(param("/a", "content"), Value::str("no"));
    assert_eq!(param("/b", "content"), Value::str("1.10"));
    assert_eq!(param("/c", "content"), Value::str("a\nb\n"));
}

#[test]
fn the_shape_that_mgmt_has() {
    let text = "---\ngraph: g\ncomment: as mgmt writes it\nresources:\n  noop:\n  - name: noop1\n    meta:\n      noop: true\n      sema: ['a:1', 'b:42', c]\n      autogroup: false\n  file:\n  - name: file1\n    path: \"/tmp/f1\"\n    content: |\n      i am f1\n    state: exists\n  svc:\nedges:\n- name: e1\n  from:\n    kind: noop\n    name: noop1\n  to:\n    kind: file\n    name: file1\n  notify: true\nbindings: []\n";
    let document = good(text);
    assert_eq!(document.about.as_deref(), Some("as mgmt writes it"));
    insta::assert_snapshot!(lines(&document.graph), @r##"
file[file1] content="i am f1\n" path=/tmp/f1 state=exists
noop[noop1]
noop[noop1] file[file1] order=Some(Written) notify=Some(Written)
"##);
    let meta = &document.graph.vertices()[&Key::new("noop", "noop1")].meta;
    assert!(meta.noop);
    assert_eq!(
        meta.sema
            .iter()
            .map(|(n, s)| format!("{n}{s}"))
            .collect::<String>(),
        "a1b42c1"
    );
}

#[test]
fn edges_chain_and_references_are_short_where_they_can_be() {
    let text = "resources:\n  noop: [{name: a}, {name: b}, {name: c}, {name: 'odd -> [name'}]\n  file: [{name: /etc/app.conf}]\nedges:\n- a -> b ~> noop:c\n- a -> app.conf\n- {from: 'noop[b]', to: a, notify: false}\n- 'noop[\"odd -> [name\"] -> c'\n";
    let text = text.replace("- {from: 'noop[b]', to: a, notify: false}\n", "");
    insta::assert_snapshot!(lines(&good(&text).graph), @r##"
file[/etc/app.conf]
noop[a]
noop[b]
noop[c]
noop[odd -> [name]
noop[a] file[/etc/app.conf] order=Some(Written) notify=None
noop[a] noop[b] order=Some(Written) notify=None
noop[b] noop[c] order=Some(Written) notify=Some(Written)
noop[odd -> [name] noop[c] order=Some(Written) notify=None
"##);
}

#[test]
fn bindings_reach_keys_of_maps() {
    let text = "resources:\n  password: [{name: pw}]\n  exec: [{name: db, cmd: psql, env: {LANG: C}}]\n  value: [{name: a.b}, {name: v}]\nbindings:\n- pw.password -> exec[db].env.PGPASSWORD\n- {from: 'a.b.value', to: 'value[v].value'}\n";
    insta::assert_snapshot!(lines(&good(text).graph), @r##"
exec[db] cmd=psql env={LANG: C}
password[pw]
value[a.b]
value[v]
password[pw] exec[db] order=Some(Implied) notify=None
value[a.b] value[v] order=Some(Implied) notify=None
password[pw].password -> exec[db].env.PGPASSWORD
value[a.b].value -> value[v].value
"##);
}

const BASE: &str = "resources:\n  file: [{name: /a, content: old, mode: 0600}, {name: /b}]\n  noop: [{name: n}, {name: gone}]\nedges: [/a ~> n, /b -> n, /a -> gone]\n";

#[test]
fn a_used_graph_can_be_added_to_set_and_dropped_from() {
    let text = "use: graphs/base.yaml\ndrop: [gone, '/b -> n']\nresources:\n  file: [{name: /a, content: new}, {name: /c}]\nedges: [/c -> n]\n";
    let document = read_beside(text, Some(BASE)).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(document.uses, Some(PathBuf::from("graphs/base.yaml")));
    insta::assert_snapshot!(lines(&document.graph), @r##"
file[/a] content=new mode=0600
file[/b]
file[/c]
noop[n]
file[/a] noop[n] order=Some(Imported) notify=Some(Imported)
file[/c] noop[n] order=Some(Written) notify=None
"##);
}

#[test]
fn problems_of_a_used_file_are_told_where_they_are() {
    let told = |text: &str, base: &str| {
        read_beside(text, Some(base))
            .map(|d| lines(&d.graph))
            .unwrap_or_else(|why| why.to_string())
    };
    let using = "use: graphs/base.yaml\n";
    insta::assert_snapshot!(told(using, "resources:\n  fiel: []\n  file:\n  - name: /a\n    mod: 1\n"), @r##"
graphs/base.yaml:2:3: there is no kind `fiel` (did you mean `file`?)
graphs/base.yaml:5:5: file[/a]: file has no param `mod` (did you mean `mode`?)
"##);
    insta::assert_snapshot!(told(using, "resources:\n  exec:\n  - name: x\n"), @"graphs/base.yaml:3:5: exec[x] needs `cmd`, written or received (write `cmd: …` in exec[x], or bind a value to exec[x].cmd)");
    insta::assert_snapshot!(told(using, "steps: [plan]\nuse: other\n"), @r##"
graphs/base.yaml:1:1: a used file may not have `steps` (use a plain graph file: resources, edges and bindings)
graphs/base.yaml:2:1: a used file may not have `use` (use a plain graph file: resources, edges and bindings)
"##);
    insta::assert_snapshot!(told("use: nothing.yaml\n", ""), @"x.yaml:1:6: cannot read nothing.yaml: no such file or directory (the path is relative to the directory of this file)");
}

pub(super) const STORY: &str = "\
resources:
  file: [{name: /a, content: x}]
world:
  hostname: web1
  user: anna
  users: {anna: 1000, ben: {uid: 1001, groups: [adm], home: /srv/ben}}
  groups: {adm: 4}
  files:
    /etc/motd: hello
    /etc/link: {link: /etc/motd}
    /srv/: {owner: anna, mode: 0750}
  dirs: [/opt/x]
  free: 4096
  read_only: [/usr]
  mounts: [/mnt]
  immutable: [/etc/motd]
  commands:
    uname: Linux
    nginx -t:
    - status: 1
      stderr: bad
    - status: 0
      duration: 2s
      writes: {/run/ok: yes, /run/x: {content: y, mode: 0600}}
      removes: /run/old
      svc: {nginx: running}
  http:
    https://example.org/: hi
    https://example.org/slow: {status: 503, duration: 3s, fault: hang}
  services:
    nginx: running
    ssh.service: {state: {failed: timeout, status: 2}, startup: enabled, starts: {fails: 1}}
  faults: [{call: put, on: /a, what: no-space}]
seed: 7
steps:
- apply
- sim write /a y
expect:
- /a ok
- file[/a] changed 2
- /a.content = x
- /a has \"x y\"
- /etc/motd mode 644
- /gone absent
- exit 0
";

#[test]
fn a_story() {
    let story = good(STORY).story.unwrap_or_default();
    let world = &story.world;
    assert_eq!(world.user.as_deref(), Some("anna"));
    assert_eq!(world.users["ben"].home, Some(PathBuf::from("/srv/ben")));
    assert_eq!(world.files[Path::new("/srv")].what, FileBody::Dir);
    assert_eq!(world.files[Path::new("/srv")].mode, Some(0o750));
    assert_eq!(world.commands["uname"][0].stdout, b"Linux");
    assert_eq!(world.commands["nginx -t"][1].effects.len(), 4);
    assert_eq!(
        world.commands["nginx -t"][1].effects[0],
        Effect::Write("/run/ok".into(), b"yes".to_vec(), None)
    );
    assert_eq!(world.services.len(), 2);
    let ssh = world_svc::unit("ssh", false);
    assert_eq!(
        world.services[&ssh].active,
        Active::Failed("timeout".into(), 2)
    );
    assert_eq!(
        (story.seed, world.faults.len(), story.steps.len()),
        (7, 1, 2)
    );
    let says: Vec<String> = story
        .expect
        .iter()
        .map(|e| format!("{:?}", e.says))
        .collect();
    insta::assert_snapshot!(says.join("\n"), @r##"
Is("/a", Ok)
Times("file[/a]", Changed, Amount { n: 2, or_more: false })
Holds("/a.content", Raw { node: Scalar { text: "x", quoted: false }, place: Place { line: 0, column: 0 } })
Has("/a", "x y")
Mode("/etc/motd", 420)
Absent("/gone")
Exit(0)
"##);
}

#[test]
fn steps_may_be_one_block() {
    let text = "steps: |\n  # a comment\n  add file /a content=<<END\n    two\n  END\n\n  apply\n";
    let story = good(text).story.unwrap_or_default();
    let steps: Vec<String> = story
        .steps
        .iter()
        .map(|s| format!("{} {:?}", s.place, s.text))
        .collect();
    insta::assert_snapshot!(steps.join("\n"), @r##"
3:1 "add file /a content=<<END\n  two\nEND"
7:1 "apply"
"##);
}

/// A lesson with all that it can have.
pub(super) const LESSON: &str = "\
weft: 1
resources:
  noop:
  - name: there
lesson:
  title: A first one
  text: >-
    Some words,
    and more.

    A second paragraph.
  goal: Reach it.
  check:
  - there ok
  - expect: noop[new] ok
    hint: Not there yet.
  hints:
  - Look around.
  - \"`add`: it adds.\"
  par:
  - add noop new
  - apply
  wrong: |
    # not enough
    apply
  other: [add noop new; apply]
";

#[test]
fn a_lesson_is_a_story() {
    let story = good(LESSON).story.unwrap_or_default();
    let course: Vec<String> = story.course().into_iter().map(|step| step.text).collect();
    assert_eq!(course, ["add noop new", "apply"]);
    assert!(story.steps.is_empty());
    let lesson = story.lesson.unwrap_or_default();
    assert_eq!(lesson.title, "A first one");
    assert_eq!(lesson.text, "Some words, and more.\nA second paragraph.");
    let checks = lesson.check.iter();
    let checks: Vec<_> = checks
        .map(|check| (check.expect.text.as_str(), check.hint.as_deref()))
        .collect();
    assert_eq!(
        checks,
        [("there ok", None), ("noop[new] ok", Some("Not there yet."))]
    );
    assert_eq!(lesson.hints, ["Look around.", "`add`: it adds."]);
    assert_eq!((lesson.wrong.len(), lesson.other.len()), (1, 1));
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_matter() {
    let text = format!("\u{feff}{}", PASSWORD.replace('\n', "\r\n"));
    assert_eq!(lines(&good(&text).graph), lines(&good(PASSWORD).graph));
}

#[test]
fn anchors_stand_for_what_they_name() {
    let text =
        "resources:\n  file:\n  - &a\n    name: /a\n    mode: &m 0600\n  - {name: /b, mode: *m}\n";
    insta::assert_snapshot!(lines(&good(text).graph), @r##"
file[/a] mode=0600
file[/b] mode=0600
"##);
}

#[test]
fn the_schema_knows_every_key_that_the_reader_knows() {
    let schema = schema_json(&TestKinds);
    let keys = |json: &serde_json::Value| -> Vec<String> {
        let map = json["properties"].as_object();
        map.into_iter()
            .flat_map(|map| map.keys().cloned())
            .collect()
    };
    assert_eq!(keys(&schema).len(), KEYS.len());
    assert_eq!(
        keys(&schema["$defs"]["meta"]).len(),
        crate::graph::meta::META.len()
    );
    assert_eq!(
        keys(&schema["properties"]["world"]).len(),
        world::KEYS.len()
    );
    let lesson = &schema["properties"]["lesson"];
    assert_eq!(keys(lesson).len(), lesson::KEYS.len());
    let check = &lesson["properties"]["check"]["items"]["anyOf"][1];
    assert_eq!(keys(check), lesson::CHECK_KEYS);
    let kinds = &schema["properties"]["resources"];
    assert_eq!(keys(kinds), TestKinds.kinds());
    let file = &kinds["properties"]["file"]["items"];
    insta::assert_snapshot!(format!("{:#}", file["properties"]["state"]), @r##"
{
  "default": "exists",
  "description": "A field.",
  "enum": [
    "exists",
    "absent"
  ]
}
"##);
    insta::assert_snapshot!(format!("{:#}", kinds["properties"]["timer"]), @r##"
{
  "description": "Ticks.",
  "items": {
    "additionalProperties": false,
    "properties": {
      "interval": {
        "description": "How often. Needed, unless it is received.",
        "pattern": "^([0-9.]+(d|h|m|s|ms|us))+$",
        "type": "string"
      },
      "meta": {
        "$ref": "#/$defs/meta"
      },
      "name": {
        "description": "What it is called.",
        "type": [
          "string",
          "number",
          "boolean"
        ]
      }
    },
    "required": [
      "name"
    ],
    "type": "object"
  },
  "type": [
    "array",
    "null"
  ]
}
"##);
}
