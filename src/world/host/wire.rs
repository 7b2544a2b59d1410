//! What an engine and the supervisor of one of its commands say to each other over their socket.
//!
//! - Down: the length of a [`Start`], with the graph's lock along with it where one is held; the start itself; at last one byte
//!   more, which lets go: the command has ended, and what it left behind may stay. The end of the socket instead says at any
//!   moment that the command shall end: the engine asks for it, or is gone.
//! - Up: [`Report`]s.
//!
//! Both are one program, mostly the very same file. Where it is not (a newer one was put in its place, and this system has no
//! `/proc`), a start of another version is not understood, and refused.

use super::start::Start;
use super::sys::{self, Ids};
use rustix::fd::{BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use std::ffi::OsStr;
use std::io::{Error, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

/// Who understands whom.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How many bytes announce a start.
const HEAD: usize = 8;

/// Announces a start of so many bytes, and passes the lock on.
pub(super) fn send_head(
    link: BorrowedFd<'_>,
    length: usize,
    lock: Option<BorrowedFd<'_>>,
) -> Result<(), Errno> {
    let head = (length as u64).to_le_bytes();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut along = SendAncillaryBuffer::new(&mut space);
    let locks: Vec<BorrowedFd<'_>> = lock.into_iter().collect();
    if !locks.is_empty() && !along.push(SendAncillaryMessage::ScmRights(&locks)) {
        return Err(Errno::NOBUFS);
    }
    // A fresh socket takes so few bytes at once, or none.
    let bytes = [IoSlice::new(&head)];
    rustix::io::retry_on_intr(|| rustix::net::sendmsg(link, &bytes, &mut along, SendFlags::empty()))
        .map(|_| ())
}

/// What a supervisor is given.
pub(super) struct Order {
    /// What to start, if it is understood.
    pub start: Option<Start>,
    /// What to hold meanwhile.
    pub lock: Option<OwnedFd>,
}

/// Takes an order; `None` if the engine went away before it had said all.
pub(super) fn receive(link: BorrowedFd<'_>) -> Result<Option<Order>, Errno> {
    let mut head = [0; HEAD];
    let (came, lock) = receive_head(link, &mut head)?;
    if !fill(link, &mut head[came..])? {
        return Ok(None);
    }
    let length = usize::try_from(u64::from_le_bytes(head)).map_err(|_| Errno::MSGSIZE)?;
    let mut body = Vec::new();
    body.try_reserve_exact(length).map_err(|_| Errno::NOMEM)?;
    body.resize(length, 0);
    if !fill(link, &mut body)? {
        return Ok(None);
    }
    let start = decode(&body);
    Ok(Some(Order { start, lock }))
}

fn receive_head(link: BorrowedFd<'_>, head: &mut [u8]) -> Result<(usize, Option<OwnedFd>), Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut along = RecvAncillaryBuffer::new(&mut space);
    let mut bytes = [IoSliceMut::new(head)];
    let came = rustix::io::retry_on_intr(|| {
        rustix::net::recvmsg(link, &mut bytes, &mut along, sys::RECEIVE)
    })?;
    if came.flags.contains(ReturnFlags::CTRUNC) {
        // The lock was lost, so nothing may be started.
        return Err(Errno::MFILE);
    }
    let lock = along.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
        _ => None,
    });
    if let Some(lock) = &lock {
        rustix::io::fcntl_setfd(lock, rustix::io::FdFlags::CLOEXEC)?;
    }
    Ok((came.bytes, lock))
}

