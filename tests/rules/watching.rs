//! Rules of watching: what time and the world cause.

use super::*;
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
