//! The pool of the real driver: threads that carry errands out, and what is known of those under way.
//!
//! More errands may wait here than there are threads, so that none of these ever waits for the engine; an errand that no thread
//! has begun can still be given back as if it had never been handed out. A thread takes one errand at a time: none waits
//! behind a slow one while another thread is idle. What is done gathers until the driver fetches it, and the driver is
//! woken once for all of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::drive::Errand;
use crate::engine::{Attempt, Input, VertexId};
use crate::kind::Failure;
use crate::world::Fault;
use crate::world::host::CancelToken;
use std::io;

/// With so many errands waiting the threads have enough to do, and what is done may gather for a moment.
const PLENTY: usize = 8;
/// How much may gather.
const GATHERED: usize = 96;
/// What to do where the system has no thread to spare.
const ROOM: &str = "is the limit of processes reached? raise it (`ulimit -u`, TasksMax of the service, pids.max of the container), \
                    or end others";
/// For how long: the driver looks by itself then, in case every thread has met something slow.
const MOMENT: Duration = Duration::from_millis(2);

/// Carries one errand out; it should end soon after its token is cancelled.
pub(super) type Work = dyn Fn(&Errand, CancelToken) -> Input + Send + Sync;

/// Tells the driver to look: something is done, or there is a new deadline.
pub(super) type Wake = dyn Fn() + Send + Sync;

/// Starts a thread.
pub(super) type Spawn = dyn Fn(Box<dyn FnOnce() + Send>) -> io::Result<()> + Send + Sync;

/// Threads and their errands.
pub(super) struct Pool {
    shared: Arc<Shared>,
    spawn: Box<Spawn>,
}

struct Shared {
    state: Mutex<State>,
    filled: Condvar,
    work: Box<Work>,
    wake: Box<Wake>,
    grace: Duration,
    /// How many threads there should be.
    jobs: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Errand>,
    begun: BTreeMap<Attempt, Begun>,
    done: Vec<Input>,
    /// Whether the driver was woken for what is done.
    woken: bool,
    closed: bool,
    /// How many threads there are that were not given up.
    threads: usize,
}

/// An errand that a thread has begun.
struct Begun {
    vertex: VertexId,
    token: CancelToken,
    /// When it should long have ended.
    overdue: Option<Instant>,
    /// Whether it was given up: another thread has taken the place of its own.
    hung: bool,
}

