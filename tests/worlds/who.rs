//! Rules about who acts, on what machine, and chance.

use super::commands::command;
use super::{Outcome, is, same};
use std::path::Path;
use weft::world::{Fault, World};

pub fn accounts(world: &dyn World, _: &Path) -> Outcome {
    same!(world.user("no-such-user-here")?, None);
    same!(world.group("no-such-group-here")?, None);
    same!(world.user("4242")?.map(|user| user.uid), Some(4242));
    same!(world.group("4242")?, Some(4242));
    same!(world.name_of(4_242_424, false)?, "4242424");
    same!(world.name_of(4_242_424, true)?, "4242424");
    Ok(())
}

pub fn randomness(world: &dyn World, _: &Path) -> Outcome {
    let (one, two) = (world.random(32)?, world.random(32)?);
    same!((one.len(), two.len()), (32, 32));
    same!(one == two, false);
    same!(world.random(0)?.len(), 0);
    Ok(())
}

pub fn unknown(world: &dyn World, _: &Path) -> Outcome {
    is!(world.random(1), Err(Fault::Unknown(_)));
    is!(world.run(&command(&["true"], None)), Err(Fault::Unknown(_)));
    Ok(())
}

pub fn names(world: &dyn World, _: &Path) -> Outcome {
    let me = world.me()?;
    same!(me.groups.contains(&me.gid), true);
    same!(me.name.is_empty(), false);
    same!(world.hostname().is_empty(), false);
    Ok(())
}
