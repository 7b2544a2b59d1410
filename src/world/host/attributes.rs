//! What a file that is replaced keeps besides owner and mode: extended attributes, and with them its ACL
//! (`system.posix_acl_access`), its security label and its capabilities.

use super::place::{Place, say};
use crate::world::Fault;
use rustix::fd::AsFd;
use rustix::fs::XattrFlags;
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::path::Path;

type Attributes = BTreeMap<Vec<u8>, Vec<u8>>;

/// Checksums that the kernel makes of the content by itself: those of the old content would be wrong.
const OF_THE_CONTENT: [&[u8]; 2] = [b"security.ima", b"security.evm"];

/// The access ACL. A new file may have got one from its directory, which the replaced one need not have.
const ACL: &[u8] = b"system.posix_acl_access";

/// Gives `temporary` what the file at `place` has, or fails and says which attribute it could not keep. Attributes that a
/// directory's default ACL gave the temporary, and that the file does not have, are taken from it.
pub(super) fn keep(place: &Place, temporary: impl AsFd) -> Result<(), Fault> {
    let temporary = temporary.as_fd();
    let wanted =
        of_path(&place.real(&place.name)?).map_err(|(name, errno)| unkept(place, &name, errno))?;
    let present = of_file(temporary).map_err(|(name, errno)| unkept(place, &name, errno))?;
    for (name, value) in &wanted {
        if present.get(name) == Some(value) {
            continue;
        }
        rustix::fs::fsetxattr(temporary, name.as_slice(), value, XattrFlags::empty())
            .map_err(|errno| unkept(place, name, errno))?;
    }
    if present.contains_key(ACL) && !wanted.contains_key(ACL) {
        rustix::fs::fremovexattr(temporary, ACL).map_err(|errno| unkept(place, ACL, errno))?;
    }
    Ok(())
}

fn unkept(place: &Place, name: &[u8], errno: Errno) -> Fault {
    let name = String::from_utf8_lossy(name);
    if matches!(errno, Errno::PERM | Errno::ACCESS) || name.is_empty() {
        return place.fault(errno);
    }
    let why = format!(
        "its attribute {name} cannot be kept, so it is not replaced: {}",
        say(errno)
    );
    Fault::Io(place.path.to_owned(), why)
}

/// An error, and the attribute that it is about; empty where it is about all.
type Failed = (Vec<u8>, Errno);

fn of_path(path: &Path) -> Result<Attributes, Failed> {
    collect(
        |buffer| rustix::fs::llistxattr(path, buffer),
        |name, buffer| rustix::fs::lgetxattr(path, name, buffer),
    )
}

fn of_file(file: impl AsFd) -> Result<Attributes, Failed> {
    let file = file.as_fd();
    collect(
        |buffer| rustix::fs::flistxattr(file, buffer),
        |name, buffer| rustix::fs::fgetxattr(file, name, buffer),
    )
}

/// The kernel's own limit for a list of names and for a value.
const LARGEST: usize = 64 << 10;

fn collect(
    list: impl Fn(&mut [u8]) -> Result<usize, Errno>,
    get: impl Fn(&[u8], &mut [u8]) -> Result<usize, Errno>,
) -> Result<Attributes, Failed> {
    let mut names = vec![0; LARGEST];
    let length = match list(&mut names) {
        Ok(length) => length,
        // A file system without attributes has none to keep.
        Err(Errno::NOTSUP | Errno::NOSYS) => 0,
        Err(errno) => return Err((Vec::new(), errno)),
    };
    let mut found = Attributes::new();
    let mut value = vec![0; LARGEST];
    for name in names[..length].split(|byte| *byte == 0) {
        if name.is_empty() || OF_THE_CONTENT.contains(&name) {
            continue;
        }
        match get(name, &mut value) {
            Ok(length) => {
                found.insert(name.to_vec(), value[..length].to_vec());
            }
            // Removed in between.
            Err(Errno::NODATA) => {}
            Err(errno) => return Err((name.to_vec(), errno)),
        }
    }
    Ok(found)
}
