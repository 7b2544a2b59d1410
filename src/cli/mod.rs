//! The command line: verbs and flags around sessions.
//!
//! | file | verbs |
//! | --- | --- |
//! | `open` | none, `host`, `learn`, `demo`, `-c` |
//! | `run` | `plan`, `apply` |
//! | `watch` | `watch` |
//! | `ask` | `status`, `why`, `pending`, `cancel`, `notify`, `trace`, `graph` |
//! | `check`, `test` | `check`, `test` |
//! | `replay` | `replay` |
//! | `state` | `state` |
//! | `docs` | `kinds`, `schema`, `man`, `completions` |
//!
//! `args` holds verbs and flags as data, `desk` what every verb works with, `report` how errors of files look, `log` where the log goes,
//! `service` what a service manager is told.
//!
//! Exit codes (rule L6): 0 well · 1 failed, blocked, refused, something left pending, a test that differs, output lost · 2 only with
//! `--detailed-exitcode`: changes made, pending or held · 64 usage · 124 `--max-runtime` · 129, 130, 143 stopped by a signal
//! before converged.

mod args;
mod ask;
mod check;
mod desk;
mod docs;
mod log;
mod open;
mod replay;
mod report;
mod run;
mod screen;
mod service;
mod state;
mod test;
mod watch;

pub use args::Cli;

use crate::graph::nearest;
use crate::repl::{Color, Printer, Priority, Style, size};
use args::Verb;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use desk::Desk;
use std::ffi::OsString;
use std::io::{Write, stderr};
use std::process::ExitCode;

/// What clap's own refusals exit with.
const USAGE: u8 = 64;

/// The exit codes, for help and manual.
const EXIT_CODES: &str = "Exit codes:
  0    well
  1    failed, blocked, refused, left pending, output lost;
       a test that differs, or no test
  2    with --detailed-exitcode: changed, to change or held, and nothing failed
  64   the command line cannot be read
  124  ended by --max-runtime
  129, 130, 143  stopped by SIGHUP, SIGINT, SIGTERM before everything was done";

/// Reads the command line. Help and version are printed here; so are refusals, with exit code 64.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, ExitCode> {
    let args: Vec<OsString> = args.into_iter().collect();
    let matches = command().try_get_matches_from(&args);
    matches
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|refusal| {
            let text = refusal.render().to_string();
            let style = Style::detect(Color::Auto, false);
            let Ok(printer) = Printer::new(style, None) else {
                return ExitCode::from(USAGE);
            };
            if refusal.use_stderr() {
                printer.error(&text);
                if let Some(verb) = misspelt(&args, refusal.kind()) {
                    printer.error(&format!("  hint: did you mean `weft {verb}`?"));
                }
                ExitCode::from(USAGE)
            } else {
                printer.result(&text);
                exit(printer.finish(0))
            }
        })
}

/// The verb that was meant, where a misspelt one was taken for FILE, and FILE for one argument too many.
fn misspelt(args: &[OsString], kind: ErrorKind) -> Option<String> {
    if kind != ErrorKind::UnknownArgument {
        return None;
    }
    let words = args.iter().skip(1).filter_map(|arg| arg.to_str());
    let mut words = words.filter(|word| !word.starts_with('-'));
    let verbs = verbs();
    let near = |word: &str| nearest(word, verbs.iter().map(String::as_str)).map(str::to_owned);
    let verb = words.find_map(|word| near(word).map(|verb| (verb != word).then_some(verb)));
    verb.flatten()
}

/// The verbs' words.
fn verbs() -> Vec<String> {
    let command = command();
    let verbs = command.get_subcommands();
    verbs.map(|verb| verb.get_name().to_owned()).collect()
}

