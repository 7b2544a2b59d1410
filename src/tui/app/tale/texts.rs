//! What the events' lines say, kept: they are told once, and searched with each letter of a filter.

use crate::trace::{Event, line};

/// Of a longer one it is not kept what it says.
const LONG: usize = 512;

/// What there is to know of each event's line, as far as anybody wanted it.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(Vec<Option<Text>>);

#[derive(Clone, Debug)]
struct Text {
    /// In small letters; none if it is too long.
    small: Option<Box<str>>,
    rows: usize,
}

impl Text {
    fn of(event: &Event) -> Text {
        let told = line(event);
        let rows = told.more.len() + 1;
        let small = told.to_string().to_lowercase();
        Text {
            small: (small.len() <= LONG).then(|| small.into()),
            rows,
        }
    }
}

impl Texts {
    /// The first so many events are gone.
    pub fn forget(&mut self, gone: usize) {
        self.0.drain(..gone.min(self.0.len()));
    }

    /// How many rows an event takes.
    pub fn rows(&mut self, at: usize, event: &Event) -> usize {
        self.text(at, event).rows
    }

    /// Whether all of these words, in small letters, are in its line.
    pub fn has(&mut self, words: &[String], at: usize, event: &Event) -> bool {
        if words.is_empty() {
            return true;
        }
        match &self.text(at, event).small {
            Some(small) => words.iter().all(|word| small.contains(word)),
            None => has(words, &line(event).to_string()),
        }
    }

    fn text(&mut self, at: usize, event: &Event) -> &Text {
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        self.0[at].get_or_insert_with(|| Text::of(event))
    }
}

/// Whether all of these words, in small letters, are in a text.
pub(super) fn has(words: &[String], text: &str) -> bool {
    let small = text.to_lowercase();
    words.iter().all(|word| small.contains(word))
}
