//! Rules about directories, links, modes and owners.

use super::{Outcome, file, is, read, same, stat};
use std::path::{Path, PathBuf};
use weft::world::{Fault, Node, World};

pub fn list_ordered(world: &dyn World, dir: &Path) -> Outcome {
    for name in ["b", ".hidden", "a", "B", "ä", "10", "9"] {
        world.put(&file(&dir.join(name), ""))?;
    }
    same!(
        world.list(dir)?,
        [".hidden", "10", "9", "B", "a", "b", "ä"].map(str::to_owned)
    );
    Ok(())
}

pub fn list_needs_dir(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link) = (dir.join("file"), dir.join("link"));
    world.put(&file(&path, ""))?;
    world.make_link(&link, dir)?;
    same!(world.list(&path), Err(Fault::NotDir(path.clone())));
    same!(world.list(&link), Err(Fault::NotDir(link.clone())));
    Ok(())
}

pub fn make_dir_once(world: &dyn World, dir: &Path) -> Outcome {
    for (name, mode) in [("a", 0o755), ("b", 0o700), ("c", 0o1777), ("d", 0o2775)] {
        let path = dir.join(name);
        world.make_dir(&path, mode)?;
        let found = stat(world, &path)?;
        same!((found.what, found.mode), (Node::Dir, mode));
        same!(
            world.make_dir(&path, mode),
            Err(Fault::Exists(path.clone()))
        );
    }
    Ok(())
}

pub fn links(world: &dyn World, dir: &Path) -> Outcome {
    let link = dir.join("link");
    for target in ["nowhere", "/absolute/place", "../up"] {
        world.make_link(&link, Path::new(target))?;
        let found = stat(world, &link)?;
        same!(found.what, Node::Link);
        same!(found.size, target.len() as u64);
        same!(world.read_link(&link)?, PathBuf::from(target));
    }
    let path = dir.join("file");
    world.put(&file(&path, "x"))?;
    world.make_link(&path, Path::new("y"))?;
    same!(stat(world, &path)?.what, Node::Link);
    Ok(())
}

pub fn trailing_slash(world: &dyn World, dir: &Path) -> Outcome {
    let (sub, link) = (dir.join("sub/"), dir.join("link/"));
    world.make_dir(&sub, 0o755)?;
    world.make_link(&link, &sub)?;
    same!(stat(world, &sub)?.what, Node::Dir);
    same!(stat(world, &link)?.what, Node::Link);
    same!(world.list(dir)?, ["link", "sub"].map(str::to_owned));
    same!(world.read_link(&link)?, sub);
    world.remove(&link)?;
    same!(world.list(&sub)?, Vec::<String>::new());
    Ok(())
}

pub fn link_on_dir(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("dir");
    world.make_dir(&path, 0o755)?;
    same!(
        world.make_link(&path, Path::new("x")),
        Err(Fault::IsDir(path.clone()))
    );
    same!(stat(world, &path)?.what, Node::Dir);
    Ok(())
}

pub fn link_mode(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link) = (dir.join("file"), dir.join("link"));
    world.put(&file(&path, "x"))?;
    world.make_link(&link, &path)?;
    is!(world.set_mode(&link, 0o600), Err(Fault::Io(_, _)));
    same!(stat(world, &path)?.mode, 0o644);
    Ok(())
}

pub fn removes(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link, sub) = (dir.join("file"), dir.join("link"), dir.join("sub"));
    world.put(&file(&path, "x"))?;
    world.make_link(&link, &sub)?;
    world.make_dir(&sub, 0o755)?;
    world.remove(&link)?;
    same!(world.list(dir)?, vec!["file".to_owned(), "sub".to_owned()]);
    world.remove(&sub)?;
    world.remove(&path)?;
    same!(world.list(dir)?, Vec::<String>::new());
    Ok(())
}

pub fn remove_full_dir(world: &dyn World, dir: &Path) -> Outcome {
    let sub = dir.join("sub");
    world.make_dir(&sub, 0o755)?;
    world.put(&file(&sub.join("file"), "x"))?;
    same!(world.remove(&sub), Err(Fault::NotEmpty(sub.clone())));
    same!(world.list(&sub)?, vec!["file".to_owned()]);
    Ok(())
}

