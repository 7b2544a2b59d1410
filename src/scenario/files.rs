//! The one place here that touches a disk: stories are found, snapshots read and written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Story files among these paths and patterns, in order of name, each once. A directory stands for all stories below it, but
/// for what is in a folder `graphs`, which other stories use. Errs with what is not there.
pub(super) fn collect(base: &Path, paths: &[String]) -> Result<Vec<PathBuf>, String> {
    let mut found = BTreeSet::new();
    for path in paths {
        if path.contains(['*', '?']) {
            let all = below(base, Path::new(fixed(path)));
            let hits = all.into_iter().filter(|hit| matches(path, &slashes(hit)));
            let before = found.len();
            found.extend(hits);
            if found.len() == before {
                return Err(format!("`{path}` matches no story"));
            }
            continue;
        }
        let at = plain(Path::new(path));
        if base.join(&at).is_dir() {
            found.extend(below(base, &at));
        } else if base.join(&at).is_file() {
            found.insert(at);
        } else {
            return Err(format!("there is no `{path}`"));
        }
    }
    Ok(found.into_iter().collect())
}

/// The story files below a directory.
fn below(base: &Path, at: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for name in names(&base.join(at)) {
        let path = plain(&at.join(&name));
        if base.join(&path).is_dir() {
            if name != "graphs" && !name.starts_with('.') {
                found.extend(below(base, &path));
            }
        } else if is_story(&path) {
            found.push(path);
        }
    }
    found
}

pub(super) fn is_story(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ext| ext == "yaml" || ext == "yml")
}

/// The names in a directory, in order; none if it cannot be read.
pub(super) fn names(dir: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// The folders of a pattern before the first one with a star.
fn fixed(pattern: &str) -> &str {
    let star = pattern.find(['*', '?']).unwrap_or(pattern.len());
    match pattern[..star].rfind('/') {
        Some(0) => "/",
        Some(slash) => &pattern[..slash],
        None => ".",
    }
}

/// `*` and `?` stand for anything within a folder, `**` for anything.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let mut tail = path.char_indices().map(|(i, _)| i).chain([path.len()]);
    match pattern.chars().next() {
        None => path.is_empty(),
        Some('*') if pattern.starts_with("**") => {
            let rest = pattern.trim_start_matches('*');
            let rest = rest.strip_prefix('/').unwrap_or(rest);
            tail.any(|i| matches(rest, &path[i..]))
        }
        Some('*') => tail
            .take_while(|i| !path[..*i].contains('/'))
            .any(|i| matches(&pattern[1..], &path[i..])),
        Some(c) => path.chars().next().is_some_and(|found| {
            (c == found || c == '?' && found != '/')
                && matches(&pattern[c.len_utf8()..], &path[found.len_utf8()..])
        }),
    }
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A path without `./`.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

/// The directory `snapshots` that is nearest at or above a story's own one, and the path of the story below the directory
/// that holds it.
pub(super) fn nearest_snapshots(base: &Path, story: &Path) -> (PathBuf, PathBuf) {
    let whole = base.join(story);
    let own = whole.parent().unwrap_or(base);
    let home = own
        .ancestors()
        .find(|dir| dir.join("snapshots").is_dir())
        .unwrap_or(own);
    let inside = whole.strip_prefix(home).unwrap_or(story);
    (home.to_owned(), inside.to_owned())
}

/// The text of a file; `None` if it is not there or cannot be read.
pub(super) fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

/// Writes a file, with the directories above it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir).map_err(told)?;
    }
    fs::write(path, text).map_err(told)
}

/// A file of one's own choice, empty, so that what cannot be written is known before it is worked for. No directory is made.
pub(super) fn begin(path: &Path) -> Result<(), String> {
    let shown = path.display();
    let above = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    if let Some(dir) = above.filter(|dir| !dir.is_dir()) {
        let dir = dir.display();
        return Err(format!(
            "{shown} cannot be written: there is no directory {dir}\n  hint: make it first, or name another file"
        ));
    }
    fs::write(path, "").map_err(|error| {
        format!("{shown} cannot be written: {error}\n  hint: name a file that can")
    })
}

/// Removes a file, if it is there.
pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Whether there is a file.
pub(super) fn exists(path: &Path) -> bool {
    path.is_file()
}

/// Every `.snap` below a directory, but for what other tests keep in `tui` and `language`.
pub(super) fn snapshots_in(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for name in names(dir) {
        let path = dir.join(&name);
        if path.is_dir() && name != "tui" && name != "language" {
            found.extend(snapshots_in(&path));
        } else if name.ends_with(".snap") {
            found.push(path);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{fixed, matches};

    #[test]
    fn patterns_stay_in_their_folder_unless_doubled() {
        for (pattern, path, hit) in [
            ("scenarios/*.yaml", "scenarios/a.yaml", true),
            ("scenarios/*.yaml", "scenarios/sub/a.yaml", false),
            ("scenarios/**/*.yaml", "scenarios/sub/a.yaml", true),
            ("scenarios/**/*.yaml", "scenarios/a.yaml", true),
            ("./scenarios/fi?e.yaml", "scenarios/file.yaml", true),
            ("scenarios/fi?e.yaml", "scenarios/fine/e.yaml", false),
            ("*/svc*", "scenarios/svc.yaml", true),
        ] {
            assert_eq!(matches(pattern, path), hit, "{pattern} {path}");
        }
        assert_eq!(fixed("a/b/*.yaml"), "a/b");
        assert_eq!(fixed("*.yaml"), ".");
    }
}
