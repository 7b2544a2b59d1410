//! The trace pane's lines: what happened, and between it the commands that were done and what they said.

use crate::trace::{Event, Level, REMEMBERED, TraceLine, What, line};
use crate::tui::shown::Shown;
use crate::tui::theme::{Look, Tone};

/// A narrower pane has its times nearer to its edge.
const NARROW: usize = 70;

/// What was said between events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Voice {
    /// A command was begun.
    Command,
    /// It gave a result.
    Result,
    /// A remark.
    Remark,
    /// It was refused.
    Refusal,
}

#[derive(Clone, Debug)]
struct Said {
    /// So many events had been heard by then.
    after: usize,
    voice: Voice,
    text: Shown,
}

/// A line of the pane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    /// An event, by its number in the film; beside it which of its lines.
    Event(usize, usize),
    /// Something that was said, by its number; beside it which of its rows.
    Said(usize, usize),
}

/// Where the film is, after so many events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Film {
    /// It plays, and is there.
    At(usize),
    /// It stands still there.
    StandsAt(usize),
    /// It has shown all that has happened.
    Ends,
}

/// Which lines are shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Words that must all stand in the line.
    pub words: String,
    /// How much is told.
    pub level: Level,
}

/// The lines.
#[derive(Clone, Debug, Default)]
pub struct Tale {
    said: Vec<Said>,
    rows: Vec<Row>,
    /// So many events and sayings are among the rows.
    taken: (usize, usize),
    filter: Filter,
    /// The pane is so many cells wide.
    width: usize,
    /// So many rows are below the last that is seen; 0 follows.
    back: usize,
    /// Whether a session is behind it: its commands are told by who says them, and not once more as events.
    lives: bool,
    /// So many rows have come since it no longer follows.
    new: usize,
}

impl Tale {
    /// An empty one; where a session says its commands, events need not tell them again.
    pub fn new(lives: bool) -> Tale {
        Tale {
            lives,
            ..Tale::default()
        }
    }

    /// Something is said, after so many events.
    pub fn say(&mut self, voice: Voice, text: &str, after: usize, look: Look) {
        for text in Shown::lines(text, look.ascii) {
            self.said.push(Said { after, voice, text });
        }
        // A watch may go on for months.
        if self.said.len() > REMEMBERED {
            self.said.drain(..self.said.len() - REMEMBERED / 2);
            self.again();
        }
    }

