//! Rules of the simulated driver: what becomes of an engine whose journal refuses, or whose machine goes down in the middle of a
//! step. Each was found by a random play; see seeds.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};
use weft::graph::Meta;
use weft::journal::{Entry, Ledger, Store, StoreFault};
use weft::world::sim::{FaultKind, FaultRule};

/// A store that refuses when it is told to.
struct Refusing(MemoryStore, Arc<AtomicBool>);

impl Store for Refusing {
    fn load(&self) -> Result<Ledger, StoreFault> {
        self.0.load()
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<(), StoreFault> {
        match self.1.load(Ordering::SeqCst) {
            true => Err(StoreFault::new("the journal", "no space left")),
            false => self.0.commit(entries),
        }
    }
}

/// Rule O8: after a journal that refused, time goes on, and the next engine watches anew.
#[test]
fn o8_an_engine_after_one_whose_journal_refused_watches_anew() {
    let lines = ["file:/a content=x", "exec:slow cmd=slow", "noop:n"];
    let sim = Sim::new(commands(&[("slow", &[0], Span::secs(9))]), 1).unwrap();
    let refuses = Arc::new(AtomicBool::new(false));
    let store = Box::new(Refusing(MemoryStore::default(), refuses.clone()));
    let ground = Box::new(SimGround::new(sim.clone()));
    let state = PathBuf::from("/var/lib/weft/test");
    let mut drive = SimDrive::new(options(4), ground, store, state, 1).unwrap();
    let take = || Arc::new(graph(&lines));
    drive.input(Input::Graph {
        graph: take(),
        renamed: vec![],
    });
    begin(&mut drive, Until::Stopped);
    refuses.store(true, Ordering::SeqCst);
    // A command is under way, and a notification cannot be recorded.
    drive.input(Input::Notify(key("noop:n")));
    assert!(drive.is_down());
    let told = drive.take_events();
    let last = told.last().map(|event| trace::word(&event.what));
    assert_eq!(last, Some("undurable"), "{}", story(&told));
    drive.advance(Span::secs(60));
    assert_eq!(drive.now(), Time(60_000_000));
    refuses.store(false, Ordering::SeqCst);
    drive.restart(options(4), take()).unwrap();
    begin(&mut drive, Until::Stopped);
    drive.take_events();
    let path = std::path::Path::new("/a");
    assert_eq!(sim.outside().write(path, b"theirs"), Ok(()));
    drive.advance(Span::secs(1));
    let events = drive.take_events();
    assert_eq!(
        times(&events, "file:/a", "changed"),
        1,
        "{}",
        story(&events)
    );
}

/// Rule P2: an engine that dies while a step of it is carried out does nothing more of that step, such as to wake.
#[test]
fn p2_an_engine_that_dies_in_the_middle_of_a_step_does_nothing_more() {
    let lines = ["noop:a", "file:/b content=x", "noop:a -> file:/b"];
    let (mut drive, sim) = drive(&lines, SimSpec::default());
    let mut draft = graph(&lines).edit();
    let meta = Meta {
        poll: Some(Span::secs(1)),
        ..Meta::default()
    };
    let set = draft.set_meta(&key("noop:a"), meta, Place::default());
    assert!(set.is_ok());
    let polled = Arc::new(draft.finish(&Kinds).unwrap());
    drive.input(Input::Graph {
        graph: polled.clone(),
        renamed: vec![],
    });
    sim.arm(FaultRule::next("stat", "/b", FaultKind::Crash));
    begin(&mut drive, Until::Stopped);
    assert!(drive.is_down());
    drive.advance(Span::secs(10));
    assert_eq!(drive.now(), Time(10_000_000));
    let events = drive.take_events();
    let last = events.last().map(|event| trace::word(&event.what));
    assert_eq!(last, Some("killed"), "{}", story(&events));
    drive.restart(options(4), polled).unwrap();
    assert_eq!(tally(&apply(&mut drive)).changed, 1);
}