impl Pool {
    /// So many threads, as far as the system has them; refused where it has none. An errand may take `grace` longer than its timeout,
    /// or than its cancel, before it counts as hung.
    pub fn new(
        jobs: usize,
        grace: Duration,
        work: Box<Work>,
        wake: Box<Wake>,
        spawn: Box<Spawn>,
    ) -> Result<Pool, String> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            filled: Condvar::new(),
            work,
            wake,
            grace,
            jobs,
        });
        let pool = Pool { shared, spawn };
        pool.fill()?;
        Ok(pool)
    }

    /// Hands errands out, in this order.
    pub fn add(&self, errands: Vec<Errand>) {
        let many = errands.len() > 1;
        if errands.is_empty() {
            return;
        }
        let mut state = self.shared.state();
        state.waiting.extend(errands);
        let deserted = state.threads == 0;
        drop(state);
        if deserted {
            return self.fill_or_fail();
        }
        if many {
            self.shared.filled.notify_all();
        } else {
            self.shared.filled.notify_one();
        }
    }

    /// What is done since the last call.
    pub fn fetch(&self) -> Vec<Input> {
        let mut state = self.shared.state();
        state.woken = false;
        std::mem::take(&mut state.done)
    }

    /// Takes back every errand that no thread has begun: each is done at once, as cancelled before it began.
    pub fn give_back(&self) {
        let mut state = self.shared.state();
        let waiting = std::mem::take(&mut state.waiting);
        state.done.extend(waiting.iter().map(never_begun));
    }

    /// Ends an attempt.
    pub fn cancel(&self, attempt: Attempt) {
        let mut state = self.shared.state();
        if let Some(begun) = state.begun.get_mut(&attempt) {
            let limit = Instant::now() + self.shared.grace;
            begun.overdue = Some(begun.overdue.map_or(limit, |at| at.min(limit)));
            let token = begun.token.clone();
            // What a cancel wakes may be anything: not under the lock.
            drop(state);
            return token.cancel();
        }
        let at = state.waiting.iter().position(|e| e.attempt == attempt);
        if let Some(errand) = at.and_then(|at| state.waiting.remove(at)) {
            state.done.push(never_begun(&errand));
            state.woken = true;
            drop(state);
            (self.shared.wake)();
        }
    }

    /// When to look without being woken: for what gathers, and for the next attempt that should long have ended.
    pub fn next_look(&self) -> Option<Instant> {
        let state = self.shared.state();
        let gathers = state.waiting.len() >= PLENTY;
        let moment = gathers.then(|| Instant::now() + MOMENT);
        let overdue = state.begun.values().filter_map(|begun| begun.overdue);
        overdue.chain(moment).min()
    }

    /// Attempts that should long have ended: they are given up, and other threads take the place of theirs.
    pub fn give_up(&self, now: Instant) -> Vec<Input> {
        let mut hung = Vec::new();
        let mut state = self.shared.state();
        for (attempt, begun) in &mut state.begun {
            if begun.overdue.is_some_and(|at| at <= now) {
                begun.overdue = None;
                begun.hung = true;
                let (vertex, attempt) = (begun.vertex, *attempt);
                hung.push(Input::Hung { vertex, attempt });
            }
        }
        state.threads -= hung.len();
        drop(state);
        if !hung.is_empty() {
            self.fill_or_fail();
        }
        hung
    }

    /// Starts the threads that are missing. With fewer than there should be it goes on, and says so; with none it is refused.
    fn fill(&self) -> Result<(), String> {
        let jobs = self.shared.jobs;
        while self.shared.state().threads < jobs {
            self.shared.state().threads += 1;
            let shared = self.shared.clone();
            let Err(error) = (self.spawn)(Box::new(move || shared.serve())) else {
                continue;
            };
            let mut state = self.shared.state();
            state.threads -= 1;
            return match state.threads {
                0 => Err(format!(
                    "no thread can be started for the work: {error}; {ROOM}"
                )),
                threads => {
                    tracing::warn!("{threads} of {jobs} threads do the work: {error}; {ROOM}");
                    Ok(())
                }
            };
        }
        Ok(())
    }

    /// Where no thread is left, and none can be had, nobody would ever begin what waits: it fails.
    fn fill_or_fail(&self) {
        let Err(why) = self.fill() else {
            return;
        };
        let mut state = self.shared.state();
        let waiting = std::mem::take(&mut state.waiting);
        let failed = |errand: &Errand| errand.failed(Failure::new(why.clone()).not_begun());
        state.done.extend(waiting.iter().map(failed));
        drop(state);
        (self.shared.wake)();
    }
}

/// A thread of the system.
pub(super) fn thread(serve: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    let builder = std::thread::Builder::new().name("worker".into());
    builder.spawn(serve).map(drop)
}

impl Drop for Pool {
    /// Ends what can be ended, and leaves the rest behind.
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.closed = true;
        state.waiting.clear();
        let tokens: Vec<CancelToken> = state.begun.values().map(|b| b.token.clone()).collect();
        drop(state);
        self.shared.filled.notify_all();
        tokens.iter().for_each(CancelToken::cancel);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread's life: one errand after the other, until the pool is closed or the thread was given up.
    fn serve(&self) {
        let mut done = None;
        while let Some((errand, token)) = self.turn(done) {
            let outcome = (self.work)(&errand, token);
            done = Some((errand.attempt, outcome));
        }
    }

    /// Hands in what is done, and takes the next errand, under one lock: threads with little to do meet there.
    fn turn(&self, done: Option<(Attempt, Input)>) -> Option<(Errand, CancelToken)> {
        let mut state = self.state();
        if let Some((attempt, outcome)) = done {
            let hung = state.begun.remove(&attempt).is_some_and(|begun| begun.hung);
            state.done.push(outcome);
            // One that was given up goes, unless nobody could be had in its place.
            let goes = hung && state.threads >= self.jobs;
            state.threads += usize::from(hung && !goes);
            let gathers = state.waiting.len() >= PLENTY && state.done.len() < GATHERED;
            if !gathers && !std::mem::replace(&mut state.woken, true) {
                drop(state);
                (self.wake)();
                state = self.state();
            }
            if goes {
                return None;
            }
        }
        let errand = loop {
            if state.closed {
                return None;
            }
            if let Some(errand) = state.waiting.pop_front() {
                break errand;
            }
            let woken = self.filled.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        };
        let token = CancelToken::new();
        let timeout = errand.job.timeout;
        let begun = Begun {
            vertex: errand.vertex,
            token: token.clone(),
            overdue: timeout.map(|span| Instant::now() + span.as_std() + self.grace),
            hung: false,
        };
        state.begun.insert(errand.attempt, begun);
        drop(state);
        if timeout.is_some() {
            (self.wake)();
        }
        Some((errand, token))
    }
}

