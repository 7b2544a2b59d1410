//! Rules about links on the way to something.

use super::{Outcome, file, read, same, stat};
use std::path::Path;
use weft::world::{Fault, READ_LIMIT, World};

/// A directory with something of each sort in it, and a link that leads there.
fn led(world: &dyn World, dir: &Path) -> Result<(), Fault> {
    let real = dir.join("real");
    world.make_dir(&real, 0o755)?;
    world.make_dir(&real.join("sub"), 0o755)?;
    world.put(&file(&real.join("file"), "x"))?;
    world.put(&file(&real.join("other"), "y"))?;
    world.make_link(&real.join("link"), Path::new("file"))?;
    world.make_link(&dir.join("led"), Path::new("real"))
}

pub fn no_change_is_led(world: &dyn World, dir: &Path) -> Outcome {
    led(world, dir)?;
    let link = dir.join("led");
    for above in ["led", "led/sub"] {
        let at = |name: &str| dir.join(above).join(name);
        let refused = |name: &str| Err(Fault::Link(at(name), link.clone()));
        same!(world.put(&file(&at("file"), "new")), refused("file"));
        same!(world.make_dir(&at("new"), 0o755), refused("new"));
        same!(
            world.make_link(&at("link"), Path::new("z")),
            refused("link")
        );
        same!(world.set_mode(&at("file"), 0o600), refused("file"));
        same!(world.set_owner(&at("file"), Some(0), None), refused("file"));
        same!(world.remove(&at("file")), refused("file"));
        same!(world.exchange(&at("file"), &at("other")), refused("file"));
    }
    let shown = Fault::Link(dir.join("led/file"), link.clone()).to_string();
    same!(
        shown.contains(&format!("{} is a link now", link.display())),
        true
    );
    let real = dir.join("real");
    same!(
        world.list(&real)?,
        ["file", "link", "other", "sub"].map(str::to_owned)
    );
    same!(stat(world, &real.join("file"))?.mode, 0o644);
    same!(read(world, &real.join("file"))?, "x");
    // A link at the end of the path is what is meant.
    world.remove(&link)?;
    same!(world.list(dir)?, vec!["real".to_owned()]);
    Ok(())
}

pub fn a_straight_look_is_not_led(world: &dyn World, dir: &Path) -> Outcome {
    led(world, dir)?;
    let straight = world.straight();
    let link = dir.join("led");
    for above in ["led", "led/sub"] {
        let at = |name: &str| dir.join(above).join(name);
        let refused = |name: &str| Fault::Link(at(name), link.clone());
        same!(straight.stat(&at("file")), Err(refused("file")));
        same!(straight.stat(&at("none")), Err(refused("none")));
        same!(straight.read(&at("file"), READ_LIMIT), Err(refused("file")));
        same!(straight.list(&at("sub")), Err(refused("sub")));
        same!(straight.read_link(&at("link")), Err(refused("link")));
    }
    same!(straight.stat(&link)?, world.stat(&link)?);
    same!(straight.read_link(&link)?, Path::new("real").to_owned());
    let real = dir.join("real");
    for name in ["file", "link", "sub", "none", "file/none", "none/none"] {
        let path = real.join(name);
        same!(straight.stat(&path)?, world.stat(&path)?);
        same!(straight.list(&path), world.list(&path));
        same!(straight.read_link(&path), world.read_link(&path));
        same!(
            straight.read(&path, READ_LIMIT),
            world.read(&path, READ_LIMIT)
        );
    }
    same!(straight.stat(Path::new("/"))?.is_some(), true);
    // A change is seen, whoever made it.
    world.put(&file(&real.join("file"), "new"))?;
    same!(*straight.read(&real.join("file"), READ_LIMIT)?, *b"new");
    // And a plain look goes on to be led.
    same!(read(world, &link.join("file"))?, "new");
    Ok(())
}
