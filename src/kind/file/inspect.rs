//! What is at a path, as params that describe it.

use super::super::{Failure, path};
use super::diff::DIFF_LIMIT;
use super::item::others_read;
use crate::graph::Params;
use crate::value::Value;
use crate::world::{Fault, Look, Node, Stat};
use std::path::Path;

/// What stands there: its mode and owner, where a link points, and a file's content where that is text of up to 64 KiB;
/// secret where others may not read it (rule V8). What is broken is left unset.
pub(super) fn inspect(name: &str, look: &dyn Look) -> Result<Option<Params>, Failure> {
    path::well_formed(Path::new(name)).map_err(|why| Failure::new(format!("path: {why}")))?;
    let plain = match name.trim_end_matches('/') {
        "" => "/",
        plain => plain,
    };
    let here = Path::new(plain);
    let Some(stat) = look.stat(here)? else {
        return Ok(None);
    };
    let mut params = Params::new();
    let mut set = |name: &str, value: Value| params.insert(name.to_owned(), value);
    set("owner", Value::from(look.name_of(stat.uid, false)?));
    set("group", Value::from(look.name_of(stat.gid, true)?));
    match stat.what {
        Node::File => {
            set("path", Value::str(plain));
            if let Some(content) = content(here, &stat, look)? {
                set("content", content);
            }
        }
        Node::Dir => {
            let slash = if plain == "/" { "" } else { "/" };
            set("path", Value::from(format!("{plain}{slash}")));
        }
        Node::Link => {
            set("path", Value::str(plain));
            set(
                "target",
                Value::str(look.read_link(here)?.to_string_lossy()),
            );
        }
        Node::Other => return Ok(None),
    }
    if stat.what != Node::Link {
        params.insert("mode".to_owned(), Value::from(format!("{:04o}", stat.mode)));
    }
    Ok(Some(params))
}

fn content(path: &Path, stat: &Stat, look: &dyn Look) -> Result<Option<Value>, Failure> {
    if stat.size >= DIFF_LIMIT {
        return Ok(None);
    }
    match look.read(path, DIFF_LIMIT) {
        Ok(bytes) => Ok(match Value::bytes(&bytes) {
            text @ Value::Str(_) => Some(text.secret_if(!others_read(stat))),
            _ => None,
        }),
        Err(Fault::Denied(..) | Fault::TooLarge(..) | Fault::NotFound(_)) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}
