//! Verbs and flags; those of the screen by themselves.

mod screen;

pub use screen::{LookArgs, ReplayArgs, ScreenArgs};

use crate::repl::Color;
use crate::time::{BadSpan, SHORTEST_LIMIT, Span};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// An interactive console for event-driven configuration graphs: build, dry-run, apply, watch, and test them.
///
/// Without a verb: the screen, or the prompt alone where the terminal cannot show it. FILE without `world`, `steps`, `expect` or `lesson`
/// is a graph and means this host; one with them is a story
/// and runs in its own simulated world. Without FILE: the password story, in a simulation.
#[derive(Parser, Debug)]
#[command(name = "weft", version)]
pub struct Cli {
    #[command(flatten)]
    pub prompt: PromptArgs,
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What the prompt opens on, and what it is told.
#[derive(Args, Debug, Default)]
pub struct PromptArgs {
    /// A graph or a story.
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub told: Told,
}

/// Commands from the command line.
#[derive(Args, Debug, Default)]
pub struct Told {
    /// Evaluates COMMAND, as it would be typed, and ends; may be given several times.
    #[arg(short = 'c', long = "command", value_name = "COMMAND")]
    pub commands: Vec<String>,
    /// Goes on after a command that failed (-c, and commands on standard input).
    #[arg(long)]
    pub keep_going: bool,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// Flags of every verb.
#[derive(Args, Debug, Default)]
pub struct Common {
    #[command(flatten)]
    pub world: WorldArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Flags about the world and the run.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "The run")]
pub struct WorldArgs {
    /// The world, instead of what the file says.
    #[arg(long, global = true, value_enum, value_name = "WORLD")]
    pub world: Option<World>,
    /// Consents beforehand to what will be changed on this host.
    #[arg(long, global = true)]
    pub yes: bool,
    /// Changes nothing: every resource is checked and held.
    #[arg(long, global = true)]
    pub noop: bool,
    /// How many resources may run at the same time; 8 unless given.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: Option<u8>,
    /// What a simulation's choices are drawn from, instead of the story's seed.
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,
    /// Where each graph has its state directory.
    #[arg(long, global = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Takes over the state of a graph of this name whose file has moved.
    #[arg(long, global = true)]
    pub adopt: bool,
    /// Ends a `watch` when nothing was left to do for so long (with its unit: 5s, 1m); with 0s as soon as that is so.
    #[arg(long, global = true, value_name = "TIME")]
    pub converged_timeout: Option<Span>,
    /// Ends after so long in any case, with exit code 124; at least 1ms.
    #[arg(long, global = true, value_name = "TIME", value_parser = limit)]
    pub max_runtime: Option<Span>,
    /// Exit code 2 if anything changed, would change or is held, and nothing failed.
    #[arg(long, global = true)]
    pub detailed_exitcode: bool,
}

/// A length of time in which something can be done.
fn limit(text: &str) -> Result<Span, String> {
    let span: Span = text.parse().map_err(|bad: BadSpan| bad.to_string())?;
    span.at_least(SHORTEST_LIMIT)?;
    Ok(span)
}

/// A file beside the results, which are on standard output already.
fn file(text: &str) -> Result<PathBuf, String> {
    match text {
        "" => Err("expected the path of a file, found nothing".to_owned()),
        "-" => Err("expected a file, since standard output holds the results: `./-` is a file of this name, and `/dev/stdout` \
                    puts it among them"
            .to_owned()),
        path => Ok(PathBuf::from(path)),
    }
}

/// Flags about what is printed.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Prints results as JSON (`format: 1`; fields are only ever added); of commands a line each.
    #[arg(long, global = true)]
    pub json: bool,
    /// Also writes every event to FILE, one line of JSON each.
    #[arg(long, global = true, value_name = "FILE", value_parser = file)]
    pub trace: Option<PathBuf>,
    /// No screen, no pager, no progress line, no hints: for screen readers and small terminals.
    #[arg(long, global = true)]
    pub plain: bool,
    /// The prompt alone, below what the shell has printed, without the screen.
    #[arg(long, global = true)]
    pub no_screen: bool,
    /// Prints ASCII alone; by itself where the locale's character set is not UTF-8, and on a terminal that has no more.
    #[arg(long, global = true)]
    pub ascii: bool,
    /// When to colour.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub color: Color,
    /// Logs more, on stderr; twice: everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Prints results and errors alone.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// Which world.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum World {
    /// A simulated machine.
    Sim,
    /// This machine.
    Host,
}

