//! Graphs as they are drawn: vertices of every kind, with params, meta, edges and bindings.

use weft::graph::{Draft, FieldPath, Key, Meta, Origin};
use weft::kind::Kinds;
use weft::time::Span;
use weft::value::{Place, Raw};

use super::dice::Dice;
use super::machine::{PAGES, TEMPLATE, made, url};

pub const KINDS: &[&str] = &[
    "file", "template", "exec", "password", "http", "svc", "timer", "noop", "print", "value",
];

/// What was drawn, to be counted.
pub type Drawn = Vec<String>;

type Params = Vec<(&'static str, String)>;

const HERE: Place = Place { line: 0, column: 0 };

/// The number in a vertex's name; edges go up, so that there is no cycle.
pub fn number(key: &Key) -> usize {
    let digits: String = key.name().chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(usize::MAX)
}

/// Adds a vertex of a random kind, with params that are valid, and edges and bindings from earlier ones.
pub fn vertex(dice: &mut Dice, draft: &mut Draft, n: usize, drawn: &mut Drawn) {
    let kind = *dice.pick(KINDS);
    let (name, params) = resource(dice, kind, n, drawn);
    let key = Key::new(kind, name);
    draft.add(&Kinds, key.clone(), HERE).expect("a new name");
    for (param, value) in params {
        set(draft, &key, param, value);
    }
    drawn.push(kind.to_owned());
    let meta = meta(dice, drawn);
    draft.set_meta(&key, meta, HERE).expect("it is there");
    let earlier: Vec<Key> = draft.graph().vertices().keys().cloned().collect();
    for other in earlier.iter().filter(|other| number(other) < n) {
        if dice.chance(35) {
            link(dice, draft, other, &key, drawn);
        }
        if dice.chance(40) {
            bind(dice, draft, other, &key, drawn);
        }
    }
}

fn set(draft: &mut Draft, key: &Key, param: &str, value: String) {
    let (path, raw) = (FieldPath::parse(param), Raw::bare(value));
    // A param that is received is refused when the graph is finished.
    draft.set(&Kinds, key, &path, &raw).expect("a valid param");
}

/// A file, and a command that spoils it as often as it is mended.
pub fn feud(draft: &mut Draft, n: usize, drawn: &mut Drawn) {
    let (file, spoils) = (
        Key::new("file", format!("/srv/f{n}")),
        Key::new("exec", format!("e{n}")),
    );
    for key in [&file, &spoils] {
        draft.add(&Kinds, key.clone(), HERE).expect("a new name");
    }
    set(draft, &file, "content", "ours".to_owned());
    set(draft, &spoils, "cmd", format!("spoil {n}"));
    set(draft, &spoils, "refreshonly", "true".to_owned());
    let linked = draft.link(&file, &spoils, true, Origin::Written, HERE);
    linked.expect("both are there");
    drawn.push("a feud".to_owned());
}

pub fn link(dice: &mut Dice, draft: &mut Draft, from: &Key, to: &Key, drawn: &mut Drawn) {
    let notify = dice.chance(50);
    let linked = draft.link(from, to, notify, Origin::Written, HERE);
    linked.expect("both are there");
    drawn.push(
        if notify {
            "edge: notify"
        } else {
            "edge: order"
        }
        .to_owned(),
    );
}

pub fn unlink(dice: &mut Dice, draft: &mut Draft, from: &Key, to: &Key) {
    let _ = draft.unlink(from, to, dice.chance(50), HERE);
}

fn resource(dice: &mut Dice, kind: &str, n: usize, drawn: &mut Drawn) -> (String, Params) {
    let mut params = Params::new();
    let name = match kind {
        "file" => {
            if dice.chance(60) {
                let mode = *dice.pick(&["0600", "0644", "u+x"]);
                params.push(("mode", mode.to_owned()));
            }
            if dice.chance(50) {
                params.push(("content", format!("content {}", dice.below(3))));
            }
            format!("/srv/f{n}")
        }
        "template" => {
            match dice.chance(30) {
                true => params.push(("source", TEMPLATE.to_owned())),
                false => params.push(("text", "a{{ x }}".to_owned())),
            }
            params.push(("vars.x", dice.below(3).to_string()));
            format!("t{n}")
        }
        "exec" => {
            params = command(dice, n, drawn);
            format!("e{n}")
        }
        "password" => {
            params.push(("recover", dice.chance(60).to_string()));
            format!("p{n}")
        }
        "http" => {
            params.push(("url", url(dice.below(PAGES))));
            if dice.chance(30) {
                params.push(("poll", format!("{}s", 1 + dice.below(3))));
            }
            format!("h{n}")
        }
        "svc" => {
            let state = *dice.pick(&["running", "stopped"]);
            params.push(("state", state.to_owned()));
            if dice.chance(30) {
                params.push(("startup", "disabled".to_owned()));
            }
            format!("u{n}.service")
        }
        "timer" => {
            params.push(("interval", format!("{}s", 1 + dice.below(20))));
            format!("c{n}")
        }
        "value" => {
            match dice.below(5) {
                // Nothing but what it may receive.
                0 => {}
                // A number, which is no text.
                1 => params.push(("value", "7".to_owned())),
                _ => params.push(("value", format!("v{}", dice.below(3)))),
            }
            format!("v{n}")
        }
        "print" => {
            params.push(("msg", "hello".to_owned()));
            format!("s{n}")
        }
        other => format!("{}{n}", &other[..1]),
    };
    (name, params)
}

/// A command, and when it runs.
fn command(dice: &mut Dice, n: usize, drawn: &mut Drawn) -> Params {
    let word = *dice.pick(&["work", "work", "slow", "flaky", "broken", "make", "spoil"]);
    let about = if word == "spoil" {
        dice.below(1 + n as u64) as usize
    } else {
        n
    };
    let mut params = vec![("cmd", format!("{word} {about}"))];
    let guard = match dice.below(7) {
        0 => ("onlyif", format!("ask {n}")),
        1 => ("unless", format!("ask {n}")),
        2 => ("refreshonly", "true".to_owned()),
        3 => ("creates", made(n)),
        _ => {
            drawn.push("guard: none".to_owned());
            return params;
        }
    };
    drawn.push(format!("guard: {}", guard.0));
    params.push(guard);
    params
}

pub fn meta(dice: &mut Dice, drawn: &mut Drawn) -> Meta {
    let mut meta = Meta::default();
    let mut count = |what: &str| drawn.push(format!("meta: {what}"));
    if dice.chance(8) {
        meta.noop = true;
        count("noop");
    }
    if dice.chance(25) {
        meta.retry = 1 + dice.below(3) as i64;
        meta.delay = Span::millis(dice.below(3) * 500);
        count("retry");
    }
    if dice.chance(10) {
        meta.poll = Some(Span::secs(1 + dice.below(5)));
        count("poll");
    }
    if dice.chance(20) {
        meta.limit = Some(0.5);
        meta.burst = 1 + dice.below(3) as u32;
        count("limit");
        if meta.burst > 1 {
            count("burst");
        }
    }
    if dice.chance(20) {
        let names = [("lock", 1), ("other", 2)].into_iter();
        let names = names.map(|(name, size)| (name.to_owned(), size));
        meta.sema = names.take(1 + dice.below(2) as usize).collect();
        count("semaphore");
    }
    if dice.chance(12) {
        meta.timeout = Some(Span::millis(*dice.pick(&[10, 1_000])));
        count("timeout");
    }
    if dice.chance(5) {
        meta.sensitive = true;
        count("sensitive");
    }
    meta
}

/// Binds what one sends to what the other may receive, if both can.
pub fn bind(dice: &mut Dice, draft: &mut Draft, from: &Key, to: &Key, drawn: &mut Drawn) {
    let sent = match from.kind() {
        "file" => *dice.pick(&["content", "path", "sha256"]),
        "template" => "text",
        "exec" => *dice.pick(&["stdout", "output"]),
        "password" => "password",
        "http" => "content",
        "value" => "value",
        _ => return,
    };
    let into = match to.kind() {
        "file" => "content",
        "template" => "vars.x",
        "exec" => *dice.pick(&["stdin", "env.TOKEN"]),
        "print" => "msg",
        "value" => "value",
        "svc" | "password" | "http" | "timer" | "noop" => return,
        _ => return,
    };
    let path = FieldPath::parse(into);
    let _ = draft.unset(to, &path, HERE);
    let ends = ((from, &FieldPath::parse(sent)), (to, &path));
    if draft
        .bind(&Kinds, ends.0, ends.1, Origin::Written, HERE)
        .is_ok()
    {
        drawn.push("binding".to_owned());
        if from.kind() == "password" {
            drawn.push("binding: secret".to_owned());
        }
        if !path.keys.is_empty() {
            drawn.push("binding: key of a map".to_owned());
        }
    }
}

/// Other params for a vertex.
pub fn reset(dice: &mut Dice, draft: &mut Draft, key: &Key) {
    let n = dice.below(4);
    let (param, value) = match key.kind() {
        "file" => ("content", format!("v{n}")),
        "value" => ("value", format!("v{n}")),
        "template" => ("vars.x", format!("v{n}")),
        "exec" => (
            "cmd",
            format!("{} {}", *dice.pick(&["work", "slow", "flaky"]), 90 + n),
        ),
        "http" => ("url", url(n)),
        "password" => ("length", (16 + n).to_string()),
        "timer" => ("interval", format!("{}s", 1 + n)),
        "svc" => ("state", (*dice.pick(&["running", "stopped"])).to_owned()),
        "print" => ("msg", format!("hello {n}")),
        _ => return,
    };
    set(draft, key, param, value);
}

/// A param that may go, if it has one.
pub fn unset(draft: &mut Draft, key: &Key) {
    let param = match key.kind() {
        "file" => "mode",
        "exec" => "creates",
        "password" => "length",
        "svc" => "startup",
        "http" => "poll",
        _ => return,
    };
    let _ = draft.unset(key, &FieldPath::parse(param), HERE);
}
