//! The registry: every command as data. Parsing, completion, hints, help, keys and docs come from here.

use super::{sims, verbs};
use crate::graph::nearest;
use std::fmt;

pub use sims::SIMS;
pub use verbs::COMMANDS;

/// One command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its word.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// Where help lists it.
    pub group: Group,
    /// What follows it.
    pub args: &'static [Arg],
    /// What it does, in one line.
    pub about: &'static str,
    /// The rest of what there is to know.
    pub help: &'static str,
    /// A line that shows it.
    pub example: &'static str,
    /// The key on the screen, if it has one.
    pub key: Option<&'static str>,
    /// When it can be used.
    pub when: When,
}

/// What commands are about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    /// Building a graph.
    Graph,
    /// Running it.
    Run,
    /// Nudging what runs.
    Poke,
    /// Asking about it.
    Ask,
    /// The machine itself.
    Host,
    /// The simulated machine.
    Sim,
}

impl Group {
    /// All groups, in the order of help.
    pub const ALL: [Group; 6] = [
        Group::Graph,
        Group::Run,
        Group::Poke,
        Group::Ask,
        Group::Host,
        Group::Sim,
    ];
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Group::Graph => "graph",
            Group::Run => "run",
            Group::Poke => "poke",
            Group::Ask => "ask",
            Group::Host => "host",
            Group::Sim => "sim",
        })
    }
}

/// When a command can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// At any time.
    Always,
    /// While nothing runs.
    Idle,
    /// While something runs.
    Running,
    /// On a real machine.
    Host,
    /// In a simulation.
    Sim,
}

/// What a command's time is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moment {
    /// Whether something runs or is watched.
    pub running: bool,
    /// Whether the world is simulated.
    pub sim: bool,
}

impl When {
    /// Why a command cannot be used now, if it cannot.
    pub fn refuses(self, now: Moment) -> Option<&'static str> {
        match self {
            When::Idle if now.running => Some("something runs: `stop` it first"),
            When::Running if !now.running => Some("nothing runs: `apply`, `step` or `watch` first"),
            When::Host if now.sim => Some("this is a simulation: `weft host` opens this machine"),
            When::Sim if !now.sim => Some("this is a real machine: a story has a simulated one"),
            _ => None,
        }
    }
}

/// One argument of a command.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// What it is.
    pub slot: Slot,
    /// How usage shows it.
    pub shows: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What an argument can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    /// A vertex to be: `KIND NAME`, `kind[name]` or `kind:name`.
    NewRef,
    /// A vertex.
    Ref,
    /// Vertices, as many as there are.
    Refs,
    /// A param of a vertex.
    Field,
    /// Vertices with arrows between them.
    Chain,
    /// What is sent, an arrow, and the param that receives it.
    Binding,
    /// Fields of the vertex before it, as many as there are.
    Names,
    /// `param=value`, as many as there are, of the vertex before it.
    Settings,
    /// A word that is nothing else: a name.
    Name,
    /// A path.
    Path,
    /// A text: one word, quoted, or a heredoc.
    Text,
    /// All that follows, as it stands: a command line.
    Command,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A length of time with its unit.
    Span,
    /// A whole number.
    Number,
    /// How many: a whole number from 1 on.
    Count,
    /// A file's mode in octal.
    Bits,
    /// The status of a page.
    Page,
    /// Where a crash comes: a vertex, or `record N`.
    Point,
    /// A kind.
    Kind,
    /// A command or a kind.
    Topic,
    /// A vertex or an event at which a run stops.
    Stop,
    /// A command of the simulated machine.
    Sim,
    /// What is expected.
    Expect,
    /// A lesson, or what is wanted of the one that is on.
    Lesson,
}

impl Arg {
    /// One that must be there.
    pub const fn new(slot: Slot, shows: &'static str) -> Arg {
        Arg {
            slot,
            shows,
            optional: false,
        }
    }

    /// One that may be left out.
    pub const fn maybe(slot: Slot, shows: &'static str) -> Arg {
        Arg {
            slot,
            shows,
            optional: true,
        }
    }
}

