//! Commands: each in a process group of its own, with nothing of this process's environment, its outputs read as they
//! come.
//!
//! - When its time is over or its attempt is cancelled, the whole group gets TERM, and five seconds later KILL.
//! - It has ended when its first process has. Descendants that still hold its outputs open (a daemon that it started) are not
//!   waited for: what comes within a fifth of a second is still read, then the pipes are closed.
//! - As another user it has that user's id, primary group and all groups of `/etc/group`. On Linux these belong to a
//!   thread until a program starts, so a thread of its own takes them on, starts the command and ends; no helper
//!   program and no unsafe code is needed. This needs root.
//! - Its program is looked up in the `PATH` that it is given.

use super::Host;
use super::place::fault;
use super::running::{Running, signal};
use super::sys;
use crate::world::{Account, Command, Fault, Look, Output};
use rustix::fs::{Access, AtFlags, CWD};
use rustix::io::Errno;
use rustix::process::{Pid, Signal};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// The `PATH` of a command whose environment has none.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Runs a command until it has ended.
pub(super) fn run(host: &Host, command: &Command) -> Result<Output, Fault> {
    host.limits.check()?;
    let (woken, wake) = sys::pipe().map_err(|errno| fault(Path::new("pipe"), errno))?;
    // The other end is dropped when it is cancelled: the poll sees that.
    let _waking = host.limits.cancel.on_cancel(move || drop(wake));
    let deadline = host.limits.sooner(command.timeout);
    let mut child = start(host, command)?;
    let running = Running::new(&mut child, command, woken, deadline);
    match running {
        Ok(mut running) => running.end(),
        Err(errno) => {
            signal(Pid::from_child(&child), Signal::KILL);
            let _ = child.wait();
            Err(fault(Path::new(&name_of(command)), errno))
        }
    }
}

fn name_of(command: &Command) -> String {
    command.argv.first().cloned().unwrap_or_default()
}

fn start(host: &Host, command: &Command) -> Result<Child, Fault> {
    let program = program(command)?;
    let cwd = command.cwd.as_deref().unwrap_or(Path::new("/"));
    let mut start = std::process::Command::new(&program);
    start
        .arg0(name_of(command))
        .args(command.argv.iter().skip(1))
        .env_clear()
        .envs(&command.env)
        .current_dir(cwd)
        .process_group(0)
        .stdin(if command.stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let spawned = match other_user(host, command)? {
        None => start.spawn(),
        Some(user) => sys::spawn_as(start, &user),
    };
    spawned.map_err(|error| unstarted(&program, cwd, command, &error))
}

fn unstarted(program: &Path, cwd: &Path, command: &Command, error: &std::io::Error) -> Fault {
    if !cwd.is_dir() {
        return Fault::Command(format!(
            "`{}` cannot start in {}: no such directory, or not allowed to enter it",
            name_of(command),
            cwd.display()
        ));
    }
    match Errno::from_io_error(error) {
        Some(errno @ (Errno::ACCESS | Errno::PERM)) => fault(program, errno),
        _ => Fault::Command(format!(
            "`{}` cannot be started: {error}",
            program.display()
        )),
    }
}

/// The file that the first word names.
fn program(command: &Command) -> Result<PathBuf, Fault> {
    let name = name_of(command);
    if name.is_empty() {
        return Err(Fault::Command("expected a program, found no words".into()));
    }
    if name.contains('/') {
        return Ok(PathBuf::from(name));
    }
    let path = command.env.get("PATH").map_or(PATH, String::as_str);
    let found = path
        .split(':')
        .filter(|dir| dir.starts_with('/'))
        .map(|dir| Path::new(dir).join(&name))
        .find(|file| file.is_file() && executable(file));
    found.ok_or_else(|| {
        Fault::Command(format!(
            "`{name}`: command not found; searched in PATH={path}"
        ))
    })
}

fn executable(file: &Path) -> bool {
    rustix::fs::accessat(CWD, file, Access::EXEC_OK, AtFlags::EACCESS).is_ok()
}

/// The account to switch to, where it is not who acts anyway.
fn other_user(host: &Host, command: &Command) -> Result<Option<Account>, Fault> {
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
        return Err(Fault::Denied(name_of(command).into(), true));
    }
    Ok(Some(user))
}

#[cfg(test)]
mod tests {
    use super::super::{CancelToken, HostOptions};
    use super::*;
    use crate::time::Span;
    use crate::world::World;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn command(script: &str) -> Command {
        Command {
            argv: vec!["sh".into(), "-c".into(), script.into()],
            env: BTreeMap::from([("PATH".into(), PATH.into())]),
            cwd: None,
            user: None,
            stdin: None,
            timeout: None,
            keep: 1 << 20,
        }
    }

    fn host() -> Host {
        Host::new(HostOptions::default())
    }

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn status_and_outputs_are_told_apart() -> Result<(), Fault> {
        let script = "echo out; echo err >&2; exit 3";
        let found = host().run(&command(script))?;
        assert_eq!(found.status, 3);
        assert_eq!(text(&found.stdout), "out\n");
        assert_eq!(text(&found.stderr), "err\n");
        assert_eq!(found.both.len(), 8);
        assert_eq!(found.cut, 0);
        assert_eq!(host().run(&command("kill -9 $$"))?.status, 137);
        Ok(())
    }

