//! What lines mean, one row each.

use super::*;
use crate::value::Value;

fn shown(line: &str) -> String {
    match parse(line, &graph(), &Small) {
        Ok(orders) => orders
            .iter()
            .map(Order::to_string)
            .collect::<Vec<_>>()
            .join(" ; "),
        Err(error) => format!("{:?}: {}", error.grade, error.what),
    }
}

/// A line, and how it reads once it is understood.
const MEANINGS: &[(&str, &str)] = &[
    ("", ""),
    ("  # only a comment", ""),
    ("plan ; apply # and so on", "plan ; apply"),
    (
        "add file /x mode=0644 content=\"a\\nb\"",
        "add file[/x] mode=0644 content=\"a\\nb\"",
    ),
    ("add file:/x.y", "add file[/x.y]"),
    ("add file['/x y']", "add file[/x y]"),
    ("add file '/x y'", "add file[/x y]"),
    ("add file[/x[1]]", "add file[/x[1]]"),
    ("add noop 'a]b'", "add noop[\"a]b\"]"),
    ("add noop \"a\nb\"", "add noop[\"a\\nb\"]"),
    (
        "add file /x content=<<END mode=0600\none\ntwo\nEND\nplan",
        "add file[/x] content=\"one\\ntwo\\n\" mode=0600 ; plan",
    ),
    (
        "add exec e args=[a,b, 'c d',[x]] env={A: 1, B: \"x: y\"}",
        "add exec[e] args=[a, b, \"c d\", [x]] env={\"A\": 1, \"B\": \"x: y\"}",
    ),
    ("add file /x content=?", "add file[/x] content=?"),
    ("add file /x content=\"?\"", "add file[/x] content=\"?\""),
    ("add value v value=a=b->c", "add value[v] value=a=b->c"),
    ("add noop n meta.retry=3", "add noop[n] meta.retry=3"),
    ("set pw length=20", "set password[pw] length=20"),
    ("set password[pw].length=20", "set password[pw] length=20"),
    ("set db env.\"A.B\"=1", "set exec[db] env.\"A.B\"=1"),
    (
        "unset db env.TOKEN meta.retry",
        "unset exec[db] env.TOKEN meta.retry",
    ),
    ("rename pw db-pw", "rename password[pw] db-pw"),
    ("drop pw secret", "drop password[pw] file[/tmp/secret]"),
    ("delete pw", "drop password[pw]"),
    (
        "pw->secret~>bystander",
        "password[pw] -> file[/tmp/secret] ~> noop[bystander]",
    ),
    ("pw ->\n secret", "password[pw] -> file[/tmp/secret]"),
    (
        "link pw secret bystander",
        "password[pw] -> file[/tmp/secret] -> noop[bystander]",
    ),
    ("a-b -> pw", "value[a-b] -> password[pw]"),
    (
        "unlink secret ~> bystander",
        "unlink file[/tmp/secret] ~> noop[bystander]",
    ),
    (
        "pw.password -> secret.content",
        "password[pw].password -> file[/tmp/secret].content",
    ),
    (
        "bind pw.password secret.content",
        "password[pw].password -> file[/tmp/secret].content",
    ),
    (
        "pw.password -> db.env.PGPASSWORD",
        "password[pw].password -> exec[db].env.PGPASSWORD",
    ),
    ("unbind secret.content", "unbind file[/tmp/secret].content"),
    ("pw", "show password[pw]"),
    ("\"two words\"", "show noop[two words]"),
    ("noop['odd]']", "show noop[\"odd]\"]"),
    ("drop a.value", "drop value[a.value]"),
    ("drop \"a.value\"", "drop value[a.value]"),
    ("unset a value", "unset value[a] value"),
    (
        "/etc/nginx/nginx.conf -> pw",
        "file[/etc/nginx/nginx.conf] -> password[pw]",
    ),
    (
        "add noop x; x -> pw; rename x y; drop y",
        "add noop[x] ; noop[x] -> password[pw] ; rename noop[x] y ; drop noop[y]",
    ),
    ("break off failed", "break off failed"),
    ("break pw", "break password[pw]"),
    ("trace full pw", "trace full password[pw]"),
    ("trace pw", "trace password[pw]"),
    ("learn", "learn"),
    ("learn 3", "learn 3"),
    ("learn \"goal\"", "learn goal"),
    ("learn 'my lesson.yaml'", "learn \"my lesson.yaml\""),
    ("demo", "demo"),
    ("help sim write", "help \"sim write\""),
    ("?", "help"),
    ("save --story x.yaml", "save --story x.yaml"),
    (
        "sim write /etc/motd <<E\nhi\nE\n",
        "sim write /etc/motd \"hi\\n\"",
    ),
    (
        "sim http https://x/?a=b&c 200",
        "sim http \"https://x/?a=b&c\" 200",
    ),
    ("sim run sh -c 'a -> b'", "sim run sh -c 'a -> b'"),
    ("sim advance 1m30s", "sim advance 1m30s"),
    ("sim chmod 644 /x", "sim chmod 0644 /x"),
    ("sim svc nginx failed", "sim svc nginx failed"),
    ("sim fail /x crash-after 2", "sim fail /x crash-after 2"),
    ("sim crash pw", "sim crash password[pw]"),
    ("sim crash record 3", "sim crash record 3"),
    ("expect /x has '<<'", "expect /x has '<<'"),
    ("help meta", "help meta"),
    (
        "expect /tmp/x has \"a -> b\"",
        "expect /tmp/x has \"a -> b\"",
    ),
    ("plan \\\n pw", "plan password[pw]"),
];

