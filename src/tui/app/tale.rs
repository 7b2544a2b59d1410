//! The trace pane's lines: what happened, and between it the commands that were done and what they said.

mod reading;
mod texts;

pub use reading::Pane;

use crate::trace::{Event, Level, REMEMBERED, TraceLine, What, line};
use crate::tui::shown::{Shown, hung};
use crate::tui::theme::{Look, Tone};
use reading::Reading;
use texts::{Texts, has};

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
    texts: Texts,
    filter: Filter,
    /// The filter's words, in small letters.
    words: Vec<String>,
    /// The pane is so many cells wide.
    width: usize,
    reading: Reading,
    /// Whether a session is behind it: its commands are told by who says them, and not once more as events.
    lives: bool,
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
            self.unmark();
            self.again();
        }
    }

    /// Which lines are shown.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Shows other lines of these events.
    pub fn set_filter(&mut self, filter: Filter, events: &[Event]) {
        let words = filter.words.split_whitespace().map(str::to_lowercase);
        let words: Vec<String> = words.collect();
        let fits = |old: &String| words.iter().any(|new| new.contains(old.as_str()));
        let narrower = filter.level == self.filter.level && self.words.iter().all(fits);
        (self.filter, self.words) = (filter, words);
        match narrower {
            true => self.narrow(events),
            false => self.again(),
        }
        self.follow();
        self.catch_up(events);
    }

    /// Of the rows those stay that the filter still lets through.
    fn narrow(&mut self, events: &[Event]) {
        let rows = std::mem::take(&mut self.rows).into_iter();
        let mut stays = false;
        let rows = rows.filter(|row| {
            stays = match *row {
                Row::Event(at, 0) => self.texts.has(&self.words, at, &events[at]),
                Row::Said(said, 0) => has(&self.words, self.said[said].text.as_str()),
                _ => stays,
            };
            stays
        });
        self.rows = rows.collect();
    }

    /// The pane is so wide: what was said takes other rows, and events the same.
    pub fn set_width(&mut self, width: usize) {
        if std::mem::replace(&mut self.width, width) == width {
            return;
        }
        let (said, room) = (&self.said, self.room());
        let rows = self.rows.iter().flat_map(|row| match *row {
            Row::Said(number, 0) => {
                let rows = said[number].text.hung_in_column(room).len();
                (0..rows).map(|part| Row::Said(number, part)).collect()
            }
            Row::Said(..) => Vec::new(),
            event => vec![event],
        });
        self.rows = rows.collect();
        self.reading.hold(self.rows.len());
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
        self.texts.forget(gone);
        self.reading.forget(gone);
        self.again();
    }

    fn again(&mut self) {
        self.rows.clear();
        self.taken = (0, 0);
    }

    /// Takes in what has come.
    pub fn catch_up(&mut self, events: &[Event]) {
        let (before, anew) = (self.rows.len(), self.taken == (0, 0));
        let (mut at, mut said) = self.taken;
        while at < events.len() || said < self.said.len() {
            let speaks = self.said.get(said).is_some_and(|said| said.after <= at);
            if speaks || at >= events.len() {
                if has(&self.words, self.said[said].text.as_str()) {
                    let rows = self.said[said].text.hung_in_column(self.room()).len();
                    self.rows
                        .extend((0..rows).map(|part| Row::Said(said, part)));
                }
                said += 1;
                continue;
            }
            let event = &events[at];
            let echo = self.lives && matches!(event.what, What::Command(_));
            let tells = event.what.level() <= self.filter.level && !echo;
            if tells && self.texts.has(&self.words, at, event) {
                let rows = self.texts.rows(at, event);
                self.rows.extend((0..rows).map(|part| Row::Event(at, part)));
            }
            at += 1;
        }
        self.taken = (at, said);
        match anew {
            true => self.reading.hold(self.rows.len()),
            false => self.reading.come(self.rows.len() - before),
        }
    }

    /// The row of this number.
    pub fn row(&self, number: usize) -> Option<Row> {
        self.rows.get(number).copied()
    }

    /// The event that a row tells of, or the one before it.
    pub fn event_at(&self, row: usize) -> Option<usize> {
        let rows = self.rows.get(..=row)?;
        rows.iter().rev().find_map(|row| match row {
            Row::Event(at, _) => Some(*at),
            Row::Said(..) => None,
        })
    }

    /// Whether a row tells of what comes after so many events.
    pub fn is_after(&self, row: usize, shown: usize) -> bool {
        row >= self.end_of(shown)
    }

    /// The row after the last one of what is shown of the film.
    fn end_of(&self, shown: usize) -> usize {
        self.rows.partition_point(|row| match row {
            Row::Event(at, _) => *at < shown,
            // Who says something has brought the film to its end before.
            Row::Said(said, _) => self.said[*said].after <= shown,
        })
    }

    /// A row's text, with how it is meant.
    pub fn text(&self, row: Row, events: &[Event], look: Look) -> (Shown, Tone) {
        match row {
            Row::Said(said, part) => {
                let Some(said) = self.said.get(said) else {
                    return (Shown::default(), Tone::Plain);
                };
                let rows = said.text.hung_in_column(self.room());
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
                let tone = match part.checked_sub(1) {
                    None => word_tone(told.word),
                    Some(more) => diff_tone(told.more.get(more).map_or("", String::as_str)),
                };
                let (lead, text) = self.parts(&told, part);
                let row = format!("{lead}{text}");
                (Shown::of(row.trim_end(), look.ascii), tone)
            }
        }
    }

    /// All of a row, in as many rows as it takes: it goes on below where its text began.
    fn whole(&self, row: Row, events: &[Event], look: Look) -> Vec<Shown> {
        match row {
            Row::Event(at, part) if let Some(event) = events.get(at) => {
                let (lead, text) = self.parts(&line(event), part);
                let [lead, text] = [lead, text].map(|text| Shown::of(&text, look.ascii));
                hung(&lead, &text, lead.width(), self.width)
            }
            _ => self.text(row, events, look).0.wrapped(self.width),
        }
    }

    /// One of an event's rows: what leads to its text, and the text. In a narrow pane its time stands nearer to the edge.
    fn parts(&self, told: &TraceLine, part: usize) -> (String, String) {
        let Some(more) = part.checked_sub(1) else {
            let time = if self.width < NARROW { 6 } else { 8 };
            let lead = format!("{:>time$} {:<9} ", told.time, told.word);
            let text = format!("{} {}", told.subject, told.detail);
            return (lead, text.trim().to_owned());
        };
        let more = told.more.get(more).map_or("", String::as_str);
        let text = more.trim_start_matches(' ');
        let lead = 11 + more.len() - text.len();
        (" ".repeat(lead), text.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Key;
    use crate::time::Time;
    use crate::trace::EventId;
    use proptest::prelude::*;

    fn event(id: usize, who: usize, what: usize) -> Event {
        let what = match what {
            0 => What::Checking { tries: 1 },
            1 => What::Ok,
            2 => What::Note("ab ba ".repeat(who * 60)),
            _ => What::Failed {
                why: "Ab".into(),
                detail: vec!["bc".into(); who],
                needs_root: false,
                still_running: false,
            },
        };
        Event {
            id: EventId(id as u64 + 1),
            at: Time(0),
            subject: Some(Key::new("noop", format!("n{who}"))),
            what,
            cause: None,
        }
    }

    /// What is done to a tale.
    #[derive(Clone, Debug)]
    enum Done {
        Happens(usize, usize),
        Says(String),
        Filters(String, bool),
        Letter(char),
        Width(usize),
        Forgets(usize),
    }

    fn done() -> impl Strategy<Value = Done> {
        prop_oneof![
            6 => (0usize..4, 0usize..4).prop_map(|(who, what)| Done::Happens(who, what)),
            2 => "[ab ]{0,30}".prop_map(Done::Says),
            1 => ("[aAbcn0-3 ]{0,4}", any::<bool>()).prop_map(|(words, full)| Done::Filters(words, full)),
            3 => prop::char::ranges(vec!['a'..='c', ' '..=' '].into()).prop_map(Done::Letter),
            1 => (0usize..40).prop_map(Done::Width),
            1 => (0usize..8).prop_map(Done::Forgets),
        ]
    }

    proptest! {
        /// However it came about, the rows are those of a tale that is told anew.
        #[test]
        fn what_is_kept_changes_nothing(all in prop::collection::vec(done(), 1..60)) {
            let (mut tale, mut events, mut id) = (Tale::new(true), Vec::new(), 0);
            for done in all {
                let filter = tale.filter().clone();
                match done {
                    Done::Happens(who, what) => {
                        events.push(event(id, who, what));
                        id += 1;
                    }
                    Done::Says(text) => tale.say(Voice::Result, &text, events.len(), Look::default()),
                    Done::Filters(words, full) => {
                        let level = if full { Level::Full } else { Level::Story };
                        tale.set_filter(Filter { words, level }, &events);
                    }
                    Done::Letter(c) => {
                        let words = format!("{}{c}", filter.words);
                        tale.set_filter(Filter { words, ..filter }, &events);
                    }
                    Done::Width(width) => tale.set_width(width),
                    Done::Forgets(gone) => {
                        let gone = gone.min(events.len());
                        events.drain(..gone);
                        tale.forget(gone);
                    }
                }
                tale.catch_up(&events);
                let mut anew = Tale { said: tale.said.clone(), width: tale.width, ..Tale::new(true) };
                anew.set_filter(tale.filter().clone(), &events);
                prop_assert_eq!(&tale.rows, &anew.rows);
            }
        }
    }
}
