//! Chance as an argument: every entity draws from its own (seed, name), so that adding one does not reshuffle the others.

use sha2::{Digest, Sha256};

/// A source of choices that always draws the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seed([u8; 32]);

impl Seed {
    /// The seed of a whole run.
    pub fn new(seed: u64) -> Seed {
        Seed(hash(&[b"weft", &seed.to_le_bytes()]))
    }

    /// The seed of an entity (or of one draw) within this one.
    pub fn of(&self, name: impl AsRef<[u8]>) -> Seed {
        Seed(hash(&[&self.0, name.as_ref()]))
    }

    /// So many bytes.
    pub fn bytes(&self, n: usize) -> Vec<u8> {
        let blocks = (0u64..).flat_map(|i| hash(&[&self.0, b"\0block", &i.to_le_bytes()]));
        blocks.take(n).collect()
    }

    /// A number below `n`; 0 if `n` is 0. The bias is that of 64 bits, below any use here.
    pub fn below(&self, n: u64) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
            .checked_rem(n)
            .unwrap_or(0)
    }
}

/// Passwords are drawn from it: it never prints.
impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_draws_by_itself() {
        let seed = Seed::new(7);
        assert_eq!(seed.of("a").bytes(100), Seed::new(7).of("a").bytes(100));
        assert_ne!(seed.of("a").bytes(8), seed.of("b").bytes(8));
        assert_ne!(seed.of("a").bytes(8), Seed::new(8).of("a").bytes(8));
        assert_ne!(
            seed.of("ab").of("c").bytes(8),
            seed.of("a").of("bc").bytes(8)
        );
        assert_eq!(seed.bytes(40)[..8], seed.bytes(8));
        assert!((0..100).all(|i| seed.of([i]).below(6) < 6));
        assert_eq!(seed.below(0), 0);
    }
}
