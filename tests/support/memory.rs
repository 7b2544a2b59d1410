//! A front that remembers.
#![allow(dead_code)]

use std::collections::VecDeque;
use std::path::Path;

use weft::command::session::Front;
use weft::engine::event::Event;

/// What looks at each event.
pub type Hook = Box<dyn FnMut(&Event)>;

/// A front that shows nothing, remembers all, and says `answer` to every question that `answers` has nothing for.
#[derive(Default)]
pub struct Memory {
    /// What was shown and remarked.
    pub shown: String,
    /// What was asked.
    pub asked: Vec<String>,
    /// What it answers; `None` if there is nobody to ask.
    pub answer: Option<bool>,
    /// What it answers to the next questions.
    pub answers: VecDeque<bool>,
    /// What gets each event as it is shown.
    pub hook: Option<Hook>,
}

impl Front for Memory {
    fn show(&mut self, text: &str) {
        self.shown.push_str(text);
    }

    fn remark(&mut self, text: &str) {
        self.shown.push_str(text);
    }

    fn events(&mut self, events: &[Event]) {
        if let Some(hook) = &mut self.hook {
            events.iter().for_each(hook);
        }
    }

    fn can_ask(&self) -> bool {
        self.answer.is_some() || !self.answers.is_empty()
    }

    fn confirm(&mut self, question: &str, _: &str) -> bool {
        self.asked.push(question.to_owned());
        let next = self.answers.pop_front();
        next.or(self.answer).unwrap_or(false)
    }

    fn secret(&mut self, _: &str) -> Option<String> {
        None
    }

    fn edit(&mut self, _: &str) -> Result<Option<String>, String> {
        Err("there is no editor".to_owned())
    }

    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|why| why.to_string())
    }

    fn write(&mut self, path: &Path, _: &str) -> Result<(), String> {
        Err(format!("{}: not written here", path.display()))
    }
}
