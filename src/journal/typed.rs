//! Edits that were typed and not saved, beside a graph's journal and without touching it: command lines, in a file that only its
//! owner may read. Secrets stand in them as `?`, as whoever gives the lines has seen to.
//!
//! Each console has a file of its own (`typed`, `typed-2`, …), and the kernel's lock on it as long as it lives. A file without
//! that lock was left by a console that is gone. It is for whoever was killed, and not for a power cut: nothing is synced.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::StoreFault;
use super::home::{Home, fault};

/// The edits of one console.
pub struct Typed {
    home: Home,
    kept: Option<(PathBuf, File)>,
    text: String,
}

impl Typed {
    /// None yet, in this state directory. Nothing is looked at.
    pub fn new(home: Home) -> Typed {
        Typed {
            home,
            kept: None,
            text: String::new(),
        }
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.kept.as_ref().map(|(path, _)| &**path)
    }

    /// Keeps these lines instead of those before: whole, or as they were. None of them: no file.
    pub fn keep(&mut self, lines: &[String]) -> Result<(), StoreFault> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        if text == self.text {
            return Ok(());
        }
        if text.is_empty() {
            return self.forget();
        }
        let path = match &self.kept {
            Some((path, _)) => path.clone(),
            None => self.place()?,
        };
        let new = path.with_extension("new");
        let written = write(&new, &text)
            .and_then(|file| std::fs::rename(&new, &path).map(|()| file))
            .map_err(|error| fault(&path, &error));
        match written {
            Ok(file) => {
                self.kept = Some((path, file));
                self.text = text;
                Ok(())
            }
            Err(fault) => {
                // What is half of a file is of no use; where it could not be made there is none.
                let _ = std::fs::remove_file(&new);
                Err(fault)
            }
        }
    }

    /// Keeps none any longer.
    pub fn forget(&mut self) -> Result<(), StoreFault> {
        if let Some((path, _file)) = self.kept.take() {
            std::fs::remove_file(&path).map_err(|error| fault(&path, &error))?;
            self.home.remove_if_empty();
        }
        self.text.clear();
        Ok(())
    }

    /// A name that no other console has, in a directory that is this user's own.
    fn place(&mut self) -> Result<PathBuf, StoreFault> {
        self.home.make()?;
        self.home.refuse_foreign_dir()?;
        let (path, file) = free_name(&self.home, |path| options().create_new(true).open(path))?;
        lock(&file).map_err(|error| fault(&path, &error))?;
        self.kept = Some((path.clone(), file));
        Ok(path)
    }
}

/// Edits in a file, as they are found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edits {
    /// The file.
    pub path: PathBuf,
    /// How many there are.
    pub count: usize,
    /// Whether the console lives that typed them.
    pub in_use: bool,
}

/// What consoles have typed into this state directory; none where it cannot be read.
pub fn edits(home: &Home) -> Vec<Edits> {
    let entries = std::fs::read_dir(home.dir()).into_iter().flatten();
    let paths = entries.flatten().map(|entry| entry.path());
    let mut found: Vec<Edits> = paths
        .filter(|path| is_typed(path))
        .filter_map(look)
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Removes edits that a console left which is gone, and the directory if nothing else is in it. False if there are none there.
pub fn forget_edits(home: &Home, path: &Path) -> Result<bool, StoreFault> {
    let left = edits(home);
    if !left.iter().any(|edits| edits.path == path && !edits.in_use) {
        return Ok(false);
    }
    std::fs::remove_file(path).map_err(|error| fault(path, &error))?;
    home.remove_if_empty();
    Ok(true)
}

/// Moves the edits of one state directory into another.
pub(super) fn move_edits(from: &Home, to: &Home) -> Result<(), StoreFault> {
    for entry in std::fs::read_dir(from.dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        if is_unfinished(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    for edits in edits(from) {
        let free = free_name(to, |path| match path.exists() {
            true => Err(ErrorKind::AlreadyExists.into()),
            false => std::fs::rename(&edits.path, path),
        });
        free?;
    }
    Ok(())
}

/// The first name for edits that can be had here, and what having it gave.
fn free_name<T>(
    home: &Home,
    mut have: impl FnMut(&Path) -> std::io::Result<T>,
) -> Result<(PathBuf, T), StoreFault> {
    let mut n = 1;
    loop {
        let name = match n {
            1 => "typed".to_owned(),
            n => format!("typed-{n}"),
        };
        let path = home.dir().join(name);
        match have(&path) {
            Ok(had) => return Ok((path, had)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => n += 1,
            Err(error) => return Err(fault(&path, &error)),
        }
    }
}

pub(super) fn is_typed(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let number = name.and_then(|name| name.strip_prefix("typed"));
    let digits = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit());
    number.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('-').is_some_and(digits))
}

/// Edits that were being written when their console died: they never took their place.
pub(super) fn is_unfinished(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "new") && is_typed(&path.with_extension(""))
}

fn look(path: PathBuf) -> Option<Edits> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
        .open(&path)
        .ok()?;
    let text = std::io::read_to_string(&file).ok()?;
    let in_use = flock(&file, FlockOperation::NonBlockingLockShared).is_err();
    let count = text.lines().count();
    (count > 0).then_some(Edits {
        path,
        count,
        in_use,
    })
}