    /// Which lines are shown.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Shows other lines.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.again();
    }

    /// The pane is so wide.
    pub fn set_width(&mut self, width: usize, events: &[Event]) {
        if std::mem::replace(&mut self.width, width) != width {
            let (back, new) = (self.back, self.new);
            self.again();
            self.catch_up(events);
            (self.back, self.new) = (back.min(self.rows.len()), new);
        }
    }

    /// The cells of a row behind what leads in to what was said.
    fn room(&self) -> usize {
        match self.width {
            0 => usize::MAX,
            width => width.saturating_sub(2).max(1),
        }
    }

    /// The events have other numbers now: so many of the first are gone.
    pub fn forget(&mut self, gone: usize) {
        self.said
            .iter_mut()
            .for_each(|said| said.after = said.after.saturating_sub(gone));
        self.again();
    }

    fn again(&mut self) {
        self.rows.clear();
        self.taken = (0, 0);
        self.back = 0;
        self.new = 0;
    }

    /// Takes in what has come.
    pub fn catch_up(&mut self, events: &[Event]) {
        let before = self.rows.len();
        let (mut at, mut said) = self.taken;
        while at < events.len() || said < self.said.len() {
            let speaks = self.said.get(said).is_some_and(|said| said.after <= at);
            if speaks || at >= events.len() {
                if self.lets(self.said[said].text.as_str()) {
                    let rows = self.said[said].text.wrapped(self.room()).len();
                    self.rows
                        .extend((0..rows).map(|part| Row::Said(said, part)));
                }
                said += 1;
                continue;
            }
            let event = &events[at];
            let echo = self.lives && matches!(event.what, What::Command(_));
            if event.what.level() <= self.filter.level && !echo {
                let told = line(event);
                if self.filter.words.is_empty() || self.lets(&told.to_string()) {
                    let rows = (0..=told.more.len()).map(|part| Row::Event(at, part));
                    self.rows.extend(rows);
                }
            }
            at += 1;
        }
        self.taken = (at, said);
        let come = self.rows.len() - before;
        if self.back > 0 {
            self.back += come;
            self.new += come;
        }
    }

    fn lets(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let words = self.filter.words.split_whitespace();
        words
            .into_iter()
            .all(|word| text.contains(&word.to_lowercase()))
    }

    /// The rows that are seen: the last so many, up to where the film is. Where it plays, what it has not come to is not told.
    pub fn seen(&self, height: usize, film: Film) -> &[Row] {
        let least = height.min(self.rows.len());
        let end = match film {
            // What a session has told already is seen where there is room for it; what a film will tell is not.
            Film::StandsAt(shown) if self.lives => self.end_of(shown).max(least),
            Film::At(shown) | Film::StandsAt(shown) => self.end_of(shown),
            Film::Ends => self.rows.len().saturating_sub(self.back).max(least),
        };
        &self.rows[end.saturating_sub(height)..end]
    }

    /// The event that a row of these tells of, or the one before it.
    pub fn event_at(&self, rows: &[Row], at: usize) -> Option<usize> {
        let rows = rows.get(..=at)?;
        rows.iter().rev().find_map(|row| match row {
            Row::Event(at, _) => Some(*at),
            Row::Said(..) => None,
        })
    }

    /// The row after the last one of what is shown of the film.
    fn end_of(&self, shown: usize) -> usize {
        self.rows.partition_point(|row| match row {
            Row::Event(at, _) => *at < shown,
            // Who says something has brought the film to its end before.
            Row::Said(said, _) => self.said[*said].after <= shown,
        })
    }

    /// Goes back by so many rows, or on.
    pub fn scroll(&mut self, rows: isize, height: usize) {
        let most = self.rows.len().saturating_sub(height);
        self.back = self.back.saturating_add_signed(rows).min(most);
        if self.back == 0 {
            self.new = 0;
        }
    }

    /// Follows again.
    pub fn follow(&mut self) {
        self.back = 0;
        self.new = 0;
    }

    /// How many rows have come since it no longer follows; none while it does.
    pub fn unseen(&self) -> Option<usize> {
        (self.back > 0).then_some(self.new)
    }

    /// A row's text, with how it is meant.
    pub fn text(&self, row: Row, events: &[Event], look: Look) -> (Shown, Tone) {
        match row {
            Row::Said(said, part) => {
                let Some(said) = self.said.get(said) else {
                    return (Shown::default(), Tone::Plain);
                };
                let rows = said.text.wrapped(self.room());
                let text = rows.get(part).map_or("", Shown::as_str);
                let (lead, tone) = match said.voice {
                    Voice::Command if part == 0 => (look.pick("› ", "> "), Tone::Strong),
                    Voice::Command => ("  ", Tone::Strong),
                    Voice::Result => ("  ", Tone::Plain),
                    Voice::Remark => ("  ", Tone::Quiet),
                    Voice::Refusal => ("  ", Tone::Bad),
                };
                (Shown::of(&format!("{lead}{text}"), look.ascii), tone)
            }
            Row::Event(at, part) => {
                let Some(event) = events.get(at) else {
                    return (Shown::default(), Tone::Plain);
                };
                let told = line(event);
                let Some(more) = part.checked_sub(1) else {
                    let head = Shown::of(&self.head(&told), look.ascii);
                    return (head, word_tone(told.word));
                };
                let more = told.more.get(more);
                let text = more.map_or("", String::as_str);
                let row = format!("{:11}{text}", "");
                (Shown::of(&row, look.ascii), diff_tone(text))
            }
        }
    }

    /// An event in a row; in a narrow pane its time stands nearer to the edge.
    fn head(&self, told: &TraceLine) -> String {
        let time = if self.width < NARROW { 6 } else { 8 };
        let (subject, detail) = (&told.subject, &told.detail);
        let head = format!("{:>time$} {:<9} {subject} {detail}", told.time, told.word);
        head.trim_end().to_owned()
    }
}

/// How a line of a difference is meant.
pub fn diff_tone(line: &str) -> Tone {
    match line.trim_start().chars().next() {
        Some('+') => Tone::Good,
        Some('-') => Tone::Bad,
        _ => Tone::Quiet,
    }
}

/// How an event is meant, by its word.
pub fn word_tone(word: &str) -> Tone {
    match word {
        "failed" | "blocked" | "undurable" | "unwatched" => Tone::Bad,
        "changed" | "refreshed" | "drift" => Tone::Change,
        "notified" | "sent" | "received" | "heard" => Tone::Flow,
        "converged" => Tone::Good,
        "held" | "retrying" | "asks" | "unknown" => Tone::Open,
        "command" | "start" | "restart" | "killed" => Tone::Strong,
        "record" | "memo" | "poked" | "due" => Tone::Quiet,
        _ => Tone::Plain,
    }
}
