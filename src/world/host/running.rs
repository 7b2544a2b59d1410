//! A command that runs: feeding it, reading what it says, and bringing it to an end.

use super::cancel::Deadline;
use super::direct::{Fed, Outputs, Process, Stands};
use super::place::fault;
use super::supervise::GRACE;
use super::sys;
use crate::world::{Fault, Output};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::io::Errno;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long outputs are read after the command itself has ended.
const DRAIN: Duration = Duration::from_millis(200);

/// How often a command is asked whether it has ended where the kernel does not tell.
const ASK: Duration = Duration::from_millis(20);

/// A command that runs, and what it has said so far.
pub(super) struct Running {
    process: Box<dyn Process>,
    woken: Option<OwnedFd>,
    input: Option<(OwnedFd, Arc<[u8]>, usize)>,
    pipes: Outputs,
    keep: usize,
    output: Output,
    phase: Phase,
}

/// Where a command stands. Each has the moment at which it ends by itself.
enum Phase {
    /// It runs; its deadline, if any.
    Runs(Option<Deadline>),
    /// Its group was told to end, for this reason; KILL at this moment, which then is `None`.
    Ends(Fault, Option<Instant>),
    /// It has ended with this status; its outputs are read until then.
    Drains(ExitStatus, Instant),
}

impl Running {
    /// Takes over what was just begun: it is fed, and its outputs are read, of each at most `keep` bytes kept. `woken` ends when
    /// it is to be cancelled.
    pub fn new(
        process: Box<dyn Process>,
        fed: Option<Fed>,
        pipes: Outputs,
        keep: usize,
        woken: OwnedFd,
        deadline: Option<Deadline>,
    ) -> Result<Running, Errno> {
        let input = fed.as_ref().map(|(pipe, _)| pipe);
        for pipe in pipes.iter().flatten().chain(input) {
            sys::never_block(pipe)?;
        }
        Ok(Running {
            process,
            woken: Some(woken),
            input: fed.map(|(pipe, bytes)| (pipe, bytes, 0)),
            pipes,
            keep,
            output: Output::default(),
            phase: Phase::Runs(deadline),
        })
    }

    /// Runs it to its end.
    pub fn end(&mut self) -> Result<Output, Fault> {
        loop {
            if let Some(end) = self.advance() {
                return end;
            }
            self.wait()
                .map_err(|errno| fault(Path::new("poll"), errno))?;
            self.feed();
            self.drink();
        }
    }

    /// Moves on to the next phase where it is time to; the result once there is none.
    fn advance(&mut self) -> Option<Result<Output, Fault>> {
        let now = Instant::now();
        match &self.phase {
            Phase::Runs(deadline) => {
                let late = deadline.filter(|deadline| deadline.at <= now);
                match self.process.stands() {
                    Stands::Ended(status) => {
                        self.drink_all();
                        self.phase = Phase::Drains(status, now + DRAIN);
                        // Mostly all has been read by now, and there is nothing to wait for.
                        return self.advance();
                    }
                    Stands::Failed(why) => {
                        self.phase = Phase::Ends(why, None);
                        return self.advance();
                    }
                    Stands::Runs if self.woken.is_none() => self.tell_to_end(Fault::Cancelled),
                    Stands::Runs => {
                        if let Some(deadline) = late {
                            self.tell_to_end(Fault::TimedOut(deadline.span));
                        }
                    }
                }
                None
            }
            Phase::Ends(why, kill) => {
                if self.process.is_gone() {
                    return Some(Err(why.clone()));
                }
                if kill.is_some_and(|kill| kill <= now) {
                    self.process.kill();
                    self.phase = Phase::Ends(why.clone(), None);
                }
                None
            }
            Phase::Drains(status, until) => {
                let quiet = self.pipes.iter().all(Option::is_none);
                if !quiet && now < *until {
                    return None;
                }
                self.process.let_go();
                self.output.status = code(*status);
                Some(Ok(std::mem::take(&mut self.output)))
            }
        }
    }

