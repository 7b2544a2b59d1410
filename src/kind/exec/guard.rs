//! The guards of an `exec`: when it runs.

use super::run::command;
use super::{At, Reason, Want};
use crate::kind::Failure;
use crate::world::{Fault, Look};

/// What guards say.
pub enum Verdict {
    /// It is to run.
    Run(Reason),
    /// It is not to run: which guard says so.
    Hold(&'static str),
    /// That guard's answer is not known before applying.
    Unknown(&'static str),
}

/// Whether what it creates is there; `None` where it promises nothing.
pub fn created(want: &Want, look: &dyn Look) -> Result<Option<Verdict>, Failure> {
    let Some(path) = &want.creates else {
        return Ok(None);
    };
    match look.stat(path) {
        Ok(Some(_)) => Ok(Some(Verdict::Hold("what it creates is there"))),
        Ok(None) => Ok(Some(Verdict::Run(Reason::Missing(path.clone())))),
        Err(Fault::Unknown(_)) => Ok(Some(Verdict::Unknown("creates"))),
        Err(fault) => Err(Failure::from(fault).not_begun().about("creates")),
    }
}

/// What `onlyif` and `unless` say together. Both must ask for it; the first that does not is named.
pub fn asked(want: &Want, at: &At, look: &dyn Look) -> Result<Verdict, Failure> {
    let questions = [
        ("onlyif", &want.onlyif, true, "`onlyif` says no"),
        ("unless", &want.unless, false, "`unless` says no need"),
    ];
    let mut answers = "";
    for (name, line, runs_on_success, held) in questions {
        let Some(line) = line else { continue };
        match ask(want, at, name, line, look)? {
            None => return Ok(Verdict::Unknown(name)),
            Some(success) if success != runs_on_success => return Ok(Verdict::Hold(held)),
            Some(_) => {
                answers = match (name, answers) {
                    ("onlyif", _) => "`onlyif` says yes",
                    (_, "") => "`unless` does not hold",
                    _ => "`onlyif` says yes, and `unless` does not hold",
                }
            }
        }
    }
    Ok(Verdict::Run(Reason::Asked(answers)))
}

/// Whether a command that did not end well left what its guards want (rule C2). `promise`: whether `creates` tells;
/// before a refresh its path was there already.
pub fn holds(want: &Want, at: &At, look: &dyn Look, promise: bool) -> Option<&'static str> {
    if promise && let Ok(Some(Verdict::Hold(guard))) = created(want, look) {
        return Some(guard);
    }
    match asked(want, at, look) {
        Ok(Verdict::Hold(guard)) => Some(guard),
        _ => None,
    }
}

/// Whether one question succeeds; `None` where it may not be asked yet.
fn ask(
    want: &Want,
    at: &At,
    name: &'static str,
    line: &str,
    look: &dyn Look,
) -> Result<Option<bool>, Failure> {
    if at.behind || !is_told(want, at) {
        return Ok(None);
    }
    let mut command = command(want, name, line, &[], look)?;
    command.stdin = None;
    command.keep = 0;
    match look.ask(&command) {
        Ok(output) => Ok(Some(output.status == 0)),
        Err(Fault::Unknown(_)) => Ok(None),
        Err(fault) => {
            let failure = Failure::from(fault).not_begun().about(name);
            Err(Failure {
                why: format!("its guard `{name}`: {}", failure.why),
                ..failure
            })
        }
    }
}

/// Whether all that a guard runs with has arrived. In a plan, params that are not known yet are left out.
fn is_told(want: &Want, at: &At) -> bool {
    at.received.iter().all(|path| match &*path.field {
        "env" => path
            .keys
            .first()
            .map_or(!want.env.is_empty(), |key| want.env.contains_key(key)),
        "cwd" => want.cwd.is_some(),
        "user" => want.user.is_some(),
        "shell" => want.shell.is_some(),
        _ => true,
    })
}
