//! Draws, one after the other, from a seed.

use weft::world::sim::Seed;

pub struct Dice {
    seed: Seed,
    drawn: u64,
}

impl Dice {
    pub fn new(seed: Seed) -> Dice {
        Dice { seed, drawn: 0 }
    }

    /// Any of `0..n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.drawn += 1;
        self.seed.of(self.drawn.to_string()).below(n.max(1))
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}
