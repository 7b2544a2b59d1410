//! An engine driven by hand: what it wants done stands still until the test says how it ends, and what is durable is what the
//! test says.

use super::*;
use std::collections::BTreeMap;
use weft::engine::{ApplyOutcome, Attempt, CheckOutcome, Fail, Seq, VertexId};

/// An attempt that is under way.
#[derive(Clone, Debug)]
pub struct Open {
    /// `check`, `apply` or `refresh`.
    pub act: &'static str,
    /// The record that it waits for.
    pub after: Option<u64>,
    /// The received params that it was told have changed.
    pub changed: Vec<String>,
    vertex: VertexId,
    attempt: Attempt,
}

/// The engine, with what it asked for and what it said.
pub struct Hand {
    pub engine: Engine,
    pub now: Time,
    pub open: BTreeMap<Key, Open>,
    pub records: Vec<(Seq, Record)>,
    pub events: Vec<Event>,
    /// What it went on from.
    before: Remembered,
}

impl Hand {
    pub fn new(lines: &[&str]) -> Hand {
        Hand::from(Remembered::default(), lines)
    }

    /// Goes on from this, with this graph.
    pub fn from(before: Remembered, lines: &[&str]) -> Hand {
        let mut hand = Hand {
            engine: Engine::new(options(8), before.clone()),
            now: Time::ZERO,
            open: BTreeMap::new(),
            records: Vec::new(),
            events: Vec::new(),
            before,
        };
        hand.edit(lines);
        hand
    }

    /// An engine after a crash in which the first so many records of this one were durable.
    pub fn crashed(&self, durable: usize, lines: &[&str]) -> Hand {
        let mut remembered = self.before.clone();
        let records = self.records.iter().take(durable);
        records.for_each(|(seq, record)| remembered.fold(*seq, record));
        Hand::from(remembered, lines)
    }

    /// The same with all records durable.
    pub fn restarted(&self, lines: &[&str]) -> Hand {
        self.crashed(self.records.len(), lines)
    }

    pub fn edit(&mut self, lines: &[&str]) {
        self.take(Input::Graph {
            graph: Arc::new(graph(lines)),
            renamed: vec![],
        });
    }

    pub fn run(&mut self) {
        self.run_of(Until::Converged, None);
    }

    pub fn watch(&mut self) {
        self.run_of(Until::Stopped, None);
    }

    pub fn run_of(&mut self, until: Until, only: Option<&[&str]>) {
        self.take(Input::Run {
            until,
            world: "sim".into(),
            expected: None,
            only: only.map(|only| only.iter().map(|vertex| key(vertex)).collect()),
        });
    }

    /// One step, with watches answered at once; the audit holds after it.
    pub fn take(&mut self, input: Input) {
        let Output {
            records,
            effects,
            events,
        } = self.engine.step(self.now, input);
        self.records.extend(records);
        self.events.extend(events);
        assert_eq!(self.engine.audit(), Ok(()), "{}", self.told());
        for (key, status) in self.engine.statuses() {
            assert_eq!(self.engine.status(key), Some(status), "{key}");
        }
        for effect in effects {
            let (act, vertex, attempt, job, after) = match effect {
                Effect::Check {
                    vertex,
                    attempt,
                    job,
                } => ("check", vertex, attempt, job, None),
                Effect::Apply {
                    vertex,
                    attempt,
                    job,
                    after,
                    ..
                } => ("apply", vertex, attempt, job, after),
                Effect::Refresh {
                    vertex,
                    attempt,
                    job,
                    after,
                } => ("refresh", vertex, attempt, job, after),
                Effect::Watch { vertex, .. } => {
                    self.take(Input::Listening { vertex });
                    continue;
                }
                _ => continue,
            };
            let open = Open {
                act,
                after: after.map(|seq| seq.0),
                changed: job.changed.iter().map(FieldPath::to_string).collect(),
                vertex,
                attempt,
            };
            let key = job.key;
            let before = self.open.insert(key.clone(), open);
            assert!(before.is_none(), "two attempts of {key}");
        }
    }

    pub fn told(&self) -> String {
        trace::lines(&self.events, Level::Full)
    }

