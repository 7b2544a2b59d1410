//! All state directories of this machine: listed, taken over, removed (rule P5).

use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::home::{About, Home, Waiting, fault, sync_parent};
use super::typed::{Edits, edits, move_edits};
use super::{Ledger, StoreFault};

/// A state directory, as `weft state` lists it.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    /// Its name below the state root.
    pub name: String,
    /// Whose it is; empty where there is no journal.
    pub about: About,
    /// What its files hold, in bytes.
    pub size: u64,
    /// How many passwords are kept in it.
    pub passwords: usize,
    /// What its journal comes to, or why it cannot be read.
    pub ledger: Result<Ledger, StoreFault>,
    /// The process that acts on it.
    pub holder: Option<u32>,
    /// What was typed there and not saved.
    pub edits: Vec<Edits>,
}

/// The names of all state directories below this root, in order; none where it cannot be read.
pub fn names(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// All state directories below this root, by name; none where there is no such directory.
pub fn list(root: &Path) -> Result<Vec<Listed>, StoreFault> {
    let entries = match std::fs::read_dir(root) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| fault(root, &error))?,
    };
    let mut all = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| fault(root, &error))?;
        let is_dir = entry.file_type().is_ok_and(|what| what.is_dir());
        let Some(name) = entry
            .file_name()
            .to_str()
            .filter(|_| is_dir)
            .map(str::to_owned)
        else {
            continue;
        };
        all.push(listed(name, Home::new(entry.path())));
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

fn listed(name: String, home: Home) -> Listed {
    let size = size(home.dir());
    let edits = edits(&home);
    let kept = std::fs::read_dir(home.dir().join("passwords"));
    let passwords = kept.map_or(0, |kept| kept.flatten().count());
    let holder = home.holder().unwrap_or_default();
    let (about, ledger) = match home.peek(false) {
        Ok(content) => (content.about, Ok(content.ledger)),
        Err(fault) => (About::default(), Err(fault)),
    };
    Listed {
        name,
        about,
        size,
        passwords,
        ledger,
        holder,
        edits,
    }
}

/// What all files below a directory hold; what cannot be looked at counts nothing.
fn size(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return 0;
    };
    let of = |path: PathBuf| match std::fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_dir() => size(&path),
        Ok(meta) => Metadata::size(&meta),
        Err(_) => 0,
    };
    entries.flatten().map(|entry| of(entry.path())).sum()
}

/// Lets the graph whose state directory is `to` go on with what is in `from`, which must not be in use. It has moved as a whole, or not at
/// all.
pub fn adopt(from: &Home, to: &Home, waiting: Waiting) -> Result<(), StoreFault> {
    let refuse = |why: &str| Err(StoreFault::new(to.dir().display().to_string(), why));
    if !to.is_bare() {
        return refuse("this graph has a state directory of its own: `weft state drop` removes it");
    }
    // Both are held until all is done: no engine begins in the one or the other meanwhile.
    let Some(_from) = from.lock(waiting)? else {
        return refuse("there is nothing to take over");
    };
    let _to = to.lock(waiting)?;
    move_edits(to, from)?;
    to.remove_if_empty();
    std::fs::rename(from.dir(), to.dir()).map_err(|error| fault(from.dir(), &error))?;
    sync_parent(to.dir())
}

/// Removes a state directory that is not in use, with all that is in it. False if there is none.
pub fn remove(home: &Home, waiting: Waiting) -> Result<bool, StoreFault> {
    // Held until all is gone.
    let Some(_lock) = home.lock(waiting)? else {
        return Ok(false);
    };
    if let Some(edits) = edits(home).iter().find(|edits| edits.in_use) {
        let why = "a console types into it: leave that one first";
        return Err(StoreFault::new(edits.path.display().to_string(), why));
    }
    std::fs::remove_dir_all(home.dir()).map_err(|error| fault(home.dir(), &error))?;
    sync_parent(home.dir()).map(|()| true)
}
