//! What stands where: the top of the repository, stories and their snapshots, and no trace of the machine it was written on.

use super::scan::{files, read, top};
use std::collections::BTreeSet;

/// All that the top of the repository holds.
const TOP: &[&str] = &[
    ".ci",
    ".git",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "benches",
    "fuzz",
    "scenarios",
    "snapshots",
    "src",
    "target",
    "tests",
];

#[test]
fn the_top_holds_what_the_design_names() {
    let entries = std::fs::read_dir(top()).expect("the top can be listed");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let odd = odd_at_the_top(names.map(|name| name.to_string_lossy().into_owned()));
    assert!(odd.is_empty(), "not at the top: {odd:?}");
}

fn odd_at_the_top(names: impl Iterator<Item = String>) -> Vec<String> {
    names.filter(|name| !TOP.contains(&name.as_str())).collect()
}

#[test]
fn what_stands_where_it_should_not_is_found() {
    let names = ["src", "notes.txt", "README.md", "Src"].map(str::to_owned);
    assert_eq!(odd_at_the_top(names.into_iter()), ["notes.txt", "Src"]);
    let [root, home, users] =
        [["/ro", "ot/"], ["/ho", "me/"], ["/Use", "rs/"]].map(|parts| parts.concat());
    for (line, home, found) in [
        (format!("see {root}.cargo"), &root, true),
        (format!("see {root}x"), &root, true),
        (format!("at \"{home}bob/src\""), &home, true),
        (format!("({users}bob)"), &users, true),
        (format!("at {home}ada/src"), &home, false),
        (format!("chroot{root}x"), &root, false),
        ("nothing".to_owned(), &home, false),
    ] {
        assert_eq!(names_home(&line, home), found, "{line}");
    }
    let registry = ["[sour", "ce.crates-io]"].concat();
    assert!(names_registry("Cargo.toml", &registry) && names_registry(".ci/run", &registry));
    assert!(names_registry(
        "Cargo.lock",
        "source = \"registry+https://else.where/index\""
    ));
    assert!(!names_registry("Cargo.lock", "name = \"source\""));
    assert!(!names_registry("Cargo.toml", "serde = \"1\""));
}

/// Stories are all files of scenarios but graphs that stories use.
fn stories() -> BTreeSet<String> {
    let all = files("scenarios", &[".yaml"]).into_iter();
    all.filter(|path| !path.starts_with("scenarios/graphs/"))
        .map(|path| stem(&path, "scenarios/", ".yaml"))
        .collect()
}

fn stem(path: &str, folder: &str, ending: &str) -> String {
    let path = path.trim_start_matches(folder);
    path.trim_end_matches(ending).to_owned()
}

#[test]
fn every_story_has_its_snapshot_and_every_snapshot_its_story() {
    let stories = stories();
    let snapshots: BTreeSet<String> = files("snapshots", &[".snap"])
        .into_iter()
        .filter(|path| is_of_a_story(path))
        .map(|path| stem(&path, "snapshots/", ".snap"))
        .collect();
    let bare: Vec<_> = stories.difference(&snapshots).collect();
    let orphans: Vec<_> = snapshots.difference(&stories).collect();
    println!("{} stories, {} snapshots", stories.len(), snapshots.len());
    assert!(bare.is_empty(), "stories without a snapshot: {bare:?}");
    assert!(orphans.is_empty(), "snapshots without a story: {orphans:?}");
    let new = files("snapshots", &[".snap.new"]);
    assert!(
        new.is_empty(),
        "snapshots that nobody has accepted: {new:?}"
    );
}

/// Snapshots of tests say which file of Rust made them; those of stories name no such file.
fn is_of_a_story(path: &str) -> bool {
    let text = read(path);
    let head = text.split("\n---\n").next().unwrap_or_default();
    !head
        .lines()
        .any(|line| line.starts_with("source:") && line.trim_end().ends_with(".rs"))
}

#[test]
fn every_kind_has_a_story() {
    let without: Vec<&str> = weft::kind::KINDS
        .iter()
        .map(|kind| kind.schema().kind)
        .filter(|name| {
            let told = |story: &String| {
                let base = story.rsplit('/').next().unwrap_or(story);
                base == *name || base.starts_with(&format!("{name}-"))
            };
            !stories().iter().any(told)
        })
        .collect();
    assert!(without.is_empty(), "kinds without a story: {without:?}");
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    let homes = [["/ro", "ot/"], ["/ho", "me/"], ["/Use", "rs/"]].map(|parts| parts.concat());
    let own = ["src", "tests", "benches", "scenarios", "snapshots", ".ci"];
    let mut paths: Vec<String> = own.iter().flat_map(|dir| files(dir, &[""])).collect();
    paths.extend(["Cargo.toml".to_owned(), "Cargo.lock".to_owned()]);
    let mut wrong = Vec::new();
    for path in paths {
        let text = read(&path);
        for (number, line) in text.lines().enumerate() {
            if homes.iter().any(|home| names_home(line, home)) || names_registry(&path, line) {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "homes and registries:\n{}",
        wrong.join("\n")
    );
}

/// A made-up user's home in a made-up machine is no one's.
fn names_home(line: &str, home: &str) -> bool {
    const MADE_UP: &[&str] = &["ada", "me", "user", "web", "deploy", "NAME"];
    line.match_indices(home).any(|(at, _)| {
        let rest = &line[at + home.len()..];
        let user = rest
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default();
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-".contains(c))
            && !MADE_UP.contains(&user)
    })
}

/// Crates come from the public index, by its name in the lock file and by no address anywhere else.
fn names_registry(path: &str, line: &str) -> bool {
    if path == "Cargo.lock" {
        let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        return line.starts_with("source = ") && line != public;
    }
    let registry = ["[sour", "ce."].concat();
    let index = ["registry-in", "dex"].concat();
    line.contains(&registry) || line.contains(&index)
}
