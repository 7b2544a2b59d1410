//! Questions and their answers.

use super::{STORY, open, open_in, password, say};
use crate::command::draw::{Format, draw};
use crate::command::json;
use crate::command::session::{Session, WorldName};
use crate::engine::{Event, Halt, Level, What};
use crate::graph::Catalog;
use crate::graph::Key;
use crate::kind::Kinds;
use crate::value::Type;
use insta::assert_snapshot;

#[test]
fn show_status_and_graph_before_and_after_a_run() {
    let (mut session, mut front) = open(STORY);
    let before = say(
        &mut session,
        &mut front,
        &[
            "show",
            "show secret",
            "status",
            "why secret",
            "trace",
            "pending",
        ],
    );
    assert_snapshot!(before, @r"
    > show
    add file[/tmp/secret] mode=0600
    add noop[bystander]
    add password[pw] length=16
    file[/tmp/secret] ~> noop[bystander]
    password[pw].password -> file[/tmp/secret].content
    > show secret
    file[/tmp/secret]  new  dirty
      mode     0600
      content  from password[pw].password: nothing received yet
      after    password[pw] by a binding
      before   noop[bystander] ~>, notifies
    > status
    status  resource           marks  reason
    new     file[/tmp/secret]  dirty
    new     noop[bystander]    dirty
    new     password[pw]       dirty
    > why secret
    nothing has happened to file[/tmp/secret] yet: `apply` or `step` starts a run
    > trace
    nothing has happened yet
    > pending
    nothing is pending
    ");
    say(&mut session, &mut front, &["apply"]);
    let after = say(
        &mut session,
        &mut front,
        &["show secret pw", "status", "graph", "pending", "world"],
    );
    assert_snapshot!(after, @r"
    > show secret pw
    file[/tmp/secret]  changed
      mode     0600
      content  from password[pw].password: •••
      after    password[pw] by a binding
      before   noop[bystander] ~>, notifies
      sends    content = •••
      sends    path = /tmp/secret
      sends    sha256 = •••

    password[pw]  changed
      length  16
      before  file[/tmp/secret] by a binding
      sends   password = •••
      binds   password -> file[/tmp/secret].content
    > status
    status   resource           marks  reason
    changed  file[/tmp/secret]
    ok       noop[bystander]           refreshed
    changed  password[pw]
    > graph
    graph secret
    password[pw]  changed
      -> file[/tmp/secret]  (password -> content)  changed
        ~> noop[bystander]  ok
    > pending
    nothing is pending
    > world
    world  sim, seed 1
    kind   simulated: nothing here touches the machine that weft runs on
    user   root (0)
    state  /var/lib/weft/secret
    ");
}

#[test]
fn why_begins_with_an_input_and_ends_with_the_vertex() {
    let (mut session, mut front) = open(STORY);
    say(&mut session, &mut front, &["apply"]);
    assert_snapshot!(say(&mut session, &mut front, &["why bystander", "trace secret", "trace full bystander"]), @r"
    > why bystander
        0.000  start                                sim, seed 1, 3 resources
        0.000  check      password[pw]
        0.000  drift      password[pw]              not generated yet
        0.000  apply      password[pw]
        0.000  changed    password[pw]              generated 16 characters
        0.000  sent       password[pw]              password -> file[/tmp/secret].content: •••
        0.000  received   file[/tmp/secret]         content
        0.000  check      file[/tmp/secret]
        0.000  drift      file[/tmp/secret]         missing, should be a file with mode 0600
        0.000  apply      file[/tmp/secret]
        0.000  changed    file[/tmp/secret]         missing, should be a file with mode 0600
        0.000  notified   noop[bystander]           by file[/tmp/secret]
        0.000  refresh    noop[bystander]
        0.000  refreshed  noop[bystander]           was notified
        0.000  ok         noop[bystander]
    > trace secret
        0.000  received   file[/tmp/secret]         content
        0.000  changed    file[/tmp/secret]         missing, should be a file with mode 0600
    > trace full bystander
        0.000  notified   noop[bystander]           by file[/tmp/secret]
        0.000  poked      noop[bystander]
        0.000  check      noop[bystander]
        0.000  refresh    noop[bystander]
        0.000  refreshed  noop[bystander]           was notified
        0.000  record     noop[bystander]           3 paid
        0.000  ok         noop[bystander]
    ");
    let chain = session.causes(&Key::new("noop", "bystander"));
    assert!(chain[0].cause.is_none());
    assert_eq!(
        chain.last().and_then(|event| event.subject.clone()),
        Some(Key::new("noop", "bystander"))
    );
}

#[test]
fn what_is_pending_is_told_with_source_age_and_cause() {
    let (mut session, mut front) = open(STORY);
    say(
        &mut session,
        &mut front,
        &["set bystander meta.noop=true", "apply"],
    );
    assert_snapshot!(say(&mut session, &mut front, &["notify pw", "pending", "status", "apply", "pending bystander"]), @r"
    > notify pw
    > pending
    noop[bystander]  notified by file[/tmp/secret]  in run 1  because of file[/tmp/secret] changed missing, should be a file with mode 0600
    password[pw]     notified by command            in run 1  because of command notify password[pw]
    > status
    status   resource           marks    reason
    waiting  file[/tmp/secret]           for password[pw]
    waiting  noop[bystander]    pending  for file[/tmp/secret]
    waiting  password[pw]       pending  for the next run
    > apply
    > pending bystander
    noop[bystander]  notified by file[/tmp/secret]  in run 2  because of file[/tmp/secret] changed content differs (•••)
    ");
    assert_snapshot!(format!("{:#}", json::pending(&session, &[])), @r#"
    {
      "format": 1,
      "graph": "secret",
      "pending": [
        {
          "age": 0,
          "at": "2000-01-01T00:00:00Z",
          "cause": "file[/tmp/secret] changed content differs (•••)",
          "from": "file[/tmp/secret]",
          "run": 2,
          "vertex": "noop[bystander]",
          "what": "notification"
        }
      ],
      "world": "sim, seed 1"
    }
    "#);
}

#[test]
fn graphs_are_drawn_with_their_names_escaped() {
    let (mut session, mut front) = open(STORY);
    say(
        &mut session,
        &mut front,
        &[
            "add noop 'a \"b\" <c>\\d'",
            "noop:bystander -> noop['a \"b\" <c>\\d']",
        ],
    );
    for (format, _) in Format::ALL.iter().take(3) {
        let text = say(&mut session, &mut front, &[&format!("graph {format}")]);
        insta::with_settings!({ omit_expression => true }, {
            match *format {
                "tree" => assert_snapshot!(text, @r#"
                > graph tree
                graph secret
                password[pw]  new, dirty
                  -> file[/tmp/secret]  (password -> content)  new, dirty
                    ~> noop[bystander]  new, dirty
                      -> noop[a "b" <c>\d]  new, dirty
                "#),
                "dot" => assert_snapshot!(text, @r#"
                > graph dot
                digraph "secret" {
                  node [shape=box];
                  "file[/tmp/secret]" [label="file[/tmp/secret]\nnew, dirty"];
                  "noop[a \"b\" <c>\\d]" [label="noop[a \"b\" <c>\\d]\nnew, dirty"];
                  "noop[bystander]" [label="noop[bystander]\nnew, dirty"];
                  "password[pw]" [label="password[pw]\nnew, dirty"];
                  "file[/tmp/secret]" -> "noop[bystander]" [style=dashed, label="notifies"];
                  "noop[bystander]" -> "noop[a \"b\" <c>\\d]";
                  "password[pw]" -> "file[/tmp/secret]" [color=blue, label="password -> content"];
                }
                "#),
                _ => assert_snapshot!(text, @r#"
                > graph mermaid
                flowchart TD
                  n0["file[/tmp/secret]<br/>new, dirty"]
                  n1["noop[a #34;b#34; #60;c#62;#92;d]<br/>new, dirty"]
                  n2["noop[bystander]<br/>new, dirty"]
                  n3["password[pw]<br/>new, dirty"]
                  n0 -. notifies .-> n2
                  n2 --> n1
                  n3 == "password -#62; content" ==> n0
                "#),
            }
        });
    }
}

#[test]
fn a_graph_of_several_parents_is_told_once() {
    let (mut session, mut front) = open(STORY);
    say(
        &mut session,
        &mut front,
        &[
            "new fan",
            "add noop a",
            "add noop b",
            "add noop c",
            "add noop d",
        ],
    );
    say(&mut session, &mut front, &["a -> c; b ~> c; c -> d"]);
    assert_snapshot!(draw(session.graph(), None, Format::Tree), @r"
    graph fan
    noop[a]
      -> noop[c]
        -> noop[d]
    noop[b]
      ~> noop[c]  see above
    ");
}

#[test]
fn kinds_and_help_name_what_is_near() {
    let (mut session, mut front) = open(STORY);
    for (line, has) in [
        ("kinds", "password"),
        ("kinds noop", "noop — "),
        ("help", "add KIND NAME"),
        ("help save", "--story"),
        ("help sim write", "sim write"),
        ("kinds nop", "did you mean"),
        ("help aply", "did you mean"),
        ("graph svg", "tree | dot | mermaid | json"),
    ] {
        let said = say(&mut session, &mut front, &[line]);
        assert!(said.contains(has), "{said}");
    }
}

#[test]
fn json_says_format_and_masks_secrets() {
    let (mut session, mut front) = open(STORY);
    front.secrets.push_back("hunter22".to_owned());
    say(
        &mut session,
        &mut front,
        &["add value key value=?", "apply"],
    );
    let graph = json::graph(session.graph(), Some(session.view()));
    assert_snapshot!(format!("{:#}", graph["vertices"][2]), @r#"
    {
      "dirty": false,
      "kind": "password",
      "meta": {},
      "name": "pw",
      "params": {
        "length": 16
      },
      "pending": false,
      "reason": "",
      "status": "changed",
      "vertex": "password[pw]"
    }
    "#);
    for json in every_json(&session) {
        assert_eq!(json["format"], 1, "{json}");
    }
}

fn every_json(session: &Session) -> Vec<serde_json::Value> {
    let plan = session.plan(&[]).unwrap_or_else(|why| panic!("{why}"));
    vec![
        json::graph(session.graph(), Some(session.view())),
        json::status(session, &[]),
        json::pending(session, &[]),
        json::why(session, &Key::new("file", "/tmp/secret")),
        json::trace(session, Level::Full, &[]),
        json::plan(&plan.report()),
    ]
}

/// Rule V8: whatever is asked, no secret is in the answer.
#[test]
fn no_answer_holds_a_secret() {
    let (mut session, mut front) = open(STORY);
    front.events = true;
    front
        .secrets
        .extend(["hunter22".to_owned(), "hunter33".to_owned()]);
    let mut said = say(
        &mut session,
        &mut front,
        &[
            "add value key value=?",
            "add exec job cmd=true env.TOKEN=?",
            "add value open value=visible99 meta.sensitive=true",
            "apply",
            "show",
            "show key job open secret pw bystander",
            "status; pending; graph; graph dot; graph mermaid; graph json; trace full",
            "why key; why job; why open; why secret; why pw; why bystander",
            "inspect file /tmp/secret",
            "notify pw",
            "apply",
            "undo; redo",
            "show; show secret; trace full; pending",
            "save --story out.yaml",
            "save plain.yaml",
        ],
    );
    assert!(!said.contains("error:"), "{said}");
    // What a person typed in the open is told as it was typed; nothing else says it.
    let typed = |line: &&str| !line.contains("add value");
    let shown: Vec<&str> = said.lines().filter(typed).collect();
    assert!(!shown.join("\n").contains("visible99"), "{said}");
    said.extend(front.files.values().map(String::as_str));
    said.extend(every_json(&session).iter().map(ToString::to_string));
    said.extend(session.log().iter().map(String::as_str));
    let password = password(&session);
    assert_eq!(password.len(), 16);
    for secret in [password.as_str(), "hunter22", "hunter33"] {
        assert!(!said.contains(secret), "{said}");
    }
}

/// Every way to write a param that takes a secret, the secret in it under these words.
fn secret_settings() -> Vec<(&'static str, Vec<String>)> {
    let all = Kinds.kinds().into_iter().filter_map(|kind| {
        let schema = Kinds.schema(kind)?;
        let fields = schema.fields.iter().filter(|field| field.takes_secret);
        let ways = fields.flat_map(|field| match field.ty {
            Type::Map(_) => vec![
                format!("{}={{KEY: hunter-map}}", field.name),
                format!("{}.KEY=hunter-key", field.name),
            ],
            _ => vec![
                format!("{}=hunter-plain", field.name),
                format!("{}=\"hunter quoted\"", field.name),
            ],
        });
        Some((kind, ways.collect()))
    });
    all.collect()
}

/// What a kind cannot be without, so that every vertex of the graph is whole.
fn needed(kind: &str) -> &'static str {
    match kind {
        "exec" => " cmd=true",
        "http" => " url=http://nowhere/",
        "template" => " text=plain",
        _ => "",
    }
}

/// Rule V8: a value that is set on a sensitive vertex is in no answer, no log, no trace and no saved story, whatever kind it
/// is of, however it is written, and whether the order finds the vertex sensitive, makes it so, or ends it.
#[test]
fn what_is_set_on_a_sensitive_vertex_is_never_told() {
    let mut tried = 0;
    for (kind, ways) in secret_settings() {
        for way in ways {
            let name = if kind == "file" { "/tmp/it" } else { "it" };
            let base = match way.starts_with("text=") {
                true => "",
                false => needed(kind),
            };
            let add = format!("add {kind} {name}{base}");
            for edits in [
                vec![format!("{add} meta.sensitive=true {way}")],
                vec![
                    format!("add {kind} {name}{} meta.sensitive=true", needed(kind)),
                    format!("set {name} {way}"),
                ],
                vec![
                    format!("add {kind} {name}{} meta.sensitive=true", needed(kind)),
                    format!("set {name} {way} meta.sensitive=false"),
                ],
                vec![
                    format!("add {kind} {name}{}", needed(kind)),
                    format!("set {name} {way} meta.sensitive=true"),
                    format!("set {name} {way} meta.retry=-7"),
                ],
            ] {
                tried += usize::from(told_of(&edits, name));
            }
        }
    }
    assert!(tried >= 40, "{tried}");
}

/// Asks everything after these edits; whether the value is in the graph.
fn told_of(edits: &[String], name: &str) -> bool {
    let (mut session, mut front) = open(STORY);
    front.events = true;
    let mut told = String::new();
    let asks = format!(
        "show; show {name}; status; graph; graph dot; graph mermaid; graph json; plan; apply; plan; show {name}; \
         why {name}; trace full; pending; undo; redo; dirty {name}; apply; show; save plain.yaml; save --story out.yaml; \
         drop {name}; undo; trace full; show"
    );
    let asks: Vec<String> = asks.split("; ").map(str::to_owned).collect();
    for line in edits.iter().chain(&asks) {
        if let Err(error) = session.eval(line, &mut front) {
            told.push_str(&format!("{error}\n"));
        }
    }
    front.edits.push_back(Box::new(|text| {
        assert!(!text.contains("hunter"), "{text}");
        text.to_owned()
    }));
    let edited = session.eval("edit", &mut front);
    assert!(edited.is_ok(), "{edited:?}");
    told.push_str(&front.said);
    told.extend(front.files.values().map(String::as_str));
    told.extend(every_json(&session).iter().map(ToString::to_string));
    told.extend(session.log().iter().map(String::as_str));
    told.extend(session.errors().iter().map(String::as_str));
    told.push_str(&format!("{:?}", session.events()));
    let leaks: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("hunter"))
        .collect();
    assert!(leaks.is_empty(), "{edits:?}: {leaks:#?}");
    let vertices = session.graph().vertices();
    let there = vertices.iter().find(|(key, _)| key.name() == name);
    there.is_some_and(|(_, vertex)| vertex.params.values().any(crate::value::Value::is_secret))
}

/// Rule V8: the log asks for it again, and what was set in the open before that is told as it was.
#[test]
fn a_sensitive_value_stands_as_a_question_in_the_log() {
    let (mut session, mut front) = open(STORY);
    let said = say(
        &mut session,
        &mut front,
        &[
            "add value token value=open meta.sensitive=false",
            "set token meta.sensitive=true",
            "set token value=hunter3",
            "add exec job cmd=true env={A: hunter4, B: hunter5} meta.sensitive=true",
        ],
    );
    assert!(said.contains("set value[token].value = •••"), "{said}");
    assert_eq!(
        session.log(),
        [
            "add value[token] value=open meta.sensitive=false",
            "set value[token] meta.sensitive=true",
            "set value[token] value=?",
            "add exec[job] cmd=? env.A=? env.B=? meta.sensitive=true",
        ]
    );
    let typed = |line: &&str| !line.starts_with('>');
    let answers: Vec<&str> = said.lines().filter(typed).collect();
    assert!(!answers.join("\n").contains("hunter"), "{said}");
}

/// A break may stand before a vertex that is dropped then: the pause ends with its run, and does not outlive it.
#[test]
fn a_pause_ends_with_its_run() {
    let (mut session, mut front) = open(STORY);
    let lines = ["break bystander", "apply", "apply"];
    let said = say(&mut session, &mut front, &lines);
    assert!(said.contains("paused before noop[bystander]"), "{said}");
    let told = "the run is paused: `step` or `continue` goes on with it";
    assert!(said.contains(told), "{said}");
    let lines = ["drop bystander", "sim rm /tmp/secret", "apply", "status"];
    let said = say(&mut session, &mut front, &lines);
    assert!(!session.moment().running, "{said}");
    assert!(said.contains("changed  file[/tmp/secret]"), "{said}");
}

/// A run stops after each event of the kind, says so with the event as its cause, and goes on to the next.
#[test]
fn a_run_stops_after_an_event() {
    let (mut session, mut front) = open(STORY);
    let lines = ["break changed", "break bystander", "break", "apply"];
    let said = say(&mut session, &mut front, &lines);
    assert!(
        said.contains("break before noop[bystander]\nbreak after `changed`\n"),
        "{said}"
    );
    let halted = |session: &Session| {
        let halted = |event: &&Event| matches!(event.what, What::Halted(_));
        let last = session.events.iter().rfind(halted).expect("it halted");
        let cause = session
            .events
            .iter()
            .find(|event| Some(event.id) == last.cause);
        assert!(matches!(last.what, What::Halted(Halt::Changed)), "{last:?}");
        let cause = cause.expect("a halt has a cause");
        assert!(matches!(cause.what, What::Changed { .. }), "{cause:?}");
        assert_eq!(cause.subject, last.subject);
        last.subject.as_ref().map(ToString::to_string)
    };
    assert_eq!(halted(&session).as_deref(), Some("password[pw]"));
    assert!(session.moment().running);
    say(&mut session, &mut front, &["continue"]);
    assert_eq!(halted(&session).as_deref(), Some("file[/tmp/secret]"));
    let said = say(
        &mut session,
        &mut front,
        &["break off", "break", "continue"],
    );
    let off = "break before noop[bystander] is off\nbreak after `changed` is off\n";
    assert!(said.contains(off), "{said}");
    let last = session.events.last().map(|event| &event.what);
    assert!(matches!(last, Some(What::Converged(_))), "{last:?}");
    assert!(!session.moment().running, "{said}");
}

/// What is forgotten is the oldest, and a chain of causes that began there is told from where it is known.
#[test]
fn a_session_remembers_the_last_events() {
    let (mut session, mut front) = open(STORY);
    say(&mut session, &mut front, &["apply"]);
    let all = session.events.clone();
    crate::trace::keep_last(&mut session.events, all.len());
    assert_eq!(session.events, all);
    crate::trace::keep_last(&mut session.events, all.len() - 1);
    assert_eq!(session.events, all[all.len() - (all.len() - 1) / 2..]);
    let chain = session.causes(&Key::new("noop", "bystander"));
    assert!(chain.last().is_some_and(|event| event.subject.is_some()));
}

/// Rule W3: the question counts each resource once, as the plan above it does.
#[test]
fn the_question_counts_as_the_plan_does() {
    let made = std::env::temp_dir().join("weft-is-asked-and-never-makes-this");
    let text = format!(
        "resources:\n  file: [{{name: {0}, content: x}}]\n  exec: [{{name: 'true', refreshonly: true}}]\nedges:\n- file[{0}] ~> exec[true]\n",
        made.display()
    );
    let (mut session, mut front) = open_in(&text, Some(WorldName::Host));
    front.answers.push_back(false);
    let said = say(&mut session, &mut front, &["apply"]);
    assert!(
        said.contains("\n1 to add, 1 to refresh\nApply 2 changes to "),
        "{said}"
    );
    assert!(said.ends_with("false\n(nothing was changed\n"), "{said}");
}

/// What is paused and stopped starts nothing more, in a simulation either.
#[test]
fn what_is_paused_is_stopped_where_it_stands() {
    let (mut session, mut front) = open(STORY);
    let said = say(
        &mut session,
        &mut front,
        &["break bystander", "apply", "stop"],
    );
    let done = |word: &str| {
        let told = session
            .events
            .iter()
            .filter(|event| event.subject.as_ref() == Some(&Key::new("noop", "bystander")));
        told.filter(|event| crate::trace::line(event).word == word)
            .count()
    };
    assert_eq!((done("refreshed"), done("check")), (0, 0), "{said}");
    assert!(
        matches!(
            session.events.last().map(|event| &event.what),
            Some(What::Stopped)
        ),
        "{said}"
    );
    assert_eq!(session.pending_rows(&[]).len(), 1, "{said}");
}