/// The lock is there before the name is, so that nobody takes the file of a console that lives for one that was left.
fn write(path: &Path, text: &str) -> std::io::Result<File> {
    let mut file = options().create(true).truncate(true).open(path)?;
    lock(&file)?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

fn lock(file: &impl AsFd) -> std::io::Result<()> {
    Ok(flock(file, FlockOperation::NonBlockingLockExclusive)?)
}

#[cfg(test)]
mod tests {
    use super::super::{adopt, remove};
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    struct Scratch(Home);

    impl Scratch {
        fn new(name: &str) -> Scratch {
            let own = format!("weft-typed-{name}-{}", std::process::id());
            let dir = std::env::temp_dir().join(own);
            let _ = std::fs::remove_dir_all(&dir);
            Scratch(Home::new(dir))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(self.0.dir());
        }
    }

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn two_consoles_keep_their_own_and_what_is_left_is_found() -> Outcome {
        let scratch = Scratch::new("two");
        let home = &scratch.0;
        let [mut one, mut two] = [0; 2].map(|_| Typed::new(home.clone()));
        one.keep(&[])?;
        assert!(!home.dir().exists(), "nothing typed needs no directory");
        one.keep(&lines(&["add noop a"]))?;
        two.keep(&lines(&["add noop b", "add noop c"]))?;
        let told = |edits: &Edits| (edits.count, edits.in_use);
        let found = edits(home);
        assert_eq!(
            found.iter().map(told).collect::<Vec<_>>(),
            [(1, true), (2, true)]
        );
        assert_ne!(one.path(), two.path());
        for edits in &found {
            let mode = std::fs::metadata(&edits.path)?.permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(
            !forget_edits(home, &found[0].path)?,
            "who lives keeps its own"
        );
        // A console that is killed removes nothing.
        drop(one);
        assert_eq!(told(&edits(home)[0]), (1, false));
        assert!(forget_edits(home, &found[0].path)?);
        assert!(home.dir().exists());
        two.keep(&lines(&["add noop b"]))?;
        assert_eq!(std::fs::read_to_string(&found[1].path)?, "add noop b\n");
        two.keep(&[])?;
        assert!(!home.dir().exists(), "nothing is left in it");
        Ok(())
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() -> Outcome {
        let scratch = Scratch::new("full");
        let mut typed = Typed::new(scratch.0.clone());
        typed.keep(&lines(&["add noop a"]))?;
        let path = typed.path().ok_or("it is kept")?.to_owned();
        std::fs::create_dir(path.with_extension("new"))?;
        let fault = typed
            .keep(&lines(&["add noop b"]))
            .err()
            .ok_or("it is in the way")?;
        assert!(fault.place.ends_with("typed"), "{fault}");
        assert_eq!(std::fs::read_to_string(&path)?, "add noop a\n");
        std::fs::remove_dir(path.with_extension("new"))?;
        typed.keep(&lines(&["add noop b"]))?;
        assert_eq!(std::fs::read_to_string(&path)?, "add noop b\n");
        Ok(())
    }

    #[test]
    fn what_was_typed_is_no_state_of_a_graph_that_has_moved() -> Outcome {
        let [old, new] = ["old", "new"].map(|name| Scratch::new(&format!("adopt-{name}")));
        let [was, now] = [&old.0, &new.0];
        assert!(was.is_bare(), "it is not there");
        for home in [was, now] {
            Typed::new(home.clone()).keep(&lines(&["add noop a"]))?;
            assert!(home.is_bare());
        }
        std::fs::write(now.dir().join("typed-3.new"), "what was cut off")?;
        assert!(now.is_bare());
        std::fs::write(was.dir().join("journal.redb"), "what an engine left")?;
        assert!(!was.is_bare());
        adopt(was, now, &mut |_| false)?;
        let found: Vec<PathBuf> = edits(now).into_iter().map(|edits| edits.path).collect();
        let both = ["typed", "typed-2"].map(|name| now.dir().join(name));
        assert_eq!(found, both);
        assert!(!was.dir().exists() && !now.is_bare());
        let mut lives = Typed::new(now.clone());
        lives.keep(&lines(&["add noop b"]))?;
        let refused = remove(now, &mut |_| false).err().ok_or("it was removed")?;
        assert!(refused.why.contains("a console types into it"), "{refused}");
        drop(lives);
        assert!(remove(now, &mut |_| false)?);
        Ok(())
    }

    #[test]
    fn other_files_are_none() {
        for (name, is) in [
            ("typed", true),
            ("typed-2", true),
            ("typed-", false),
            ("typed.new", false),
            ("journal.redb", false),
        ] {
            assert_eq!(is_typed(Path::new(name)), is, "{name}");
            let new = format!("{name}.new");
            assert_eq!(is_unfinished(Path::new(&new)), is, "{new}");
        }
    }
}
