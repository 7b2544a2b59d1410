//! The front of a session that faces a terminal, a pipe, or a program that reads JSON: the style says which.

use super::asking::Asking;
use super::terminal::stdout_is_terminal;
use super::{Printer, disk, editor, lessons, pager, paint};
use crate::command::Front;
use crate::command::session::Sort;
use crate::engine::event::Event;
use std::path::Path;
use std::sync::Arc;

/// The front over a printer. Asks only where there is a terminal to ask on.
pub struct Console {
    printer: Arc<Printer>,
    /// Who waits for a person.
    asking: Arc<Asking>,
    silent: bool,
    /// Whether a question has said what `d` is.
    told_key: bool,
}

impl Console {
    /// Over this printer; `asking` is told who waits for a person.
    pub fn new(printer: Arc<Printer>, asking: Arc<Asking>) -> Console {
        Console {
            printer,
            asking,
            silent: false,
            told_key: false,
        }
    }

    /// The same, but what happens is not told; errors are.
    pub fn silent(self) -> Console {
        Console {
            silent: true,
            ..self
        }
    }

    /// What it prints with.
    pub fn printer(&self) -> &Arc<Printer> {
        &self.printer
    }
}

impl Front for Console {
    fn show(&mut self, text: &str) {
        self.show_as(Sort::Words, text);
    }

    fn show_as(&mut self, sort: Sort, text: &str) {
        if self.silent {
            return;
        }
        let style = *self.printer.style();
        let paged = self.printer.drawn(sort, text);
        if !self.asking.lend(|| pager::page(&paged, &style)) {
            return self.printer.result_as(sort, text);
        }
        // What came out of it is last on the screen, also when the pager has gone.
        if let Some(last) = text.trim_end_matches('\n').lines().last() {
            self.printer.result(&format!("{last}\n"));
        }
    }

    fn put_out(&mut self, text: &str) -> Result<(), String> {
        let style = self.printer.style();
        if style.json {
            return Err("with --json it holds JSON alone".to_owned());
        }
        // A terminal would act on what a file may hold.
        match stdout_is_terminal() {
            true => self.printer.result_as(Sort::Source, text),
            false => self.printer.raw(text),
        }
        Ok(())
    }

    fn remark(&mut self, text: &str) {
        if !self.silent {
            self.printer.remark(text);
        }
    }

    fn events(&mut self, events: &[Event]) {
        if self.silent {
            self.printer.keep(events);
        } else {
            self.printer.events(events);
        }
    }

    fn can_ask(&self) -> bool {
        self.printer.style().asks
    }

    fn confirm(&mut self, question: &str, more: &str) -> bool {
        if !self.can_ask() {
            return false;
        }
        loop {
            let style = self.printer.style();
            let question = paint::safe(question, style);
            // What the letter is for is said once.
            let key = match std::mem::replace(&mut self.told_key, true) {
                true => "",
                false => " (d shows the differences)",
            };
            let asked = format!("{question}{key} [y/N/d] ");
            let answer = self.asking.answer(|| self.printer.aside(&asked));
            match answer.as_deref().map(str::trim) {
                Some("y" | "Y" | "yes") => return true,
                Some("d" | "D" | "details") if more.is_empty() => {
                    self.printer.remark("there are no details\n");
                }
                Some("d" | "D" | "details") => self.show(more),
                Some(_) => return false,
                None => {
                    self.printer.aside("\n");
                    return false;
                }
            }
        }
    }

    fn secret(&mut self, what: &str) -> Option<String> {
        if !self.can_ask() {
            return None;
        }
        let question = format!("{}: ", paint::safe(what, self.printer.style()));
        let answer = self.asking.hidden_answer(|| self.printer.aside(&question));
        self.printer.aside("\n");
        answer
    }

    fn edit(&mut self, text: &str) -> Result<Option<String>, String> {
        if !self.can_ask() {
            return Err("there is no terminal to edit on".into());
        }
        self.asking.lend(|| editor::edit(text))
    }

    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        disk::read_file(path)
    }

    fn write(&mut self, path: &Path, text: &str) -> Result<(), String> {
        disk::write_file(path, text)
    }

    fn lessons_done(&mut self) -> Vec<String> {
        lessons::done()
    }

    fn lesson_done(&mut self, name: &str) -> Result<(), String> {
        lessons::note(name)
    }
}
