//! What commands and the harness write down, and what it comes to. Every line is one append, so their order is what happened.
//!
//! | line | who | what |
//! | --- | --- | --- |
//! | `is PART N` | the harness | this part holds N, and all have heard of it |
//! | `want PART N` | the harness, before it changes something | from here on this part of the site is to hold N, and does not yet |
//! | `run VERB` | the harness | an engine starts |
//! | `begin REACTION N PID` | a command, first of all | what it found in the file that it reacts to |
//! | `torn REACTION N` | a command | it found the beginning of one state, and the end of another |
//! | `end REACTION N PID` | a command, last of all | |

use std::collections::{BTreeMap, BTreeSet};

/// Reactions, each with the part of the site that it reacts to.
pub const REACTIONS: &[(&str, &str)] = &[
    ("on-a", "a"),
    ("middle", "a"),
    ("last", "a"),
    ("on-conf", "conf"),
    ("on-made", "made"),
    ("on-kept", "kept"),
];

/// What went wrong, by kind, in words; and how many reactions there were too many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// A part changed, and no reaction to it began afterwards and ended.
    pub lost: Vec<String>,
    /// A reaction began and did not find what was wanted.
    pub early: Vec<String>,
    /// Something was found that is half of one state and half of another, or empty.
    pub torn: Vec<String>,
    /// What should not be there any more.
    pub left: Vec<String>,
    /// Reactions after one that had begun and ended already.
    pub duplicates: usize,
    /// Reactions after one that had begun, and was ended with its engine.
    pub again: usize,
    /// Reactions in all.
    pub reactions: usize,
}

impl Verdict {
    /// Takes another one in.
    pub fn add(&mut self, other: Verdict) {
        self.lost.extend(other.lost);
        self.early.extend(other.early);
        self.torn.extend(other.torn);
        self.left.extend(other.left);
        self.duplicates += other.duplicates;
        self.again += other.again;
        self.reactions += other.reactions;
    }

    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        [&self.lost, &self.early, &self.torn, &self.left]
            .iter()
            .all(|all| all.is_empty())
    }
}

/// Where a reaction stands.
#[derive(Default)]
struct Reaction<'a> {
    /// Whether its part was to change and no reaction has begun and ended since.
    needed: bool,
    /// The command that began last and has not ended; empty if there is none.
    open: &'a str,
    /// Whether it began after its part was to change.
    counts: bool,
}

/// Judges a log whose site has converged: everything that was wanted has been reacted to.
pub fn judge(log: &str) -> Verdict {
    let mut verdict = Verdict::default();
    let mut wanted: BTreeMap<&str, &str> = BTreeMap::new();
    let mut all: BTreeMap<&str, Reaction> = BTreeMap::new();
    // Reactions of the engine under way, if it watches.
    let mut watched: Option<BTreeSet<&str>> = None;
    for line in log.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["is", part, number] => drop(wanted.insert(part, number)),
            ["want", part, number] => {
                wanted.insert(part, number);
                for (name, _) in REACTIONS.iter().filter(|(_, of)| of == part) {
                    let reaction = all.entry(name).or_default();
                    (reaction.needed, reaction.counts) = (true, false);
                }
            }
            ["run", verb] => watched = (*verb == "watch").then(BTreeSet::new),
            ["begin", name, number, pid] => {
                let part = REACTIONS.iter().find(|(known, _)| known == name);
                let want = part.and_then(|(_, part)| wanted.get(part));
                // Under watch what a reaction reads may be written anew while it runs, for a cause that came since; it then runs again.
                let meanwhile = *name == "last" && is_rewritten(&watched);
                if want != Some(number) && !(meanwhile && number.is_empty()) {
                    verdict.early.push(format!("{line}: wanted is {want:?}"));
                }
                let reaction = all.entry(name).or_default();
                verdict.reactions += 1;
                verdict.duplicates += usize::from(!reaction.needed);
                verdict.again += usize::from(reaction.counts && !reaction.open.is_empty());
                (reaction.open, reaction.counts) = (pid, reaction.needed && want == Some(number));
                if let Some(begun) = &mut watched {
                    begun.insert(name);
                }
            }
            ["end", name, _, pid] => {
                let reaction = all.entry(name).or_default();
                if reaction.open != *pid {
                    verdict.left.push(format!("{line}: after another began"));
                    continue;
                }
                reaction.needed &= !reaction.counts;
                reaction.open = "";
            }
            ["torn", "last", _] if is_rewritten(&watched) => {}
            ["torn", ..] => verdict.torn.push(line.to_owned()),
            _ => verdict
                .torn
                .push(format!("not a line of the log: {line:?}")),
        }
    }
    let lost = all.iter().filter(|(_, reaction)| reaction.needed);
    verdict
        .lost
        .extend(lost.map(|(name, _)| format!("{name}: wanted was {wanted:?}")));
    verdict
}

/// Whether an engine that watches has begun the reaction which writes what `last` reads.
fn is_rewritten(watched: &Option<BTreeSet<&str>>) -> bool {
    let begun = watched.as_ref();
    begun.is_some_and(|begun| begun.contains("middle"))
}

#[test]
fn each_kind_of_failure_is_seen() {
    let judged = |lines: &[&str]| judge(&lines.join("\n"));
    let well = ["want a 1", "begin on-a 1 7", "end on-a 1 7"];
    let chain = [
        "begin middle 1 8",
        "end middle 1 8",
        "begin last 1 9",
        "end last 1 9",
    ];
    let all = [&well[..], &chain].concat();
    assert!(judged(&all).is_good(), "{:?}", judged(&all));
    assert_eq!((judged(&all).duplicates, judged(&all).reactions), (0, 3));
    assert_eq!(judged(&well).lost.len(), 2);
    assert_eq!(judged(&[&all[..], &["want a 2"]].concat()).lost.len(), 3);
    assert_eq!(
        judged(&[&all[..1], &["begin on-a 1 7"], &chain].concat())
            .lost
            .len(),
        1
    );
    assert_eq!(judged(&["want a 2", "begin on-a 1 7"]).early.len(), 1);
    assert_eq!(judged(&["want a 1", "begin on-a ? 7"]).early.len(), 1);
    assert_eq!(judged(&["torn last 1"]).torn.len(), 1);
    assert_eq!(judged(&["begin on-"]).torn.len(), 1);
    let twice = [&all[..], &["begin on-a 1 10", "end on-a 1 10"]].concat();
    assert_eq!((judged(&twice).duplicates, judged(&twice).again), (1, 0));
    let again = [&all[..2], &["begin on-a 1 10", "end on-a 1 10"], &chain].concat();
    assert_eq!((judged(&again).duplicates, judged(&again).again), (0, 1));
    // One that began before its part was to change again does not count for that.
    let late = [&well[..2], &["want a 1"], &well[2..], &chain].concat();
    assert_eq!((judged(&late).lost.len(), judged(&late).left.len()), (1, 0));
    let watched = |verb| {
        judged(&[
            verb,
            "want a 1",
            "begin middle 1 8",
            "begin last  9",
            "torn last 1",
        ])
    };
    assert_eq!(
        (
            watched("run watch").early.len(),
            watched("run watch").torn.len()
        ),
        (0, 0)
    );
    assert_eq!(
        (
            watched("run apply").early.len(),
            watched("run apply").torn.len()
        ),
        (1, 1)
    );
    let outlived = [&again[..3], &["end on-a 1 7"], &again[3..]].concat();
    assert_eq!(judged(&outlived).left.len(), 1);
}
