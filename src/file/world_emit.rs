//! A simulated machine as the `world:` that it would be read from.

use super::tree::Tree;
use super::world_answers::{FAULTS, NET_FAULTS};
use super::world_svc::{LOADS, STARTUPS, STATES, some_time};
use crate::world::sim::spec::{
    Answer, Effect, FileBody, FileSpec, Page, Starts, UnitSpec, UserSpec,
};
use crate::world::sim::{FaultRule, SimSpec};
use crate::world::{Active, Load, Unit};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The tree of a machine; empty if it is the usual one.
pub(super) fn world(spec: &SimSpec, lost: &mut Vec<String>) -> Tree {
    let map = |entries: Vec<(String, Tree)>| (!entries.is_empty()).then_some(Tree::Map(entries));
    let users = spec
        .users
        .iter()
        .map(|(name, user)| (name.clone(), self::user(user)));
    let groups = spec
        .groups
        .iter()
        .map(|(name, gid)| (name.clone(), Tree::plain(gid)));
    let files = spec
        .files
        .iter()
        .map(|(path, file)| (shown(path), self::file(path, file, lost)));
    let files = files.collect();
    let commands = spec.commands.iter().map(|(line, answers)| {
        let answers = answers.iter().map(|one| answer(line, one, lost)).collect();
        (line.clone(), Tree::List(answers))
    });
    let commands = commands.collect();
    let http = spec
        .http
        .iter()
        .map(|(url, page)| (url.clone(), self::page(url, page, lost)));
    let http = http.collect();
    let services = spec
        .services
        .iter()
        .map(|(unit, spec)| (unit.name.clone(), service(unit, spec)));
    Tree::some([
        ("hostname", spec.hostname.as_ref().map(Tree::text)),
        ("user", spec.user.as_ref().map(Tree::text)),
        ("users", map(users.collect())),
        ("groups", map(groups.collect())),
        ("files", map(files)),
        ("free", spec.free.map(Tree::plain)),
        ("read_only", paths(&spec.read_only)),
        ("mounts", paths(&spec.mounts)),
        ("immutable", paths(&spec.immutable)),
        ("commands", map(commands)),
        ("http", map(http)),
        ("services", map(services.collect())),
        (
            "faults",
            (!spec.faults.is_empty()).then(|| Tree::List(spec.faults.iter().map(fault).collect())),
        ),
    ])
}

