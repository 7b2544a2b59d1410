//! Paths as several kinds write and follow them.

use super::Failure;
use crate::world::{Look, Node, Stat};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// How many links are followed before a path counts as a loop: what Linux follows.
pub(super) const LINKS: usize = 40;

/// Whether a path is absolute and says what it means: no `.`, no `..`, no doubled slash. One trailing slash may stand.
/// Says what is wrong, and what to write.
pub(super) fn well_formed(path: &Path) -> Result<(), String> {
    let Some(text) = path.to_str() else {
        return Err("is no UTF-8 text".to_owned());
    };
    let shown = crate::value::quote(text);
    if !text.starts_with('/') {
        return Err(format!(
            "expected an absolute path (it starts with `/`), found {shown}"
        ));
    }
    if text.contains('\0') {
        return Err(format!("{shown} holds a zero byte, which no path can"));
    }
    let inner = text[1..].strip_suffix('/').unwrap_or(&text[1..]);
    let odd = |part: &str| matches!(part, "" | "." | "..");
    if (text.len() > 1 && inner.is_empty()) || (!inner.is_empty() && inner.split('/').any(odd)) {
        let plain = normal(path);
        return Err(format!(
            "expected a path without `.`, `..` and doubled slashes, found {shown}: write {}",
            plain.display()
        ));
    }
    Ok(())
}

/// The same path with `.`, `..` and doubled slashes resolved in the text.
fn normal(path: &Path) -> PathBuf {
    let mut plain = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::ParentDir => {
                plain.pop();
            }
            _ => {}
        }
    }
    plain
}

/// Where a path leads, every link in it followed. `visit` sees all that stands on the way, the links among them, in order, and where;
/// below something that is missing the rest of the path is taken as it is.
pub(super) fn resolve(
    look: &dyn Look,
    path: &Path,
    mut visit: impl FnMut(&Path, &Stat),
) -> Result<PathBuf, Failure> {
    let mut here = PathBuf::from("/");
    let mut links = 0;
    let mut rest: Vec<OsString> = reversed(path);
    if let Some(stat) = look.stat(&here)? {
        visit(&here, &stat);
    }
    while let Some(part) = rest.pop() {
        if part == ".." {
            here.pop();
            continue;
        }
        let next = here.join(&part);
        let stat = look.stat(&next)?;
        if let Some(stat) = &stat {
            visit(&next, stat);
        }
        if stat.is_none_or(|stat| stat.what != Node::Link) {
            here = next;
            continue;
        }
        links += 1;
        if links > LINKS {
            let shown = path.display();
            return Err(Failure::new(format!(
                "{shown}: its links go round in a circle"
            )));
        }
        let target = look.read_link(&next)?;
        if target.is_absolute() {
            here = PathBuf::from("/");
        }
        rest.extend(reversed(&target));
    }
    Ok(here)
}

/// The parts of a path, the last one first.
fn reversed(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev();
    parts
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .map(|part| part.as_os_str().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_in_one_way_only() {
        for good in ["/", "/etc", "/etc/", "/etc/a.b", "/..a/b"] {
            assert_eq!(well_formed(Path::new(good)), Ok(()), "{good}");
        }
        for (bad, hint) in [
            ("etc/motd", "absolute"),
            ("", "absolute"),
            ("//etc", "write /etc"),
            ("/etc//a", "write /etc/a"),
            ("//", "write /"),
            ("/etc/../motd", "write /motd"),
            ("/etc/.", "write /etc"),
            ("/a\0b", "zero byte"),
        ] {
            let found = well_formed(Path::new(bad)).err().unwrap_or_default();
            assert!(found.contains(hint), "{bad}: {found}");
        }
    }
}
