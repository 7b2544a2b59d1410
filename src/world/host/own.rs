//! Which file this program is.

use super::start::find;
use std::path::{Path, PathBuf};

/// This program, to be started again; where it cannot be found, what it was called.
///
/// By way of `/proc` it is the very file that runs, also after another one was put in its place. Without that it is the file as
/// the system names it, or as the first word of the command line does: by its path, or by a name to be looked up in `path`.
pub fn own_program(path: &str) -> PathBuf {
    let running = Path::new("/proc/self/exe");
    if cfg!(target_os = "linux") && std::fs::read_link(running).is_ok() {
        return running.to_owned();
    }
    std::env::current_exe().unwrap_or_else(|_| {
        let called = std::env::args_os().next().unwrap_or_default();
        by_name(Path::new(&called), path)
    })
}

/// A program by what it was called: by its path, or else one in the `PATH`.
fn by_name(called: &Path, path: &str) -> PathBuf {
    let name = called.to_string_lossy();
    let found = (!name.contains('/')).then(|| find(&name, path)).flatten();
    found.unwrap_or_else(|| std::path::absolute(called).unwrap_or_else(|_| called.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_what_it_was_called() -> std::io::Result<()> {
        assert_eq!(
            by_name(Path::new("/usr/bin/weft"), ""),
            Path::new("/usr/bin/weft")
        );
        let here = std::env::current_dir()?;
        assert_eq!(by_name(Path::new("./weft"), "/bin"), here.join("weft"));
        let sh = by_name(Path::new("sh"), "/no/such/place:/usr/bin:/bin");
        assert!(
            sh.is_absolute() && sh.ends_with("sh") && sh.is_file(),
            "{sh:?}"
        );
        assert_eq!(
            by_name(Path::new("no-such-weft"), "/bin"),
            here.join("no-such-weft")
        );
        Ok(())
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_program_is_this_file() -> std::io::Result<()> {
        assert_eq!(own_program("").canonicalize()?, std::env::current_exe()?);
        Ok(())
    }
}
