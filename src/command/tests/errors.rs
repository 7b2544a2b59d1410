//! Every error's text, and every help text, in two snapshots.

use super::*;

/// Lines that cannot be read.
const UNREADABLE: &[&str] = &[
    "ad file /x",
    "frobnicate",
    "add flie /x",
    "add file",
    "add file mode=0644",
    "add file[] mode=1",
    "add file /x moode=0644",
    "add file /x mode",
    "add file /x mode=",
    "add file /x mode=1 mode=2",
    "add file /x meta.retyr=3",
    "add file /x content=it's",
    "add file /x content=\"\\d\"",
    "add file /x content=\"\\u{110000}\"",
    "add file \"/x\"y",
    "add file /x content=\"a\"b",
    "add exec e args=[a b",
    "add exec e args=[a,,b]",
    "add exec e env={A}",
    "add exec e env={A: 1, A: 2}",
    "add exec e args=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[x",
    "add file /x content=<<END\nabc",
    "add file /x content=\"a",
    "set",
    "set pw",
    "set pv length=1",
    "set password[pw lenght=1",
    "set password[pw] lenght=1",
    "set pw..length=1",
    "drop nginx.conf",
    "drop pw.length",
    "drop nobody",
    "drop fiel[/x]",
    "a.value -> pw.alphabet",
    "pw.password -> secret",
    "pw -> secret.content",
    "pw.pasword -> secret.content",
    "pw.password -> secret.contnet",
    "pw.password ~> secret.content",
    "pw.password -> secret.content -> db.cmd",
    "pw.password",
    "pw secret",
    "pw ->",
    "pw -> -> secret",
    "link pw",
    "link pw ~>",
    "bind pw.password ~> secret.content",
    "unset pw lenth",
    "unbind pw",
    "undo now",
    "graph svg",
    "step two",
    "sim",
    "sim wirte /x y",
    "sim fail /x nospce",
    "sim advance 10",
    "sim write /x",
    "help ad",
    "kinds fil",
    "break never",
    "sim run a <<E\nx\nE",
];

/// Lines that can be read, and that the graph refuses.
const REFUSED: &[&str] = &[
    "add password pw",
    "add password q length=many",
    "add password q length=0",
    "set pw meta.delay=10",
    "set pw meta.sema=[x:0]",
    "set secret content=x",
    "unset db cmd",
    "unset pw meta.noop.x",
    "rename pw pw",
    "secret -> pw",
    "pw -> pw",
    "unlink pw -> db",
    "unbind db.cmd",
    "pw.password -> secret.path",
    "a.value -> secret.content",
    "set pw length=?",
];

#[test]
fn all_errors() {
    let mut text = String::new();
    for line in UNREADABLE {
        match parse(line, &graph(), &Small) {
            Ok(orders) => panic!("{line} is {orders:?}"),
            Err(error) => text.push_str(&format!("{:?}: {error}\n\n", error.grade)),
        }
    }
    for line in REFUSED {
        let graph = graph();
        let orders = match parse(line, &graph, &Small) {
            Ok(orders) => orders,
            Err(error) => {
                text.push_str(&format!("{:?}: {error}\n\n", error.grade));
                continue;
            }
        };
        match edit(&graph, &Small, &orders[0], &mut |_, _| None) {
            Ok(edited) => panic!("{line}: {edited:?}"),
            Err(refusals) => refusals.iter().for_each(|refusal| {
                text.push_str(&format!("refused: {}\n\n", refused(line, refusal)))
            }),
        }
    }
    for now in [(true, true), (true, false), (false, true), (false, false)] {
        let moment = registry::Moment {
            running: now.0,
            sim: now.1,
        };
        let said = registry::COMMANDS.iter().filter_map(|command| {
            Some(format!(
                "{}: {}",
                command.name,
                command.when.refuses(moment)?
            ))
        });
        text.push_str(&format!(
            "{moment:?}\n{}\n\n",
            said.collect::<Vec<_>>().join("\n")
        ));
    }
    insta::with_settings!({ snapshot_path => "../../../snapshots/language", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("errors", text);
    });
}

#[test]
fn all_help() {
    let mut text = help::overview();
    for topic in ["add", "plan", "sim", "sim fail", "quit", "file", "noop"] {
        text.push_str(&format!(
            "\n---- help {topic}\n{}",
            help::topic(&Small, topic).unwrap_or_default()
        ));
    }
    text.push_str(&format!(
        "\n---- kinds\n{}\n---- meta\n{}",
        help::kinds(&Small),
        help::meta_keys()
    ));
    text.push_str(&format!(
        "\n{}\n{}",
        help::kinds_markdown(&Small),
        help::language_markdown()
    ));
    insta::with_settings!({ snapshot_path => "../../../snapshots/language", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("help", text);
    });
}