    fn tell_to_end(&mut self, why: Fault) {
        self.process.end();
        self.input = None;
        self.woken = None;
        self.phase = Phase::Ends(why, Some(Instant::now() + GRACE));
    }

    /// Waits until something happens: an output, its end, a cancel, or the end of the phase.
    fn wait(&mut self) -> Result<(), Errno> {
        let timeout = self.patience().map(|span| Timespec {
            tv_sec: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(span.subsec_nanos()),
        });
        let mut fds = Vec::with_capacity(5);
        let runs = matches!(self.phase, Phase::Runs(_));
        let news = self.process.news().filter(|_| runs);
        let woken = self.woken.as_ref().filter(|_| runs);
        for fd in self.pipes.iter().flatten().chain(woken) {
            fds.push(PollFd::new(fd, PollFlags::IN));
        }
        fds.extend(news.map(|news| PollFd::from_borrowed_fd(news, PollFlags::IN)));
        if let Some((pipe, _, _)) = &self.input {
            fds.push(PollFd::new(pipe, PollFlags::OUT));
        }
        match rustix::event::poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
        let cancelled = woken.is_some_and(|woken| {
            let woken = woken.as_raw_fd();
            fds.iter()
                .any(|fd| fd.as_fd().as_raw_fd() == woken && !fd.revents().is_empty())
        });
        if cancelled {
            self.woken = None;
        }
        Ok(())
    }

    /// How long to wait at most.
    fn patience(&self) -> Option<Duration> {
        let left = |at: Instant| at.saturating_duration_since(Instant::now());
        match &self.phase {
            Phase::Runs(deadline) => {
                let ask = self.process.news().is_none().then_some(ASK);
                let late = deadline.map(|deadline| left(deadline.at));
                [ask, late].into_iter().flatten().min()
            }
            // What is left of a group is not announced.
            Phase::Ends(..) => Some(ASK),
            Phase::Drains(_, until) => Some(left(*until)),
        }
    }

    /// Writes what its input takes now.
    fn feed(&mut self) {
        let Some((pipe, bytes, fed)) = &mut self.input else {
            return;
        };
        while *fed < bytes.len() {
            match rustix::io::write(&*pipe, &bytes[*fed..]) {
                Ok(written) => *fed += written,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                // It does not read to the end, which is its own affair.
                Err(_) => break,
            }
        }
        self.input = None;
    }

    /// Reads all that a command has said before it ended, however late this thread looks; a pipe holds 1 MiB at most.
    fn drink_all(&mut self) {
        for _ in 0..128 {
            if !self.drink() {
                return;
            }
        }
    }

    /// Reads a part of what its outputs hold now; false if there is nothing.
    fn drink(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        let mut some = false;
        for stream in 0..self.pipes.len() {
            while let Some(pipe) = &self.pipes[stream] {
                match rustix::io::read(pipe, &mut buffer) {
                    Err(Errno::INTR) => {}
                    Err(Errno::AGAIN) => break,
                    Ok(0) | Err(_) => self.pipes[stream] = None,
                    Ok(read) => {
                        self.take(stream, &buffer[..read]);
                        some = true;
                        // One read each in turn keeps both in the order in which they came.
                        break;
                    }
                }
            }
        }
        some
    }

    fn take(&mut self, stream: usize, bytes: &[u8]) {
        let keep = self.keep;
        let add = |kept: &mut Vec<u8>| {
            let room = keep.saturating_sub(kept.len()).min(bytes.len());
            kept.extend_from_slice(&bytes[..room]);
            (bytes.len() - room) as u64
        };
        self.output.cut += if stream == 0 {
            add(&mut self.output.stdout)
        } else {
            add(&mut self.output.stderr)
        };
        add(&mut self.output.both);
    }
}

fn code(status: ExitStatus) -> i32 {
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(-1)
}
