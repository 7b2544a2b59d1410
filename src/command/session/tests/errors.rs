//! Every error that the language can give, in one snapshot, from the real kinds. A test of the house holds that none is missing.

use super::{STORY, Script, open, open_in};
use crate::command::order::Order;
use crate::command::session::{Session, SessionError, WorldName};
use crate::command::{Script as Lines, edit, parse, refused, registry, vertex};
use crate::graph::Graph;
use crate::kind::Kinds;
use std::path::PathBuf;

/// What an error is marked with that does not say what was expected, or what to do.
const POOR: &str = "POOR ";

/// What the lines below are about.
const GRAPH: &[&str] = &[
    "add password pw length=16",
    "add file /tmp/secret mode=0600",
    "add noop bystander",
    "password[pw].password -> file[/tmp/secret].content",
    "file[/tmp/secret] ~> noop[bystander]",
    "add exec db cmd=true env.TOKEN=x refreshonly=true",
    "add value a value=1; add value a.value value=1; add noop \"two words\"; add noop \"odd]\"",
    "add file /etc/nginx/nginx.conf; add file /srv/nginx.conf; add value a-b value=1",
];

/// Lines that cannot be read.
const UNREADABLE: &[&str] = &[
    // Commands.
    "ad file /x",
    "frobnicate",
    "pw secret",
    "undo now",
    "graph svg",
    "set",
    "set pw",
    // New vertices.
    "add",
    "add flie /x",
    "add kind /x",
    "add file",
    "add file mode=0644",
    "add file[] mode=1",
    "add file \"\"",
    "add file:/x \"\" \"\"",
    // Params.
    "add file /x moode=0644",
    "add file /x what=0644",
    "add file /x mode",
    "add file /x mode=",
    "add file /x mode=0600 mode=0644",
    "add file /x meta.retyr=3",
    "add file /x meta.what=3",
    "add file /x .mode=1",
    "add noop x what=1",
    "set password[pw] lenght=1",
    "unset pw lenth",
    "unset pw \"length\"",
    "unset pw meta.noop.x",
    // References.
    "set pv length=1",
    "set pw..length=1",
    "drop nobody",
    "drop nginx.conf",
    "drop pw.length",
    "drop fiel[/x]",
    "drop what[/x]",
    "drop [a]",
    "drop password[pw].",
    "drop \"nginx.conf\"",
    // Arrows.
    "pw ->",
    "pw -> -> secret",
    "-> pw",
    "link pw",
    "link pw ~>",
    "pw.password",
    "pw -> secret.content",
    "pw.password -> secret",
    "pw.pasword -> secret.content",
    "pw.password -> secret.contnet",
    "pw.password -> bystander.x",
    "bystander.x -> secret.content",
    "pw.what -> secret.content",
    "pw.password ~> secret.content",
    "bind pw.password ~> secret.content",
    "pw.password -> secret.content -> db.cmd",
    "a.value -> pw.alphabet",
    "unbind pw",
    "unbind",
    // Quotes, brackets, blocks.
    "add file /x content=it's",
    "add file /x'y",
    "add file \"/x\"y",
    "add file[\"/x\"y]",
    "add file[/x\n]",
    "add file /x content=\"a\"b",
    "add file /x content=\"\\d\"",
    "add file /x content=\"\\u{110000}\"",
    "add file /x content=\"a",
    "add file /x content='a\nplan",
    "add file /x content='a\nplan\napply\n",
    "add file[\"/x",
    "add file[\"/x\"",
    "set password[pw lenght=1",
    "add exec e args=[a b",
    "add exec e env={A: 1",
    "add exec e args=[a,,b]",
    "add exec e args=[a,",
    "add exec e args=['a' b]",
    "add exec e env={A}",
    "add exec e env={A: ?}",
    "add exec e args=[a, ?]",
    "add exec e env={A: 1, A: 2}",
    "add exec e args=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x",
    "add file /x content=<<END\nabc",
    "add file /x content=<<END mode=\"\nabc\nEND\n\"",
    "add exec e cmd=<<END args=[\na\nEND\n]",
    "sim run a <<E\nx\nE",
    "plan \\",
    // Numbers and words.
    "step two",
    "step 0",
    "help ad",
    "help sim what",
    "help what",
    "kinds fil",
    "break never",
    // The simulated machine.
    "sim",
    "sim wirte /x y",
    "sim what",
    "sim write /x",
    "sim chmod 0999 /x",
    "sim svc nginx runing",
    "sim http http://x/ 9",
    "sim fail /x nospce",
    "sim fail /x io 0",
    "sim advance 10",
    "sim crash nope",
    "sim crash record",
    "sim crash record x",
    // Expectations.
    "expect",
    "expect pw",
    "expect pw oky",
    "expect pw whatever it is",
    "expect pw ran twice",
    "expect exit 300",
    "expect exit",
    "expect x mode 0644",
    "expect /x mode 0999",
    "expect /x has",
    "expect pw before",
    "expect pw ->",
    "expect pw notified 0+",
    "expect not",
    // Lessons.
    "learn 1 2",
    "learn ->",
    "demo 1",
    "expect error",
];

