//! Snapshots, in insta's file form, so that its review tool reads them.

use std::path::{Path, PathBuf};

use super::files;

/// Where a story's snapshot is: below the nearest `snapshots`, under the story's own path without its first folder and with
/// `.snap` for its ending.
pub fn snapshot_path(base: &Path, story: &Path) -> PathBuf {
    let (home, inside) = files::nearest_snapshots(base, story);
    let mut parts = inside.components();
    if parts.clone().count() > 1 {
        parts.next();
    }
    home.join("snapshots")
        .join(parts.as_path())
        .with_extension("snap")
}

/// A snapshot's file: what it is of, then the text.
pub fn snapshot_text(base: &Path, story: &Path, trace: &str) -> String {
    let (_, inside) = files::nearest_snapshots(base, story);
    format!(
        "---\nsource: {}\nexpression: trace\n---\n{}\n",
        scalar(&inside.to_string_lossy()),
        trace.trim_end()
    )
}

/// A path in a snapshot's head, quoted where insta quotes it too.
fn scalar(path: &str) -> String {
    let odd = |c: char| ":{}[],#`\"'\\".contains(c) || c.is_control();
    let plain = !path.starts_with(|c| "&*?|-<>=!%@ ".contains(c)) && !path.ends_with(' ');
    match plain && !path.is_empty() && !path.contains(odd) {
        true => path.to_owned(),
        false => serde_json::Value::from(path).to_string(),
    }
}

/// The path that was written so.
fn unquoted(scalar: &str) -> String {
    match serde_json::from_str(scalar) {
        Ok(serde_json::Value::String(path)) => path,
        _ => scalar.to_owned(),
    }
}

/// What a snapshot's file holds: the story that it is of, and the text.
pub fn snapshot_of(file: &str) -> (Option<String>, &str) {
    let Some((head, text)) = file
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
    else {
        return (None, file.trim_end());
    };
    let source = head.lines().find_map(|line| line.strip_prefix("source: "));
    (source.map(unquoted), text.trim_end())
}

/// Snapshots that belong to no story, in the directories that belong to these stories: theirs is gone, they are called
/// otherwise than its snapshot is, or they name none. Those of a program's own tests are none of ours.
pub(super) fn orphans(base: &Path, stories: &[PathBuf]) -> Vec<PathBuf> {
    let homes = stories
        .iter()
        .map(|story| files::nearest_snapshots(base, story).0);
    let homes: std::collections::BTreeSet<PathBuf> = homes.collect();
    let mut orphans = Vec::new();
    for home in homes {
        for snapshot in files::snapshots_in(&home.join("snapshots")) {
            let text = files::read(&snapshot).unwrap_or_default();
            let source = snapshot_of(&text).0.unwrap_or_default();
            let story = Path::new(&source);
            let is_its =
                files::exists(&home.join(story)) && snapshot_path(&home, story) == snapshot;
            let known = source.ends_with(".rs") || (files::is_story(story) && is_its);
            if !known {
                orphans.push(snapshot);
            }
        }
    }
    orphans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for name in ["x.yaml", "-x: \"1\" #2.yaml", "it's.yaml", "a b.yaml"] {
            let story = Path::new("/nowhere/a").join(name);
            let text = snapshot_text(Path::new("/nowhere"), &story, "one\ntwo\n");
            let (source, trace) = snapshot_of(&text);
            assert_eq!(source.as_deref(), Some(name));
            assert_eq!(trace, "one\ntwo");
        }
        assert_eq!(snapshot_of("no head\n"), (None, "no head"));
    }
}
