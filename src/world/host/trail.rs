//! The way to a path, as what has to be watched: each directory on it, and the one name in each that leads on.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// As many links as the kernel follows.
const LINKS: usize = 40;

/// What to watch for one path. All paths in it are physical: no link leads to any of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Trail {
    /// The directories to watch, the outermost first.
    pub dirs: Vec<PathBuf>,
    /// What in them matters: each step of the way, the links on it, and the end of it. The last may not be there.
    pub steps: BTreeSet<PathBuf>,
    /// Directories in which everything matters; for trees only.
    pub whole: BTreeSet<PathBuf>,
    /// What stands for `/`: links lead from there, and nothing leads out of it. Itself, or the directory of an image.
    pub base: PathBuf,
}

impl Trail {
    /// Of a path, as far as it goes, in the image at `root` if there is one. Links on the way and at its end are steps, and so is
    /// what they lead to.
    pub fn of_path(root: Option<&Path>, path: &Path) -> Trail {
        Trail::to(root, path).0
    }

    /// Of a directory and all directories below it; links below it are not followed.
    pub fn of_tree(root: Option<&Path>, path: &Path) -> Trail {
        let (mut trail, top) = Trail::to(root, path);
        let mut left: Vec<PathBuf> = top.into_iter().collect();
        while let Some(dir) = left.pop() {
            let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
            let below = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            left.extend(below.map(|entry| entry.path()));
            trail.dirs.push(dir.clone());
            trail.whole.insert(dir);
        }
        trail
    }

    /// What is called `path` where `base` stands for `/`.
    pub fn inner(&self, path: &Path) -> PathBuf {
        let inside = path.strip_prefix(&self.base).unwrap_or(path);
        Path::new("/").join(inside)
    }

    /// The trail, and the directory at its end if there is one. The way to an image is a part of it.
    fn to(root: Option<&Path>, path: &Path) -> (Trail, Option<PathBuf>) {
        let trail = Trail {
            base: PathBuf::from("/"),
            ..Trail::default()
        };
        let Some(root) = root else {
            return trail.follow(path);
        };
        let (mut trail, base) = trail.follow(root);
        match base {
            None => (trail, None),
            Some(base) => {
                trail.base = base;
                trail.follow(path)
            }
        }
    }

    fn follow(self, path: &Path) -> (Trail, Option<PathBuf>) {
        let mut trail = self;
        let mut here = trail.base.clone();
        let mut left: VecDeque<OsString> = names(path).collect();
        let mut links = 0;
        while let Some(name) = left.pop_front() {
            if name == ".." {
                if here != trail.base {
                    here.pop();
                }
                continue;
            }
            trail.enter(here.clone());
            let step = here.join(&name);
            trail.steps.insert(step.clone());
            let Ok(found) = std::fs::symlink_metadata(&step) else {
                return (trail, None);
            };
            if found.is_dir() {
                here = step;
            } else if found.is_symlink() && links < LINKS {
                links += 1;
                let target = std::fs::read_link(&step).unwrap_or_default();
                if target.is_absolute() {
                    here.clone_from(&trail.base);
                }
                for name in names(&target).collect::<Vec<_>>().into_iter().rev() {
                    left.push_front(name);
                }
            } else {
                return (trail, None);
            }
        }
        (trail, Some(here))
    }

    fn enter(&mut self, dir: PathBuf) {
        if !self.dirs.contains(&dir) {
            self.dirs.push(dir);
        }
    }
}

fn names(path: &Path) -> impl Iterator<Item = OsString> + '_ {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn paths<'a>(paths: impl IntoIterator<Item = &'a PathBuf>, below: &Path) -> Vec<String> {
        paths
            .into_iter()
            .filter_map(|path| path.strip_prefix(below).ok())
            .map(|path| path.display().to_string())
            .collect()
    }

    #[test]
    fn links_and_what_they_lead_to_are_steps() -> std::io::Result<()> {
        let top = std::env::temp_dir().join(format!("weft-trail-{}", std::process::id()));
        std::fs::create_dir_all(top.join("real/sub"))?;
        symlink("real", top.join("way"))?;
        symlink("../other/end", top.join("real/link"))?;
        let top = top.canonicalize()?;
        let trail = Trail::of_path(None, &top.join("way/link"));
        assert_eq!(paths(&trail.dirs, &top), ["", "real"]);
        let steps = ["", "other", "real", "real/link", "way"];
        assert_eq!(paths(&trail.steps, &top), steps);
        symlink("loop", top.join("loop"))?;
        let looped = ["", "loop"];
        assert_eq!(
            paths(&Trail::of_path(None, &top.join("loop")).steps, &top),
            looped
        );
        let tree = Trail::of_tree(None, &top.join("way"));
        assert_eq!(paths(&tree.whole, &top), ["real", "real/sub"]);
        std::fs::remove_dir_all(top)
    }

    #[test]
    fn in_an_image_links_lead_within_it() -> std::io::Result<()> {
        let top = std::env::temp_dir().join(format!("weft-image-trail-{}", std::process::id()));
        std::fs::create_dir_all(top.join("image/etc"))?;
        symlink("image", top.join("way"))?;
        symlink("/opt/conf", top.join("image/etc/absolute"))?;
        symlink("../../../opt/conf", top.join("image/etc/relative"))?;
        let top = top.canonicalize()?;
        for link in ["/etc/absolute", "/etc/relative"] {
            let trail = Trail::of_path(Some(&top.join("way")), Path::new(link));
            let steps = paths(&trail.steps, &top);
            assert!(steps.contains(&"image/opt".to_owned()), "{steps:?}");
            assert!(steps.contains(&"way".to_owned()), "{steps:?}");
            let inner = trail.inner(&top.join("image/etc/x"));
            assert_eq!(inner, Path::new("/etc/x"));
        }
        std::fs::remove_dir_all(top)
    }
}
