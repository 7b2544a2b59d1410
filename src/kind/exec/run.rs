//! Running an `exec`: its environment, and what becomes of its output.

use super::Want;
use crate::kind::command_line::{Shell, split};
use crate::kind::{Done, Failure, Sends};
use crate::value::{Value, sanitise};
use crate::world::{self, Account, Command, Fault, Lines, Look, Node, Output, World};
use std::collections::BTreeMap;
use std::path::Path;

/// How much of each stream is kept: 1 MiB.
const KEEP: usize = 1 << 20;
/// How many lines of its output a failure shows.
const LAST_LINES: usize = 10;
/// How many characters of each such line.
const LINE_WIDTH: usize = 200;

/// Runs it once. Where it did not end well, `holds` says whether a guard is content all the same.
pub fn once(
    want: &Want,
    world: &dyn World,
    holds: impl Fn(&dyn World) -> Option<&'static str>,
) -> Result<Done, Failure> {
    let command = command(want, "cmd", &want.cmd, &want.args, world)?;
    let (output, trouble) = match world.run(&command) {
        Ok(output) if output.status == 0 => return Ok(done(want, &output)),
        Ok(output) => {
            let trouble = failed(&output);
            (Some(output), trouble)
        }
        Err(fault) => (None, stopped(fault)),
    };
    let ended = trouble.cancelled || trouble.unknown.is_some();
    let guard = (trouble.began && !ended).then(|| holds(world)).flatten();
    let Some(guard) = guard else {
        return Err(match output.as_ref().and_then(cut) {
            Some(cut) => Failure {
                why: format!("{}; {cut}", trouble.why),
                ..trouble
            },
            None => trouble,
        });
    };
    let mut done = output.map_or_else(Done::default, |output| done(want, &output));
    done.notes
        .insert(0, format!("it {}, but {guard} now", trouble.why));
    Ok(done)
}

/// The command for the line of one of its params: `cmd`, or a guard.
pub fn command(
    want: &Want,
    param: &'static str,
    line: &str,
    args: &[String],
    look: &dyn Look,
) -> Result<Command, Failure> {
    Ok(Command {
        argv: argv(want.shell.as_deref(), param, line, args)?,
        env: environment(want, &account(want, look)?),
        cwd: want.cwd.clone(),
        user: want.user.clone(),
        stdin: want.stdin.as_ref().map(|stdin| stdin.bytes().into()),
        timeout: want.timeout,
        keep: KEEP,
    })
}

/// Whether what it runs as and in is there. In a plan something before it may still bring that.
pub fn possible(want: &Want, look: &dyn Look) -> Result<(), Failure> {
    account(want, look)?;
    let Some(cwd) = &want.cwd else {
        return Ok(());
    };
    let fault = match look.stat(cwd) {
        Ok(Some(stat)) if stat.what == Node::File => Fault::NotDir(cwd.clone()),
        Ok(None) => Fault::NotFound(cwd.clone()),
        Ok(Some(_)) | Err(Fault::Unknown(_)) => return Ok(()),
        Err(fault) => fault,
    };
    Err(Failure::from(fault).not_begun().about("cwd"))
}

/// Whether names and values can stand in an environment. Never shows a value.
pub fn fits_environment(want: &Want) -> Result<(), String> {
    for (name, value) in &want.env {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(format!(
                "env: `{}` cannot be a variable's name",
                sanitise(name)
            ));
        }
        if value.expose_str().is_some_and(|text| text.contains('\0')) {
            return Err(format!(
                "env.{name}: holds a NUL byte, which no variable can"
            ));
        }
    }
    Ok(())
}

fn argv(
    shell: Option<&Path>,
    param: &'static str,
    line: &str,
    args: &[String],
) -> Result<Vec<String>, Failure> {
    let mut argv = match shell {
        None => split(line).map_err(|trouble| {
            let why = format!("{param}: {}", trouble.said(Shell::Param));
            Failure::new(why).not_begun().about(param)
        })?,
        Some(shell) => {
            let shell = shell.display().to_string();
            let mut argv = vec![shell.clone(), "-c".to_owned(), line.to_owned()];
            // The word after the script is its `$0`.
            argv.extend((!args.is_empty()).then_some(shell));
            argv
        }
    };
    argv.extend_from_slice(args);
    Ok(argv)
}

fn account(want: &Want, look: &dyn Look) -> Result<Account, Failure> {
    let account = match &want.user {
        None => Some(look.me()),
        Some(name) => look.user(name).transpose(),
    };
    match account {
        Some(Ok(account)) => Ok(account),
        Some(Err(fault)) => Err(Failure::from(fault).not_begun().about("user")),
        None => {
            let name = want.user.clone().unwrap_or_default();
            let fault = Fault::NoAccount("user", name);
            Err(Failure::from(fault).not_begun().about("user"))
        }
    }
}

fn environment(want: &Want, account: &Account) -> BTreeMap<String, String> {
    let given = want
        .env
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.expose_str()?.to_owned())));
    world::environment(account)
        .into_iter()
        .chain(given)
        .collect()
}

/// A command that could not run to its end. One that was never started has changed nothing.
fn stopped(fault: Fault) -> Failure {
    let began = matches!(fault, Fault::TimedOut(_) | Fault::Cancelled | Fault::Io(..));
    Failure {
        began,
        ..Failure::from(fault)
    }
}

/// A command that ended with another status than 0.
fn failed(output: &Output) -> Failure {
    let why = match output.status {
        status @ 129..=192 => format!("exited with {status} (signal {})", status - 128),
        status => format!("exited with {status}"),
    };
    Failure::new(why).with_detail(last_lines(&output.both))
}

/// The last lines of an output, fit for a terminal, and not too long.
fn last_lines(output: &[u8]) -> Vec<String> {
    let last = Lines::last(output.trim_ascii_end(), LAST_LINES).0;
    let fit = |line: &String| match line.char_indices().nth(LINE_WIDTH) {
        Some((end, _)) => sanitise(&line[..end]) + "…",
        None => sanitise(line),
    };
    last.iter().map(fit).collect()
}

/// That not all of an output is there, where so: it is the end that is missing.
fn cut(output: &Output) -> Option<String> {
    (output.cut > 0).then(|| {
        format!(
            "its output was cut: {KEEP} bytes are kept of each stream, {} bytes are not",
            output.cut
        )
    })
}

fn done(want: &Want, output: &Output) -> Done {
    Done {
        keep: Some(sends(want, output)),
        notes: cut(output).into_iter().collect(),
        ..Done::default()
    }
}

fn sends(want: &Want, output: &Output) -> Sends {
    let text = |bytes: &[u8]| match bytes.strip_suffix(b"\n") {
        Some(trimmed) if want.trim => Value::bytes(trimmed),
        _ => Value::bytes(bytes),
    };
    Sends::from([
        ("stdout".to_owned(), text(&output.stdout)),
        ("stderr".to_owned(), text(&output.stderr)),
        ("output".to_owned(), text(&output.both)),
        ("status".to_owned(), Value::Int(output.status.into())),
    ])
}
