//! A thousand random graphs, each through a random history: edits, damage, stops, crashes, notifications. What happens is followed
//! event by event against the laws of [`follow::Law`], compared with what the engine says of itself, and in the end with the
//! machine. Every play is played twice, and gives the same trace. How often each thing occurred is printed, and what never
//! did fails.
//!
//! A failing seed is printed; `WEFT_SEED=n cargo test --test seeds` plays it alone.

#[path = "seeds/dice.rs"]
mod dice;
#[path = "seeds/follow.rs"]
mod follow;
#[path = "seeds/grow.rs"]
mod grow;
#[path = "seeds/machine.rs"]
mod machine;
#[path = "seeds/planted.rs"]
mod planted;
#[path = "seeds/play.rs"]
mod play;
#[path = "seeds/steps.rs"]
mod steps;
#[path = "seeds/wanted.rs"]
mod wanted;

use follow::Item;
use play::{Counts, Play};
use wanted::WANTED;

const SEEDS: u64 = 1_000;

/// The whole play of a seed.
fn play(seed: u64) -> (Counts, String, Vec<Item>) {
    let mut play = Play::new(seed);
    play.draw();
    for _ in 0..4 + play.dice.below(14) {
        play.step();
    }
    play.heal();
    play.done()
}

/// Plays these twice each.
fn play_twice(seeds: impl Iterator<Item = u64>) -> Counts {
    let mut all = Counts::new();
    for seed in seeds {
        let (counts, trace, _) = play(seed);
        assert_eq!(trace, play(seed).1, "seed {seed} gives two traces");
        add(&mut all, counts);
    }
    all
}

fn add(all: &mut Counts, counts: Counts) {
    for (what, n) in counts {
        *all.entry(what).or_default() += n;
    }
}

#[test]
fn random_graphs_keep_the_rules() {
    let alone = std::env::var("WEFT_SEED").ok();
    if let Some(seed) = alone {
        let seed = seed.parse().expect("WEFT_SEED is a number");
        let all = play_twice(std::iter::once(seed));
        return all.iter().for_each(|(what, n)| println!("{n:7} {what}"));
    }
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let mut all = Counts::new();
    std::thread::scope(|scope| {
        let share =
            |first| scope.spawn(move || play_twice((first..SEEDS).step_by(threads as usize)));
        let shares: Vec<_> = (0..threads).map(share).collect();
        for share in shares {
            match share.join() {
                Ok(counts) => add(&mut all, counts),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    all.iter().for_each(|(what, n)| println!("{n:7} {what}"));
    let never: Vec<&str> = WANTED
        .iter()
        .copied()
        .filter(|what| !all.contains_key(*what))
        .collect();
    assert!(never.is_empty(), "never occurred: {never:?}");
}