/// An errand that was cancelled before it began.
pub(super) fn never_begun(errand: &Errand) -> Input {
    errand.failed(Failure::from(Fault::Cancelled).not_begun())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Key;
    use crate::time::Span;
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

    /// Longer than any machine needs; it only bounds a test that fails.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn errand(n: u64, timeout: Option<Span>) -> Errand {
        let key = Key::new("noop", n.to_string());
        let mut errand = crate::drive::errand::tests::errand(VertexId(n as u32), Attempt(n), key);
        errand.job.timeout = timeout;
        errand
    }

    /// A pool in which every errand tells that it has begun, then waits for its word or, unless its number is above 99,
    /// for its cancel.
    struct Bench {
        pool: Pool,
        begun: Receiver<(u64, std::sync::mpsc::Sender<()>)>,
        woken: Receiver<()>,
        done: Vec<(u64, bool)>,
    }

    impl Bench {
        fn new(jobs: usize, grace: Duration) -> Bench {
            Bench::with(jobs, grace, Box::new(thread)).unwrap()
        }

        fn with(jobs: usize, grace: Duration, spawn: Box<Spawn>) -> Result<Bench, String> {
            let (tell_begun, begun) = channel();
            let (tell_woken, woken) = channel();
            let tell_begun = Mutex::new(tell_begun);
            let tell_woken = Mutex::new(tell_woken);
            let work = move |errand: &Errand, token: CancelToken| {
                let (go, gone) = channel();
                let _ = tell_begun
                    .lock()
                    .unwrap()
                    .send((errand.attempt.0, go.clone()));
                let deaf = errand.attempt.0 > 99;
                let _waking = (!deaf).then(|| {
                    token.on_cancel(move || {
                        let _ = go.send(());
                    })
                });
                let _ = gone.recv();
                let fault = if token.is_cancelled() {
                    Fault::Cancelled
                } else {
                    Fault::Net("told".into(), "to go on".into())
                };
                errand.failed(Failure::from(fault))
            };
            let wake = move || {
                let _ = tell_woken.lock().unwrap().send(());
            };
            Ok(Bench {
                pool: Pool::new(jobs, grace, Box::new(work), Box::new(wake), spawn)?,
                begun,
                woken,
                done: Vec::new(),
            })
        }

        fn begins(&self) -> (u64, std::sync::mpsc::Sender<()>) {
            self.begun.recv_timeout(PATIENCE).unwrap()
        }

        /// What comes back, as numbers and whether each had begun, until so many have.
        fn done(&mut self, count: usize) -> Vec<(u64, bool)> {
            loop {
                for input in self.pool.fetch() {
                    let Input::Checked {
                        attempt,
                        outcome: Err(fail),
                        ..
                    } = input
                    else {
                        panic!("unexpected {input:?}");
                    };
                    self.done.push((attempt.0, fail.began));
                }
                if self.done.len() >= count {
                    self.done.sort_unstable();
                    return std::mem::take(&mut self.done);
                }
                self.woken.recv_timeout(PATIENCE).unwrap();
            }
        }
    }

    /// A system that has so many threads to spare.
    fn room_for(threads: usize) -> Box<Spawn> {
        let left = Mutex::new(threads);
        Box::new(move |serve| {
            let mut left = left.lock().unwrap();
            *left = left.checked_sub(1).ok_or(io::ErrorKind::WouldBlock)?;
            thread(serve)
        })
    }

    #[test]
    fn without_any_thread_it_is_refused_and_with_some_it_goes_on() {
        let refused = Bench::with(2, PATIENCE, room_for(0)).err().unwrap();
        assert!(refused.starts_with("no thread can be started"), "{refused}");
        assert!(refused.contains("`ulimit -u`"), "{refused}");
        let mut bench = Bench::with(3, PATIENCE, room_for(2)).unwrap();
        bench.pool.add((1..=5).map(|n| errand(n, None)).collect());
        for _ in 1..=5 {
            bench.begins().1.send(()).unwrap();
        }
        assert_eq!(
            bench.done(5),
            (1..=5).map(|n| (n, true)).collect::<Vec<_>>()
        );
    }

    /// Nobody would ever begin what waits behind it.
    #[test]
    fn what_hangs_and_cannot_be_replaced_fails_the_rest_until_it_comes_back() {
        let mut bench = Bench::with(1, Duration::ZERO, room_for(1)).unwrap();
        bench.pool.add(vec![errand(100, None), errand(1, None)]);
        let stuck = bench.begins();
        bench.pool.cancel(Attempt(100));
        assert_eq!(bench.pool.give_up(Instant::now()).len(), 1);
        assert_eq!(bench.done(1), [(1, false)]);
        bench.pool.add(vec![errand(2, None)]);
        assert_eq!(bench.done(1), [(2, false)]);
        stuck.1.send(()).unwrap();
        assert_eq!(bench.done(1), [(100, true)]);
        bench.pool.add(vec![errand(3, None)]);
        bench.begins().1.send(()).unwrap();
        assert_eq!(bench.done(1), [(3, true)]);
    }

    #[test]
    fn what_no_thread_has_begun_is_given_back() {
        let mut bench = Bench::new(2, PATIENCE);
        bench.pool.add((1..=5).map(|n| errand(n, None)).collect());
        let (one, two) = (bench.begins(), bench.begins());
        assert_eq!((one.0.min(two.0), one.0.max(two.0)), (1, 2));
        bench.pool.cancel(Attempt(4));
        assert_eq!(bench.done(1), [(4, false)]);
        bench.pool.give_back();
        assert_eq!(bench.done(2), [(3, false), (5, false)]);
        one.1.send(()).unwrap();
        bench.pool.cancel(Attempt(two.0));
        assert_eq!(bench.done(2), [(1, true), (2, true)]);
    }

    #[test]
    fn a_slow_errand_holds_nothing_back() {
        let mut bench = Bench::new(2, PATIENCE);
        bench.pool.add((1..=20).map(|n| errand(n, None)).collect());
        let slow = bench.begins();
        for _ in 0..19 {
            bench.begins().1.send(()).unwrap();
        }
        let quick = bench.done(19);
        assert!(quick.iter().all(|(n, began)| *n != slow.0 && *began));
        slow.1.send(()).unwrap();
        assert_eq!(bench.done(1), [(slow.0, true)]);
    }

    #[test]
    fn time_counts_from_the_beginning_and_what_hangs_is_replaced() {
        let mut bench = Bench::new(1, Duration::ZERO);
        let timeout = Some(Span::secs(100));
        bench
            .pool
            .add(vec![errand(100, timeout), errand(1, timeout)]);
        let stuck = bench.begins();
        // The one that waits has no deadline yet.
        let at = bench.pool.next_look().unwrap();
        assert!(at <= Instant::now() + Duration::from_secs(100));
        assert!(bench.pool.give_up(Instant::now()).is_empty());
        assert_eq!(
            bench
                .begun
                .recv_timeout(Duration::ZERO)
                .map(|(n, _)| n)
                .err(),
            Some(RecvTimeoutError::Timeout)
        );
        bench.pool.cancel(Attempt(100));
        let hung = bench.pool.give_up(Instant::now());
        assert!(matches!(
            hung[..],
            [Input::Hung {
                attempt: Attempt(100),
                ..
            }]
        ));
        assert!(bench.pool.give_up(Instant::now()).is_empty());
        // Another thread took its place; the one that hung brings its errand back in the end, and goes.
        bench.begins().1.send(()).unwrap();
        assert_eq!(bench.done(1), [(1, true)]);
        stuck.1.send(()).unwrap();
        assert_eq!(bench.done(1), [(100, true)]);
        bench.pool.add(vec![errand(2, None), errand(3, None)]);
        let next = bench.begins();
        assert!(bench.begun.try_recv().is_err());
        next.1.send(()).unwrap();
        bench.begins().1.send(()).unwrap();
        assert_eq!(bench.done(2), [(2, true), (3, true)]);
    }
}
