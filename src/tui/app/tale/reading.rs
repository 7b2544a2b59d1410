//! Where one reads: how far back, by itself while the film is live and while it stands still; and the line that is marked.

use super::{Film, Row, Tale};
use crate::trace::Event;
use crate::tui::shown::Shown;
use crate::tui::theme::{Look, Tone};
use std::ops::Range;

/// Where one reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// So many rows are below the last that is seen, of what is live; 0 follows.
    back: usize,
    /// So many rows have come since it no longer follows.
    new: usize,
    /// Where the film stands still after so many events: so many rows on from there.
    past: (usize, isize),
    /// The row that is marked, if it is not the last one; of what is live, and in the past.
    marks: [Option<Row>; 2],
    /// So many events were shown when that in the past was marked: elsewhere it is none.
    marked_at: usize,
    /// So many rows of the marked line are above what is seen, where the pane is too low for it.
    within: usize,
}

/// A line as it is seen, with the number of its row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The row's number.
    pub row: usize,
    /// Its text, or a part of it where it is too wide.
    pub text: Shown,
    /// How it is meant.
    pub tone: Tone,
    /// Whether it is to be seen that it is marked.
    pub marked: bool,
}

/// The pane, as it is read.
#[derive(Clone, Copy, Debug)]
pub struct Pane<'a> {
    /// It has so many rows.
    pub height: usize,
    /// Where the film is.
    pub film: Film,
    /// Whether it has the keys: a line of it is marked.
    pub has_keys: bool,
    /// The events.
    pub events: &'a [Event],
    /// How it is drawn.
    pub look: Look,
}

const LIVE: usize = 0;
const PAST: usize = 1;

/// Which mark is meant.
fn mark_of(film: Film) -> usize {
    match film {
        Film::StandsAt(_) => PAST,
        Film::At(_) | Film::Ends => LIVE,
    }
}

impl Reading {
    /// The row that is marked there, if one is.
    fn mark(&self, film: Film) -> Option<Row> {
        match film {
            Film::StandsAt(shown) if shown != self.marked_at => None,
            _ => self.marks[mark_of(film)],
        }
    }

    /// So many rows have come at the end: who reads farther up, or marks a line, goes on reading there.
    pub fn come(&mut self, rows: usize) {
        if self.back > 0 || self.marks[LIVE].is_some() {
            self.back += rows;
            self.new += rows;
        }
    }

    /// There are so many rows now, others than before.
    pub fn hold(&mut self, rows: usize) {
        self.back = self.back.min(rows);
    }

    /// The first so many events are gone.
    pub fn forget(&mut self, gone: usize) {
        self.marks = self.marks.map(|mark| match mark {
            Some(Row::Event(at, part)) => at.checked_sub(gone).map(|at| Row::Event(at, part)),
            other => other,
        });
        self.past = (0, 0);
        self.marked_at = self.marked_at.saturating_sub(gone);
    }
}

impl Tale {
    /// Follows again.
    pub fn follow(&mut self) {
        self.reading = Reading::default();
    }

    /// Nothing is marked.
    pub fn unmark(&mut self) {
        self.reading.marks = [None; 2];
        self.reading.within = 0;
    }

    /// How many rows have come since it no longer follows; none while it does.
    pub fn unseen(&self) -> Option<usize> {
        (self.reading.back > 0).then_some(self.reading.new)
    }

    /// The rows that can be seen: the first of them at the end of a full pane, and behind the last.
    fn ends(&self, height: usize, film: Film) -> (usize, usize) {
        let last = match film {
            // What a session has told already can be read there; what a film will tell cannot.
            Film::StandsAt(_) if self.lives => self.rows.len(),
            Film::At(shown) | Film::StandsAt(shown) => self.end_of(shown),
            Film::Ends => self.rows.len(),
        };
        (height.min(last), last)
    }

    /// Behind the last row that is seen.
    fn end(&self, height: usize, film: Film) -> usize {
        let (least, last) = self.ends(height, film);
        let end = match film {
            Film::StandsAt(shown) => {
                let (at, on) = self.reading.past;
                let on = if at == shown { on } else { 0 };
                self.end_of(shown).saturating_add_signed(on)
            }
            _ => self.rows.len().saturating_sub(self.reading.back),
        };
        end.clamp(least, last)
    }

    /// The numbers of the rows that are seen: the last so many, up to where the film is. Where it plays, what it has not come to is not
    /// told.
    pub fn seen(&self, height: usize, film: Film) -> Range<usize> {
        let end = self.end(height, film);
        end.saturating_sub(height)..end
    }

