//! Files that a person names: read whole, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// So much of a directory is looked at for paths: a key is waited for meanwhile.
const LISTED: usize = 20_000;

/// The bytes of a file, or why it cannot be read.
pub fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| plain(&error))
}

/// Writes a file: a temporary beside it is written, synced and renamed. A link is followed, and permissions are kept.
pub fn write_file(path: &Path, text: &str) -> Result<(), String> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mode = fs::metadata(&path).map(|meta| meta.permissions().mode() & 0o7777);
    let name = path
        .file_name()
        .ok_or_else(|| format!("{} is no file name", path.display()))?
        .to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.weft-{}", std::process::id()));
    let written =
        put(&beside, text, mode.unwrap_or(0o644)).and_then(|()| fs::rename(&beside, &path));
    written.map_err(|error| {
        // The temporary is of no use any more; where it could not be made there is none.
        let _ = fs::remove_file(&beside);
        plain(&error)
    })
}

/// Writes a file that only its owner may read; one that is there already is an error.
pub fn write_private(path: &Path, text: &str) -> Result<(), String> {
    put(path, text, 0o600).map_err(|error| format!("{}: {}", path.display(), plain(&error)))
}

/// Makes a directory that only its owner may enter, and what is missing above it.
pub fn private_dir(path: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// A regular file that only its owner may read, made if it is missing.
pub fn private_file(path: &Path) -> std::io::Result<()> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

/// The paths here that begin so.
pub fn paths(typed: &str) -> Vec<String> {
    offered(typed, |dir| {
        let dir = if dir.is_empty() { "." } else { dir };
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let named = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            // What a directory says of what is in it costs nothing; only a link is looked after.
            let is_dir = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
                kind => kind.is_ok_and(|kind| kind.is_dir()),
            };
            Some((is_dir, name))
        };
        entries.take(LISTED).filter_map(named).collect()
    })
}

/// The paths that begin so, directories with a `/` at their end; ordered, at most a hundred. `list` gives what is in a
/// directory, and whether each is one.
pub fn offered(typed: &str, list: impl FnOnce(&str) -> Vec<(bool, String)>) -> Vec<String> {
    let (dir, start) = typed.split_at(typed.rfind('/').map_or(0, |at| at + 1));
    let begins = |(_, name): &(bool, String)| {
        let hidden = name.starts_with('.') && !start.starts_with('.');
        name.starts_with(start) && !hidden
    };
    let found = list(dir).into_iter().filter(begins);
    let shown = found.map(|(is_dir, name)| format!("{dir}{name}{}", if is_dir { "/" } else { "" }));
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    shown.truncate(100);
    shown
}

fn put(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

/// Why, in the words of a person.
pub fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or directory".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        _ => error.to_string(),
    }
}
