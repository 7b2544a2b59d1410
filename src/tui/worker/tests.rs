//! The session's thread, with nobody but a test to hear it.

use super::*;
use crate::command::{SessionOptions, WorldName};
use crate::graph::Key;
use crate::repl::Style;
use crate::trace::What;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A session in a simulation, in its thread.
struct Bench {
    worker: Worker,
    said: UnboundedReceiver<Said>,
}

impl Bench {
    fn new(speed: f64) -> Bench {
        let options = SessionOptions {
            jobs: 8,
            seed: Some(1),
            noop: false,
            yes: false,
            adopt: false,
            world: Some(WorldName::Sim),
            state_root: "/nowhere".into(),
            root: None,
            supervisor: None,
        };
        let session = Session::open(None, options).expect("it opens");
        let printer = Arc::new(Printer::new(Style::default(), None).expect("no file"));
        let (asking, asks) = Asking::new().expect("a pipe");
        let asking = Arc::new(asking);
        let signals = Signals::start(printer.clone(), (asking.clone(), asks), None);
        let tools = Tools {
            printer,
            signals: signals.expect("they are heard"),
            asking,
            history: None,
            speed,
        };
        let (says, said) = unbounded_channel();
        let worker = Worker::start(session, tools, says).expect("a thread");
        let mut bench = Bench { worker, said };
        bench.until(|news| matches!(news, News::Knows(_)));
        bench
    }

    fn line(&mut self, line: &str) -> Vec<News> {
        self.worker.does(Task::Do(line.to_owned()));
        self.until(|news| matches!(news, News::Done))
    }

    /// Hears news up to one of these.
    fn until(&mut self, last: impl Fn(&News) -> bool) -> Vec<News> {
        let mut heard = Vec::new();
        while !heard.last().is_some_and(&last) {
            match self.said.blocking_recv() {
                Some(Said::News(news)) => heard.push(news),
                other => panic!("{other:?} after {heard:?}"),
            }
        }
        heard
    }
}

/// What news are about, in a word each.
fn words(news: &[News]) -> Vec<&str> {
    let word = |news| match news {
        &News::Begun(_) => "begun",
        News::Shown(..) => "shown",
        News::Remark(_) => "remark",
        News::Refused(_) => "refused",
        News::Events(_) => "events",
        News::Planned(_) => "planned",
        News::Asks { .. } => "asks",
        News::Wants { .. } => "wants",
        News::Withdrawn(_) => "withdrawn",
        News::Knows(_) => "knows",
        News::Edited(_) => "edited",
        News::Begins(..) => "begins",
        News::Placed(_) => "placed",
        News::Kept(_) => "kept",
        News::Done => "done",
        News::Left(_) => "left",
    };
    news.iter().map(word).collect()
}

#[test]
fn a_line_is_told_order_by_order() {
    let mut bench = Bench::new(0.0);
    let news = bench.line("add noop a; plan; nonsense");
    let told = [
        "begun", "events", "shown", "edited", "knows", "begun", "planned", "shown", "refused",
        "knows", "done",
    ];
    assert_eq!(words(&news), told);
    let key = Key::new("noop", "a");
    let known = news.iter().filter_map(|news| match news {
        News::Knows(known) => Some(known),
        _ => None,
    });
    let known: Vec<_> = known.collect();
    assert!(known.iter().all(|known| known.graph.vertex(&key).is_some()));
    assert!(known[0].plan.is_none() && known[1].plan.is_some());
}

/// Neither a value that is typed for what is sensitive, nor one that was asked for, is ever told.
#[test]
fn secrets_do_not_travel() {
    let mut bench = Bench::new(0.0);
    let mut all = bench.line("add value s value=hunter2 meta.sensitive=true");
    all.extend(bench.line("set s value=hunter2"));
    bench
        .worker
        .does(Task::Do("add file /tmp/a content=?".to_owned()));
    all.extend(bench.until(|news| matches!(news, News::Wants { .. })));
    bench
        .worker
        .answer(QuestionId(1), Answer::Secret(Some("hunter2".to_owned())));
    all.extend(bench.until(|news| matches!(news, News::Done)));
    all.extend(bench.line("apply; show; show s; show /tmp/a; trace full"));
    let begun = |words: &str| {
        let is = |news: &News| matches!(news, News::Begun(text) if text == words);
        all.iter().any(is)
    };
    assert!(begun("set value[s] value=?"), "{all:?}");
    assert!(words(&all).contains(&"events"));
    assert!(!format!("{all:?}").contains("hunter2"), "{all:?}");
}

