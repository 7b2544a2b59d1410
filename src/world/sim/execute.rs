//! How an attempt's commands run: answered, timed, logged, and their effects done.

use super::commands::{self, Ran};
use super::disk::{Body, Inode};
use super::machine::Machine;
use super::spec::{Answer, Effect};
use super::view::SimView;
use crate::world::rules;
use crate::world::{Account, Command, Fault, Node, Output, Put};
use std::path::{Path, PathBuf};

impl SimView {
    /// One call that runs a command: `run` or `ask`.
    pub(super) fn command(&self, word: &str, command: &Command) -> Result<Output, Fault> {
        let line = shell_words::join(&command.argv);
        self.call(word, &line, |machine| {
            self.execute(machine, command, &command.argv, word == "ask")
        })
    }

    fn execute(
        &self,
        machine: &mut Machine,
        command: &Command,
        written: &[String],
        asked: bool,
    ) -> Result<Output, Fault> {
        let who = acting(machine, command)?;
        let mut answer = commands::answer(machine, command, written, &who)?;
        if machine.failing {
            answer.status = 1;
            answer.effects.truncate(answer.effects.len().div_ceil(2));
        }
        let at = self.time(machine);
        let ended = self.spend(answer.duration, command.timeout);
        machine.log.push(Ran {
            at,
            argv: written.to_vec(),
            user: who.name,
            status: ended.is_ok().then_some(answer.status),
            asked,
        });
        for effect in done(&answer, ended.is_err()) {
            machine.effect(effect)?;
        }
        ended.map(|()| output(answer, command.keep))
    }

    /// Runs a put's command on a temporary beside the file.
    pub(super) fn validate(
        &self,
        machine: &mut Machine,
        put: &Put,
        spot: &rules::Spot,
        command: &Command,
    ) -> Result<(), Fault> {
        let name = spot.path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = spot.dir.join(format!(".{name}.weft-new"));
        let mut node = Inode::new(Body::File(put.content.clone()), put.mode);
        (node.uid, node.gid) = (machine.me.uid, machine.me.gid);
        machine.disk.place(&temporary, node);
        let path = temporary.to_string_lossy();
        let argv = command.argv.iter().map(|word| word.replace("{}", &path));
        let on_temporary = Command {
            argv: argv.collect(),
            ..command.clone()
        };
        let ran = self.execute(machine, &on_temporary, &command.argv, false);
        machine.disk.unname(&temporary);
        match ran? {
            output if output.status == 0 => Ok(()),
            output => Err(Fault::refused(command, output.status, &output.both)),
        }
    }
}

/// As whom a command runs; only root may choose.
fn acting(machine: &Machine, command: &Command) -> Result<Account, Fault> {
    let who = match &command.user {
        None => machine.me.clone(),
        Some(name) => machine.user_or_fault(name)?,
    };
    if machine.me.uid != 0 && who.uid != machine.me.uid {
        let program = command.argv.first().map_or("", String::as_str);
        return Err(Fault::Denied(PathBuf::from(program), true));
    }
    let cwd = command.cwd.as_deref().unwrap_or(Path::new("/"));
    let inside = machine.follow(cwd).ok().and_then(|spot| spot.node);
    match inside.map(|stat| stat.what) {
        Some(Node::Dir) => Ok(who),
        _ => Err(Fault::Command(format!(
            "cannot start in {}: it is no directory",
            cwd.display()
        ))),
    }
}

/// The effects that happen.
fn done(answer: &Answer, ended_early: bool) -> &[Effect] {
    let all = answer.effects.len();
    let count = match (ended_early, answer.partial) {
        (false, _) => all,
        (true, true) => all.div_ceil(2),
        (true, false) => 0,
    };
    &answer.effects[..count]
}

fn output(answer: Answer, keep: usize) -> Output {
    let kept = |bytes: &[u8]| bytes[..bytes.len().min(keep)].to_vec();
    let both = [&answer.stdout[..], &answer.stderr[..]].concat();
    let (stdout, stderr) = (kept(&answer.stdout), kept(&answer.stderr));
    Output {
        status: answer.status,
        cut: (both.len() - stdout.len() - stderr.len()) as u64,
        both: kept(&both),
        stdout,
        stderr,
    }
}