fn paths(paths: &BTreeSet<PathBuf>) -> Option<Tree> {
    let paths: Vec<Tree> = paths.iter().map(|path| Tree::text(shown(path))).collect();
    (!paths.is_empty()).then(|| Tree::List(paths).flow())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Bytes as text; what is no text is lost.
fn bytes(what: &str, bytes: &[u8], lost: &mut Vec<String>) -> Tree {
    match std::str::from_utf8(bytes) {
        Ok(text) => Tree::text(text),
        Err(_) => {
            lost.push(format!("world: {what} is not text, and saved empty"));
            Tree::text("")
        }
    }
}

fn user(user: &UserSpec) -> Tree {
    let groups = user.groups.iter().map(Tree::text).collect::<Vec<_>>();
    Tree::some([
        ("uid", Some(Tree::plain(user.uid))),
        ("gid", user.gid.map(Tree::plain)),
        ("groups", (!groups.is_empty()).then_some(Tree::List(groups))),
        (
            "home",
            user.home.as_ref().map(|path| Tree::text(shown(path))),
        ),
    ])
    .flow()
}

fn mode(bits: u32) -> Tree {
    Tree::Plain(format!("{bits:04o}"))
}

fn file(path: &Path, file: &FileSpec, lost: &mut Vec<String>) -> Tree {
    let yes = || Tree::plain(true);
    let body = match &file.what {
        FileBody::File(content) => ("content", bytes(&shown(path), content, lost)),
        FileBody::Dir => ("dir", yes()),
        FileBody::Link(to) => ("link", Tree::text(shown(to))),
        FileBody::HardLink(to) => ("hardlink", Tree::text(shown(to))),
        FileBody::Other => ("other", yes()),
        FileBody::Absent => ("absent", yes()),
    };
    Tree::some([
        (body.0, Some(body.1)),
        ("mode", file.mode.map(mode)),
        ("owner", file.owner.as_ref().map(Tree::text)),
        ("group", file.group.as_ref().map(Tree::text)),
    ])
}

fn answer(line: &str, answer: &Answer, lost: &mut Vec<String>) -> Tree {
    let mut text = |what: &str, content: &[u8]| {
        (!content.is_empty()).then(|| bytes(&format!("`{line}` {what}"), content, lost))
    };
    let (stdout, stderr) = (
        text("stdout", &answer.stdout),
        text("stderr", &answer.stderr),
    );
    let mut tree = vec![("status".to_owned(), Tree::plain(answer.status))];
    let mut put = |key: &str, value: Option<Tree>| tree.extend(value.map(|v| (key.to_owned(), v)));
    put("stdout", stdout);
    put("stderr", stderr);
    put("duration", some_time(answer.duration).map(Tree::Plain));
    put("partial", answer.partial.then(|| Tree::plain(true)));
    for (word, effects) in by_word(line, &answer.effects, lost) {
        if tree.iter().any(|(key, _)| key == word) {
            lost.push(format!(
                "world: `{line}` does things in an order that a file cannot say"
            ));
            continue;
        }
        tree.push((word.to_owned(), effects));
    }
    Tree::Map(tree)
}

/// Effects in order, those of one word that follow each other together.
fn by_word(line: &str, effects: &[Effect], lost: &mut Vec<String>) -> Vec<(&'static str, Tree)> {
    let mut out: Vec<(&'static str, Tree)> = Vec::new();
    for effect in effects {
        let (word, one) = match effect {
            Effect::Write(path, content, bits) => {
                let content = bytes(&format!("`{line}` {}", shown(path)), content, lost);
                let tree = match bits {
                    Some(bits) => {
                        Tree::some([("content", Some(content)), ("mode", Some(mode(*bits)))]).flow()
                    }
                    None => content,
                };
                ("writes", Tree::Map(vec![(shown(path), tree)]))
            }
            Effect::Append(path, content) => {
                let content = bytes(&format!("`{line}` {}", shown(path)), content, lost);
                ("appends", Tree::Map(vec![(shown(path), content)]))
            }
            Effect::MakeDir(path) => ("makes", Tree::List(vec![Tree::text(shown(path))])),
            Effect::Remove(path) => ("removes", Tree::List(vec![Tree::text(shown(path))])),
            Effect::Service(unit, state) => {
                if unit.session {
                    lost.push(format!("world: that {} is the user's own unit", unit.name));
                }
                let entry = (unit.name.clone(), self::state(state));
                ("svc", Tree::Map(vec![entry]))
            }
        };
        match (out.last_mut(), one) {
            (Some((last, Tree::List(all))), Tree::List(more)) if *last == word => all.extend(more),
            (Some((last, Tree::Map(all))), Tree::Map(more)) if *last == word => all.extend(more),
            (_, one) => out.push((word, one)),
        }
    }
    out
}

fn page(url: &str, page: &Page, lost: &mut Vec<String>) -> Tree {
    let headers = page
        .headers
        .iter()
        .map(|(name, text)| (name.clone(), Tree::text(text)));
    let headers: Vec<(String, Tree)> = headers.collect();
    let fault = page
        .fault
        .and_then(|fault| NET_FAULTS.iter().find(|(_, one)| *one == fault));
    Tree::some([
        ("status", Some(Tree::plain(page.status))),
        (
            "body",
            (!page.body.is_empty()).then(|| bytes(url, &page.body, lost)),
        ),
        (
            "headers",
            (!headers.is_empty()).then_some(Tree::Map(headers)),
        ),
        ("duration", some_time(page.duration).map(Tree::Plain)),
        ("fault", fault.map(|(word, _)| Tree::text(word))),
    ])
}

/// The word of a value in a table of them.
fn word_of<T: PartialEq>(words: &[(&str, T)], value: &T) -> Option<Tree> {
    words
        .iter()
        .find(|(_, one)| one == value)
        .map(|(word, _)| Tree::text(word))
}

fn state(state: &Active) -> Tree {
    match state {
        Active::Failed(result, status) => Tree::some([
            ("failed", Some(Tree::text(result))),
            ("status", Some(Tree::plain(status))),
        ])
        .flow(),
        other => word_of(STATES, other).unwrap_or(Tree::text("stopped")),
    }
}

fn service(unit: &Unit, spec: &UnitSpec) -> Tree {
    let usual = UnitSpec::default();
    let one = |key: &'static str, value: Tree| Tree::Map(vec![(key.to_owned(), value)]).flow();
    let starts = match &spec.starts {
        Starts::Well => None,
        Starts::Fails(status) => Some(one("fails", Tree::plain(status))),
        Starts::Dies(status) => Some(one("dies", Tree::plain(status))),
        Starts::TimesOut(span) => Some(one("times_out", Tree::Plain(span.to_string()))),
    };
    let broken = match &spec.load {
        Load::Broken(why) => Some(Tree::text(why)),
        _ => None,
    };
    let load = (spec.load != usual.load)
        .then(|| word_of(LOADS, &spec.load))
        .flatten();
    let lines = spec
        .log
        .iter()
        .flatten()
        .map(Tree::text)
        .collect::<Vec<_>>();
    Tree::some([
        ("session", unit.session.then(|| Tree::plain(true))),
        ("state", Some(state(&spec.active))),
        ("load", load),
        ("broken", broken),
        ("startup", word_of(STARTUPS, &spec.startup)),
        ("can_reload", (!spec.can_reload).then(|| Tree::plain(false))),
        ("stale", spec.stale.then(|| Tree::plain(true))),
        ("outdated", spec.outdated.then(|| Tree::plain(true))),
        ("starts", starts),
        ("duration", some_time(spec.duration).map(Tree::Plain)),
        ("journal", spec.log.is_none().then(|| Tree::plain(false))),
        ("log", (!lines.is_empty()).then_some(Tree::List(lines))),
    ])
}

fn fault(rule: &FaultRule) -> Tree {
    Tree::some([
        ("call", Some(Tree::text(&rule.call))),
        ("on", Some(Tree::text(&rule.on))),
        ("after", (rule.after != 0).then(|| Tree::plain(rule.after))),
        ("times", (rule.times != 1).then(|| Tree::plain(rule.times))),
        ("what", word_of(FAULTS, &rule.what)),
    ])
    .flow()
}
