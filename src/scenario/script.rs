//! The front of a story: it writes down what is shown, in order, and never asks anyone.

use std::path::Path;

use crate::command::Front;
use crate::engine::Level;
use crate::engine::event::{Event, What};
use crate::trace;

/// What a story shows, as one text.
pub(super) struct Script {
    level: Level,
    text: String,
    /// The step under way, until it has been written, with what was shown of it before its command was.
    step: Option<(String, String)>,
}

impl Script {
    pub(super) fn new(level: Level) -> Script {
        Script {
            level,
            text: String::new(),
            step: None,
        }
    }

    /// A step begins. It is written once there is something to show of it that does not tell its words itself.
    pub(super) fn begin(&mut self, step: &str) {
        self.end();
        self.step = Some((step.to_owned(), String::new()));
    }

    /// All that was shown.
    pub(super) fn into_text(mut self) -> String {
        self.end();
        self.text
    }

    /// A step has ended. One whose words are no command of the trace is written with its prompt.
    fn end(&mut self) {
        if let Some((step, shown)) = self.step.take()
            && !shown.is_empty()
        {
            step.lines()
                .for_each(|line| self.text.push_str(&format!("> {line}\n")));
            self.text.push_str(&shown);
        }
    }

    /// Shows a text, or an error that a step ended with.
    pub(super) fn tell(&mut self, text: &str) {
        let to = match &mut self.step {
            Some((_, shown)) => shown,
            None => &mut self.text,
        };
        for line in text.lines() {
            to.push_str(line.trim_end());
            to.push('\n');
        }
    }
}

impl Front for Script {
    fn show(&mut self, text: &str) {
        self.tell(text);
    }

    fn remark(&mut self, text: &str) {
        self.tell(text);
    }

    fn events(&mut self, events: &[Event]) {
        for event in events {
            let shown = match &event.what {
                What::Command(_) => self.step.take().map(|(_, shown)| shown),
                _ => None,
            };
            self.text.push_str(&trace::lines([event], self.level));
            self.text.push_str(&shown.unwrap_or_default());
        }
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn confirm(&mut self, _: &str, _: &str) -> bool {
        false
    }

    fn secret(&mut self, _: &str) -> Option<String> {
        None
    }

    fn edit(&mut self, _: &str) -> Result<Option<String>, String> {
        Err("a story has no editor".into())
    }

    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        Err(format!(
            "a story reads no file of this machine: {}",
            path.display()
        ))
    }

    fn write(&mut self, path: &Path, _: &str) -> Result<(), String> {
        Err(format!(
            "a story writes no file of this machine: {}",
            path.display()
        ))
    }
}
