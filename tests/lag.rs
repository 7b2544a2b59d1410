//! The record protocol with a journal that lags behind: random graphs of a few vertices, over which changes, failures, edits,
//! cancels, stops and crashes come in random order, and records become durable whenever they do. An act begins only when the record
//! that it names is durable, and a crash leaves what was durable and what had been done (rules N1, N5 to N7, P1, P2, V6).
//!
//! What must never happen is kept apart from the engine, in [`lab::World`]: after each change of a vertex a refresh of each target that it
//! notifies began, and nobody was given an output that the journal did not have.
//!
//! A failing seed is printed; `WEFT_SEED=n cargo test --test lag` replays it alone.

#[path = "lag/lab.rs"]
mod lab;
#[path = "lag/world.rs"]
mod world;

use lab::Lab;
use std::collections::BTreeMap;
use weft::world::sim::Seed;

const SEEDS: u64 = 1_000;

/// Draws, one after the other, from a seed.
pub struct Dice {
    seed: Seed,
    drawn: u64,
}

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.drawn += 1;
        self.seed.of(self.drawn.to_string()).below(n.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// How often each kind of thing occurred, over all seeds.
pub type Counts = BTreeMap<&'static str, usize>;

fn play(seed: u64, counts: &mut Counts) {
    let dice = Dice {
        seed: Seed::new(seed),
        drawn: 0,
    };
    let mut lab = Lab::new(seed, dice);
    for _ in 0..200 {
        lab.something_happens();
    }
    lab.heal();
    for (what, n) in lab.counts {
        *counts.entry(what).or_default() += n;
    }
}

#[test]
fn nothing_is_lost_between_a_change_and_its_reactions() {
    let mut counts = Counts::new();
    if let Some(seed) = std::env::var("WEFT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
    {
        return play(seed, &mut counts);
    }
    for seed in 0..SEEDS {
        play(seed, &mut counts);
    }
    for (what, n) in &counts {
        println!("{n:>9}  {what}");
    }
    for what in [
        "apply",
        "refresh",
        "failed",
        "not begun",
        "cancelled",
        "hung",
        "came back",
        "drift",
        "notify",
        "cancel",
        "edge drawn",
        "edge removed",
        "noop set",
        "noop unset",
        "rename",
        "vertex removed",
        "vertex added",
        "stop",
        "stop now",
        "run",
        "crash",
        "crash during an act",
        "record lost in a crash",
        "changed before a crash",
        "output received",
        "output lost",
        "params set",
    ] {
        assert!(
            counts.contains_key(what),
            "nothing of this occurred: {what}"
        );
    }
}
