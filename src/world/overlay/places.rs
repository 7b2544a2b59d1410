//! Something for each of many places, ordered so that all below a place stand right behind it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};

/// Values by place. Each call costs as much as what it gives or takes, not as much as there is.
pub(super) struct Places<T> {
    map: BTreeMap<PathBuf, T>,
    /// How many places were stepped on.
    #[cfg(test)]
    pub steps: std::sync::atomic::AtomicUsize,
}

impl<T> Places<T> {
    pub fn new() -> Places<T> {
        Places {
            map: BTreeMap::new(),
            #[cfg(test)]
            steps: std::sync::atomic::AtomicUsize::new(0),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    pub fn get(&self, at: &Path) -> Option<&T> {
        self.map.get(at)
    }

    pub fn insert(&mut self, at: PathBuf, value: T) {
        self.map.insert(at, value);
    }

    pub fn remove(&mut self, at: &Path) -> Option<T> {
        self.map.remove(at)
    }

    /// All places, in order.
    pub fn keys(&self) -> impl Iterator<Item = &PathBuf> {
        self.map.keys()
    }

    /// Removes a place and all below it.
    pub fn remove_all(&mut self, at: &Path) {
        self.map.remove(at);
        while let Some(below) = self.first(Bound::Excluded(at)).map(|found| found.0) {
            if !below.starts_with(at) {
                break;
            }
            let below = below.to_owned();
            self.map.remove(&below);
        }
    }

    /// What is right below a place, by name; what is further below is jumped over.
    pub fn children<'p>(&'p self, at: &'p Path) -> impl Iterator<Item = (&'p Path, &'p T)> {
        let mut past: Option<PathBuf> = None;
        std::iter::from_fn(move || {
            loop {
                let from = past.as_deref().map_or(Bound::Excluded(at), Bound::Included);
                let (found, value) = self.first(from)?;
                let name = found.strip_prefix(at).ok()?.components().next()?;
                // No name holds a zero byte, so this stands behind all below the child, and before the next one.
                let mut end = name.as_os_str().to_owned();
                end.push("\0");
                past = Some(at.join(end));
                if found.parent() == Some(at) {
                    return Some((found, value));
                }
            }
        })
    }

    fn first(&self, from: Bound<&Path>) -> Option<(&Path, &T)> {
        #[cfg(test)]
        self.steps
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut found = self.map.range::<Path, _>((from, Bound::Unbounded));
        found.next().map(|(path, value)| (path.as_path(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    fn places(paths: &[&str]) -> Places<()> {
        let mut places = Places::new();
        for path in paths {
            places.insert(path.into(), ());
        }
        places
    }

    fn children(places: &Places<()>, at: &str) -> Vec<String> {
        let found = places.children(Path::new(at));
        found.map(|(path, ())| path.display().to_string()).collect()
    }

    #[test]
    fn children_are_what_is_right_below() {
        let all = [
            "/", "/a", "/a/b", "/a/b/c", "/a/b-c", "/a/b.c", "/a/d/e", "/a/d/e/f", "/a/g", "/a-b",
            "/b/c",
        ];
        let places = places(&all);
        assert_eq!(
            children(&places, "/a"),
            ["/a/b", "/a/b-c", "/a/b.c", "/a/g"]
        );
        assert_eq!(children(&places, "/"), ["/a", "/a-b"]);
        assert_eq!(children(&places, "/a/d"), ["/a/d/e"]);
        assert_eq!(children(&places, "/b/c"), [""; 0]);
        assert_eq!(children(&places, "/none"), [""; 0]);
    }

    #[test]
    fn what_is_removed_takes_all_below_with_it_and_nothing_else() {
        let mut places = places(&["/a", "/a/b", "/a/b/c", "/a-b", "/a.b/c", "/b"]);
        places.remove_all(Path::new("/a"));
        let left: Vec<_> = places.keys().collect();
        assert_eq!(left, ["/a-b", "/a.b/c", "/b"].map(Path::new));
    }

    #[test]
    fn what_is_further_below_costs_nothing() {
        let mut places = places(&[]);
        for n in 0..1000 {
            places.insert(format!("/a/b/{n}").into(), ());
        }
        places.insert("/a/c".into(), ());
        assert_eq!(children(&places, "/a"), ["/a/c"]);
        assert!(places.steps.load(Ordering::Relaxed) <= 3);
    }
}
