//! What can go wrong in a world, said once for all of them.

use super::{Command, Lock};
use crate::time::Span;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What went wrong in a world, so that a kind can say it and a driver can sort it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// Nothing is there.
    #[error("{0}: no such file or directory")]
    NotFound(PathBuf),
    /// The directory above is not there.
    #[error("{0}: its directory does not exist")]
    NoParent(PathBuf),
    /// Something is there already.
    #[error("{0}: is there already")]
    Exists(PathBuf),
    /// No permission. The hint says whether root would have it.
    #[error("{0}: permission denied{root}", root = if *.1 { " (needs root)" } else { "" })]
    Denied(PathBuf, bool),
    /// A directory was needed.
    #[error("{0}: not a directory")]
    NotDir(PathBuf),
    /// A directory was found where a file was needed.
    #[error("{0}: is a directory")]
    IsDir(PathBuf),
    /// The directory holds something.
    #[error("{0}: directory not empty")]
    NotEmpty(PathBuf),
    /// No space, or over quota.
    #[error("{0}: no space left on the device")]
    NoSpace(PathBuf),
    /// A read-only place.
    #[error("{0}: read-only file system")]
    ReadOnly(PathBuf),
    /// An attribute keeps everybody from it, root too: what was to be changed, what has the attribute (that or its directory), and
    /// which.
    #[error("{0}: {why}", why = locked(.0, .1, *.2))]
    Locked(PathBuf, PathBuf, Lock),
    /// It is in a file system of the kernel's own, where nothing can be put in place: which.
    #[error(
        "{0}: is in the kernel's own {1}, where nothing can be made, replaced or removed; an exec can write to what is there"
    )]
    Kernel(PathBuf, &'static str),
    /// Cannot be replaced by a rename: a mount point, or another busy thing.
    #[error("{0}: is busy (a mount point?)")]
    Busy(PathBuf),
    /// More bytes than allowed: what it was, and the limit.
    #[error("{0}: larger than the limit of {1} bytes")]
    TooLarge(String, u64),
    /// No such user or group.
    #[error("there is no {0} `{1}`")]
    NoAccount(&'static str, String),
    /// It took too long, and was ended.
    #[error("timed out after {0}")]
    TimedOut(Span),
    /// It was ended because the run stops.
    #[error("cancelled")]
    Cancelled,
    /// Only applying can tell; who will know. Never from a host.
    #[error("known after {0}")]
    Unknown(Arc<str>),
    /// A command could not be started, or there is no answer to it.
    #[error("{0}")]
    Command(String),
    /// A validation refused new content: the program, its exit status, and its last lines.
    #[error("`{0}` refuses the new content with status {1}")]
    Refused(String, i32, Lines),
    /// The other side of a connection: what was asked for, and what happened.
    #[error("{0}: {1}")]
    Net(String, String),
    /// The service manager: what it said.
    #[error("{0}")]
    Service(String),
    /// This world cannot do this at all (no systemd, say): what, and what to do.
    #[error("{0}")]
    Unsupported(String),
    /// A link stands on the way, where the way was to lead through directories only: what was to be reached, and the link.
    #[error("{0}: {1} is a link now, and is not followed")]
    Link(PathBuf, PathBuf),
    /// Any other error, with what was being done.
    #[error("{0}: {1}")]
    Io(PathBuf, String),
}

/// Lines of a command's output. They may hold content, so neither `Debug` nor an error's text shows them; who shows them
/// masks them where there is a secret.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Lines(pub Vec<String>);

impl Lines {
    /// The last lines of an output, at most `count`; before them how many there are besides.
    pub fn last(output: &[u8], count: usize) -> Lines {
        let text = String::from_utf8_lossy(output);
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(count);
        let besides = match from {
            0 => None,
            1 => Some("… 1 line before".to_owned()),
            from => Some(format!("… {from} lines before")),
        };
        let last = lines[from..].iter().map(|&line| line.to_owned());
        Lines(besides.into_iter().chain(last).collect())
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lines({})", self.0.len())
    }
}

fn locked(path: &Path, at: &Path, lock: Lock) -> String {
    let (is, flag) = match lock {
        Lock::Append => ("append-only", 'a'),
        Lock::Free | Lock::Immutable => ("immutable", 'i'),
    };
    let what = if path == at { "is" } else { "its directory is" };
    format!(
        "{what} {is}, so nobody can change it, root neither, before `chattr -{flag} {}`",
        at.display()
    )
}

impl Fault {
    /// That a validation said no, with the last lines of what it said.
    pub fn refused(command: &Command, status: i32, said: &[u8]) -> Fault {
        let program = command.argv.first().cloned().unwrap_or_default();
        Fault::Refused(program, status, Lines::last(said, 10))
    }
}