#[test]
fn a_question_that_is_not_answered_is_taken_back() {
    let mut bench = Bench::new(0.0);
    bench
        .worker
        .does(Task::Do("add value v value=?".to_owned()));
    bench.until(|news| matches!(news, News::Wants { .. }));
    bench.worker.end(0);
    let news = bench.until(|news| matches!(news, News::Left(0)));
    assert!(
        words(&news).starts_with(&["withdrawn", "refused"]),
        "{news:?}"
    );
    assert_eq!(bench.worker.join().code, 0);
}

/// An answer is for the question that it was given to, however late it comes.
#[test]
fn an_answer_to_an_earlier_question_is_not_taken() {
    let mut bench = Bench::new(0.0);
    let line = "add value a value=?; add value b value=?".to_owned();
    let given = |value: &str| Answer::Secret(Some(value.to_owned()));
    let wants = |of: u64| move |news: &News| matches!(news, News::Wants { id, .. } if id.0 == of);
    bench.worker.does(Task::Do(line));
    bench.until(wants(1));
    bench.worker.answer(QuestionId(1), given("one"));
    bench.until(wants(2));
    // What is given late would leave the second without a value.
    bench.worker.answer(QuestionId(1), Answer::Secret(None));
    bench.worker.answer(QuestionId(2), given("two"));
    let news = bench.until(|news| matches!(news, News::Done));
    assert!(!words(&news).contains(&"refused"), "{news:?}");
    let there = |news: &News| match news {
        News::Knows(known) => known.graph.vertex(&Key::new("value", "b")).is_some(),
        _ => false,
    };
    assert!(news.iter().any(there), "{news:?}");
}

/// What is told after each line holds what was told before it, where that has not changed.
#[test]
fn what_has_not_changed_is_told_by_what_was_told() {
    let mut bench = Bench::new(0.0);
    let picture = |news: &[News]| {
        let known = news.iter().rev().find_map(|news| match news {
            News::Knows(known) => Some(known.picture.clone()),
            _ => None,
        });
        known.expect("it is told")
    };
    let before = picture(&bench.line("add noop a; add noop b; apply"));
    let after = picture(&bench.line("add noop c"));
    for name in ["a", "b"] {
        let key = Key::new("noop", name);
        assert!(
            Arc::ptr_eq(&before.vertices[&key], &after.vertices[&key]),
            "{name}"
        );
    }
    assert!(after.vertices.contains_key(&Key::new("noop", "c")));
}

#[test]
fn quit_ends_what_runs() {
    let mut bench = Bench::new(0.0);
    bench.line("add noop a; watch");
    bench.worker.does(Task::Do("quit".to_owned()));
    let news = bench.until(|news| matches!(news, News::Left(0)));
    let ended = |news: &News| matches!(news, News::Events(of) if of.iter().any(|e| matches!(e.what, What::Converged(_))));
    assert!(news.iter().any(ended), "{news:?}");
    let parting = bench.worker.join();
    let outcome = parting.outcome.unwrap_or_default();
    assert!(
        outcome.starts_with("weft: the last run: converged, 1 ok"),
        "{outcome}"
    );
}

/// While it is watched, a simulated machine is alive: its clock goes on by itself.
#[test]
fn time_passes_while_a_simulation_is_watched() {
    let mut bench = Bench::new(1000.0);
    bench.line("add timer t interval=10s; add print p msg=tick; t ~> p; watch");
    let ticks = |news: &News| {
        let of_print = |of: &Key| of.kind() == "print";
        matches!(news, News::Events(of) if of.iter().any(|e| e.subject.as_ref().is_some_and(of_print)))
    };
    bench.until(ticks);
    bench.until(ticks);
    // One command of the log is all that came of it.
    let news = bench.line("stop");
    assert!(!words(&news).contains(&"refused"), "{news:?}");
    bench.worker.end(0);
    assert_eq!(bench.worker.join().code, 0);
}

#[test]
fn a_session_that_panics_ends_with_an_error() {
    let parting = guarded(|| panic!("a bug in the session"));
    assert_eq!(parting.code, 101);
    assert!(
        parting.errors[0].contains("weft itself has failed"),
        "{parting:?}"
    );
}
