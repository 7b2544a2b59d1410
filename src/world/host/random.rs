//! Random bytes of the system.

use rand::TryRng;

use crate::world::Fault;

/// Fills these with random bytes. A static weft in an empty directory has no `/dev/urandom`, where the library looks when it is
/// not linked against a libc that it can ask; there the kernel is asked itself.
pub(super) fn fill(bytes: &mut [u8]) -> Result<(), Fault> {
    match rand::rngs::SysRng.try_fill_bytes(bytes) {
        Ok(()) => Ok(()),
        Err(error) => ask_kernel(bytes, &error.to_string()),
    }
}

#[cfg(target_os = "linux")]
fn ask_kernel(bytes: &mut [u8], _: &str) -> Result<(), Fault> {
    let mut filled = 0;
    while filled < bytes.len() {
        let flags = rustix::rand::GetRandomFlags::empty();
        match rustix::rand::getrandom(&mut bytes[filled..], flags) {
            Ok(n) => filled += n,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(none(&error.to_string())),
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn ask_kernel(_: &mut [u8], why: &str) -> Result<(), Fault> {
    Err(none(why))
}

fn none(why: &str) -> Fault {
    Fault::Unsupported(format!("this machine has no randomness to give: {why}"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn both_ways_fill_all_of_it_and_differ_each_time() {
        let (mut a, mut b, mut c) = ([0; 300], [0; 300], [0; 300]);
        assert_eq!(fill(&mut a), Ok(()));
        assert_eq!(ask_kernel(&mut b, "asked on purpose"), Ok(()));
        assert_eq!(ask_kernel(&mut c, "asked on purpose"), Ok(()));
        assert!(a != b && b != c && [a, b, c].iter().all(|bytes| bytes[200..] != [0; 100]));
    }
}