    #[test]
    fn both_outputs_keep_all_that_came() -> Result<(), Fault> {
        let found = host().run(&command("echo 1; echo 2 >&2; echo 3"))?;
        let both = text(&found.both);
        let mut lines: Vec<&str> = both.lines().collect();
        assert!(both.find('1') < both.find('3'), "{both}");
        lines.sort_unstable();
        assert_eq!(lines, ["1", "2", "3"]);
        Ok(())
    }

    #[test]
    fn environment_directory_and_input_are_what_is_given() -> Result<(), Fault> {
        let mut asked = command("echo $HOME-$WEFT; pwd; cat");
        asked.env.insert("WEFT".into(), "given".into());
        asked.cwd = Some("/usr".into());
        asked.stdin = Some(Arc::from(&b"fed"[..]));
        let found = host().run(&asked)?;
        assert_eq!(text(&found.stdout), "-given\n/usr\nfed");
        let found = host().run(&command("pwd; cat"))?;
        assert_eq!(text(&found.stdout), "/\n");
        Ok(())
    }

    #[test]
    fn much_input_and_output_do_not_block_each_other() -> Result<(), Fault> {
        let mut asked = command("cat; echo end >&2");
        asked.stdin = Some(vec![b'x'; 1 << 20].into());
        asked.keep = 1000;
        let found = host().run(&asked)?;
        assert_eq!((found.stdout.len(), found.cut), (1000, (1 << 20) - 1000));
        assert_eq!(text(&found.stderr), "end\n");
        let mut deaf = command("exec true");
        deaf.stdin = Some(vec![b'x'; 1 << 20].into());
        assert_eq!(host().run(&deaf)?.status, 0);
        Ok(())
    }

    #[test]
    fn what_it_leaves_behind_is_not_waited_for() -> Result<(), Fault> {
        let found = host().run(&command("tail -f /dev/null & echo $!"))?;
        let left = text(&found.stdout).trim().parse::<i32>().unwrap_or(0);
        let left = Pid::from_raw(left).ok_or(Fault::Cancelled)?;
        assert!(rustix::process::kill_process(left, Signal::KILL).is_ok());
        Ok(())
    }

    #[test]
    fn a_timeout_ends_the_whole_group() {
        let mut asked = command("tail -f /dev/null & tail -f /dev/null & wait");
        asked.timeout = Some(Span::millis(100));
        assert_eq!(host().run(&asked), Err(Fault::TimedOut(Span::millis(100))));
        let attempt = host().attempt(CancelToken::new(), Some(Span::millis(100)));
        let asked = command("exec tail -f /dev/null");
        assert_eq!(attempt.run(&asked), Err(Fault::TimedOut(Span::millis(100))));
        assert!(matches!(attempt.run(&asked), Err(Fault::TimedOut(_))));
    }

    #[test]
    fn a_cancel_ends_even_what_hears_no_term() -> Result<(), Box<dyn std::error::Error>> {
        let mark = std::env::temp_dir().join(format!("weft-cancel-{}", std::process::id()));
        let _ = std::fs::remove_file(&mark);
        let made = std::process::Command::new("mkfifo").arg(&mark).status()?;
        assert!(made.success());
        let cancel = CancelToken::new();
        let attempt = host().attempt(cancel.clone(), None);
        let script = format!(
            "trap '' TERM; echo > {}; while :; do tail -f /dev/null; done",
            mark.display()
        );
        let runs = std::thread::spawn(move || attempt.run(&command(&script)));
        // Opening the pipe waits until the command has come so far.
        std::fs::read(&mark)?;
        cancel.cancel();
        assert_eq!(runs.join().ok(), Some(Err(Fault::Cancelled)));
        std::fs::remove_file(&mark)?;
        Ok(())
    }

    #[test]
    fn what_cannot_start_says_why() {
        let named = |name: &str| Command {
            argv: vec![name.to_owned()],
            ..command("")
        };
        let said = |command: &Command| match host().run(command) {
            Err(fault) => fault.to_string(),
            Ok(found) => format!("{found:?}"),
        };
        assert_eq!(
            said(&named("no-such-program")),
            format!("`no-such-program`: command not found; searched in PATH={PATH}")
        );
        let found = said(&named("/no/such/program"));
        assert!(found.contains("/no/such/program"), "{found}");
        let found = said(&named("/etc/passwd"));
        assert!(
            found.starts_with("/etc/passwd: permission denied"),
            "{found}"
        );
        let mut lost = command("true");
        lost.cwd = Some("/no/such/place".into());
        let found = said(&lost);
        assert!(found.contains("cannot start in /no/such/place"), "{found}");
        let mut unknown = command("true");
        unknown.user = Some("no-such-user-here".into());
        assert_eq!(said(&unknown), "there is no user `no-such-user-here`");
    }

    #[test]
    fn another_user_has_all_of_his_ids() -> Result<(), Fault> {
        let host = host();
        let me = host.me()?;
        let mut asked = command("id -u; id -g; id -G");
        asked.user = Some("4242".into());
        if me.uid != 0 {
            println!("not root: only the refusal can be tried");
            assert!(matches!(host.run(&asked), Err(Fault::Denied(_, true))));
            return Ok(());
        }
        assert_eq!(text(&host.run(&asked)?.stdout), "4242\n4242\n4242\n");
        // This process itself is as it was.
        assert_eq!(host.me()?, me);
        let found = host.run(&command("id -u"))?;
        assert_eq!(text(&found.stdout), "0\n");
        Ok(())
    }
}