/// Does what the command line says.
pub fn run(mut cli: Cli) -> ExitCode {
    // It is not opened: that would empty what may be the trace that is to be replayed.
    let replays = matches!(cli.verb, Some(Verb::Replay(_)));
    let traces_replay = replays && cli.common.output.trace.take().is_some();
    let desk = match Desk::set_up(cli.common) {
        Ok(desk) => desk,
        Err(why) => {
            let style = Style::detect(Color::Never, true);
            let told = format!("error: {why}\n");
            // Where stderr is closed there is nobody to tell.
            let _ = match style.err_journal {
                true => stderr().write_all(Priority::Error.mark(&told).as_bytes()),
                false => stderr().write_all(told.as_bytes()),
            };
            return ExitCode::from(1);
        }
    };
    let code = match cli.verb {
        None => open::file(&desk, cli.prompt),
        Some(_) if cli.prompt.file.is_some() || !cli.prompt.told.commands.is_empty() => {
            desk.printer
                .error("error: a verb takes its FILE after it, and -c only stands without a verb or after `host`, `learn` and `demo`");
            i32::from(USAGE)
        }
        Some(_) if traces_replay => {
            desk.printer.error(
                "error: `replay` runs nothing, and so has nothing to write to the file of --trace\n  hint: leave --trace out",
            );
            i32::from(USAGE)
        }
        Some(verb) => do_verb(&desk, verb),
    };
    desk.conclude();
    exit(desk.printer.finish(code))
}

fn exit(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// A manual and completions are no data.
fn no_json(desk: &Desk, verb: &str) -> i32 {
    desk.printer.error(&format!(
        "error: `{verb}` gives no JSON\n  hint: leave --json out"
    ));
    i32::from(USAGE)
}

fn do_verb(desk: &Desk, verb: Verb) -> i32 {
    match verb {
        Verb::Man if desk.json() => no_json(desk, "man"),
        Verb::Completions(_) if desk.json() => no_json(desk, "completions"),
        Verb::Host(told) => open::host(desk, told),
        Verb::Learn(learn) => open::learn(desk, &learn),
        Verb::Demo(told) => open::demo(desk, &told),
        Verb::Plan(part) => run::plan(desk, &part),
        Verb::Apply(part) => run::apply(desk, &part),
        Verb::Watch(file) => watch::watch(desk, &file.file),
        Verb::Test(test) => test::test(desk, &test),
        Verb::Check(check) => check::check(desk, &check.paths),
        Verb::Graph(graph) => ask::graph(desk, &graph),
        Verb::Status(file) => ask::status(desk, &file.file),
        Verb::Why(part) => ask::why(desk, &part),
        Verb::Pending(file) => ask::pending(desk, &file.file),
        Verb::Cancel(part) => ask::cancel(desk, &part),
        Verb::Notify(part) => ask::notify(desk, &part),
        Verb::Trace(file) => ask::trace(desk, &file.file),
        Verb::Replay(args) => replay::replay(desk, &args),
        Verb::State(args) => state::state(desk, args.act.as_ref()),
        Verb::Kinds(kind) => docs::kinds(desk, kind.kind.as_deref()),
        Verb::Schema => docs::schema(desk),
        Verb::Man => docs::man(desk),
        Verb::Completions(shell) => docs::completions(desk, shell.shell),
    }
}

/// The command line as clap knows it. The width is asked of the terminal here, so that clap reads no variable of its own.
fn command() -> clap::Command {
    command_in(size().map(|size| size.0))
}

/// The same for so many columns. What goes through a pipe is read on a terminal all the same: no line is longer than the usual one is wide.
fn command_in(columns: Option<usize>) -> clap::Command {
    let width = columns.map_or(80, |columns| columns.clamp(40, 120));
    Cli::command()
        .term_width(width)
        .color(clap::ColorChoice::Never)
        .after_long_help(format!("{EXIT_CODES}\n\n{}", docs::environment()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }

    /// Also where nobody can say how wide the terminal is, and for every verb.
    #[test]
    fn no_line_of_a_help_is_longer_than_the_terminal_is_wide() {
        for (columns, most) in [(None, 80), (Some(60), 60), (Some(80), 80)] {
            let mut command = super::command_in(columns);
            command.build();
            let verbs = command.get_subcommands().cloned();
            for mut verb in verbs.chain([command.clone()]) {
                let help = verb.render_long_help().to_string();
                let words = |line: &&str| line.trim().contains(' ');
                let long = help
                    .lines()
                    .filter(words)
                    .find(|line| line.chars().count() > most);
                assert_eq!(long, None, "{}", verb.get_name());
            }
        }
    }
}
