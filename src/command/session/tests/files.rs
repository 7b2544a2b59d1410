//! Files: new, load, save, source, edit; undo and redo.

use super::{STORY, Script, open, open_in, say};
use crate::command::session::{Session, WorldName};
use crate::file;
use crate::graph::Key;
use insta::assert_snapshot;
use std::path::{Path, PathBuf};

fn put(front: &mut Script, path: &str, text: &str) {
    front.files.insert(PathBuf::from(path), text.to_owned());
}

fn get(front: &Script, path: &str) -> String {
    front
        .files
        .get(Path::new(path))
        .cloned()
        .unwrap_or_default()
}

#[test]
fn an_unchanged_file_is_saved_byte_for_byte_and_a_changed_one_keeps_what_it_can() {
    let text = format!("# with a comment\n{STORY}");
    let (mut session, mut front) = open(&text);
    assert_snapshot!(say(&mut session, &mut front, &["save", "save other.yaml"]), @r"
    > save
    saved secret.yaml
    > save other.yaml
    saved other.yaml
    ");
    assert_eq!(get(&front, "secret.yaml"), text);
    assert_eq!(get(&front, "other.yaml"), text);
    say(&mut session, &mut front, &["set pw length=20", "save"]);
    assert_eq!(
        get(&front, "other.yaml"),
        text.replace("length: 16", "length: 20")
    );
    let put_out = say(&mut session, &mut front, &["save -"]);
    assert!(put_out.contains("    length: 20\n"), "{put_out}");
    assert!(!put_out.contains("saved") && !front.files.contains_key(Path::new("-")));
    front.secrets.push_back("hunter22".to_owned());
    assert_snapshot!(say(&mut session, &mut front, &["add value key value=?", "save", "load nowhere.yaml"]), @r"
    > add value key value=?
    added value[key]
    > save
    (not in other.yaml: the secret of value[key].value is not saved
    saved other.yaml
    > load nowhere.yaml
    error: nowhere.yaml cannot be read: there is no such file
      hint: give the path of a file that is there
    ");
}

#[test]
fn a_story_of_a_session_plays_the_same_again() {
    let (mut session, mut front) = open(STORY);
    say(
        &mut session,
        &mut front,
        &[
            "status",
            "apply",
            "set secret mode=0640",
            "apply",
            "add noop late",
            "bystander -> late",
            "rename late later",
            "undo",
            "apply",
        ],
    );
    assert_snapshot!(say(&mut session, &mut front, &["save --story again.yaml"]), @r"
    > save --story again.yaml
    (not in again.yaml: `file[/tmp/secret] changed`, which is not so at its end
    saved again.yaml: `weft test --accept` writes its snapshot
    ");
    let text = get(&front, "again.yaml");
    let more = "\
- set file[/tmp/secret] mode=0640
- apply
- add noop[late]
- noop[bystander] -> noop[late]
- rename noop[late] later
- undo
- apply
";
    let grown = STORY
        .replace("- apply\n", &format!("- apply\n{more}"))
        .replace("expect:\n- file[/tmp/secret] changed\n", "");
    assert_eq!(text, format!("{grown}seed: 1\n"), "all else is as it was");
    let (mut again, mut other) = open(&text);
    let steps: Vec<String> = again
        .document()
        .and_then(|d| d.story.clone())
        .into_iter()
        .flat_map(|s| s.steps)
        .map(|s| s.text)
        .collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let said = say(&mut again, &mut other, &steps);
    assert!(!said.contains("error:"), "{said}");
    assert!(file::same(again.graph(), session.graph()));
    assert_eq!(again.events(), session.events());
}

/// A story keeps its steps, its expectations and how it is written, whatever form its steps have.
#[test]
fn a_story_that_goes_on_keeps_what_it_says() {
    let head = "# mine\nseed: 1\nresources: {noop: [{name: x}]}\n";
    let tail = "expect:  # at the end\n- noop[x] ok\n";
    for (own, grown) in [
        ("steps: [apply]\n", "steps: [apply, apply, 'add noop[y]']\n"),
        (
            "steps:\n  # first\n  - apply   # so\n",
            "steps:\n  # first\n  - apply   # so\n  - apply\n  - add noop[y]\n",
        ),
        (
            "steps: |\n    # first\n    apply\n\n",
            "steps: |\n    # first\n    apply\n    apply\n    add noop[y]\n\n",
        ),
        ("steps:\n", "steps:\n- apply\n- add noop[y]\n"),
    ] {
        let text = format!("{head}{own}{tail}");
        let (mut session, mut front) = open(&text);
        say(
            &mut session,
            &mut front,
            &["save --story", "save --story copy.yaml"],
        );
        assert_eq!(get(&front, "secret.yaml"), text, "nothing was done");
        assert_eq!(get(&front, "copy.yaml"), text);
        let said = say(
            &mut session,
            &mut front,
            &["add noop y", "undo", "redo", "undo"],
        );
        assert!(!said.contains("error"), "{said}");
        let (mut session, mut front) = open(&text);
        let mut lines = vec!["apply", "add noop y", "save --story", "save --story"];
        if own.contains("apply") {
            lines.insert(0, "apply");
        }
        let said = say(&mut session, &mut front, &lines);
        assert!(!said.contains("(not in"), "{said}");
        assert_eq!(get(&front, "secret.yaml"), format!("{head}{grown}{tail}"));
    }
}

/// Of a story's own steps those are kept that were played, and of its expectations those that are so in the end.
#[test]
fn what_was_not_played_is_in_no_story() {
    let head = "# mine\nresources: {noop: [{name: x}]}\n";
    let tail = "expect:\n- pending 0  # nothing\n- noop[x] ok\n- plans 1\nseed: 1\n";
    let kept = "expect:\n- pending 0  # nothing\nseed: 1\n";
    for (own, grown) in [
        ("steps: [plan, apply]\n", "steps: [plan, 'add noop[y]']\n"),
        (
            "steps:\n- plan  # see\n- apply\n",
            "steps:\n- plan  # see\n- add noop[y]\n",
        ),
        (
            "steps: |\n  # see\n  plan\n  # do\n  apply\n\n",
            "steps: |\n  # see\n  plan\n  # do\n  add noop[y]\n\n",
        ),
    ] {
        let text = format!("{head}{own}{tail}");
        let (mut session, mut front) = open(&text);
        let said = say(
            &mut session,
            &mut front,
            &["plan", "add noop y", "save --story"],
        );
        for lost in [
            "the step `apply`, which was not played",
            "`noop[x] ok`, which is not so at its end",
        ] {
            assert!(
                said.contains(&format!("(not in secret.yaml: {lost}\n")),
                "{said}"
            );
        }
        let kept = kept.replace("nothing\n", "nothing\n- plans 1\n");
        assert_eq!(get(&front, "secret.yaml"), format!("{head}{grown}{kept}"));
        let (mut session, mut front) = open(&text);
        say(&mut session, &mut front, &["drop x", "save --story"]);
        let none = get(&front, "secret.yaml");
        assert!(
            none.contains("drop noop[x]") && !none.contains("plan"),
            "{none}"
        );
    }
    // What says the same as an own step, and comes after something else, is not that step.
    let (mut session, mut front) =
        open("resources: {noop: [{name: x}]}\nsteps: [apply]\nseed: 1\n");
    let said = say(
        &mut session,
        &mut front,
        &["add noop y", "apply", "save --story"],
    );
    assert!(said.contains("the step `apply`, which was not played"));
    assert_eq!(
        get(&front, "secret.yaml"),
        "resources: {noop: [{name: x}]}\nsteps: ['add noop[y]', apply]\nseed: 1\n"
    );
    // Of expectations none of which is so, nothing is left.
    let (mut session, mut front) =
        open("resources: {noop: [{name: x}]}\nsteps: [apply]\nexpect: [plans 7]\nseed: 1\n");
    say(
        &mut session,
        &mut front,
        &["apply", "apply", "save --story"],
    );
    assert_eq!(
        get(&front, "secret.yaml"),
        "resources: {noop: [{name: x}]}\nsteps: [apply, apply]\nseed: 1\n"
    );
}

/// What goes is said before it goes, and asked for where there is somebody.
#[test]
fn what_a_story_would_lose_is_said_first() {
    let text = "# mine\nresources: {noop: [{name: x}]}\nsteps: >\n  apply\n";
    let (mut session, mut front) = open(text);
    front.answers.push_back(false);
    assert_snapshot!(say(&mut session, &mut front, &["add noop y", "save --story"]), @r"
    > add noop y
    added noop[y]
    > save --story
    (not in secret.yaml: the file is written anew: its own order, layout and anchors
    (not in secret.yaml: the comment in line 1: `# mine`
    (not in secret.yaml: the step `apply`, which was not played
    Write secret.yaml anew? false
    error: secret.yaml was not saved
      hint: `save PATH` writes another file
    ");
    assert_eq!(get(&front, "secret.yaml"), text);
    say(&mut session, &mut front, &["save --story"]);
    assert_snapshot!(get(&front, "secret.yaml"), @r"
    weft: 1
    graph: secret
    resources:
      noop:
      - name: x
    seed: 1
    steps:
    - add noop[y]
    ");
    put(&mut front, "other.yaml", "graph: other\nsteps: [status]\n");
    let said = say(
        &mut session,
        &mut front,
        &["load other.yaml", "save --story"],
    );
    assert!(
        said.contains("loaded from other.yaml, and the story"),
        "{said}"
    );
    assert_eq!(get(&front, "other.yaml"), "graph: other\nsteps: [status]\n");
}

/// After `new` or `load` nothing of the story before is in a story of the session: it begins there, in the machine as it was
/// given. What is taken back counts again.
#[test]
fn a_story_begins_with_the_last_new_or_load() {
    let (mut session, mut front) = open(STORY);
    put(
        &mut front,
        "other.yaml",
        "graph: other\nresources: {noop: [{name: o}]}\n",
    );
    let made = ["new shop", "add noop x", "apply", "save --story mine.yaml"];
    let said = say(&mut session, &mut front, &made);
    assert!(!said.contains("(not in"), "{said}");
    assert_snapshot!(get(&front, "mine.yaml"), @r"
    weft: 1
    graph: shop
    world:
      files:
        /etc/motd:
          content: hello
          mode: 0640
    seed: 1
    steps:
    - add noop[x]
    - apply
    ");
    let loaded = [
        "load other.yaml",
        "drop o",
        "undo",
        "save --story mine.yaml",
    ];
    let said = say(&mut session, &mut front, &loaded);
    assert!(
        said.contains("(not in mine.yaml: what was done to the simulated machine before"),
        "{said}"
    );
    assert_snapshot!(get(&front, "mine.yaml"), @r"
    weft: 1
    graph: other
    resources:
      noop:
      - name: o
    world:
      files:
        /etc/motd:
          content: hello
          mode: 0640
    seed: 1
    steps:
    - drop noop[o]
    - undo
    ");
}

/// A `new` or `load` that is taken back is one of the steps of what was before, and plays again as it went.
#[test]
fn a_new_that_is_taken_back_is_a_step() {
    let orders = [
        "apply",
        "set secret mode=0640",
        "new shop",
        "add noop x",
        "undo",
        "redo",
        "undo",
        "undo",
        "undo",
        "redo",
        "redo",
        "redo",
        "undo",
        "add noop y",
    ];
    for many in 3..=orders.len() {
        let (mut session, mut front) = open(STORY);
        let said = say(&mut session, &mut front, &orders[..many]);
        assert!(!said.contains("error"), "{said}");
        say(&mut session, &mut front, &["save --story mine.yaml"]);
        let text = get(&front, "mine.yaml");
        let shop = text.contains("graph: shop");
        assert_eq!(shop, !text.contains("about: A password"), "{text}");
        let (mut again, mut other) = open(&text);
        let story = again.document().and_then(|document| document.story.clone());
        let steps: Vec<String> = story
            .into_iter()
            .flat_map(|story| story.steps)
            .map(|step| step.text)
            .collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let said = say(&mut again, &mut other, &steps);
        assert!(!said.contains("error"), "{many}: {said}{text}");
        assert!(file::same(again.graph(), session.graph()), "{many}: {text}");
    }
}

/// What is refused is no step: a story that played it again would fail.
#[test]
fn refused_orders_are_no_steps() {
    let (mut session, mut front) = open(STORY);
    for line in [
        "apply",
        "continue",
        "expect pending 7",
        "expect pending 0",
        "save --story mine.yaml",
    ] {
        say(&mut session, &mut front, &[line]);
    }
    let text = get(&front, "mine.yaml");
    assert!(
        text.contains("- apply\n- expect pending 0\nexpect"),
        "{text}"
    );
}

#[test]
fn load_and_new_replace_the_graph_and_keep_the_world() {
    let (mut session, mut front) = open(STORY);
    put(
        &mut front,
        "site.yaml",
        "graph: site\nresources:\n  noop:\n  - name: a\nsteps: [apply]\n",
    );
    put(&mut front, "bad.yaml", "resources:\n  noop:\n  - nam: a\n");
    assert_snapshot!(say(&mut session, &mut front, &["apply", "load site.yaml", "show", "undo", "graph", "redo", "new", "show", "load bad.yaml"]), @r"
    > apply
    > load site.yaml
    loaded site from site.yaml: 1 resource
    (site.yaml is a story: its graph is loaded, its steps are not played, and the world stays as it is (sim, seed 1)
    > show
    add noop[a]
    > undo
    undid: load site.yaml
    (this graph belongs to no file now: `save` needs a path
    > graph
    graph secret
    password[pw]  new, dirty
      -> file[/tmp/secret]  (password -> content)  new, dirty
        ~> noop[bystander]  new, dirty
    > redo
    redid: load site.yaml
    > new
    a new graph, named graph
    > show
    the graph is empty: `add KIND NAME` begins one
    > load bad.yaml
    error: bad.yaml is not loaded:
    bad.yaml:3:5: a resource under `noop` has no `name` (add `name: …`)
      hint: mend it there, and load it again
    ");
    assert_eq!(session.label(), "sim, seed 1");
    say(
        &mut session,
        &mut front,
        &["undo", "save --story again.yaml"],
    );
    let (mut again, mut other) = open(&get(&front, "again.yaml"));
    let steps: Vec<String> = again
        .document()
        .and_then(|d| d.story.clone())
        .into_iter()
        .flat_map(|s| s.steps)
        .map(|s| s.text)
        .collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let said = say(&mut again, &mut other, &steps);
    assert!(!said.contains("error:"), "{said}");
    assert!(file::same(again.graph(), session.graph()));
}

#[test]
fn a_graph_is_not_replaced_while_something_runs() {
    let (mut session, mut front) = open(STORY);
    put(&mut front, "site.yaml", "graph: site\n");
    assert_snapshot!(say(&mut session, &mut front, &["watch", "load site.yaml"]), @r"
    > watch
    > load site.yaml
    error: `load` cannot be used now
      hint: something runs: `stop` it first
    ");
}

/// Rule P5: on a real machine each graph has a state directory of its own. Nothing is looked at here.
#[test]
fn on_a_real_machine_another_graph_begins_anew() {
    let (mut session, mut front) = open_in(STORY, Some(WorldName::Host));
    put(
        &mut front,
        "site.yaml",
        "graph: site\nresources:\n  noop:\n  - name: a\n",
    );
    let state = |session: &Session| session.runner.state().display().to_string();
    assert!(state(&session).starts_with("/nowhere/secret-"));
    let said = say(&mut session, &mut front, &["save --story again.yaml"]);
    assert!(
        said.contains("not in again.yaml: what this machine is, but for"),
        "{said}"
    );
    say(&mut session, &mut front, &["add noop late"]);
    front.answers.extend([false, true]);
    assert_snapshot!(say(&mut session, &mut front, &["load site.yaml"]), @r"
    > load site.yaml
    Leave secret without saving it? false
    error: the graph was not left
      hint: `save PATH` keeps it
    ");
    assert_snapshot!(say(&mut session, &mut front, &["load site.yaml", "undo"]), @r"
    > load site.yaml
    Leave secret without saving it? true
    loaded site from site.yaml: 1 resource
    > undo
    error: there is nothing to undo
      hint: edits can be taken back, and there is none before this
    ");
    assert!(state(&session).starts_with("/nowhere/site-"));
    assert_snapshot!(say(&mut session, &mut front, &["new web", "status"]), @r"
    > new web
    a new graph, named web
    > status
    the graph is empty: `add KIND NAME` begins one
    ");
    assert_eq!(state(&session), "/nowhere/session-1");
}

/// The lines that `show` prints build the same graph.
#[test]
fn show_prints_what_builds_the_graph() {
    let (mut session, mut front) = open(STORY);
    say(
        &mut session,
        &mut front,
        &[
            "add value any value={a: \"1\", b: [true, \"x, y\"], \"c d\": null}",
            "add value text value=\"007\"",
            "add exec job cmd=\"echo a:b, c\" env={A: \"1,2\", \"B.C\": d} meta.retry=3 meta.delay=10s meta.sema=[disk:2]",
            "add file /etc/x content=\"a\\nb: c\\u{7}\" mode=0644 meta.limit=0.5",
            "job -> any; any ~> bystander",
        ],
    );
    let shown = say(&mut session, &mut front, &["show"]);
    let lines: Vec<&str> = shown.lines().skip(1).collect();
    let (mut other, mut quiet) = open(STORY);
    say(&mut other, &mut quiet, &["new secret"]);
    let said = say(&mut other, &mut quiet, &lines);
    assert!(!said.contains("error:"), "{said}");
    assert!(file::same(session.graph(), other.graph()), "{shown}");
}

#[test]
fn source_runs_lines_and_says_where_it_stopped() {
    let (mut session, mut front) = open(STORY);
    put(
        &mut front,
        "a.weft",
        "# two vertices\nadd noop a\nadd file /etc/x content=<<END\nhello\nEND\na ->\n  /etc/x\n",
    );
    put(
        &mut front,
        "b.weft",
        "add noop b\n\nadd nop c\nadd noop d\n",
    );
    put(
        &mut front,
        "c.weft",
        "add noop e\nadd file /etc/y content=<<END\nhello\n",
    );
    put(&mut front, "d.weft", "add noop f\nsource d.weft\n");
    put(&mut front, "e.weft", "add noop g\nquit\nadd noop h\n");
    for path in ["a", "b", "c", "d", "e", "none"] {
        let said = say(&mut session, &mut front, &[&format!("source {path}.weft")]);
        insta::with_settings!({ omit_expression => true }, {
            match path {
                "a" => assert_snapshot!(said, @r"
                > source a.weft
                added noop[a]
                added file[/etc/x]
                linked noop[a] -> file[/etc/x]
                "),
                "b" => assert_snapshot!(said, @r"
                > source b.weft
                added noop[b]
                error: b.weft:3: there is no kind `nop`
                  | add nop c
                  |     ^^^
                  = expected exec, file, http, noop, password, print, svc, template, timer, value
                  = did you mean `noop`?
                  hint: what stands before line 3 is done
                "),
                "c" => assert_snapshot!(said, @r"
                > source c.weft
                added noop[e]
                error: c.weft:2: the text of `<<END` is not closed
                  | add file /etc/y content=<<END
                  |                         ^^^^^
                  = expected a line `END`
                  = put `END` alone on the line after its last one
                  hint: what stands before line 2 is done
                "),
                "d" => assert_snapshot!(said, @r"
                > source d.weft
                added noop[f]
                error: d.weft:2: d.weft would run itself again, without end
                  hint: take its own `source` out of it
                "),
                "e" => assert_snapshot!(said, @r"
                > source e.weft
                added noop[g]
                "),
                _ => assert_snapshot!(said, @r"
                > source none.weft
                error: none.weft cannot be read: there is no such file
                  hint: give the path of a file that is there
                "),
            }
        });
    }
    let there = |name: &str| session.graph().vertex(&Key::new("noop", name)).is_some();
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"].map(there);
    assert_eq!(names, [true, true, false, false, true, true, true, false]);
}

#[test]
fn the_graph_is_edited_as_a_whole_with_its_secrets_kept() {
    let (mut session, mut front) = open(STORY);
    front.secrets.push_back("hunter22".to_owned());
    say(&mut session, &mut front, &["add value key value=?"]);
    front.edits.push_back(Box::new(|text: &str| {
        assert!(!text.contains("hunter22"));
        text.replace("length: 16", "lenght: 16")
    }));
    front.edits.push_back(Box::new(|text: &str| {
        text.replace("lenght: 16", "length: 24")
    }));
    front.answers.push_back(true);
    assert_snapshot!(say(&mut session, &mut front, &["edit", "edit", "undo"]), @r"
    > edit
    (edited:12:5: password[pw]: password has no param `lenght` (did you mean `length`?)
    Edit it again? true
    set password[pw] length=24
    > edit
    (nothing was edited
    > undo
    undid: edit
    ");
    let key = session
        .graph()
        .vertex(&Key::new("value", "key"))
        .and_then(|v| v.params.get("value").cloned());
    assert_eq!(
        key.and_then(|value| value.expose_str().map(str::to_owned))
            .as_deref(),
        Some("hunter22")
    );
}

/// What others may not read is not shown in the editor either: that is explained there, and left so it stays as it was.
#[test]
fn what_is_hidden_in_an_edited_text_is_explained_and_kept() {
    let (mut session, mut front) = open(STORY);
    let content = |session: &Session| {
        let vertex = session.graph().vertex(&Key::new("file", "/etc/motd"));
        let value = vertex.and_then(|vertex| vertex.params.get("content").cloned());
        value.and_then(|value| value.expose_str().map(str::to_owned))
    };
    say(&mut session, &mut front, &["inspect file /etc/motd"]);
    front.edits.push_back(Box::new(|text: &str| {
        let told = "# ••• is a secret that is not shown: left so, it stays as it is.\nresources:\n";
        assert!(text.starts_with(told), "{text}");
        assert!(
            text.contains("content: '•••'") && !text.contains("hello"),
            "{text}"
        );
        text.replace("mode: 0640", "mode: 0600")
    }));
    let said = say(&mut session, &mut front, &["edit /etc/motd"]);
    assert!(said.contains("set file[/etc/motd] mode=0600\n"), "{said}");
    assert_eq!(content(&session).as_deref(), Some("hello"));
    front.edits.push_back(Box::new(|text: &str| {
        assert!(!text.contains("•••"), "{text}");
        text.to_owned()
    }));
    say(&mut session, &mut front, &["edit bystander"]);
    front
        .edits
        .push_back(Box::new(|text: &str| text.replace("'•••'", "other")));
    say(&mut session, &mut front, &["edit /etc/motd"]);
    assert_eq!(content(&session).as_deref(), Some("other"));
}

#[test]
fn one_vertex_is_edited_with_what_it_receives() {
    let (mut session, mut front) = open(STORY);
    let edit = |front: &mut Script, from: &'static str, to: &'static str| {
        front
            .edits
            .push_back(Box::new(move |text: &str| text.replace(from, to)));
    };
    edit(&mut front, "mode: 0600", "mode: 0640\n    group: nobody");
    assert_snapshot!(say(&mut session, &mut front, &["edit secret"]), @r"
    > edit secret
    set file[/tmp/secret] group=nobody mode=0640
    ");
    edit(&mut front, "name: /tmp/secret", "name: /tmp/other");
    assert_snapshot!(say(&mut session, &mut front, &["edit secret"]), @r"
    > edit secret
    (edited:8:3: there is no file[/tmp/secret] in this graph (did you mean `file[/tmp/other]`?)
    (what was edited:
    resources:
      file:
      - name: /tmp/other
        group: nobody
        mode: 0640
    error: what was edited cannot be read, and the graph is as it was
      hint: `edit` begins again
    ");
    edit(&mut front, "length: 16", "length: •••");
    front.answers.push_back(false);
    assert_snapshot!(say(&mut session, &mut front, &["edit pw"]), @r"
    > edit pw
    (edited:4:13: password[pw].length: expected int, found `•••`
    Edit it again? false
    (what was edited:
    resources:
      password:
      - name: pw
        length: •••
    error: what was edited cannot be read, and the graph is as it was
      hint: `edit` begins again
    ");
    edit(&mut front, "mode: 0640", "mode: 0640\n    content: •••");
    assert_snapshot!(say(&mut session, &mut front, &["edit secret"]), @r"
    > edit secret
    (edited:9:3: file[/tmp/secret].content has a value already: it is written (unset or unbind it first)
    (what was edited:
    resources:
      file:
      - name: /tmp/secret
        group: nobody
        mode: 0640
        content: •••
    error: what was edited cannot be read, and the graph is as it was
      hint: `edit` begins again
    ");
}

/// Rule N7: pending notifications follow a rename, and follow it back.
#[test]
fn undoing_a_rename_carries_what_is_pending_back() {
    let (mut session, mut front) = open(STORY);
    say(
        &mut session,
        &mut front,
        &[
            "set bystander meta.noop=true",
            "apply",
            "rename bystander witness",
        ],
    );
    let of = |session: &Session| {
        let rows = session.pending_rows(&[]);
        rows.iter()
            .map(|row| row.to.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&session), ["noop[witness]"]);
    say(&mut session, &mut front, &["undo"]);
    assert_eq!(of(&session), ["noop[bystander]"]);
    say(&mut session, &mut front, &["redo"]);
    assert_eq!(of(&session), ["noop[witness]"]);
}
