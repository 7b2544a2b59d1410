//! Rules of watching: what time and the world cause.

use super::*;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use weft::drive::Errand;
use weft::drive::sim::Ground;
use weft::world::Watch;
use weft::world::sim::spec::NetFault;

/// Rules M3 and O8: a check that failed leaves the rhythm, and each beat of it is a cause to look again.
#[test]
fn m3_a_first_check_that_failed_is_looked_at_again_by_the_kinds_own_rhythm() {
    let lines = ["http:page url=http://site/page poll=10s"];
    let (mut drive, sim) = drive(&lines, SimSpec::default());
    let url = "http://site/page";
    sim.outside()
        .http(url, |page| page.fault = Some(NetFault::Refused));
    begin(&mut drive, Until::Stopped);
    let events = drive.take_events();
    assert_eq!(words(&events, "http:page").last(), Some(&"failed"));
    drive.advance(Span::secs(25));
    let events = drive.take_events();
    assert_eq!(
        times(&events, "http:page", "failed"),
        2,
        "{}",
        story(&events)
    );
    sim.outside().http(url, |page| page.fault = None);
    drive.advance(Span::secs(10));
    let events = drive.take_events();
    assert_eq!(
        times(&events, "http:page", "changed"),
        1,
        "{}",
        story(&events)
    );
}

/// Rules N8 and V4: an interval that is refused beats no time, and one that changes counts from where it changed.
#[test]
fn n8_v4_a_timer_ticks_by_the_interval_that_it_has_now() {
    let of = |interval: &str| Input::Graph {
        graph: Arc::new(graph(&[
            "timer:t",
            &format!("value:v value={interval}"),
            "noop:n",
            "timer:t ~> noop:n",
            "value:v.value => timer:t.interval",
        ])),
        renamed: vec![],
    };
    let (mut drive, _) = drive(&[], SimSpec::default());
    drive.input(of("0s"));
    begin(&mut drive, Until::Stopped);
    drive.advance(Span::secs(1));
    let events = drive.take_events();
    let ticks = |events: &[Event]| times(events, "timer:t", "tick");
    assert_eq!(words(&events, "timer:t").last(), Some(&"failed"));
    assert_eq!(ticks(&events), 0, "{}", story(&events));
    drive.input(of("1h"));
    drive.advance(Span::secs(1));
    drive.input(of("10s"));
    drive.advance(Span::secs(25));
    let events = drive.take_events();
    assert_eq!(ticks(&events), 2, "{}", story(&events));
}

/// A graph of these lines in which one vertex has this meta.
fn with_meta(lines: &[&str], vertex: &str, meta: weft::graph::Meta) -> Input {
    let mut draft = graph(lines).edit();
    let at = Place::default();
    draft.set_meta(&key(vertex), meta, at).unwrap();
    Input::Graph {
        graph: Arc::new(draft.finish(&Kinds).unwrap()),
        renamed: vec![],
    }
}

/// Rules M1 and G1: how often a vertex is polled takes effect when it is edited.
#[test]
fn m1_g1_another_poll_counts_from_the_edit() {
    let every = |poll: Span| {
        let meta = weft::graph::Meta {
            poll: Some(poll),
            ..weft::graph::Meta::default()
        };
        with_meta(&["noop:a"], "noop:a", meta)
    };
    let (mut drive, _) = drive(&[], SimSpec::default());
    drive.input(every(Span::secs(3600)));
    begin(&mut drive, Until::Stopped);
    drive.advance(Span::secs(1));
    drive.input(every(Span::secs(10)));
    drive.take_events();
    drive.advance(Span::secs(25));
    assert_eq!(times(&drive.take_events(), "noop:a", "check"), 2);
}

