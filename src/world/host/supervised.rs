//! A command below a supervisor, as its engine sees it. The supervisor's own side is `supervise`.

use super::direct::{Fed, Outputs, Process, Stands, outputs, signal};
use super::place::say;
use super::start::Start;
use super::supervise::{GRACE, SUPERVISE, lives};
use super::wire::{self, Report};
use crate::world::Fault;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::process::{Pid, Signal};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Instant;

/// A supervisor with its command. The supervisor ends the command when the link to it ends, and that is when this is dropped, or
/// this process gone, whichever way.
pub(super) struct Supervised {
    start: Start,
    supervisor: Child,
    link: UnixStream,
    /// Of reports, what came so far.
    came: Vec<u8>,
    /// The command's process group, once it runs.
    group: Option<Pid>,
    /// Whether the supervisor has said that nothing of the group is left.
    gone: bool,
    /// When the supervisor was found to be gone itself before it had said so.
    lost: Option<Instant>,
}

impl Supervised {
    /// Starts a supervisor for this command, which holds the lock as long as anything of the command's group is there. What it
    /// is to be fed comes along.
    pub fn new(
        program: &Path,
        start: Start,
        lock: Option<Arc<OwnedFd>>,
    ) -> Result<(Supervised, Fed, Outputs), Fault> {
        let (link, theirs) = UnixStream::pair().map_err(|error| unsupervised(program, &error))?;
        let mut supervisor =
            spawn(program, theirs).map_err(|error| unsupervised(program, &error))?;
        let outputs = outputs(&mut supervisor);
        let supervised = Supervised {
            start,
            supervisor,
            link,
            came: Vec::new(),
            group: None,
            gone: false,
            lost: None,
        };
        let fed = supervised
            .head(lock)
            .map_err(|error| unsupervised(program, &error))?;
        Ok((supervised, fed, outputs))
    }

    fn head(&self, lock: Option<Arc<OwnedFd>>) -> std::io::Result<Fed> {
        let order = wire::encode(&self.start);
        let lock = lock.as_ref().map(|lock| lock.as_fd());
        match wire::send_head(self.link.as_fd(), order.len(), lock) {
            // It is gone already, which is seen when it is asked how it stands.
            Ok(()) | Err(Errno::PIPE | Errno::CONNRESET) => {}
            Err(errno) => return Err(errno.into()),
        }
        self.link.set_nonblocking(true)?;
        Ok((self.link.try_clone()?.into(), order))
    }

    /// Reads what there is; true at the end.
    fn listen(&mut self) -> bool {
        let mut buffer = [0; 512];
        loop {
            match rustix::io::read(&self.link, &mut buffer) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return false,
                Ok(0) | Err(_) => return true,
                Ok(read) => self.came.extend_from_slice(&buffer[..read]),
            }
        }
    }

    fn hear(&mut self) -> Option<Stands> {
        while let Some(report) = Report::take(&mut self.came) {
            match report {
                Report::Started(group) => self.group = Pid::from_raw(group),
                Report::Unstarted(error) => {
                    self.gone = true;
                    return Some(Stands::Failed(self.start.fault(&error)));
                }
                Report::Ended(status) => {
                    return Some(Stands::Ended(ExitStatus::from_raw(status)));
                }
                Report::Gone => self.gone = true,
            }
        }
        None
    }

    /// The supervisor is gone, and cannot end the command any more: it is ended from here.
    fn lose(&mut self) -> Fault {
        self.lost = Some(Instant::now());
        self.kill();
        // A program that is no supervisor may be there still.
        let _ = self.supervisor.kill();
        let how = match self.supervisor.wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        let name = self.start.name();
        Fault::Command(match self.group {
            Some(_) => format!("`{name}` was ended, because its supervisor was ({how})"),
            None => format!("its supervisor ended before it said that `{name}` had begun ({how})"),
        })
    }
}

impl Process for Supervised {
    fn news(&self) -> Option<BorrowedFd<'_>> {
        Some(self.link.as_fd())
    }

    fn stands(&mut self) -> Stands {
        let over = self.listen();
        match self.hear() {
            Some(stands) => stands,
            None if over => Stands::Failed(self.lose()),
            None => Stands::Runs,
        }
    }

    fn end(&mut self) {
        // Its reports are still read.
        let _ = self.link.shutdown(Shutdown::Write);
    }

    /// Only where there is no supervisor any more: it does this itself.
    fn kill(&mut self) {
        if let (Some(group), Some(_)) = (self.group, self.lost) {
            signal(group, Signal::KILL);
        }
    }

    fn is_gone(&mut self) -> bool {
        let over = self.listen();
        self.hear();
        if self.gone || (over && self.group.is_none()) {
            return true;
        }
        if over && self.lost.is_none() {
            self.lose();
        }
        // What even KILL does not end may stay longer than anyone should wait.
        let waited = |since: Instant| since.elapsed() >= GRACE;
        self.lost.is_some_and(waited) || (over && !self.group.is_some_and(lives))
    }

    fn let_go(&mut self) {
        // If it is gone, so is what it could hear.
        let _ = rustix::io::write(&self.link, &[0]);
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        let _ = self.link.shutdown(Shutdown::Both);
        let _ = self.supervisor.wait();
    }
}

/// Nothing of the command is in the supervisor's words or environment, where others could read it. It is in a process group of
/// its own, so that what is typed at the terminal does not reach it.
fn spawn(program: &Path, link: UnixStream) -> std::io::Result<Child> {
    Command::new(program)
        .arg0("weft")
        .arg(SUPERVISE)
        .env_clear()
        .current_dir("/")
        .process_group(0)
        .stdin(OwnedFd::from(link))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

fn unsupervised(program: &Path, error: &std::io::Error) -> Fault {
    let why = Errno::from_io_error(error).map_or_else(|| error.to_string(), say);
    Fault::Command(format!(
        "no command can be started: each runs below a supervisor, and {} cannot be started as one: {why} \
         (where there is no /proc, start weft by its full path)",
        program.display()
    ))
}