/// Reads until it is full; false if there is less.
fn fill(link: BorrowedFd<'_>, mut left: &mut [u8]) -> Result<bool, Errno> {
    while !left.is_empty() {
        match rustix::io::read(link, &mut *left) {
            Ok(0) | Err(Errno::CONNRESET) => return Ok(false),
            Ok(read) => left = &mut left[read..],
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(true)
}

/// A start as bytes.
pub(super) fn encode(start: &Start) -> Arc<[u8]> {
    let mut out = Out::default();
    out.bytes(VERSION.as_bytes());
    out.bytes(start.program.as_os_str().as_bytes());
    out.bytes(start.cwd.as_os_str().as_bytes());
    out.number(start.argv.len() as u64);
    start
        .argv
        .iter()
        .for_each(|word| out.bytes(word.as_bytes()));
    out.number(start.env.len() as u64);
    for (name, value) in &start.env {
        out.bytes(name.as_bytes());
        out.bytes(value.as_bytes());
    }
    out.number(u64::from(start.ids.is_some()));
    if let Some(ids) = &start.ids {
        out.number(ids.uid.into());
        out.number(ids.gid.into());
        out.number(ids.groups.len() as u64);
        ids.groups
            .iter()
            .for_each(|group| out.number((*group).into()));
    }
    out.number(u64::from(start.stdin.is_some()));
    if let Some(stdin) = &start.stdin {
        out.bytes(stdin);
    }
    out.0.into()
}

/// A start from its bytes, all of them; `None` if they are something else.
fn decode(bytes: &[u8]) -> Option<Start> {
    let mut input = In(bytes);
    if input.bytes()? != VERSION.as_bytes() {
        return None;
    }
    let start = Start {
        program: input.path()?,
        cwd: input.path()?,
        argv: input.many(In::text)?,
        env: input.many(|input| Some((input.text()?, input.text()?)))?,
        ids: input.perhaps(|input| {
            Some(Ids {
                uid: input.id()?,
                gid: input.id()?,
                groups: input.many(In::id)?,
            })
        })?,
        stdin: input.perhaps(|input| input.bytes().map(Arc::from))?,
    };
    input.0.is_empty().then_some(start)
}

/// What a supervisor tells of its command.
#[derive(Debug)]
pub(super) enum Report {
    /// It runs: the number of its first process, and so of its group.
    Started(i32),
    /// It cannot be started.
    Unstarted(Error),
    /// Its first process has ended, with this status as the kernel gives it.
    Ended(i32),
    /// It was told to end, and nothing of its group is left.
    Gone,
}

impl Report {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        let (tag, number, text) = match self {
            Report::Started(group) => (0, *group, String::new()),
            Report::Unstarted(error) => match error.raw_os_error() {
                Some(errno) => (1, errno, String::new()),
                None => (2, 0, error.to_string()),
            },
            Report::Ended(status) => (3, *status, String::new()),
            Report::Gone => (4, 0, String::new()),
        };
        let mut out = Out::default();
        out.number(tag);
        out.number(number.cast_unsigned().into());
        out.bytes(text.as_bytes());
        out.0
    }

    /// Takes the next one off what has come, once it is there whole. What cannot be one never is.
    pub fn take(came: &mut Vec<u8>) -> Option<Report> {
        let mut input = In(came);
        let (tag, number) = (input.number()?, input.id()?.cast_signed());
        let text = input.text()?;
        let left = input.0.len();
        let report = match tag {
            0 => Report::Started(number),
            1 => Report::Unstarted(Error::from_raw_os_error(number)),
            2 => Report::Unstarted(Error::other(text)),
            3 => Report::Ended(number),
            4 => Report::Gone,
            _ => return None,
        };
        came.drain(..came.len() - left);
        Some(report)
    }
}

/// Bytes being written.
#[derive(Default)]
struct Out(Vec<u8>);

impl Out {
    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

/// Bytes being read. Whatever they are, reading them neither panics nor takes more memory than they do.
struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn number(&mut self) -> Option<u64> {
        let (number, left) = self.0.split_first_chunk()?;
        self.0 = left;
        Some(u64::from_le_bytes(*number))
    }

    fn id(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?.try_into().ok()?;
        let (bytes, left) = self.0.split_at_checked(length)?;
        self.0 = left;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn path(&mut self) -> Option<PathBuf> {
        Some(OsStr::from_bytes(self.bytes()?).into())
    }

    fn many<T, All: FromIterator<T>>(
        &mut self,
        mut one: impl FnMut(&mut In<'a>) -> Option<T>,
    ) -> Option<All> {
        let count = self.number()?;
        (0..count).map(|_| one(self)).collect()
    }

    fn perhaps<T>(&mut self, one: impl FnOnce(&mut In<'a>) -> Option<T>) -> Option<Option<T>> {
        match self.number()? {
            0 => Some(None),
            1 => one(self).map(Some),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fd::AsFd;
    use rustix::fs::{FlockOperation, flock};
    use std::collections::BTreeMap;
    use std::fs::File;
    use std::os::unix::net::UnixStream;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn start() -> Start {
        Start {
            program: OsStr::from_bytes(b"/bin/\xff").into(),
            argv: vec!["sh".into(), String::new(), "söme\nwords".into()],
            env: BTreeMap::from([("A".into(), "b=c".into()), ("E".into(), String::new())]),
            cwd: "/tmp".into(),
            ids: Some(Ids {
                uid: u32::MAX - 1,
                gid: 7,
                groups: vec![7, 8],
            }),
            stdin: Some(vec![0; 1 << 20].into()),
        }
    }

    #[test]
    fn a_start_comes_through_whole_or_not_at_all() {
        let whole = encode(&start());
        assert!(decode(&whole).is_some_and(|found| found == start()));
        let bare = Start {
            ids: None,
            stdin: None,
            ..start()
        };
        let bytes = encode(&bare);
        assert!(decode(&bytes).is_some_and(|found| found == bare));
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_none(), "{length}");
        }
        assert!(decode(&[&bytes[..], &[0]].concat()).is_none());
    }

    #[test]
    fn another_version_is_not_understood() {
        let mut bytes = encode(&start()).to_vec();
        bytes[HEAD] ^= 1;
        assert!(decode(&bytes).is_none());
    }

    #[test]
    fn reports_come_in_order_however_they_are_cut() {
        let all = [
            Report::Started(i32::MAX),
            Report::Unstarted(Error::from_raw_os_error(2)),
            Report::Unstarted(Error::other("no words")),
            Report::Ended(-1),
            Report::Gone,
        ];
        let bytes: Vec<u8> = all.iter().flat_map(Report::encode).collect();
        let (mut came, mut told) = (Vec::new(), Vec::new());
        for byte in bytes {
            came.push(byte);
            told.extend(Report::take(&mut came));
        }
        assert_eq!(format!("{told:?}"), format!("{all:?}"));
        assert!(came.is_empty());
        // Words of a panic are no report, and are never waited for as if they were one.
        came.extend_from_slice(b"thread 'main' panicked at ...: and so on");
        assert!(Report::take(&mut came).is_none());
    }

    /// Sends a start of which only so many bytes come, and hangs up.
    fn cut(length: usize, lock: Option<BorrowedFd<'_>>) -> std::io::Result<UnixStream> {
        let bytes = encode(&Start {
            stdin: None,
            ..start()
        });
        let (engine, supervisor) = UnixStream::pair()?;
        send_head(engine.as_fd(), bytes.len(), lock)?;
        rustix::io::write(&engine, &bytes[..length.min(bytes.len())])?;
        Ok(supervisor)
    }

    #[test]
    fn an_engine_that_goes_away_half_way_has_said_nothing() -> Outcome {
        let silent = UnixStream::pair()?.0;
        assert!(receive(silent.as_fd())?.is_none());
        for length in [0, 1, 40] {
            assert!(receive(cut(length, None)?.as_fd())?.is_none(), "{length}");
        }
        let whole = receive(cut(usize::MAX, None)?.as_fd())?;
        assert!(whole.is_some_and(|order| order.start.is_some() && order.lock.is_none()));
        Ok(())
    }

    #[test]
    fn what_is_no_socket_is_refused() -> Outcome {
        let (read, _write) = rustix::pipe::pipe()?;
        assert_eq!(receive(read.as_fd()).err(), Some(Errno::NOTSOCK));
        Ok(())
    }

    /// The lock is the same lock at the other end: it lasts as long as either has it.
    #[test]
    fn a_lock_is_passed_on() -> Outcome {
        let dir = std::env::temp_dir().join(format!("weft-wire-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        let (own, other) = (File::open(&dir)?, File::open(&dir)?);
        std::fs::remove_dir(&dir)?;
        let take = |file: &File| flock(file, FlockOperation::NonBlockingLockExclusive);
        take(&own)?;
        let supervisor = cut(usize::MAX, Some(own.as_fd()))?;
        drop(own);
        let order = receive(supervisor.as_fd())?.ok_or("nothing came")?;
        let passed = order.lock.ok_or("no lock came")?;
        assert_eq!(take(&other), Err(Errno::WOULDBLOCK));
        assert!(rustix::io::fcntl_getfd(&passed)?.contains(rustix::io::FdFlags::CLOEXEC));
        drop(passed);
        assert_eq!(take(&other), Ok(()));
        Ok(())
    }
}