impl fmt::Display for Arg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.optional {
            true => write!(f, "[{}]", self.shows),
            false => f.write_str(self.shows),
        }
    }
}

impl Command {
    /// A command with no arguments, always usable, without more help.
    pub const fn new(
        group: Group,
        name: &'static str,
        about: &'static str,
        example: &'static str,
    ) -> Command {
        Command {
            name,
            aliases: &[],
            group,
            args: &[],
            about,
            help: "",
            example,
            key: None,
            when: When::Always,
        }
    }

    /// With arguments.
    pub const fn args(self, args: &'static [Arg]) -> Command {
        Command { args, ..self }
    }

    /// With more to say.
    pub const fn help(self, help: &'static str) -> Command {
        Command { help, ..self }
    }

    /// With a key on the screen.
    pub const fn key(self, key: &'static str) -> Command {
        Command {
            key: Some(key),
            ..self
        }
    }

    /// With other words for it.
    pub const fn or(self, aliases: &'static [&'static str]) -> Command {
        Command { aliases, ..self }
    }

    /// Usable only then.
    pub const fn when(self, when: When) -> Command {
        Command { when, ..self }
    }

    /// How it is written: `add KIND NAME [PARAM=VALUE …]`.
    pub fn usage(&self) -> String {
        let args: Vec<String> = self.args.iter().map(Arg::to_string).collect();
        [&[self.full_name()], args.as_slice()].concat().join(" ")
    }

    /// Its word, after `sim` where it is one of the simulated machine's.
    pub fn full_name(&self) -> String {
        match SIMS.iter().any(|sim| sim.example == self.example) {
            true => format!("sim {}", self.name),
            false => self.name.to_owned(),
        }
    }

    /// Whether this word means it.
    pub fn is_called(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }
}

/// The command of this word.
pub fn find(word: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.is_called(word))
}

/// The simulated machine's command of this word.
pub fn find_sim(word: &str) -> Option<&'static Command> {
    SIMS.iter().find(|command| command.is_called(word))
}

/// The command's word that was probably meant.
pub fn near(table: &'static [Command], word: &str) -> Option<&'static str> {
    let names = table
        .iter()
        .flat_map(|command| std::iter::once(command.name).chain(command.aliases.iter().copied()))
        .filter(|name| name.len() > 1);
    nearest(word, names)
}

/// Commands that a few typed letters can mean, best first: by name, alias, key and description.
pub fn fuzzy(typed: &str) -> Vec<&'static Command> {
    let typed = typed.trim().to_lowercase();
    let mut scored: Vec<(u32, &'static Command)> = COMMANDS
        .iter()
        .chain(SIMS)
        .filter_map(|command| Some((score(command, &typed)?, command)))
        .collect();
    scored.sort_by_key(|(score, _)| *score);
    scored.into_iter().map(|(_, command)| command).collect()
}

/// How far a command is from what was typed; none if it cannot be meant.
fn score(command: &Command, typed: &str) -> Option<u32> {
    let of = |text: &str, far: u32| Some(far + gaps(&text.to_lowercase(), typed)?);
    let key = command.key.filter(|key| key.to_lowercase() == typed);
    let names = command.aliases.iter().filter_map(|alias| of(alias, 1));
    [
        key.map(|_| 0),
        of(&command.full_name(), 0),
        of(command.name, 0),
        of(command.about, 200),
    ]
    .into_iter()
    .flatten()
    .chain(names)
    .min()
}

/// How much of `text` is skipped to find the letters of `typed` in it, in order.
fn gaps(text: &str, typed: &str) -> Option<u32> {
    let mut skipped = 0;
    let mut rest = text.chars();
    for wanted in typed.chars() {
        loop {
            match rest.next() {
                Some(c) if c == wanted => break,
                Some(_) => skipped += 5,
                None => return None,
            }
        }
    }
    Some(skipped + u32::try_from(rest.count()).unwrap_or(u32::MAX / 2))
}