    /// What is seen ends before this row, as far as that can be. In the past nothing else is moved by that.
    pub fn end_at(&mut self, end: usize, height: usize, film: Film) {
        let (least, last) = self.ends(height, film);
        let end = end.clamp(least, last);
        match film {
            Film::StandsAt(shown) => {
                let signed = |n: usize| isize::try_from(n).unwrap_or(isize::MAX);
                self.reading.past = (shown, signed(end) - signed(self.end_of(shown)));
            }
            _ if end == last => (self.reading.back, self.reading.new) = (0, 0),
            _ => self.reading.back = self.rows.len() - end,
        }
    }

    /// Goes back by so many rows, or on.
    pub fn scroll(&mut self, rows: isize, height: usize, film: Film) {
        let end = self.end(height, film);
        self.end_at(end.saturating_add_signed(-rows), height, film);
        self.reading.within = 0;
    }

    /// The row that is marked: where none is, the last that is seen, or where the film stands still.
    pub fn marked(&self, height: usize, film: Film) -> Option<usize> {
        let seen = self.seen(height, film);
        let last = seen.clone().last()?;
        let row = match (self.reading.mark(film), film) {
            (Some(row), _) => self.number(row),
            (None, Film::StandsAt(shown)) => self.end_of(shown).saturating_sub(1),
            (None, _) => last,
        };
        Some(row.clamp(seen.start, last))
    }

    /// Marks this row.
    pub fn mark(&mut self, row: usize, film: Film) {
        self.reading.marks[mark_of(film)] = self.rows.get(row).copied();
        if let Film::StandsAt(shown) = film {
            self.reading.marked_at = shown;
        }
        self.reading.within = 0;
    }

    /// So many rows of the marked line are more than there is room for.
    pub fn hidden(&self, pane: Pane) -> usize {
        let Some(row) = self.marked(pane.height, pane.film) else {
            return 0;
        };
        let rows = self.whole(self.rows[row], pane.events, pane.look);
        rows.len().saturating_sub(pane.height)
    }

    /// Marks the row below, or above. Of a line of which rows are hidden the rest is seen first.
    pub fn move_mark(&mut self, down: bool, hidden: usize, height: usize, film: Film) {
        let Some(row) = self.marked(height, film) else {
            return;
        };
        let within = self.reading.within.min(hidden);
        match down {
            true if within < hidden => return self.reading.within = within + 1,
            false if within > 0 => return self.reading.within = within - 1,
            _ => {}
        }
        let (_, last) = self.ends(height, film);
        let to = match down {
            true => (row + 1).min(last - 1),
            false => row.saturating_sub(1),
        };
        self.mark(to, film);
        let seen = self.seen(height, film);
        if to >= seen.end {
            self.end_at(to + 1, height, film);
        } else if to < seen.start {
            self.end_at(to + height, height, film);
        }
        // At its end it follows.
        if to + 1 == self.rows.len() && film == Film::Ends {
            self.follow();
        }
    }

    /// The lines that are seen. The marked one is there as a whole, as far as there is room.
    pub fn lines(&self, pane: Pane) -> Vec<Line> {
        let height = pane.height;
        let marked = self.marked(height, pane.film).filter(|_| pane.has_keys);
        // Where the film stands is to be seen already.
        let stands =
            matches!(pane.film, Film::StandsAt(_)) && self.reading.mark(pane.film).is_none();
        let mut lines = Vec::new();
        let mut of_mark = 0..0;
        for row in self.seen(height, pane.film) {
            let (text, tone) = self.text(self.rows[row], pane.events, pane.look);
            let marked = marked == Some(row);
            let texts = match marked {
                true => self.whole(self.rows[row], pane.events, pane.look),
                false => vec![text.cut(self.width, pane.look.ascii)],
            };
            if marked {
                of_mark = lines.len()..lines.len() + texts.len();
            }
            lines.extend(texts.into_iter().map(|text| Line {
                row,
                text,
                tone,
                marked: marked && !stands,
            }));
        }
        let last = lines.len().saturating_sub(height);
        let within = of_mark.len().saturating_sub(height);
        let skip = match within {
            0 => last.min(of_mark.start),
            hidden => of_mark.start + self.reading.within.min(hidden),
        };
        let skip = if marked.is_some() { skip } else { last };
        lines.into_iter().skip(skip).take(height).collect()
    }

    /// A row's number, or that of the one before where it is not among them.
    fn number(&self, row: Row) -> usize {
        let place = |row: &Row| match *row {
            Row::Event(at, part) => (at, true, at, part),
            Row::Said(said, part) => {
                let after = self.said.get(said).map_or(0, |said| said.after);
                (after, false, said, part)
            }
        };
        let to = place(&row);
        let number = self.rows.partition_point(|row| place(row) <= to);
        number.saturating_sub(1)
    }
}