    /// What is under way of a vertex: `apply 3` waits for record 3.
    pub fn doing(&self, vertex: &str) -> String {
        match self.open.get(&key(vertex)) {
            None => "nothing".to_owned(),
            Some(Open {
                act, after: None, ..
            }) => (*act).to_owned(),
            Some(Open {
                act,
                after: Some(seq),
                ..
            }) => format!("{act} {seq}"),
        }
    }

    fn end(&mut self, vertex: &str, act: &str) -> Open {
        let open = self.open.remove(&key(vertex));
        let open = open.unwrap_or_else(|| panic!("nothing of {vertex}:\n{}", self.told()));
        assert!(
            open.act == act || act.is_empty(),
            "{vertex} is at its {}, not its {act}",
            open.act
        );
        open
    }

    /// Its check ends, with drift or without.
    pub fn checked(&mut self, vertex: &str, drift: bool) {
        self.checked_as(vertex, found(drift));
    }

    pub fn checked_as(&mut self, vertex: &str, outcome: CheckOutcome) {
        let open = self.end(vertex, "check");
        self.take(Input::Checked {
            vertex: open.vertex,
            attempt: open.attempt,
            outcome: Ok(outcome),
        });
    }

    /// Its apply ends well.
    pub fn applied(&mut self, vertex: &str) {
        self.applied_as(vertex, done());
    }

    pub fn applied_as(&mut self, vertex: &str, outcome: ApplyOutcome) {
        let open = self.end(vertex, "apply");
        self.take(Input::Applied {
            vertex: open.vertex,
            attempt: open.attempt,
            outcome: Ok(outcome),
        });
    }

    /// Its refresh ends well, with a change or without.
    pub fn refreshed(&mut self, vertex: &str, changed: bool) {
        let open = self.end(vertex, "refresh");
        let outcome = Ok(ApplyOutcome { changed, ..done() });
        self.take(Input::Refreshed {
            vertex: open.vertex,
            attempt: open.attempt,
            outcome,
        });
    }

    /// What is under way of it fails, having begun or not, cancelled or not.
    pub fn fails(&mut self, vertex: &str, began: bool, cancelled: bool) {
        let open = self.end(vertex, "");
        let fail = Fail {
            began,
            cancelled,
            ..Fail::plain("went wrong".into())
        };
        let (vertex, attempt) = (open.vertex, open.attempt);
        self.take(match open.act {
            "check" => Input::Checked {
                vertex,
                attempt,
                outcome: Err(fail),
            },
            "apply" => Input::Applied {
                vertex,
                attempt,
                outcome: Err(fail),
            },
            _ => Input::Refreshed {
                vertex,
                attempt,
                outcome: Err(fail),
            },
        });
    }

    /// What is under way of it does not end; it may still come back.
    pub fn hangs(&mut self, vertex: &str) {
        let open = &self.open[&key(vertex)];
        let (vertex, attempt) = (open.vertex, open.attempt);
        self.take(Input::Hung { vertex, attempt });
    }

    /// Everything ends well from here on, as if no drift were left, until nothing is under way.
    pub fn finish(&mut self) {
        while let Some((key, open)) = self.open.first_key_value() {
            let (vertex, act) = (format!("{}:{}", key.kind(), key.name()), open.act);
            match act {
                "check" => self.checked(&vertex, false),
                "apply" => self.applied(&vertex),
                _ => self.refreshed(&vertex, false),
            }
        }
    }

    /// The words of all records so far.
    pub fn record_words(&self) -> Vec<&'static str> {
        self.records.iter().map(|record| record.1.word()).collect()
    }

    pub fn status(&self, vertex: &str) -> Option<Status> {
        self.engine.status(&key(vertex))
    }

    pub fn tally(&self) -> Tally {
        tally(&self.events)
    }

    /// How often this was told of a vertex.
    pub fn times(&self, vertex: &str, word: &str) -> usize {
        times(&self.events, vertex, word)
    }

    /// The lines that are pending, as people read them.
    pub fn pending(&self) -> Vec<String> {
        let lines = self.engine.remembered().lines.iter();
        let pending = lines.filter(|(_, count)| count.is_pending());
        pending
            .map(|(line, _)| weft::engine::line_text(line))
            .collect()
    }

    /// The vertices that owe.
    pub fn debts(&self) -> Vec<String> {
        let debts = self.engine.remembered().debts.keys();
        debts.map(Key::to_string).collect()
    }
}
