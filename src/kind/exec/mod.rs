//! `exec`: runs a command, where its guards ask for it.
//!
//! ```text
//! add exec build cmd="make install" cwd=/src/app creates=/usr/local/bin/app
//! file[/etc/app.conf] ~> exec[build]
//! ```
//!
//! A command cannot be looked into, so its guards say when it is to run. `creates` is a promise: the path must be there
//! afterwards. `onlyif` and `unless` are questions, asked before. `refreshonly` runs it for notifications alone. Without
//! any of them it runs at every start, and says so (rule C2). A notification runs it again, unless `onlyif` or
//! `unless` say no (rule N3). What it printed cannot be read back, so it is kept (rule V6).

mod guard;
mod run;
#[cfg(test)]
mod tests;

use super::command_line::{Shell, split};
use super::path::well_formed;
use super::{At, Blob, Check, Done, Drift, Failure, Given, Kind, want};
use crate::time::{SHORTEST_LIMIT, Span};
use crate::value::{Action, Hears, MASK, Opaque, Sent, Type, Value, sanitise};
use crate::world::{Look, Watch, World};
use guard::Verdict;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// How many characters of a command stand in a line about it.
const WIDTH: usize = 80;
const GUARD: &str = "it is a guard: it says whether the command runs";

want! {
    /// What to run, and when.
    pub struct Want {
        /// The command line, split as a shell splits words; with `shell`, the shell's script. Others on the machine can see it
        /// while it runs, so that a secret goes into `env` or `stdin`.
        cmd: String => or_name(),
        /// Further words, as they are; with `shell`, the script's `$1`, `$2` and so on.
        args: Vec<String>,
        /// A shell that reads `cmd` and the guards, such as `/bin/sh`; without it none does.
        shell: Option<PathBuf>,
        /// The directory that it runs in; `/` if none.
        cwd: Option<PathBuf>,
        /// Environment variables on top of PATH, LANG, HOME and USER.
        env: BTreeMap<String, Value> => of(Type::Map(&Type::Str)).secret(),
        /// The user that it runs as; whoever runs weft if none.
        user: Option<String>,
        /// What it reads; nothing if none.
        stdin: Option<Blob> => secret(),
        /// A path that it makes: it does not run where this is, and must have made it where it ran.
        creates: Option<PathBuf> => fixed(GUARD),
        /// A command: it does not run where this one succeeds.
        unless: Option<String> => fixed(GUARD),
        /// A command: it runs only where this one succeeds.
        onlyif: Option<String> => fixed(GUARD),
        /// Whether it runs for notifications alone.
        refreshonly: bool => default("false").fixed(GUARD),
        /// How long it, and each guard, may take, at least 1ms; then it is ended.
        timeout: Option<Span>,
        /// Whether what it sends loses one final newline.
        trim: bool => default("true"),
    }
}

impl Want {
    /// Whether nothing but its start says when it runs.
    fn unguarded(&self) -> bool {
        self.creates.is_none()
            && self.onlyif.is_none()
            && self.unless.is_none()
            && !self.refreshonly
    }
}

/// Why it is to run.
pub enum Reason {
    /// It has no guard, and has not run since the start.
    Unguarded,
    /// What it creates is not there.
    Missing(PathBuf),
    /// Its questions ask for it: `onlyif` says yes, `unless` says no.
    Asked(&'static str),
}

/// What can be wrong.
pub enum ExecDrift {
    /// It is to run.
    Run(String, Reason),
    /// It may run: this guard's answer is not known yet.
    May(String, &'static str),
    /// It ran, and has not made what it promised.
    Broken(PathBuf),
}

impl fmt::Display for ExecDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExecDrift::Run(cmd, Reason::Unguarded) => {
                write!(f, "run: {} (has no guard: runs at every start)", brief(cmd))
            }
            ExecDrift::Run(cmd, Reason::Missing(path)) => {
                write!(f, "run: {} ({} is not there)", brief(cmd), path.display())
            }
            ExecDrift::Run(cmd, Reason::Asked(answers)) => {
                write!(f, "run: {} ({answers})", brief(cmd))
            }
            ExecDrift::May(cmd, guard) => write!(
                f,
                "run: {} (what `{guard}` says is not known before apply)",
                brief(cmd)
            ),
            ExecDrift::Broken(path) => {
                write!(f, "{} is not there, though it `creates` it", path.display())
            }
        }
    }
}

