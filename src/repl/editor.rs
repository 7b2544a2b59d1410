//! The person's editor.

use super::{disk, env};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lets a person edit a text; none if it was left as it is.
pub fn edit(text: &str) -> Result<Option<String>, String> {
    let path = place();
    disk::write_private(&path, text)?;
    let edited = run(&path).and_then(|()| disk::read_file(&path));
    // It may hold what others should not see, so it goes in any case.
    let removed = std::fs::remove_file(&path);
    let bytes = edited?;
    removed.map_err(|error| format!("{} could not be removed: {error}", path.display()))?;
    let edited = String::from_utf8(bytes).map_err(|_| "the edited text is not UTF-8".to_owned())?;
    Ok((edited != text).then_some(edited))
}

/// A file that only this process uses, in the user's own directory where there is one.
fn place() -> PathBuf {
    let dir = env::var("XDG_RUNTIME_DIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from);
    dir.join(format!("weft-edit-{}.yaml", std::process::id()))
}

fn run(path: &Path) -> Result<(), String> {
    let line = ["VISUAL", "EDITOR"]
        .into_iter()
        .find_map(env::text)
        .unwrap_or_else(|| "vi".into());
    let argv =
        shell_words::split(&line).map_err(|error| format!("the editor `{line}`: {error}"))?;
    let (program, args) = argv
        .split_first()
        .ok_or("the editor's name is empty: set VISUAL or EDITOR")?;
    let status = Command::new(program)
        .args(args)
        .arg(path)
        .status()
        .map_err(|error| {
            format!("the editor `{program}` did not start: {error}; set VISUAL or EDITOR")
        })?;
    if status.success() {
        Ok(())
    } else {
        Err(format!(
            "the editor `{program}` failed ({status}): nothing was changed"
        ))
    }
}