#[test]
fn lines_and_what_they_mean() {
    let wrong: Vec<String> = MEANINGS
        .iter()
        .filter(|(line, meaning)| shown(line) != *meaning)
        .map(|(line, meaning)| format!("{line}\n  wanted {meaning}\n  found  {}", shown(line)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn open_lines_go_on_and_wrong_ones_do_not() {
    let rows = [
        ("add file \"/x", Grade::Incomplete),
        ("add file[/x", Grade::Incomplete),
        ("add file /x content=<<END\nabc", Grade::Incomplete),
        ("add exec e args=[a,\n b", Grade::Incomplete),
        ("add exec e env={A", Grade::Incomplete),
        ("pw ->", Grade::Incomplete),
        ("pw -> # more\n", Grade::Incomplete),
        ("plan \\", Grade::Incomplete),
        ("add", Grade::Missing),
        ("add file", Grade::Missing),
        ("link pw", Grade::Missing),
        ("set pw length=", Grade::Missing),
        ("add file /x mode=\"a\"b", Grade::Wrong),
        ("add file /x content=\"\\d\"", Grade::Wrong),
        ("pw -> ; plan", Grade::Wrong),
        ("undo now", Grade::Wrong),
    ];
    for (line, grade) in rows {
        let error = parse(line, &graph(), &Small).err();
        assert_eq!(error.map(|error| error.grade), Some(grade), "{line}");
    }
}

#[test]
fn every_command_has_an_example_that_parses_and_prints_back() {
    for command in registry::COMMANDS.iter().chain(registry::SIMS) {
        let line = command.example;
        let orders = parse(line, &graph(), &Small).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(orders.len(), 1, "{line}");
        let printed = orders[0].to_string();
        let again = parse(&printed, &graph(), &Small).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again[0].to_string(), printed, "{line}");
        assert!(line.starts_with(&command.full_name()), "{line}");
        assert!(!command.about.is_empty() && !command.about.ends_with('.'));
    }
}

#[test]
fn names_aliases_and_keys_are_unique() {
    let mut words = std::collections::BTreeSet::new();
    let mut keys = std::collections::BTreeSet::new();
    for command in registry::COMMANDS {
        for word in std::iter::once(&command.name).chain(command.aliases) {
            assert!(words.insert(*word), "{word}");
        }
        assert!(
            command.key.is_none_or(|key| keys.insert(key)),
            "{}",
            command.name
        );
    }
}

#[test]
fn edits_say_what_they_did() {
    let (graph, said) = run(
        &graph(),
        "set pw length=20 meta.retry=2; secret ~> db ~> /srv/nginx.conf; secret -> db; set db env.P=?; unset pw length; drop bystander",
    );
    assert_eq!(
        said,
        [
            "set password[pw].length = 20",
            "set password[pw].meta.retry = 2",
            "linked file[/tmp/secret] ~> exec[db]",
            "linked exec[db] ~> file[/srv/nginx.conf]",
            "warning: file hears nothing: `~>` only orders",
            "already linked: file[/tmp/secret] -> exec[db]",
            "set exec[db].env.P = •••",
            "warning: exec[db]: has no guard (creates, onlyif, unless, refreshonly): runs at every start",
            "unset password[pw].length",
            "dropped noop[bystander]; what it managed stays on the host",
        ]
    );
    let db = graph.vertex(&Key::new("exec", "db")).expect("it is there");
    assert!(db.params.get("env").is_some_and(Value::is_secret));
    let pw = graph
        .vertex(&Key::new("password", "pw"))
        .expect("it is there");
    assert_eq!(pw.meta.retry, 2);
}

#[test]
fn an_edit_is_whole_or_nothing() {
    let before = graph();
    for line in [
        "set pw length=20 alphabet=abc meta.retry=-5",
        "set pw alphabet=abc length=many",
        "secret -> db -> pw",
        "add file /new mode=0644 recurse=perhaps",
    ] {
        let orders = parse(line, &before, &Small).unwrap_or_else(|error| panic!("{error}"));
        let edited = edit(&before, &Small, &orders[0], &mut |_, _| None);
        assert!(edited.is_err(), "{line}");
        assert_eq!(before, graph());
    }
}

#[test]
fn an_answer_that_does_not_fit_is_not_shown() {
    let orders = parse("set pw length=?", &graph(), &Small).unwrap_or_default();
    assert_eq!(orders[0].asks().len(), 1);
    let refusals = edit(&graph(), &Small, &orders[0], &mut |_, _| {
        Some("hunter22".to_owned())
    });
    let text = format!("{refusals:?}");
    assert!(refusals.is_err() && !text.contains("hunter22"), "{text}");
}

fn texts(line: &str) -> Vec<String> {
    let graph = graph();
    let paths = |typed: &str| match typed.starts_with('/') {
        true => vec!["/tmp/".to_owned(), "/tmp/a b".to_owned()],
        false => Vec::new(),
    };
    let ctx = Context {
        graph: &graph,
        catalog: &Small,
        files: &|_| vec!["site.yaml".to_owned()],
        paths: &paths,
        units: &Vec::new,
    };
    let (_, found) = complete(line, line.len(), &ctx);
    found.into_iter().map(|candidate| candidate.text).collect()
}

#[test]
fn completion_at_every_position() {
    let rows: &[(&str, &[&str])] = &[
        ("ad", &["add"]),
        ("add f", &["file"]),
        ("add file /t", &["/tmp/", "\"/tmp/a b\""]),
        ("add file /x st", &["state="]),
        ("add file /x state=", &["exists", "absent"]),
        ("add file /x recurse=t", &["true"]),
        ("add file /x state=absent s", &[]),
        ("add file[/x] mo", &["mode="]),
        ("add noop x meta.re", &["meta.retry="]),
        ("add noop x meta.noop=", &["true", "false"]),
        ("set p", &["password[pw]"]),
        ("set sec", &["file[/tmp/secret]"]),
        ("set file[/tmp/s", &["file[/tmp/secret]"]),
        ("set pw ", &["length=", "alphabet="]),
        ("set pw length=", &["16"]),
        ("set secret c", &[]),
        ("unset pw ", &["length"]),
        ("drop two", &["noop[two words]"]),
        ("drop odd", &["noop[\"odd]\"]"]),
        ("pw ", &["->", "~>"]),
        ("pw.password ", &["->"]),
        ("password[pw].password ", &["->"]),
        ("pw -> by", &["noop[bystander]"]),
        ("pw ->by", &["noop[bystander]"]),
        ("pw.p", &["password[pw].password"]),
        ("pw.password ", &["->"]),
        ("pw.password -> db.", &["exec[db].cmd", "exec[db].timeout"]),
        ("bind pw.", &["password[pw].password"]),
        (
            "bind pw.password -> db.",
            &["exec[db].cmd", "exec[db].timeout"],
        ),
        ("unbind ", &["file[/tmp/secret].content"]),
        ("sim wr", &["write"]),
        ("sim fail x no", &["no-space"]),
        ("sim rm /t", &["/tmp/", "\"/tmp/a b\""]),
        ("kinds n", &["noop"]),
        ("graph ", &["tree", "dot", "mermaid", "json"]),
        ("break fai", &["failed"]),
        ("plan; und", &["undo"]),
        ("drop pw; show p", &[]),
        ("add noop late; show la", &["noop[late]"]),
        ("plan # und", &[]),
        ("add file /x content=\"und", &[]),
        ("learn fi", &["first"]),
        ("learn n", &["next", "notify", "noop"]),
        ("learn s", &["send", "site.yaml"]),
        ("load s", &["site.yaml"]),
        ("save s", &["site.yaml"]),
        ("sim svc x fa", &["failed"]),
    ];
    assert_eq!(offered_otherwise(rows), "");
}

#[test]
fn completion_of_expectations() {
    let rows: &[(&str, &[&str])] = &[
        ("expect pw refr", &["refreshing", "refreshed"]),
        ("expect pw a", &["applying"]),
        ("expect pw no", &["notified", "noticed"]),
        ("expect pw g", &["gone"]),
        ("expect p", &["pending", "plans", "password[pw]"]),
        ("expect le", &["left"]),
        ("expect not p", &["pending", "plans", "password[pw]"]),
        ("expect not pw refr", &["refreshing", "refreshed"]),
        ("expect pw notified ", &["never"]),
        ("expect pw -> by", &["noop[bystander]"]),
        ("expect pw.password -> ", &["file[/tmp/secret].content"]),
        ("expect noop[bystander] m", &[]),
        ("expect /t", &["file[/tmp/secret]", "/tmp/", "\"/tmp/a b\""]),
        ("expect /none ", &["absent", "mode", "has"]),
        ("expect /tmp/secret h", &["has", "held"]),
        ("expect \"/a b\" ", &["absent", "mode", "has"]),
        ("expect pw.password ", &["=", "->"]),
        ("expect pw ran ", &["never"]),
        ("expect pw before by", &["noop[bystander]"]),
        ("expect pending ", &[]),
        ("expect pw ok ", &[]),
    ];
    assert_eq!(offered_otherwise(rows), "");
}

/// The lines at which something else is offered.
fn offered_otherwise(rows: &[(&str, &[&str])]) -> String {
    let wrong = rows.iter().filter(|(line, wanted)| texts(line) != *wanted);
    wrong
        .map(|(line, wanted)| format!("{line}\n  wanted {wanted:?}\n  found  {:?}\n", texts(line)))
        .collect()
}

#[test]
fn hints_go_on_where_completion_does() {
    let graph = graph();
    let ctx = Context {
        graph: &graph,
        catalog: &Small,
        files: &|_| Vec::new(),
        paths: &|_| Vec::new(),
        units: &Vec::new,
    };
    let rows = [
        ("ad", Some("d")),
        ("add ", Some("KIND NAME [PARAM=VALUE…]")),
        ("add file ", Some("NAME [PARAM=VALUE…]")),
        ("set ", Some("REF PARAM=VALUE…")),
        ("sim advance ", Some("SPAN")),
        ("pw ", Some("-> REF")),
        ("pw.password -> ", Some("REF.PARAM")),
        ("undo ", None),
        ("", None),
    ];
    for (line, wanted) in rows {
        assert_eq!(hint(line, &ctx).as_deref(), wanted, "{line}");
    }
}

#[test]
fn the_palette_finds_by_name_description_and_key() {
    let first = |typed: &str| {
        registry::fuzzy(typed)
            .first()
            .map(|command| command.full_name())
    };
    assert_eq!(first("apl").as_deref(), Some("apply"));
    assert_eq!(first("dry").as_deref(), Some("plan"));
    assert_eq!(first("U").as_deref(), Some("undo"));
    assert_eq!(first("sim cr").as_deref(), Some("sim crash"));
    assert!(
        registry::fuzzy("take an edge")
            .iter()
            .any(|command| command.name == "unlink")
    );
    assert!(registry::fuzzy("zzzz").is_empty());
}

#[test]
fn help_knows_every_command_and_kind() {
    let overview = help::overview();
    let language = help::language_markdown();
    for command in registry::COMMANDS {
        assert!(overview.contains(&command.usage()), "{}", command.name);
        assert!(
            help::topic(&Small, command.name).is_some_and(|text| text.contains(command.example))
        );
    }
    for sim in registry::SIMS {
        assert!(language.contains(sim.about));
        assert!(help::topic(&Small, &sim.full_name()).is_some());
    }
    let file = help::topic(&Small, "file").unwrap_or_default();
    assert!(
        file.contains("content") && file.contains("when notified: nothing"),
        "{file}"
    );
    assert!(help::kinds_markdown(&Small).lines().count() == 2 + SCHEMAS.len());
}
