//! A path as something to act on: an opened directory and a name in it, so that nobody can exchange the way to it
//! half way; and the kernel's errors as [`Fault`]s.

use super::sys::{HANDLE, open_in_root};
use crate::world::Fault;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

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
    pub fn to_read(root: Option<&Path>, path: &'a Path) -> Result<Place<'a>, Fault> {
        absolute(path)?;
        match root {
            None => Ok(Place {
                dir: None,
                name: without_slash(path),
                path,
            }),
            Some(root) => Place::below(Some(root), path).map_err(|errno| match errno {
                Errno::NOENT => Fault::NotFound(path.to_owned()),
                other => parent_fault(path, other),
            }),
        }
    }

    /// To change: its directory is opened, and must be there.
    pub fn to_change(root: Option<&Path>, path: &'a Path) -> Result<Place<'a>, Fault> {
        absolute(path)?;
        if path.parent().is_none() {
            return Err(Fault::Busy(path.to_owned()));
        }
        Place::below(root, path).map_err(|errno| parent_fault(path, errno))
    }

    fn below(root: Option<&Path>, path: &'a Path) -> Result<Place<'a>, Errno> {
        let (parent, name) = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => (parent, Path::new(name)),
            _ => (path, Path::new(".")),
        };
        Ok(Place {
            dir: Some(open_dir(root, parent)?),
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

fn open_dir(root: Option<&Path>, path: &Path) -> Result<OwnedFd, Errno> {
    let flags = HANDLE | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Some(root) = root else {
        return rustix::fs::openat(CWD, path, flags, Mode::empty());
    };
    let root = rustix::fs::openat(CWD, root, flags, Mode::empty())?;
    let inside = path.strip_prefix("/").unwrap_or(path);
    let inside = if inside.as_os_str().is_empty() {
        Path::new(".")
    } else {
        inside
    };
    open_in_root(root, inside, flags)
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
