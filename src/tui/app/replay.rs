//! A film that is over. There is no session behind it: what can be asked is answered from the film, and nothing can be done.

use super::over::Over;
use super::{App, Focus, Pane, Wish};
use crate::command::draw::{Format, draw};
use crate::command::session::reference;
use crate::command::{Order, parse};
use crate::graph::{Graph, Key};
use crate::kind::Kinds;
use crate::trace::{Event, Level, lines};
use crate::tui::motion::Frame;
use ratatui::buffer::Buffer;
use std::sync::Arc;
use std::time::Duration;

/// What is said where something is to be done.
const REFUSED: &str = "a replay: nothing can be done here. `why`, `trace`, `graph`, `help` and `kinds` answer; q leaves";

/// A moment of a film.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Moment {
    /// When so many events have happened.
    Event(usize),
    /// After this part of it, from 0 to 1.
    Part(f64),
    /// When it is over.
    End,
}

impl App {
    /// Another film, after those that are there.
    pub(super) fn append(&mut self, graph: Arc<Graph>, events: &[Event]) {
        let changed = self.player.append(graph, events);
        self.tale.catch_up(self.player.events());
        self.map.follow(&self.player, &changed);
    }

    /// Stands still at a moment. What its last event is about is selected.
    pub fn stand_at(&mut self, moment: Moment) {
        self.kept.outdate();
        let length = self.player.length();
        let changed = match moment {
            Moment::Event(number) => self.player.seek(number),
            Moment::Part(part) => self.player.seek_frame((length as f64 * part) as Frame),
            Moment::End => self.player.seek_frame(length),
        };
        self.map.follow(&self.player, &changed);
        self.look_at_last();
    }

    /// Makes a picture of it for who cannot look around: vertices with what is in them, and as much of the trace, as there is room for.
    pub fn compose(&mut self) {
        self.kept.outdate();
        for pane in [Pane::Trace, Pane::Graph] {
            self.pane = pane;
            // How much room there is, is known once it has been drawn.
            self.paint(&mut Buffer::empty(self.area));
            let is_seen = !self.regions().graph.is_empty();
            if is_seen && self.map.fit_boxes(self.player.view(), self.player.beside()) {
                return;
            }
        }
    }

    /// How long it takes to play all of it.
    pub fn length(&self) -> Duration {
        Duration::from_micros(self.player.length())
    }

    /// How many events are shown, and how many there are.
    pub fn shown(&self) -> (usize, usize) {
        (self.player.shown(), self.player.events().len())
    }

    /// A line, where nothing can be done.
    pub(super) fn answer_line(&mut self, line: &str) -> Vec<Wish> {
        let graph = self.player.graph().clone();
        let orders = match parse(line, &graph, &Kinds) {
            Ok(orders) => orders,
            Err(error) => {
                self.word = Some(error.to_string().replace('\n', "; "));
                return Vec::new();
            }
        };
        for order in &orders {
            if *order == Order::Quit {
                return self.leave();
            }
            if !self.answer(order) {
                break;
            }
        }
        Vec::new()
    }

    /// Whether there is an answer to that.
    fn answer(&mut self, order: &Order) -> bool {
        let text = match order {
            Order::Why(key) => self.why(key),
            Order::Trace(level, keys) => self.told(level.as_deref(), keys),
            Order::Graph(format) => {
                let format = Format::find(format.as_deref().unwrap_or("tree"));
                let format = format.unwrap_or(Format::Tree);
                draw(self.player.graph(), Some(self.player.view()), format)
            }
            other => match reference(other) {
                Some(Ok(text)) => text,
                Some(Err(error)) => {
                    self.word = Some(error.to_string().replace('\n', "; "));
                    return false;
                }
                None => {
                    self.word = Some(REFUSED.to_owned());
                    return false;
                }
            },
        };
        self.over = Some(Over::page(&text, self.look()));
        true
    }

    /// What made a vertex what it is, lit up and in words.
    pub(super) fn show_why(&mut self, key: &Key) -> Vec<Wish> {
        let text = self.why(key);
        self.over = Some(Over::page(&text, self.look()));
        Vec::new()
    }

    fn why(&mut self, key: &Key) -> String {
        self.light(key);
        match self.player.why(key).as_slice() {
            [] => format!("nothing has happened to {key} yet"),
            chain => lines(chain.iter().copied(), Level::Full),
        }
    }

    fn told(&self, level: Option<&str>, keys: &[Key]) -> String {
        let level = match level {
            Some("full") => Level::Full,
            _ => Level::Story,
        };
        let about = |event: &&Event| {
            keys.is_empty() || event.subject.as_ref().is_some_and(|key| keys.contains(key))
        };
        let text = lines(self.player.film().iter().filter(about), level);
        match text.is_empty() {
            true => "nothing has happened yet".to_owned(),
            false => text,
        }
    }

    /// Nothing is changed here by keys either.
    pub(super) fn is_refused(&mut self) -> bool {
        if self.manner.replays {
            self.word = Some(REFUSED.to_owned());
        }
        self.manner.replays
    }
}

/// What there is to do in a replay, in one line.
pub(super) fn hints_of_replay(focus: Focus) -> &'static [(&'static str, &'static str)] {
    match focus {
        Focus::Prompt => &[
            ("Esc", "film"),
            ("why REF", "causes"),
            ("trace", "what happened"),
            ("help", "commands"),
            ("quit", "leaves"),
        ],
        Focus::Graph => &[
            ("Space", "stop, play"),
            ("<", "earlier"),
            (">", "later"),
            ("End", "the end"),
            ("{", "slower"),
            ("}", "faster"),
            ("w", "why"),
            ("+", "nearer"),
            ("?", "keys"),
            ("q", "leave"),
        ],
    }
}
