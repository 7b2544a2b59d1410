//! What a session needs of whoever shows it: a prompt, a script, a story's player, a screen.

use std::path::Path;
use std::sync::Arc;

use crate::drive::plan::Plan;
use crate::engine::event::Event;
use crate::graph::Graph;

/// What a result is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// Words for people.
    Words,
    /// Commands that may be typed again, or a drawing for another program: no line of it is broken.
    Source,
    /// A plan, whose marks may be coloured.
    Plan,
}

/// The side that faces a person or a file. Everything that touches a terminal or the disk is here, so that the session
/// itself is pure.
pub trait Front {
    /// Shows a result. Lines end with newlines, but for the last, which may.
    fn show(&mut self, text: &str);

    /// The same, for who draws sorts of results in different ways.
    fn show_as(&mut self, sort: Sort, text: &str) {
        let _ = sort;
        self.show(text);
    }

    /// Puts a text out as it is, byte for byte, for whoever reads it as a file; or why that cannot be. Shown, where nothing
    /// else is said.
    fn put_out(&mut self, text: &str) -> Result<(), String> {
        self.show(text);
        Ok(())
    }

    /// Shows a warning or a remark, beside results.
    fn remark(&mut self, text: &str);

    /// Events, as they happen.
    fn events(&mut self, events: &[Event]);

    /// The graph was edited: what happens from here on happens in this one.
    fn edited(&mut self, graph: &Arc<Graph>) {
        let _ = graph;
    }

    /// Another graph and another trace begin: this graph, of which so much has been told already.
    fn begins(&mut self, graph: &Arc<Graph>, events: &[Event]) {
        let _ = (graph, events);
    }

    /// A plan was made, which may then be shown or asked about.
    fn planned(&mut self, plan: &Plan) {
        let _ = plan;
    }

    /// Whether there is anyone to ask.
    fn can_ask(&self) -> bool;

    /// Asks for consent: `[y/N/d]`, where `d` shows `more` and asks again.
    fn confirm(&mut self, question: &str, more: &str) -> bool;

    /// Asks for a value that is not echoed; `None` if there is nobody to ask.
    fn secret(&mut self, what: &str) -> Option<String>;

    /// Lets a person edit a text; `None` if it was left as it is, or there is no editor.
    fn edit(&mut self, text: &str) -> Result<Option<String>, String>;

    /// The content of a file, or why it cannot be read.
    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String>;

    /// The lessons that were done, by name; none where that is not remembered.
    fn lessons_done(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// Remembers that a lesson was done, or says why that cannot be. Nothing is remembered, where nothing else is said.
    fn lesson_done(&mut self, name: &str) -> Result<(), String> {
        let _ = name;
        Ok(())
    }

    /// Writes a file, whole or not at all; or why it cannot.
    fn write(&mut self, path: &Path, text: &str) -> Result<(), String>;
}

/// Nobody looks, and nobody is asked: what is done again in a simulation to see what comes of it.
#[derive(Debug)]
pub struct Silent;

impl Front for Silent {
    fn show(&mut self, _: &str) {}

    fn remark(&mut self, _: &str) {}

    fn events(&mut self, _: &[Event]) {}

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

    fn read(&mut self, _: &Path) -> Result<Vec<u8>, String> {
        Err("a story reads no file of this machine".into())
    }

    fn write(&mut self, _: &Path, _: &str) -> Result<(), String> {
        Err("a story writes no file of this machine".into())
    }
}