impl Drift for ExecDrift {
    fn field(&self) -> &'static str {
        match self {
            ExecDrift::Broken(_) | ExecDrift::Run(_, Reason::Missing(_)) => "creates",
            _ => "cmd",
        }
    }

    fn action(&self) -> Action {
        match self {
            ExecDrift::Run(_, Reason::Missing(_)) => Action::Add,
            _ => Action::Change,
        }
    }

    /// All of a command that is too long for its line: who consents to it must be able to read it.
    fn detail(&self) -> Vec<String> {
        match self {
            ExecDrift::Run(cmd, _) | ExecDrift::May(cmd, _) if brief(cmd) != *cmd => {
                cmd.lines().map(sanitise).collect()
            }
            _ => Vec::new(),
        }
    }

    fn hidden(&self) -> Option<String> {
        let why = match self {
            ExecDrift::Run(_, Reason::Unguarded) => "has no guard: runs at every start",
            ExecDrift::Run(_, Reason::Missing(_)) => "what it creates is not there",
            ExecDrift::Run(_, Reason::Asked(answers)) => answers,
            ExecDrift::May(_, guard) => {
                let why = format!("what `{guard}` says is not known before apply");
                return Some(format!("run: {MASK} ({why})"));
            }
            ExecDrift::Broken(_) => return Some("what it `creates` is not there".to_owned()),
        };
        Some(format!("run: {MASK} ({why})"))
    }

    fn may(&self) -> bool {
        matches!(self, ExecDrift::May(..))
    }
}

/// A command in one line: its first one, and not too much of that.
fn brief(cmd: &str) -> String {
    let line = cmd.trim().lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(WIDTH).collect();
    if shown.len() < cmd.trim().len() {
        shown.push('…');
    }
    sanitise(&shown)
}

/// The memo of a command without a guard: it has run in this run, with these params.
struct Ran(u32);

/// The kind.
pub struct Exec;

impl Kind for Exec {
    type Want = Want;
    type Drift = ExecDrift;
    const NAME: &'static str = "exec";
    const ABOUT: &'static str =
        "Runs a command where its guards ask for it, and again when it is notified.";
    const SENDS: &'static [Sent] = &[
        Sent::new("stdout", Type::Bytes, "What it printed.").kept(),
        Sent::new("stderr", Type::Bytes, "What it printed as errors.").kept(),
        Sent::new("output", Type::Bytes, "Both, as they came.").kept(),
        Sent::new("status", Type::Int, "Its exit status.")
            .kept()
            .open(),
    ];
    const HEARS: Hears = Hears::Refresh("runs again");
    const APPLY_REFRESHES: bool = true;
    const RUNS_COMMANDS: bool = true;

    fn validate(&self, want: &Want, given: &Given) -> Result<(), String> {
        let bound = |name: &str| given.bound().iter().any(|path| *path.field == *name);
        if want.shell.is_none() && !bound("shell") {
            let cmd = (!bound("cmd")).then_some(&want.cmd);
            let lines = [
                ("cmd", cmd),
                ("onlyif", want.onlyif.as_ref()),
                ("unless", want.unless.as_ref()),
            ];
            for (name, line) in lines {
                if let Some(line) = line {
                    split(line)
                        .map_err(|trouble| format!("{name}: {}", trouble.said(Shell::Param)))?;
                }
            }
        }
        let paths = [
            ("shell", &want.shell),
            ("cwd", &want.cwd),
            ("creates", &want.creates),
        ];
        for (name, path) in paths {
            if let Some(path) = path {
                well_formed(path).map_err(|why| format!("{name}: {why}"))?;
            }
        }
        if let Some(timeout) = want.timeout {
            let fits = timeout.at_least(SHORTEST_LIMIT);
            fits.map_err(|why| format!("timeout: {why}"))?;
        }
        run::fits_environment(want)
    }

    fn check(&self, want: &Want, at: &At, look: &dyn Look) -> Result<Check<ExecDrift>, Failure> {
        if at.applied {
            return after(want, at, look);
        }
        let check = if want.refreshonly && !at.notified {
            Check::of(Vec::new())
        } else if want.unguarded() {
            once(want, at)
        } else {
            guarded(want, at, look)?
        };
        let refreshes = at.notified && check.deaf.is_none();
        if refreshes || !check.drifts.is_empty() {
            run::possible(want, look)?;
        }
        Ok(check)
    }

    fn apply(
        &self,
        want: &Want,
        _: &[ExecDrift],
        at: &At,
        world: &dyn World,
    ) -> Result<Done, Failure> {
        let mut done = run::once(want, world, |world| guard::holds(want, at, world, true))?;
        done.refreshed = true;
        Ok(done)
    }

    fn refresh(&self, want: &Want, at: &At, world: &dyn World) -> Result<Done, Failure> {
        let mut done = run::once(want, world, |world| guard::holds(want, at, world, false))?;
        done.changed = true;
        Ok(done)
    }

    fn watches(&self, want: &Want) -> Vec<Watch> {
        match &want.creates {
            Some(path) if !want.refreshonly => vec![Watch::Path(path.clone())],
            _ => Vec::new(),
        }
    }

    fn caveat(&self, want: &Want) -> Option<String> {
        want.unguarded().then(|| {
            "has no guard (creates, onlyif, unless, refreshonly): runs at every start".to_owned()
        })
    }
}