/// Lines that can be read, and that the graph refuses.
const REFUSED: &[&str] = &[
    "add password pw",
    "add password q length=many",
    "add password q length=0",
    "add timer t",
    "add file /x/y/.. content=x",
    "add file /tmp/secret/ mode=0700; add noop x",
    "add value v value=1 format=\"{\"",
    "set pw meta.delay=10",
    "set pw meta.poll=0s",
    "set pw meta.retry=-1",
    "set pw meta.sema=[x:0]",
    "set secret content=x",
    "set pw length.x=1",
    "unset db args",
    "rename pw pw",
    "secret -> pw",
    "pw -> pw",
    "unlink pw -> db",
    "unbind db.cmd",
    "pw.password -> secret.path",
    "pw.password -> db.cmd",
    "pw.password -> pw.length",
    "db.status -> secret.mode",
    "set pw length=?",
];

/// What is said in a simulation to some lines, of which the last one fails.
const SESSION: &[&[&str]] = &[
    &["undo"],
    &["redo"],
    &["stop"],
    &["watch", "new"],
    &["continue"],
    &["notify secret"],
    &["add password q", "pw.password -> q.length"],
    &["load nowhere.yaml"],
    &["load bad.yaml"],
    &["load odd.yaml"],
    &["source nowhere.weft"],
    &["source bad.weft"],
    &["source again.weft"],
    &["save x.yaml"],
    &["save -"],
    &["new x", "save"],
    &["new x", "drop y"],
    &["add noop bystander"],
    &["add file other path=/tmp/secret"],
    &["inspect file /nowhere"],
    &["inspect noop x"],
    &["sim fail /etc/motd io", "inspect file /etc/motd"],
    &["add file other path=/etc/motd", "inspect file /etc/motd"],
    &["load fine.yaml", "save --story"],
    &["edit"],
    &["edit pw"],
    &["apply", "sim crash", "apply"],
    &["sim crash", "rename pw other"],
    &["sim rm /nowhere"],
    &["sim run nobody-knows"],
    &["sim heal"],
    &["sim heal /x"],
    &["expect nobody ok"],
    &["expect pw.what = 1"],
    &["expect nginx.conf ok"],
    &["expect pw changed 7"],
    &["expect pending 7"],
    &["expect pw -> pw"],
    &["expect not pw new"],
    &["learn 99"],
    &["learn frist"],
    &["learn nothing-like-it"],
    &["learn goal"],
    &["learn off"],
    &["learn fine.yaml"],
    &["learn bad.yaml"],
    &["learn nowhere.yaml"],
    &["learn noop", "learn next"],
];

/// Two files that are called the same.
const TWINS: &str = "  - name: /etc/nginx.conf\n    state: absent\n  - name: /srv/nginx.conf\n    state: absent\n  noop:\n";

fn graph() -> Graph {
    GRAPH.iter().fold(Graph::default(), |graph, line| {
        let orders = parse(line, &graph, &Kinds).unwrap_or_else(|error| panic!("{error}"));
        orders.iter().fold(graph, |graph, order| {
            let edited = edit(&graph, &Kinds, order, &mut |_, _| None);
            edited.unwrap_or_else(|why| panic!("{line}: {why:?}")).graph
        })
    })
}

fn unreadable(text: &mut String) {
    let graph = graph();
    text.push_str("# lines that cannot be read\n\n");
    for line in UNREADABLE {
        match parse(line, &graph, &Kinds) {
            Ok(orders) => text.push_str(&format!("{POOR}{line} is {orders:?}\n\n")),
            Err(error) => {
                let expected = error.expected.is_some() || error.what.contains("expected");
                let known = expected && error.hint.is_some();
                let poor = if known { "" } else { POOR };
                text.push_str(&format!("{poor}{:?}: {error}\n\n", error.grade));
            }
        }
    }
    text.push_str("# arguments that mean no vertex\n\n");
    for argument in ["nope", "a b", "[x", ""] {
        let error = vertex(argument, &graph, &Kinds).expect_err(argument);
        text.push_str(&format!("{error}\n\n"));
    }
}

fn refused_by_the_graph(text: &mut String) {
    let graph = graph();
    text.push_str("# lines that the graph refuses\n\n");
    for line in REFUSED {
        let script = Lines::read(line).unwrap_or_else(|error| panic!("{error}"));
        let order = script.order(0, &graph, &Kinds).expect("a statement");
        let order = order.unwrap_or_else(|error| panic!("{error}"));
        let edited = edit(&graph, &Kinds, &order, &mut |_, _| None);
        let refusals = edited.map_or_else(|refusals| refusals, |_| Vec::new());
        if refusals.is_empty() {
            text.push_str(&format!("{POOR}{line} is not refused\n\n"));
        }
        for refusal in refusals {
            let error = refused(line, script.span(0), &refusal);
            let poor = if error.hint.is_some() { "" } else { POOR };
            text.push_str(&format!("{poor}{error}\n\n"));
        }
    }
}