pub fn exchanges(world: &dyn World, dir: &Path) -> Outcome {
    let (path, aside) = (dir.join("path"), dir.join("aside"));
    world.make_dir(&path, 0o750)?;
    world.make_dir(&path.join("sub"), 0o700)?;
    world.put(&file(&path.join("sub/file"), "deep"))?;
    world.make_link(&path.join("link"), Path::new("sub/file"))?;
    world.put(&file(&aside, "new"))?;
    for _ in 0..2 {
        world.exchange(&path, &aside)?;
        same!(read(world, &path)?, "new");
        same!(stat(world, &aside)?.mode, 0o750);
        same!(world.list(&aside)?, ["link", "sub"].map(str::to_owned));
        same!(read(world, &aside.join("sub/file"))?, "deep");
        same!(
            world.read_link(&aside.join("link"))?,
            PathBuf::from("sub/file")
        );
        same!(world.stat(&path.join("sub"))?, None);
        // There and back.
        world.exchange(&aside, &path)?;
        same!(read(world, &aside)?, "new");
        same!(read(world, &path.join("sub/file"))?, "deep");
    }
    world.exchange(&path, &aside)?;
    for gone in ["sub/file", "sub", "link", ""] {
        world.remove(&aside.join(gone))?;
    }
    same!(world.list(dir)?, vec!["path".to_owned()]);
    Ok(())
}

pub fn exchange_refused(world: &dyn World, dir: &Path) -> Outcome {
    let (path, none) = (dir.join("path"), dir.join("none"));
    world.put(&file(&path, "x"))?;
    world.make_dir(&dir.join("sub"), 0o755)?;
    let missing = Err(Fault::NotFound(none.clone()));
    same!(world.exchange(&path, &none), missing);
    same!(world.exchange(&none, &path), missing);
    is!(
        world.exchange(&path, &dir.join("sub/file")),
        Err(Fault::Io(_, _))
    );
    assert!(world.exchange(Path::new("/"), &path).is_err());
    same!(world.list(dir)?, vec!["path".to_owned(), "sub".to_owned()]);
    same!(read(world, &path)?, "x");
    Ok(())
}

pub fn modes(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    world.put(&file(&path, "x"))?;
    for mode in [0o000, 0o777, 0o600, 0o4711] {
        world.set_mode(&path, mode)?;
        same!(stat(world, &path)?.mode, mode);
    }
    Ok(())
}

/// Giving away needs root, so for others only what they may do is looked at.
pub fn owners(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link) = (dir.join("file"), dir.join("link"));
    world.put(&file(&path, "x"))?;
    world.make_link(&link, &path)?;
    let me = world.me()?;
    if me.uid != 0 {
        is!(
            world.set_owner(&path, Some(0), None),
            Err(Fault::Denied(_, true))
        );
        return Ok(());
    }
    world.set_owner(&link, Some(12), Some(34))?;
    let (of_link, of_file) = (stat(world, &link)?, stat(world, &path)?);
    same!((of_link.uid, of_link.gid), (12, 34));
    same!((of_file.uid, of_file.gid), (me.uid, me.gid));
    world.set_owner(&path, None, Some(34))?;
    same!(stat(world, &path)?.uid, me.uid);
    same!(stat(world, &path)?.gid, 34);
    Ok(())
}

pub fn writable(world: &dyn World, dir: &Path) -> Outcome {
    let (path, none) = (dir.join("file"), dir.join("none"));
    world.put(&file(&path, "x"))?;
    same!(world.can_write(dir), Ok(()));
    same!(world.can_write(&path), Err(Fault::NotDir(path.clone())));
    same!(world.can_write(&none), Err(Fault::NotFound(none.clone())));
    // A disk that this test can run on is not full.
    same!(world.free(dir)?.is_none_or(|free| free > 0), true);
    Ok(())
}
