//! Where a password is kept.

use super::super::{At, Failure, path};
use crate::value::sha256_hex;
use crate::world::{Fault, Look, World};
use std::path::{Path, PathBuf};

/// Makes the directory and those above it that are missing, for nobody else to look into.
pub(super) fn make_dirs(dir: &Path, world: &dyn World) -> Result<(), Failure> {
    let mut missing = Vec::new();
    for above in dir.ancestors() {
        if world.stat(above)?.is_some() {
            break;
        }
        missing.push(above);
    }
    for dir in missing.into_iter().rev() {
        match world.make_dir(dir, 0o700) {
            // Another password of the same graph was quicker.
            Ok(()) | Err(Fault::Exists(_)) => {}
            Err(fault) => return Err(no_state(fault.into())),
        }
    }
    Ok(())
}

/// What is wrong is no matter of the password: nothing of this graph can be kept there.
fn no_state(failure: Failure) -> Failure {
    Failure {
        why: format!(
            "the state directory cannot be made ({}); --state-dir or WEFT_STATE_DIR names another",
            failure.why
        ),
        ..failure
    }
}

pub(super) fn kept_in(state: &Path) -> PathBuf {
    state.join("passwords")
}

pub(super) fn kept_at(state: &Path, at: &At) -> PathBuf {
    kept_in(state).join(file_name(at.key.name()))
}

/// The graph's state directory by its real path, as a change needs it: the way to it may lead through links.
pub(super) fn real_state(at: &At, look: &dyn Look) -> Result<PathBuf, Failure> {
    path::resolve(look, at.state, |_, _| {})
}

/// A resource's name as the name of one file: what is not a plain letter, digit, `_` or `-` is percent-encoded, so that
/// no two names meet, and none is a dot file or a path. One too long for a file system ends in its hash.
pub(super) fn file_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let mut encoded = String::new();
    for byte in name.bytes() {
        match plain(byte) {
            true => encoded.push(char::from(byte)),
            false => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    match encoded.len() {
        // A lone `%` stands in no encoded name.
        0 => "%".to_owned(),
        1..=200 => encoded,
        _ => {
            format!("{}%{}", &encoded[..120], sha256_hex(name.as_bytes()))
        }
    }
}
