//! The table of what can be done on a simulated machine: `sim …`.

use super::registry::{Arg, Command, Group, Slot, When};
use crate::drive::sim::{CrashPoint, Cut};
use crate::world::sim::FaultKind;

/// What can go wrong on a simulated machine, as [`crate::world::sim`] lists it, each with its word.
pub const FAULTS: [(&str, FaultKind); 9] = [
    ("io", FaultKind::Io),
    ("no-space", FaultKind::NoSpace),
    ("denied", FaultKind::Denied),
    ("read-only", FaultKind::ReadOnly),
    ("net", FaultKind::Net),
    ("hang", FaultKind::Hang),
    ("fails", FaultKind::Fails),
    ("crash", FaultKind::Crash),
    ("crash-after", FaultKind::CrashAfter),
];

/// The states that a service can come into, each with its word.
pub const STATES: [(&str, UnitState); 4] = [
    ("running", UnitState::Running),
    ("stopped", UnitState::Stopped),
    ("changing", UnitState::Changing),
    ("failed", UnitState::Failed),
];

/// A state that a service can come into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnitState {
    /// It runs.
    Running,
    /// It does not.
    Stopped,
    /// It is on its way to the one or the other.
    Changing,
    /// It ended badly.
    Failed,
}

impl UnitState {
    /// Its word.
    pub fn word(self) -> &'static str {
        word_of(&STATES, self)
    }
}

/// The word of a fault.
pub(super) fn fault_word(fault: FaultKind) -> &'static str {
    word_of(&FAULTS, fault)
}

fn word_of<T: PartialEq>(table: &[(&'static str, T)], one: T) -> &'static str {
    let row = table.iter().find(|(_, of)| *of == one);
    row.map_or("", |(word, _)| word)
}

/// The words of a table alone.
const fn words<T: Copy, const N: usize>(table: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = table[at].0;
        at += 1;
    }
    words
}

const FAULT_WORDS: &[&str] = &words(&FAULTS);
const STATE_WORDS: &[&str] = &words(&STATES);

const PATH: Arg = Arg::new(Slot::Path, "PATH");

const fn sim(name: &'static str, about: &'static str, example: &'static str) -> Command {
    Command::new(Group::Sim, name, about, example).when(When::Sim)
}

/// Every command of the simulated machine, in the order of help.
pub const SIMS: &[Command] = &[
    sim(
        "write",
        "someone writes a file",
        "sim write /etc/motd \"hello\\n\"",
    )
    .args(&[PATH, Arg::new(Slot::Text, "TEXT")]),
    sim(
        "rm",
        "someone removes a file or directory",
        "sim rm /etc/motd",
    )
    .args(&[PATH]),
    sim(
        "touch",
        "someone makes an empty file",
        "sim touch /etc/motd",
    )
    .args(&[PATH]),
    sim(
        "chmod",
        "someone changes a mode",
        "sim chmod 0666 /etc/motd",
    )
    .args(&[Arg::new(Slot::Bits, "MODE"), PATH]),
    sim(
        "chown",
        "someone changes the owner",
        "sim chown root:adm /etc/motd",
    )
    .args(&[Arg::new(Slot::Name, "OWNER"), PATH]),
    sim("mkdir", "someone makes a directory", "sim mkdir /srv").args(&[PATH]),
    sim(
        "mv",
        "someone moves a file",
        "sim mv /etc/motd /etc/motd.old",
    )
    .args(&[Arg::new(Slot::Path, "FROM"), Arg::new(Slot::Path, "TO")]),
    sim(
        "ln",
        "someone makes a symbolic link",
        "sim ln /run/motd /etc/motd",
    )
    .args(&[Arg::new(Slot::Path, "TARGET"), PATH]),
    sim(
        "svc",
        "a service comes into a state",
        "sim svc nginx failed",
    )
    .args(&[Arg::new(Slot::Name, "UNIT"), Arg::new(Slot::Word(STATE_WORDS), "STATE")]),
    sim(
        "http",
        "a server answers so from now on",
        "sim http https://example.com/a 200 body",
    )
    .args(&[
        Arg::new(Slot::Name, "URL"),
        Arg::new(Slot::Page, "STATUS"),
        Arg::maybe(Slot::Text, "BODY"),
    ]),
    sim(
        "fail",
        "what touches this fails from now on",
        "sim fail /etc/motd no-space 2",
    )
    .args(&[
        Arg::new(Slot::Path, "PATH|COMMAND|URL"),
        Arg::new(Slot::Word(FAULT_WORDS), "FAULT"),
        Arg::maybe(Slot::Count, "TIMES"),
    ])
    .help(
        "With a number only so many times; without one every time. `sim fail \"effect N CALLS\" FAULT` is about one call of one check, \
         apply or refresh.",
    ),
    sim("heal", "faults are over", "sim heal /etc/motd")
        .args(&[Arg::maybe(Slot::Path, "PATH|COMMAND|URL")]),
    sim(
        "crash",
        "the engine is killed, now or at a point",
        "sim crash file[/tmp/secret]",
    )
    .args(&[Arg::maybe(Slot::Point, "POINT")])
    .help(
        "POINT is one of: a vertex, once it was applied or refreshed; `record N`, before that record is durable; `commit N`, \
         `commit N torn PART` (of 1000) or `commit N after`; `effect N`, or `effect N CALLS` after so many calls into the world. What \
         was durable survives. `sim restart` goes on.",
    ),
    sim(
        "restart",
        "the engine starts again on what was durable",
        "sim restart",
    ),
    sim("advance", "time passes", "sim advance 30s").args(&[Arg::new(Slot::Span, "SPAN")]),
    sim(
        "run",
        "someone runs a command",
        "sim run systemctl reload nginx",
    )
    .args(&[Arg::new(Slot::Command, "COMMAND")])
    .help("What it does is what the story's `world.commands` says."),
];

/// A point that is told by numbers.
pub fn numbered(text: &str) -> Option<CrashPoint> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [what, number, more @ ..] = words.as_slice() else {
        return None;
    };
    let number = number.parse().ok()?;
    Some(match (*what, more) {
        ("record", []) => CrashPoint::Record(number),
        ("commit", []) => CrashPoint::Commit(number, Cut::Before),
        ("commit", ["torn", part]) => CrashPoint::Commit(number, Cut::Torn(part.parse().ok()?)),
        ("commit", ["after"]) => CrashPoint::Commit(number, Cut::After),
        ("effect", []) => CrashPoint::Effect(number, None),
        ("effect", [calls]) => CrashPoint::Effect(number, Some(calls.parse().ok()?)),
        _ => return None,
    })
}
