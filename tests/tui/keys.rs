//! Every key of `?`, tried from both foci: the prompt types it, the graph does what `?` says.

use super::stage::{PASSWORD, Stage};
use std::collections::BTreeSet;
use weft::tui::app::keys::KEYS;
use weft::tui::theme::Look;

fn open() -> Stage {
    Stage::open(PASSWORD, (120, 40), Look::default())
}

/// The orders that were done.
fn log(stage: &Stage) -> Vec<&str> {
    stage.session().log().iter().map(String::as_str).collect()
}

fn at(stage: &Stage) -> String {
    stage
        .app
        .selected()
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[test]
fn the_prompt_types_every_printable_key() {
    let mut tried = 0;
    for spelled in KEYS.iter().flat_map(|row| row.each()) {
        let letter = if spelled == "Space" { " " } else { spelled };
        if letter.chars().count() > 1 {
            continue;
        }
        let mut stage = open();
        stage.keys(spelled);
        assert_eq!(stage.app.typed(), letter);
        assert_eq!(log(&stage), Vec::<&str>::new(), "{spelled}");
        assert_eq!(stage.wished, Vec::<String>::new(), "{spelled}");
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}

/// A key in the graph, what was done before it, and what it did.
type Case = (&'static str, fn(&mut Stage), fn(&mut Stage) -> bool);

fn nothing(_: &mut Stage) {}

fn applied(stage: &mut Stage) {
    stage.keys("a").wait(60_000);
}

fn paused(stage: &mut Stage) {
    stage.keys("s").wait(60_000);
}

const CASES: &[Case] = &[
    ("p", nothing, |s| {
        log(s) == ["plan"] && s.has("2 to add, 1 to refresh")
    }),
    ("a", nothing, |s| {
        s.wait(60_000);
        log(s) == ["apply"] && s.has("converged")
    }),
    ("s", nothing, |s| log(s) == ["step"] && s.has("paused")),
    ("c", paused, |s| {
        s.wait(60_000);
        log(s) == ["step", "continue"] && s.has("converged")
    }),
    ("b", nothing, |s| {
        s.wait(60_000);
        log(s) == ["break password[pw]"] && s.has("◉")
    }),
    ("w", applied, |s| {
        s.has("why password[pw]") && !s.has("nothing has happened")
    }),
    ("e", nothing, |s| s.has("› edit password[pw]")),
    ("Enter", nothing, |s| s.app.typed() == "set password[pw] "),
    ("-", nothing, |s| {
        s.keys("Right Right Enter");
        log(s) == ["password[pw] -> noop[bystander]"]
    }),
    ("~", nothing, |s| {
        s.keys("Right Enter");
        log(s) == ["password[pw] ~> file[/tmp/secret]"]
    }),
    (".", nothing, |s| {
        s.keys("Right Enter");
        s.app.typed() == "password[pw].password -> file[/tmp/secret]."
    }),
    (
        "u",
        |s| {
            s.keys("- Right Right Enter");
        },
        |s| log(s).last() == Some(&"undo"),
    ),
    (
        "U",
        |s| {
            s.keys("- Right Right Enter u");
        },
        |s| log(s).last() == Some(&"redo"),
    ),
    (
        "Left",
        |s| {
            s.keys("Right");
        },
        |s| at(s) == "password[pw]",
    ),
    (
        "h",
        |s| {
            s.keys("Right");
        },
        |s| at(s) == "password[pw]",
    ),
    ("Right", nothing, |s| at(s) == "file[/tmp/secret]"),
    ("l", nothing, |s| at(s) == "file[/tmp/secret]"),
    ("Down", two, |s| at(s) != "password[pw]"),
    ("j", two, |s| at(s) != "password[pw]"),
    (
        "Up",
        |s| {
            two(s);
            s.keys("j");
        },
        |s| at(s) != "noop[below]",
    ),
    (
        "k",
        |s| {
            two(s);
            s.keys("j");
        },
        |s| at(s) != "noop[below]",
    ),
    ("Alt+Down", two, |s| at(s) != "password[pw]"),
    (
        "Alt+Up",
        |s| {
            two(s);
            s.keys("j");
        },
        |s| at(s) != "noop[below]",
    ),
    ("Tab", nothing, |s| s.has("━ inspector")),
    (
        "Esc",
        |s| {
            s.keys("-");
        },
        |s| {
            s.keys("Right Enter");
            log(s).is_empty()
        },
    ),
    ("i", nothing, |s| {
        s.text("p");
        s.app.typed() == "p"
    }),
    (":", nothing, |s| {
        s.text("undo");
        s.has("take the last edit back")
    }),
    ("?", nothing, |s| s.has("keys: _")),
    ("F1", nothing, |s| s.has("keys: _")),
    ("PgUp", long, |s| !ends_with_the_last(s)),
    (
        "PgDn",
        |s| {
            long(s);
            s.keys("PgUp");
        },
        ends_with_the_last,
    ),
    ("<", applied, |s| s.has("PAST")),
    (
        ">",
        |s| {
            applied(s);
            s.keys("< < <");
        },
        |s| s.has("LIVE +7"),
    ),
    (
        "End",
        |s| {
            applied(s);
            s.keys("<");
        },
        |s| !s.has("PAST"),
    ),
    (
        "Space",
        |s| {
            s.keys("a").wait(300);
        },
        |s| {
            s.has("PAST") && {
                s.wait(5_000);
                s.has("PAST")
            }
        },
    ),
    ("{", nothing, |s| s.has("0.5 x")),
    ("}", nothing, |s| s.has("2 x")),
    ("+", nothing, |s| s.has("boxes")),
    ("=", nothing, |s| s.has("dots")),
    (
        "0",
        |s| {
            s.keys("+");
        },
        |s| !s.has("boxes"),
    ),
    ("f", nothing, |s| s.has("2 vertices, a part")),
    ("A", applied, |s| {
        s.has("nothing is dirty") && {
            s.keys("i").line("dirty pw").keys("Esc A");
            s.has("2 vertices, a part")
        }
    }),
    ("z", alike, |s| s.has("noop[/x/a*] x 4")),
    ("F", nothing, |s| s.has("stays where it is")),
    ("/", nothing, |s| {
        s.text("by");
        s.keys("Enter");
        at(s) == "noop[bystander]"
    }),
    (
        "n",
        |s| {
            s.keys("/").text("[");
            s.keys("Enter");
        },
        |s| at(s) == "file[/tmp/secret]",
    ),
    (
        "N",
        |s| {
            s.keys("/").text("[");
            s.keys("Enter");
        },
        |s| at(s) == "noop[bystander]",
    ),
    ("t", applied, |s| {
        s.text("bystander");
        !s.has("0 ok, 2") && s.has("was notif")
    }),
    ("T", applied, |s| s.has("trace, full") && s.has("record")),
    ("y", nothing, |s| s.wished == ["Copy(\"password[pw]\")"]),
    ("m", nothing, |s| s.wished == ["Mouse(true)"]),
    ("Ctrl+L", nothing, |s| s.wished == ["Redraw"]),
    ("Ctrl+Z", nothing, |s| s.wished == ["Suspend"]),
    ("q", nothing, |s| s.app.left() == Some(0)),
];

/// One more vertex that stands below.
fn two(stage: &mut Stage) {
    stage
        .keys("i")
        .line("add noop below")
        .line("below -> bystander")
        .keys("Esc");
    stage
        .keys("Left Left Left")
        .keys("/")
        .text("pw")
        .keys("Enter");
}

/// Four vertices that look alike.
fn alike(stage: &mut Stage) {
    stage
        .keys("i")
        .line("add noop /x/a1; add noop /x/a2; add noop /x/a3; add noop /x/a4")
        .keys("Esc");
    stage.keys("/").text("a1").keys("Enter");
}

/// Whether the last line that is seen of the trace is the last there is.
fn ends_with_the_last(stage: &mut Stage) -> bool {
    let rows = stage.rows();
    rows[rows.len() - 3].contains("by command")
}

/// A trace that is longer than its pane, and goes on while it is looked at.
fn long(stage: &mut Stage) {
    for _ in 0..8 {
        stage
            .keys("a")
            .wait(60_000)
            .keys("i")
            .line("notify pw")
            .keys("Esc");
    }
}

#[test]
fn the_graph_does_what_the_keys_say() {
    let tried: BTreeSet<&str> = CASES.iter().map(|(key, ..)| *key).collect();
    let all: BTreeSet<&str> = KEYS.iter().flat_map(|row| row.each()).collect();
    assert_eq!(tried, all, "every key is tried, and no other");
    let mut wrong = Vec::new();
    for (key, before, did) in CASES {
        let mut stage = open();
        stage.keys("Esc");
        before(&mut stage);
        stage.keys(key);
        if !did(&mut stage) {
            wrong.push(format!(
                "{key}:\n{}\n{:?} {:?}",
                stage.rows().join("\n"),
                log(&stage),
                stage.wished
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
/// A search begins anew: what was searched before is not part of it.
#[test]
fn one_search_follows_another() {
    let mut stage = open();
    stage.keys("Esc /").text("by").keys("Enter");
    assert_eq!(at(&stage), "noop[bystander]");
    stage.keys("/").text("pw").keys("Enter");
    assert_eq!(at(&stage), "password[pw]");
}
