//! Rules about commands that can be asked.

use super::{Outcome, same};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use weft::world::{Command, Fault, World};

pub fn command(words: &[&str], stdin: Option<&str>) -> Command {
    Command {
        argv: words.iter().map(|&word| word.to_owned()).collect(),
        env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        cwd: None,
        user: None,
        stdin: stdin.map(|text| Arc::from(text.as_bytes())),
        timeout: None,
        keep: 100,
    }
}

pub fn asks(world: &dyn World, _: &Path) -> Outcome {
    let found = world.ask(&command(&["echo", "two", "words"], None))?;
    same!((found.status, found.cut), (0, 0));
    same!(found.stdout, b"two words\n".to_vec());
    same!(found.both, found.stdout);
    same!(found.stderr, Vec::<u8>::new());
    same!(world.ask(&command(&["true"], None))?.status, 0);
    same!(world.ask(&command(&["false"], None))?.status, 1);
    Ok(())
}

pub fn feeds(world: &dyn World, _: &Path) -> Outcome {
    let found = world.ask(&command(&["cat"], Some("fed")))?;
    same!(found.stdout, b"fed".to_vec());
    let found = world.ask(&command(&["cat"], None))?;
    same!(found.stdout, Vec::<u8>::new());
    Ok(())
}

pub fn cuts(world: &dyn World, _: &Path) -> Outcome {
    let long = "x".repeat(250);
    let found = world.ask(&command(&["cat"], Some(&long)))?;
    same!((found.stdout.len(), found.both.len()), (100, 100));
    same!(found.cut, 150);
    Ok(())
}

pub fn asks_nothing(world: &dyn World, _: &Path) -> Outcome {
    match world.ask(&command(&["no-such-program-here"], None)) {
        Err(Fault::Command(why)) if why.contains("no-such-program-here") => Ok(()),
        other => Err(format!("found {other:?}").into()),
    }
}