/// The last line's error, after the ones before it were done.
fn last_error(session: &mut Session, front: &mut Script, lines: &[&str]) -> SessionError {
    let (last, before) = lines.split_last().expect("a line");
    for line in before {
        let done = session.eval(line, front);
        done.unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    match session.eval(last, front) {
        Err(error) => error,
        Ok(_) => SessionError::failed(format!("{POOR}{last} is done")),
    }
}

fn told(lines: &[&str], error: &SessionError) -> String {
    let poor = match error {
        SessionError::Failed { hint: None, .. } => POOR,
        _ => "",
    };
    format!("> {}\n{poor}{error}\n\n", lines.join("\n> "))
}

/// A front with files that are wrong, each in its own way.
fn wrong_files(front: &mut Script) {
    for (path, content) in [
        ("bad.yaml", "resources:\n  fiel:\n  - name: /x\n"),
        ("bad.weft", "add noop fine\n\nadd flie /x\n"),
        ("again.weft", "source again.weft\n"),
        ("fine.yaml", "graph: fine\n"),
    ] {
        front.files.insert(PathBuf::from(path), content.to_owned());
    }
    front
        .odd
        .insert(PathBuf::from("odd.yaml"), vec![b'a', 0xff]);
}

fn in_a_simulation(text: &mut String) {
    text.push_str("# what a session refuses in a simulation\n\n");
    for lines in SESSION {
        let (mut session, mut front) = open(&STORY.replace("  noop:\n", TWINS));
        wrong_files(&mut front);
        front.broken = true;
        text.push_str(&told(lines, &last_error(&mut session, &mut front, lines)));
    }
    let folded = STORY.replace("steps:\n- apply\n", "steps: >\n  apply\n");
    let (mut session, mut front) = open(&folded);
    front.answers.push_back(false);
    let lines = &["dirty pw", "save --story"];
    let error = last_error(&mut session, &mut front, lines);
    text.push_str(&told(lines, &error));
    text.push_str("# an edited text that cannot be read\n\n");
    for (line, edited) in [
        ("edit", "graph: other\nresources: {}\n"),
        ("edit", "graph: secret\nworld: {}\n"),
        (
            "edit",
            "graph: secret\nresources:\n  value: [{name: x, value: •••}]\n",
        ),
        ("edit pw", "resources: {}\n"),
        (
            "edit pw",
            "resources:\n  password: [{name: pw}, {name: more}]\n",
        ),
    ] {
        let (mut session, mut front) = open(STORY);
        front.edits.push_back(Box::new(move |_| edited.to_owned()));
        let error = last_error(&mut session, &mut front, &[line]);
        text.push_str(&format!("> {line}\n{}{error}\n\n", front.said));
    }
}

fn on_this_machine(text: &mut String) {
    text.push_str("# what a session refuses on this machine\n\n");
    for lines in [
        &["sim write /x y"][..],
        &["learn 1"],
        &["demo"],
        &["apply"],
        &["watch"],
        &["step"],
        &["add noop more", "load secret.yaml"],
    ] {
        let (mut session, mut front) = open_in(STORY, Some(WorldName::Host));
        let asked = lines.len() > 1;
        front.answers.extend(asked.then_some(false));
        let error = last_error(&mut session, &mut front, lines);
        let told = told(lines, &error).replace(session.label(), "host web1 as root");
        text.push_str(&told);
    }
}

fn built_in_code(text: &mut String) {
    text.push_str("# orders that no line makes\n\n");
    for order in [
        Order::Graph(Some("svg".into())),
        Order::Kinds(Some("fiel".into())),
        Order::Kinds(Some("what".into())),
        Order::Help(Some("what".into())),
        Order::Inspect(crate::graph::Key::new("what", "x")),
        Order::Expect("pw".into()),
    ] {
        let (mut session, mut front) = open(STORY);
        let error = session.obey("", &order, &mut front);
        let error = error.expect_err("it is refused");
        text.push_str(&told(&[&order.to_string()], &error));
    }
}

fn out_of_place(text: &mut String) {
    text.push_str("# commands at the wrong time\n\n");
    for (running, sim) in [(true, true), (true, false), (false, true), (false, false)] {
        let moment = registry::Moment { running, sim };
        text.push_str(&format!("{moment:?}\n"));
        for command in registry::COMMANDS {
            if let Some(why) = command.when.refuses(moment) {
                text.push_str(&format!("{}: {why}\n", command.name));
            }
        }
        text.push('\n');
    }
}

#[test]
fn every_error_says_what_where_what_was_expected_and_what_to_do() {
    let mut text = String::new();
    unreadable(&mut text);
    refused_by_the_graph(&mut text);
    in_a_simulation(&mut text);
    on_this_machine(&mut text);
    built_in_code(&mut text);
    out_of_place(&mut text);
    insta::with_settings!({ snapshot_path => "../../../../snapshots/language", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("errors", text);
    });
    let poor: Vec<&str> = text
        .split("\n\n")
        .filter(|one| one.contains(POOR))
        .collect();
    assert!(
        poor.is_empty(),
        "what was expected, and what is to be done?\n{}",
        poor.join("\n\n")
    );
}