/// Without a guard: drift until it has run.
fn once(want: &Want, at: &At) -> Check<ExecDrift> {
    match at.memo.and_then(Opaque::get::<Ran>) {
        Some(Ran(run)) if *run == at.run => Check {
            memo: at.memo.cloned(),
            ..Check::of(Vec::new())
        },
        _ => Check::of(vec![ExecDrift::Run(want.cmd.clone(), Reason::Unguarded)]),
    }
}

/// With guards: what they say, `creates` first. For a notification only the questions count (rule N3).
fn guarded(want: &Want, at: &At, look: &dyn Look) -> Result<Check<ExecDrift>, Failure> {
    let cmd = || want.cmd.clone();
    let mut check = Check::of(Vec::new());
    let promise = match guard::created(want, look)? {
        Some(Verdict::Hold(_)) if !at.notified => return Ok(check),
        Some(Verdict::Hold(_)) | None => None,
        Some(Verdict::Unknown(guard)) => Some(ExecDrift::May(cmd(), guard)),
        Some(Verdict::Run(reason)) => Some(ExecDrift::Run(cmd(), reason)),
    };
    let drift = match guard::asked(want, at, look)? {
        Verdict::Hold(guard) => {
            check.deaf = at.notified.then(|| guard.to_owned());
            None
        }
        // What it creates is there: only the notification runs it.
        verdict if want.creates.is_some() && promise.is_none() => {
            check.unsure = matches!(verdict, Verdict::Unknown(_));
            None
        }
        Verdict::Unknown(guard) => {
            check.unsure = at.notified;
            Some(ExecDrift::May(cmd(), guard))
        }
        Verdict::Run(reason) => promise.or(Some(ExecDrift::Run(cmd(), reason))),
    };
    check.drifts.extend(drift.filter(|_| !want.refreshonly));
    Ok(check)
}

/// Right after it ran: what it promised must be there; what its questions say now is only told.
fn after(want: &Want, at: &At, look: &dyn Look) -> Result<Check<ExecDrift>, Failure> {
    let mut check = Check::of(Vec::new());
    if let (Some(path), Some(Verdict::Run(_))) = (&want.creates, guard::created(want, look)?) {
        check.drifts.push(ExecDrift::Broken(path.clone()));
    }
    if want.onlyif.is_some() || want.unless.is_some() {
        match guard::asked(want, at, look) {
            Ok(Verdict::Run(Reason::Asked(answers))) => check
                .notes
                .push(format!("it ran, and would still be asked to: {answers}")),
            Ok(_) => {}
            Err(failure) => check.notes.push(format!(
                "its guards could not be asked again: {}",
                failure.why
            )),
        }
    }
    if want.unguarded() {
        check.memo = Some(Opaque::new(Ran(at.run)));
    }
    Ok(check)
}
