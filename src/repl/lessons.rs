//! Which lessons were done: a file beside the history, a name a line, 0600 in a directory of 0700.

use super::{disk, history};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where it is; none where there is no home to keep it in.
fn place() -> Option<PathBuf> {
    Some(history::place()?.with_file_name("lessons"))
}

/// Their names; none where nothing can be read.
pub fn done() -> Vec<String> {
    let text = place().and_then(|path| disk::read_file(&path).ok());
    let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
    let names = text.lines().map(str::trim).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// One more.
pub fn note(name: &str) -> Result<(), String> {
    // A path may hold anything; a line may not.
    if name.contains(['\n', '\r']) || done().iter().any(|done| done == name) {
        return Ok(());
    }
    let Some(path) = place() else {
        return Err("there is no home to keep it in".to_owned());
    };
    append(&path, name).map_err(|error| format!("{}: {}", path.display(), disk::plain(&error)))
}

fn append(path: &Path, name: &str) -> std::io::Result<()> {
    disk::private_dir(path.parent().unwrap_or(path))?;
    disk::private_file(path)?;
    let mut file = OpenOptions::new().append(true).open(path)?;
    file.write_all(format!("{name}\n").as_bytes())
}
