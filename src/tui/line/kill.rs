//! What was killed, to be yanked: rustyline's kill ring, which is private to it.

use rustyline::line_buffer::Direction;

/// How many texts are kept.
const SLOTS: usize = 60;

/// What the last command was.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Kill,
    /// With the size of what was yanked.
    Yank(usize),
    Other,
}

/// Killed texts; those killed in a row are one.
pub(super) struct Kills {
    slots: Vec<String>,
    at: usize,
    last: Last,
    /// Whether what is deleted is killed.
    pub(super) killing: bool,
}

impl Kills {
    pub(super) fn new() -> Kills {
        Kills {
            slots: Vec::new(),
            at: 0,
            last: Last::Other,
            killing: false,
        }
    }

    /// The next kill begins a text of its own.
    pub(super) fn reset(&mut self) {
        self.last = Last::Other;
    }

    /// Takes in what was deleted while killing.
    pub(super) fn deleted(&mut self, text: &str, to: Direction) {
        if !self.killing {
            return;
        }
        let goes_on = self.last == Last::Kill;
        self.last = Last::Kill;
        if let Some(slot) = self.slots.get_mut(self.at).filter(|_| goes_on) {
            match to {
                Direction::Forward => slot.push_str(text),
                Direction::Backward => slot.insert_str(0, text),
            }
            return;
        }
        if self.at == SLOTS - 1 {
            self.at = 0;
        } else if !self.slots.is_empty() {
            self.at += 1;
        }
        match self.slots.get_mut(self.at) {
            Some(slot) => text.clone_into(slot),
            None => self.slots.push(text.to_owned()),
        }
    }

    /// What was killed last.
    pub(super) fn newest(&self) -> Option<&str> {
        self.slots.get(self.at).map(String::as_str)
    }

    /// The newest one was yanked.
    pub(super) fn yanked(&mut self) {
        self.last = Last::Yank(self.newest().map_or(0, str::len));
    }

    /// The one before it, with the size of what was yanked; none if the last command did not yank.
    pub(super) fn older(&mut self) -> Option<(usize, String)> {
        let Last::Yank(size) = self.last else {
            return None;
        };
        self.at = match self.at {
            0 => self.slots.len().checked_sub(1)?,
            at => at - 1,
        };
        let text = self.newest()?.to_owned();
        self.last = Last::Yank(text.len());
        Some((size, text))
    }
}
