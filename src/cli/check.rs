//! `check`: reads files and types them, and reads the steps of stories. No host is looked at, nothing is run, and nothing is opened
//! but the files.

use super::desk::Desk;
use super::report;
use crate::command::SessionError;
use crate::file::{FileError, load};
use crate::kind::Kinds;
use crate::scenario::rehearse;
use crate::trace::count;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// `weft check PATH…`.
pub fn check(desk: &Desk, paths: &[PathBuf]) -> i32 {
    let mut files = Vec::new();
    for path in paths {
        if let Err(why) = below(path, &mut files) {
            let what = format!("{}: {why}", path.display());
            return desk.refuse(&SessionError::failed(what));
        }
    }
    if files.is_empty() {
        let what = "there is no .yaml or .yml file there";
        return desk.refuse(&SessionError::failed(what));
    }
    let results: Vec<Json> = files.iter().map(|file| one(desk, file)).collect();
    let bad = results
        .iter()
        .filter(|result| result["ok"] == json!(false))
        .count();
    if desk.json() {
        desk.print_json(&json!({"format": 1, "files": results}));
    }
    i32::from(bad > 0)
}

fn one(desk: &Desk, path: &Path) -> Json {
    match load(path, &Kinds) {
        Ok(document) => {
            let problems = rehearse(&document);
            if !problems.is_empty() {
                return refused(desk, path, &FileError::of(problems));
            }
            let what = if document.story.is_some() {
                "story"
            } else {
                "graph"
            };
            let resources = document.graph.vertices().len();
            desk.printer.result(&format!(
                "{}: ok, a {what} of {}\n",
                path.display(),
                count(resources, "resource")
            ));
            json!({"path": path.display().to_string(), "ok": true, "is": what, "resources": resources})
        }
        Err(error) => {
            let steps = error.rest().map(rehearse).unwrap_or_default();
            let all = error.problems().iter().cloned().chain(steps);
            refused(desk, path, &FileError::of(all.collect()))
        }
    }
}

fn refused(desk: &Desk, path: &Path, error: &FileError) -> Json {
    desk.tell(error);
    let problems: Vec<Json> = error.problems().iter().map(report::problem).collect();
    json!({"path": path.display().to_string(), "ok": false, "problems": problems})
}

/// A file itself; of a directory all graph files below it, ordered. Links to directories are not followed.
fn below(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|error| error.to_string())?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let link = path.is_symlink();
        let yaml = path
            .extension()
            .is_some_and(|ext| ext == "yaml" || ext == "yml");
        if (path.is_dir() && !link) || (yaml && path.is_file()) {
            below(&path, files)?;
        }
    }
    Ok(())
}