/// A simulated machine that counts how often a watch is set up, and how often one is ended.
struct Counting {
    ground: SimGround,
    set_up: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

impl Ground for Counting {
    fn run(&mut self, errand: &Errand, now: Time, state: &Path) -> (Input, Span) {
        self.ground.run(errand, now, state)
    }
    fn watch(&mut self, id: u64, watches: &[Watch]) -> Result<(), String> {
        self.set_up
            .fetch_add(usize::from(!watches.is_empty()), Ordering::Relaxed);
        self.ground.watch(id, watches)
    }
    fn unwatch(&mut self, id: u64) {
        self.ended.fetch_add(1, Ordering::Relaxed);
        self.ground.unwatch(id);
    }
    fn noticed(&mut self) -> Vec<(u64, String)> {
        self.ground.noticed()
    }
    fn pass(&mut self, now: Time) -> Option<Time> {
        self.ground.pass(now)
    }
}

/// Rules O8 and V3: what a vertex receives may change every second; its watch stays as long as it watches the same.
#[test]
fn o8_v3_a_received_value_sets_no_watch_up_anew_unless_it_moves_what_is_watched() {
    let of = |content: u32, source: &str| Input::Graph {
        graph: Arc::new(graph(&[
            "file:/a",
            "template:t",
            &format!("value:content value=text{content}"),
            &format!("value:source value={source}"),
            "value:content.value => file:/a.content",
            "value:source.value => template:t.source",
        ])),
        renamed: vec![],
    };
    let sim = Sim::new(SimSpec::default(), 1).unwrap();
    for path in ["/one", "/two"] {
        assert_eq!(sim.outside().write(Path::new(path), b"text"), Ok(()));
    }
    let (set_up, ended): (Arc<AtomicUsize>, Arc<AtomicUsize>) = Default::default();
    let ground = Counting {
        ground: SimGround::new(sim.clone()),
        set_up: set_up.clone(),
        ended: ended.clone(),
    };
    let store = Box::new(MemoryStore::default());
    let state = PathBuf::from("/state");
    let mut drive = SimDrive::new(options(1), Box::new(ground), store, state, 1).unwrap();
    let counts = || {
        (
            set_up.load(Ordering::Relaxed),
            ended.load(Ordering::Relaxed),
        )
    };
    drive.input(of(0, "/one"));
    begin(&mut drive, Until::Stopped);
    drive.advance(Span::secs(1));
    assert_eq!(counts(), (2, 0), "{}", story(&drive.take_events()));
    for content in 1..10 {
        drive.input(of(content, "/one"));
        drive.advance(Span::secs(1));
    }
    let events = drive.take_events();
    assert_eq!(times(&events, "file:/a", "changed"), 10);
    assert_eq!(times(&events, "file:/a", "watching"), 1);
    assert_eq!(counts(), (2, 0));
    drive.input(of(9, "/two"));
    drive.advance(Span::secs(1));
    assert_eq!(counts(), (3, 0));
    assert_eq!(sim.outside().write(Path::new("/two"), b"new"), Ok(()));
    damage(&mut drive, &sim, Span::secs(1));
    let events = drive.take_events();
    assert_eq!(times(&events, "template:t", "watching"), 1);
    assert_eq!(times(&events, "template:t", "check"), 2);
    assert_eq!(times(&events, "file:/a", "changed"), 1);
}

/// Rules N8 and M3: into an edge that is still pending a tick sends and records nothing, so it is no new cause either.
#[test]
fn n8_m3_a_tick_into_what_is_pending_is_nothing_new() {
    let lines = [
        "timer:t interval=10s",
        "exec:r cmd=work refreshonly=true",
        "timer:t ~> exec:r",
    ];
    let (mut drive, _) = drive(&lines, commands(&[("work", &[1], Span::ZERO)]));
    begin(&mut drive, Until::Stopped);
    drive.advance(Span::secs(35));
    let events = drive.take_events();
    assert_eq!(times(&events, "timer:t", "tick"), 3, "{}", story(&events));
    assert_eq!(
        times(&events, "exec:r", "notified"),
        1,
        "{}",
        story(&events)
    );
    assert_eq!(times(&events, "exec:r", "failed"), 1, "{}", story(&events));
}
