//! The front of what is done before a screen opens: what it shows is said there first.

use crate::command::Front;
use crate::engine::event::Event;
use crate::repl::Console;
use std::path::Path;

/// Collects what is shown and remarked; for the rest it is a console that asks nobody.
pub struct Beforehand {
    console: Console,
    /// What was shown and remarked.
    pub said: Vec<String>,
}

impl Beforehand {
    /// Before a screen, with this console behind it.
    pub fn new(console: Console) -> Beforehand {
        Beforehand {
            console: console.silent(),
            said: Vec::new(),
        }
    }
}

impl Front for Beforehand {
    fn show(&mut self, text: &str) {
        if !text.is_empty() {
            self.said.push(text.to_owned());
        }
    }

    fn remark(&mut self, text: &str) {
        self.show(text);
    }

    fn events(&mut self, events: &[Event]) {
        self.console.events(events);
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
        Err("there is no terminal to edit on yet".to_owned())
    }

    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        self.console.read(path)
    }

    fn write(&mut self, path: &Path, text: &str) -> Result<(), String> {
        self.console.write(path, text)
    }

    fn lessons_done(&mut self) -> Vec<String> {
        self.console.lessons_done()
    }

    fn lesson_done(&mut self, name: &str) -> Result<(), String> {
        self.console.lesson_done(name)
    }
}