/// The verbs.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Opens the prompt on this machine, with an empty graph.
    Host(Told),
    /// Opens the prompt on a lesson, or lists the lessons. Everything is simulated.
    Learn(LearnArgs),
    /// Builds and plays the password story by itself, in a simulation, and opens the prompt on it.
    Demo(Told),
    /// Shows what would change, and changes nothing.
    Plan(PartArgs),
    /// Shows the plan, asks, and makes it so.
    Apply(PartArgs),
    /// Applies, then repairs whatever changes; reads FILE again when it changes, and at a SIGHUP where weft was started without a
    /// terminal.
    Watch(FileArgs),
    /// Plays stories and compares their traces with their snapshots.
    Test(TestArgs),
    /// Reads files, the steps of stories too, and says what is wrong with them, without looking at any host.
    Check(CheckArgs),
    /// Draws the graph.
    Graph(GraphArgs),
    /// The status of each resource.
    Status(FileArgs),
    /// The chain of events that made a resource what it is.
    Why(RefArgs),
    /// Notifications that nobody has heard yet, and debts.
    Pending(FileArgs),
    /// Drops what is pending for a resource.
    Cancel(RefArgs),
    /// Notifies a resource, so that the next run refreshes it; refused while another weft acts on the graph.
    Notify(RefArgs),
    /// What happened, in order.
    Trace(FileArgs),
    /// Shows again what `--trace TRACE` wrote down: on the screen as a film that can be stopped and rewound, else as lines. Nothing is run.
    Replay(ReplayArgs),
    /// The state directories of this machine: whose they are, what is pending in them, how large they are.
    State(StateArgs),
    /// The kinds, or one with its params.
    Kinds(KindArgs),
    /// The JSON Schema of files, for editors.
    Schema,
    /// The manual page, as roff.
    Man,
    /// Completions for a shell.
    Completions(ShellArgs),
}

/// A lesson.
#[derive(Args, Debug)]
pub struct LearnArgs {
    /// Its number or name, or the path of a lesson of your own.
    #[arg(value_name = "N|NAME|PATH")]
    pub lesson: Option<String>,
    #[command(flatten)]
    pub told: Told,
}

/// A file.
#[derive(Args, Debug)]
pub struct FileArgs {
    /// A graph or a story.
    pub file: PathBuf,
}

/// A file, or a part of it.
#[derive(Args, Debug)]
pub struct PartArgs {
    /// A graph or a story.
    pub file: PathBuf,
    /// These resources alone, with what they need before them.
    #[arg(value_name = "REF")]
    pub refs: Vec<String>,
}

/// A file and a resource in it.
#[derive(Args, Debug)]
pub struct RefArgs {
    /// A graph or a story.
    pub file: PathBuf,
    /// The resource: `kind[name]`, or its name if only one has it.
    #[arg(value_name = "REF")]
    pub reference: String,
}

/// Files to read.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Files, and directories with all `.yaml` and `.yml` files below them.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// A file to draw.
#[derive(Args, Debug)]
pub struct GraphArgs {
    /// A graph or a story.
    pub file: PathBuf,
    /// In which form.
    #[arg(long, value_enum, default_value = "tree")]
    pub format: Format,
}

/// The forms of a drawn graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// Indented lines.
    Tree,
    /// Graphviz.
    Dot,
    /// Mermaid, as Markdown renderers draw it.
    Mermaid,
    /// For programs.
    Json,
}

/// What `test --explore` does at every point.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Explored {
    /// The engine is killed, and another one goes on.
    Crash,
    /// A world call errs, a command fails, a record is refused.
    Faults,
    /// What happens at once happens in another order.
    Order,
}

/// What to test, and how.
#[derive(Args, Debug)]
pub struct TestArgs {
    /// Files, directories and patterns; `scenarios` unless given.
    #[arg(value_name = "PATH|GLOB")]
    pub paths: Vec<String>,
    /// Takes what came out as the new snapshots.
    #[arg(long)]
    pub accept: bool,
    /// Lists the stories without playing them.
    #[arg(long)]
    pub list: bool,
    /// Compares each apply with its plan.
    #[arg(long)]
    pub check_plan: bool,
    /// Plays each story once more for every point at which it can be disturbed.
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["accept", "list", "check_plan", "junit"])]
    pub explore: Option<Explored>,
    /// Where a point that was not right is written as a story that replays it; nowhere where CI is set.
    #[arg(
        long,
        value_name = "DIR",
        default_value = "replays",
        requires = "explore"
    )]
    pub replays: PathBuf,
    /// Also writes the results to FILE, as JUnit's XML. Its directory must be there.
    #[arg(long, value_name = "FILE", value_parser = file)]
    pub junit: Option<PathBuf>,
}

/// State directories.
#[derive(Args, Debug)]
pub struct StateArgs {
    #[command(subcommand)]
    pub act: Option<StateAct>,
}

/// What is to be done with them.
#[derive(Subcommand, Debug)]
pub enum StateAct {
    /// Removes one, with what is pending in it and the passwords that it keeps. Asks first; where there is no terminal, --yes must have
    /// been given.
    Drop {
        /// Its name, as `weft state` lists it.
        name: String,
    },
}

/// A kind.
#[derive(Args, Debug)]
pub struct KindArgs {
    /// One kind.
    pub kind: Option<String>,
}

/// A shell.
#[derive(Args, Debug)]
pub struct ShellArgs {
    /// Which shell.
    pub shell: clap_complete::Shell,
}
