//! Rules about files and what they hold.

use super::{Outcome, file, is, read, same, stat};
use std::path::Path;
use weft::world::{Fault, Node, Put, READ_LIMIT, World};

pub fn nothing(world: &dyn World, dir: &Path) -> Outcome {
    let file_path = dir.join("plain");
    world.put(&file(&file_path, ""))?;
    let none = dir.join("none");
    same!(world.stat(&none)?, None);
    same!(world.stat(&none.join("below"))?, None);
    same!(world.stat(&file_path.join("below"))?, None);
    same!(
        world.read(&none, READ_LIMIT),
        Err(Fault::NotFound(none.clone()))
    );
    same!(world.list(&none), Err(Fault::NotFound(none.clone())));
    is!(world.read_link(&none), Err(Fault::NotFound(_)));
    is!(world.remove(&none), Err(Fault::NotFound(_)));
    is!(world.set_mode(&none, 0o600), Err(Fault::NotFound(_)));
    is!(
        world.set_owner(&none, Some(0), None),
        Err(Fault::NotFound(_))
    );
    Ok(())
}

pub fn put_and_read(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    for mode in [0o644, 0o600, 0o777, 0o4755, 0o000] {
        let put = Put {
            mode,
            ..file(&path, "some\0text")
        };
        world.put(&put)?;
        let found = stat(world, &path)?;
        same!(found.what, Node::File);
        same!(found.mode, mode);
        same!(found.size, 9);
        same!(found.links, 1);
        same!(found.mount, false);
    }
    world.set_mode(&path, 0o644)?;
    same!(read(world, &path)?, "some\0text");
    Ok(())
}

pub fn put_again(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    world.put(&file(&path, "one, and a long one"))?;
    let me = world.me()?;
    if me.uid == 0 {
        world.set_owner(&path, Some(12), Some(34))?;
    }
    let before = stat(world, &path)?;
    world.put(&file(&path, "two"))?;
    let after = stat(world, &path)?;
    same!((after.uid, after.gid), (before.uid, before.gid));
    same!(read(world, &path)?, "two");
    let own = Put {
        uid: Some(me.uid),
        gid: Some(me.gid),
        ..file(&path, "three")
    };
    world.put(&own)?;
    let after = stat(world, &path)?;
    same!((after.uid, after.gid), (me.uid, me.gid));
    Ok(())
}

pub fn put_on_link(world: &dyn World, dir: &Path) -> Outcome {
    let (target, link) = (dir.join("target"), dir.join("link"));
    world.put(&file(&target, "untouched"))?;
    world.make_link(&link, &target)?;
    world.put(&file(&link, "new"))?;
    same!(stat(world, &link)?.what, Node::File);
    same!(read(world, &target)?, "untouched");
    same!(read(world, &link)?, "new");
    Ok(())
}

pub fn put_on_dir(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("dir");
    world.make_dir(&path, 0o755)?;
    same!(
        world.put(&file(&path, "x")),
        Err(Fault::IsDir(path.clone()))
    );
    same!(stat(world, &path)?.what, Node::Dir);
    same!(world.list(dir)?, vec!["dir".to_owned()]);
    Ok(())
}

pub fn put_without_parent(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("none/file");
    let refused = Err(Fault::NoParent(path.clone()));
    same!(world.put(&file(&path, "x")), refused);
    same!(world.make_dir(&path, 0o755), refused);
    same!(world.make_link(&path, Path::new("x")), refused);
    same!(world.stat(&dir.join("none"))?, None);
    Ok(())
}

pub fn put_below_a_file(world: &dyn World, dir: &Path) -> Outcome {
    let above = dir.join("file");
    world.put(&file(&above, "x"))?;
    let below = above.join("below");
    same!(
        world.put(&file(&below, "x")),
        Err(Fault::NotDir(above.clone()))
    );
    same!(
        world.make_dir(&below, 0o755),
        Err(Fault::NotDir(above.clone()))
    );
    Ok(())
}

pub fn put_leaves_no_trace(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    world.put(&file(&path, "one"))?;
    world.put(&file(&path, "two"))?;
    world.make_link(&dir.join("link"), &path)?;
    world.make_link(&dir.join("link"), Path::new("elsewhere"))?;
    same!(world.list(dir)?, vec!["file".to_owned(), "link".to_owned()]);
    Ok(())
}

pub fn read_bounded(world: &dyn World, dir: &Path) -> Outcome {
    let path = dir.join("file");
    world.put(&file(&path, "12345"))?;
    same!(world.read(&path, 5)?.len(), 5);
    is!(world.read(&path, 4), Err(Fault::TooLarge(_, 4)));
    Ok(())
}

pub fn read_only_files(world: &dyn World, dir: &Path) -> Outcome {
    let (path, link) = (dir.join("file"), dir.join("link"));
    world.put(&file(&path, "x"))?;
    world.make_link(&link, &path)?;
    is!(world.read(&link, READ_LIMIT), Err(Fault::Io(_, _)));
    same!(
        world.read(dir, READ_LIMIT),
        Err(Fault::IsDir(dir.to_owned()))
    );
    is!(world.read_link(&path), Err(Fault::Io(_, _)));
    Ok(())
}
