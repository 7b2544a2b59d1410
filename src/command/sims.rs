//! The table of what can be done on a simulated machine: `sim …`.

use super::registry::{Arg, Command, Group, Slot, When};

/// What can go wrong on a simulated machine, as [`crate::world::sim`] lists it.
pub const FAULTS: &[&str] = &[
    "io",
    "no-space",
    "denied",
    "read-only",
    "net",
    "hang",
    "fails",
    "crash",
    "crash-after",
];

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
    .args(&[Arg::new(Slot::Name, "MODE"), PATH]),
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
    .args(&[Arg::new(Slot::Name, "UNIT"), Arg::new(Slot::Name, "STATE")]),
    sim(
        "http",
        "a server answers so from now on",
        "sim http https://example.com/a 200 body",
    )
    .args(&[
        Arg::new(Slot::Name, "URL"),
        Arg::new(Slot::Number, "STATUS"),
        Arg::maybe(Slot::Text, "BODY"),
    ]),
    sim(
        "fail",
        "what touches this fails from now on",
        "sim fail /etc/motd no-space 2",
    )
    .args(&[
        Arg::new(Slot::Path, "PATH|COMMAND|URL"),
        Arg::new(Slot::Word(FAULTS), "FAULT"),
        Arg::maybe(Slot::Number, "TIMES"),
    ])
    .help("With a number only so many times."),
    sim("heal", "faults are over", "sim heal /etc/motd")
        .args(&[Arg::maybe(Slot::Path, "PATH|COMMAND|URL")]),
    sim(
        "crash",
        "the engine is killed, now or at a point",
        "sim crash file[/tmp/secret]",
    )
    .args(&[Arg::maybe(Slot::Rest, "POINT")])
    .help("What was durable survives. `sim restart` goes on."),
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
    .args(&[Arg::new(Slot::Rest, "COMMAND")])
    .help("What it does is what the story's `world.commands` says."),
];
