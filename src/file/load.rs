//! The one place here that reads a disk.

use super::{Document, FileError, MAX_BYTES, parse};
use crate::graph::Catalog;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::string::FromUtf8Error;

/// Reads a file, and the one that it uses.
pub fn load(path: &Path, catalog: &dyn Catalog) -> Result<Document, FileError> {
    let name = path.display().to_string();
    let bytes = bounded(path).map_err(|why| FileError::unread(&name, why, None))?;
    let text = text(bytes).map_err(|why| {
        let at = why.utf8_error().valid_up_to();
        let what = format!("this is not text in UTF-8: byte {} is odd", at + 1);
        let hint = "a graph is a YAML file; save it as UTF-8";
        FileError::unread(&name, what, Some(hint.into()))
    })?;
    parse(path, &text, catalog, &mut |path| bounded(path))
}

/// Whether a document's file, and the one that it uses, still hold what was read.
pub fn is_as_read(document: &Document) -> bool {
    let used = document.uses.iter().map(|used| document.beside(used));
    let files = std::iter::once(document.path.clone()).chain(used);
    let sources = std::iter::once(&document.source).chain(document.used.as_ref());
    files
        .zip(sources)
        .all(|(path, source)| bounded(&path).is_ok_and(|bytes| bytes == source.text().as_bytes()))
}

/// The text of a file. What is larger than the limit was cut off anywhere, also within a character.
fn text(bytes: Vec<u8>) -> Result<String, FromUtf8Error> {
    match bytes.len() > MAX_BYTES {
        true => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        false => String::from_utf8(bytes),
    }
}

/// The bytes of a file, one more than the limit at most: what is larger is refused by the reader.
fn bounded(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|why| plain(&why))?;
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| plain(&why))?;
    Ok(bytes)
}

/// The system's words without its error number.
fn plain(why: &std::io::Error) -> String {
    let text = why.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or(&text)
        .to_lowercase()
}
