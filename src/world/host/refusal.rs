//! Why the kernel refuses even root, where its error does not say so: an attribute that locks a file or its directory, and
//! file systems of the kernel's own, in which nothing can be made.

use super::files::stat_at;
use super::place::Place;
use super::sys;
use crate::world::rules;
use crate::world::{Fault, KernelFs, Node};
use std::path::Path;

/// The kernel's own file systems, by the number that `statfs` gives.
const KERNEL: &[(u32, KernelFs)] = &[
    (0x0000_9fa0, KernelFs::closed("procfs")),
    (0x6265_6572, KernelFs::closed("sysfs")),
    (0x6462_6720, KernelFs::closed("debugfs")),
    (0x7363_6673, KernelFs::closed("securityfs")),
    (0xf97c_ff8c, KernelFs::closed("selinuxfs")),
    (0x4341_5d53, KernelFs::closed("smackfs")),
    (0x0000_1cd1, KernelFs::closed("devpts")),
    (0x4249_4e4d, KernelFs::closed("binfmt_misc")),
    (0x6e73_6673, KernelFs::closed("nsfs")),
    (0x6573_5543, KernelFs::closed("fusectl")),
    (0x6759_6969, KernelFs::closed("rpc_pipefs")),
    (0x0027_e0eb, KernelFs::of_dirs("cgroup")),
    (0x6367_7270, KernelFs::of_dirs("cgroup2")),
    (0x6265_6570, KernelFs::of_dirs("configfs")),
    (0x7472_6163, KernelFs::of_dirs("tracefs")),
    (0xcafe_4a11, KernelFs::of_dirs("bpf")),
];

/// The kernel's own file system of this number, if it is one.
fn kernel(number: u32) -> Option<KernelFs> {
    let found = KERNEL.iter().find(|(known, _)| *known == number);
    found.map(|(_, fs)| *fs)
}

/// The kernel's own file system that a directory is in, if it is in one.
pub(super) fn kernel_fs(place: &Place) -> Option<KernelFs> {
    kernel(sys::fs_number(place, &place.name)?)
}

/// What was tried.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// Making an entry, or replacing one by this.
    Make(Node),
    /// Removing or renaming an entry.
    Remove,
    /// Changing mode or owner.
    Alter,
}

/// A refusal of the kernel, with the reason that its error leaves out.
pub(super) fn explained(place: &Place, act: Act, fault: Fault) -> Fault {
    if !matches!(
        fault,
        Fault::Denied(..) | Fault::NotFound(_) | Fault::Io(..)
    ) {
        return fault;
    }
    let stat = stat_at(place).ok();
    let what = match act {
        Act::Make(what) => Some(what),
        Act::Remove => stat.as_ref().map(|stat| stat.what),
        Act::Alter => None,
    };
    let fs = sys::fs_number(place, Path::new(".")).and_then(kernel);
    if let (Some(what), Some(fs)) = (what, fs)
        && fs.refuses(what)
    {
        return Fault::Kernel(place.path.to_owned(), fs.name);
    }
    let dir = place.holder().and_then(|holder| stat_at(&holder)).ok();
    let denied = matches!(fault, Fault::Denied(..));
    match rules::unlocked(place.path, dir.as_ref().zip(what), stat.as_ref()) {
        Err(locked) if denied => locked,
        _ => fault,
    }
}
