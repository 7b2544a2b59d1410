//! A command as it is to be started: its program found, its user's ids looked up. Whoever starts it decides nothing more.

use super::Host;
use super::place::fault;
use super::sys::{self, Ids};
use crate::world::{Command, Fault, Look, PATH};
use rustix::fs::{Access, AtFlags, CWD};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;

/// What to start, and how. Its environment and input may hold secrets, so it has no `Debug`.
#[derive(PartialEq, Eq)]
pub(super) struct Start {
    /// The file to run.
    pub program: PathBuf,
    /// Its words, the first as it was written.
    pub argv: Vec<String>,
    /// The whole environment.
    pub env: BTreeMap<String, String>,
    /// Where it runs.
    pub cwd: PathBuf,
    /// As whom; as who starts it if none.
    pub ids: Option<Ids>,
    /// What it reads.
    pub stdin: Option<Arc<[u8]>>,
}

impl Start {
    /// Looks up what a command names.
    pub fn of(host: &Host, command: &Command) -> Result<Start, Fault> {
        Ok(Start {
            program: program(command)?,
            argv: command.argv.clone(),
            env: command.env.clone(),
            cwd: command.cwd.clone().unwrap_or_else(|| "/".into()),
            ids: other_user(host, command)?,
            stdin: command.stdin.clone(),
        })
    }

    /// Starts it in a process group of its own. Its input, if it has one, is a pipe; its outputs are what `outputs` gives.
    pub fn spawn(&self, outputs: fn() -> Stdio) -> std::io::Result<Child> {
        let mut start = std::process::Command::new(&self.program);
        start
            .arg0(self.name())
            .args(self.argv.iter().skip(1))
            .env_clear()
            .envs(&self.env)
            .current_dir(&self.cwd)
            .process_group(0)
            .stdin(match self.stdin {
                Some(_) => Stdio::piped(),
                None => Stdio::null(),
            })
            .stdout(outputs())
            .stderr(outputs());
        match &self.ids {
            None => start.spawn(),
            Some(ids) => sys::spawn_as(start, ids),
        }
    }

    /// What errors call it.
    pub fn name(&self) -> &str {
        first(&self.argv)
    }

    /// Why it could not be started.
    pub fn fault(&self, error: &std::io::Error) -> Fault {
        if !self.cwd.is_dir() {
            return Fault::Command(format!(
                "`{}` cannot start in {}: no such directory, or not allowed to enter it",
                self.name(),
                self.cwd.display()
            ));
        }
        match Errno::from_io_error(error) {
            Some(errno @ (Errno::ACCESS | Errno::PERM)) => fault(&self.program, errno),
            _ => Fault::Command(format!(
                "`{}` cannot be started: {error}",
                self.program.display()
            )),
        }
    }
}

fn first(argv: &[String]) -> &str {
    argv.first().map_or("", String::as_str)
}

/// The file that the first word names.
fn program(command: &Command) -> Result<PathBuf, Fault> {
    let name = first(&command.argv);
    if name.is_empty() {
        return Err(Fault::Command("expected a program, found no words".into()));
    }
    if name.contains('/') {
        return Ok(PathBuf::from(name));
    }
    let path = command.env.get("PATH").map_or(PATH, String::as_str);
    find(name, path).ok_or_else(|| {
        Fault::Command(format!(
            "`{name}`: command not found; searched in PATH={path}"
        ))
    })
}

/// The first file of this name in a `PATH` that may be run.
pub(super) fn find(name: &str, path: &str) -> Option<PathBuf> {
    path.split(':')
        .filter(|dir| dir.starts_with('/'))
        .map(|dir| Path::new(dir).join(name))
        .find(|file| file.is_file() && executable(file))
}

fn executable(file: &Path) -> bool {
    rustix::fs::accessat(CWD, file, Access::EXEC_OK, AtFlags::EACCESS).is_ok()
}

/// The ids to take on, where it is not who acts anyway.
fn other_user(host: &Host, command: &Command) -> Result<Option<Ids>, Fault> {
    let Some(name) = &command.user else {
        return Ok(None);
    };
    let user = host
        .user(name)?
        .ok_or_else(|| Fault::NoAccount("user", name.clone()))?;
    let me = host.me()?;
    if user.uid == me.uid {
        return Ok(None);
    }
    if me.uid != 0 {
        return Err(Fault::Denied(first(&command.argv).into(), true));
    }
    Ok(Some(Ids {
        uid: user.uid,
        gid: user.gid,
        groups: user.groups,
    }))
}
