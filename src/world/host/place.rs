//! A path as something to act on: an opened directory and a name in it, so that nobody can exchange the way to it
//! half way; and the kernel's errors as [`Fault`]s.

use super::sys::{self, HANDLE, open_in_root, open_straight};
use crate::world::rules::Way;
use crate::world::{Fault, Node};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;
use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

/// Where something stands or shall stand.
pub(super) struct Place<'a> {
    /// The directory above, opened; `None` where one call with the whole path does (reading, without an image).
    dir: Option<OwnedFd>,
    /// The name in it, or the whole path.
    pub name: Cow<'a, Path>,
    /// What errors call it.
    pub path: &'a Path,
}

impl<'a> Place<'a> {
    /// To look at, in as few system calls as possible.
    pub fn to_read(root: Option<&Path>, way: Way, path: &'a Path) -> Result<Place<'a>, Fault> {
        absolute(path)?;
        if (root, way) == (None, Way::Led) {
            return Ok(Place {
                dir: None,
                name: without_slash(path),
                path,
            });
        }
        Place::below(root, way, path).map_err(|fault| match fault {
            Fault::NoParent(path) => Fault::NotFound(path),
            Fault::NotDir(_) => Fault::NotDir(path.to_owned()),
            other => other,
        })
    }

    /// To change: its directory is opened, and must be there. No link leads to it.
    pub fn to_change(root: Option<&Path>, path: &'a Path) -> Result<Place<'a>, Fault> {
        absolute(path)?;
        if path.parent().is_none() {
            return Err(Fault::Busy(path.to_owned()));
        }
        Place::below(root, Way::Straight, path)
    }

    fn below(root: Option<&Path>, way: Way, path: &'a Path) -> Result<Place<'a>, Fault> {
        let (parent, name) = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => (parent, Path::new(name)),
            _ => (path, Path::new(".")),
        };
        let led = |errno| parent_fault(path, errno);
        let dir = match way {
            Way::Led => open_dir(root, parent).map_err(led)?,
            Way::Straight => open_dir_straight(root, parent, path)?,
        };
        Ok(Place {
            dir: Some(dir),
            name: Cow::Borrowed(name),
            path,
        })
    }

    /// Another name in the same opened directory; `path` is what errors call it.
    pub fn beside<'b>(&self, path: &'b Path) -> Result<Place<'b>, Fault> {
        let dir = match &self.dir {
            Some(dir) => Some(dir.try_clone().map_err(|error| {
                let errno = Errno::from_io_error(&error).unwrap_or(Errno::MFILE);
                fault(path, errno)
            })?),
            None => None,
        };
        Ok(Place {
            dir,
            name: Cow::Borrowed(path.file_name().map_or(Path::new(""), Path::new)),
            path,
        })
    }

    /// The directory that it stands in.
    pub fn holder(&self) -> Result<Place<'a>, Fault> {
        let above = self.path.parent().unwrap_or(self.path);
        Ok(Place {
            name: Cow::Borrowed(Path::new(".")),
            ..self.beside(above)?
        })
    }

    /// The directory that [`Place::name`] is to be read in.
    pub fn dir(&self) -> BorrowedFd<'_> {
        self.dir.as_ref().map_or(CWD, AsFd::as_fd)
    }

    /// The real path of a name beside it, for calls and commands that take nothing else.
    pub fn real(&self, name: &Path) -> Result<PathBuf, Fault> {
        use rustix::fd::AsRawFd;
        let Some(dir) = &self.dir else {
            return Ok(name.to_owned());
        };
        let link = format!("/proc/self/fd/{}", dir.as_raw_fd());
        match rustix::fs::readlink(&link, Vec::new()) {
            Ok(dir) => {
                use std::os::unix::ffi::OsStringExt;
                let dir = std::ffi::OsString::from_vec(dir.into_bytes());
                Ok(Path::new(&dir).join(name))
            }
            // Without /proc the path as it was given is the best that there is.
            Err(_) => Ok(self.path.with_file_name(name)),
        }
    }

    /// Makes the directory's entries last.
    pub fn sync(&self) -> Result<(), Fault> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let synced = rustix::fs::openat(self.dir(), ".", flags, Mode::empty())
            .and_then(|dir| rustix::fs::fsync(&dir));
        match synced {
            // Some file systems sync no directories, and one that may be written but not read cannot be opened.
            Ok(()) | Err(Errno::INVAL | Errno::ACCESS) => Ok(()),
            Err(errno) => Err(Fault::Io(
                self.path.to_owned(),
                format!(
                    "is changed, but its directory could not be synced: {}",
                    say(errno)
                ),
            )),
        }
    }

    /// An error of a call about this place.
    pub fn fault(&self, errno: Errno) -> Fault {
        fault(self.path, errno)
    }
}

/// The kernel follows a link before a trailing slash, which here means nothing.
fn without_slash(path: &Path) -> Cow<'_, Path> {
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        Cow::Owned(path.components().collect())
    } else {
        Cow::Borrowed(path)
    }
}

fn absolute(path: &Path) -> Result<(), Fault> {
    if path.is_absolute() {
        return Ok(());
    }
    let why = "expected an absolute path".to_owned();
    Err(Fault::Io(path.to_owned(), why))
}

/// How a directory is opened to act in it.
const DIRECTORY: OFlags = HANDLE.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

fn open_dir(root: Option<&Path>, path: &Path) -> Result<OwnedFd, Errno> {
    let Some(root) = root else {
        return rustix::fs::openat(CWD, path, DIRECTORY, Mode::empty());
    };
    let root = rustix::fs::openat(CWD, root, DIRECTORY, Mode::empty())?;
    open_in_root(root, inside(path), DIRECTORY)
}

