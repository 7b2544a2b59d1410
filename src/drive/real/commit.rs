//! Making records durable beside the engine: a thread that stores what has gathered in one sync, while the loop steps on.
//!
//! The loop hands records over in order; what is told here has come to pass, or has failed for good until it is tried again.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::Seq;
use crate::journal::{Entry, Store, StoreFault};

/// How long a sync waits for records of checks that are under way: a successor's debt then shares the sync that pays its
/// predecessor's. A check of a small file takes a tenth of it, a sync longer than that.
const LINGER: Duration = Duration::from_micros(200);

/// What became of a batch.
pub(super) struct Stored {
    /// How many batches it was.
    pub batches: usize,
    /// The number of the last record that is durable.
    pub upto: Seq,
    /// Why the rest is not, with the records.
    pub failed: Option<(StoreFault, Vec<Entry>)>,
}

/// What is handed over.
enum Batch {
    /// Records that come after those before them.
    Next(Vec<Entry>),
    /// Records of which some could not be stored, from the first of these on.
    Again(Vec<Entry>),
}

/// Records on their way into the store.
pub(super) struct Committer {
    store: Arc<Mutex<Box<dyn Store>>>,
    queue: Option<Sender<Batch>>,
    told: Receiver<Stored>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Committer {
    /// Around this store. `busy` says whether checks are under way, `wake` that there is something to be told.
    pub fn new(
        store: Box<dyn Store>,
        busy: impl Fn() -> bool + Send + 'static,
        wake: impl Fn() + Send + 'static,
    ) -> std::io::Result<Committer> {
        let store = Arc::new(Mutex::new(store));
        let (queue, queued) = channel();
        let (tell, told) = channel();
        let own = store.clone();
        let work = move || {
            // Once something could not be stored, nothing that comes after it may be.
            let mut broken = false;
            while let Some(batch) = gather(&queued, &busy, broken) {
                let stored = match batch {
                    (Batch::Next(entries), n) if broken => refused(entries, n),
                    (Batch::Next(entries) | Batch::Again(entries), n) => commit(&own, entries, n),
                };
                broken = stored.failed.is_some();
                if tell.send(stored).is_err() {
                    return;
                }
                wake();
            }
        };
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(work)?;
        Ok(Committer {
            store,
            queue: Some(queue),
            told,
            thread: Some(thread),
        })
    }

    /// The store itself. It waits for a sync under way.
    pub fn store(&self) -> MutexGuard<'_, Box<dyn Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands records over, in order.
    pub fn add(&self, entries: Vec<Entry>) {
        self.send(Batch::Next(entries));
    }

    /// The same with records of which some could not be stored before.
    pub fn again(&self, entries: Vec<Entry>) {
        self.send(Batch::Again(entries));
    }

    fn send(&self, batch: Batch) {
        if let Some(queue) = &self.queue {
            // Its thread only ends with this.
            let _ = queue.send(batch);
        }
    }

    /// What has come to pass since the last call.
    pub fn fetch(&self) -> Option<Stored> {
        self.told.try_recv().ok()
    }

    /// The same, but waits for it.
    pub fn wait(&self) -> Option<Stored> {
        self.told.recv().ok()
    }
}

impl Drop for Committer {
    /// What was handed over is stored before it ends.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The next batches as one: all that is there, and what checks under way still add to it.
fn gather(
    queued: &Receiver<Batch>,
    busy: &dyn Fn() -> bool,
    broken: bool,
) -> Option<(Batch, usize)> {
    let first = queued.recv().ok()?;
    if broken {
        return Some((first, 1));
    }
    let (Batch::Next(mut batch) | Batch::Again(mut batch)) = first;
    let mut batches = 1;
    let until = Instant::now() + LINGER;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let wait = if busy() { left } else { Duration::ZERO };
        match queued.recv_timeout(wait.min(LINGER / 8)) {
            Ok(Batch::Next(more) | Batch::Again(more)) => {
                batch.extend(more);
                batches += 1;
            }
            Err(RecvTimeoutError::Timeout) if !wait.is_zero() => {}
            Err(_) => return Some((Batch::Next(batch), batches)),
        }
    }
}

fn commit(store: &Mutex<Box<dyn Store>>, batch: Vec<Entry>, batches: usize) -> Stored {
    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
    let upto = batch.last().map_or(Seq(0), |entry| entry.seq);
    match store.commit(&batch) {
        Ok(()) => Stored {
            batches,
            upto,
            failed: None,
        },
        Err(fault) => Stored {
            batches,
            upto: Seq(0),
            failed: Some((fault, batch)),
        },
    }
}

fn refused(entries: Vec<Entry>, batches: usize) -> Stored {
    let fault = StoreFault::new("the journal", "an earlier record could not be stored");
    Stored {
        batches,
        upto: Seq(0),
        failed: Some((fault, entries)),
    }
}
