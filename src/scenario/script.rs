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
    /// The step under way, until it has been written.
    step: Option<String>,
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
        self.step = Some(step.to_owned());
    }

    /// All that was shown.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An error that a step ended with.
    pub(super) fn error(&mut self, error: &str) {
        self.tell("", error);
    }

    fn tell(&mut self, before: &str, text: &str) {
        if let Some(step) = self.step.take() {
            step.lines()
                .for_each(|line| self.text.push_str(&format!("> {line}\n")));
        }
        for line in text.lines() {
            let line = format!("{before}{line}");
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}

impl Front for Script {
    fn show(&mut self, text: &str) {
        if !text.is_empty() {
            self.tell("", text);
        }
    }

    fn remark(&mut self, text: &str) {
        if !text.is_empty() {
            self.tell("", text);
        }
    }

    fn events(&mut self, events: &[Event]) {
        for event in events {
            if let What::Command(_) = event.what {
                self.step = None;
            }
            self.text.push_str(&trace::lines([event], self.level));
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