/// The same path from the directory that stands for `/`.
fn inside(path: &Path) -> &Path {
    match path.strip_prefix("/") {
        Ok(inside) if !inside.as_os_str().is_empty() => inside,
        _ => Path::new("."),
    }
}

/// Opens a directory through directories only. `whole` is what errors call it.
fn open_dir_straight(root: Option<&Path>, path: &Path, whole: &Path) -> Result<OwnedFd, Fault> {
    let led = |errno| parent_fault(whole, errno);
    let image = root
        .map(|root| rustix::fs::openat(CWD, root, DIRECTORY, Mode::empty()))
        .transpose()
        .map_err(led)?;
    let at_once = match &image {
        Some(image) => open_straight(Some(image.as_fd()), inside(path), DIRECTORY),
        None => open_straight(None, path, DIRECTORY),
    };
    match at_once {
        // Which link it is, the steps tell; and not every kernel knows the one call.
        Err(Errno::LOOP | Errno::NOSYS | Errno::PERM | Errno::INVAL) => {
            step_by_step(image, path, whole)
        }
        opened => opened.map_err(led),
    }
}

/// The same by one call for each directory on the way.
fn step_by_step(image: Option<OwnedFd>, path: &Path, whole: &Path) -> Result<OwnedFd, Fault> {
    let led = |errno| parent_fault(whole, errno);
    let mut dir = match image {
        Some(image) => image,
        None => rustix::fs::openat(CWD, "/", DIRECTORY, Mode::empty()).map_err(led)?,
    };
    let mut here = PathBuf::from("/");
    for part in path.components() {
        let Component::Normal(name) = part else {
            continue;
        };
        here.push(name);
        dir = match rustix::fs::openat(&dir, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(next) => next,
            Err(Errno::NOTDIR | Errno::LOOP) if is_link(dir.as_fd(), name) => {
                return Err(Fault::Link(whole.to_owned(), here));
            }
            Err(errno) => return Err(led(errno)),
        };
    }
    Ok(dir)
}

fn is_link(dir: BorrowedFd<'_>, name: &std::ffi::OsStr) -> bool {
    let found = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW);
    found.is_ok_and(|found| sys::node(found.st_mode) == Node::Link)
}

fn parent_fault(path: &Path, errno: Errno) -> Fault {
    let parent = path.parent().unwrap_or(path).to_owned();
    match errno {
        Errno::NOENT => Fault::NoParent(path.to_owned()),
        Errno::NOTDIR => Fault::NotDir(parent),
        other => fault(path, other),
    }
}

/// The kernel's error about a path.
pub(super) fn fault(path: &Path, errno: Errno) -> Fault {
    let at = path.to_owned();
    match errno {
        Errno::NOENT => Fault::NotFound(at),
        Errno::EXIST => Fault::Exists(at),
        Errno::ACCESS | Errno::PERM => Fault::Denied(at, !rustix::process::geteuid().is_root()),
        Errno::NOTDIR => Fault::NotDir(at),
        Errno::ISDIR => Fault::IsDir(at),
        Errno::NOTEMPTY => Fault::NotEmpty(at),
        Errno::NOSPC | Errno::DQUOT => Fault::NoSpace(at),
        Errno::ROFS => Fault::ReadOnly(at),
        Errno::BUSY => Fault::Busy(at),
        Errno::LOOP => Fault::Io(
            at,
            "a symbolic link stands there, and is not followed".into(),
        ),
        other => Fault::Io(at, say(other)),
    }
}

/// The kernel's words, without the number that the standard library adds.
pub(super) fn say(errno: Errno) -> String {
    let text = std::io::Error::from(errno).to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// Where the kernel cannot open a path without links at once, the steps find the same.
    #[test]
    fn each_step_for_itself_comes_to_what_one_call_does() -> std::io::Result<()> {
        let name = format!("weft-place-steps-{}", std::process::id());
        let dir = std::env::temp_dir().canonicalize()?.join(name);
        std::fs::create_dir_all(dir.join("real/sub"))?;
        std::fs::write(dir.join("real/file"), "")?;
        symlink("real", dir.join("led"))?;
        symlink("nowhere", dir.join("real/broken"))?;
        let inode = |opened: OwnedFd| rustix::fs::fstat(opened).map(|stat| stat.st_ino).ok();
        for root in [None, Some(dir.as_path())] {
            let base = if root.is_some() { Path::new("/") } else { &dir };
            let at = |name: &str| base.join(name);
            for way in [
                "",
                "real",
                "real/sub",
                "real/file",
                "real/none",
                "led",
                "led/sub",
                "real/broken",
            ] {
                let (path, whole) = (at(way), at(way).join("x"));
                let image =
                    root.map(|root| rustix::fs::openat(CWD, root, DIRECTORY, Mode::empty()));
                let steps = step_by_step(image.transpose()?, &path, &whole).map(inode);
                let wanted = match way {
                    "real/none" => Err(Fault::NoParent(whole.clone())),
                    "real/file" => Err(Fault::NotDir(path.clone())),
                    "led" | "led/sub" => Err(Fault::Link(whole.clone(), at("led"))),
                    "real/broken" => Err(Fault::Link(whole.clone(), path.clone())),
                    _ => Ok(inode(rustix::fs::openat(
                        CWD,
                        dir.join(way),
                        DIRECTORY,
                        Mode::empty(),
                    )?)),
                };
                assert_eq!(steps, wanted, "{way}");
                let once = open_dir_straight(root, &path, &whole).map(inode);
                assert_eq!(once, wanted, "{way}");
            }
        }
        std::fs::remove_dir_all(&dir)
    }
}
